package io.httpconnector.webhook.hybrid;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.RetryPolicy;
import io.httpconnector.Secret;
import io.httpconnector.TimeSource;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.polling.Cursor;
import io.httpconnector.polling.PollingEngine;
import io.httpconnector.polling.PollingListener;
import io.httpconnector.polling.PollingStatus;
import io.httpconnector.polling.PushSettings;
import io.httpconnector.polling.PushStatus;
import io.httpconnector.polling.RecordSelector;
import io.httpconnector.polling.StartPosition;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.testing.Await;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import io.httpconnector.testing.VirtualTime;
import io.httpconnector.trigger.ChangeType;
import io.httpconnector.trigger.Delivery;
import io.httpconnector.trigger.TriggerEvent;
import io.httpconnector.webhook.ValueSelector;
import io.httpconnector.webhook.WebhookRequest;
import io.httpconnector.webhook.WebhookResponse;
import io.httpconnector.webhook.WebhookRouter;
import io.httpconnector.webhook.inbox.Inbox;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A webhook and a poll of the same records. */
@Timeout(60)
class HybridTriggerTest {

    private final MockService service = MockService.start();
    private final VirtualTime time = new VirtualTime();
    private final HttpConnection crm = HttpConnection.named("CRM")
            .baseUrl(service.baseUrl())
            .retry(RetryPolicy.none())
            .build();
    private final PollingEngine engine = PollingEngine.create(2, time);
    private final Map<String, ObjectNode> rows = Collections.synchronizedMap(new TreeMap<>());
    private final List<TriggerEvent> events = Collections.synchronizedList(new ArrayList<>());
    private int deliveries;

    @TempDir
    Path directory;

    HybridTriggerTest() {
        service.on(
                "GET", "/contacts", request -> MockResponse.json("{\"results\": " + List.copyOf(rows.values()) + "}"));
    }

    @AfterEach
    void end() {
        engine.close();
        crm.close();
        service.close();
    }

    private HybridTriggerBuilder contacts() {
        return HybridTrigger.named("contacts")
                .connection(crm)
                .poll(poll -> poll.request(
                                RequestTemplate.named("List").get("/contacts").build())
                        .records(RecordSelector.at("/results"))
                        .key("/id")
                        .version("/updated")
                        .cursor(Cursor.timestamp("/updated").clientSide())
                        .startPosition(StartPosition.everything())
                        .every(Duration.ofHours(1))
                        .engine(engine))
                .webhook(webhook -> webhook.unverified()
                        .type(ValueSelector.body("/type"))
                        .id(ValueSelector.body("/delivery"))
                        .timeSource(time))
                .payload(WebhookPayload.records("/object", "/objects").deletedTypes("deleted"))
                .store(StateStore.inMemory())
                .handler(events::add);
    }

    private ObjectNode change(String id) {
        time.advance(Duration.ofSeconds(10));
        ObjectNode row = (ObjectNode)
                JsonSupport.tree(Map.of("id", id, "updated", time.now().toString()));
        rows.put(id, row);
        return row;
    }

    private WebhookRequest webhook(String type, String rest) {
        String body = "{\"type\": \"" + type + "\", \"delivery\": \"d" + ++deliveries + "\"" + rest + "}";
        return WebhookRequest.of(
                "POST", "/hook", "", Map.of("Content-Type", List.of("application/json")), body.getBytes(UTF_8));
    }

    private WebhookRequest changed(ObjectNode row) {
        return webhook("changed", ", \"object\": " + row);
    }

    private List<String> seen() {
        return events.stream()
                .map(event -> (event.change() == ChangeType.DELETED ? "-" : "+") + event.key())
                .toList();
    }

