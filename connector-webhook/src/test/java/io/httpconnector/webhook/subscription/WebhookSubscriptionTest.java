package io.httpconnector.webhook.subscription;

import static org.assertj.core.api.Assertions.assertThat;

import io.httpconnector.state.StateStore;
import io.httpconnector.testing.VirtualTime;
import io.httpconnector.webhook.subscription.FakeService.Fate;
import io.httpconnector.webhook.subscription.FakeService.Hook;
import io.httpconnector.webhook.subscription.SubscriptionStatus.State;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests of the life cycle of a subscription, and of the faults of its service. */
class WebhookSubscriptionTest {

    private final VirtualTime time = new VirtualTime();
    private FakeService service;
    private Nodes nodes;

    @BeforeEach
    void start() throws Exception {
        service = new FakeService(time);
        nodes = new Nodes(time, service, StateStore.inMemory());
    }

    @AfterEach
    void stop() throws Exception {
        nodes.close();
        service.close();
    }

    /** Executes each step when it is due, until a time has passed. */
    private void run(WebhookSubscription subscription, Duration duration) {
        Instant end = time.now().plus(duration);
        Instant due = subscription.manage();
        while (due.isBefore(end)) {
            assertThat(due).isAfter(time.now());
            time.advance(Duration.between(time.now(), due));
            due = subscription.manage();
        }
        time.advance(Duration.between(time.now(), end));
    }

    @Test
    void subscriptionIsCreatedAndItsEventsAreVerified() {
        WebhookSubscription subscription = nodes.node();

        assertThat(subscription.status().state()).isEqualTo(State.NOT_REGISTERED);
        subscription.register();

        Hook hook = service.only();
        assertThat(hook.url).isEqualTo(Nodes.URL);
        assertThat(subscription.status().state()).isEqualTo(State.ACTIVE);
        assertThat(subscription.status().id()).contains(hook.id);
        assertThat(subscription.status().expires()).contains(hook.expires);
        assertThat(nodes.receive(subscription, hook.secret, "{\"n\":1}")).isEqualTo(200);
        assertThat(nodes.receive(subscription, "another", "{\"n\":2}")).isEqualTo(401);
        assertThat(nodes.events).containsExactly("{\"n\":1}");
        assertThat(subscription.status().lastEvent()).contains(time.now());
        assertThat(nodes.notifications).containsExactly("created h1");
    }

    @Test
    void subscriptionIsRenewedAtHalfItsLifetime() {
        WebhookSubscription subscription = nodes.node();
        subscription.register();

        run(subscription, Duration.ofDays(14));

        assertThat(service.only().id).isEqualTo("h1");
        assertThat(nodes.notifications).filteredOn("renewed h1"::equals).hasSize(9);
        assertThat(subscription.status().lastRenewal()).isPresent();
    }

    @Test
    void renewalIsRepeatedUntilItSucceeds() {
        WebhookSubscription subscription = nodes.node();
        subscription.register();
        Instant outage = time.now().plus(Duration.ofHours(36));
        service.status = request -> request.startsWith("PATCH ")
                        && !time.now().isBefore(outage)
                        && time.now().isBefore(outage.plus(Duration.ofHours(1)))
                ? 500
                : 0;

        run(subscription, Duration.ofHours(40));

        assertThat(service.only().id).isEqualTo("h1");
        assertThat(service.only().expires).isAfter(outage.plus(Duration.ofDays(3)));
        assertThat(nodes.notifications).contains("failed RENEW 1", "failed RENEW 3", "renewed h1");
        assertThat(subscription.status().consecutiveFailures()).isZero();
    }

    @Test
    void subscriptionIsRecreatedWhenItsRenewalIsNotFound() {
        WebhookSubscription subscription = nodes.node();
        subscription.register();
        String secret = service.only().secret;
        time.advance(Duration.ofHours(37));
        service.drop("h1");
        service.status = request -> request.startsWith("GET /hooks/") ? 500 : 0;

        subscription.manage();

        assertThat(service.only().id).isEqualTo("h2");
        assertThat(nodes.notifications)
                .contains("recreated h2: renew: it does not exist any more", "gap: renew: it does not exist any more");
        assertThat(nodes.receive(subscription, secret, "{\"late\":1}")).isEqualTo(200);
        assertThat(nodes.receive(subscription, service.only().secret, "{\"n\":1}"))
                .isEqualTo(200);
    }

