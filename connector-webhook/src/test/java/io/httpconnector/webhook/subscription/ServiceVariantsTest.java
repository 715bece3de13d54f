package io.httpconnector.webhook.subscription;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.internal.Hashing;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.state.StateStore;
import io.httpconnector.testing.VirtualTime;
import io.httpconnector.webhook.WebhookReceiver;
import io.httpconnector.webhook.WebhookRequest;
import io.httpconnector.webhook.WebhookResponse;
import io.httpconnector.webhook.subscription.FakeService.Fate;
import io.httpconnector.webhook.subscription.FakeService.Hook;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests of services that deliver secrets, validate URLs, send notifications about subscriptions, or can do less than others. */
class ServiceVariantsTest {

    private final VirtualTime time = new VirtualTime();
    private FakeService service;
    private Nodes nodes;

    @BeforeEach
    void start() {
        service = new FakeService(time);
        nodes = new Nodes(time, service, StateStore.inMemory());
    }

    @AfterEach
    void stop() throws Exception {
        nodes.close();
        service.close();
    }

    private static String without(String... members) {
        var json = JsonSupport.parse(Nodes.DEFINITION).deepCopy();
        return ((ObjectNode) json).without(List.of(members)).toString();
    }

    private static WebhookRequest post(String query, Map<String, String> headers, String body) {
        Map<String, List<String>> all = new HashMap<>();
        headers.forEach((name, value) -> all.put(name, List.of(value)));
        return WebhookRequest.of("POST", "/", query, all, body.getBytes(UTF_8));
    }

    @Test
    void urlIsValidatedWhileTheSubscriptionIsCreated() {
        WebhookSubscription subscription = nodes.node(
                Nodes.URL,
                Nodes.DEFINITION.replaceFirst(
                        "\"verify\"", "\"handshake\": [{\"type\": \"microsoft-graph\"}], \"verify\""));
        WebhookReceiver receiver = nodes.receiver(subscription);
        List<String> validated = new ArrayList<>();
        service.creating = hook -> {
            WebhookResponse response = receiver.receive(post("validationToken=t-77", Map.of(), ""));
            validated.add(response.status() + " " + new String(response.body(), UTF_8));
        };

        subscription.register();

        assertThat(validated).containsExactly("200 t-77");
        assertThat(service.only().id).isEqualTo("h1");
    }

    /** Events that arrive before the response to create, as they do when the service is faster than we are. */
    @Test
    void eventsAreVerifiedBeforeTheSubscriptionIsStored() {
        WebhookSubscription subscription = nodes.node();
        WebhookReceiver receiver = nodes.receiver(subscription);
        List<Integer> early = new ArrayList<>();
        service.creating = hook -> early.add(receiver.receive(FakeService.event(hook.secret, "{\"early\":1}"))
                .status());

        subscription.register();

        assertThat(early).containsExactly(200);
    }

    @Test
    void deliveredSecretIsAcceptedOnlyWhileASubscriptionIsCreated() {
        WebhookSubscription subscription = nodes.node(
                Nodes.URL,
                Nodes.DEFINITION
                        .replace("\"secret\": \"{{webhook.secret}}\", \"events\"", "\"events\"")
                        .replace("\"name\": \"github\"", "\"name\": \"asana\"")
                        .replaceFirst(
                                "\"verify\"",
                                "\"handshake\": [{\"type\": \"asana\", \"secret\": \"next\"}], \"verify\""));
        WebhookReceiver receiver = nodes.receiver(subscription);
        WebhookRequest forged = post("", Map.of("X-Hook-Secret", "f0f0f0"), "");
        List<Integer> handshakes = new ArrayList<>();
        service.creating = hook -> {
            handshakes.add(receiver.receive(post("", Map.of("X-Hook-Secret", "a1b2c3"), ""))
                    .status());
            handshakes.add(receiver.receive(forged).status());
        };

        assertThat(receiver.receive(forged).status()).isEqualTo(403);
        subscription.register();

        assertThat(handshakes).containsExactly(200, 403);
        time.advance(Duration.ofMinutes(5));
        assertThat(receiver.receive(forged).status()).isEqualTo(403);
        assertThat(receiver.receive(signed("a1b2c3", "{\"events\":[]}")).status())
                .isEqualTo(200);
        assertThat(receiver.receive(signed("f0f0f0", "{\"events\":[]}")).status())
                .isEqualTo(401);
    }

