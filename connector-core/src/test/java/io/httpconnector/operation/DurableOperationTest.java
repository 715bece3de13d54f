package io.httpconnector.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.FakeTime;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.RetryPolicy;
import io.httpconnector.operation.JobService.Reply;
import io.httpconnector.operation.OperationException.OperationFailure;
import io.httpconnector.operation.RunStatus.Stage;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.Pills;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.trigger.Delivery;
import io.httpconnector.trigger.TriggerEvent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests durable runs, in virtual time, with nodes that share a store. */
class DurableOperationTest {

    static final Pills PILLS = Pills.of("year", 2026);

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

    private DurableOperationBuilder node(Operation operation) {
        return operation.durable(store).connection(connection).delivery(Delivery.to(events::add));
    }

    private DurableOperation node() {
        return node(JobLedger.withFind().build()).build();
    }

    @Test
    void aRunIsStartedOnceAndItsResultIsDelivered() {
        List<Stage> stages = new ArrayList<>();
        DurableOperation runs = node(JobLedger.withFind().build())
                .listener(status -> {
                    if (stages.isEmpty() || stages.get(stages.size() - 1) != status.stage()) {
                        stages.add(status.stage());
                    }
                })
                .build();
        OperationResult result = runs.await("2026", PILLS);
        assertThat(result.json().path("state").asText()).isEqualTo("done");
        assertThat(runs.await("2026", PILLS).id()).isEqualTo(result.id());
        assertThat(node().await("2026").id()).isEqualTo(result.id());
        assertThat(ledger.started()).hasSize(1);
        assertThat(stages).containsExactly(Stage.INTENT, Stage.STARTED, Stage.DONE);
        assertThat(events).hasSize(1);
        assertThat(events.get(0).key()).isEqualTo("2026");
        assertThat(events.get(0).payload().path("state").asText()).isEqualTo("done");
        assertThat(runs.status("2026").orElseThrow().isDelivered()).isTrue();
        assertThat(runs.runs()).hasSize(1);
        OperationResult second = runs.await("2027", PILLS);
        assertThat(second.id()).isNotEqualTo(result.id());
    }

    @Test
    void anotherNodeContinuesARun() {
        RunStatus submitted = node().submit("2026", PILLS);
        assertThat(submitted.stage()).isEqualTo(Stage.INTENT);
        assertThat(node().await("2026").id()).isEqualTo("1");
        assertThat(ledger.service().requests.get(0).json().path("year").asInt()).isEqualTo(2026);
    }

    @Test
    @Timeout(60)
    void aThreadExecutesAllRuns() throws Exception {
        ledger.duration = Duration.ZERO;
        try (HttpConnection real = HttpConnection.named("Real")
                        .baseUrl(ledger.service().baseUrl())
                        .build();
                DurableOperation runs = JobLedger.withFind()
                        .pollEvery(Duration.ofMillis(100), Duration.ofMillis(100))
                        .build()
                        .durable(StateStore.inMemory())
                        .connection(real)
                        .delivery(Delivery.to(events::add))
                        .build()) {
            runs.start();
            for (int i = 0; i < 5; i++) {
                runs.submit("run " + i, PILLS);
            }
            while (events.size() < 5) {
                Thread.sleep(10);
            }
            assertThat(runs.awaitAsync("run 3").join().status().value()).isEqualTo("done");
        }
        assertThat(ledger.started()).hasSize(5);
    }

    @Test
    void aLostResponseIsLookedUp() {
        ledger.loseNext(true);
        OperationResult result = node().await("2026", PILLS);
        assertThat(result.id()).isEqualTo("1");
        assertThat(ledger.started()).hasSize(1);
        assertThat(ledger.service().count("GET", "/jobs")).isOne();
    }

    @Test
    void aStartThatWasNotExecutedIsRepeatedAfterTheLookup() {
        ledger.loseNext(false);
        assertThat(node().await("2026", PILLS).id()).isEqualTo("1");
        assertThat(ledger.service().count("POST", "/jobs")).isEqualTo(2);
    }

    @Test
    void aStartWithAnIdempotencyKeyIsRepeatedWithTheSameKey() {
        ledger.loseNext(true);
        ledger.loseNext(true);
        OperationResult result =
                node(JobLedger.withIdempotencyKey().build()).build().await("2026", PILLS);
        assertThat(result.id()).isEqualTo("1");
        assertThat(ledger.started()).hasSize(1);
        assertThat(ledger.service().requests.stream()
                        .filter(asked -> asked.method().equals("POST"))
                        .map(asked -> asked.header("Idempotency-Key").orElseThrow()))
                .hasSize(3)
                .containsOnly(ledger.started().get(0).key());
    }

