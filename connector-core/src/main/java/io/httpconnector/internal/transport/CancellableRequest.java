package io.httpconnector.internal.transport;

import io.httpconnector.internal.http.NameValuePair;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.hc.core5.concurrent.Cancellable;
import org.apache.hc.core5.concurrent.CancellableDependency;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.http.message.BasicClassicHttpRequest;
import org.jspecify.annotations.Nullable;

/** An Apache HttpClient request that another thread can cancel at any time. */
final class CancellableRequest extends BasicClassicHttpRequest implements CancellableDependency {

    private static final long serialVersionUID = 1L;

    private static final Cancellable ENDED = () -> false;

    private final transient AtomicReference<@Nullable Cancellable> dependency = new AtomicReference<>();
    private transient volatile @Nullable Future<?> waiting;
    private volatile boolean expired;
    private volatile boolean closed;

    /**
     * Creates a request whose target has its secrets masked, because HttpClient logs it; the real target is set once there is a
     * connection.
     */
    CancellableRequest(OutgoingRequest request, HttpHost host) {
        super(request.method(), host, request.shownTarget());
        for (NameValuePair field : request.headers()) {
            addHeader(new OutgoingHeader(field));
        }
        OutgoingBody body = request.body();
        if (body != null) {
            if (!containsHeader("Content-Type")) {
                addHeader("Content-Type", body.contentType());
            }
            if (body.isGzip()) {
                setHeader("Content-Encoding", "gzip");
            }
            byte[] bytes = body.bytes();
            setEntity(
                    bytes != null && body.progress() == null ? new ByteArrayEntity(bytes, null) : new BodyEntity(body));
        }
    }

    /** Adapts a field to an Apache HttpClient header without copying its value. */
    private record OutgoingHeader(NameValuePair field) implements Header {

        @Override
        public String getName() {
            return field.name();
        }

        @Override
        public String getValue() {
            return field.value();
        }

        @Override
        public boolean isSensitive() {
            return field.isSensitive();
        }

        @Override
        public String toString() {
            return field.toString();
        }
    }

    /** Cancels the request because the call has exceeded its timeout. Called by the deadline scheduler. */
    void expire() {
        expired = true;
        cancel();
    }

    /** Cancels the request because the connection is being closed. */
    void close() {
        closed = true;
        cancel();
    }

    /** Sets the future that is cancelled together with the request. */
    void waitsFor(Future<?> future) {
        waiting = future;
        if (isCancelled()) {
            future.cancel(true);
        }
    }

    boolean isExpired() {
        return expired;
    }

    boolean isClosed() {
        return closed;
    }

    @Override
    public boolean cancel() {
        Cancellable current = dependency.getAndSet(ENDED);
        Future<?> future = waiting;
        if (future != null) {
            future.cancel(true);
        }
        return current != null && current.cancel();
    }

    @Override
    public void setDependency(Cancellable next) {
        Cancellable previous = dependency.getAndUpdate(current -> current == ENDED ? ENDED : next);
        if (previous == ENDED) {
            next.cancel();
        }
    }

    @Override
    public boolean isCancelled() {
        return dependency.get() == ENDED;
    }
}
