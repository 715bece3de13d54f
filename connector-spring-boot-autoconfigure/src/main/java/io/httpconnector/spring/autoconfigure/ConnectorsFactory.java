package io.httpconnector.spring.autoconfigure;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Proxy;
import io.httpconnector.Secret;
import io.httpconnector.auth.definition.InputField;
import io.httpconnector.definition.Connector;
import io.httpconnector.definition.ConnectorComponents;
import io.httpconnector.definition.ConnectorContext;
import io.httpconnector.definition.ConnectorDefinition;
import io.httpconnector.definition.SecretSource;
import io.httpconnector.internal.json.Suggestions;
import io.httpconnector.spring.ConnectorCustomizer;
import io.httpconnector.spring.Connectors;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Creates all connections of the properties, and reports the problems of all of them together. */
final class ConnectorsFactory {

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,62}");

    private final ConnectorsProperties properties;
    private final ConnectorDocuments documents;
    private final ConnectorComponents components;
    private final SecretSource secrets;
    private final List<ConnectorCustomizer> customizers;
    private final Map<String, ConnectorDefinition> definitions = new LinkedHashMap<>();
    private final Map<String, Connector> connectors = new LinkedHashMap<>();

    ConnectorsFactory(
            ConnectorsProperties properties,
            ConnectorDocuments documents,
            ConnectorComponents components,
            SecretSource secrets,
            List<ConnectorCustomizer> customizers) {
        this.properties = properties;
        this.documents = documents;
        this.components = components;
        this.secrets = secrets;
        this.customizers = List.copyOf(customizers);
    }

    Connectors create() {
        List<String> problems = new ArrayList<>();
        properties.connections().forEach((name, connection) -> {
            try {
                add(name, connection);
            } catch (InvalidDefinitionException e) {
                problems.addAll(new ConnectionProblems(name, connection.baseUrl() != null).named(e.problems()));
            }
        });
        Connectors created = new Connectors(definitions, connectors);
        if (!problems.isEmpty()) {
            created.close();
            throw new InvalidDefinitionException("connections of the application", problems);
        }
        return created;
    }

    private void add(String name, ConnectionProperties connection) {
        if (!NAME.matcher(name).matches()) {
            throw new InvalidDefinitionException(
                    "connection", "name: use lower-case letters, digits and hyphens, at most 63, a letter first");
        }
        String id = connection.connector();
        ConnectorDefinition base = id == null ? null : documents.get(id);
        ConnectorDefinition definition = new ConnectionDocument(name, connection).definition(base, components);
        Connector connector = definition.connect(context(name, connection, definition));
        definitions.put(name, definition);
        connectors.put(name, connector);
    }

    private ConnectorContext context(String name, ConnectionProperties connection, ConnectorDefinition definition) {
        String strategy = connection.strategy();
        ConnectorContext.Builder context =
                ConnectorContext.forTenant(connection.tenant() == null ? name : connection.tenant());
        if (strategy != null) {
            context.strategy(strategy);
        }
        String used = strategy == null ? definition.strategies().get(0) : strategy;
        Map<String, Boolean> inputs = new LinkedHashMap<>();
        for (InputField input : definition.inputs(used)) {
            inputs.put(input.name(), input.isSecret());
        }
        context.values(values(connection, inputs));
        checkSecrets(connection, definition.secrets(used), inputs);
        context.secrets(((SecretSource) reference -> secret(connection, reference.name())).or(secrets));
        proxyCredentials(connection, context);
        String publicUrl = properties.webhooks().publicUrl();
        if (publicUrl != null) {
            definition
                    .subscriptions()
                    .forEach(webhook -> context.webhookUrl(
                            webhook,
                            URI.create(ConnectorWebhooks.withoutSlash(publicUrl) + "/" + name + "/" + webhook)));
        }
        customizers.forEach(customizer -> customizer.customize(name, context));
        return context.build();
    }

    /** Returns the values by the names that the inputs have in the document. */
    private static Map<String, String> values(ConnectionProperties connection, Map<String, Boolean> inputs) {
        Map<String, String> values = new LinkedHashMap<>();
        connection
                .values()
                .forEach((key, value) -> values.put(
                        inputs.keySet().stream()
                                .filter(input -> PropertyNames.uniform(input).equals(PropertyNames.uniform(key)))
                                .findFirst()
                                .orElse(key),
                        value));
        return values;
    }

    private static void checkSecrets(ConnectionProperties connection, Set<String> needed, Map<String, Boolean> inputs) {
        Set<String> known = new TreeSet<>(needed);
        inputs.forEach((input, isSecret) -> {
            if (isSecret) {
                known.add(input);
            }
        });
        List<String> problems = new ArrayList<>();
        for (String name : connection.secrets().keySet()) {
            String uniform = PropertyNames.uniform(name);
            if (known.stream().noneMatch(each -> PropertyNames.uniform(each).equals(uniform))) {
                String nearest = Suggestions.of(name, known);
                problems.add("secrets." + name + ": there is no such secret"
                        + (nearest == null ? ": use one of " + known : ": did you mean \"" + nearest + "\"?"));
            }
        }
        if (!problems.isEmpty()) {
            throw new InvalidDefinitionException("connection", problems);
        }
    }

    private static @Nullable Secret secret(ConnectionProperties connection, String name) {
        String value = PropertyNames.find(connection.secrets(), name);
        return value == null || value.isEmpty() ? null : Secret.of(value);
    }

    private static void proxyCredentials(ConnectionProperties connection, ConnectorContext.Builder context) {
        ConnectionProperties.Proxy proxy = connection.proxy();
        if (proxy == null || (proxy.user() == null && proxy.password() == null)) {
            return;
        }
        String user = proxy.user();
        String password = proxy.password();
        if (user == null || password == null) {
            throw new InvalidDefinitionException(
                    "connection", "proxy." + (user == null ? "user" : "password") + ": it is missing");
        }
        context.connection(builder -> builder.proxy(route(proxy).credentials(user, Secret.of(password))));
    }

    /** Returns the proxy, whose properties were checked as a part of the document. */
    private static Proxy route(ConnectionProperties.Proxy proxy) {
        String host = String.valueOf(proxy.host());
        int port = proxy.port() == null ? 0 : proxy.port();
        List<String> bypass = proxy.bypass() == null ? List.of() : proxy.bypass();
        return ("socks5".equals(proxy.type()) ? Proxy.socks5(host, port) : Proxy.http(host, port))
                .bypass(bypass.toArray(String[]::new));
    }
}
