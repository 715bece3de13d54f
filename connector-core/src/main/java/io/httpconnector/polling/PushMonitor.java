package io.httpconnector.polling;

import io.httpconnector.TimeSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Measures which events the pushes of a trigger miss, and determines when their silence requires a poll. Silence is suspicious when
 * it is longer than the history suggests, or when a poll has found an event that was not pushed yet; it is proven when such an event
 * is still missing after the grace time and nothing else was pushed since.
 */
final class PushMonitor {

    private static final Logger LOG = LoggerFactory.getLogger(PollingLog.NAME);

    /** Silence this many times as long as a suspicious one is an alarm while polls fail. */
    private static final int FAR = 10;

    private final String trigger;
    private final PushSettings settings;
    private final TimeSource time;
    private final PollingListeners listeners;
    /** The notifications about what is stored next. Used by the thread that polls or pushes. */
    private final List<Consumer<PollingListener>> pending = new ArrayList<>();

    /** When the next poll is required, in milliseconds since 1970; null when the schedule decides. */
    private volatile @Nullable Long nextPoll;

    private volatile boolean silent;

    PushMonitor(String trigger, PushSettings settings, TimeSource time, PollingListeners listeners) {
        this.trigger = trigger;
        this.settings = settings;
        this.time = time;
        this.listeners = listeners;
    }

    private long now() {
        return time.now().toEpochMilli();
    }

    /** Called when the state was loaded. */
    void load(TriggerState state) {
        PushState pushes = state.pushes();
        silent = pushes.isSilent();
        plan(pushes, now());
    }

    /** Called before records are pushed: what is overdue by now is missed, even if it is pushed now. */
    void startPush(TriggerState state) {
        boolean unused = countMissed(state, now());
    }

    /** Called after records were pushed, before the caller commits. */
    void pushed(TriggerState state, int records) {
        PushState pushes = state.pushes();
        long now = now();
        if (pushes.pushed(records, now)) {
            LOG.info("{}: records are pushed again", trigger);
            PushStatus status = status(pushes);
            pending.add(listener -> listener.onSilenceEnded(trigger, status));
        }
        silent = false;
        end(state, now);
    }

    /** Called after a successful poll, before the caller commits. */
    void polled(TriggerState state) {
        PushState pushes = state.pushes();
        long now = now();
        boolean isMissing = countMissed(state, now);
        // An alert while polls have failed is not stored.
        silent = pushes.isSilent();
        Long suspicious = pushes.suspiciousSilence(settings.minSilenceMillis());
        boolean isSuspicious = suspicious != null && now - pushes.lastPush() >= suspicious;
        if (isMissing && !pushes.isSilent()) {
            alert(pushes, now);
        } else if (isSuspicious && pushes.firstAwaited() == null) {
            pushes.explainSilence(now);
        }
        end(state, now);
    }

    /** Called after a failed poll, if the state is open. */
    void failed(PushState pushes) {
        long now = now();
        Long suspicious = pushes.suspiciousSilence(settings.minSilenceMillis());
        if (suspicious != null && !silent && now - pushes.lastPush() >= FAR * suspicious) {
            alert(pushes, now);
        }
        plan(pushes, now);
    }

    private void alert(PushState pushes, long now) {
        pushes.silent(now);
        silent = true;
        PushStatus status = status(pushes);
        LOG.warn(
                "{}: nothing was pushed since {}, and changes are missing or polls fail: the trigger polls every {} ms",
                trigger,
                status.lastPush().map(Object::toString).orElse("its start"),
                settings.whenSilentMillis());
        pending.add(listener -> listener.onSilence(trigger, status));
    }

    /** Counts missed events; returns whether one of them was seen after the last push. */
    private boolean countMissed(TriggerState state, long now) {
        PushState pushes = state.pushes();
        List<Occurrence> overdue = pushes.overdue(now - settings.graceMillis());
        if (overdue.isEmpty()) {
            return false;
        }
        pushes.countMissed(overdue);
        overdue.forEach(state::addOccurrence);
        PushStatus status = status(pushes);
        pending.add(listener -> listener.onMissed(trigger, status));
        return overdue.get(overdue.size() - 1).time() > pushes.lastPush();
    }

    private void end(TriggerState state, long now) {
        PushState pushes = state.pushes();
        pushes.forget(now - settings.retentionMillis(), settings.maxRemembered());
        state.recordPushStatistics();
        plan(pushes, now);
    }

    private void plan(PushState pushes, long now) {
        Long awaited = pushes.firstAwaited();
        Long suspicious = pushes.suspiciousSilence(settings.minSilenceMillis());
        Long next = suspicious == null ? null : Long.valueOf(pushes.lastPush() + suspicious);
        if (awaited != null && awaited > pushes.lastPush()) {
            long check = awaited + settings.graceMillis() + 1;
            next = next == null ? Long.valueOf(check) : Long.valueOf(Math.min(next, check));
        }
        if (pushes.isSilent()) {
            next = now + settings.whenSilentMillis();
        }
        // This was the last poll or push: the next one is not immediately.
        nextPoll = next == null || next > now ? next : Long.valueOf(now + settings.whenSilentMillis());
    }

    /** The time until the next required poll in milliseconds; null when the schedule decides. */
    @Nullable Long untilNextPoll() {
        Long next = nextPoll;
        return next == null ? null : Long.valueOf(next - now());
    }

    PushStatus status(PushState pushes) {
        return pushes.status(now() - settings.graceMillis());
    }

    /** Calls the listeners after what they are told was stored. */
    void notifyListeners() {
        List<Consumer<PollingListener>> calls = List.copyOf(pending);
        pending.clear();
        calls.forEach(listeners::notify);
    }

    /** Forgets notifications about what could not be stored. */
    void discardNotifications() {
        pending.clear();
    }
}
