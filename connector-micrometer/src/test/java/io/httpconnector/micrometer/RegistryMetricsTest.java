package io.httpconnector.micrometer;

import static org.assertj.core.api.Assertions.assertThat;

import io.httpconnector.Secret;
import io.httpconnector.definition.ConnectorDefinition;
import io.httpconnector.definition.SecretSource;
import io.httpconnector.definition.registry.ConnectorInstance;
import io.httpconnector.definition.registry.ConnectorRegistry;
import io.httpconnector.definition.registry.ConnectorRegistryBuilder;
import io.httpconnector.definition.registry.InstanceSettings;
import io.httpconnector.definition.registry.InstanceStore;
import io.httpconnector.testing.Await;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import io.httpconnector.webhook.WebhookRequest;
import io.httpconnector.webhook.WebhookRouter;
import io.httpconnector.webhook.WebhookSigner;
import io.httpconnector.webhook.inbox.Inbox;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Measures a registry with several customers. */
class RegistryMetricsTest {

    private static final Secret SECRET = Secret.of("s3cret");
    private static final ConnectorDefinition SHOP = ConnectorDefinition.parse("""
            connector: 1
            id: shop
            version: 1.0.0
            title: Shop
            inputs: [{name: url, label: URL}]
            connection: {baseUrl: "{{auth.url}}"}
            triggers:
              orders:
                request: {method: GET, url: /orders}
                key: [/id]
                startPosition: {everything: true}
                schedule: {every: PT1H}
            webhooks:
              paid:
                verify: [{type: preset, name: github, secrets: [hook]}]
            """);

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final MockService service = MockService.start();
    private final WebhookRouter router = WebhookRouter.at("https://app.example.com/hooks");

    @AfterEach
    void close() {
        service.close();
    }

    private ConnectorRegistry registry(ConnectorRegistryBuilder builder) {
        service.on("GET", "/orders", MockResponse.json("[{\"id\": 1}, {\"id\": 2}]"));
        ConnectorRegistry registry = builder.build();
        registry.define(SHOP);
        registry.on("shop", "orders", (instance, event) -> {});
        registry.on("shop", "paid", (instance, event) -> {});
        registry.start();
        return registry;
    }

    private ConnectorRegistryBuilder builder() {
        return ConnectorRegistry.in(InstanceStore.inMemory())
                .secrets(SecretSource.of(Map.of("hook", SECRET)))
                .webhooks(router);
    }

    private Set<String> tags(ConnectorMeter meter, String key) {
        Set<String> tags = new TreeSet<>();
        for (Meter found : meters.find(meter.meterName()).meters()) {
            tags.add(Objects.requireNonNull(found.getId().getTag(key)));
        }
        return tags;
    }

    private void send(URI url) {
        WebhookRequest request =
                WebhookRequest.of("POST", url.getPath(), "", Map.of(), "{}".getBytes(StandardCharsets.UTF_8));
        assertThat(router.receive(WebhookSigner.preset("github", SECRET).sign(request))
                        .status())
                .isEqualTo(200);
    }

    private double count(ConnectorMeter meter, String destination) {
        return meters.find(meter.meterName()).tag(Tag.DESTINATION, destination).counters().stream()
                .mapToDouble(counter -> counter.count())
                .sum();
    }

    private double gauge(String state) {
        return Objects.requireNonNull(meters.find(ConnectorMeter.REGISTRY_INSTANCES.meterName())
                        .tag("connector", "shop")
                        .tag("state", state)
                        .gauge())
                .value();
    }

