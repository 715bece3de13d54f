package io.httpconnector.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.ConnectorException;
import io.httpconnector.FakeTime;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.TimeSource;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.polling.MockService.MockResponse;
import io.httpconnector.polling.PollingException.Reason;
import io.httpconnector.state.StateException;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.trigger.ChangeType;
import io.httpconnector.trigger.Delivery;
import io.httpconnector.trigger.TriggerEvent;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Records that are pushed to a trigger in addition to its polls: one event for each version, whichever comes first. */
@Timeout(60)
class PushTest {

    /** The kinds of change detection. */
    private enum Kind {
        TIME,
        NUMBER,
        TOKEN,
        FULL,
        DELETIONS
    }

    private final FakeTime time = new FakeTime();
    private final MockService service = new MockService();
    private final HttpConnection connection =
            HttpConnection.named("Service").baseUrl(service.baseUrl()).build();
    private final PollingEngine engine = PollingEngine.create(2, time);
    private final List<TriggerEvent> events = Collections.synchronizedList(new ArrayList<>());
    private final Map<String, Map<String, Object>> rows = Collections.synchronizedMap(new LinkedHashMap<>());
    private final List<String> alerts = Collections.synchronizedList(new ArrayList<>());

    @TempDir
    Path directory;

    PushTest() {
        service.behaviour =
                asked -> MockResponse.json(Map.of("items", List.copyOf(rows.values()), "token", "t" + rows.size()));
    }

    @AfterEach
    void end() {
        engine.close();
        connection.close();
        service.close();
    }

    private PollingTriggerBuilder trigger(Kind kind, StateStore store) {
        PollingTriggerBuilder builder = PollingTrigger.named("records")
                .connection(connection)
                .request(RequestTemplate.named("List").get("/records").build())
                .records(RecordSelector.at("/items"))
                .key("/id")
                .version("/updated")
                .startPosition(StartPosition.everything())
                .acceptPushes(PushSettings.defaults().orderedBy("/updated"))
                .every(Duration.ofHours(1))
                .store(store)
                .engine(engine)
                .listener(new PollingListener() {
                    @Override
                    public void onMissed(String trigger, PushStatus status) {
                        alerts.add("missed " + status.missed());
                    }

                    @Override
                    public void onSilence(String trigger, PushStatus status) {
                        alerts.add("silent");
                    }

                    @Override
                    public void onSilenceEnded(String trigger, PushStatus status) {
                        alerts.add("pushed again");
                    }
                })
                .handler(events::add);
        return switch (kind) {
            case TIME ->
                builder.acceptPushes(PushSettings.defaults())
                        .cursor(Cursor.timestamp("/updated")
                                .lookback(Duration.ofMinutes(5))
                                .sentAs("since"));
            case NUMBER -> builder.cursor(Cursor.number("/number").sentAs("since"));
            case TOKEN -> builder.cursor(Cursor.opaque("/token").sentAs("token"));
            case FULL -> builder;
            case DELETIONS -> builder.detectDeletions();
        };
    }

    /** A version of a record, which the service has from now on. */
    private JsonNode change(String id) {
        time.pass(Duration.ofSeconds(10));
        rows.put(id, Map.of("id", id, "updated", time.now().toString(), "number", time.nanos() / 1_000_000_000));
        return JsonSupport.tree(rows.get(id));
    }

    private static JsonNode key(String id) {
        return JsonSupport.tree(Map.of("id", id));
    }

    private List<String> changes() {
        return events.stream().map(event -> event.change() + " " + event.key()).toList();
    }

    @ParameterizedTest
    @EnumSource
    void pushedVersionIsNotPolledAgainAndPolledVersionIsNotPushedAgain(Kind kind) {
        try (PollingTrigger trigger = trigger(kind, StateStore.inMemory()).build()) {
            change("old");
            assertThat(trigger.pollOnce().events()).isEqualTo(1);

            JsonNode pushed = change("a");
            assertThat(trigger.push(PushedRecords.changed(pushed)).events()).isEqualTo(1);
            assertThat(trigger.pollOnce().events()).isZero();
            assertThat(trigger.push(PushedRecords.changed(pushed)).known()).isEqualTo(1);

            JsonNode polled = change("b");
            assertThat(trigger.pollOnce().events()).isEqualTo(1);
            assertThat(trigger.push(PushedRecords.changed(polled)).known()).isEqualTo(1);
            assertThat(trigger.pollOnce().events()).isZero();

            assertThat(events.stream().map(TriggerEvent::key)).containsExactly("old", "a", "b");
            PushStatus status = trigger.pushStatus();
            assertThat(List.of(status.received(), status.pushedFirst(), status.polledFirst(), status.duplicates()))
                    .containsExactly(3L, 1L, 1L, 1L);
        }
    }

