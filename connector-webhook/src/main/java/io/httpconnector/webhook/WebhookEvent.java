package io.httpconnector.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.trigger.ChangeType;
import io.httpconnector.trigger.TriggerEvent;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Something that has happened at a service, as it told by a webhook. Immutable and safe for many threads, as long as the tree and
 * the bytes are not changed.
 */
public final class WebhookEvent {

    private final String id;
    private final String receiver;
    private final String type;
    private final String key;
    private final JsonNode payload;
    private final RequestSnapshot origin;
    private final Instant time;

    WebhookEvent(
            String id,
            String receiver,
            String type,
            String key,
            JsonNode payload,
            RequestSnapshot origin,
            Instant time) {
        this.id = id;
        this.receiver = receiver;
        this.type = type;
        this.key = key;
        this.payload = payload;
        this.origin = origin;
        this.time = time;
    }

    /**
     * The same whenever the same event comes again, and no other event's: by it a repetition is recognised.
     *
     * @return the id
     */
    public String id() {
        return id;
    }

    /**
     * The receiver that it came to.
     *
     * @return its name
     */
    public String receiver() {
        return receiver;
    }

    /**
     * What kind of event it is, from what was signed.
     *
     * @return the type; empty when the receiver does not know where that stands, or it is not signed
     */
    public String type() {
        return type;
    }

    /**
     * What it is about, when events are to be handled in order.
     *
     * @return the key; empty when there is none
     */
    public String key() {
        return key;
    }

    /**
     * The body as a tree, whatever its format; of a batch, the element.
     *
     * @return the tree, not to be changed
     */
    public JsonNode payload() {
        return payload;
    }

    /**
     * The header fields, without those that hold credentials. As a rule they are not signed: anybody who has seen the request may have
     * changed them, so don't decide by them.
     *
     * @return all values by the names in lower case
     */
    public Map<String, List<String>> headers() {
        return Collections.unmodifiableMap(origin.headers());
    }

    /**
     * The parameters of the query, without credentials. Few services sign them: don't decide by them otherwise.
     *
     * @return all values by the names
     */
    public Map<String, List<String>> query() {
        return Collections.unmodifiableMap(origin.query());
    }

    /**
     * The body as it came; of a batch, the whole of it.
     *
     * @return the bytes and their media type
     */
    public RawBody body() {
        return origin.body();
    }

    /**
     * When it came.
     *
     * @return the time, by the clock of this machine
     */
    public Instant time() {
        return time;
    }

    /**
     * The event as those of other triggers are: what only webhooks have stands in {@code parent}.
     *
     * @return the event, with {@code type}, {@code headers}, {@code query}, {@code contentType} and {@code body} as its parent
     */
    public TriggerEvent toTriggerEvent() {
        ObjectNode parent = JsonNodeFactory.instance.objectNode().put("type", type);
        parent.set("headers", tree(headers()));
        parent.set("query", tree(query()));
        parent.put("contentType", body().contentType());
        String text = new String(body().bytes(), StandardCharsets.UTF_8);
        if (Arrays.equals(text.getBytes(StandardCharsets.UTF_8), body().bytes())) {
            parent.put("body", text);
        } else {
            parent.put("bodyBase64", Base64.getEncoder().encodeToString(body().bytes()));
        }
        return new TriggerEvent(id, receiver, ChangeType.RECEIVED, key, payload, parent, time);
    }

    private static ObjectNode tree(Map<String, List<String>> lists) {
        ObjectNode tree = JsonNodeFactory.instance.objectNode();
        lists.forEach((name, values) -> {
            ArrayNode all = tree.putArray(name);
            values.forEach(all::add);
        });
        return tree;
    }

    /**
     * An event that was made into one of a trigger.
     *
     * @param event what {@link #toTriggerEvent()} gave
     * @return the event
     */
    public static WebhookEvent of(TriggerEvent event) {
        JsonNode parent = Arguments.notNull(event, "event").parent();
        byte[] bytes = parent.has("body")
                ? parent.get("body").asText().getBytes(StandardCharsets.UTF_8)
                : Base64.getDecoder().decode(parent.path("bodyBase64").asText());
        return new WebhookEvent(
                event.id(),
                event.trigger(),
                parent.path("type").asText(),
                event.key(),
                event.payload(),
                new RequestSnapshot(
                        lists(parent.path("headers")),
                        lists(parent.path("query")),
                        new RawBody(parent.path("contentType").asText(), bytes)),
                event.time());
    }

    private static Map<String, List<String>> lists(JsonNode json) {
        Map<String, List<String>> lists = new LinkedHashMap<>();
        json.properties().forEach(field -> {
            List<String> values = new ArrayList<>();
            field.getValue().forEach(value -> values.add(value.asText()));
            lists.put(field.getKey(), values);
        });
        return lists;
    }

    /**
     * Says which event it is, and shows nothing of its content.
     *
     * @return receiver, type and id
     */
    @Override
    public String toString() {
        return receiver + ": " + (type.isEmpty() ? "event" : Texts.visible(type)) + " (" + Texts.visible(id) + ")";
    }
}
