package io.httpconnector.internal.http;

import static io.httpconnector.internal.Arguments.notNull;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.internal.text.Ascii;
import io.httpconnector.internal.text.HeaderFields;
import io.httpconnector.internal.text.LogSafe;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A name and a value: a header, a query parameter, a body field. One that holds a secret knows it, wherever it goes:
 * that, and not its name, is why it is masked.
 */
public record NameValuePair(
        String name, String value, @Nullable Secret secret) {

    /** Header fields that describe the connection or the framing of the message, which only the connection knows. */
    private static final Set<String> MANAGED = Set.of(
            "host",
            "content-length",
            "transfer-encoding",
            "connection",
            "keep-alive",
            "proxy-connection",
            "te",
            "trailer",
            "upgrade",
            "expect");

    /** Header fields that RFC 9110 defines as single values, which a recipient may not join. */
    private static final Set<String> SINGLE = Set.of(
            "authorization",
            "content-location",
            "content-range",
            "content-type",
            "date",
            "from",
            "if-modified-since",
            "if-range",
            "if-unmodified-since",
            "max-forwards",
            "proxy-authorization",
            "range",
            "referer",
            "user-agent");

    public NameValuePair {
        notNull(name, "field name");
        notNull(value, "value of " + name);
    }

    public static NameValuePair of(String name, String value) {
        return new NameValuePair(name, value, null);
    }

    /** With a secret that is fixed. */
    public static NameValuePair of(String name, Secret secret) {
        return new NameValuePair(name, secret.reveal(), secret);
    }

    /** Creates a header field, checked by RFC 9110, section 5; values are kept to ASCII, where every peer agrees. */
    public static NameValuePair header(String name, String value) {
        return checked(new NameValuePair(name, value, null));
    }

    public static NameValuePair header(String name, Secret secret) {
        return checked(NameValuePair.of(name, secret));
    }

    public static boolean isToken(String name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean allowed = c < 0x80 && (Ascii.isLetterOrDigit(c) || "!#$%&'*+-.^_`|~".indexOf(c) >= 0);
            if (!allowed) {
                return false;
            }
        }
        return !name.isEmpty();
    }

    private static NameValuePair checked(NameValuePair field) {
        String name = field.name;
        if (!isToken(name)) {
            throw new InvalidDefinitionException(
                    "header",
                    "\"" + LogSafe.visible(name) + "\" is not a header name: use letters, digits and hyphens");
        }
        if (MANAGED.contains(Ascii.lowerCase(name))) {
            throw new InvalidDefinitionException("header", name + " is set by the connection itself: leave it out");
        }
        for (int i = 0; i < field.value.length(); i++) {
            char c = field.value.charAt(i);
            if (c != '\t' && (c < 0x20 || c > 0x7e)) {
                throw new InvalidDefinitionException(
                        "header",
                        name + ": character " + (i + 1) + " of the value is "
                                + (c < 0x20 || c == 0x7f ? "a control character" : "not ASCII")
                                + String.format(" (U+%04X)", (int) c) + ": remove or encode it");
            }
        }
        return field;
    }

    /** Fields in an array, which must not change. */
    public static HeaderFields headerFields(NameValuePair... fields) {
        return new HeaderFields() {
            @Override
            public int size() {
                return fields.length;
            }

            @Override
            public String name(int index) {
                return fields[index].name();
            }

            @Override
            public String value(int index) {
                return fields[index].value();
            }

            @Override
            public boolean isSensitive(int index) {
                return fields[index].isSensitive();
            }
        };
    }

    /** Returns whether a message may have one header field of this name only. */
    public boolean isSingle() {
        return SINGLE.contains(Ascii.lowerCase(name));
    }

    /** What may be shown of the value. */
    public String shown() {
        return secret == null ? value : LogSafe.MASK;
    }

    /** Returns whether the value is a secret. */
    public boolean isSensitive() {
        return secret != null;
    }

    @Override
    public String toString() {
        return name + ": " + shown();
    }
}
