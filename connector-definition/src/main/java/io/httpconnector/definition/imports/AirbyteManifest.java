package io.httpconnector.definition.imports;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.definition.ConnectorComponents;
import io.httpconnector.definition.ConnectorDefinition;
import io.httpconnector.definition.internal.DocumentParser.ParsedDocument;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Converts a low-code manifest of Airbyte to a connector document. Not thread-safe. */
final class AirbyteManifest {

    private static final String BASE_URL = "baseUrl";
    private static final int MAX_CHECKS = 5;
    private static final Pattern OF_STREAM = Pattern.compile("/(?:requests|triggers)/([A-Za-z0-9_-]+)");
    private static final Pattern UNUSED = Pattern.compile("/inputs(?:/\\d+)?: the field \"([^\"]+)\" is not used");

    private final String id;
    private final CatalogueItem root;
    private final CatalogueItem streams;
    private final NoteCollector notes;
    private final AirbyteInputs inputs;
    private final AirbyteScope scope;
    private final Map<String, CatalogueItem> names;

    /** The streams of which each is imported as two, by name, and the names for the complete lists. */
    private final Map<String, CatalogueItem> delegations = new HashMap<>();

    private final Map<String, String> delegated = new HashMap<>();

    private AirbyteManifest(String id, ParsedDocument file) {
        this.id = id;
        this.notes = new NoteCollector(file.places());
        this.root = new CatalogueItem(file.tree(), "", notes);
        AirbyteResolver resolver = new AirbyteResolver(file.tree(), notes);
        JsonNode resolved = resolver.resolve("streams");
        JsonNode specification = resolver.resolve("spec");
        AirbyteComponents.replace(file.tree(), resolved);
        notes.sources(resolver.sources());
        this.streams = new CatalogueItem(resolved, "/streams", notes);
        this.names = names();
        this.inputs =
                new AirbyteInputs(new CatalogueItem(specification, "/spec", notes).at("connection_specification"));
        this.scope = new AirbyteScope(inputs, JsonNodeFactory.instance.objectNode(), Map.of(), Map.of());
    }

    static ImportedConnector read(String id, ParsedDocument file) {
        if (!file.tree().path("streams").isArray()
                && !file.tree().path("dynamic_streams").isArray()) {
            throw new InvalidDefinitionException("Airbyte manifest", List.of("it has no streams"));
        }
        return new AirbyteManifest(id, file).convert();
    }

    private ImportedConnector convert() {
        root.ignore(
                "it belongs to the application of Airbyte",
                "version",
                "type",
                "metadata",
                "concurrency_level",
                "description",
                "max_concurrent_async_job_count",
                "api_budget");
        root.ignore("records are delivered as they are", "schemas");
        root.ignore("references to it are resolved", "definitions");
        root.at("dynamic_streams")
                .elements()
                .forEach(each -> each.note("streams that the service lists are not imported"));
        root.at("streams");
        root.at("check");
        CatalogueItem spec = root.at("spec");
        spec.at("connection_specification");
        spec.ignore(
                "it describes the consent in the application of Airbyte",
                "advanced_auth",
                "authSpecification",
                "type",
                "changelog_url",
                "supportsIncremental",
                "supports_normalization",
                "supports_dbt",
                "supported_destination_sync_modes",
                "additionalProperties");
        String documentation = spec.text("documentation_url", spec.text("documentationUrl", ""));
        spec.reportUnread();
        root.reportUnread();
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        document.put("connector", 1)
                .put("id", CatalogueNames.id(id))
                .put("version", "1.0.0")
                .put("title", title());
        if (!documentation.isBlank()) {
            document.put("documentation", documentation);
        }
        AirbyteAuth auth = new AirbyteAuth(scope);
        auth.read(authenticator());
        String baseUrl = baseUrl();
        streams(new AirbyteConverter(scope, auth, baseUrl), document);
        ObjectNode connection = JsonNodeFactory.instance.objectNode();
        connection.put(BASE_URL, AirbyteRequest.withoutQuery(baseUrl));
        test(document, connection);
        inputs.requireAll(baseUrl);
        inputs.ignoreUnused(notes);
        ArrayNode all = inputs.inputs();
        if (!all.isEmpty()) {
            document.set("inputs", all);
        }
        document.set("connection", connection);
        document.set("auth", auth.strategies());
        return checked(document);
    }