    @Test
    void renewalThatConflictsIsRepeated() {
        WebhookSubscription subscription = nodes.node();
        subscription.register();
        AtomicInteger conflicts = new AtomicInteger(2);
        service.status = request -> request.startsWith("PATCH ") && conflicts.getAndDecrement() > 0 ? 409 : 0;

        run(subscription, Duration.ofHours(40));

        assertThat(service.only().id).isEqualTo("h1");
        assertThat(nodes.notifications).contains("failed RENEW 2", "renewed h1");
    }

    @Test
    void revokedConsentIsReportedAndRetriedRarely() {
        WebhookSubscription subscription = nodes.node();
        subscription.register();
        service.status = request -> 401;

        time.advance(Duration.ofHours(37));
        Instant next = subscription.manage();

        assertThat(subscription.status().state()).isEqualTo(State.AUTHORIZATION_NEEDED);
        assertThat(next).isEqualTo(time.now().plus(Duration.ofHours(1)));
        service.status = request -> 0;
        run(subscription, Duration.ofHours(2));
        assertThat(subscription.status().state()).isEqualTo(State.ACTIVE);
        assertThat(service.only().id).isEqualTo("h1");
    }

    @Test
    void droppedSubscriptionIsFoundByTheCheck() {
        WebhookSubscription subscription = nodes.node();
        subscription.register();
        service.drop("h1");

        run(subscription, Duration.ofHours(7));

        assertThat(service.only().id).isEqualTo("h2");
        assertThat(nodes.notifications).contains("gap: check: it does not exist any more");
    }

    @Test
    void disabledSubscriptionIsReplaced() {
        WebhookSubscription subscription = nodes.node();
        subscription.register();
        service.only().active = false;

        run(subscription, Duration.ofHours(7));

        assertThat(service.only().id).isEqualTo("h2");
        assertThat(nodes.notifications).contains("deleted h1");
    }

    @Test
    void lostResponseLeavesOneSubscription() {
        AtomicInteger lost = new AtomicInteger(1);
        service.fate = request ->
                request.equals("POST /hooks") && lost.getAndDecrement() > 0 ? Fate.RESPONSE_LOST : Fate.NORMAL;
        WebhookSubscription subscription = nodes.node();
        subscription.register();

        run(subscription, Duration.ofHours(1));

        Hook hook = service.only();
        assertThat(hook.id).isEqualTo("h1");
        assertThat(nodes.receive(subscription, hook.secret, "{}")).isEqualTo(200);
        assertThat(nodes.notifications).containsExactly("failed CREATE 1", "created h1");
    }

    @Test
    void lostResponseWithASecretOfTheServiceLeavesOneSubscription() {
        service.choosesSecret = true;
        AtomicInteger lost = new AtomicInteger(1);
        service.fate = request ->
                request.equals("POST /hooks") && lost.getAndDecrement() > 0 ? Fate.RESPONSE_LOST : Fate.NORMAL;
        WebhookSubscription subscription = nodes.node(
                Nodes.URL,
                Nodes.DEFINITION
                        .replace("\"secret\": \"{{webhook.secret}}\", \"events\"", "\"events\"")
                        .replace(
                                "\"id\": \"/id\", \"expiry\": \"/expires\",\n",
                                "\"id\": \"/id\", \"secret\": \"/secret\",\n"));
        subscription.register();

        run(subscription, Duration.ofHours(1));

        Hook hook = service.only();
        assertThat(hook.id).isEqualTo("h2");
        assertThat(nodes.receive(subscription, hook.secret, "{}")).isEqualTo(200);
        assertThat(nodes.notifications).contains("duplicate h1");
    }
}
