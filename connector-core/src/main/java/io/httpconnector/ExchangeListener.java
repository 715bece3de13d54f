package io.httpconnector;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A listener for the calls of a connection, for metrics, traces and audit logs.
 *
 * <pre>{@code
 * .listener(start -> new ExchangeListener.CallObserver() {
 *     public void ended(ExchangeResult report) {
 *         audit.add(start.connection(), report.exchange(), report.timings());
 *     }
 * })
 * }</pre>
 *
 * <p>Called on the sending thread, which is not that of the caller of {@code sendAsync}, so implementations must return quickly
 * and be thread-safe. Exceptions and errors are logged and do not affect the call.
 */
@FunctionalInterface
public interface ExchangeListener {

    /**
     * Called when a call starts.
     *
     * @param start the call, to which header fields can be added
     * @return an observer of the rest of the call
     */
    CallObserver started(ExchangeStarted start);

    /**
     * Called when the auth strategy has requested credentials, such as a token or a session: with the first request, on renewal,
     * and after the consent of a user. The thread is the one that sends the request for them. The default does nothing.
     *
     * @param report the result, without secrets
     */
    default void credentials(CredentialsReport report) {}

    /**
     * Returns a listener for one call that another thread sends ({@link HttpConnection#sendAsync}), with the context of the current
     * thread, such as the parent of a trace. The default is this listener.
     *
     * @return the listener of the call
     */
    default ExchangeListener inCurrentContext() {
        return this;
    }

    /** The outcome of a request for credentials. */
    enum CredentialsOutcome {
        /** New credentials are used from now on. */
        OBTAINED,
        /** The request has failed; it is repeated after a backoff. */
        FAILED,
        /** The credentials were rejected: {@link ConnectorException#needsAuthorization()}. */
        AUTHORIZATION_NEEDED
    }

    /**
     * The result of a request for credentials.
     *
     * @param connection the name of the connection
     * @param outcome the outcome
     * @param expiresAt the expiry of the new credentials; empty if it is unknown or there are none
     * @param duration the duration of the request
     * @param failure the exception; empty if credentials were obtained
     */
    record CredentialsReport(
            String connection,
            CredentialsOutcome outcome,
            Optional<Instant> expiresAt,
            Duration duration,
            Optional<ConnectorException> failure) {}

    /** Observes one call. */
    interface CallObserver {

        /**
         * Called when an attempt has failed and another one follows. The default does nothing.
         *
         * @param report the result so far
         * @param wait the delay before the next attempt
         */
        default void retrying(ExchangeResult report, Duration wait) {}

        /**
         * Called when the call has ended. The default does nothing.
         *
         * @param report the result of the call
         */
        default void ended(ExchangeResult report) {}
    }
}
