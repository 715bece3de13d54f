package io.httpconnector;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.internal.graphql.GraphQlResponse;
import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.internal.text.LogSafe;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Thrown when a GraphQL response has errors, whatever its status, or is no GraphQL response. Errors of rate limits, such as
 * {@code THROTTLED}, are a {@link RateLimitedException}.
 *
 * <pre>{@code
 * } catch (GraphQlException e) {
 *     if (e.has("NOT_FOUND")) {
 *         return Optional.empty();
 *     }
 *     throw e;
 * }
 * }</pre>
 *
 * <p>Errors and data have echoed secrets masked. They are lost when the exception is serialized; the message is not.
 */
public final class GraphQlException extends ConnectorException {

    private static final long serialVersionUID = 1L;

    private static final int MAX_SHOWN = 3;
    private static final int MAX_MESSAGE = 300;

    /** The status code. */
    private final int status;

    private final transient List<GraphQlError> errors;
    private final transient JsonNode data;
    /** The requested delay; null if unknown. */
    private final @Nullable Duration retryAfter;

    /**
     * An error of a GraphQL response.
     *
     * @param message the message of the service; the whole error as JSON if it has none
     * @param path the JSON Pointer of the field in the data, such as {@code /repository/issues}; empty if the error concerns no
     *     field
     * @param locations where the field is in the query
     * @param code the code in the extensions, such as {@code FORBIDDEN}, or the type; empty if there is none
     * @param extensions additional members; empty if there are none
     */
    public record GraphQlError(
            String message, String path, List<Location> locations, String code, JsonNode extensions) {

        /**
         * A location in the query.
         *
         * @param line the line, counted from 1
         * @param column the column, counted from 1
         */
        public record Location(int line, int column) {}

        static GraphQlError of(JsonNode error) {
            StringBuilder path = new StringBuilder();
            error.path("path").forEach(segment -> path.append('/').append(JsonObjectReader.token(segment.asText())));
            List<Location> locations = new ArrayList<>();
            error.path("locations")
                    .forEach(at -> locations.add(new Location(
                            at.path("line").asInt(), at.path("column").asInt())));
            return new GraphQlError(
                    error.path("message").asText(),
                    path.toString(),
                    List.copyOf(locations),
                    GraphQlResponse.code(error),
                    error.path("extensions"));
        }

        /**
         * Describes the error.
         *
         * @return such as {@code "Not found" (NOT_FOUND, /repository)}
         */
        @Override
        public String toString() {
            String shown = message.length() > MAX_MESSAGE ? message.substring(0, MAX_MESSAGE) + "…" : message;
            String details = code + (code.isEmpty() || path.isEmpty() ? "" : ", ") + path;
            return "\"" + LogSafe.visible(shown) + "\""
                    + (details.isEmpty() ? "" : " (" + LogSafe.visible(details) + ")");
        }
    }

    private GraphQlException(
            String message,
            int status,
            List<GraphQlError> errors,
            JsonNode data,
            @Nullable Duration retryAfter,
            Exchange exchange) {
        super(message, null, exchange);
        this.status = status;
        this.errors = List.copyOf(errors);
        this.data = data;
        this.retryAfter = retryAfter;
    }

    /** Returns the exception for a response that is not accepted; null if its status alone is the reason, or it is secret. */
    static @Nullable GraphQlException of(Response response, String remark, @Nullable Duration retryAfter) {
        JsonNode body = JsonSupport.readLenient(response.withoutSecrets(response.text()));
        List<GraphQlError> errors =
                GraphQlResponse.errors(body).stream().map(GraphQlError::of).toList();
        boolean isSuccess = response.status() >= 200 && response.status() <= 299;
        if ((errors.isEmpty() && !isSuccess) || response.request().redactsResponse()) {
            return null;
        }
        return new GraphQlException(
                response.exchange().summary() + ": " + reason(errors, body, response) + remark,
                response.status(),
                errors,
                body.path("data"),
                retryAfter,
                response.exchange());
    }

    private static String reason(List<GraphQlError> errors, JsonNode body, Response response) {
        if (errors.isEmpty()) {
            return body instanceof ObjectNode && body.has("data")
                    ? "the GraphQL response has no errors, but its data are null"
                    : "it is no GraphQL response: it has neither data nor errors" + start(response);
        }
        List<String> shown =
                errors.stream().limit(MAX_SHOWN).map(GraphQlError::toString).toList();
        int more = errors.size() - shown.size();
        return "GraphQL errors: " + String.join(", ", shown)
                + (more > 0 ? String.format(Locale.ROOT, " and %d more", more) : "");
    }

    private static String start(Response response) {
        String shown = response.exchange().responseBody();
        return shown.isEmpty() ? "; the body is empty" : ": " + ExchangePipeline.excerpt(shown);
    }

    /**
     * Returns the status code of the response, which is often 200.
     *
     * @return the status code
     */
    public int status() {
        return status;
    }

    /**
     * Returns the errors.
     *
     * @return the errors; none if the response is no GraphQL response
     */
    public List<GraphQlError> errors() {
        return errors == null ? List.of() : errors;
    }

    /**
     * Returns whether one of the errors has a code.
     *
     * @param code the code, such as {@code NOT_FOUND}; case is ignored
     * @return true if an error has it
     */
    public boolean has(String code) {
        return errors().stream().anyMatch(error -> error.code().equalsIgnoreCase(code));
    }

    /**
     * Returns the partial data of the response.
     *
     * @return the data; null or a missing node if there are none
     */
    public JsonNode data() {
        return data == null ? MissingNode.getInstance() : data;
    }

    @Override
    public boolean needsAuthorization() {
        return status == 401 || has("UNAUTHENTICATED");
    }

    @Override
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }
}
