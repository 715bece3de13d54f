package io.httpconnector;

import io.httpconnector.internal.transport.CallContext;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** The outcome of a call, or of its attempts so far. Immutable. Valid only on the sending thread while the listener is called. */
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
        return failure instanceof ConnectorException e && e.exchange().isPresent()
                ? e.exchange().get().status()
                : OptionalInt.empty();
    }

    /**
     * Why the call failed.
     *
     * @return what {@code send} throws; empty when it succeeded, or is to be tried again because of its response
     */
    public Optional<Throwable> failure() {
        return Optional.ofNullable(failure);
    }

    /**
     * Returns the elapsed time.
     *
     * @return the parts
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
     * @return bytes as they were sent, -1 for a stream of unknown length
     */
    public long sentBytes() {
        return sentBytes;
    }

    /**
     * Returns the size of the body that came.
     *
     * @return bytes, decompressed, of the last response
     */
    public long receivedBytes() {
        return receivedBytes;
    }

    /**
     * Returns the recorded request and response. Built on demand, because it costs far more than the other values.
     *
     * @return the exchange, without its secrets; empty when nothing was about to be sent
     */
    public Optional<Exchange> exchange() {
        if (response != null) {
            return Optional.of(response.exchange());
        }
        return failure instanceof ConnectorException e ? e.exchange() : Optional.empty();
    }

    /**
     * Says how it went, without secrets.
     *
     * @return request, status and time
     */
    @Override
    public String toString() {
        return request + " -> " + (status().isPresent() ? String.valueOf(status().getAsInt()) : "no response") + " in "
                + timings.total().toMillis() + " ms";
    }
}
