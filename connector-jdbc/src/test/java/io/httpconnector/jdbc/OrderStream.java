package io.httpconnector.jdbc;

import com.sun.net.httpserver.HttpServer;
import io.httpconnector.HttpConnection;
import io.httpconnector.TimeSource;
import io.httpconnector.stream.StreamTrigger;
import io.httpconnector.template.RequestTemplate;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
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
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;

/** A service with a stream of orders 1, 2, 3 ..., and the nodes that store each order once in a database. */
final class OrderStream implements AutoCloseable {

    private static final int FACTOR = 25;

    /** The number of nodes that read the stream. */
    final AtomicInteger readers = new AtomicInteger();

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpServer service;

    /**
     * Starts the service.
     *
     * @param orders the number of orders; afterwards, the stream stays open
     * @param interval the time between two orders
     */
    OrderStream(int orders, Duration interval) throws IOException {
        service = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        service.setExecutor(threads);
        service.createContext("/", exchange -> {
            String after = exchange.getRequestHeaders().getFirst("Last-Event-ID");
            exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
            exchange.sendResponseHeaders(200, 0);
            readers.incrementAndGet();
            try (OutputStream out = exchange.getResponseBody()) {
                for (int id = after == null ? 1 : Integer.parseInt(after) + 1; true; id++) {
                    String event = id <= orders ? "id: " + id + "\ndata: " + id + "\n\n" : ": alive\n\n";
                    out.write(event.getBytes(StandardCharsets.UTF_8));
                    out.flush();
                    Thread.sleep(interval.toMillis());
                }
            } catch (IOException | InterruptedException e) {
                readers.decrementAndGet();
            }
        });
        service.start();
    }

    @Override
    public void close() {
        service.stop(0);
        threads.shutdownNow();
    }

    /** Time that passes 25 times as fast, so that a node takes over soon, with a wall clock that may be wrong. */
    static final class FastClock implements TimeSource {

        private final long start = System.nanoTime();
        private final Instant now = Instant.now();
        volatile Duration error;

        FastClock(Duration error) {
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

    HttpConnection connection(TimeSource clock) {
        return HttpConnection.named("Service")
                .baseUrl("http://localhost:" + service.getAddress().getPort())
                .timeSource(clock)
                .build();
    }

    static StreamTrigger node(HttpConnection connection, DataSource source) {
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

    static void createTables(DataSource source) throws SQLException {
        JdbcSchema.create(source);
        try (var session = source.getConnection();
                Statement statement = session.createStatement()) {
            statement.execute("create table orders (id int primary key)");
        }
    }

    static int count(DataSource source) {
        try (var connection = source.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select count(*) from orders")) {
            row.next();
            return row.getInt(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
