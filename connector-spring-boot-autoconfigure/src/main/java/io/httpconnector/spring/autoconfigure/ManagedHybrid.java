package io.httpconnector.spring.autoconfigure;

import io.httpconnector.polling.PollingStatus;
import io.httpconnector.spring.ConnectorTriggers.TriggerKind;
import io.httpconnector.spring.ConnectorTriggers.TriggerStatus;
import io.httpconnector.trigger.DeadLetter;
import io.httpconnector.webhook.hybrid.HybridStatus;
import io.httpconnector.webhook.hybrid.HybridTrigger;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** A hybrid trigger that is a bean of the application. */
record ManagedHybrid(HybridTrigger trigger) implements ManagedTrigger {

    @Override
    public TriggerStatus status() {
        HybridStatus status = trigger.status();
        PollingStatus polling = status.polling();
        return new TriggerStatus(
                trigger.id(),
                TriggerKind.HYBRID,
                polling.state().name().toLowerCase(Locale.ROOT),
                polling.consecutiveFailures(),
                polling.lastSuccess().orElse(null),
                polling.lastError().orElse(null),
                polling.nextPoll().orElse(null),
                null,
                trigger.deadLetters().size(),
                status.webhook().orElse(null));
    }

    @Override
    public void measure(TriggerGauges gauges) {
        gauges.addHybrid(trigger);
    }

    @Override
    public void start() {
        trigger.start();
    }

    @Override
    public void stop(Duration timeout) {
        boolean unused = trigger.stop(timeout);
    }

    @Override
    public long poll() {
        return trigger.pollOnce().events();
    }

    @Override
    public void pause() {
        trigger.pause();
    }

    @Override
    public void resume() {
        trigger.resume();
    }

    @Override
    public List<DeadLetter> deadLetters() {
        return trigger.deadLetters();
    }

    @Override
    public boolean replay(String eventId) {
        return trigger.replay(eventId);
    }

    @Override
    public boolean discard(String eventId) {
        return trigger.discard(eventId);
    }
}
