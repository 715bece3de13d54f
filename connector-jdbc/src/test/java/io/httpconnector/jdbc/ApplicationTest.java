package io.httpconnector.jdbc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.httpconnector.state.StateLog;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Tests with an application that uses the same database. */
@Timeout(60)
class ApplicationTest {

    @TempDir
    Path directory;

    @ParameterizedTest
    @EnumSource
    void flywayCreatesTheTables(Databases databases) {
        try (HikariDataSource source = databases.open(directory)) {
            JdbcTemplate sql = new JdbcTemplate(source);
            sql.execute("create schema integration");
            Flyway flyway = Flyway.configure()
                    .dataSource(source)
                    .locations("classpath:io/httpconnector/jdbc/"
                            + databases.name().toLowerCase(Locale.ROOT))
                    .placeholders(Map.of("prefix", "integration.hc_", "index", "hc_"))
                    .load();
            assertThat(flyway.migrate().migrationsExecuted).isEqualTo(7);
            assertThat(flyway.migrate().migrationsExecuted).isZero();
            String columns =
                    "select count(*) from information_schema.columns where lower(table_schema) = 'integration'";
            Integer before = sql.queryForObject(columns, Integer.class);

            StateLog log = JdbcStateStore.of(source, "integration.hc_").open("leads");
            log.read(entry -> {});
            log.append("a".getBytes(UTF_8));
            assertThat(Databases.read(log)).containsExactly("a");

            // Both ways create the same tables.
            JdbcSchema.create(source, "integration.hc_");
            assertThat(before)
                    .isEqualTo(sql.queryForObject(columns, Integer.class))
                    .isGreaterThan(20);
            assertThat(Databases.read(log)).containsExactly("a");
        }
    }

    @ParameterizedTest
    @EnumSource
    void rollbackOfASpringTransactionDoesNotUndoStoredState(Databases databases) {
        try (HikariDataSource source = databases.open(directory)) {
            JdbcSchema.create(source);
            JdbcTemplate sql = new JdbcTemplate(source);
            sql.execute("create table lead (id int)");
            StateLog log = JdbcStateStore.of(source).open("leads");
            log.read(entry -> {});
            new TransactionTemplate(new DataSourceTransactionManager(source)).executeWithoutResult(transaction -> {
                sql.update("insert into lead values (1)");
                log.append("a".getBytes(UTF_8));
                transaction.setRollbackOnly();
            });
            assertThat(sql.queryForObject("select count(*) from lead", Integer.class))
                    .isZero();
            assertThat(Databases.read(log)).containsExactly("a");
        }
    }
}
