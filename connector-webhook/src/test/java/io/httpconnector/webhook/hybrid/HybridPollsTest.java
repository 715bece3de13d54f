package io.httpconnector.webhook.hybrid;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.httpconnector.HttpConnection;
import io.httpconnector.polling.Cursor;
import io.httpconnector.polling.PollingEngine;
import io.httpconnector.polling.PollingStatus;
import io.httpconnector.polling.PollingTriggerBuilder;
import io.httpconnector.polling.RecordSelector;
import io.httpconnector.polling.StartPosition;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.testing.Await;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import io.httpconnector.webhook.ValueSelector;
import io.httpconnector.webhook.WebhookRequest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests the polls of hybrid triggers when they start, and records without versions. */
@Timeout(60)
class HybridPollsTest {

    private final MockService service = MockService.start();
    private final HttpConnection crm =
            HttpConnection.named("CRM").baseUrl(service.baseUrl()).build();
    private final PollingEngine engine = PollingEngine.create(2);
    private final List<String> events = new CopyOnWriteArrayList<>();
    private int deliveries;

    HybridPollsTest() {
        records();
    }

    @AfterEach
    void end() {
        engine.close();
        crm.close();
        service.close();
    }

    private void records(String... records) {
        service.on("GET", "/contacts", MockResponse.json("{\"results\": [" + String.join(", ", records) + "]}"));
    }

    private static String record(String id, String updated) {
        return "{\"id\": \"" + id + "\", \"updated\": \"2026-01-01T" + updated + ":00Z\"}";
    }

    private HybridTrigger trigger(Consumer<PollingTriggerBuilder> settings) {
        return HybridTrigger.named("contacts")
                .connection(crm)
                .poll(poll -> {
                    poll.request(RequestTemplate.named("List").get("/contacts").build())
                            .records(RecordSelector.at("/results"))
                            .key("/id")
                            .startPosition(StartPosition.everything())
                            .every(Duration.ofHours(1))
                            .engine(engine);
                    settings.accept(poll);
                })
                .webhook(webhook ->
                        webhook.unverified().type(ValueSelector.body("/type")).id(ValueSelector.body("/delivery")))
                .payload(WebhookPayload.records("/object").deletedTypes("deleted"))
                .store(StateStore.inMemory())
                .handler(event -> events.add(
                        event.change() + " " + event.payload().path("updated").asText("-")))
                .build();
    }

    private int send(HybridTrigger trigger, String type, String record) {
        String body =
                "{\"type\": \"" + type + "\", \"delivery\": \"d" + ++deliveries + "\", \"object\": " + record + "}";
        return trigger.receive(WebhookRequest.of(
                        "POST", "/hook", "", Map.of("Content-Type", List.of("application/json")), body.getBytes(UTF_8)))
                .status();
    }

    @Test
    void startPollsOnce() throws InterruptedException {
        try (HybridTrigger trigger = trigger(poll -> {})) {
            for (int started = 1; started <= 50; started++) {
                trigger.start();
                int polls = started;
                Await.until(() -> service.requests().size() >= polls
                        && trigger.status().polling().state() == PollingStatus.State.IDLE);
                // Time for another poll.
                TimeUnit.MILLISECONDS.sleep(5);
                assertThat(trigger.stop(Duration.ofSeconds(5))).isTrue();
                assertThat(service.requests()).hasSize(started);
            }
        }
    }

    @Test
    void withoutAVersionEachRecordIsOneEventUntilItIsDeleted() throws InterruptedException {
        try (HybridTrigger trigger = trigger(poll -> poll.detectDeletions())) {
            without(trigger);
        }
    }

    @Test
    void withoutAVersionTheCursorDoesNotMakeChangesEvents() throws InterruptedException {
        try (HybridTrigger trigger =
                trigger(poll -> poll.cursor(Cursor.timestamp("/updated").clientSide()))) {
            without(trigger);
        }
    }

    private void without(HybridTrigger trigger) throws InterruptedException {
        assertThat(send(trigger, "changed", record("a", "10:00"))).isEqualTo(200);
        assertThat(send(trigger, "changed", record("a", "10:01"))).isEqualTo(200);
        records(record("a", "10:02"), record("b", "10:02"));
        trigger.pollOnce();
        records(record("a", "12:03"), record("b", "12:03"));
        trigger.pollOnce();
        records(record("a", "15:03"), record("b", "16:03"));
        trigger.pollOnce();
        assertThat(send(trigger, "changed", record("b", "17:04"))).isEqualTo(200);
        assertThat(events).containsExactly("NEW 2026-01-01T10:00:00Z", "NEW 2026-01-01T10:02:00Z");
        assertThat(trigger.status().webhook()).hasValueSatisfying(webhook -> {
            assertThat(webhook.pushedFirst()).isEqualTo(1);
            assertThat(webhook.polledFirst()).isZero();
        });

        assertThat(send(trigger, "deleted", "{\"id\": \"a\"}")).isEqualTo(200);
        records(record("b", "18:03"));
        trigger.pollOnce();
        // A record that is read within the millisecond of its deletion may be older than the deletion.
        TimeUnit.MILLISECONDS.sleep(2);
        records(record("a", "19:03"), record("b", "18:03"));
        trigger.pollOnce();

        assertThat(events)
                .containsExactly(
                        "NEW 2026-01-01T10:00:00Z",
                        "NEW 2026-01-01T10:02:00Z",
                        "DELETED -",
                        "NEW 2026-01-01T19:03:00Z");
    }

    @Test
    void lateDeletionOfARecordThatTheCursorHasForgottenIsNoEvent() {
        try (HybridTrigger trigger = trigger(poll ->
                poll.version("/updated").cursor(Cursor.timestamp("/updated").clientSide()))) {
            records(record("a", "10:00"));
            trigger.pollOnce();
            for (String time : List.of("12:00", "14:00", "16:00")) {
                records(record("b", time), record("a", "10:00"));
                trigger.pollOnce();
            }
            events.clear();

            assertThat(send(trigger, "deleted", record("a", "09:00"))).isEqualTo(200);
            assertThat(events).isEmpty();
            assertThat(trigger.status().webhook())
                    .hasValueSatisfying(
                            webhook -> assertThat(webhook.outdated()).isEqualTo(1));

            assertThat(send(trigger, "deleted", record("a", "10:30"))).isEqualTo(200);
            assertThat(events).hasSize(1).allSatisfy(event -> assertThat(event).startsWith("DELETED"));
        }
    }

    @Test
    void withoutAVersionARecordThatTheCursorHasForgottenIsNewWhenItChanges() {
        try (HybridTrigger trigger =
                trigger(poll -> poll.cursor(Cursor.timestamp("/updated").clientSide()))) {
            records(record("a", "10:00"));
            trigger.pollOnce();
            records(record("b", "12:00"), record("a", "10:00"));
            trigger.pollOnce();
            records(record("b", "14:00"), record("a", "10:00"));
            trigger.pollOnce();
            records(record("b", "16:00"), record("a", "10:00"));
            trigger.pollOnce();
            assertThat(events).containsExactly("NEW 2026-01-01T10:00:00Z", "NEW 2026-01-01T12:00:00Z");
            assertThat(send(trigger, "changed", record("a", "17:00"))).isEqualTo(200);
            records(record("a", "18:00"), record("b", "16:00"));
            trigger.pollOnce();

            assertThat(events)
                    .containsExactly(
                            "NEW 2026-01-01T10:00:00Z", "NEW 2026-01-01T12:00:00Z", "NEW 2026-01-01T17:00:00Z");
        }
    }
}
