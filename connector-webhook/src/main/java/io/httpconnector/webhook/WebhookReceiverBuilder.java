package io.httpconnector.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.TimeSource;
import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.trigger.Delivery;
import io.httpconnector.webhook.EventReader.EventSelectors;
import io.httpconnector.webhook.VerifierDefinitionReader.Recipe;
import io.httpconnector.webhook.WebhookReceiver.ReceiverSettings;
import io.httpconnector.webhook.inbox.Inbox;
import io.httpconnector.webhook.inbox.Inbox.Settings;
import io.httpconnector.webhook.inbox.Mailbox;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Describes a receiver. For one thread; what it builds is for many. */
public final class WebhookReceiverBuilder {

    private static final Logger LOG = LoggerFactory.getLogger(WebhookReceiverBuilder.class);
    private static final int MEGABYTE = 1024 * 1024;

    private final String name;
    private final List<Verifier> verifiers = new ArrayList<>();
    private final List<Handshake> handshakes = new ArrayList<>();
    private final List<JsonNode> describedVerifiers = new ArrayList<>();
    private final List<JsonNode> describedHandshakes = new ArrayList<>();
    private final List<Recipe<Verifier>> verifierRecipes = new ArrayList<>();
    private final List<Recipe<Handshake>> handshakeRecipes = new ArrayList<>();
    private final List<String> wrong = new ArrayList<>();
    private Map<String, Secret> secrets = Map.of();
    private @Nullable HttpConnection connection;
    private @Nullable JsonNode describedDelivery;
    private boolean verifyIsDoubtful;
    private boolean unverified;
    private @Nullable WebhookHandler handler;
    private @Nullable WebhookResponder responder;
    private Set<String> methods = Set.of("POST");
    private WebhookResponse fixedAnswer = StandardResponses.OK;
    private int answerStatus = 200;
    private @Nullable String answerTemplate;
    private Duration deadline = Duration.ofSeconds(10);
    private Duration window = Duration.ofHours(24);
    private int mostIds = 100_000;
    private @Nullable ValueSelector id;
    private @Nullable ValueSelector type;
    private @Nullable ValueSelector key;
    private @Nullable ValueSelector each;
    private static final Pattern PUBLIC_URL = Pattern.compile(
            "(?i)https?://(?:[a-z0-9._~-]+|\\[[0-9a-f:.]+])(?::[0-9]{1,5})?(?:/(?:[a-z0-9._~!$&'()*+,;=:@/-]|%[0-9a-f]{2})*)?");

    private @Nullable ValueSelector jsonIn;
    private @Nullable String mediaType;
    private @Nullable String publicUrl;
    private int maxBody = MEGABYTE;
    private @Nullable Inbox inbox;
    private int hops;
    private int mostPerSource;
    private boolean limited;
    private Duration period = Duration.ofSeconds(1);
    private UnaryOperator<Delivery> delivery = UnaryOperator.identity();
    private Duration bodyTimeout = Duration.ofSeconds(10);
    private TimeSource time = TimeSource.SYSTEM;

    WebhookReceiverBuilder(String name) {
        this.name = name;
    }

    /**
     * Sets how requests are verified. Those of several must all accept.
     *
     * @param all such as {@code Signatures.github(secret)}
     * @return this builder
     */
    public WebhookReceiverBuilder verify(Verifier... all) {
        verifiers.addAll(Arguments.all(all, "verify"));
        return this;
    }

    /**
     * Sets how questions are answered that a service asks before it sends events. The first that knows an answer gives it.
     *
     * @param all such as {@code Handshakes.slack()}
     * @return this builder
     */
    public WebhookReceiverBuilder handshake(Handshake... all) {
        handshakes.addAll(Arguments.all(all, "handshake"));
        return this;
    }

    /**
     * Takes requests of whoever knows the URL.
     *
     * @return this builder
     */
    public WebhookReceiverBuilder unverified() {
        this.unverified = true;
        return this;
    }

