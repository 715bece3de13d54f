package io.httpconnector.webhook;

import io.httpconnector.state.StateException;
import io.httpconnector.webhook.inbox.Mailbox;
import io.httpconnector.webhook.internal.Watchdog.Watch;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Handles the events of verified requests, or stores them in the inbox: each one once, and those with the same key one after the
 * other. Thread-safe.
 */
final class EventDispatcher {

    private static final Logger LOG = LoggerFactory.getLogger(WebhookLog.NAME);

    private final ReceiverSettings settings;
    private final @Nullable Mailbox mailbox;
    private final @Nullable TenantDispatcher tenants;

    /** Requests by the fingerprint of their signed content. */
    private final DeduplicationFilter seenRequests;

    /** Events by id. */
    private final DeduplicationFilter seenEvents;

    private final List<Lock> keyLocks =
            Stream.generate(() -> (Lock) new ReentrantLock(true)).limit(64).toList();

    EventDispatcher(ReceiverSettings settings, DeduplicationFilter requests, @Nullable Mailbox mailbox) {
        this.settings = settings;
        this.mailbox = mailbox;
        this.tenants =
                settings.tenants() == null ? null : new TenantDispatcher(settings.tenants(), settings.listeners());
        this.seenRequests = requests;
        this.seenEvents = requests.ofEvents();
    }

    /**
     * Handles signed content once, whatever ids it contains: an event with an id of its own is known by both its id and its
     * fingerprint. A retry with the same id that is signed again is known by the id alone.
     */
    WebhookResponse once(List<String> fingerprints, List<WebhookEvent> events, Deadline deadline, Watch watch) {
        if (mailbox == null && events.size() == 1 && fingerprints.size() == 1) {
            // Also without an id of the event: the same signed content may have one, if values can be moved between
            // fields.
            WebhookEvent event = events.get(0);
            WebhookResponse response =
                    seenEvents.onceIfNew(fingerprints.get(0), event.id(), () -> handle(event, watch));
            if (response != null) {
                return response;
            }
        }
        Supplier<WebhookResponse> work =
                () -> mailbox == null ? handleAll(events, deadline, watch) : store(events, mailbox, deadline);
        // Nests the filters, always in the same order to prevent deadlocks.
        for (String fingerprint : fingerprints) {
            Supplier<WebhookResponse> inner = work;
            work = () -> seenRequests.once(fingerprint, deadline, inner, () -> {
                LOG.debug("{}: the same signed content was received before", settings.name());
                return events.isEmpty()
                        ? StandardResponses.OK
                        : settings.response().of(events.get(events.size() - 1));
            });
        }
        WebhookResponse response = work.get();
        if (fingerprints.size() > 1 && response.isAccepted()) {
            // Perhaps only one of the fingerprints was known; now all are.
            for (String fingerprint : fingerprints) {
                var unused = seenRequests.once(fingerprint, deadline, () -> response, () -> response);
            }
        }
        return response;
    }

    private WebhookResponse store(List<WebhookEvent> events, Mailbox inbox, Deadline deadline) {
        TenantDispatcher routes = tenants;
        if (routes == null) {
            return storeAll(events, inbox, deadline);
        }
        Map<Boolean, List<WebhookEvent>> parts = events.stream().collect(Collectors.partitioningBy(routes::hasHandler));
        List<WebhookEvent> known = parts.getOrDefault(true, List.of());
        WebhookResponse response = known.isEmpty() ? StandardResponses.OK : storeAll(known, inbox, deadline);
        for (WebhookEvent event : parts.getOrDefault(false, List.of())) {
            if (!response.isAccepted()) {
                return response;
            }
            response = seenEvents.once(
                    event.id(),
                    deadline,
                    () -> routes.refuse(event, settings.response()).orElse(StandardResponses.BUSY),
                    () -> settings.response().of(event));
        }
        return response;
    }

    private WebhookResponse storeAll(List<WebhookEvent> events, Mailbox inbox, Deadline deadline) {
        try {
            if (!inbox.put(events.stream().map(WebhookEvent::toTriggerEvent).toList(), deadline.remaining())) {
                return StandardResponses.BUSY;
            }
        } catch (StateException e) {
            LOG.error("{}: {} events could not be stored; the sender should retry", settings.name(), events.size(), e);
            return StandardResponses.BUSY;
        }
        return events.isEmpty() ? StandardResponses.OK : settings.response().of(events.get(events.size() - 1));
    }

    private WebhookResponse handleAll(List<WebhookEvent> events, Deadline deadline, Watch watch) {
        WebhookResponse response = StandardResponses.OK;
        WebhookResponse failure = null;
        Set<String> failed = new HashSet<>();
        for (WebhookEvent event : events) {
            if (failed.contains(event.tenant())) {
                // In order, after the event that has failed.
                continue;
            }
            WebhookResponse one = once(event, deadline, watch);
            if (one.isAccepted()) {
                response = one;
            } else if (tenants == null || watch.isLate()) {
                return one;
            } else {
                failed.add(event.tenant());
                failure = failure == null ? one : failure;
            }
        }
        return failure == null ? response : failure;
    }

    private WebhookResponse once(WebhookEvent event, Deadline deadline, Watch watch) {
        return seenEvents.once(event.id(), deadline, () -> handle(event, watch), () -> {
            LOG.debug("{} was received before", event);
            return settings.response().of(event);
        });
    }

    private WebhookResponse handle(WebhookEvent event, Watch watch) {
        try {
            Optional<WebhookResponse> refusal =
                    tenants == null ? Optional.empty() : tenants.refuse(event, settings.response());
            if (refusal.isPresent()) {
                return refusal.get();
            }
            return event.key().isEmpty() ? settings.responder().respond(event) : handleInOrder(event);
        } catch (Exception | LinkageError | AssertionError | StackOverflowError e) {
            if (watch.isLate()) {
                LOG.warn("{} could not be handled within {}", event, settings.deadline(), e);
            } else {
                LOG.warn("{} could not be handled", event, e);
            }
            if (e instanceof InterruptedException && !watch.isLate()) {
                Thread.currentThread().interrupt();
            }
            return StandardResponses.FAILED;
        }
    }

    /** Handles events with the same key one after the other. */
    private WebhookResponse handleInOrder(WebhookEvent event) throws Exception {
        Lock turn = keyLocks.get(Math.floorMod(event.key().hashCode(), keyLocks.size()));
        turn.lockInterruptibly();
        try {
            return settings.responder().respond(event);
        } finally {
            turn.unlock();
        }
    }
}
