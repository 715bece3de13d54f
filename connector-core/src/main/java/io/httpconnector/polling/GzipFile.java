package io.httpconnector.polling;

import io.httpconnector.internal.io.GzipInputStream;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * Recognizes a body that is itself a gzip file (RFC 1952), such as an export, which has no {@code Content-Encoding}. Its first two
 * bytes start no text.
 */
final class GzipFile {

    private static final int FIRST = 0x1f;
    private static final int SECOND = 0x8b;

    /** A file that is compressed twice; the limit ends files that contain themselves. */
    private static final int MAX_LAYERS = 2;

    private GzipFile() {}

    /** Returns the content of a body that is a gzip file, or of a gzip file within it; other bodies as they are. */
    static BufferedInputStream decompressed(InputStream body) throws IOException {
        InputStream content = body;
        for (int layer = 0; layer < MAX_LAYERS; layer++) {
            BufferedInputStream in = new BufferedInputStream(content);
            in.mark(2);
            boolean isGzip = in.read() == FIRST && in.read() == SECOND;
            in.reset();
            if (!isGzip) {
                return in;
            }
            content = new GzipInputStream(in);
        }
        return new BufferedInputStream(content);
    }
}
