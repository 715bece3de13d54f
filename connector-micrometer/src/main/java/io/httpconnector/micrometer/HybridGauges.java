package io.httpconnector.micrometer;

import io.httpconnector.polling.PollingStatus;
import io.httpconnector.polling.PollingStatus.State;
import io.httpconnector.polling.PushStatus;
import io.httpconnector.webhook.hybrid.HybridStatus;
import io.httpconnector.webhook.hybrid.HybridTrigger;
import io.micrometer.core.instrument.Clock;
import java.util.function.ToDoubleFunction;

/**
 * Adds the meters of a hybrid trigger. Their functions do not refer to the trigger, so that it can be removed from memory.
 *
 * @param status the status of the trigger
 */
record HybridGauges(Gauges.Group group, Sampled<HybridTrigger, HybridStatus> status) {

    static Gauges.Group add(Gauges.Group group, HybridTrigger trigger, Clock clock) {
        HybridGauges gauges = new HybridGauges(group, new Sampled<>(clock, HybridTrigger::status));
        gauges.add(trigger, clock);
        return group;
    }

    private void add(HybridTrigger trigger, Clock clock) {
        add(ConnectorMeter.POLL_FAILURES, trigger, found -> found.polling().consecutiveFailures());
        add(ConnectorMeter.POLL_AGE, trigger, found -> age(found.polling(), clock));
        add(ConnectorMeter.INBOX_PENDING, trigger, HybridStatus::pendingWebhooks);
        count(ConnectorMeter.HYBRID_EVENTS, trigger, PushStatus::pushedFirst, Tag.SOURCE, "webhook");
        count(ConnectorMeter.HYBRID_EVENTS, trigger, PushStatus::polledFirst, Tag.SOURCE, "poll");
        count(ConnectorMeter.HYBRID_MISSED, trigger, PushStatus::missed);
        count(ConnectorMeter.HYBRID_LATE, trigger, PushStatus::late);
        add(ConnectorMeter.HYBRID_MISSED_SHARE, trigger, found -> of(found, PushStatus::missedShare));
        add(ConnectorMeter.HYBRID_SILENT, trigger, found -> of(found, pushes -> pushes.isSilent() ? 1 : 0));
    }

    private void add(ConnectorMeter meter, HybridTrigger trigger, ToDoubleFunction<HybridStatus> value) {
        Gauges.Group unused = group.add(meter, trigger, of(value));
    }

    private void count(
            ConnectorMeter meter, HybridTrigger trigger, ToDoubleFunction<PushStatus> value, String... tags) {
        Gauges.Group unused = group.addCounter(meter, trigger, of(found -> of(found, value)), tags);
    }

    /** A status that cannot be read is NaN: after a 0, a counter would seem to have increased. */
    private ToDoubleFunction<HybridTrigger> of(ToDoubleFunction<HybridStatus> value) {
        return monitored -> {
            try {
                return value.applyAsDouble(status.of(monitored));
            } catch (RuntimeException e) {
                return Double.NaN;
            }
        };
    }

    private static double of(HybridStatus status, ToDoubleFunction<PushStatus> value) {
        return status.webhook().map(value::applyAsDouble).orElse(Double.NaN);
    }

    private static double age(PollingStatus polling, Clock clock) {
        return polling.state() == State.STOPPED
                ? Double.NaN
                : polling.lastSuccess()
                        .map(at -> (clock.wallTime() - at.toEpochMilli()) / 1000.0)
                        .orElse(Double.NaN);
    }
}
