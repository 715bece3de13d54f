package io.httpconnector.wizard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.ConnectorException;
import io.httpconnector.Exchange;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Response;
import io.httpconnector.internal.io.OwnerOnlyFiles;
import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.template.PillFilter;
import io.httpconnector.template.Pills;
import io.httpconnector.template.RenderException;
import io.httpconnector.template.RequestTemplate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A request that was found by the wizard, as one JSON file: the template, a sample, the schema of its answers and what later
 * steps can use of them. The file has no credentials, and is the same when nothing has changed, so that its differences can be
 * read. Immutable, and safe for many threads.
 */
public final class SavedRequest {

    private static final String FORMAT = "http-connector/saved-request";
    private static final int VERSION = 1;

    /** What a service says anew each time is left out. */
    private static final List<String> KEPT_HEADERS = List.of("content-type", "link", "location");

    private final RequestTemplate template;
    private final JsonNode sample;
    private final Map<String, JsonNode> schemas;

    private SavedRequest(RequestTemplate template, JsonNode sample, Map<String, JsonNode> schemas) {
        this.template = template;
        this.sample = sample;
        this.schemas = schemas;
    }

    static SavedRequest of(RequestTemplate template, List<SampleExchange> samples) {
        refuseCredentials(template);
        Map<String, SchemaInference> shapes = new TreeMap<>();
        for (SampleExchange one : samples) {
            if (one.status().isPresent() && !one.wholeJson().isMissingNode()) {
                SchemaInference unused = shapes.computeIfAbsent(
                                one.status().getAsInt() / 100 + "xx", name -> new SchemaInference())
                        .add(one.wholeJson());
            }
        }
        Map<String, JsonNode> schemas = new TreeMap<>();
        shapes.forEach((status, shape) -> schemas.put(status, shape.schema()));
        return new SavedRequest(template, written(samples.get(0).exchange()), schemas);
    }

    private static void refuseCredentials(RequestTemplate template) {
        List<String> credentials = CredentialDetector.in(template.toJson());
        if (!credentials.isEmpty()) {
            throw new InvalidDefinitionException(
                    "request \"" + template.name() + "\"",
                    credentials.stream()
                            .map(name ->
                                    name + ": credentials belong to the connection, and not into a file: give them to"
                                            + " its auth strategy, or put a pill in their place")
                            .toList());
        }
    }

    private static ObjectNode written(Exchange exchange) {
        ObjectNode sample = JsonNodeFactory.instance.objectNode();
        ObjectNode request = sample.putObject("request");
        request.put("method", exchange.method()).put("url", CredentialDetector.masked(exchange.url()));
        setBody(request, exchange.requestBody());
        ObjectNode response = sample.putObject("response");
        exchange.status().ifPresent(status -> response.put("status", status));
        for (String name : KEPT_HEADERS) {
            exchange.responseHeaders()
                    .first(name)
                    .ifPresent(value -> response.withObject("/headers").put(name, CredentialDetector.masked(value)));
        }
        setBody(response, exchange.responseBody());
        return sample;
    }

    private static void setBody(ObjectNode message, String body) {
        if (body.isEmpty()) {
            return;
        }
        try {
            message.set("json", CredentialDetector.masked(JsonSupport.parse(body)));
        } catch (InvalidDefinitionException e) {
            message.put("text", CredentialDetector.masked(body));
        }
    }

    /**
     * Reads a file.
     *
     * @param file a file that {@link #save} wrote
     * @return the request
     * @throws InvalidDefinitionException when it is none, or of a later version, or has something wrong in it
     * @throws ConnectorException when it can't be read
     */
    public static SavedRequest load(Path file) {
        return load(file, Map.of());
    }

    /**
     * Reads a file whose pills use filters of the application's own.
     *
     * @param file a file that {@link #save} wrote
     * @param filters the filters by their names
     * @return the request
     * @throws InvalidDefinitionException when it is none, or of a later version, or has something wrong in it
     * @throws ConnectorException when it can't be read
     */
    public static SavedRequest load(Path file, Map<String, PillFilter> filters) {
        try {
            return fromJson(JsonSupport.parse(Files.readString(file)), filters);
        } catch (IOException e) {
            throw new ConnectorException("The saved request " + file + " can't be read: " + e.getMessage(), e);
        }
    }

