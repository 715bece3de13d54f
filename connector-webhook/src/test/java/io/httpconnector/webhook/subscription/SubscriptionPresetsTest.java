package io.httpconnector.webhook.subscription;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.HttpConnection;
import io.httpconnector.Secret;
import io.httpconnector.internal.Hashing;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.state.StateStore;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import io.httpconnector.testing.MockService.RecordedRequest;
import io.httpconnector.testing.VirtualTime;
import io.httpconnector.webhook.Signatures;
import io.httpconnector.webhook.WebhookReceiver;
import io.httpconnector.webhook.WebhookReceiverBuilder;
import io.httpconnector.webhook.WebhookRequest;
import io.httpconnector.webhook.subscription.SubscriptionStatus.SubscriptionState;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests of the definitions of well-known services, with responses as in their public documentation. */
class SubscriptionPresetsTest {

    private static final String URL = "https://hooks.example.com/in/6f1cd0";

    private final VirtualTime time = new VirtualTime();
    private final MockService service = MockService.start();
    private final HttpConnection connection = HttpConnection.named("service")
            .baseUrl(service.baseUrl())
            .timeSource(time)
            .build();
    private final List<String> events = new ArrayList<>();
    private final List<String> failures = new ArrayList<>();

    @AfterEach
    void stop() {
        connection.close();
        service.close();
    }

    private WebhookSubscription preset(String name, UnaryOperator<WebhookSubscriptionBuilder> settings) {
        return settings.apply(WebhookSubscription.named("acme").preset(name))
                .connection(connection)
                .url(URI.create(URL))
                .listener(new SubscriptionListener() {
                    @Override
                    public void onFailure(
                            String subscription, SubscriptionAction action, Exception failure, int count) {
                        failures.add(action + " " + failure);
                    }
                })
                .timeSource(time)
                .build();
    }

    private WebhookReceiver receiver(WebhookSubscription subscription, UnaryOperator<WebhookReceiverBuilder> settings) {
        return settings.apply(WebhookReceiver.named("acme").subscription(subscription))
                .handler(event -> events.add(event.payload().toString()))
                .timeSource(time)
                .build();
    }

    private static WebhookRequest post(String query, Map<String, String> headers, String body) {
        Map<String, List<String>> all = new HashMap<>();
        headers.forEach((name, value) -> all.put(name, List.of(value)));
        return WebhookRequest.of("POST", "/", query, all, body.getBytes(UTF_8));
    }

    private RecordedRequest last(String method) {
        return service.requests().stream()
                .filter(request -> request.method().equals(method))
                .reduce((first, second) -> second)
                .orElseThrow();
    }

    private List<String> requestLines() {
        return service.requests().stream()
                .map(request -> request.method() + " " + request.uri())
                .toList();
    }

    private static String hmac(String algorithm, String secret, String body) {
        return HexFormat.of().formatHex(Hashing.hmac(algorithm, secret.getBytes(UTF_8), body.getBytes(UTF_8)));
    }

    @Test
    void eachPresetNamesItsDocumentation() {
        assertThat(WebhookSubscription.presets()).hasSize(16);
        for (String name : WebhookSubscription.presets()) {
            assertThat(SubscriptionPresets.ALL.documentation(name))
                    .as(name)
                    .isNotEmpty()
                    .allMatch(page -> page.startsWith("https://"));
        }
    }