    @Test
    void tenantsAreCombined() {
        RegistryMetrics metrics = ConnectorMetrics.of(meters).registry();
        for (Inbox inbox : new Inbox[] {null, Inbox.inMemory()}) {
            meters.clear();
            ConnectorRegistryBuilder builder =
                    metrics.measure(inbox == null ? builder() : builder().inbox(inbox));
            try (ConnectorRegistry registry = registry(builder);
                    ConnectorMetrics.Monitor monitor = metrics.monitor(registry)) {
                for (String tenant : List.of("acme", "eu/bolt", "globex")) {
                    ConnectorInstance added =
                            registry.add(tenant, "shop", InstanceSettings.of(Map.of("url", service.baseUrl())));
                    send(added.webhookUrl("paid").orElseThrow());
                }
                registry.instance("globex", "shop").orElseThrow().stop();
                Await.until(() -> count(ConnectorMeter.POLL_RECORDS, "shop/orders") >= 4);
                Await.until(() -> count(ConnectorMeter.EVENTS, "shop/paid") >= 3);

                assertThat(tags(ConnectorMeter.EVENTS, Tag.DESTINATION)).containsExactly("shop/orders", "shop/paid");
                assertThat(tags(ConnectorMeter.WEBHOOK_DURATION, Tag.DESTINATION))
                        .containsExactly("shop/paid");
                assertThat(tags(ConnectorMeter.REQUEST_WAIT, Tag.CONNECTION)).hasSize(1);
                assertThat(count(ConnectorMeter.EVENTS, "shop/paid"))
                        .as("once for each event")
                        .isEqualTo(3);
                assertThat(gauge("active")).isEqualTo(2);
                assertThat(gauge("disabled")).isEqualTo(1);
                assertThat(gauge("failed")).isZero();
                assertThat(tags(ConnectorMeter.INBOX_PENDING, Tag.DESTINATION))
                        .isEqualTo(inbox == null ? Set.of() : Set.of("connector-registry"));
                assertThat(monitor).isNotNull();
            }
            assertThat(meters.find(ConnectorMeter.REGISTRY_INSTANCES.meterName())
                            .gauges())
                    .isEmpty();
        }
    }

    @Test
    void tenantsAreTagsOnRequestAndBounded() {
        RegistryMetrics metrics =
                ConnectorMetrics.of(meters).maxNames(2).registry().withTenants();
        try (ConnectorRegistry registry = registry(metrics.measure(builder()))) {
            for (String tenant : List.of("a", "b", "c", "d")) {
                ConnectorInstance added =
                        registry.add(tenant, "shop", InstanceSettings.of(Map.of("url", service.baseUrl())));
                send(added.webhookUrl("paid").orElseThrow());
            }

            assertThat(tags(ConnectorMeter.WEBHOOK_DURATION, Tag.DESTINATION))
                    .hasSizeLessThanOrEqualTo(3)
                    .contains("(other)");
        }
    }

    @Test
    void unknownTenantsOfASharedUrlAreCountedFromZero() {
        RegistryMetrics metrics = ConnectorMetrics.of(meters).registry();
        try (ConnectorRegistry registry = metrics.measure(builder()).build()) {
            registry.define(ConnectorDefinition.parse("""
                    connector: 1
                    id: chat
                    version: 1.0.0
                    title: Chat
                    inputs: [{name: team, label: Team}]
                    connection: {baseUrl: "https://chat.example.com"}
                    webhooks:
                      message:
                        verify: [{type: preset, name: github, secrets: [hook]}]
                        tenant: {body: /team}
                        tenantValue: "{{auth.team}}"
                      other:
                        verify: [{type: preset, name: github, secrets: [hook]}]
                    """));
            registry.on("chat", "message", (instance, event) -> {});
            registry.on("chat", "other", (instance, event) -> {});
            registry.start();
            try (ConnectorMetrics.Monitor monitor = metrics.monitor(registry)) {
                assertThat(monitor).isNotNull();
                assertThat(registry.webhookUrls()).containsOnlyKeys("chat/message");
                assertThat(tags(ConnectorMeter.UNKNOWN_TENANTS, Tag.DESTINATION))
                        .containsExactly("chat/message");
                assertThat(count(ConnectorMeter.UNKNOWN_TENANTS, "chat/message"))
                        .isZero();

                send(registry.webhookUrls().get("chat/message"));

                assertThat(count(ConnectorMeter.UNKNOWN_TENANTS, "chat/message"))
                        .isEqualTo(1);
            }
        }
    }
}
