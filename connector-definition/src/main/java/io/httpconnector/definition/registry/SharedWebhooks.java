package io.httpconnector.definition.registry;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.ConnectorException;
import io.httpconnector.definition.ConnectorContext;
import io.httpconnector.definition.SecretSource.SecretReference;
import io.httpconnector.definition.SharedWebhook;
import io.httpconnector.definition.registry.Definitions.Defined;
import io.httpconnector.trigger.TriggerEvent;
import io.httpconnector.webhook.TenantRoutes;
import io.httpconnector.webhook.WebhookEvent;
import io.httpconnector.webhook.WebhookHandler;
import io.httpconnector.webhook.WebhookRequest;
import io.httpconnector.webhook.WebhookResponse;
import io.httpconnector.webhook.WebhookRouter;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Routes the events of shared webhook URLs to the instances of a connector, by the value of each instance. Thread-safe. */
final class SharedWebhooks {

    private static final Logger LOG = LoggerFactory.getLogger(SharedWebhooks.class);

    /** The minimum time between two reads of the instances of other nodes because of events of unknown tenants. */
    private static final Duration REFRESH = Duration.ofSeconds(1);

    private final Definitions definitions;
    private final Registry registry;
    private final Map<WebhookId, OpenWebhook> open = new ConcurrentHashMap<>();

    // Guarded by this.
    private final Map<Target, Set<InstanceId>> instances = new HashMap<>();
    private final Map<InstanceId, Indexed> indexed = new HashMap<>();

    private final Object refreshing = new Object();
    private long refreshed;
    private boolean hasRefreshed;

    /** A webhook of all versions of a document. */
    private record WebhookId(String connector, String webhook) {}

    /** The value of instances in the events of a webhook. */
    private record Target(WebhookId webhook, String value) {}

    /** The values of a revision of an instance. */
    private record Indexed(long revision, List<Target> targets) {}

    /** A webhook in the router. */
    private static final class OpenWebhook {

        private final String token;
        private @Nullable SharedWebhook receiver;
        private String version = "";

        OpenWebhook(String token) {
            this.token = token;
        }

        void close() {
            SharedWebhook old = receiver;
            receiver = null;
            version = "";
            if (old != null) {
                old.close();
            }
        }
    }

    /** The part of the registry that shared webhooks use. */
    interface Registry {

        RegistrySettings settings();

        /** Returns the names of the triggers and webhooks of a connector that have a handler. */
        Set<String> handlers(String connector);

        String token(String connector, String webhook);

        boolean isClosed();

        /** Whether an instance exists and is not stopped. */
        boolean receives(InstanceId id);

        /** Reads the instances of other nodes; returns false if there are none. */
        boolean refresh();

        /** Hands an event to instances. The failure of one does not affect others. */
        void deliver(List<InstanceId> ids, String webhook, TriggerEvent event) throws Exception;
    }

    SharedWebhooks(Definitions definitions, Registry registry) {
        this.definitions = definitions;
        this.registry = registry;
    }

    /** Adds the URLs of the webhooks of a connector that have a handler. */
    void open(String connector) {
        WebhookRouter router = registry.settings().router();
        if (router == null) {
            return;
        }
        registry.handlers(connector)
                .forEach(name -> definitions
                        .newestShared(connector, name)
                        .ifPresent(defined -> open.computeIfAbsent(new WebhookId(connector, name), id -> {
                            String token = registry.token(connector, name);
                            JsonNode members =
                                    Objects.requireNonNull(defined.webhooks().get(name));
                            router.add(
                                    token,
                                    new InstanceEndpoint(
                                            connector + "/" + name, members, request -> receive(id, request)));
                            return new OpenWebhook(token);
                        })));
    }

    Optional<URI> url(String connector, String webhook) {
        OpenWebhook opened = open.get(new WebhookId(connector, webhook));
        WebhookRouter router = registry.settings().router();
        return opened == null || router == null ? Optional.empty() : Optional.of(router.url(opened.token));
    }

    /** Returns all URLs by connector and webhook. */
    SortedMap<String, URI> urls() {
        SortedMap<String, URI> urls = new TreeMap<>();
        for (WebhookId id : open.keySet()) {
            url(id.connector(), id.webhook()).ifPresent(url -> urls.put(id.connector() + "/" + id.webhook(), url));
        }
        return urls;
    }

    /** Receives a request by the newest version of the document. */
    private WebhookResponse receive(WebhookId id, WebhookRequest request) {
        OpenWebhook opened = open.get(id);
        if (opened == null || registry.isClosed()) {
            throw new ConnectorException("The webhook is closed");
        }
        SharedWebhook receiver;
        synchronized (opened) {
            Defined newest =
                    definitions.newestShared(id.connector(), id.webhook()).orElseThrow();
            String version = newest.definition().version();
            if (!opened.version.equals(version)) {
                opened.close();
                opened.receiver = SharedWebhook.open(newest.definition(), id.webhook(), context(), routes(id));
                opened.version = version;
            }
            receiver = opened.receiver;
        }
        if (receiver == null) {
            throw new ConnectorException("The webhook is closed");
        }
        return receiver.receive(request);
    }

