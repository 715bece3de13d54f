package io.httpconnector.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.Secret;
import io.httpconnector.definition.Connector;
import io.httpconnector.definition.SecretSource;
import io.httpconnector.definition.registry.ConnectorInstance;
import io.httpconnector.definition.registry.ConnectorRegistry;
import io.httpconnector.definition.registry.InstanceSettings;
import io.httpconnector.spring.ConnectorTrigger;
import io.httpconnector.testing.Await;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import io.httpconnector.trigger.TriggerEvent;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.util.ReflectionUtils;

/** Tests health, endpoint and metrics of customers that are added at run time. */
class RegistryActuatorTest {

    private static final Set<String> FAILING = ConcurrentHashMap.newKeySet();
    private static final List<String> HANDLED = new CopyOnWriteArrayList<>();

    private final MockService service = MockService.start();
    private final Map<String, String> secrets = new ConcurrentHashMap<>();
    private final ApplicationContextRunner application = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    ConnectorsAutoConfiguration.class,
                    StoreAutoConfiguration.class,
                    MetricsAutoConfiguration.class,
                    RegistryAutoConfiguration.class,
                    TriggerAutoConfiguration.class,
                    SubscriptionAutoConfiguration.class,
                    ActuatorAutoConfiguration.class))
            .withBean(MeterRegistry.class, SimpleMeterRegistry::new)
            .withBean(Orders.class)
            .withBean(
                    SecretSource.class,
                    () -> reference -> secrets.containsKey(reference.tenant())
                            ? Secret.from(() -> secrets.getOrDefault(reference.tenant(), ""))
                            : null)
            .withPropertyValues(
                    "connectors.registry.enabled=true", "management.endpoints.web.exposure.include=health,connectors");

    @AfterEach
    void close() {
        service.close();
        FAILING.clear();
        HANDLED.clear();
    }

    /** Handles the events of all customers. */
    static class Orders {

        @ConnectorTrigger("updated-orders")
        void updated(TriggerEvent event, Connector connector) {
            if (FAILING.contains(connector.tenant())) {
                throw new IllegalStateException("no table");
            }
            HANDLED.add(connector.tenant() + " " + event.key());
        }

        @ConnectorTrigger("order-paid")
        void paid(TriggerEvent event) {
            HANDLED.add(event.id());
        }
    }

    private ConnectorInstance add(ConnectorRegistry registry, String tenant) {
        secrets.put(tenant, "s3cret-" + tenant);
        return registry.add(tenant, "shop", InstanceSettings.of(Map.of("url", service.baseUrl())));
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> trigger(Map<String, Object> result) {
        return (Map<String, Object>) result.get("trigger");
    }

    @Test
    void endpointShowsAndOperatesTheTriggersOfACustomer(@TempDir Path directory) {
        service.on("GET", "/orders", MockResponse.json("{\"orders\": [{\"id\": 1, \"updated\": \"1\"}]}"));
        FAILING.add("acme");
        application
                .withPropertyValues("connectors.store.directory=" + directory)
                .run(context -> {
                    ConnectorRegistry registry = context.getBean(ConnectorRegistry.class);
                    ConnectorsEndpoint endpoint = context.getBean(ConnectorsEndpoint.class);
                    ConnectorInstance acme = add(registry, "acme");
                    add(registry, "globex");
                    Await.until(() -> HANDLED.contains("globex 1"));
                    Await.until(() -> !acme.deadLetters("updated-orders").isEmpty());

                    assertThat(endpoint.list(null)).containsKey("instances");
                    assertThat(endpoint.list(null).get("instances"))
                            .isEqualTo(Map.of(
                                    "active", 2, "needs_authorization", 0, "failed", 0, "disabled", 0, "removing", 0));
                    assertThat(endpoint.list("acme").get("triggers").toString())
                            .contains("acme/shop/order-paid", "acme/shop/updated-orders")
                            .doesNotContain("globex", "/hooks/");
                    assertThat(endpoint.list("nobody").get("triggers")).isEqualTo(List.of());
                    assertThat(endpoint.showInstance("acme", "shop", "updated-orders"))
                            .containsEntry("state", "idle")
                            .containsEntry("deadLetterCount", 1);
                    assertThat(endpoint.showInstance("acme", "shop", "order-paid"))
                            .containsEntry("state", "receiving")
                            .containsEntry("kind", "webhook");
                    assertThat(endpoint.showInstance("acme", "shop", "other")).isNull();

                    FAILING.clear();
                    assertThat(endpoint.actOnInstance("acme", "shop", "updated-orders", "replay", null))
                            .containsEntry("events", 1L);
                    assertThat(HANDLED).contains("acme 1");
                    assertThat(endpoint.actOnInstance("acme", "shop", "updated-orders", "poll", null))
                            .containsEntry("events", 0L);
                    Map<String, Object> paused =
                            endpoint.actOnInstance("acme", "shop", "updated-orders", "pause", null);
                    assertThat(trigger(paused)).containsEntry("state", "paused");
                    Map<String, Object> resumed =
                            endpoint.actOnInstance("acme", "shop", "updated-orders", "resume", null);
                    // It polls at once.
                    assertThat(trigger(resumed).get("state")).isIn("idle", "polling");
                    assertThatThrownBy(() -> endpoint.actOnInstance("acme", "shop", "order-paid", "poll", null))
                            .isInstanceOf(InvalidEndpointRequestException.class)
                            .hasMessageContaining("is a webhook");
                    assertThatThrownBy(() -> endpoint.actOnInstance("nobody", "shop", "updated-orders", "poll", null))
                            .isInstanceOf(InvalidEndpointRequestException.class);

                    acme.stop();
                    assertThat(endpoint.showInstance("acme", "shop", "updated-orders"))
                            .containsEntry("state", "disabled");
                    assertThatThrownBy(() -> endpoint.actOnInstance("acme", "shop", "updated-orders", "poll", null))
                            .isInstanceOf(InvalidEndpointRequestException.class)
                            .hasMessageContaining("is disabled: start it first");
                });
    }

    @Test
    void healthShowsInstancesThatNeedAttention(@TempDir Path directory) {
        service.on("GET", "/orders", MockResponse.status(401));
        application
                .withPropertyValues("connectors.store.directory=" + directory)
                .run(context -> {
                    ConnectorRegistry registry = context.getBean(ConnectorRegistry.class);
                    for (int i = 0; i < 25; i++) {
                        add(registry, "t" + i);
                    }
                    Await.until(() -> registry.instances().stream()
                            .allMatch(each -> each.state().name().equals("NEEDS_AUTHORIZATION")));

                    // The classes of Spring Boot 3 and 4 differ.
                    Object health = call(context.getBean("connectorsHealthIndicator"), "health");
                    assertThat(call(health, "getStatus").toString())
                            .as("one customer does not concern others")
                            .isEqualTo("UP");
                    Map<?, ?> details = (Map<?, ?>) call(health, "getDetails");
                    assertThat(details.get("instances").toString())
                            .isEqualTo("{active=0, needs_authorization=25, failed=0, disabled=0, removing=0}");
                    assertThat((Map<?, ?>) details.get("instancesThatNeedAuthorization"))
                            .hasSize(20);
                    assertThat(details.toString()).contains("t1/shop=").doesNotContain("s3cret");
                });
    }

    private static Object call(Object target, String name) {
        Method method = ReflectionUtils.findMethod(target.getClass(), name);
        ReflectionUtils.makeAccessible(method);
        return ReflectionUtils.invokeMethod(method, target);
    }

    private static Set<String> destinations(MeterRegistry meters) {
        Set<String> tags = new TreeSet<>();
        meters.find("httpconnector.poll.records")
                .meters()
                .forEach(meter -> tags.add(String.valueOf(meter.getId().getTag("messaging.destination.name"))));
        return tags;
    }

    @Test
    void metersCombineCustomersUnlessRequested(@TempDir Path directory) {
        service.on("GET", "/orders", MockResponse.json("{\"orders\": []}"));
        for (boolean withTenants : new boolean[] {false, true}) {
            application
                    .withPropertyValues(
                            "connectors.store.directory=" + directory.resolve(String.valueOf(withTenants)),
                            "connectors.registry.tenant-metrics=" + withTenants)
                    .run(context -> {
                        ConnectorRegistry registry = context.getBean(ConnectorRegistry.class);
                        MeterRegistry meters = context.getBean(MeterRegistry.class);
                        add(registry, "acme");
                        add(registry, "globex");
                        Set<String> expected = withTenants
                                ? Set.of("acme/shop/updated-orders", "globex/shop/updated-orders")
                                : Set.of("shop/updated-orders");
                        Await.until(() -> destinations(meters).equals(expected));

                        assertThat(meters.get("httpconnector.registry.instances")
                                        .tag("connector", "shop")
                                        .tag("state", "active")
                                        .gauge()
                                        .value())
                                .isEqualTo(2);
                    });
        }
    }
}
