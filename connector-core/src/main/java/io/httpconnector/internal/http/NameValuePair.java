package io.httpconnector.internal.http;

import static io.httpconnector.internal.Arguments.notNull;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.internal.Arguments;
import io.httpconnector.internal.text.Ascii;
import io.httpconnector.internal.text.HeaderFields;
import io.httpconnector.internal.text.LogSafe;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A name and a value: a header field, a query parameter or a body field. A value that is a secret is marked as such and is
 * masked for that reason, not because of its name.
 */
public record NameValuePair(
        String name, String value, @Nullable Secret secret) {

    /** Header fields that RFC 9110 defines as single values: a recipient must not combine several of them into a list. */
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

    /** Creates a pair of texts. */
    public static NameValuePair of(String name, String value) {
        return encodable(new NameValuePair(name, value, null));
    }

    /** Creates a pair with a secret whose value is already resolved. */
    public static NameValuePair of(String name, Secret secret) {
        return encodable(new NameValuePair(name, secret.reveal(), secret));
    }

    private static NameValuePair encodable(NameValuePair pair) {
        var unusedName = Arguments.encodable("field name", pair.name);
        var unusedValue = Arguments.encodable("field " + pair.name, pair.value);
        return pair;
    }

    /**
     * Creates a header field after checking it against RFC 9110, section 5. Values are restricted to ASCII, which all peers
     * interpret alike, except for the id of an event stream.
     */
    public static NameValuePair header(String name, String value) {
        return checked(new NameValuePair(name, value, null));
    }

    /** Creates a header field. The bytes of a cookie need not be ASCII: a service gets back what it has set (RFC 6265, section 5.2). */
    public static NameValuePair header(String name, Secret secret) {
        NameValuePair field = NameValuePair.of(name, secret);
        if ("Cookie".equalsIgnoreCase(name)) {
            String ascii = field.value.replaceAll("[\\x{80}-\\x{ff}]", "x");
            checked(new NameValuePair(name, ascii, null));
            return field;
        }
        return checked(field);
    }

    /** The field whose value is sent in UTF-8 (WHATWG HTML, section 9.2.4). */
    public static final String LAST_EVENT_ID = "Last-Event-ID";

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
        if (ConnectionHeaders.isManaged(name)) {
            throw new InvalidDefinitionException("header", name + " is set by the connection itself: leave it out");
        }
        boolean isUnicode = LAST_EVENT_ID.equalsIgnoreCase(name);
        if (isUnicode) {
            encodable(field);
        }
        for (int i = 0; i < field.value.length(); i++) {
            char c = field.value.charAt(i);
            if (c != '\t' && (c < 0x20 || c == 0x7f || (c > 0x7f && !isUnicode))) {
                throw new InvalidDefinitionException(
                        "header",
                        name + ": character " + (i + 1) + " of the value is "
                                + (c < 0x20 || c == 0x7f ? "a control character" : "not ASCII")
                                + String.format(" (U+%04X)", (int) c) + ": remove or encode it");
            }
        }
        return field;
    }

    /** Returns a view of the fields in an array, which must not be modified. */
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

    /** Returns whether a message may contain only one header field of this name. */
    public boolean isSingle() {
        return SINGLE.contains(Ascii.lowerCase(name));
    }

    /** Returns this pair with a mask in place of a secret, which {@link #revealed} replaces again. */
    public NameValuePair concealed() {
        return secret == null ? this : new NameValuePair(name, LogSafe.MASK, secret);
    }

    /** Returns this pair with the value that a mask stands for. */
    public NameValuePair revealed() {
        return secret == null ? this : new NameValuePair(name, secret.reveal(), secret);
    }

    /** Returns the value for display: a mask instead of a secret. */
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