    @Test
    void microsoftGraph() {
        JsonNode[] hook = new JsonNode[1];
        WebhookSubscription subscription = preset(
                "microsoft-graph",
                builder -> builder.parameter("resource", "me/mailFolders('Inbox')/messages")
                        .events("created", "updated"));
        WebhookReceiver receiver = receiver(subscription, builder -> builder.each("/value"));
        List<String> validations = new ArrayList<>();
        service.on("GET", "/subscriptions", MockResponse.json("{\"value\":[]}"))
                .on("POST", "/subscriptions", request -> {
                    validations.add(new String(
                            receiver.receive(post("validationToken=Validation%3A+Testing", Map.of(), ""))
                                    .body(),
                            UTF_8));
                    hook[0] = JsonSupport.parse(request.body());
                    return MockResponse.status(201)
                            .body(
                                    "application/json",
                                    "{\"id\":\"7f105c7d\",\"clientState\":\"x\",\"expirationDateTime\":"
                                            + hook[0].path("expirationDateTime") + "}");
                })
                .on(
                        "PATCH",
                        "/subscriptions/7f105c7d",
                        request -> MockResponse.json("{\"id\":\"7f105c7d\",\"expirationDateTime\":"
                                + JsonSupport.parse(request.body()).path("expirationDateTime") + "}"))
                .on("DELETE", "/subscriptions/7f105c7d", MockResponse.status(204));

        subscription.register();

        assertThat(failures).isEmpty();
        assertThat(validations).containsExactly("Validation: Testing");
        assertThat(hook[0].path("changeType").asText()).isEqualTo("created,updated");
        assertThat(hook[0].path("notificationUrl").asText()).isEqualTo(URL);
        assertThat(hook[0].path("lifecycleNotificationUrl").asText()).isEqualTo(URL);
        assertThat(hook[0].path("expirationDateTime").asText()).isEqualTo("2026-01-03T22:00:00Z");
        String state = hook[0].path("clientState").asText();
        String event =
                "{\"value\":[{\"subscriptionId\":\"7f105c7d\",\"changeType\":\"created\",\"clientState\":\"%s\"}]}";
        assertThat(receiver.receive(post("", Map.of(), event.formatted(state))).status())
                .isEqualTo(200);
        assertThat(receiver.receive(post("", Map.of(), event.formatted("forged")))
                        .status())
                .isEqualTo(401);
        assertThat(events).hasSize(1);
        time.advance(Duration.ofHours(1));
        String reauthorize =
                "{\"value\":[{\"subscriptionId\":\"7f105c7d\",\"lifecycleEvent\":\"reauthorizationRequired\",\"clientState\":\""
                        + state + "\"}]}";
        assertThat(receiver.receive(post("", Map.of(), reauthorize)).status()).isEqualTo(200);
        subscription.manage();
        assertThat(subscription.status().expires().orElseThrow()).hasToString("2026-01-03T23:00:00Z");
        assertThat(events).hasSize(1);
        assertThat(subscription.stop().state()).isEqualTo(SubscriptionState.NOT_REGISTERED);
    }

    @Test
    void google() {
        WebhookSubscription subscription = preset(
                "google",
                builder -> builder.parameter("api", "calendar/v3").parameter("resource", "calendars/primary/events"));
        WebhookReceiver receiver = receiver(subscription, builder -> builder);
        service.on(
                        "POST",
                        "/calendar/v3/calendars/primary/events/watch",
                        request -> MockResponse.json("{\"kind\":\"api#channel\",\"id\":"
                                + JsonSupport.parse(request.body()).path("id")
                                + ",\"resourceId\":\"o3hgv1538sdjfh\",\"expiration\":\""
                                + JsonSupport.parse(request.body()).path("expiration") + "\"}"))
                .on("POST", "/calendar/v3/channels/stop", MockResponse.status(204));

        subscription.register();

        JsonNode channel = JsonSupport.parse(last("POST").body());
        assertThat(failures).isEmpty();
        assertThat(channel.path("type").asText()).isEqualTo("web_hook");
        assertThat(channel.path("expiration").asLong())
                .isEqualTo(time.now().plus(Duration.ofDays(7)).toEpochMilli());
        assertThat(subscription.status().expires()).contains(time.now().plus(Duration.ofDays(7)));
        String token = channel.path("token").asText();
        assertThat(receiver.receive(notification(token, "sync")).status()).isEqualTo(200);
        assertThat(events).isEmpty();
        assertThat(receiver.receive(notification(token, "exists")).status()).isEqualTo(200);
        assertThat(receiver.receive(notification("forged", "exists")).status()).isEqualTo(401);
        assertThat(events).hasSize(1);

        time.advance(Duration.ofDays(4));
        subscription.manage();

        List<RecordedRequest> all = service.requests();
        assertThat(requestLines())
                .containsExactly(
                        "POST /calendar/v3/calendars/primary/events/watch",
                        "POST /calendar/v3/calendars/primary/events/watch",
                        "POST /calendar/v3/channels/stop");
        assertThat(JsonSupport.parse(all.get(2).body()))
                .isEqualTo(JsonSupport.parse("{\"id\":" + channel.path("id") + ",\"resourceId\":\"o3hgv1538sdjfh\"}"));
        assertThat(receiver.receive(notification(token, "exists")).status()).isEqualTo(200);
    }

