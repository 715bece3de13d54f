package io.httpconnector.webhook.subscription;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.ConnectorException;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.internal.Hashing;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import io.httpconnector.testing.MockService.RecordedRequest;
import io.httpconnector.testing.VirtualTime;
import io.httpconnector.webhook.Signatures;
import io.httpconnector.webhook.Verifiers;
import io.httpconnector.webhook.WebhookReceiver;
import io.httpconnector.webhook.WebhookReceiverBuilder;
import io.httpconnector.webhook.WebhookRequest;
import io.httpconnector.webhook.subscription.SubscriptionStatus.SubscriptionState;
import java.net.URI;
import java.net.URLDecoder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/**
 * Tests of the definitions of HubSpot, Jira, Zendesk, Box and Trello. Each service is a mock that stores subscriptions and rejects
 * requests that differ from its public documentation.
 */
class ApplicationPresetsTest {

    private static final String URL = "https://hooks.example.com/in/6f1cd0";
    private static final Secret APP = Secret.of("an-application-secret-of-48-characters-0123456789");

    private final VirtualTime time = new VirtualTime();
    private final MockService service = MockService.start();
    private final HttpConnection connection = HttpConnection.named("service")
            .baseUrl(service.baseUrl())
            .timeSource(time)
            .build();
    private final List<String> events = new ArrayList<>();
    private final List<String> failures = new ArrayList<>();
    private final List<Exception> exceptions = new ArrayList<>();
    private final List<String> gaps = new ArrayList<>();
    /** The subscriptions of the service by id. */
    private final Map<String, ObjectNode> hooks = new LinkedHashMap<>();

    private int created;
    private boolean losesResponse;

    @AfterEach
    void stop() {
        connection.close();
        service.close();
    }

    private WebhookSubscriptionBuilder builder(String preset, String url) {
        return WebhookSubscription.named("acme")
                .preset(preset)
                .connection(connection)
                .url(URI.create(url))
                .listener(new SubscriptionListener() {
                    @Override
                    public void onFailure(
                            String subscription, SubscriptionAction action, Exception failure, int count) {
                        failures.add(action + " " + failure.getMessage());
                        exceptions.add(failure);
                    }

                    @Override
                    public void onGap(String subscription, String reason) {
                        gaps.add(reason);
                    }
                })
                .timeSource(time);
    }

    private WebhookReceiver receiver(WebhookSubscription subscription, UnaryOperator<WebhookReceiverBuilder> settings) {
        return settings.apply(WebhookReceiver.named("acme").subscription(subscription))
                .handler(event -> events.add(event.payload().toString()))
                .timeSource(time)
                .build();
    }

    private static WebhookRequest request(String method, Map<String, String> headers, String body) {
        Map<String, List<String>> all = new HashMap<>();
        headers.forEach((name, value) -> all.put(name, List.of(value)));
        return WebhookRequest.of(method, "/in/6f1cd0", "", all, body.getBytes(UTF_8))
                .publicUrl(URL);
    }

    private static String sign(String algorithm, Secret secret, String content) {
        return Base64.getEncoder()
                .encodeToString(Hashing.hmac(algorithm, secret.reveal().getBytes(UTF_8), content.getBytes(UTF_8)));
    }

    private static MockResponse json(int status, String body) {
        return MockResponse.status(status).body("application/json", body);
    }

    /** Stores a subscription; its response may be lost. */
    private MockResponse store(ObjectNode hook, int status, String response) {
        hooks.put(hook.path("id").asText(), hook);
        if (losesResponse) {
            losesResponse = false;
            return MockResponse.connectionReset();
        }
        return json(status, response);
    }

    private static String query(RecordedRequest request, String name) {
        String query = request.uri().getRawQuery();
        for (String pair : (query == null ? "" : query).split("&", -1)) {
            int separator = pair.indexOf('=');
            if (separator > 0
                    && URLDecoder.decode(pair.substring(0, separator), UTF_8).equals(name)) {
                return URLDecoder.decode(pair.substring(separator + 1), UTF_8);
            }
        }
        return "";
    }

    private List<String> requestLines(Predicate<RecordedRequest> filter) {
        return service.requests().stream()
                .filter(filter)
                .map(request -> request.method() + " " + request.uri())
                .toList();
    }

