package io.httpconnector.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.zaxxer.hikari.HikariDataSource;
import io.httpconnector.TimeSource;
import io.httpconnector.trigger.Delivery;
import io.httpconnector.webhook.inbox.Inbox.Settings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

class WarningsTest {

    @TempDir
    Path directory;

    /** The log messages of a class; other tests log concurrently, in other threads. */
    private static List<String> warnings(Class<?> logging, Runnable meanwhile) {
        Logger logger = (Logger) LoggerFactory.getLogger(logging);
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        logger.addAppender(log);
        try {
            meanwhile.run();
        } finally {
            logger.detachAppender(log);
        }
        String thread = Thread.currentThread().getName();
        return log.list.stream()
                .filter(event -> event.getThreadName().equals(thread))
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }

    private static List<String> warnings(DataSource source) {
        Settings settings = new Settings("pulse", Delivery.to(event -> {}), Duration.ofHours(1), 1, TimeSource.SYSTEM);
        return warnings(
                ClusterHeartbeat.class,
                () -> JdbcInbox.of(source).open(settings).close());
    }

    @Test
    void missingIdleTimeoutIsLoggedAsAWarning() throws Exception {
        try (HikariDataSource source = Databases.POSTGRESQL.open(directory);
                HikariDataSource ends = TestNode.pool(TestNode.url(source));
                HikariDataSource h2 = Databases.H2.open(directory)) {
            JdbcSchema.create(source);
            JdbcSchema.create(h2);
            assertThat(warnings(source)).singleElement().asString().contains("idle_in_transaction_session_timeout");
            assertThat(warnings(ends)).isEmpty();
            assertThat(warnings(h2)).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({"file:, 1", "'', 1", "retry:, 0", "mem:, 0"})
    void urlWhoseFileAnInterruptClosesIsLoggedAsAWarning(String kind, int warnings) throws Exception {
        JdbcDataSource source = new JdbcDataSource();
        source.setURL("jdbc:h2:" + kind + directory.resolve("db") + ";DB_CLOSE_DELAY=-1");
        assertThat(warnings(JdbcSchema.class, () -> JdbcSchema.create(source)))
                .hasSize(warnings)
                .allSatisfy(warning -> assertThat(warning).contains("jdbc:h2:retry:"));
        Databases.execute(source, "shutdown");
    }
}
