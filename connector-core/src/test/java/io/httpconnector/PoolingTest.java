package io.httpconnector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
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
            byte[] answer = new byte[1000];
            exchange.sendResponseHeaders(exchange.getRequestURI().getPath().equals("/bad") ? 500 : 200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
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
}
