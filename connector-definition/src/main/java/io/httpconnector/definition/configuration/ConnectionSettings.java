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
 * @param webhooks the webhooks by name, with their members as in a document; in addition to those of the document
 * @param values the values of inputs by name, in any spelling
 * @param secrets the secrets by name, in any spelling
 * @param proxyCredentials the user and the password of the proxy, which are no text of a document
 * @param unknown a problem for each property that does not exist
 */
record ConnectionSettings(
        String name,
        @Nullable String connector,
        @Nullable String tenant,
        @Nullable String strategy,
        ObjectNode connection,
        ObjectNode auth,
        ObjectNode webhooks,
        Map<String, String> values,
        Map<String, String> secrets,
        Map<String, String> proxyCredentials,
        List<String> unknown) {

    /** The properties of a connection that are not members of {@code connection} in a document. */
    private static final List<String> OWN =
            List.of("connector", "tenant", "strategy", "values", "secrets", "auth", "webhooks");

    /** Returns the settings of a tree of properties; what is unknown is left to the reader of the document. */
    static ConnectionSettings read(String name, JsonNode properties) {
        if (!properties.isObject()) {
            throw invalid(property(name, ""), "use properties below it, such as base-url");
        }
        ObjectNode rest = properties.deepCopy();
        String where = property(name, "");
        String connector = text(rest, where, "connector");
        String tenant = text(rest, where, "tenant");
        String strategy = text(rest, where, "strategy");
        Map<String, String> values = texts(rest, where, "values");
        Map<String, String> secrets = texts(rest, where, "secrets");
        ObjectNode auth = auth(rest, where);
        JsonNode schema = ConnectorDefinition.jsonSchema();
        PropertyTypes types = new PropertyTypes(schema);
        ObjectNode webhooks = webhooks(rest, where, types, schema.at("/$defs/webhooks"));
        if (remove(rest, "ssl") != null) {
            throw invalid(where + ".ssl", "it is a property for Spring Boot only: use trust and client-certificate");
        }
        Map<String, String> credentials = new LinkedHashMap<>();
        if (rest.get("proxy") instanceof ObjectNode proxy) {
            for (String member : List.of("user", "password")) {
                String value = text(proxy, where + ".proxy", member);
                if (value != null) {
                    credentials.put(member, value);
                }
            }
        }
        JsonNode members = schema.at("/$defs/connection");
        ObjectNode connection = (ObjectNode) types.convert(rest, members);
        List<String> unknown = removeUnknown(where, connection, members.path("properties"));
        return new ConnectionSettings(
                name, connector, tenant, strategy, connection, auth, webhooks, values, secrets, credentials, unknown);
    }

    /** Removes the members that neither a connection of the properties nor one of a document has; returns a problem for each. */
    private static List<String> removeUnknown(String where, ObjectNode connection, JsonNode members) {
        Set<String> known = new TreeSet<>(OWN);
        members.fieldNames().forEachRemaining(name -> known.add(PropertyNames.withHyphens(name)));
        List<String> problems = new ArrayList<>();
        List<String> names = new ArrayList<>();
        connection.fieldNames().forEachRemaining(names::add);
        for (String name : names) {
            if (!members.has(name)) {
                connection.remove(name);
                String written = PropertyNames.withHyphens(name);
                String nearest = Suggestions.of(written, known);
                problems.add(where + "." + written + ": there is no such property"
                        + (nearest == null ? ": use one of " + known : ": did you mean \"" + nearest + "\"?"));
            }
        }
        return problems;
    }

    /** Returns the name of a property of a connection; that of the connection if the path is empty. */
    private static String property(String connection, String path) {
        return ApplicationSettings.PREFIX + ".connections." + connection + (path.isEmpty() ? "" : "." + path);
    }

    /** Returns the name of a property of this connection, such as {@code base-url}. */
    String property(String path) {
        return property(name, path);
    }

    private static InvalidDefinitionException invalid(String property, String problem) {
        return new InvalidDefinitionException("properties of a connection", property + ": " + problem);
    }

    private static @Nullable JsonNode remove(ObjectNode properties, String name) {
        List<String> names = new ArrayList<>();
        properties.fieldNames().forEachRemaining(names::add);
        String found = PropertyNames.find(names, name);
        return found == null ? null : properties.remove(found);
    }

    private static @Nullable String text(ObjectNode properties, String where, String name) {
        JsonNode value = remove(properties, name);
        if (value != null && value.isContainerNode()) {
            throw invalid(where + "." + name, "a text is expected, not properties below it");
        }
        return value == null ? null : value.asText();
    }

    private static Map<String, String> texts(ObjectNode properties, String where, String name) {
        JsonNode value = remove(properties, name);
        if (value != null && !value.isObject()) {
            throw invalid(where + "." + name, "use properties below it, such as " + name + ".token");
        }
        return value == null ? Map.of() : PropertyTree.texts(value);
    }

    private static ObjectNode auth(ObjectNode properties, String where) {
        JsonNode value = remove(properties, "auth");
        ObjectNode auth = JsonNodeFactory.instance.objectNode();
        if (value == null) {
            return auth;
        }
        if (!value.isObject()) {
            throw invalid(where + ".auth", "use auth.type or auth.preset");
        }
        // The members are written like other properties; what is below them may be names of the service.
        value.properties()
                .forEach(member ->
                        auth.set(PropertyNames.camelCase(member.getKey()), PropertyTree.withLists(member.getValue())));
        return auth;
    }

    private static ObjectNode webhooks(ObjectNode properties, String where, PropertyTypes types, JsonNode schema) {
        JsonNode value = remove(properties, "webhooks");
        ObjectNode webhooks = JsonNodeFactory.instance.objectNode();
        if (value == null) {
            return webhooks;
        }
        if (!value.isObject()) {
            throw invalid(where + ".webhooks", "use properties below it, such as webhooks.payment.subscription.preset");
        }
        value.properties()
                .forEach(webhook -> webhooks.set(webhook.getKey(), types.convert(webhook.getValue(), schema)));
        return webhooks;
    }

    /**
     * Returns a context for the document, with values and secrets.
     *
     * @param further the source of the secrets that are no properties
     * @throws InvalidDefinitionException if the document has no such strategy, or credentials of the proxy are missing
     */
    ConnectorContext.Builder context(ConnectorDefinition definition, SecretSource further) {
        ConnectorContext.Builder context =
                ConnectorContext.forTenant(tenant == null ? name : tenant).naming(new PropertyNaming(property("")));
        if (strategy != null) {
            context.strategy(strategy);
        }
        String used = used(definition);
        if (!definition.strategies().contains(used)) {
            throw invalid(
                    property("strategy"),
                    "the strategy \"" + used + "\" is unknown: use one of " + definition.strategies());
        }
        List<String> inputs =
                definition.inputs(used).stream().map(InputField::name).toList();
        values.forEach((key, value) -> {
            String input = PropertyNames.find(inputs, key);
            context.value(input == null ? key : input, value);
        });
        context.secrets(ConnectionConfiguration.secrets(secrets).or(further));
        proxyCredentials(context);
        return context;
    }

    private String used(ConnectorDefinition definition) {
        return strategy == null ? definition.strategies().get(0) : strategy;
    }

    /** Returns a problem for each value that the document does not have. */
    List<String> unknownValues(ConnectorDefinition definition) {
        return unknown("values.", "input", values.keySet(), inputs(definition, false));
    }

    /** Returns a problem for each secret that the document does not have. */
    List<String> unknownSecrets(ConnectorDefinition definition) {
        String used = used(definition);
        if (!definition.strategies().contains(used)) {
            // Reported when the connection is created.
            return List.of();
        }
        Set<String> known = inputs(definition, true);
        known.addAll(definition.secrets(used));
        return unknown("secrets.", "secret", secrets.keySet(), known);
    }

    private Set<String> inputs(ConnectorDefinition definition, boolean areSecret) {
        Set<String> names = new TreeSet<>();
        String used = used(definition);
        if (definition.strategies().contains(used)) {
            definition.inputs(used).stream()
                    .filter(input -> input.isSecret() == areSecret)
                    .forEach(input -> names.add(input.name()));
        }
        return names;
    }

    private List<String> unknown(String prefix, String kind, Set<String> names, Set<String> known) {
        List<String> problems = new ArrayList<>();
        for (String each : names) {
            if (PropertyNames.find(known, each) == null) {
                String nearest = Suggestions.of(each, known);
                problems.add(property(prefix + each) + ": there is no such " + kind
                        + (nearest == null ? ": use one of " + known : ": did you mean \"" + nearest + "\"?"));
            }
        }
        return problems;
    }

    private void proxyCredentials(ConnectorContext.Builder context) {
        String user = proxyCredentials.get("user");
        String password = proxyCredentials.get("password");
        if (user == null && password == null) {
            return;
        }
        if (user == null || password == null) {
            throw invalid(property("proxy." + (user == null ? "user" : "password")), "it is missing");
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
