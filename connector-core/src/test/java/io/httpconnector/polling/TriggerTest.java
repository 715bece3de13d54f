package io.httpconnector.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.FakeTime;
import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.RetryPolicy;
import io.httpconnector.StatusException;
import io.httpconnector.polling.MockService.MockResponse;
import io.httpconnector.polling.PollingException.Reason;
import io.httpconnector.state.StateException;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.trigger.ChangeType;
import io.httpconnector.trigger.DeadLetter;
import io.httpconnector.trigger.Delivery;
import io.httpconnector.trigger.TriggerEvent;
import java.io.IOError;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Delivery, dead letters, parents, conditional requests, state. */
@Timeout(60)
class TriggerTest {

    @TempDir
    Path directory;

    private final MockService service = new MockService();
    private final HttpConnection connection = HttpConnection.named("Service")
            .baseUrl(service.baseUrl())
            .retry(RetryPolicy.none())
            .build();
    private final PollingEngine engine = PollingEngine.create(4, new FakeTime());
    private final Map<Integer, Map<String, Object>> records = Collections.synchronizedMap(new LinkedHashMap<>());
    private final List<TriggerEvent> events = Collections.synchronizedList(new ArrayList<>());

    TriggerTest() {
        service.behaviour = asked -> MockResponse.json(records.values());
    }

    @AfterEach
    void end() {
        connection.close();
        engine.close();
        service.close();
    }

    @Test
    void failedEventBecomesDurableDeadLetterAndIsReplayed() {
        put(1, "a");
        put(2, "b");
        AtomicBoolean down = new AtomicBoolean(true);
        PollingTriggerBuilder builder = trigger()
                .delivery(Delivery.to(event -> {
                            if (event.key().equals("1") && down.get()) {
                                throw new IllegalStateException("no such customer");
                            }
                            events.add(event);
                        })
                        .attempts(3));
        try (StateStore store = StateStore.file(directory)) {
            try (PollingTrigger trigger = builder.store(store).build()) {
                PollResult result = trigger.pollOnce();
                assertThat(result.events()).isEqualTo(1);
                assertThat(result.deadLetters()).isEqualTo(1);
            }
            try (PollingTrigger trigger = builder.store(store).build()) {
                assertThat(trigger.pollOnce().events()).isZero();
                DeadLetter letter = trigger.deadLetters().get(0);
                assertThat(letter.attempts()).isEqualTo(3);
                assertThat(letter.error()).contains("no such customer");
                assertThat(letter.event().payload().at("/name").asText()).isEqualTo("a");
                assertThat(trigger.replayAll()).isZero();
                assertThat(trigger.deadLetters()).hasSize(1);

                down.set(false);
                assertThat(trigger.replay(letter.event().id())).isTrue();

                assertThat(events).extracting(TriggerEvent::key).containsExactly("2", "1");
                assertThat(trigger.deadLetters()).isEmpty();
                assertThat(trigger.replay("unknown")).isFalse();
            }
            try (PollingTrigger trigger = builder.store(store).build()) {
                assertThat(trigger.deadLetters()).isEmpty();
                assertThat(trigger.pollOnce().events()).isZero();
            }
        }
    }

    @Test
    void deadLettersAreLimitedWithoutLoss() {
        IntStream.range(0, 5).forEach(i -> put(i, "r"));
        AtomicBoolean down = new AtomicBoolean(true);
        PollingTriggerBuilder builder = trigger()
                .maxDeadLetters(3)
                .delivery(Delivery.to(event -> {
                            if (down.get()) {
                                throw new IllegalStateException("down");
                            }
                            events.add(event);
                        })
                        .attempts(1));
        try (PollingTrigger trigger = builder.build()) {
            assertThatThrownBy(trigger::pollOnce)
                    .isInstanceOfSatisfying(
                            PollingException.class, e -> assertThat(e.reason()).isEqualTo(Reason.LIMIT_REACHED));
            down.set(false);
            assertThat(trigger.discard(trigger.deadLetters().get(0).event().id()))
                    .isTrue();
            assertThat(trigger.replayAll()).isEqualTo(2);
            trigger.pollOnce();

            assertThat(events).extracting(TriggerEvent::key).containsExactlyInAnyOrder("1", "2", "3", "4");
        }
    }

