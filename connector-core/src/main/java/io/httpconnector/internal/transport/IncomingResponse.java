package io.httpconnector.internal.transport;

import io.httpconnector.internal.text.Ascii;
import io.httpconnector.internal.text.HeaderFields;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.function.BiFunction;
import org.apache.hc.core5.concurrent.Cancellable;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.io.entity.HttpEntityWrapper;
import org.apache.hc.core5.http.io.entity.InputStreamEntity;
import org.jspecify.annotations.Nullable;

/** A response whose body has not been read from the socket yet. Not thread-safe; valid only while the response is being read. */
public final class IncomingResponse {

    private final int status;
    private final HeaderFields headers;
    private final @Nullable HttpEntity entity;
    private final @Nullable BodyControl body;
    private final @Nullable Cancellable exchange;

    IncomingResponse(ClassicHttpResponse response, @Nullable WireBody body, CancellableRequest request) {
        this(response.getCode(), new ApacheHeaderFields(response.getHeaders()), response.getEntity(), body, request);
    }

    private IncomingResponse(
            int status,
            HeaderFields headers,
            @Nullable HttpEntity entity,
            @Nullable BodyControl body,
            @Nullable Cancellable exchange) {
        this.status = status;
        this.headers = headers;
        this.entity = entity;
        this.body = body;
        this.exchange = exchange;
    }

    /**
     * Creates a response that comes from no socket.
     *
     * @param content the decompressed body; null if there is none
     * @param length the length of the body; -1 if unknown
     */
    public static IncomingResponse of(int status, HeaderFields headers, @Nullable InputStream content, long length) {
        return of(status, headers, content, length, null, null);
    }

    /**
     * Creates a response whose body is received while it is read.
     *
     * @param content the decompressed body; null if there is none
     * @param length the length of the body; -1 if unknown
     * @param body the control of the body; null if it is in memory
     * @param exchange ends the exchange; null if it has ended
     */
    static IncomingResponse of(
            int status,
            HeaderFields headers,
            @Nullable InputStream content,
            long length,
            @Nullable BodyControl body,
            @Nullable Cancellable exchange) {
        String type = null;
        for (int i = 0; i < headers.size(); i++) {
            type = headers.name(i).equalsIgnoreCase("Content-Type") ? headers.value(i) : type;
        }
        HttpEntity entity = content == null
                ? null
                : new InputStreamEntity(content, length, type == null ? null : ContentType.parseLenient(type));
        return new IncomingResponse(status, headers, entity, body, exchange);
    }

    /**
     * Returns the same response with a body that is read through another stream.
     *
     * @param stream creates the stream from that of the body and the context
     * @param context a value for the stream
     */
    public <T> IncomingResponse through(BiFunction<InputStream, T, InputStream> stream, T context) {
        HttpEntity original = entity;
        if (original == null) {
            return this;
        }
        HttpEntity wrapped = new HttpEntityWrapper(original) {
            @Override
            public InputStream getContent() throws IOException {
                return stream.apply(super.getContent(), context);
            }
        };
        return new IncomingResponse(status, headers, wrapped, body, exchange);
    }

    public int status() {
        return status;
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
        if (exchange != null) {
            boolean unused = exchange.cancel();
        }
    }
}
