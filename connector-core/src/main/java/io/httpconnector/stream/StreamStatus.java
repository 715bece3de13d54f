package io.httpconnector.stream;

import java.time.Instant;
import java.util.Optional;

/**
 * A snapshot of the status of a stream trigger.
 *
 * @param phase what the trigger does
 * @param lastEventId the id of the last event that was handled on this node; empty if there is none
 * @param events the number of events that were handled or became dead letters since the trigger was created
 * @param connections the number of streams that were opened since then
 * @param lastEvent when the last event was received; empty if there was none
 * @param failures the number of consecutive failures; 0 when something was received
 * @param lastError the message of the last failure, without secrets; empty if there was none
 */
public record StreamStatus(
        StreamPhase phase,
        String lastEventId,
        long events,
        long connections,
        Optional<Instant> lastEvent,
        int failures,
        Optional<String> lastError) {

    /** The phases of a trigger. */
    public enum StreamPhase {
        /** Not started, or stopped. */
        STOPPED,
        /** Another node or process reads the stream. */
        STANDBY,
        /** Paused by {@link StreamTrigger#pause()}, on this or another node. */
        PAUSED,
        /** The stream is requested. */
        CONNECTING,
        /** The stream is open. */
        OPEN,
        /** Waits before the stream is requested again. */
        WAITING,
        /** The service has no more events: it has responded with status 204. */
        ENDED
    }
}
