package io.httpconnector.definition.configuration;

import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.definition.Connector;
import io.httpconnector.definition.ConnectorDefinition;
import io.httpconnector.internal.Arguments;
import io.httpconnector.internal.json.Suggestions;
import io.httpconnector.trigger.EventHandler;
import io.httpconnector.webhook.WebhookEndpoint;
import io.httpconnector.webhook.subscription.SubscriptionStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections of an application by its properties, with their triggers and webhooks. The properties are those of the Spring Boot
 * starter; any framework or none can provide them. Thread-safe.
 *
 * <pre>{@code
 * ConfiguredConnectors connectors = ConfiguredConnectors.of(Map.of(
 *                 "connectors.connections.shop.connector", "shop",
 *                 "connectors.connections.shop.secrets.token", token))
 *         .build();
 * connectors.on("updated-orders", event -> orders.save(event.payload()));
 * server.createContext("/hooks", JdkHandler.of(connectors.webhooks()));
 * connectors.start();
 * }</pre>
 */
public final class ConfiguredConnectors implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ConfiguredConnectors.class);

    private final ApplicationSettings settings;
    private final Map<String, ConnectorDefinition> definitions;
    private final Map<String, Connector> connectors;
    private final List<AutoCloseable> stores;
    private final WebhookPaths webhooks;

    // Guarded by this.
    private boolean isClosed;

    ConfiguredConnectors(
            ApplicationSettings settings,
            Map<String, ConnectorDefinition> definitions,
            Map<String, Connector> connectors,
            List<AutoCloseable> stores) {
        this.settings = settings;
        this.definitions = Collections.unmodifiableMap(definitions);
        this.connectors = Collections.unmodifiableMap(new LinkedHashMap<>(connectors));
        this.stores = List.copyOf(stores);
        this.webhooks = new WebhookPaths(settings.basePath(), settings.publicUrl());
    }

    /**
     * Creates a builder.
     *
     * @param properties the properties by name; those that do not begin with {@code connectors.} are ignored. The values are texts,
     *     or numbers, Booleans and lists as in a YAML file.
     * @return a builder
     */
    public static ConfiguredConnectorsBuilder of(Map<String, ?> properties) {
        return new ConfiguredConnectorsBuilder(properties);
    }

    /**
     * Returns the names of all connections.
     *
     * @return the names, in alphabetical order
     */
    public Set<String> names() {
        return connectors.keySet();
    }

    /**
     * Returns a connection.
     *
     * @param name its name in {@code connectors.connections}
     * @return the connection, which {@link #close()} closes
     * @throws InvalidDefinitionException if there is no such connection
     */
    public HttpConnection connection(String name) {
        return connector(name).connection();
    }

    /**
     * Returns the connector of a connection, with the requests of its document.
     *
     * @param name the name of the connection in {@code connectors.connections}
     * @return the connector, which {@link #close()} closes
     * @throws InvalidDefinitionException if there is no such connection
     */
    public Connector connector(String name) {
        return find(connectors, name);
    }

    /**
     * Returns the definition of a connection.
     *
     * @param name the name of the connection in {@code connectors.connections}
     * @return its connector document; one that consists of its properties, if it has no document
     * @throws InvalidDefinitionException if there is no such connection
     */
    public ConnectorDefinition definition(String name) {
        return find(definitions, name);
    }

    private <T> T find(Map<String, T> all, String name) {
        T found = all.get(Arguments.notNull(name, "name of a connection"));
        if (found == null) {
            String nearest = Suggestions.of(name, names());
            throw new InvalidDefinitionException(
                    "connection",
                    "there is no connection \"" + name + "\""
                            + (nearest == null
                                    ? ": add it to connectors.connections"
                                    : ": did you mean \"" + nearest + "\"?"));
        }
        return found;
    }

    /**
     * Handles the events of a trigger or webhook. A webhook receives requests at once; a polling trigger begins with {@link #start()}.
     *
     * @param trigger the name of the trigger or webhook, of all connections that have it, or {@code CONNECTION/NAME} for one connection
     * @param handler the handler
     * @throws InvalidDefinitionException if there is no such trigger or webhook, or it has a handler already
     */
    public void on(String trigger, EventHandler handler) {
        String id = Arguments.notNull(trigger, "name of a trigger");
        Arguments.notNull(handler, "handler");
        int slash = id.indexOf('/');
        String name = id.substring(slash + 1);
        Set<String> connections = slash < 0 ? names() : Set.of(id.substring(0, slash));
        Set<String> known = new TreeSet<>();
        boolean isHandled = false;
        for (String connection : connections) {
            ConnectorDefinition definition = definition(connection);
            known.addAll(definition.triggers());
            known.addAll(definition.webhooks());
            if (definition.triggers().contains(name) || definition.webhooks().contains(name)) {
                String webhook = definition.hybrids().getOrDefault(name, name);
                checkUrl(connection + "/" + webhook, definition.subscriptions().contains(webhook));
                Connector connector = connector(connection);
                ConnectionConfiguration.on(connection, connector, name, handler);
                connector.receiver(webhook).ifPresent(receiver -> webhooks.add(connection + "/" + webhook, receiver));
                isHandled = true;
            }
        }
        if (!isHandled) {
            String nearest = Suggestions.of(name, known);
            throw new InvalidDefinitionException(
                    "handler",
                    (slash < 0 ? "no connection" : "the connection \"" + id.substring(0, slash) + "\"")
                            + (slash < 0 ? " has a" : " has no") + " trigger or webhook \"" + name + "\""
                            + (nearest == null ? "; there are " + known : ": did you mean \"" + nearest + "\"?"));
        }
    }

    private void checkUrl(String webhook, boolean isRegistered) {
        if (isRegistered && settings.autoStartup() && settings.publicUrl() == null) {
            throw new InvalidDefinitionException(
                    "property connectors.webhooks.public-url",
                    "it is missing: the webhook " + webhook
                            + " has a subscription, which registers its URL at the service");
        }
    }

    /**
     * Returns the endpoint of all webhooks, for the adapter of a web server. The path of a webhook is
     * {@code BASE-PATH/CONNECTION/WEBHOOK}, the base path is {@code connectors.webhooks.base-path}, by default {@code /hooks}.
     *
     * @return the endpoint; it responds 404 to other paths
     */
    public WebhookEndpoint webhooks() {
        return webhooks;
    }

    /**
     * Starts the polling triggers and the subscriptions of webhooks that have a handler, unless {@code connectors.auto-startup} is
     * false. Call it when the web server accepts requests: many services verify a URL before they register it.
     */
    public void start() {
        if (settings.autoStartup()) {
            connectors.values().forEach(Connector::start);
        }
    }

    /**
     * Stops all triggers at the same time, then closes webhooks and connections. Handlers that run longer than
     * {@code connectors.shutdown-timeout}, by default 20 seconds, are interrupted. Subscriptions remain at the services for the next
     * start, unless {@code connectors.subscriptions.delete-on-shutdown} is true. Closing again has no effect.
     */
    @Override
    public void close() {
        synchronized (this) {
            if (isClosed) {
                return;
            }
            isClosed = true;
        }
        if (settings.deletesSubscriptions()) {
            connectors.forEach(ConfiguredConnectors::deleteSubscriptions);
        }
        stopTriggers(settings.shutdownTimeout());
        List<AutoCloseable> all = new ArrayList<>(connectors.values());
        all.addAll(stores);
        RuntimeException failure = null;
        for (AutoCloseable each : all) {
            try {
                each.close();
            } catch (Exception e) {
                if (failure == null) {
                    failure = new IllegalStateException("A connection or a store could not be closed", e);
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    private static void deleteSubscriptions(String connection, Connector connector) {
        try {
            connector.stopSubscriptions().forEach((webhook, status) -> {
                if (status.state() != SubscriptionStatus.SubscriptionState.NOT_REGISTERED) {
                    LOG.warn(
                            "The subscription of {}/{} could not be deleted at the service: {}",
                            connection,
                            webhook,
                            status.lastError().orElse("its request is still running"));
                }
            });
        } catch (RuntimeException e) {
            LOG.warn("The subscriptions of {} could not be deleted at the service", connection, e);
        }
    }

    private void stopTriggers(Duration timeout) {
        List<Thread> threads = new ArrayList<>();
        connectors.forEach((name, connector) -> definition(name).triggers().stream()
                .map(connector::trigger)
                .flatMap(Optional::stream)
                .forEach(trigger -> threads.add(stop(trigger::stop, timeout))));
        connectors.forEach((name, connector) -> definition(name).streams().stream()
                .map(connector::stream)
                .flatMap(Optional::stream)
                .forEach(stream -> threads.add(stop(stream::stop, timeout))));
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Thread stop(Predicate<Duration> trigger, Duration timeout) {
        Thread thread = new Thread(
                () -> {
                    boolean unused = trigger.test(timeout);
                },
                "http-connector-stop");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    /** Returns the names of the connections. */
    @Override
    public String toString() {
        return "connections " + names();
    }
}
