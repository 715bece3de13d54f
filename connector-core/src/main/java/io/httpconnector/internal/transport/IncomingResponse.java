package io.httpconnector.internal.transport;

import io.httpconnector.internal.text.Ascii;
import io.httpconnector.internal.text.HeaderFields;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpEntity;
import org.jspecify.annotations.Nullable;

/** A response whose body is still in the socket. Used by one thread, as long as it is read. */
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

    /** Returns the body, decompressed; empty if there is none. */
    public InputStream content() throws IOException {
        return entity == null ? InputStream.nullInputStream() : entity.getContent();
    }

    public boolean hasBody() {
        return entity != null;
    }

    /** Returns the length of the body, negative if it is not known. */
    public long length() {
        return entity == null ? 0 : entity.getContentLength();
    }

    /**
     * Returns whether all of a short body is there, or comes at once, so that it can be looked at without holding it back.
     *
     * @param max the maximum length
     * @param silence how long to wait for the next bytes
     */
    public boolean isWholeWithin(int max, Duration silence) throws IOException {
        if (entity == null || body == null) {
            return true;
        }
        String type = entity.getContentType();
        boolean isEventStream = type != null && Ascii.lowerCase(type).startsWith("text/event-stream");
        return !isEventStream && body.isWholeWithin(max, silence);
    }

    /** Gives up the connection. Otherwise the rest of the body would be read first. */
    public void abort() {
        boolean unused = request.cancel();
    }
}
