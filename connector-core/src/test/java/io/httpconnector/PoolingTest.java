package io.httpconnector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.sun.net.httpserver.HttpServer;
import io.httpconnector.internal.transport.BoundedDnsResolver;
import io.httpconnector.internal.transport.ConnectionPool;
import io.httpconnector.internal.transport.RouteKey;
import io.httpconnector.tls.TlsSettings;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.apache.hc.core5.util.TimeValue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PoolingTest {

    private final Set<Integer> clientPorts = ConcurrentHashMap.newKeySet();
    private final AtomicInteger served = new AtomicInteger();
    private HttpServer server;

    @BeforeEach
    void start() throws Exception {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            clientPorts.add(exchange.getRemoteAddress().getPort());
            served.incrementAndGet();
            byte[] response = new byte[1000];
            exchange.sendResponseHeaders(
                    exchange.getRequestURI().getPath().equals("/bad") ? 500 : 200, response.length);
            exchange.getResponseBody().write(response);
            exchange.close();
        });
        server.setExecutor(Executors.newCachedThreadPool());
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/good", "/bad"})
    void oneConnectionServesManyRequestsWhateverTheirStatus(String path) {
        try (HttpConnection connection = HttpConnection.named("Service")
                .baseUrl("http://127.0.0.1:" + server.getAddress().getPort())
                .build()) {

            for (int i = 0; i < 5; i++) {
                Throwable failure =
                        catchThrowable(() -> connection.send(Request.post(path).json("{}")));
                assertThat(failure == null).isEqualTo(path.equals("/good"));
            }
        }

        assertThat(served).hasValue(5);
        assertThat(clientPorts).hasSize(1);
    }

    private HttpConnectionBuilder connection() {
        return HttpConnection.named("Service")
                .baseUrl("http://127.0.0.1:" + server.getAddress().getPort());
    }

    @Test
    void connectionsShareSocketsUnlessOneIsIsolated() {
        try (HttpConnection other = connection().build();
                HttpConnection isolated = connection().dedicatedPool().build()) {
            try (HttpConnection one = connection().build()) {
                one.send(Request.get("/"));
            }
            other.send(Request.get("/"));
            assertThat(clientPorts).hasSize(1);

            isolated.send(Request.get("/"));
            assertThat(clientPorts).hasSize(2);

            other.send(Request.get("/"));
            assertThat(clientPorts).hasSize(2);
        }
    }

    @Test
    void manyThreadsTakeTurnsAndLeaveNothingBehind() throws Exception {
        AtomicInteger atOnce = new AtomicInteger();
        BoundedDnsResolver.DnsResolver dns = InetAddress::getAllByName;
        AtomicInteger mostAtOnce = new AtomicInteger();
        server.createContext("/slow", exchange -> {
            mostAtOnce.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
            LockSupport.parkNanos(25_000_000);
            atOnce.decrementAndGet();
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        ConnectionPool client = ConnectionPool.acquire(new RouteKey(null, TlsSettings.DEFAULT, null, dns, null));
        ExecutorService threads = Executors.newFixedThreadPool(500);
        try (HttpConnection connection =
                connection().lookup(dns).maxConnections(20).build()) {
            List<Future<Response>> responses = threads.invokeAll(
                    Collections.nCopies(500, () -> connection.send(Request.get("/slow"))), 30, TimeUnit.SECONDS);

            for (Future<Response> response : responses) {
                assertThat(response.get().status()).isEqualTo(204);
            }
            assertThat(mostAtOnce).hasValueBetween(10, 20);
            assertThat(client.stats().getLeased()).isZero();
            assertThat(client.stats().getAvailable()).isPositive();

            client.sweep(TimeValue.ZERO_MILLISECONDS);
            assertThat(client.stats().getAvailable()).isZero();
        } finally {
            threads.shutdown();
            client.release();
        }
    }

    /** Closes each connection after a few answers without saying so, just as the next request arrives. */
    private static void answerAndHangUp(ServerSocket server, AtomicInteger hungUp) {
        while (true) {
            try (Socket socket = server.accept()) {
                InputStream in = socket.getInputStream();
                byte[] request = new byte[4096];
                for (int i = 0; i < 4 && in.read(request) > 0; i++) {
                    socket.getOutputStream()
                            .write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
                                    .getBytes(StandardCharsets.US_ASCII));
                }
                hungUp.incrementAndGet();
            } catch (SocketException e) {
                if (server.isClosed()) {
                    return;
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Test
    @Timeout(60)
    void keptConnectionThatTheServiceClosesJustAsItIsUsedAgainFailsNoRequest() throws Exception {
        AtomicInteger hungUp = new AtomicInteger();
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                HttpConnection connection = HttpConnection.named("Hangs up")
                        .baseUrl("http://127.0.0.1:" + server.getLocalPort())
                        .retry(RetryPolicy.none())
                        .build()) {
            new Thread(() -> answerAndHangUp(server, hungUp)).start();

            for (int i = 0; i < 10_000; i++) {
                assertThat(connection.send(Request.get("/")).status()).isEqualTo(200);
            }
        }
        assertThat(hungUp).hasValueGreaterThan(2000);
    }
}
