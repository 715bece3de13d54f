package io.httpconnector.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import io.httpconnector.ConnectorException;
import io.httpconnector.Secret;
import io.httpconnector.auth.oauth2.TokenEncryption;
import io.httpconnector.auth.oauth2.TokenStore;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests of tokens in a database. */
class JdbcTokenStoreTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(20);
    private static final Secret KEY = Secret.of("MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=");

    @TempDir
    Path directory;

    private HikariDataSource source(Databases databases) {
        HikariDataSource source = databases.open(directory);
        JdbcSchema.create(source);
        return source;
    }

    private static String text(TokenStore store, String key) {
        return store.get(key).map(Secret::reveal).orElse("");
    }

    private static <T> List<T> atOnce(int times, Callable<T> call) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(times);
        CountDownLatch start = new CountDownLatch(1);
        List<Future<T>> running = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            running.add(threads.submit(() -> {
                start.await();
                return call.call();
            }));
        }
        start.countDown();
        List<T> results = new ArrayList<>();
        for (Future<T> one : running) {
            results.add(one.get());
        }
        threads.shutdown();
        return results;
    }

    @ParameterizedTest
    @EnumSource
    void valuesAreKeptUntilRemoved(Databases databases) throws Exception {
        try (HikariDataSource source = source(databases)) {
            TokenStore store = JdbcTokenStore.of(source);
            String strange = "ä \n' %".repeat(30);
            store.put("a", Secret.of("1"), null);
            store.put("a", Secret.of("2"), null);
            store.put("A", Secret.of("3"), Duration.ofMinutes(1));
            store.put(strange, Secret.of("x".repeat(100_000)), null);

            TokenStore other = JdbcTokenStore.of(source);
            assertThat(text(other, "a")).isEqualTo("2");
            assertThat(text(other, "A")).isEqualTo("3");
            assertThat(text(other, strange)).hasSize(100_000);
            assertThat(other.get("none")).isEmpty();
            assertThat(atOnce(8, () -> other.remove("a"))).containsOnlyOnce(true);
            assertThat(store.get("a")).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void tablesMayBeCreatedConcurrently(Databases databases) throws Exception {
        try (HikariDataSource source = databases.open(directory)) {
            atOnce(8, () -> {
                JdbcSchema.create(source);
                return true;
            });
            JdbcTokenStore.of(source).put("a", Secret.of("1"), null);
        }
    }

    @ParameterizedTest
    @EnumSource
    void failureUnderALeaseDoesNotAffectTheNextUse(Databases databases) throws Exception {
        try (HikariDataSource source = source(databases)) {
            TokenStore store = JdbcTokenStore.of(source);
            TokenStore.Lease lease = store.lease("a", TIMEOUT);
            Databases.execute(source, "alter table http_connector_token rename to elsewhere");
            assertThatThrownBy(() -> store.get("a")).isInstanceOf(ConnectorException.class);
            assertThatThrownBy(() -> store.put("a", Secret.of("1"), null)).isInstanceOf(ConnectorException.class);
            Databases.execute(source, "alter table elsewhere rename to http_connector_token");

            store.put("a", Secret.of("2"), null);
            assertThat(text(store, "a")).isEqualTo("2");
            atOnce(1, () -> {
                assertThatThrownBy(() -> store.lease("a", Duration.ofMillis(50)))
                        .isInstanceOf(ConnectorException.class);
                return true;
            });
            lease.close();
            assertThat(source.getHikariPoolMXBean().getActiveConnections()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void expiredEntriesAreDeleted(Databases databases) {
        try (HikariDataSource source = source(databases)) {
            TokenStore store = JdbcTokenStore.of(source);
            store.put("state", Secret.of("1"), Duration.ofSeconds(-1));
            store.put("tokens", Secret.of("2"), null);

            store.put("other state", Secret.of("3"), Duration.ofMinutes(1));

            assertThat(store.get("state")).isEmpty();
            assertThat(text(store, "tokens")).isEqualTo("2");
            assertThat(text(store, "other state")).isEqualTo("3");
        }
    }

    @ParameterizedTest
    @EnumSource
    void firstWriteMayBeConcurrent(Databases databases) throws Exception {
        try (HikariDataSource source = source(databases)) {
            AtomicInteger number = new AtomicInteger();
            for (int i = 0; i < 20; i++) {
                String key = "new " + i;
                atOnce(6, () -> {
                    JdbcTokenStore.of(source).put(key, Secret.of("v" + number.incrementAndGet()), null);
                    return true;
                });
                assertThat(text(JdbcTokenStore.of(source), key)).startsWith("v");
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void leaseIsExclusive(Databases databases) throws Exception {
        try (HikariDataSource source = source(databases)) {
            AtomicInteger inside = new AtomicInteger();
            AtomicInteger limit = new AtomicInteger();
            JdbcTokenStore.of(source).put("n", Secret.of("0"), null);

            atOnce(6, () -> {
                TokenStore store = JdbcTokenStore.of(source);
                for (int i = 0; i < 10; i++) {
                    TokenStore.Lease lease = store.lease("n", TIMEOUT);
                    try {
                        limit.accumulateAndGet(inside.incrementAndGet(), Math::max);
                        int next = Integer.parseInt(text(store, "n")) + 1;
                        inside.decrementAndGet();
                        store.put("n", Secret.of(String.valueOf(next)), null);
                    } finally {
                        lease.close();
                    }
                }
                return true;
            });

            assertThat(limit).hasValue(1);
            assertThat(text(JdbcTokenStore.of(source), "n")).isEqualTo("60");
        }
    }

    @ParameterizedTest
    @EnumSource
    void heldLeaseIsAwaited(Databases databases) throws Exception {
        try (HikariDataSource source = source(databases)) {
            TokenStore store = JdbcTokenStore.of(source);
            TokenStore.Lease lease = store.lease("a", TIMEOUT);

            assertThatThrownBy(() -> store.lease("a", TIMEOUT)).isInstanceOf(ConnectorException.class);
            atOnce(1, () -> {
                assertThatThrownBy(() -> store.lease("a", Duration.ofMillis(50)))
                        .isInstanceOf(ConnectorException.class)
                        .hasMessage("The lease of \"a\" was not free within PT0.05S");
                Thread.currentThread().interrupt();
                assertThatThrownBy(() -> store.lease("a", TIMEOUT))
                        .isInstanceOf(ConnectorException.class)
                        .hasMessageContaining("interrupted");
                assertThat(Thread.interrupted()).isTrue();
                store.lease("b", TIMEOUT).close();
                return true;
            });
            lease.close();
            lease.close();
            atOnce(1, () -> {
                store.lease("a", TIMEOUT).close();
                return true;
            });
            assertThat(source.getHikariPoolMXBean().getActiveConnections()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void oneConnectionIsSufficientWhileALeaseIsHeld(Databases databases) {
        try (HikariDataSource source = source(databases)) {
            source.getHikariConfigMXBean().setMaximumPoolSize(1);
            source.setConnectionTimeout(1000);
            TokenStore store = JdbcTokenStore.of(source);
            store.put("a", Secret.of("1"), null);

            TokenStore.Lease lease = store.lease("a", TIMEOUT);
            store.put("a", Secret.of(text(store, "a") + "2"), null);
            store.put("a", Secret.of(text(store, "a") + "3"), null);
            assertThat(store.remove("a")).isTrue();
            store.put("a", Secret.of("4"), null);
            lease.close();

            assertThat(text(store, "a")).isEqualTo("4");
        }
    }

    @Test
    void leaseEndsWithItsConnection() throws Exception {
        try (HikariDataSource source = source(Databases.POSTGRESQL)) {
            TokenStore dying = JdbcTokenStore.of(source);
            dying.put("a", Secret.of("1"), null);
            TokenStore.Lease lease = dying.lease("a", TIMEOUT);
            dying.put("a", Secret.of("2"), null);
            try (Connection connection = source.getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute("select pg_terminate_backend(pid) from pg_stat_activity"
                        + " where datname = current_database() and pid <> pg_backend_pid() and state like 'idle in%'");
            }

            atOnce(1, () -> {
                TokenStore successor = JdbcTokenStore.of(source);
                TokenStore.Lease next = successor.lease("a", TIMEOUT);
                assertThat(text(successor, "a")).isEqualTo("2");
                successor.put("a", Secret.of("3"), null);
                next.close();
                return true;
            });

            assertThatThrownBy(() -> dying.put("a", Secret.of("late"), null)).isInstanceOf(ConnectorException.class);
            lease.close();
            assertThat(text(dying, "a")).isEqualTo("3");
        }
    }

    @ParameterizedTest
    @EnumSource
    void encryptedValuesAreOpaqueAndCannotBeSwapped(Databases databases) throws Exception {
        try (HikariDataSource source = source(databases)) {
            TokenStore store = JdbcTokenStore.of(source, TokenEncryption.aesGcm(KEY));
            store.put("a", Secret.of("s3cr3t-a"), null);
            store.put("b", Secret.of("s3cr3t-b"), Duration.ofMinutes(1));

            assertThat(text(store, "a")).isEqualTo("s3cr3t-a");
            assertThat(text(store, "b")).isEqualTo("s3cr3t-b");
            try (Connection connection = source.getConnection();
                    Statement statement = connection.createStatement()) {
                try (ResultSet rows = statement.executeQuery("select content from http_connector_token")) {
                    while (rows.next()) {
                        assertThat(rows.getString(1)).doesNotContain("s3cr3t");
                    }
                }
                statement.execute("update http_connector_token set content ="
                        + " (select content from http_connector_token where id = 'a') where id = 'b'");
            }
            assertThatThrownBy(() -> store.get("b")).isInstanceOf(ConnectorException.class);
            assertThatThrownBy(() -> TokenEncryption.aesGcm(Secret.of("short")))
                    .hasMessageNotContaining("short")
                    .hasMessageContaining("32 random bytes");
        }
    }
}
