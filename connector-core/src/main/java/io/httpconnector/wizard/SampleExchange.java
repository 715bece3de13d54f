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

/** A sample request with its response, for inspection; also with a response that was not accepted. Immutable. */
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

    static SampleExchange completed(RequestDraft draft, Response response) {
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

    /** Returns the whole response without redaction, for schema inference only. */
    JsonNode wholeJson() {
        return wholeJson;
    }

    /**
     * Returns the full redacted exchange: the request as sent, status, headers, body, timing and attempts, also as a curl
     * command.
     *
     * @return the exchange
     */
    public Exchange exchange() {
        return exchange;
    }

    /**
     * Returns the status of the response.
     *
     * @return the status code; empty if there was no response
     */
    public OptionalInt status() {
        return exchange.status();
    }

    /**
     * Returns the header fields of the response.
     *
     * @return the fields, possibly none
     */
    public Headers headers() {
        return exchange.responseHeaders();
    }

    /**
     * Returns the body of the response.
     *
     * @return the body as text, redacted, at most 64 KiB
     */
    public String body() {
        return exchange.responseBody();
    }

    /**
     * Returns the body of the response as a tree, redacted like {@link #body()}.
     *
     * @return the tree; a {@code MissingNode} if it is not valid JSON, or longer than 64 KiB
     */
    public JsonNode json() {
        return parsed(body());
    }

    /**
     * Returns the reason why the sample can't be applied.
     *
     * @return the failure by status or by a missing response; empty if the sample was accepted
     */
    public Optional<ConnectorException> failure() {
        return Optional.ofNullable(failure);
    }

    /**
     * Returns the draft of this sample, which can be corrected and sent again.
     *
     * @return the draft
     */
    public RequestDraft draft() {
        return draft;
    }

    /**
     * Starts the third step: review the request and add pills.
     *
     * @return a review of this sample
     * @throws InvalidDefinitionException if the sample failed: a request that the service rejects can't be saved
     */
    public RequestReview review() {
        return RequestReview.of(this);
    }

    /**
     * Equivalent to {@code review().pill(pointer, path)}.
     *
     * @param pointer the JSON Pointer (RFC 6901) of a value in the JSON body that was sent
     * @param path the replacement: a pill without braces, {@code account.Name}, {@code account.Name | trim}; or text with
     *     pills, {@code CRM-{{account.Id}}}
     * @return a review
     * @throws InvalidDefinitionException if the sample failed, or there is no such value
     */
    public RequestReview pill(String pointer, String path) {
        return review().pill(pointer, path);
    }

    /**
     * Returns a summary of the exchange.
     *
     * @return method, URL, status and time
     */
    @Override
    public String toString() {
        return exchange.summary();
    }
}