    @Test
    void aHandlerOfItsOwnIsAnErrorWhereverItIsSet() {
        assertThatThrownBy(
                        () -> contacts().poll(poll -> poll.handler(event -> {})).build())
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("poll: it has a handler of its own");
        assertThatThrownBy(() -> HybridTrigger.named("contacts")
                        .poll(poll -> poll.delivery(Delivery.to(event -> {})))
                        .handler(events::add)
                        .build())
                .hasMessageContaining("poll: it has a handler of its own");
        assertThatThrownBy(() -> contacts()
                        .webhook(webhook -> webhook.handler(event -> {}))
                        .build())
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("webhook: it has a handler of its own");
        assertThatThrownBy(() -> contacts()
                        .webhook(webhook -> webhook.responder(event -> WebhookResponse.of(200)))
                        .build())
                .hasMessageContaining("webhook: it has a handler of its own");
        HybridTriggerBuilder twice = contacts();
        twice.build().close();
        twice.handler(events::add).build().close();
    }

    @Test
    void webhookDeliversAtOnceAndThePollFindsWhatItHasLost() {
        try (HybridTrigger trigger = contacts().build()) {
            change("old");
            trigger.pollOnce();
            ObjectNode a = change("a");
            assertThat(trigger.receive(changed(a)).status()).isEqualTo(200);
            assertThat(seen()).containsExactly("+old", "+a");
            change("lost");
            assertThat(trigger.pollOnce().events()).isEqualTo(1);
            assertThat(trigger.receive(changed(a)).status()).isEqualTo(200);
            time.advance(Duration.ofMinutes(6));
            trigger.pollOnce();

            PushStatus measured = trigger.status().webhook().orElseThrow();
            assertThat(seen()).containsExactly("+old", "+a", "+lost");
            assertThat(measured.missed()).isEqualTo(1);
            assertThat(measured.missedShare()).isEqualTo(0.5);
            assertThat(JsonSupport.tree(trigger.status()).at("/webhook/missed").asInt())
                    .isEqualTo(1);
            assertThat(events).allMatch(event -> event.trigger().equals("contacts"));
        }
    }

    @Test
    void equalBodiesRequestAPoll() {
        try (HybridTrigger trigger = contacts()
                .webhook(webhook -> webhook.unverified().type(ValueSelector.body("/type")))
                .payload(WebhookPayload.nudge())
                .build()) {
            WebhookRequest ping = WebhookRequest.of(
                    "POST",
                    "/hook",
                    "",
                    Map.of("Content-Type", List.of("application/json")),
                    "{\"type\": \"changed\"}".getBytes(UTF_8));
            trigger.start();
            for (String id : List.of("a", "b", "c")) {
                change(id);
                assertThat(trigger.receive(ping).status()).isEqualTo(200);
                Await.until(() -> seen().contains("+" + id));
            }
            assertThat(seen()).containsExactly("+a", "+b", "+c");
        }
    }

    @Test
    void recordsThatCannotBeIdentifiedAreNoError() {
        service.on("GET", "/contacts/a", request -> MockResponse.json(String.valueOf(rows.get("a"))));
        WebhookPayload fetched = WebhookPayload.records("/object")
                .fetch(RequestTemplate.named("Get")
                        .get("/contacts/{{record.id}}")
                        .build())
                .deletedTypes("deleted");
        try (HybridTrigger trigger = contacts().payload(fetched).build()) {
            trigger.start();
            Await.until(() -> trigger.status().polling().lastSuccess().isPresent());
            change("a");

            for (String id : List.of("{\"x\": 1}", "[1, 2]", "\"\"")) {
                assertThat(trigger.receive(webhook("changed", ", \"object\": {\"id\": " + id + "}"))
                                .status())
                        .isEqualTo(200);
                assertThat(trigger.receive(webhook("deleted", ", \"object\": {\"id\": " + id + "}"))
                                .status())
                        .isEqualTo(200);
            }
            Await.until(() -> seen().contains("+a"));
            assertThat(seen()).containsExactly("+a");
        }
    }