    @Test
    void eventsAreDeliveredInBatches() {
        IntStream.range(0, 25).forEach(i -> put(i, "r"));
        List<Integer> sizes = new ArrayList<>();
        try (PollingTrigger trigger = trigger()
                .delivery(Delivery.inBatches(10, batch -> sizes.add(batch.size())))
                .build()) {
            trigger.pollOnce();
        }
        assertThat(sizes).containsExactly(10, 10, 5);
    }

    @Test
    void memoryIsLimitedForLargePages() {
        IntStream.range(0, 95).forEach(i -> put(i, "r"));
        List<Integer> sizes = new ArrayList<>();
        try (PollingTrigger trigger = trigger()
                .maxInMemory(10)
                .delivery(Delivery.inBatches(1000, batch -> sizes.add(batch.size())))
                .build()) {
            trigger.pollOnce();
        }
        assertThat(sizes).hasSize(10).allMatch(size -> size <= 10);
    }

    @Test
    void deletionIsEvent() {
        put(1, "a");
        put(2, "b");
        try (StateStore store = StateStore.file(directory)) {
            PollingTriggerBuilder builder =
                    trigger().version("/name").detectDeletions().store(store);
            try (PollingTrigger trigger = builder.build()) {
                trigger.pollOnce();
                records.remove(1);
                trigger.pollOnce();
                trigger.pollOnce();
            }
            records.remove(2);
            try (PollingTrigger trigger = builder.build()) {
                trigger.pollOnce();
                put(1, "a");
                trigger.pollOnce();
            }
        }
        assertThat(events)
                .extracting(event -> event.change() + " " + event.key())
                .containsExactly("NEW 1", "NEW 2", "DELETED 1", "DELETED 2", "NEW 1");
        assertThat(events.get(2).payload().isMissingNode()).isTrue();
        assertThat(events).extracting(TriggerEvent::id).doesNotHaveDuplicates();
    }

    @Test
    void fieldsOfWholeRecordVersionCanBeIgnored() {
        records.put(1, Map.of("id", 1, "name", "a", "views", 1));
        try (PollingTrigger trigger = trigger().wholeRecordAsVersion("/views").build()) {
            trigger.pollOnce();
            records.put(1, Map.of("id", 1, "name", "a", "views", 2));
            trigger.pollOnce();
            records.put(1, Map.of("id", 1, "name", "b", "views", 3));
            trigger.pollOnce();
            records.put(1, Map.of("id", 1, "name", "a", "views", 4));
            trigger.pollOnce();
        }
        assertThat(events)
                .extracting(TriggerEvent::change)
                .containsExactly(ChangeType.NEW, ChangeType.UPDATED, ChangeType.UPDATED);
        assertThat(events).extracting(TriggerEvent::id).doesNotHaveDuplicates();
    }

    @Test
    void keyOfSeveralFieldsNeedsAllOfThem() {
        service.behaviour =
                asked -> MockResponse.json(List.of(Map.of("id", 1, "shop", Map.of("code", "x")), Map.of("id", 1)));
        try (PollingTrigger trigger = trigger().key("/shop/code").build()) {
            trigger.pollOnce();
            assertThat(trigger.deadLetters())
                    .singleElement()
                    .satisfies(letter -> assertThat(letter.error())
                            .contains("A record has no key: at \"/shop/code\" there is nothing"));
        }
        events.clear();
        try (PollingTrigger trigger = trigger().key("/shop").build()) {
            assertThatThrownBy(trigger::pollOnce).hasMessageContaining("there is an object or a list");
        }
        service.behaviour = asked -> MockResponse.json(List.of(Map.of("id", 1, "shop", Map.of("code", "x"))));
        try (PollingTrigger trigger = trigger().key("/shop/code").build()) {
            trigger.pollOnce();
        }
        assertThat(events).extracting(TriggerEvent::key).containsExactly("[1,\"x\"]");
    }

