package io.httpconnector.webhook.hybrid;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.polling.PollingTrigger;
import io.httpconnector.polling.PollingTriggerBuilder;
import io.httpconnector.polling.PushSettings;
import io.httpconnector.state.StateStore;
import io.httpconnector.trigger.Delivery;
import io.httpconnector.trigger.EventHandler;
import io.httpconnector.webhook.WebhookEvent;
import io.httpconnector.webhook.WebhookReceiver;
import io.httpconnector.webhook.WebhookReceiverBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Builder for {@link HybridTrigger}. The settings of the poll, those of the webhook and the meaning of its payload are required. Not
 * thread-safe; the triggers it builds are.
 */
public final class HybridTriggerBuilder {

    private static final String OTHER_HANDLER =
            ": it has a handler of its own, which would not receive the events of the other"
                    + " source: set one handler by handler(...) of this builder";

    private final String id;
    private final PollingTriggerBuilder poll;
    private final WebhookReceiverBuilder webhook;
    private final List<String> problems = new ArrayList<>();
    private @Nullable WebhookPayload payload;
    private @Nullable HttpConnection connection;
    private @Nullable Consumer<PollingTriggerBuilder> handler;
    private boolean isPollHandled;
    private boolean isWebhookHandled;
    private @Nullable Runnable pollElsewhere;
    private Consumer<Runnable> betweenPolls = Runnable::run;

    HybridTriggerBuilder(String id) {
        this.id = id;
        this.poll = PollingTrigger.named(id);
        this.webhook = WebhookReceiver.named(id);
    }

    /**
     * Sets the connection of the polls and of the requests that complete records.
     *
     * @param connection a connection, to be closed by its owner after the trigger
     * @return this
     */
    public HybridTriggerBuilder connection(HttpConnection connection) {
        this.connection = connection;
        poll.connection(connection);
        return this;
    }

    /**
     * Configures the polls, without connection, store and handler: one beside that of this builder is an error. The settings of the measurement are those of {@link
     * PollingTriggerBuilder#acceptPushes}, by default {@link PushSettings#defaults()}.
     *
     * @param settings such as {@code poll -> poll.request(list).key("/id").version("/updated").every(Duration.ofHours(1))}
     * @return this
     */
    public HybridTriggerBuilder poll(Consumer<PollingTriggerBuilder> settings) {
        return configure("poll", settings, poll);
    }

    /**
     * Configures the webhook, without a handler, which is an error.
     *
     * @param settings such as {@code webhook -> webhook.verify(Signatures.github(secret)).inbox(inbox)}
     * @return this
     */
    public HybridTriggerBuilder webhook(Consumer<WebhookReceiverBuilder> settings) {
        return configure("webhook", settings, webhook);
    }

    private <T> HybridTriggerBuilder configure(String what, Consumer<T> settings, T builder) {
        if (settings == null) {
            problems.add(what + ": the settings are null");
        } else {
            settings.accept(builder);
        }
        return this;
    }

    /**
     * Sets the meaning of the webhook's payload.
     *
     * @param payload such as {@code WebhookPayload.records("/object")}
     * @return this
     */
    public HybridTriggerBuilder payload(WebhookPayload payload) {
        this.payload = payload;
        return this;
    }

    /**
     * Sets the store of the state of polls and webhook.
     *
     * @param store such as {@code StateStore.file(directory)}
     * @return this
     */
    public HybridTriggerBuilder store(StateStore store) {
        poll.store(store);
        return this;
    }

    /**
     * Sets the handler of the events, whichever source sees them first.
     *
     * @param handler handles one event
     * @return this
     */
    public HybridTriggerBuilder handler(EventHandler handler) {
        this.handler = builder -> builder.handler(handler);
        return this;
    }

    /**
     * Sets the handler of the events, with its attempts and concurrency.
     *
     * @param delivery such as {@code Delivery.to(handler).attempts(3)}
     * @return this
     */
    public HybridTriggerBuilder delivery(Delivery delivery) {
        this.handler = builder -> builder.delivery(delivery);
        return this;
    }

