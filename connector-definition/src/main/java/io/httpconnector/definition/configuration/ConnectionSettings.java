package io.httpconnector.definition.configuration;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Proxy;
import io.httpconnector.Secret;
import io.httpconnector.auth.definition.InputField;
import io.httpconnector.definition.ConnectorContext;
import io.httpconnector.definition.ConnectorDefinition;
import io.httpconnector.definition.SecretSource;
import io.httpconnector.internal.json.Suggestions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The properties of a connection.
 *
 * @param name the name of the connection
 * @param connector the id of its document; null if the properties describe the connection
 * @param tenant the customer; null for the name of the connection
 * @param strategy the way to authenticate; null for the first one
 * @param connection the members of {@code connection} in a document
 * @param auth the authentication, with its members as in a document; empty if there is none
 * @param values the values of inputs by name, in any spelling
 * @param secrets the secrets by name, in any spelling
 * @param proxyCredentials the user and the password of the proxy, which are no text of a document
 */
record ConnectionSettings(
        String name,
        @Nullable String connector,
        @Nullable String tenant,
        @Nullable String strategy,
        ObjectNode connection,
        ObjectNode auth,
        Map<String, String> values,
        Map<String, String> secrets,
        Map<String, String> proxyCredentials) {

    /** Returns the settings of a tree of properties; what is unknown is left to the reader of the document. */
    static ConnectionSettings read(String name, JsonNode properties) {
        if (!properties.isObject()) {
            throw new InvalidDefinitionException("connection", ": use properties below it, such as base-url");
        }
        ObjectNode rest = properties.deepCopy();
        String connector = text(rest, "connector");
        String tenant = text(rest, "tenant");
        String strategy = text(rest, "strategy");
        Map<String, String> values = texts(rest, "values");
        Map<String, String> secrets = texts(rest, "secrets");
        ObjectNode auth = auth(rest);
        if (remove(rest, "ssl") != null) {
            throw new InvalidDefinitionException(
                    "connection", "ssl: it is a property for Spring Boot only: use trust and client-certificate");
        }
        Map<String, String> credentials = new LinkedHashMap<>();
        if (rest.get("proxy") instanceof ObjectNode proxy) {
            for (String member : List.of("user", "password")) {
                String value = text(proxy, member);
                if (value != null) {
                    credentials.put(member, value);
                }
            }
        }
        JsonNode schema = ConnectorDefinition.jsonSchema();
        JsonNode connection = new PropertyTypes(schema).convert(rest, schema.at("/$defs/connection"));
        return new ConnectionSettings(
                name, connector, tenant, strategy, (ObjectNode) connection, auth, values, secrets, credentials);
    }

    private static @Nullable JsonNode remove(ObjectNode properties, String name) {
        List<String> names = new ArrayList<>();
        properties.fieldNames().forEachRemaining(names::add);
        String found = PropertyNames.find(names, name);
        return found == null ? null : properties.remove(found);
    }

    private static @Nullable String text(ObjectNode properties, String name) {
        JsonNode value = remove(properties, name);
        if (value != null && value.isContainerNode()) {
            throw new InvalidDefinitionException("connection", name + ": a text is expected, not properties below it");
        }
        return value == null ? null : value.asText();
    }

    private static Map<String, String> texts(ObjectNode properties, String name) {
        JsonNode value = remove(properties, name);
        if (value != null && !value.isObject()) {
            throw new InvalidDefinitionException(
                    "connection", name + ": use properties below it, such as " + name + ".token");
        }
        return value == null ? Map.of() : PropertyTree.texts(value);
    }

    private static ObjectNode auth(ObjectNode properties) {
        JsonNode value = remove(properties, "auth");
        ObjectNode auth = JsonNodeFactory.instance.objectNode();
        if (value == null) {
            return auth;
        }
        if (!value.isObject()) {
            throw new InvalidDefinitionException("connection", "auth: use auth.type or auth.preset");
        }
        // The members are written like other properties; what is below them may be names of the service.
        value.properties()
                .forEach(member -> auth.set(PropertyNames.camelCase(member.getKey()), withLists(member.getValue())));
        return auth;
    }

    private static JsonNode withLists(JsonNode value) {
        if (!value.isContainerNode()) {
            return value;
        }
        List<JsonNode> elements = PropertyTree.elements(value);
        if (!elements.isEmpty()) {
            return JsonNodeFactory.instance
                    .arrayNode()
                    .addAll(elements.stream().map(ConnectionSettings::withLists).toList());
        }
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        value.properties().forEach(member -> object.set(member.getKey(), withLists(member.getValue())));
        return object;
    }

    /**
     * Returns a context for the document, with values and secrets.
     *
     * @param further the source of the secrets that are no properties
     */
    ConnectorContext.Builder context(ConnectorDefinition definition, SecretSource further) {
        ConnectorContext.Builder context = ConnectorContext.forTenant(tenant == null ? name : tenant);
        if (strategy != null) {
            context.strategy(strategy);
        }
        String used = strategy == null ? definition.strategies().get(0) : strategy;
        List<String> inputs =
                definition.inputs(used).stream().map(InputField::name).toList();
        checkNames(definition);
        values.forEach((key, value) -> {
            String input = PropertyNames.find(inputs, key);
            context.value(input == null ? key : input, value);
        });
        context.secrets(((SecretSource) reference -> secret(reference.name())).or(further));
        proxyCredentials(context);
        return context;
    }

    /**
     * Checks the names of values and secrets.
     *
     * @throws InvalidDefinitionException with all names that the document does not have
     */
    void checkNames(ConnectorDefinition definition) {
        String used = strategy == null ? definition.strategies().get(0) : strategy;
        if (!definition.strategies().contains(used)) {
            // Reported when the connection is created.
            return;
        }
        Set<String> knownSecrets = new TreeSet<>(definition.secrets(used));
        Set<String> knownValues = new TreeSet<>();
        for (InputField input : definition.inputs(used)) {
            (input.isSecret() ? knownSecrets : knownValues).add(input.name());
        }
        List<String> problems = new ArrayList<>();
        checkNames("values.", "value", values.keySet(), knownValues, problems);
        checkNames("secrets.", "secret", secrets.keySet(), knownSecrets, problems);
        if (!problems.isEmpty()) {
            throw new InvalidDefinitionException("connection", problems);
        }
    }

    private static void checkNames(
            String prefix, String kind, Set<String> names, Set<String> known, List<String> problems) {
        for (String name : names) {
            if (PropertyNames.find(known, name) == null) {
                String nearest = Suggestions.of(name, known);
                problems.add(prefix + name + ": there is no such " + kind
                        + (nearest == null ? ": use one of " + known : ": did you mean \"" + nearest + "\"?"));
            }
        }
    }

    private @Nullable Secret secret(String secret) {
        String value = PropertyNames.value(secrets, secret);
        return value == null || value.isEmpty() ? null : Secret.of(value);
    }

    private void proxyCredentials(ConnectorContext.Builder context) {
        String user = proxyCredentials.get("user");
        String password = proxyCredentials.get("password");
        if (user == null && password == null) {
            return;
        }
        if (user == null || password == null) {
            throw new InvalidDefinitionException(
                    "connection", "proxy." + (user == null ? "user" : "password") + ": it is missing");
        }
        // The other properties of the proxy were checked as a part of the document.
        JsonNode proxy = connection.path("proxy");
        String host = proxy.path("host").asText();
        int port = proxy.path("port").asInt();
        List<String> bypass = new ArrayList<>();
        proxy.path("bypass").forEach(each -> bypass.add(each.asText()));
        Proxy route = (proxy.path("type").asText().equals("socks5") ? Proxy.socks5(host, port) : Proxy.http(host, port))
                .bypass(bypass.toArray(String[]::new));
        context.connection(builder -> builder.proxy(route.credentials(user, Secret.of(password))));
    }

    /** Returns the names of the secrets, without any value. */
    @Override
    public String toString() {
        return "connection " + name + (connector == null ? "" : " by " + connector) + ", secrets " + secrets.keySet();
    }
}
