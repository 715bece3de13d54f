package io.httpconnector.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.state.StateException;
import java.sql.SQLException;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A missing table is named, with what creates it. */
class MissingTableTest {

    @Test
    void tableIsNamed() {
        JdbcDataSource empty = new JdbcDataSource();
        empty.setURL("jdbc:h2:mem:empty");

        assertThatThrownBy(() -> JdbcStateStore.of(empty).open("leads").read(entry -> {}))
                .isInstanceOf(StateException.class)
                .hasMessageContaining("not found (SQLSTATE 42S0")
                .hasMessageContaining("run JdbcSchema.create(dataSource), or the SQL scripts in"
                        + " classpath:io/httpconnector/jdbc with Flyway")
                .hasMessageMatching("(?is)Table \"?http_connector_\\w+\"? not found.*");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "42P01 | 0    | ERROR: relation \"http_connector_state\" does not exist | Table http_connector_state not found",
                "42S02 | 1146 | Table 'app.http_connector_state' doesn't exist | Table app.http_connector_state not found",
                "42000 | 942  | ORA-00942: table or view does not exist | Table not found",
                "S0002 | 208  | Invalid object name 'http_connector_state'. | Table http_connector_state not found"
            })
    void databasesReportItDifferently(String state, int code, String text, String message) {
        assertThat(Database.failure(new SQLException(text, state, code)))
                .hasMessageStartingWith(message + " (SQLSTATE ");
    }
}