    /**
     * Requests polls from a scheduler other than the engine of the polls, such as {@code ClusteredPolling}. Then {@link
     * HybridTrigger#start()} starts no polls.
     *
     * @param request requests a poll without waiting for it, such as {@code () -> cluster.pollNow(id)}
     * @return this
     */
    public HybridTriggerBuilder pollElsewhere(Runnable request) {
        return pollElsewhere(request, Runnable::run);
    }

    /**
     * Requests polls from a scheduler other than the engine of the polls, which several nodes share. Then {@link HybridTrigger#start()}
     * starts no polls.
     *
     * @param request requests a poll without waiting for it, such as {@code () -> cluster.pollNow(id)}
     * @param betweenPolls executes a push while no node polls, such as {@code push -> cluster.betweenPolls(id, push)}: otherwise each
     *     push lets a poll of another node fail, which is then repeated
     * @return this
     */
    public HybridTriggerBuilder pollElsewhere(Runnable request, Consumer<Runnable> betweenPolls) {
        if (request == null || betweenPolls == null) {
            problems.add("pollElsewhere: it is null");
        } else {
            this.pollElsewhere = request;
            this.betweenPolls = betweenPolls;
        }
        return this;
    }

    /**
     * Returns the definition of the trigger as JSON, to be saved: without connection, store, handler and code.
     *
     * @return JSON that {@link #definition} reads
     * @throws InvalidDefinitionException when a setting cannot be saved, such as a verifier that was set in Java, or is invalid
     */
    public ObjectNode toJson() {
        if (!problems.isEmpty()) {
            throw new InvalidDefinitionException("hybrid trigger \"" + id + "\"", problems);
        }
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.set("poll", poll.toJson());
        json.set("webhook", webhook.toJson());
        if (payload != null) {
            json.set("payload", payload.toJson());
        }
        return json;
    }

    /**
     * Sets a saved definition. {@link #build()} reports all problems, each with its JSON Pointer (RFC 6901).
     *
     * @param json the members {@code poll}, {@code webhook} and {@code payload}
     * @param secrets the secrets of the webhook, by the names used in the definition
     * @return this
     */
    public HybridTriggerBuilder definition(JsonNode json, Map<String, Secret> secrets) {
        return read(json, part -> webhook.definition(part, secrets));
    }

    /**
     * Sets a saved definition whose secrets are looked up by name.
     *
     * @param json the members {@code poll}, {@code webhook} and {@code payload}
     * @param secrets returns the secret of a name, or null if there is none
     * @return this
     */
    public HybridTriggerBuilder definition(JsonNode json, Function<String, @Nullable Secret> secrets) {
        return read(json, part -> webhook.definition(part, secrets));
    }

    private HybridTriggerBuilder read(JsonNode json, Consumer<JsonNode> receiver) {
        setHandler();
        try {
            boolean unused = JsonObjectReader.read("definition", json, reader -> {
                // "poll": The definition of the polls, as of a polling trigger.
                readPart(reader, "poll", poll::definition);
                // "webhook": The definition of the webhook, as of a receiver.
                readPart(reader, "webhook", receiver);
                // "payload": The meaning of the webhook's payload.
                reader.object("payload", WebhookPayload::read, read -> payload = read);
                return true;
            });
        } catch (InvalidDefinitionException e) {
            e.problems().forEach(problem -> problems.add(problem.startsWith("/") ? problem : "definition: " + problem));
        }
        return this;
    }

    /** Sets the handler of the polls. A definition that is read later may change its attempts. */
    private void setHandler() {
        Consumer<PollingTriggerBuilder> common = handler;
        if (common == null) {
            return;
        }
        if (!isPollHandled && poll.hasHandler()) {
            problems.add("poll" + OTHER_HANDLER);
        }
        isPollHandled = true;
        common.accept(poll);
        handler = null;
    }

    /** The builder of a part reports its problems when it builds. */
    private static void readPart(JsonObjectReader reader, String name, Consumer<JsonNode> part) {
        JsonNode json = reader.object(name);
        if (json != null) {
            part.accept(json);
        }
    }

