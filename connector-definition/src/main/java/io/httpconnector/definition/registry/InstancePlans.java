package io.httpconnector.definition.registry;

import io.httpconnector.polling.PlannedPoll;
import io.httpconnector.polling.PlannedPolls;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The planned polls of a started instance: on this node, or in the cluster. Thread-safe. */
final class InstancePlans {

    /** The time of the poll that determines when the first one is due. */
    static final Instant UNKNOWN = Instant.EPOCH;

    private final StoredInstance stored;
    private final Supplier<@Nullable ClusterMember> member;
    private final BiFunction<String, Duration, PlannedPolls> planner;

    // Guarded by this.
    private Map<String, PlannedPolls> polls = Map.of();
    private Set<String> paused = Set.of();

    /**
     * Creates plans without polls.
     *
     * @param member returns the participation in a cluster; null if there is none
     * @param planner plans the polls of a trigger on this node, after a delay
     */
    InstancePlans(
            StoredInstance stored,
            Supplier<@Nullable ClusterMember> member,
            BiFunction<String, Duration, PlannedPolls> planner) {
        this.stored = stored;
        this.member = member;
        this.planner = planner;
    }

    /**
     * Plans the polls of a trigger that is not planned yet, unless it is paused.
     *
     * @param polling whether it polls now; otherwise another node may have planned it
     * @param delay before the first poll
     */
    synchronized void plan(String trigger, boolean polling, Duration delay) {
        if (paused.contains(trigger)) {
            return;
        }
        ClusterMember cluster = member.get();
        if (cluster != null && polling) {
            cluster.plan(stored, trigger);
        } else if (cluster != null) {
            cluster.notice(stored, trigger);
        } else if (polling && !polls.containsKey(trigger)) {
            // Most instances have one trigger: such a map is small.
            Map<String, PlannedPolls> all = new HashMap<>(polls);
            all.put(trigger, planner.apply(trigger, delay));
            polls = Map.copyOf(all);
        }
    }

    /** Requests a poll of a trigger, unless it is paused or not planned. */
    synchronized void pollNow(String trigger) {
        ClusterMember cluster = member.get();
        PlannedPolls planned = polls.get(trigger);
        if (cluster != null && !paused.contains(trigger)) {
            cluster.pollNow(stored, trigger);
        } else if (planned != null) {
            boolean unused = planned.pollNow();
        }
    }

    /** Plans no more polls of a trigger until it is resumed. */
    synchronized void pause(String trigger) {
        if (paused.contains(trigger)) {
            return;
        }
        ClusterMember cluster = member.get();
        if (cluster != null) {
            cluster.pause(stored, trigger);
        }
        Set<String> names = new HashSet<>(paused);
        names.add(trigger);
        paused = Set.copyOf(names);
        Map<String, PlannedPolls> others = new HashMap<>(polls);
        PlannedPolls planned = others.remove(trigger);
        polls = Map.copyOf(others);
        if (planned != null) {
            planned.close();
        }
    }

    /** Permits polls of a trigger again, and returns whether it was paused. */
    synchronized boolean resume(String trigger) {
        Set<String> names = new HashSet<>(paused);
        boolean wasPaused = names.remove(trigger);
        paused = Set.copyOf(names);
        return wasPaused;
    }

    synchronized boolean isPaused(String trigger) {
        return paused.contains(trigger);
    }

    synchronized Optional<Instant> nextPoll(String trigger) {
        PlannedPolls planned = polls.get(trigger);
        return planned == null
                ? Optional.empty()
                : planned.next().filter(poll -> !poll.time().equals(UNKNOWN)).map(PlannedPoll::start);
    }

    /** Plans no more polls on this node. */
    synchronized void end() {
        polls.values().forEach(PlannedPolls::close);
        polls = Map.of();
    }
}
