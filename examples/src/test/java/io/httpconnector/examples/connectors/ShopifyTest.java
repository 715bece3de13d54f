package io.httpconnector.examples.connectors;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.Request;
import io.httpconnector.definition.Connector;
import io.httpconnector.template.Pills;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests the connector document of Shopify. */
class ShopifyTest extends ConnectorFixture {

    private final ShopifyMock shopify = new ShopifyMock();

    /** The Admin API by https://shopify.dev: pages by a token that permits no other filter, leaky bucket, GraphQL errors. */
    static final class ShopifyMock extends ServiceMock {

        private static final String API = "acme.myshopify.com/admin/api/2025-10";

        final TokenIssuer tokens = new TokenIssuer("https://acme.myshopify.com/admin/oauth/authorize").withoutRefresh();
        final List<Map<String, Object>> orders = new ArrayList<>();

        @Nullable Map<String, Object> hook;

        private final Map<String, List<Map<String, Object>>> rest = new HashMap<>();

        ShopifyMock() {
            super("acme.myshopify.com");
        }

        synchronized void save(long id, String name, Instant updated) {
            orders.removeIf(order -> order.get("id").equals(id));
            Map<String, Object> order = new LinkedHashMap<>();
            order.put("id", id);
            order.put("name", name);
            order.put("updated_at", updated.atOffset(ZoneOffset.ofHours(-5)).toString());
            orders.add(order);
        }

        @Override
        synchronized Reply reply(Call call) {
            if (call.path().equals("/admin/oauth/access_token")) {
                return tokens.token(call);
            }
            if (!tokens.accepts(call.header("X-Shopify-Access-Token"))) {
                return errors(401, "[API] Invalid API key or access token (unrecognized login or wrong password)");
            }
            return switch (call.target()) {
                case "GET " + API + "/shop.json" -> Reply.json(Map.of("shop", Map.of("id", 1)));
                case "GET " + API + "/orders.json" -> list(call);
                case "POST " + API + "/products.json" -> create(call);
                case "GET " + API + "/webhooks.json" ->
                    Reply.json(Map.of("webhooks", hook == null ? List.of() : List.of(hook)));
                case "POST " + API + "/webhooks.json" -> createHook(call.json().path("webhook"));
                case "DELETE " + API + "/webhooks/4759306.json" -> deleteHook();
                case "POST " + API + "/graphql.json" ->
                    call.json().path("query").asText().contains("productsCount")
                            ? Reply.json(Map.of("data", Map.of("productsCount", Map.of("count", 3))))
                            : Reply.json(Map.of("errors", List.of(Map.of("message", "Field does not exist"))));
                default ->
                    orders.stream()
                            .filter(order ->
                                    call.target().equals("GET " + API + "/orders/" + order.get("id") + ".json"))
                            .findFirst()
                            .map(order -> Reply.json(Map.of("order", order)))
                            .orElse(errors(404, "Not Found"));
            };
        }

        private Reply createHook(JsonNode json) {
            if (!json.path("topic").asText().equals("orders/create")
                    || !json.path("address").asText().startsWith("https://")
                    || hook != null) {
                return errors(422, Map.of("address", List.of("for this topic has already been taken")));
            }
            hook = Map.of(
                    "id",
                    4759306,
                    "topic",
                    "orders/create",
                    "address",
                    json.path("address").asText(),
                    "format",
                    json.path("format").asText());
            return Reply.json(201, Map.of("webhook", hook));
        }

        private Reply deleteHook() {
            hook = null;
            return Reply.json(Map.of());
        }

        private Reply create(Call call) {
            return call.json().at("/product/title").asText().isEmpty()
                    ? errors(422, Map.of("title", List.of("can't be blank")))
                    : Reply.json(201, call.json());
        }

        private Reply list(Call call) {
            List<Map<String, Object>> left;
            if (call.parameter("page_info").isEmpty()) {
                if (!call.hasOnly("status", "order", "limit", "updated_at_min")
                        || !call.parameter("status").equals("any")) {
                    return errors(400, "unknown parameter");
                }
                String min = call.parameter("updated_at_min");
                left = orders.stream()
                        .filter(order -> min.isEmpty() || !updated(order).isBefore(Instant.parse(min)))
                        .sorted(Comparator.comparing(ShopifyMock::updated))
                        .toList();
            } else {
                if (!call.hasOnly("page_info", "limit")) {
                    return errors(400, "updated_at_min cannot be passed when page_info is present");
                }
                left = rest.get(call.parameter("page_info"));
            }
            int size = Math.min(left.size(), Math.min(250, call.number("limit", 50)));
            Reply reply =
                    Reply.json(Map.of("orders", left.subList(0, size))).header("X-Shopify-Shop-Api-Call-Limit", "1/40");
            if (size == left.size()) {
                return reply;
            }
            String token = "page" + rest.size();
            rest.put(token, left.subList(size, left.size()));
            String url = "https://" + API + "/orders.json?limit=" + call.number("limit", 50) + "&page_info=" + token;
            return reply.header("Link", "<" + url + ">; rel=\"next\"");
        }

        private static Instant updated(Map<String, Object> order) {
            return OffsetDateTime.parse(order.get("updated_at").toString()).toInstant();
        }

        static Reply errors(int status, Object errors) {
            return Reply.json(status, Map.of("errors", errors));
        }
    }

    @AfterEach
    void stop() throws Exception {
        shopify.close();
    }

