package io.httpconnector.definition.configuration;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.definition.Connector;
import io.httpconnector.definition.ConnectorComponents;
import io.httpconnector.definition.ConnectorContext;
import io.httpconnector.definition.ConnectorDefinition;
import io.httpconnector.definition.SecretSource;
import io.httpconnector.internal.Arguments;
import io.httpconnector.trigger.EventHandler;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A connection of {@code connectors.connections}, for integrations of frameworks that read properties themselves; others use {@link
 * ConfiguredConnectors}. All problems have the names of the properties. Immutable.
 */
public final class ConnectionConfiguration {

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,62}");

    private final ConnectionSettings settings;

    private ConnectionConfiguration(ConnectionSettings settings) {
        this.settings = settings;
    }

    /**
     * Reads the properties of a connection, whose placeholders are replaced.
     *
     * @param name the name of the connection
     * @param properties the properties below {@code connectors.connections.NAME}: texts, numbers, Booleans, lists, and maps for
     *     properties below them; in any spelling
     * @return the configuration
     * @throws InvalidDefinitionException if the name or a property is invalid
     */
    public static ConnectionConfiguration of(String name, Map<String, ?> properties) {
        return read(
                Arguments.notNull(name, "name of a connection"),
                PropertyTree.tree(Arguments.notNull(properties, "properties")));
    }

    static ConnectionConfiguration read(String name, JsonNode properties) {
        if (!NAME.matcher(name).matches()) {
            throw new InvalidDefinitionException(
                    "connection",
                    ApplicationSettings.PREFIX + ".connections." + name
                            + ": use a name of lower-case letters, digits and hyphens, at most 63, a letter first");
        }
        return new ConnectionConfiguration(ConnectionSettings.read(name, properties));
    }

    /** Whether the connection has a connector document, which may be invalid. */
    boolean hasDocument() {
        return settings.connector() != null;
    }

    /**
     * Returns the definition of the connection: its connector document with the properties, or the properties alone.
     *
     * @param documents returns a connector document by its id
     * @param components the parts of documents that are code
     * @return the definition
     * @throws InvalidDefinitionException with all problems
     */
    public ConnectorDefinition definition(
            Function<String, ConnectorDefinition> documents, ConnectorComponents components) {
        String id = settings.connector();
        ConnectorDefinition base = id == null ? null : document(id, documents);
        try {
            return new ConnectionDocument(settings).definition(base, components);
        } catch (InvalidDefinitionException e) {
            // Misspelt names of values and secrets are reported together with other problems.
            List<String> all = new ArrayList<>(e.problems());
            if (base != null) {
                all.addAll(settings.unknownValues(base));
                all.addAll(settings.unknownSecrets(base));
            }
            throw invalid(all);
        }
    }

    private ConnectorDefinition document(String id, Function<String, ConnectorDefinition> documents) {
        try {
            return documents.apply(id);
        } catch (InvalidDefinitionException e) {
            throw invalid(e.problems().stream()
                    .map(problem -> settings.property("connector") + ": " + problem)
                    .toList());
        }
    }

    /**
     * Creates the connector.
     *
     * @param definition the definition of the connection
     * @param secrets the source of the secrets that are no properties
     * @param publicUrl the URL at which services reach the webhooks of the application; null if it is unknown
     * @param change adds stores and code to the context
     * @return the connector, to be closed by the application
     * @throws InvalidDefinitionException with all problems
     */
    public Connector connect(
            ConnectorDefinition definition,
            SecretSource secrets,
            @Nullable String publicUrl,
            Consumer<ConnectorContext.Builder> change) {
        List<String> problems = new ArrayList<>(settings.unknownSecrets(definition));
        Connector connector = null;
        try {
            ConnectorContext.Builder context = settings.context(definition, secrets);
            if (publicUrl != null) {
                definition
                        .webhooks()
                        .forEach(webhook -> context.webhookUrl(webhook, url(publicUrl, settings.name(), webhook)));
            }
            change.accept(context);
            connector = definition.connect(context.build());
        } catch (InvalidDefinitionException e) {
            problems.addAll(e.problems());
        }
        if (connector == null || !problems.isEmpty()) {
            if (connector != null) {
                connector.close();
            }
            throw invalid(problems);
        }
        return connector;
    }

    private static URI url(String publicUrl, String connection, String webhook) {
        return WebhookPaths.publicUrl(publicUrl, connection, webhook);
    }

    /** Returns an exception whose problems name the connection or one of its properties. */
    private InvalidDefinitionException invalid(List<String> problems) {
        return invalid(settings.name(), problems);
    }

    private static InvalidDefinitionException invalid(String connection, List<String> problems) {
        String property = ApplicationSettings.PREFIX + ".connections." + connection;
        return new InvalidDefinitionException(
                "connection \"" + connection + "\"",
                problems.stream()
                        .map(problem -> problem.startsWith(property) ? problem : property + ": " + problem)
                        .toList());
    }

    /**
     * Returns a source of secrets that are properties.
     *
     * @param properties the secrets by name, in any spelling; an empty one is missing
     * @return the source, for all tenants and connectors
     */
    public static SecretSource secrets(Map<String, String> properties) {
        Map<String, String> known = Map.copyOf(Arguments.notNull(properties, "properties"));
        return reference -> {
            String value = PropertyNames.value(known, reference.name());
            return value == null || value.isEmpty() ? null : Secret.of(value);
        };
    }

    /**
     * Handles the events of a trigger or webhook, like {@link Connector#on}.
     *
     * @param connection the name of the connection
     * @param connector its connector
     * @param trigger the name of the trigger or webhook
     * @param handler the handler
     * @throws InvalidDefinitionException as for {@link Connector#on}; names the connection
     */
    public static void on(String connection, Connector connector, String trigger, EventHandler handler) {
        try {
            connector.on(trigger, handler);
        } catch (InvalidDefinitionException e) {
            throw invalid(connection, e.problems());
        }
    }

    /** Returns the names of the secrets, without any value. */
    @Override
    public String toString() {
        return settings.toString();
    }
}
