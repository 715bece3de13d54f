package io.httpconnector.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.auth.oauth2.TokenStore;
import io.httpconnector.definition.DefinitionChange.Impact;
import io.httpconnector.polling.PushStatus;
import io.httpconnector.state.StateStore;
import io.httpconnector.testing.Await;
import io.httpconnector.trigger.EventHandler;
import io.httpconnector.trigger.TriggerEvent;
import io.httpconnector.webhook.WebhookRouter;
import io.httpconnector.webhook.hybrid.HybridStatus;
import io.httpconnector.webhook.subscription.SubscriptionStatus.SubscriptionState;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests of polling triggers in documents that have a webhook. */
@Timeout(60)
@SuppressWarnings("try") // A connector runs until the end of a test.
class HybridDocumentTest {

    private static final String PAYLOAD = "payload: {records: [/order], deletedTypes: [deleted]}";

    private final OrderService service = new OrderService();
    private Instant time = Instant.parse("2026-01-01T00:00:00Z");
    private final StateStore state = StateStore.inMemory();
    private final TokenStore tokens = TokenStore.inMemory();
    private final WebhookRouter router = WebhookRouter.at("https://hooks.example.com/in");
    private final List<TriggerEvent> events = new CopyOnWriteArrayList<>();

    @AfterEach
    void stop() {
        service.close();
    }

    private ConnectorContext.Builder context() {
        return ConnectorContext.forTenant("acme")
                .value("site", service.baseUrl())
                .state(state)
                .tokens(tokens)
                .webhooks(router);
    }

    private Connector started(String document) {
        Connector connector =
                ConnectorDefinition.parse(document).connect(context().build());
        connector.on("orders", events::add);
        connector.start();
        Await.until(() -> connector.trigger("orders").orElseThrow().status().polls() > 0 && isActive(connector));
        return connector;
    }

    private static boolean isActive(Connector connector) {
        return connector.subscription("changed").orElseThrow().status().state() == SubscriptionState.ACTIVE;
    }

    private JsonNode change(String id) {
        time = time.plusSeconds(10);
        return service.change(id, time.toString());
    }

    private List<String> seen() {
        return events.stream().map(event -> event.change() + " " + event.key()).toList();
    }

    private static PushStatus pushes(Connector connector) {
        return connector.hybridStatus("orders").flatMap(HybridStatus::webhook).orElseThrow();
    }

    @Test
    void handlerOfTheTriggerReceivesTheEventsOfPollAndWebhookOnce() {
        change("old");
        try (Connector connector =
                started(OrderService.DOCUMENT.replace("    hybrid:", "    push: {grace: PT0.2S}\n    hybrid:"))) {
            Await.until(() -> events.size() == 1);
            JsonNode pushed = change("a");

            assertThat(service.send(router, "changed", pushed)).isEqualTo(200);
            assertThat(service.send(router, "changed", pushed)).isEqualTo(200);
            assertThat(seen()).containsExactly("NEW_OR_UPDATED old", "NEW_OR_UPDATED a");
            change("lost");
            Await.until(() -> connector.trigger("orders").orElseThrow().pollNow() && events.size() == 3);
            assertThat(service.send(router, "deleted", pushed)).isEqualTo(200);
            Await.until(() -> connector.trigger("orders").orElseThrow().pollNow()
                    && pushes(connector).missed() == 1);

            assertThat(seen())
                    .containsExactly("NEW_OR_UPDATED old", "NEW_OR_UPDATED a", "NEW_OR_UPDATED lost", "DELETED a");
            assertThat(events).extracting(TriggerEvent::trigger).containsOnly("acme/shop/orders");
            assertThat(events).extracting(TriggerEvent::id).doesNotHaveDuplicates();
            assertThat(pushes(connector).pushedFirst()).isEqualTo(2);
            assertThat(connector.hybridStatus("orders").orElseThrow().polling()).isNotNull();
            assertThatThrownBy(() -> connector.hybridStatus("order")).hasMessageContaining("did you mean \"orders\"?");
        }
    }

