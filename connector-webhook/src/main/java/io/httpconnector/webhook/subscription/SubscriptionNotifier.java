package io.httpconnector.webhook.subscription;

import io.httpconnector.internal.Listeners;
import io.httpconnector.internal.text.LogSafe;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs what happens to a subscription, and notifies its listeners. Thread-safe. */
final class SubscriptionNotifier {

    private static final Logger LOG = LoggerFactory.getLogger(SubscriptionLog.NAME);
    private static final int MAX_MESSAGE = 1000;

    private final String name;
    private final List<SubscriptionListener> listeners;
    private final AtomicReference<@Nullable Instant> lastEvent = new AtomicReference<>();

    SubscriptionNotifier(String name, List<SubscriptionListener> listeners) {
        this.name = name;
        this.listeners = List.copyOf(listeners);
    }

    String name() {
        return name;
    }

    void notify(Consumer<SubscriptionListener> call) {
        listeners.forEach(listener -> Listeners.call(LOG, name, () -> call.accept(listener)));
    }

    /** Returns the message of a failure, without secrets, for status and log. */
    String message(SubscriptionAction action, Exception e) {
        String text = action.name().toLowerCase(Locale.ROOT) + ": "
                + (e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage());
        return LogSafe.visible(text.length() > MAX_MESSAGE ? text.substring(0, MAX_MESSAGE) : text);
    }

    void failed(SubscriptionAction action, Exception e, int count) {
        LOG.warn("{}: {} (failure {})", name, message(action, e), count);
        notify(listener -> listener.onFailure(name, action, e, count));
    }

    /** Reports a new active subscription. */
    void activated(String id, @Nullable String reason, boolean isRotated, boolean hasGap) {
        if (reason == null) {
            LOG.info("{}: the subscription {} was created", name, LogSafe.visible(id));
            notify(listener -> listener.onCreated(name, id));
        } else {
            LOG.info("{}: the subscription {} was created: {}", name, LogSafe.visible(id), reason);
            notify(listener -> listener.onRecreated(name, id, reason));
        }
        if (isRotated) {
            notify(listener -> listener.onRotated(name));
        }
        if (reason != null && (hasGap || !ReplacementReasons.PLANNED.contains(reason))) {
            gap(reason);
        }
    }

    void gap(String reason) {
        LOG.warn("{}: events may be missing: {}", name, reason);
        notify(listener -> listener.onGap(name, reason));
    }

    /** Records that an event was received. */
    void received(Instant at) {
        lastEvent.set(at);
    }

    /** Returns the time of the last event on any node. */
    @Nullable Instant lastEvent(@Nullable Instant stored) {
        Instant own = lastEvent.get();
        return stored == null || (own != null && own.isAfter(stored)) ? own : stored;
    }
}
