package io.httpconnector.webhook;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BinaryNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.webhook.Headers.Content;
import io.httpconnector.webhook.Payloads.TooLargeException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Makes events of requests that are genuine: one of each, or one of each element of a batch. Immutable. */
final class EventReader {

    private static final int LONGEST_ID = 255;
    private static final int MOST_EVENTS = 10_000;
    private static final Set<String> SECRET_HEADERS = Set.of("authorization", "proxy-authorization", "cookie");
    private static final String CLOUD_EVENTS = "application/cloudevents";

    private final Places places;
    private final Set<String> hiddenHeaders = new HashSet<>(SECRET_HEADERS);
    private final Set<String> hiddenParameters = new HashSet<>();

    /** Where things stand. */
    record Places(
            String receiver,
            @Nullable Part id,
            @Nullable Part type,
            @Nullable Part key,
            @Nullable Part each,
            @Nullable Part jsonIn,
            List<Part> secrets,
            @Nullable String mediaType,
            int most) {}

    EventReader(Places places) {
        this.places = places;
        for (Part secret : places.secrets) {
            switch (secret.kind) {
                case HEADER -> hiddenHeaders.add(secret.name.toLowerCase(Locale.ROOT));
                case QUERY -> hiddenParameters.add(secret.name);
                case BODY -> {}
            }
        }
    }

    JsonNode payload(WebhookRequest request, Content content) throws IOException {
        JsonNode payload = Payloads.read(request, content, places.mediaType, places.most);
        JsonPointer place = places.jsonIn == null ? null : places.jsonIn.pointer;
        if (place != null) {
            unwrap(payload, place);
        }
        return payload;
    }

    /** Puts a tree in the place of a text that is one. */
    private static void unwrap(JsonNode payload, JsonPointer place) {
        JsonNode text = payload.at(place);
        if (text.isTextual() && payload.at(place.head()) instanceof ObjectNode holder) {
            try {
                holder.set(
                        place.last().getMatchingProperty(),
                        Payloads.json(text.asText().getBytes(StandardCharsets.UTF_8)));
            } catch (IOException e) {
                // Some events have plain text there.
            }
        }
    }

    List<WebhookEvent> events(WebhookRequest request, Content content, JsonNode payload, Verdict verdict, Instant now)
            throws IOException {
        Came came =
                new Came(request, verdict, new Origin(request, content.type(), hiddenHeaders, hiddenParameters), now);
        boolean whole = content.type().regionMatches(true, 0, CLOUD_EVENTS, 0, CLOUD_EVENTS.length());
        if (whole || content.cloudEvent()) {
            return cloudEvents(came, payload, whole);
        }
        JsonNode batch = places.each == null ? MissingNode.getInstance() : payload.at(places.each.pointer);
        return batch.isArray() ? batch(came, batch) : List.of(event(came, payload, id(came, payload)));
    }

    /** What the events of a request have in common. */
    private record Came(WebhookRequest request, Verdict verdict, Origin origin, Instant time) {}

    private List<WebhookEvent> batch(Came came, JsonNode batch) throws IOException {
        checkSize(batch);
        List<WebhookEvent> events = new ArrayList<>(batch.size());
        String whole = "";
        for (JsonNode element : batch) {
            String id = places.id != null && places.id.kind == Part.Kind.BODY ? signedId(came, element) : "";
            if (id.isEmpty()) {
                whole = whole.isEmpty() ? id(came, MissingNode.getInstance()) : whole;
                id = whole + "#" + events.size();
            }
            events.add(event(came, element, id));
        }
        return events;
    }

    private static void checkSize(JsonNode batch) throws IOException {
        if (batch.size() > MOST_EVENTS) {
            throw new TooLargeException("it has more than " + MOST_EVENTS + " events");
        }
    }

    private WebhookEvent event(Came came, JsonNode payload, String id) {
        return new WebhookEvent(
                bounded(id),
                places.receiver,
                value(places.type, came.request, payload),
                bounded(value(places.key, came.request, payload)),
                payload,
                came.origin,
                came.time);
    }

    private String id(Came came, JsonNode payload) {
        String id = signedId(came, payload);
        Supplier<String> fingerprint = came.verdict.fingerprint();
        if (!id.isEmpty()) {
            return id;
        }
        return fingerprint == null ? UUID.randomUUID().toString() : fingerprint.get();
    }

    /** What anybody could change does not tell events apart. */
    private String signedId(Came came, JsonNode payload) {
        return places.id != null && came.verdict.covers(places.id) ? value(places.id, came.request, payload) : "";
    }

    /** Many of them are remembered. */
    private static String bounded(String id) {
        return id.length() <= LONGEST_ID ? id : Digests.fingerprint(id.getBytes(StandardCharsets.UTF_8));
    }

    private static String value(@Nullable Part part, WebhookRequest request, JsonNode payload) {
        if (part == null) {
            return "";
        }
        List<String> values = part.kind == Part.Kind.BODY
                ? part.values(List.of(payload.at(part.pointer).asText("")))
                : Payloads.untrusted(part, request);
        return values.isEmpty() ? "" : values.get(0);
    }

    /** CloudEvents 1.0 by HTTP: in one piece, in several, or with the attributes in the header. */
    private List<WebhookEvent> cloudEvents(Came came, JsonNode payload, boolean whole) throws IOException {
        if (!whole) {
            return List.of(cloudEvent(
                    came,
                    Part.header("ce-id"),
                    value("ce-source", came),
                    value("ce-id", came),
                    value("ce-type", came),
                    payload));
        }
        List<JsonNode> all = new ArrayList<>();
        if (payload.isArray()) {
            checkSize(payload);
            payload.forEach(all::add);
        } else {
            all.add(payload);
        }
        List<WebhookEvent> events = new ArrayList<>();
        for (JsonNode each : all) {
            if (!each.path("id").isTextual()
                    || !each.path("source").isTextual()
                    || !each.path("type").isTextual()) {
                throw new IOException("a CloudEvent lacks its id, its source or its type");
            }
            JsonNode data = each.has("data_base64")
                    ? BinaryNode.valueOf(each.get("data_base64").binaryValue())
                    : each.path("data");
            events.add(cloudEvent(
                    came,
                    Part.body("/id"),
                    each.get("source").asText(),
                    each.get("id").asText(),
                    each.get("type").asText(),
                    data));
        }
        return events;
    }

    private static String value(String header, Came came) {
        return came.request.header(header).orElse("");
    }

    private WebhookEvent cloudEvent(Came came, Part idPlace, String source, String id, String type, JsonNode data) {
        boolean known = !id.isEmpty() && came.verdict.covers(idPlace);
        String key = bounded(value(places.key, came.request, data));
        return new WebhookEvent(
                known ? bounded(source + " " + id) : id(came, MissingNode.getInstance()),
                places.receiver,
                type,
                key,
                data,
                came.origin,
                came.time);
    }
}
