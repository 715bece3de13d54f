package io.httpconnector.wizard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.ConnectorException;
import io.httpconnector.Exchange;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Response;
import io.httpconnector.internal.Arguments;
import io.httpconnector.internal.io.OwnerOnlyFiles;
import io.httpconnector.internal.json.DefinitionParser;
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
import java.util.Optional;
import java.util.TreeMap;

/**
 * A request created by the wizard, stored as one JSON file: the template, a sample, the schema of its responses and the
 * values that later steps can use. The file contains no credentials, and is reproducible, so that changes are visible in a
 * diff. Immutable and thread-safe.
 */
public final class SavedRequest {

    /** Header fields that differ in each response are left out. */
    private static final List<String> KEPT_HEADERS = List.of("content-type", "link", "location");

    private final RequestTemplate template;
    private final JsonNode sample;
    private final Map<String, JsonNode> schemas;
    /** Records and pagination; empty if the response is not a list. */
    private final ObjectNode list;

    private SavedRequest(RequestTemplate template, JsonNode sample, Map<String, JsonNode> schemas, ObjectNode list) {
        this.template = template;
        this.sample = sample;
        this.schemas = schemas;
        this.list = list;
    }

    static SavedRequest of(RequestTemplate template, List<SampleExchange> samples, ObjectNode list) {
        rejectCredentials(template);
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
        return new SavedRequest(template, sampleToJson(samples.get(0).exchange()), schemas, list);
    }

    /**
     * Finds the credentials that a template contains as literal text instead of a pill. Such a template must not be stored.
     *
     * @param template the template
     * @return the name of each header field, parameter or member, with its location if that is not obvious; empty if there are none
     */
    public static List<String> literalCredentials(RequestTemplate template) {
        return CredentialDetector.findInDefinition(template.toJson());
    }

    private static void rejectCredentials(RequestTemplate template) {
        List<String> credentials = literalCredentials(template);
        if (!credentials.isEmpty()) {
            throw new InvalidDefinitionException(
                    "request \"" + template.name() + "\"",
                    credentials.stream()
                            .map(name -> name + ": credentials belong to the connection and must not be saved:"
                                    + " configure them in its auth strategy, or replace them with a pill")
                            .toList());
        }
    }

    private static ObjectNode sampleToJson(Exchange exchange) {
        ObjectNode sample = JsonNodeFactory.instance.objectNode();
        ObjectNode request = sample.putObject("request");
        request.put("method", exchange.method()).put("url", CredentialDetector.mask(exchange.url()));
        setBody(request, exchange.requestBody());
        ObjectNode response = sample.putObject("response");
        exchange.status().ifPresent(status -> response.put("status", status));
        for (String name : KEPT_HEADERS) {
            exchange.responseHeaders()
                    .first(name)
                    .ifPresent(value -> response.withObject("/headers").put(name, CredentialDetector.mask(value)));
        }
        setBody(response, exchange.responseBody());
        return sample;
    }

    private static void setBody(ObjectNode message, String body) {
        if (body.isEmpty()) {
            return;
        }
        try {
            message.set("json", CredentialDetector.mask(JsonSupport.parse(body)));
        } catch (InvalidDefinitionException e) {
            message.put("text", CredentialDetector.mask(body));
        }
    }

    /**
     * Loads a saved request from a file.
     *
     * @param file a file written by {@link #save}
     * @return the request
     * @throws InvalidDefinitionException if it is not a saved request, has a later version, or is invalid; lists all problems
     * @throws ConnectorException if it can't be read
     */
    public static SavedRequest load(Path file) {
        return load(file, Map.of());
    }

    /**
     * Loads a saved request that uses custom filters from a file.
     *
     * @param file a file written by {@link #save}
     * @param filters custom filters by their names
     * @return the request
     * @throws InvalidDefinitionException if it is not a saved request, has a later version, or is invalid; lists all problems
     * @throws ConnectorException if it can't be read
     */
    public static SavedRequest load(Path file, Map<String, PillFilter> filters) {
        try {
            return fromJson(DefinitionParser.parse("saved request", Files.readString(file)), filters);
        } catch (InvalidDefinitionException e) {
            throw new InvalidDefinitionException("saved request in " + file, e.problems());
        } catch (IOException e) {
            throw new ConnectorException(
                    "The saved request " + file + " could not be read: " + OwnerOnlyFiles.problem(e), e);
        }
    }

