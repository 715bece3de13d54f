package io.httpconnector.log;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.Exchange;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.recording.RawExchange;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** An entry of an exchange log: the request and the response without secrets, and who has sent it. Immutable and thread-safe. */
public final class LoggedExchange {

    private final String id;
    private final String connection;
    private final String source;
    private final @Nullable String failure;
    private final Instant time;
    private final int status;
    private final Supplier<Exchange> recorded;
    private volatile @Nullable Exchange exchange;

    /**
     * Creates an entry.
     *
     * @param time when the call began
     * @param status the status code; 0 if there was no response
     * @param recorded removes the secrets
     */
    LoggedExchange(
            String id,
            String connection,
            String source,
            @Nullable String failure,
            Instant time,
            int status,
            Supplier<Exchange> recorded) {
        this.id = id;
        this.connection = connection;
        this.source = source;
        this.failure = failure;
        this.time = time;
        this.status = status;
        this.recorded = recorded;
    }

    static LoggedExchange of(String id, String connection, String source, @Nullable String failure, Exchange exchange) {
        return new LoggedExchange(
                id,
                connection,
                source,
                failure,
                exchange.startedAt(),
                exchange.status().orElse(0),
                () -> exchange);
    }

    static LoggedExchange of(
            String id,
            String connection,
            String source,
            @Nullable String failure,
            RawExchange exchange,
            Function<RawExchange, Exchange> redaction) {
        return new LoggedExchange(
                id,
                connection,
                source,
                failure,
                exchange.timing().startedAt(),
                exchange.status(),
                () -> redaction.apply(exchange));
    }

    /** Returns when the call began. */
    Instant time() {
        return time;
    }

    /** Returns the status code; 0 if there was no response. */
    int status() {
        return status;
    }

    /**
     * Returns the id of the entry.
     *
     * @return a unique id
     */
    public String id() {
        return id;
    }

    /**
     * Returns the name of the connection.
     *
     * @return the name
     */
    public String connection() {
        return connection;
    }

    /**
     * Returns the trigger or receiver whose poll or handler has sent the request.
     *
     * @return its id; empty if the application has sent the request
     */
    public String source() {
        return source;
    }

    /**
     * Returns the message of the exception with which the call failed.
     *
     * @return the message, without secrets; empty if the call succeeded
     */
    public Optional<String> failure() {
        return Optional.ofNullable(failure);
    }

    /**
     * Returns the request and the response. The first call removes the secrets, unless the store has done so.
     *
     * @return the exchange, without secrets
     */
    public Exchange exchange() {
        Exchange known = exchange;
        if (known == null) {
            known = recorded.get();
            exchange = known;
        }
        return known;
    }

    /**
     * Returns the entry as JSON, to store it.
     *
     * @return a document readable by {@link #fromJson}
     */
    public ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("id", id).put("connection", connection).put("source", source);
        failure().ifPresent(message -> json.put("failure", message));
        json.set("exchange", exchange().toJson());
        return json;
    }

    /**
     * Reads an entry from JSON.
     *
     * @param json the output of {@link #toJson()}
     * @return the entry
     * @throws InvalidDefinitionException if the document is malformed
     */
    public static LoggedExchange fromJson(JsonNode json) {
        try {
            return LoggedExchange.of(
                    json.required("id").asText(),
                    json.required("connection").asText(),
                    json.required("source").asText(),
                    json.has("failure") ? json.get("failure").asText() : null,
                    Exchange.fromJson(json.required("exchange")));
        } catch (IllegalArgumentException e) {
            throw new InvalidDefinitionException("logged exchange", List.of(String.valueOf(e.getMessage())));
        }
    }

    /** Returns a summary without secrets. */
    @Override
    public String toString() {
        return exchange().summary();
    }
}