    /** Each occurrence of a change is an event of its own. */
    @Test
    void repeatedDeletionsAreDistinctEvents() {
        try (PollingTrigger trigger =
                trigger().version("/name").detectDeletions().build()) {
            for (String name : List.of("a", "b", "a")) {
                put(1, name);
                trigger.pollOnce();
                records.clear();
                trigger.pollOnce();
            }
        }
        assertThat(events)
                .extracting(TriggerEvent::change)
                .containsExactly(
                        ChangeType.NEW,
                        ChangeType.DELETED,
                        ChangeType.NEW,
                        ChangeType.DELETED,
                        ChangeType.NEW,
                        ChangeType.DELETED);
        assertThat(events).extracting(TriggerEvent::id).doesNotHaveDuplicates();
    }

    @Test
    void eachParentHasSeparateState() {
        Map<String, List<Integer>> boards = Collections.synchronizedMap(new LinkedHashMap<>());
        boards.put("a", new ArrayList<>(List.of(1)));
        boards.put("b", new ArrayList<>(List.of(1, 2)));
        service.behaviour = asked -> {
            if (asked.path().equals("/boards")) {
                return MockResponse.json(Map.of(
                        "values",
                        boards.keySet().stream().map(id -> Map.of("id", id)).toList()));
            }
            List<Integer> cards = boards.get(asked.path().replaceAll(".*boards/|/cards", ""));
            return cards == null || cards.isEmpty()
                    ? MockResponse.status(404)
                    : MockResponse.json(
                            cards.stream().map(id -> Map.of("id", id)).toList());
        };
        RequestTemplate list = RequestTemplate.named("Boards").get("/boards").build();
        try (PollingTrigger trigger = trigger()
                .request(RequestTemplate.named("Cards")
                        .get("/boards/{{parent.id}}/cards")
                        .build())
                .parents(ParentRecords.from(list, RecordSelector.at("/values"), "/id"))
                .startPosition(StartPosition.fromNow())
                .build()) {
            trigger.pollOnce();
            boards.get("a").add(2);
            boards.put("c", new ArrayList<>(List.of(1)));
            trigger.pollOnce();
            boards.get("b").clear();
            boards.remove("a");
            assertThat(trigger.pollOnce().events()).isZero();
        }
        assertThat(events)
                .extracting(event -> event.parent().at("/id").asText() + event.key())
                .containsExactly("a2", "c1");
        assertThat(events).extracting(TriggerEvent::id).doesNotHaveDuplicates();
    }

    @Test
    void failingParentDoesNotBlockOthers() {
        service.behaviour = asked -> asked.path().endsWith("/a/cards")
                ? MockResponse.status(500)
                : MockResponse.json(List.of(Map.of("id", 1)));
        try (PollingTrigger trigger = trigger()
                .request(RequestTemplate.named("Cards")
                        .get("/boards/{{parent}}/cards")
                        .build())
                .parents(ParentRecords.of("a", "b"))
                .build()) {
            assertThatThrownBy(trigger::pollOnce).isInstanceOf(StatusException.class);
            assertThat(events).extracting(event -> event.parent().asText()).containsExactly("b");
        }
    }

