package io.httpconnector.internal.transport;

import io.httpconnector.ProgressListener;
import io.httpconnector.internal.http.BodySource;
import io.httpconnector.internal.io.ProgressStreams;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.zip.GZIPOutputStream;
import org.apache.hc.core5.http.io.entity.AbstractHttpEntity;
import org.jspecify.annotations.Nullable;

/** Adapts a body to an Apache HttpClient entity. The body is read while it is sent. */
final class BodyEntity extends AbstractHttpEntity {

    private final BodySource content;
    private final boolean gzip;
    private final @Nullable ProgressListener progress;

    BodyEntity(OutgoingBody body) {
        super(body.contentType(), null, isCompressed(body) || body.source().length() == BodySource.UNKNOWN);
        this.content = body.source();
        this.gzip = isCompressed(body);
        this.progress = body.progress();
    }

    /** Returns whether the body is compressed while it is sent. A body in memory is already compressed. */
    private static boolean isCompressed(OutgoingBody body) {
        return body.isGzip() && body.bytes() == null;
    }

    @Override
    public void writeTo(OutputStream stream) throws IOException {
        OutputStream out = progress == null ? stream : ProgressStreams.out(stream, progress, getContentLength());
        long length;
        if (gzip) {
            GZIPOutputStream zip = new GZIPOutputStream(out);
            length = content.writeTo(zip);
            zip.finish();
        } else {
            length = content.writeTo(out);
        }
        if (content.length() != BodySource.UNKNOWN && content.length() != length) {
            throw new IOException("the body has " + length + " bytes, but " + content.length() + " were announced");
        }
        if (progress != null) {
            // Reports the remaining progress; the underlying stream stays open.
            out.close();
        }
    }

    @Override
    public InputStream getContent() throws IOException {
        return content.open();
    }

    @Override
    public long getContentLength() {
        return gzip ? BodySource.UNKNOWN : content.length();
    }

    @Override
    public boolean isRepeatable() {
        return content.isRepeatable();
    }

    @Override
    public boolean isStreaming() {
        return true;
    }

    @Override
    public void close() {
        // The code that opens the content closes it.
    }
}
