package io.httpconnector.definition;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.ConnectorException;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.auth.definition.InputField;
import io.httpconnector.definition.internal.DocumentParser;
import io.httpconnector.definition.internal.FormatMigrations;
import io.httpconnector.internal.Arguments;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A connector document: the connection, authentication, requests, triggers and webhooks of a service in one JSON or YAML
 * file. It is validated completely when it is loaded, compiled once, and shared by all customers.
 *
 * <pre>{@code
 * ConnectorDefinition shopify = ConnectorDefinition.load(Path.of("shopify.connector.yaml"));
 * List<InputField> form = shopify.inputs("oauth2");
 *
 * Connector acme = shopify.connect(ConnectorContext.forTenant("acme")
 *         .value("shop", "acme")
 *         .secrets(vault)
 *         .state(store)
 *         .build());
 * Response order = acme.request("get-order").send("order", Map.of("id", 42));
 * acme.on("updated-orders", event -> orders.upsert(event.payload()));
 * acme.start();
 * }</pre>
 *
 * <p>Immutable and thread-safe.
 */
public final class ConnectorDefinition {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MAX_LENGTH = 2_000_000;

    final ConnectorReader.Parts parts;
    final ConnectorComponents components;

    private final OptionalInt migratedFrom;

    ConnectorDefinition(ConnectorReader.Parts parts, ConnectorComponents components, OptionalInt migratedFrom) {
        this.parts = parts;
        this.components = components;
        this.migratedFrom = migratedFrom;
    }

    /**
     * Loads a document that has no code-only parts, or declares them as {@code components}.
     *
     * @param file a JSON or YAML file
     * @return the definition
     * @throws InvalidDefinitionException if it is invalid; reports all problems, each with its JSON Pointer, line and column
     * @throws ConnectorException if the file cannot be read
     */
    public static ConnectorDefinition load(Path file) {
        return load(file, ConnectorComponents.none());
    }

    /**
     * Loads a document.
     *
     * @param file a JSON or YAML file
     * @param components the parts that are code
     * @return the definition
     * @throws InvalidDefinitionException if it is invalid; reports all problems, each with its JSON Pointer, line and column
     * @throws ConnectorException if the file cannot be read
     */
    public static ConnectorDefinition load(Path file, ConnectorComponents components) {
        String text;
        try {
            text = Files.readString(Arguments.notNull(file, "file"));
        } catch (CharacterCodingException e) {
            throw new InvalidDefinitionException("connector document " + file, "it is not UTF-8: save it in UTF-8");
        } catch (IOException e) {
            throw new ConnectorException("The connector document " + file + " could not be read: " + e, e);
        }
        try {
            return parse(text, components);
        } catch (InvalidDefinitionException e) {
            throw new InvalidDefinitionException("connector document " + file, e.problems());
        }
    }

    /**
     * Parses the text of a document.
     *
     * @param text JSON or YAML
     * @return the definition
     * @throws InvalidDefinitionException as for {@link #load(Path)}
     */
    public static ConnectorDefinition parse(String text) {
        return parse(text, ConnectorComponents.none());
    }

    /**
     * Parses the text of a document.
     *
     * @param text JSON or YAML
     * @param components the parts that are code
     * @return the definition
     * @throws InvalidDefinitionException as for {@link #load(Path)}
     */
    public static ConnectorDefinition parse(String text, ConnectorComponents components) {
        if (Arguments.notNull(text, "connector document").length() > MAX_LENGTH) {
            throw new InvalidDefinitionException(
                    "connector document",
                    "it has " + text.length() + " characters: at most " + MAX_LENGTH + " are permitted");
        }
        return new DocumentReader(components, FormatMigrations.RELEASED).read(DocumentParser.read(text));
    }

    /**
     * Reads a document that has been parsed, such as one from a database.
     *
     * @param json the document
     * @param components the parts that are code
     * @return the definition
     * @throws InvalidDefinitionException if it is invalid; reports all problems, each with its JSON Pointer
     */
    public static ConnectorDefinition of(JsonNode json, ConnectorComponents components) {
        return new DocumentReader(components, FormatMigrations.RELEASED)
                .read(Arguments.notNull(json, "connector document"));
    }

