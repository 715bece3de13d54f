package io.httpconnector.definition;

import io.httpconnector.HttpConnectionBuilder;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.TimeSource;
import io.httpconnector.auth.definition.InputNaming;
import io.httpconnector.auth.oauth2.TokenStore;
import io.httpconnector.internal.Arguments;
import io.httpconnector.polling.PollingEngine;
import io.httpconnector.polling.PollingTriggerBuilder;
import io.httpconnector.state.StateStore;
import io.httpconnector.stream.StreamTriggerBuilder;
import io.httpconnector.webhook.WebhookReceiverBuilder;
import io.httpconnector.webhook.WebhookRouter;
import io.httpconnector.webhook.subscription.WebhookSubscriptionBuilder;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The customer of a {@link Connector} with the values entered, and the application's secrets, stores and web server. Immutable.
 */
public final class ConnectorContext {

    final String tenant;
    final @Nullable String strategy;
    final Map<String, String> values;
    final SecretSource secrets;
    final @Nullable StateStore state;
    final @Nullable TokenStore tokens;
    final @Nullable WebhookRouter router;
    final Map<String, String> webhookTokens;
    final @Nullable String redirectUri;
    final @Nullable PollingEngine engine;
    final @Nullable TimeSource timeSource;
    final ConnectorComponents components;
    final Consumer<HttpConnectionBuilder> connection;
    final Consumer<PollingTriggerBuilder> triggers;
    final Consumer<StreamTriggerBuilder> streams;
    final Consumer<WebhookReceiverBuilder> receivers;
    final Map<String, URI> webhookUrls;
    final Consumer<WebhookSubscriptionBuilder> subscriptions;
    final @Nullable HybridHost hybrids;
    final @Nullable InputNaming naming;

    private ConnectorContext(Builder builder) {
        this.tenant = builder.tenant;
        this.strategy = builder.strategy;
        this.values = Map.copyOf(builder.values);
        this.secrets = builder.secrets;
        this.state = builder.state;
        this.tokens = builder.tokens;
        this.router = builder.router;
        this.webhookTokens = Map.copyOf(builder.webhookTokens);
        this.redirectUri = builder.redirectUri;
        this.engine = builder.engine;
        this.timeSource = builder.timeSource;
        this.components = builder.components;
        this.connection = builder.connection;
        this.triggers = builder.triggers;
        this.streams = builder.streams;
        this.receivers = builder.receivers;
        this.webhookUrls = Map.copyOf(builder.webhookUrls);
        this.subscriptions = builder.subscriptions;
        this.hybrids = builder.hybrids;
        this.naming = builder.naming;
    }

    /**
     * Creates a builder.
     *
     * @param tenant the ID of the customer, which separates secrets, tokens and state
     * @return a builder
     */
    public static Builder forTenant(String tenant) {
        return new Builder(tenant);
    }

    /** Builder for a context. Not thread-safe. */
    public static final class Builder {

        private final String tenant;
        private @Nullable String strategy;
        private final Map<String, String> values = new LinkedHashMap<>();
        private SecretSource secrets = SecretSource.none();
        private @Nullable StateStore state;
        private @Nullable TokenStore tokens;
        private @Nullable WebhookRouter router;
        private final Map<String, String> webhookTokens = new LinkedHashMap<>();
        private final Map<String, URI> webhookUrls = new LinkedHashMap<>();
        private @Nullable String redirectUri;
        private @Nullable PollingEngine engine;
        private @Nullable TimeSource timeSource;
        private ConnectorComponents components = ConnectorComponents.none();
        private Consumer<HttpConnectionBuilder> connection = builder -> {};
        private Consumer<PollingTriggerBuilder> triggers = builder -> {};
        private Consumer<StreamTriggerBuilder> streams = builder -> {};
        private Consumer<WebhookReceiverBuilder> receivers = builder -> {};
        private Consumer<WebhookSubscriptionBuilder> subscriptions = builder -> {};
        private @Nullable HybridHost hybrids;
        private @Nullable InputNaming naming;
        private final List<String> problems = new ArrayList<>();

        private Builder(String tenant) {
            this.tenant = tenant == null ? "" : tenant;
            if (this.tenant.isBlank()) {
                problems.add("tenant: it is missing: use the ID of the customer");
            }
            Arguments.encodable("tenant", this.tenant);
        }

        /**
         * Chooses the way to authenticate. Default: the first one of the document.
         *
         * @param name the name
         * @return this builder
         */
        public Builder strategy(String name) {
            this.strategy = Arguments.notNull(name, "strategy");
            return this;
        }

        /**
         * Sets the value of an input that is not a secret.
         *
         * @param input the name
         * @param value the value
         * @return this builder
         */
        public Builder value(String input, String value) {
            values.put(Arguments.notNull(input, "input"), Arguments.notNull(value, "value of an input"));
            return this;
        }

        /**
         * Sets the values of inputs that are not secrets.
         *
         * @param all the values by name
         * @return this builder
         */
        public Builder values(Map<String, String> all) {
            Arguments.notNull(all, "values").forEach(this::value);
            return this;
        }

        /**
         * Sets the source of the secrets. Default: none.
         *
         * @param source the source
         * @return this builder
         */
        public Builder secrets(SecretSource source) {
            this.secrets = Arguments.notNull(source, "source of secrets");
            return this;
        }

        /**
         * Names inputs and secrets in messages as the users of the application set them, for example by properties. Default: as the
         * methods of this class.
         *
         * @param names the names and the advice
         * @return this builder
         */
        public Builder naming(InputNaming names) {
            this.naming = Arguments.notNull(names, "names of inputs");
            return this;
        }

