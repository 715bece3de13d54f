package io.httpconnector.spring.autoconfigure;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.definition.Connector;
import io.httpconnector.polling.PollingStatus;
import io.httpconnector.polling.PollingTrigger;
import io.httpconnector.polling.PollingTriggerBuilder;
import io.httpconnector.spring.ConnectorTriggers.TriggerKind;
import io.httpconnector.spring.ConnectorTriggers.TriggerStatus;
import io.httpconnector.trigger.DeadLetter;
import io.httpconnector.trigger.Delivery;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** A polling trigger of this application alone. It can be started again after it was stopped. */
final class ManagedPolling implements ManagedTrigger {

    private final String id;
    private final TriggerMethod method;
    private final Connector connector;
    private final boolean isScheduled;
    private PollingTrigger trigger;
    private boolean isStopped;

    ManagedPolling(String id, TriggerMethod method, Connector connector) {
        this.id = id;
        this.method = method;
        this.connector = connector;
        PollingTriggerBuilder builder = builder(method, connector);
        this.isScheduled = builder.toJson().has("schedule");
        this.trigger = builder.build();
    }

    /** Returns a builder for a trigger whose events a method handles. */
    static PollingTriggerBuilder builder(TriggerMethod method, Connector connector) {
        PollingTriggerBuilder builder = connector.triggerBuilder(method.trigger(), method.handler(connector));
        if (method.isBatch()) {
            Delivery batches = Delivery.inBatches(method.maxBatch(), method.batchHandler(connector));
            JsonNode settings = builder.toJson().get("delivery");
            builder.delivery(settings == null ? batches : batches.settings(settings));
        }
        return builder;
    }

    static TriggerStatus status(String id, PollingTrigger trigger) {
        PollingStatus status = trigger.status();
        return new TriggerStatus(
                id,
                TriggerKind.POLLING,
                status.state().name().toLowerCase(Locale.ROOT),
                status.consecutiveFailures(),
                status.lastSuccess().orElse(null),
                status.lastError().orElse(null),
                status.nextPoll().orElse(null),
                null,
                trigger.deadLetters().size(),
                null);
    }

    private synchronized PollingTrigger trigger() {
        return trigger;
    }

    @Override
    public TriggerStatus status() {
        return status(id, trigger());
    }

    @Override
    public void measure(TriggerGauges gauges) {
        gauges.addTrigger(
                trigger().id(),
                () -> trigger().status().consecutiveFailures(),
                () -> trigger().status().lastSuccess());
    }

    @Override
    public synchronized void start() {
        if (isStopped) {
            trigger = builder(method, connector).build();
            isStopped = false;
        }
        if (isScheduled) {
            trigger.start();
        }
    }

    @Override
    public void stop(Duration timeout) {
        PollingTrigger stopping;
        synchronized (this) {
            stopping = trigger;
            isStopped = true;
        }
        boolean unused = stopping.stop(timeout);
    }

    @Override
    public long poll() {
        return trigger().pollOnce().events();
    }

    @Override
    public void pause() {
        trigger().pause();
    }

    @Override
    public void resume() {
        trigger().resume();
    }

    @Override
    public List<DeadLetter> deadLetters() {
        return trigger().deadLetters();
    }

    @Override
    public boolean replay(String eventId) {
        return trigger().replay(eventId);
    }

    @Override
    public boolean discard(String eventId) {
        return trigger().discard(eventId);
    }
}
