package io.httpconnector.jdbc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.zaxxer.hikari.HikariDataSource;
import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.Secret;
import io.httpconnector.auth.oauth2.OAuth2;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * Tests of processes that share the tokens of one PostgreSQL database, with a service that revokes all tokens if a refresh token
 * is used twice.
 */
@Timeout(120)
@Execution(ExecutionMode.CONCURRENT)
class ClusterRefreshTest {

    private static final int THREADS = 20;

    @TempDir
    Path directory;

    private final AtomicInteger refreshes = new AtomicInteger();
    private final AtomicInteger misuses = new AtomicInteger();
    private final CountDownLatch asked = new CountDownLatch(1);
    private volatile long responseDelay;
    private volatile String current = "r0";
    private HttpServer server;
    private ExecutorService threads;

    @BeforeEach
    void start() throws IOException {
        threads = Executors.newCachedThreadPool();
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
        server.setExecutor(threads);
        server.createContext("/token", this::token);
        server.createContext("/api", exchange -> {
            String authorization = exchange.getRequestHeaders().getFirst("Authorization");
            respond(exchange, ("Bearer a-" + current).equals(authorization) ? 200 : 401, "{}");
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
        threads.shutdownNow();
    }

    /** A refresh token can be used once. */
    private void token(HttpExchange exchange) throws IOException {
        String form = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
        asked.countDown();
        try {
            Thread.sleep(responseDelay);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        synchronized (this) {
            if (!(form + "&").contains("refresh_token=" + current + "&")) {
                misuses.incrementAndGet();
                respond(exchange, 400, "{\"error\":\"invalid_grant\"}");
                return;
            }
            current = "r" + refreshes.incrementAndGet();
            respond(
                    exchange,
                    200,
                    "{\"access_token\":\"a-" + current + "\",\"token_type\":\"Bearer\",\"refresh_token\":\"" + current
                            + "\",\"expires_in\":3600}");
        }
    }

    private static void respond(HttpExchange exchange, int status, String json) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, json.length());
        exchange.getResponseBody().write(json.getBytes(UTF_8));
        exchange.close();
    }

    private static HttpConnection connection(String url, DataSource source) {
        return HttpConnection.named("Service")
                .baseUrl(url)
                .auth(OAuth2.refreshToken(Secret.of("r0"))
                        .tokenUrl(url + "/token")
                        .publicClient("id")
                        .tokenStore(JdbcTokenStore.of(source))
                        .build())
                .build();
    }

    private String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** A node: when its input ends, it sends requests by many threads concurrently. */
    static final class RefreshNode {

        public static void main(String[] arguments) throws Exception {
            PGSimpleDataSource source = new PGSimpleDataSource();
            source.setURL(arguments[1]);
            source.setUser("postgres");
            try (HttpConnection connection = connection(arguments[0], source)) {
                System.out.println("ready");
                int unused = System.in.read();
                ExecutorService threads = Executors.newFixedThreadPool(THREADS);
                List<Future<?>> calls = new ArrayList<>();
                for (int i = 0; i < THREADS; i++) {
                    calls.add(threads.submit(() -> connection.send(Request.get("/api"))));
                }
                threads.shutdown();
                for (Future<?> call : calls) {
                    call.get();
                }
            }
        }
    }

    private Process node(String database) throws IOException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        RefreshNode.class.getName(),
                        url(),
                        database)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        assertThat(process.inputReader().readLine()).isEqualTo("ready");
        return process;
    }

    private static String url(HikariDataSource source) throws Exception {
        try (var connection = source.getConnection()) {
            return connection.getMetaData().getURL();
        }
    }

    private static void await(Process process, int status) throws Exception {
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(status);
    }

    @Test
    void threeNodesRefreshOnce() throws Exception {
        try (HikariDataSource source = Databases.POSTGRESQL.open(directory)) {
            JdbcSchema.create(source);
            responseDelay = 200;
            List<Process> nodes = List.of(node(url(source)), node(url(source)), node(url(source)));
            for (Process node : nodes) {
                node.getOutputStream().close();
            }
            for (Process node : nodes) {
                await(node, 0);
            }

            assertThat(refreshes).hasValue(1);
            assertThat(misuses).hasValue(0);
        }
    }

    @Test
    void nodeThatDiesBeforeItsRequestReleasesTheLease() throws Exception {
        try (HikariDataSource source = Databases.POSTGRESQL.open(directory)) {
            JdbcSchema.create(source);
            responseDelay = 60_000;
            Process dying = node(url(source));
            dying.getOutputStream().close();
            assertThat(asked.await(30, TimeUnit.SECONDS)).isTrue();
            Process successor = node(url(source));
            successor.getOutputStream().close();
            responseDelay = 0;
            assertThat(successor.waitFor(1, TimeUnit.SECONDS)).isFalse();

            dying.destroyForcibly();

            await(successor, 0);
            assertThat(refreshes).hasValue(1);
            assertThat(misuses).hasValue(0);
        }
    }

    /** A row lock ends with each commit: another process may hold it before it is taken again. */
    @Test
    void refreshByAnotherNodeBetweenTwoStepsIsDetected() throws Exception {
        try (HikariDataSource source = Databases.POSTGRESQL.open(directory);
                HttpConnection quick = connection(url(), source)) {
            JdbcSchema.create(source);
            AtomicInteger responded = new AtomicInteger();
            DataSource slow = Databases.afterEachCommit(
                    source,
                    () -> hasTokens(source) && refreshes.get() == 0
                            ? threads.submit(() -> responded.set(
                                            quick.send(Request.get("/api")).status()))
                                    .get()
                            : "not yet");
            try (HttpConnection connection = connection(url(), slow)) {
                assertThat(connection.send(Request.get("/api")).status()).isEqualTo(200);
            }

            assertThat(responded).hasValue(200);
            assertThat(refreshes).hasValue(1);
            assertThat(misuses).hasValue(0);
        }
    }

    private static boolean hasTokens(DataSource source) throws SQLException {
        try (Connection connection = source.getConnection();
                Statement select = connection.createStatement();
                ResultSet row = select.executeQuery("select 1 from http_connector_token where id like 'Service.%'")) {
            return row.next();
        }
    }
}
