package io.httpconnector;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.httpconnector.polling.Pagination;
import io.httpconnector.polling.PollingTrigger;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.RequestTemplate;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Header fields of 60,000 characters, made to be expensive: each is read in the time of its length. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HeaderCostTest {

    private static final int LENGTH = 60_000;

    private HttpServer server;
    private volatile String name = "";
    private volatile String value = "";

    @BeforeEach
    void begin() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.getResponseHeaders().set(name, value);
            exchange.sendResponseHeaders(200, 2);
            exchange.getResponseBody().write(new byte[] {'[', ']'});
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void end() {
        server.stop(0);
    }

    static Stream<Arguments> expensive() {
        List<String> names = List.of(
                "RateLimit",
                "RateLimit-Reset",
                "Retry-After",
                "Link",
                "Content-Type",
                "Content-Encoding",
                "Date",
                "ETag",
                "Set-Cookie",
                "WWW-Authenticate",
                "X-Poll-Interval");
        List<String> pieces = List.of(
                ";r=1", ";r=1; ", " ", "\"", "<", "<a>;", ";a=b", ",", "a,", "9", "\\\"", "a=b; ", "=", "(", "a b ");
        return names.stream()
                .flatMap(field -> pieces.stream()
                        .flatMap(piece -> Stream.of("", "<x>;rel=\"").map(begin -> Arguments.of(field, begin, piece))));
    }

    @ParameterizedTest
    @MethodSource("expensive")
    void fieldTakesTheTimeOfItsLength(String field, String begin, String piece) {
        name = field;
        value = begin + piece.repeat(LENGTH / piece.length()) + "x";
        try (HttpConnection connection = HttpConnection.named("Service")
                        .baseUrl("http://127.0.0.1:" + server.getAddress().getPort())
                        .rateLimit(RateLimit.adaptive())
                        .retry(RetryPolicy.none())
                        .dedicatedPool()
                        .build();
                PollingTrigger trigger = PollingTrigger.named("records")
                        .connection(connection)
                        .request(RequestTemplate.named("List").get("/").build())
                        .key("/id")
                        .pagination(Pagination.linkHeader())
                        .conditionalRequests()
                        .store(StateStore.inMemory())
                        .handler(event -> {})
                        .build()) {
            long begun = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
            String said = "";
            try {
                trigger.pollOnce();
            } catch (ConnectorException e) {
                said = String.valueOf(e.getMessage());
            }
            assertThat(Duration.ofNanos(ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - begun))
                    .isLessThan(Duration.ofSeconds(3));
            assertThat(said).hasSizeLessThan(1000);
        }
    }
}
