package io.httpconnector.spring.autoconfigure;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.httpconnector.HttpConnection;
import io.httpconnector.micrometer.ConnectorMeter;
import io.httpconnector.polling.RecordSelector;
import io.httpconnector.polling.StartPosition;
import io.httpconnector.spring.ConnectorDocumentSource;
import io.httpconnector.spring.ConnectorTrigger;
import io.httpconnector.spring.ConnectorTriggers;
import io.httpconnector.spring.ConnectorTriggers.TriggerKind;
import io.httpconnector.spring.ConnectorTriggers.TriggerStatus;
import io.httpconnector.spring.Connectors;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.testing.Await;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import io.httpconnector.trigger.TriggerEvent;
import io.httpconnector.webhook.ValueSelector;
import io.httpconnector.webhook.WebhookReceiver;
import io.httpconnector.webhook.WebhookRequest;
import io.httpconnector.webhook.hybrid.HybridTrigger;
import io.httpconnector.webhook.hybrid.WebhookPayload;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** Tests hybrid triggers that are beans. */
class HybridTriggersTest {

    private final MockService service =
            MockService.start().on("GET", "/records", MockResponse.json("[{\"id\":1,\"v\":1}]"));
    private final List<String> handled = new CopyOnWriteArrayList<>();
    private final HttpConnection connection =
            HttpConnection.named("CRM").baseUrl(service.baseUrl()).build();

