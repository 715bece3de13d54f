package io.httpconnector.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.ConnectorException;
import io.httpconnector.Response;
import io.httpconnector.internal.Arguments;
import io.httpconnector.internal.json.PayloadReader;
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
 * An event reported by a service through a webhook. Immutable and thread-safe, provided that the tree and the bytes are not
 * modified.
 */
public final class WebhookEvent {

    private final String id;
    private final String receiver;
    private final String tenant;
    private final String type;
    private final String key;
    private final JsonNode payload;
    private final RequestSnapshot origin;
    private final Instant time;

    WebhookEvent(
            String id,
            String receiver,
            String tenant,
            String type,
            String key,
            JsonNode payload,
            RequestSnapshot origin,
            Instant time) {
        this.id = id;
        this.receiver = receiver;
        this.tenant = tenant;
        this.type = type;
        this.key = key;
        this.payload = payload;
        this.origin = origin;
        this.time = time;
    }

    /**
     * Returns the id, which is the same for each repetition of an event and differs from the ids of all other events.
     *
     * @return the id
     */
    public String id() {
        return id;
    }

    /**
     * Returns the receiver of the event.
     *
     * @return the name of the receiver
     */
    public String receiver() {
        return receiver;
    }

    /**
     * Returns the tenant of the event, from signed data. If the receiver has tenants, the id and the key start with it, because ids
     * of services may be unique for each tenant only: {@code T0001:Ev0001}.
     *
     * @return the tenant; empty if the receiver does not know its location, or the event has no signed one
     */
    public String tenant() {
        return tenant;
    }

    /**
     * Returns the type of the event, from signed data.
     *
     * @return the type; empty if the receiver does not know its location, or it is not signed
     */
    public String type() {
        return type;
    }

    /**
     * Returns the ordering key: events with the same key are handled in order.
     *
     * @return the key; empty if there is none
     */
    public String key() {
        return key;
    }

    /**
     * Returns the payload as a JSON tree, whatever its original format; for a batch, the element.
     *
     * @return the tree; must not be modified
     */
    public JsonNode payload() {
        return payload;
    }

    /**
     * Returns the payload as an object of a class, deserialized by the default {@link Response.JsonMapping}.
     *
     * @param type the class, such as a record
     * @param <T> the type of the object
     * @return the object
     * @throws ConnectorException when the payload does not match the class
     */
    public <T> T payload(Class<T> type) {
        return payload(type, Response.JsonMapping.currentDefault());
    }

    /**
     * Returns the payload as an object of a class, deserialized by a mapping.
     *
     * @param type the class, such as a record
     * @param mapping converts the payload
     * @param <T> the type of the object
     * @return the object
     * @throws ConnectorException when the payload does not match the class
     */
    public <T> T payload(Class<T> type, Response.JsonMapping mapping) {
        return PayloadReader.read(
                payload, Arguments.notNull(type, "type"), Arguments.notNull(mapping, "mapping")::read, "Event " + this);
    }

    /**
     * Returns the header fields, without credentials. They are usually not signed: an attacker who has seen the request may have
     * changed them, so do not base decisions on them.
     *
     * @return all values by lower-case name
     */
    public Map<String, List<String>> headers() {
        return Collections.unmodifiableMap(origin.headers());
    }

    /**
     * Returns the query parameters, without credentials. Few services sign them: if they are unsigned, do not base decisions on
     * them.
     *
     * @return all values by name
     */
    public Map<String, List<String>> query() {
        return Collections.unmodifiableMap(origin.query());
    }

    /**
     * Returns the body as received; for a batch, the whole batch.
     *
     * @return the bytes and their media type
     */
    public RawBody body() {
        return origin.body();
    }

    /**
     * Returns the time of arrival.
     *
     * @return the time, by the clock of this host
     */
    public Instant time() {
        return time;
    }

    /**
     * Converts the event to the event type of polling triggers: the properties specific to webhooks are in {@code parent}.
     *
     * @return the event, with {@code type}, {@code headers}, {@code query}, {@code contentType} and {@code body} in its parent, and
     *     {@code tenant} if there is one
     */
    public TriggerEvent toTriggerEvent() {
        ObjectNode parent = JsonNodeFactory.instance.objectNode().put("type", type);
        if (!tenant.isEmpty()) {
            parent.put("tenant", tenant);
        }
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
     * Converts a trigger event back to a webhook event.
     *
     * @param event the output of {@link #toTriggerEvent()}
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
                parent.path("tenant").asText(),
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
     * Identifies the event without showing its content.
     *
     * @return receiver, type and id
     */
    @Override
    public String toString() {
        return receiver + ": " + (type.isEmpty() ? "event" : Texts.visible(type)) + " (" + Texts.visible(id) + ")";
    }
}