    @Test
    void webhookOfAHybridTriggerHasNoHandlerOfItsOwn() {
        ConnectorDefinition definition = ConnectorDefinition.parse(OrderService.DOCUMENT);
        assertThat(definition.hybrids()).isEqualTo(Map.of("orders", "changed"));
        try (Connector connector = definition.connect(context().build())) {
            assertThatThrownBy(() -> connector.on("changed", events::add))
                    .isInstanceOf(InvalidDefinitionException.class)
                    .hasMessageContaining("changed: it is the webhook of the hybrid trigger \"orders\", whose handler"
                            + " receives the events of both: set it by on(\"orders\", ...)");
        }
    }

    @Test
    void triggerWithoutARouterIsRejectedAndCanBeHandledLater() {
        try (Connector connector = ConnectorDefinition.parse(OrderService.DOCUMENT)
                .connect(ConnectorContext.forTenant("acme")
                        .value("site", service.baseUrl())
                        .state(state)
                        .build())) {
            assertThatThrownBy(() -> connector.on("orders", events::add))
                    .hasMessageContaining("changed: the webhook needs a router");
            assertThat(connector.trigger("orders")).isEmpty();
        }
    }

    @Test
    void restartAndGapOfTheSubscriptionPollAtOnce() {
        try (Connector connector = started(OrderService.DOCUMENT)) {
            change("a");
            service.dropHooks();

            Await.until(() -> connector
                            .subscription("changed")
                            .orElseThrow()
                            .checkNow()
                            .lastCheck()
                            .isPresent()
                    && service.hooks().size() == 1);

            Await.until(() -> events.size() == 1);
        }
        change("b");
        try (Connector connector = started(OrderService.DOCUMENT)) {
            Await.until(() -> events.size() == 2);
            assertThat(pushes(connector).pushedFirst()).isZero();
        }
        assertThat(seen()).containsExactly("NEW_OR_UPDATED a", "NEW_OR_UPDATED b");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            fetch: get-order
            fetch: {method: GET, url: "/orders/{{record.id}}"}
            """)
    void requestCompletesTheRecordOfAThinPayload(String fetch) {
        String payload = "payload: {records: [\"\"], copy: {/id: /order}, " + fetch + ", notFoundIsDeleted: true}";
        try (Connector connector = started(OrderService.DOCUMENT.replace(PAYLOAD, payload))) {
            JsonNode order = change("a");

            assertThat(service.send(router, "changed", order.path("id"))).isEqualTo(200);
            assertThat(events)
                    .singleElement()
                    .satisfies(event -> assertThat(event.payload()).isEqualTo(order));
            service.delete("a");
            assertThat(service.send(router, "changed", order.path("id"))).isEqualTo(200);

            assertThat(seen()).containsExactly("NEW_OR_UPDATED a", "DELETED a");
        }
    }

    @Test
    void nudgeLetsTheTriggerPoll() {
        try (Connector connector = started(OrderService.DOCUMENT.replace(PAYLOAD, "payload: {nudge: true}"))) {
            JsonNode order = change("a");

            assertThat(service.send(router, "changed", order)).isEqualTo(200);

            Await.until(() -> events.size() == 1);
            assertThat(connector.hybridStatus("orders").orElseThrow().webhook()).isEmpty();
        }
    }

    @Test
    void silenceIsConfiguredByTheSettingsOfPushes() {
        String document = OrderService.DOCUMENT.replace(
                "    hybrid:", "    push: {minSilence: PT0.1S, whenSilent: PT0.2S, grace: PT0.1S}\n    hybrid:");
        try (Connector connector = started(document)) {
            assertThat(service.send(router, "changed", change("a"))).isEqualTo(200);
            AtomicInteger lost = new AtomicInteger();

            Await.until(() -> {
                change("lost" + lost.incrementAndGet());
                return connector.trigger("orders").orElseThrow().pollNow()
                        && pushes(connector).isSilent();
            });

            assertThat(service.send(router, "changed", change("b"))).isEqualTo(200);
            assertThat(pushes(connector).isSilent()).isFalse();
        }
    }

    @Test
    void eventsCanBeStoredAndPushedLater() throws Exception {
        List<TriggerEvent> stored = new CopyOnWriteArrayList<>();
        List<String> requested = new CopyOnWriteArrayList<>();
        HybridHost host = new HybridHost() {
            @Override
            public void requestPoll(String trigger) {
                requested.add(trigger);
            }

            @Override
            public void receive(String webhook, TriggerEvent event, EventHandler push) {
                stored.add(event);
            }
        };
        try (Connector connector = ConnectorDefinition.parse(OrderService.DOCUMENT)
                .connect(context().hybrids(host).build())) {
            connector.on("orders", events::add);
            connector.start();
            Await.until(() -> isActive(connector));
            assertThat(service.send(router, "changed", change("a"))).isEqualTo(200);
            assertThat(events).isEmpty();

            assertThatThrownBy(() -> connector.push("chnged", stored.get(0)))
                    .hasMessageContaining("chnged: no hybrid trigger with this webhook has a handler");
            connector.push("changed", stored.get(0));

            assertThat(seen()).containsExactly("NEW_OR_UPDATED a");
            service.dropHooks();
            connector.subscription("changed").orElseThrow().checkNow();
            Await.until(() -> requested.contains("orders"));
        }
    }

    @Test
    void documentIsWrittenAsItWasRead() {
        for (String payload : List.of(
                PAYLOAD,
                "payload: {nudge: true}",
                "payload: {records: [/order], fetch: get-order, fetchedAt: /order, notFoundIsDeleted: true}",
                "payload: {records: [/order], types: [a], deletedWhen: {field: /action, values: [deleted]}, fetch:"
                        + " {method: GET, url: \"/orders/{{record.id}}\"}}")) {
            ConnectorDefinition read = ConnectorDefinition.parse(OrderService.DOCUMENT.replace(PAYLOAD, payload));

            assertThat(ConnectorDefinition.of(read.toJson(), ConnectorComponents.none()))
                    .isEqualTo(read);
            assertThat(ConnectorDefinition.parse(read.toYaml()).toJson()).isEqualTo(read.toJson());
        }
        assertThat(ConnectorDefinition.parse(OrderService.DOCUMENT.replace(
                                PAYLOAD, "payload: {records: [/order], fetch: get-order}"))
                        .toJson()
                        .at("/triggers/orders/hybrid")
                        .toString())
                .isEqualTo("{\"payload\":{\"fetch\":\"get-order\",\"records\":[\"/order\"]},\"webhook\":\"changed\"}");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            webhook: changed | webhook: chnged | /triggers/orders/hybrid/webhook (line 20, column 16): there is no webhook "chnged": did you mean "changed"?
            payload: {records: [/order], deletedTypes: [deleted]} | payload: {records: [/order], deletdTypes: [deleted]} | /triggers/orders/hybrid/payload/deletdTypes (line 21, column 36): unknown member; did you mean "deletedTypes"?
            records: [/order], deletedTypes: [deleted] | records: [order] | /triggers/orders/hybrid/payload/records/0 (line 21, column 27): records: "order" is not a JSON pointer (RFC 6901): use "/field" or "/object/field", or "" for the whole value
            records: [/order], deletedTypes: [deleted] | records: [/order], fetch: get-oder | /triggers/orders/hybrid/payload/fetch (line 21, column 43): there is no request "get-oder": did you mean "get-order"?
            records: [/order], deletedTypes: [deleted] | records: [/order], fetch: {method: GET, url: "/o/{{recrod.id}}"} | /triggers/orders/hybrid/payload/fetch (line 21, column 36): there is no value {{recrod}}: did you mean {{record}}?
            records: [/order], deletedTypes: [deleted] | records: [/order], fetch: {method: GET, url: "/o/{{auth.sit}}"} | /triggers/orders/hybrid/payload/fetch/url (line 21, column 62): {{auth.sit}} is not an input: did you mean {{auth.site}}?
            records: [/order], deletedTypes: [deleted] | records: [/order], notFoundIsDeleted: true | /triggers/orders/hybrid/payload (line 21, column 7): notFoundIsDeleted and fetchedAt need fetch
            records: [/order], deletedTypes: [deleted] | nudge: true, deletedTypes: [deleted] | /triggers/orders/hybrid/payload (line 21, column 7): copy, fetch and deletions need the locations of records; use records
            'version: [/updated]' | 'wholeRecordAsVersion: []' | /triggers/orders/hybrid/payload (line 21, column 7): the whole record is the key or the version, and the record of a webhook rarely has exactly the members of a polled one: use key and version with fields, fetch, or nudge
            '      payload: {records: [/order], deletedTypes: [deleted]}' | '' | /triggers/orders/hybrid/payload (line 19, column 5): missing
            type: {body: /type} | handler: save | /webhooks/changed/handler (line 24, column 14): the trigger "orders" has this webhook, and its handler receives the events of both: set handler there
            """)
    void problemsHaveThePlaceInTheDocument(String text, String changed, String problem) {
        assertThat(OrderService.DOCUMENT).contains(text);

        assertThatThrownBy(() ->
                        ConnectorDefinition.parse(OrderService.DOCUMENT.replace(text, changed == null ? "" : changed)))
                .isInstanceOfSatisfying(
                        InvalidDefinitionException.class,
                        e -> assertThat(e.problems()).containsExactly(problem));
    }

