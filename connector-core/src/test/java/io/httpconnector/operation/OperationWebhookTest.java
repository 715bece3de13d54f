package io.httpconnector.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.FakeTime;
import io.httpconnector.HttpConnection;
import io.httpconnector.RetryPolicy;
import io.httpconnector.TimeSource;
import io.httpconnector.operation.JobService.Behaviour;
import io.httpconnector.operation.JobService.Reply;
import io.httpconnector.operation.RunStatus.Stage;
import io.httpconnector.state.StateStore;
import io.httpconnector.trigger.Delivery;
import io.httpconnector.trigger.TriggerEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An operation that one node has started, and whose completion is notified to another node by a webhook. */
@Timeout(60)
class OperationWebhookTest {

    private static final String KEY = "2026";

    private final FakeTime time = new FakeTime();
    private final JobLedger ledger = new JobLedger(time);
    private final HttpConnection connection = HttpConnection.named("Service")
            .baseUrl(ledger.service().baseUrl())
            .timeSource(time)
            .retry(RetryPolicy.none())
            .build();
    private final CrashingStore store = new CrashingStore();
    private final List<TriggerEvent> events = new CopyOnWriteArrayList<>();

    @AfterEach
    void end() {
        connection.close();
        ledger.close();
    }

    /** Returns a node that requests the status every five hours, so that only a notification ends a run soon. */
    private DurableOperation node(HttpConnection own, StateStore shared) {
        return JobLedger.withFind()
                .pollEvery(Duration.ofHours(5), Duration.ofHours(5))
                .timeout(Duration.ofDays(1))
                .build()
                .durable(shared)
                .connection(own)
                .delivery(Delivery.to(events::add))
                .build();
    }

    private DurableOperation node() {
        return node(connection, store);
    }

    private static void steps(DurableOperation node, int count) {
        for (int i = 0; i < count; i++) {
            assertThat(node.step(KEY)).isPresent();
        }
    }

    private void assertDeliveredOnceAndSoon(DurableOperation... nodes) {
        for (DurableOperation node : nodes) {
            assertThat(node.await(KEY).id()).isEqualTo("1");
            assertThat(node.status(KEY).orElseThrow().isDelivered()).isTrue();
        }
        assertThat(events).hasSize(1);
        assertThat(ledger.started()).hasSize(1);
        assertThat(time.nanos()).isLessThan(Duration.ofHours(1).toNanos());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anotherNodeReceivesTheWebhook(boolean isFirstAlive) {
        DurableOperation first = node();
        DurableOperation second = node();
        first.submit(KEY, DurableOperationTest.PILLS);
        steps(first, 2);
        time.pass(Duration.ofMinutes(10));

        assertThat(second.checkOperationNow("1")).isTrue();
        // A duplicate, and one after the end.
        assertThat(second.checkOperationNow("1")).isTrue();
        if (isFirstAlive) {
            steps(first, 1);
            assertThat(second.checkNow(KEY)).isFalse();
        }

        assertDeliveredOnceAndSoon(second, first);
        assertThat(second.checkOperationNow("1")).isFalse();
        assertThat(ledger.service().count("GET", "/jobs/1")).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theWebhookArrivesBeforeTheResponseToTheStart(boolean isById) {
        DurableOperation first = node();
        DurableOperation second = node();
        first.submit(KEY, DurableOperationTest.PILLS);
        ledger.beforeReply = () -> {
            time.pass(Duration.ofSeconds(20));
            assertThat(isById ? second.checkOperationNow("1") : second.checkNow(KEY))
                    .isTrue();
            assertThat(second.status(KEY).orElseThrow().stage()).isEqualTo(Stage.INTENT);
        };

        steps(first, 1);

        assertThat(first.status(KEY).orElseThrow().stage()).isEqualTo(Stage.STARTED);
        assertDeliveredOnceAndSoon(first, second);
        assertThat(second.checkOperationNow("1")).isFalse();
    }

    @Test
    void theWebhookArrivesDuringAStatusRequest() {
        DurableOperation first = node();
        DurableOperation second = node();
        first.submit(KEY, DurableOperationTest.PILLS);
        AtomicBoolean isFirst = new AtomicBoolean(true);
        Behaviour jobs = ledger.service().behaviour;
        ledger.service().behaviour = asked -> {
            Reply reply = jobs.reply(asked);
            if (asked.method().equals("GET") && isFirst.getAndSet(false)) {
                // The job ends after its status was determined, and before the response is stored.
                time.pass(Duration.ofSeconds(20));
                assertThat(second.checkOperationNow("1")).isTrue();
            }
            return reply;
        };

        steps(first, 2);

        assertThat(first.status(KEY).orElseThrow().stage()).isEqualTo(Stage.STARTED);
        assertDeliveredOnceAndSoon(first, second);
    }

    @Test
    void theNodeDiesDuringTheStartAndTheWebhookArrivesAtAnotherOne() {
        DurableOperation first = node();
        first.submit(KEY, DurableOperationTest.PILLS);
        store.afterWrite = () -> {
            throw new AssertionError("killed");
        };
        ledger.duration = Duration.ZERO;
        assertThatThrownBy(() -> first.await(KEY)).isInstanceOf(AssertionError.class);
        store.afterWrite = () -> {};
        DurableOperation second = node();

        assertThat(second.checkOperationNow("1")).isTrue();

        assertDeliveredOnceAndSoon(second);
    }

    @Test
    void aNotificationThatMatchesNoRunDoesNotKeepAskingForTheStatus() {
        DurableOperation first = node();
        DurableOperation second = node();
        first.submit(KEY, DurableOperationTest.PILLS);
        assertThat(second.checkOperationNow("77")).as("before the start").isFalse();
        ledger.duration = Duration.ofDays(2);
        ledger.beforeReply = () -> assertThat(second.checkOperationNow("77")).isTrue();
        steps(first, 2);
        assertThat(second.checkOperationNow("77")).isFalse();

        assertThat(first.step(KEY))
                .hasValueSatisfying(next -> assertThat(next).isAfter(time.now().plus(Duration.ofHours(4))));
        assertThat(ledger.service().count("GET", "/jobs/1")).isOne();
    }

    @Test
    void manyDuplicatesOnBothNodesDeliverOnce() throws Exception {
        List<CompletableFuture<Void>> senders = new ArrayList<>();
        try (JobLedger real = new JobLedger(TimeSource.SYSTEM);
                HttpConnection own = HttpConnection.named("Service")
                        .baseUrl(real.service().baseUrl())
                        .build();
                StateStore shared = StateStore.inMemory();
                DurableOperation first = node(own, shared);
                DurableOperation second = node(own, shared)) {
            real.duration = Duration.ofMillis(300);
            first.start();
            second.start();
            first.submit(KEY, DurableOperationTest.PILLS);
            for (int i = 0; i < 8; i++) {
                DurableOperation node = i % 2 == 0 ? first : second;
                senders.add(CompletableFuture.runAsync(() -> {
                    for (int k = 0; k < 30; k++) {
                        boolean unused = node.checkOperationNow("1");
                        sleep(20);
                    }
                }));
            }
            senders.forEach(CompletableFuture::join);
            assertThat(second.await(KEY).id()).isEqualTo("1");
            sleep(500);
            assertThat(real.started()).hasSize(1);
        }
        assertThat(events).hasSize(1);
    }

    private static void sleep(int millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