    private void run(WebhookSubscription subscription, Duration duration) {
        for (int i = 0; i < 20; i++) {
            time.advance(duration.dividedBy(20));
            subscription.manage();
        }
    }

    // HubSpot: settings and event subscriptions of an application.

    private final ObjectNode settings = JsonNodeFactory.instance.objectNode();

    private void startHubspot(String api) {
        service.on("PUT", "/" + api + "/4711/settings", request -> {
            JsonNode json = JsonSupport.parse(request.body());
            if (!json.path("targetUrl").isTextual()
                    || !json.at("/throttling/maxConcurrentRequests").isInt()
                    || json.size() != 2) {
                return json(400, "{\"status\":\"error\"}");
            }
            settings.setAll((ObjectNode) json);
            return json(
                    200,
                    settings.deepCopy().put("createdAt", "2020-01-24T16:27:59Z").toString());
        });
        service.on("GET", "/" + api + "/4711/subscriptions", request -> {
            ArrayNode all = JsonNodeFactory.instance.arrayNode();
            hooks.values().forEach(all::add);
            return json(200, "{\"results\":" + all + "}");
        });
        service.on("POST", "/" + api + "/4711/subscriptions", request -> {
            ObjectNode json = (ObjectNode) JsonSupport.parse(request.body());
            boolean isValid = json.path("eventType").asText().matches("[a-z_]+\\.[A-Za-z]+")
                    && json.path("active").isBoolean()
                    && json.path("propertyName").asText("x").length() > 0;
            if (!isValid || settings.isEmpty()) {
                return json(400, "{\"status\":\"error\"}");
            }
            String id = Integer.toString(12 + created++);
            hubspotSubscription(api, id);
            ObjectNode hook = json.put("id", id).put("createdAt", "2019-10-30T03:30:17.883Z");
            return store(hook, 201, hook.toString());
        });
    }

    private void hubspotSubscription(String api, String id) {
        String path = "/" + api + "/4711/subscriptions/" + id;
        service.on(
                "GET",
                path,
                request -> hooks.containsKey(id) ? json(200, hooks.get(id).toString()) : json(404, "{}"));
        service.on("DELETE", path, request -> hooks.remove(id) == null ? json(404, "{}") : MockResponse.status(204));
    }

    private void hubspotHook(String eventType, String property) {
        String id = Integer.toString(12 + created++);
        hubspotSubscription("webhooks/v3", id);
        hooks.put(
                id,
                JsonNodeFactory.instance
                        .objectNode()
                        .put("id", id)
                        .put("eventType", eventType)
                        .put("active", true)
                        .put("propertyName", property));
    }

    @Test
    void hubspot() {
        startHubspot("webhooks/v3");
        hubspotHook("contact.propertyChange", "phone");
        WebhookSubscription subscription = builder("hubspot", URL)
                .parameter("app", 4711)
                .parameter("propertyName", "email")
                .events("contact.propertyChange")
                .build();
        losesResponse = true;

        subscription.register();
        assertThat(failures).hasSize(1);
        run(subscription, Duration.ofMinutes(10));

        // The subscription whose response was lost is adopted, that of another property is left alone.
        assertThat(subscription.status().id()).contains("13");
        assertThat(hooks).containsOnlyKeys("12", "13");
        assertThat(settings.path("targetUrl").asText()).isEqualTo(URL);
        assertThat(settings.at("/throttling/maxConcurrentRequests").asInt()).isEqualTo(10);
        WebhookReceiver receiver = receiver(
                subscription,
                it -> it.verify(Signatures.preset("hubspot-v3", APP)).each(""));
        String body = "[{\"eventId\":1,\"subscriptionType\":\"contact.propertyChange\"},"
                + "{\"eventId\":2,\"subscriptionType\":\"contact.propertyChange\"}]";
        String timestamp = Long.toString(time.now().toEpochMilli());
        Map<String, String> headers = Map.of(
                "X-HubSpot-Signature-v3",
                sign("HmacSHA256", APP, "POST" + URL + body + timestamp),
                "X-HubSpot-Request-Timestamp",
                timestamp);
        assertThat(receiver.receive(request("POST", headers, body)).status()).isEqualTo(200);
        assertThat(receiver.receive(request("POST", headers, body + " ")).status())
                .isEqualTo(401);
        assertThat(events).hasSize(2);

        hooks.get("13").put("active", false);
        subscription.checkNow();
        assertThat(hooks).containsOnlyKeys("12", "14");
        assertThat(subscription.stop().state()).isEqualTo(SubscriptionState.NOT_REGISTERED);
        assertThat(hooks).containsOnlyKeys("12");
    }

