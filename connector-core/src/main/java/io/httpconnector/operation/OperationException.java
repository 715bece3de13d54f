package io.httpconnector.operation;

import io.httpconnector.ConnectorException;
import io.httpconnector.Exchange;
import io.httpconnector.Response;
import io.httpconnector.internal.text.LogSafe;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A failure of an operation that does not lead to a result. Neither the message nor the exchange contains a secret. */
public final class OperationException extends ConnectorException {

    private static final long serialVersionUID = 1L;
    private static final int MAX_SHOWN = 200;

    /** The reason. */
    private final OperationFailure reason;

    /** The id of the operation. */
    private final @Nullable String id;

    private final transient @Nullable OperationStatus status;
    private final transient @Nullable Exchange exchange;

    /** The reason why there is no result. */
    public enum OperationFailure {
        /** The service rejected the request that starts the operation: nothing was started. */
        REJECTED,
        /** A request cannot be created, such as because a value is missing: it was not sent. */
        INVALID_REQUEST,
        /** The response to the start has neither an id nor a status URL at the configured location. */
        MISSING_ID,
        /**
         * The response to the start was lost, and neither an idempotency key nor a lookup shows whether the operation was
         * started. It is not started again.
         */
        UNKNOWN_START,
        /** The service reports that the operation has failed. */
        FAILED,
        /** The operation was aborted. */
        ABORTED,
        /** The operation did not end within the timeout. It may still be running. */
        TIMED_OUT,
        /** The service reports a state that the definition does not know. */
        UNKNOWN_STATE,
        /** The service does not know the operation (status 404 or 410), or does not know it any more. */
        NOT_FOUND,
        /** The service does not accept the credentials any more. The operation may still be running. */
        NOT_AUTHORIZED,
        /** The service rejects the status request. */
        STATUS_REJECTED,
        /** The URL of the status or of the result is on another origin that the definition does not allow. */
        FOREIGN_URL,
        /** The result does not exist any more, even after its URL was requested again. */
        RESULT_EXPIRED,
        /** A value of a response cannot be read. */
        UNEXPECTED_RESPONSE,
        /** The run is not stored, or its result is not available. */
        NO_RESULT
    }

    /** The known facts about the operation when it fails. */
    record Context(
            @Nullable String id,
            @Nullable OperationStatus status,
            @Nullable Exchange exchange) {

        static final Context NONE = new Context(null, null, null);

        static Context of(Response response) {
            return new Context(null, null, response.exchange());
        }

        static Context of(String id, OperationStatus status, Response response) {
            return new Context(id, status, response.exchange());
        }

        static Context of(String id, @Nullable OperationStatus status, ConnectorException cause) {
            return new Context(id, status, cause.exchange().orElse(null));
        }
    }

    OperationException(OperationFailure reason, String message, Context context) {
        this(reason, message, context, null);
    }

    OperationException(OperationFailure reason, String message, Context context, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
        this.id = context.id;
        this.status = context.status;
        this.exchange = context.exchange;
    }

    /** Returns text of a service for a message. */
    static String shown(@Nullable String text) {
        String visible = LogSafe.visible(String.valueOf(text));
        String withoutQuery = visible.matches("(?i)https?://.*") ? visible.replaceFirst("\\?.*", "?...") : visible;
        return withoutQuery.length() <= MAX_SHOWN ? withoutQuery : withoutQuery.substring(0, MAX_SHOWN) + "…";
    }

    /**
     * Returns the reason.
     *
     * @return the reason
     */
    public OperationFailure reason() {
        return reason;
    }

    /**
     * Returns the id of the operation.
     *
     * @return the id, or its URL; empty if it is unknown
     */
    public Optional<String> id() {
        return Optional.ofNullable(id);
    }

    /**
     * Returns the last status of the operation.
     *
     * @return the status; empty if none was received
     */
    public Optional<OperationStatus> lastStatus() {
        return Optional.ofNullable(status);
    }

    @Override
    public Optional<Exchange> exchange() {
        return Optional.ofNullable(exchange);
    }

    @Override
    public boolean needsAuthorization() {
        return getCause() instanceof ConnectorException cause && cause.needsAuthorization();
    }

    @Override
    public Optional<Duration> retryAfter() {
        return getCause() instanceof ConnectorException cause ? cause.retryAfter() : Optional.empty();
    }
}
