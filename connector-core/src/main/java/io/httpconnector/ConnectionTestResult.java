package io.httpconnector;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The result of a connection test, suitable for display to the user who sets up the connection. Jackson 2 and 3 serialize it
 * with the properties {@code ok}, {@code outcome}, {@code message} and {@code took}. Immutable.
 *
 * <pre>{@code
 * ConnectionTestResult test = jira.test();
 * show(test.ok() ? "Connected in " + test.elapsed().toMillis() + " ms" : test.message());
 * }</pre>
 */
@JsonAutoDetect(getterVisibility = Visibility.NONE, isGetterVisibility = Visibility.NONE)
public final class ConnectionTestResult {

    private final Outcome outcome;
    private final String message;
    private final Duration took;
    private final @Nullable ConnectorException failure;
    private final Map<String, String> interceptors;

    private ConnectionTestResult(
            Outcome outcome,
            String message,
            Duration took,
            @Nullable ConnectorException failure,
            Map<String, String> interceptors) {
        this.interceptors = interceptors;
        this.outcome = outcome;
        this.message = message;
        this.took = took;
        this.failure = failure;
    }

    static ConnectionTestResult passed(String connection, Response response) {
        String message = "\"" + connection + "\" responded with " + response.status() + " in "
                + response.elapsed().toMillis() + " ms";
        return new ConnectionTestResult(Outcome.OK, message, response.elapsed(), null, Map.of());
    }

    static ConnectionTestResult failed(ConnectorException failure, Duration took) {
        return new ConnectionTestResult(
                outcomeOf(failure), String.valueOf(failure.getMessage()), took, failure, Map.of());
    }

    /** Returns this result with the states of interceptors by name. */
    ConnectionTestResult with(Map<String, String> states) {
        return states.isEmpty() ? this : new ConnectionTestResult(outcome, message, took, failure, states);
    }

    private static Outcome outcomeOf(ConnectorException failure) {
        if (failure instanceof CannotConnectException e) {
            return switch (e.reason()) {
                case UNKNOWN_HOST -> Outcome.UNKNOWN_HOST;
                case REFUSED -> Outcome.REFUSED;
                case TLS -> Outcome.TLS;
                case NOT_ALLOWED -> Outcome.NOT_ALLOWED;
                case PROXY -> Outcome.PROXY;
            };
        }
        if (failure instanceof TimedOutException) {
            return Outcome.TIMED_OUT;
        }
        if (failure instanceof RateLimitedException) {
            return Outcome.RATE_LIMITED;
        }
        if (failure instanceof StatusException e) {
            return switch (e.status()) {
                case 401 -> Outcome.UNAUTHORIZED;
                case 403 -> Outcome.FORBIDDEN;
                case 404 -> Outcome.NOT_FOUND;
                case 407 -> Outcome.PROXY;
                default -> Outcome.OTHER_STATUS;
            };
        }
        return failure.needsAuthorization() ? Outcome.AUTHORIZATION_REQUIRED : Outcome.OTHER_FAILURE;
    }

    /**
     * Returns whether the service responded as expected.
     *
     * @return true if it did
     */
    @JsonProperty("ok")
    public boolean ok() {
        return outcome == Outcome.OK;
    }

    /**
     * Returns the outcome.
     *
     * @return the outcome
     */
    @JsonProperty("outcome")
    public Outcome outcome() {
        return outcome;
    }

    /**
     * Returns the outcome as a sentence without secrets.
     *
     * @return the sentence
     */
    @JsonProperty("message")
    public String message() {
        return message;
    }

    /**
     * Returns the elapsed time of the test.
     *
     * @return the time
     */
    public Duration elapsed() {
        return took;
    }

    /** Returns the elapsed time as ISO 8601 text, so that every version of Jackson can write it without additional modules. */
    @JsonProperty("took")
    private String tookText() {
        return took.toString();
    }

    /**
     * Returns the failure of the test.
     *
     * @return the exception of {@code send}; empty if the test passed
     */
    public Optional<ConnectorException> failure() {
        return Optional.ofNullable(failure);
    }

    /**
     * Returns the states of the interceptors after the test, such as that of a circuit breaker: see {@link
     * HttpConnection#interceptorStates}.
     *
     * @return the states by the names of the interceptors
     */
    @JsonProperty("interceptors")
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public Map<String, String> interceptors() {
        return Collections.unmodifiableMap(interceptors);
    }

    /**
     * Throws the failure of the test, if it failed.
     *
     * @return this
     * @throws ConnectorException the exception of {@code send}, if the test failed
     */
    public ConnectionTestResult orThrow() {
        if (failure != null) {
            throw failure;
        }
        return this;
    }

    /**
     * Returns the outcome and the message in one line.
     *
     * @return one line
     */
    @Override
    public String toString() {
        return outcome + ": " + message;
    }

    /** The possible outcomes of a connection test. */
    public enum Outcome {
        /** The service responded as expected. */
        OK,
        /** The host name does not resolve. */
        UNKNOWN_HOST,
        /** The host refused the connection, or there is no route to it. */
        REFUSED,
        /**
         * No secure connection was established: an untrusted or expired certificate, a wrong host name, no common protocol
         * version.
         */
        TLS,
        /** The destination is not permitted by the {@link SsrfPolicy}. */
        NOT_ALLOWED,
        /** The proxy could not be reached, or did not forward the request. */
        PROXY,
        /** The call exceeded a timeout. */
        TIMED_OUT,
        /** The service permits no more requests for now. */
        RATE_LIMITED,
        /** 401: the credentials are missing or wrong. */
        UNAUTHORIZED,
        /** The auth strategy has no valid credentials: a user must consent, or enter other ones. */
        AUTHORIZATION_REQUIRED,
        /** 403: the credentials are valid, but lack a permission. */
        FORBIDDEN,
        /** 404: there is no resource at this URL. */
        NOT_FOUND,
        /** Any other status that the test request does not accept. */
        OTHER_STATUS,
        /** Any other failure: see {@link ConnectionTestResult#failure()}. */
        OTHER_FAILURE
    }
}
