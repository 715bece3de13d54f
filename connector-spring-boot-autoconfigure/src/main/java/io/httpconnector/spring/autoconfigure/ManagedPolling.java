package io.httpconnector.spring.autoconfigure;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.definition.Connector;
import io.httpconnector.polling.PollingStatus;
import io.httpconnector.polling.PollingTrigger;
import io.httpconnector.polling.PollingTriggerBuilder;
import io.httpconnector.polling.PushStatus;
import io.httpconnector.spring.ConnectorTriggers.TriggerKind;
import io.httpconnector.spring.ConnectorTriggers.TriggerStatus;
import io.httpconnector.trigger.DeadLetter;
import io.httpconnector.trigger.Delivery;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;

/** A polling trigger of this application alone. It can be started again after it was stopped. */
final class ManagedPolling implements ManagedTrigger {

    private final String id;
    private final Supplier<PollingTrigger> factory;
    private final boolean isScheduled;
    private final boolean pollsAtStart;
    private PollingTrigger trigger;
    private boolean isStopped;

    private ManagedPolling(
            String id,
            Supplier<PollingTrigger> factory,
            boolean isScheduled,
            boolean pollsAtStart,
            PollingTrigger trigger) {
        this.id = id;
        this.factory = factory;
        this.isScheduled = isScheduled;
        this.pollsAtStart = pollsAtStart;
        this.trigger = trigger;
    }

    /** Returns a trigger whose events a method handles. */
    static ManagedPolling of(String id, TriggerMethod method, Connector connector) {
        PollingTriggerBuilder first = builder(method, connector);
        return new ManagedPolling(
                id, () -> builder(method, connector).build(), first.toJson().has("schedule"), false, first.build());
    }

    /** Returns a trigger of a connector, to which its webhook passes records. It polls at once, as webhooks may have been lost. */
    static ManagedPolling ofHybrid(String id, PollingTrigger trigger, boolean isScheduled) {
        // The connector keeps the trigger, which can be started again.
        return new ManagedPolling(id, () -> trigger, isScheduled, true, trigger);
    }

    /** Returns a builder for a trigger whose events a method handles. */
    static PollingTriggerBuilder builder(TriggerMethod method, Connector connector) {
        PollingTriggerBuilder builder = connector.triggerBuilder(method.trigger(), method.handler(connector));
        if (method.isBatch()) {
            Delivery batches = batches(method, connector);
            JsonNode settings = builder.toJson().get("delivery");
            builder.delivery(settings == null ? batches : batches.settings(settings));
        }
        return builder;
    }

    private static Delivery batches(TriggerMethod method, Connector connector) {
        try {
            return Delivery.inBatches(method.maxBatch(), method.batchHandler(connector));
        } catch (InvalidDefinitionException e) {
            throw method.invalid("maxBatch: " + String.join("; ", e.problems()));
        }
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
    public Optional<PushStatus> pushStatus() {
        return pushStatus(trigger());
    }

    static Optional<PushStatus> pushStatus(PollingTrigger trigger) {
        return trigger.acceptsPushes() ? Optional.of(trigger.pushStatus()) : Optional.empty();
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
            trigger = factory.get();
            isStopped = false;
        }
        if (isScheduled && pollsAtStart) {
            trigger.startNow();
        } else if (isScheduled) {
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
