package io.httpconnector.internal.transport;

import java.util.concurrent.Future;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.cookie.CookieStore;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.jspecify.annotations.Nullable;

/** The context of one attempt, and its progress: only after there is a connection can the service have seen anything of it. */
final class AttemptContext extends HttpClientContext {

    /** The progress of an attempt. */
    enum Stage {
        /** There was no connection. */
        NOWHERE,
        /** A new connection, without a response. */
        NEW_CONNECTION,
        /** A connection that was kept from an earlier request, without a response. */
        KEPT_CONNECTION,
        /** The start of a response. */
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

    /** Sends the cookies of this store, and keeps those of the response. */
    void useCookieStore(CookieStore cookies) {
        setCookieStore(cookies);
    }

    /** No connection was left over: a new one is being opened. */
    void markNewConnection() {
        fresh = true;
        connected = false;
    }

    CallContext call() {
        return call;
    }

    /** What it waits for now, and need not when it is ended. */
    void waitsFor(Future<?> future) {
        transmission.waitsFor(future);
    }

    /** The request is about to be sent on a connection. */
    void markConnected() {
        connected = true;
        responseStarted = false;
        call.startPhase();
    }

    /** Path and query as they stand in the request line, secrets included. */
    String requestTarget() {
        return target;
    }

    /** The request does not say itself which content codings it accepts. */
    void useDefaultCodings() {
        defaultCodings = true;
    }

    boolean usesDefaultCodings() {
        return defaultCodings;
    }

    /** The head of a response to the request is there. */
    void markResponseStarted(@Nullable WireBody body) {
        this.body = body;
        responseStarted = true;
        call.endWaiting();
    }

    /** Returns the body as it comes from the socket; null when the response has none. */
    @Nullable WireBody body() {
        return body;
    }

    /** Returns whether the request itself went out, and not only what opens a tunnel for it. */
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