    @Test
    void hubspotHasAnotherPathInItsLatestVersion() {
        startHubspot("app-webhooks/2026-09");
        WebhookSubscription subscription = builder("hubspot", URL)
                .parameter("app", 4711)
                .parameter("api", "app-webhooks/2026-09")
                .events("deal.creation")
                .build();

        subscription.register();

        assertThat(failures).isEmpty();
        assertThat(hooks.get("12").has("propertyName")).isFalse();
        assertThat(subscription.status().state()).isEqualTo(SubscriptionState.ACTIVE);
    }

    // Jira: dynamic webhooks.

    private void startJira() {
        service.on("GET", "/rest/api/3/webhook", request -> {
            int start = Integer.parseInt(query(request, "startAt"));
            int size = Math.min(2, Integer.parseInt(query(request, "maxResults")));
            List<ObjectNode> all = List.copyOf(hooks.values());
            ArrayNode values = JsonNodeFactory.instance.arrayNode();
            all.subList(Math.min(start, all.size()), Math.min(start + size, all.size()))
                    .forEach(values::add);
            return json(
                    200,
                    "{\"isLast\":" + (start + size >= all.size()) + ",\"maxResults\":" + size + ",\"startAt\":" + start
                            + ",\"total\":" + all.size() + ",\"values\":" + values + "}");
        });
        service.on("POST", "/rest/api/3/webhook", request -> {
            JsonNode json = JsonSupport.parse(request.body());
            JsonNode details = json.at("/webhooks/0");
            if (!json.path("url").isTextual()
                    || json.path("webhooks").size() != 1
                    || !details.path("events").isArray()
                    || !details.path("jqlFilter").isTextual()) {
                return json(400, "{\"errorMessages\":[\"invalid\"]}");
            }
            String jql = details.path("jqlFilter").asText();
            if (jql.startsWith("watchCount")) {
                return json(
                        200,
                        "{\"webhookRegistrationResult\":[{\"errors\":[\"The clause watchCount is unsupported for "
                                + json.path("url").asText() + "\"]}]}");
            }
            int id = 1000 + created++;
            ObjectNode hook = ((ObjectNode) details.deepCopy())
                    .put("id", id)
                    .put("url", json.path("url").asText())
                    .put("expirationDate", expirationDate());
            return store(hook, 200, "{\"webhookRegistrationResult\":[{\"createdWebhookId\":" + id + "}]}");
        });
        service.on("PUT", "/rest/api/3/webhook/refresh", request -> {
            JsonNode ids = JsonSupport.parse(request.body()).path("webhookIds");
            if (!ids.isArray() || !ids.path(0).isInt()) {
                return json(400, "{}");
            }
            ids.forEach(id -> {
                ObjectNode hook = hooks.get(id.asText());
                if (hook != null) {
                    hook.put("expirationDate", expirationDate());
                }
            });
            // Unrecognized ids are ignored.
            return json(200, "{\"expirationDate\":\"" + expirationDate() + "\"}");
        });
        service.on("DELETE", "/rest/api/3/webhook", request -> {
            JsonNode ids = JsonSupport.parse(request.body()).path("webhookIds");
            if (!ids.isArray() || !ids.path(0).isInt()) {
                return json(400, "{}");
            }
            ids.forEach(id -> hooks.remove(id.asText()));
            return MockResponse.status(202);
        });
    }

    /** In 30 days, in the format of the documentation. */
    private String expirationDate() {
        return time.now().plus(Duration.ofDays(30)).toString().replace("Z", ".000+0000");
    }

    private void jiraHook(String jql, String url) {
        int id = 1000 + created++;
        hooks.put(
                Integer.toString(id),
                JsonNodeFactory.instance
                        .objectNode()
                        .put("id", id)
                        .put("jqlFilter", jql)
                        .put("url", url)
                        .put("expirationDate", expirationDate()));
    }

    private WebhookSubscriptionBuilder jiraBuilder(String jql) {
        return builder("jira", URL).parameter("jql", jql).events("jira:issue_created", "jira:issue_updated");
    }