    @Test
    void nothingIsReadWhenNotModified() {
        put(1, "a");
        service.behaviour = asked -> {
            String tag = "\"" + records.hashCode() + "\"";
            return tag.equals(asked.headers().get("If-None-Match"))
                    ? MockResponse.status(304)
                    : MockResponse.json(records.values()).header("ETag", tag);
        };
        try (PollingTrigger trigger = trigger().conditionalRequests().build()) {
            trigger.pollOnce();
            PollResult second = trigger.pollOnce();
            put(2, "b");
            PollResult third = trigger.pollOnce();

            assertThat(second.notModified()).isTrue();
            assertThat(second.records()).isZero();
            assertThat(third.notModified()).isFalse();
            assertThat(trigger.pollOnce().notModified()).isTrue();
        }
        assertThat(events).extracting(TriggerEvent::key).containsExactly("1", "2");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void retryAfterInHandlerDelaysDelivery(int concurrency) {
        boolean[] limited = {true};
        service.behaviour = asked -> asked.path().equals("/crm")
                ? limited[0] ? MockResponse.status(429).header("Retry-After", "600") : MockResponse.json(Map.of())
                : MockResponse.json(records.values());
        for (int i = 1; i <= 5; i++) {
            put(i, "a");
        }
        try (PollingTrigger trigger = trigger()
                .delivery(Delivery.to(event -> {
                            if (!event.key().equals("1")) {
                                connection.send(Request.post("/crm").json(event.payload()));
                            }
                            events.add(event);
                        })
                        .concurrently(concurrency))
                .build()) {
            assertThatThrownBy(trigger::pollOnce).isInstanceOfSatisfying(PollingException.class, e -> {
                assertThat(e.reason()).isEqualTo(Reason.HANDLER_WAITS);
                // The next poll is planned by this value, see ScheduleTest.
                assertThat(e.retryAfter()).hasValue(Duration.ofMinutes(10));
            });
            // Of several concurrent handlers, the first may not have started.
            assertThat(events)
                    .extracting(TriggerEvent::key)
                    .isSubsetOf("1")
                    .hasSizeGreaterThanOrEqualTo(concurrency == 1 ? 1 : 0);
            assertThat(trigger.deadLetters()).isEmpty();
            assertThat(trigger.status().lastError().orElseThrow()).contains("requests a delay of PT10M");
            assertThat(service.requests.stream().filter(one -> one.path().equals("/crm")))
                    .hasSizeBetween(1, concurrency);

            limited[0] = false;
            trigger.pollOnce();
            assertThat(events).extracting(TriggerEvent::key).containsExactlyInAnyOrder("1", "2", "3", "4", "5");
        }
    }

    @Test
    void waitingHandlerIsNotCalledForOtherParents() {
        service.behaviour = asked -> asked.path().equals("/crm")
                ? MockResponse.status(503).header("Retry-After", "600")
                : MockResponse.json(List.of(Map.of("id", 1)));
        try (PollingTrigger trigger = trigger()
                .request(RequestTemplate.named("List").get("/{{parent}}/x").build())
                .parents(ParentRecords.of("a", "b", "c"))
                .handler(event -> connection.send(Request.post("/crm").json(event.payload())))
                .build()) {
            assertThatThrownBy(trigger::pollOnce).hasMessageContaining("requests a delay of PT10M");
        }
        assertThat(service.requests.stream().filter(one -> one.path().equals("/crm")))
                .hasSize(1);
    }

    @Test
    void xmlElementWithAttributesIsIdentifiedByText() {
        service.behaviour = asked -> MockResponse.of(
                "application/rss+xml",
                "<rss><channel><item><id isPermaLink='false'>b</id><pubDate zone='x'>2026-01-02</pubDate></item>"
                        + "<item><id>a</id><pubDate>2026-01-01</pubDate></item></channel></rss>");
        try (PollingTrigger trigger = trigger()
                .records(RecordSelector.at("/channel/item").where("/id", "a", "b"))
                .version("/pubDate")
                .cursor(Cursor.timestamp("/pubDate").clientSide())
                .build()) {
            trigger.pollOnce();
            assertThat(trigger.pollOnce().events()).isZero();
        }
        assertThat(events).extracting(TriggerEvent::key).containsExactly("b", "a");
        assertThat(events.get(0).payload().at("/id/isPermaLink").asText()).isEqualTo("false");
    }

    @Test
    void numberCanBeCursor() {
        service.behaviour = asked -> MockResponse.json(records.values().stream()
                .filter(row -> (Integer) row.get("id") > asked.number("min", -1))
                .toList());
        put(5, "a");
        put(6, "b");
        try (PollingTrigger trigger = trigger()
                .startPosition(StartPosition.fromNow())
                .cursor(Cursor.number("/id").sentAs("min").order(RecordOrder.ASCENDING))
                .build()) {
            trigger.pollOnce();
            put(7, "c");
            trigger.pollOnce();
            trigger.pollOnce();
        }
        assertThat(events).extracting(TriggerEvent::key).containsExactly("7");
        assertThat(service.requests.get(2).query()).containsEntry("min", "6");
    }

    @Test
    void rememberedKeysAreLimited() {
        IntStream.range(0, 50).forEach(i -> put(i, "r"));
        try (PollingTrigger trigger =
                trigger().maxRememberedKeys(30).maxInMemory(10).build()) {
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(trigger::pollOnce)
                        .isInstanceOfSatisfying(
                                PollingException.class,
                                e -> assertThat(e.reason()).isEqualTo(Reason.LIMIT_REACHED))
                        .hasMessageContaining("maxRememberedKeys");
            }
            assertThat(events).extracting(TriggerEvent::key).doesNotHaveDuplicates();
        }
    }

