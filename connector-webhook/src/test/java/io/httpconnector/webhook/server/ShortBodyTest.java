package io.httpconnector.webhook.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.httpconnector.webhook.RequestDiagnosis;
import io.httpconnector.webhook.WebhookEvent;
import io.httpconnector.webhook.WebhookReceiver;
import io.httpconnector.webhook.WebhookRequest;
import io.httpconnector.webhook.WebhookResponse;
import io.httpconnector.webhook.server.Servers.Running;
import jakarta.servlet.Filter;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A truncated body is not an event, even for unverified receivers. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ShortBodyTest {

    private static final String MULTIPART = "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--b--\r\n";

    private final List<WebhookEvent> events = new CopyOnWriteArrayList<>();
    private final WebhookReceiver receiver = WebhookReceiver.named("any")
            .unverified()
            .methods("POST", "PUT")
            .handler(events::add)
            .build();

    /** A filter that reads bodies before the adapter. */
    private static final Filter READER = (request, response, chain) -> {
        request.getInputStream().readAllBytes();
        chain.doFilter(request, response);
    };

    static Set<String> servers() {
        return Servers.all().keySet();
    }

    /** Retries if the server has closed an idle connection, which happens under load. */
    private static String send(Running server, String head, String body) throws IOException {
        String status = "closed";
        for (int attempt = 0; attempt < 5 && status.equals("closed"); attempt++) {
            status = sendOnce(server, head, body);
        }
        return status;
    }

    private static String sendOnce(Running server, String head, String body) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream().write((head + "\r\nHost: x\r\nConnection: close\r\n\r\n" + body).getBytes(UTF_8));
            socket.shutdownOutput();
            String response = new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
            return response.length() < 12 ? "closed" : response.substring(9, 12);
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void truncatedBodyIsNotAnEvent(String server) throws Exception {
        try (Running running = Servers.all().get(server).with(receiver)) {
            for (String body : List.of("", "{\"a\":1}")) {
                String status = send(
                        running,
                        "POST /hooks/1 HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 500",
                        body);
                // The JDK does not distinguish a truncated body from a disconnected sender.
                assertThat(status).isIn("400", "408", "closed");
            }
        }
        assertThat(events).isEmpty();
    }

    @Test
    void bodyConsumedByAFilterIsNotAnEvent() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try (Running blocking = Servers.jetty(WebhookServlet.of(receiver), READER);
                Running async = Servers.jetty(WebhookServlet.async(receiver, threads), READER)) {
            for (Running server : List.of(blocking, async)) {
                String head = "POST /hooks/1 HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: ";
                assertThat(send(server, head + 7, "{\"a\":1}")).isEqualTo("400");
                // No length was announced, so nothing is missing.
                assertThat(send(server, head + 0, "")).isEqualTo("200");
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(events).hasSize(2);
    }

    @ParameterizedTest
    @CsvSource({
        "POST, multipart/form-data; boundary=b",
        "PUT, application/x-www-form-urlencoded",
        "PUT, multipart/form-data; boundary=b"
    })
    void whatSpringBootReadsByDefaultIsNoEvent(String method, String type) throws Exception {
        String body = type.startsWith("multipart") ? MULTIPART : "a=1";
        String chunked = Integer.toHexString(body.length()) + "\r\n" + body + "\r\n0\r\n\r\n";
        String head = method + " /hooks/1 HTTP/1.1\r\nContent-Type: " + type + "\r\n";
        try (Running server = Servers.springMvcWithDefaultsOfBoot(receiver)) {
            assertThat(send(server, head + "Content-Length: " + body.length(), body))
                    .isEqualTo("400");
            assertThat(send(server, head + "Transfer-Encoding: chunked", chunked))
                    .isEqualTo("400");
        }
        assertThat(events).isEmpty();
    }

    @Test
    void receiverRejectsATruncatedBodyAndExplainsIt() {
        WebhookRequest request = WebhookRequest.of(
                "POST",
                "/",
                "",
                Map.of("content-length", List.of("500"), "Content-Type", List.of("application/json")),
                null);

        WebhookResponse response = receiver.receive(request);
        RequestDiagnosis explanation = receiver.explain(request);

        assertThat(response.status()).isEqualTo(400);
        assertThat(events).isEmpty();
        assertThat(explanation.step()).isEqualTo(RequestDiagnosis.DiagnosisStep.BODY);
        assertThat(explanation.toString())
                .contains("Content-Length says 500 bytes, but the body has 0")
                .contains("spring.servlet.multipart.enabled")
                .contains("spring.mvc.formcontent.filter.enabled");
    }

    @Test
    void completeBodyIsAccepted() {
        for (String length : List.of("0", "", "x", "-1", " 0 ")) {
            assertThat(receiver.receive(
                                    WebhookRequest.of("POST", "/", "", Map.of("Content-Length", List.of(length)), null))
                            .status())
                    .as(length)
                    .isEqualTo(200);
        }
        assertThat(receiver.receive(WebhookRequest.of(
                                "POST",
                                "/",
                                "",
                                Map.of("Content-Length", List.of("7"), "Content-Type", List.of("application/json")),
                                "{\"a\":1}".getBytes(UTF_8)))
                        .status())
                .isEqualTo(200);
    }
}
