package io.httpconnector;

import io.httpconnector.internal.http.NameValuePair;
import io.httpconnector.internal.text.Ascii;
import io.httpconnector.internal.text.CharsetDetector;
import io.httpconnector.internal.text.CredentialExchange;
import io.httpconnector.internal.text.CredentialParts;
import io.httpconnector.internal.text.HeaderFields;
import io.httpconnector.internal.text.LogSafe;
import io.httpconnector.internal.text.SecretMatcher;
import io.httpconnector.internal.transport.CallContext;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Masks the secrets of one request wherever they occur: where they were set, and where the service echoes them, in any spelling
 * that {@link SecretMatcher} recognizes. Values are treated as secrets because of their origin; only {@code Authorization},
 * {@code Proxy-Authorization} and {@code Cookie} are recognized by name.
 */
final class Redactor {

    /** Request header fields, in lower case, that are defined to contain credentials (RFC 9110, section 11, and RFC 6265). */
    static final Set<String> CREDENTIALS = Set.of("authorization", "cookie", "proxy-authorization");

    private static final int MAX_BODY = 64 * 1024;

    /** The maximum length of one character of a secret in a body, if it is double-encoded or an entity. */
    private static final int MAX_SPELLING = 12;

    private static final int MAX_CONTEXT = 256 * 1024;

    private final SecretMatcher secrets;

    Redactor(List<NameValuePair> fields) {
        Set<String> values = new LinkedHashSet<>();
        for (NameValuePair field : fields) {
            Secret secret = field.secret();
            if (secret != null && !secret.isAssumed()) {
                secret.eachValue(values::add);
                CredentialParts.find(field.value(), Secret.MIN_PART, values::add);
            } else if (field.value().length() >= Secret.MIN_ASSUMED) {
                values.add(field.value());
                CredentialParts.find(field.value(), Secret.MIN_ASSUMED, values::add);
            }
        }
        secrets = new SecretMatcher(values);
    }

    /** Returns the header field, marked as a secret if its name is defined to contain credentials. */
    static NameValuePair header(NameValuePair field) {
        return CREDENTIALS.contains(Ascii.lowerCase(field.name())) ? assumedSecret(field) : field;
    }

    /** Returns the field marked as a secret, although it was set as plain text. */
    static NameValuePair assumedSecret(NameValuePair field) {
        return field.isSensitive() || field.value().isEmpty()
                ? field
                : new NameValuePair(field.name(), field.value(), Secret.assumed(field.value()));
    }

    String mask(String text) {
        return secrets.mask(text);
    }

    Headers mask(HeaderFields headers) {
        NameValuePair[] masked = new NameValuePair[headers.size()];
        for (int i = 0; i < masked.length; i++) {
            String name = headers.name(i);
            masked[i] =
                    NameValuePair.of(name, headers.isSensitive(i) ? LogSafe.MASK : maskCookie(name, headers.value(i)));
        }
        return new Headers(NameValuePair.headerFields(masked));
    }

    /** Masks the header fields of a response in which credentials arrive. */
    private Headers maskCredentials(HeaderFields headers) {
        NameValuePair[] masked = new NameValuePair[headers.size()];
        for (int i = 0; i < masked.length; i++) {
            String name = headers.name(i);
            boolean isCookie = name.equalsIgnoreCase("Set-Cookie");
            String value = headers.isSensitive(i) ? LogSafe.MASK : maskCookie(name, headers.value(i));
            masked[i] = NameValuePair.of(name, isCookie ? value : mask(CredentialExchange.header(name, value)));
        }
        return new Headers(NameValuePair.headerFields(masked));
    }

    /** Masks the value of a cookie that the service sets, which is a secret in itself. */
    private String maskCookie(String name, String value) {
        return name.equalsIgnoreCase("Set-Cookie") ? value.replaceFirst("=[^;]*", "=" + LogSafe.MASK) : mask(value);
    }

