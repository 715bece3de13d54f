package io.httpconnector.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.TimeSource;
import io.httpconnector.internal.Arguments;
import io.httpconnector.trigger.Delivery;
import io.httpconnector.webhook.inbox.Inbox;
import io.httpconnector.webhook.inbox.Inbox.Settings;
import io.httpconnector.webhook.inbox.Mailbox;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Builder for {@link WebhookReceiver}. Not thread-safe; the receivers it builds are. */
public final class WebhookReceiverBuilder extends ReceiverOptionsBuilder {

    private final String name;
    private final List<Verifier> verifiers = new ArrayList<>();
    private final List<Handshake> handshakes = new ArrayList<>();
    private @Nullable HttpConnection connection;
    private @Nullable DeliveredSecrets deliveredSecrets;
    private @Nullable ManagedSubscription subscription;
    private boolean unverified;
    private @Nullable WebhookHandler handler;
    private @Nullable WebhookResponder responder;
    private @Nullable TenantRoutes tenants;
    private @Nullable Inbox inbox;
    private UnaryOperator<Delivery> delivery = UnaryOperator.identity();
    private TimeSource time = TimeSource.SYSTEM;
    private final List<WebhookListener> listeners = new ArrayList<>();

    WebhookReceiverBuilder(String name) {
        this.name = name;
    }

    @Override
    WebhookReceiverBuilder self() {
        return this;
    }

    /**
     * Adds verifiers. If there are several, all must accept a request.
     *
     * @param all such as {@code Signatures.github(secret)}
     * @return this builder
     */
    public WebhookReceiverBuilder verify(Verifier... all) {
        verifiers.addAll(Arguments.all(all, "verify"));
        return this;
    }

    /**
     * Adds handshakes that a service performs before it sends events. The first handshake that returns a response is used.
     *
     * @param all such as {@code Handshakes.slack()}
     * @return this builder
     */
    public WebhookReceiverBuilder handshake(Handshake... all) {
        handshakes.addAll(Arguments.all(all, "handshake"));
        return this;
    }

    /**
     * Accepts requests without verification: from anyone who knows the URL.
     *
     * @return this builder
     */
    public WebhookReceiverBuilder unverified() {
        definition.replacedByCode("unverified");
        this.unverified = true;
        return this;
    }

    /**
     * Sets the event handler.
     *
     * @param handler called with each event, by many threads concurrently
     * @return this builder
     */
    public WebhookReceiverBuilder handler(WebhookHandler handler) {
        this.handler = handler;
        return this;
    }

    /**
     * Sets an event handler that also determines the response.
     *
     * @param responder called with each event, by many threads concurrently; for a batch, the response to the last event is sent
     * @return this builder
     */
    public WebhookReceiverBuilder responder(WebhookResponder responder) {
        this.responder = responder;
        return this;
    }

    /**
     * Sets the handlers of the tenants that share the URL of this receiver, instead of one handler. A failing handler does not affect
     * the events of other tenants.
     *
     * @param routes the tenants, which may be added and removed at any time; requires {@link #tenant}
     * @return this builder
     */
    public WebhookReceiverBuilder tenants(TenantRoutes routes) {
        this.tenants = Arguments.notNull(routes, "routes of tenants");
        return this;
    }

    /**
     * Returns whether a handler is set.
     *
     * @return true after {@link #handler}, {@link #responder} or {@link #tenants}
     */
    public boolean hasHandler() {
        return handler != null || responder != null || tenants != null;
    }

    /**
     * Adds listeners that are notified of each request, for metrics, tracing and alerts.
     *
     * @param all such as {@code outcome -> requests.increment(outcome.status())}
     * @return this builder
     */
    public WebhookReceiverBuilder listener(WebhookListener... all) {
        listeners.addAll(Arguments.all(all, "listeners"));
        return this;
    }

    /**
     * Sets an inbox: the receiver responds as soon as an event is stored, and handles it afterwards. The handler may then be
     * slow, and failures are retried here without involving the sender.
     *
     * @param inbox an inbox, to be closed by its owner after the receiver
     * @return this builder
     */
    public WebhookReceiverBuilder inbox(Inbox inbox) {
        this.inbox = inbox;
        return this;
    }

    /**
     * Configures attempts, backoff and concurrency of the delivery of events from the inbox.
     *
     * @param change such as {@code delivery -> delivery.concurrently(8).attempts(10)}; by default 5 attempts, and one event at a
     *     time
     * @return this builder
     */
    public WebhookReceiverBuilder delivery(UnaryOperator<Delivery> change) {
        this.delivery = change;
        return this;
    }

