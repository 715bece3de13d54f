package io.httpconnector.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.jdbc.JdbcSchema;
import io.httpconnector.jdbc.JdbcStateStore;
import io.httpconnector.spring.ConnectorDocumentSource;
import io.httpconnector.spring.ConnectorTrigger;
import io.httpconnector.spring.ConnectorTriggers;
import io.httpconnector.spring.ConnectorTriggers.TriggerKind;
import io.httpconnector.spring.ConnectorTriggers.TriggerStatus;
import io.httpconnector.state.StateStore;
import io.httpconnector.testing.Await;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import io.httpconnector.trigger.TriggerEvent;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** Tests triggers of documents that receive a stream. */
class StreamTriggersTest {

    private static final String ID = "acme/chat-events";

    private static final String DOCUMENT = """
            connector: 1
            id: chat
            version: 1.0.0
            title: Chat
            inputs: [{name: url, label: URL}]
            connection: {baseUrl: "{{auth.url}}"}
            triggers:
              chat-events:
                request: {method: GET, url: /changes}
                stream: {maxReconnectDelay: PT0.1S}
            """;

    private final AtomicInteger last = new AtomicInteger(1);
    private final MockService service = MockService.start().on("GET", "/changes", request -> {
        int after = Integer.parseInt(request.header("Last-Event-ID").orElse("0"));
        StringBuilder events = new StringBuilder("retry: 100\n\n");
        for (int id = after + 1; id <= last.get(); id++) {
            events.append("id: " + id + "\ndata: " + id + "\n\n");
        }
        return MockResponse.status(200).body("text/event-stream", events.toString());
    });

    private final ApplicationContextRunner application = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    ConnectorsAutoConfiguration.class,
                    StoreAutoConfiguration.class,
                    TriggerAutoConfiguration.class,
                    SubscriptionAutoConfiguration.class,
                    MetricsAutoConfiguration.class))
            .withBean(MeterRegistry.class, SimpleMeterRegistry::new)
            .withBean(StateStore.class, StateStore::inMemory)
            .withBean(ConnectorDocumentSource.class, () -> () -> Map.of("chat", DOCUMENT))
            .withPropertyValues(
                    "connectors.connections.acme.connector=chat",
                    "connectors.connections.acme.values.url=" + service.baseUrl());

    @AfterEach
    void stop() {
        service.close();
    }

    /** Handles the events of a stream. */
    static class Chat {

        final List<String> handled = new CopyOnWriteArrayList<>();

        @ConnectorTrigger("acme/chat-events")
        void received(TriggerEvent event) {
            handled.add(event.id());
        }
    }

    @Test
    void aMethodHandlesTheEventsOfAStream() {
        application.withBean(Chat.class).run(context -> {
            Chat chat = context.getBean(Chat.class);
            ConnectorTriggers triggers = context.getBean(ConnectorTriggers.class);
            Await.until(() -> chat.handled.equals(List.of("1")));
            TriggerStatus status = triggers.list().get(0);
            assertThat(status.id()).isEqualTo(ID);
            assertThat(status.kind()).isEqualTo(TriggerKind.STREAM);
            assertThat(status.lastSuccess()).isNotNull();
            assertThatThrownBy(() -> triggers.poll(ID)).hasMessageContaining("receives a stream and does not poll");

            triggers.pause(ID);
            assertThat(triggers.list().get(0).state()).isEqualTo("paused");
            last.set(2);
            triggers.resume(ID);
            Await.until(() -> chat.handled.equals(List.of("1", "2")));
            assertThat(triggers.deadLetters(ID)).isEmpty();
        });
    }

    /** The state is in use on the node that receives the stream. */
    @Test
    void aNodeThatWaitsForTheStreamShowsItsStatus() {
        DataSource dataSource = JdbcConnectionPool.create("jdbc:h2:mem:standby;DB_CLOSE_DELAY=-1", "", "");
        JdbcSchema.create(dataSource);
        ApplicationContextRunner node = application
                .withBean(Chat.class)
                .withAllowBeanDefinitionOverriding(true)
                .withBean(
                        "shared", StateStore.class, () -> JdbcStateStore.of(dataSource), bean -> bean.setPrimary(true));
        node.run(first -> {
            Await.until(() -> first.getBean(Chat.class).handled.equals(List.of("1")));
            node.run(second -> {
                ConnectorTriggers triggers = second.getBean(ConnectorTriggers.class);
                Await.until(() -> triggers.list().get(0).state().equals("standby"));
                assertThat(triggers.deadLetters(ID)).isEmpty();
                triggers.pause(ID);
                triggers.resume(ID);
                assertThat(TriggerHealth.of(triggers, null).isUp()).isTrue();
            });
        });
    }

    /** Expects batches. */
    static class Batches {

        @ConnectorTrigger("acme/chat-events")
        void received(List<TriggerEvent> events) {}
    }

    @Test
    void aStreamHasNoBatches() {
        application
                .withBean(Batches.class)
                .run(context -> assertThat(context.getStartupFailure())
                        .hasStackTraceContaining("a stream of a document has no batches"));
    }
}
