package io.httpconnector.internal.transport;

import java.util.concurrent.Future;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.jspecify.annotations.Nullable;

/** The context and progress of one attempt. The service cannot have received anything before the attempt has a connection. */
final class AttemptContext extends HttpClientContext {

    /** The stage that an attempt has reached. */
    enum Stage {
        /** No connection was established. */
        NOWHERE,
        /** A new connection was established, but no response was received. */
        NEW_CONNECTION,
        /** A connection kept from an earlier request was reused, but no response was received. */
        KEPT_CONNECTION,
        /** The head of a response was received. */
        RESPONSE_STARTED
    }

    private final String target;
    private final CancellableRequest transmission;
    private final CallContext call;
    private boolean fresh;
    private boolean connected;
    private boolean responseStarted;
    private boolean defaultCodings;
    private @Nullable WireBody body;

    AttemptContext(String target, CancellableRequest transmission, CallContext call, RequestConfig config) {
        this.target = target;
        this.transmission = transmission;
        this.call = call;
        call.startAttempt();
        setRequestConfig(config);
    }

    /** Records that the pool had no idle connection, so a new one is being opened. */
    void markNewConnection() {
        fresh = true;
        connected = false;
    }

    CallContext call() {
        return call;
    }

    /** Sets the future that the attempt now waits for, and that is cancelled together with the request. */
    void waitsFor(Future<?> future) {
        transmission.waitsFor(future);
    }

    /** Records that the request is about to be sent on a connection. */
    void markConnected() {
        connected = true;
        responseStarted = false;
        call.startPhase();
    }

    /** Returns the path and query of the request line, including secrets. */
    String requestTarget() {
        return target;
    }

    /** Records that the request has no {@code Accept-Encoding} of its own. */
    void useDefaultCodings() {
        defaultCodings = true;
    }

    boolean usesDefaultCodings() {
        return defaultCodings;
    }

    /** Records that the head of the response to the request was received. */
    void markResponseStarted(@Nullable WireBody body) {
        this.body = body;
        responseStarted = true;
        call.endWaiting();
    }

    /** Returns the body as received from the socket, before decompression; null if the response has none. */
    @Nullable WireBody body() {
        return body;
    }

    /** Returns whether the request itself was sent, and not only the CONNECT request that opens a tunnel for it. */
    boolean isSent() {
        return connected;
    }

    Stage stage() {
        if (!connected) {
            return Stage.NOWHERE;
        }
        if (responseStarted) {
            return Stage.RESPONSE_STARTED;
        }
        return fresh ? Stage.NEW_CONNECTION : Stage.KEPT_CONNECTION;
    }
}