    /**
     * Sets the time source, for tests.
     *
     * @param time the system time source by default
     * @return this builder
     */
    public WebhookReceiverBuilder timeSource(TimeSource time) {
        this.time = time;
        return this;
    }

    /**
     * Returns the definition of the receiver as JSON, to be saved: without handler, inbox, connection and time source, which
     * belong to the application. Secrets are referenced by name only.
     *
     * @return JSON that {@link #definition} reads
     * @throws InvalidDefinitionException if a verifier or handshake was set in Java (to be saved, it must come from a
     *     definition), or if the definition is invalid
     */
    public ObjectNode toJson() {
        if (!definition.problems().isEmpty()) {
            throw new InvalidDefinitionException("webhook receiver \"" + name + "\"", definition.problems());
        }
        if (!verifiers.isEmpty() || !handshakes.isEmpty()) {
            throw new InvalidDefinitionException(
                    "webhook receiver \"" + name + "\"",
                    List.of("verify and handshake: only those set by definition(...) can be saved"));
        }
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        definition.writeTo(json);
        json.put("unverified", unverified);
        options.writeTo(json);
        JsonNode settings = delivery(Delivery.to(event -> {})).settings();
        if (!settings.isEmpty()) {
            json.set("delivery", settings);
        }
        return json;
    }

    /**
     * Sets the saved or user-supplied definition of the receiver. {@link #build()} reports all problems, each with its JSON
     * Pointer (RFC 6901). The order of members is irrelevant.
     *
     * @param json a member for each method of this builder that takes no code; all are optional
     * @param secrets the secrets, by the names used in the definition
     * @return this builder
     */
    public WebhookReceiverBuilder definition(JsonNode json, Map<String, Secret> secrets) {
        definition.read(json, SecretNames.of(secrets), reader -> ReceiverDefinitionCodec.read(reader, this));
        return this;
    }

    /**
     * Sets the definition of the receiver, whose secrets are looked up by name, such as in a vault.
     *
     * @param json as for {@link #definition(JsonNode, Map)}
     * @param secrets returns the secret of a name, or null if there is none; called by {@link #build()}
     * @return this builder
     */
    public WebhookReceiverBuilder definition(JsonNode json, Function<String, @Nullable Secret> secrets) {
        definition.read(json, SecretNames.of(secrets), reader -> ReceiverDefinitionCodec.read(reader, this));
        return this;
    }

    /**
     * Sets the definition of the receiver, whose secrets are looked up by name, with an advice for missing ones.
     *
     * @param json as for {@link #definition(JsonNode, Map)}
     * @param secrets returns the secret of a name, or null if there is none; called by {@link #build()}
     * @param advice returns how the user of the application sets a missing secret, as the end of a message
     * @return this builder
     */
    public WebhookReceiverBuilder definition(
            JsonNode json, Function<String, @Nullable Secret> secrets, UnaryOperator<String> advice) {
        definition.read(json, SecretNames.of(secrets, advice), reader -> ReceiverDefinitionCodec.read(reader, this));
        return this;
    }

    void unverified(boolean flag) {
        this.unverified = flag;
    }

    /** The delivery settings made in Java, applied on top of those of the definition. */
    private Delivery delivery(Delivery start) {
        return Arguments.notNull(Arguments.notNull(delivery, "delivery").apply(definition.applyTo(start)), "delivery");
    }

    /**
     * Sets the connection by which verifiers and handshakes of a definition fetch keys and certificates and confirm
     * subscriptions.
     *
     * @param connection a connection, to be closed by its owner after the receiver
     * @return this builder
     */
    public WebhookReceiverBuilder connection(HttpConnection connection) {
        this.connection = connection;
        return this;
    }

    /**
     * Sets the store of the secrets that services deliver in a handshake of a definition, such as Asana and Notion.
     *
     * @param store a durable store
     * @return this builder
     */
    public WebhookReceiverBuilder deliveredSecrets(DeliveredSecrets store) {
        this.deliveredSecrets = Arguments.notNull(store, "store of delivered secrets");
        return this;
    }

    /**
     * Receives the events of a managed subscription: adds the verifier and the handshakes of its service with all secrets that are
     * valid at the time, and consumes notifications about the subscription itself.
     *
     * @param subscription such as a {@code WebhookSubscription}, to be closed by its owner
     * @return this builder
     */
    public WebhookReceiverBuilder subscription(ManagedSubscription subscription) {
        this.subscription = Arguments.notNull(subscription, "subscription");
        return this;
    }