    /**
     * Returns the JSON Schema (2020-12) of connector documents, for editors and form generators. It knows all members with their types,
     * meanings and defaults; names and placeholders are validated by {@link #parse} only.
     *
     * @return the schema of the latest format version
     */
    public static ObjectNode jsonSchema() {
        String name = "connector-" + ConnectorReader.FORMAT + ".json";
        try (InputStream schema = ConnectorDefinition.class.getResourceAsStream(name)) {
            if (schema == null) {
                throw new IllegalStateException("the library is incomplete: " + name + " is missing");
            }
            return (ObjectNode) JSON.readTree(schema);
        } catch (IOException e) {
            throw new ConnectorException("The schema of connector documents could not be read", e);
        }
    }

    /**
     * Returns the version of the format in which the document is written, if it is an older one. The definition is in the latest
     * version, in which {@link #toYaml} and {@link #toJson} write it.
     *
     * @return the version, such as 1; empty for a document in the latest version
     */
    public OptionalInt migratedFrom() {
        return migratedFrom;
    }

    /**
     * Returns the ID.
     *
     * @return lower-case letters, digits and hyphens
     */
    public String id() {
        return parts.id();
    }

    /**
     * Returns the version of the document.
     *
     * @return three numbers, such as {@code 1.0.0}
     */
    public String version() {
        return parts.version();
    }

    /**
     * Returns the title.
     *
     * @return the name of the service, for users
     */
    public String title() {
        return parts.title();
    }

    /**
     * Returns the link to the documentation.
     *
     * @return a URL; empty if there is none
     */
    public String documentation() {
        return parts.documentation();
    }

    /**
     * Returns the names of the ways to authenticate, of which a customer chooses one.
     *
     * @return the names, the most common one first
     */
    public List<String> strategies() {
        return parts.auth().strategies();
    }

    /**
     * Returns the inputs that a customer fills in.
     *
     * @param strategy the way to authenticate
     * @return the inputs, in the order of the form
     * @throws InvalidDefinitionException if there is no such strategy
     */
    public List<InputField> inputs(String strategy) {
        return parts.auth().fields(strategy);
    }

    /**
     * Returns the names of the requests.
     *
     * @return the names, in the order of the document
     */
    public Set<String> requests() {
        return parts.requests().keySet();
    }

    /**
     * Returns the names of the triggers, which poll or receive a stream.
     *
     * @return the names, in the order of the document
     */
    public Set<String> triggers() {
        return parts.triggers().keySet();
    }

    /**
     * Returns the names of the triggers that receive a stream of server-sent events.
     *
     * @return the names, in the order of the document
     */
    public Set<String> streams() {
        return names(parts.triggers(), trigger -> trigger.stream() != null);
    }

    /**
     * Returns the hybrid triggers, which have a webhook in addition to their polls.
     *
     * @return the names of the webhooks by those of the triggers, in the order of the document
     */
    public Map<String, String> hybrids() {
        Map<String, String> webhooks = new LinkedHashMap<>();
        parts.triggers().forEach((name, trigger) -> {
            if (trigger.hybrid() != null) {
                webhooks.put(name, trigger.hybrid().webhook());
            }
        });
        return Collections.unmodifiableMap(webhooks);
    }

    /**
     * Returns the names of the webhooks.
     *
     * @return the names, in the order of the document
     */
    public Set<String> webhooks() {
        return parts.webhooks().keySet();
    }

    /**
     * Returns the names of the webhooks with a subscription, whose URL the library registers at the service.
     *
     * @return the names, in the order of the document
     */
    public Set<String> subscriptions() {
        return names(parts.webhooks(), webhook -> webhook.subscription() != null);
    }

    private static <T> Set<String> names(Map<String, T> parts, Predicate<T> isMember) {
        return parts.entrySet().stream()
                .filter(part -> isMember.test(part.getValue()))
                .map(Map.Entry::getKey)
                .collect(Collectors.collectingAndThen(
                        Collectors.toCollection(LinkedHashSet::new), Collections::unmodifiableSet));
    }