    @Test
    void payloadMayHaveSeveralRecordsAndDeletions() {
        try (HybridTrigger trigger = contacts().build()) {
            ObjectNode a = change("a");
            ObjectNode b = change("b");
            trigger.receive(webhook("changed", ", \"objects\": [" + a + ", " + b + "]"));
            rows.remove("a");
            trigger.receive(webhook("deleted", ", \"object\": {\"id\": \"a\"}"));
            trigger.receive(webhook("deleted", ", \"object\": {\"id\": \"a\"}"));
            trigger.receive(changed(a));
            assertThat(trigger.pollOnce().events()).isZero();
            assertThat(seen()).containsExactly("+a", "+b", "-a");
        }
        WebhookPayload github = WebhookPayload.records("/object").deletedWhen("/action", "deleted");
        try (HybridTrigger trigger = contacts().payload(github).build()) {
            trigger.receive(webhook("contact", ", \"action\": \"deleted\", \"object\": {\"id\": \"x\"}"));
            assertThat(seen()).endsWith("-x");
        }
    }

    @Test
    void thinPayloadIsCompletedByARequestAndAMissingRecordIsADeletion() {
        service.on(
                "GET",
                "/contacts/a",
                request -> rows.containsKey("a")
                        ? MockResponse.json("{\"contact\": " + rows.get("a") + "}")
                        : MockResponse.status(404));
        WebhookPayload thin = WebhookPayload.records("")
                .types("changed")
                .copy("/objectId", "/id")
                .fetch(RequestTemplate.named("Get")
                        .get("/contacts/{{record.id}}")
                        .build())
                .fetchedAt("/contact")
                .notFoundIsDeleted();
        try (HybridTrigger trigger = contacts().payload(thin).build()) {
            change("a");
            trigger.receive(webhook("changed", ", \"objectId\": \"a\""));
            assertThat(trigger.pollOnce().events()).isZero();
            change("a");
            assertThat(trigger.pollOnce().events()).isEqualTo(1);
            trigger.receive(webhook("changed", ", \"objectId\": \"a\""));
            assertThat(trigger.receive(webhook("other", "")).status()).isEqualTo(200);
            rows.remove("a");
            trigger.receive(webhook("changed", ", \"objectId\": \"a\""));
            assertThat(seen()).containsExactly("+a", "+a", "-a");
            assertThat(events.get(0).payload().has("objectId")).isFalse();

            service.on("GET", "/contacts/a", MockResponse.status(503));
            assertThat(trigger.receive(webhook("changed", ", \"objectId\": \"a\""))
                            .status())
                    .as("the sender repeats it")
                    .isEqualTo(500);
        }
    }

    @Test
    void webhookWithoutARecordRequestsAPoll() {
        PollingEngine real = PollingEngine.create(2);
        try (HybridTrigger trigger = contacts()
                .poll(poll -> poll.engine(real))
                .payload(WebhookPayload.nudge())
                .build()) {
            trigger.start();
            Await.until(() -> trigger.status().polling().polls() >= 1);
            change("a");
            assertThat(trigger.receive(webhook("ping", "")).status()).isEqualTo(200);
            Await.until(() -> seen().contains("+a"));
            assertThat(trigger.status().webhook()).isEmpty();
            change("b");
            trigger.reconcile();
            Await.until(() -> seen().contains("+b"));
        } finally {
            real.close();
        }
    }

    @Test
    void thinPayloadWithoutTheIdRequestsAPoll() {
        AtomicBoolean requested = new AtomicBoolean();
        try (HybridTrigger trigger = contacts()
                .payload(WebhookPayload.records("")
                        .copy("/objectId", "/id")
                        .fetch(RequestTemplate.named("Get")
                                .get("/contacts/{{record.id}}")
                                .build()))
                .pollElsewhere(() -> requested.set(true))
                .build()) {
            assertThat(trigger.receive(webhook("ping", ", \"objectId\": null")).status())
                    .isEqualTo(200);
            assertThat(requested).isTrue();
        }
    }

