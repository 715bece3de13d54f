package io.httpconnector.examples;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.httpconnector.Response;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * A stand-in for Microsoft Graph, written from its public documentation: messages of a mailbox, and subscriptions that expire within
 * three days unless they are renewed. Both URLs of a subscription are validated while it is created.
 *
 * @see <a href="https://learn.microsoft.com/graph/api/subscription-post-subscriptions">Create subscription</a>
 * @see <a href="https://learn.microsoft.com/graph/change-notifications-delivery-webhooks">Receive change notifications</a>
 * @see <a href="https://learn.microsoft.com/graph/change-notifications-lifecycle-events">Lifecycle notifications</a>
 */
final class GraphStandIn extends SubscribableStandIn {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Duration MAX_LIFETIME = Duration.ofDays(3);
    private static final int PAGE = 50;
    private static final String VERSION = "/v1.0";
    private static final String MESSAGES = VERSION + "/me/messages";
    private static final String SUBSCRIPTIONS = VERSION + "/subscriptions";

    private final Map<String, Subscription> subscriptions = new LinkedHashMap<>();
    private int next = 1;

    private record Subscription(
            String id, String url, String lifecycleUrl, String resource, String clientState, Instant expires) {}

    GraphStandIn(WebhookTraffic traffic, Random random, ChangeLedger ledger) {
        super(traffic, random, ledger, 40);
    }

    @Override
    Reply reply(Received received) {
        String path = received.uri().getPath();
        String method = received.method();
        if (path.equals(MESSAGES)) {
            return messages(received);
        }
        if (path.startsWith(MESSAGES + "/")) {
            Item found = find(path.substring(MESSAGES.length() + 1));
            return found == null ? error(404, "ErrorItemNotFound") : new Reply(200, message(found));
        }
        if (path.equals(SUBSCRIPTIONS)) {
            return method.equals("POST") ? create(received.body()) : list();
        }
        return path.startsWith(SUBSCRIPTIONS + "/")
                ? subscription(received, path.substring(SUBSCRIPTIONS.length() + 1))
                : error(404, "ResourceNotFound");
    }

    private static Reply error(int status, String code) {
        return new Reply(status, Map.of("error", Map.of("code", code, "message", code)));
    }

    /** Messages in pages, of which each has the URL of the next one. */
    private Reply messages(Received received) {
        Map<String, String> query = received.query();
        String filter = query.getOrDefault("$filter", "lastModifiedDateTime ge 1970-01-01T00:00:00Z");
        List<Item> all = since(Instant.parse(filter.substring(filter.lastIndexOf(' ') + 1)));
        int start = Integer.parseInt(query.getOrDefault("$skip", "0"));
        int end = Math.min(all.size(), start + PAGE);
        Map<String, Object> page = new LinkedHashMap<>();
        page.put(
                "value",
                all.subList(Math.min(start, end), end).stream()
                        .map(this::message)
                        .toList());
        if (end < all.size()) {
            String url = received.uri().toString().replaceAll("&(\\$|%24)skip=\\d+", "");
            page.put("@odata.nextLink", super.baseUrl() + url + "&$skip=" + end);
        }
        return new Reply(200, page);
    }

    private Map<String, Object> message(Item item) {
        return Map.of(
                "id",
                key(item),
                "subject",
                "Message, version " + item.number(),
                "lastModifiedDateTime",
                item.updated().toString());
    }

    @Override
    String baseUrl() {
        return super.baseUrl() + VERSION;
    }

    @Override
    String key(Item item) {
        return "AAMk" + item.id();
    }

