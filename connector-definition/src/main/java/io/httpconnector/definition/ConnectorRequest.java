package io.httpconnector.definition;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.Exchange;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.Response;
import io.httpconnector.internal.Arguments;
import io.httpconnector.polling.PagedRequest;
import io.httpconnector.template.Pills;
import io.httpconnector.template.RequestTemplate;
import java.util.function.Function;
import java.util.stream.Stream;

/** A request of a {@link Connector}, ready to be sent. Immutable and thread-safe. */
public final class ConnectorRequest {

    private final HttpConnection connection;
    private final RequestTemplate template;
    private final DefinedRequest definition;
    private final ConnectorComponents components;
    private final Function<Pills, Pills> inputs;

    ConnectorRequest(
            HttpConnection connection,
            RequestTemplate template,
            DefinedRequest definition,
            ConnectorComponents components,
            Function<Pills, Pills> inputs) {
        this.connection = connection;
        this.template = template;
        this.definition = definition;
        this.components = components;
        this.inputs = inputs;
    }

    /**
     * Sends a request without values of its own.
     *
     * @return the response
     */
    public Response send() {
        return send(Pills.none());
    }

    /**
     * Sends the request with the values of one step.
     *
     * @param step the name of the step, such as {@code order} for {@code {{order.id}}}
     * @param value its value: a map, a record, a bean or a tree
     * @return the response
     */
    public Response send(String step, Object value) {
        return send(Pills.of(step, value));
    }

    /**
     * Sends the request.
     *
     * @param pills the values
     * @return the response
     * @throws io.httpconnector.template.RenderException if values are missing or invalid
     * @throws io.httpconnector.ConnectorException if the request fails, as for {@link HttpConnection#send}
     */
    public Response send(Pills pills) {
        return connection.send(render(pills));
    }

    /**
     * Returns the records of all pages, which are requested on demand. The document states by {@code records} and {@code
     * pagination} of the request, where the records are and how the next page is found.
     *
     * @param pills the values
     * @return a sequential, ordered stream, see {@link PagedRequest#records}
     * @throws InvalidDefinitionException if the request has neither {@code records} nor {@code pagination}
     */
    public Stream<JsonNode> records(Pills pills) {
        if (!isList()) {
            throw new InvalidDefinitionException(
                    "request \"" + template.name() + "\"",
                    "its response is not a list: add records and pagination to the request in the document");
        }
        return definition
                .code()
                .apply(PagedRequest.of(template, definition.list()), components)
                .records(connection, complete(pills));
    }

    /**
     * Returns whether the response is a list of records.
     *
     * @return true if the request has {@code records} or {@code pagination} in the document
     */
    public boolean isList() {
        return definition.isList();
    }

    /**
     * Renders the request without sending it.
     *
     * @param pills the values
     * @return the request
     */
    public Request render(Pills pills) {
        return template.render(complete(pills));
    }

    /**
     * Renders the request for inspection, without credentials.
     *
     * @param pills the values
     * @return method, URL, header fields and body; {@link Exchange#asCurl()} returns it as a curl command
     */
    public Exchange dryRun(Pills pills) {
        return template.dryRun(complete(pills));
    }

    /** Adds the values of the inputs. */
    private Pills complete(Pills pills) {
        return inputs.apply(Arguments.notNull(pills, "pills"));
    }

    /**
     * Returns the template.
     *
     * @return the template, with its pills
     */
    public RequestTemplate template() {
        return template;
    }
}
