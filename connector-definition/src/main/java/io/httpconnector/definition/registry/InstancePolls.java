package io.httpconnector.definition.registry;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.polling.PlannedPoll;
import io.httpconnector.polling.PlannedPolls;
import io.httpconnector.polling.PollingTrigger;
import java.time.Duration;
import java.time.Instant;

/** Polls a trigger of a started instance by its plan. Thread-safe. */
final class InstancePolls {

    private static final Duration AFTER_INVALID_SETTINGS = Duration.ofMinutes(1);

    private final RegistrySettings settings;
    private final StartedInstance instance;
    private final String trigger;

    InstancePolls(RegistrySettings settings, StartedInstance instance, String trigger) {
        this.settings = settings;
        this.instance = instance;
        this.trigger = trigger;
    }

    /**
     * Plans the first poll.
     *
     * @param delay before it
     */
    PlannedPolls plan(Duration delay) {
        InstanceId id = instance.stored().id();
        PlannedPoll first =
                new PlannedPoll(InstancePlans.UNKNOWN, settings.time().now().plus(delay), 0, false);
        String origin = instance.defined().isSharedHost() ? id.connector() : id.connector() + "/" + id.tenant();
        return settings.engine().plan(id.tenant() + "/" + id.connector() + "/" + trigger, origin, first, this::poll);
    }

    private PlannedPoll poll(PlannedPoll due) {
        try {
            return pollNow(due);
        } catch (InvalidDefinitionException e) {
            // Reported as the state of the instance. A missing secret may be added meanwhile.
            return new PlannedPoll(due.time(), afterInvalidSettings(), due.failures() + 1, false);
        }
    }

    private Instant afterInvalidSettings() {
        return settings.time().now().plus(AFTER_INVALID_SETTINGS);
    }

    private static Instant earlier(Instant one, Instant other) {
        return one.isBefore(other) ? one : other;
    }

    private PlannedPoll pollNow(PlannedPoll due) {
        return instance.call(connector -> {
            PollingTrigger polling = instance.trigger(connector, trigger);
            PlannedPoll planned = due;
            if (due.time().equals(InstancePlans.UNKNOWN)) {
                planned = polling.firstPlanned();
                // Webhooks may have been lost while the instance was not started.
                boolean isHybrid = instance.defined().hybrids().containsKey(trigger);
                if (planned.start().isAfter(settings.time().now()) && !isHybrid) {
                    return planned;
                }
            }
            PlannedPoll next = polling.pollPlanned(planned.time(), planned.failures());
            if (instance.hasFailed()) {
                // A missing secret may be added meanwhile.
                return new PlannedPoll(
                        next.time(), earlier(next.start(), afterInvalidSettings()), next.failures(), false);
            }
            boolean ends = next.needsAuthorization()
                    && instance.authorizationLost(
                            instance.lastFailure().orElse("the service has rejected the credentials"));
            return new PlannedPoll(next.time(), next.start(), next.failures(), ends);
        });
    }
}
