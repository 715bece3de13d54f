package io.httpconnector.definition.registry;

import io.httpconnector.ConnectorException;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.auth.oauth2.TokenStore;
import io.httpconnector.definition.SecretSource.SecretReference;
import io.httpconnector.internal.Hashing;
import io.httpconnector.trigger.TriggerEvent;
import io.httpconnector.webhook.WebhookRouter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The stores, documents and threads that the instances of a registry share. Thread-safe. */
final class RegistryEnvironment {

    /** Joins a cluster. */
    @FunctionalInterface
    interface ClusterJoining {
        ClusterMember join(RegistryEnvironment environment);
    }

    private static final Logger LOG = LoggerFactory.getLogger(ConnectorInstance.class);
    private static final String KEY = "connector-registry.webhooks";
    private static final Duration KEY_TIMEOUT = Duration.ofSeconds(30);
    private static final int THREADS = 4;
    private static final int TOKEN_BYTES = 24;
    private static final int CLOSING_THREADS = 16;
    private static final Duration CLOSE_TIMEOUT = Duration.ofMinutes(1);

    final RegistrySettings settings;
    final Definitions definitions = new Definitions();
    final InstanceHandlers<InstanceHandler> handlers = new InstanceHandlers<>(definitions);
    final SharedWebhooks shared = new SharedWebhooks(definitions, new SharedDelivery());
    private final HybridDelivery hybrids;
    final SubscriptionCleanup cleanup;
    final OpenConnectors open;
    final ConcurrentMap<InstanceId, ConnectorInstance> instances = new ConcurrentHashMap<>();
    /** Receivers need a router of their own: requests come through the endpoint of the instance. */
    final WebhookRouter receivers = WebhookRouter.at("https://localhost/");

    private final String node = UUID.randomUUID().toString();
    private final @Nullable ClusterJoining joining;
    private final ThreadPoolExecutor background;
    private @Nullable SecretKeySpec webhookKey;
    private final @Nullable RegistryInbox inbox;
    private volatile @Nullable ClusterMember cluster;
    private volatile boolean sharesUrls;
    private final AtomicBoolean isClosed = new AtomicBoolean();