    @Test
    void jira() {
        startJira();
        for (int i = 0; i < 4; i++) {
            jiraHook("project = OTHER", URL);
        }
        jiraHook("project = PRJ", URL);
        WebhookSubscription subscription = jiraBuilder("project = PRJ").build();

        subscription.register();

        assertThat(failures).isEmpty();
        assertThat(subscription.status().id()).contains("1005");
        assertThat(hooks).doesNotContainKey("1004").hasSize(5);
        assertThat(hooks.get("1005").path("events")).hasSize(2);
        assertThat(subscription.status().expires()).contains(time.now().plus(Duration.ofDays(30)));
        run(subscription, Duration.ofDays(60));
        assertThat(subscription.status().id()).contains("1005");
        assertThat(subscription.status().expires().orElseThrow())
                .isAfter(time.now().plus(Duration.ofDays(14)));
        assertThat(requestLines(request -> request.method().equals("PUT"))).hasSizeBetween(3, 5);

        WebhookReceiver receiver =
                receiver(subscription, it -> it.verify(Verifiers.jwt(APP).build()));
        String body = "{\"webhookEvent\":\"jira:issue_created\",\"matchedWebhookIds\":[1005]}";
        assertThat(receiver.receive(request("POST", Map.of("Authorization", "Bearer " + jwt(APP)), body))
                        .status())
                .isEqualTo(200);
        Secret other = Secret.of("another-secret-of-at-least-thirty-two-bytes");
        assertThat(receiver.receive(request("POST", Map.of("Authorization", "Bearer " + jwt(other)), body))
                        .status())
                .isEqualTo(401);
        assertThat(events).hasSize(1);

        hooks.remove("1005");
        run(subscription, Duration.ofHours(7));
        assertThat(subscription.status().id()).contains("1006");
        losesResponse = true;
        hooks.remove("1006");
        run(subscription, Duration.ofHours(7));
        assertThat(subscription.status().id()).contains("1007");
        assertThat(hooks).hasSize(5);
        assertThat(subscription.stop().state()).isEqualTo(SubscriptionState.NOT_REGISTERED);
        assertThat(hooks).hasSize(4);
    }

    private String jwt(Secret secret) {
        Base64.Encoder encoder = Base64.getUrlEncoder().withoutPadding();
        String signed = encoder.encodeToString("{\"alg\":\"HS256\",\"typ\":\"JWT\"}".getBytes(UTF_8)) + "."
                + encoder.encodeToString(("{\"iat\":" + time.now().getEpochSecond() + ",\"exp\":"
                                + (time.now().getEpochSecond() + 180) + "}")
                        .getBytes(UTF_8));
        return signed + "."
                + encoder.encodeToString(
                        Hashing.hmac("HmacSHA256", secret.reveal().getBytes(UTF_8), signed.getBytes(UTF_8)));
    }

    /** A rejection in a successful response is reported with its reason, and nothing is searched for. */
    @Test
    void jiraRejectsAFilter() {
        startJira();
        WebhookSubscription subscription = jiraBuilder("watchCount > 5").build();

        subscription.manage();

        assertThat(failures)
                .singleElement()
                .asString()
                .startsWith("CREATE The service rejected the subscription: ")
                .contains("The clause watchCount is unsupported")
                .doesNotContain("6f1cd0");
        assertThat(subscription.status().lastError().orElseThrow())
                .contains("watchCount")
                .doesNotContain("6f1cd0");
        run(subscription, Duration.ofMinutes(1));
        assertThat(requestLines(request -> request.method().equals("POST"))).hasSize(2);
    }

    // Zendesk.

    private final Map<String, String> signingSecrets = new HashMap<>();
    private int signingSecretStatus = 200;

