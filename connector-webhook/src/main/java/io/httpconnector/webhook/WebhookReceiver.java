package io.httpconnector.webhook;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.TimeSource;
import io.httpconnector.state.StateException;
import io.httpconnector.trigger.DeadLetter;
import io.httpconnector.webhook.RequestDiagnosis.DiagnosisStep;
import io.httpconnector.webhook.SignedData.Places;
import io.httpconnector.webhook.inbox.Mailbox;
import io.httpconnector.webhook.internal.BodyLength;
import io.httpconnector.webhook.internal.Watchdog;
import io.httpconnector.webhook.internal.Watchdog.Watch;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.Stream;
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

    /** By the fingerprints of what was signed. */
    private final DuplicateFilter requests;

    /** By the ids of events. */
    private final DuplicateFilter receipts;

    private final List<Lock> turns =
            Stream.generate(() -> (Lock) new ReentrantLock(true)).limit(64).toList();

    /** What a builder has collected. */
    record ReceiverSettings(
            String name,
            List<Verifier> verifiers,
            List<Handshake> handshakes,
            Set<String> methods,
            WebhookResponder responder,
            ResponseFactory answer,
            EventReader reader,
            SenderLimiter sources,
            @Nullable String publicUrl,
            int maxBody,
            Duration bodyTimeout,
            Duration deadline,
            TimeSource time) {}

    private final @Nullable Mailbox mailbox;
    private final List<EventCapture> captures = new CopyOnWriteArrayList<>();

    WebhookReceiver(
            ReceiverSettings settings, DuplicateFilter requests, DuplicateFilter receipts, @Nullable Mailbox mailbox) {
        this.settings = settings;
        this.requests = requests;
        this.receipts = receipts;
        this.mailbox = mailbox;
    }

    /**
     * Begins the description of a receiver.
     *
     * @param name what it is called in logs and events
     * @return a builder
     */
    public static WebhookReceiverBuilder named(String name) {
        return new WebhookReceiverBuilder(name);
    }

    @Override
    public WebhookResponse receive(WebhookRequest given) {
        Deadline deadline = new Deadline(settings.deadline);
        Watch watch = Watchdog.SHARED.interrupt(settings.deadline);
        try (watch) {
            WebhookRequest request = settings.publicUrl == null ? given : given.publicUrl(settings.publicUrl);
            WebhookResponse response = received(settings.sources.located(request), deadline, watch);
            // What was interrupted has decided nothing.
            boolean decided = response.isAccepted() || response.status() >= 500 || !watch.isLate();
            return decided ? response : late();
        } catch (RuntimeException | StackOverflowError e) {
            if (watch.isLate()) {
                return late();
            }
            LOG.error("{}: a request could not be received", settings.name, e);
            return StandardResponses.FAILED;
        }
    }

    private WebhookResponse late() {
        LOG.warn(
                "{}: a request could not be received in {}, the sender is to come again",
                settings.name,
                settings.deadline);
        return StandardResponses.BUSY;
    }

    private WebhookResponse received(WebhookRequest request, Deadline deadline, Watch watch) {
        if (!settings.sources.allows(request)) {
            return refuse(request, StandardResponses.TOO_MANY, "its source sends too many");
        }
        for (Handshake handshake : settings.handshakes) {
            Optional<WebhookResponse> response = handshake.beforeVerification(request);
            if (response.isPresent()) {
                return response.get();
            }
        }
        if (!settings.methods.contains(request.method())) {
            return refuse(request, StandardResponses.METHOD_NOT_ALLOWED, "the method is not taken")
                    .header("Allow", String.join(", ", settings.methods));
        }
        if (request.body().length > settings.maxBody) {
            return refuse(request, StandardResponses.TOO_LARGE, "it is larger than " + settings.maxBody + " bytes");
        }
        if (isCutOff(request)) {
            return refuse(request, StandardResponses.BAD_REQUEST, BodyLength.CUT_OFF);
        }
        Instant now = settings.time.now();
        SignedData signed = null;
        for (Verifier verifier : settings.verifiers) {
            VerificationResult verdict = verifier.verify(request, now);
            if (!verdict.isAccepted()) {
                return refuse(request, StandardResponses.UNAUTHORIZED, verdict.toString());
            }
            SignedData data = verdict.data(request, verifier);
            signed = signed == null ? data : signed.and(data);
        }
        return accepted(
                request, signed == null ? SignedData.everything(request, Places.NONE) : signed, now, deadline, watch);
    }

    /** From here on, only what is signed counts; the request itself is for the log and for handshakes. */
    private WebhookResponse accepted(
            WebhookRequest request, SignedData data, Instant now, Deadline deadline, Watch watch) {
        try {
            Payload payload = settings.reader.payload(data);
            for (Handshake handshake : settings.handshakes) {
                Optional<WebhookResponse> response = handshake.afterVerification(request, payload.tree());
                if (response.isPresent()) {
                    return response.get();
                }
            }
            List<WebhookEvent> events = settings.reader.events(data, payload, settings.reader.origin(request), now);
            captures.forEach(capture -> events.forEach(capture::record));
            return once(data.fingerprints(), events, deadline, watch);
        } catch (BodyParser.TooLargeException e) {
            return refuse(request, StandardResponses.TOO_LARGE, e.toString());
        } catch (BodyParser.UnsupportedException e) {
            return refuse(request, StandardResponses.UNSUPPORTED, e.toString());
        } catch (IOException e) {
            return refuse(request, StandardResponses.BAD_REQUEST, "it can't be read: " + e);
        }
    }

    /**
     * What is signed is taken once, whatever ids are found in it: an event that has an id of its own is known by both. What comes with
     * the same id but is signed anew is known by the id alone.
     */
    private WebhookResponse once(List<String> fingerprints, List<WebhookEvent> events, Deadline deadline, Watch watch) {
        Supplier<WebhookResponse> work =
                () -> mailbox == null ? handled(events, deadline, watch) : stored(events, mailbox, deadline);
        // A request that is known by another signature has another id.
        boolean isAlone = settings.verifiers.stream().noneMatch(AnyOfVerifier.class::isInstance);
        boolean same = isAlone
                && mailbox == null
                && events.size() == 1
                && fingerprints.equals(List.of(events.get(0).id()));
        if (same) {
            return work.get();
        }
        // Each waits for the next, in an order that is always the same.
        for (String fingerprint : fingerprints) {
            Supplier<WebhookResponse> inner = work;
            work = () -> requests.once(fingerprint, deadline, inner, () -> {
                LOG.debug("{}: what was signed has come before", settings.name);
                return events.isEmpty() ? StandardResponses.OK : settings.answer.of(events.get(events.size() - 1));
            });
        }
        WebhookResponse response = work.get();
        if (fingerprints.size() > 1 && response.isAccepted()) {
            // One of them was known perhaps; from now on all are.
            for (String fingerprint : fingerprints) {
                var unused = requests.once(fingerprint, deadline, () -> response, () -> response);
            }
        }
        return response;
    }

    private static boolean isCutOff(WebhookRequest request) {
        return request.fields().announceMoreThan(request.body().length);
    }

    private WebhookResponse stored(List<WebhookEvent> events, Mailbox inbox, Deadline deadline) {
        try {
            if (!inbox.put(events.stream().map(WebhookEvent::toTriggerEvent).toList(), deadline.left())) {
                return StandardResponses.BUSY;
            }
        } catch (StateException e) {
            LOG.error(
                    "{}: {} events could not be stored, the sender is to come again", settings.name, events.size(), e);
            return StandardResponses.BUSY;
        }
        return events.isEmpty() ? StandardResponses.OK : settings.answer.of(events.get(events.size() - 1));
    }

    private WebhookResponse handled(List<WebhookEvent> events, Deadline deadline, Watch watch) {
        WebhookResponse response = StandardResponses.OK;
        for (WebhookEvent event : events) {
            response = once(event, deadline, watch);
            if (!response.isAccepted()) {
                return response;
            }
        }
        return response;
    }

    private WebhookResponse once(WebhookEvent event, Deadline deadline, Watch watch) {
        return receipts.once(event.id(), deadline, () -> handle(event, watch), () -> {
            LOG.debug("{} has come before", event);
            return settings.answer.of(event);
        });
    }

    private WebhookResponse handle(WebhookEvent event, Watch watch) {
        try {
            return event.key().isEmpty() ? settings.responder.respond(event) : inTurn(event);
        } catch (Exception | LinkageError | AssertionError | StackOverflowError e) {
            if (watch.isLate()) {
                LOG.warn("{} could not be handled in {}", event, settings.deadline, e);
            } else {
                LOG.warn("{} could not be handled", event, e);
            }
            if (e instanceof InterruptedException && !watch.isLate()) {
                Thread.currentThread().interrupt();
            }
            return StandardResponses.FAILED;
        }
    }

    /** One event of a key after the other. */
    private WebhookResponse inTurn(WebhookEvent event) throws Exception {
        Lock turn = turns.get(Math.floorMod(event.key().hashCode(), turns.size()));
        turn.lockInterruptibly();
        try {
            return settings.responder.respond(event);
        } finally {
            turn.unlock();
        }
    }

    @Override
    public int maxBody() {
        return settings.maxBody;
    }

    @Override
    public Duration bodyTimeout() {
        return settings.bodyTimeout;
    }

    /**
     * Says what would happen to a request, and why: without handling it, and without asking the handshakes. For the developer: it tells much that no sender must know.
     *
     * @param given a request, such as one that was refused
     * @param others secrets that may have signed it, such as old ones: none of them is accepted by this
     * @return where it ends, and what the cause is likely to be
     */
    public RequestDiagnosis explain(WebhookRequest given, Secret... others) {
        Arguments.notNull(given, "webhook request");
        List<Secret> candidates = Arguments.all(others, "secrets to try");
        WebhookRequest named = settings.publicUrl == null ? given : given.publicUrl(settings.publicUrl);
        WebhookRequest request = settings.sources.located(named);
        if (!settings.methods.contains(request.method())) {
            return new RequestDiagnosis(
                    DiagnosisStep.METHOD,
                    Texts.visible(request.method()) + " is not taken",
                    List.of("taken are " + settings.methods));
        }
        if (request.body().length > settings.maxBody) {
            return new RequestDiagnosis(
                    DiagnosisStep.SIZE,
                    "the body has " + request.body().length + " bytes",
                    List.of("maxBody is " + settings.maxBody));
        }
        Instant now = settings.time.now();
        SignedData signed = null;
        for (Verifier verifier : settings.verifiers) {
            VerificationResult verdict = verifier.verify(request, now);
            if (!verdict.isAccepted()) {
                return new RequestDiagnosis(
                        DiagnosisStep.VERIFICATION,
                        verdict.toString(),
                        hints(verifier, verdict, request, now, candidates));
            }
            SignedData data = verdict.data(request, verifier);
            signed = signed == null ? data : signed.and(data);
        }
        if (isCutOff(request)) {
            return new RequestDiagnosis(
                    DiagnosisStep.BODY,
                    SignatureDiagnostics.length(request).orElse(BodyLength.CUT_OFF),
                    List.of(BodyLength.CAUSES));
        }
        SignedData data = signed == null ? SignedData.everything(request, Places.NONE) : signed;
        try {
            var unused = settings.reader.payload(data);
            return new RequestDiagnosis(DiagnosisStep.ACCEPTED, "", List.of());
        } catch (IOException e) {
            List<String> hints = data.isEverything()
                    ? List.of()
                    : List.of(
                            "Content-Type is not signed, so it does not count: if the service sends bodies of another media type,"
                                    + " say so by readAs(...)");
            return new RequestDiagnosis(DiagnosisStep.BODY, Texts.visible(String.valueOf(e.getMessage())), hints);
        }
    }

    private static List<String> hints(
            Verifier verifier, VerificationResult verdict, WebhookRequest request, Instant now, List<Secret> others) {
        if (verifier instanceof SignatureVerifier signature) {
            return SignatureDiagnostics.of(signature, verdict, request, now, others);
        }
        if (verifier instanceof AnyOfVerifier any) {
            return any.all().stream()
                    .flatMap(one -> hints(one, one.verify(request, now), request, now, others).stream())
                    .distinct()
                    .toList();
        }
        return List.of();
    }

    /**
     * Takes the next events as samples too.
     *
     * @param max how many, 1 to 1000
     * @return the samples, to be closed when there are enough
     * @throws InvalidDefinitionException when it is out of range
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
     * How many events of the inbox are waiting, or being handled.
     *
     * @return 0 without an inbox
     */
    public int pendingCount() {
        return mailbox == null ? 0 : mailbox.pendingCount();
    }

    /**
     * The events of the inbox that no attempt could get handled; {@link WebhookEvent#of} makes events of a webhook of them.
     *
     * @return the oldest first; none without an inbox
     */
    public List<DeadLetter> deadLetters() {
        return mailbox == null ? List.of() : mailbox.deadLetters();
    }

    /**
     * Has a dead letter handled once more, from the first attempt on.
     *
     * @param id the id of its event
     * @return whether there is such a dead letter
     */
    public boolean replay(String id) {
        return mailbox != null && mailbox.replay(id);
    }

    /**
     * Gives up a dead letter.
     *
     * @param id the id of its event
     * @return whether there is such a dead letter
     */
    public boolean discard(String id) {
        return mailbox != null && mailbox.discard(id);
    }

    /** Stops handling what is in the inbox, and waits for what is being handled. The inbox itself is closed by whoever made it. */
    @Override
    public void close() {
        if (mailbox != null) {
            mailbox.close();
        }
    }

    /** The sender learns the status, the log learns why. */
    private WebhookResponse refuse(WebhookRequest request, WebhookResponse response, String why) {
        LOG.info("{}: {} is answered {}: {}", settings.name, request, response.status(), Texts.visible(why));
        return response;
    }
}
