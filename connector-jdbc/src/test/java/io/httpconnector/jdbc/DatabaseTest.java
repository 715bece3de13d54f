package io.httpconnector.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.state.StateException.StateFailure;
import java.sql.SQLException;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;

/** Tests of prefixes and of the messages of failed statements. */
class DatabaseTest {

    /** PostgreSQL would shorten the names of indexes, and then regard different ones as equal. */
    @Test
    void prefixLeavesRoomForTheNamesOfIndexes() {
        JdbcDataSource source = new JdbcDataSource();

        assertThat(new Database(source, "a".repeat(45)).sql("$x")).hasSize(46);
        assertThat(new Database(source, "schema." + "a".repeat(45)).sql("$x")).hasSize(53);
        assertThatThrownBy(() -> new Database(source, "a".repeat(46)))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("at most 45 letters");
    }

    @Test
    void poolsThatShareSessionsAreNamed() {
        assertThat(Database.failure(new SQLException("prepared statement \"S_1\" already exists", "42P05")))
                .hasMessageContaining("PgBouncer")
                .hasMessageContaining("prepareThreshold=0");
        assertThat(Database.failure(new SQLException("no such table", "42P01")))
                .hasMessageContaining("JdbcSchema.create(dataSource)");
    }

    /** H2 reports this to one of two processes that create the tables, in spite of "if not exists". */
    @Test
    void creationOfAnIndexByAnotherNodeIsAConflict() {
        SQLException concurrent = new SQLException(
                "General error: \"java.lang.RuntimeException: object already exists: HTTP_CONNECTOR_INBOX_TURN\"",
                "HY000");

        assertThat(Database.failure(concurrent).reason()).isEqualTo(StateFailure.CONFLICT);
        assertThat(Database.failure(new SQLException("General error", "HY000")).reason())
                .isNotEqualTo(StateFailure.CONFLICT);
    }
}