    /**
     * Reads a saved request from the result of {@link #toJson()}, for applications with their own storage.
     *
     * @param json the saved request
     * @param filters custom filters by their names
     * @return the request
     * @throws InvalidDefinitionException if it is not a saved request, has a later version, or is invalid; lists all problems
     */
    public static SavedRequest fromJson(JsonNode json, Map<String, PillFilter> filters) {
        Arguments.notNull(json, "saved request");
        return JsonObjectReader.read("saved request", json, reader -> {
            if (!SavedRequestFormat.isSupported(reader)) {
                return null;
            }
            reader.require("request", "sample", "responses");
            // "request": The request template.
            RequestTemplate template =
                    reader.document("request", request -> RequestTemplate.fromJson(request, filters));
            // "sample": An exchange with the service, without credentials.
            JsonNode sample = reader.object("sample");
            reader.object("sample", SavedRequestFormat::checkSample);
            Map<String, JsonNode> schemas = new TreeMap<>();
            // "responses": The JSON Schemas of the responses by class of status.
            reader.object("responses", statuses -> SavedRequestFormat.readSchemas(statuses, schemas));
            SavedRequestFormat.checkOutputs(
                    reader, OutputPillCollector.of(schemas.getOrDefault("2xx", JsonNodeFactory.instance.objectNode())));
            // "list": For a list, the location of the records and the pagination: the members `records` and
            // `pagination` of
            // a polling trigger.
            JsonNode list = reader.object("list");
            if (list != null) {
                SavedRequestFormat.problemsOfList(list).forEach(problem -> reader.problem("list", problem));
            }
            return template == null || sample == null
                    ? null
                    : new SavedRequest(
                            template,
                            sample.deepCopy(),
                            schemas,
                            list == null ? JsonNodeFactory.instance.objectNode() : list.deepCopy());
        });
    }

    /**
     * Writes the file atomically, and forces it to the disk. On a file system with POSIX permissions, only its owner can read
     * it, even if it replaces a file that others could read.
     *
     * @param file the file, which is replaced if it exists
     * @throws InvalidDefinitionException if the request contains a credential, which can happen in an edited file
     * @throws ConnectorException if it can't be written
     */
    public void save(Path file) {
        rejectCredentials(template);
        try {
            OwnerOnlyFiles.write(Arguments.notNull(file, "file"), toText());
        } catch (IOException e) {
            throw new ConnectorException("The saved request " + file + " could not be written: " + e.getMessage(), e);
        }
    }

    /**
     * Returns the saved request as JSON.
     *
     * @return the JSON that {@link #fromJson} reads; its schema is {@code saved-request.schema.json} in this package
     */
    public ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("format", SavedRequestFormat.NAME).put("version", SavedRequestFormat.VERSION);
        json.set("request", template.toJson());
        json.set("sample", sample);
        ObjectNode responses = json.putObject("responses");
        schemas.forEach(responses::set);
        if (!list.isEmpty()) {
            json.set("list", list.deepCopy());
        }
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
     * Returns where the records of a list are, and how its pages are requested. The class {@code PagedRequest} of the package
     * {@code polling} reads all pages: {@code PagedRequest.of(saved.template(), saved.list().orElseThrow())}.
     *
     * @return an object with the members {@code records} and {@code pagination}; empty if the response is not a list
     */
    public Optional<ObjectNode> list() {
        return list.isEmpty() ? Optional.empty() : Optional.of(list.deepCopy());
    }

    /**
     * Returns the schema of the responses, in JSON Schema 2020-12.
     *
     * @param statusClass the status class, such as {@code 2xx}
     * @return the schema; an empty one, which accepts everything, if there was no such response
     */
    public JsonNode schema(String statusClass) {
        return schemas.getOrDefault(statusClass, JsonNodeFactory.instance.objectNode())
                .deepCopy();
    }

    /**
     * Returns the values of a successful response that later steps can use.
     *
     * @return the path, type and label of each value
     */
    public List<OutputPill> outputs() {
        return OutputPillCollector.of(schema("2xx"));
    }

    /**
     * Renders the request and sends it.
     *
     * @param connection the connection
     * @param pills the values
     * @return the response, with an accepted status
     * @throws RenderException if values are missing or invalid
     * @throws ConnectorException as {@link HttpConnection#send}
     */
    public Response send(HttpConnection connection, Pills pills) {
        return connection.send(template.render(pills));
    }

    /**
     * Compares a response with the schema of the samples.
     *
     * @param response the response
     * @param used the paths of the response that later steps use, as in {@link OutputPill#path()}, such as {@code venue.id}
     * @return the differences, possibly none; none if there was no sample with such a status, or the response is not JSON
     */
    public List<SchemaDifference> drift(Response response, Collection<String> used) {
        JsonNode schema = schemas.get(response.status() / 100 + "xx");
        if (schema == null) {
            return List.of();
        }
        List<String> paths = new ArrayList<>();
        // An index is treated like any element.
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