    @Test
    void withoutKeyAndLookupARunIsReportedAsUnknown() {
        ledger.loseNext(true);
        DurableOperation runs = node(JobLedger.plain().build()).build();
        OperationException[] thrown = new OperationException[1];
        assertThatThrownBy(() -> runs.await("2026", PILLS))
                .isInstanceOfSatisfying(OperationException.class, e -> thrown[0] = e)
                .hasMessageContaining("unknown whether the operation was started")
                .hasMessageContaining("adopt(...)");
        assertThat(thrown[0].reason()).isEqualTo(OperationFailure.UNKNOWN_START);
        assertThat(ledger.service().count("POST", "/jobs")).isOne();
        assertThat(runs.status("2026").orElseThrow().stage()).isEqualTo(Stage.UNKNOWN);
        assertThat(runs.adopt("2026", "1")).isTrue();
        assertThat(runs.await("2026").id()).isEqualTo("1");
        assertThat(runs.adopt("2026", "1")).isFalse();
    }

    @Test
    void anUnknownRunCanBeRestarted() {
        ledger.loseNext(false);
        DurableOperation runs = node(JobLedger.plain().build()).build();
        assertThatThrownBy(() -> runs.await("2026", PILLS)).isInstanceOf(OperationException.class);
        assertThat(runs.restart("2026")).isTrue();
        assertThat(runs.await("2026").id()).isEqualTo("1");
        assertThat(runs.restart("2026")).isFalse();
    }

    @Test
    void aRejectedStartIsNotRepeated() {
        ledger.rejectNext(422);
        DurableOperation runs = node();
        assertThatThrownBy(() -> runs.await("2026", PILLS))
                .isInstanceOfSatisfying(
                        OperationException.class, e -> assertThat(e.reason()).isEqualTo(OperationFailure.REJECTED));
        assertThat(runs.status("2026").orElseThrow().stage()).isEqualTo(Stage.FAILED);
        assertThat(ledger.started()).isEmpty();
    }

    @Test
    void aLimitedStartIsRepeated() {
        ledger.rejectNext(429);
        ledger.rejectNext(401);
        assertThat(node(JobLedger.plain().timeout(Duration.ofHours(3)).build())
                        .build()
                        .await("2026", PILLS)
                        .id())
                .isEqualTo("1");
        assertThat(time.nanos()).isGreaterThan(Duration.ofHours(1).toNanos());
    }

    @Test
    void anotherNodeWaitsForTheLease() {
        DurableOperation first = node();
        first.submit("2026", PILLS);
        // The first node dies while its start is under way.
        store.afterWrite = () -> {
            throw new AssertionError("killed");
        };
        assertThatThrownBy(() -> first.await("2026")).isInstanceOf(AssertionError.class);
        store.afterWrite = () -> {};
        Instant before = time.now();
        assertThat(node().await("2026").id()).isEqualTo("1");
        assertThat(Duration.between(before, time.now())).isGreaterThan(Duration.ofMinutes(5));
        assertThat(ledger.started()).hasSize(1);
    }

    @Test
    void aSlowNodeDoesNotLeaveASecondOperation() {
        DurableOperation slow = node(JobLedger.withFind().build()).build();
        DurableOperation other = node();
        slow.submit("2026", PILLS);
        ledger.beforeReply = () -> {
            ledger.beforeReply = () -> {};
            time.pass(Duration.ofMinutes(20));
            assertThat(other.await("2026").id()).isEqualTo("1");
        };
        assertThat(slow.await("2026").id()).isEqualTo("1");
        assertThat(ledger.started()).hasSize(1);
    }

