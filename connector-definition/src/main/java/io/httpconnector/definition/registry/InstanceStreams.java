package io.httpconnector.definition.registry;

import io.httpconnector.ConnectorException;
import io.httpconnector.definition.Connector;
import io.httpconnector.polling.PlannedPoll;
import io.httpconnector.polling.PlannedPolls;
import io.httpconnector.stream.StreamListener;
import io.httpconnector.stream.StreamStatus.StreamPhase;
import io.httpconnector.stream.StreamTrigger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * The streams of a started instance on this node. Each is checked every minute, so that one starts whose settings were invalid. The
 * connector stays open while it has streams. Thread-safe.
 */
final class InstanceStreams implements StreamListener {

    private static final Duration CHECK = Duration.ofMinutes(1);
    private static final Duration STOP = Duration.ofSeconds(30);

    private final RegistrySettings settings;
    private final String node;
    private final StartedInstance instance;
    private final BiFunction<Connector, String, StreamTrigger> opener;
    private final Executor background;

    // Guarded by this.
    private final Map<String, PlannedPolls> checks = new HashMap<>();
    private final Map<String, StreamTrigger> open = new HashMap<>();
    private final Set<String> paused = new HashSet<>();
    /** The streams that were resumed because the instance was started or changed. Null if it was not. */
    private @Nullable Set<String> resumed;

    /**
     * Creates an instance without streams.
     *
     * @param node identifies the registry, because nodes may share an engine in tests
     * @param opener returns the trigger of a connector, with its handler
     * @param background executes work that takes long
     */
    InstanceStreams(
            RegistrySettings settings,
            String node,
            StartedInstance instance,
            BiFunction<Connector, String, StreamTrigger> opener,
            Executor background) {
        this.settings = settings;
        this.node = node;
        this.instance = instance;
        this.opener = opener;
        this.background = background;
    }

    /** Ends the pauses of all streams that start from now on, because the instance was started or changed. */
    synchronized void endPauses() {
        resumed = new HashSet<>();
    }

    private synchronized boolean isResumedAtStart(String trigger) {
        return resumed != null && !resumed.contains(trigger);
    }

    private synchronized void markResumed(String trigger) {
        if (resumed != null) {
            resumed.add(trigger);
        }
    }

    /** Starts a stream, unless it is started or paused. */
    synchronized void start(String trigger) {
        if (paused.contains(trigger) || checks.containsKey(trigger)) {
            return;
        }
        InstanceId id = instance.stored().id();
        PlannedPoll first =
                new PlannedPoll(settings.time().now(), settings.time().now(), 0, false);
        String name = node + "/" + id.tenant() + "/" + id.connector() + "/" + trigger;
        // Not the origin of polls, so that checks do not wait for them.
        checks.put(trigger, settings.engine().plan(name, name, first, due -> check(trigger)));
    }

    /** Starts a stream that is not running; returns the next check. */
    private PlannedPoll check(String trigger) {
        int failures = 0;
        try {
            Boolean unused = instance.call(connector -> {
                StreamTrigger stream = opener.apply(connector, trigger);
                if (isResumedAtStart(trigger)) {
                    boolean unusedPause = stream.resume();
                    markResumed(trigger);
                }
                return startIfWanted(trigger, stream);
            });
        } catch (RuntimeException e) {
            // Reported as the state of the instance, or as its last failure.
            instance.failed(e);
            failures = 1;
        }
        Instant next = settings.time().now().plus(CHECK);
        return new PlannedPoll(next, next, failures, false);
    }

    private synchronized boolean startIfWanted(String trigger, StreamTrigger stream) {
        boolean isWanted = checks.containsKey(trigger) && stream.status().phase() != StreamPhase.ENDED;
        if (isWanted) {
            open.put(trigger, stream);
            stream.start();
        }
        return isWanted;
    }

    /** Whether a stream uses the connector. */
    synchronized boolean areOpen() {
        return !open.isEmpty();
    }

    synchronized boolean isPaused(String trigger) {
        StreamTrigger stream = open.get(trigger);
        return paused.contains(trigger) || (stream != null && stream.status().phase() == StreamPhase.PAUSED);
    }

    /** Pauses a stream on all nodes until it is resumed; stops it on this one, and waits for its handler. */
    void pause(String trigger) {
        boolean unused = instance.call(connector -> {
            opener.apply(connector, trigger).pause();
            return true;
        });
        StreamTrigger stream;
        PlannedPolls check;
        synchronized (this) {
            paused.add(trigger);
            stream = open.remove(trigger);
            check = checks.remove(trigger);
        }
        if (check != null) {
            check.close();
        }
        if (stream != null) {
            unused = stream.stop(STOP);
        }
    }

    /** Permits a stream again on all nodes, and returns whether it was paused. */
    boolean resume(String trigger) {
        boolean wasPaused =
                instance.call(connector -> opener.apply(connector, trigger).resume());
        synchronized (this) {
            return paused.remove(trigger) || wasPaused;
        }
    }

    /** Stops all streams. Does not wait for handlers. */
    void end() {
        List<StreamTrigger> streams;
        Collection<PlannedPolls> ended;
        synchronized (this) {
            streams = List.copyOf(open.values());
            ended = new ArrayList<>(checks.values());
            open.clear();
            checks.clear();
        }
        ended.forEach(PlannedPolls::close);
        streams.forEach(stream -> background.execute(() -> {
            boolean unused = stream.stop(STOP);
        }));
    }

    @Override
    public void onFailure(String trigger, Exception failure, int consecutiveFailures) {
        instance.failed(failure);
        if (failure instanceof ConnectorException refused && refused.needsAuthorization()) {
            boolean unused = instance.authorizationLost(String.valueOf(refused.getMessage()));
        }
    }
}