    private Reply create(JsonNode body) {
        Instant expires = Instant.parse(body.path("expirationDateTime").asText());
        if (expires.isAfter(now().plus(MAX_LIFETIME))) {
            return error(400, "InvalidExpirationDateTime");
        }
        String url = body.path("notificationUrl").asText();
        String lifecycleUrl = body.path("lifecycleNotificationUrl").asText();
        if (!isValid(url) || !isValid(lifecycleUrl)) {
            return error(400, "ValidationError");
        }
        synchronized (this) {
            String id = "7f105c7d-" + next++;
            Subscription created = new Subscription(
                    id,
                    url,
                    lifecycleUrl,
                    body.path("resource").asText(),
                    body.path("clientState").asText(),
                    expires);
            subscriptions.put(id, created);
            return new Reply(201, json(created));
        }
    }

    /** The subscriber must return the token as plain text. */
    private boolean isValid(String url) {
        String token = "Validation: Testing client application reachability.";
        Response response =
                traffic.post(url + "?validationToken=" + token.replace(" ", "+").replace(":", "%3A"), Map.of(), "");
        return response.status() == 200
                && response.text().equals(token)
                && response.headers().first("Content-Type").orElse("").startsWith("text/plain");
    }

    private synchronized Reply list() {
        removeExpired();
        return new Reply(
                200,
                Map.of(
                        "value",
                        subscriptions.values().stream().map(GraphStandIn::json).toList()));
    }

    private synchronized Reply subscription(Received received, String id) {
        removeExpired();
        Subscription found = subscriptions.get(id);
        if (found == null) {
            return error(404, "ResourceNotFound");
        }
        String method = received.method();
        if (method.equals("DELETE")) {
            subscriptions.remove(id);
            return new Reply(204, "");
        }
        if (method.equals("PATCH")) {
            Instant expires =
                    Instant.parse(received.body().path("expirationDateTime").asText());
            if (expires.isAfter(now().plus(MAX_LIFETIME))) {
                return error(400, "InvalidExpirationDateTime");
            }
            found = new Subscription(id, found.url, found.lifecycleUrl, found.resource, found.clientState, expires);
            subscriptions.put(id, found);
        }
        return new Reply(200, json(found));
    }

    private void removeExpired() {
        subscriptions.values().removeIf(one -> !one.expires.isAfter(now()));
    }

    /** The client state is never returned. */
    private static Map<String, Object> json(Subscription one) {
        return Map.of(
                "id",
                one.id,
                "resource",
                one.resource,
                "notificationUrl",
                one.url,
                "lifecycleNotificationUrl",
                one.lifecycleUrl,
                "expirationDateTime",
                one.expires.toString());
    }

    /** The notification of a change contains the id of the message only. */
    @Override
    synchronized int send(Item item) {
        removeExpired();
        int result = -1;
        for (Subscription one : subscriptions.values()) {
            Map<String, Object> notification = Map.of(
                    "subscriptionId",
                    one.id,
                    "clientState",
                    one.clientState,
                    "changeType",
                    item.number() == 1 ? "created" : "updated",
                    "resource",
                    "me/messages/" + key(item),
                    "resourceData",
                    Map.of("@odata.type", "#Microsoft.Graph.Message", "id", key(item)));
            boolean isSent = traffic.send(one.url, Map.of(), text(Map.of("value", List.of(notification))));
            result = Math.max(result, isSent ? 1 : 0);
        }
        return result;
    }

    /** Requests that each subscription is authorized again. */
    synchronized void requestReauthorization() {
        for (Subscription one : subscriptions.values()) {
            Map<String, Object> notification = Map.of(
                    "subscriptionId", one.id,
                    "clientState", one.clientState,
                    "lifecycleEvent", "reauthorizationRequired",
                    "resource", one.resource);
            traffic.after(
                    Duration.ofSeconds(1),
                    () -> traffic.post(one.lifecycleUrl, Map.of(), text(Map.of("value", List.of(notification)))));
        }
    }

    private static String text(Object value) {
        try {
            return MAPPER.writeValueAsString(value);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    synchronized void drop() {
        subscriptions.clear();
    }

    @Override
    synchronized int subscriptions() {
        removeExpired();
        return subscriptions.size();
    }
}
