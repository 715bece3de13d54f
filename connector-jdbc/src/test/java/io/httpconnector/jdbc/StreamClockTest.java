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
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The nodes of a stream have wrong clocks, which also change: one of them reads the stream, and another one takes over once only. */
@Timeout(120)
class StreamClockTest {

    private static final int FACTOR = 50;
    private static final int EVENTS = 400;

    @TempDir
    Path directory;

    private final AtomicInteger streams = new AtomicInteger();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private HttpServer service;

    /** Time that passes 50 times as fast, with a wall clock that is wrong. */
    private static final class WrongClock implements TimeSource {

        private final long start = System.nanoTime();
        private final Instant now = Instant.now();
        private volatile Duration error;

        WrongClock(Duration error) {
            this.error = error;
        }

        @Override
        public long nanos() {
            return (System.nanoTime() - start) * FACTOR;
        }

        @Override
        public Instant now() {
            return now.plusNanos(nanos()).plus(error);
        }

        @Override
        public boolean await(CountDownLatch gate, Duration wait) throws InterruptedException {
            return gate.await(wait.toNanos() / FACTOR, TimeUnit.NANOSECONDS);
        }
    }

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
                    String event = id <= EVENTS ? "id: " + id + "\ndata: " + id + "\n\n" : ": alive\n\n";
                    out.write(event.getBytes(StandardCharsets.UTF_8));
                    out.flush();
                    Thread.sleep(15);
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

    private HttpConnection connection(TimeSource clock) {
        return HttpConnection.named("Service")
                .baseUrl("http://localhost:" + service.getAddress().getPort())
                .timeSource(clock)
                .build();
    }

    private static StreamTrigger node(HttpConnection connection, DataSource source) {
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

    private static DataSource partitioned(DataSource source, AtomicBoolean isPartitioned) {
        return Databases.proxy(DataSource.class, (proxy, method, arguments) -> {
            if (method.getName().equals("getConnection") && isPartitioned.get()) {
                throw new SQLException("the network is down", "08001");
            }
            return method.invoke(source, arguments);
        });
    }

    private static int count(DataSource source) throws SQLException {
        try (var connection = source.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select count(*) from orders")) {
            row.next();
            return row.getInt(1);
        }
    }

    @ParameterizedTest
    @CsvSource({"H2, PT2H, PT-2H", "H2, PT-2H, PT2H", "POSTGRESQL, PT2H, PT-2H", "POSTGRESQL, PT-2H, PT2H"})
    void wrongClocksNeitherStopNorDoubleTheStream(Databases databases, Duration error, Duration errorOfOther)
            throws Exception {
        WrongClock clock = new WrongClock(error);
        WrongClock otherClock = new WrongClock(errorOfOther);
        AtomicBoolean isPartitioned = new AtomicBoolean();
        try (HikariDataSource source = databases.open(directory);
                HttpConnection connection = connection(clock);
                HttpConnection otherConnection = connection(otherClock)) {
            JdbcSchema.create(source);
            try (var session = source.getConnection();
                    Statement statement = session.createStatement()) {
                statement.execute("create table orders (id int primary key)");
            }
            try (StreamTrigger first = node(connection, partitioned(source, isPartitioned));
                    StreamTrigger second = node(otherConnection, source)) {
                first.start();
                Await.until(() -> first.status().events() >= 5);
                second.start();
                Await.until(() -> second.status().phase() == StreamPhase.STANDBY);
                // Longer than the lease.
                Thread.sleep(1000);
                assertThat(second.status().phase()).isEqualTo(StreamPhase.STANDBY);
                assertThat(streams).hasValue(1);

                clock.error = errorOfOther.multipliedBy(2);
                otherClock.error = error.multipliedBy(2);
                Thread.sleep(1000);
                assertThat(second.status().phase()).isEqualTo(StreamPhase.STANDBY);
                assertThat(second.status().events()).isZero();

                isPartitioned.set(true);
                Await.until(() -> second.status().events() > 0);
                isPartitioned.set(false);
                Await.until(() -> second.status().lastEventId().equals(String.valueOf(EVENTS)));
                Await.until(() -> first.status().phase() == StreamPhase.STANDBY && streams.get() == 1);
                assertThat(count(source)).isEqualTo(EVENTS);
                assertThat(second.deadLetters()).isEmpty();
            }
        }
    }
}