    /**
     * Creates an environment.
     *
     * @param joining joins the cluster; null for a single node
     */
    RegistryEnvironment(RegistrySettings settings, @Nullable ClusterJoining joining) {
        this.settings = settings.storingIn(shared.observing(settings.instances()));
        this.joining = joining;
        this.hybrids = new HybridDelivery(definitions, settings.time(), this::isClosed);
        this.cleanup = new SubscriptionCleanup(this.settings, definitions, node);
        this.open = new OpenConnectors(settings.maxOpen());
        this.background = new ThreadPoolExecutor(
                THREADS, THREADS, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), RegistryEnvironment::thread);
        background.allowCoreThreadTimeOut(true);
        this.inbox = settings.inbox() == null
                ? null
                : new RegistryInbox(settings.inbox(), settings.time(), settings.webhookListeners(), this::handle);
    }

    /** Executes work that must not delay the caller, unless the registry is closed. */
    void background(Runnable work) {
        try {
            background.execute(work);
        } catch (RejectedExecutionException e) {
            if (!isClosed()) {
                throw e;
            }
        }
    }

    boolean isClosed() {
        return isClosed.get();
    }

    /**
     * Checks that the registry is open.
     *
     * @throws IllegalStateException if it is closed
     */
    void requireOpen() {
        if (isClosed()) {
            throw new IllegalStateException("The connector registry is closed");
        }
    }

    /** Returns an id of this registry, whose nodes may share an engine in tests. */
    String node() {
        return node;
    }

    @Nullable RegistryInbox inbox() {
        return inbox;
    }

    /**
     * Returns the token in the URL of a webhook: the same after a restart and on each node, and another one if the instance is
     * removed and added again.
     */
    String webhookToken(StoredInstance instance, String webhook) {
        InstanceId id = instance.id();
        return token(id.tenant(), id.connector(), webhook, String.valueOf(instance.created()));
    }

    private String token(String... parts) {
        Mac mac = Hashing.mac(webhookKey());
        for (String part : parts) {
            byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
            mac.update((bytes.length + ":").getBytes(StandardCharsets.US_ASCII));
            mac.update(bytes);
        }
        return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(mac.doFinal(), TOKEN_BYTES));
    }

    /** Handles an event of a webhook, from the inbox or while its request waits. */
    private void handle(InstanceId id, String webhook, TriggerEvent event) throws Exception {
        ConnectorInstance instance = instances.get(id);
        if (instance == null && cluster != null) {
            // Another node may have added it.
            refresh(id);
            instance = instances.get(id);
        }
        InstanceHandler handler = handlers.of(id.connector()).get(webhook);
        String hybrid = instance == null
                ? null
                : definitions.hybridOf(instance.lifecycle().stored(), webhook);
        if (instance != null && hybrid != null) {
            hybrids.push(instance.lifecycle(), hybrid, webhook, event);
            return;
        }
        if (instance != null && handler == null && !hybrids.isDefined(instance.lifecycle())) {
            throw hybrids.postponed(instance.lifecycle(), event, null);
        }
        if (instance != null && handler == null && isHybridElsewhere(id, webhook)) {
            LOG.info("{}: \"{}\" has no handler in its version: the event {} is ignored", id, webhook, event);
            return;
        }
        if (instance == null || handler == null) {
            throw new ConnectorException(
                    id + (instance == null ? " does not exist any more" : ": \"" + webhook + "\" has no handler"));
        }
        try {
            handler.handle(instance, event);
        } catch (Exception e) {
            InstanceRuntime runtime = instance.lifecycle().runtime();
            if (runtime != null) {
                runtime.deliveryFailed(webhook, e);
            }
            throw e;
        }
    }

    /** Whether a hybrid trigger of another version has a webhook. */
    private boolean isHybridElsewhere(InstanceId id, String webhook) {
        return handlers.of(id.connector()).keySet().stream()
                .anyMatch(
                        name -> definitions.hybridWebhooks(id.connector(), name).contains(webhook));
    }

    /** Hands the events of webhooks whose URL all instances share to their instances. */
    private final class SharedDelivery implements SharedWebhooks.Registry {

        @Override
        public RegistrySettings settings() {
            return settings;
        }

        @Override
        public Set<String> handlers(String connector) {
            Set<String> names = new TreeSet<>();
            handlers.of(connector).keySet().forEach(name -> {
                names.add(name);
                names.addAll(definitions.hybridWebhooks(connector, name));
            });
            return names;
        }

        @Override
        public String token(String connector, String webhook) {
            return RegistryEnvironment.this.token(SecretReference.APPLICATION, connector, webhook);
        }

        @Override
        public boolean isClosed() {
            return RegistryEnvironment.this.isClosed();
        }

        @Override
        public boolean receives(InstanceId id) {
            ConnectorInstance instance = instances.get(id);
            return instance != null && !instance.lifecycle().stored().isStopped();
        }

        @Override
        public boolean refresh() {
            if (cluster == null) {
                return false;
            }
            RegistryEnvironment.this.refresh();
            return true;
        }

        @Override
        public void deliver(List<InstanceId> ids, String webhook, TriggerEvent event) throws Exception {
            if (inbox != null && !ids.isEmpty()) {
                inbox.put(ids, webhook, event);
                return;
            }
            Exception failure = null;
            for (InstanceId id : ids) {
                try {
                    handle(id, webhook, RegistryInbox.of(id, webhook, event));
                } catch (Exception e) {
                    failure = failure == null ? e : failure;
                }
            }
            if (failure != null) {
                throw failure;
            }
        }
    }

    /** Whether an instance was removed, except for its subscription at the service. */
    boolean isRemoving(InstanceId id) {
        return settings.instances()
                .find(id)
                .filter(instance -> instance.state() == InstanceState.REMOVING)
                .isPresent();
    }

    /** Returns the problem that an instance cannot be added, because there is one. */
    InvalidDefinitionException exists(InstanceId id) {
        return new InvalidDefinitionException(
                "connector registry",
                isRemoving(id)
                        ? id
                                + " is being removed: its subscription is not deleted at the service yet; add it again later"
                        : "there is an instance of " + id + " already: change it, or remove it first");
    }

    @Nullable ClusterMember cluster() {
        return cluster;
    }

    /** Joins the cluster, if there is one. */
    void join() {
        if (joining != null) {
            cluster = joining.join(this);
        }
    }

    /** Adds the shared URLs of all connectors, and finds their instances. */
    void startShared() {
        sharesUrls = true;
        definitions.connectors().forEach(this::openShared);
    }

    /** Adds the shared URLs of a connector with another document or handler, if the registry is started. */
    void openShared(String connector) {
        if (sharesUrls) {
            instances.values().stream()
                    .filter(instance -> instance.connector().equals(connector))
                    .forEach(instance -> shared.update(instance.lifecycle().stored()));
            shared.open(connector);
        }
    }

    /** Reads what other nodes have changed. */
    void refresh() {
        Map<InstanceId, Long> revisions = settings.instances().revisions();
        revisions.forEach((id, revision) -> {
            ConnectorInstance known = instances.get(id);
            if (known == null || known.lifecycle().stored().revision() != revision) {
                refresh(id);
            }
        });
        instances.keySet().stream().filter(id -> !revisions.containsKey(id)).forEach(this::refresh);
    }

    /** Reads an instance that another node has changed. */
    void refresh(InstanceId id) {
        StoredInstance stored = settings.instances().find(id).orElse(null);
        ConnectorInstance known = instances.get(id);
        if (known == null && stored != null) {
            known = instances.computeIfAbsent(id, added -> new ConnectorInstance(this, stored));
        }
        if (known != null) {
            known.lifecycle().refresh(stored);
        }
        if (stored == null) {
            shared.remove(id);
        } else {
            shared.update(stored);
        }
    }

    /** Deletes the state of the triggers of an instance, and its tokens. */
    void forget(StoredInstance instance) {
        InstanceTokens.removeAll(settings.tokens(), InstanceTokens.account(instance.id()));
        InstanceId id = instance.id();
        cleanup.forget(id);
        ClusterMember member = cluster;
        definitions.triggers(id.connector()).forEach(trigger -> {
            if (member == null || definitions.isStream(id.connector(), trigger)) {
                settings.state().reset(id.tenant() + "/" + id.connector() + "/" + trigger);
            }
            if (member != null) {
                member.remove(instance, trigger);
            }
        });
    }

    /** Reads the key from the token store, which keeps secrets, or creates it. */
    @SuppressWarnings("try") // The lease is held, not used.
    private synchronized SecretKeySpec webhookKey() {
        SecretKeySpec key = webhookKey;
        if (key == null) {
            TokenStore tokens = settings.tokens();
            String text;
            try (TokenStore.Lease unused = tokens.lease(KEY, KEY_TIMEOUT)) {
                text = tokens.get(KEY).map(Secret::reveal).orElse("");
                if (text.isEmpty()) {
                    text = WebhookRouter.newToken() + WebhookRouter.newToken();
                    tokens.put(KEY, Secret.of(text), null);
                }
            }
            key = new SecretKeySpec(text.getBytes(StandardCharsets.UTF_8), "HmacSHA256");
            webhookKey = key;
        }
        return key;
    }

    /** Ends all instances. Those that wait for polls in progress wait at the same time. */
    void close() {
        if (!isClosed.compareAndSet(false, true)) {
            return;
        }
        ClusterMember member = cluster;
        if (member != null) {
            member.close();
        }
        ExecutorService closing = Executors.newFixedThreadPool(CLOSING_THREADS, RegistryEnvironment::thread);
        instances.values().forEach(instance -> closing.execute(instance.lifecycle()::shutDown));
        closing.shutdown();
        try {
            boolean unused = closing.awaitTermination(CLOSE_TIMEOUT.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            closing.shutdownNow();
            Thread.currentThread().interrupt();
        }
        shared.close();
        cleanup.close();
        if (inbox != null) {
            inbox.close();
        }
        background.shutdownNow();
    }

    private static Thread thread(Runnable task) {
        Thread thread = new Thread(task, "http-connector registry");
        thread.setDaemon(true);
        return thread;
    }
}