    @Test
    void pollsRunElsewhereIfConfigured() {
        AtomicBoolean requested = new AtomicBoolean();
        try (HybridTrigger trigger = contacts()
                .payload(WebhookPayload.nudge())
                .pollElsewhere(() -> requested.set(true))
                .build()) {
            trigger.start();
            trigger.receive(webhook("ping", ""));
            assertThat(requested).isTrue();
            assertThat(trigger.status().polling().nextPoll()).isEmpty();
            assertThat(trigger.status().polling().state()).isEqualTo(PollingStatus.State.STOPPED);
        }
    }

    @Test
    void eventsOfTheInboxAreHandledAfterTheResponseAndAfterARestart() {
        // Whoever waits in virtual time lets it pass for the others.
        PollingEngine real = PollingEngine.create(2);
        StateStore store = StateStore.file(directory.resolve("state"));
        try (Inbox inbox = Inbox.file(directory.resolve("inbox"))) {
            try (HybridTrigger trigger = contacts()
                    .poll(poll -> poll.engine(real))
                    .webhook(webhook -> webhook.inbox(inbox).timeSource(TimeSource.SYSTEM))
                    .store(store)
                    .build()) {
                assertThat(trigger.receive(changed(change("a"))).status()).isEqualTo(200);
                Await.until(() -> seen().contains("+a"));
                trigger.stop(Duration.ofSeconds(5));
                assertThat(trigger.receive(changed(change("b"))).status()).isEqualTo(503);
                trigger.pollOnce();
                assertThat(seen()).containsExactly("+a", "+b");
            }
            try (HybridTrigger trigger = contacts()
                    .poll(poll -> poll.engine(real))
                    .webhook(webhook -> webhook.inbox(inbox).timeSource(TimeSource.SYSTEM))
                    .store(store)
                    .build()) {
                assertThat(trigger.receive(changed(rows.get("b"))).status()).isEqualTo(200);
                assertThat(trigger.receive(changed(change("c"))).status()).isEqualTo(200);
                Await.until(() -> seen().contains("+c"));
                Await.until(() -> trigger.status().pendingWebhooks() == 0);
                assertThat(trigger.pollOnce().events()).isZero();
                assertThat(seen()).containsExactly("+a", "+b", "+c");
            }
        }
        store.close();
        real.close();
    }

    @Test
    void stoppedTriggerIsStartedAgain() {
        PollingEngine real = PollingEngine.create(2);
        try (HybridTrigger trigger = contacts().poll(poll -> poll.engine(real)).build()) {
            trigger.start();
            assertThat(trigger.stop(Duration.ofSeconds(5))).isTrue();
            assertThat(trigger.receive(changed(change("a"))).status()).isEqualTo(503);
            trigger.start();
            assertThat(trigger.receive(changed(change("b"))).status()).isEqualTo(200);
            Await.until(() -> seen().containsAll(List.of("+a", "+b")));
            trigger.pause();
            change("c");
            trigger.resume();
            Await.until(() -> seen().contains("+c"));
            assertThat(seen()).hasSize(3);
        } finally {
            real.close();
        }
    }

    @Test
    void failedEventIsADeadLetterOfTheTrigger() {
        AtomicBoolean fails = new AtomicBoolean(true);
        try (HybridTrigger trigger = contacts()
                .handler(event -> {
                    if (fails.get()) {
                        throw new IllegalStateException("no");
                    }
                    events.add(event);
                })
                .build()) {
            assertThat(trigger.receive(changed(change("a"))).status()).isEqualTo(200);
            assertThat(trigger.deadLetters()).hasSize(1);
            assertThat(trigger.pollOnce().events()).isZero();
            fails.set(false);
            assertThat(trigger.replay(trigger.deadLetters().get(0).event().id()))
                    .isTrue();
            assertThat(trigger.replay("unknown")).isFalse();
            assertThat(trigger.discard("unknown")).isFalse();
            assertThat(seen()).containsExactly("+a");
        }
    }

