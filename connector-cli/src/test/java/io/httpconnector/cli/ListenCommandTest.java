package io.httpconnector.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.httpconnector.Secret;
import io.httpconnector.cli.CommandRun.Result;
import io.httpconnector.webhook.WebhookRequest;
import io.httpconnector.webhook.WebhookSigner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests {@code listen} with genuine and forged requests. */
@Timeout(120)
class ListenCommandTest {

    private static final String BODY = "{\"id\": 7}";

    @TempDir
    private Path directory;

    private CommandRun connector;
    private final List<String> urls = new ArrayList<>();
    private final List<Integer> statuses = new ArrayList<>();

    @BeforeEach
    void start() {
        connector = new CommandRun(directory);
        connector.write("shop.yaml", CheckCommandTest.SHOP);
        connector.write("shop.values.yaml", "values: {url: \"https://shop.example\"}");
        connector.environment("CONNECTOR_SHOP_HOOK", "hush-hook-1").environment("CONNECTOR_SHOP_KEY", "k");
    }

    private Result listen() {
        connector.reader((terminal, line) -> {
            if (line.startsWith("http://localhost:")) {
                urls.add(line);
                var unused = CompletableFuture.runAsync(() -> {
                    try {
                        statuses.add(send(line, "hush-hook-1"));
                        statuses.add(send(line, "another"));
                        statuses.add(send(line + "x", "hush-hook-1"));
                    } finally {
                        terminal.stop();
                    }
                });
            }
        });
        return connector.run("listen", "shop.yaml", "order-created", "--port=0");
    }

    private static int send(String url, String secret) {
        WebhookRequest signed = WebhookSigner.preset("github", Secret.of(secret))
                .sign(WebhookRequest.of(
                        "POST",
                        URI.create(url).getPath(),
                        "",
                        Map.of("Content-Type", List.of("application/json")),
                        BODY.getBytes(StandardCharsets.UTF_8)));
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(url)).POST(HttpRequest.BodyPublishers.ofString(BODY));
        signed.headers().forEach((name, values) -> values.forEach(value -> request.header(name, value)));
        try {
            return HttpClient.newHttpClient()
                    .send(request.build(), HttpResponse.BodyHandlers.discarding())
                    .statusCode();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void eventsArePrintedAndRejectionsExplained() {
        Result result = listen();

        assertThat(result.code()).as(result.err()).isZero();
        assertThat(statuses).containsExactly(200, 401, 404);
        assertThat(result.out().lines()).singleElement().asString().contains("\"payload\":{\"id\":7}");
        assertThat(result.err())
                .contains("rejected: HTTP 401", "signature", "rejected: HTTP 404")
                .doesNotContain("hush-hook-1");
    }

    @Test
    void rejectionsArePrintedAsJson() {
        connector.reader((terminal, line) -> {
            if (line.startsWith("{\"url\":")) {
                String url = line.substring(8, line.length() - 2);
                var unused = CompletableFuture.runAsync(() -> {
                    try {
                        statuses.add(send(url, "wrong"));
                        statuses.add(send(url.substring(0, url.lastIndexOf('/')) + "/unknown", "hush-hook-1"));
                    } finally {
                        terminal.stop();
                    }
                });
            }
        });

        Result result = connector.run("listen", "shop.yaml", "order-created", "--port=0", "--json");

        assertThat(result.code()).as(result.err()).isZero();
        assertThat(statuses).containsExactly(401, 404);
        assertThat(result.out().lines().skip(1))
                .satisfiesExactly(
                        line -> assertThat(line).startsWith("{\"rejected\":{\"status\":401,\"step\":\"VERIFICATION\","),
                        line -> assertThat(line)
                                .isEqualTo(
                                        "{\"rejected\":{\"status\":404,\"step\":\"PATH\",\"reason\":\"a request to a path"
                                                + " other than that of the URL\",\"hints\":[]}}"));
        assertThat(result.err()).doesNotContain("rejected");
    }

    /** The secret is kept with the tokens, so that it is known when the command is started again. */
    @Test
    void deliveredSecretIsKept() {
        connector.write("tasks.yaml", """
                connector: 1
                id: tasks
                version: 1.0.0
                title: Tasks
                connection: {baseUrl: "https://tasks.example"}
                webhooks:
                  changed:
                    handshake: [{type: asana, secret: hook}]
                    verify: [{type: preset, name: asana, secrets: [hook]}]
                """);
        connector.reader((terminal, line) -> {
            if (line.startsWith("http://localhost:")) {
                var unused = CompletableFuture.runAsync(() -> {
                    try {
                        statuses.add(deliver(line, statuses.isEmpty() ? "delivered-secret" : "another"));
                    } finally {
                        terminal.stop();
                    }
                });
            }
        });

        Result first = connector.run("listen", "tasks.yaml", "changed", "--port=0");
        Result second = connector.run("listen", "tasks.yaml", "changed", "--port=0");

        assertThat(first.code()).as(first.err()).isZero();
        assertThat(statuses).containsExactly(200, 403);
        assertThat(first.err() + second.err()).doesNotContain("delivered-secret");
    }

    private static int deliver(String url, String secret) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url))
                .header("X-Hook-Secret", secret)
                .POST(HttpRequest.BodyPublishers.noBody())
                .build();
        try {
            return HttpClient.newHttpClient()
                    .send(request, HttpResponse.BodyHandlers.discarding())
                    .statusCode();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void urlStaysTheSame() {
        listen();
        listen();

        assertThat(urls).hasSize(2);
        assertThat(URI.create(urls.get(0)).getPath())
                .isEqualTo(URI.create(urls.get(1)).getPath());
    }

    @Test
    void incorrectUse() {
        assertThat(connector.run("listen", "shop.yaml", "order-creatd").err())
                .contains("did you mean \"order-created\"?");
        assertThat(connector
                        .run("listen", "shop.yaml", "order-created", "--port=99999")
                        .code())
                .isEqualTo(ExitCode.USAGE);
        assertThat(connector
                        .run("listen", "shop.yaml", "order-created", "--port=0", "--public-url=nonsense")
                        .code())
                .isEqualTo(ExitCode.INVALID);
    }
}
