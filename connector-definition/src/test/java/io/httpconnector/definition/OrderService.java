package io.httpconnector.definition;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.internal.Hashing;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import io.httpconnector.webhook.WebhookRequest;
import io.httpconnector.webhook.WebhookRouter;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A service with orders, and webhooks that it signs by the secret of the client. */
public final class OrderService implements AutoCloseable {

    /** Orders by a poll and by a webhook that the library registers. */
    public static final String DOCUMENT = """
            connector: 1
            id: shop
            version: 1.0.0
            title: Shop
            connection: {baseUrl: "{{auth.site}}"}
            inputs:
              - {name: site, label: Site}
            requests:
              get-order: {method: GET, url: "/orders/{{order.id}}"}
            triggers:
              orders:
                request: {method: GET, url: /orders}
                records: {path: /orders}
                key: [/id]
                version: [/updated]
                cursor: {timestamp: /updated, sentAs: {query: since}}
                startPosition: {everything: true}
                schedule: {every: PT1H}
                hybrid:
                  webhook: changed
                  payload: {records: [/order], deletedTypes: [deleted]}
            webhooks:
              changed:
                type: {body: /type}
                id: {body: /delivery}
                subscription:
                  create: {name: Create, method: POST, url: /hooks, body: {json: {url: "{{webhook.url}}", secret: "{{webhook.secret}}"}}}
                  id: /id
                  check: {name: Check, method: GET, url: "/hooks/{{subscription.id}}"}
                  delete: {name: Delete, method: DELETE, url: "/hooks/{{subscription.id}}"}
                  list: {request: {name: List, method: GET, url: /hooks}, records: /hooks, id: /id, url: /url}
                  verify:
                    - type: signature
                      secrets: [current, previous, next]
                      definition: {algorithm: HmacSHA256, signature: [{header: X-Signature}]}
            """;

    private final MockService service = MockService.start();
    private final Map<String, ObjectNode> orders = Collections.synchronizedMap(new TreeMap<>());
    private final Map<String, ObjectNode> hooks = Collections.synchronizedMap(new LinkedHashMap<>());
    private int created;
    private int deliveries;

    public OrderService() {
        service.on("GET", "/orders", request -> MockResponse.json("{\"orders\": " + newest() + "}"));
        service.on("POST", "/hooks", request -> {
            ObjectNode hook = (ObjectNode) JsonSupport.parse(request.body());
            synchronized (hooks) {
                String id = "h" + ++created;
                hooks.put(id, hook.put("id", id));
                respondFor(id);
                return MockResponse.json(hook.toString());
            }
        });
        service.on("GET", "/hooks", request -> MockResponse.json("{\"hooks\": " + hooks() + "}"));
    }

    private void respondFor(String hook) {
        service.on("GET", "/hooks/" + hook, request -> {
            ObjectNode found = hooks.get(hook);
            return found == null ? MockResponse.status(404) : MockResponse.json(found.toString());
        });
        service.on("DELETE", "/hooks/" + hook, request -> {
            hooks.remove(hook);
            return MockResponse.status(204);
        });
    }

    private List<ObjectNode> newest() {
        synchronized (orders) {
            List<ObjectNode> all = new ArrayList<>(orders.values());
            all.sort((one, other) ->
                    other.path("updated").asText().compareTo(one.path("updated").asText()));
            return all;
        }
    }

    public String baseUrl() {
        return service.baseUrl();
    }

    /** Returns the webhooks that are registered. */
    public List<ObjectNode> hooks() {
        synchronized (hooks) {
            return List.copyOf(hooks.values());
        }
    }

    /** Drops the webhooks without a notification. */
    public void dropHooks() {
        hooks.clear();
    }

    /** Changes an order, or adds one. */
    public ObjectNode change(String id, String updated) {
        ObjectNode order = JsonNodeFactory.instance.objectNode().put("id", id).put("updated", updated);
        orders.put(id, order);
        service.on("GET", "/orders/" + id, request -> {
            ObjectNode found = orders.get(id);
            return found == null ? MockResponse.status(404) : MockResponse.json(found.toString());
        });
        return order;
    }

    public void delete(String id) {
        orders.remove(id);
    }

    /** Sends a webhook for an order, signed by the secret of the first registration; returns the status. */
    public int send(WebhookRouter router, String type, JsonNode order) {
        return hooks().isEmpty() ? 0 : send(router, hooks().get(0), type, order);
    }

    /** Sends a webhook to one of the registrations. */
    public int send(WebhookRouter router, JsonNode hook, String type, JsonNode order) {
        ObjectNode body = JsonNodeFactory.instance.objectNode().put("type", type);
        body.put("delivery", "d" + ++deliveries).set("order", order);
        return send(
                router,
                URI.create(hook.path("url").asText()),
                hook.path("secret").asText(),
                body);
    }

    /** Sends a signed request to a URL. */
    public static int send(WebhookRouter router, URI url, String secret, JsonNode body) {
        byte[] bytes = body.toString().getBytes(UTF_8);
        String signature = HexFormat.of().formatHex(Hashing.hmac("HmacSHA256", secret.getBytes(UTF_8), bytes));
        WebhookRequest request = WebhookRequest.of(
                "POST",
                url.getPath(),
                "",
                Map.of("Content-Type", List.of("application/json"), "X-Signature", List.of(signature)),
                bytes);
        return router.endpointAt(url.getPath())
                .map(endpoint -> endpoint.receive(request).status())
                .orElse(404);
    }

    /** Returns how often the orders were listed. */
    public long lists() {
        return service.requests().stream()
                .filter(request -> request.method().equals("GET")
                        && request.uri().getPath().equals("/orders"))
                .count();
    }

    @Override
    public void close() {
        service.close();
    }
}