    /**
     * Sets what handles the events.
     *
     * @param handler is given each event, by many threads at once
     * @return this builder
     */
    public WebhookReceiverBuilder handler(WebhookHandler handler) {
        this.handler = handler;
        return this;
    }

    /**
     * Sets what handles the events and says what to answer.
     *
     * @param responder is given each event, by many threads at once; of a batch, the answer for the last one is sent
     * @return this builder
     */
    public WebhookReceiverBuilder responder(WebhookResponder responder) {
        this.responder = responder;
        return this;
    }

    /**
     * Sets what is answered when an event was taken.
     *
     * @param response a 2xx; {@code 200 {"status":"ok"}} by default
     * @return this builder
     */
    public WebhookReceiverBuilder response(WebhookResponse response) {
        this.fixedAnswer = response;
        return this;
    }

    /**
     * Sets what is answered when an event was taken, instead of {@link #response}: JSON with the pills of the event, which are {@code event.id},
     * {@code event.type}, {@code event.key}, {@code event.time}, {@code event.payload}, {@code event.headers} and
     * {@code event.query}.
     *
     * @param status a 2xx
     * @param template such as {@code {"received": "{{event.payload.id}}"}}
     * @return this builder
     */
    public WebhookReceiverBuilder responseJson(int status, String template) {
        this.answerStatus = status;
        this.answerTemplate = template;
        return this;
    }

    /**
     * Sets how long a handler may take, before its thread is interrupted and the event counts as not handled.
     *
     * @param time 10 ms to 10 minutes; 10 seconds by default, as many senders wait no longer
     * @return this builder
     */
    public WebhookReceiverBuilder deadline(Duration time) {
        this.deadline = time;
        return this;
    }

    /**
     * Answers when an event is in an inbox, and handles it after that. The handler may take its time then, and a failure is tried again
     * here: the sender need not know.
     *
     * @param inbox an inbox, to be closed by its owner after the receiver
     * @return this builder
     */
    public WebhookReceiverBuilder inbox(Inbox inbox) {
        this.inbox = inbox;
        return this;
    }

    /**
     * Sets how often it is tried to get an event of the inbox handled, and how many at once.
     *
     * @param change such as {@code delivery -> delivery.concurrently(8).attempts(10)}; by default one at a time and 5 attempts
     * @return this builder
     */
    public WebhookReceiverBuilder delivery(UnaryOperator<Delivery> change) {
        this.delivery = change;
        return this;
    }

    /**
     * Sets how long it is remembered which events have been handled: repetitions are acknowledged and not handled again.
     *
     * @param window 0 to 30 days; 24 hours by default
     * @param max how many events at most, 1 to 10 million; 100,000 by default, at about 150 bytes each
     * @return this builder
     */
    public WebhookReceiverBuilder remember(Duration window, int max) {
        this.window = window;
        this.mostIds = max;
        return this;
    }

    /**
     * Sets which methods are taken.
     *
     * @param all such as {@code POST}, which is the default; {@code GET} for services that put everything into the query
     * @return this builder
     */
    public WebhookReceiverBuilder methods(String... all) {
        this.methods = new TreeSet<>(Arguments.all(all, "methods"));
        return this;
    }

    /**
     * Sets where the id of an event stands; by default where the verifier says. It counts only when it is signed: otherwise, and when
     * there is none, what is signed tells the events apart. When nothing is signed and there is no id, each request is an event of
     * its own.
     *
     * @param place such as {@code ValueSelector.body("/id")}
     * @return this builder
     */
    public WebhookReceiverBuilder id(ValueSelector place) {
        this.id = place;
        return this;
    }

    /**
     * Sets where it stands what kind of event it is; by default where the verifier says. It counts only when it is signed.
     *
     * @param place such as {@code ValueSelector.body("/type")}
     * @return this builder
     */
    public WebhookReceiverBuilder type(ValueSelector place) {
        this.type = place;
        return this;
    }

    /**
     * Sets where it stands what an event is about, so that those about the same are handled in the order in which they came. It counts
     * only when it is signed.
     *
     * @param place such as {@code ValueSelector.body("/customer/id")}
     * @return this builder
     */
    public WebhookReceiverBuilder key(ValueSelector place) {
        this.key = place;
        return this;
    }

