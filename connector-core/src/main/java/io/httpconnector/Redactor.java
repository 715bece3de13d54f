package io.httpconnector;

import io.httpconnector.internal.http.NameValuePair;
import io.httpconnector.internal.text.Ascii;
import io.httpconnector.internal.text.CharsetDetector;
import io.httpconnector.internal.text.LogSafe;
import io.httpconnector.internal.text.SecretMatcher;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.hc.core5.http.Header;
import org.jspecify.annotations.Nullable;

/**
 * Masks the secrets of one request wherever they turn up: where they were put, and where the service echoes them, in any spelling that
 * {@link SecretMatcher} knows. It knows a secret by where it came from, not by the name of a header.
 */
final class Redactor {

    private static final int MAX_BODY = 64 * 1024;

    /** The longest that a character of a secret may be in a body: double-encoded, or an entity. */
    private static final int MAX_SPELLING = 12;

    private static final int MAX_CONTEXT = 256 * 1024;

    private final SecretMatcher secrets;

    Redactor(List<NameValuePair> fields) {
        Set<String> values = new LinkedHashSet<>();
        for (NameValuePair field : fields) {
            Secret secret = field.secret();
            if (secret != null && !secret.isAssumed()) {
                secret.eachValue(values::add);
            } else if (field.value().length() >= Secret.MIN_ASSUMED) {
                values.add(field.value());
            }
        }
        secrets = new SecretMatcher(values);
    }

    String mask(String text) {
        return secrets.mask(text);
    }

    Headers mask(Header[] headers) {
        Header[] masked = new Header[headers.length];
        for (int i = 0; i < headers.length; i++) {
            Header header = headers[i];
            String value = header.getValue() == null ? "" : header.getValue();
            masked[i] =
                    NameValuePair.of(header.getName(), header.isSensitive() ? LogSafe.MASK : maskCookie(header, value));
        }
        return new Headers(masked);
    }

    /** What the service sets as a cookie is a secret of its own. */
    private String maskCookie(Header header, String value) {
        return header.getName().equalsIgnoreCase("Set-Cookie")
                ? value.replaceFirst("=[^;]*", "=" + LogSafe.MASK)
                : mask(value);
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
        // A copy of the request has all of its bytes.
        return isText(shown.contentType()) && CharsetDetector.hasUtf8Mark(content)
                ? CharsetDetector.BYTE_ORDER_MARK + text
                : text;
    }

    /** The body as text without secrets, cut after 64 KiB; only its size when it is not text. */
    String mask(byte[] body, @Nullable String contentType) {
        if (!isText(contentType)) {
            return "(" + body.length + " bytes of " + LogSafe.visible(String.valueOf(contentType)) + ")";
        }
        // A secret that is cut in two would not be recognised, so that the cut comes last.
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
}
