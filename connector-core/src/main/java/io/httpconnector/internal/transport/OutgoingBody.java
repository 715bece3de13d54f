package io.httpconnector.internal.transport;

import io.httpconnector.ProgressListener;
import io.httpconnector.internal.http.BodySource;
import org.jspecify.annotations.Nullable;

/**
 * A body to send.
 *
 * @param source the bytes, already compressed if they are in memory
 * @param contentType the media type
 * @param isGzip whether the body is sent compressed
 * @param progress receives the upload progress, or null
 */
public record OutgoingBody(
        BodySource source,
        String contentType,
        boolean isGzip,
        @Nullable ProgressListener progress) {

    public byte @Nullable [] bytes() {
        return source instanceof BodySource.ByteArraySource bytes ? bytes.all() : null;
    }
}