    /**
     * Sets where a list of events stands: each of its elements is an event then, and places in the body are places in the element.
     *
     * @param pointer a JSON pointer, such as {@code /events}; empty for a body that is a list
     * @return this builder
     */
    public WebhookReceiverBuilder each(String pointer) {
        this.each = ValueSelector.list(Arguments.notNull(pointer, "each"));
        return this;
    }

    /**
     * Reads a field of the body that holds JSON as a text, such as the form field {@code payload} of GitHub and Slack, or the
     * {@code Message} of Amazon SNS: the tree takes the place of the text, also for the other places in the body. A text that is no
     * JSON stays one; a request with an empty one is refused as malformed.
     *
     * @param pointer a JSON pointer, such as {@code /payload}
     * @return this builder
     */
    public WebhookReceiverBuilder jsonIn(String pointer) {
        this.jsonIn = ValueSelector.body(Arguments.notNull(pointer, "jsonIn"));
        return this;
    }

    /**
     * Sets the media type of the bodies. By default the verifier says it. Otherwise, {@code Content-Type} does if it is signed, or if the
     * sender is known by a token, an address or a certificate; and if not, the body itself decides.
     *
     * @param mediaType such as {@code application/json}
     * @return this builder
     */
    public WebhookReceiverBuilder readAs(String mediaType) {
        this.mediaType = mediaType;
        return this;
    }

    /**
     * Sets the URL at which the sender knows this receiver: some services sign it.
     *
     * @param url such as {@code https://app.example.com/hooks/leads}, as it was given to the service: {@code http} or {@code https}, with
     *     a host, without user, query and fragment; null when there is none
     * @return this builder
     * @throws InvalidDefinitionException when it is no such URL
     */
    public WebhookReceiverBuilder publicUrl(@Nullable String url) {
        if (url != null && !PUBLIC_URL.matcher(url).matches()) {
            throw new InvalidDefinitionException(
                    "publicUrl",
                    List.of("\"" + Texts.visible(url)
                            + "\" is no URL with http or https and a host, without user, query and fragment: use such as"
                            + " https://app.example.com/hooks/leads"));
        }
        this.publicUrl = url;
        return this;
    }

    /**
     * Sets how many proxies of your own stand before the server. Each adds to {@code X-Forwarded-For} the address that it has seen;
     * what stands there besides, anybody can have written.
     *
     * @param hops 0 (the default) to 10
     * @return this builder
     */
    public WebhookReceiverBuilder trustedHops(int hops) {
        this.hops = hops;
        return this;
    }

    /**
     * Sets how many requests a source may send, genuine or not; more are answered 429.
     *
     * @param max 1 to a million; no limit by default
     * @param period 1 second to 24 hours
     * @return this builder
     */
    public WebhookReceiverBuilder limitPerSource(int max, Duration period) {
        this.mostPerSource = max;
        this.period = period;
        this.limited = true;
        return this;
    }

    /**
     * Sets how large a body may be.
     *
     * @param bytes 1 byte to 100 MB; 1 MB by default
     * @return this builder
     */
    public WebhookReceiverBuilder maxBody(int bytes) {
        this.maxBody = bytes;
        return this;
    }

    /**
     * Sets how long a sender may take to send the body.
     *
     * @param time 10 ms to 10 minutes; 10 seconds by default
     * @return this builder
     */
    public WebhookReceiverBuilder bodyTimeout(Duration time) {
        this.bodyTimeout = time;
        return this;
    }

    /**
     * Sets where the time comes from: for tests.
     *
     * @param time the system's by default
     * @return this builder
     */
    public WebhookReceiverBuilder timeSource(TimeSource time) {
        this.time = time;
        return this;
    }