    @Test
    void webhookBelongsToOneTrigger() {
        String orders = OrderService.DOCUMENT.substring(
                OrderService.DOCUMENT.indexOf("  orders:\n"), OrderService.DOCUMENT.indexOf("webhooks:"));
        String two =
                OrderService.DOCUMENT.replace("webhooks:", orders.replace("  orders:\n", "  others:\n") + "webhooks:");

        assertThatThrownBy(() -> ConnectorDefinition.parse(two))
                .hasMessageContaining("/triggers/others/hybrid/webhook")
                .hasMessageContaining(
                        "the webhook \"changed\" belongs to the trigger \"orders\": add another webhook, or use"
                                + " the handler of \"orders\" for both");
    }

    @Test
    void requestWithoutARecordIsRejected() {
        String document = OrderService.DOCUMENT
                .replace("/orders/{{order.id}}", "/orders/{{order.id}}/{{line.id}}")
                .replace("deletedTypes: [deleted]", "fetch: get-order");

        assertThatThrownBy(() -> ConnectorDefinition.parse(document))
                .hasMessageContaining("/triggers/orders/hybrid/payload/fetch")
                .hasMessageContaining(
                        "the request needs the values of [line, order], but only the record of the webhook is"
                                + " known: use a request with {{record...}}");
    }

