package io.httpconnector.definition.registry;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.auth.oauth2.TokenEncryption;
import io.httpconnector.definition.ConnectorDefinition;
import io.httpconnector.internal.Arguments;
import io.httpconnector.webhook.inbox.Mailbox;
import java.net.URI;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A registry of the connector instances of all customers. It stores them, starts and stops them, changes their settings, and
 * upgrades them to another version of their document.
 *
 * <pre>{@code
 * ConnectorRegistry registry = ConnectorRegistry.in(InstanceStore.file(directory))
 *         .secrets(vault)
 *         .state(StateStore.file(stateDirectory))
 *         .webhooks(router)
 *         .build();
 * registry.define(ConnectorDefinition.load(Path.of("shopify.connector.yaml")));
 * registry.on("shopify", "updated-orders", (instance, event) -> orders.upsert(instance.tenant(), event.payload()));
 * registry.start();
 *
 * registry.add("acme", "shopify", InstanceSettings.of(Map.of("shop", "acme")));
 * registry.instance("acme", "shopify").orElseThrow().stop();
 * }</pre>
 *
 * <p>An instance that fails does not affect others. An idle instance uses less than 1 KB and no thread: its connector is created
 * when it polls, receives or sends. Thread-safe.
 */
public final class ConnectorRegistry implements AutoCloseable {

    /** The time per instance in which the first polls start. */
    private static final Duration FIRST_POLLS = Duration.ofMillis(1);

    private final RegistryEnvironment environment;
    private boolean isStarted;

    ConnectorRegistry(RegistryEnvironment environment) {
        this.environment = environment;
    }

    /**
     * Creates a builder for a registry in one process.
     *
     * @param instances the store of the instances, to be closed by the application
     * @return a builder
     */
    public static ConnectorRegistryBuilder in(InstanceStore instances) {
        return new ConnectorRegistryBuilder(instances);
    }

    /**
     * Creates a builder for a registry on several nodes: instances, state, tokens, secrets and inbox are in a database with the tables
     * of {@code JdbcSchema}. Each trigger is polled by one node at a time, by {@code ClusteredPolling}; if a node ends, the others
     * take over. Each node receives webhooks. A change on one node reaches the others within a few seconds. Requires connector-jdbc,
     * an optional dependency.
     *
     * @param dataSource provides connections; usually a pool
     * @param encryption encrypts tokens and secrets, such as {@link TokenEncryption#aesGcm}
     * @return a builder
     */
    public static ConnectorRegistryBuilder clustered(DataSource dataSource, TokenEncryption encryption) {
        return ClusteredRegistry.builder(dataSource, Arguments.notNull(encryption, "encryption"));
    }

    /**
     * Creates a builder for a registry on several nodes, in tables with another prefix.
     *
     * @param dataSource provides connections; usually a pool
     * @param prefix the prefix of all tables, such as {@code acme_} or {@code integration.hc_}, as for {@code
     *     JdbcSchema.create(dataSource, prefix)}
     * @param encryption encrypts tokens and secrets, such as {@link TokenEncryption#aesGcm}
     * @return a builder
     * @throws io.httpconnector.InvalidDefinitionException if the prefix is invalid
     */
    public static ConnectorRegistryBuilder clustered(DataSource dataSource, String prefix, TokenEncryption encryption) {
        return ClusteredRegistry.builder(
                dataSource, Arguments.notNull(prefix, "table prefix"), Arguments.notNull(encryption, "encryption"));
    }

    /**
     * Adds a connector document, or another version of it. New instances have the newest version; existing ones keep theirs until they
     * are upgraded.
     *
     * @param definition the document
     * @throws InvalidDefinitionException if there is another document with the same ID and version
     */
    public void define(ConnectorDefinition definition) {
        checkOpen();
        environment.definitions.add(Arguments.notNull(definition, "definition"));
        environment.openShared(definition.id());
    }

    /**
     * Handles the events of a polling trigger or a webhook for all instances of a connector.
     *
     * @param connector the ID of the connector
     * @param name the name of the trigger or webhook
     * @param handler the handler
     * @throws InvalidDefinitionException if there is no such connector, trigger or webhook, or it has a handler already
     */
    public void on(String connector, String name, InstanceHandler handler) {
        checkOpen();
        Arguments.notNull(connector, "connector");
        environment.handlers.add(connector, name, Arguments.notNull(handler, "handler"));
        environment.instances.values().stream()
                .filter(instance -> instance.connector().equals(connector))
                .forEach(instance -> instance.lifecycle().handlersChanged());
        environment.openShared(connector);
    }

