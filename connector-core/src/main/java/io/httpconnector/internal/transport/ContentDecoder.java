package io.httpconnector.internal.transport;

import io.httpconnector.internal.io.GzipInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.hc.client5.http.entity.DeflateInputStream;

/** The content codings of response bodies (RFC 9110, section 8.4). */
final class ContentDecoder {

    /** The codings that are offered to a service by transports without decompression of their own. */
    static final String OFFER = "gzip, deflate";

    /** The codings registered with IANA and other compressions. A body with such a coding must not be read undecoded. */
    private static final Set<String> CODINGS = Set.of(
            "aes128gcm",
            "br",
            "bzip2",
            "compress",
            "dcb",
            "dcz",
            "deflate",
            "exi",
            "gzip",
            "lz4",
            "lzma",
            "pack200-gzip",
            "snappy",
            "x-bzip2",
            "x-compress",
            "x-gzip",
            "xz",
            "zstd");

    private static final Set<String> GZIP = Set.of("gzip", "x-gzip");

    private ContentDecoder() {}

    /** Returns the values of a list field. */
    static List<String> split(String field) {
        return Arrays.stream(field.split(",", -1)).map(String::strip).toList();
    }

    /** Returns whether a value is a content coding; some services send {@code UTF-8} or {@code none}. */
    static boolean isCoding(String value) {
        return CODINGS.contains(value.toLowerCase(Locale.ROOT));
    }

    static boolean isGzip(String coding) {
        return GZIP.contains(coding.toLowerCase(Locale.ROOT));
    }

    /**
     * Returns a body without its codings.
     *
     * @param field the values of {@code Content-Encoding}, in the order in which the codings were applied
     * @return the same stream if there are none
     */
    static InputStream decode(InputStream body, String field) throws IOException {
        List<String> codings = new ArrayList<>(split(field));
        codings.removeIf(coding -> !isCoding(coding));
        InputStream decoded = body;
        for (int i = codings.size() - 1; i >= 0; i--) {
            String coding = codings.get(i);
            if (isGzip(coding)) {
                decoded = new GzipInputStream(decoded);
            } else if (coding.equalsIgnoreCase("deflate")) {
                decoded = new DeflateInputStream(decoded);
            } else {
                throw new IOException("Unsupported Content-Encoding: " + coding);
            }
        }
        return decoded;
    }
}
