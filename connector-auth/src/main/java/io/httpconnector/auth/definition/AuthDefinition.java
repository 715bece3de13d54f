package io.httpconnector.auth.definition;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.auth.internal.AttemptValues;
import io.httpconnector.internal.Arguments;
import io.httpconnector.internal.json.DefinitionParser;
import io.httpconnector.internal.json.JsonObjectReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The authentication methods of a service, as data: a JSON document with one or more strategies, and the fields that a user fills in.
 * There are {@linkplain #presets() presets} for well-known services; custom documents have the same format.
 *
 * <pre>{@code
 * AuthDefinition zendesk = AuthDefinition.preset("zendesk");
 * HttpConnection connection = zendesk.choose("api-token")
 *         .value("subdomain", "acme")
 *         .value("email", "ann@example.com")
 *         .value("apiToken", Secret.fromEnv("ZENDESK_TOKEN"))
 *         .connection()
 *         .build();
 * }</pre>
 *
 * <p>Immutable.
 */
public final class AuthDefinition {

    private final JsonNode json;
    private final String name;
    private final BaseUrlText baseUrl;
    private final TestRequests tests;
    private final Map<String, Strategy> strategies;

    /**
     * A parsed strategy.
     *
     * @param ownFields the fields that only this strategy declares
     * @param declaredFields the fields that the definition declares for it
     * @param fields all fields that a user fills in, also those of its type
     * @param computed texts by the name of the value that they compute
     * @param certificate the client certificate of the connection
     */
    private record Strategy(
            List<InputField> ownFields,
            List<InputField> declaredFields,
            List<InputField> fields,
            Map<String, FieldText> computed,
            @Nullable CertificateMembers certificate,
            FieldUse use,
            Recipe recipe) {}

    private AuthDefinition(
            JsonNode json, String name, BaseUrlText baseUrl, TestRequests tests, Map<String, Strategy> strategies) {
        this.json = json;
        this.name = name;
        this.baseUrl = baseUrl;
        this.tests = tests;
        this.strategies = Collections.unmodifiableMap(strategies);
    }

    /**
     * Returns the definition of a well-known service.
     *
     * @param id the ID of the preset, such as {@code github}
     * @return the definition
     * @throws InvalidDefinitionException if there is no such preset; the message lists all presets
     */
    public static AuthDefinition preset(String id) {
        JsonNode preset = all().path(String.valueOf(id));
        if (!preset.isObject()) {
            throw new InvalidDefinitionException(
                    "preset", List.of("\"" + id + "\" is unknown: use one of " + presets()));
        }
        return of(preset, AuthTypes.with(), Set.of());
    }

    /**
     * Returns the IDs of all presets.
     *
     * @return the IDs in alphabetical order
     */
    public static Set<String> presets() {
        Set<String> ids = new TreeSet<>();
        all().fieldNames().forEachRemaining(ids::add);
        return ids;
    }

    private static JsonNode all() {
        try (InputStream presets = AuthDefinition.class.getResourceAsStream("presets.json")) {
            return DefinitionParser.parse("presets", new String(presets.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Parses a definition. The whole document is validated before any value is entered.
     *
     * @param json a JSON object
     * @param ownTypes the strategy types of the application, which the definition may use like the built-in ones
     * @return the definition
     * @throws InvalidDefinitionException if it is invalid; reports all problems, each with its JSON Pointer. Also if a type has
     *     the name of another one
     */
    public static AuthDefinition parse(String json, AuthType... ownTypes) {
        if (json == null) {
            throw invalid(List.of("it is null"));
        }
        Map<String, AuthType> types =
                AuthTypes.with(Arguments.all(ownTypes, "own auth types").toArray(AuthType[]::new));
        return of(DefinitionParser.parse("auth definition", json), types, Set.of());
    }

    /**
     * Reads the definition of a document that also uses its fields elsewhere, such as in requests.
     *
     * @param json a JSON object
     * @param usedElsewhere the names of the fields that the document uses outside of the definition
     * @param ownTypes the strategy types of the application
     * @return the definition
     * @throws InvalidDefinitionException as for {@link #parse(String, AuthType...)}
     */
    public static AuthDefinition of(JsonNode json, Set<String> usedElsewhere, AuthType... ownTypes) {
        Map<String, AuthType> types =
                AuthTypes.with(Arguments.all(ownTypes, "own auth types").toArray(AuthType[]::new));
        return of(Arguments.notNull(json, "auth definition"), types, Set.copyOf(usedElsewhere));
    }

    private static AuthDefinition of(JsonNode json, Map<String, AuthType> types, Set<String> usedElsewhere) {
        return JsonObjectReader.read("auth definition", json, reader -> read(reader, json, types, usedElsewhere));
    }

    private static AuthDefinition read(
            JsonObjectReader reader, JsonNode json, Map<String, AuthType> types, Set<String> usedElsewhere) {
        // "name": The name of the service.
        String name = reader.requiredText("name");
        // "documentation": The URL of the page of the service that describes its authentication.
        String unusedUrl = reader.text("documentation");
        InputField.rejectBlank(reader, "name", "documentation");
        // "fields": The fields that all strategies have.
        List<InputField> common = fields(reader, List.of());
        Map<String, Strategy> strategies =
                // "strategies": The ways to authenticate by name, the most common one first.
                reader.objectMap("strategies", (key, members) -> readStrategy(members, types, common));
        reader.require("strategies");
        if (json.path("strategies").isObject() && json.path("strategies").isEmpty()) {
            reader.problem("strategies", "there is none");
        }
        Map<String, BaseUrlText.Known> known = new LinkedHashMap<>();
        strategies.forEach((key, strategy) -> known.put(key, known(strategy)));
        BaseUrlText base = BaseUrlText.read(reader, known);
        Map<String, Boolean> fields = secretsByName(common);
        strategies.values().forEach(strategy -> secretsByName(strategy.fields).forEach(fields::putIfAbsent));
        Members all = new Members(reader, fields);
        Set<String> received = new TreeSet<>();
        strategies.values().forEach(strategy -> received.addAll(strategy.use.received()));
        TestRequests tests = TestRequests.read(all.withReceived(received));
        if (reader.problems() == 0) {
            List<String> used = new ArrayList<>(all.use().entered());
            used.addAll(base.url().fields().toList());
            used.addAll(usedElsewhere);
            common.forEach(field -> field.condition().ifPresent(condition -> used.add(condition.field())));
            checkUse(common, strategies, used);
        }
        return new AuthDefinition(json, name, base, tests, strategies);
    }

    /** Rejects fields that a user would fill in for nothing. */
    private static void checkUse(
            List<InputField> common, Map<String, Strategy> strategies, List<String> usedByBaseUrl) {
        List<String> problems = new ArrayList<>();
        Set<String> usedByAny = new HashSet<>(usedByBaseUrl);
        strategies.forEach((name, strategy) -> {
            Set<String> used = new HashSet<>(usedByBaseUrl);
            used.addAll(strategy.use.entered());
            usedByAny.addAll(used);
            strategy.ownFields.forEach(field -> field.condition().ifPresent(condition -> used.add(condition.field())));
            usedByAny.addAll(used);
            checkUse("/strategies/" + JsonObjectReader.token(name), strategy.ownFields, used, problems);
        });
        checkUse("", common, usedByAny, problems);
        if (!problems.isEmpty()) {
            throw invalid(problems);
        }
    }

    private static void checkUse(String pointer, List<InputField> fields, Set<String> used, List<String> problems) {
        for (int i = 0; i < fields.size(); i++) {
            String name = fields.get(i).name();
            if (!used.contains(name)) {
                problems.add(pointer + "/fields/" + i + ": the field \"" + name + "\" is not used: write {{auth." + name
                        + "}} where its value is needed, or remove it");
            }
        }
    }

    /** Reads a list of fields, whose names must be unique, including those of {@code others}. */
    private static List<InputField> fields(JsonObjectReader reader, List<InputField> others) {
        Set<String> names = new HashSet<>();
        others.forEach(field -> names.add(field.name()));
        List<InputField> fields = reader.objects("fields", member -> {
            InputField field = InputField.read(member);
            if (!names.add(field.name())) {
                member.problem("name", "there is another field with this name");
            }
            return field;
        });
        FieldRules.checkConditions(reader, fields, names);
        return fields;
    }

    private static @Nullable Strategy readStrategy(
            JsonObjectReader reader, Map<String, AuthType> types, List<InputField> common) {
        // "type": The type of the strategy, which determines the other members.
        String name = new Members(reader, Map.of()).requiredOneOf("type", List.copyOf(types.keySet()));
        // "fields": The fields of the form that this strategy adds to those of all.
        List<InputField> ownFields = fields(reader, common);
        List<InputField> fields = new ArrayList<>(common);
        fields.addAll(ownFields);
        JsonNode given = reader.any("type");
        AuthType type = types.get(name);
        if (type == null || given == null || !name.equals(given.asText())) {
            // The known members depend on the type.
            reader.acceptUnreadMembers();
            return null;
        }
        List<InputField> declaredFields = List.copyOf(fields);
        Set<String> names = new HashSet<>();
        fields.forEach(field -> names.add(field.name()));
        type.defaultFields().stream()
                .filter(field -> !names.contains(field.name()))
                .forEach(fields::add);
        Members members = new Members(reader, secretsByName(fields));
        type.defaultFields().forEach(field -> members.use().use(field.name()));
        // "computed": Values that are computed from others, by name: with `{"pair": "{{auth.user}}:{{auth.key}}"}` any
        // text may contain `{{auth.pair | base64}}`. A value with a secret is a secret.
        Map<String, FieldText> computed =
                computed(members, type, FieldUse.received(reader, type.receivingMembers()), fields);
        // "clientCertificate": The client certificate of the connection.
        CertificateMembers certificate =
                reader.object("clientCertificate", object -> CertificateMembers.read(members.of(object)));
        Recipe recipe = type.read(members.withComputed(computed));
        return new Strategy(
                ownFields, declaredFields, List.copyOf(fields), computed, certificate, members.use(), recipe);
    }

    /** Reads the values that are computed from others, among them those that are known later, such as the token. */
    private static Map<String, FieldText> computed(
            Members members, AuthType type, Set<String> received, List<InputField> fields) {
        Map<String, FieldText> all = ConstantMembers.read(members);
        Map<String, FieldText> computed = members.of(members.reader(), LoginType.TOKEN)
                .withReceived(received)
                .withComputed(all)
                .with(type == HmacType.TYPE || type == SignatureType.TYPE ? SigningMembers.SENT : AttemptValues.NAMES)
                .texts("computed", true);
        fields.stream()
                .map(InputField::name)
                .filter(name -> computed.containsKey(name) || all.containsKey(name))
                .forEach(name -> members.reader()
                        .problem(
                                computed.containsKey(name) ? "computed" : "constants",
                                "there is also a field \"" + name + "\": use another name"));
        computed.forEach((name, text) -> {
            if (all.put(name, text) != null) {
                members.reader().problem("computed", "there is also a constant \"" + name + "\": use another name");
            }
        });
        return all;
    }

    /** Returns by field name, whether the field is a secret. */
    private static Map<String, Boolean> secretsByName(List<InputField> fields) {
        Map<String, Boolean> secrets = new LinkedHashMap<>();
        fields.forEach(field -> secrets.put(field.name(), field.isSecret()));
        return secrets;
    }

    /** Returns the placeholders that a strategy has values for. */
    private static BaseUrlText.Known known(Strategy strategy) {
        Set<String> optional = strategy.fields.stream()
                .filter(field -> field.isOptional()
                        && field.defaultValue().filter(text -> !text.isEmpty()).isEmpty())
                .map(InputField::name)
                .collect(Collectors.toSet());
        Set<String> withPath = strategy.fields.stream()
                .filter(field -> field.choices().stream().anyMatch(choice -> choice.contains("/")))
                .map(InputField::name)
                .collect(Collectors.toSet());
        return new BaseUrlText.Known(secretsByName(strategy.fields), optional, strategy.use.received(), withPath);
    }

    static InvalidDefinitionException invalid(List<String> problems) {
        return new InvalidDefinitionException("auth definition", problems);
    }

    /**
     * Returns the name of the service.
     *
     * @return the name
     */
    public String name() {
        return name;
    }

    /**
     * Returns the base URL for a connection with one of the strategies, with the pills that the connection fills in.
     *
     * @return the URL; a single pill if the definition has alternatives or filters, whose value the strategy supplies
     */
    public String baseUrl() {
        return baseUrl.forConnection();
    }

    /**
     * Returns the names of the strategies.
     *
     * @return the names, the most common one first
     */
    public List<String> strategies() {
        return List.copyOf(strategies.keySet());
    }

    /**
     * Returns the fields that a user fills in for a strategy.
     *
     * @param strategy the name of the strategy
     * @return the fields, in the order of the definition
     * @throws InvalidDefinitionException if there is no such strategy
     */
    public List<InputField> fields(String strategy) {
        return strategy(strategy).fields;
    }

    /**
     * Returns the fields that the definition declares for a strategy: the {@link #fields} without those that its type adds, such
     * as the client of OAuth 2. The type itself knows which of its fields need a value: a public client has no secret.
     *
     * @param strategy the name of the strategy
     * @return the fields, in the order of the definition
     * @throws InvalidDefinitionException if there is no such strategy
     */
    public List<InputField> declaredFields(String strategy) {
        return strategy(strategy).declaredFields;
    }

    /**
     * Returns the names of the values that a strategy receives with its tokens, which {@link
     * io.httpconnector.HttpConnection#authFields()} returns.
     *
     * @param strategy the name of the strategy
     * @return the names, in alphabetical order
     * @throws InvalidDefinitionException if there is no such strategy
     */
    public Set<String> receivedValues(String strategy) {
        return Collections.unmodifiableSet(new TreeSet<>(strategy(strategy).use.received()));
    }

    private Strategy strategy(String strategy) {
        Strategy found = strategies.get(strategy);
        if (found == null) {
            throw invalid(List.of("the strategy \"" + strategy + "\" is unknown: use one of " + strategies()));
        }
        return found;
    }

    /**
     * Chooses a strategy.
     *
     * @param strategy the name of the strategy
     * @return a builder for the values that the user enters
     * @throws InvalidDefinitionException if there is no such strategy
     */
    public AuthMethod choose(String strategy) {
        Strategy chosen = strategy(strategy);
        return new AuthMethod(
                this,
                strategy,
                chosen.fields,
                chosen.computed,
                chosen.use.received(),
                chosen.certificate,
                chosen.recipe);
    }

    BaseUrlText base() {
        return baseUrl;
    }

    TestRequests tests() {
        return tests;
    }

    /**
     * Returns the definition as JSON.
     *
     * @return a copy of the document
     */
    public ObjectNode toJson() {
        return json.deepCopy();
    }

    /** Returns the document. */
    @Override
    public String toString() {
        return json.toPrettyString();
    }
}
