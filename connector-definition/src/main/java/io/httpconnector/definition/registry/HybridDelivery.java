package io.httpconnector.definition.registry;

import io.httpconnector.TimeSource;
import io.httpconnector.internal.limits.PostponedException;
import io.httpconnector.trigger.TriggerEvent;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Passes the events of webhooks to the hybrid triggers of instances. While an instance is stopped or cannot run, its events are postponed:
 * a stop makes none of them a dead letter.
 *
 * @param definitions the documents
 * @param time the time source
 * @param isClosed whether the registry is closed
 */
record HybridDelivery(Definitions definitions, TimeSource time, BooleanSupplier isClosed) {

    /** An instance with hybrid triggers. */
    interface HybridInstance {

        /** Returns the instance as it is stored. */
        StoredInstance stored();

        /** Returns the started instance; null if it is not started. */
        @Nullable StartedInstance runtime();
    }

    private static final Duration MIN_DELAY = Duration.ofSeconds(1);
    private static final Duration MAX_DELAY = Duration.ofMinutes(1);

    /** An event that waits for an instance is tried again after this part of its age. */
    private static final int PART_OF_AGE = 8;

    /**
     * Passes an event to a trigger.
     *
     * @throws PostponedException if the instance is stopped, was stopped meanwhile, or cannot run
     */
    void push(HybridInstance instance, String trigger, String webhook, TriggerEvent event) throws Exception {
        StartedInstance runtime = instance.runtime();
        if (runtime == null) {
            throw postponed(instance, event, null);
        }
        try {
            runtime.push(trigger, webhook, event);
        } catch (RuntimeException e) {
            boolean wasStopped = isClosed.getAsBoolean() || instance.runtime() != runtime;
            if (wasStopped || runtime.isInvalid() || instance.stored().state() != InstanceState.ACTIVE) {
                throw postponed(instance, event, e);
            }
            throw e;
        }
    }

    /** Whether the version of an instance is defined. */
    boolean isDefined(HybridInstance instance) {
        StoredInstance stored = instance.stored();
        return definitions.find(stored.id().connector(), stored.version()) != null;
    }

    /** Returns an exception by which an event waits for its instance. */
    PostponedException postponed(HybridInstance instance, TriggerEvent event, @Nullable Exception cause) {
        Duration part = Duration.between(event.time(), time.now()).dividedBy(PART_OF_AGE);
        Duration delay = part.compareTo(MIN_DELAY) < 0 ? MIN_DELAY : part.compareTo(MAX_DELAY) < 0 ? part : MAX_DELAY;
        return new PostponedException(
                "The event waits until " + instance.stored().id() + " runs", delay, cause);
    }
}
