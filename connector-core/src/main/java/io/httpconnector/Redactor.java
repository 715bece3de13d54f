package io.httpconnector;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.hc.core5.http.Header;
import org.jspecify.annotations.Nullable;

/**
 * Masks the secrets of one request wherever they turn up: where they were put, and where the service echoes them, plain,
 * percent-encoded or escaped as in JSON. It knows a secret by where it came from, not by the name of a header.
 */
final class Redactor {

    private static final int MAX_BODY = 64 * 1024;

    /** Longest first, so that a secret that holds another one is masked as a whole. */
    private final Set<String> values =
            new TreeSet<>(Comparator.comparingInt(String::length).reversed().thenComparing(Comparator.naturalOrder()));

    Redactor(List<Field> secrets) {
        for (Field field : secrets) {
            Secret secret = field.secret();
            if (secret != null && !secret.isAssumed()) {
                secret.eachValue(this::hide);
            } else if (field.value().length() >= Secret.MIN_ASSUMED) {
                hide(field.value());
            }
        }
    }

    private void hide(String value) {
        String encoded = Ascii.percentEncode(value);
        values.add(value);
        values.add(encoded);
        values.add(URLEncoder.encode(value, StandardCharsets.UTF_8));
        values.add(new String(JsonStringEncoder.getInstance().quoteAsString(value)));
    }

    String mask(String text) {
        String masked = text;
        for (String value : values) {
            masked = masked.replace(value, Secret.MASK);
        }
        return masked;
    }

    Headers mask(Header[] headers) {
        Header[] masked = new Header[headers.length];
        for (int i = 0; i < headers.length; i++) {
            Header header = headers[i];
            String value = header.getValue() == null ? "" : header.getValue();
            masked[i] = Field.of(header.getName(), header.isSensitive() ? Secret.MASK : maskCookie(header, value));
        }
        return new Headers(masked);
    }

    /** What the service sets as a cookie is a secret of its own. */
    private String maskCookie(Header header, String value) {
        return header.getName().equalsIgnoreCase("Set-Cookie")
                ? value.replaceFirst("=[^;]*", "=" + Secret.MASK)
                : mask(value);
    }

    String mask(Body body) {
        if (body.isConcealed()) {
            return Secret.MASK;
        }
        Body shown = body.shown();
        return shown.isInMemory() ? mask(shown.content(), shown.contentType()) : "(" + shown + ")";
    }

    /** The body as text without secrets, cut after 64 KiB; only its size when it is not text. */
    String mask(byte[] body, @Nullable String contentType) {
        if (!isText(contentType)) {
            return "(" + body.length + " bytes of " + Ascii.visible(String.valueOf(contentType)) + ")";
        }
        // A secret that is cut in two would not be recognised, so that the cut comes last.
        int longest = values.isEmpty() ? 0 : values.iterator().next().length();
        int decoded = (int) Math.min(body.length, MAX_BODY + 4L * longest);
        String text = mask(Text.of(body, decoded, contentType));
        int whole = decoded < body.length ? Math.max(0, text.length() - longest) : text.length();
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
