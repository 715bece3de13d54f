package io.httpconnector;

import io.httpconnector.internal.RecentValues;
import io.httpconnector.internal.http.NameValuePair;
import io.httpconnector.internal.recording.RawExchange;
import io.httpconnector.internal.recording.TappedRequest;
import io.httpconnector.internal.text.Ascii;
import io.httpconnector.internal.text.CharsetDetector;
import io.httpconnector.internal.text.CredentialExchange;
import io.httpconnector.internal.text.CredentialParts;
import io.httpconnector.internal.text.HeaderFields;
import io.httpconnector.internal.text.LogSafe;
import io.httpconnector.internal.text.SecretMatcher;
import io.httpconnector.internal.transport.CallContext;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
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

    /** The minimum length of a part of a secret by which it is recognized in the message of a parser. */
    private static final int MIN_QUOTED = 6;

    private static final byte[] NO_BYTES = {};

    /** The name of a secret that is the query of a URL that a service has chosen. */
    private static final String CHOSEN_QUERY = "chosen query";

    /** The maximum length of one character of a secret in a body, if it is double-encoded or an entity. */
    private static final int MAX_SPELLING = 12;

    private static final int MAX_CONTEXT = 256 * 1024;

    private static final Redactor WITHOUT_SECRETS = new Redactor(List.of());
    private static final RecentValues<Redactor> RECENT = new RecentValues<>();

    private final Set<String> values = new LinkedHashSet<>();
    /** The values that were set as secrets, and are not only assumed to be some. */
    private final Set<String> declared = new LinkedHashSet<>();

    private final SecretMatcher secrets;

    Redactor(List<NameValuePair> fields) {
        for (NameValuePair field : fields) {
            Secret secret = field.secret();
            if (secret != null && !secret.isAssumed()) {
                secret.eachValue(declared::add);
                CredentialParts.find(field.value(), Secret.MIN_PART, declared::add);
            } else if (field.value().length() >= Secret.MIN_ASSUMED) {
                values.add(field.value());
                CredentialParts.find(field.value(), Secret.MIN_ASSUMED, values::add);
            }
        }
        values.addAll(declared);
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

    /** Returns the values of the cookies that a response sets, as secrets. */
    static List<NameValuePair> cookies(HeaderFields headers) {
        return CredentialExchange.cookies(headers).stream()
                .map(value -> assumedSecret(NameValuePair.of("Set-Cookie", value)))
                .toList();
    }

    /** Returns the query of a URL that a service has chosen, as a secret; empty if it is too short. */
    static Optional<NameValuePair> chosenQuery(@Nullable String query) {
        return query == null || query.length() < Secret.MIN_ASSUMED
                ? Optional.empty()
                : Optional.of(NameValuePair.of(CHOSEN_QUERY, Secret.fixed(Secret.of(query), "of a URL")));
    }

    /** Returns the secrets without the queries that services have chosen, which are not those of the caller. */
    static List<NameValuePair> withoutQueries(List<NameValuePair> secrets) {
        return secrets.stream()
                .filter(secret -> !secret.name().equals(CHOSEN_QUERY))
                .toList();
    }

    /** Returns the secrets of a request, with the query to which its response redirects. */
    private static List<NameValuePair> secrets(RequestParts request, HeaderFields received) {
        List<NameValuePair> secrets = request.secrets();
        for (int i = 0; request.redactsQueries() && i < received.size(); i++) {
            String value = received.value(i);
            if (received.name(i).equalsIgnoreCase("Location") && value.indexOf('?') >= 0) {
                secrets = new ArrayList<>(secrets);
                chosenQuery(value.substring(value.indexOf('?') + 1)).ifPresent(secrets::add);
            }
        }
        return secrets;
    }

    String mask(String text) {
        return secrets.mask(text);
    }

    /**
     * Masks the message of a parser, which may quote the response from the start to the end of a word, and thus a part of a secret:
     * then the whole message is masked.
     */
    String maskQuote(String message) {
        String masked = mask(message);
        for (String value : values) {
            for (int start = 0; start + MIN_QUOTED <= value.length(); start++) {
                if (masked.contains(value.substring(start, start + MIN_QUOTED))) {
                    return LogSafe.MASK;
                }
            }
        }
        return masked;
    }

    /**
     * Returns a body with masked secrets; the same array if it has none. A body is empty if it contains a secret elsewhere than in its
     * text, such as in compressed data, or can't be searched.
     */
    byte[] masked(byte[] body, @Nullable String contentType) {
        if (body.length == 0 || values.isEmpty()) {
            return body;
        }
        byte[] shown = body;
        if (isText(contentType)) {
            String text = CharsetDetector.of(body, contentType);
            String masked = mask(text);
            Charset charset = contentType == null ? StandardCharsets.UTF_8 : CharsetDetector.charset(contentType);
            shown = masked.equals(text)
                    ? body
                    : masked.getBytes(charset.canEncode() ? charset : StandardCharsets.UTF_8);
            if (isUtf8(body, text)) {
                return shown;
            }
        }
        return secrets.isFoundIn(shown) ? NO_BYTES : shown;
    }

    /** Returns whether a text has been decoded from UTF-8, so that no reader can decode it to another text. */
    private static boolean isUtf8(byte[] body, String text) {
        return text.indexOf('\0') < 0
                && CharsetDetector.isUtf8(body)
                && new String(body, StandardCharsets.UTF_8).endsWith(text);
    }

    /** Returns whether a masked text contains a secret if its bytes are decoded with another charset than the declared one. */
    private boolean isFoundInOtherCharset(String text) {
        return !isPlain(text)
                && (secrets.isFoundIn(text.getBytes(StandardCharsets.UTF_16BE))
                        || secrets.isFoundIn(text.getBytes(StandardCharsets.UTF_16LE)));
    }

    /** Returns whether a text has only characters of one byte. */
    private static boolean isPlain(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == 0 || c > 0xff) {
                return false;
            }
        }
        return true;
    }

    /** Returns the header fields of a response to a request, without secrets. */
    static Headers maskedHeaders(RequestParts request, HeaderFields fields) {
        Redactor redactor = new Redactor(request.secrets());
        return new Headers(request.redactsResponse() ? redactor.maskCredentials(fields) : redactor.masked(fields));
    }

    Headers mask(HeaderFields headers) {
        return new Headers(masked(headers));
    }

    private HeaderFields masked(HeaderFields headers) {
        NameValuePair[] masked = new NameValuePair[headers.size()];
        for (int i = 0; i < masked.length; i++) {
            String name = headers.name(i);
            masked[i] =
                    NameValuePair.of(name, headers.isSensitive(i) ? LogSafe.MASK : maskCookie(name, headers.value(i)));
        }
        return NameValuePair.headerFields(masked);
    }

    /** Masks the header fields of a response in which credentials arrive. */
    private HeaderFields maskCredentials(HeaderFields headers) {
        NameValuePair[] masked = new NameValuePair[headers.size()];
        for (int i = 0; i < masked.length; i++) {
            String name = headers.name(i);
            boolean isCookie = name.equalsIgnoreCase("Set-Cookie");
            String value = headers.isSensitive(i) ? LogSafe.MASK : maskCookie(name, headers.value(i));
            masked[i] = NameValuePair.of(name, isCookie ? value : mask(CredentialExchange.header(name, value)));
        }
        return NameValuePair.headerFields(masked);
    }

    /** Masks the value of a cookie that the service sets, which is a secret in itself. */
    private String maskCookie(String name, String value) {
        return name.equalsIgnoreCase("Set-Cookie") ? value.replaceFirst("=[^;]*", "=" + LogSafe.MASK) : mask(value);
    }

    private String mask(RawExchange.SentBody sent) {
        if (sent.description() != null) {
            return sent.description();
        }
        byte[] content = sent.content();
        String text = mask(content, content.length, sent.contentType());
        // The recorded request includes all bytes of the body, and thus a byte order mark.
        return isText(sent.contentType()) && CharsetDetector.hasUtf8Mark(content)
                ? CharsetDetector.BYTE_ORDER_MARK + text
                : text;
    }

    /**
     * Returns the body as text with masked secrets, truncated to 64 KiB; only its size if it is not text.
     *
     * @param body the body or its start
     * @param length the length of the whole body
     */
    private String mask(byte[] body, long length, @Nullable String contentType) {
        String size = "(" + length + " bytes of " + LogSafe.visible(String.valueOf(contentType)) + ")";
        if (!isText(contentType)) {
            return size;
        }
        // The text is truncated last, because a truncated secret would not be recognized.
        int max = (int) Math.min(MAX_CONTEXT, (long) MAX_SPELLING * secrets.longest());
        // The last character of a start may be incomplete: CharsetDetector ignores that before the end of the bytes.
        int known = body.length < length ? Math.max(0, body.length - 1) : body.length;
        int decoded = (int) Math.min(known, MAX_BODY + 4L * max);
        String text = mask(CharsetDetector.of(body, decoded, contentType));
        if (isFoundInOtherCharset(text)) {
            return size;
        }
        int whole = decoded < length ? Math.max(0, text.length() - max) : text.length();
        int shown = Math.min(whole, MAX_BODY);
        if (body.length < length) {
            return text.substring(0, shown) + "… (the start of " + length + " bytes)";
        }
        boolean isWhole = decoded == length && shown == text.length();
        return isWhole ? text : text.substring(0, shown) + "… (cut)";
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

    /** Returns an exchange without a response. */
    static Exchange withoutResponse(RequestParts request, CallContext call) {
        return withoutResponse(request, call.timing());
    }

    /** Returns an exchange for a request that was not sent. */
    static Exchange unsent(RequestParts request) {
        return withoutResponse(request, new CallContext.CallTiming(Instant.EPOCH, Duration.ZERO, 0));
    }

    static Exchange withoutResponse(RequestParts request, CallContext.CallTiming timing) {
        return redact(raw(request, 0, HeaderFields.NONE, NO_BYTES, 0, timing));
    }

    /**
     * Returns an exchange whose secrets are not yet removed.
     *
     * @param status the status code; 0 if there was no response
     * @param body the body of the response or its start
     * @param receivedBytes the length of the whole body
     */
    static RawExchange raw(
            RequestParts request,
            int status,
            HeaderFields headers,
            byte[] body,
            long receivedBytes,
            CallContext.CallTiming timing) {
        Body sent = request.content();
        // Content that is masked as a whole is not kept.
        boolean isSecret = redactsBody(request.redactsResponse(), status, receivedBytes);
        return new RawExchange(
                request.name(),
                request.method,
                request.urlForRedaction(),
                NameValuePair.headerFields(request.headers()),
                sent == null ? null : sentBody(sent),
                secrets(request, headers),
                request.redactsResponse(),
                status,
                headers,
                isSecret ? NO_BYTES : body,
                receivedBytes,
                timing);
    }

    private static RawExchange.SentBody sentBody(Body body) {
        Body shown = body.shown();
        if (body.isConcealed()) {
            return new RawExchange.SentBody(body.contentType(), NO_BYTES, LogSafe.MASK);
        }
        return shown.isInMemory()
                ? new RawExchange.SentBody(body.contentType(), shown.content(), null)
                : new RawExchange.SentBody(body.contentType(), NO_BYTES, "(" + shown + ")");
    }

    private static boolean redactsBody(boolean redactsResponse, int status, long bytes) {
        return redactsResponse && bytes > 0 && status / 100 < 4;
    }

    /** Returns all on which the redactor of the fields depends. */
    private static List<Object> key(List<NameValuePair> fields) {
        List<Object> key = new ArrayList<>();
        for (NameValuePair field : fields) {
            Secret secret = field.secret();
            boolean isDeclared = secret != null && !secret.isAssumed();
            key.add(isDeclared);
            key.add(field.value());
            if (secret != null && isDeclared) {
                secret.eachValue(key::add);
            }
        }
        return key;
    }

    /** Removes the secrets of an exchange. */
    static Exchange redact(RawExchange raw) {
        // A connection usually sends the same credentials again.
        List<NameValuePair> fields = raw.secrets();
        Redactor redactor = fields.isEmpty() ? WITHOUT_SECRETS : RECENT.get(key(fields), () -> new Redactor(fields));
        Headers headers = new Headers(redactor.received(raw.responseHeaders(), raw.redactsResponse()));
        RawExchange.SentBody sent = raw.sent();
        return new Exchange(
                raw.name(),
                raw.method(),
                redactor.mask(raw.url()),
                redactor.mask(sent == null ? raw.requestHeaders() : withContentType(raw.requestHeaders(), sent)),
                sent == null ? "" : redactor.mask(sent),
                raw.status() == 0 ? OptionalInt.empty() : OptionalInt.of(raw.status()),
                headers,
                redactor.responseBody(raw, headers),
                raw.timing().startedAt(),
                raw.timing().elapsed(),
                raw.timing().attempts());
    }

    private HeaderFields received(HeaderFields fields, boolean hasCredentials) {
        return hasCredentials ? maskCredentials(fields) : masked(fields);
    }

    /** Returns the request for a recording, which masks its body and the response. */
    static TappedRequest tapped(String connection, RequestParts request) {
        Redactor redactor = new Redactor(request.secrets());
        Body body = request.content();
        RawExchange.SentBody sent = body == null ? null : sentBody(body);
        HeaderFields fields = NameValuePair.headerFields(request.headers());
        boolean hasCredentials = request.redactsResponse();
        return new TappedRequest(
                connection,
                request.name(),
                request.method,
                redactor.mask(request.urlForRedaction()),
                withCookieNames(fields, redactor.masked(sent == null ? fields : withContentType(fields, sent))),
                sent,
                hasCredentials,
                redactor.values,
                redactor.declared,
                received -> redactor.received(received, hasCredentials));
    }

    /** Returns the masked fields with the names of cookies, by which a replay recognizes that a session has been lost. */
    private static HeaderFields withCookieNames(HeaderFields fields, HeaderFields masked) {
        NameValuePair[] all = new NameValuePair[masked.size()];
        for (int i = 0; i < all.length; i++) {
            boolean isCookie = i < fields.size() && masked.name(i).equalsIgnoreCase("Cookie");
            all[i] = NameValuePair.of(
                    masked.name(i), isCookie ? CredentialExchange.cookieNames(fields.value(i)) : masked.value(i));
        }
        return NameValuePair.headerFields(all);
    }

    private String responseBody(RawExchange raw, Headers headers) {
        if (redactsBody(raw.redactsResponse(), raw.status(), raw.receivedBytes())) {
            return LogSafe.MASK;
        }
        return raw.receivedBytes() == 0
                ? ""
                : mask(
                        raw.responseBody(),
                        raw.receivedBytes(),
                        headers.first("Content-Type").orElse(null));
    }

    /** Returns the fields with the media type of the body, which the connection adds when it sends. */
    private static HeaderFields withContentType(HeaderFields fields, RawExchange.SentBody body) {
        NameValuePair[] all = new NameValuePair[fields.size() + 1];
        for (int i = 0; i < fields.size(); i++) {
            if (fields.name(i).equalsIgnoreCase("Content-Type")) {
                return fields;
            }
            NameValuePair field = NameValuePair.of(fields.name(i), fields.value(i));
            all[i] = fields.isSensitive(i) ? assumedSecret(field) : field;
        }
        all[fields.size()] = NameValuePair.of("Content-Type", body.contentType());
        return NameValuePair.headerFields(all);
    }
}