    private void startZendesk() {
        service.on("GET", "/webhooks", request -> {
            int size = Math.min(2, Integer.parseInt(query(request, "page[size]")));
            String after = query(request, "page[after]");
            int start = after.isEmpty() ? 0 : Integer.parseInt(after.substring("cursor-".length()));
            List<ObjectNode> all = List.copyOf(hooks.values());
            ArrayNode page = JsonNodeFactory.instance.arrayNode();
            int end = Math.min(start + size, all.size());
            all.subList(Math.min(start, end), end).forEach(page::add);
            return json(
                    200,
                    "{\"webhooks\":" + page + ",\"meta\":{\"has_more\":" + (end < all.size())
                            + ",\"after_cursor\":\"cursor-" + end + "\",\"before_cursor\":\"cursor-" + start
                            + "\"},\"links\":{\"next\":\"\",\"prev\":\"\"}}");
        });
        service.on("POST", "/webhooks", request -> {
            JsonNode webhook = JsonSupport.parse(request.body()).path("webhook");
            boolean isValid = webhook.path("name").isTextual()
                    && webhook.path("endpoint").isTextual()
                    && webhook.path("http_method").asText().equals("POST")
                    && webhook.path("request_format").asText().equals("json")
                    && webhook.path("status").asText().equals("active")
                    && webhook.path("subscriptions").isArray();
            if (!isValid) {
                return json(400, "{\"errors\":[{\"code\":\"InvalidWebhook\"}]}");
            }
            String id = "01EJFTSCC78X5V07NPY2MHR00" + created++;
            return zendeskHook(id, (ObjectNode) webhook);
        });
    }

    private MockResponse zendeskHook(String id, ObjectNode webhook) {
        signingSecrets.put(id, "secret-0-of-" + id);
        String path = "/webhooks/" + id;
        service.on(
                "GET",
                path,
                request -> hooks.containsKey(id)
                        ? json(200, "{\"webhook\":" + hooks.get(id) + "}")
                        : json(404, "{\"errors\":[{\"code\":\"WebhookNotFound\"}]}"));
        service.on("DELETE", path, request -> {
            assertThat(hooks.remove(id)).isNotNull();
            return MockResponse.status(204);
        });
        service.on(
                "GET",
                path + "/signing_secret",
                request -> signingSecretStatus == 200
                        ? json(
                                200,
                                "{\"signing_secret\":{\"algorithm\":\"SHA256\",\"secret\":\"" + signingSecrets.get(id)
                                        + "\"}}")
                        : json(signingSecretStatus, "{\"errors\":[{\"code\":\"Forbidden\"}]}"));
        service.on("POST", path + "/signing_secret", request -> {
            signingSecrets.put(id, "secret-1-of-" + id);
            return json(
                    201,
                    "{\"signing_secret\":{\"algorithm\":\"SHA256\",\"secret\":\"" + signingSecrets.get(id) + "\"}}");
        });
        ObjectNode hook = webhook.deepCopy().put("id", id);
        return store(hook, 201, "{\"webhook\":" + hook + "}");
    }

    private WebhookRequest zendeskEvent(String secret) {
        String body = "{\"id\":\"" + events.size() + "\",\"type\":\"zen:event-type:user.created\"}";
        String timestamp = time.now().toString();
        return request(
                "POST",
                Map.of(
                        "X-Zendesk-Webhook-Signature",
                        sign("HmacSHA256", Secret.of(secret), timestamp + body),
                        "X-Zendesk-Webhook-Signature-Timestamp",
                        timestamp),
                body);
    }

    private WebhookSubscription zendeskSubscription() {
        return builder("zendesk", URL)
                .events("zen:event-type:user.created")
                .checkEvery(Duration.ofHours(1))
                .build();
    }

    @Test
    void zendesk() {
        startZendesk();
        for (int i = 0; i < 5; i++) {
            ObjectNode other = JsonNodeFactory.instance.objectNode().put("endpoint", i == 4 ? URL : URL + i);
            zendeskHook("other" + i, other.put("status", "active"));
        }
        WebhookSubscription subscription = zendeskSubscription();
        WebhookReceiver receiver = receiver(subscription, it -> it);

        subscription.register();

        assertThat(failures).isEmpty();
        String id = subscription.status().id().orElseThrow();
        assertThat(hooks).hasSize(5).doesNotContainKey("other4").containsKey(id);
        assertThat(hooks.get(id).path("subscriptions").get(0).asText()).isEqualTo("zen:event-type:user.created");
        assertThat(receiver.receive(zendeskEvent("secret-0-of-" + id)).status()).isEqualTo(200);
        assertThat(receiver.receive(zendeskEvent("forged")).status()).isEqualTo(401);

        subscription.rotateSecret();
        assertThat(requestLines(request -> request.uri().getPath().endsWith("/signing_secret")))
                .containsExactly("GET /webhooks/" + id + "/signing_secret", "POST /webhooks/" + id + "/signing_secret");
        assertThat(receiver.receive(zendeskEvent("secret-1-of-" + id)).status()).isEqualTo(200);
        // Events under way are still signed by the previous secret.
        assertThat(receiver.receive(zendeskEvent("secret-0-of-" + id)).status()).isEqualTo(200);
        assertThat(events).hasSize(3);

        hooks.get(id).put("status", "inactive");
        run(subscription, Duration.ofHours(2));
        assertThat(subscription.status().id().orElseThrow()).isNotEqualTo(id);
        assertThat(hooks).hasSize(5).doesNotContainKey(id);
        assertThat(failures).isEmpty();
    }

