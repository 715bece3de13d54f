package io.httpconnector.webhook.subscription;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

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

    /** One life cycle with a crash. */
    private static final class Scenario implements AutoCloseable {

        private final Random random;
        private final VirtualTime time = new VirtualTime();
        private final MortalStore store = new MortalStore();
        private final FakeService service;
        private final Nodes nodes;
        private int steps;
        private int crashAt = -1;
        private boolean dead;

        Scenario(long seed) {
            this.random = new Random(seed);
            this.service = new FakeService(time);
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
            WebhookSubscription subscription = nodes.node();
            subscription.register();
            run(subscription, Duration.ofHours(40));
            subscription.rotateSecret();
            run(subscription, Duration.ofHours(30));
            service.active().stream().findFirst().ifPresent(hook -> service.drop(hook.id));
            run(subscription, Duration.ofHours(10));
            WebhookSubscription moved = nodes.node(Nodes.URL + "/moved", Nodes.DEFINITION);
            moved.register();
            run(moved, Duration.ofHours(10));
            service.active().stream().findFirst().ifPresent(hook -> hook.active = false);
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
            WebhookSubscription subscription = nodes.node();
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
        int points;
        try (Scenario whole = new Scenario(0)) {
            assertThat(whole.crash(-1)).isFalse();
            points = whole.steps;
        }
        assertThat(points).isGreaterThan(100);
        for (int at = 0; at < points; at++) {
            crashAndRecover(at, at);
        }
    }

    private static void crashAndRecover(long seed, int at) throws Exception {
        try (Scenario scenario = new Scenario(seed)) {
            assertThat(scenario.crash(at)).isTrue();
            scenario.recover();
        } catch (Throwable e) {
            throw new AssertionError("the crash at point " + at + " (seed " + seed + ")", e);
        }
    }

    /** Several crashes in a row, each during the recovery from the previous one. */
    @Test
    void exactlyOneSubscriptionIsLeftAfterCrashesInARow() throws Exception {
        for (long seed = 0; seed < 70; seed++) {
            try (Scenario scenario = new Scenario(seed)) {
                Random random = new Random(seed);
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
