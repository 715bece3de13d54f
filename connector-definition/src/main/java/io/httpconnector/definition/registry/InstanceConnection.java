package io.httpconnector.definition.registry;

import io.httpconnector.definition.Connector;
import io.httpconnector.definition.ConnectorContext;
import io.httpconnector.definition.SecretSource.SecretReference;
import io.httpconnector.polling.PollingListener;
import io.httpconnector.stream.StreamListener;
import io.httpconnector.webhook.WebhookRouter;
import io.httpconnector.webhook.subscription.SubscriptionListener;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Creates the connector of an instance. Immutable.
 *
 * @param receivers the router of the receivers, which the endpoints of the instance call
 * @param webhookToken returns the token in the URL of a webhook
 * @param secrets reports missing ones
 * @param polls receives the failures of its polls
 * @param streams receives the failures of its streams
 * @param subscriptions receives the notifications of its subscriptions; null if its document has none
 */
record InstanceConnection(
        RegistrySettings shared,
        WebhookRouter receivers,
        UnaryOperator<String> webhookToken,
        StartedInstance instance,
        InstanceSecrets secrets,
        PollingListener polls,
        StreamListener streams,
        @Nullable SubscriptionListener subscriptions) {

    /** Creates a connector with certain settings. */
    Connector connect(InstanceSettings settings) {
        StoredInstance stored = instance.stored();
        InstanceId id = stored.id();
        SecretReferences references = new SecretReferences(settings.secrets());
        ConnectorContext.Builder context = ConnectorContext.forTenant(id.tenant())
                .values(settings.values())
                .secrets(reference -> secrets.find(
                        new SecretReference(id.tenant(), id.connector(), references.nameOf(reference.name()))))
                .state(shared.state())
                .engine(shared.engine())
                .tokens(new InstanceTokens(shared.tokens(), InstanceTokens.account(id), instance::authorized))
                .webhooks(receivers)
                .hybrids(instance.hybrids())
                .triggers(builder -> builder.listener(polls))
                .streams(builder -> builder.listener(streams));
        if (subscriptions != null) {
            context.subscriptions(builder -> builder.listener(subscriptions).timeSource(shared.time()));
        }
        WebhookRouter router = shared.router();
        if (router != null) {
            instance.defined()
                    .definition()
                    .subscriptions()
                    .forEach(webhook -> context.webhookUrl(webhook, router.url(webhookToken.apply(webhook))));
        }
        if (settings.strategy() != null) {
            context.strategy(settings.strategy());
        }
        shared.context().accept(context);
        return references.connect(id, instance.defined().definition(), context.build());
    }
}
