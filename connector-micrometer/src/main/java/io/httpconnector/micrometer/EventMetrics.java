package io.httpconnector.micrometer;

import io.httpconnector.trigger.AttemptResult;
import io.httpconnector.trigger.AttemptResult.Outcome;
import io.httpconnector.trigger.DeliveryListener.AttemptObserver;
import io.httpconnector.trigger.DeliveryListener.DeliveryAttempt;
import io.httpconnector.trigger.TriggerEvent;
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
        if (attempt.number() == 1 && result.outcome() != Outcome.POSTPONED) {
            ConnectorMeter.EVENTS.increment(
                    meters,
                    events,
                    Tag.DESTINATION,
                    destination,
                    Tag.OPERATION,
                    OPERATION,
                    Tag.SYSTEM,
                    Tag.HTTP_CONNECTOR);
        }
        int retried = result.outcome() == Outcome.RETRY ? events : 0;
        ConnectorMeter.EVENT_RETRIES.increment(meters, retried, Tag.DESTINATION, destination);
        ConnectorMeter.DEAD_LETTERS.increment(meters, result.deadLetters().size(), Tag.DESTINATION, destination);
    }

    /** The observation of the thread. */
    Optional<Observation> current() {
        return Optional.ofNullable(observations.getCurrentObservation());
    }
}