    /**
     * Returns the names of the secrets that an instance needs: its secret inputs, and the secrets of its webhooks.
     *
     * @param strategy the way to authenticate
     * @return the names for {@link SecretSource}, in alphabetical order
     */
    public Set<String> secrets(String strategy) {
        Set<String> names = new TreeSet<>();
        inputs(strategy).stream()
                .filter(InputField::isSecret)
                .map(InputField::name)
                .forEach(names::add);
        parts.webhooks().values().forEach(webhook -> names.addAll(webhook.secrets()));
        return names;
    }

    /**
     * Creates an instance for a customer. Nothing is sent yet.
     *
     * @param context the customer, the values and the stores
     * @return the instance, to be closed by the caller
     * @throws InvalidDefinitionException if a value, a secret or a component is missing or invalid; reports all problems
     */
    public Connector connect(ConnectorContext context) {
        return ConnectorFactory.create(parts, components, Arguments.notNull(context, "context of a connector"));
    }

    /**
     * Returns the document as JSON, always written the same way: references are resolved, defaults are omitted.
     *
     * @return JSON that {@link #of} reads as an equal definition
     */
    public ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("connector", ConnectorReader.FORMAT).put("id", id()).put("version", version());
        json.put("title", title());
        if (!documentation().isEmpty()) {
            json.put("documentation", documentation());
        }
        ObjectNode auth = parts.authJson();
        if (!auth.path("fields").isEmpty()) {
            json.set("inputs", CanonicalJson.sorted(auth.path("fields")));
        }
        ObjectNode connection = parts.connection().json().deepCopy();
        for (String member : List.of("baseUrl", "test")) {
            if (auth.has(member)) {
                connection.set(member, auth.get(member));
            }
        }
        json.set("connection", CanonicalJson.sorted(connection));
        ObjectNode strategies = json.putObject("auth");
        auth.path("strategies")
                .properties()
                .forEach(strategy -> strategies.set(strategy.getKey(), CanonicalJson.sorted(strategy.getValue())));
        parts.requests().forEach((name, request) -> put(json, "requests", name, request.toJson(name)));
        parts.triggers().forEach((name, trigger) -> put(json, "triggers", name, trigger.toJson()));
        parts.webhooks().forEach((name, webhook) -> put(json, "webhooks", name, webhook.toJson()));
        ObjectNode declared = JsonNodeFactory.instance.objectNode();
        parts.declared().forEach((kind, names) -> {
            if (!names.isEmpty()) {
                ArrayNode all = declared.putArray(kind.member());
                names.stream().sorted().forEach(all::add);
            }
        });
        if (!declared.isEmpty()) {
            json.set("components", CanonicalJson.sorted(declared));
        }
        return json;
    }

    /**
     * Returns what a newer version changes, and the consequences for running instances.
     *
     * <pre>{@code
     * installed.changes(newer).stream()
     *         .filter(change -> change.impact() == DefinitionChange.Impact.CUSTOMER)
     *         .forEach(change -> log.warn("{}", change));
     * }</pre>
     *
     * @param newer the newer version of this document
     * @return the changes, the most severe ones first; empty if the documents mean the same
     * @throws InvalidDefinitionException if it is another connector
     */
    public List<DefinitionChange> changes(ConnectorDefinition newer) {
        Arguments.notNull(newer, "newer version");
        if (!newer.id().equals(id())) {
            throw new InvalidDefinitionException(
                    "changes", "\"" + newer.id() + "\" is another connector than \"" + id() + "\"");
        }
        return new DefinitionComparison(this, newer).compare();
    }

    private static void put(ObjectNode json, String member, String name, ObjectNode part) {
        ObjectNode parts = json.path(member) instanceof ObjectNode known ? known : json.putObject(member);
        parts.set(name, CanonicalJson.sorted(part));
    }

    /**
     * Returns the document as YAML, always written the same way.
     *
     * @return the text
     */
    public String toYaml() {
        return CanonicalYaml.write(toJson());
    }

    /** Two definitions are equal if their documents mean the same. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ConnectorDefinition definition && toJson().equals(definition.toJson());
    }

    @Override
    public int hashCode() {
        return id().hashCode() * 31 + version().hashCode();
    }

    /** Returns the ID and the version. */
    @Override
    public String toString() {
        return id() + " " + version();
    }
}
