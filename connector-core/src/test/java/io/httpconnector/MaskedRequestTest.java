package io.httpconnector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests of secrets in a body that is plain text for the library, and of responses with credentials. */
class MaskedRequestTest {

    private static final String BODY = "{\"secret\":\"s3cr3t-value\",\"event\":\"push\"}";

    private HttpServer server;
    private HttpConnection connection;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            byte[] body = exchange.getRequestBody().readAllBytes();
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(exchange.getRequestURI().getPath().equals("/ok") ? 200 : 400, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        connection = HttpConnection.named("service")
                .baseUrl("http://127.0.0.1:" + server.getAddress().getPort())
                .build();
    }

    @AfterEach
    void stop() {
        connection.close();
        server.stop(0);
    }

    private static Request post(String path) {
        return Request.of("POST", path).body(Body.bytes(BODY.getBytes(StandardCharsets.UTF_8), "application/json"));
    }

    @Test
    void secretOfABodyIsMaskedInTheException() {
        assertThatThrownBy(() -> connection.send(post("/fails").masking(Secret.of("s3cr3t-value"))))
                .isInstanceOfSatisfying(StatusException.class, e -> {
                    assertThat(e.getMessage()).contains("push").doesNotContain("s3cr3t-value");
                    assertThat(e.exchange().orElseThrow().toString())
                            .contains("push")
                            .doesNotContain("s3cr3t-value");
                });
    }

    @Test
    void wholeSecretResponseIsMaskedInTheExchange() {
        Response response =
                connection.send(post("/ok").masking(Secret.of("s3cr3t-value")).secretResponse());

        assertThat(response.json().path("secret").asText()).isEqualTo("s3cr3t-value");
        assertThat(response.exchange().responseBody().toString()).doesNotContain("s3cr3t-value");
    }

    @Test
    void nullIsRejected() {
        assertThatThrownBy(() -> post("/ok").masking((Secret) null)).isInstanceOf(InvalidDefinitionException.class);
    }
}
