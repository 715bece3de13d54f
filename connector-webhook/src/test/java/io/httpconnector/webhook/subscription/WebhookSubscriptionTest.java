package io.httpconnector.webhook.subscription;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.TimeSource;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.state.StateException;
import io.httpconnector.state.StateStore;
import io.httpconnector.testing.Await;
import io.httpconnector.testing.FailingStateStore;
import io.httpconnector.testing.VirtualTime;
import io.httpconnector.webhook.WebhookReceiver;
import io.httpconnector.webhook.subscription.FakeService.Fate;
import io.httpconnector.webhook.subscription.FakeService.Hook;
import io.httpconnector.webhook.subscription.SubscriptionStatus.SubscriptionState;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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

    @Test
    void subscriptionIsCreatedAndItsEventsAreVerified() {
        WebhookSubscription subscription = nodes.node();

        assertThat(subscription.status().state()).isEqualTo(SubscriptionState.NOT_REGISTERED);
        subscription.register();

        Hook hook = service.only();
        assertThat(hook.url).isEqualTo(Nodes.URL);
        assertThat(subscription.status().state()).isEqualTo(SubscriptionState.ACTIVE);
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

        Nodes.run(time, subscription, Duration.ofDays(14));

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

        Nodes.run(time, subscription, Duration.ofHours(40));

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

        Nodes.run(time, subscription, Duration.ofHours(40));

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

        assertThat(subscription.status().state()).isEqualTo(SubscriptionState.AUTHORIZATION_NEEDED);
        assertThat(next).isEqualTo(time.now().plus(Duration.ofHours(1)));
        service.status = request -> 0;
        Nodes.run(time, subscription, Duration.ofHours(2));
        assertThat(subscription.status().state()).isEqualTo(SubscriptionState.ACTIVE);
        assertThat(service.only().id).isEqualTo("h1");
    }

    @Test
    void droppedSubscriptionIsFoundByTheCheck() {
        WebhookSubscription subscription = nodes.node();
        subscription.register();
        service.drop("h1");

        Nodes.run(time, subscription, Duration.ofHours(7));

        assertThat(service.only().id).isEqualTo("h2");
        assertThat(nodes.notifications).contains("gap: check: it does not exist any more");
    }

    @Test
    void disabledSubscriptionIsReplaced() {
        WebhookSubscription subscription = nodes.node();
        subscription.register();
        service.only().active = false;

        Nodes.run(time, subscription, Duration.ofHours(7));

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

        Nodes.run(time, subscription, Duration.ofHours(1));

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

        Nodes.run(time, subscription, Duration.ofHours(1));

        Hook hook = service.only();
        assertThat(hook.id).isEqualTo("h2");
        assertThat(nodes.receive(subscription, hook.secret, "{}")).isEqualTo(200);
        assertThat(nodes.notifications).contains("duplicate h1");
    }

    @Test
    void twoNodesThatStartAtOnceCreateOneSubscription() throws Exception {
        WebhookSubscription one = nodes.node();
        WebhookSubscription other = nodes.node();
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            CountDownLatch begin = new CountDownLatch(1);
            List<Future<Instant>> results = new ArrayList<>();
            for (WebhookSubscription node : List.of(one, other)) {
                results.add(threads.submit(() -> {
                    begin.await();
                    return node.register();
                }));
            }
            begin.countDown();
            for (Future<Instant> result : results) {
                assertThat(result.get(30, TimeUnit.SECONDS)).isAfter(time.now());
            }
        } finally {
            threads.shutdownNow();
        }

        Nodes.run(time, one, Duration.ofDays(2));
        Nodes.run(time, other, Duration.ofDays(2));

        assertThat(service.only().id).isEqualTo("h1");
        assertThat(service.requests).filteredOn("POST /hooks"::equals).hasSize(1);
        assertThat(one.status().id()).isEqualTo(other.status().id());
    }

    @Test
    void nodeThatWasSuspendedDeletesWhatItHasCreated() {
        WebhookSubscription slow = nodes.node();
        WebhookSubscription other = nodes.node();
        AtomicInteger creations = new AtomicInteger();
        service.creating = hook -> {
            if (creations.getAndIncrement() == 0) {
                // The first node is suspended during its request; meanwhile, the other one takes over.
                time.advance(Duration.ofMinutes(3));
                Instant unused = other.register();
            }
        };

        slow.register();

        assertThat(service.only().id).isEqualTo("h2");
        assertThat(nodes.notifications).contains("created h2", "duplicate h1");
        assertThat(slow.status().id()).contains("h2");
        assertThat(nodes.receive(slow, service.only().secret, "{}")).isEqualTo(200);
    }

    @Test
    void secretIsRotatedWhileEventsAreUnderWay() {
        WebhookSubscription subscription = nodes.node();
        WebhookReceiver receiver = nodes.receiver(subscription);
        subscription.register();
        String old = service.only().secret;
        List<Integer> during = new ArrayList<>();
        service.status = request -> {
            if (request.startsWith("PATCH ")) {
                during.add(receiver.receive(FakeService.event(old, "{\"during\":1}"))
                        .status());
            }
            return 0;
        };

        subscription.rotateSecret();

        String next = service.only().secret;
        assertThat(next).isNotEqualTo(old);
        assertThat(service.only().id).isEqualTo("h1");
        assertThat(during).containsExactly(200);
        assertThat(receiver.receive(FakeService.event(old, "{\"late\":1}")).status())
                .isEqualTo(200);
        assertThat(receiver.receive(FakeService.event(next, "{\"n\":1}")).status())
                .isEqualTo(200);
        Nodes.run(time, subscription, Duration.ofHours(25));
        assertThat(receiver.receive(FakeService.event(old, "{\"tooLate\":1}")).status())
                .isEqualTo(401);
        assertThat(receiver.receive(FakeService.event(next, "{\"n\":2}")).status())
                .isEqualTo(200);
        assertThat(nodes.notifications).contains("rotated");
    }

    @Test
    void bothSecretsAreValidWhenTheResponseToTheRotationIsLost() {
        WebhookSubscription subscription = nodes.node();
        subscription.register();
        String old = service.only().secret;
        service.fate = request -> request.startsWith("PATCH ") ? Fate.RESPONSE_LOST : Fate.NORMAL;

        subscription.rotateSecret();

        String next = service.only().secret;
        assertThat(next).isNotEqualTo(old);
        assertThat(nodes.receive(subscription, old, "{}")).isEqualTo(200);
        assertThat(nodes.receive(subscription, next, "{\"n\":1}")).isEqualTo(200);
        service.fate = request -> Fate.NORMAL;
        Nodes.run(time, subscription, Duration.ofHours(1));
        assertThat(service.only().secret).isEqualTo(next);
        assertThat(nodes.notifications).containsSubsequence("failed ROTATE 1", "rotated");
    }

    @Test
    void rotationWithoutARequestReplacesTheSubscription() {
        WebhookSubscription subscription = nodes.node(Nodes.URL, without("rotate"));
        subscription.register();
        String old = service.only().secret;

        subscription.rotateSecret();

        assertThat(service.only().id).isEqualTo("h2");
        assertThat(service.only().secret).isNotEqualTo(old);
        assertThat(nodes.receive(subscription, old, "{}")).isEqualTo(200);
        assertThat(nodes.notifications)
                .containsExactly("created h1", "recreated h2: rotation of the secret", "rotated", "deleted h1");
    }

    private static String without(String member) {
        return ((ObjectNode) JsonSupport.parse(Nodes.DEFINITION))
                .without(member)
                .toString();
    }

    @Test
    void otherNodeLearnsTheSecretFromAnEvent() {
        WebhookSubscription one = nodes.node();
        WebhookSubscription other = nodes.node();
        one.register();
        WebhookReceiver receiver = nodes.receiver(other);

        assertThat(receiver.receive(FakeService.event(service.only().secret, "{}"))
                        .status())
                .isEqualTo(200);
        one.rotateSecret();
        time.advance(Duration.ofSeconds(1));
        assertThat(receiver.receive(FakeService.event(service.only().secret, "{\"n\":1}"))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void changedUrlReplacesTheSubscription() {
        WebhookSubscription before = nodes.node();
        before.register();
        String old = service.only().secret;
        before.close();

        WebhookSubscription after = nodes.node("https://other.example.com/in/77", Nodes.DEFINITION);
        after.register();

        assertThat(service.only().url).isEqualTo("https://other.example.com/in/77");
        assertThat(nodes.notifications)
                .containsExactly("created h1", "recreated h2: the URL has changed", "deleted h1");
        assertThat(nodes.receive(after, old, "{}")).isEqualTo(200);
    }

    @Test
    void changedEventsReplaceTheSubscription() {
        nodes.node().register();

        nodes.node(Nodes.URL, Nodes.DEFINITION.replace("[\"push\"]", "[\"push\", \"release\"]"))
                .register();

        assertThat(service.only().id).isEqualTo("h2");
        assertThat(nodes.notifications).contains("recreated h2: the definition has changed");
    }

    @Test
    void orderOfEventsIsIrrelevant() {
        String both = Nodes.DEFINITION.replace("[\"push\"]", "[\"push\", \"release\"]");
        nodes.node(Nodes.URL, both).register();

        nodes.node(Nodes.URL, both.replace("[\"push\", \"release\"]", "[\"release\", \"push\"]"))
                .register();

        assertThat(service.only().id).isEqualTo("h1");
    }

    /** Between the deletion and the creation, the service sends no events. */
    @Test
    void replacementOfADeletedSubscriptionIsAGap() {
        String definition = Nodes.DEFINITION.replaceFirst("\\{", "{\"deleteFirst\": true, ");
        nodes.node(Nodes.URL, definition).register();

        nodes.node(Nodes.URL, definition.replace("[\"push\"]", "[\"push\", \"release\"]"))
                .register();

        assertThat(service.only().id).isEqualTo("h2");
        assertThat(nodes.notifications).contains("gap: the definition has changed");
    }

    @Test
    void rejectedCredentialIsTriedAgainAtOnceByTheNextStart() {
        service.status = request -> 401;
        WebhookSubscription rejected = nodes.node();
        rejected.register();
        assertThat(rejected.status().state()).isEqualTo(SubscriptionState.AUTHORIZATION_NEEDED);
        service.status = request -> 0;

        nodes.node().register();
        assertThat(service.only().id).isEqualTo("h1");
        service.status = request -> 401;
        assertThat(rejected.checkNow().state()).isEqualTo(SubscriptionState.AUTHORIZATION_NEEDED);
        service.status = request -> 0;
        assertThat(rejected.checkNow().state()).isEqualTo(SubscriptionState.ACTIVE);
    }

    @Test
    void restartKeepsTheSubscription() {
        nodes.node().register();

        WebhookSubscription again = nodes.node();
        again.register();

        assertThat(service.only().id).isEqualTo("h1");
        assertThat(service.requests).filteredOn("POST /hooks"::equals).hasSize(1);
        assertThat(nodes.receive(again, service.only().secret, "{}")).isEqualTo(200);
    }

    @Test
    void stopDeletesTheSubscription() {
        WebhookSubscription subscription = nodes.node();
        subscription.register();

        assertThat(subscription.stop().state()).isEqualTo(SubscriptionState.NOT_REGISTERED);

        assertThat(service.active()).isEmpty();
        assertThat(subscription.manage()).isEqualTo(Instant.MAX);
        assertThat(nodes.notifications).containsExactly("created h1", "deleted h1");
        subscription.register();
        assertThat(service.only().id).isEqualTo("h2");
    }

    @Test
    void failedDeletionIsReportedAndRepeated() {
        WebhookSubscription subscription = nodes.node();
        subscription.register();
        service.status = request -> request.startsWith("DELETE ") ? 503 : 0;

        SubscriptionStatus status = subscription.stop();

        assertThat(status.state()).isEqualTo(SubscriptionState.DELETING);
        assertThat(status.toDelete()).containsExactly("h1");
        assertThat(status.lastError().orElseThrow()).contains("503");
        assertThat(nodes.notifications).contains("failed DELETE 1");
        service.status = request -> 0;
        WebhookSubscription again = nodes.node();
        time.advance(Duration.ofMinutes(1));
        assertThat(again.manage()).isEqualTo(Instant.MAX);
        assertThat(again.status().state()).isEqualTo(SubscriptionState.NOT_REGISTERED);
        assertThat(service.active()).isEmpty();
    }

    @Test
    void lostStateLeavesNoDuplicate() throws Exception {
        nodes.node().register();

        try (Nodes fresh = new Nodes(time, service, StateStore.inMemory())) {
            WebhookSubscription subscription = fresh.node();
            subscription.register();

            assertThat(service.only().id).isEqualTo("h2");
            assertThat(fresh.notifications).containsExactly("created h2", "duplicate h1");
            assertThat(fresh.receive(subscription, service.only().secret, "{}")).isEqualTo(200);
        }
    }

    @Test
    void lateCreationIsRemovedByTheCheck() {
        WebhookSubscription subscription = nodes.node();
        subscription.register();
        service.create(Nodes.URL, "whatever");
        service.create("https://elsewhere.example.com/", "of another application");

        Nodes.run(time, subscription, Duration.ofHours(7));

        assertThat(service.active()).extracting(hook -> hook.id).containsExactly("h1", "h3");
        assertThat(nodes.notifications).contains("duplicate h2");
    }

    /** The header field Date of the server has the real time. */
    @Test
    void clockOfTheServiceMayDiffer() throws Exception {
        VirtualTime slow = new VirtualTime(Instant.now().minus(Duration.ofHours(2)));
        try (FakeService ahead = new FakeService(slow);
                Nodes other = new Nodes(slow, ahead, StateStore.inMemory())) {
            ahead.ahead = Duration.ofHours(2);
            ahead.lifetime = Duration.ofHours(1);
            WebhookSubscription subscription = other.node();
            subscription.register();

            assertThat(ahead.active().get(0).expires).isAfter(slow.now().plus(Duration.ofHours(2)));
            assertThat(subscription.status().expires().orElseThrow())
                    .isBetween(
                            slow.now().plus(Duration.ofMinutes(50)), slow.now().plus(Duration.ofMinutes(61)));
        }
    }

    @Test
    void clockThatIsSetForwardEndsInOneSubscription() {
        WebhookSubscription subscription = nodes.node();
        subscription.register();

        time.adjustClock(Duration.ofDays(10));
        Nodes.run(time, subscription, Duration.ofHours(1));

        assertThat(service.only().id).isEqualTo("h2");
        assertThat(nodes.notifications).contains("recreated h2: expired");
    }

    @Test
    void startExecutesTheStepsInAThreadOfItsOwn() throws Exception {
        try (FakeService real = new FakeService(TimeSource.SYSTEM);
                Nodes running = new Nodes(TimeSource.SYSTEM, real, StateStore.inMemory())) {
            WebhookSubscription subscription = running.node();
            subscription.start();
            Await.until(() -> subscription.status().state() == SubscriptionState.ACTIVE);

            subscription.close();
            assertThat(real.active()).hasSize(1);
            subscription.start();
            assertThat(subscription.stop().state()).isEqualTo(SubscriptionState.NOT_REGISTERED);
            assertThat(real.active()).isEmpty();
        }
    }

    @Test
    void stateIsKeptInAFile(@TempDir Path directory) throws Exception {
        MemorySecrets secrets = new MemorySecrets();
        try (StateStore store = StateStore.file(directory);
                Nodes before = new Nodes(time, service, store, secrets)) {
            before.node().register();
        }
        try (StateStore store = StateStore.file(directory);
                Nodes after = new Nodes(time, service, store, secrets)) {
            WebhookSubscription subscription = after.node();
            subscription.register();

            assertThat(service.only().id).isEqualTo("h1");
            assertThat(after.receive(subscription, service.only().secret, "{}")).isEqualTo(200);
        }
    }

    @Test
    void secretIsRotatedTwice() {
        WebhookSubscription subscription = nodes.node();
        subscription.register();

        assertThat(subscription.rotateSecret().state()).isEqualTo(SubscriptionState.ACTIVE);
        assertThat(subscription.rotateSecret().state()).isEqualTo(SubscriptionState.ACTIVE);

        assertThat(nodes.notifications).filteredOn("rotated"::equals).hasSize(2);
        assertThat(nodes.receive(subscription, service.only().secret, "{}")).isEqualTo(200);
    }

    @Test
    void unavailableStoreIsReported() throws Exception {
        FailingStateStore store = new FailingStateStore();
        try (Nodes failing = new Nodes(time, service, store, new MemorySecrets())) {
            WebhookSubscription subscription = failing.node();
            subscription.register();
            store.fail();

            assertThatThrownBy(subscription::manage).isInstanceOf(StateException.class);
            assertThat(subscription.status().lastError().orElseThrow()).startsWith("store: ");
            assertThat(failing.receive(subscription, service.only().secret, "{}"))
                    .isEqualTo(200);
            store.recover();
            assertThat(subscription.manage()).isAfter(time.now());
        }
    }

    @Test
    void rejectedCreationFindsTheSubscriptionThatIsInTheWay() {
        WebhookSubscription subscription = nodes.node();
        subscription.register();
        service.uniqueUrls = true;
        service.drop("h1");
        service.create(Nodes.URL, "late");

        Nodes.run(time, subscription, Duration.ofHours(7));

        assertThat(subscription.status().id()).contains(service.only().id);
        assertThat(nodes.notifications).contains("duplicate h2");
    }

    /** The request is lost for us, but the service executes it minutes later. */
    @Test
    void creationThatSucceedsLateIsRemovedSoon() {
        AtomicInteger lost = new AtomicInteger(1);
        service.fate = request ->
                request.equals("POST /hooks") && lost.getAndDecrement() > 0 ? Fate.REQUEST_LOST : Fate.NORMAL;
        WebhookSubscription subscription = nodes.node();
        subscription.register();
        Nodes.run(time, subscription, Duration.ofMinutes(3));
        service.create(Nodes.URL, "late");

        Nodes.run(time, subscription, Duration.ofMinutes(15));

        assertThat(service.only().id).isEqualTo("h1");
        assertThat(nodes.notifications).containsExactly("failed CREATE 1", "created h1", "duplicate h2");
    }

    /** The second attempt must not take the subscription of the first one for its own: their secrets differ. */
    @Test
    void subscriptionOfAnEarlierAttemptIsNotAdopted() {
        AtomicInteger attempts = new AtomicInteger();
        service.fate = request -> {
            if (!request.equals("POST /hooks") || attempts.incrementAndGet() > 2) {
                return Fate.NORMAL;
            }
            if (attempts.get() == 2) {
                service.create(Nodes.URL, "of the first attempt");
            }
            return Fate.REQUEST_LOST;
        };
        WebhookSubscription subscription = nodes.node();
        subscription.register();

        Nodes.run(time, subscription, Duration.ofHours(1));

        assertThat(service.only().id).isEqualTo("h2");
        assertThat(nodes.receive(subscription, service.only().secret, "{}")).isEqualTo(200);
        assertThat(nodes.notifications).contains("duplicate h1", "created h2");
    }
}
