package io.httpconnector.spring.autoconfigure;

import io.httpconnector.definition.Connector;
import io.httpconnector.definition.configuration.ConnectionConfiguration;
import io.httpconnector.polling.PollingTrigger;
import io.httpconnector.polling.PushStatus;
import io.httpconnector.spring.ConnectorTriggers.TriggerKind;
import io.httpconnector.spring.ConnectorTriggers.TriggerStatus;
import io.httpconnector.trigger.DeadLetter;
import io.httpconnector.webhook.WebhookReceiver;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A polling trigger of a connector document that also has a webhook.
 *
 * @param triggerId the id of the trigger in its state and in metrics
 * @param path the path of the webhook
 * @param receiver the receiver of the webhook, which the connector closes
 * @param polling the polls, of this application alone or of the cluster
 */
record ManagedDocumentHybrid(String triggerId, String path, WebhookReceiver receiver, ManagedTrigger polling)
        implements ManagedTrigger {

    /**
     * Connects a method to a hybrid trigger.
     *
     * @param webhook the name of its webhook
     * @param cluster polls it; null if this application is alone
     */
    static ManagedDocumentHybrid create(
            String id,
            TriggerMethod method,
            Connector connector,
            String webhook,
            ConnectorWebhooks webhooks,
            @Nullable ClusteredTriggers cluster) {
        if (method.isBatch()) {
            throw method.invalid("a trigger with a webhook has no batches: use a parameter that is no List");
        }
        String connection = id.substring(0, id.indexOf('/'));
        String name = method.trigger();
        ConnectionConfiguration.on(connection, connector, name, method.handler(connector));
        WebhookReceiver receiver = connector.receiver(webhook).orElseThrow();
        PollingTrigger trigger = connector.trigger(name).orElseThrow();
        boolean isScheduled = ManagedPolling.builder(method, connector).toJson().has("schedule");
        ManagedTrigger polling = cluster == null
                ? ManagedPolling.ofHybrid(id, trigger, isScheduled)
                : cluster.add(id, method, connector);
        return new ManagedDocumentHybrid(
                trigger.id(), webhooks.add(connection + "/" + webhook, receiver), receiver, polling);
    }

    @Override
    public TriggerStatus status() {
        TriggerStatus status = polling.status();
        return new TriggerStatus(
                status.id(),
                TriggerKind.HYBRID,
                status.state(),
                status.consecutiveFailures(),
                status.lastSuccess(),
                status.lastError(),
                status.nextPoll(),
                path,
                status.deadLetters(),
                pushStatus().orElse(null));
    }

    @Override
    public Optional<PushStatus> pushStatus() {
        return polling.pushStatus();
    }

    @Override
    public void measure(TriggerGauges gauges) {
        polling.measure(gauges);
        gauges.addReceiver(receiver);
        gauges.addWebhook(triggerId, this::pushStatus);
    }

    @Override
    public void start() {
        polling.start();
    }

    @Override
    public void stop(Duration timeout) {
        polling.stop(timeout);
    }

    @Override
    public long poll() {
        return polling.poll();
    }

    @Override
    public void pause() {
        polling.pause();
    }

    @Override
    public void resume() {
        polling.resume();
    }

    @Override
    public List<DeadLetter> deadLetters() {
        return polling.deadLetters();
    }

    @Override
    public boolean replay(String eventId) {
        return polling.replay(eventId);
    }

    @Override
    public boolean discard(String eventId) {
        return polling.discard(eventId);
    }
}
