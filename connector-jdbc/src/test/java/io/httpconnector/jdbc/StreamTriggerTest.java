package io.httpconnector.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import com.zaxxer.hikari.HikariDataSource;
import io.httpconnector.HttpConnection;
import io.httpconnector.TimeSource;
import io.httpconnector.stream.StreamStatus.StreamPhase;
import io.httpconnector.stream.StreamTrigger;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.testing.Await;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Several nodes share the state of a stream, and their effects in the database take place once. */
@Timeout(90)
@SuppressWarnings("try") // Resources are closed within tests.
class StreamTriggerTest {

    private static final int FACTOR = 50;
    private static final int EVENTS = 40;

    @TempDir
    Path directory;

    private final AtomicInteger streams = new AtomicInteger();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private HttpServer service;

    /** Time that passes 50 times as fast, so that a node takes over soon. */
    private final TimeSource time = new TimeSource() {
        private final long start = System.nanoTime();
        private final Instant now = Instant.now();

        @Override
        public long nanos() {
            return (System.nanoTime() - start) * FACTOR;
        }

        @Override
        public Instant now() {
            return now.plusNanos(nanos());
        }

        @Override
        public boolean await(CountDownLatch gate, Duration wait) throws InterruptedException {
            return gate.await(wait.toNanos() / FACTOR, TimeUnit.NANOSECONDS);
        }
    };

    @BeforeEach
    void start() throws IOException {
        service = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        service.setExecutor(threads);
        service.createContext("/", exchange -> {
            String after = exchange.getRequestHeaders().getFirst("Last-Event-ID");
            exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
            exchange.sendResponseHeaders(200, 0);
            streams.incrementAndGet();
            try (OutputStream out = exchange.getResponseBody()) {
                for (int id = after == null ? 1 : Integer.parseInt(after) + 1; true; id++) {
                    if (id <= EVENTS) {
                        out.write(("id: " + id + "\ndata: " + id + "\n\n").getBytes(StandardCharsets.UTF_8));
                    } else {
                        out.write(": alive\n\n".getBytes(StandardCharsets.UTF_8));
                    }
                    out.flush();
                    Thread.sleep(10);
                }
            } catch (IOException | InterruptedException e) {
                streams.decrementAndGet();
            }
        });
        service.start();
    }

    @AfterEach
    void end() {
        service.stop(0);
        threads.shutdownNow();
    }

    private StreamTrigger node(HttpConnection connection, HikariDataSource source) {
        return StreamTrigger.named("orders")
                .connection(connection)
                .request(RequestTemplate.named("Orders").get("/").build())
                .store(JdbcStateStore.of(source))
                .handler(ExactlyOnce.in(source).events((event, transaction) -> {
                    try (PreparedStatement insert =
                            transaction.prepareStatement("insert into orders (id) values (?)")) {
                        insert.setInt(1, event.payload().path("data").asInt());
                        insert.executeUpdate();
                    }
                }))
                .build();
    }

    private static int count(HikariDataSource source) throws Exception {
        try (var connection = source.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select count(*) from orders")) {
            row.next();
            return row.getInt(1);
        }
    }

    @ParameterizedTest
    @EnumSource(Databases.class)
    void oneNodeReadsTheStreamAndAnotherContinuesExactlyOnce(Databases databases) throws Exception {
        try (HikariDataSource source = databases.open(directory);
                HttpConnection connection = HttpConnection.named("Service")
                        .baseUrl("http://localhost:" + service.getAddress().getPort())
                        .timeSource(time)
                        .build()) {
            JdbcSchema.create(source);
            try (var session = source.getConnection();
                    Statement statement = session.createStatement()) {
                statement.execute("create table orders (id int primary key)");
            }
            try (StreamTrigger first = node(connection, source);
                    StreamTrigger second = node(connection, source)) {
                first.start();
                Await.until(() -> first.status().events() >= 5);
                second.start();
                Await.until(() -> second.status().phase() == StreamPhase.STANDBY);
                assertThat(streams).hasValue(1);
                first.close();
                Await.until(() -> second.status().lastEventId().equals(String.valueOf(EVENTS)));
                assertThat(count(source)).isEqualTo(EVENTS);
                assertThat(first.status().events() + second.status().events()).isEqualTo(EVENTS);
                assertThat(second.deadLetters()).isEmpty();
            }
        }
    }
}
