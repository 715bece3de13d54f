package io.httpconnector.jdbc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.state.StateException;
import io.httpconnector.state.StateException.StateFailure;
import io.httpconnector.state.StateLog;
import io.httpconnector.state.StateStore;
import io.httpconnector.state.testing.StateStoreTestKit;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests of states in a database. */
class JdbcStateStoreTest {

    @TempDir
    Path directory;

    private static void expect(StateFailure reason, Runnable step) {
        assertThatThrownBy(step::run)
                .isInstanceOfSatisfying(
                        StateException.class, e -> assertThat(e.reason()).isEqualTo(reason));
    }

    @ParameterizedTest
    @EnumSource
    void passesTheStateStoreTestKit(Databases databases) {
        try (HikariDataSource source = databases.open(directory)) {
            JdbcSchema.create(source);
            JdbcSchema.create(source);

            StateStoreTestKit.of(() -> JdbcStateStore.of(source)).verify();
        }
    }

    @ParameterizedTest
    @EnumSource
    void firstWriterWins(Databases databases) {
        try (HikariDataSource source = databases.open(directory)) {
            JdbcSchema.create(source);
            StateLog frozen = JdbcStateStore.of(source).open("leads");
            StateLog successor = JdbcStateStore.of(source).open("leads");
            frozen.read(entry -> {});
            successor.read(entry -> {});

            successor.append("a".getBytes(UTF_8));

            expect(StateFailure.CONFLICT, () -> frozen.append("b".getBytes(UTF_8)));
            expect(StateFailure.CONFLICT, () -> frozen.replace(List.of("b".getBytes(UTF_8))));
            successor.replace(List.of("c".getBytes(UTF_8)));
            expect(StateFailure.CONFLICT, () -> frozen.append("b".getBytes(UTF_8)));
            assertThat(Databases.read(frozen)).containsExactly("c");
            frozen.append("d".getBytes(UTF_8));
            expect(StateFailure.CONFLICT, () -> successor.append("e".getBytes(UTF_8)));
            assertThat(Databases.read(successor)).containsExactly("c", "d");
        }
    }

