package io.httpconnector.webhook.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.httpconnector.webhook.WebhookReceiver;
import io.httpconnector.webhook.WebhookRouter;
import io.httpconnector.webhook.server.Servers.Running;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Responses that do not wait for the body, on real servers. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EarlyResponseTest {

    private static final String TOKEN = "0123456789abcdef012345";

    private final WebhookReceiver receiver = WebhookReceiver.named("any")
            .unverified()
            .maxBody(1024 * 1024)
            .bodyTimeout(Duration.ofSeconds(30))
            .handler(event -> {})
            .build();

    private WebhookRouter router() {
        WebhookRouter router = WebhookRouter.at("https://app.example.com/hooks");
        var unused = router.add(TOKEN, receiver);
        return router;
    }

    static Set<String> servers() {
        return Servers.all().keySet();
    }

    /** Sends a header and a part of the body, and leaves the connection open. */
    private static Socket start(Running server, String path, String fields, String body) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
        socket.setSoTimeout(20_000);
        socket.getOutputStream()
                .write(("POST " + path + " HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n\r\n" + body).getBytes(ISO_8859_1));
        return socket;
    }

    private static String status(Socket socket) {
        try {
            String head = new String(socket.getInputStream().readNBytes(12), ISO_8859_1);
            return head.length() < 12 ? "closed" : head.substring(9);
        } catch (IOException e) {
            return "closed";
        }
    }

    /** Strangers who announce bodies at unknown paths hold neither memory nor threads. */
    @ParameterizedTest
    @MethodSource("servers")
    void unknownPathsDoNotDelayGenuineSenders(String server) throws Exception {
        List<Socket> strangers = new ArrayList<>();
        try (Running running = Servers.all().get(server).with(router())) {
            for (int i = 0; i < 80; i++) {
                strangers.add(start(running, "/hooks/unknown" + i, "Content-Length: 1048576", ""));
            }
            long start = System.nanoTime();
            try (Socket genuine = start(running, "/hooks/" + TOKEN, "Content-Length: 2", "{}")) {
                assertThat(status(genuine)).isEqualTo("200");
            }
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
            assertThat(status(strangers.get(0))).isIn("404", "closed");
        } finally {
            for (Socket stranger : strangers) {
                stranger.close();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void bodyThatIsTooLargeIsRejectedAtOnce(String server) throws Exception {
        try (Running running = Servers.all().get(server).with(router());
                Socket socket = start(running, "/hooks/" + TOKEN, "Content-Length: 100000000", "")) {
            long start = System.nanoTime();
            assertThat(status(socket)).isEqualTo("413");
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void malformedChunkIsABadRequest(String server) throws Exception {
        try (Running running = Servers.all().get(server).with(router());
                Socket socket = start(running, "/hooks/" + TOKEN, "Transfer-Encoding: chunked", "2\r\n{}\r\nxyz\r\n")) {
            assertThat(status(socket)).isIn("400", "closed");
        }
    }

    @Test
    void routerUsesTheLimitsOfTheReceiver() {
        WebhookRouter router = router();
        WebhookReceiver patient = WebhookReceiver.named("patient")
                .unverified()
                .maxBody(5_000_000)
                .bodyTimeout(Duration.ofMinutes(5))
                .handler(event -> {})
                .build();
        var unused = router.add("another" + TOKEN, patient);

        assertThat(router.endpointAt("/hooks/" + TOKEN).orElseThrow().bodyTimeout())
                .isEqualTo(Duration.ofSeconds(30));
        assertThat(router.endpointAt("/hooks/another" + TOKEN).orElseThrow().maxBody())
                .isEqualTo(5_000_000);
        assertThat(router.endpointAt("/hooks/" + TOKEN).orElseThrow().toString())
                .doesNotContain(TOKEN);
        assertThat(router.endpointAt("/hooks/none")).isEmpty();
        assertThat(router.endpointAt("/other/" + TOKEN)).isEmpty();
    }
}