    /**
     * Reads all instances and starts those that are not disabled. They receive webhooks from now on, and poll: the first polls are
     * spread over one millisecond per instance. Connectors are created when they are needed. Call it when the documents and handlers are registered.
     *
     * @throws io.httpconnector.state.StateException if the instances cannot be read
     */
    public synchronized void start() {
        checkOpen();
        if (isStarted) {
            return;
        }
        List<StoredInstance> all = environment.settings.instances().list();
        List<String> problems = all.stream()
                .map(StoredInstance::id)
                .filter(environment.settings.reserved()::contains)
                .map(id -> reserved(id) + "rename the connection, or give it another tenant")
                .toList();
        if (!problems.isEmpty()) {
            throw new InvalidDefinitionException("connector registry", problems);
        }
        for (StoredInstance stored : all) {
            var unused = environment.instances.putIfAbsent(stored.id(), new ConnectorInstance(environment, stored));
        }
        isStarted = true;
        environment.startShared();
        environment.join();
        // Spread, so that polls do not delay the start, and do not all need a connector at the same time.
        long spread = FIRST_POLLS.multipliedBy(environment.instances.size()).toMillis();
        environment
                .instances
                .values()
                .forEach(instance -> instance.lifecycle()
                        .open(Duration.ofMillis(ThreadLocalRandom.current().nextLong(spread + 1))));
        RegistryInbox inbox = environment.inbox();
        if (inbox != null) {
            Mailbox unused = inbox.open();
        }
    }

    private static String reserved(InstanceId id) {
        return "tenant: \"" + id.tenant() + "\" is the tenant of a connection of the application with the connector \""
                + id.connector() + "\", and the instance would have its state and tokens: ";
    }

    private void checkOpen() {
        environment.requireOpen();
    }

    private synchronized void checkStarted() {
        checkOpen();
        if (!isStarted) {
            throw new IllegalStateException("The connector registry is not started: call start()");
        }
    }

    /**
     * Adds an instance of the newest version of a document, and starts it.
     *
     * @param tenant the ID of the customer
     * @param connector the ID of the connector
     * @param settings what the customer has chosen
     * @return the instance, which is stored
     * @throws InvalidDefinitionException if there is no such connector, the tenant has an instance of it, or a value or a secret is
     *     missing or invalid; reports all problems
     * @throws io.httpconnector.state.StateException if it could not be stored
     */
    public ConnectorInstance add(String tenant, String connector, InstanceSettings settings) {
        checkStarted();
        Arguments.notNull(settings, "settings");
        InstanceId id = new InstanceId(tenant, connector);
        if (environment.settings.reserved().contains(id)) {
            throw new InvalidDefinitionException("instance", reserved(id) + "use another ID");
        }
        String version = environment.definitions.newest(connector).definition().version();
        long created = environment.settings.time().now().toEpochMilli();
        StoredInstance stored = new StoredInstance(id, version, settings, InstanceState.ACTIVE, "", created, created);
        ConnectorInstance instance = new ConnectorInstance(environment, stored);
        instance.lifecycle().check(version, settings);
        instance.lifecycle().add();
        return instance;
    }

    /**
     * Adds an instance with what a customer has entered in the form of a document, see {@link ConnectorDefinition#inputs}. The
     * registry keeps the secrets in its token store, where {@link StoredSecrets} finds them, and removes them with the instance.
     *
     * <pre>{@code
     * registry.add("acme", "shopify", Map.of("shop", "acme", "clientId", "c-1", "clientSecret", entered));
     * }</pre>
     *
     * @param tenant the ID of the customer
     * @param connector the ID of the connector
     * @param form the values and the secrets by the names of the inputs, and the secrets of webhooks by their names; an empty text is
     *     a missing one. For the first way to authenticate of the document
     * @return the instance, which is stored
     * @throws InvalidDefinitionException as for {@link #add(String, String, InstanceSettings)}, or if the registry has another source of
     *     secrets; then no secret is stored
     * @throws io.httpconnector.state.StateException if it could not be stored
     */
    public ConnectorInstance add(String tenant, String connector, Map<String, String> form) {
        return add(tenant, connector, null, form);
    }

