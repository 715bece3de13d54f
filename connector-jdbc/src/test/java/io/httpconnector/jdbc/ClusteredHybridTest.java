package io.httpconnector.jdbc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.zaxxer.hikari.HikariDataSource;
import io.httpconnector.HttpConnection;
import io.httpconnector.RetryPolicy;
import io.httpconnector.polling.Pagination;
import io.httpconnector.polling.PollingTrigger;
import io.httpconnector.polling.PollingTriggerBuilder;
import io.httpconnector.polling.PushSettings;
import io.httpconnector.polling.RecordSelector;
import io.httpconnector.polling.StartPosition;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.testing.Await;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import io.httpconnector.trigger.EventHandler;
import io.httpconnector.trigger.TriggerEvent;
import io.httpconnector.webhook.ValueSelector;
import io.httpconnector.webhook.WebhookRequest;
import io.httpconnector.webhook.hybrid.HybridTrigger;
import io.httpconnector.webhook.hybrid.HybridTriggerBuilder;
import io.httpconnector.webhook.hybrid.WebhookPayload;
import io.httpconnector.webhook.inbox.Inbox;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests of a hybrid trigger on two nodes: one polls, and both receive webhooks. */
@Timeout(120)
class ClusteredHybridTest {

    private static final String ID = "contacts";
    private static final int PAGE = 5;

    @TempDir
    Path directory;

    private final Map<Integer, Integer> rows = new ConcurrentHashMap<>();
    private final List<TriggerEvent> handled = new CopyOnWriteArrayList<>();
    private final MockService service = MockService.start();
    private final HttpConnection connection = HttpConnection.named("CRM")
            .baseUrl(service.baseUrl())
            .retry(RetryPolicy.none())
            .build();
    private volatile Runnable beforePage = () -> {};

    ClusteredHybridTest() {
        service.on("GET", "/contacts", request -> {
            beforePage.run();
            int page = Integer.parseInt(request.uri().getQuery().replaceAll("\\D+", ""));
            List<String> page1 = rows.entrySet().stream()
                    .sorted(Map.Entry.comparingByKey())
                    .skip((long) (page - 1) * PAGE)
                    .limit(PAGE)
                    .map(row -> record(row.getKey(), row.getValue()))
                    .toList();
            return MockResponse.json(page1.toString());
        });
    }

    @AfterEach
    void stop() {
        connection.close();
        service.close();
    }

    private static String record(int id, int version) {
        return "{\"id\":" + id + ",\"v\":" + version + "}";
    }

    private PollingTriggerBuilder polls(PollingTriggerBuilder poll, Duration interval) {
        return poll.connection(connection)
                .request(RequestTemplate.named("List").get("/contacts").build())
                .records(RecordSelector.at(""))
                .pagination(Pagination.pages("page"))
                .key("/id")
                .version("/v")
                .startPosition(StartPosition.everything())
                .every(interval)
                .minInterval(Duration.ofMillis(10))
                .acceptPushes(PushSettings.defaults().orderedBy("/v"));
    }

    /** A node of the cluster. */
    private final class Node implements AutoCloseable {

        private final ClusteredPolling cluster;
        private final HybridTrigger trigger;

        Node(HikariDataSource source, Duration interval, Inbox inbox) {
            EventHandler handler = handled::add;
            cluster = ClusteredPolling.on(source)
                    .start((id, definition) ->
                            polls(PollingTrigger.named(id), interval).handler(handler));
            HybridTriggerBuilder builder = HybridTrigger.named(ID)
                    .connection(connection)
                    .poll(poll -> polls(poll, interval))
                    .webhook(webhook -> {
                        webhook.unverified().id(ValueSelector.body("/delivery"));
                        if (inbox != null) {
                            webhook.inbox(inbox);
                        }
                    })
                    .payload(WebhookPayload.records("/record"))
                    .store(JdbcStateStore.of(source))
                    .pollElsewhere(() -> cluster.pollNow(ID), push -> cluster.betweenPolls(ID, push))
                    .handler(handler);
            trigger = builder.build();
            cluster.put(ID, definition());
        }

        int receive(String delivery, int id, int version) {
            String body = "{\"delivery\":\"" + delivery + "\",\"record\":" + record(id, version) + "}";
            return trigger.receive(WebhookRequest.of(
                            "POST", "/", "", Map.of("Content-Type", List.of("application/json")), body.getBytes(UTF_8)))
                    .status();
        }

        @Override
        public void close() {
            trigger.close();
            cluster.close();
        }
    }

    private static JsonNode definition() {
        return JsonNodeFactory.instance.objectNode().put("list", "contacts");
    }

    private List<String> seen() {
        return handled.stream()
                .map(event -> event.payload().path("id") + "." + event.payload().path("v"))
                .toList();
    }

    /** The webhook arrives at one node between two pages of the other node's poll, which then reads the same record. */
    @ParameterizedTest
    @EnumSource
    void webhookThatArrivesWhileAnotherNodePollsIsNeitherLostNorDuplicated(Databases databases) throws Exception {
        for (int id = 1; id <= 12; id++) {
            rows.put(id, 1);
        }
        try (HikariDataSource source = databases.open(directory)) {
            JdbcSchema.create(source);
            try (Node a = new Node(source, Duration.ofMillis(300), JdbcInbox.of(source))) {
                Await.until(() -> handled.size() == 12);
                CountDownLatch second = new CountDownLatch(1);
                CountDownLatch pushed = new CountDownLatch(1);
                try (Node b = new Node(source, Duration.ofMillis(300), JdbcInbox.of(source))) {
                    int[] pages = new int[1];
                    beforePage = () -> {
                        if (++pages[0] == 2) {
                            rows.put(12, 2);
                            rows.put(13, 1);
                            second.countDown();
                            await(pushed);
                        }
                    };
                    await(second);
                    assertThat(b.receive("d1", 12, 2)).isEqualTo(200);
                    assertThat(b.receive("d2", 13, 1)).isEqualTo(200);
                    assertThat(a.receive("d3", 13, 1)).isEqualTo(200);
                    pushed.countDown();
                    Await.until(() -> seen().containsAll(List.of("12.2", "13.1")));
                    beforePage = () -> {};
                    int before = service.requests().size();
                    Await.until(() -> service.requests().size() > before + 12);
                }
            }
        }
        assertThat(seen()).hasSize(14).doesNotHaveDuplicates();
    }

