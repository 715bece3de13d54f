package io.httpconnector.webhook;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.internal.Hashing;
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
 * Creates events from genuine requests: one per request, or one per element of a batch. Reads only {@link SignedData}, so that no
 * unsigned part of a request can change an event. Immutable.
 */
final class EventReader {

    private static final int MAX_ID = 255;
    private static final int MAX_EVENTS = 10_000;
    private static final Set<String> SECRET_HEADERS = Set.of("authorization", "proxy-authorization", "cookie");
    private static final ValueSelector CLOUD_EVENT_ID = ValueSelector.header("ce-id");
    private static final ValueSelector CLOUD_EVENT_SOURCE = ValueSelector.header("ce-source");
    private static final ValueSelector CLOUD_EVENT_TYPE = ValueSelector.header("ce-type");

    private final EventSelectors selectors;
    private final Set<String> hiddenHeaders = new HashSet<>(SECRET_HEADERS);
    private final Set<String> hiddenParameters = new HashSet<>();
    private final List<JsonPointer> hiddenMembers = new ArrayList<>();

    /** The selectors configured on the receiver; where they are null, those of the verifier apply. */
    record EventSelectors(
            String receiver,
            @Nullable ValueSelector id,
            @Nullable ValueSelector type,
            @Nullable ValueSelector key,
            @Nullable ValueSelector each,
            @Nullable ValueSelector jsonIn,
            @Nullable TenantReader tenant,
            List<ValueSelector> secrets,
            @Nullable MediaType mediaType,
            int maxSize) {}

    EventReader(EventSelectors selectors) {
        this.selectors = selectors;
        for (ValueSelector secret : selectors.secrets) {
            switch (secret.type) {
                case HEADER -> hiddenHeaders.add(secret.name.toLowerCase(Locale.ROOT));
                case QUERY -> hiddenParameters.add(secret.name);
                case BODY -> {
                    if (secret.pointer != null && !secret.pointer.matches()) {
                        hiddenMembers.add(secret.pointer);
                    }
                }
            }
        }
    }

    /** The header fields and parameters of a request, for display only: usually unsigned, and without credentials. */
    RequestSnapshot origin(WebhookRequest request) {
        return new RequestSnapshot(request, hiddenHeaders, hiddenParameters);
    }

    Payload payload(SignedData data) throws IOException {
        Payload payload = Payload.read(
                data,
                selectors.mediaType == null ? data.defaultSelectors().mediaTypes() : List.of(selectors.mediaType),
                selectors.maxSize);
        JsonPointer location = selectors.jsonIn == null ? null : selectors.jsonIn.pointer;
        if (location != null) {
            unwrap(payload.tree(), location);
        }
        for (JsonPointer hidden : hiddenMembers) {
            if (payload.tree().at(hidden.head()) instanceof ObjectNode holder) {
                holder.remove(hidden.last().getMatchingProperty());
            }
        }
        return payload;
    }

    /** Replaces a text that contains JSON by the parsed JSON. */
    private static void unwrap(JsonNode payload, JsonPointer location) throws IOException {
        JsonNode text = payload.at(location);
        if (text.isTextual() && text.textValue().isBlank()) {
            throw new IOException("the text at " + location + ", where jsonIn expects JSON, is empty");
        }
        if (text.isTextual() && payload.at(location.head()) instanceof ObjectNode holder) {
            try {
                holder.set(
                        location.last().getMatchingProperty(),
                        BodyParser.json(text.asText().getBytes(StandardCharsets.UTF_8)));
            } catch (IOException e) {
                // In some events the text is plain.
            }
        }
    }

    List<WebhookEvent> events(SignedData data, Payload payload, RequestSnapshot origin, Instant now)
            throws IOException {
        JsonNode tree = payload.tree();
        RequestContext context = new RequestContext(data, tree, origin, now);
        if (payload.mediaType().isCloudEvents()) {
            return cloudEvents(context, tree);
        }
        if (data.hasCloudEventAttributes()) {
            return List.of(cloudEvent(
                    context,
                    CLOUD_EVENT_ID,
                    data.value(CLOUD_EVENT_SOURCE),
                    data.value(CLOUD_EVENT_ID),
                    data.value(CLOUD_EVENT_TYPE),
                    tree,
                    tree));
        }
        JsonNode batch = selectors.each == null ? MissingNode.getInstance() : tree.at(selectors.each.pointer);
        return batch.isArray() ? batch(context, batch) : List.of(event(context, tree, id(context, tree)));
    }

