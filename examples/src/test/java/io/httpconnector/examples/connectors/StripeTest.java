package io.httpconnector.examples.connectors;

import static org.assertj.core.api.Assertions.assertThat;

import io.httpconnector.definition.Connector;
import io.httpconnector.trigger.TriggerEvent;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests the connector document of Stripe. */
class StripeTest extends ConnectorFixture {

    private static final String KEY = "sk_test_1";

    private final StripeMock stripe = new StripeMock();

    /** Customers and events by https://docs.stripe.com/api: forms, idempotency keys, lists with the newest first. */
    static final class StripeMock extends ServiceMock {

        /** The newest first. */
        final Deque<Map<String, Object>> events = new ArrayDeque<>();

        final Map<String, Map<String, Object>> customers = new LinkedHashMap<>();

        @Nullable Map<String, Object> hook;

        private final Map<String, Map<String, Object>> byKey = new HashMap<>();

        StripeMock() {
            super("api.stripe.com");
        }

        synchronized void event(String type, String customer) {
            events.addFirst(Map.of(
                    "id",
                    "evt_" + (events.size() + 1),
                    "object",
                    "event",
                    "type",
                    type,
                    "created",
                    time.now().getEpochSecond(),
                    "data",
                    Map.of("object", Map.of("id", customer))));
        }

        @Override
        synchronized Reply reply(Call call) {
            if (!call.header("Authorization").equals("Bearer " + KEY)) {
                return error(401, "invalid_request_error", "", "Invalid API Key provided");
            }
            if (!call.header("Stripe-Version").matches("\\d{4}-\\d\\d-\\d\\d")) {
                return error(400, "invalid_request_error", "", "Invalid Stripe API version");
            }
            if (call.method().equals("POST") && call.form().isEmpty()) {
                return error(400, "invalid_request_error", "", "Send a form");
            }
            return switch (call.target()) {
                case "GET api.stripe.com/v1/balance" -> Reply.json(Map.of("object", "balance"));
                case "POST api.stripe.com/v1/customers" -> create(call);
                case "GET api.stripe.com/v1/events" -> list(call);
                case "GET api.stripe.com/v1/webhook_endpoints" ->
                    Reply.json(Map.of("object", "list", "data", hook == null ? List.of() : List.of(hook)));
                case "POST api.stripe.com/v1/webhook_endpoints" -> createHook(call);
                case "DELETE api.stripe.com/v1/webhook_endpoints/we_1" -> deleteHook();
                default -> {
                    Map<String, Object> known = customers.get(call.path().replace("/v1/customers/", ""));
                    yield known == null
                            ? error(404, "invalid_request_error", "resource_missing", "No such customer")
                            : Reply.json(known);
                }
            };
        }

        private Reply createHook(Call call) {
            if (!call.form().getOrDefault("url", "").startsWith("https://")
                    || !call.form()
                            .getOrDefault("enabled_events[]", "")
                            .equals("customer.created,customer.updated,customer.deleted")) {
                return error(400, "invalid_request_error", "parameter_missing", "Missing required param");
            }
            hook = Map.of(
                    "id",
                    "we_1",
                    "object",
                    "webhook_endpoint",
                    "url",
                    call.form().get("url"),
                    "status",
                    "enabled");
            Map<String, Object> created = new LinkedHashMap<>(hook);
            created.put("secret", "whsec_created");
            return Reply.json(created);
        }

        private Reply deleteHook() {
            hook = null;
            return Reply.json(Map.of("id", "we_1", "object", "webhook_endpoint", "deleted", true));
        }

        private Reply create(Call call) {
            if (!call.form().getOrDefault("email", "").contains("@")) {
                return error(400, "invalid_request_error", "email_invalid", "Invalid email address");
            }
            Map<String, Object> customer = byKey.computeIfAbsent(call.header("Idempotency-Key"), key -> {
                Map<String, Object> created = new LinkedHashMap<>();
                created.put("id", "cus_" + (customers.size() + 1));
                created.put("object", "customer");
                created.put("created", time.now().getEpochSecond());
                created.put("email", call.form().get("email"));
                created.put("source", call.form().get("metadata[source]"));
                customers.put(created.get("id").toString(), created);
                return created;
            });
            return Reply.json(customer);
        }

        private Reply list(Call call) {
            if (!call.hasOnly("limit", "starting_after", "created[gte]") || call.number("limit", 10) > 100) {
                return error(400, "invalid_request_error", "parameter_unknown", "Received unknown parameter");
            }
            String after = call.parameter("starting_after");
            if (!after.isEmpty()
                    && events.stream().noneMatch(event -> event.get("id").equals(after))) {
                return error(400, "invalid_request_error", "resource_missing", "No such event");
            }
            List<Map<String, Object>> rest = events.stream()
                    .dropWhile(event -> !after.isEmpty() && !event.get("id").equals(after))
                    .skip(after.isEmpty() ? 0 : 1)
                    .filter(event -> (long) event.get("created") >= call.number("created[gte]", 0))
                    .toList();
            int size = Math.min(rest.size(), call.number("limit", 10));
            return Reply.json(Map.of(
                    "object",
                    "list",
                    "url",
                    "/v1/events",
                    "data",
                    rest.subList(0, size),
                    "has_more",
                    size < rest.size()));
        }

