package io.httpconnector.spring.autoconfigure;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.definition.Connector;
import io.httpconnector.definition.ConnectorComponents;
import io.httpconnector.definition.ConnectorDefinition;
import io.httpconnector.definition.SecretSource;
import io.httpconnector.definition.configuration.ApplicationChecks;
import io.httpconnector.definition.configuration.ConnectionConfiguration;
import io.httpconnector.spring.ConnectorCustomizer;
import io.httpconnector.spring.Connectors;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Creates all connections of the properties, and reports the problems of all of them together. */
final class ConnectorsFactory {

    private final ConnectorsProperties properties;
    private final Function<String, ConnectorDefinition> documents;
    private final ConnectorComponents components;
    private final SecretSource secrets;
    private final List<ConnectorCustomizer> customizers;
    private final Map<String, ConnectorDefinition> definitions = new LinkedHashMap<>();
    private final Map<String, Connector> connectors = new LinkedHashMap<>();

    ConnectorsFactory(
            ConnectorsProperties properties,
            Function<String, ConnectorDefinition> documents,
            ConnectorComponents components,
            SecretSource secrets,
            List<ConnectorCustomizer> customizers) {
        this.properties = properties;
        this.documents = documents;
        this.components = components;
        this.secrets = secrets;
        this.customizers = List.copyOf(customizers);
    }

    /**
     * Creates the connections.
     *
     * @param found the problems of other properties and of the documents
     * @param areDocumentsValid whether all documents were read; if not, a connection with a document would be reported twice
     * @throws InvalidDefinitionException with all problems
     */
    Connectors create(List<String> found, boolean areDocumentsValid) {
        List<String> problems = new ArrayList<>(found);
        properties.connections().forEach((name, connection) -> {
            try {
                if (areDocumentsValid || connection.connector() == null) {
                    add(name, connection);
                }
            } catch (InvalidDefinitionException e) {
                problems.addAll(e.problems());
            }
        });
        problems.addAll(ApplicationChecks.stateProblems(definitions, connectors));
        Connectors created = new Connectors(definitions, connectors);
        if (!problems.isEmpty()) {
            created.close();
            throw new InvalidDefinitionException("connections of the application", problems);
        }
        return created;
    }

    private void add(String name, ConnectionProperties connection) {
        ConnectionConfiguration configuration = ConnectionConfiguration.of(name, ConnectionPropertyMap.of(connection));
        ConnectorDefinition definition = configuration.definition(documents, components);
        Connector connector = configuration.connect(
                definition,
                secrets,
                properties.webhooks().publicUrl(),
                context -> customizers.forEach(customizer -> customizer.customize(name, context)));
        definitions.put(name, definition);
        connectors.put(name, connector);
    }
}