    @Test
    void lastRecordsAreNotLostWhenFirstPollFails() {
        IntStream.range(0, 20).forEach(i -> put(i, "r"));
        AtomicBoolean broken = new AtomicBoolean(true);
        service.behaviour = asked -> broken.get() && asked.number("skip", 0) > 0
                ? MockResponse.status(500)
                : MockResponse.json(records.values().stream()
                        .skip(asked.number("skip", 0))
                        .limit(10)
                        .toList());
        try (PollingTrigger trigger = trigger()
                .pagination(Pagination.offset("skip"))
                .startPosition(StartPosition.last(5))
                .build()) {
            assertThatThrownBy(trigger::pollOnce).isInstanceOf(StatusException.class);
            assertThat(events).isEmpty();
            broken.set(false);
            trigger.pollOnce();
        }
        assertThat(events).hasSize(5);
    }

    @Test
    void idRunsOnce() {
        StateStore store = StateStore.inMemory();
        try (PollingTrigger first = trigger().store(store).build();
                PollingTrigger second = trigger().store(store).build()) {
            first.pollOnce();

            assertThatThrownBy(second::pollOnce)
                    .isInstanceOfSatisfying(
                            StateException.class,
                            e -> assertThat(e.reason()).isEqualTo(StateException.StateFailure.IN_USE))
                    .hasMessageContaining("\"records\" is in use");
            assertThat(first.stop(Duration.ofSeconds(10))).isTrue();
            second.pollOnce();
        }
    }

    @Test
    void triggerDoesNotOverlapItself() throws InterruptedException {
        put(1, "a");
        CountDownLatch handling = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        PollingTrigger trigger = trigger()
                .handler(event -> {
                    handling.countDown();
                    go.await();
                })
                .build();
        Thread polling = new Thread(trigger::pollOnce);
        polling.start();
        assertThat(handling.await(10, TimeUnit.SECONDS)).isTrue();

        assertThatThrownBy(trigger::pollOnce)
                .isInstanceOfSatisfying(
                        PollingException.class, e -> assertThat(e.reason()).isEqualTo(Reason.BUSY));
        assertThat(trigger.status().state()).isEqualTo(PollingStatus.State.POLLING);

        go.countDown();
        polling.join();
        trigger.close();
        assertThat(trigger.status().state()).isEqualTo(PollingStatus.State.STOPPED);
    }