    /**
     * Reads what {@link #toJson()} wrote, from wherever the application keeps it.
     *
     * @param json the saved request
     * @param filters filters of the application's own, by their names
     * @return the request
     * @throws InvalidDefinitionException when it is none, or of a later version, or has something wrong in it
     */
    public static SavedRequest fromJson(JsonNode json, Map<String, PillFilter> filters) {
        JsonNode version = Arguments.notNull(json, "saved request").path("version");
        if (!json.path("format").asText().equals(FORMAT)) {
            throw wrong("/format: it is no saved request: \"format\" must be \"" + FORMAT + "\"");
        }
        if (!version.isIntegralNumber() || version.asLong() < 1) {
            throw wrong("/version: it is no saved request: \"version\" must be a number from 1");
        }
        if (version.asLong() > VERSION) {
            throw wrong("/version: it has version " + version + ", but this library knows versions up to " + VERSION
                    + ": use a later version of the library");
        }
        return JsonObjectReader.read("saved request", json, reader -> {
            reader.require("format", "version", "request", "sample", "responses");
            RequestTemplate template =
                    reader.document("request", request -> RequestTemplate.fromJson(request, filters));
            JsonNode sample = reader.object("sample");
            reader.object("sample", SavedRequest::checkSample);
            Map<String, JsonNode> schemas = new TreeMap<>();
            reader.object("responses", statuses -> readSchemas(statuses, schemas));
            // The outputs follow from the schemas; they are written for other readers of the file.
            reader.objects("outputs", output -> {
                output.requiredText("path");
                output.requiredText("type");
                return output.requiredText("label");
            });
            return template == null || sample == null ? null : new SavedRequest(template, sample.deepCopy(), schemas);
        });
    }

    private static boolean readSchemas(JsonObjectReader reader, Map<String, JsonNode> schemas) {
        for (int hundreds = 1; hundreds <= 5; hundreds++) {
            String status = hundreds + "xx";
            JsonNode schema = reader.object(status);
            if (schema != null) {
                schemas.put(status, schema.deepCopy());
            }
        }
        return true;
    }

    /** Checks the types of what was sent and received, which are kept as they are. */
    private static boolean checkSample(JsonObjectReader sample) {
        sample.requiredObject("request", SavedRequest::checkMessage);
        sample.requiredObject("response", SavedRequest::checkMessage);
        return true;
    }

    private static boolean checkMessage(JsonObjectReader message) {
        message.text("method");
        message.text("url");
        message.integer("status");
        message.textMap("headers");
        message.any("json");
        message.text("text");
        message.atMostOneOf("json", "text");
        return true;
    }

    private static InvalidDefinitionException wrong(String problem) {
        return new InvalidDefinitionException("saved request", List.of(problem));
    }

    /**
     * Writes the file as a whole or not at all, and forces it to the disk. Only its owner can read it, on a file system with POSIX
     * permissions, also if it replaces one that others could read.
     *
     * @param file the file, which is replaced if it exists
     * @throws InvalidDefinitionException if a credential is written in the request, as it may be in a file that was edited
     * @throws ConnectorException if it can't be written
     */
    public void save(Path file) {
        refuseCredentials(template);
        try {
            OwnerOnlyFiles.write(Arguments.notNull(file, "file"), toText());
        } catch (IOException e) {
            throw new ConnectorException("The saved request " + file + " can't be written: " + e.getMessage(), e);
        }
    }

    /**
     * The saved request as JSON.
     *
     * @return what {@link #fromJson} reads; the schema of it is {@code saved-request.schema.json} in this package
     */
    public ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("format", FORMAT).put("version", VERSION);
        json.set("request", template.toJson());
        json.set("sample", sample);
        ObjectNode responses = json.putObject("responses");
        schemas.forEach(responses::set);
        for (OutputPill output : outputs()) {
            json.withArray("/outputs")
                    .addObject()
                    .put("path", output.path())
                    .put("type", output.type())
                    .put("label", output.label());
        }
        return json;
    }

    String toText() {
        return toJson().toPrettyString() + "\n";
    }

    /**
     * The request.
     *
     * @return the template
     */
    public RequestTemplate template() {
        return template;
    }

    /**
     * The schema of answers, in JSON Schema 2020-12.
     *
     * @param statusClass such as {@code 2xx}
     * @return the schema; an empty one, which fits everything, when there was no such answer
     */
    public JsonNode schema(String statusClass) {
        return schemas.getOrDefault(statusClass, JsonNodeFactory.instance.objectNode())
                .deepCopy();
    }

    /**
     * The values of a successful answer that later steps can use.
     *
     * @return for each its path, type and label
     */
    public List<OutputPill> outputs() {
        return OutputPillCollector.of(schema("2xx"));
    }

    /**
     * Renders the request and sends it.
     *
     * @param connection the connection
     * @param pills the values
     * @return the answer, with an accepted status
     * @throws RenderException when values are missing or don't fit
     * @throws ConnectorException as {@link HttpConnection#send}
     */
    public Response send(HttpConnection connection, Pills pills) {
        return connection.send(template.render(pills));
    }

    /**
     * Compares an answer with those that the request was saved with.
     *
     * @param response the answer
     * @param used the paths of it that later steps use, as in {@link OutputPill#path()}, such as {@code venue.id}
     * @return the differences, possibly none; none when there was no answer with such a status, or it is no JSON
     */
    public List<SchemaDifference> drift(Response response, Collection<String> used) {
        JsonNode schema = schemas.get(response.status() / 100 + "xx");
        if (schema == null) {
            return List.of();
        }
        List<String> paths = new ArrayList<>();
        // An index stands for any element.
        used.forEach(path -> paths.add(path.replaceAll("\\[-?\\d+]", "[*]")));
        return SchemaComparison.of(schema, response.json(), new HashSet<>(paths));
    }

    /**
     * Says what it does.
     *
     * @return name and method
     */
    @Override
    public String toString() {
        return template.toString();
    }
}
