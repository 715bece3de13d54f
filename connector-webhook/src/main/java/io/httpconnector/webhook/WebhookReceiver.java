package io.httpconnector.webhook;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.internal.Arguments;
import io.httpconnector.trigger.DeadLetter;
import io.httpconnector.webhook.SignedData.DefaultSelectors;
import io.httpconnector.webhook.WebhookListener.Rejection;
import io.httpconnector.webhook.inbox.Mailbox;
import io.httpconnector.webhook.internal.BodyLength;
import io.httpconnector.webhook.internal.Watchdog;
import io.httpconnector.webhook.internal.Watchdog.Watch;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Receives the webhooks of one sender: verifies each request, recognises repetitions, handles the event and responds.
 * Thread-safe. {@link #close()} releases the inbox.
 *
 * <pre>{@code
 * WebhookReceiver leads = WebhookReceiver.named("leads")
 *         .verify(Signatures.github(secret))
 *         .handler(event -> crm.create(event.payload()))
 *         .build();
 * }</pre>
 */
public final class WebhookReceiver implements WebhookEndpoint, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(WebhookReceiver.class);

    private final ReceiverSettings settings;

    private final EventDispatcher dispatcher;
    private final RequestExplainer explainer;

    /** The facts about a request that listeners learn beyond its response. */
    private static final class Progress {

        private @Nullable Rejection rejection;
        private String detail = "";
        private int events;
    }

    private final @Nullable Mailbox mailbox;
    private final List<EventCapture> captures = new CopyOnWriteArrayList<>();

    /** The deadline without a mailbox: the watch, which interrupts everything that waits. */
    private final Deadline watched;

    WebhookReceiver(ReceiverSettings settings, DeduplicationFilter requests, @Nullable Mailbox mailbox) {
        this.settings = settings;
        this.watched = Deadline.watched(settings.deadline());
        this.mailbox = mailbox;
        this.dispatcher = new EventDispatcher(settings, requests, mailbox);
        this.explainer = new RequestExplainer(settings);
    }

    /**
     * Creates a builder for a receiver.
     *
     * @param name the name in logs and events
     * @return a builder
     */
    public static WebhookReceiverBuilder named(String name) {
        return new WebhookReceiverBuilder(name);
    }

    /**
     * Returns the name of the receiver.
     *
     * @return the name in logs and events
     */
    public String name() {
        return settings.name();
    }

    @Override
    public WebhookResponse receive(WebhookRequest given) {
        if (settings.listeners().isEmpty()) {
            return receive(given, new Progress());
        }
        long start = settings.time().nanos();
        Progress progress = new Progress();
        WebhookResponse response = receive(given, progress);
        WebhookListener.RequestOutcome outcome = new WebhookListener.RequestOutcome(
                settings.name(),
                response.status(),
                response.isAccepted() ? Optional.empty() : Optional.ofNullable(progress.rejection),
                progress.detail,
                progress.events,
                given.body().length,
                Duration.ofNanos(settings.time().nanos() - start));
        settings.listeners().notify(listener -> listener.onResponse(outcome));
        return response;
    }

    private WebhookResponse receive(WebhookRequest given, Progress progress) {
        Deadline deadline = mailbox == null ? watched : new Deadline(settings.deadline());
        Watch watch = Watchdog.SHARED.interrupt(settings.deadline());
        try (watch) {
            WebhookRequest request = settings.publicUrl() == null ? given : given.publicUrl(settings.publicUrl());
            WebhookResponse response =
                    process(settings.senderLimiter().withSourceAddress(request), deadline, watch, progress);
            // An interrupted step has decided nothing.
            boolean decided = response.isAccepted() || response.status() >= 500 || !watch.isLate();
            return decided ? response : deadlineExceeded(progress);
        } catch (RuntimeException | StackOverflowError e) {
            if (watch.isLate()) {
                return deadlineExceeded(progress);
            }
            progress.rejection = Rejection.FAILED;
            progress.detail = "the request could not be processed";
            LOG.error("{}: failed to process a request", settings.name(), e);
            return StandardResponses.FAILED;
        }
    }

    private WebhookResponse deadlineExceeded(Progress progress) {
        progress.rejection = Rejection.LATE;
        progress.detail = "the request was not processed within the deadline";
        LOG.warn(
                "{}: a request was not processed within the deadline of {}; the sender should retry",
                settings.name(),
                settings.deadline());
        return StandardResponses.BUSY;
    }

    private WebhookResponse process(WebhookRequest request, Deadline deadline, Watch watch, Progress progress) {
        if (!settings.senderLimiter().allows(request)) {
            return reject(
                    progress,
                    request,
                    Rejection.RATE_LIMITED,
                    StandardResponses.TOO_MANY,
                    "the source exceeds its rate limit");
        }
        for (Handshake handshake : settings.handshakes()) {
            Optional<WebhookResponse> response = handshake.beforeVerification(request);
            if (response.isPresent()) {
                return response.get();
            }
        }
        if (!settings.methods().contains(request.method())) {
            return reject(
                            progress,
                            request,
                            Rejection.METHOD_NOT_ALLOWED,
                            StandardResponses.METHOD_NOT_ALLOWED,
                            "the method is not allowed")
                    .header("Allow", String.join(", ", settings.methods()));
        }
        if (request.body().length > settings.maxBody()) {
            return reject(
                    progress,
                    request,
                    Rejection.TOO_LARGE,
                    StandardResponses.TOO_LARGE,
                    "the body is larger than " + settings.maxBody() + " bytes");
        }
        if (request.isTruncated()) {
            return reject(progress, request, Rejection.TRUNCATED, StandardResponses.BAD_REQUEST, BodyLength.TRUNCATED);
        }
        Instant now = settings.time().now();
        SignedData signed = null;
        for (Verifier verifier : settings.verifiers()) {
            VerificationResult verdict = verifier.verify(request, now);
            if (!verdict.isAccepted() && settings.refreshSecrets().getAsBoolean()) {
                verdict = verifier.verify(request, now);
            }
            if (!verdict.isAccepted()) {
                return reject(
                        progress, request, Rejection.UNVERIFIED, StandardResponses.UNAUTHORIZED, verdict.toString());
            }
            SignedData data = verdict.data(request, verifier);
            signed = signed == null ? data : signed.and(data);
        }
        return handleVerified(
                request,
                signed == null ? SignedData.wholeRequest(request, DefaultSelectors.NONE) : signed,
                now,
                deadline,
                watch,
                progress);
    }

    /**
     * Handles a verified request. From here on, only signed data counts; the request itself is used only for logs and handshakes.
     */
    private WebhookResponse handleVerified(
            WebhookRequest request, SignedData data, Instant now, Deadline deadline, Watch watch, Progress progress) {
        try {
            Payload payload = settings.reader().payload(data);
            for (Handshake handshake : settings.handshakes()) {
                Optional<WebhookResponse> response =
                        handshake.afterVerification(SubscribedParts.visible(handshake, request, data), payload.tree());
                if (response.isPresent()) {
                    return response.get();
                }
            }
            List<WebhookEvent> events =
                    settings.reader().events(data, payload, settings.reader().origin(request), now);
            progress.events = events.size();
            captures.forEach(capture -> events.forEach(capture::record));
            settings.listeners().notify(listener -> listener.onEvents(events));
            progress.rejection = mailbox == null ? Rejection.FAILED : Rejection.NOT_STORED;
            return dispatcher.once(data.fingerprints(), events, deadline, watch);
        } catch (BodyParser.TooLargeException e) {
            return reject(progress, request, Rejection.TOO_LARGE, StandardResponses.TOO_LARGE, e.toString());
        } catch (BodyParser.UnsupportedException e) {
            return reject(
                    progress, request, Rejection.UNSUPPORTED_MEDIA_TYPE, StandardResponses.UNSUPPORTED, e.toString());
        } catch (IOException e) {
            return reject(
                    progress,
                    request,
                    Rejection.MALFORMED,
                    StandardResponses.BAD_REQUEST,
                    "the body cannot be parsed: " + e);
        }
    }

    @Override
    public int maxBody() {
        return settings.maxBody();
    }

    @Override
    public Duration bodyTimeout() {
        return settings.bodyTimeout();
    }

    /**
     * Diagnoses what would happen to a request, and why: without handling it, and without calling the handshakes. For developers
     * only: the result contains details that must not be revealed to senders.
     *
     * @param given a request, such as one that was rejected
     * @param others secrets that may have signed the request, such as old ones; they are never accepted by this receiver
     * @return the step at which processing ends, and the likely causes
     */
    public RequestDiagnosis explain(WebhookRequest given, Secret... others) {
        return explainer.explain(Arguments.notNull(given, "webhook request"), Arguments.all(others, "secrets to try"));
    }

    /**
     * Captures the next events as samples.
     *
     * @param max the number of samples, 1 to 1000
     * @return the capture, to be closed when it is no longer needed
     * @throws InvalidDefinitionException if the number is out of range
     */
    public EventCapture capture(int max) {
        if (max < 1 || max > 1000) {
            throw new InvalidDefinitionException("capture", List.of(max + " samples are out of range, use 1 to 1000"));
        }
        EventCapture capture = new EventCapture(max, captures::remove);
        captures.add(capture);
        return capture;
    }

    /**
     * Returns the number of events in the inbox that are pending or being handled.
     *
     * @return the number; 0 without an inbox
     */
    public int pendingCount() {
        return mailbox == null ? 0 : mailbox.pendingCount();
    }

    /**
     * Returns when the oldest event in the inbox that is pending or being handled was received.
     *
     * @return the time; empty if no event is pending, and without an inbox
     */
    public Optional<Instant> oldestPending() {
        return mailbox == null ? Optional.empty() : mailbox.oldestPending();
    }

    /**
     * Returns the events of the inbox whose attempts have all failed; convert them by {@link WebhookEvent#of}.
     *
     * @return the dead letters, oldest first; empty without an inbox
     */
    public List<DeadLetter> deadLetters() {
        return mailbox == null ? List.of() : mailbox.deadLetters();
    }

    /**
     * Replays a dead letter, starting with the first attempt.
     *
     * @param id the id of its event
     * @return whether the dead letter exists
     */
    public boolean replay(String id) {
        return mailbox != null && mailbox.replay(id);
    }

    /**
     * Discards a dead letter.
     *
     * @param id the id of its event
     * @return whether the dead letter exists
     */
    public boolean discard(String id) {
        return mailbox != null && mailbox.discard(id);
    }

    /** Stops handling events of the inbox, and waits for running handlers. The inbox itself must be closed by its owner. */
    @Override
    public void close() {
        if (mailbox != null) {
            mailbox.close();
        }
    }

    /** Logs the reason; the sender receives only the status. */
    private WebhookResponse reject(
            Progress progress, WebhookRequest request, Rejection rejection, WebhookResponse response, String why) {
        progress.rejection = rejection;
        progress.detail = Texts.visible(why);
        LOG.info("{}: {} rejected with status {}: {}", settings.name(), request, response.status(), Texts.visible(why));
        return response;
    }
}
