package io.httpconnector.auth.definition;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * How a service authenticates, as data: a JSON document that offers one way or several, with the fields that a user fills in.
 * There are {@linkplain #presets() presets} for well-known services; a document of your own has the same format.
 *
 * <pre>{@code
 * AuthDefinition zendesk = AuthDefinition.preset("zendesk");
 * AuthStrategy auth = zendesk.choose("api-token")
 *         .value("subdomain", "acme")
 *         .value("email", "ann@example.com")
 *         .value("apiToken", Secret.fromEnv("ZENDESK_TOKEN"))
 *         .build();
 * HttpConnection connection = HttpConnection.named(zendesk.name()).baseUrl(zendesk.baseUrl()).auth(auth).build();
 * }</pre>
 *
 * <p>Immutable.
 */
public final class AuthDefinition {

    static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private static final Set<String> KEYS = Set.of("name", "documentation", "baseUrl", "test", "fields", "strategies");

    private final ObjectNode json;

    private AuthDefinition(ObjectNode json) {
        this.json = json;
    }

    /**
     * The definition of a well-known service.
     *
     * @param id such as {@code github}
     * @return the definition
     * @throws InvalidDefinitionException when there is no such preset: names those that there are
     */
    public static AuthDefinition preset(String id) {
        JsonNode preset = all().path(String.valueOf(id));
        if (!preset.isObject()) {
            throw new InvalidDefinitionException(
                    "preset", List.of("there is none with the id \"" + id + "\", but " + presets()));
        }
        return of(preset);
    }

    /**
     * The ids of all presets.
     *
     * @return in alphabetical order
     */
    public static Set<String> presets() {
        Set<String> ids = new TreeSet<>();
        all().fieldNames().forEachRemaining(ids::add);
        return ids;
    }

    private static JsonNode all() {
        try (InputStream presets = AuthDefinition.class.getResourceAsStream("presets.json")) {
            return JSON.readTree(presets);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Reads a definition.
     *
     * @param json a JSON object
     * @return the definition
     * @throws InvalidDefinitionException when it is none: says why and where
     */
    public static AuthDefinition parse(String json) {
        try {
            return of(JSON.readTree(json));
        } catch (JsonProcessingException e) {
            throw invalid(List.of("line " + e.getLocation().getLineNr() + ", column "
                    + e.getLocation().getColumnNr() + ": " + e.getOriginalMessage()));
        }
    }

    private static AuthDefinition of(JsonNode json) {
        if (!(json instanceof ObjectNode object)) {
            throw invalid(List.of("it is no JSON object"));
        }
        List<String> problems = new ArrayList<>();
        object.fieldNames().forEachRemaining(name -> {
            if (!KEYS.contains(name)) {
                problems.add(name + ": there is no such key, but " + new TreeSet<>(KEYS));
            }
        });
        for (String name : List.of("name", "baseUrl")) {
            if (!json.path(name).isTextual()) {
                problems.add(name + ": it is missing");
            }
        }
        if (!json.path("strategies").isObject() || json.path("strategies").isEmpty()) {
            problems.add("strategies: there is none");
        }
        AuthDefinition definition = new AuthDefinition(object);
        for (String strategy : definition.strategies()) {
            definition.check(strategy, problems);
        }
        if (!problems.isEmpty()) {
            throw invalid(problems);
        }
        return definition;
    }

    /** Each pill of a strategy has a field. */
    private void check(String strategy, List<String> problems) {
        JsonNode described = json.path("strategies").path(strategy);
        String type = described.path("type").asText();
        if (!StrategyType.KNOWN.containsKey(type)) {
            problems.add(strategy + ": type: it is \"" + type + "\", but must be one of "
                    + new TreeSet<>(StrategyType.KNOWN.keySet()));
            return;
        }
        Set<String> names = new TreeSet<>();
        fields(strategy).forEach(field -> names.add(field.name()));
        if (type.equals("login")) {
            names.add("token");
        }
        for (String name : Values.names(described.toString())) {
            if (!names.contains(name)) {
                problems.add(strategy + ": {{auth." + name + "}} is none of its fields, " + names);
            }
        }
    }

    static InvalidDefinitionException invalid(List<String> problems) {
        return new InvalidDefinitionException("auth definition", problems);
    }

    /**
     * What the service is called.
     *
     * @return the name
     */
    public String name() {
        return json.path("name").asText();
    }

    /**
     * The base URL of its API, with the pills that a connection fills in.
     *
     * @return the URL
     */
    public String baseUrl() {
        return json.path("baseUrl").asText();
    }

    /**
     * What a GET of a connection test can ask for.
     *
     * @return a URL below the base URL; empty when the definition has none
     */
    public Optional<String> test() {
        return Optional.ofNullable(json.path("test").asText(null));
    }

    /**
     * The ways to authenticate.
     *
     * @return their names, the usual one first
     */
    public List<String> strategies() {
        List<String> names = new ArrayList<>();
        json.path("strategies").fieldNames().forEachRemaining(names::add);
        return names;
    }

    /**
     * What a user must enter for one of the ways.
     *
     * @param strategy its name
     * @return the fields, in the order of the definition
     * @throws InvalidDefinitionException when there is no such way
     */
    public List<InputField> fields(String strategy) {
        JsonNode described = json.path("strategies").path(strategy);
        if (!described.isObject()) {
            throw invalid(List.of("there is no strategy \"" + strategy + "\", but " + strategies()));
        }
        List<InputField> fields = new ArrayList<>();
        for (JsonNode given : List.of(json.path("fields"), described.path("fields"))) {
            for (Iterator<JsonNode> each = given.elements(); each.hasNext(); ) {
                fields.add(field(each.next()));
            }
        }
        fields.addAll(StrategyType.usualFields(described.path("type").asText()));
        return List.copyOf(fields);
    }

    private static InputField field(JsonNode json) {
        try {
            return JSON.treeToValue(json, InputField.class);
        } catch (JsonProcessingException e) {
            throw invalid(List.of("fields: " + e.getOriginalMessage()));
        }
    }

    /**
     * Takes one of the ways.
     *
     * @param strategy its name
     * @return a builder for what the user enters
     * @throws InvalidDefinitionException when there is no such way
     */
    public AuthChoice choose(String strategy) {
        return new AuthChoice(this, strategy, fields(strategy), described(strategy));
    }

    private ObjectNode described(String strategy) {
        ObjectNode described = json.path("strategies").path(strategy).deepCopy();
        described.remove("fields");
        return described;
    }

    /** Where the fields of the base URL come from; those that come with tokens are none of ours. */
    Map<String, String> fieldsOfBaseUrl(Values values) {
        Map<String, String> fields = new LinkedHashMap<>(values.plain());
        fields.keySet().retainAll(Values.names(baseUrl()));
        return fields;
    }

    /** The document. */
    @Override
    public String toString() {
        return json.toPrettyString();
    }
}
