package io.httpconnector.definition.configuration;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.auth.oauth2.TokenStore;
import io.httpconnector.definition.Connector;
import io.httpconnector.definition.ConnectorComponents;
import io.httpconnector.definition.ConnectorDefinition;
import io.httpconnector.definition.SecretSource;
import io.httpconnector.internal.Arguments;
import io.httpconnector.state.StateStore;
import io.httpconnector.webhook.WebhookRouter;
import io.httpconnector.webhook.inbox.Inbox;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Builder for {@link ConfiguredConnectors}. All methods are optional. {@link #build()} reports the problems of all properties and documents
 * at once. Not thread-safe.
 */
public final class ConfiguredConnectorsBuilder {

    private static final String DEFAULT_DOCUMENTS = "classpath:connectors/";

    private final Map<String, ?> properties;
    private final Map<String, String> documents = new LinkedHashMap<>();
    private final List<ConnectorCustomizer> customizers = new ArrayList<>();
    private ClassLoader loader = defaultLoader();
    private ConnectorComponents components = ConnectorComponents.none();
    private SecretSource secrets = SecretSource.none();
    private @Nullable StateStore state;
    private @Nullable TokenStore tokens;
    private @Nullable Inbox inbox;

    ConfiguredConnectorsBuilder(Map<String, ?> properties) {
        this.properties = Arguments.notNull(properties, "properties");
    }

    private static ClassLoader defaultLoader() {
        ClassLoader context = Thread.currentThread().getContextClassLoader();
        return context == null ? ConfiguredConnectorsBuilder.class.getClassLoader() : context;
    }

    /**
     * Sets the class loader that finds the documents of {@code classpath:} locations. Default: that of the context of the thread.
     *
     * @param classLoader the class loader
     * @return this builder
     */
    public ConfiguredConnectorsBuilder classLoader(ClassLoader classLoader) {
        this.loader = Arguments.notNull(classLoader, "class loader");
        return this;
    }

    /**
     * Adds a connector document, such as one of a database, to those of {@code connectors.documents}.
     *
     * @param name the name in messages, such as that of the file
     * @param text the document, as JSON or YAML
     * @return this builder
     */
    public ConfiguredConnectorsBuilder document(String name, String text) {
        documents.put(Arguments.notNull(name, "name of a document"), Arguments.notNull(text, "document"));
        return this;
    }

    /**
     * Sets the parts of documents that are code. Default: none.
     *
     * @param parts the components
     * @return this builder
     */
    public ConfiguredConnectorsBuilder components(ConnectorComponents parts) {
        this.components = Arguments.notNull(parts, "components");
        return this;
    }

    /**
     * Sets the source of the secrets that are no properties. Default: none.
     *
     * @param source the source
     * @return this builder
     */
    public ConfiguredConnectorsBuilder secrets(SecretSource source) {
        this.secrets = Arguments.notNull(source, "source of secrets");
        return this;
    }

    /**
     * Sets the store of the state of triggers. Default: files in {@code connectors.store.directory}.
     *
     * @param store the store, to be closed by the application
     * @return this builder
     */
    public ConfiguredConnectorsBuilder state(StateStore store) {
        this.state = Arguments.notNull(store, "state store");
        return this;
    }

    /**
     * Sets the store of tokens. Default: files in {@code connectors.store.directory}, encrypted by
     * {@code connectors.store.encryption-key} if it is set.
     *
     * @param store the store
     * @return this builder
     */
    public ConfiguredConnectorsBuilder tokens(TokenStore store) {
        this.tokens = Arguments.notNull(store, "token store");
        return this;
    }

    /**
     * Sets the inbox, which is used if {@code connectors.webhooks.inbox} is true. Default: files in
     * {@code connectors.store.directory}.
     *
     * @param store the inbox, to be closed by the application
     * @return this builder
     */
    public ConfiguredConnectorsBuilder inbox(Inbox store) {
        this.inbox = Arguments.notNull(store, "inbox");
        return this;
    }

    /**
     * Adds code to all connections. Customizers are called in the order in which they are added.
     *
     * @param customizer changes the context of a connection
     * @return this builder
     */
    public ConfiguredConnectorsBuilder customizer(ConnectorCustomizer customizer) {
        customizers.add(Arguments.notNull(customizer, "customizer"));
        return this;
    }

    /**
     * Creates the connections. Triggers and webhooks follow with {@link ConfiguredConnectors#on}.
     *
     * @return the connections, to be closed by the application
     * @throws InvalidDefinitionException if a property or a document is invalid; reports all problems, each with the name of the
     *     property or of the document
     */
    public ConfiguredConnectors build() {
        ApplicationSettings settings = settings();
        List<String> problems = new ArrayList<>();
        DocumentFiles files = DocumentFiles.read(
                settings.documents().isEmpty() ? List.of(DEFAULT_DOCUMENTS) : settings.documents(),
                documents,
                loader,
                components,
                problems);
        // A connection of a document that cannot be read would be reported a second time.
        boolean areDocumentsValid = problems.isEmpty();
        List<AutoCloseable> stores = new ArrayList<>();
        ConnectorCustomizer all = stores(settings, stores);
        Map<String, ConnectorDefinition> definitions = new LinkedHashMap<>();
        Map<String, Connector> connectors = new LinkedHashMap<>();
        settings.connections().forEach((name, tree) -> {
            try {
                ConnectionConfiguration connection = ConnectionConfiguration.read(name, tree);
                if (connection.hasDocument() && !areDocumentsValid) {
                    return;
                }
                ConnectorDefinition definition = connection.definition(files::get, components);
                Connector connector = connection.connect(
                        definition, secrets, settings.publicUrl(), context -> all.customize(name, context));
                connectors.put(name, connector);
                definitions.put(name, definition);
            } catch (InvalidDefinitionException e) {
                problems.addAll(e.problems());
            }
        });
        problems.addAll(ApplicationChecks.stateProblems(definitions, connectors));
        ConfiguredConnectors created = new ConfiguredConnectors(settings, definitions, connectors, stores);
        if (!problems.isEmpty()) {
            created.close();
            throw new InvalidDefinitionException("connections of the application", problems);
        }
        return created;
    }

    /** Reads the properties of the application; if one is invalid, those of connections are checked, too. */
    private ApplicationSettings settings() {
        try {
            return ApplicationSettings.read(properties);
        } catch (InvalidDefinitionException e) {
            List<String> problems = new ArrayList<>(e.problems());
            ApplicationSettings.connections(properties).forEach((name, tree) -> {
                String property = ApplicationSettings.PREFIX + ".connections." + name;
                if (e.problems().stream().anyMatch(problem -> problem.startsWith(property))) {
                    // Its problems may have further ones as a consequence.
                    return;
                }
                try {
                    ConnectionConfiguration connection = ConnectionConfiguration.read(name, tree);
                    if (!connection.hasDocument()) {
                        ConnectorDefinition unused = connection.definition(id -> null, components);
                    }
                } catch (InvalidDefinitionException more) {
                    problems.addAll(more.problems());
                }
            });
            throw new InvalidDefinitionException("properties of the application", problems);
        }
    }

    /** Sets the stores, creates those that the application does not have, and calls the customizers. */
    private ConnectorCustomizer stores(ApplicationSettings settings, List<AutoCloseable> created) {
        if (settings.connections().isEmpty()) {
            return (connection, context) -> {};
        }
        StateStore states = state;
        if (states == null) {
            states = StateStore.file(settings.directory().resolve("state"));
            created.add(states);
        }
        TokenStore accounts = tokens == null ? tokenFiles(settings) : tokens;
        Inbox events = inbox;
        if (events == null && settings.inbox()) {
            events = Inbox.file(settings.directory().resolve("inbox"));
            created.add(events);
        }
        // A connector requires a router; the paths of the application call the receivers themselves.
        WebhookRouter router = WebhookRouter.at("http://localhost/");
        StateStore usedStates = states;
        Inbox usedEvents = settings.inbox() ? events : null;
        return (connection, context) -> {
            context.state(usedStates).tokens(accounts).webhooks(router);
            if (usedEvents != null) {
                context.receivers(builder -> builder.inbox(usedEvents));
            }
            String redirectUri = settings.redirectUri();
            if (redirectUri != null) {
                context.redirectUri(redirectUri);
            }
            customizers.forEach(customizer -> customizer.customize(connection, context));
        };
    }

    private static TokenStore tokenFiles(ApplicationSettings settings) {
        String key = settings.encryptionKey();
        return key == null
                ? TokenStore.file(settings.directory().resolve("tokens"))
                : TokenStore.file(settings.directory().resolve("tokens"), Secret.of(key));
    }
}
