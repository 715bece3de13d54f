package io.httpconnector.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.httpconnector.Secret;
import io.httpconnector.webhook.server.JdkHandler;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A receiver behind a real server. */
class ReceiverTest {

    private final List<WebhookEvent> handled = new CopyOnWriteArrayList<>();
    private ExecutorService threads;
    private HttpServer server;

    @BeforeEach
    void start() throws Exception {
        threads = Executors.newCachedThreadPool();
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
        threads.shutdownNow();
    }

    private HttpResponse<String> post(String body, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/hook"))
                .POST(HttpRequest.BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        // Without a kept connection, which the server may be closing after a refusal.
        return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void signedEventIsHandledOnceAndForgedEventIsRejected() throws Exception {
        // Secret, payload and signature are those of GitHub's documentation.
        WebhookReceiver leads = WebhookReceiver.named("leads")
                .verify(Signatures.github(Secret.of("It's a Secret to Everybody")))
                .handler(handled::add)
                .build();
        server.createContext("/", JdkHandler.of(leads));
        String signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";

        HttpResponse<String> forged = post("Hello, World?", "X-Hub-Signature-256", signature);
        HttpResponse<String> unsigned = post("Hello, World!");
        HttpResponse<String> unreadable =
                post("Hello, World!", "X-Hub-Signature-256", signature, "Content-Type", "application/json");
        HttpResponse<String> genuine = post("Hello, World!", "X-Hub-Signature-256", signature);
        HttpResponse<String> again = post("Hello, World!", "X-Hub-Signature-256", signature);

        assertThat(forged.statusCode()).isEqualTo(401);
        assertThat(unsigned.statusCode()).isEqualTo(401);
        assertThat(forged.body()).isEqualTo(unsigned.body());
        assertThat(unreadable.statusCode()).isEqualTo(400);
        assertThat(genuine.statusCode()).isEqualTo(200);
        assertThat(genuine.body()).isEqualTo("{\"status\":\"ok\"}");
        assertThat(again.statusCode()).isEqualTo(200);
        assertThat(handled).hasSize(1);
    }

    @Test
    void unverifiedReceiverAcceptsEveryRequest() throws Exception {
        WebhookReceiver leads = WebhookReceiver.named("leads")
                .unverified()
                .handler(handled::add)
                .build();
        server.createContext("/", JdkHandler.of(leads));

        HttpResponse<String> response = post("{\"email\":\"a@example.com\"}");
        HttpResponse<String> again = post("{\"email\":\"a@example.com\"}");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(again.statusCode()).isEqualTo(200);
        assertThat(handled).hasSize(2).doesNotHaveDuplicates();
        assertThat(handled.get(0).payload().at("/email").asText()).isEqualTo("a@example.com");
        assertThat(new String(handled.get(0).body().bytes(), UTF_8)).isEqualTo("{\"email\":\"a@example.com\"}");
    }
}
