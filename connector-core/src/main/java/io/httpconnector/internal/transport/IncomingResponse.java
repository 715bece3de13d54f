package io.httpconnector.internal.transport;

import io.httpconnector.internal.text.Ascii;
import io.httpconnector.internal.text.HeaderFields;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpEntity;
import org.jspecify.annotations.Nullable;

/** A response whose body has not been read from the socket yet. Not thread-safe; valid only while the response is being read. */
public final class IncomingResponse {

    private final ClassicHttpResponse response;
    private final HeaderFields headers;
    private final @Nullable HttpEntity entity;
    private final @Nullable WireBody body;
    private final CancellableRequest request;

    IncomingResponse(ClassicHttpResponse response, @Nullable WireBody body, CancellableRequest request) {
        this.response = response;
        this.headers = new ApacheHeaderFields(response.getHeaders());
        this.entity = response.getEntity();
        this.body = body;
        this.request = request;
    }

    public int status() {
        return response.getCode();
    }

    public HeaderFields headers() {
        return headers;
    }

    /** Returns the decompressed body; an empty stream if there is none. */
    public InputStream content() throws IOException {
        return entity == null ? InputStream.nullInputStream() : entity.getContent();
    }

    public boolean hasBody() {
        return entity != null;
    }

    /** Returns the length of the body; negative if unknown. */
    public long length() {
        return entity == null ? 0 : entity.getContentLength();
    }

    /**
     * Returns whether a short body has arrived completely, or does so without a pause, so that it can be inspected without
     * delaying the reader.
     *
     * @param max the maximum length
     * @param silence the maximum wait for the next bytes
     */
    public boolean isWholeWithin(int max, Duration silence) throws IOException {
        if (entity == null || body == null) {
            return true;
        }
        String type = entity.getContentType();
        boolean isEventStream = type != null && Ascii.lowerCase(type).startsWith("text/event-stream");
        return !isEventStream && body.isWholeWithin(max, silence);
    }

    /** Sets the maximum wait for the next bytes of the body. */
    public void limitIdleTime(Duration limit) {
        if (body != null) {
            body.limitIdleTime(limit);
        }
    }

    /** Closes the connection, so that the rest of the body need not be read. */
    public void abort() {
        boolean unused = request.cancel();
    }
}
