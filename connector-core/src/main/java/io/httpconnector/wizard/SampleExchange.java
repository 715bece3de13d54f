package io.httpconnector.wizard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.httpconnector.ConnectorException;
import io.httpconnector.Exchange;
import io.httpconnector.Headers;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.InvalidResponseException;
import io.httpconnector.Response;
import io.httpconnector.internal.json.JsonSupport;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** What was sent as a sample and what came back, to be looked at: a refusal of the service, too. Immutable. */
public final class SampleExchange {

    private final RequestDraft draft;
    private final Exchange exchange;
    private final JsonNode wholeJson;
    private final @Nullable ConnectorException failure;

    private SampleExchange(
            RequestDraft draft, Exchange exchange, JsonNode wholeJson, @Nullable ConnectorException failure) {
        this.draft = draft;
        this.exchange = exchange;
        this.wholeJson = wholeJson;
        this.failure = failure;
    }

    static SampleExchange answered(RequestDraft draft, Response response) {
        JsonNode wholeJson;
        try {
            wholeJson = response.json();
        } catch (InvalidResponseException e) {
            wholeJson = MissingNode.getInstance();
        }
        return new SampleExchange(draft, response.exchange(), wholeJson, null);
    }

    static SampleExchange failed(RequestDraft draft, Exchange exchange, ConnectorException failure) {
        return new SampleExchange(draft, exchange, parsed(exchange.responseBody()), failure);
    }

    private static JsonNode parsed(String body) {
        try {
            return JsonSupport.parse(body);
        } catch (InvalidDefinitionException e) {
            return MissingNode.getInstance();
        }
    }

    /** The whole answer with whatever is in it, for its schema only. */
    JsonNode wholeJson() {
        return wholeJson;
    }

    /**
     * The full exchange, redacted: what was sent as it was sent, status, headers, body, timing, attempts; as curl, too.
     *
     * @return the exchange
     */
    public Exchange exchange() {
        return exchange;
    }

    /**
     * The status of the answer.
     *
     * @return the status code; empty when no answer came
     */
    public OptionalInt status() {
        return exchange.status();
    }

    /**
     * The header fields of the answer.
     *
     * @return the fields, possibly none
     */
    public Headers headers() {
        return exchange.responseHeaders();
    }

    /**
     * The body of the answer.
     *
     * @return the body as text, redacted, at most 64 KiB
     */
    public String body() {
        return exchange.responseBody();
    }

    /**
     * The body of the answer as a tree, redacted as {@link #body()}.
     *
     * @return the tree; a {@code MissingNode} when it is no JSON, or longer than 64 KiB
     */
    public JsonNode json() {
        return parsed(body());
    }

    /**
     * Why the sample can't be applied as it is.
     *
     * @return the status that was not accepted, or why no answer came; empty when all is well
     */
    public Optional<ConnectorException> failure() {
        return Optional.ofNullable(failure);
    }

    /**
     * The draft that was sent, to be corrected and sent again.
     *
     * @return the draft
     */
    public RequestDraft draft() {
        return draft;
    }

    /**
     * The third step: review the request and put pills into it.
     *
     * @return a review of this sample
     * @throws InvalidDefinitionException when the sample failed: a request that the service refuses is not saved
     */
    public RequestReview review() {
        return RequestReview.of(this);
    }

    /**
     * The same as {@code review().pill(pointer, path)}.
     *
     * @param pointer the JSON Pointer (RFC 6901) of a value in the JSON body that was sent
     * @param path what takes its place: a pill without braces, {@code account.Name}, {@code account.Name | trim}; or text with
     *     pills, {@code CRM-{{account.Id}}}
     * @return a review
     * @throws InvalidDefinitionException when the sample failed, or there is no such value
     */
    public RequestReview pill(String pointer, String path) {
        return review().pill(pointer, path);
    }

    /**
     * Says what came back.
     *
     * @return method, URL, status and time
     */
    @Override
    public String toString() {
        return exchange.summary();
    }
}
