package io.httpconnector.webhook;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.webhook.BodyParser.TooLargeException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes events of genuine requests: one of each, or one of each element of a batch. Reads nothing but {@link SignedData}, so no
 * unsigned part of a request can change an event. Immutable.
 */
final class EventReader {

    private static final int MAX_ID = 255;
    private static final int MAX_EVENTS = 10_000;
    private static final Set<String> SECRET_HEADERS = Set.of("authorization", "proxy-authorization", "cookie");
    private static final ValueSelector CLOUD_EVENT_ID = ValueSelector.header("ce-id");
    private static final ValueSelector CLOUD_EVENT_SOURCE = ValueSelector.header("ce-source");
    private static final ValueSelector CLOUD_EVENT_TYPE = ValueSelector.header("ce-type");

    private final EventSelectors places;
    private final Set<String> hiddenHeaders = new HashSet<>(SECRET_HEADERS);
    private final Set<String> hiddenParameters = new HashSet<>();

    /** Where things stand, as far as the receiver says it; otherwise, the verifier does. */
    record EventSelectors(
            String receiver,
            @Nullable ValueSelector id,
            @Nullable ValueSelector type,
            @Nullable ValueSelector key,
            @Nullable ValueSelector each,
            @Nullable ValueSelector jsonIn,
            List<ValueSelector> secrets,
            @Nullable MediaType mediaType,
            int most) {}

    EventReader(EventSelectors places) {
        this.places = places;
        for (ValueSelector secret : places.secrets) {
            switch (secret.kind) {
                case HEADER -> hiddenHeaders.add(secret.name.toLowerCase(Locale.ROOT));
                case QUERY -> hiddenParameters.add(secret.name);
                case BODY -> {}
            }
        }
    }

    /** The header fields and parameters of a request, as a hint for people: not signed as a rule, and without credentials. */
    RequestSnapshot origin(WebhookRequest request) {
        return new RequestSnapshot(request, hiddenHeaders, hiddenParameters);
    }

    Payload payload(SignedData data) throws IOException {
        Payload payload = Payload.read(
                data, places.mediaType == null ? data.places().mediaTypes() : List.of(places.mediaType), places.most);
        JsonPointer place = places.jsonIn == null ? null : places.jsonIn.pointer;
        if (place != null) {
            unwrap(payload.tree(), place);
        }
        return payload;
    }

    /** Puts a tree in the place of a text that is one. */
    private static void unwrap(JsonNode payload, JsonPointer place) throws IOException {
        JsonNode text = payload.at(place);
        if (text.isTextual() && text.textValue().isBlank()) {
            throw new IOException("the text at " + place + ", where jsonIn expects JSON, is empty");
        }
        if (text.isTextual() && payload.at(place.head()) instanceof ObjectNode holder) {
            try {
                holder.set(
                        place.last().getMatchingProperty(),
                        BodyParser.json(text.asText().getBytes(StandardCharsets.UTF_8)));
            } catch (IOException e) {
                // Some events have plain text there.
            }
        }
    }

    List<WebhookEvent> events(SignedData data, Payload payload, RequestSnapshot origin, Instant now)
            throws IOException {
        ReceivedRequest came = new ReceivedRequest(data, origin, now);
        JsonNode tree = payload.tree();
        if (payload.mediaType().isCloudEvents()) {
            return cloudEvents(came, tree);
        }
        if (data.hasCloudEventAttributes()) {
            return List.of(cloudEvent(
                    came,
                    CLOUD_EVENT_ID,
                    data.value(CLOUD_EVENT_SOURCE),
                    data.value(CLOUD_EVENT_ID),
                    data.value(CLOUD_EVENT_TYPE),
                    tree));
        }
        JsonNode batch = places.each == null ? MissingNode.getInstance() : tree.at(places.each.pointer);
        return batch.isArray() ? batch(came, batch) : List.of(event(came, tree, id(came, tree)));
    }

    /** What the events of a request have in common. */
    private record ReceivedRequest(SignedData data, RequestSnapshot origin, Instant time) {}

