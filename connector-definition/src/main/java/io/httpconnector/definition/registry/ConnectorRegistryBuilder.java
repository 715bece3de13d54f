package io.httpconnector.definition.registry;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.TimeSource;
import io.httpconnector.auth.oauth2.TokenStore;
import io.httpconnector.definition.ConnectorContext;
import io.httpconnector.definition.SecretSource;
import io.httpconnector.internal.Arguments;
import io.httpconnector.polling.PollingEngine;
import io.httpconnector.state.StateStore;
import io.httpconnector.webhook.WebhookListener;
import io.httpconnector.webhook.WebhookResponse;
import io.httpconnector.webhook.WebhookRouter;
import io.httpconnector.webhook.inbox.Inbox;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Builder for {@link ConnectorRegistry}, created by {@link ConnectorRegistry#in}. Not thread-safe. */
public final class ConnectorRegistryBuilder {

    private static final int DEFAULT_MAX_OPEN = 256;
    private static final int MAX_OPEN = 1_000_000;

    private final InstanceStore instances;
    private SecretSource secrets = SecretSource.none();
    private StateStore state = StateStore.inMemory();
    private TokenStore tokens = TokenStore.inMemory();
    private @Nullable WebhookRouter router;
    private @Nullable Inbox inbox;
    private @Nullable WebhookResponse unknownTenants;
    private final List<WebhookListener> webhookListeners = new ArrayList<>();
    private @Nullable PollingEngine engine;
    private TimeSource time = TimeSource.SYSTEM;
    private RegistryEnvironment.@Nullable ClusterJoining joining;
    private int maxOpen = DEFAULT_MAX_OPEN;
    private final Set<InstanceId> reserved = new HashSet<>();
    private Consumer<ConnectorContext.Builder> context = builder -> {};

    ConnectorRegistryBuilder(InstanceStore instances) {
        this.instances = Arguments.notNull(instances, "instance store");
    }

    ConnectorRegistryBuilder joining(RegistryEnvironment.ClusterJoining cluster) {
        this.joining = cluster;
        return this;
    }

    /**
     * Sets the source of the secrets of all tenants. Default: none.
     *
     * @param source the source
     * @return this builder
     */
    public ConnectorRegistryBuilder secrets(SecretSource source) {
        this.secrets = Arguments.notNull(source, "source of secrets");
        return this;
    }

    /**
     * Reserves IDs for connectors that the application opens itself with the same stores: an instance with such an ID would have their
     * state and tokens, and cannot be added.
     *
     * @param ids the tenants and connectors
     * @return this builder
     */
    public ConnectorRegistryBuilder reserve(Collection<InstanceId> ids) {
        reserved.addAll(Arguments.notNull(ids, "reserved ids"));
        return this;
    }

    /**
     * Sets the store of the state of triggers. Default: in memory.
     *
     * @param store the store, to be closed by the application
     * @return this builder
     */
    public ConnectorRegistryBuilder state(StateStore store) {
        this.state = Arguments.notNull(store, "state store");
        return this;
    }

    /**
     * Sets the store of the tokens of OAuth 2, and of the key from which the URLs of webhooks are derived. Default: in memory, so
     * that customers must authorize again, and URLs change, with each start.
     *
     * @param store the store
     * @return this builder
     */
    public ConnectorRegistryBuilder tokens(TokenStore store) {
        this.tokens = Arguments.notNull(store, "token store");
        return this;
    }

    /**
     * Sets the router that receives the requests of webhooks. Default: none, so that no webhook has a URL.
     *
     * @param receiving the router
     * @return this builder
     */
    public ConnectorRegistryBuilder webhooks(WebhookRouter receiving) {
        this.router = Arguments.notNull(receiving, "webhook router");
        return this;
    }

    /**
     * Sets the inbox, which stores the events of webhooks before their requests are acknowledged. All instances share a mailbox.
     * Default: none, the handler runs before the response.
     *
     * @param store the inbox, to be closed by the application
     * @return this builder
     */
    public ConnectorRegistryBuilder inbox(Inbox store) {
        this.inbox = Arguments.notNull(store, "inbox");
        return this;
    }

    /**
     * Adds listeners that are notified of the requests to the webhooks of all instances, and of each attempt to handle their events:
     * with an inbox, of the attempts that its mailbox makes. The receivers are named {@code tenant/connector/webhook}; those whose URL
     * all instances share, {@code connector/webhook}.
     *
     * @param all such as {@code ConnectorMetrics.receivers()}
     * @return this builder
     */
    public ConnectorRegistryBuilder webhookListener(WebhookListener... all) {
        webhookListeners.addAll(Arguments.all(all, "listeners of webhooks"));
        return this;
    }

    /**
     * Sets the response to events of tenants without an instance, for webhooks whose URL all instances share. Default: the response
     * to other events, because services disable a URL that fails often. {@code WebhookListener.onUnknownTenant} is notified of such
     * events.
     *
     * @param response such as {@code WebhookResponse.of(503)}, if the service must repeat events until the instance is added
     * @return this builder
     */
    public ConnectorRegistryBuilder unknownTenants(WebhookResponse response) {
        this.unknownTenants = Arguments.notNull(response, "response to events of unknown tenants");
        return this;
    }

    /**
     * Sets the engine of polling triggers. Default: {@link PollingEngine#shared()}.
     *
     * @param polling the engine, to be closed by the application
     * @return this builder
     */
    public ConnectorRegistryBuilder engine(PollingEngine polling) {
        this.engine = Arguments.notNull(polling, "polling engine");
        return this;
    }

    /**
     * Sets the time source. Default: the system time.
     *
     * @param source the time source; that of the engine
     * @return this builder
     */
    public ConnectorRegistryBuilder time(TimeSource source) {
        this.time = Arguments.notNull(source, "time source");
        return this;
    }

    /**
     * Sets how many instances have an open connector when none of them is in use. An open connector keeps the state of its triggers
     * in memory, its rate limits, and the ids of events of its webhooks. Others are opened when they are needed.
     *
     * @param max 1 to 1,000,000; 256 by default
     * @return this builder
     * @throws InvalidDefinitionException if the number is out of range
     */
    public ConnectorRegistryBuilder maxOpen(int max) {
        if (max < 1 || max > MAX_OPEN) {
            throw new InvalidDefinitionException(
                    "connector registry", "maxOpen: " + max + " is out of range, use 1 to " + MAX_OPEN);
        }
        this.maxOpen = max;
        return this;
    }

    /**
     * Changes the contexts of all instances, such as to set the redirect URI, code-only components, or listeners.
     *
     * <pre>{@code
     * .context(builder -> builder.redirectUri("https://app.example.com/callback"))
     * }</pre>
     *
     * @param change the change
     * @return this builder
     */
    public ConnectorRegistryBuilder context(Consumer<ConnectorContext.Builder> change) {
        this.context = context.andThen(Arguments.notNull(change, "change of contexts"));
        return this;
    }

    /**
     * Builds the registry. Nothing is read yet.
     *
     * @return the registry, to be closed by the caller
     */
    public ConnectorRegistry build() {
        List<WebhookListener> listeners = List.copyOf(webhookListeners);
        boolean hasInbox = inbox != null;
        Consumer<ConnectorContext.Builder> listening = context.andThen(builder -> builder.receivers(receiver ->
                listeners.forEach(listener -> receiver.listener(hasInbox ? new RequestListener(listener) : listener))));
        return new ConnectorRegistry(new RegistryEnvironment(
                new RegistrySettings(
                        instances,
                        secrets,
                        state,
                        tokens,
                        router,
                        inbox,
                        unknownTenants,
                        listeners,
                        engine == null ? PollingEngine.shared() : engine,
                        time,
                        maxOpen,
                        Set.copyOf(reserved),
                        listeners.isEmpty() ? context : listening),
                joining));
    }
}