    String mask(Body body) {
        if (body.isConcealed()) {
            return LogSafe.MASK;
        }
        Body shown = body.shown();
        if (!shown.isInMemory()) {
            return "(" + shown + ")";
        }
        byte[] content = shown.content();
        String text = mask(content, shown.contentType());
        // The recorded request includes all bytes of the body, and thus a byte order mark.
        return isText(shown.contentType()) && CharsetDetector.hasUtf8Mark(content)
                ? CharsetDetector.BYTE_ORDER_MARK + text
                : text;
    }

    /** Returns the body as text with masked secrets, truncated to 64 KiB; only its size if it is not text. */
    String mask(byte[] body, @Nullable String contentType) {
        if (!isText(contentType)) {
            return "(" + body.length + " bytes of " + LogSafe.visible(String.valueOf(contentType)) + ")";
        }
        // The text is truncated last, because a truncated secret would not be recognized.
        int max = (int) Math.min(MAX_CONTEXT, (long) MAX_SPELLING * secrets.longest());
        int decoded = (int) Math.min(body.length, MAX_BODY + 4L * max);
        String text = mask(CharsetDetector.of(body, decoded, contentType));
        int whole = decoded < body.length ? Math.max(0, text.length() - max) : text.length();
        int shown = Math.min(whole, MAX_BODY);
        return shown == text.length() ? text : text.substring(0, shown) + "… (cut)";
    }

    private static boolean isText(@Nullable String contentType) {
        if (contentType == null) {
            return true;
        }
        String type = Ascii.lowerCase(contentType);
        return type.startsWith("text/")
                || type.contains("json")
                || type.contains("xml")
                || type.contains("urlencoded")
                || type.contains("javascript");
    }

    /** Returns an exchange with a response. */
    static Exchange withResponse(
            Request request, int status, HeaderFields headers, byte[] body, CallContext.CallTiming moment) {
        Redactor redactor = new Redactor(request.secrets());
        Headers masked = request.redactsResponse() ? redactor.maskCredentials(headers) : redactor.mask(headers);
        if (body.length > 0 && request.redactsResponse() && status / 100 < 4) {
            return of(request, redactor, OptionalInt.of(status), masked, LogSafe.MASK, moment);
        }
        String text = body.length == 0
                ? ""
                : redactor.mask(body, masked.first("Content-Type").orElse(null));
        return of(request, redactor, OptionalInt.of(status), masked, text, moment);
    }

    /** Returns an exchange without a response. */
    static Exchange withoutResponse(Request request, CallContext call) {
        return of(request, new Redactor(request.secrets()), OptionalInt.empty(), Headers.NONE, "", call.timing());
    }

    /** Returns an exchange for a request that was not sent. */
    static Exchange unsent(Request request) {
        CallContext.CallTiming never = new CallContext.CallTiming(Instant.EPOCH, Duration.ZERO, 0);
        return of(request, new Redactor(request.secrets()), OptionalInt.empty(), Headers.NONE, "", never);
    }

    private static Exchange of(
            Request request,
            Redactor redactor,
            OptionalInt status,
            Headers headers,
            String body,
            CallContext.CallTiming moment) {
        Body sent = request.content();
        return new Exchange(
                request.name(),
                request.method(),
                redactor.mask(request.shownUrl()),
                redactor.mask(
                        NameValuePair.headerFields(sent == null ? request.headers() : withContentType(request, sent))),
                sent == null ? "" : redactor.mask(sent),
                status,
                headers,
                body,
                moment.startedAt(),
                moment.elapsed(),
                moment.attempts());
    }

    private static NameValuePair[] withContentType(Request request, Body body) {
        NameValuePair[] fields = request.headers();
        if (request.header("Content-Type").isPresent()) {
            return fields;
        }
        NameValuePair[] all = Arrays.copyOf(fields, fields.length + 1);
        all[fields.length] = NameValuePair.of("Content-Type", body.contentType());
        return all;
    }
}
