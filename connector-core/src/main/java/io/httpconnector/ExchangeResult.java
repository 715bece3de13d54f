package io.httpconnector;

import io.httpconnector.internal.transport.CallContext;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** The outcome of a call, or of its attempts so far. Immutable and thread-safe. It refers to the bodies of the request and the response. */
public final class ExchangeResult {

    private final Request request;
    private final @Nullable Response response;
    private final @Nullable Throwable failure;
    private final Timings timings;
    private final int attempts;
    private final long sentBytes;
    private final long receivedBytes;

    ExchangeResult(Request request, @Nullable Response response, @Nullable Throwable failure, CallContext call) {
        this.request = request;
        this.response = response;
        this.failure = failure;
        this.timings = call.timings();
        this.attempts = call.attempts();
        Body body = request.content();
        this.sentBytes = body == null ? 0 : body.source().length();
        this.receivedBytes = call.receivedBytes();
    }

    /**
     * Returns the status code.
     *
     * @return the status; empty when there was no response
     */
    public OptionalInt status() {
        if (response != null) {
            return OptionalInt.of(response.status());
        }
        return failure instanceof ConnectorException e ? status(e) : OptionalInt.empty();
    }

    static OptionalInt status(ConnectorException failure) {
        return failure.exchange().map(Exchange::status).orElse(OptionalInt.empty());
    }

    /**
     * Returns the exception with which the call or its last attempt failed.
     *
     * @return the exception of {@code send}; empty if the call succeeded, or is retried because of its response
     */
    public Optional<Throwable> failure() {
        return Optional.ofNullable(failure);
    }

    /**
     * Returns the durations of the phases of the call.
     *
     * @return the durations
     */
    public Timings timings() {
        return timings;
    }

    /**
     * Returns the number of attempts.
     *
     * @return at least 1
     */
    public int attempts() {
        return attempts;
    }

    /**
     * Returns the size of the body that was sent.
     *
     * @return the number of bytes as sent; -1 for a stream of unknown length
     */
    public long sentBytes() {
        return sentBytes;
    }

    /**
     * Returns the size of the body that was received.
     *
     * @return the number of decompressed bytes of the last response
     */
    public long receivedBytes() {
        return receivedBytes;
    }

    /**
     * Returns the recorded request and response. It is created on demand, because it is far more expensive than the other
     * values.
     *
     * @return the exchange, without secrets; empty if there was no request to send
     */
    public Optional<Exchange> exchange() {
        if (response != null) {
            return Optional.of(response.exchange());
        }
        return failure instanceof ConnectorException e ? e.exchange() : Optional.empty();
    }

    /**
     * Returns a summary without secrets.
     *
     * @return request, status and time
     */
    @Override
    public String toString() {
        return request + " -> " + (status().isPresent() ? String.valueOf(status().getAsInt()) : "no response") + " in "
                + timings.total().toMillis() + " ms";
    }
}
