package io.httpconnector;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The result of a connection test, to be shown to the user who sets up the connection. Jackson 2 and 3 write it as {@code ok}, {@code outcome},
 * {@code message} and {@code took}. Immutable.
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

    private ConnectionTestResult(Outcome outcome, String message, Duration took, @Nullable ConnectorException failure) {
        this.outcome = outcome;
        this.message = message;
        this.took = took;
        this.failure = failure;
    }

    static ConnectionTestResult passed(String connection, Response response) {
        String message = "\"" + connection + "\" responded with " + response.status() + " in "
                + response.elapsed().toMillis() + " ms";
        return new ConnectionTestResult(Outcome.OK, message, response.elapsed(), null);
    }

    static ConnectionTestResult failed(ConnectorException failure, Duration took) {
        return new ConnectionTestResult(outcomeOf(failure), String.valueOf(failure.getMessage()), took, failure);
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
        return Outcome.OTHER_FAILURE;
    }

    /**
     * Tells whether the service responded as expected.
     *
     * @return true when it did
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

    /** As ISO 8601 text, for any version of Jackson, with or without its modules. */
    @JsonProperty("took")
    private String tookText() {
        return took.toString();
    }

    /**
     * Why the test failed.
     *
     * @return what {@code send} threw; empty when the test passed
     */
    public Optional<ConnectorException> failure() {
        return Optional.ofNullable(failure);
    }

    /**
     * Goes on only when the test passed.
     *
     * @return this
     * @throws ConnectorException what {@code send} threw, when the test failed
     */
    public ConnectionTestResult orThrow() {
        if (failure != null) {
            throw failure;
        }
        return this;
    }

    /**
     * Returns the outcome and the message.
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
        /** The host refused the connection, or no route leads to it. */
        REFUSED,
        /** No secure connection: an untrusted or expired certificate, a wrong host name, no common protocol. */
        TLS,
        /** The connection may not lead there: see {@link SsrfPolicy}. */
        NOT_ALLOWED,
        /** The proxy could not be reached, or would not pass the request on. */
        PROXY,
        /** Nothing came in time. */
        TIMED_OUT,
        /** The service permits no more requests for now. */
        RATE_LIMITED,
        /** 401: the credentials are missing or wrong. */
        UNAUTHORIZED,
        /** 403: the credentials are right, but permit too little. */
        FORBIDDEN,
        /** 404: there is nothing at this URL. */
        NOT_FOUND,
        /** Any other status that the test request does not accept. */
        OTHER_STATUS,
        /** Anything else: see {@link ConnectionTestResult#failure()}. */
        OTHER_FAILURE
    }
}
