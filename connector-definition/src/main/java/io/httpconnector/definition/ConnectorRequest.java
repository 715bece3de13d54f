package io.httpconnector.definition;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.Exchange;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.Response;
import io.httpconnector.StatusException;
import io.httpconnector.internal.Arguments;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.operation.DurableOperationBuilder;
import io.httpconnector.operation.Operation;
import io.httpconnector.operation.OperationHandle;
import io.httpconnector.polling.PagedRequest;
import io.httpconnector.polling.RecordPage;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.Pills;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.wizard.SchemaDifference;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;

/** A request of a {@link Connector}, ready to be sent. Immutable and thread-safe. */
public final class ConnectorRequest {

    private final String id;
    private final HttpConnection connection;
    private final RequestTemplate template;
    private final DefinedRequest definition;
    private final ConnectorComponents components;
    private final Function<Pills, Pills> inputs;

    /**
     * Creates a request.
     *
     * @param id the id of its operation, {@code tenant/connector/name}
     */
    ConnectorRequest(
            String id,
            HttpConnection connection,
            RequestTemplate template,
            DefinedRequest definition,
            ConnectorComponents components,
            Function<Pills, Pills> inputs) {
        this.id = id;
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
        if (isOperation()) {
            return operation().records(connection, complete(pills));
        }
        return paged().records(connection, complete(pills));
    }

    /**
     * Returns the records of all pages as objects of a class.
     *
     * @param pills the values
     * @param type the class, such as a record
     * @param <T> the type of the objects
     * @return a sequential, ordered stream, see {@link PagedRequest#records(HttpConnection, Pills, Class)}
     * @throws InvalidDefinitionException if the request has neither {@code records} nor {@code pagination}
     */
    public <T> Stream<T> records(Pills pills, Class<T> type) {
        return paged().records(connection, complete(pills), type);
    }

    /**
     * Returns all pages, with the values outside the records and the heads of the responses.
     *
     * @param pills the values
     * @return a sequential, ordered stream, see {@link PagedRequest#pages(HttpConnection, Pills)}
     * @throws InvalidDefinitionException if the request has neither {@code records} nor {@code pagination}
     */
    public Stream<RecordPage> pages(Pills pills) {
        return paged().pages(connection, complete(pills));
    }

    /**
     * Returns whether the request starts a long-running operation.
     *
     * @return true if the request has {@code operation} in the document
     */
    public boolean isOperation() {
        return definition.operation() != null;
    }

    /**
     * Returns the long-running operation that the request starts. Its name is {@code tenant/connector/request}, as the ids of
     * triggers are, so that the durable runs of different customers have different ids in a store; see {@link #durable}.
     *
     * @return the operation, without the values of inputs
     * @throws InvalidDefinitionException if the request has no {@code operation}
     */
    public Operation operation() {
        DefinedOperation operation = definition.operation();
        if (operation == null) {
            throw new InvalidDefinitionException(
                    "request \"" + template.name() + "\"",
                    "its response is the result: add operation to the request in the document");
        }
        return operation.operation(id, template, definition.list());
    }

    /**
     * Starts the definition of durable runs of the operation, which survive a crash. The builder has the connection, the values of
     * the inputs, which are not stored, and the id {@code tenant/connector/request}.
     *
     * @param store stores the runs, also those of other customers
     * @return a builder, whose {@code pills(...)} would replace the values of the inputs
     * @throws InvalidDefinitionException if the request has no {@code operation}
     */
    public DurableOperationBuilder durable(StateStore store) {
        return operation().durable(store).id(id).connection(connection).pills(key -> complete(Pills.none()));
    }

    /**
     * Starts the operation.
     *
     * @param pills the values
     * @return a handle
     * @throws InvalidDefinitionException if the request has no {@code operation}
     * @throws io.httpconnector.ConnectorException as for {@link Operation#start}
     */
    public OperationHandle start(Pills pills) {
        return operation().start(connection, complete(pills));
    }

    private PagedRequest paged() {
        if (!isList() || isOperation()) {
            throw new InvalidDefinitionException(
                    "request \"" + template.name() + "\"",
                    isOperation()
                            ? "it starts an operation, which has no pages of its own: use records(...)"
                            : "its response is not a list: add records and pagination to the request in the document");
        }
        return definition.code().apply(PagedRequest.of(template, definition.list()), components);
    }

    /**
     * Returns whether the response is a list of records.
     *
     * @return true if the request has {@code records}, {@code pagination} or {@code operation} in the document
     */
    public boolean isList() {
        return definition.isList();
    }

    /**
     * Returns the title for users.
     *
     * @return the title; empty if the document has none
     */
    public String title() {
        return definition.title();
    }

    /**
     * Returns the schemas of the responses.
     *
     * @return JSON Schemas (2020-12) by class of statuses, such as {@code 2xx}
     */
    public Map<String, JsonNode> responseSchemas() {
        Map<String, JsonNode> schemas = new TreeMap<>();
        definition.responses().forEach((status, schema) -> schemas.put(status, schema.deepCopy()));
        return schemas;
    }

    /**
     * Compares a response with the schema of its class of statuses.
     *
     * @param response a response to this request
     * @return the differences; none if the document has no schema for the status
     */
    public List<SchemaDifference> differences(Response response) {
        Arguments.notNull(response, "response");
        return differences(response.status(), response.text());
    }

    /**
     * Compares the response of a failure with the schema of its class of statuses.
     *
     * @param failure a failure of this request
     * @return the differences; none if the document has no schema for the status
     */
    public List<SchemaDifference> differences(StatusException failure) {
        Arguments.notNull(failure, "failure");
        return differences(failure.status(), failure.body());
    }

    private List<SchemaDifference> differences(int status, String body) {
        JsonNode schema = definition.responses().get(status / 100 + "xx");
        if (schema == null || (body.isBlank() && status == 204)) {
            return List.of();
        }
        try {
            return SchemaDifference.between(schema, JsonSupport.parse(body));
        } catch (InvalidDefinitionException e) {
            return List.of(new SchemaDifference(
                    SchemaDifference.Severity.WARNING, "", body.isBlank() ? "is empty" : "is not JSON"));
        }
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
