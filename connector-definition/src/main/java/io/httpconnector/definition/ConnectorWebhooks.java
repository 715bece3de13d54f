package io.httpconnector.definition;

import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.auth.oauth2.TokenStore;
import io.httpconnector.definition.ConnectorReader.Parts;
import io.httpconnector.definition.SecretSource.SecretReference;
import io.httpconnector.state.StateStore;
import io.httpconnector.trigger.EventHandler;
import io.httpconnector.webhook.TenantRoutes;
import io.httpconnector.webhook.WebhookListener;
import io.httpconnector.webhook.WebhookReceiver;
import io.httpconnector.webhook.WebhookReceiverBuilder;
import io.httpconnector.webhook.WebhookRouter;
import io.httpconnector.webhook.subscription.SubscriptionListener;
import io.httpconnector.webhook.subscription.SubscriptionStatus;
import io.httpconnector.webhook.subscription.WebhookSubscription;
import io.httpconnector.webhook.subscription.WebhookSubscriptionBuilder;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The webhooks of a connector: their receivers, URLs, secrets and subscriptions. Not thread-safe: the connector synchronizes. */
final class ConnectorWebhooks {

    /** The name of the token of a URL in the token store. */
    private static final String URL_TOKEN = "url-token";

    private final Parts parts;
    private final ConnectorContext context;
    private final ConnectorComponents components;
    private final HttpConnection connection;
    private final InputValues values;
    private final Consumer<String> gaps;
    private final Map<String, OpenWebhook> open = new LinkedHashMap<>();
    private final Map<String, WebhookSubscription> subscriptions = new LinkedHashMap<>();
    private final Map<String, String> tokens = new LinkedHashMap<>();

    /** A receiver and its URL. */
    record OpenWebhook(WebhookReceiver receiver, URI url) {}

    /**
     * Creates the webhooks.
     *
     * @param gaps receives the name of a webhook whose events may be missing
     */
    ConnectorWebhooks(
            Parts parts,
            ConnectorContext context,
            ConnectorComponents components,
            HttpConnection connection,
            InputValues values,
            Consumer<String> gaps) {
        this.parts = parts;
        this.context = context;
        this.components = components;
        this.connection = connection;
        this.values = values;
        this.gaps = gaps;
    }

    private String id(String name) {
        return context.tenant + "/" + parts.id() + "/" + name;
    }

    private String account() {
        return context.tenant + "/" + parts.id();
    }

    /** Opens a webhook, which receives requests at once. */
    void open(String name, DefinedWebhook webhook, EventHandler handler, WebhookListener listener) {
        WebhookRouter router = context.router;
        if (router == null) {
            throw invalid(name + ": the webhook needs a router: set it by webhooks(...) of the context");
        }
        WebhookReceiverBuilder builder = new WebhookReceivers(parts.id(), context, components, connection, this::secret)
                .builder(id(name), name, webhook, PillTree.render(webhook.json(), values));
        if (webhook.tenantValue().isEmpty()) {
            builder.handler(event -> handler.handle(event.toTriggerEvent()));
        } else {
            TenantRoutes routes = TenantRoutes.create();
            routes.add(
                    InputText.of(webhook.tenantValue()).required(values),
                    event -> handler.handle(event.toTriggerEvent()));
            builder.tenants(routes);
        }
        builder.listener(listener);
        subscription(name, webhook).ifPresent(builder::subscription);
        context.receivers.accept(builder);
        WebhookReceiver receiver = build(name, builder);
        URI added = router.add(token(name, webhook), receiver);
        open.put(name, new OpenWebhook(receiver, context.webhookUrls.getOrDefault(name, added)));
    }

    /** Builds a receiver; problems have the JSON Pointers of the document. */
    private static WebhookReceiver build(String name, WebhookReceiverBuilder builder) {
        try {
            return builder.build();
        } catch (InvalidDefinitionException e) {
            throw new InvalidDefinitionException(
                    "webhook \"" + name + "\"",
                    e.problems().stream()
                            .map(problem -> problem.startsWith("/") ? "/webhooks/" + name + problem : problem)
                            .toList());
        }
    }

    /** Returns the token in the URL, which stays the same after a restart if the library registers the URL. */
    private String token(String name, DefinedWebhook webhook) {
        return tokens.computeIfAbsent(name, unused -> {
            String chosen = context.webhookTokens.get(name);
            if (chosen != null) {
                return chosen;
            }
            return webhook.subscription() == null || context.tokens == null
                    ? WebhookRouter.newToken()
                    : secrets(name, context.tokens)
                            .findOrCreate(URL_TOKEN, () -> Secret.of(WebhookRouter.newToken()))
                            .reveal();
        });
    }