    @Test
    void stopLeavesRestForNextStart() throws InterruptedException {
        IntStream.range(0, 10).forEach(i -> put(i, "r"));
        StateStore store = StateStore.inMemory();
        CountDownLatch third = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        PollingTrigger trigger = trigger()
                .store(store)
                .handler(event -> {
                    if (event.key().equals("2")) {
                        third.countDown();
                        go.await();
                    }
                    events.add(event);
                })
                .build();
        Thread polling =
                new Thread(() -> assertThat(trigger.pollOnce().stopped()).isTrue());
        polling.start();
        assertThat(third.await(10, TimeUnit.SECONDS)).isTrue();
        Thread stopping = new Thread(trigger::close);
        stopping.start();
        while (stopping.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        go.countDown();
        polling.join();
        stopping.join();
        assertThat(events).extracting(TriggerEvent::key).containsExactly("0", "1", "2");

        try (PollingTrigger again = trigger().store(store).build()) {
            again.pollOnce();
        }
        assertThat(events).hasSize(10);
        assertThat(Set.copyOf(events.stream().map(TriggerEvent::id).toList())).hasSize(10);
    }

    @Test
    void hangingHandlerIsInterruptedAtDeadline() throws InterruptedException {
        put(1, "a");
        CountDownLatch handling = new CountDownLatch(1);
        PollingTrigger trigger = trigger()
                .handler(event -> {
                    handling.countDown();
                    new CountDownLatch(1).await();
                })
                .build();
        Thread polling = new Thread(trigger::pollOnce);
        polling.start();
        assertThat(handling.await(10, TimeUnit.SECONDS)).isTrue();

        assertThat(trigger.stop(Duration.ofMillis(50))).isFalse();

        polling.join();
        assertThat(trigger.deadLetters()).isEmpty();
        trigger.close();
    }

    @Test
    void changedDefinitionReportsKeptAndResetState() {
        put(1, "a");
        StateStore store = StateStore.inMemory();
        List<String> changes = new ArrayList<>();
        PollingListener listener = new PollingListener() {
            @Override
            public void onChangedDefinition(String trigger, String kept, String reset) {
                changes.add(kept + "; " + reset);
            }
        };
        try (PollingTrigger trigger = trigger().store(store).listener(listener).build()) {
            trigger.pollOnce();
        }
        try (PollingTrigger trigger = trigger()
                .store(store)
                .listener(listener)
                .records(RecordSelector.atRoot().optional())
                .build()) {
            assertThat(trigger.pollOnce().events()).isZero();
        }
        assertThat(changes).isEmpty();
        try (PollingTrigger trigger =
                trigger().store(store).listener(listener).version("/name").build()) {
            assertThat(trigger.pollOnce().events()).isEqualTo(1);
        }
        assertThat(changes).containsExactly("the dead letters; everything else: the next poll is a first poll");
    }

    @Test
    void suspendedNodeDoesNotOverwriteSuccessor() {
        SharedStore store = new SharedStore();
        put(1, "a");
        try (PollingTrigger frozen = trigger().store(store).build();
                PollingTrigger successor = trigger().store(store).build()) {
            frozen.pollOnce();
            put(2, "b");
            successor.pollOnce();
            put(3, "c");
            successor.pollOnce();
            put(4, "d");

            assertThatThrownBy(frozen::pollOnce)
                    .isInstanceOfSatisfying(
                            StateException.class,
                            e -> assertThat(e.reason()).isEqualTo(StateException.StateFailure.CONFLICT));
            assertThat(frozen.pollOnce().events()).isEqualTo(1);
        }
        Map<String, String> ids = new LinkedHashMap<>();
        for (TriggerEvent event : events) {
            assertThat(ids.getOrDefault(event.key(), event.id())).isEqualTo(event.id());
            ids.put(event.key(), event.id());
        }
        assertThat(ids).containsOnlyKeys("1", "2", "3", "4");
    }

    @Test
    void parentsAreLimitedAndNeedKeys() {
        service.behaviour = asked -> MockResponse.json(List.of(Map.of("id", 1), Map.of("id", 2), Map.of("name", "x")));
        RequestTemplate list = RequestTemplate.named("Boards").get("/boards").build();
        PollingTriggerBuilder builder = trigger()
                .request(RequestTemplate.named("Cards")
                        .get("/boards/{{parent.id}}")
                        .build())
                .parents(ParentRecords.from(list, RecordSelector.atRoot(), "/id"));
        try (PollingTrigger trigger = builder.build()) {
            assertThatThrownBy(trigger::pollOnce).hasMessageContaining("A parent has no key at \"/id\"");
        }
        try (PollingTrigger trigger = builder.maxParents(1).build()) {
            assertThatThrownBy(trigger::pollOnce)
                    .isInstanceOf(PollingException.class)
                    .hasMessageContaining("more than 1 parents");
        }
    }

    @Test
    void lastModifiedIsSufficientForConditionalRequest() {
        put(1, "a");
        String date = "Wed, 25 Nov 2026 12:00:00 GMT";
        service.behaviour = asked -> date.equals(asked.headers().get("If-Modified-Since"))
                ? MockResponse.status(304)
                : MockResponse.json(records.values()).header("Last-Modified", date);
        try (PollingTrigger trigger = trigger().conditionalRequests().build()) {
            assertThat(trigger.pollOnce().notModified()).isFalse();
            assertThat(trigger.pollOnce().notModified()).isTrue();
        }
    }

    @Test
    void fullDiskStopsPollWithoutLoss() {
        put(1, "a");
        FailingStore store = new FailingStore();
        PollingTriggerBuilder builder = trigger().store(store).handler(event -> {
            store.full = events.isEmpty();
            events.add(event);
        });
        try (PollingTrigger trigger = builder.build()) {
            assertThatThrownBy(trigger::pollOnce).isInstanceOf(StateException.class);
            put(2, "b");
            assertThatThrownBy(trigger::pollOnce).isInstanceOf(StateException.class);
            assertThat(events).extracting(TriggerEvent::key).containsExactly("1");

            store.full = false;
            trigger.pollOnce();
            trigger.pollOnce();
        }
        assertThat(events).extracting(TriggerEvent::key).containsExactly("1", "2");
    }

    private static Error brokenError() {
        return new Error("broken") {
            private static final long serialVersionUID = 1L;

            @Override
            public String getMessage() {
                throw new IllegalStateException("no message");
            }
        };
    }

    /** Whatever a handler throws, events handled before are not repeated. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void errorOfHandlerIsFailure(int kind) {
        List<Error> errors = List.of(
                new IOError(new IOException("disk")),
                new ServiceConfigurationError("service"),
                new OutOfMemoryError("made up"),
                brokenError());
        for (int id = 1; id <= 5; id++) {
            put(id, "a");
        }
        List<String> handled = new ArrayList<>();
        Delivery delivery = Delivery.to(event -> {
                    if (event.key().equals("3")) {
                        throw errors.get(kind);
                    }
                    handled.add(event.key());
                })
                .attempts(1);
        try (PollingTrigger trigger = trigger().delivery(delivery).build()) {
            trigger.pollOnce();
            trigger.pollOnce();
            assertThat(trigger.deadLetters())
                    .extracting(letter -> letter.event().key())
                    .containsExactly("3");
        }
        assertThat(handled).containsExactlyInAnyOrder("1", "2", "4", "5");
    }

    private void put(int id, String name) {
        records.put(id, Map.of("id", id, "name", name));
    }

    private PollingTriggerBuilder trigger() {
        return PollingTrigger.named("records")
                .connection(connection)
                .request(RequestTemplate.named("List").get("/records").build())
                .key("/id")
                .startPosition(StartPosition.everything())
                .store(StateStore.inMemory())
                .engine(engine)
                .handler(events::add);
    }
}