    /**
     * Builds the trigger. Sends no request; with an inbox, its pending webhooks are handled from now on.
     *
     * @return the trigger, to be closed by the caller
     * @throws InvalidDefinitionException when something is missing or invalid: lists all problems of payload and polls, or all of the
     *     webhook
     */
    public HybridTrigger build() {
        setHandler();
        if (!isWebhookHandled && webhook.hasHandler()) {
            problems.add("webhook" + OTHER_HANDLER);
        }
        List<String> found = new ArrayList<>(problems);
        WebhookPayload meaning = payload;
        if (meaning == null) {
            found.add("payload: it is missing: use WebhookPayload.records(...), or WebhookPayload.nudge()");
            meaning = WebhookPayload.nudge();
        } else {
            meaning.conflicts(savedPoll()).forEach(problem -> found.add("payload: " + problem));
        }
        if (meaning.template() != null && connection == null) {
            found.add("connection: it is missing: fetch(...) uses connection(...) of this builder");
        }
        PollingTrigger trigger = buildPoll(meaning, found);
        HandlerSlot slot = new HandlerSlot();
        isWebhookHandled = true;
        webhook.handler(slot::handle);
        if (trigger == null || !found.isEmpty()) {
            throw new InvalidDefinitionException("hybrid trigger \"" + id + "\"", found);
        }
        Runnable request = pollElsewhere == null ? () -> requestPoll(trigger) : pollElsewhere;
        WebhookRecords records = WebhookRecords.of(meaning, trigger).pollElsewhere(request, betweenPolls);
        slot.records = connection == null ? records : records.connection(connection);
        webhook.listener(records.repetitions());
        WebhookReceiver first = build("webhook", webhook::build, found);
        if (first == null) {
            throw new InvalidDefinitionException("hybrid trigger \"" + id + "\"", found);
        }
        return new HybridTrigger(
                trigger, new Receivers(first, webhook), !meaning.isNudge(), request, pollElsewhere == null);
    }

    private static void requestPoll(PollingTrigger trigger) {
        boolean unused = trigger.pollNow();
    }

    /** Builds the polls, which accept pushes by default. */
    private @Nullable PollingTrigger buildPoll(WebhookPayload meaning, List<String> found) {
        PollingTrigger trigger = build("poll", poll::build, found);
        if (trigger == null || payload == null || trigger.acceptsPushes() != meaning.isNudge()) {
            return trigger;
        }
        if (meaning.isNudge()) {
            found.add(
                    "payload: nudge contradicts the settings of pushes: it contains no record that could be compared");
            return trigger;
        }
        poll.acceptPushes(PushSettings.defaults());
        return build("poll", poll::build, found);
    }

    private JsonNode savedPoll() {
        try {
            return poll.toJson();
        } catch (InvalidDefinitionException e) {
            // The settings contain code, or their problems are reported when the polls are built.
            return MissingNode.getInstance();
        }
    }

    private static <T> @Nullable T build(String part, Supplier<T> builder, List<String> found) {
        try {
            return builder.get();
        } catch (InvalidDefinitionException e) {
            e.problems()
                    .forEach(problem ->
                            found.add(problem.startsWith("/") ? "/" + part + problem : part + ": " + problem));
            return null;
        }
    }

    /** Passes events on to the records that are set later. */
    private static final class HandlerSlot {

        private volatile @Nullable WebhookRecords records;

        void handle(WebhookEvent event) {
            WebhookRecords target = records;
            if (target == null) {
                throw new IllegalStateException("the trigger is not built yet");
            }
            target.handle(event);
        }
    }

    /** Returns the receiver that was built first, and later others. */
    private static final class Receivers implements Supplier<WebhookReceiver> {

        private @Nullable WebhookReceiver first;
        private final WebhookReceiverBuilder builder;

        Receivers(WebhookReceiver first, WebhookReceiverBuilder builder) {
            this.first = first;
            this.builder = builder;
        }

        @Override
        public WebhookReceiver get() {
            WebhookReceiver built = first;
            first = null;
            return built == null ? builder.build() : built;
        }
    }
}