    private static WebhookRequest notification(String token, String state) {
        return post("", Map.of("X-Goog-Channel-Token", token, "X-Goog-Resource-State", state), "");
    }

    @Test
    void github() {
        WebhookSubscription subscription = preset(
                "github",
                builder -> builder.parameter("owner", "octocat")
                        .parameter("repository", "hello-world")
                        .events("push", "release"));
        WebhookReceiver receiver = receiver(subscription, builder -> builder);
        service.on("GET", "/repos/octocat/hello-world/hooks", MockResponse.json("[]"))
                .on(
                        "POST",
                        "/repos/octocat/hello-world/hooks",
                        MockResponse.status(201)
                                .body("application/json", "{\"type\":\"Repository\",\"id\":12345678,\"active\":true}"))
                .on(
                        "PATCH",
                        "/repos/octocat/hello-world/hooks/12345678/config",
                        MockResponse.json("{\"content_type\":\"json\",\"secret\":\"********\"}"))
                .on("DELETE", "/repos/octocat/hello-world/hooks/12345678", MockResponse.status(204));

        subscription.register();

        JsonNode hook = JsonSupport.parse(last("POST").body());
        assertThat(hook.path("events")).hasSize(2);
        assertThat(hook.at("/config/url").asText()).isEqualTo(URL);
        String secret = hook.at("/config/secret").asText();
        WebhookRequest ping =
                FakeService.event(secret, "{\"zen\":\"x\",\"hook_id\":1,\"hook\":{\"type\":\"Repository\",\"id\":1}}");
        assertThat(receiver.receive(ping.header("X-GitHub-Event", "ping")).status())
                .isEqualTo(200);
        assertThat(events).isEmpty();
        // A subscribed event about the webhook is an event.
        String meta = "{\"action\":\"deleted\",\"hook_id\":1,\"hook\":{\"type\":\"Repository\",\"id\":1}}";
        assertThat(receiver.receive(FakeService.event(secret, meta)).status()).isEqualTo(200);
        assertThat(events).containsExactly(meta);
        events.clear();
        // The header field is not signed: it cannot turn an event into a ping.
        assertThat(receiver.receive(FakeService.event(secret, "{}").header("X-GitHub-Event", "ping"))
                        .status())
                .isEqualTo(200);
        assertThat(events).hasSize(1);
        subscription.rotateSecret();
        String rotated = JsonSupport.parse(last("PATCH").body()).path("secret").asText();
        assertThat(rotated).hasSize(64).isNotEqualTo(secret);
        assertThat(receiver.receive(FakeService.event(rotated, "{\"n\":1}")).status())
                .isEqualTo(200);
        assertThat(subscription.stop().state()).isEqualTo(SubscriptionState.NOT_REGISTERED);
        assertThat(failures).isEmpty();
    }

    /** The previous hook is at the place that the previous parameters name. */
    @Test
    void changedParametersDeleteTheSubscriptionWhereItWasCreated() {
        service.on("GET", "/repos/octocat/hello/hooks", MockResponse.json("[]"))
                .on(
                        "POST",
                        "/repos/octocat/hello/hooks",
                        MockResponse.status(201).body("application/json", "{\"id\":7}"))
                .on("DELETE", "/repos/octocat/hello/hooks/7", MockResponse.status(204))
                .on("GET", "/repos/octocat/other/hooks", MockResponse.json("[]"))
                .on(
                        "POST",
                        "/repos/octocat/other/hooks",
                        MockResponse.status(201).body("application/json", "{\"id\":8}"));
        StateStore store = StateStore.inMemory();
        MemorySecrets secrets = new MemorySecrets();
        UnaryOperator<WebhookSubscriptionBuilder> shared =
                builder -> builder.store(store).secrets(secrets).parameter("owner", "octocat");
        preset("github", builder -> shared.apply(builder).parameter("repository", "hello"))
                .register();

        WebhookSubscription changed =
                preset("github", builder -> shared.apply(builder).parameter("repository", "other"));
        changed.register();

        assertThat(last("DELETE").uri().getPath()).isEqualTo("/repos/octocat/hello/hooks/7");
        assertThat(changed.status().id()).contains("8");
        assertThat(changed.status().toDelete()).isEmpty();
    }

