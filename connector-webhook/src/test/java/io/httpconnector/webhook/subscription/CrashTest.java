package io.httpconnector.webhook.subscription;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.state.StateException;
import io.httpconnector.state.StateException.StateFailure;
import io.httpconnector.state.StateLog;
import io.httpconnector.state.StateStore;
import io.httpconnector.testing.VirtualTime;
import io.httpconnector.webhook.subscription.FakeService.Fate;
import io.httpconnector.webhook.subscription.FakeService.Hook;
import io.httpconnector.webhook.subscription.SubscriptionStatus.SubscriptionState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests of processes that are killed at any step: at each write of the state, and at each request to the service. */
class CrashTest {

    /** The end of a process. */
    private static final class Crash extends Error {
        private static final long serialVersionUID = 1L;
    }

    /** A store whose process can be killed, before or after any write. */
    private static final class MortalStore implements StateStore {

        private final StateStore store = StateStore.inMemory();
        private Runnable beforeWrite = () -> {};
        private Runnable afterWrite = () -> {};
        private Runnable check = () -> {};

        @Override
        public StateLog open(String id) {
            check.run();
            StateLog log = store.open(id);
            return new StateLog() {
                @Override
                public void read(Consumer<byte[]> reader) {
                    log.read(reader);
                }

                @Override
                public void append(byte[] entry) {
                    throw new StateException(StateFailure.UNAVAILABLE, "not used");
                }

                @Override
                public void replace(Iterable<byte[]> entries) {
                    beforeWrite.run();
                    log.replace(entries);
                    afterWrite.run();
                }

                @Override
                public void close() {
                    log.close();
                }
            };
        }
    }

    /** The kinds of services. */
    private enum Variant {
        /** The client chooses the secret, and can do everything. */
        COMPLETE,
        /** The service chooses the secret, and cannot change it. */
        SECRET_OF_SERVICE,
        /** There can be only one subscription for a URL. */
        UNIQUE_URLS,
        /** The client chooses the id; subscriptions cannot be read, listed or renewed. */
        ID_OF_CLIENT;

        String definition() {
            ObjectNode json = (ObjectNode) JsonSupport.parse(Nodes.DEFINITION);
            switch (this) {
                case SECRET_OF_SERVICE -> {
                    ((ObjectNode) json.at("/create/body/json")).remove("secret");
                    json.put("secret", "/secret").remove("rotate");
                }
                case UNIQUE_URLS -> json.put("deleteFirst", true);
                case ID_OF_CLIENT -> {
                    json.remove(List.of("list", "renew", "check", "healthy", "rotate", "id"));
                    ((ObjectNode) json.at("/create/body/json")).put("id", "{{webhook.id}}");
                    json.putObject("values").put("resource", "/resource");
                    ((ObjectNode) json.path("delete")).put("url", "/{{subscription.resource}}/{{subscription.id}}");
                }
                default -> {
                    // As it is.
                }
            }
            return json.toString();
        }

        void configure(FakeService service) {
            service.choosesSecret = this == SECRET_OF_SERVICE;
            service.uniqueUrls = this == UNIQUE_URLS;
            service.clientChoosesId = this == ID_OF_CLIENT;
        }

        /** Whether a subscription that the service has dropped is found. */
        boolean isChecked() {
            return this != ID_OF_CLIENT;
        }
    }

    /** One life cycle with a crash. */
    private static final class Scenario implements AutoCloseable {

        private final Random random;
        private final Variant variant;
        private final VirtualTime time = new VirtualTime();
        private final MortalStore store = new MortalStore();
        private final FakeService service;
        private final Nodes nodes;
        private int steps;
        private int crashAt = -1;
        private boolean dead;

        Scenario(long seed, Variant variant) {
            this.variant = variant;
            this.random = new Random(seed);
            this.service = new FakeService(time);
            variant.configure(service);
            this.nodes = new Nodes(time, service, store);
            store.check = this::checkAlive;
            store.beforeWrite = this::point;
            store.afterWrite = this::point;
            service.fate = request -> fate();
        }

        /** A point at which the process may be killed. */
        private synchronized void point() {
            if (steps++ == crashAt) {
                dead = true;
            }
            checkAlive();
        }

        private synchronized void checkAlive() {
            if (dead) {
                throw new Crash();
            }
        }