    /** The data that all events of a request share. */
    private record RequestContext(SignedData data, JsonNode payload, RequestSnapshot origin, Instant time) {}

    private List<WebhookEvent> batch(RequestContext context, JsonNode batch) throws IOException {
        checkSize(batch);
        List<WebhookEvent> events = new ArrayList<>(batch.size());
        ValueSelector location = idSelector(context);
        boolean within = location != null && location.type == ValueSelector.SelectorType.BODY;
        String whole = "";
        for (JsonNode element : batch) {
            String id = within ? ownId(context, element) : "";
            if (id.isEmpty()) {
                whole = whole.isEmpty() ? id(context, MissingNode.getInstance()) : whole;
                id = whole + "#" + events.size();
            }
            events.add(event(context, element, id));
        }
        return events;
    }

    private static void checkSize(JsonNode batch) throws IOException {
        if (batch.size() > MAX_EVENTS) {
            throw new TooLargeException("it has more than " + MAX_EVENTS + " events");
        }
    }

    private WebhookEvent event(RequestContext context, JsonNode payload, String id) {
        return event(context, payload, id, type(context, payload), context.payload);
    }

    /** Creates an event; {@code enclosing} is the part of the request that may contain its tenant, too. */
    private WebhookEvent event(RequestContext context, JsonNode payload, String id, String type, JsonNode enclosing) {
        String tenant = selectors.tenant == null ? "" : selectors.tenant.tenant(context.data, payload, enclosing);
        String key = value(selectors.key, context, payload);
        boolean isShared = selectors.tenant != null;
        return new WebhookEvent(
                bounded(isShared ? TenantReader.qualified(tenant, id) : id),
                selectors.receiver,
                tenant,
                type,
                bounded(isShared && !key.isEmpty() ? TenantReader.qualified(tenant, key) : key),
                payload,
                context.origin,
                context.time);
    }

    private String type(RequestContext context, JsonNode payload) {
        if (selectors.type != null) {
            return value(selectors.type, context, payload);
        }
        SignedData.DefaultSelectors usual = context.data.defaultSelectors();
        return usual.typeOf() == null
                ? value(usual.eventType(), context, payload)
                : usual.typeOf().apply(payload);
    }

    private String id(RequestContext context, JsonNode payload) {
        String id = ownId(context, payload);
        return id.isEmpty() ? context.data.identityOfContent() : id;
    }

    private @Nullable ValueSelector idSelector(RequestContext context) {
        return selectors.id == null ? context.data.defaultSelectors().eventId() : selectors.id;
    }

    /** The id of an event; data that an attacker could change does not distinguish events. */
    private String ownId(RequestContext context, JsonNode payload) {
        ValueSelector location = idSelector(context);
        return location != null && context.data.covers(location) ? value(location, context, payload) : "";
    }

    /** Shortens long ids, because many of them are remembered. */
    private static String bounded(String id) {
        return id.length() <= MAX_ID ? id : Hashing.fingerprint(id.getBytes(StandardCharsets.UTF_8));
    }

    private static String value(@Nullable ValueSelector selector, RequestContext context, JsonNode payload) {
        if (selector == null) {
            return "";
        }
        JsonPointer pointer = selector.pointer;
        if (pointer == null) {
            return context.data.value(selector);
        }
        String value = selector.first(BodyParser.at(payload, pointer).asText(""));
        return value.isEmpty() ? value(selector.alternative, context, payload) : value;
    }

    /** CloudEvents 1.0 in structured mode, single or in a batch. */
    private List<WebhookEvent> cloudEvents(RequestContext context, JsonNode payload) throws IOException {
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
                    context,
                    ValueSelector.body("/id"),
                    each.get("source").asText(),
                    each.get("id").asText(),
                    each.get("type").asText(),
                    CloudEvents.data(each),
                    each));
        }
        return events;
    }

    /** Creates a CloudEvent. Selectors of the receiver take precedence over its attributes. */
    private WebhookEvent cloudEvent(
            RequestContext context,
            ValueSelector idLocation,
            String source,
            String id,
            String type,
            JsonNode data,
            JsonNode enclosing) {
        String chosenId = selectors.id == null ? "" : ownId(context, data);
        String chosenType = selectors.type == null ? "" : type(context, data);
        boolean known = !id.isEmpty() && context.data.covers(idLocation);
        String usualId = known ? source + " " + id : context.data.identityOfContent();
        return event(
                context,
                data,
                chosenId.isEmpty() ? usualId : chosenId,
                chosenType.isEmpty() ? type : chosenType,
                enclosing);
    }
}