    /** A requested poll follows the one in progress on another node, and does not end a pause. */
    @ParameterizedTest
    @EnumSource
    void requestedPollRespectsThePauseAndFollowsAPollInProgress(Databases databases) {
        rows.put(1, 1);
        try (HikariDataSource source = databases.open(directory)) {
            JdbcSchema.create(source);
            try (Node a = new Node(source, Duration.ofHours(1), null);
                    Node b = new Node(source, Duration.ofHours(1), null)) {
                Await.until(() -> handled.size() == 1 && a.cluster.list().get(0).node() == null);
                CountDownLatch reading = new CountDownLatch(1);
                CountDownLatch requested = new CountDownLatch(1);
                beforePage = () -> {
                    if (reading.getCount() > 0) {
                        reading.countDown();
                        await(requested);
                    }
                };
                assertThat(a.cluster.pollNow(ID)).isTrue();
                await(reading);
                int before = service.requests().size();
                rows.put(2, 1);
                assertThat(b.cluster.pollNow(ID)).isTrue();
                requested.countDown();
                Await.until(() -> handled.size() == 2 && service.requests().size() > before);

                assertThat(a.cluster.pause(ID)).isTrue();
                Await.until(() -> a.cluster.list().get(0).node() == null);
                int paused = service.requests().size();
                rows.put(3, 1);
                assertThat(b.cluster.pollNow(ID)).isFalse();
                assertThat(b.cluster.pollNow("unknown")).isFalse();
                assertThat(b.cluster.list().get(0).state()).isEqualTo(ClusteredPolling.State.PAUSED);
                assertThat(service.requests()).hasSize(paused);
                assertThat(a.cluster.resume(ID)).isTrue();
                Await.until(() -> handled.size() == 3);
            }
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            if (!latch.await(60, TimeUnit.SECONDS)) {
                throw new AssertionError("nothing happened");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Changes, of which a part is lost or repeated by the webhook, on both nodes at the same time; polls run all the time. */
    @ParameterizedTest
    @EnumSource
    void eachChangeOfManyResultsInOneEvent(Databases databases) throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        try (HikariDataSource source = databases.open(directory)) {
            JdbcSchema.create(source);
            try (Node a = new Node(source, Duration.ofMillis(100), JdbcInbox.of(source));
                    Node b = new Node(source, Duration.ofMillis(100), JdbcInbox.of(source))) {
                int changes = 0;
                for (int i = 0; i < 100; i++) {
                    int id = random.nextInt(30);
                    // A version is only replaced when its event was handled, so that no poll can skip it.
                    Integer known = rows.get(id);
                    if (known != null && !seen().contains(id + "." + known)) {
                        continue;
                    }
                    int version = known == null ? 1 : known + 1;
                    rows.put(id, version);
                    changes++;
                    if (random.nextInt(5) > 0) {
                        Node node = random.nextBoolean() ? a : b;
                        assertThat(node.receive("d" + i, id, version)).isEqualTo(200);
                        if (random.nextInt(5) == 0) {
                            Node other = random.nextBoolean() ? a : b;
                            assertThat(other.receive("r" + i, id, version)).isEqualTo(200);
                        }
                    }
                    Thread.sleep(random.nextInt(20));
                }
                int expected = changes;
                Await.until(Duration.ofSeconds(60), () -> handled.size() >= expected);
                int before = service.requests().size();
                Await.until(() -> service.requests().size() > before + 20);
                assertThat(seen()).as("seed " + seed).hasSize(expected).doesNotHaveDuplicates();
                assertThat(handled.stream().map(TriggerEvent::id)).doesNotHaveDuplicates();
            }
        }
    }

    /** Webhooks change the state all the time that another node needs for a poll of several pages. */
    @ParameterizedTest
    @EnumSource
    @SuppressWarnings("try") // The first node only polls.
    void pollsSucceedWhileWebhooksArriveAtAnotherNode(Databases databases) throws Exception {
        for (int id = 1; id <= 30; id++) {
            rows.put(id, 1);
        }
        try (HikariDataSource source = databases.open(directory)) {
            JdbcSchema.create(source);
            try (Node a = new Node(source, Duration.ofMillis(100), null)) {
                Await.until(() -> handled.size() == 30);
                beforePage = () -> {
                    try {
                        Thread.sleep(50);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                };
                try (Node b = new Node(source, Duration.ofMillis(100), null)) {
                    // Only polls find it.
                    rows.put(1, 2);
                    int version = 2;
                    while (!seen().contains("1.2")) {
                        assertThat(version)
                                .as("webhooks before a poll has succeeded")
                                .isLessThan(100);
                        rows.put(30, version);
                        assertThat(b.receive("d" + version, 30, version)).isEqualTo(200);
                        version++;
                        Thread.sleep(20);
                    }
                }
            }
        }
    }
}