    /**
     * What was said about the receiver, as JSON, to be saved: without handler, inbox, connection and time, which are the
     * application's. Secrets stand in it by their names only.
     *
     * @return what {@link #definition} reads
     * @throws InvalidDefinitionException when a verifier or a handshake is an object of Java: to be saved, it must come from a
     *     definition; and when something is wrong with the definition
     */
    public ObjectNode toJson() {
        if (!wrong.isEmpty()) {
            throw new InvalidDefinitionException("webhook receiver \"" + name + "\"", wrong);
        }
        if (!verifiers.isEmpty() || !handshakes.isEmpty()) {
            throw new InvalidDefinitionException(
                    "webhook receiver \"" + name + "\"",
                    List.of("verify and handshake: to be saved, they must be said by definition(...)"));
        }
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.putArray("verify").addAll(describedVerifiers);
        json.putArray("handshake").addAll(describedHandshakes);
        json.put("unverified", unverified);
        methods.forEach(json.putArray("methods")::add);
        json.set("response", ReceiverDefinitionCodec.written(Arguments.notNull(fixedAnswer, "response")));
        if (answerTemplate != null) {
            json.putObject("responseJson").put("status", answerStatus).put("template", answerTemplate);
        }
        JsonNode settings = delivery(Delivery.to(event -> {})).settings();
        if (!settings.isEmpty()) {
            json.set("delivery", settings);
        }
        json.put("deadline", deadline.toString());
        json.putObject("remember").put("window", window.toString()).put("events", mostIds);
        Map<String, @Nullable ValueSelector> parts = new LinkedHashMap<>();
        parts.put("id", id);
        parts.put("type", type);
        parts.put("key", key);
        parts.forEach((name, part) -> {
            if (part != null) {
                json.set(name, part.toJson());
            }
        });
        Map<String, @Nullable String> texts = new LinkedHashMap<>();
        texts.put("each", each == null ? null : each.name);
        texts.put("jsonIn", jsonIn == null ? null : jsonIn.name);
        texts.put("readAs", mediaType);
        texts.put("publicUrl", publicUrl);
        texts.values().removeIf(Objects::isNull);
        texts.forEach(json::put);
        json.put("trustedHops", hops);
        if (limited) {
            json.putObject("limitPerSource").put("requests", mostPerSource).put("period", period.toString());
        }
        return json.put("maxBody", maxBody).put("bodyTimeout", bodyTimeout.toString());
    }

    /**
     * Says about the receiver what was saved, or what a user has entered. What is wrong with it is said by {@link #build()}, each
     * problem with its JSON Pointer (RFC 6901). The order of members has no meaning.
     *
     * @param json a member for each method of this builder that takes no code; all may be left out
     * @param secrets the secrets, by the names by which the definition calls them
     * @return this builder
     */
    public WebhookReceiverBuilder definition(JsonNode json, Map<String, Secret> secrets) {
        this.secrets = Map.copyOf(Arguments.notNull(secrets, "secrets of a definition"));
        try {
            var unused = JsonObjectReader.read("definition", Arguments.notNull(json, "definition"), reader -> {
                ReceiverDefinitionCodec.read(reader, this);
                // Why nothing says who may send, for example, is known already then.
                verifyIsDoubtful = reader.isDoubtful("verify") || reader.isDoubtful("unverified");
                return this;
            });
        } catch (InvalidDefinitionException e) {
            verifyIsDoubtful |= json == null || !json.isObject();
            e.problems().forEach(problem -> wrong.add(problem.startsWith("/") ? problem : "definition: " + problem));
        }
        return this;
    }

    void described(
            List<JsonNode> verifiersJson,
            List<Recipe<Verifier>> ofVerifiers,
            List<JsonNode> handshakesJson,
            List<Recipe<Handshake>> ofHandshakes) {
        verifiersJson.forEach(json -> describedVerifiers.add(json.deepCopy()));
        handshakesJson.forEach(json -> describedHandshakes.add(json.deepCopy()));
        verifierRecipes.addAll(ofVerifiers);
        handshakeRecipes.addAll(ofHandshakes);
    }

    void unverified(boolean flag) {
        this.unverified = flag;
    }