    private static boolean removeInput(String name, ObjectNode document) {
        Iterator<JsonNode> all = document.path("inputs").iterator();
        boolean isRemoved = false;
        while (all.hasNext()) {
            if (all.next().path("name").asText().equals(name)) {
                all.remove();
                isRemoved = true;
            }
        }
        if (document.path("inputs").isEmpty()) {
            document.remove("inputs");
        }
        return isRemoved;
    }

    private String title() {
        String name = id.replaceFirst("^source-", "");
        return NangoFields.label(name);
    }

    /** Removes the streams that would make the document invalid, which is noted. */
    private ImportedConnector checked(ObjectNode document) {
        for (int i = 0; i < MAX_CHECKS; i++) {
            try {
                ConnectorDefinition.of(document, ConnectorComponents.none());
                break;
            } catch (InvalidDefinitionException e) {
                boolean isChanged = false;
                for (String problem : e.problems()) {
                    isChanged |= remove(problem, document);
                }
                if (!isChanged) {
                    break;
                }
            }
        }
        return new ImportedConnector(document, notes.notes(), notes.ignored());
    }

    private boolean remove(String problem, ObjectNode document) {
        Matcher place = OF_STREAM.matcher(problem);
        if (!place.lookingAt()) {
            Matcher input = UNUSED.matcher(problem);
            if (input.lookingAt()) {
                // Only a stream that was not imported uses it.
                return removeInput(input.group(1), document);
            }
            notes.note("", "the document is invalid: " + problem);
            return false;
        }
        String name = place.group(1);
        notes.about(name);
        CatalogueItem stream = names.getOrDefault(name, streams);
        notes.note(stream.pointer(), "its definition is invalid: " + problem);
        notes.about("");
        Stream.of("requests", "triggers")
                .map(document::path)
                .filter(JsonNode::isObject)
                .forEach(all -> ((ObjectNode) all).remove(name));
        return true;
    }

    /** Returns the authenticator of most streams. */
    private CatalogueItem authenticator() {
        Map<String, CatalogueItem> items = new LinkedHashMap<>();
        names.forEach((name, stream) -> {
            CatalogueItem authenticator =
                    AirbyteOperation.requester(stream.at("retriever")).at("authenticator");
            if (authenticator.exists()) {
                items.put(name, authenticator);
            }
        });
        String common = AirbyteConverter.mostCommon(
                items.values().stream().map(AirbyteManifest::text).toList());
        CatalogueItem chosen = null;
        for (Map.Entry<String, CatalogueItem> item : items.entrySet()) {
            if (text(item.getValue()).equals(common)) {
                chosen = chosen == null ? item.getValue() : chosen;
            } else {
                notes.about(item.getKey());
                item.getValue()
                        .note("another stream has another authenticator: a connector has the one of most streams");
                notes.about("");
            }
        }
        return chosen == null ? new CatalogueItem(JsonNodeFactory.instance.missingNode(), "/streams", notes) : chosen;
    }

    /** Returns an authenticator without the parameters of its stream. */
    private static String text(CatalogueItem authenticator) {
        JsonNode plain = withoutParameters(authenticator.node().deepCopy());
        if (plain instanceof ObjectNode object && object.path("type").asText().matches("(?:ApiKey|Bearer|Basic).*")) {
            // Some manifests repeat the members of the stream.
            removeNames(object);
            if (object.path("inject_into") instanceof ObjectNode option) {
                removeNames(option);
            }
        }
        // Both quotes are used for the same expressions.
        return plain.toString().replace("\\\"", "'");
    }

    private static void removeNames(ObjectNode component) {
        component.remove(List.of("name", "path", "primary_key"));
    }

    private static JsonNode withoutParameters(JsonNode node) {
        if (node instanceof ObjectNode object) {
            JsonNode parameters = object.remove(AirbyteResolver.PARAMETERS);
            if (parameters != null) {
                parameters.properties().forEach(parameter -> {
                    if (parameter.getValue().equals(object.get(parameter.getKey()))) {
                        object.remove(parameter.getKey());
                    }
                });
            }
        }
        node.forEach(AirbyteManifest::withoutParameters);
        return node;
    }

