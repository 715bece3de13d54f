package io.httpconnector.spring.autoconfigure;

import io.httpconnector.definition.Connector;
import io.httpconnector.definition.configuration.ConnectionConfiguration;
import io.httpconnector.spring.ConnectorTriggers.TriggerKind;
import io.httpconnector.spring.ConnectorTriggers.TriggerStatus;
import io.httpconnector.trigger.DeadLetter;
import io.httpconnector.webhook.WebhookReceiver;
import java.time.Duration;
import java.util.List;

/** A webhook. The connector, which Spring closes after the web server, closes its receiver. */
record ManagedWebhook(String id, String path, WebhookReceiver receiver) implements ManagedTrigger {

    static ManagedWebhook create(String id, TriggerMethod method, Connector connector, ConnectorWebhooks webhooks) {
        if (method.isBatch()) {
            throw method.invalid("a webhook has no batches: use a parameter that is no List");
        }
        String connection = id.substring(0, id.indexOf('/'));
        ConnectionConfiguration.on(connection, connector, method.trigger(), method.handler(connector));
        WebhookReceiver receiver = connector.receiver(method.trigger()).orElseThrow();
        return new ManagedWebhook(id, webhooks.add(id, receiver), receiver);
    }

    @Override
    public TriggerStatus status() {
        return new TriggerStatus(
                id,
                TriggerKind.WEBHOOK,
                "receiving",
                0,
                null,
                null,
                null,
                path,
                receiver.deadLetters().size(),
                null);
    }

    @Override
    public void measure(TriggerGauges gauges) {
        gauges.addReceiver(receiver);
    }

    @Override
    public void start() {}

    @Override
    public void stop(Duration timeout) {}

    @Override
    public long poll() {
        throw ManagedTrigger.notPolling(id);
    }

    @Override
    public void pause() {
        throw ManagedTrigger.notPolling(id);
    }

    @Override
    public void resume() {
        throw ManagedTrigger.notPolling(id);
    }

    @Override
    public List<DeadLetter> deadLetters() {
        return receiver.deadLetters();
    }

    @Override
    public boolean replay(String eventId) {
        return receiver.replay(eventId);
    }

    @Override
    public boolean discard(String eventId) {
        return receiver.discard(eventId);
    }
}
