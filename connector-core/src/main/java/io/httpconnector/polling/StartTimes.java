package io.httpconnector.polling;

import io.httpconnector.TimeSource;
import io.httpconnector.polling.HighWaterMarkDetection.TriggerStart;

/** Stores the time at which a trigger starts. */
final class StartTimes {

    private StartTimes() {}

    /** The start time is stored before the first request: a service that is down at that time hides no records. */
    static TriggerStart of(TriggerState open, TriggerDefinition definition, boolean hasParents, TimeSource time) {
        PartitionState origin = open.partition("");
        startPushes(open, definition, time);
        Long startTime = origin.checkpoint().startTime();
        if (startTime != null) {
            return new TriggerStart(startTime, false);
        }
        long now = TimestampFormat.nanos(time.now());
        // A trigger of an earlier version started at the common position of its parents, or must not start again.
        Long position = hasParents ? origin.checkpoint().position() : null;
        PollTransaction transaction = new PollTransaction(open, origin);
        transaction.setCheckpoint(origin.checkpoint().withStartTime(position == null ? now : position));
        transaction.commit();
        return new TriggerStart(now, position == null && !origin.checkpoint().started());
    }

    /** Versions that are older than the first use of pushes may have been delivered before. */
    private static void startPushes(TriggerState open, TriggerDefinition definition, TimeSource time) {
        PushSettings settings = definition.push();
        boolean isTime = definition.cursor() instanceof TimeCursor && settings != null && !settings.hasOrder();
        if (isTime && !open.pushes().isUsed()) {
            open.pushes().raiseHorizon(TimestampFormat.nanos(time.now()));
            open.recordPushStatistics();
            open.commit();
        }
    }
}