    @Test
    void triggerIsAddedToARouter() {
        WebhookRouter router = WebhookRouter.at("https://app.example.com/hooks");
        String token = WebhookRouter.newToken();
        try (HybridTrigger trigger = contacts().build()) {
            router.add(token, trigger);
            String body = "{\"type\": \"changed\", \"object\": " + change("a") + "}";
            assertThat(router.receive(WebhookRequest.of(
                                    "POST",
                                    "/hooks/" + token,
                                    "",
                                    Map.of("Content-Type", List.of("application/json")),
                                    body.getBytes(UTF_8)))
                            .status())
                    .isEqualTo(200);
            assertThat(seen()).containsExactly("+a");
        }
    }

    @Test
    void silentWebhookIsAnAlarmAndIsPolledFor() {
        List<String> alerts = Collections.synchronizedList(new ArrayList<>());
        try (HybridTrigger trigger = contacts()
                .poll(poll -> poll.acceptPushes(PushSettings.defaults().grace(Duration.ofMinutes(2)))
                        .listener(new PollingListener() {
                            @Override
                            public void onSilence(String id, PushStatus status) {
                                alerts.add("silent " + status.missed());
                            }

                            @Override
                            public void onSilenceEnded(String id, PushStatus status) {
                                alerts.add("again");
                            }
                        }))
                .build()) {
            trigger.pollOnce();
            trigger.receive(changed(change("a")));
            change("lost");
            trigger.pollOnce();
            time.advance(Duration.ofMinutes(3));
            trigger.pollOnce();
            assertThat(alerts).containsExactly("silent 1");
            trigger.receive(changed(change("b")));
            assertThat(alerts).containsExactly("silent 1", "again");
        }
    }

    @Test
    void definitionIsWrittenAndReadWithoutLoss() {
        WebhookPayload payload = WebhookPayload.records("/object")
                .types("changed")
                .deletedTypes("deleted")
                .deletedWhen("/action", "removed")
                .copy("/objectId", "/id")
                .fetch(RequestTemplate.named("Get").get("/{{record.id}}").build())
                .fetchedAt("/contact")
                .notFoundIsDeleted();
        for (WebhookPayload one : List.of(payload, WebhookPayload.nudge())) {
            ObjectNode json = contacts().payload(one).toJson();
            assertThat(json.at("/payload")).isEqualTo(one.toJson());
            ObjectNode again = HybridTrigger.named("contacts")
                    .definition(JsonSupport.parse(json.toString()), Map.<String, Secret>of())
                    .toJson();
            assertThat(again).isEqualTo(json);
        }
    }

    @Test
    void problemsAreReportedWithTheirLocations() {
        assertThatThrownBy(() -> HybridTrigger.named("t").build())
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("payload: it is missing")
                .hasMessageContaining("poll: connection: it is missing");
        assertThatThrownBy(() -> contacts()
                        .poll(poll -> poll.wholeRecordAsVersion("/seen"))
                        .build())
                .hasMessageContaining("the whole record is the key or the version");
        assertThatThrownBy(() -> contacts()
                        .payload(WebhookPayload.nudge())
                        .poll(poll -> poll.acceptPushes(PushSettings.defaults()))
                        .build())
                .hasMessageContaining("nudge contradicts");
        assertThatThrownBy(() -> contacts()
                        .payload(WebhookPayload.records("").notFoundIsDeleted())
                        .build())
                .hasMessageContaining("need fetch(...)");
        assertThatThrownBy(
                        () -> contacts().webhook(webhook -> webhook.maxBody(-1)).build())
                .hasMessageContaining("webhook: ");
        assertThatThrownBy(() -> WebhookPayload.records("object")).hasMessageContaining("is not a JSON pointer");
        assertThatThrownBy(() -> WebhookPayload.records()).hasMessageContaining("there is no location");
        assertThatThrownBy(() -> HybridTrigger.named("t")
                        .definition(
                                JsonSupport.parse(
                                        "{\"poll\": {\"kee\": 1}, \"payload\": {\"records\": [\"x\"]}, \"x\": 1}"),
                                Map.<String, Secret>of())
                        .build())
                .hasMessageContaining("/payload/records/0")
                .hasMessageContaining("/x")
                .hasMessageContaining("/poll/kee");
    }
}
