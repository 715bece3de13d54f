package io.httpconnector.definition;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.auth.definition.InputField;
import io.httpconnector.definition.SecretSource.SecretReference;
import io.httpconnector.internal.Arguments;
import io.httpconnector.webhook.TenantRoutes;
import io.httpconnector.webhook.WebhookEndpoint;
import io.httpconnector.webhook.WebhookReceiver;
import io.httpconnector.webhook.WebhookReceiverBuilder;
import io.httpconnector.webhook.WebhookRequest;
import io.httpconnector.webhook.WebhookResponse;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A webhook of a connector document whose URL all instances share: its {@code tenant} locates the tenant in the events, and its
 * {@code tenantValue} is the value for an instance, such as {@code {{auth.team}}}. A {@code ConnectorRegistry} creates it; use it
 * directly only without a registry. Thread-safe.
 *
 * <pre>{@code
 * TenantRoutes routes = TenantRoutes.create();
 * ConnectorContext application = ConnectorContext.forTenant(SecretReference.APPLICATION).secrets(vault).build();
 * SharedWebhook events = SharedWebhook.open(slack, "events", application, routes);
 * routes.add("T061EG9R6", event -> acme.handle(event.payload()));
 * }</pre>
 */
public final class SharedWebhook implements WebhookEndpoint, AutoCloseable {

    private final WebhookReceiver receiver;
    private final HttpConnection connection;

    private SharedWebhook(WebhookReceiver receiver, HttpConnection connection) {
        this.receiver = receiver;
        this.connection = connection;
    }

    /**
     * Returns the webhooks of a document whose URL all instances share.
     *
     * @param definition the document
     * @return their names
     */
    public static Set<String> namesIn(ConnectorDefinition definition) {
        Set<String> names = new TreeSet<>();
        Arguments.notNull(definition, "definition").parts.webhooks().forEach((name, webhook) -> {
            if (!webhook.tenantValue().isEmpty()) {
                names.add(name);
            }
        });
        return names;
    }

    /**
     * Returns the value in the events of an instance.
     *
     * @param definition the document
     * @param webhook the name of a shared webhook
     * @param strategy the name of the auth strategy; null for the first one
     * @param values the values that the customer has entered; the others have their defaults
     * @return the value; empty if it needs an input that has no value, or the webhook is not shared
     */
    public static Optional<String> tenantOf(
            ConnectorDefinition definition, String webhook, @Nullable String strategy, Map<String, String> values) {
        DefinedWebhook defined = definition.parts.webhooks().get(webhook);
        if (defined == null || defined.tenantValue().isEmpty()) {
            return Optional.empty();
        }
        String chosen = strategy == null ? definition.strategies().get(0) : strategy;
        Map<String, String> texts = new HashMap<>();
        for (InputField input : definition.inputs(chosen)) {
            String value = values.getOrDefault(input.name(), "");
            texts.put(input.name(), value.isEmpty() ? input.defaultValue().orElse("") : value);
        }
        texts.values().removeIf(String::isEmpty);
        return Optional.ofNullable(InputText.of(defined.tenantValue()).render(new InputValues(texts, Map.of())))
                .filter(value -> !value.isEmpty());
    }

    /**
     * Creates the receiver of a shared webhook.
     *
     * @param definition the document
     * @param webhook the name of a shared webhook
     * @param context the secrets of the application, as those of the tenant {@link SecretReference#APPLICATION}, the token store,
     *     components and changes of receivers
     * @param routes the handlers of the tenants
     * @return the webhook, to be closed by the caller
     * @throws InvalidDefinitionException if the webhook is not shared, or a secret is missing
     */
    public static SharedWebhook open(
            ConnectorDefinition definition, String webhook, ConnectorContext context, TenantRoutes routes) {
        DefinedWebhook defined = definition.parts.webhooks().get(webhook);
        if (defined == null || defined.tenantValue().isEmpty()) {
            throw new InvalidDefinitionException(
                    "webhook", "\"" + webhook + "\" of " + definition.id() + " is not shared: set its tenantValue");
        }
        JsonNode base = definition.toJson().at("/connection/baseUrl");
        boolean isKnown = base.isTextual() && !base.textValue().contains("{{");
        HttpConnection connection = HttpConnection.named(definition.id() + " webhooks")
                .baseUrl(isKnown ? base.textValue() : "https://localhost")
                .build();
        try {
            WebhookReceiverBuilder builder = new WebhookReceivers(
                            definition.id(),
                            context,
                            definition.components.and(context.components),
                            connection,
                            name -> context.secrets.find(new SecretReference(context.tenant, definition.id(), name)))
                    .builder(definition.id() + "/" + webhook, webhook, defined, defined.json())
                    .tenants(routes);
            context.receivers.accept(builder);
            return new SharedWebhook(builder.build(), connection);
        } catch (RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    @Override
    public WebhookResponse receive(WebhookRequest request) {
        return receiver.receive(request);
    }

    @Override
    public int maxBody() {
        return receiver.maxBody();
    }

    @Override
    public Duration bodyTimeout() {
        return receiver.bodyTimeout();
    }

    /** Closes the receiver and its connection. */
    @Override
    public void close() {
        receiver.close();
        connection.close();
    }
}