    @Test
    void literalSecretInTheRequestIsRejected() {
        String document = OrderService.DOCUMENT.replace(
                "deletedTypes: [deleted]",
                "fetch: {method: GET, url: /o, headers: [{name: Authorization, value: Bearer abc.def-123456789}]}");

        assertThatThrownBy(() -> ConnectorDefinition.parse(document))
                .hasMessageContaining("/triggers/orders/hybrid/payload/fetch/headers");
    }

    @Test
    void comparisonShowsWhatAnUpgradeChanges() {
        ConnectorDefinition hybrid = ConnectorDefinition.parse(OrderService.DOCUMENT);
        String text = OrderService.DOCUMENT.replace("1.0.0", "1.1.0");
        ConnectorDefinition polls = ConnectorDefinition.parse(
                text.replace("    hybrid:\n      webhook: changed\n      " + PAYLOAD + "\n", ""));
        ConnectorDefinition typed = ConnectorDefinition.parse(text.replace("deletedTypes", "types"));

        assertThat(hybrid.changes(typed))
                .singleElement()
                .satisfies(change -> assertThat(change.impact()).isEqualTo(Impact.NONE))
                .satisfies(change -> assertThat(change.pointer()).isEqualTo("/triggers/orders/hybrid/payload"));
        assertThat(hybrid.changes(polls)).singleElement().satisfies(change -> {
            assertThat(change.impact()).isEqualTo(Impact.APPLICATION);
            assertThat(change.consequence())
                    .isEqualTo("it only polls: the webhook \"changed\" needs a handler of its own");
        });
        assertThat(polls.changes(hybrid))
                .singleElement()
                .satisfies(change -> assertThat(change.consequence())
                        .isEqualTo(
                                "its handler also receives the events of the webhook \"changed\": remove the handler of the"
                                        + " webhook"));
    }
}