    private static WebhookRequest signed(String secret, String body) {
        String signature =
                HexFormat.of().formatHex(Hashing.hmac("HmacSHA256", secret.getBytes(UTF_8), body.getBytes(UTF_8)));
        return post("", Map.of("X-Hook-Signature", signature), body);
    }

    @Test
    void subscriptionWithoutItsDeliveredSecretIsDeletedAndCreatedAgain() {
        WebhookSubscription subscription = nodes.node(
                Nodes.URL,
                Nodes.DEFINITION
                        .replace("\"secret\": \"{{webhook.secret}}\", \"events\"", "\"events\"")
                        .replaceFirst(
                                "\"verify\"",
                                "\"handshake\": [{\"type\": \"asana\", \"secret\": \"next\"}], \"verify\""));

        subscription.register();

        assertThat(subscription.status().state()).isEqualTo(SubscriptionStatus.SubscriptionState.CREATING);
        assertThat(subscription.status().lastError().orElseThrow())
                .contains("neither returned nor delivered its secret");
        assertThat(service.active()).isEmpty();
    }

    private static final String LIFECYCLE = """
            "lifecycle": {"records": "/value", "type": "/lifecycleEvent", "subscription": "/subscriptionId",
              "renew": ["reauthorizationRequired"], "recreate": ["subscriptionRemoved"], "missed": ["missed"]}, "verify\"""";

    private WebhookRequest notification(String type, String id) {
        return FakeService.event(
                service.only().secret,
                "{\"value\":[{\"lifecycleEvent\":\"" + type + "\",\"subscriptionId\":\"" + id + "\"}]}");
    }

    @Test
    void notificationsAboutTheSubscriptionAreConsumed() {
        WebhookSubscription subscription =
                nodes.node(Nodes.URL, Nodes.DEFINITION.replaceFirst("\"verify\"", LIFECYCLE.replace("\\", "")));
        WebhookReceiver receiver = nodes.receiver(subscription);
        subscription.register();

        assertThat(receiver.receive(notification("reauthorizationRequired", "h1"))
                        .status())
                .isEqualTo(200);
        subscription.manage();
        assertThat(nodes.notifications).contains("renewed h1");

        assertThat(receiver.receive(notification("subscriptionRemoved", "another"))
                        .status())
                .isEqualTo(200);
        subscription.manage();
        assertThat(service.only().id).isEqualTo("h1");

        assertThat(receiver.receive(notification("missed", "h1")).status()).isEqualTo(200);
        assertThat(nodes.notifications).contains("gap: notification: missed");

        WebhookRequest removed = notification("subscriptionRemoved", "h1");
        service.drop("h1");
        assertThat(receiver.receive(removed).status()).isEqualTo(200);
        subscription.manage();
        assertThat(service.only().id).isEqualTo("h2");
        assertThat(nodes.notifications).contains("recreated h2: notification: subscriptionRemoved");
        assertThat(nodes.events).isEmpty();
    }

    @Test
    void unverifiedNotificationHasNoEffect() {
        WebhookSubscription subscription =
                nodes.node(Nodes.URL, Nodes.DEFINITION.replaceFirst("\"verify\"", LIFECYCLE.replace("\\", "")));
        subscription.register();

        WebhookRequest forged = FakeService.event(
                "guessed", "{\"value\":[{\"lifecycleEvent\":\"subscriptionRemoved\",\"subscriptionId\":\"h1\"}]}");

        assertThat(nodes.receiver(subscription).receive(forged).status()).isEqualTo(401);
        subscription.manage();
        assertThat(service.only().id).isEqualTo("h1");
    }

    private void run(WebhookSubscription subscription, Duration duration) {
        Instant end = time.now().plus(duration);
        Instant due = subscription.manage();
        while (due.isBefore(end)) {
            time.advance(Duration.between(time.now(), due));
            due = subscription.manage();
        }
        time.advance(Duration.between(time.now(), end));
    }