    private ConnectorContext context() {
        RegistrySettings shared = registry.settings();
        ConnectorContext.Builder context = ConnectorContext.forTenant(SecretReference.APPLICATION)
                .secrets(shared.secrets())
                .tokens(shared.tokens());
        shared.context().accept(context);
        return context.build();
    }

    private TenantRoutes routes(WebhookId id) {
        TenantRoutes.Builder routes = TenantRoutes.builder().lookup(value -> handler(id, value));
        WebhookResponse unknown = registry.settings().unknownTenants();
        return (unknown == null ? routes : routes.unknownResponse(unknown)).build();
    }

    private Optional<WebhookHandler> handler(WebhookId id, String value) {
        Target target = new Target(id, value);
        if (instances(target).isEmpty()) {
            refresh();
        }
        return instances(target).isEmpty() ? Optional.empty() : Optional.of(event -> handle(target, event));
    }

    private synchronized Set<InstanceId> instances(Target target) {
        return instances.getOrDefault(target, Set.of());
    }

    /** Reads the instances that another node has added, at most once in a second. */
    private void refresh() {
        // Others wait, and find what was read.
        synchronized (refreshing) {
            long now = registry.settings().time().nanos();
            if (!hasRefreshed || now - refreshed >= REFRESH.toNanos()) {
                hasRefreshed = registry.refresh();
                refreshed = now;
            }
        }
    }

    /** Hands an event to the instances with its value. */
    private void handle(Target target, WebhookEvent event) throws Exception {
        List<InstanceId> receivers = new ArrayList<>();
        for (InstanceId id : instances(target)) {
            if (registry.receives(id)) {
                receivers.add(id);
            } else {
                LOG.info(
                        "{}: the event {} was acknowledged, but not handled, because the instance is stopped",
                        id,
                        event);
            }
        }
        registry.deliver(receivers, target.webhook().webhook(), event.toTriggerEvent());
    }

    /** Returns a store that notices the values of the instances that it stores. */
    InstanceStore observing(InstanceStore store) {
        return new ObservingStore(store);
    }

    private final class ObservingStore implements InstanceStore {

        private final InstanceStore store;

        ObservingStore(InstanceStore store) {
            this.store = store;
        }

        @Override
        public List<StoredInstance> list() {
            return store.list();
        }

        @Override
        public void put(StoredInstance instance, long replaced) {
            store.put(instance, replaced);
            update(instance);
        }

        @Override
        public void remove(StoredInstance instance) {
            store.remove(instance);
            SharedWebhooks.this.remove(instance.id());
        }

        @Override
        public Optional<StoredInstance> find(InstanceId id) {
            return store.find(id);
        }

        @Override
        public Map<InstanceId, Long> revisions() {
            return store.revisions();
        }

        @Override
        public void close() {
            store.close();
        }
    }

    /** Notices the values of an instance, which replace those of an earlier revision. */
    synchronized void update(StoredInstance stored) {
        Indexed known = indexed.get(stored.id());
        if (known != null && known.revision() > stored.revision()) {
            return;
        }
        remove(stored.id());
        Defined defined = definitions.find(stored.id().connector(), stored.version());
        if (defined == null || defined.shared().isEmpty()) {
            return;
        }
        InstanceSettings settings = stored.settings();
        List<Target> all = new ArrayList<>();
        defined.shared()
                .forEach(name -> SharedWebhook.tenantOf(
                                defined.definition(), name, settings.strategy(), settings.values())
                        .ifPresent(value ->
                                all.add(new Target(new WebhookId(stored.id().connector(), name), value))));
        indexed.put(stored.id(), new Indexed(stored.revision(), List.copyOf(all)));
        all.forEach(target -> {
            Set<InstanceId> ids = new LinkedHashSet<>(instances(target));
            ids.add(stored.id());
            instances.put(target, ids);
        });
    }

    /** Forgets the values of an instance. */
    synchronized void remove(InstanceId id) {
        Indexed former = indexed.remove(id);
        if (former != null) {
            former.targets().forEach(target -> {
                Set<InstanceId> ids = new LinkedHashSet<>(instances(target));
                ids.remove(id);
                if (ids.isEmpty()) {
                    instances.remove(target);
                } else {
                    instances.put(target, ids);
                }
            });
        }
    }

    /** Revokes the URLs, and closes the receivers. */
    void close() {
        open.values().forEach(opened -> {
            WebhookRouter router = registry.settings().router();
            boolean unused = router != null && router.revoke(opened.token);
            synchronized (opened) {
                opened.close();
            }
        });
        open.clear();
    }
}