        /** Each request has two points: before and after it is processed. */
        private synchronized Fate fate() {
            if (dead) {
                return Fate.REQUEST_LOST;
            }
            if (steps++ == crashAt) {
                dead = true;
                return Fate.REQUEST_LOST;
            }
            if (steps++ == crashAt) {
                dead = true;
                return Fate.RESPONSE_LOST;
            }
            return Fate.NORMAL;
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

        /** All kinds of steps: create, renew, rotate, check, recreate, replace, and delete. */
        private void live() {
            WebhookSubscription subscription = nodes.node(Nodes.URL, variant.definition());
            subscription.register();
            run(subscription, Duration.ofHours(40));
            subscription.rotateSecret();
            run(subscription, Duration.ofHours(30));
            if (variant.isChecked()) {
                service.active().stream().findFirst().ifPresent(hook -> service.drop(hook.id));
            }
            run(subscription, Duration.ofHours(10));
            WebhookSubscription moved = nodes.node(Nodes.URL + "/moved", variant.definition());
            moved.register();
            run(moved, Duration.ofHours(10));
            if (variant.isChecked()) {
                service.active().stream().findFirst().ifPresent(hook -> hook.active = false);
            }
            run(moved, Duration.ofHours(10));
            moved.stop();
        }

        /** Lives until the crash at a point; returns whether there was one. */
        private boolean crash(int at) {
            crashAt = at;
            try {
                live();
                return dead;
            } catch (Crash e) {
                return true;
            }
        }

        /** Starts again, and asserts that exactly one subscription is left, whose events are verified. */
        private void recover() {
            dead = false;
            crashAt = -1;
            WebhookSubscription subscription = nodes.node(Nodes.URL, variant.definition());
            subscription.register();
            run(subscription, Duration.ofHours(7));

            Hook hook = service.only();
            assertThat(hook.url).isEqualTo(Nodes.URL);
            assertThat(subscription.status().id()).contains(hook.id);
            assertThat(subscription.status().state()).isEqualTo(SubscriptionState.ACTIVE);
            assertThat(subscription.status().toDelete()).isEmpty();
            assertThat(nodes.receive(subscription, hook.secret, "{\"n\":" + random.nextInt() + "}"))
                    .isEqualTo(200);
            assertThat(subscription.stop().state()).isEqualTo(SubscriptionState.NOT_REGISTERED);
            assertThat(service.active()).isEmpty();
        }

        @Override
        public void close() {
            nodes.close();
            service.close();
        }
    }

    /** Every point of the life cycle. */
    @Test
    void exactlyOneSubscriptionIsLeftAfterACrashAtAnyPoint() throws Exception {
        int points = points(Variant.COMPLETE);
        assertThat(points).isGreaterThan(100);
        for (int at = 0; at < points; at++) {
            crashAndRecover(at, at, Variant.COMPLETE);
        }
    }

    private static int points(Variant variant) throws Exception {
        try (Scenario whole = new Scenario(0, variant)) {
            assertThat(whole.crash(-1)).isFalse();
            return whole.steps;
        }
    }

    private static void crashAndRecover(long seed, int at, Variant variant) {
        try (Scenario scenario = new Scenario(seed, variant)) {
            assertThat(scenario.crash(at)).isTrue();
            scenario.recover();
        } catch (Throwable e) {
            throw new AssertionError(variant + ": the crash at point " + at + " (seed " + seed + ")", e);
        }
    }

    /** Random points of the life cycle at services that can do less. */
    @ParameterizedTest
    @EnumSource(names = "COMPLETE", mode = EnumSource.Mode.EXCLUDE)
    void exactlyOneSubscriptionIsLeftAtOtherServices(Variant variant) throws Exception {
        int points = points(variant);
        for (long seed = 0; seed < 30; seed++) {
            crashAndRecover(seed, new Random(seed).nextInt(points), variant);
        }
    }

    /** Several crashes in a row, each during the recovery from the previous one. */
    @Test
    void exactlyOneSubscriptionIsLeftAfterCrashesInARow() {
        for (long seed = 0; seed < 40; seed++) {
            Random random = new Random(seed);
            try (Scenario scenario = new Scenario(seed, Variant.values()[random.nextInt(4)])) {
                int crashes = 2 + random.nextInt(4);
                for (int i = 0; i < crashes; i++) {
                    scenario.steps = 0;
                    scenario.dead = false;
                    boolean unused = scenario.crash(random.nextInt(60));
                    scenario.time.advance(Duration.ofSeconds(random.nextInt(600)));
                }
                scenario.recover();
            } catch (Throwable e) {
                throw new AssertionError("crashes in a row with seed " + seed, e);
            }
        }
    }
}