    @Test
    void aHandlerThatFailsLeavesADeadLetter() {
        AtomicInteger calls = new AtomicInteger();
        List<String> ids = new ArrayList<>();
        DurableOperation runs = JobLedger.withFind()
                .build()
                .durable(store)
                .connection(connection)
                .delivery(Delivery.to(event -> {
                            ids.add(event.id());
                            if (calls.incrementAndGet() <= 3) {
                                throw new IllegalStateException("no database");
                            }
                        })
                        .attempts(3))
                .build();
        assertThat(runs.await("2026", PILLS).id()).isEqualTo("1");
        assertThat(runs.deadLetters()).hasSize(1);
        assertThat(runs.deadLetters().get(0).error()).contains("no database");
        assertThat(runs.status("2026").orElseThrow().isDelivered()).isFalse();
        assertThat(runs.replay("2026")).isTrue();
        OperationResult unused = runs.await("2026");
        assertThat(runs.deadLetters()).isEmpty();
        assertThat(ids).hasSize(4).containsOnly(ids.get(0));
    }

    @Test
    void aNotificationLeadsToAStatusRequest() {
        DurableOperation runs = node(JobLedger.withFind()
                        .pollEvery(Duration.ofHours(5), Duration.ofHours(5))
                        .timeout(Duration.ofDays(1))
                        .build())
                .build();
        runs.submit("2026", PILLS);
        step(runs, 2);
        assertThat(runs.status("2026").orElseThrow().stage()).isEqualTo(Stage.STARTED);
        time.pass(Duration.ofMinutes(10));
        assertThat(runs.checkOperationNow("unknown")).isFalse();
        assertThat(runs.checkOperationNow("1")).isTrue();
        step(runs, 1);
        assertThat(runs.status("2026").orElseThrow().stage()).isEqualTo(Stage.DONE);
        assertThat(runs.checkNow("2026")).as("after the end").isFalse();
        OperationResult unused = runs.await("2026");
        assertThat(events).hasSize(1);
        assertThat(time.nanos()).isLessThan(Duration.ofHours(1).toNanos());
    }

    private static void step(DurableOperation runs, int count) {
        for (int i = 0; i < count; i++) {
            assertThat(runs.step("2026")).isPresent();
        }
    }

    @Test
    void aNotificationThatIsForgedChangesNothing() {
        DurableOperation runs = node();
        runs.submit("2026", PILLS);
        step(runs, 2);
        assertThat(runs.checkNow("2026")).isTrue();
        step(runs, 1);
        assertThat(runs.status("2026").orElseThrow().stage()).isEqualTo(Stage.STARTED);
    }

    @Test
    void aRunCanBeAborted() {
        DurableOperation runs = node(JobLedger.withFind()
                        .abort(RequestTemplate.named("abort")
                                .delete("/jobs/{{operation.id}}")
                                .build())
                        .build())
                .build();
        runs.submit("a", PILLS);
        assertThat(runs.abort("a")).isTrue();
        assertThatThrownBy(() -> runs.await("a"))
                .isInstanceOfSatisfying(
                        OperationException.class, e -> assertThat(e.reason()).isEqualTo(OperationFailure.ABORTED));
        assertThat(ledger.started()).isEmpty();
        runs.submit("2026", PILLS);
        step(runs, 2);
        assertThat(runs.abort("2026")).isTrue();
        assertThatThrownBy(() -> runs.await("2026"))
                .isInstanceOfSatisfying(
                        OperationException.class, e -> assertThat(e.reason()).isEqualTo(OperationFailure.ABORTED));
        assertThat(runs.status("2026").orElseThrow().stage()).isEqualTo(Stage.ABORTED);
        assertThat(runs.abort("2026")).isFalse();
        assertThat(ledger.service().count("DELETE", "/jobs/1")).isOne();
        assertThat(events).isEmpty();
    }

    @Test
    void aRunThatNeverEndsTimesOut() {
        ledger.duration = Duration.ofDays(10);
        assertThatThrownBy(() -> node().await("2026", PILLS)).isInstanceOfSatisfying(OperationException.class, e -> {
            assertThat(e.reason()).isEqualTo(OperationFailure.TIMED_OUT);
            assertThat(e.lastStatus().orElseThrow().value()).isEqualTo("running");
            assertThat(e.id()).contains("1");
        });
    }

    @Test
    void anUploadThatWasInterruptedIsRepeatedOnlyWhileTheServiceWaitsForIt() {
        AtomicInteger uploads = new AtomicInteger();
        AtomicInteger losses = new AtomicInteger(1);
        JobService service = ledger.service();
        boolean[] isUploaded = new boolean[1];
        service.behaviour = asked -> {
            if (asked.method().equals("PUT")) {
                uploads.incrementAndGet();
                isUploaded[0] = true;
                return losses.getAndDecrement() > 0 ? Reply.lost() : Reply.status(200);
            }
            return Reply.json("{\"id\": 1, \"state\": \"" + (isUploaded[0] ? "done" : "open") + "\"}");
        };
        Operation operation = JobLedger.plain()
                .running("open", "running")
                .upload(RequestTemplate.named("upload")
                        .put("/jobs/{{operation.id}}/data")
                        .build())
                .uploadState("open")
                .build();
        assertThat(node(operation).build().await("2026", PILLS).id()).isEqualTo("1");
        assertThat(uploads).hasValue(1);
    }