    @ParameterizedTest
    @EnumSource
    void concurrentNodesLoseNothing(Databases databases) throws Exception {
        int nodes = 6;
        AtomicInteger added = new AtomicInteger();
        try (HikariDataSource source = databases.open(directory)) {
            JdbcSchema.create(source);
            ExecutorService threads = Executors.newFixedThreadPool(nodes);
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < nodes; i++) {
                StateStore store = JdbcStateStore.of(source);
                running.add(threads.submit(() -> {
                    try (StateLog log = store.open("leads")) {
                        for (int n = 0; n < 100; n++) {
                            add(log, n, added);
                        }
                    }
                }));
            }
            for (Future<?> one : running) {
                one.get();
            }
            threads.shutdown();
            try (StateLog log = JdbcStateStore.of(source).open("leads")) {
                assertThat(total(Databases.read(log))).isEqualTo(added.get());
            }
            assertThat(added.get()).isGreaterThan(50);
        }
    }

    /** Replaces all entries by one every tenth time. */
    private static void add(StateLog log, int n, AtomicInteger added) {
        try {
            int before = total(Databases.read(log));
            if (n % 10 == 9) {
                log.replace(List.of(String.valueOf(before).getBytes(UTF_8)));
            } else {
                log.append("1".getBytes(UTF_8));
                added.incrementAndGet();
            }
        } catch (StateException e) {
            assertThat(e.reason()).isEqualTo(StateFailure.CONFLICT);
        }
    }

    private static int total(List<String> entries) {
        return entries.stream().mapToInt(Integer::parseInt).sum();
    }

    @ParameterizedTest
    @EnumSource
    void partialWriteIsRolledBack(Databases databases) throws Exception {
        try (HikariDataSource source = databases.open(directory)) {
            JdbcSchema.create(source, "acme_");
            StateStore store = JdbcStateStore.of(source, "acme_");
            try (StateLog log = store.open("leads")) {
                log.read(entry -> {});
                log.append("1".getBytes(UTF_8));
                Databases.execute(source, "alter table acme_state_entry rename to elsewhere");

                assertThatThrownBy(() -> log.append("s3cr3t".getBytes(UTF_8)))
                        .isInstanceOfSatisfying(StateException.class, e -> {
                            assertThat(e.reason()).isEqualTo(StateFailure.UNAVAILABLE);
                            StringWriter trace = new StringWriter();
                            e.printStackTrace(new PrintWriter(trace));
                            assertThat(trace.toString()).contains("Caused by").doesNotContain("s3cr3t", "733363723374");
                        });
                Databases.execute(source, "alter table elsewhere rename to acme_state_entry");
                log.append("2".getBytes(UTF_8));
                assertThat(Databases.read(log)).containsExactly("1", "2");
                Databases.execute(source, "delete from acme_state_entry where entry = 1");
                expect(StateFailure.CORRUPT, () -> log.read(entry -> {}));
                expect(StateFailure.CONFLICT, () -> log.append("3".getBytes(UTF_8)));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void replacedEntriesLeaveNoRows(Databases databases) throws Exception {
        try (HikariDataSource source = databases.open(directory)) {
            JdbcSchema.create(source);
            try (StateLog log = JdbcStateStore.of(source).open("leads")) {
                log.read(entry -> {});
                for (int i = 0; i < 250; i++) {
                    log.append("1".getBytes(UTF_8));
                }
                log.replace(Collections.nCopies(220, "2".getBytes(UTF_8)));
                log.replace(Collections.nCopies(3, "3".getBytes(UTF_8)));
                assertThat(Databases.read(log)).containsExactly("3", "3", "3");
            }
            try (Connection connection = source.getConnection();
                    Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery("select count(*) from http_connector_state_entry")) {
                assertThat(rows.next()).isTrue();
                assertThat(rows.getInt(1)).isEqualTo(3);
            }
        }
    }

    /** The response to a commit gets lost. */
    @ParameterizedTest
    @EnumSource
    void writeWithLostResponseIsContinued(Databases databases) throws Exception {
        try (HikariDataSource source = databases.open(directory)) {
            JdbcSchema.create(source);
            AtomicInteger responses = new AtomicInteger(100);
            StateLog log = JdbcStateStore.of(Databases.losingResponses(source, responses))
                    .open("leads");
            StateLog other = JdbcStateStore.of(source).open("leads");
            log.read(entry -> {});
            responses.set(0);
            expect(StateFailure.UNAVAILABLE, () -> log.append("1".getBytes(UTF_8)));
            responses.set(100);
            log.append("2".getBytes(UTF_8));
            responses.set(0);
            expect(StateFailure.UNAVAILABLE, () -> log.replace(List.of("3".getBytes(UTF_8), "4".getBytes(UTF_8))));
            responses.set(100);
            log.append("5".getBytes(UTF_8));
            assertThat(Databases.read(other)).containsExactly("3", "4", "5");

            responses.set(0);
            expect(StateFailure.UNAVAILABLE, () -> log.append("6".getBytes(UTF_8)));
            responses.set(100);
            assertThat(Databases.read(other)).containsExactly("3", "4", "5", "6");
            other.append("7".getBytes(UTF_8));
            expect(StateFailure.CONFLICT, () -> log.append("8".getBytes(UTF_8)));
            expect(StateFailure.CONFLICT, () -> log.append("8".getBytes(UTF_8)));
        }
    }

    @ParameterizedTest
    @EnumSource
    void connectionIsReturnedInItsOriginalState(Databases databases) throws Exception {
        try (HikariDataSource pool = databases.open(directory)) {
            JdbcSchema.create(pool);
            try (Connection one = pool.getConnection()) {
                // Returns the same connection each time, without closing it.
                StateStore store = JdbcStateStore.of(Databases.only(one));
                try (StateLog log = store.open("leads")) {
                    log.read(entry -> {});
                    log.append("1".getBytes(UTF_8));
                }
                assertThat(one.getAutoCommit()).isTrue();
            }
        }
    }

    @Test
    void failuresAreReported() throws Exception {
        try (HikariDataSource source = Databases.H2.open(directory)) {
            assertThatThrownBy(() -> JdbcStateStore.of(null)).isInstanceOf(InvalidDefinitionException.class);
            assertThatThrownBy(() -> JdbcStateStore.of(source, "a; drop table b"))
                    .isInstanceOf(InvalidDefinitionException.class)
                    .hasMessageContaining("letters, digits and underscores");
            assertThatThrownBy(() -> JdbcStateStore.of(source).open("leads").read(entry -> {}))
                    .isInstanceOf(StateException.class)
                    .hasMessageContaining("run JdbcSchema.create(dataSource)");
        }
    }
}