    private List<WebhookEvent> batch(ReceivedRequest came, JsonNode batch) throws IOException {
        checkSize(batch);
        List<WebhookEvent> events = new ArrayList<>(batch.size());
        ValueSelector place = idPlace(came);
        boolean within = place != null && place.kind == ValueSelector.SelectorType.BODY;
        String whole = "";
        for (JsonNode element : batch) {
            String id = within ? ownId(came, element) : "";
            if (id.isEmpty()) {
                whole = whole.isEmpty() ? id(came, MissingNode.getInstance()) : whole;
                id = whole + "#" + events.size();
            }
            events.add(event(came, element, id));
        }
        return events;
    }

    private static void checkSize(JsonNode batch) throws IOException {
        if (batch.size() > MAX_EVENTS) {
            throw new TooLargeException("it has more than " + MAX_EVENTS + " events");
        }
    }

    private WebhookEvent event(ReceivedRequest came, JsonNode payload, String id) {
        return event(came, payload, id, type(came, payload));
    }

    private WebhookEvent event(ReceivedRequest came, JsonNode payload, String id, String type) {
        return new WebhookEvent(
                bounded(id),
                places.receiver,
                type,
                bounded(value(places.key, came, payload)),
                payload,
                came.origin,
                came.time);
    }

    private String type(ReceivedRequest came, JsonNode payload) {
        if (places.type != null) {
            return value(places.type, came, payload);
        }
        SignedData.Places usual = came.data.places();
        return usual.typeOf() == null
                ? value(usual.eventType(), came, payload)
                : usual.typeOf().apply(payload);
    }

    private String id(ReceivedRequest came, JsonNode payload) {
        String id = ownId(came, payload);
        return id.isEmpty() ? came.data.identityOfContent() : id;
    }

    private @Nullable ValueSelector idPlace(ReceivedRequest came) {
        return places.id == null ? came.data.places().eventId() : places.id;
    }

    /** What anybody could change does not tell events apart. */
    private String ownId(ReceivedRequest came, JsonNode payload) {
        ValueSelector place = idPlace(came);
        return place != null && came.data.covers(place) ? value(place, came, payload) : "";
    }

    /** Many of them are remembered. */
    private static String bounded(String id) {
        return id.length() <= MAX_ID ? id : Digests.fingerprint(id.getBytes(StandardCharsets.UTF_8));
    }

    private static String value(@Nullable ValueSelector part, ReceivedRequest came, JsonNode payload) {
        if (part == null) {
            return "";
        }
        if (part.kind != ValueSelector.SelectorType.BODY) {
            return came.data.value(part);
        }
        List<String> values = part.values(List.of(payload.at(part.pointer).asText("")));
        return values.isEmpty() ? "" : values.get(0);
    }

    /** CloudEvents 1.0 in one piece, alone or in a batch. */
    private List<WebhookEvent> cloudEvents(ReceivedRequest came, JsonNode payload) throws IOException {
        List<JsonNode> all = new ArrayList<>();
        if (payload.isArray()) {
            checkSize(payload);
            payload.forEach(all::add);
        } else {
            all.add(payload);
        }
        List<WebhookEvent> events = new ArrayList<>();
        for (JsonNode each : all) {
            CloudEvents.check(each);
            events.add(cloudEvent(
                    came,
                    ValueSelector.body("/id"),
                    each.get("source").asText(),
                    each.get("id").asText(),
                    each.get("type").asText(),
                    CloudEvents.data(each)));
        }
        return events;
    }

    /** What the receiver says goes before the attributes. */
    private WebhookEvent cloudEvent(
            ReceivedRequest came, ValueSelector idPlace, String source, String id, String type, JsonNode data) {
        String chosenId = places.id == null ? "" : ownId(came, data);
        String chosenType = places.type == null ? "" : type(came, data);
        boolean known = !id.isEmpty() && came.data.covers(idPlace);
        String usualId = known ? source + " " + id : came.data.identityOfContent();
        return event(came, data, chosenId.isEmpty() ? usualId : chosenId, chosenType.isEmpty() ? type : chosenType);
    }
}
