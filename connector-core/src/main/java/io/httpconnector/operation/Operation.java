package io.httpconnector.operation;

import static io.httpconnector.internal.Arguments.notNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.ConnectorException;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.StatusException;
import io.httpconnector.polling.RecordSource;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.Pills;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * A long-running operation of a service: a request starts it, further requests ask for its status until it has ended, and its
 * result is the last status response, another response, records or a file.
 *
 * <pre>{@code
 * Operation export = Operation.named("export")
 *         .start(RequestTemplate.named("start").post("/exports").json(Map.of("year", "{{year}}")).build())
 *         .id("/id")
 *         .status(RequestTemplate.named("status").get("/exports/{{operation.id}}").build())
 *         .state("/state")
 *         .running("queued", "running").done("finished").failed("failed")
 *         .resultUrl("/download_url")
 *         .build();
 *
 * export.start(connection, Pills.of("year", 2026)).await().download(Path.of("export.csv"));
 * }</pre>
 *
 * <p>{@linkplain #presets() Presets} define well-known protocols. {@link #durable} continues operations after a crash, without
 * starting one twice. Immutable and thread-safe.
 */
public final class Operation {

    private final ObjectNode members;
    private final OperationDefinition definition;

    Operation(String name, ObjectNode members) {
        this.members = members.deepCopy();
        this.definition = OperationDefinition.of(name, this.members);
    }

    /**
     * Starts the definition of an operation.
     *
     * @param name the name of the operation in logs and exceptions
     * @return a builder
     */
    public static OperationBuilder named(String name) {
        return new OperationBuilder(name);
    }

    /**
     * Reads an operation from JSON.
     *
     * @param name the name of the operation in logs and exceptions
     * @param json the output of {@link #toJson()}, or an object with a member for each method of the builder
     * @return the operation
     * @throws InvalidDefinitionException if the definition is invalid; reports all problems with their JSON Pointers
     */
    public static Operation fromJson(String name, JsonNode json) {
        return named(name).definition(json).build();
    }

    /**
     * Returns the names of the presets.
     *
     * @return the names
     */
    public static List<String> presets() {
        return OperationPresets.ALL.names();
    }

    /**
     * Returns the definition of a preset.
     *
     * @param preset one of {@link #presets()}
     * @return the definition, whose members can be changed by those of an operation
     * @throws InvalidDefinitionException if there is no such preset
     */
    public static ObjectNode preset(String preset) {
        return OperationPresets.ALL.get(preset);
    }

    /**
     * Returns the pages of the documentation that a preset follows.
     *
     * @param preset one of {@link #presets()}
     * @return the URLs of the pages
     */
    public static List<String> documentation(String preset) {
        return OperationPresets.ALL.documentation(preset);
    }

    /**
     * Returns the definition as JSON, without loss.
     *
     * @return the JSON that {@link #fromJson} reads
     */
    public ObjectNode toJson() {
        return members.deepCopy();
    }

    /**
     * Returns the name of the operation.
     *
     * @return the name
     */
    public String name() {
        return definition.name();
    }

    /**
     * Returns the maximum time from the start to the end of the operation.
     *
     * @return the timeout
     */
    public Duration timeout() {
        return definition.timeout();
    }

    OperationDefinition definition() {
        return definition;
    }

    /**
     * Starts the operation. If the response is lost, it is uncertain whether the operation was started: use {@link #durable} to
     * start it exactly once.
     *
     * @param connection the connection
     * @param pills the values of the requests
     * @return a handle
     * @throws OperationException if the service rejects the operation, or the response has no id
     * @throws InvalidDefinitionException if a value of a request after the start is missing; nothing is sent
     * @throws ConnectorException as for {@link HttpConnection#send}
     */
    public OperationHandle start(HttpConnection connection, Pills pills) {
        return started(definition, notNull(connection, "connection"), notNull(pills, "pills"));
    }

    static OperationHandle started(OperationDefinition definition, HttpConnection connection, Pills pills) {
        RunValues.checkFurtherRequests(
                definition.name(), definition, pills.and(OperationDefinition.PARAMETERS, definition.parameters()));
        OperationClient client = new OperationClient(definition, connection, pills);
        OperationReference reference = null;
        try {
            OperationClient.StartedOperation started = client.start(OperationKeys.newKey(), null);
            reference = started.reference();
            client.upload(reference);
            return new OperationHandle(client, started);
        } catch (StatusException e) {
            throw OperationFailures.isRejection(e) ? OperationFailures.rejected(e, definition.name(), reference) : e;
        }
    }

    /**
     * Starts the operation and waits until it has ended.
     *
     * @param connection the connection
     * @param pills the values of the requests
     * @return the result
     * @throws OperationException if there is no result; see {@link OperationException#reason()}
     * @throws ConnectorException as for {@link HttpConnection#send}
     */
    public OperationResult await(HttpConnection connection, Pills pills) {
        return start(connection, pills).await();
    }

    /**
     * Returns a handle for an operation that was started before, such as by another system.
     *
     * @param connection the connection
     * @param pills the values of the requests
     * @param id the id; the status URL of an operation without an id
     * @return a handle, whose timeout starts now
     */
    public OperationHandle attach(HttpConnection connection, Pills pills, String id) {
        OperationClient client =
                new OperationClient(definition, notNull(connection, "connection"), notNull(pills, "pills"));
        return new OperationHandle(
                client, new OperationClient.StartedOperation(client.attached(notNull(id, "id")), null, null));
    }

    /**
     * Returns this operation as the source of the records of a polling trigger: each poll starts it with the cursor, waits until it
     * has ended, and reads the records of its result. The checkpoint moves when they were delivered.
     *
     * @return a source for {@link io.httpconnector.polling.PollingTriggerBuilder#source}
     */
    public RecordSource asSource() {
        return new OperationSource(definition);
    }

    /**
     * Starts the operation, waits until it has ended, and returns the records of its result. Afterwards, the operation is deleted
     * at the service if the definition has the request {@linkplain OperationBuilder#delete delete}; a failure of that request is
     * logged.
     *
     * @param connection the connection
     * @param pills the values of the requests
     * @return a sequential, ordered stream, which starts the operation with its terminal operation; it throws as {@link #await} and
     *     {@link OperationResult#records()} do
     */
    public Stream<JsonNode> records(HttpConnection connection, Pills pills) {
        notNull(connection, "connection");
        notNull(pills, "pills");
        return Stream.of(this).flatMap(operation -> {
            OperationResult result = operation.await(connection, pills);
            return result.records().onClose(result::clean);
        });
    }

    /**
     * Starts the definition of durable runs of this operation, which survive a crash.
     *
     * @param store stores the runs; a database for several nodes
     * @return a builder
     */
    public DurableOperationBuilder durable(StateStore store) {
        return new DurableOperationBuilder(this, notNull(store, "state store"));
    }

    /**
     * Returns the name.
     *
     * @return the name
     */
    @Override
    public String toString() {
        return "operation \"" + name() + "\"";
    }
}