    /** A subscription whose secret cannot be read is deleted, and the reason is reported. */
    @Test
    void zendeskSecretCannotBeRead() {
        startZendesk();
        WebhookSubscription subscription = zendeskSubscription();
        signingSecretStatus = 403;

        subscription.manage();

        assertThat(failures).singleElement().asString().startsWith("CREATE ").contains("403");
        assertThat(hooks).isEmpty();
        signingSecretStatus = 200;
        run(subscription, Duration.ofMinutes(10));
        assertThat(subscription.status().state()).isEqualTo(SubscriptionState.ACTIVE);
        assertThat(hooks).hasSize(1);
    }

    @Test
    void zendeskResponseIsLost() {
        startZendesk();
        losesResponse = true;
        WebhookSubscription subscription = zendeskSubscription();

        subscription.register();
        run(subscription, Duration.ofMinutes(10));

        // Nobody knows whether its secret was read: it is replaced.
        assertThat(hooks).hasSize(1);
        String id = subscription.status().id().orElseThrow();
        assertThat(receiver(subscription, it -> it)
                        .receive(zendeskEvent("secret-0-of-" + id))
                        .status())
                .isEqualTo(200);
    }

    // Box.

    private void startBox() {
        service.on("GET", "/webhooks", request -> {
            int limit = Math.min(2, Integer.parseInt(query(request, "limit")));
            String marker = query(request, "marker");
            int start = marker.isEmpty() ? 0 : Integer.parseInt(marker.substring("marker".length()));
            List<ObjectNode> all = List.copyOf(hooks.values());
            int end = Math.min(start + limit, all.size());
            ArrayNode entries = JsonNodeFactory.instance.arrayNode();
            // The list contains neither addresses nor triggers.
            all.subList(Math.min(start, end), end)
                    .forEach(hook -> entries.add(hook.deepCopy().retain("id", "type", "target")));
            return json(
                    200,
                    "{\"limit\":" + limit + ",\"next_marker\":" + (end < all.size() ? "\"marker" + end + "\"" : "null")
                            + ",\"entries\":" + entries + "}");
        });
        service.on("POST", "/webhooks", request -> {
            ObjectNode json = (ObjectNode) JsonSupport.parse(request.body());
            if (!json.path("address").isTextual()
                    || !json.path("triggers").isArray()
                    || !json.at("/target/id").isTextual()
                    || !json.at("/target/type").asText().matches("file|folder")) {
                return json(400, "{\"type\":\"error\",\"status\":400,\"code\":\"bad_request\"}");
            }
            if (hooks.values().stream().anyMatch(hook -> hook.path("target").equals(json.path("target")))) {
                return json(409, "{\"type\":\"error\",\"status\":409,\"code\":\"conflict\"}");
            }
            return boxHook(Integer.toString(11446498 + created++), json);
        });
    }

    private MockResponse boxHook(String id, ObjectNode json) {
        ObjectNode hook = json.deepCopy().put("id", id).put("type", "webhook");
        service.on(
                "GET",
                "/webhooks/" + id,
                request -> hooks.containsKey(id) ? json(200, hooks.get(id).toString()) : json(404, "{}"));
        service.on(
                "DELETE",
                "/webhooks/" + id,
                request -> hooks.remove(id) == null ? json(404, "{}") : MockResponse.status(204));
        return store(hook, 201, hook.toString());
    }

    private void boxHook(String target, String address) {
        ObjectNode hook = JsonNodeFactory.instance.objectNode().put("address", address);
        hook.putObject("target").put("id", target).put("type", "folder");
        boxHook(Integer.toString(11446498 + created++), hook);
    }