    @Test
    void valuesThatMustNotBeStoredAreSupplied() {
        Operation operation = JobLedger.plain()
                .start(RequestTemplate.named("start")
                        .post("/jobs")
                        .json(Map.of("key", "{{operation.key}}", "token", "{{secret.token}}"))
                        .build())
                .build();
        StringBuilder stored = new StringBuilder();
        DurableOperation runs = node(operation)
                .pills(key -> Pills.of("secret", Map.of("token", "top-secret-" + key)))
                .build();
        OperationResult unused = runs.await("2026", Pills.none());
        store.open("operation jobs").read(entry -> stored.append(new String(entry, StandardCharsets.UTF_8)));
        assertThat(stored.toString()).contains("2026").doesNotContain("top-secret");
        assertThat(ledger.service().requests.get(0).body()).contains("top-secret-2026");
        assertThatThrownBy(() -> runs.submit("x", Pills.of("secret", Path.of("file"))))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("cannot be stored");
    }

    @Test
    void manyRunsAreCompactedAndOldOnesForgotten() {
        DurableOperation runs =
                node(JobLedger.withFind().build()).retention(Duration.ofDays(1)).build();
        for (int i = 0; i < 60; i++) {
            OperationResult unused = runs.await("run " + i, PILLS);
            time.pass(Duration.ofHours(1));
        }
        int[] entries = new int[1];
        store.open("operation jobs").read(entry -> entries[0]++);
        assertThat(entries[0]).isLessThan(500);
        assertThat(runs.runs().size()).isBetween(24, 59);
        assertThat(runs.remove("run 59")).isTrue();
        assertThat(runs.status("run 59")).isEmpty();
        assertThat(events).hasSize(60);
    }

    /** Cuts a run at each write and each request in turn, as a crash would, and lets another node finish it. */
    @Test
    void aCrashAtAnyPointNeitherRepeatsNorLosesARun() {
        for (OperationBuilder operation : List.of(JobLedger.withFind(), JobLedger.withIdempotencyKey())) {
            int points = 0;
            boolean isCut = true;
            while (isCut) {
                isCut = crash(operation.build(), points++);
            }
            assertThat(points).as("points").isGreaterThan(15);
        }
    }

    private boolean crash(Operation operation, int point) {
        CrashingStore shared = new CrashingStore();
        List<TriggerEvent> delivered = new CopyOnWriteArrayList<>();
        int before = ledger.started().size();
        AtomicInteger left = new AtomicInteger(point);
        boolean[] isDead = new boolean[1];
        Runnable cut = () -> {
            isDead[0] |= left.getAndDecrement() == 0;
            if (isDead[0]) {
                throw new AssertionError("killed");
            }
        };
        DurableOperation victim = operation
                .durable(shared)
                .connection(connection)
                .delivery(Delivery.to(event -> {
                    cut.run();
                    delivered.add(event);
                    cut.run();
                }))
                .build();
        shared.beforeWrite = cut;
        shared.afterWrite = cut;
        ledger.beforeStart = cut;
        ledger.beforeReply = cut;
        try {
            OperationResult unused = victim.await("run", PILLS);
        } catch (AssertionError e) {
            assertThat(e).hasMessage("killed");
        } finally {
            shared.beforeWrite = () -> {};
            shared.afterWrite = () -> {};
            ledger.beforeStart = () -> {};
            ledger.beforeReply = () -> {};
        }
        DurableOperation heir = operation
                .durable(shared)
                .connection(connection)
                .delivery(Delivery.to(delivered::add))
                .build();
        assertThat(heir.await("run", PILLS).status().value()).isEqualTo("done");
        assertThat(ledger.started().size() - before)
                .as("starts, cut at %s", point)
                .isOne();
        assertThat(delivered).as("cut at %s", point).isNotEmpty();
        assertThat(delivered.stream().map(TriggerEvent::id).distinct()).hasSize(1);
        return isDead[0];
    }
}
