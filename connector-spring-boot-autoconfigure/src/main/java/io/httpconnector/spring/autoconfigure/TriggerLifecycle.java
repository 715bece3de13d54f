package io.httpconnector.spring.autoconfigure;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Response;
import io.httpconnector.definition.Connector;
import io.httpconnector.definition.ConnectorDefinition;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.internal.json.Suggestions;
import io.httpconnector.spring.ConnectorTriggers;
import io.httpconnector.spring.Connectors;
import io.httpconnector.trigger.DeadLetter;
import io.httpconnector.webhook.hybrid.HybridTrigger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Connects the methods with {@code @ConnectorTrigger} to the triggers and webhooks of the connections, and manages the hybrid triggers
 * that are beans. Triggers start when all beans
 * exist and the web server is running, and stop before anything else does: a handler can use all beans until it returns.
 */
final class TriggerLifecycle implements ConnectorTriggers, SmartInitializingSingleton, SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(TriggerLifecycle.class);

    /** The state of a trigger that no poll can leave. */
    static final String AUTHORIZATION_NEEDED = "authorization_needed";

    private final Connectors connectors;
    private final ConnectorWebhooks webhooks;
    private final @Nullable ClusteredTriggers cluster;
    private final ConnectorsProperties properties;
    private final ConfigurableListableBeanFactory beans;
    private final Response.@Nullable JsonMapping mapping;
    private final @Nullable TriggerGauges gauges;
    private final Supplier<@Nullable TransactionalHandlers> transactions;
    private final @Nullable RegistryHandlers registry;
    private final Map<String, ManagedTrigger> triggers = new TreeMap<>();
    private volatile boolean isRunning;
    private volatile boolean isStopping;

    TriggerLifecycle(
            Connectors connectors,
            ConnectorWebhooks webhooks,
            @Nullable ClusteredTriggers cluster,
            ConnectorsProperties properties,
            ConfigurableListableBeanFactory beans,
            Response.@Nullable JsonMapping mapping,
            @Nullable TriggerGauges gauges,
            Supplier<@Nullable TransactionalHandlers> transactions,
            @Nullable RegistryHandlers registry) {
        this.connectors = connectors;
        this.webhooks = webhooks;
        this.cluster = cluster;
        this.properties = properties;
        this.beans = beans;
        this.mapping = mapping;
        this.gauges = gauges;
        this.transactions = transactions;
        this.registry = registry;
    }

    @Override
    public void afterSingletonsInstantiated() {
        List<String> problems = new ArrayList<>();
        List<TriggerMethod> methods = TriggerMethod.find(
                beans, mapping == null ? (json, type) -> JsonSupport.read(json, null, type) : mapping, problems);
        for (TriggerMethod method : methods) {
            try {
                if (method.isExactlyOnce()) {
                    method.transactions(transactions.get());
                }
                add(method);
            } catch (InvalidDefinitionException e) {
                problems.addAll(e.problems());
            }
        }
        if (!problems.isEmpty()) {
            throw new InvalidDefinitionException("methods with @ConnectorTrigger", problems);
        }
        beans.getBeanProvider(HybridTrigger.class).stream().forEach(this::add);
        if (gauges != null) {
            triggers.values().forEach(trigger -> trigger.measure(gauges));
        }
        connectors.names().forEach(this::logUnhandled);
    }

    private void add(TriggerMethod method) {
        Set<String> names = new TreeSet<>();
        boolean isHandled = false;
        // A name may be that of a connection and of a connector of the registry, whose customers have no batches.
        boolean isOfConnection = connectors.names().contains(method.connection());
        if (registry != null && !(isOfConnection && method.isBatch())) {
            isHandled = registry.add(method);
            names.addAll(registry.names(method));
        }
        for (String connection : connectors.names()) {
            if (method.handles(connection)) {
                ConnectorDefinition definition = connectors.definition(connection);
                names.addAll(definition.triggers());
                names.addAll(definition.webhooks());
                if (definition.triggers().contains(method.trigger())
                        || definition.webhooks().contains(method.trigger())) {
                    add(method, connection, definition.webhooks().contains(method.trigger()));
                    isHandled = true;
                }
            }
        }
        if (!isHandled) {
            throw method.invalid(unknown(method, names));
        }
    }

    private String unknown(TriggerMethod method, Set<String> names) {
        Set<String> known = new TreeSet<>(connectors.names());
        if (registry != null) {
            known.addAll(registry.connectors());
        }
        String connection = method.connection();
        if (!connection.isEmpty() && !known.contains(connection)) {
            return "there is no connection \"" + connection + "\"" + suggestion(connection, known);
        }
        return (connection.isEmpty() ? "no connection has a" : "the connection \"" + connection + "\" has no")
                + " trigger or webhook \"" + method.trigger() + "\"" + suggestion(method.trigger(), names);
    }

    private static String suggestion(String name, Set<String> known) {
        String nearest = Suggestions.of(name, known);
        return nearest == null ? "; there are " + known : ": did you mean \"" + nearest + "\"? There are " + known;
    }

    private void add(TriggerMethod method, String connection, boolean isWebhook) {
        String id = connection + "/" + method.trigger();
        if (method.isForWebhook() && !isWebhook) {
            throw method.invalid("\"" + id + "\" is no webhook: use a TriggerEvent in place of the WebhookEvent");
        }
        if (triggers.containsKey(id)) {
            throw method.invalid("another method handles \"" + id + "\"");
        }
        Connector connector = connectors.connector(connection);
        ManagedTrigger trigger;
        String ownWebhook = connectors.definition(connection).hybrids().get(method.trigger());
        if (connectors.definition(connection).streams().contains(method.trigger())) {
            trigger = ManagedStream.create(id, method, connector);
        } else if (ownWebhook != null) {
            trigger = ManagedDocumentHybrid.create(id, method, connector, ownWebhook, webhooks, cluster);
        } else if (isWebhook) {
            trigger = ManagedWebhook.create(id, method, connector, webhooks);
        } else if (cluster != null) {
            trigger = cluster.add(id, method, connector);
        } else {
            trigger = ManagedPolling.of(id, method, connector);
        }
        triggers.put(id, trigger);
    }

    private void add(HybridTrigger trigger) {
        if (triggers.put(trigger.id(), new ManagedHybrid(trigger)) != null) {
            throw new InvalidDefinitionException(
                    "hybrid triggers", "two triggers have the id \"" + trigger.id() + "\": use another one");
        }
    }

    private void logUnhandled(String connection) {
        ConnectorDefinition definition = connectors.definition(connection);
        Set<String> names = new TreeSet<>(definition.triggers());
        names.addAll(definition.webhooks());
        // The webhook of a hybrid trigger has the same handler.
        definition.hybrids().forEach((name, webhook) -> {
            if (triggers.containsKey(connection + "/" + name)) {
                names.remove(webhook);
            }
        });
        names.removeIf(name -> triggers.containsKey(connection + "/" + name));
        if (!names.isEmpty()) {
            LOG.info("No method with @ConnectorTrigger handles {} of the connection {}", names, connection);
        }
    }

    @Override
    public void start() {
        if (cluster != null) {
            cluster.start();
        }
        triggers.values().forEach(ManagedTrigger::start);
        if (registry != null) {
            registry.start(gauges);
        }
        isStopping = false;
        isRunning = true;
    }

    @Override
    public boolean isAutoStartup() {
        return properties.autoStartup();
    }

    @Override
    public boolean isRunning() {
        return isRunning;
    }

    /** Whether triggers start handlers. */
    boolean isAccepting() {
        return isRunning && !isStopping;
    }

    /** Stops all triggers at the same time; handlers that run too long are interrupted. */
    @Override
    public void stop() {
        isStopping = true;
        Duration timeout = properties.shutdownTimeout();
        ShutdownThreads.run(triggers.values(), trigger -> trigger.stop(timeout));
        if (cluster != null) {
            cluster.stop();
        }
        if (registry != null) {
            registry.stop();
        }
        isRunning = false;
    }

    /** Lets other beans of the same phase stop at the same time. */
    @Override
    public void stop(Runnable callback) {
        ShutdownThreads.run(this::stop, callback);
    }

    @Override
    public List<TriggerStatus> list() {
        return triggers.values().stream().map(ManagedTrigger::status).toList();
    }

    @Override
    public long poll(String id) {
        return find(id).poll();
    }

    /** Continues the triggers of a connection that have stopped until a user authorizes it. */
    void authorized(String connection) {
        if (!isRunning) {
            return;
        }
        triggers.forEach((id, trigger) -> {
            if (id.startsWith(connection + "/")
                    && AUTHORIZATION_NEEDED.equals(trigger.status().state())) {
                LOG.info("{} continues with new credentials", id);
                trigger.resume();
            }
        });
    }

    @Override
    public void pause(String id) {
        find(id).pause();
    }

    @Override
    public void resume(String id) {
        find(id).resume();
    }

    @Override
    public List<DeadLetter> deadLetters(String id) {
        return find(id).deadLetters();
    }

    @Override
    public boolean replay(String id, String eventId) {
        return find(id).replay(eventId);
    }

    @Override
    public boolean discard(String id, String eventId) {
        return find(id).discard(eventId);
    }

    @Override
    public List<TriggerStatus> ofTenant(String tenant) {
        return registry == null
                ? List.of()
                : registry.ofTenant(tenant).stream()
                        .map(ManagedTrigger::status)
                        .sorted(Comparator.comparing(TriggerStatus::id))
                        .toList();
    }

    private ManagedTrigger find(String id) {
        ManagedTrigger found = triggers.get(id);
        if (found == null && registry != null) {
            found = registry.find(id).orElse(null);
        }
        if (found == null) {
            String nearest = Suggestions.of(id, triggers.keySet());
            throw new InvalidDefinitionException(
                    "trigger",
                    "there is no trigger \"" + id + "\""
                            + (nearest == null
                                    ? ", only " + triggers.keySet()
                                    : ": did you mean \"" + nearest + "\"?"));
        }
        return found;
    }
}
