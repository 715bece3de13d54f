package io.httpconnector.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.definition.internal.DocumentParser;
import io.httpconnector.internal.json.Suggestions;
import io.httpconnector.internal.json.YamlOrJson;
import io.httpconnector.wizard.Recommendation;
import io.httpconnector.wizard.RecommendationSource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The requests of an OpenAPI document, Postman collection, HTTP Archive or curl command, as members of a connector document. */
final class ImportedRequests {

    private static final Set<String> METHODS = Set.of("get", "put", "post", "delete", "options", "head", "patch");
    private static final int MAX_NAME = 60;

    private final ImportFormat format;
    private final String text;
    private final JsonNode tree;
    private final Map<String, String> titles = new HashMap<>();
    private final Map<String, ObjectNode> requests = new LinkedHashMap<>();
    private final Map<String, String> places = new LinkedHashMap<>();
    private final Map<String, String> origins = new LinkedHashMap<>();
    private final Map<String, List<String>> notes = new LinkedHashMap<>();
    private final List<Remark> remarks = new ArrayList<>();

    private ImportedRequests(ImportFormat format, String text) {
        this.format = format;
        this.text = text;
        this.tree = format.isTree() ? tree(format, text) : MissingNode.getInstance();
    }

    /** Parses a text. Descriptions in YAML may have aliases. */
    private static JsonNode tree(ImportFormat format, String text) {
        return format == ImportFormat.OPENAPI
                ? withOwnOperations(YamlOrJson.read(text))
                : DocumentParser.parse(text).tree();
    }

    /** Returns a document whose operations can be changed: in YAML, an alias may stand for one or all operations of a path. */
    private static JsonNode withOwnOperations(JsonNode document) {
        if (!(document instanceof ObjectNode object) || !(object.path("paths") instanceof ObjectNode paths)) {
            return document;
        }
        ObjectNode copies = JsonNodeFactory.instance.objectNode();
        paths.properties()
                .forEach(path -> copies.set(path.getKey(), copied(path.getValue(), ImportedRequests::copied)));
        ObjectNode changed = JsonNodeFactory.instance.objectNode();
        object.properties()
                .forEach(member ->
                        changed.set(member.getKey(), member.getKey().equals("paths") ? copies : member.getValue()));
        return changed;
    }

    private static JsonNode copied(JsonNode value) {
        return copied(value, UnaryOperator.identity());
    }

    private static JsonNode copied(JsonNode value, UnaryOperator<JsonNode> member) {
        if (!(value instanceof ObjectNode object)) {
            return value;
        }
        ObjectNode copy = JsonNodeFactory.instance.objectNode();
        object.properties().forEach(each -> copy.set(each.getKey(), member.apply(each.getValue())));
        return copy;
    }

    /**
     * An item that could not be imported, or only in part.
     *
     * @param place the request in the source; empty for the whole source
     */
    record Remark(String place, String text) {

        @Override
        public String toString() {
            return place.isEmpty() ? text : place + ": " + text;
        }
    }

    /**
     * Reads requests.
     *
     * @param directory the directory of the file, in which the files are that it refers to; null for none
     * @param chosen the names of those to read in the source; empty for all
     * @throws CommandException if there is no such request
     */
    static ImportedRequests read(ImportFormat format, String text, @Nullable Path directory, List<String> chosen) {
        ImportedRequests imported = new ImportedRequests(format, text);
        imported.read(directory, chosen);
        return imported;
    }

    private void read(@Nullable Path directory, List<String> chosen) {
        if (format == ImportFormat.OPENAPI) {
            nameOperations();
        }
        RecommendationSource source = format.read(text, tree, directory);
        source.notes().forEach(note -> remarks.add(new Remark("", note)));
        List<Recommendation> all = source.all();
        List<String> names = all.stream().map(Recommendation::title).toList();
        for (String name : chosen) {
            if (!names.contains(name)) {
                String nearest = Suggestions.of(name, names);
                throw new CommandException(
                        ExitCode.USAGE,
                        "the file has no request \"" + name + "\""
                                + (nearest == null
                                        ? ": use one of " + String.join(", ", names)
                                        : ": did you mean \"" + nearest + "\"?"));
            }
        }
        for (Recommendation one : all) {
            if (chosen.isEmpty() || chosen.contains(one.title())) {
                add(one);
            }
        }
        if (requests.isEmpty()) {
            throw new CommandException(
                    ExitCode.INVALID,
                    "the file has no request that can be imported"
                            + (source.notes().isEmpty() ? "" : ": " + String.join("; ", source.notes())));
        }
    }