    @Test
    void withoutARequestToRenewItIsReplacedBeforeItExpires() {
        WebhookSubscription subscription = nodes.node(Nodes.URL, without("renew"));
        subscription.register();
        String first = service.only().secret;

        run(subscription, Duration.ofHours(37));

        assertThat(service.only().id).isEqualTo("h2");
        assertThat(nodes.notifications)
                .containsExactly("created h1", "recreated h2: renewal by a new subscription", "deleted h1");
        assertThat(nodes.receive(subscription, first, "{}")).isEqualTo(200);
        run(subscription, Duration.ofDays(14));
        assertThat(service.active()).hasSize(1);
    }

    @Test
    void possibleOrphanIsReportedIfSubscriptionsCannotBeListed() {
        AtomicInteger lost = new AtomicInteger(1);
        service.fate = request ->
                request.equals("POST /hooks") && lost.getAndDecrement() > 0 ? Fate.RESPONSE_LOST : Fate.NORMAL;
        WebhookSubscription subscription = nodes.node(Nodes.URL, without("list"));
        subscription.register();

        run(subscription, Duration.ofMinutes(10));

        assertThat(subscription.status().state()).isEqualTo(SubscriptionStatus.SubscriptionState.ACTIVE);
        assertThat(subscription.status().possibleOrphans()).hasSize(1);
        assertThat(nodes.notifications).containsExactly("failed CREATE 1", "orphan", "created h2");
    }

    /** Like the channels of Google: the client chooses the id, and a value of the response is needed to stop a channel. */
    @Test
    void subscriptionWhoseIdTheClientHasChosenIsDeletedWithoutAList() {
        service.clientChoosesId = true;
        AtomicInteger lost = new AtomicInteger(1);
        service.fate = request ->
                request.equals("POST /hooks") && lost.getAndDecrement() > 0 ? Fate.RESPONSE_LOST : Fate.NORMAL;
        String definition = without("list", "renew", "check", "healthy", "rotate", "id", "delete")
                .replace(
                        "\"secret\":\"{{webhook.secret}}\"",
                        "\"secret\":\"{{webhook.secret}}\",\"id\":\"{{webhook.id}}\"")
                .replaceFirst("\\{", """
                        {"values": {"resource": "/resource"},
                         "delete": {"name": "Stop", "method": "DELETE", "url": "/{{subscription.resource}}/{{subscription.id}}"},
                        """);
        WebhookSubscription subscription = nodes.node(Nodes.URL, definition);
        subscription.register();

        run(subscription, Duration.ofHours(1));

        Hook hook = service.only();
        assertThat(subscription.status().id()).contains(hook.id);
        assertThat(subscription.status().possibleOrphans()).isEmpty();
        assertThat(nodes.receive(subscription, hook.secret, "{}")).isEqualTo(200);
        subscription.stop();
        assertThat(service.active()).isEmpty();
    }

    @Test
    void serviceThatAllowsOneSubscriptionForAUrlIsAskedToDeleteItFirst() {
        service.uniqueUrls = true;
        WebhookSubscription subscription =
                nodes.node(Nodes.URL, Nodes.DEFINITION.replaceFirst("\\{", "{\"deleteFirst\": true, "));
        subscription.register();
        service.only().active = false;

        run(subscription, Duration.ofHours(7));

        assertThat(service.only().id).isEqualTo("h2");
        assertThat(nodes.notifications)
                .containsSubsequence("deleted h1", "recreated h2: check: the service does not send events to it");
    }

    @Test
    void pagesOfAListAreFollowed() {
        service.pageSize = 2;
        String paged = Nodes.DEFINITION.replace(
                "\"url\": \"/hooks\"},\n   \"records\": \"/hooks\"",
                "\"url\": \"/hooks\", \"query\": [{\"name\": \"after\", \"value\": \"{{page.next | omit}}\"}]},"
                        + " \"next\": \"/next\", \"records\": \"/hooks\"");
        assertThat(paged).contains("/next");
        WebhookSubscription subscription = nodes.node(Nodes.URL, paged);
        for (int i = 0; i < 5; i++) {
            service.create("https://elsewhere.example.com/" + i, "x");
        }
        service.create(Nodes.URL, "remainder of a crash");

        subscription.register();

        assertThat(nodes.notifications).contains("duplicate h6");
        assertThat(service.active())
                .filteredOn(hook -> hook.url.equals(Nodes.URL))
                .hasSize(1);
    }
}