    private static final Map<String, String> ACME = Map.of("shop", "acme");

    private Connector acme() {
        return connect("shopify", "token", shopify, ACME, "token", shopify.tokens.newToken(), "clientSecret", "hush");
    }

    @Test
    void requests() {
        Connector acme = acme();
        shopify.save(450789469, "#1001", shopify.time.now());

        acme.connection().test().orThrow();
        assertThat(acme.request("get-order")
                        .send("order", Map.of("id", 450789469))
                        .json()
                        .at("/order/name")
                        .asText())
                .isEqualTo("#1001");
        acme.request("create-product")
                .send("product", Map.of("title", "Boots", "variants", List.of(Map.of("sku", "B-1", "price", 12.5))));
        assertThat(shopify.lastCall().json().at("/product/variants/0/price").asText())
                .isEqualTo("12.5");
        assertThat(acme.request("count-products")
                        .send(Pills.of("products", Map.of()))
                        .json()
                        .at("/data/productsCount/count")
                        .asInt())
                .isEqualTo(3);
        assertThat(rejected(422, () -> acme.request("create-product").send("product", Map.of("title", "")))
                        .at("/errors/title/0")
                        .asText())
                .isEqualTo("can't be blank");
        assertThat(connect("shopify", "token", shopify, ACME, "token", "wrong")
                        .connection()
                        .test()
                        .ok())
                .isFalse();
    }

    @Test
    void rateLimitsOfRestAndGraphQlAreRespected() {
        Connector acme = acme();
        shopify.answerNext(ShopifyMock.errors(
                        429,
                        "Exceeded 2 calls per second for api client. Reduce request rates to resume uninterrupted service.")
                .header("X-Shopify-Shop-Api-Call-Limit", "40/40")
                .header("Retry-After", "2.0"));
        shopify.answerNext(Reply.json(
                Map.of("errors", List.of(Map.of("message", "Throttled", "extensions", Map.of("code", "THROTTLED"))))));

        assertThat(acme.request("count-products")
                        .send(Pills.of("products", Map.of()))
                        .json()
                        .has("data"))
                .isTrue();

        assertThat(shopify.time.waits().get(0)).isBetween(Duration.ofSeconds(2), Duration.ofSeconds(3));
        assertThat(shopify.calls).hasSize(3);
    }

    @Test
    void consentAndClientCredentials() {
        Map<String, String> values = Map.of("shop", "acme", "clientId", TokenIssuer.CLIENT);
        Connector merchant = connect("shopify", "oauth2", shopify, values, "clientSecret", TokenIssuer.CLIENT_SECRET);
        authorize(merchant, shopify.tokens, "read_orders");
        merchant.connection().test().orThrow();

        Connector own = connect("shopify", "application", shopify, values, "clientSecret", TokenIssuer.CLIENT_SECRET);
        own.connection().test().orThrow();
        shopify.time.advance(Duration.ofDays(2));
        shopify.tokens.expireTokens();
        own.connection().send(Request.get("/shop.json"));
    }

    @Test
    void triggerReadsAllPagesAndThenUpdatesOnly() {
        Connector acme = acme();
        Instant start = shopify.time.now();
        assertThat(poll(acme, "updated-orders")).isEmpty();
        shopify.time.advance(Duration.ofHours(1));
        // Many orders of one second: they are read by the token of the page.
        IntStream.range(0, 700).forEach(id -> shopify.save(id, "#" + id, start.plusSeconds(10 + id / 300)));

        assertThat(texts(poll(acme, "updated-orders"), "/id")).hasSize(700).doesNotHaveDuplicates();
        assertThat(poll(acme, "updated-orders")).isEmpty();

        shopify.save(7, "Changed", start.plusSeconds(100));
        shopify.save(700, "New", start.plusSeconds(101));
        assertThat(texts(poll(acme, "updated-orders"), "/name")).containsExactly("Changed", "New");
        assertThat(poll(acme, "updated-orders")).isEmpty();
    }

    @Test
    void webhookIsVerified() {
        URI url = open(acme(), "order");
        String body = "{\"id\": 820982911946154508, \"email\": \"jon@example.com\"}";
        String mac = Base64.getEncoder().encodeToString(hmacSha256("hush", body));

        assertThat(receivesOnlySigned(
                                url, Map.of("X-Shopify-Topic", "orders/create", "X-Shopify-Hmac-Sha256", mac), body)
                        .key())
                .isEqualTo("820982911946154508");
    }

    @Test
    void webhookIsRegisteredAndDeleted() {
        Connector acme = acme();
        URI url = register(acme, "updated-orders", "order-created");
        shopify.save(820982911946154508L, "#1001", shopify.time.now().plusSeconds(1));
        String body = Call.MAPPER.valueToTree(shopify.orders.get(0)).toString();
        String mac = Base64.getEncoder().encodeToString(hmacSha256("hush", body));

        assertThat(receivesOnlySigned(
                                url, Map.of("X-Shopify-Topic", "orders/create", "X-Shopify-Hmac-Sha256", mac), body)
                        .key())
                .isEqualTo("820982911946154508");
        shopify.save(2, "Lost", shopify.time.now().plusSeconds(2));
        assertThat(texts(poll(acme, "updated-orders"), "/name")).containsExactly("Lost");
        stopSubscriptions(acme);
        assertThat(shopify.hook).isNull();
    }
}
