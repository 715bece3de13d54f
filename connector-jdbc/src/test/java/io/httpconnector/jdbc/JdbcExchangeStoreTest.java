package io.httpconnector.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.zaxxer.hikari.HikariDataSource;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.RetryPolicy;
import io.httpconnector.Secret;
import io.httpconnector.StatusException;
import io.httpconnector.log.ExchangeLog;
import io.httpconnector.log.ExchangeQuery;
import io.httpconnector.log.ExchangeStore;
import io.httpconnector.log.ExchangeStore.Retention;
import io.httpconnector.log.LoggedExchange;
import io.httpconnector.state.StateException;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests of an exchange log in a database. */
@Timeout(120)
class JdbcExchangeStoreTest {

    private static final Retention RETENTION = new Retention(Duration.ofDays(30), 64L << 20);

    @TempDir
    Path directory;

    private static LoggedExchange entry(
            String connection, String source, int status, boolean failed, Instant at, String body) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("id", UUID.randomUUID().toString())
                .put("connection", connection)
                .put("source", source);
        if (failed) {
            json.put("failure", "failed");
        }
        ObjectNode exchange = json.putObject("exchange");
        exchange.put("name", "").put("method", "GET").put("url", "https://api.example.com/");
        exchange.put("requestBody", "").put("responseBody", body);
        exchange.putObject("requestHeaders");
        exchange.putObject("responseHeaders");
        exchange.put("startedAt", at.toString()).put("elapsed", "PT0.005S").put("attempts", 1);
        if (status != 0) {
            exchange.put("status", status);
        }
        return LoggedExchange.fromJson(json);
    }

    private static List<String> ids(List<LoggedExchange> entries) {
        return entries.stream().map(LoggedExchange::id).toList();
    }

    @ParameterizedTest
    @EnumSource
    void anotherNodeFindsTheExchangesWithoutSecrets(Databases databases) {
        try (HikariDataSource source = databases.open(directory);
                MockService service = MockService.start()) {
            JdbcSchema.create(source, "acme_");
            service.on("POST", "/issues", MockResponse.json("{\"echo\":\"s3cret-key \ud83d\ude00\"}"));
            try (ExchangeLog log = ExchangeLog.to(JdbcExchangeStore.of(source, "acme_", RETENTION))
                            .open();
                    HttpConnection jira = HttpConnection.named("Jira")
                            .baseUrl(service.baseUrl())
                            .retry(RetryPolicy.none())
                            .listener(log.connections())
                            .build()) {
                jira.send(Request.post("/issues")
                        .header("X-Api-Key", Secret.of("s3cret-key"))
                        .json(Map.of("title", "\0 \"quoted\"")));
                assertThatThrownBy(() -> jira.send(Request.get("/missing"))).isInstanceOf(StatusException.class);
            }

            try (ExchangeLog other = ExchangeLog.to(JdbcExchangeStore.of(source, "acme_", RETENTION))
                    .open()) {
                List<LoggedExchange> all = other.search(ExchangeQuery.latest(10));
                assertThat(all).hasSize(2).allMatch(found -> found.connection().equals("Jira"));
                assertThat(all.toString() + all.get(1).toJson()).doesNotContain("s3cret");
                assertThat(all.get(1).exchange().responseBody()).isEqualTo("{\"echo\":\"*** \ud83d\ude00\"}");
                assertThat(all.get(1).exchange().requestBody()).isEqualTo("{\"title\":\"\\u0000 \\\"quoted\\\"\"}");
                assertThat(other.search(ExchangeQuery.latest(10).failed().status(400, 499)))
                        .singleElement()
                        .satisfies(found ->
                                assertThat(found.failure().orElseThrow()).contains("404"));
                assertThat(other.search(ExchangeQuery.latest(10).connection("jira")))
                        .isEmpty();
            }
            assertThat(source.isClosed()).isFalse();
        }
    }

    @ParameterizedTest
    @EnumSource
    void findsTheSameEntriesAsAStoreInMemory(Databases databases) {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<String> names = List.of("Jira", "jira", "Jira ", "", "\ud800", "x".repeat(5_000), "a%b_c'\"");
        Instant start = Instant.now().minus(Duration.ofHours(1));
        try (HikariDataSource source = databases.open(directory)) {
            JdbcSchema.create(source);
            ExchangeStore stored = JdbcExchangeStore.of(source, RETENTION);
            ExchangeStore expected = ExchangeStore.inMemory(RETENTION);
            Instant at = start;
            for (int batch = 0; batch < 10; batch++) {
                List<LoggedExchange> entries = new ArrayList<>();
                for (int i = 0; i < 30; i++) {
                    at = at.plusNanos(1 + random.nextInt(1_000_000_000));
                    entries.add(entry(
                            names.get(random.nextInt(names.size())),
                            names.get(random.nextInt(names.size())),
                            random.nextInt(4) == 0 ? 0 : 200 + random.nextInt(400),
                            random.nextBoolean(),
                            at,
                            "x".repeat(random.nextInt(200))));
                }
                stored.append(entries);
                expected.append(entries);
            }
            for (int i = 0; i < 200; i++) {
                ExchangeQuery query = query(random, names, start);
                assertThat(ids(stored.search(query)))
                        .as("seed %d, %s", seed, query)
                        .isEqualTo(ids(expected.search(query)));
            }
        }
    }

    private static ExchangeQuery query(Random random, List<String> names, Instant start) {
        ExchangeQuery query = ExchangeQuery.latest(1 + random.nextInt(400));
        if (random.nextBoolean()) {
            query = query.connection(names.get(random.nextInt(names.size())));
        }
        if (random.nextInt(3) == 0) {
            query = query.source(names.get(random.nextInt(names.size())));
        }
        if (random.nextBoolean()) {
            int min = random.nextInt(600);
            query = query.status(min, min + random.nextInt(399));
        }
        if (random.nextInt(3) == 0) {
            query = query.failed();
        }
        int from = random.nextInt(200);
        if (random.nextInt(3) == 0) {
            query = query.from(random.nextInt(20) == 0 ? Instant.MIN : start.plusSeconds(from));
        }
        if (random.nextInt(3) == 0) {
            query = query.to(
                    random.nextInt(20) == 0 ? Instant.MAX : start.plusSeconds(from + 1L + random.nextInt(100)));
        }
        return query;
    }

    @ParameterizedTest
    @EnumSource
    void removesTheOldestEntries(Databases databases) throws Exception {
        try (HikariDataSource source = databases.open(directory)) {
            JdbcSchema.create(source);
            Instant now = Instant.now();
            ExchangeStore store = JdbcExchangeStore.of(source, new Retention(Duration.ofHours(1), 64 << 10));
            store.append(List.of(entry("old", "", 200, false, now.minus(Duration.ofHours(2)), "")));
            assertThat(store.search(ExchangeQuery.latest(10))).isEmpty();
            for (int i = 0; i < 60; i++) {
                store.append(List.of(entry("c" + i, "", 200, false, now.minusMillis(100 - i), "x".repeat(4 << 10))));
            }

            assertThat(store.search(ExchangeQuery.latest(1)))
                    .extracting(LoggedExchange::connection)
                    .containsExactly("c59");
            assertThat(store.search(ExchangeQuery.latest(10).connection("c0"))).isEmpty();
            assertThat(store.search(ExchangeQuery.latest(100)).size()).isBetween(12, 20);
            assertThat(rows(source)).isBetween(12, 20); // the entry that is too old is removed, not only hidden
        }
    }

    private static int rows(HikariDataSource source) throws Exception {
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select count(*) from http_connector_exchange")) {
            rows.next();
            return rows.getInt(1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void nodesThatWriteAndRemoveAtTheSameTimeLoseNothing(Databases databases) throws Exception {
        try (HikariDataSource source = databases.open(directory)) {
            JdbcSchema.create(source);
            ExecutorService nodes = Executors.newFixedThreadPool(4);
            List<Future<?>> running = new ArrayList<>();
            for (int node = 0; node < 4; node++) {
                String name = "node" + node;
                running.add(nodes.submit(() -> {
                    ExchangeStore store = JdbcExchangeStore.of(source, new Retention(Duration.ofHours(1), 256 << 10));
                    for (int i = 0; i < 40; i++) {
                        store.append(List.of(entry(name, "" + i, 200, false, Instant.now(), "x".repeat(1 << 10))));
                    }
                }));
            }
            for (Future<?> one : running) {
                one.get();
            }
            nodes.shutdown();

            ExchangeStore store = JdbcExchangeStore.of(source, RETENTION);
            for (int node = 0; node < 4; node++) {
                assertThat(store.search(ExchangeQuery.latest(100).connection("node" + node)))
                        .extracting(LoggedExchange::source)
                        .startsWith("39", "38", "37", "36", "35");
            }
        }
    }

    @Test
    void missingTableDropsEntriesAndDoesNotFailRequests() {
        try (HikariDataSource source = Databases.H2.open(directory);
                MockService service = MockService.start()) {
            service.on("GET", "/x", MockResponse.json("{}"));
            try (ExchangeLog log = ExchangeLog.to(JdbcExchangeStore.of(source, RETENTION))
                            .open();
                    HttpConnection connection = HttpConnection.named("Service")
                            .baseUrl(service.baseUrl())
                            .listener(log.connections())
                            .build()) {
                IntStream.range(0, 5)
                        .forEach(i -> assertThatCode(() -> connection.send(Request.get("/x")))
                                .doesNotThrowAnyException());
                assertThatThrownBy(() -> log.search(ExchangeQuery.latest(1)))
                        .isInstanceOf(StateException.class)
                        .hasMessageContaining("JdbcSchema.create");
                assertThat(log.dropped()).isEqualTo(5);
            }
        }
    }

    @Test
    void unusableArgumentsAreRejected() {
        assertThatThrownBy(() -> JdbcExchangeStore.of(null, RETENTION)).isInstanceOf(InvalidDefinitionException.class);
        try (HikariDataSource source = Databases.H2.open(directory)) {
            assertThatThrownBy(() -> JdbcExchangeStore.of(source, null))
                    .isInstanceOf(InvalidDefinitionException.class)
                    .hasMessageContaining("retention");
            assertThatThrownBy(() -> JdbcExchangeStore.of(source, "a b", RETENTION))
                    .hasMessageContaining("prefix");
        }
    }
}
