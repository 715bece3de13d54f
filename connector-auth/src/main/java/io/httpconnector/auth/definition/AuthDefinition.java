package io.httpconnector.auth.definition;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.Request;
import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.template.PillText;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

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

    /** Reports what {@link JsonSupport} takes: a name that occurs twice in an object. */
    private static final ObjectMapper STRICT = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final JsonNode json;
    private final String name;
    private final FieldText baseUrl;
    private final @Nullable String test;
    private final Map<String, Way> ways;

    /** One of the strategies, read. */
    private record Way(List<InputField> fields, Set<String> later, StrategyFactory.Recipe recipe) {}

    private AuthDefinition(
            JsonNode json, String name, FieldText baseUrl, @Nullable String test, Map<String, Way> ways) {
        this.json = json;
        this.name = name;
        this.baseUrl = baseUrl;
        this.test = test;
        this.ways = Collections.unmodifiableMap(ways);
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
            return JsonSupport.parse(presets.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Reads a definition. All of it is checked, before any value is entered.
     *
     * @param json a JSON object
     * @return the definition
     * @throws InvalidDefinitionException with all problems, each beginning with its JSON Pointer
     */
    public static AuthDefinition parse(String json) {
        if (json == null) {
            throw invalid(List.of("it is null"));
        }
        try {
            var unused = STRICT.readTree(json);
            return of(JsonSupport.parse(json));
        } catch (JsonProcessingException e) {
            throw invalid(List.of(JsonSupport.describe(e)));
        }
    }

    private static AuthDefinition of(JsonNode json) {
        return JsonObjectReader.read("auth definition", json, reader -> read(reader, json));
    }

    private static AuthDefinition read(JsonObjectReader reader, JsonNode json) {
        String name = reader.requiredText("name");
        String unusedUrl = reader.text("documentation");
        String baseUrl = reader.requiredText("baseUrl");
        String test = reader.text("test");
        if (test != null) {
            reader.attempt("test", () -> Request.get(test));
        }
        List<InputField> common = fields(reader, List.of());
        Set<String> later = new TreeSet<>();
        Map<String, Way> ways = reader.objectMap("strategies", (strategy, members) -> way(members, common, later));
        if (!reader.has("strategies") || json.path("strategies").isEmpty()) {
            reader.problem("strategies", "there is none");
        }
        FieldText[] base = {new FieldText("/baseUrl", PillText.compile(""))};
        if (reader.has("baseUrl")) {
            reader.attempt("baseUrl", () -> base[0] = baseUrl(baseUrl, common, ways, later));
        }
        return new AuthDefinition(json, name, base[0], test, ways);
    }

    /** Reads a list of fields; two of them, or one of them and one of {@code others}, have different names. */
    private static List<InputField> fields(JsonObjectReader reader, List<InputField> others) {
        Set<String> names = new HashSet<>();
        others.forEach(field -> names.add(field.name()));
        return reader.objects("fields", member -> {
            InputField field = InputField.read(member);
            if (!names.add(field.name())) {
                member.problem("name", "there is another field with this name");
            }
            return field;
        });
    }

    private static @Nullable Way way(JsonObjectReader reader, List<InputField> common, Set<String> later) {
        String type = StrategyFactory.required(reader, "type", List.copyOf(StrategyFactory.names()));
        List<InputField> fields = new ArrayList<>(common);
        fields.addAll(fields(reader, common));
        Set<String> names = new HashSet<>();
        fields.forEach(field -> names.add(field.name()));
        OAuth2StrategyFactory.usualFields(type).stream()
                .filter(field -> !names.contains(field.name()))
                .forEach(fields::add);
        JsonNode given = reader.any("type");
        if (given == null || !type.equals(given.asText())) {
            // Which members there are depends on the type.
            reader.acceptUnknown();
            return null;
        }
        Members members = new Members(reader, StrategyFactory.byName(fields), Set.of());
        StrategyFactory.Recipe recipe = StrategyFactory.read(type, members);
        Set<String> ownLater = new HashSet<>(members.pointers("tokenFields").keySet());
        ownLater.addAll(reader.texts("callbackFields"));
        later.addAll(ownLater);
        return recipe == null ? null : new Way(List.copyOf(fields), Set.copyOf(ownLater), recipe);
    }

    /** A base URL has the placeholders that a connection knows: no filters, no secrets. */
    private static FieldText baseUrl(
            String baseUrl, List<InputField> common, Map<String, Way> ways, Set<String> later) {
        PillText pills = PillText.compile(baseUrl);
        FieldText text = new FieldText("/baseUrl", pills);
        List<String> problems = new ArrayList<>();
        if (pills.hasFilters()) {
            problems.add("a base URL has no filters");
        }
        Map<String, Boolean> fields = StrategyFactory.byName(common);
        ways.values().forEach(way -> fields.putAll(StrategyFactory.byName(way.fields)));
        for (String name : pills.names()) {
            String field = FieldText.isField(name) ? FieldText.field(name) : "";
            if (fields.getOrDefault(field, false)) {
                problems.add("{{" + name + "}}: it has a secret, for which there is no place there");
            } else if (!ways.isEmpty() && !fields.containsKey(field) && !later.contains(field)) {
                problems.add("{{" + name + "}} is no field, and does not come with the tokens");
            } else {
                ways.forEach((strategy, way) -> checkValue(name, field, strategy, way, problems));
            }
        }
        String sample = pills.hasFilters() ? "https://x" : text.sampleUrl();
        try {
            if (!Request.get(String.valueOf(sample)).uri().isAbsolute()) {
                problems.add("it is not absolute: begin with https://");
            }
        } catch (InvalidDefinitionException e) {
            problems.addAll(e.problems());
        }
        if (!problems.isEmpty()) {
            throw invalid(problems);
        }
        return text;
    }

    /** Each strategy must have a value for the base URL. */
    private static void checkValue(String pill, String field, String strategy, Way way, List<String> problems) {
        Optional<InputField> known =
                way.fields.stream().filter(each -> each.name().equals(field)).findFirst();
        if (way.later.contains(field)) {
            return;
        }
        if (known.isEmpty()) {
            problems.add("{{" + pill + "}} has no value with the strategy \"" + strategy
                    + "\": make it one of its fields, or one of all strategies");
        } else if (known.get().isOptional()
                && known.get().defaultValue().filter(text -> !text.isEmpty()).isEmpty()) {
            problems.add("{{" + pill + "}}: it is optional, but a base URL can't do without it");
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
        return name;
    }

    /**
     * The base URL of its API, with the pills that a connection fills in.
     *
     * @return the URL
     */
    public String baseUrl() {
        return baseUrl.pills().toString();
    }

    /**
     * What a GET of a connection test can ask for.
     *
     * @return a URL below the base URL; empty when the definition has none
     */
    public Optional<String> test() {
        return Optional.ofNullable(test);
    }

    /**
     * The ways to authenticate.
     *
     * @return their names, the usual one first
     */
    public List<String> strategies() {
        return List.copyOf(ways.keySet());
    }

    /**
     * What a user must enter for one of the ways.
     *
     * @param strategy its name
     * @return the fields, in the order of the definition
     * @throws InvalidDefinitionException when there is no such way
     */
    public List<InputField> fields(String strategy) {
        return way(strategy).fields;
    }

    private Way way(String strategy) {
        Way way = ways.get(strategy);
        if (way == null) {
            throw invalid(List.of("there is no strategy \"" + strategy + "\", but " + strategies()));
        }
        return way;
    }

    /**
     * Takes one of the ways.
     *
     * @param strategy its name
     * @return a builder for what the user enters
     * @throws InvalidDefinitionException when there is no such way
     */
    public AuthMethod choose(String strategy) {
        return new AuthMethod(this, strategy, way(strategy).fields, way(strategy).recipe);
    }

    FieldText base() {
        return baseUrl;
    }

    /** The document. */
    @Override
    public String toString() {
        return json.toPrettyString();
    }
}