    private WebhookRequest boxEvent(Secret key, String trigger, String webhook) {
        String body = "{\"type\":\"webhook_event\",\"id\":\"" + trigger + events.size() + "\",\"trigger\":\"" + trigger
                + "\",\"webhook\":{\"id\":\"" + webhook + "\",\"type\":\"webhook\"}}";
        String timestamp = time.now().toString();
        return request(
                "POST",
                Map.of(
                        "BOX-SIGNATURE-PRIMARY",
                        sign("HmacSHA256", key, body + timestamp),
                        "BOX-SIGNATURE-SECONDARY",
                        sign("HmacSHA256", Secret.of("unknown-key"), body + timestamp),
                        "BOX-DELIVERY-TIMESTAMP",
                        timestamp,
                        "BOX-SIGNATURE-VERSION",
                        "1",
                        "BOX-SIGNATURE-ALGORITHM",
                        "HmacSHA256"),
                body);
    }

    @Test
    void box() {
        startBox();
        for (int i = 0; i < 4; i++) {
            boxHook("elsewhere" + i, URL);
        }
        boxHook("21322", URL);
        WebhookSubscription subscription = builder("box", URL)
                .parameter("target", "21322")
                .events("FILE.UPLOADED", "FILE.DELETED")
                .build();
        Secret secondary = Secret.of("the-secondary-key");
        WebhookReceiver receiver = receiver(subscription, it -> it.verify(Signatures.preset("box", APP, secondary)));
        losesResponse = true;

        subscription.register();
        run(subscription, Duration.ofMinutes(10));

        // The remainder of a crash is deleted; the subscription whose response was lost is found by its target, and
        // adopted.
        assertThat(failures).singleElement().asString().startsWith("CREATE ");
        String id = subscription.status().id().orElseThrow();
        assertThat(hooks).hasSize(5).doesNotContainKey("11446502").containsKey(id);
        assertThat(requestLines(request -> request.uri().toString().contains("elsewhere")))
                .isEmpty();
        assertThat(receiver.receive(boxEvent(APP, "FILE.UPLOADED", id)).status())
                .isEqualTo(200);
        assertThat(receiver.receive(boxEvent(secondary, "FILE.DELETED", id)).status())
                .isEqualTo(200);
        assertThat(receiver.receive(boxEvent(Secret.of("forged"), "FILE.DELETED", id))
                        .status())
                .isEqualTo(401);
        assertThat(events).hasSize(2);

        assertThat(receiver.receive(boxEvent(APP, "NO_ACTIVE_SESSION", id)).status())
                .isEqualTo(200);
        assertThat(gaps).anyMatch(gap -> gap.contains("NO_ACTIVE_SESSION"));
        hooks.remove(id);
        assertThat(receiver.receive(boxEvent(APP, "WEBHOOK.DELETED", id)).status())
                .isEqualTo(200);
        run(subscription, Duration.ofMinutes(1));
        assertThat(subscription.status().id().orElseThrow()).isNotEqualTo(id);
        assertThat(hooks).hasSize(5);
        assertThat(events).hasSize(2);
    }

    /** Another application URL has the only webhook of the target: it is not deleted. */
    @Test
    void boxHasAWebhookOfAnotherUrl() {
        startBox();
        boxHook("21322", "https://elsewhere.example.com/in/1");
        WebhookSubscription subscription = builder("box", URL)
                .parameter("target", "21322")
                .events("FILE.UPLOADED")
                .build();

        subscription.manage();
        run(subscription, Duration.ofMinutes(10));

        assertThat(failures).isNotEmpty().allMatch(failure -> failure.startsWith("CREATE ") && failure.contains("409"));
        assertThat(hooks).containsOnlyKeys("11446498");
    }

    // Trello.

    private static final Secret TOKEN = Secret.of("9eb76d9a9d02b8dd40c2f3e5df18556c831d4d1fadbe2c45f8310e6c93b5c548");

    private int listStatus = 200;

