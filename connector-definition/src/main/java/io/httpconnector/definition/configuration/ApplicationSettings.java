package io.httpconnector.definition.configuration;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.internal.json.ProblemLocation;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The properties that are not those of a connection.
 *
 * @param documents the locations of connector documents
 * @param connections the trees of the connections by name
 * @param redirectUri the redirect URI of OAuth 2
 * @param autoStartup whether triggers begin to poll and subscriptions are registered
 * @param shutdownTimeout how long handlers may run when the application stops
 * @param basePath the path below which the webhooks are
 * @param publicUrl the URL at which services reach it
 * @param inbox whether events are stored before the response
 * @param deletesSubscriptions whether subscriptions are deleted when the application stops
 * @param directory the directory of the stores
 * @param encryptionKey the key for tokens
 */
record ApplicationSettings(
        List<String> documents,
        Map<String, JsonNode> connections,
        @Nullable String redirectUri,
        boolean autoStartup,
        Duration shutdownTimeout,
        String basePath,
        @Nullable String publicUrl,
        boolean inbox,
        boolean deletesSubscriptions,
        Path directory,
        @Nullable String encryptionKey) {

    static final String PREFIX = "connectors";

    private static final Pattern SUGGESTION = Pattern.compile("did you mean \"[^\"]+\"");
    private static final List<String> SPRING = List.of("jdbc", "polling", "registry", "exchangeLog", "oauth2");
    private static final String SCHEMA = """
            {"type": "object", "properties": {
              "documents": {"type": "array", "items": {"type": "string"}},
              "redirectUri": {"type": "string"},
              "autoStartup": {"type": "boolean"},
              "shutdownTimeout": {"type": "string", "pattern": "^P"},
              "webhooks": {"type": "object", "properties": {
                "basePath": {"type": "string"}, "publicUrl": {"type": "string"}, "inbox": {"type": "boolean"}}},
              "subscriptions": {"type": "object", "properties": {"deleteOnShutdown": {"type": "boolean"}}},
              "store": {"type": "object", "properties": {
                "type": {"type": "string"}, "directory": {"type": "string"}, "encryptionKey": {"type": "string"}}}}}
            """;

    /** The options of webhooks. */
    private record Webhooks(
            @Nullable String basePath, @Nullable String publicUrl, boolean inbox) {}

    /** The options of the stores. */
    private record Store(
            @Nullable String directory, @Nullable String encryptionKey) {}

    /**
     * Reads the properties.
     *
     * @throws InvalidDefinitionException with all problems, each with the name of the property
     */
    static ApplicationSettings read(Map<String, ?> properties) {
        List<String> problems = new ArrayList<>();
        ObjectNode tree = PropertyTree.of(PREFIX, properties, problems);
        Map<String, JsonNode> connections = new TreeMap<>();
        JsonNode named = tree.remove("connections");
        if (named != null && named.isObject()) {
            named.properties().forEach(each -> connections.put(each.getKey(), each.getValue()));
            problems.addAll(ConnectionNames.problems(connections.keySet()));
        } else if (named != null) {
            problems.add(
                    PREFIX + ".connections: use properties below it, such as connectors.connections.shop.base-url");
        }
        JsonNode schema = JsonSupport.parse(SCHEMA);
        JsonNode typed = new PropertyTypes(schema).convert(tree, schema);
        ApplicationSettings settings = null;
        try {
            settings = JsonObjectReader.read("properties", typed, reader -> read(reader, connections, problems));
        } catch (InvalidDefinitionException e) {
            e.problems().forEach(problem -> problems.add(named(problem)));
        }
        if (settings == null || !problems.isEmpty()) {
            throw new InvalidDefinitionException("properties of the application", problems);
        }
        return settings;
    }

    /** Returns the trees of the connections by name, as far as they can be read. */
    static Map<String, JsonNode> connections(Map<String, ?> properties) {
        Map<String, JsonNode> connections = new TreeMap<>();
        PropertyTree.of(PREFIX, properties, new ArrayList<>())
                .path("connections")
                .properties()
                .forEach(each -> connections.put(each.getKey(), each.getValue()));
        return connections;
    }

    private static ApplicationSettings read(
            JsonObjectReader reader, Map<String, JsonNode> connections, List<String> problems) {
        // Removed before, but known to suggestions.
        JsonNode unused = reader.any("connections");
        List<String> documents = reader.texts("documents");
        for (String member : SPRING) {
            if (reader.any(member) != null) {
                reader.problem(member, "it is a property for Spring Boot only");
            }
        }
        String redirectUri = reader.text("redirectUri");
        Boolean autoStartup = reader.flag("autoStartup");
        Duration timeout = reader.duration("shutdownTimeout");
        Webhooks webhooks = reader.object("webhooks", ApplicationSettings::webhooks);
        Boolean deletes = reader.object("subscriptions", it -> it.isSet("deleteOnShutdown"));
        Store store = reader.object("store", ApplicationSettings::store);
        problems.addAll(ApplicationChecks.problems(store == null ? null : store.encryptionKey(), timeout));
        problems.addAll(ApplicationChecks.urlProblems(webhooks == null ? null : webhooks.publicUrl(), redirectUri));
        if (webhooks != null && webhooks.basePath() != null) {
            problems.addAll(ApplicationChecks.pathProblems("connectors.webhooks.base-path", webhooks.basePath()));
        }
        return new ApplicationSettings(
                documents,
                connections,
                redirectUri,
                autoStartup == null || autoStartup,
                timeout == null ? Duration.ofSeconds(20) : timeout,
                webhooks == null || webhooks.basePath() == null ? "/hooks" : webhooks.basePath(),
                webhooks == null ? null : webhooks.publicUrl(),
                webhooks != null && webhooks.inbox(),
                deletes != null && deletes,
                Path.of(store == null || store.directory() == null ? "connectors-data" : store.directory()),
                store == null ? null : store.encryptionKey());
    }

    private static Webhooks webhooks(JsonObjectReader reader) {
        return new Webhooks(reader.text("basePath"), reader.text("publicUrl"), reader.isSet("inbox"));
    }

    private static Store store(JsonObjectReader reader) {
        String type = reader.text("type");
        if (type != null && !type.equalsIgnoreCase("file")) {
            reader.problem(
                    "type",
                    "\"" + type + "\" is for Spring Boot only: use file, or pass a StateStore and a TokenStore of"
                            + " connector-jdbc in code");
        }
        return new Store(reader.text("directory"), reader.text("encryptionKey"));
    }

    /** Replaces the JSON Pointer at the start of a problem by the name of the property. */
    private static String named(String problem) {
        ProblemLocation location = ProblemLocation.of(problem);
        return location.segments().isEmpty()
                ? problem
                : PREFIX + "." + PropertyNames.withHyphens(String.join(".", location.segments()))
                        + SUGGESTION
                                .matcher(location.rest())
                                .replaceAll(
                                        found -> Matcher.quoteReplacement(PropertyNames.withHyphens(found.group())));
    }

    /** Omits the key and the properties of the connections. */
    @Override
    public String toString() {
        return "connections " + connections.keySet() + ", documents " + documents;
    }
}
