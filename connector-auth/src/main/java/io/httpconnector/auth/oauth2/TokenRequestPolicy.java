package io.httpconnector.auth.oauth2;

import io.httpconnector.ConnectorException;
import io.httpconnector.InvalidResponseException;
import io.httpconnector.RateLimitedException;
import io.httpconnector.StatusException;
import io.httpconnector.TimeSource;
import io.httpconnector.TimedOutException;
import io.httpconnector.TransferException;
import io.httpconnector.auth.internal.FailedAttempts;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/** The backoff after a failed token request: short after a failure of the server, longer after an error response. */
record TokenRequestPolicy(TimeSource timeSource) implements FailedAttempts.Policy {

    private static final Duration TEMPORARY = Duration.ofSeconds(2);
    private static final Duration REJECTED = Duration.ofSeconds(30);
    private static final Set<String> TEMPORARY_ERRORS = Set.of("temporarily_unavailable", "server_error", "slow_down");

    @Override
    public long now() {
        return timeSource.now().toEpochMilli();
    }

    @Override
    public Duration initialBackoff(ConnectorException failure) {
        if (failure instanceof OAuth2Exception e) {
            return e.error().filter(TEMPORARY_ERRORS::contains).isPresent() ? TEMPORARY : REJECTED;
        }
        if (failure instanceof StatusException e) {
            return e.status() >= 500 || e.status() == 408 ? TEMPORARY : REJECTED;
        }
        boolean isTemporary = failure instanceof TimedOutException
                || failure instanceof TransferException
                || failure instanceof RateLimitedException
                || failure instanceof InvalidResponseException;
        // A request that did not reach the server, or a failure of the token store, is no response of the server.
        return isTemporary ? TEMPORARY : Duration.ZERO;
    }

    @Override
    public ConnectorException withinBackoff(ConnectorException failure, Duration remaining) {
        String message = "No token request is sent until the backoff ends in " + (remaining.toSeconds() + 1) + " s: "
                + failure.getMessage();
        Optional<String> error = failure instanceof OAuth2Exception e ? e.error() : Optional.empty();
        return failure instanceof AuthorizationRequiredException
                ? new AuthorizationRequiredException(message, error.orElse(null), failure, remaining)
                : new OAuth2Exception(message, error.orElse(null), failure, remaining);
    }
}