    @Test
    void gitlab() {
        WebhookSubscription subscription = preset(
                "gitlab", builder -> builder.parameter("project", "acme/app").parameter("issues_events", true));
        WebhookReceiver receiver = receiver(subscription, builder -> builder);
        service.on("GET", "/projects/acme/app/hooks", MockResponse.json("[]"))
                .on(
                        "POST",
                        "/projects/acme/app/hooks",
                        MockResponse.status(201)
                                .body(
                                        "application/json",
                                        "{\"id\":1,\"url\":\"" + URL + "\",\"alert_status\":\"executable\"}"))
                .on("PUT", "/projects/acme/app/hooks/1", MockResponse.json("{\"id\":1}"));

        subscription.register();

        assertThat(failures).isEmpty();
        assertThat(last("POST").uri()).hasToString("/projects/acme%2Fapp/hooks");
        JsonNode hook = JsonSupport.parse(last("POST").body());
        assertThat(hook.path("push_events").asBoolean()).isTrue();
        assertThat(hook.path("issues_events").asBoolean()).isTrue();
        assertThat(hook.path("note_events").isBoolean()).isTrue();
        WebhookRequest event = post(
                "",
                Map.of("X-Gitlab-Token", hook.path("token").asText(), "X-Gitlab-Event", "Push Hook"),
                "{\"object_kind\":\"push\"}");
        assertThat(receiver.receive(event).status()).isEqualTo(200);
        subscription.rotateSecret();
        assertThat(JsonSupport.parse(last("PUT").body()).path("token").asText()).hasSize(64);
        assertThat(failures).isEmpty();
    }

    @Test
    void stripe() {
        WebhookSubscription subscription =
                preset("stripe", builder -> builder.events("charge.succeeded", "charge.failed"));
        service.on(
                        "GET",
                        "/webhook_endpoints",
                        MockResponse.json("{\"object\":\"list\",\"data\":[],\"has_more\":false}"))
                .on(
                        "POST",
                        "/webhook_endpoints",
                        MockResponse.json(
                                "{\"id\":\"we_1Mr5jU\",\"object\":\"webhook_endpoint\",\"status\":\"enabled\",\"secret\":\"whsec_wRNftLajMZNeslQOP6vEPm4iVx5NlZ6z\"}"))
                .on(
                        "GET",
                        "/webhook_endpoints/we_1Mr5jU",
                        MockResponse.json("{\"id\":\"we_1Mr5jU\",\"status\":\"enabled\"}"));

        subscription.register();
        subscription.checkNow();

        assertThat(failures).isEmpty();
        assertThat(last("POST").body())
                .contains("enabled_events%5B%5D=charge.succeeded&enabled_events%5B%5D=charge.failed")
                .contains("url=https%3A%2F%2Fhooks.example.com");
        String timestamp = Long.toString(time.now().getEpochSecond());
        String signature =
                hmac("HmacSHA256", "whsec_wRNftLajMZNeslQOP6vEPm4iVx5NlZ6z", timestamp + ".{\"id\":\"evt_1\"}");
        assertThat(receiver(subscription, builder -> builder)
                        .receive(post(
                                "",
                                Map.of("Stripe-Signature", "t=" + timestamp + ",v1=" + signature),
                                "{\"id\":\"evt_1\"}"))
                        .status())
                .isEqualTo(200);
    }

