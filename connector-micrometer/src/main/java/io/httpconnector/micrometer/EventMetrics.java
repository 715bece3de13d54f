package io.httpconnector.micrometer;

import io.httpconnector.trigger.AttemptResult;
import io.httpconnector.trigger.AttemptResult.Outcome;
import io.httpconnector.trigger.DeliveryListener.AttemptObserver;
import io.httpconnector.trigger.DeliveryListener.DeliveryAttempt;
import io.httpconnector.trigger.TriggerEvent;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Measures the attempts to handle events. While a handler runs, its observation is the current one. Thread-safe. */
final class EventMetrics {

    private static final String OPERATION = "process";

    private final MeterRegistry meters;
    private final ObservationRegistry observations;
    private final NameLimiter names;

    EventMetrics(MeterRegistry meters, ObservationRegistry observations, NameLimiter names) {
        this.meters = meters;
        this.observations = observations;
        this.names = names;
    }

    /**
     * Observes an attempt.
     *
     * @param parent the observation that has caused it; null for the current one
     */
    AttemptObserver observe(DeliveryAttempt attempt, @Nullable Observation parent) {
        List<TriggerEvent> events = attempt.events();
        String destination = destination(events.get(0).trigger());
        Observation observation = Observation.createNotStarted(
                        ConnectorMeter.HANDLER_DURATION.meterName(), observations)
                .contextualName(OPERATION + " " + destination)
                .lowCardinalityKeyValue(Tag.DESTINATION, destination)
                .lowCardinalityKeyValue(Tag.OPERATION, OPERATION)
                .lowCardinalityKeyValue(Tag.SYSTEM, Tag.HTTP_CONNECTOR)
                .lowCardinalityKeyValue(Tag.ERROR, Tag.NONE)
                .highCardinalityKeyValue("messaging.batch.message_count", String.valueOf(events.size()))
                .highCardinalityKeyValue("messaging.message.id", events.get(0).id())
                .highCardinalityKeyValue("attempt", String.valueOf(attempt.number()));
        if (parent != null) {
            observation.parentObservation(parent);
        }
        observation.start();
        Observation.Scope scope = observation.openScope();
        return (result, failure) -> {
            scope.close();
            failure.ifPresent(thrown -> observation
                    .lowCardinalityKeyValue(Tag.ERROR, Tag.errorType(thrown))
                    .error(thrown));
            observation.stop();
            count(attempt, destination, result);
        };
    }

    String destination(String trigger) {
        return names.tag(trigger);
    }

    private void count(DeliveryAttempt attempt, String destination, AttemptResult result) {
        int events = attempt.events().size();
        if (attempt.number() == 1) {
            Counter.builder(ConnectorMeter.EVENTS.meterName())
                    .description(ConnectorMeter.EVENTS.description())
                    .tag(Tag.DESTINATION, destination)
                    .tag(Tag.OPERATION, OPERATION)
                    .tag(Tag.SYSTEM, Tag.HTTP_CONNECTOR)
                    .register(meters)
                    .increment(events);
        }
        increment(ConnectorMeter.EVENT_RETRIES, destination, result.outcome() == Outcome.RETRY ? events : 0);
        increment(ConnectorMeter.DEAD_LETTERS, destination, result.deadLetters().size());
    }

    /** Creates the counter also for 0, so that an alert sees the first increment. */
    void increment(ConnectorMeter meter, String destination, long amount) {
        Counter.builder(meter.meterName())
                .description(meter.description())
                .tag(Tag.DESTINATION, destination)
                .register(meters)
                .increment((double) amount);
    }

    /** The observation of the thread. */
    Optional<Observation> current() {
        return Optional.ofNullable(observations.getCurrentObservation());
    }
}