        /**
         * Sets the store of the state of triggers and of subscriptions of webhooks. Required to start one.
         *
         * @param store the store, to be closed by the application
         * @return this builder
         */
        public Builder state(StateStore store) {
            this.state = Arguments.notNull(store, "state store");
            return this;
        }

        /**
         * Sets the store of the tokens of OAuth 2, and of the secrets that services deliver to webhooks in a handshake, such as
         * those of Asana and Notion, which require it, as do subscriptions. Default: in memory, without delivered secrets.
         *
         * @param store the store
         * @return this builder
         */
        public Builder tokens(TokenStore store) {
            this.tokens = Arguments.notNull(store, "token store");
            return this;
        }

        /**
         * Sets the router that receives the requests of webhooks. Required to receive any.
         *
         * @param receiving the router
         * @return this builder
         */
        public Builder webhooks(WebhookRouter receiving) {
            this.router = Arguments.notNull(receiving, "webhook router");
            return this;
        }

        /**
         * Sets the token in the URL of a webhook, which must stay the same after a restart. Default: that in the token store if the
         * webhook has a subscription, so that the URL stays the same; otherwise a new one, see {@link WebhookRouter#newToken()}.
         *
         * @param webhook the name of the webhook
         * @param token the token
         * @return this builder
         */
        public Builder webhookToken(String webhook, String token) {
            webhookTokens.put(Arguments.notNull(webhook, "webhook"), Arguments.notNull(token, "token"));
            return this;
        }

        /**
         * Sets the public URL of a webhook, if requests reach it by another component than the router. A subscription registers it at
         * the service.
         *
         * @param webhook the name of the webhook
         * @param url an absolute URL, which must stay the same after a restart. Default: that of the router
         * @return this builder
         */
        public Builder webhookUrl(String webhook, URI url) {
            webhookUrls.put(Arguments.notNull(webhook, "webhook"), Arguments.notNull(url, "URL of a webhook"));
            return this;
        }

        /**
         * Sets the redirect URI of OAuth 2.
         *
         * @param uri an absolute URI
         * @return this builder
         */
        public Builder redirectUri(String uri) {
            this.redirectUri = Arguments.notNull(uri, "redirect URI");
            return this;
        }

        /**
         * Sets the engine of polling triggers. Default: {@link PollingEngine#shared()}.
         *
         * @param polling the engine, to be closed by the application
         * @return this builder
         */
        public Builder engine(PollingEngine polling) {
            this.engine = Arguments.notNull(polling, "polling engine");
            return this;
        }

        /**
         * Sets the time source of the connection, the authentication, the triggers and the webhooks, for tests. Default: the system
         * time.
         *
         * @param source the time source
         * @return this builder
         */
        public Builder timeSource(TimeSource source) {
            this.timeSource = Arguments.notNull(source, "time source");
            return this;
        }

        /**
         * Sets the parts that are code, in addition to those with which the document was loaded.
         *
         * @param parts the components
         * @return this builder
         */
        public Builder components(ConnectorComponents parts) {
            this.components = Arguments.notNull(parts, "components");
            return this;
        }

        /**
         * Changes the connection in code, such as to add a listener. Applied after the options of the document.
         *
         * @param change the change
         * @return this builder
         */
        public Builder connection(Consumer<HttpConnectionBuilder> change) {
            this.connection = connection.andThen(Arguments.notNull(change, "change of the connection"));
            return this;
        }

        /**
         * Changes all polling triggers in code, such as to add a listener. Applied after the options of the document.
         *
         * @param change the change
         * @return this builder
         */
        public Builder triggers(Consumer<PollingTriggerBuilder> change) {
            this.triggers = triggers.andThen(Arguments.notNull(change, "change of triggers"));
            return this;
        }

        /**
         * Changes all stream triggers in code, such as to add a listener. Applied after the options of the document.
         *
         * @param change the change
         * @return this builder
         */
        public Builder streams(Consumer<StreamTriggerBuilder> change) {
            this.streams = streams.andThen(Arguments.notNull(change, "change of streams"));
            return this;
        }

        /**
         * Changes all webhook receivers in code, such as to add an inbox. Applied after the options of the document.
         *
         * @param change the change
         * @return this builder
         */
        public Builder receivers(Consumer<WebhookReceiverBuilder> change) {
            this.receivers = receivers.andThen(Arguments.notNull(change, "change of receivers"));
            return this;
        }

        /**
         * Changes all subscriptions of webhooks in code, such as to add a listener. Applied after the options of the document.
         *
         * @param change the change
         * @return this builder
         */
        public Builder subscriptions(Consumer<WebhookSubscriptionBuilder> change) {
            this.subscriptions = subscriptions.andThen(Arguments.notNull(change, "change of subscriptions"));
            return this;
        }

        /**
         * Lets the application schedule the polls of hybrid triggers and receive the events of their webhooks. Default: the connector
         * does both.
         *
         * @param host the application
         * @return this builder
         */
        public Builder hybrids(HybridHost host) {
            this.hybrids = Arguments.notNull(host, "host of hybrid triggers");
            return this;
        }

        /**
         * Builds the context.
         *
         * @return the context
         * @throws InvalidDefinitionException if the tenant is missing
         */
        public ConnectorContext build() {
            if (!problems.isEmpty()) {
                throw new InvalidDefinitionException("context of a connector", problems);
            }
            return new ConnectorContext(this);
        }
    }
}