    /** Events are signed by the client secret of the app, which is no part of the subscription. */
    @Test
    void shopify() {
        WebhookSubscription subscription = preset("shopify", builder -> builder.events("orders/create"));
        service.on(
                        "GET",
                        "/webhooks.json",
                        MockResponse.json(
                                "{\"webhooks\":[{\"id\":4,\"address\":\"" + URL + "\",\"topic\":\"orders/updated\"},"
                                        + "{\"id\":5,\"address\":\"" + URL + "\",\"topic\":\"orders/create\"}]}"))
                .on("DELETE", "/webhooks/5.json", MockResponse.json("{}"))
                .on(
                        "POST",
                        "/webhooks.json",
                        MockResponse.status(201)
                                .body("application/json", "{\"webhook\":{\"id\":7,\"topic\":\"orders/create\"}}"));

        subscription.register();

        assertThat(failures).isEmpty();
        assertThat(subscription.status().id()).contains("7");
        assertThat(requestLines()).filteredOn(line -> line.startsWith("DELETE")).hasSize(1);
        WebhookReceiver receiver =
                receiver(subscription, builder -> builder.verify(Signatures.shopify(Secret.of("client-secret"))));
        String signature = Base64.getEncoder()
                .encodeToString(Hashing.hmac("HmacSHA256", "client-secret".getBytes(UTF_8), "{}".getBytes(UTF_8)));
        assertThat(receiver.receive(post("", Map.of("X-Shopify-Hmac-Sha256", signature), "{}"))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void twitch() {
        WebhookSubscription subscription = preset(
                "twitch", builder -> builder.events("user.update").parameter("condition", Map.of("user_id", "1234")));
        WebhookReceiver receiver = receiver(subscription, builder -> builder);
        service.on("GET", "/eventsub/subscriptions", MockResponse.json("{\"data\":[],\"pagination\":{}}"))
                .on(
                        "POST",
                        "/eventsub/subscriptions",
                        MockResponse.status(202)
                                .body(
                                        "application/json",
                                        "{\"data\":[{\"id\":\"26b1c993\",\"status\":\"webhook_callback_verification_pending\"}]}"));

        subscription.register();

        assertThat(failures).isEmpty();
        JsonNode hook = JsonSupport.parse(last("POST").body());
        assertThat(hook.at("/condition/user_id").asText()).isEqualTo("1234");
        String secret = hook.at("/transport/secret").asText();
        assertThat(new String(
                        receiver.receive(
                                        twitch(secret, "webhook_callback_verification", "{\"challenge\":\"pogchamp\"}"))
                                .body(),
                        UTF_8))
                .isEqualTo("pogchamp");
        assertThat(receiver.receive(twitch(secret, "notification", "{\"event\":{}}"))
                        .status())
                .isLessThan(300);
        assertThat(events).hasSize(1);
        // The header field is not signed: it cannot turn an event into a revocation.
        receiver.receive(twitch(
                secret,
                "revocation",
                "{\"subscription\":{\"id\":\"26b1c993\",\"status\":\"enabled\"},\"event\":{\"n\":1}}"));
        subscription.manage();
        assertThat(subscription.status().id()).contains("26b1c993");
        assertThat(events).hasSize(2);
        service.on(
                "POST",
                "/eventsub/subscriptions",
                MockResponse.status(202).body("application/json", "{\"data\":[{\"id\":\"second\"}]}"));
        receiver.receive(
                twitch(secret, "revocation", "{\"subscription\":{\"id\":\"26b1c993\",\"status\":\"user_removed\"}}"));
        subscription.manage();
        assertThat(subscription.status().id()).contains("second");
        assertThat(events).hasSize(2);
    }

    private WebhookRequest twitch(String secret, String type, String body) {
        String timestamp = time.now().toString();
        String id = "id-" + type + body.length();
        return post(
                "",
                Map.of(
                        "Twitch-Eventsub-Message-Id", id,
                        "Twitch-Eventsub-Message-Timestamp", timestamp,
                        "Twitch-Eventsub-Message-Type", type,
                        "Twitch-Eventsub-Message-Signature",
                                "sha256=" + hmac("HmacSHA256", secret, id + timestamp + body)),
                body);
    }

    @Test
    void typeform() {
        WebhookSubscription subscription = preset("typeform", builder -> builder.parameter("form", "u6nXL7"));
        service.on("GET", "/forms/u6nXL7/webhooks", MockResponse.json("{\"items\":[]}"));
        String[] tag = new String[1];
        // The tag is the id that the client chooses: any path.
        subscription.manage();
        assertThat(failures).hasSize(1);
        RecordedRequest put = last("PUT");
        tag[0] = put.uri().getPath().substring("/forms/u6nXL7/webhooks/".length());

        assertThat(tag[0]).hasSize(36);
        JsonNode hook = JsonSupport.parse(put.body());
        assertThat(hook.path("url").asText()).isEqualTo(URL);
        assertThat(hook.path("enabled").asBoolean()).isTrue();
        assertThat(hook.path("secret").asText()).hasSize(64);
    }

    @Test
    void webex() {
        WebhookSubscription subscription = preset(
                "webex", builder -> builder.parameter("resource", "messages").events("created"));
        service.on("GET", "/webhooks", MockResponse.json("{\"items\":[]}"))
                .on("POST", "/webhooks", MockResponse.json("{\"id\":\"Y2lz\",\"status\":\"active\"}"))
                .on("GET", "/webhooks/Y2lz", MockResponse.json("{\"id\":\"Y2lz\",\"status\":\"active\"}"))
                .on("PUT", "/webhooks/Y2lz", MockResponse.json("{\"id\":\"Y2lz\",\"status\":\"active\"}"));

        subscription.register();
        subscription.checkNow();
        subscription.rotateSecret();

        assertThat(failures).isEmpty();
        String secret = JsonSupport.parse(last("PUT").body()).path("secret").asText();
        assertThat(receiver(subscription, builder -> builder)
                        .receive(post(
                                "", Map.of("X-Spark-Signature", hmac("HmacSHA1", secret, "{\"id\":1}")), "{\"id\":1}"))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void asana() {
        WebhookSubscription subscription = preset(
                "asana", builder -> builder.parameter("workspace", "1331").parameter("resource", "8675309"));
        WebhookReceiver receiver = receiver(subscription, builder -> builder.each("/events"));
        service.on("GET", "/webhooks", MockResponse.json("{\"data\":[]}")).on("POST", "/webhooks", request -> {
            int status = receiver.receive(post("", Map.of("X-Hook-Secret", "b537207f20cbfa02"), ""))
                    .status();
            return status == 200
                    ? MockResponse.status(201)
                            .body("application/json", "{\"data\":{\"gid\":\"43214\",\"active\":false}}")
                    : MockResponse.status(400);
        });

        subscription.register();

        assertThat(failures).isEmpty();
        assertThat(JsonSupport.parse(last("POST").body()).at("/data/target").asText())
                .isEqualTo(URL);
        String body = "{\"events\":[{\"action\":\"added\"}]}";
        assertThat(receiver.receive(post(
                                "", Map.of("X-Hook-Signature", hmac("HmacSHA256", "b537207f20cbfa02", body)), body))
                        .status())
                .isEqualTo(200);
        assertThat(events).hasSize(1);
    }

    @Test
    void airtable() {
        WebhookSubscription subscription = preset("airtable", builder -> builder.parameter("base", "appAcme"));
        String secret = Base64.getEncoder().encodeToString("mac-secret".getBytes(UTF_8));
        service.on("GET", "/bases/appAcme/webhooks", MockResponse.json("{\"webhooks\":[]}"))
                .on(
                        "POST",
                        "/bases/appAcme/webhooks",
                        MockResponse.json("{\"id\":\"ach0001\",\"macSecretBase64\":\"" + secret
                                + "\",\"expirationTime\":\"2026-01-08T00:00:00.000Z\"}"))
                .on(
                        "POST",
                        "/bases/appAcme/webhooks/ach0001/refresh",
                        MockResponse.json("{\"expirationTime\":\"2026-01-12T00:00:00.000Z\"}"));

        subscription.register();
        subscription.renewNow();

        assertThat(failures).isEmpty();
        assertThat(subscription.status().expires().orElseThrow()).hasToString("2026-01-12T00:00:00Z");
        String body = "{\"base\":{\"id\":\"appAcme\"},\"webhook\":{\"id\":\"ach0001\"}}";
        assertThat(receiver(subscription, builder -> builder)
                        .receive(post(
                                "",
                                Map.of(
                                        "X-Airtable-Content-MAC",
                                        "hmac-sha256=" + hmac("HmacSHA256", "mac-secret", body)),
                                body))
                        .status())
                .isEqualTo(200);
    }
}
