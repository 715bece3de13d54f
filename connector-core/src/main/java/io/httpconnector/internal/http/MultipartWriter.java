package io.httpconnector.internal.http;

import static io.httpconnector.internal.Arguments.notNull;

import io.httpconnector.internal.Arguments;
import io.httpconnector.internal.text.Ascii;
import io.httpconnector.internal.text.LogSafe;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Builds a multipart/form-data body (RFC 7578). As in browsers, names are in UTF-8, and characters that would end a name are
 * percent-encoded.
 */
public record MultipartWriter(String contentType) {

    private static final Pattern ESCAPED = Pattern.compile("[\"\\x00-\\x08\\x0A-\\x1F\\x7F]");

    private static final String BOUNDARY = "boundary=";

    public static MultipartWriter create() {
        return new MultipartWriter("multipart/form-data; " + BOUNDARY
                + UUID.randomUUID().toString().replace("-", ""));
    }

    public static MultipartWriter of(String contentType) {
        return new MultipartWriter(contentType);
    }

    private String boundary() {
        return contentType.substring(contentType.indexOf(BOUNDARY) + BOUNDARY.length());
    }

    /** Returns a media type that was asked for with the boundary of this form; its own media type if that is no multipart type. */
    public String contentType(String asked) {
        if (!Ascii.lowerCase(asked.strip()).startsWith("multipart/")) {
            return contentType;
        }
        if (asked.endsWith(boundary())) {
            return asked;
        }
        int semicolon = asked.indexOf(';');
        boolean hasBoundary = semicolon >= 0 && Ascii.lowerCase(asked).indexOf(BOUNDARY, semicolon) >= 0;
        return (hasBoundary ? asked.substring(0, semicolon) : asked).strip() + "; " + BOUNDARY + boundary();
    }

    /** Returns an empty form. */
    public BodySource empty() {
        return new BodySource.SequenceSource(List.of(end()));
    }

    /** Returns a form with an additional part at its end. */
    public BodySource with(BodySource form, BodySource part) {
        List<BodySource> all = new ArrayList<>(((BodySource.SequenceSource) form).parts());
        all.set(all.size() - 1, text("--" + boundary() + "\r\n"));
        all.add(part);
        all.add(text("\r\n"));
        all.add(end());
        return new BodySource.SequenceSource(List.copyOf(all));
    }

    /**
     * Returns a form as it is shown. Parts that are not text, and files and streams, are masks.
     *
     * @param mask masks the secrets in a text
     */
    public BodySource masked(BodySource form, UnaryOperator<String> mask) {
        List<BodySource> all = new ArrayList<>();
        ((BodySource.SequenceSource) form).parts().forEach(part -> all.add(shown(part, mask)));
        // Parts can be added before the end.
        all.set(all.size() - 1, end());
        return new BodySource.SequenceSource(List.copyOf(all));
    }

    private static BodySource shown(BodySource source, UnaryOperator<String> mask) {
        if (source instanceof BodySource.SequenceSource sequence) {
            return new BodySource.SequenceSource(
                    sequence.parts().stream().map(part -> shown(part, mask)).toList());
        }
        if (source instanceof BodySource.ByteArraySource bytes) {
            String text = new String(bytes.all(), StandardCharsets.UTF_8);
            boolean isText = Arrays.equals(text.getBytes(StandardCharsets.UTF_8), bytes.all());
            return text(isText ? mask.apply(text) : LogSafe.MASK);
        }
        return text(LogSafe.MASK);
    }

    private BodySource end() {
        return text("--" + boundary() + "--\r\n");
    }

    public static BodySource part(NameValuePair field) {
        return text("Content-Disposition: form-data; name=\"" + quoted(field.name()) + "\"\r\n\r\n" + field.value());
    }

    public static BodySource part(
            String name, @Nullable String fileName, String contentType, boolean isGzip, BodySource content) {
        String head = "Content-Disposition: form-data; name=\"" + quoted(notNull(name, "name of a part"))
                + (fileName == null ? "" : "\"; filename=\"" + quoted(fileName)) + "\"\r\nContent-Type: "
                + contentType + "\r\n" + (isGzip ? "Content-Encoding: gzip\r\n" : "") + "\r\n";
        return new BodySource.SequenceSource(List.of(text(head), content));
    }

    /** Percent-encodes quotes and line breaks as browsers do, and other control characters, which a header field can't contain. */
    private static String quoted(String name) {
        return ESCAPED.matcher(Arguments.encodable("name in a multipart form", name))
                .replaceAll(match ->
                        String.format(Locale.ROOT, "%%%02X", (int) match.group().charAt(0)));
    }

    private static BodySource text(String text) {
        return new BodySource.ByteArraySource(text.getBytes(StandardCharsets.UTF_8));
    }
}
