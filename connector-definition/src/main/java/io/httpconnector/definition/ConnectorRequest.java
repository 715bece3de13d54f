package io.httpconnector.definition;

import io.httpconnector.Exchange;
import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.Response;
import io.httpconnector.internal.Arguments;
import io.httpconnector.template.Pills;
import io.httpconnector.template.RequestTemplate;
import java.util.Map;

/** A request of a {@link Connector}, ready to be sent. Immutable and thread-safe. */
public final class ConnectorRequest {

    private final HttpConnection connection;
    private final RequestTemplate template;
    private final Map<String, String> inputs;

    ConnectorRequest(HttpConnection connection, RequestTemplate template, Map<String, String> inputs) {
        this.connection = connection;
        this.template = template;
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
     * Renders the request without sending it.
     *
     * @param pills the values
     * @return the request
     */
    public Request render(Pills pills) {
        Arguments.notNull(pills, "pills");
        return template.render(inputs.isEmpty() ? pills : pills.and(InputText.STEP, inputs));
    }

    /**
     * Renders the request for inspection, without credentials.
     *
     * @param pills the values
     * @return method, URL, header fields and body; {@link Exchange#asCurl()} returns it as a curl command
     */
    public Exchange dryRun(Pills pills) {
        Arguments.notNull(pills, "pills");
        return template.dryRun(inputs.isEmpty() ? pills : pills.and(InputText.STEP, inputs));
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
