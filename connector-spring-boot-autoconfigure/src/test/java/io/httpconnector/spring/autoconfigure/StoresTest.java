package io.httpconnector.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.httpconnector.auth.oauth2.TokenStore;
import io.httpconnector.jdbc.JdbcDocuments;
import io.httpconnector.jdbc.JdbcSchema;
import io.httpconnector.jdbc.JdbcStateStore;
import io.httpconnector.jdbc.JdbcTokenStore;
import io.httpconnector.spring.ConnectorDocumentSource;
import io.httpconnector.spring.ConnectorTrigger;
import io.httpconnector.spring.ConnectorTriggers;
import io.httpconnector.spring.Connectors;
import io.httpconnector.state.StateStore;
import io.httpconnector.testing.Await;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import io.httpconnector.trigger.TriggerEvent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** Tests where state is stored: in the database of the application, in files, and shared by the instances of a cluster. */
class StoresTest {

    private final ApplicationContextRunner application = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    ConnectorsAutoConfiguration.class,
                    StoreAutoConfiguration.class,
                    TriggerAutoConfiguration.class,
                    WebhookAutoConfiguration.class));

    /** Collects events. */
    static class Orders {

        static final List<String> HANDLED = new CopyOnWriteArrayList<>();

        @ConnectorTrigger("updated-orders")
        void on(TriggerEvent event) {
            HANDLED.add(event.key());
        }
    }

    private static ApplicationContextRunner polling(ApplicationContextRunner application, MockService service) {
        Orders.HANDLED.clear();
        service.on("GET", "/orders", MockResponse.json("{\"orders\": [{\"id\": 1, \"updated\": \"1\"}]}"));
        return application.withPropertyValues(
                "connectors.connections.acme.connector=shop",
                "connectors.connections.acme.values.url=" + service.baseUrl(),
                "connectors.connections.acme.secrets.api-key=k1");
    }

    @Test
    void filesKeepStateAcrossRestarts(@TempDir Path directory) {
        try (MockService service = MockService.start()) {
            ApplicationContextRunner files = polling(application.withBean(Orders.class), service)
                    .withPropertyValues("connectors.auto-startup=false", "connectors.store.directory=" + directory);
            for (int start = 0; start < 2; start++) {
                files.run(context -> context.getBean(ConnectorTriggers.class).poll("acme/updated-orders"));
            }

            assertThat(Orders.HANDLED).containsExactly("1");
            assertThat(directory.resolve("state")).isNotEmptyDirectory();
            // What is not used is not created.
            assertThat(Files.exists(directory.resolve("inbox"))).isFalse();
        }
    }

    @Test
    void instancesOfAClusterShareTriggers() {
        JdbcConnectionPool database = JdbcConnectionPool.create("jdbc:h2:mem:cluster;DB_CLOSE_DELAY=-1", "sa", "");
        try (MockService service = MockService.start()) {
            ApplicationContextRunner cluster = polling(application.withBean(Orders.class), service)
                    .withBean(DataSource.class, () -> database, definition -> definition.setDestroyMethodName(""))
                    .withPropertyValues("connectors.polling.clustered=true");
            cluster.run(first -> cluster.run(second -> {
                assertThat(first.getBean(StateStore.class)).isInstanceOf(JdbcStateStore.class);
                assertThat(first.getBean(TokenStore.class)).isInstanceOf(JdbcTokenStore.class);
                Await.until(() -> Orders.HANDLED.contains("1"));
                ConnectorTriggers triggers = second.getBean(ConnectorTriggers.class);
                triggers.pause("acme/updated-orders");

                assertThat(first.getBean(ConnectorTriggers.class).list().get(0).state())
                        .isEqualTo("paused");
                assertThat(triggers.poll("acme/updated-orders")).isZero();
                assertThat(Orders.HANDLED).containsExactly("1");
            }));
        } finally {
            database.dispose();
        }
    }

    /** Lets the other instance poll meanwhile. */
    static class Overtaken {

        static final List<String> HANDLED = new CopyOnWriteArrayList<>();
        static final AtomicReference<ConnectorTriggers> OTHER = new AtomicReference<>();

        @ConnectorTrigger("updated-orders")
        void on(TriggerEvent event) {
            HANDLED.add(event.key());
            ConnectorTriggers other = OTHER.getAndSet(null);
            if (other != null) {
                other.poll("acme/updated-orders");
            }
        }
    }

    @Test
    void aPollThatAnotherInstanceHasOvertakenIsRepeated() {
        JdbcConnectionPool database = JdbcConnectionPool.create("jdbc:h2:mem:overtaken;DB_CLOSE_DELAY=-1", "sa", "");
        try (MockService service = MockService.start()) {
            ApplicationContextRunner cluster = polling(application.withBean(Overtaken.class), service)
                    .withBean(DataSource.class, () -> database, definition -> definition.setDestroyMethodName(""))
                    .withPropertyValues("connectors.polling.clustered=true");
            cluster.run(first -> cluster.run(second -> {
                Await.until(() -> Overtaken.HANDLED.contains("1"));
                Await.until(() ->
                        first.getBean(ConnectorTriggers.class).list().get(0).lastSuccess() != null);
                service.on("GET", "/orders", MockResponse.json("{\"orders\": [{\"id\": 2, \"updated\": \"1\"}]}"));
                Overtaken.OTHER.set(second.getBean(ConnectorTriggers.class));

                // Both have handled the event: at least once.
                assertThat(first.getBean(ConnectorTriggers.class).poll("acme/updated-orders"))
                        .isZero();
                assertThat(Overtaken.HANDLED).containsExactly("1", "2", "2");
            }));
        } finally {
            database.dispose();
        }
    }

    /** Remembers the thread. */
    static class Threads {

        static final AtomicReference<String> THREAD = new AtomicReference<>();

        @ConnectorTrigger("updated-orders")
        void on(TriggerEvent event) {
            THREAD.set(Thread.currentThread().toString());
        }
    }

    @Test
    void aClusterPollsInVirtualThreadsIfTheApplicationUsesThem() {
        JdbcConnectionPool database = JdbcConnectionPool.create("jdbc:h2:mem:virtual;DB_CLOSE_DELAY=-1", "sa", "");
        try (MockService service = MockService.start()) {
            polling(application, service)
                    .withBean(DataSource.class, () -> database, definition -> definition.setDestroyMethodName(""))
                    .withBean(Threads.class)
                    .withPropertyValues("connectors.polling.clustered=true", "spring.threads.virtual.enabled=true")
                    .run(context -> Await.until(() -> Threads.THREAD.get() != null));

            assertThat(Threads.THREAD.get().startsWith("VirtualThread"))
                    .isEqualTo(Runtime.version().feature() >= 21);
        } finally {
            database.dispose();
        }
    }

    @Test
    void documentsComeFromTheTableAndFromBeans() throws Exception {
        String document = """
                connector: 1
                id: %s
                version: 1.0.0
                title: Stored
                connection: {baseUrl: "https://%s.example.com"}
                """;
        JdbcConnectionPool database = JdbcConnectionPool.create("jdbc:h2:mem:documents;DB_CLOSE_DELAY=-1", "sa", "");
        JdbcSchema.create(database);
        JdbcDocuments table = JdbcDocuments.of(database);
        table.put("connector stored", document.formatted("stored", "stored"), 1, 0);
        table.put("other", "no connector document", 1, 0);
        ApplicationContextRunner stored = application.withPropertyValues(
                "connectors.documents=jdbc:",
                "connectors.connections.acme.connector=stored",
                "connectors.connections.crm.connector=supplied");
        try {
            stored.withBean(DataSource.class, () -> database, definition -> definition.setDestroyMethodName(""))
                    .withBean(
                            ConnectorDocumentSource.class,
                            () -> () -> Map.of("supplied.yaml", document.formatted("supplied", "supplied")))
                    .run(context -> assertThat(context.getBean(Connectors.class)
                                    .definition("acme")
                                    .id())
                            .isEqualTo("stored"));
        } finally {
            database.dispose();
        }
        stored.run(context -> assertThat(context.getStartupFailure())
                .hasStackTraceContaining("jdbc: requires the dependency connector-jdbc and a single DataSource"));
    }

    @Test
    void storesInFilesAreNamedWhereADatabaseIsRequired() {
        JdbcConnectionPool database = JdbcConnectionPool.create("jdbc:h2:mem:unused", "sa", "");
        ApplicationContextRunner files =
                application.withBean(DataSource.class, () -> database).withPropertyValues("connectors.store.type=file");
        files.withPropertyValues("connectors.polling.clustered=true")
                .run(context -> assertThat(context.getStartupFailure())
                        .hasStackTraceContaining("property connectors.polling.clustered: it requires the database, but"
                                + " connectors.store.type is file: remove that property, or this one"));
        files.withPropertyValues("connectors.documents=jdbc:")
                .run(context -> assertThat(context.getStartupFailure())
                        .hasStackTraceContaining("connectors.documents: jdbc: requires the database, but"
                                + " connectors.store.type is file"));
        application
                .withPropertyValues("connectors.store.type=jdbc")
                .run(context -> assertThat(context.getStartupFailure())
                        .hasStackTraceContaining("connectors.store.type: jdbc requires the dependency connector-jdbc"
                                + " and a single DataSource"));
    }

    @ParameterizedTest
    @CsvSource({
        "connectors.store.encryption-key, abc",
        "connectors.store.encryption-key, ''",
        "connectors.shutdown-timeout, -1s",
        "connectors.jdbc.table-prefix, a b;drop",
        "connectors.webhooks.base-path, /a b",
        "connectors.webhooks.public-url, https://u:pw@host/hooks/?x=1#f",
        "connectors.redirect-uri, foo",
        "connectors.oauth2.base-path, /connect {x}",
        "connectors.oauth2.success-url, connected page",
        "connectors.polling.threads, 0"
    })
    void invalidPropertiesAreReportedWhenTheApplicationStarts(String property, String value) {
        JdbcConnectionPool database = JdbcConnectionPool.create("jdbc:h2:mem:invalid", "sa", "");
        application
                .withBean(DataSource.class, () -> database)
                .withPropertyValues("connectors.polling.clustered=true", property + "=" + value)
                .run(context ->
                        assertThat(context.getStartupFailure()).isNotNull().hasStackTraceContaining(property));
    }
}
