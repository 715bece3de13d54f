package io.httpconnector.stream;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.HttpConnection;
import io.httpconnector.internal.Hashing;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.Pills;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.trigger.ChangeType;
import io.httpconnector.trigger.Delivery;
import io.httpconnector.trigger.TriggerEvent;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The validated settings of a stream trigger.
 *
 * @param types the types of events that are delivered; empty for all
 * @param eventId the location of the id in the data; null for the id that the service sets
 * @param key the location of the key in the data; null for the id of the event
 */
record StreamDefinition(
        String id,
        HttpConnection connection,
        RequestTemplate request,
        Pills pills,
        Set<String> types,
        @Nullable JsonPointer eventId,
        @Nullable JsonPointer key,
        EventStream.Settings settings,
        int maxDeadLetters,
        StateStore store,
        Delivery delivery,
        List<StreamListener> listeners) {

    /** The maximum length of an id of the service that is used unchanged. */
    private static final int MAX_ID = 200;

    boolean delivers(ServerSentEvent event) {
        return types.isEmpty() || types.contains(event.event());
    }

    /**
     * Creates the event of a trigger.
     *
     * @param isNewId whether the service has set another id with this event than with the one before
     * @param position the position of the event
     */
    TriggerEvent event(ServerSentEvent received, boolean isNewId, StreamState.StreamPosition position, Instant now) {
        JsonNode data = data(received);
        String ofData = text(data, eventId);
        String eventKey = text(data, key);
        String event = ofData.isEmpty() ? id(received, isNewId, position) : shortened(ofData);
        ObjectNode payload = JsonNodeFactory.instance.objectNode();
        payload.put("event", received.event()).put("id", received.id());
        payload.set("data", data);
        return new TriggerEvent(
                event,
                id,
                ChangeType.RECEIVED,
                eventKey.isEmpty() ? event : eventKey,
                payload,
                MissingNode.getInstance(),
                now);
    }

    /** Returns the data: an object or a list if it is one in JSON, otherwise its text. */
    private static JsonNode data(ServerSentEvent received) {
        String text = received.data().stripLeading();
        if (text.startsWith("{") || text.startsWith("[")) {
            JsonNode tree = JsonSupport.readLenient(text);
            if (tree.isContainerNode()) {
                return tree;
            }
        }
        return JsonNodeFactory.instance.textNode(received.data());
    }

    private static String text(JsonNode data, @Nullable JsonPointer location) {
        return location == null ? "" : data.at(location).asText("");
    }

    private static String id(ServerSentEvent received, boolean isNewId, StreamState.StreamPosition position) {
        return isNewId && !received.id().isEmpty()
                ? shortened(received.id())
                : Hashing.sha256Hex(String.join(
                                "\0",
                                position.lastEventId(),
                                Long.toString(position.count()),
                                received.event(),
                                received.data()))
                        .substring(0, 32);
    }

    private static String shortened(String id) {
        return id.length() <= MAX_ID ? id : Hashing.sha256Hex(id);
    }
}
