package io.httpconnector.internal.transport;

import java.util.concurrent.Future;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.cookie.CookieStore;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.jspecify.annotations.Nullable;

/** One attempt on its way, and how far it came: only once there is a connection can the service have seen anything of it. */
final class AttemptContext extends HttpClientContext {

    /** How far an attempt came. */
    enum Stage {
        /** There was no connection. */
        NOWHERE,
        /** A new connection, which gave no answer. */
        NEW_CONNECTION,
        /** A connection that was kept from an earlier request, which gave no answer. */
        KEPT_CONNECTION,
        /** The beginning of an answer. */
        ANSWER
    }

    private final String target;
    private final CancellableRequest transmission;
    private final CallContext call;
    private boolean fresh;
    private boolean connected;
    private boolean responseStarted;
    private @Nullable WireBody body;

    AttemptContext(String target, CancellableRequest transmission, CallContext call, RequestConfig config) {
        this.target = target;
        this.transmission = transmission;
        this.call = call;
        call.startAttempt();
        setRequestConfig(config);
    }

    /** Cookies go with it, and are taken from its answer. */
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

    /** The head of a response to the request is there. */
    void markResponseStarted(@Nullable WireBody body) {
        this.body = body;
        responseStarted = true;
        call.endWaiting();
    }

    /** The body as it comes from the socket; null when the response has none. */
    @Nullable WireBody body() {
        return body;
    }

    /** Whether the request itself went out, and not only what opens a tunnel for it. */
    boolean isSent() {
        return connected;
    }

    Stage stage() {
        if (!connected) {
            return Stage.NOWHERE;
        }
        if (responseStarted) {
            return Stage.ANSWER;
        }
        return fresh ? Stage.NEW_CONNECTION : Stage.KEPT_CONNECTION;
    }
}
