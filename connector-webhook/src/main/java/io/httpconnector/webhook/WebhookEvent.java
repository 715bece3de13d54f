package io.httpconnector.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.Json;
import io.httpconnector.trigger.Change;
import io.httpconnector.trigger.TriggerEvent;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Something that has happened at a service, as it told by a webhook. Immutable, as long as the tree is not changed.
 *
 * @param id the same whenever the same event comes again, and no other event's: by it a repetition is recognised
 * @param receiver the name of the receiver
 * @param type what kind of event it is; empty when the receiver does not know where that stands
 * @param key what it is about, when events are to be handled in order; empty otherwise
 * @param payload the body as a tree, whatever its format
 * @param headers the header fields by their names in lower case, without those that may hold secrets
 * @param query the parameters of the query
 * @param body the body as it came
 * @param time when it came, by the clock of this machine
 */
public record WebhookEvent(
        String id,
        String receiver,
        String type,
        String key,
        JsonNode payload,
        Map<String, List<String>> headers,
        Map<String, List<String>> query,
        RawBody body,
        Instant time) {

    /**
     * The event as those of other triggers are: what only webhooks have stands in {@code parent}.
     *
     * @return the event, with {@code type}, {@code headers}, {@code query}, {@code contentType} and {@code body} as its parent
     */
    public TriggerEvent toTriggerEvent() {
        ObjectNode parent = JsonNodeFactory.instance.objectNode().put("type", type);
        parent.set("headers", Json.tree(headers));
        parent.set("query", Json.tree(query));
        parent.put("contentType", body.contentType());
        String text = new String(body.bytes(), StandardCharsets.UTF_8);
        if (Arrays.equals(text.getBytes(StandardCharsets.UTF_8), body.bytes())) {
            parent.put("body", text);
        } else {
            parent.put("bodyBase64", Base64.getEncoder().encodeToString(body.bytes()));
        }
        return new TriggerEvent(id, receiver, Change.RECEIVED, key, payload, parent, time);
    }

    /**
     * An event that was made into one of a trigger.
     *
     * @param event what {@link #toTriggerEvent()} gave
     * @return the event
     */
    public static WebhookEvent of(TriggerEvent event) {
        JsonNode parent = event.parent();
        byte[] bytes = parent.has("body")
                ? parent.get("body").asText().getBytes(StandardCharsets.UTF_8)
                : Base64.getDecoder().decode(parent.path("bodyBase64").asText());
        return new WebhookEvent(
                event.id(),
                event.trigger(),
                parent.path("type").asText(),
                event.key(),
                event.payload(),
                lists(parent.path("headers")),
                lists(parent.path("query")),
                new RawBody(parent.path("contentType").asText(), bytes),
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
