package io.httpconnector.resilience;

import io.httpconnector.ConnectorException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Thrown when a circuit breaker permits no request, because the service has failed before. Nothing was sent. */
public final class CircuitOpenException extends ConnectorException {

    private static final long serialVersionUID = 1L;

    /** The name of the circuit breaker. */
    private final String circuit;

    /** The time until trial requests. */
    private final @Nullable Duration wait;

    CircuitOpenException(String circuit, String message, @Nullable Duration wait) {
        super(message);
        this.circuit = circuit;
        this.wait = wait;
    }

    /**
     * Returns the name of the circuit breaker.
     *
     * @return the name
     */
    public String circuit() {
        return circuit;
    }

    /**
     * Returns the time until the circuit breaker permits trial requests. A polling trigger waits at least as long.
     *
     * @return the time; empty if it is unknown
     */
    @Override
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(wait);
    }
}
