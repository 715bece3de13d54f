package io.httpconnector.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.zaxxer.hikari.HikariDataSource;
import io.httpconnector.Time;
import io.httpconnector.trigger.Delivery;
import io.httpconnector.webhook.inbox.Inbox.Terms;
import io.httpconnector.webhook.inbox.Mailbox;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

class PulseTest {

    @TempDir
    Path directory;

    /** What is logged when a receiver begins; other tests begin theirs at the same time, in threads of their own. */
    private static List<String> warnings(DataSource source) {
        Logger logger = (Logger) LoggerFactory.getLogger(Pulse.class);
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        logger.addAppender(log);
        Terms terms = new Terms("pulse", Delivery.to(event -> {}), Duration.ofHours(1), 1, Time.SYSTEM);
        try (Mailbox mailbox = JdbcInbox.of(source).open(terms)) {
            assertThat(mailbox.waiting()).isZero();
        } finally {
            logger.detachAppender(log);
        }
        String thread = Thread.currentThread().getName();
        return log.list.stream()
                .filter(event -> event.getThreadName().equals(thread))
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }

    @Test
    void aDatabaseThatLeavesLocksToTheFrozenIsWarnedOf() throws Exception {
        try (HikariDataSource source = Databases.POSTGRESQL.open(directory);
                HikariDataSource ends = Machine.pool(Machine.url(source));
                HikariDataSource h2 = Databases.H2.open(directory)) {
            JdbcSchema.create(source);
            JdbcSchema.create(h2);
            assertThat(warnings(source)).singleElement().asString().contains("idle_in_transaction_session_timeout");
            assertThat(warnings(ends)).isEmpty();
            assertThat(warnings(h2)).isEmpty();
        }
    }
}
