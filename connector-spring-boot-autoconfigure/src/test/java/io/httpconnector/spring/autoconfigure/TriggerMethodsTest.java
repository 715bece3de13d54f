package io.httpconnector.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.httpconnector.definition.Connector;
import io.httpconnector.spring.ConnectorTrigger;
import io.httpconnector.spring.ConnectorTriggers;
import io.httpconnector.spring.Connectors;
import io.httpconnector.state.StateStore;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import io.httpconnector.trigger.TriggerEvent;
import io.httpconnector.webhook.WebhookEvent;
import io.httpconnector.webhook.WebhookRequest;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Scope;
import org.springframework.context.annotation.ScopedProxyMode;

/** Tests methods with {@code @ConnectorTrigger} that cannot be called, or whose result nobody uses. */
class TriggerMethodsTest {

    private final MockService service = MockService.start();
    private final ApplicationContextRunner application = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    ConnectorsAutoConfiguration.class,
                    StoreAutoConfiguration.class,
                    TriggerAutoConfiguration.class,
                    WebhookAutoConfiguration.class))
            .withBean(StateStore.class, StateStore::inMemory)
            .withPropertyValues(
                    "connectors.auto-startup=false",
                    "connectors.connections.acme.connector=shop",
                    "connectors.connections.acme.values.url=" + service.baseUrl(),
                    "connectors.connections.acme.secrets.api-key=k1");

    @BeforeEach
    void respond() {
        service.on("GET", "/orders", MockResponse.json("""
                        {"orders": [{"id": 1, "updated": "2026-01-01T00:00:00Z", "status": "open"},
                                    {"id": 2, "updated": "2026-01-01T00:00:00Z", "status": "paid"}]}"""));
    }

    @AfterEach
    void stop() {
        service.close();
    }

    private static String description(AssertableApplicationContext context) {
        assertThat(context).hasFailed();
        return new InvalidDefinitionFailureAnalyzer()
                .analyze(context.getStartupFailure())
                .getDescription();
    }

    /** Counts its instances. */
    static class Counted {

        static final AtomicInteger INSTANCES = new AtomicInteger();
        static final List<String> HANDLED = new CopyOnWriteArrayList<>();

        Counted() {
            INSTANCES.incrementAndGet();
        }

        @ConnectorTrigger("updated-orders")
        void on(TriggerEvent event) {
            HANDLED.add(event.key());
        }
    }

    /** Beans without an instance for all events. */
    @Configuration(proxyBeanMethods = false)
    static class Scopes {

        @Bean
        @Scope("prototype")
        Counted perUse() {
            return new Counted();
        }

        @Bean
        @Scope(value = "request", proxyMode = ScopedProxyMode.TARGET_CLASS)
        Counted perRequest() {
            return new Counted();
        }
    }

    /** A bean with a proxy that creates an instance for each call. */
    @Configuration(proxyBeanMethods = false)
    static class ScopedProxy {

        @Bean
        @Scope(value = "prototype", proxyMode = ScopedProxyMode.TARGET_CLASS)
        Counted perCall() {
            return new Counted();
        }
    }

    @Test
    void beansThatAreNoSingletonsAreReported() {
        application
                .withUserConfiguration(Scopes.class)
                .run(context -> assertThat(description(context))
                        .contains(
                                "Counted.on(): the bean \"perUse\" has the scope prototype, so there is no instance for the events:"
                                        + " use a singleton, or a proxy",
                                "Counted.on(): the bean \"perRequest\" has the scope request, but events are handled outside of"
                                        + " requests: use a singleton"));
    }

    @Test
    void aScopedProxyHandlesEachEventWithAnInstance() {
        Counted.INSTANCES.set(0);
        Counted.HANDLED.clear();
        application.withUserConfiguration(ScopedProxy.class).run(context -> {
            context.getBean(ConnectorTriggers.class).poll("acme/updated-orders");

            assertThat(Counted.HANDLED).containsExactly("1", "2");
            assertThat(Counted.INSTANCES.get()).isGreaterThanOrEqualTo(2);
        });
    }

    /** Methods with results that nobody uses. */
    static class Lazy {

        @ConnectorTrigger("updated-orders")
        Callable<String> call(TriggerEvent event) {
            return () -> "";
        }

        @ConnectorTrigger("updated-orders")
        Supplier<String> supply(TriggerEvent event) {
            return () -> "";
        }

        @ConnectorTrigger("updated-orders")
        Runnable run(TriggerEvent event) {
            return () -> {};
        }

        @ConnectorTrigger("updated-orders")
        Stream<String> stream(List<TriggerEvent> events) {
            return events.stream().map(TriggerEvent::key);
        }

        @ConnectorTrigger(value = "updated-orders", maxBatch = 500)
        void ofOne(TriggerEvent event) {}

        @ConnectorTrigger(value = "updated-orders", maxBatch = 0)
        void empty(List<TriggerEvent> events) {}
    }

    @Test
    void unusedResultsAndOptionsAreReportedTogether() {
        application
                .withBean(Lazy.class)
                .run(context -> assertThat(description(context))
                        .contains(
                                "Lazy.call(): nobody would call or read the result of the type java.util.concurrent.Callable",
                                "Lazy.supply(): nobody would call or read the result of the type java.util.function.Supplier",
                                "Lazy.run(): nobody would call or read the result of the type java.lang.Runnable",
                                "Lazy.stream(): nobody would call or read the result of the type java.util.stream.Stream",
                                "Lazy.ofOne(): maxBatch requires a parameter for batches",
                                "Lazy.empty(): maxBatch: batches of 0 events: use 1 to 100000"));
    }

    /** Results with work that is not awaited. */
    static class Several {

        @ConnectorTrigger("updated-orders")
        List<CompletableFuture<Void>> futures(TriggerEvent event) {
            return List.of();
        }

        @ConnectorTrigger("updated-orders")
        CompletableFuture<Void>[] array(TriggerEvent event) {
            throw new IllegalStateException();
        }

        @ConnectorTrigger("updated-orders")
        Iterator<String> iterator(TriggerEvent event) {
            return List.<String>of().iterator();
        }

        @ConnectorTrigger("updated-orders")
        void request(WebhookRequest request) {}

        @ConnectorTrigger("updated-orders")
        void ofWebhook(WebhookEvent event) {}
    }

    @Test
    void severalFuturesAndWrongTypesAreReported() {
        application
                .withBean(Several.class)
                .run(context -> assertThat(description(context))
                        .contains(
                                "Several.futures(): nobody would wait for the futures",
                                "Several.array(): nobody would wait for the futures",
                                "Several.iterator(): nobody would call or read the result of the type"
                                        + " java.util.Iterator",
                                "Several.request(): its parameter is a WebhookRequest, which is no payload",
                                "Several.ofWebhook(): \"acme/updated-orders\" is no webhook: use a TriggerEvent"));
    }

    record Order(int id, String status) {}

    /** A handler whose type is that of its subclass. */
    abstract static class Base<T> {

        final List<Object> handled = new CopyOnWriteArrayList<>();

        @ConnectorTrigger("updated-orders")
        void on(T payload) {
            handled.add(payload);
        }
    }

    static class OfOrders extends Base<Order> {}

    static class OfLists extends Base<List<Order>> {}

    /** A handler between the generic class and the bean. */
    abstract static class Middle<X> extends Base<X> {}

    static class OfMiddle extends Middle<Order> {}

    /** A generic handler that is no class. */
    interface Handling<T> {

        List<Object> HANDLED = new CopyOnWriteArrayList<>();

        @ConnectorTrigger("updated-orders")
        default void on(T payload) {
            HANDLED.add(payload);
        }
    }

    abstract static class Implementing<Y> implements Handling<Y> {}

    static class OfInterface extends Implementing<Order> {}

    @Test
    void theTypeOfAnInheritedMethodIsThatOfTheSubclass() {
        application.withBean(OfOrders.class).run(context -> {
            context.getBean(ConnectorTriggers.class).poll("acme/updated-orders");
            assertThat(context.getBean(OfOrders.class).handled)
                    .containsExactly(new Order(1, "open"), new Order(2, "paid"));
        });
        application.withBean(OfMiddle.class).run(context -> {
            context.getBean(ConnectorTriggers.class).poll("acme/updated-orders");
            assertThat(context.getBean(OfMiddle.class).handled)
                    .containsExactly(new Order(1, "open"), new Order(2, "paid"));
        });
        application.withBean(OfInterface.class).run(context -> {
            context.getBean(ConnectorTriggers.class).poll("acme/updated-orders");
            assertThat(Handling.HANDLED).containsExactly(new Order(1, "open"), new Order(2, "paid"));
        });
        application.withBean(OfLists.class).run(context -> {
            context.getBean(ConnectorTriggers.class).poll("acme/updated-orders");
            assertThat(context.getBean(OfLists.class).handled)
                    .containsExactly(List.of(new Order(1, "open"), new Order(2, "paid")));
        });
    }

    /** A handler that needs more than the payload of a webhook. */
    static class OfWebhook {

        final List<String> handled = new CopyOnWriteArrayList<>();

        @ConnectorTrigger("order-paid")
        void on(WebhookEvent event, Map<String, String> payload) {
            handled.add(event.type() + event.headers().get("x-github-event") + payload.get("event"));
        }
    }

    @Test
    void methodOfAWebhookReceivesItsHeaders() {
        application
                .withPropertyValues("connectors.connections.acme.secrets.signing=s3cret")
                .withBean(OfWebhook.class)
                .run(context -> {
                    byte[] body = "{\"event\":\"e1\"}".getBytes(StandardCharsets.UTF_8);
                    Mac mac = Mac.getInstance("HmacSHA256");
                    mac.init(new SecretKeySpec("s3cret".getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
                    WebhookRequest request = WebhookRequest.of(
                            "POST",
                            "/hooks/acme/order-paid",
                            null,
                            Map.of(
                                    "Content-Type", List.of("application/json"),
                                    "X-GitHub-Event", List.of("push"),
                                    "X-Signature", List.of(HexFormat.of().formatHex(mac.doFinal(body)))),
                            body);
                    assertThat(context.getBean(Connectors.class)
                                    .connector("acme")
                                    .receiver("order-paid")
                                    .orElseThrow()
                                    .receive(request)
                                    .status())
                            .isEqualTo(200);
                    assertThat(context.getBean(OfWebhook.class).handled).containsExactly("[push]e1");
                });
    }

    /** A method whose declared result hides what it returns. */
    static class Hidden {

        @ConnectorTrigger("updated-orders")
        Object on(TriggerEvent event) {
            return (Callable<String>) () -> "";
        }
    }

    @Test
    void anEventWhoseResultNobodyCallsHasFailed() {
        application.withBean(Hidden.class).run(context -> {
            context.getBean(ConnectorTriggers.class).poll("acme/updated-orders");

            assertThat(context.getBean(ConnectorTriggers.class).deadLetters("acme/updated-orders"))
                    .hasSize(2)
                    .allSatisfy(letter -> assertThat(letter.error()).contains("which nobody calls or reads"));
        });
    }

    /** A class that Spring wraps in a proxy. */
    static class Wrapped {

        @ConnectorTrigger("updated-orders")
        public final void on(TriggerEvent event, Connector connector) {}
    }

    @Test
    void methodsThatAProxyCannotCallAreReported() {
        application
                .withBean("byClass", Wrapped.class, () -> {
                    ProxyFactory factory = new ProxyFactory(new Wrapped());
                    factory.setProxyTargetClass(true);
                    return (Wrapped) factory.getProxy();
                })
                .run(context -> assertThat(description(context))
                        .contains("Wrapped.on(): the proxy of its bean cannot override it: it must not be final"));
    }
}