    @ParameterizedTest
    @EnumSource
    void olderVersionThatArrivesLateIsDeliveredOnceAndTheNewerIsNotRepeated(Kind kind) {
        try (PollingTrigger trigger = trigger(kind, StateStore.inMemory()).build()) {
            change("old");
            trigger.pollOnce();
            JsonNode first = change("a");
            JsonNode second = change("a");
            assertThat(trigger.pollOnce().events()).isEqualTo(1);
            assertThat(trigger.push(PushedRecords.changed(first)).events()).isEqualTo(1);
            assertThat(trigger.push(PushedRecords.changed(first)).events()).isZero();
            assertThat(trigger.pollOnce().events()).isZero();
            assertThat(trigger.push(PushedRecords.changed(second)).events()).isZero();
            assertThat(trigger.pollOnce().events()).isZero();
            assertThat(events).hasSize(3);
            assertThat(events.stream().map(TriggerEvent::id)).doesNotHaveDuplicates();
        }
    }

    @ParameterizedTest
    @EnumSource
    void pushHasTheIdThatAPollGivesAndKeepsItOverACrash(Kind kind) {
        change("old");
        try (PollingTrigger polling = trigger(kind, StateStore.inMemory()).build();
                PollingTrigger pushing = trigger(kind, StateStore.inMemory()).build()) {
            polling.pollOnce();
            pushing.pollOnce();
            JsonNode changed = change("a");
            polling.pollOnce();
            pushing.push(PushedRecords.changed(changed));
            assertThat(events.get(3).id()).isEqualTo(events.get(2).id());
            assertThat(events.get(3).change()).isEqualTo(events.get(2).change());
        }
    }

    @ParameterizedTest
    @EnumSource
    void pushIsRepeatedWithTheSameIdWhenItsOutcomeWasNotStored(Kind kind) {
        FailingStore store = new FailingStore();
        JsonNode first;
        PollingTrigger crashed = trigger(kind, store)
                .handler(event -> {
                    events.add(event);
                    store.full = event.key().equals("a");
                })
                .build();
        change("old");
        crashed.pollOnce();
        first = change("a");
        assertThatThrownBy(() -> crashed.push(PushedRecords.changed(first))).isInstanceOf(StateException.class);
        // The process ends: it cannot store the outcome any more.
        crashed.close();
        store.full = false;
        try (PollingTrigger trigger = trigger(kind, store).build()) {
            change("a");
            trigger.pollOnce();
            assertThat(trigger.push(PushedRecords.changed(first)).events()).isEqualTo(1);
            assertThat(events.stream().map(TriggerEvent::id).distinct()).hasSize(3);
            assertThat(events.get(3).id()).isEqualTo(events.get(1).id());
        }
    }