    private WebhookSecrets secrets(String webhook, TokenStore store) {
        return new WebhookSecrets(store, account(), webhook);
    }

    private @Nullable Secret secret(String name) {
        Secret input = values.secrets().get(name);
        return input != null ? input : context.secrets.find(new SecretReference(context.tenant, parts.id(), name));
    }

    /** Returns the subscription of a webhook; empty if the document defines none. */
    Optional<WebhookSubscription> subscription(String name) {
        return subscription(name, defined(name));
    }

    private Optional<WebhookSubscription> subscription(String name, DefinedWebhook webhook) {
        DefinedSubscription defined = webhook.subscription();
        return defined == null
                ? Optional.empty()
                : Optional.of(subscriptions.computeIfAbsent(name, unused -> create(name, webhook, defined)));
    }

    private WebhookSubscription create(String name, DefinedWebhook webhook, DefinedSubscription defined) {
        StateStore state = context.state;
        TokenStore store = context.tokens;
        WebhookRouter router = context.router;
        URI chosen = context.webhookUrls.get(name);
        List<String> problems = new ArrayList<>();
        String place = "/webhooks/" + name + "/subscription: ";
        if (state == null) {
            problems.add(place + "its state needs a store: set it by state(...) of the context");
        }
        if (store == null) {
            problems.add(
                    place + "its secret and the token of its URL need a store: set it by tokens(...) of the context");
        }
        if (router == null && chosen == null) {
            problems.add(place + "it needs the URL of the webhook: set the router by webhooks(...) of the context");
        }
        if (state == null || store == null || !problems.isEmpty()) {
            throw invalid(problems);
        }
        WebhookSubscriptionBuilder builder = defined.builder(id(name), values)
                .connection(connection)
                .store(state)
                .secrets(secrets(name, store));
        if (chosen != null) {
            builder.url(chosen);
        } else if (router != null) {
            builder.url(router.url(token(name, webhook)));
        }
        if (context.engine != null) {
            builder.engine(context.engine);
        }
        if (context.timeSource != null) {
            builder.timeSource(context.timeSource);
        }
        builder.listener(new SubscriptionListener() {
            @Override
            public void onGap(String subscription, String reason) {
                gaps.accept(name);
            }
        });
        context.subscriptions.accept(builder);
        return builder.build();
    }

    /** Starts the subscription of a webhook that has a handler. */
    void start(String name) {
        if (open.containsKey(name)) {
            subscription(name).ifPresent(WebhookSubscription::start);
        }
    }

    /** Starts the subscriptions of all webhooks that have a handler. */
    void start() {
        List.copyOf(open.keySet()).forEach(this::start);
    }

    /** Deletes all subscriptions at the service. */
    Map<String, SubscriptionStatus> stopSubscriptions() {
        Map<String, SubscriptionStatus> all = new LinkedHashMap<>();
        parts.webhooks()
                .forEach((name, webhook) -> subscription(name, webhook).ifPresent(one -> all.put(name, one.stop())));
        return all;
    }

    boolean isOpen(String name) {
        return open.containsKey(name);
    }

    Optional<OpenWebhook> find(String name) {
        return Optional.ofNullable(open.get(name));
    }

    Map<String, Secret> deliveredSecrets(String webhook) {
        Set<String> names = defined(webhook).delivered();
        return context.tokens == null
                ? Map.of()
                : secrets(webhook, context.tokens).all(names);
    }

    void forgetDeliveredSecrets(String webhook) {
        Set<String> names = defined(webhook).delivered();
        if (context.tokens != null) {
            secrets(webhook, context.tokens).remove(names);
        }
    }

    private DefinedWebhook defined(String webhook) {
        DefinedWebhook defined = parts.webhooks().get(webhook);
        if (defined == null) {
            throw invalid(
                    UnknownName.message("webhook", webhook, parts.webhooks().keySet()));
        }
        return defined;
    }

    private InvalidDefinitionException invalid(String problem) {
        return invalid(List.of(problem));
    }

    private InvalidDefinitionException invalid(List<String> problems) {
        return new InvalidDefinitionException(
                "connector " + parts.id() + " of tenant \"" + context.tenant + "\"", problems);
    }

    /** Revokes the URLs; returns what must be closed. */
    List<AutoCloseable> close() {
        List<AutoCloseable> all = new ArrayList<>(subscriptions.values());
        open.forEach((name, webhook) -> {
            if (context.router != null) {
                boolean unused = context.router.revoke(tokens.getOrDefault(name, ""));
            }
            all.add(webhook.receiver());
        });
        return all;
    }
}
