package io.httpconnector.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.httpconnector.HttpConnection;
import io.httpconnector.definition.Connector;
import io.httpconnector.micrometer.ConnectorMeter;
import io.httpconnector.spring.ConnectorTrigger;
import io.httpconnector.spring.ConnectorTriggers;
import io.httpconnector.state.StateStore;
import io.httpconnector.testing.Await;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import io.httpconnector.trigger.DeadLetter;
import io.httpconnector.trigger.TriggerEvent;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.scheduling.annotation.Async;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Tests methods that handle the events of polling triggers. */
class TriggersTest {

    private final MockService service = MockService.start();
    private final ApplicationContextRunner application = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    ConnectorsAutoConfiguration.class,
                    StoreAutoConfiguration.class,
                    TriggerAutoConfiguration.class,
                    WebhookAutoConfiguration.class))
            .withBean(StateStore.class, StateStore::inMemory)
            .withPropertyValues(
                    "connectors.connections.acme.connector=shop",
                    "connectors.connections.acme.values.url=" + service.baseUrl(),
                    "connectors.connections.acme.secrets.api-key=k1");

    /** A payload. */
    record Order(int id, String status) {}

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

    /** Handles events and payloads. */
    static class Orders {

        final List<String> handled = new CopyOnWriteArrayList<>();

        @ConnectorTrigger("updated-orders")
        void on(TriggerEvent event, Order order, HttpConnection connection, Connector connector) {
            handled.add(order.id() + " " + order.status() + " " + event.key() + " " + connector.tenant() + " "
                    + (connector.connection() == connection));
        }
    }

    @Test
    void triggersAndConnectionsAreMeasured() {
        application
                .withConfiguration(AutoConfigurations.of(MetricsAutoConfiguration.class))
                .withBean(MeterRegistry.class, SimpleMeterRegistry::new)
                .withBean(Orders.class)
                .run(context -> {
                    Orders orders = context.getBean(Orders.class);
                    Await.until(() -> orders.handled.size() == 2);
                    MeterRegistry meters = context.getBean(MeterRegistry.class);

                    Await.until(() ->
                            meters.find(ConnectorMeter.POLL_RECORDS.meterName()).counter() != null);
                    assertThat(meters.get(ConnectorMeter.EVENTS.meterName())
                                    .tag("messaging.destination.name", "acme/shop/updated-orders")
                                    .counter()
                                    .count())
                            .isEqualTo(2);
                    assertThat(meters.get(ConnectorMeter.REQUEST_DURATION.meterName())
                                    .timer()
                                    .count())
                            .isPositive();
                });
    }

    @Test
    void aMethodReceivesPayloadsOfItsType() {
        application.withBean(Orders.class).run(context -> {
            Orders orders = context.getBean(Orders.class);
            Await.until(() -> orders.handled.size() == 2);

            assertThat(orders.handled).containsExactly("1 open 1 acme true", "2 paid 2 acme true");
            ConnectorTriggers triggers = context.getBean(ConnectorTriggers.class);
            triggers.pause("acme/updated-orders");
            assertThat(triggers.list())
                    .extracting(ConnectorTriggers.TriggerStatus::id)
                    .containsExactly("acme/updated-orders");
            // The poll in progress ends first.
            Await.until(() -> triggers.list().get(0).state().equals("paused"));
            triggers.resume("acme/updated-orders");
            assertThat(triggers.list().get(0).state()).isNotEqualTo("paused");
        });
    }

    /** Handles batches. */
    static class Batches {

        final List<List<Order>> handled = new CopyOnWriteArrayList<>();

        @ConnectorTrigger(value = "updated-orders", connection = "acme", maxBatch = 10)
        void on(List<Order> orders) {
            handled.add(orders);
        }
    }

    @Test
    void aMethodWithAListReceivesBatches() {
        application
                .withBean(Batches.class)
                .withPropertyValues("connectors.auto-startup=false")
                .run(context -> {
                    long events = context.getBean(ConnectorTriggers.class).poll("acme/updated-orders");

                    assertThat(events).isEqualTo(2);
                    assertThat(context.getBean(Batches.class).handled)
                            .containsExactly(List.of(new Order(1, "open"), new Order(2, "paid")));
                });
    }

    /** Fails until it is repaired. */
    static class Failing {

        volatile boolean isRepaired;

        @ConnectorTrigger("updated-orders")
        void on(Order order) {
            if (!isRepaired && order.id() == 2) {
                throw new IllegalStateException("the table is locked");
            }
        }
    }

    @Test
    void aFailedEventBecomesADeadLetterAndIsReplayed() {
        application
                .withBean(Failing.class)
                .withPropertyValues("connectors.auto-startup=false")
                .run(context -> {
                    ConnectorTriggers triggers = context.getBean(ConnectorTriggers.class);
                    triggers.poll("acme/updated-orders");
                    List<DeadLetter> letters = triggers.deadLetters("acme/updated-orders");

                    assertThat(letters).hasSize(1);
                    assertThat(letters.get(0).error()).contains("the table is locked");
                    context.getBean(Failing.class).isRepaired = true;
                    assertThat(triggers.replay(
                                    "acme/updated-orders",
                                    letters.get(0).event().id()))
                            .isTrue();
                    assertThat(triggers.list().get(0).deadLetters()).isZero();
                });
    }

    /** A resource that a slow handler uses until the end. */
    static class Slow implements DisposableBean {

        final CountDownLatch started = new CountDownLatch(1);
        final CountDownLatch stopping = new CountDownLatch(1);
        volatile boolean isClosed;
        volatile String seen = "";

        @ConnectorTrigger("updated-orders")
        void on(Order order) throws InterruptedException {
            started.countDown();
            boolean unused = stopping.await(10, TimeUnit.SECONDS);
            seen = isClosed ? "closed" : "open";
        }

        @Override
        public void destroy() {
            isClosed = true;
        }
    }

    @Test
    void aRunningHandlerFinishesBeforeBeansAreClosed() {
        Slow slow = new Slow();
        application.withBean(Slow.class, () -> slow).run(context -> {
            assertThat(slow.started.await(10, TimeUnit.SECONDS)).isTrue();
            TriggerLifecycle lifecycle = (TriggerLifecycle) context.getBean(ConnectorTriggers.class);
            Thread releaser = new Thread(() -> {
                Await.until(() -> !lifecycle.isAccepting());
                slow.stopping.countDown();
            });
            releaser.start();
        });

        assertThat(slow.isClosed).isTrue();
        assertThat(slow.seen).isEqualTo("open");
    }

    /** Methods with problems. */
    static class Wrong {

        @ConnectorTrigger("updated-ordres")
        void misspelt(TriggerEvent event) {}

        @ConnectorTrigger(value = "updated-orders", connection = "acne")
        void unknownConnection(TriggerEvent event) {}

        @ConnectorTrigger("order-paid")
        void batchOfWebhook(List<TriggerEvent> events) {}

        @ConnectorTrigger("acme/updated-ordres")
        void misspeltOfConnection(TriggerEvent event) {}

        @ConnectorTrigger("acne/updated-orders")
        void misspeltConnection(TriggerEvent event) {}
    }

    /** A connection that is named twice. */
    static class NamedTwice {

        @ConnectorTrigger(value = "acme/updated-orders", connection = "acme")
        void on(TriggerEvent event) {}
    }

    /** Methods for one connection each, by their names. */
    static class ByName {

        final List<String> handled = new CopyOnWriteArrayList<>();

        @ConnectorTrigger("acme/updated-orders")
        void ofAcme(TriggerEvent event) {
            handled.add("acme " + event.key());
        }

        @ConnectorTrigger("globex/updated-orders")
        void ofGlobex(TriggerEvent event) {
            handled.add("globex " + event.key());
        }
    }

    @Test
    void aMethodCanNameItsConnection() {
        service.on("GET", "/orders", MockResponse.json("{\"orders\":[{\"id\":7,\"status\":\"open\"}]}"));
        application
                .withBean(ByName.class)
                .withPropertyValues(
                        "connectors.auto-startup=false",
                        "connectors.connections.globex.connector=shop",
                        "connectors.connections.globex.values.url=" + service.baseUrl(),
                        "connectors.connections.globex.secrets.api-key=k1")
                .run(context -> {
                    ConnectorTriggers triggers = context.getBean(ConnectorTriggers.class);
                    triggers.poll("acme/updated-orders");
                    triggers.poll("globex/updated-orders");

                    assertThat(context.getBean(ByName.class).handled).containsExactly("acme 7", "globex 7");
                });
    }

    /** A method whose parameters are unclear. */
    static class Unclear {

        @ConnectorTrigger("updated-orders")
        void on(Order order, String text) {}
    }

    @Test
    void invalidMethodsAreReported() {
        application
                .withBean(Wrong.class)
                .run(context -> assertThat(context.getStartupFailure())
                        .hasStackTraceContaining(
                                "Wrong.misspelt(): no connection has a trigger or webhook \"updated-ordres\": did you"
                                        + " mean \"updated-orders\"?")
                        .hasStackTraceContaining("there is no connection \"acne\": did you mean \"acme\"?")
                        .hasStackTraceContaining("Wrong.misspeltConnection(): there is no connection \"acne\": did you"
                                + " mean \"acme\"? There are [acme]")
                        .hasStackTraceContaining(
                                "Wrong.misspeltOfConnection(): the connection \"acme\" has no trigger or"
                                        + " webhook \"updated-ordres\": did you mean \"updated-orders\"? There are"
                                        + " [order-paid, updated-orders]")
                        .hasStackTraceContaining("Wrong.batchOfWebhook(): a webhook has no batches"));
        application
                .withBean(NamedTwice.class)
                .run(context -> assertThat(context.getStartupFailure())
                        .hasStackTraceContaining(
                                "NamedTwice.on(): \"acme/updated-orders\" already names a connection"));
        application
                .withBean(Unclear.class)
                .run(context -> assertThat(context.getStartupFailure())
                        .hasStackTraceContaining("Unclear.on(): its parameters are"));
        application
                .withPropertyValues("connectors.polling.clustered=true")
                .run(context -> assertThat(context.getStartupFailure())
                        .hasStackTraceContaining("requires the dependency connector-jdbc and a single DataSource"));
    }

    /** Methods with asynchronous results: the first call of each one fails. */
    static class Asynchronous {

        final AtomicInteger calls = new AtomicInteger();
        final List<Integer> handled = new CopyOnWriteArrayList<>();

        CompletableFuture<Void> handle(Order order) {
            return CompletableFuture.runAsync(() -> {
                if (calls.getAndIncrement() == 0) {
                    throw new IllegalStateException("the table is locked");
                }
                handled.add(order.id());
            });
        }
    }

    /** Handles events by a Mono. */
    static class ByMono extends Asynchronous {

        @ConnectorTrigger("updated-orders")
        Mono<Void> on(Order order) {
            return Mono.defer(() -> Mono.fromFuture(handle(order)));
        }
    }

    /** Handles events by a Flux. */
    static class ByFlux extends Asynchronous {

        @ConnectorTrigger("updated-orders")
        Flux<Void> on(Order order) {
            return Flux.defer(() -> Mono.fromFuture(handle(order)));
        }
    }

    /** Handles events by a future. */
    static class ByFuture extends Asynchronous {

        @ConnectorTrigger("updated-orders")
        CompletionStage<Void> on(Order order) {
            return handle(order);
        }
    }

    @ParameterizedTest
    @ValueSource(classes = {ByMono.class, ByFlux.class, ByFuture.class})
    void asynchronousResultsAreAwaited(Class<? extends Asynchronous> type) {
        application
                .withBean(type)
                .withPropertyValues("connectors.auto-startup=false")
                .run(context -> {
                    Asynchronous handler = context.getBean(type);
                    ConnectorTriggers triggers = context.getBean(ConnectorTriggers.class);
                    var unused = triggers.poll("acme/updated-orders");

                    assertThat(handler.handled).containsExactly(2);
                    List<DeadLetter> failed = triggers.deadLetters("acme/updated-orders");
                    assertThat(failed)
                            .singleElement()
                            .satisfies(letter -> assertThat(letter.error()).contains("the table is locked"));
                    assertThat(triggers.replay(
                                    "acme/updated-orders", failed.get(0).event().id()))
                            .isTrue();
                    assertThat(handler.handled).containsExactly(2, 1);
                });
    }

    /** Handles a webhook. */
    static class Payments {

        @ConnectorTrigger("order-paid")
        void on(TriggerEvent event) {}
    }

    @Test
    void aMissingSecretOfAWebhookIsReportedWithItsProperty() {
        application
                .withBean(Payments.class)
                .run(context -> assertThat(context.getStartupFailure())
                        .hasStackTraceContaining(
                                "connectors.connections.acme: /webhooks/order-paid/verify/0/secrets/0: the secret"
                                        + " \"signing\" is missing: set the property"
                                        + " connectors.connections.acme.secrets.signing"));
    }

    /** A method whose completion is unknown. */
    static class Unknown {

        @Async
        @ConnectorTrigger("updated-orders")
        void on(Order order) {}
    }

    /** A method whose result is awaited after the transaction. */
    static class Late {

        @ConnectorTrigger(value = "updated-orders", exactlyOnce = true)
        Mono<Void> on(Order order) {
            return Mono.empty();
        }
    }

    /** A method with a list without a type. */
    static class RawList {

        @ConnectorTrigger("updated-orders")
        @SuppressWarnings("rawtypes")
        void on(List orders) {}
    }

    /** A method with a collection that is no list. */
    static class AnyCollection {

        @ConnectorTrigger("updated-orders")
        void on(Collection<Order> orders) {}
    }

    /** A method with a batch and one event. */
    static class BatchAndEvent {

        @ConnectorTrigger("updated-orders")
        void on(List<Order> orders, TriggerEvent event) {}
    }

    @Test
    void methodsThatCannotWorkAreReported() {
        Map<Class<?>, String> problems = Map.of(
                Unknown.class, "Unknown.on(): with @Async nobody knows when the event is handled",
                Late.class, "Late.on(): exactlyOnce requires a method that handles the event in the calling thread",
                RawList.class, "RawList.on(): the type of its parameter is java.util.List: use a List with the type",
                AnyCollection.class, "AnyCollection.on(): the type of its parameter is java.util.Collection<",
                BatchAndEvent.class, "BatchAndEvent.on(): the type of its parameter is java.util.List<");
        problems.forEach((type, problem) -> application
                .withBean(type)
                .run(context -> assertThat(context.getStartupFailure()).hasStackTraceContaining(problem)));
    }

    /** Handles batches by a wildcard type, as Kotlin declares lists. */
    static class Wildcard {

        final List<String> keys = new CopyOnWriteArrayList<>();

        @ConnectorTrigger("updated-orders")
        void on(List<? extends TriggerEvent> events) {
            events.forEach(event -> keys.add(event.key()));
        }
    }

    @Test
    void aListMayHaveAWildcard() {
        application
                .withBean(Wildcard.class)
                .withPropertyValues("connectors.auto-startup=false")
                .run(context -> {
                    var unused = context.getBean(ConnectorTriggers.class).poll("acme/updated-orders");
                    assertThat(context.getBean(Wildcard.class).keys).containsExactly("1", "2");
                });
    }
}
