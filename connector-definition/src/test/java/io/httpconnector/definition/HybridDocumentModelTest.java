package io.httpconnector.definition;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.Secret;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.polling.PollingEngine;
import io.httpconnector.polling.PushStatus;
import io.httpconnector.state.StateStore;
import io.httpconnector.testing.VirtualTime;
import io.httpconnector.trigger.TriggerEvent;
import io.httpconnector.webhook.WebhookRouter;
import io.httpconnector.webhook.hybrid.HybridStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A hybrid trigger of a document with random changes, polls, restarts, and webhooks that are lost, late or repeated: each version that
 * arrived results in exactly one event. {@code -Dseed=...} repeats a run, {@code -Dsteps=...} changes its length.
 */
@Timeout(120)
class HybridDocumentModelTest {

    private static final String SECRET = "signing-secret";
    private static final int STEPS = Integer.getInteger("steps", 150);

    private static final String RECORDS = "payload: {records: [/order], deletedTypes: [deleted]}";
    private static final String FETCH = "payload: {records: [/order], fetch: get-order}";

    private final long seed = Long.getLong("seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final OrderService service = new OrderService();
    private final VirtualTime time = new VirtualTime();
    private final StateStore state = StateStore.inMemory();
    private final WebhookRouter router = WebhookRouter.at("https://hooks.example.com/in");
    private final List<String> events = new ArrayList<>();
    private final List<String> ids = new ArrayList<>();

    /** The webhooks that are late. */
    private final List<JsonNode> waiting = new ArrayList<>();

    /** The current version of each order. */
    private final Map<String, JsonNode> current = new TreeMap<>();

    /** The versions that a poll or a webhook has brought. */
    private final Set<String> arrived = new HashSet<>();

    private boolean brings;

    private static String document(String payload) {
        String document = OrderService.DOCUMENT.replace(RECORDS, payload);
        return document.substring(0, document.indexOf("    subscription:"))
                + "    verify: [{type: signature, secrets: [signing], definition: {algorithm: HmacSHA256, signature:"
                + " [{header: X-Signature}]}}]\n";
    }

    private static String version(JsonNode order) {
        return order.path("id").asText() + "@" + order.path("updated").asText();
    }

    private Connector open(ConnectorDefinition definition, PollingEngine engine) {
        Connector connector = definition.connect(ConnectorContext.forTenant("acme")
                .value("site", service.baseUrl())
                .secrets(SecretSource.of(Map.of("signing", Secret.of(SECRET))))
                .state(state)
                .webhooks(router)
                .webhookToken("changed", "token-of-the-url-0123456789")
                .engine(engine)
                .build());
        connector.on("orders", this::received);
        return connector;
    }

    private void received(TriggerEvent event) {
        events.add(version(event.payload()));
        ids.add(event.id());
    }

    private void poll(Connector connector) {
        current.values().forEach(order -> arrived.add(version(order)));
        connector.trigger("orders").orElseThrow().pollOnce();
    }

    private void send(Connector connector, JsonNode order) {
        JsonNode brought = brings ? order : current.get(order.path("id").asText());
        arrived.add(version(brought));
        JsonNode body = JsonSupport.parse(
                "{\"type\": \"changed\", \"delivery\": \"d" + random.nextLong() + "\", \"order\": " + order + "}");
        assertThat(OrderService.send(router, connector.webhookUrl("changed").orElseThrow(), SECRET, body))
                .isEqualTo(200);
    }

    private void change(Connector connector) {
        time.advance(Duration.ofSeconds(1 + random.nextInt(600)));
        String id = "o" + random.nextInt(8);
        JsonNode order = service.change(id, time.now().toString()).deepCopy();
        current.put(id, order);
        switch (random.nextInt(4)) {
            case 0 -> send(connector, order);
            case 1 -> {
                send(connector, order);
                waiting.add(order);
            }
            case 2 -> waiting.add(order);
            default -> {
                // The webhook is lost.
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {RECORDS, FETCH})
    void eachVersionThatArrivesIsOneEvent(String payload) {
        System.out.println("HybridDocumentModelTest: -Dseed=" + seed);
        brings = payload.equals(RECORDS);
        ConnectorDefinition definition = ConnectorDefinition.parse(document(payload));
        try (PollingEngine engine = PollingEngine.create(1, time)) {
            Connector connector = open(definition, engine);
            poll(connector);
            for (int step = 0; step < STEPS; step++) {
                int action = random.nextInt(10);
                if (action < 6) {
                    change(connector);
                } else if (action < 8 && !waiting.isEmpty()) {
                    send(connector, waiting.remove(random.nextInt(waiting.size())));
                } else if (action == 8) {
                    poll(connector);
                } else if (random.nextInt(4) == 0) {
                    connector.close();
                    connector = open(definition, engine);
                }
                assertThat(events).as("-Dseed=%s, step %s", seed, step).doesNotHaveDuplicates();
            }
            for (JsonNode order : List.copyOf(waiting)) {
                send(connector, order);
            }
            poll(connector);
            PushStatus pushes = connector
                    .hybridStatus("orders")
                    .flatMap(HybridStatus::webhook)
                    .orElseThrow();
            connector.close();

            assertThat(events).as("-Dseed=%s", seed).containsExactlyInAnyOrderElementsOf(arrived);
            assertThat(ids).as("-Dseed=%s", seed).doesNotHaveDuplicates();
            assertThat(pushes.outdated()).as("-Dseed=%s", seed).isZero();
            assertThat(pushes.pushedFirst() + pushes.polledFirst())
                    .as("-Dseed=%s", seed)
                    .isEqualTo(events.size());
        } finally {
            service.close();
        }
    }
}