    private final ApplicationContextRunner application = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    ConnectorsAutoConfiguration.class,
                    StoreAutoConfiguration.class,
                    TriggerAutoConfiguration.class,
                    SubscriptionAutoConfiguration.class,
                    MetricsAutoConfiguration.class))
            .withBean(MeterRegistry.class, SimpleMeterRegistry::new)
            .withBean(StateStore.class, StateStore::inMemory)
            .withBean(HybridTrigger.class, this::contacts);

    @AfterEach
    void stop() {
        connection.close();
        service.close();
    }

    private HybridTrigger contacts() {
        return HybridTrigger.named("contacts")
                .connection(connection)
                .poll(poll -> poll.request(
                                RequestTemplate.named("List").get("/records").build())
                        .records(RecordSelector.at(""))
                        .key("/id")
                        .version("/v")
                        .startPosition(StartPosition.everything())
                        .every(Duration.ofHours(1)))
                .webhook(webhook -> webhook.unverified().id(ValueSelector.body("/id")))
                .payload(WebhookPayload.records(""))
                .store(StateStore.inMemory())
                .handler(event -> handled.add(event.key()))
                .build();
    }

    private static WebhookRequest webhook(String record) {
        return WebhookRequest.of(
                "POST", "/", "", Map.of("Content-Type", List.of("application/json")), record.getBytes(UTF_8));
    }

    private static final String DOCUMENT = """
            connector: 1
            id: crm
            version: 1.0.0
            title: CRM
            inputs: [{name: url, label: URL}]
            connection: {baseUrl: "{{auth.url}}"}
            triggers:
              changed-people:
                request: {method: GET, url: /records}
                key: [/id]
                version: [/v]
                startPosition: {everything: true}
                schedule: {every: PT1H}
                hybrid: {webhook: person-changed, payload: {records: [""]}}
            webhooks:
              person-changed: {unverified: true, id: {body: /id}}
            """;

    /** Handles the events of a hybrid trigger of a document. */
    static class People {

        final List<String> handled = new CopyOnWriteArrayList<>();

        @ConnectorTrigger("acme/changed-people")
        void changed(TriggerEvent event) {
            handled.add(event.key());
        }
    }

    @Test
    void hybridTriggersOfDocumentsHaveTheMethodOfTheTrigger() {
        application
                .withBean(People.class)
                .withBean(ConnectorDocumentSource.class, () -> () -> Map.of("crm", DOCUMENT))
                .withPropertyValues(
                        "connectors.connections.acme.connector=crm",
                        "connectors.connections.acme.values.url=" + service.baseUrl())
                .run(context -> {
                    People people = context.getBean(People.class);
                    Await.until(() -> people.handled.contains("1"));
                    WebhookReceiver receiver = context.getBean(Connectors.class)
                            .connector("acme")
                            .receiver("person-changed")
                            .orElseThrow();
                    assertThat(receiver.receive(webhook("{\"id\":2,\"v\":1}")).status())
                            .isEqualTo(200);
                    assertThat(receiver.receive(webhook("{\"id\":1,\"v\":1}")).status())
                            .isEqualTo(200);

                    assertThat(people.handled).containsExactly("1", "2");
                    TriggerStatus status = context.getBean(ConnectorTriggers.class).list().stream()
                            .filter(each -> each.id().equals("acme/changed-people"))
                            .findFirst()
                            .orElseThrow();
                    assertThat(status.kind()).isEqualTo(TriggerKind.HYBRID);
                    assertThat(status.path()).isEqualTo("/hooks/acme/person-changed");
                    assertThat(Objects.requireNonNull(status.webhook()).pushedFirst())
                            .isEqualTo(1);
                    assertThat(context.getBean(MeterRegistry.class)
                                    .get(ConnectorMeter.HYBRID_EVENTS.meterName())
                                    .tag("source", "webhook")
                                    .tag("messaging.destination.name", "acme/crm/changed-people")
                                    .functionCounter()
                                    .count())
                            .isEqualTo(1);
                });
    }

    @Test
    void hybridTriggersOfDocumentsStartAgainAfterAStop() {
        application
                .withBean(People.class)
                .withBean(ConnectorDocumentSource.class, () -> () -> Map.of("crm", DOCUMENT))
                .withPropertyValues(
                        "connectors.connections.acme.connector=crm",
                        "connectors.connections.acme.values.url=" + service.baseUrl())
                .run(context -> {
                    People people = context.getBean(People.class);
                    TriggerLifecycle lifecycle = context.getBean(TriggerLifecycle.class);
                    Await.until(() -> people.handled.contains("1"));
                    lifecycle.stop();
                    service.on("GET", "/records", MockResponse.json("[{\"id\":1,\"v\":1},{\"id\":2,\"v\":1}]"));

                    lifecycle.start();

                    Await.until(() -> people.handled.contains("2"));
                    WebhookReceiver receiver = context.getBean(Connectors.class)
                            .connector("acme")
                            .receiver("person-changed")
                            .orElseThrow();
                    assertThat(receiver.receive(webhook("{\"id\":2,\"v\":1}")).status())
                            .isEqualTo(200);
                    assertThat(receiver.receive(webhook("{\"id\":3,\"v\":1}")).status())
                            .isEqualTo(200);
                    assertThat(people.handled).containsExactly("1", "2", "3");
                });
    }

    /** Handles a webhook that belongs to a trigger. */
    static class Wrong {

        @ConnectorTrigger("person-changed")
        void changed(TriggerEvent event) {}
    }

    @Test
    void theWebhookOfAHybridTriggerHasNoMethodOfItsOwn() {
        application
                .withBean(Wrong.class)
                .withBean(ConnectorDocumentSource.class, () -> () -> Map.of("crm", DOCUMENT))
                .withPropertyValues(
                        "connectors.connections.acme.connector=crm",
                        "connectors.connections.acme.values.url=" + service.baseUrl())
                .run(context -> assertThat(context.getStartupFailure())
                        .hasStackTraceContaining("person-changed: it is the webhook of the hybrid trigger"
                                + " \"changed-people\", whose handler receives the events of both"));
    }

    @Test
    void hybridTriggersStartAndStopWithTheApplication() {
        HybridTrigger[] bean = new HybridTrigger[1];
        application.run(context -> {
            HybridTrigger trigger = context.getBean(HybridTrigger.class);
            bean[0] = trigger;
            Await.until(() -> handled.contains("1"));
            assertThat(trigger.receive(webhook("{\"id\":2,\"v\":1}")).status()).isEqualTo(200);
            assertThat(handled).containsExactly("1", "2");

            ConnectorTriggers triggers = context.getBean(ConnectorTriggers.class);
            Await.until(() -> triggers.list().get(0).state().equals("idle"));
            TriggerStatus status = triggers.list().get(0);
            assertThat(status.id()).isEqualTo("contacts");
            assertThat(status.kind()).isEqualTo(TriggerKind.HYBRID);
            assertThat(status.webhook()).isNotNull();
            assertThat(status.webhook().pushedFirst()).isEqualTo(1);
            ConnectorsEndpoint endpoint = new ConnectorsEndpoint(
                    triggers, context.getBean(io.httpconnector.spring.ConnectorSubscriptions.class), null);
            assertThat(endpoint.show("triggers", "contacts"))
                    .containsEntry("kind", "hybrid")
                    .containsEntry("missedEvents", 0L);
            assertThat(endpoint.act("triggers", "contacts", "poll", null)).containsEntry("events", 0L);
            assertThat(endpoint.show("triggers", "other")).isNull();
            assertThat(TriggerHealth.of(triggers, null).isUp()).isTrue();
            assertThat(context.getBean(MeterRegistry.class)
                            .get(ConnectorMeter.HYBRID_EVENTS.meterName())
                            .tag("source", "webhook")
                            .functionCounter()
                            .count())
                    .isEqualTo(1);
        });

        assertThat(bean[0].receive(webhook("{\"id\":3,\"v\":1}")).status()).isEqualTo(503);
    }
}