    private void startTrello(WebhookReceiver[] receiver) {
        service.on("GET", "/tokens/" + TOKEN.reveal() + "/webhooks", request -> {
            ArrayNode all = JsonNodeFactory.instance.arrayNode();
            hooks.values().forEach(all::add);
            return json(listStatus, all.toString());
        });
        service.on("POST", "/webhooks/", request -> {
            String url = query(request, "callbackURL");
            String model = query(request, "idModel");
            boolean isReachable =
                    receiver[0].receive(request("HEAD", Map.of(), "")).status() == 200;
            boolean exists = hooks.values().stream()
                    .anyMatch(hook -> hook.path("callbackURL").asText().equals(url)
                            && hook.path("idModel").asText().equals(model));
            if (url.isEmpty() || !model.matches("[0-9a-fA-F]{24}") || !isReachable || exists) {
                return MockResponse.status(400).body("text/plain", "invalid");
            }
            String id = "5abbe4b7ddc1b351ef96141" + created++;
            ObjectNode hook = JsonNodeFactory.instance
                    .objectNode()
                    .put("id", id)
                    .put("description", query(request, "description"))
                    .put("idModel", model)
                    .put("callbackURL", url)
                    .put("active", true)
                    .put("consecutiveFailures", 0)
                    .putNull("firstConsecutiveFailDate");
            service.on(
                    "GET",
                    "/webhooks/" + id,
                    any -> hooks.containsKey(id) ? json(200, hooks.get(id).toString()) : MockResponse.status(404));
            service.on(
                    "DELETE",
                    "/webhooks/" + id,
                    any -> hooks.remove(id) == null ? MockResponse.status(404) : json(200, "{\"_value\":null}"));
            return store(hook, 200, hook.toString());
        });
    }

    private WebhookSubscriptionBuilder trelloBuilder() {
        return builder("trello", URL)
                .parameter("model", "4d5ea62fd76aa1136000000c")
                .secretParameter("token", TOKEN);
    }

    @Test
    void trello() {
        WebhookReceiver[] receiver = new WebhookReceiver[1];
        startTrello(receiver);
        WebhookSubscription subscription = trelloBuilder().build();
        receiver[0] = receiver(subscription, it -> it.verify(Signatures.preset("trello", APP)));
        losesResponse = true;

        subscription.register();
        run(subscription, Duration.ofMinutes(10));

        assertThat(failures).hasSize(1);
        String id = subscription.status().id().orElseThrow();
        assertThat(hooks).containsOnlyKeys(id);
        String body =
                "{\"model\":{\"id\":\"4d5ea62fd76aa1136000000c\"},\"action\":{\"id\":\"1\",\"type\":\"updateCard\"}}";
        WebhookRequest event = request("POST", Map.of("X-Trello-Webhook", sign("HmacSHA1", APP, body + URL)), body);
        assertThat(receiver[0].receive(event).status()).isEqualTo(200);
        assertThat(receiver[0]
                        .receive(request("POST", Map.of("X-Trello-Webhook", sign("HmacSHA1", APP, body)), body))
                        .status())
                .isEqualTo(401);
        assertThat(events).hasSize(1);

        hooks.get(id).put("active", false);
        subscription.checkNow();
        assertThat(subscription.status().id().orElseThrow()).isNotEqualTo(id);
        assertThat(hooks).hasSize(1);
        assertThat(subscription.stop().state()).isEqualTo(SubscriptionState.NOT_REGISTERED);
        assertThat(hooks).isEmpty();
    }

    /** The token in the URL of a request is in no log, exception, status or definition. */
    @Test
    void secretParametersAreNotRevealed() {
        startTrello(new WebhookReceiver[1]);
        listStatus = 500;
        Logger root = (Logger) LoggerFactory.getLogger("io.httpconnector");
        Level before = root.getLevel();
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        root.addAppender(log);
        root.setLevel(Level.TRACE);
        WebhookSubscriptionBuilder builder = trelloBuilder();
        StringBuilder revealed = new StringBuilder(builder.toJson().toString());
        try {
            WebhookSubscription subscription = builder.build();
            subscription.manage();
            revealed.append(subscription.status()).append(subscription);
        } finally {
            root.setLevel(before);
            root.detachAppender(log);
        }
        assertThat(exceptions).isNotEmpty();
        exceptions.forEach(failure -> {
            revealed.append(failure);
            ((ConnectorException) failure).exchange().ifPresent(revealed::append);
        });
        log.list.forEach(line -> revealed.append(line.getFormattedMessage()));

        assertThat(revealed.toString()).contains("/webhooks").doesNotContain(TOKEN.reveal());
    }

    @Test
    void secretParameterIsSetOnlyOnce() {
        assertThatThrownBy(() -> trelloBuilder().parameter("token", "x").build())
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("/parameters: ")
                .hasMessageContaining("secretParameter");
        assertThatThrownBy(() -> builder("trello", URL).parameter("model", "x").build())
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("secretParameter(\"token\", ...)");
    }
}
