package io.httpconnector.webhook.hybrid;

import io.httpconnector.ConnectorException;
import io.httpconnector.polling.PollResult;
import io.httpconnector.polling.PollingTrigger;
import io.httpconnector.state.StateException;
import io.httpconnector.trigger.DeadLetter;
import io.httpconnector.webhook.WebhookEndpoint;
import io.httpconnector.webhook.WebhookReceiver;
import io.httpconnector.webhook.WebhookRequest;
import io.httpconnector.webhook.WebhookResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A webhook and a poll of the same records, with one id, one state and one handler: the webhook delivers at once, the poll proves that
 * nothing is missing. Each version of a record results in one event, whichever source sees it first.
 *
 * <pre>{@code
 * HybridTrigger contacts = HybridTrigger.named("contacts")
 *         .connection(crm)
 *         .poll(poll -> poll.request(listContacts)
 *                 .records(RecordSelector.at("/results"))
 *                 .key("/id").version("/updatedAt")
 *                 .cursor(Cursor.timestamp("/updatedAt"))
 *                 .every(Duration.ofHours(1)))
 *         .webhook(webhook -> webhook.verify(Signatures.github(secret)).inbox(inbox))
 *         .payload(WebhookPayload.records("/object").deletedTypes("contact.deleted"))
 *         .store(StateStore.file(directory))
 *         .handler(event -> crm.upsert(event.payload()))
 *         .build();
 * contacts.start();
 * router.add(token, contacts);
 * }</pre>
 *
 * <p>The trigger measures the webhook: {@link #status()} contains the number and the share of events that it has missed. When it is
 * silent although there are changes, the trigger polls more often, and its {@linkplain
 * io.httpconnector.polling.PollingListener#onSilence listeners} are notified.
 *
 * <p>Thread-safe.
 */
public final class HybridTrigger implements WebhookEndpoint, AutoCloseable {

    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(30);
    private static final WebhookResponse STOPPED = WebhookResponse.of(503).header("Retry-After", "30");

    private final PollingTrigger trigger;
    private final Supplier<WebhookReceiver> receivers;
    private final boolean isMeasured;
    private final Runnable poll;
    private final boolean pollsItself;

    private volatile @Nullable WebhookReceiver receiver;

    /**
     * Creates a trigger that receives webhooks, and does not poll yet.
     *
     * @param poll requests a poll
     * @param pollsItself whether {@link #start()} starts the polls
     */
    HybridTrigger(
            PollingTrigger trigger,
            Supplier<WebhookReceiver> receivers,
            boolean isMeasured,
            Runnable poll,
            boolean pollsItself) {
        this.trigger = trigger;
        this.receivers = receivers;
        this.isMeasured = isMeasured;
        this.poll = poll;
        this.pollsItself = pollsItself;
        this.receiver = receivers.get();
    }

    /**
     * Creates a builder for a trigger.
     *
     * @param id identifies the trigger in its events and in the store; with the same id it continues where it was
     * @return a builder
     */
    public static HybridTriggerBuilder named(String id) {
        return new HybridTriggerBuilder(id);
    }

    /**
     * The id of the trigger.
     *
     * @return the id
     */
    public String id() {
        return trigger.id();
    }

    /**
     * Receives a webhook. Without an inbox the response is sent after its events were handled; with an inbox, after they were stored.
     *
     * @param request the request
     * @return the response; 503 after {@link #stop}
     */
    @Override
    public WebhookResponse receive(WebhookRequest request) {
        WebhookReceiver current = receiver;
        return current == null ? STOPPED : current.receive(request);
    }

    @Override
    public int maxBody() {
        WebhookReceiver current = receiver;
        return current == null ? WebhookEndpoint.super.maxBody() : current.maxBody();
    }

    @Override
    public Duration bodyTimeout() {
        WebhookReceiver current = receiver;
        return current == null ? WebhookEndpoint.super.bodyTimeout() : current.bodyTimeout();
    }

    /**
     * Starts polling, also again after {@link #stop}. The first poll is immediate, whatever the schedule, because webhooks may have been
     * lost while the trigger was not running. With {@link HybridTriggerBuilder#pollElsewhere}, only receives webhooks again.
     *
     * @throws StateException when another trigger with the same id was started on the same engine or uses the store, or its state
     *     cannot be read
     * @throws ConnectorException when it has no schedule
     */
    public synchronized void start() {
        if (pollsItself) {
            trigger.startNow();
        }
        if (receiver == null) {
            receiver = receivers.get();
        }
    }

    /** Suspends scheduled polls until {@link #resume()}; webhooks are still received. */
    public void pause() {
        trigger.pause();
    }

    /** Resumes scheduled polls, the first of which is immediate. */
    public void resume() {
        // Requested first, so that it is the poll with which the schedule resumes.
        boolean unused = trigger.pollNow();
        trigger.resume();
    }

    /** Requests a poll as soon as possible, without waiting for it. */
    public void pollNow() {
        poll.run();
    }

    /**
     * Fills a gap: requests a poll because webhooks may have been lost, for example because their subscription was created again. To be
     * passed to the code that manages the subscription, as {@code trigger::reconcile}.
     */
    public void reconcile() {
        poll.run();
    }

    /**
     * Polls now, in the calling thread; see {@link PollingTrigger#pollOnce()}.
     *
     * @return the result of the poll
     */
    public PollResult pollOnce() {
        return trigger.pollOnce();
    }

    /**
     * Stops the trigger: webhooks receive a response with status 503, so that the sender repeats them, and no poll starts any more. Events
     * in the inbox remain there. Then the state is closed.
     *
     * @param deadline how long to wait for a running poll before its handlers are interrupted
     * @return whether the poll ended before the deadline
     */
    public boolean stop(Duration deadline) {
        WebhookReceiver current = takeReceiver();
        if (current != null) {
            current.close();
        }
        return trigger.stop(deadline);
    }

    private synchronized @Nullable WebhookReceiver takeReceiver() {
        WebhookReceiver current = receiver;
        receiver = null;
        return current;
    }

    /** Stops the trigger with a deadline of 30 seconds. Closing twice has no effect. */
    @Override
    public void close() {
        boolean unused = stop(CLOSE_TIMEOUT);
    }

    /**
     * The current status: of the polls, and of the webhook with the events that it has missed.
     *
     * @return the status
     * @throws StateException when the state cannot be read, or is in use elsewhere
     */
    public HybridStatus status() {
        WebhookReceiver current = receiver;
        return new HybridStatus(
                trigger.status(),
                isMeasured ? trigger.pushStatus() : null,
                current == null ? 0 : current.pendingCount());
    }

    /**
     * The events that failed in all attempts, and the webhook events in the inbox that could not be processed.
     *
     * @return the dead letters; those of the inbox, which have the change {@code RECEIVED}, after those of records
     * @throws StateException when the state cannot be read, or is in use elsewhere
     */
    public List<DeadLetter> deadLetters() {
        List<DeadLetter> all = new ArrayList<>(trigger.deadLetters());
        WebhookReceiver current = receiver;
        if (current != null) {
            all.addAll(current.deadLetters());
        }
        return List.copyOf(all);
    }

    /**
     * Handles a dead letter again, starting with the first attempt.
     *
     * @param eventId the id of the event
     * @return whether it was handled, or for a webhook event of the inbox, whether it will be handled
     */
    public boolean replay(String eventId) {
        WebhookReceiver current = receiver;
        return trigger.replay(eventId) || (current != null && current.replay(eventId));
    }

    /**
     * Deletes a dead letter: its event counts as handled.
     *
     * @param eventId the id of the event
     * @return whether there was such a dead letter
     */
    public boolean discard(String eventId) {
        WebhookReceiver current = receiver;
        return trigger.discard(eventId) || (current != null && current.discard(eventId));
    }

    /**
     * Describes the trigger.
     *
     * @return id, request and connection
     */
    @Override
    public String toString() {
        return trigger + ", and its webhook";
    }
}
