package io.httpconnector.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.state.StateException;
import io.httpconnector.state.StateException.StateFailure;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests of documents in a database. */
class JdbcDocumentsTest {

    @TempDir
    Path directory;

    @ParameterizedTest
    @EnumSource
    void firstOfTwoConcurrentChangesWins(Databases databases) {
        try (HikariDataSource source = databases.open(directory)) {
            JdbcSchema.create(source);
            JdbcDocuments node = JdbcDocuments.of(source);
            JdbcDocuments other = JdbcDocuments.of(source);
            node.put("a", "{\"x\": 1}", 10, 0);
            node.put("b", "{}", 1, 0);

            other.put("a", "{\"x\": 2}", 11, 10);

            assertConflict(() -> node.put("a", "{\"x\": 3}", 11, 10));
            assertConflict(() -> node.put("a", "{}", 12, 0));
            assertConflict(() -> node.put("c", "{}", 2, 1));
            assertConflict(() -> node.remove("a", 10));
            assertThat(node.find("a")).contains("{\"x\": 2}");
            assertThat(node.all()).isEqualTo(Map.of("a", "{\"x\": 2}", "b", "{}"));
            assertThat(node.revisions()).isEqualTo(Map.of("a", 11L, "b", 1L));
            node.remove("a", 11);
            assertThat(node.find("a")).isEmpty();
            assertThatThrownBy(() -> node.find(" ")).isInstanceOf(InvalidDefinitionException.class);
            assertThatThrownBy(() -> node.put("a", null, 1, 0)).isInstanceOf(InvalidDefinitionException.class);
        }
    }

    private static void assertConflict(Runnable change) {
        assertThatThrownBy(change::run)
                .isInstanceOfSatisfying(
                        StateException.class, e -> assertThat(e.reason()).isEqualTo(StateFailure.CONFLICT));
    }
}