    /** Makes the ID of an operation its title, which the importer returns; an operation without ID has method and path. */
    private void nameOperations() {
        tree.path("paths")
                .properties()
                .forEach(path -> path.getValue().properties().forEach(operation -> {
                    if (METHODS.contains(operation.getKey()) && operation.getValue() instanceof ObjectNode described) {
                        String name = described.path("operationId").asText("");
                        if (name.isBlank()) {
                            name = operation.getKey().toUpperCase(Locale.ROOT) + " " + path.getKey();
                        }
                        titles.put(name, described.path("summary").asText(""));
                        described.put("summary", name);
                    }
                }));
    }

    private void add(Recommendation one) {
        String name = unique(name(one.title()));
        ObjectNode request = JsonNodeFactory.instance.objectNode();
        String title = titles.getOrDefault(one.title(), one.title());
        if (!title.isBlank()) {
            request.put("title", title.strip());
        }
        request.setAll(one.definition().deepCopy());
        request.remove("name");
        requests.put(name, request);
        places.put(name, one.title());
        origins.put(name, one.origin());
        notes.put(name, one.notes());
        one.notes().forEach(note -> remarks.add(new Remark(one.title(), note)));
    }

    /** Returns a name in lower case with hyphens, such as {@code list-orders} for {@code listOrders}. */
    static String name(String title) {
        String words = title.replaceAll("(?<=[a-z0-9])(?=[A-Z])", "-")
                .replaceAll("[^A-Za-z0-9]+", "-")
                .toLowerCase(Locale.ROOT);
        String cut = words.length() > MAX_NAME ? words.substring(0, MAX_NAME) : words;
        String name = cut.replaceAll("^-+|-+$", "");
        return name.isEmpty() ? "request" : name;
    }

    private String unique(String name) {
        String unique = name;
        for (int i = 2; requests.containsKey(unique); i++) {
            unique = name + "-" + i;
        }
        return unique;
    }

    /** Returns the requests by their names in the document. */
    Map<String, ObjectNode> requests() {
        return requests;
    }

    /** Returns the scheme and host of each request, by its name; with pills for what is not known, and empty if it has none. */
    Map<String, String> origins() {
        return origins;
    }

    /** Returns what the importer says of each request, by its name. */
    Map<String, List<String>> notes() {
        return notes;
    }

    /**
     * Makes the URLs of the requests relative to the base URL of a document, or absolute if they have another host.
     *
     * @param bases the base URL, or the alternatives of it; empty if the document asks for it
     * @param main the origin that the base URL stands for, also if it is not known; null for any
     */
    void place(List<String> bases, @Nullable String main) {
        requests.forEach((name, request) -> {
            if (origins.getOrDefault(name, "").equals(main)) {
                return;
            }
            ImportedUrl url = ImportedUrl.of(
                    origins.getOrDefault(name, ""), request.path("url").asText("/"), bases);
            request.put("url", url.text());
            if (!url.remark().isEmpty()) {
                remarks.add(new Remark(place(name), url.remark()));
            }
        });
    }

    /** Returns the name of a request in the source. */
    String place(String name) {
        return places.getOrDefault(name, name);
    }

    /** Returns what could not be imported, or only in part. */
    List<Remark> remarks() {
        return remarks;
    }

    /** Returns the source as a tree; missing for a curl command. */
    JsonNode tree() {
        return tree;
    }

    /** Returns the source. */
    String text() {
        return text;
    }

    ImportFormat format() {
        return format;
    }
}