    void delivery(JsonNode settings) {
        this.describedDelivery = Delivery.to(event -> {}).settings(settings).settings();
    }

    /** The code's delivery, on top of what a definition says. */
    private Delivery delivery(Delivery start) {
        Delivery described = describedDelivery == null ? start : start.settings(describedDelivery);
        return Arguments.notNull(Arguments.notNull(delivery, "delivery").apply(described), "delivery");
    }

    /**
     * Sets what a definition fetches keys and certificates by, and confirms subscriptions.
     *
     * @param connection a connection, to be closed by its owner after the receiver
     * @return this builder
     */
    public WebhookReceiverBuilder connection(HttpConnection connection) {
        this.connection = connection;
        return this;
    }

    /**
     * Builds the receiver.
     *
     * @return the receiver
     * @throws InvalidDefinitionException when something is missing or wrong: lists every problem
     */
    public WebhookReceiver build() {
        List<String> problems = new ArrayList<>(wrong);
        VerifierDefinitionReader described = new VerifierDefinitionReader(secrets, connection);
        List<Verifier> allVerifiers = all(verifiers, verifierRecipes, described, problems);
        List<Handshake> allHandshakes = all(handshakes, handshakeRecipes, described, problems);
        if (name == null || name.isBlank()) {
            problems.add("name: it is missing");
        }
        if ((handler == null) == (responder == null)) {
            problems.add("handler: use either handler(event -> ...) or responder(event -> ...)");
        }
        if (inbox != null && responder != null) {
            problems.add(
                    "responder: with an inbox, the sender is answered before the event is handled; use handler(...)");
        }
        if (delivery == null) {
            problems.add("delivery: it is null");
        }
        if (fixedAnswer == null || !fixedAnswer.isAccepted() || answerStatus < 200 || answerStatus > 299) {
            problems.add("response: to be understood as taken, it must be a 2xx");
        }
        if (methods.isEmpty() || !methods.stream().allMatch(method -> method.matches("[A-Z]{1,20}"))) {
            problems.add("methods: " + methods + " are none, use such as POST");
        }
        boolean verified = !verifiers.isEmpty() || !describedVerifiers.isEmpty();
        if (!verified && !unverified && !verifyIsDoubtful) {
            problems.add(
                    "verify: nothing says who may send; use verify(...), or unverified() to take what anybody sends");
        }
        if (verified && unverified) {
            problems.add("unverified: it contradicts verify(...)");
        }
        if (maxBody < 1 || maxBody > 100 * MEGABYTE) {
            problems.add("maxBody: " + maxBody + " is out of range, use 1 byte to 100 MB");
        }
        if (!within(bodyTimeout, Duration.ofMillis(10), Duration.ofMinutes(10))) {
            problems.add("bodyTimeout: " + bodyTimeout + " is out of range, use 10 ms to 10 minutes");
        }
        if (hops < 0 || hops > 10) {
            problems.add("trustedHops: " + hops + " is out of range, use 0 to 10");
        }
        boolean someLimit = mostPerSource >= 1 && mostPerSource <= 1_000_000;
        if (limited && (!someLimit || !within(period, Duration.ofSeconds(1), Duration.ofDays(1)))) {
            problems.add("limitPerSource: " + mostPerSource + " in " + period
                    + " is out of range, use 1 to a million in 1 second to 24 hours");
        }
        if (!within(deadline, Duration.ofMillis(10), Duration.ofMinutes(10))) {
            problems.add("deadline: " + deadline + " is out of range, use 10 ms to 10 minutes");
        }
        if (!within(window, Duration.ZERO, Duration.ofDays(30)) || mostIds < 1 || mostIds > 10_000_000) {
            problems.add("remember: " + window + " and " + mostIds
                    + " events are out of range, use up to 30 days and 1 to 10 million");
        }
        if (time == null) {
            problems.add("timeSource: it is null");
        }
        checkMediaTypes(allVerifiers, problems);
        ResponseFactory response = answering(problems);
        if (!problems.isEmpty()) {
            throw new InvalidDefinitionException("webhook receiver \"" + name + "\"", problems);
        }
        warnOfUnsigned(allVerifiers);
        return new WebhookReceiver(
                new ReceiverSettings(
                        name,
                        allVerifiers,
                        allHandshakes,
                        Set.copyOf(methods),
                        working(response),
                        response,
                        new EventReader(places(allVerifiers)),
                        new SenderLimiter(hops, mostPerSource, period, time),
                        publicUrl,
                        maxBody,
                        bodyTimeout,
                        deadline,
                        time),
                new DuplicateFilter(window, mostIds, time),
                new DuplicateFilter(window, mostIds, time),
                mailbox());
    }

