package io.httpconnector;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.internal.json.JsonSupport;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The service responded with a status that the request does not accept, by default any that is not 2xx; or with what an
 * {@link ResponseRule} calls a failure.
 *
 * <pre>{@code
 * try {
 *     eventbrite.send(createVenue, pills);
 * } catch (StatusException e) {
 *     showToUser(e.json().at("/error_description").asText());
 * }
 * }</pre>
 *
 * <p>Headers and body are what the service said, with secrets that it echoed masked.
 */
public final class StatusException extends ConnectorException {

    private static final long serialVersionUID = 1L;

    /** The status code. */
    private final int status;

    private final transient Headers headers;
    /** The body as text, masked and cut. */
    private final String body;
    /** How long to wait. */
    private final @Nullable Duration retryAfter;

    StatusException(
            String message,
            int status,
            Headers headers,
            String body,
            @Nullable Duration retryAfter,
            Exchange exchange) {
        super(message, null, exchange);
        this.status = status;
        this.headers = headers;
        this.body = body;
        this.retryAfter = retryAfter;
    }

    /**
     * Returns the status code.
     *
     * @return three digits, such as 404
     */
    public int status() {
        return status;
    }

    @Override
    public boolean needsAuthorization() {
        return status == 401;
    }

    @Override
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }

    /**
     * Returns the response headers.
     *
     * @return the headers, possibly none
     */
    public Headers headers() {
        return headers;
    }

    /**
     * Returns the body as text, at most its first 64 KiB.
     *
     * @return the body, empty when there was none
     */
    public String body() {
        return body;
    }

    /**
     * Returns the body as JSON.
     *
     * @return the tree; a missing node when the body is no JSON, so that {@code json().at("/error").asText()} is always safe
     */
    public JsonNode json() {
        return JsonSupport.readLenient(body);
    }
}