    private String baseUrl() {
        List<String> urls = new ArrayList<>();
        for (CatalogueItem stream : names.values()) {
            CatalogueItem requester = AirbyteOperation.requester(stream.at("retriever"));
            // What has no counterpart is noted for each stream.
            String url = AirbyteRequest.knownBase(requester, scope);
            if (url != null && !url.isEmpty()) {
                urls.add(url);
            }
        }
        String common = commonBase(urls);
        if (common == null) {
            streams.note("no stream has a base URL with a counterpart: it is an input");
            inputs.add(BASE_URL, "Base URL", false);
            return "{{auth." + BASE_URL + "}}";
        }
        // The part of the URL that belongs to the connection ends before a parameter.
        return AirbyteRequest.withoutQuery(common);
    }

    /**
     * Returns the base URL of most streams. If their host is entered, a request has no other one: the base is then what they have in
     * common.
     */
    private static @Nullable String commonBase(List<String> urls) {
        String common = AirbyteConverter.mostCommon(urls);
        String host = AirbyteConverter.mostCommon(
                urls.stream().map(AirbyteRequest::origin).toList());
        if (common == null || host == null || !host.contains("{{")) {
            return common;
        }
        List<String> ofHost = urls.stream()
                .filter(url -> AirbyteRequest.origin(url).equals(host))
                .toList();
        String base = ofHost.get(0);
        for (String url : ofHost) {
            while (!url.equals(base) && !url.startsWith(base + "/") && base.length() > host.length()) {
                base = base.substring(0, Math.max(host.length(), base.lastIndexOf('/')));
            }
        }
        return base;
    }

    private void streams(AirbyteConverter converter, ObjectNode document) {
        names.forEach((name, stream) -> {
            notes.about(name);
            CatalogueItem delegating = delegations.get(name);
            if (delegating != null) {
                AirbyteDelegation.remark(delegating, name, delegated.getOrDefault(name, name));
            }
            converter.convert(stream, name, document);
            notes.about("");
        });
    }

    /** Returns the streams by their names in the document. */
    private Map<String, CatalogueItem> names() {
        Map<String, CatalogueItem> all = new LinkedHashMap<>();
        for (CatalogueItem stream : streams.elements()) {
            all.put(unique(name(stream), all), stream);
        }
        for (Map.Entry<String, CatalogueItem> each : List.copyOf(all.entrySet())) {
            CatalogueItem stream = each.getValue();
            if (AirbyteDelegation.is(stream)) {
                String list = unique(each.getKey() + AirbyteDelegation.ALL, all);
                delegations.put(each.getKey(), stream);
                delegated.put(each.getKey(), list);
                all.put(each.getKey(), AirbyteDelegation.changes(stream));
                all.put(list, AirbyteDelegation.all(stream));
            }
        }
        return all;
    }

    private static String unique(String name, Map<String, CatalogueItem> all) {
        String unique = name;
        for (int i = 2; all.containsKey(unique); i++) {
            unique = name + "_" + i;
        }
        return unique;
    }

    private static String name(CatalogueItem stream) {
        String given = stream.text("name");
        String name =
                given == null ? "" : given.replaceAll("[^A-Za-z0-9_-]+", "_").replaceAll("^[_-]+", "");
        return name.isEmpty() ? "stream" : name.substring(0, Math.min(60, name.length()));
    }

    /** Tests the connection by the request of the stream that Airbyte checks. */
    private void test(ObjectNode document, ObjectNode connection) {
        @Nullable String path = null;
        for (String name : root.at("check").texts("stream_names")) {
            JsonNode request = document.path("requests").path(name);
            String url = request.path("url").asText();
            boolean isPlain = request.path("method").asText().equals("GET")
                    && !request.has("query")
                    && !request.has("headers")
                    && !url.contains("://")
                    && !url.contains("{{")
                    && !url.isEmpty();
            path = path == null && isPlain ? url : path;
        }
        if (path != null) {
            connection.put("test", path);
        }
    }
}