    private void checkMediaTypes(List<Verifier> all, List<String> problems) {
        try {
            if (mediaType != null) {
                var unused = MediaType.defined(mediaType);
            }
        } catch (InvalidDefinitionException e) {
            e.problems().forEach(problem -> problems.add("readAs: " + problem));
        }
        try {
            all.forEach(MediaType::of);
        } catch (InvalidDefinitionException e) {
            e.problems().forEach(problem -> problems.add("verify: " + problem));
        }
    }

    private @Nullable Mailbox mailbox() {
        WebhookHandler plain = handler;
        return inbox == null || plain == null
                ? null
                : inbox.open(new Settings(
                        name,
                        delivery(Delivery.to(event -> plain.handle(WebhookEvent.of(event)))),
                        window,
                        mostIds,
                        time));
    }

    private ResponseFactory answering(List<String> problems) {
        WebhookResponse fixed = fixedAnswer;
        if (answerTemplate != null) {
            try {
                return ResponseFactory.json(answerStatus, answerTemplate);
            } catch (InvalidDefinitionException e) {
                e.problems().forEach(problem -> problems.add("responseJson: " + problem));
            }
        }
        return event -> fixed;
    }

    private WebhookResponder working(ResponseFactory response) {
        WebhookHandler plain = handler;
        if (responder != null || plain == null) {
            return Objects.requireNonNull(responder);
        }
        return event -> {
            plain.handle(event);
            return response.of(event);
        };
    }

    private EventSelectors places(List<Verifier> all) {
        List<ValueSelector> secretPlaces =
                all.stream().flatMap(verifier -> verifier.secrets().stream()).toList();
        return new EventSelectors(
                name,
                id,
                type,
                key,
                each,
                jsonIn,
                secretPlaces,
                mediaType == null ? null : MediaType.defined(mediaType),
                maxBody);
    }

    private static <T> List<T> all(
            List<T> own, List<Recipe<T>> recipes, VerifierDefinitionReader context, List<String> problems) {
        List<T> all = new ArrayList<>(own);
        for (Recipe<T> recipe : recipes) {
            try {
                all.add(recipe.make(context));
            } catch (InvalidDefinitionException e) {
                problems.addAll(e.problems());
            }
        }
        return List.copyOf(all);
    }

    /** Tells the log which places have no effect, as nobody has signed what is there. */
    private void warnOfUnsigned(List<Verifier> all) {
        boolean signatures = !all.isEmpty() && all.stream().allMatch(SignatureVerifier.class::isInstance);
        Map<String, @Nullable ValueSelector> chosen = new LinkedHashMap<>();
        chosen.put("id", id);
        chosen.put("type", type);
        chosen.put("key", key);
        chosen.forEach((what, part) -> {
            boolean read = part == null
                    || (part.kind == ValueSelector.SelectorType.BODY && !what.equals("id"))
                    || all.stream()
                            .anyMatch(one -> one instanceof SignatureVerifier signature && signature.covers(part));
            if (signatures && !read) {
                LOG.warn(
                        "{}: {}({}) has no effect, as its place is not signed: whoever has seen a request could change it",
                        name,
                        what,
                        part);
            }
        });
    }

    private static boolean within(Duration duration, Duration min, Duration max) {
        return duration != null && duration.compareTo(min) >= 0 && duration.compareTo(max) <= 0;
    }
}