    /**
     * Adds an instance with what a customer has entered in the form of a document, for one of several ways to authenticate.
     *
     * @param tenant the ID of the customer
     * @param connector the ID of the connector
     * @param strategy the name of the way to authenticate; null for the first one of the document
     * @param form the values and the secrets, as for {@link #add(String, String, Map)}
     * @return the instance, which is stored
     * @throws InvalidDefinitionException as for {@link #add(String, String, Map)}
     * @throws io.httpconnector.state.StateException if it could not be stored
     */
    public ConnectorInstance add(String tenant, String connector, @Nullable String strategy, Map<String, String> form) {
        checkStarted();
        InstanceForm entered = InstanceForm.read(
                environment.definitions.newest(connector).definition(), strategy, Arguments.notNull(form, "form"));
        return new EnteredSecrets(environment, new InstanceId(tenant, connector))
                .storing(entered.secrets(), () -> add(tenant, connector, entered.settings()));
    }

    /**
     * Finds an instance.
     *
     * @param tenant the ID of the customer
     * @param connector the ID of the connector
     * @return the instance; empty if there is none
     */
    public Optional<ConnectorInstance> instance(String tenant, String connector) {
        checkStarted();
        return Optional.ofNullable(environment.instances.get(new InstanceId(tenant, connector)));
    }

    /**
     * Returns all instances.
     *
     * @return the instances, by tenant and connector
     */
    public List<ConnectorInstance> instances() {
        checkStarted();
        Collection<ConnectorInstance> all = environment.instances.values();
        return all.stream()
                .sorted(Comparator.comparing(ConnectorInstance::tenant).thenComparing(ConnectorInstance::connector))
                .toList();
    }

    /**
     * Counts the instances by connector and state, for metrics and health checks.
     *
     * @return for each document the number of instances in each state, also 0; instances of documents that are not defined are
     *     included
     */
    public Map<String, Map<InstanceState, Integer>> counts() {
        Map<String, Map<InstanceState, Integer>> counts = new TreeMap<>();
        environment.definitions.connectors().forEach(connector -> counts.put(connector, none()));
        environment
                .instances
                .values()
                .forEach(instance -> counts.computeIfAbsent(instance.connector(), connector -> none())
                        .merge(instance.state(), 1, Integer::sum));
        return counts;
    }

    private static Map<InstanceState, Integer> none() {
        Map<InstanceState, Integer> none = new EnumMap<>(InstanceState.class);
        for (InstanceState state : InstanceState.values()) {
            none.put(state, 0);
        }
        return none;
    }

    /**
     * Returns the URL of a webhook that all instances of a connector share, because its document has a {@code tenantValue}. It
     * remains the same if the token store of the registry is durable.
     *
     * @param connector the ID of the connector
     * @param webhook the name of the webhook
     * @return the URL to register at the service; empty if the webhook has no handler, each instance has a URL of its own, or the
     *     registry has no router
     */
    public Optional<URI> webhookUrl(String connector, String webhook) {
        checkStarted();
        return environment.shared.url(Arguments.notNull(connector, "connector"), Arguments.notNull(webhook, "webhook"));
    }

    /**
     * Returns the URLs that all instances of a connector share, see {@link #webhookUrl}.
     *
     * @return the URLs by connector and webhook, such as {@code slack/events}
     */
    public SortedMap<String, URI> webhookUrls() {
        checkStarted();
        return environment.shared.urls();
    }

    /**
     * Returns the mailbox of the webhooks of all instances, for example to replay dead letters.
     *
     * @return the mailbox; empty if the registry has no inbox
     */
    public Optional<Mailbox> mailbox() {
        checkStarted();
        return Optional.ofNullable(environment.inbox()).map(RegistryInbox::open);
    }

    /**
     * Stops all instances on this node without changing their stored state: the next start continues. Events that are being handled
     * are finished. Closing again has no effect.
     */
    @Override
    public void close() {
        environment.close();
    }

    /** Returns the number of instances. */
    @Override
    public String toString() {
        return "connector registry with " + environment.instances.size() + " instances";
    }
}
