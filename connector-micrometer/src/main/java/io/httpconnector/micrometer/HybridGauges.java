package io.httpconnector.micrometer;

import io.httpconnector.polling.PollingStatus;
import io.httpconnector.polling.PollingStatus.State;
import io.httpconnector.polling.PushStatus;
import io.httpconnector.webhook.hybrid.HybridStatus;
import io.httpconnector.webhook.hybrid.HybridTrigger;
import io.micrometer.core.instrument.Clock;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/**
 * Adds the meters of a hybrid trigger. Their functions do not refer to the trigger, so that it can be removed from memory.
 *
 * @param status the status of the trigger
 * @param webhook the part of the status that concerns the webhook
 * @param <T> the type of the trigger
 * @param <S> the type of its status
 */
record HybridGauges<T, S>(Gauges.Group group, Sampled<T, S> status, Function<S, Optional<PushStatus>> webhook) {

    static Gauges.Group add(Gauges.Group group, HybridTrigger trigger, Clock clock) {
        HybridGauges<HybridTrigger, HybridStatus> gauges =
                new HybridGauges<>(group, new Sampled<>(clock, HybridTrigger::status), HybridStatus::webhook);
        gauges.add(
                ConnectorMeter.POLL_FAILURES, trigger, found -> found.polling().consecutiveFailures());
        gauges.add(ConnectorMeter.POLL_AGE, trigger, found -> age(found.polling(), clock));
        gauges.add(ConnectorMeter.INBOX_PENDING, trigger, HybridStatus::pendingWebhooks);
        gauges.addOfWebhook(trigger);
        return group;
    }

    /** Adds the meters of the webhook of a trigger, whose polls have meters of their own. */
    static Gauges.Group addOfWebhook(Gauges.Group group, Supplier<Optional<PushStatus>> webhook, Clock clock) {
        Sampled<Supplier<Optional<PushStatus>>, Optional<PushStatus>> status = new Sampled<>(clock, Supplier::get);
        new HybridGauges<>(group, status, Function.identity()).addOfWebhook(webhook);
        return group;
    }

    private void addOfWebhook(T trigger) {
        count(ConnectorMeter.HYBRID_EVENTS, trigger, PushStatus::pushedFirst, Tag.SOURCE, "webhook");
        count(ConnectorMeter.HYBRID_EVENTS, trigger, PushStatus::polledFirst, Tag.SOURCE, "poll");
        count(ConnectorMeter.HYBRID_MISSED, trigger, PushStatus::missed);
        count(ConnectorMeter.HYBRID_LATE, trigger, PushStatus::late);
        add(ConnectorMeter.HYBRID_MISSED_SHARE, trigger, found -> of(found, PushStatus::missedShare));
        add(ConnectorMeter.HYBRID_SILENT, trigger, found -> of(found, pushes -> pushes.isSilent() ? 1 : 0));
    }

    private void add(ConnectorMeter meter, T trigger, ToDoubleFunction<S> value) {
        Gauges.Group unused = group.add(meter, trigger, of(value));
    }

    private void count(ConnectorMeter meter, T trigger, ToDoubleFunction<PushStatus> value, String... tags) {
        Gauges.Group unused = group.addCounter(meter, trigger, of(found -> of(found, value)), tags);
    }

    /** A status that cannot be read is NaN: after a 0, a counter would seem to have increased. */
    private ToDoubleFunction<T> of(ToDoubleFunction<S> value) {
        return monitored -> {
            try {
                return value.applyAsDouble(status.of(monitored));
            } catch (RuntimeException e) {
                return Double.NaN;
            }
        };
    }

    private double of(S found, ToDoubleFunction<PushStatus> value) {
        return webhook.apply(found).map(value::applyAsDouble).orElse(Double.NaN);
    }

    private static double age(PollingStatus polling, Clock clock) {
        return polling.state() == State.STOPPED
                ? Double.NaN
                : polling.lastSuccess()
                        .map(at -> (clock.wallTime() - at.toEpochMilli()) / 1000.0)
                        .orElse(Double.NaN);
    }
}
