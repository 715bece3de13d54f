package io.httpconnector.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.httpconnector.spring.ConnectorTrigger;
import io.httpconnector.spring.ConnectorTriggers;
import io.httpconnector.state.StateStore;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import io.httpconnector.trigger.TriggerEvent;
import java.util.List;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** Tests handlers in transactions of the application, whose events are repeated. */
class TransactionsTest {

    private final MockService service = MockService.start();
    private final JdbcConnectionPool database =
            JdbcConnectionPool.create("jdbc:h2:mem:transactions;DB_CLOSE_DELAY=-1", "sa", "");
    private final JdbcTemplate sql = new JdbcTemplate(database);

    private final ApplicationContextRunner application = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    ConnectorsAutoConfiguration.class,
                    StoreAutoConfiguration.class,
                    ExactlyOnceAutoConfiguration.class,
                    TriggerAutoConfiguration.class))
            // A new state repeats all events.
            .withBean(StateStore.class, StateStore::inMemory)
            .withPropertyValues(
                    "connectors.auto-startup=false",
                    "connectors.connections.acme.connector=shop",
                    "connectors.connections.acme.values.url=" + service.baseUrl(),
                    "connectors.connections.acme.secrets.api-key=k1");
    private final ApplicationContextRunner withDatabase = application
            .withBean(DataSource.class, () -> database, definition -> definition.setDestroyMethodName(""))
            .withBean(JdbcTemplate.class, () -> sql)
            .withBean(PlatformTransactionManager.class, () -> new DataSourceTransactionManager(database));

    @BeforeEach
    void prepare() {
        service.on("GET", "/orders", MockResponse.json("""
                        {"orders": [{"id": 1, "updated": "1"}, {"id": 2, "updated": "1"}]}"""));
        sql.execute("create table ledger (entry varchar)");
    }

    @AfterEach
    void stop() {
        sql.execute("drop all objects");
        database.dispose();
        service.close();
    }

    /** Writes, and fails with order 2 until it is repaired. */
    static class Ledger {

        private final JdbcTemplate sql;
        volatile boolean isRepaired;

        Ledger(JdbcTemplate sql) {
            this.sql = sql;
        }

        @ConnectorTrigger(value = "updated-orders", exactlyOnce = true)
        void on(TriggerEvent event) {
            sql.update(
                    "insert into ledger values (?)",
                    event.key() + " " + TransactionSynchronizationManager.isActualTransactionActive());
            if (event.key().equals("2") && !isRepaired) {
                throw new IllegalStateException("not yet");
            }
        }
    }

    /** Writes batches. */
    static class Batches {

        private final JdbcTemplate sql;

        Batches(JdbcTemplate sql) {
            this.sql = sql;
        }

        @ConnectorTrigger(value = "updated-orders", exactlyOnce = true)
        void on(List<TriggerEvent> events) {
            events.forEach(event -> sql.update("insert into ledger values (?)", "batch " + event.key()));
        }
    }

    private List<String> ledger() {
        return sql.queryForList("select entry from ledger order by entry", String.class);
    }

    @Test
    void aRepeatedEventIsHandledOnceTogetherWithItsWrites() {
        withDatabase.withBean(Ledger.class).run(context -> {
            ConnectorTriggers triggers = context.getBean(ConnectorTriggers.class);
            triggers.poll("acme/updated-orders");
            assertThat(ledger()).containsExactly("1 true");

            context.getBean(Ledger.class).isRepaired = true;
            triggers.replay(
                    "acme/updated-orders",
                    triggers.deadLetters("acme/updated-orders").get(0).event().id());
            assertThat(ledger()).containsExactly("1 true", "2 true");
        });
        service.on("GET", "/orders", MockResponse.json("""
                        {"orders": [{"id": 1, "updated": "1"}, {"id": 2, "updated": "1"}, {"id": 3, "updated": "1"}]}"""));
        withDatabase.withBean(Batches.class).run(context -> {
            assertThat(context.getBean(ConnectorTriggers.class).poll("acme/updated-orders"))
                    .isEqualTo(3);
            assertThat(ledger()).containsExactly("1 true", "2 true", "batch 3");
        });
    }

    @Test
    void aMissingDatabaseIsReported() {
        application
                .withBean(JdbcTemplate.class, () -> sql)
                .withBean(Ledger.class)
                .run(context -> assertThat(context.getStartupFailure())
                        .hasStackTraceContaining("Ledger.on(): exactlyOnce requires the dependency connector-jdbc"));
    }
}