    @Test
    void outcomeThatCannotBeStoredIsNotDeliveredAgainWhileTheProcessLives() {
        FailingStore store = new FailingStore();
        AtomicInteger deliveries = new AtomicInteger();
        try (PollingTrigger trigger = trigger(Kind.TIME, store)
                .handler(event -> {
                    deliveries.incrementAndGet();
                    store.full = true;
                })
                .build()) {
            JsonNode changed = change("a");
            assertThatThrownBy(() -> trigger.push(PushedRecords.changed(changed)))
                    .isInstanceOf(StateException.class);
            assertThatThrownBy(() -> trigger.push(PushedRecords.changed(changed)))
                    .isInstanceOf(StateException.class);
            store.full = false;
            assertThat(trigger.push(PushedRecords.changed(changed)).known()).isEqualTo(1);
            assertThat(trigger.pollOnce().events()).isZero();
            assertThat(deliveries).hasValue(1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void pushedDeletionIsOneEventAndLatePushesDoNotReviveTheRecord(Kind kind) {
        try (PollingTrigger trigger = trigger(kind, StateStore.inMemory()).build()) {
            change("b");
            JsonNode changed = change("a");
            trigger.pollOnce();
            rows.remove("a");
            assertThat(trigger.push(PushedRecords.deleted(key("a"))).events()).isEqualTo(1);
            assertThat(trigger.push(PushedRecords.deleted(key("a"))).events()).isZero();
            assertThat(trigger.push(PushedRecords.changed(changed)).outdated()).isEqualTo(1);
            assertThat(trigger.pollOnce().events()).isZero();
            assertThat(changes().get(2)).isEqualTo("DELETED a");
            assertThat(events).hasSize(3);
            assertThat(events.get(2).change()).isEqualTo(ChangeType.DELETED);

            change("a");
            assertThat(trigger.pollOnce().events()).as("created again").isEqualTo(1);
            rows.remove("a");
            assertThat(trigger.push(PushedRecords.deleted(key("a"))).events()).isEqualTo(1);
            assertThat(events.stream().map(TriggerEvent::id)).doesNotHaveDuplicates();
        }
    }

    /** With a cursor of time, no further poll would correct a wrong deletion. */
    @ParameterizedTest
    @EnumSource
    void deletionThatIsOlderThanTheRecordThatWasCreatedAgainIsOutdated(Kind kind) {
        try (PollingTrigger trigger = trigger(kind, StateStore.inMemory()).build()) {
            JsonNode first = change("a");
            trigger.pollOnce();
            rows.remove("a");
            trigger.push(PushedRecords.deleted(first));
            JsonNode again = change("a");
            trigger.push(PushedRecords.changed(again));
            trigger.pollOnce();
            assertThat(changes()).hasSize(3).endsWith("DELETED a", created(kind));

            assertThat(trigger.push(PushedRecords.deleted(first)).outdated())
                    .as("repeated")
                    .isEqualTo(1);
            assertThat(trigger.push(PushedRecords.changed(first)).events())
                    .as("repeated")
                    .isZero();
            assertThat(trigger.pollOnce().events()).isZero();
            assertThat(events).hasSize(3);

            rows.remove("a");
            assertThat(trigger.push(PushedRecords.deleted(again)).events()).isEqualTo(1);
        }
    }

    private static String created(Kind kind) {
        return (kind == Kind.FULL || kind == Kind.DELETIONS ? "NEW" : "NEW_OR_UPDATED") + " a";
    }

    @Test
    void deletionThatAPollHasFoundIsNotPushedAgain() {
        try (PollingTrigger trigger =
                trigger(Kind.DELETIONS, StateStore.inMemory()).build()) {
            change("b");
            JsonNode changed = change("a");
            trigger.pollOnce();
            rows.remove("a");
            assertThat(trigger.pollOnce().events()).isEqualTo(1);
            assertThat(trigger.push(PushedRecords.deleted(key("a"))).known()).isEqualTo(1);
            assertThat(trigger.push(PushedRecords.changed(changed)).outdated()).isEqualTo(1);
            assertThat(changes()).endsWith("DELETED a").hasSize(3);
        }
    }

    /** A page that was read before the deletion is processed before it, and a page that is older than it changes nothing. */
    @Test
    void pageThatIsReadDuringADeletionDoesNotReviveTheRecord() throws Exception {
        AtomicReference<CompletableFuture<PushResult>> pushed = new AtomicReference<>();
        try (PollingTrigger trigger = trigger(Kind.DELETIONS, StateStore.inMemory())
                .pagination(Pagination.pages("page").stable())
                .build()) {
            change("a");
            change("b");
            List<Map<String, Object>> all = List.copyOf(rows.values());
            service.behaviour = asked -> {
                int page = asked.number("page", 1);
                if (page == 1 && pushed.get() == null && events.size() == 2) {
                    pushed.set(CompletableFuture.supplyAsync(() -> trigger.push(PushedRecords.deleted(key("a")))));
                    Waits.pause(200);
                }
                // Also the second page, of a copy of the service that is not up to date, still has the record.
                return MockResponse.json(Map.of("items", page > 2 ? List.of() : all.subList(0, page == 1 ? 2 : 1)));
            };
            trigger.pollOnce();
            trigger.pollOnce();
            assertThat(pushed.get().get().events()).isEqualTo(1);
            service.behaviour = asked ->
                    MockResponse.json(Map.of("items", asked.number("page", 1) == 1 ? all.subList(1, 2) : List.of()));
            trigger.pollOnce();
            assertThat(changes()).containsExactly("NEW a", "NEW b", "DELETED a");
        }
    }

    @Test
    void pushIsHandledBetweenTwoPagesOfARunningPoll() throws Exception {
        CountDownLatch secondPage = new CountDownLatch(1);
        AtomicReference<CompletableFuture<PushResult>> pushed = new AtomicReference<>();
        try (PollingTrigger trigger = trigger(Kind.TIME, StateStore.inMemory())
                .pagination(Pagination.pages("page").stable())
                .build()) {
            JsonNode changed = change("x");
            rows.clear();
            service.behaviour = asked -> {
                if (asked.number("page", 1) == 1) {
                    pushed.set(CompletableFuture.supplyAsync(() -> trigger.push(PushedRecords.changed(changed))));
                    Waits.pause(200);
                    return MockResponse.json(Map.of(
                            "items",
                            List.of(Map.of("id", "a", "updated", time.now().toString()))));
                }
                secondPage.countDown();
                Waits.eventually(() -> pushed.get().isDone());
                return MockResponse.json(Map.of("items", List.of()));
            };
            trigger.pollOnce();
            assertThat(pushed.get().get().events()).isEqualTo(1);
            assertThat(events.stream().map(TriggerEvent::key)).containsExactly("a", "x");
        }
    }

    @Test
    void failedPushDoesNotCountAsSeenByARunningPoll() {
        try (PollingTrigger trigger = trigger(Kind.FULL, StateStore.inMemory())
                .delivery(Delivery.to(event -> {
                    events.add(event);
                    if (events.size() == 1) {
                        throw new InterruptedException();
                    }
                }))
                .build()) {
            JsonNode changed = change("a");
            assertThatThrownBy(() -> trigger.push(PushedRecords.changed(changed)))
                    .isInstanceOf(PollingException.class);
            assertThat(Thread.interrupted()).isTrue();
            assertThat(trigger.pollOnce().events()).isEqualTo(1);
            assertThat(events.get(1).id()).isEqualTo(events.get(0).id());
        }
    }

    @Test
    void failedEventIsADeadLetterAndInvalidRecordToo() {
        try (PollingTrigger trigger = trigger(Kind.FULL, StateStore.inMemory())
                .delivery(Delivery.to(event -> {
                            throw new IllegalStateException("no");
                        })
                        .attempts(1))
                .build()) {
            JsonNode changed = change("a");
            assertThat(trigger.push(PushedRecords.changed(changed, JsonSupport.parse("{\"updated\": 1}")))
                            .deadLetters())
                    .isEqualTo(2);
            assertThat(trigger.push(PushedRecords.changed(changed)).known()).isEqualTo(1);
            assertThat(trigger.deadLetters()).hasSize(2);
        }
    }

    @Test
    void missedAndLateEventsAreCountedAndStored() {
        StateStore store = StateStore.file(directory);
        JsonNode lost;
        try (PollingTrigger trigger = trigger(Kind.TIME, store).build()) {
            change("first");
            trigger.pollOnce();
            JsonNode pushed = change("a");
            trigger.push(PushedRecords.changed(pushed));
            lost = change("b");
            trigger.pollOnce();
            JsonNode inTime = change("c");
            trigger.pollOnce();
            trigger.push(PushedRecords.changed(inTime));
            time.pass(Duration.ofMinutes(6));
            assertThat(trigger.pushStatus().missed()).isEqualTo(1);
            trigger.pollOnce();
            assertThat(alerts).containsExactly("missed 1");
            assertThat(trigger.pushStatus().missedShare()).isEqualTo(1 / 3.0);
            trigger.push(PushedRecords.changed(lost));
        }
        try (PollingTrigger trigger = trigger(Kind.TIME, store).build()) {
            PushStatus status = trigger.pushStatus();
            assertThat(List.of(status.missed(), status.late(), status.polledFirst()))
                    .containsExactly(1L, 1L, 2L);
            assertThat(events).hasSize(4);
        }
        store.close();
    }

    @Test
    void silentPushesAreAnAlarmOnlyWithAMissedEventAndEndWithTheNextPush() {
        try (PollingTrigger trigger = trigger(Kind.TIME, StateStore.inMemory()).build()) {
            trigger.pollOnce();
            for (int i = 0; i < 20; i++) {
                time.pass(Duration.ofMinutes(1));
                trigger.push(PushedRecords.changed(change("a" + i)));
            }
            time.pass(Duration.ofHours(5));
            trigger.pollOnce();
            assertThat(alerts).as("nothing happened").isEmpty();
            change("lost");
            trigger.pollOnce();
            time.pass(Duration.ofMinutes(6));
            trigger.pollOnce();
            assertThat(alerts).containsExactly("missed 1", "silent");
            assertThat(trigger.pushStatus().isSilent()).isTrue();
            trigger.push(PushedRecords.changed(change("again")));
            assertThat(alerts).endsWith("pushed again");
            assertThat(trigger.pushStatus().silentSince()).isEmpty();
        }
    }

    @Test
    void currentRecordsAreReadWhenTheTriggerIsReady() {
        try (PollingTrigger trigger = trigger(Kind.FULL, StateStore.inMemory()).build()) {
            change("a");
            trigger.pollOnce();
            PushedRecords thin = PushedRecords.reading(() -> rows.containsKey("a")
                    ? PushedRecords.changed(JsonSupport.tree(rows.get("a")))
                    : PushedRecords.deleted(key("a")));
            change("a");
            change("a");
            assertThat(trigger.push(thin).events()).isEqualTo(1);
            assertThat(trigger.push(thin).events()).isZero();
            rows.remove("a");
            assertThat(trigger.push(thin).events()).isEqualTo(1);
            change("a");
            assertThat(trigger.push(thin).events()).as("created again").isEqualTo(1);
            assertThat(changes()).containsExactly("NEW a", "UPDATED a", "DELETED a", "NEW a");
            assertThatThrownBy(() -> trigger.push(PushedRecords.reading(() -> {
                        throw new ConnectorException("503");
                    })))
                    .hasMessage("503");
        }
    }

    @Test
    void invalidUseIsRejectedWithAnExplanation() {
        assertThatThrownBy(() -> trigger(Kind.FULL, StateStore.inMemory())
                        .parents(ParentRecords.of("a", "b"))
                        .build())
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("push: it contradicts parents");
        assertThatThrownBy(() -> PushSettings.defaults().grace(Duration.ZERO))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("PT0.001S");
        assertThatThrownBy(() -> PushSettings.defaults().maxRemembered(0))
                .isInstanceOf(InvalidDefinitionException.class);
        try (PollingTrigger plain = PollingTrigger.named("plain")
                .connection(connection)
                .request(RequestTemplate.named("List").get("/records").build())
                .key("/id")
                .store(StateStore.inMemory())
                .handler(event -> {})
                .build()) {
            assertThatThrownBy(() -> plain.push(PushedRecords.changed(change("a"))))
                    .isInstanceOf(ConnectorException.class)
                    .hasMessageContaining("acceptPushes");
            assertThat(plain.pollNow()).isFalse();
        }
        AtomicReference<PollingTrigger> current = new AtomicReference<>();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        try (PollingTrigger trigger = trigger(Kind.FULL, StateStore.inMemory())
                .handler(event -> {
                    try {
                        current.get().push(PushedRecords.changed(change("b")));
                    } catch (PollingException e) {
                        failure.set(e);
                    }
                })
                .build()) {
            current.set(trigger);
            trigger.push(PushedRecords.changed(change("a")));
            assertThat(failure.get())
                    .isInstanceOfSatisfying(
                            PollingException.class, e -> assertThat(e.reason()).isEqualTo(Reason.BUSY));
        }
    }

    /** The schedule has one poll in 20 hours; an event that is not pushed is checked after the grace time, and polls follow. */
    @Test
    void silentPushesArePolledForUntilTheNextPush() {
        TimeSource fast = Waits.accelerated(1200);
        PollingEngine real = PollingEngine.create(2, fast);
        try (PollingTrigger trigger = trigger(Kind.FULL, StateStore.inMemory())
                .engine(real)
                .every(Duration.ofHours(20))
                .acceptPushes(PushSettings.defaults().orderedBy("/updated").whenSilent(Duration.ofMinutes(2)))
                .build()) {
            trigger.start();
            Waits.eventually(() -> trigger.status().polls() == 1);
            change("a");
            trigger.push(PushedRecords.changed(JsonSupport.tree(rows.get("a"))));
            change("lost");
            assertThat(trigger.pollNow()).isTrue();
            Waits.eventually(() -> alerts.contains("silent"));
            long polls = trigger.status().polls();
            assertThat(polls)
                    .as("polled by the schedule, on request and after the grace time")
                    .isBetween(3L, 5L);
            Waits.eventually(() -> trigger.status().polls() >= polls + 3);
            trigger.push(PushedRecords.changed(change("b")));
            assertThat(alerts).endsWith("pushed again");
            long last = trigger.status().polls();
            Waits.pause(400);
            assertThat(trigger.status().polls()).isLessThanOrEqualTo(last + 1);
        } finally {
            real.close();
        }
    }

    @Test
    void requestedPollRunsAtOnceAndFillsTheGap() {
        PollingEngine real = PollingEngine.create(2);
        try (PollingTrigger trigger =
                trigger(Kind.FULL, StateStore.inMemory()).engine(real).build()) {
            trigger.start();
            Waits.eventually(() -> trigger.status().polls() == 1);
            rows.put("a", Map.of("id", "a", "updated", Instant.now().toString()));
            assertThat(trigger.pollNow()).isTrue();
            Waits.eventually(() -> !events.isEmpty());
            Waits.eventually(() -> trigger.status()
                    .nextPoll()
                    .filter(next -> next.isAfter(Instant.now().plusSeconds(3000)))
                    .isPresent());
        } finally {
            real.close();
        }
    }
}