    /**
     * Builds the receiver.
     *
     * @return the receiver
     * @throws InvalidDefinitionException if a setting is missing or invalid; reports all problems
     */
    public WebhookReceiver build() {
        List<String> problems = new ArrayList<>(definition.problems());
        List<Verifier> allVerifiers = new ArrayList<>(verifiers);
        VerifierDefinitionReader context = definition.context(deliveredSecrets, connection);
        allVerifiers.addAll(definition.verifiers(context, problems));
        List<Handshake> allHandshakes = new ArrayList<>(handshakes);
        allHandshakes.addAll(definition.handshakes(context, problems));
        SubscribedParts subscribed = SubscribedParts.of(subscription, connection, problems);
        allVerifiers.addAll(subscribed.verifiers());
        allHandshakes.addAll(0, subscribed.handshakes());
        if (name == null || name.isBlank()) {
            problems.add("name: it is missing");
        }
        if (tenants != null && (handler != null || responder != null)) {
            problems.add("tenants: the tenants have the handlers; omit handler(...) and responder(...)");
        } else if (tenants == null && (handler == null) == (responder == null)) {
            problems.add("handler: use either handler(event -> ...) or responder(event -> ...)");
        }
        if (inbox != null && responder != null) {
            problems.add(
                    "responder: with an inbox, the response is sent before the event is handled; use handler(...)");
        }
        if (delivery == null) {
            problems.add("delivery: it is null");
        }
        boolean verified = !verifiers.isEmpty()
                || definition.hasVerifiers()
                || !subscribed.verifiers().isEmpty();
        if (!verified && !unverified && !definition.hasVerifyProblems()) {
            problems.add(
                    "verify: no verifier is configured; use verify(...), or unverified() to accept requests from anyone");
        }
        if (verified && unverified) {
            problems.add("unverified: it contradicts verify(...)");
        }
        options.check(problems);
        if (time == null) {
            problems.add("timeSource: it is null");
        }
        options.checkTenant(allVerifiers, tenants, problems);
        checkMediaTypes(allVerifiers, problems);
        List<Handshake> guarded =
                ChallengeGuard.of(allVerifiers, options.readAs()).guard(allHandshakes, time, problems);
        ResponseFactory response = EncryptedResponse.factory(
                allVerifiers, options.responseFactory(problems), options.hasResponse(), time, problems);
        if (!problems.isEmpty()) {
            throw new InvalidDefinitionException("webhook receiver \"" + name + "\"", definition.locate(problems));
        }
        options.warnOfUnsigned(name, allVerifiers);
        return new WebhookReceiver(
                new ReceiverSettings(
                        name,
                        List.copyOf(allVerifiers),
                        List.copyOf(guarded),
                        Set.copyOf(options.methods),
                        observers().observe(chosenResponder(response)),
                        tenants,
                        response,
                        new EventReader(options.selectors(name, allVerifiers, tenants)),
                        new SenderLimiter(options.hops, options.maxPerSource, options.period, time),
                        options.publicUrl,
                        options.maxBody,
                        options.bodyTimeout,
                        options.deadline,
                        time,
                        observers(),
                        subscribed.refresh()),
                new DeduplicationFilter(options.window, options.maxIds, time),
                mailbox());
    }

    private static void checkMediaTypes(List<Verifier> all, List<String> problems) {
        try {
            all.forEach(VerificationResult::mediaTypes);
        } catch (InvalidDefinitionException e) {
            e.problems().forEach(problem -> problems.add("verify: " + problem));
        }
    }

    private @Nullable Mailbox mailbox() {
        WebhookHandler plain = chosenHandler();
        return inbox == null || plain == null
                ? null
                : inbox.open(new Settings(
                        name,
                        observers().observe(delivery(Delivery.to(event -> plain.handle(WebhookEvent.of(event))))),
                        options.window,
                        options.maxIds,
                        time));
    }

    private ReceiverListeners observers() {
        List<WebhookListener> all = new ArrayList<>(listeners);
        if (subscription != null) {
            all.add(subscription.listener());
        }
        return new ReceiverListeners(name, List.copyOf(all));
    }

    /** The handler of all events; null if there is a responder. */
    private @Nullable WebhookHandler chosenHandler() {
        return tenants == null ? handler : new TenantDispatcher(tenants, observers())::handle;
    }

    private WebhookResponder chosenResponder(ResponseFactory response) {
        WebhookHandler plain = chosenHandler();
        if (responder != null || plain == null) {
            return Objects.requireNonNull(responder);
        }
        return event -> {
            plain.handle(event);
            return response.of(event);
        };
    }
}
