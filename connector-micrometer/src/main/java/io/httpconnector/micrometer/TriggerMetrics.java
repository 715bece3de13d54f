package io.httpconnector.micrometer;

import io.httpconnector.polling.PollResult;
import io.httpconnector.polling.PollingListener;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Measures polls and the handlers of their events. Thread-safe. */
final class TriggerMetrics implements PollingListener {

    private static final String OPERATION = "poll";

    private final MeterRegistry meters;
    private final ObservationRegistry observations;
    private final EventMetrics events;
    private final Map<String, Poll> polls = new ConcurrentHashMap<>();

    /**
     * A poll in progress.
     *
     * @param thread the polling thread, which has the observation as its current one
     */
    private record Poll(Observation observation, Observation.Scope scope, Thread thread) {}

    TriggerMetrics(MeterRegistry meters, ObservationRegistry observations, NameLimiter names) {
        this.meters = meters;
        this.observations = observations;
        this.events = new EventMetrics(meters, observations, names);
    }

    EventMetrics events() {
        return events;
    }

    @Override
    public void onStart(String trigger, Duration lag) {
        ConnectorMeter.POLL_LAG
                .timer(meters, Tag.DESTINATION, events.destination(trigger))
                .record(lag);
        Observation observation = observation(trigger).start();
        polls.put(trigger, new Poll(observation, observation.openScope(), Thread.currentThread()));
    }

    private Observation observation(String trigger) {
        String destination = events.destination(trigger);
        return Observation.createNotStarted(ConnectorMeter.POLL_DURATION.meterName(), observations)
                .contextualName(OPERATION + " " + destination)
                .lowCardinalityKeyValue(Tag.DESTINATION, destination)
                .lowCardinalityKeyValue(Tag.OPERATION, OPERATION)
                .lowCardinalityKeyValue(Tag.SYSTEM, Tag.HTTP_CONNECTOR)
                .lowCardinalityKeyValue(Tag.ERROR, Tag.NONE);
    }

    /** A handler may run on another thread than the poll. A replayed dead letter belongs to no poll. */
    @Override
    public AttemptObserver onAttempt(DeliveryAttempt attempt) {
        Poll poll = polls.get(attempt.events().get(0).trigger());
        return events.observe(
                attempt, poll == null || poll.thread().equals(Thread.currentThread()) ? null : poll.observation());
    }

    @Override
    public void onSuccess(String trigger, PollResult result) {
        String destination = events.destination(trigger);
        ConnectorMeter.POLL_PAGES.increment(meters, result.pages(), Tag.DESTINATION, destination);
        ConnectorMeter.POLL_RECORDS.increment(meters, result.records(), Tag.DESTINATION, destination);
        ended(trigger, null);
    }

    @Override
    public void onFailure(String trigger, Exception failure, int consecutiveFailures) {
        ended(trigger, failure);
    }

    private void ended(String trigger, @Nullable Exception failure) {
        Poll poll = polls.get(trigger);
        if (poll == null || !poll.thread().equals(Thread.currentThread())) {
            // The poll could not be started.
            stop(observation(trigger).start(), failure);
            return;
        }
        polls.remove(trigger, poll);
        poll.scope().close();
        stop(poll.observation(), failure);
    }

    private static void stop(Observation observation, @Nullable Exception failure) {
        if (failure != null) {
            observation
                    .lowCardinalityKeyValue(Tag.ERROR, Tag.errorType(failure))
                    .error(failure);
        }
        observation.stop();
    }
}
