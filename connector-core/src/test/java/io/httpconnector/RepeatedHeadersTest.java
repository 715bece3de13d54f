package io.httpconnector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.template.RequestTemplate;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RepeatedHeadersTest {

    private final Map<String, List<String>> received = new ConcurrentHashMap<>();
    private HttpServer server;
    private HttpConnection connection;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            received.clear();
            exchange.getRequestHeaders().forEach((name, values) -> received.put(name.toLowerCase(Locale.ROOT), values));
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        server.start();
        connection = HttpConnection.named("S")
                .baseUrl("http://localhost:" + server.getAddress().getPort())
                .header("X-A", "default")
                .build();
    }

    @AfterEach
    void stop() {
        connection.close();
        server.stop(0);
    }

    @Test
    void everyValueIsSentInItsOrder() {
        RequestTemplate template = RequestTemplate.fromJson(JsonSupport.parse("""
                {"name": "T", "method": "GET", "url": "/", "headers": [{"name": "X-A", "value": "1"}, {"name": "X-B", "value": "b"},
                  {"name": "x-a", "value": "{{in.two}}"}, {"name": "X-A", "value": "3"}]}"""));
        Request request = template.render("in", Map.of("two", "2"));

        connection.send(request);

        assertThat(received.get("x-a")).containsExactly("1", "2", "3");
        assertThat(received.get("x-b")).containsExactly("b");
        assertThat(request.headers("X-A")).containsExactly("1", "2", "3");
        assertThat(request.header("X-A")).hasValue("1");
        assertThat(request.preview().requestHeaders().all("X-A")).containsExactly("1", "2", "3");
    }

    @Test
    void aHeaderThatIsSetTakesThePlaceOfAll() {
        Request request =
                Request.get("/").addHeader("X-A", "1").addHeader("X-B", "b").addHeader("x-a", "2");

        connection.send(request.header("X-A", "only"));

        assertThat(received.get("x-a")).containsExactly("only");
        assertThat(received.get("x-b")).containsExactly("b");
    }

    @Test
    void aFieldThatAMessageHasOnceIsRefusedTwice() {
        for (String name : List.of("Content-Type", "Authorization", "user-agent", "Range")) {
            assertThatThrownBy(() -> Request.get("/").addHeader(name, "a/b").addHeader(name, "c/d"))
                    .isInstanceOf(InvalidDefinitionException.class)
                    .hasMessageContaining("once only");
            assertThatThrownBy(() -> RequestTemplate.named("T")
                            .get("/")
                            .header(name, "{{a.b}}")
                            .header(name.toUpperCase(Locale.ROOT), "c/d")
                            .build())
                    .isInstanceOf(InvalidDefinitionException.class)
                    .hasMessageContaining("once only");
        }
    }
}