        static Reply error(int status, String type, String code, String message) {
            return Reply.json(status, Map.of("error", Map.of("type", type, "code", code, "message", message)));
        }
    }

    @AfterEach
    void stop() throws Exception {
        stripe.close();
    }

    private Connector shop() {
        return connect("stripe", "key", stripe, Map.of(), "secretKey", KEY, "endpointSecret", "whsec_1");
    }

    private static Map<String, String> customer(String email) {
        return Map.of("email", email, "key", "job-1", "source", "crm & more");
    }

    @Test
    void requests() {
        Connector shop = shop();

        shop.connection().test().orThrow();
        String id = shop.request("create-customer")
                .send("customer", customer("ann@example.com"))
                .json()
                .path("id")
                .asText();
        shop.request("create-customer").send("customer", customer("ann@example.com"));

        assertThat(stripe.customers).as("idempotent").hasSize(1);
        assertThat(shop.request("get-customer")
                        .send("customer", Map.of("id", id))
                        .json()
                        .path("source")
                        .asText())
                .isEqualTo("crm & more");
        assertThat(rejected(400, () -> shop.request("create-customer").send("customer", customer("ann")))
                        .at("/error/code")
                        .asText())
                .isEqualTo("email_invalid");
        assertThat(connect("stripe", "key", stripe, Map.of(), "secretKey", "sk_test_wrong")
                        .connection()
                        .test()
                        .ok())
                .isFalse();
    }

    @Test
    void connectedAccountIsSent() {
        Connector platform = connect("stripe", "connect", stripe, Map.of("account", "acct_1"), "secretKey", KEY);

        platform.connection().test().orThrow();

        assertThat(stripe.lastCall().header("Stripe-Account")).isEqualTo("acct_1");
    }

    @Test
    void rateLimitAndLocksAreWaitedFor() {
        Connector shop = shop();
        stripe.answerNext(StripeMock.error(429, "rate_limit_error", "rate_limit", "Too many requests"));
        stripe.answerNext(StripeMock.error(429, "invalid_request_error", "lock_timeout", "This object is locked"));
        stripe.answerNext(StripeMock.error(409, "api_error", "", "Conflict").header("Stripe-Should-Retry", "true"));

        shop.request("create-customer").send("customer", customer("ann@example.com"));

        assertThat(stripe.calls).hasSize(4);
        assertThat(stripe.time.waits()).hasSizeGreaterThanOrEqualTo(3);
        assertThat(stripe.customers).hasSize(1);
    }

    @Test
    void triggerReadsAllPagesAndThenNewEventsOnly() {
        Connector shop = shop();
        assertThat(poll(shop, "events")).isEmpty();
        stripe.time.advance(Duration.ofMinutes(5));
        IntStream.range(0, 230).forEach(i -> stripe.event("customer.created", "cus_" + i));
        stripe.time.advance(Duration.ofMinutes(5));

        assertThat(texts(poll(shop, "events"), "/id")).hasSize(230).doesNotHaveDuplicates();
        assertThat(poll(shop, "events")).isEmpty();

        stripe.event("customer.updated", "cus_7");
        stripe.time.advance(Duration.ofMinutes(5));
        assertThat(texts(poll(shop, "events"), "/type")).containsExactly("customer.updated");
        assertThat(poll(shop, "events")).isEmpty();
    }

    @Test
    void webhookIsVerified() {
        URI url = open(shop(), "event");
        String body = "{\"id\": \"evt_1\", \"type\": \"invoice.paid\", \"data\": {\"object\": {\"id\": \"in_1\"}}}";
        long now = stripe.time.now().getEpochSecond();

        TriggerEvent event = receivesOnlySigned(url, signed(now, body), body);
        int late = post(url, signed(now - 600, body.replace("evt_1", "evt_2")), body.replace("evt_1", "evt_2"))
                .status();

        assertThat(event.id()).contains("evt_1");
        assertThat(event.key()).isEqualTo("in_1");
        assertThat(late).isEqualTo(401);
    }

    @Test
    void webhookIsRegisteredAndDeleted() {
        Connector shop = shop();
        URI url = register(shop, "customer-event");
        String body =
                "{\"id\": \"evt_1\", \"type\": \"customer.created\", \"data\": {\"object\": {\"id\": \"cus_1\"}}}";

        TriggerEvent event = receivesOnlySigned(
                url, signed("whsec_created", stripe.time.now().getEpochSecond(), body), body);

        assertThat(event.key()).isEqualTo("cus_1");
        stopSubscriptions(shop);
        assertThat(stripe.hook).isNull();
    }

    private static Map<String, String> signed(long time, String body) {
        return signed("whsec_1", time, body);
    }

    private static Map<String, String> signed(String secret, long time, String body) {
        String mac = HexFormat.of().formatHex(hmacSha256(secret, time + "." + body));
        return Map.of("Stripe-Signature", "t=" + time + ",v1=" + mac + ",v0=" + "0".repeat(64));
    }
}
