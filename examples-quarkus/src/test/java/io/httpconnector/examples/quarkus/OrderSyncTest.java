package io.httpconnector.examples.quarkus;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.httpconnector.testing.Await;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Starts the application as a process, uses it, and stops it. */
class OrderSyncTest {

    private static final Duration START = Duration.ofSeconds(60);

    private final HttpClient client = HttpClient.newHttpClient();

    private static Process start(Path directory, int port, String shop) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Dquarkus.http.port=" + port,
                        "-jar",
                        System.getProperty("application"))
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("log").toFile());
        builder.environment().put("SHOP_URL", shop);
        builder.environment().put("SHOP_TOKEN", "t1");
        builder.environment().put("SHOP_WEBHOOK_SECRET", "s3cret");
        return builder.start();
    }

    private static String signature(String body, String secret) throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(secret.getBytes(UTF_8), "HmacSHA256"));
        return HexFormat.of().formatHex(mac.doFinal(body.getBytes(UTF_8)));
    }

    private int webhook(String url, String type, String body, String secret) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url + "/hooks/shop/order-paid"))
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .header("Content-Type", type)
                .header("X-Signature", signature(body, secret))
                .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString()).statusCode();
    }

    private String orders(String url) {
        try {
            return client.send(
                            HttpRequest.newBuilder(URI.create(url + "/orders")).build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
        } catch (IOException e) {
            return "not started";
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void pollsReceivesAndStops(@TempDir Path directory) throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        String url = "http://localhost:" + port;
        try (MockService shop = MockService.start()
                .on("GET", "/orders", MockResponse.json("{\"orders\":[{\"id\":7,\"status\":\"new\"}]}"))) {
            Process application = start(directory, port, shop.baseUrl());
            try {
                Await.until(START, () -> !application.isAlive() || orders(url).contains("\"7\":\"new\""));
                assertThat(application.isAlive()).as(() -> log(directory)).isTrue();
                assertThat(shop.requests().get(0).headers()).containsEntry("authorization", "Bearer t1");

                List<Integer> statuses = List.of(
                        webhook(url, "application/json", "{\"id\": 1, \"order\": 8}", "s3cret"),
                        webhook(url, "application/x-www-form-urlencoded", "id=2&order=9", "s3cret"),
                        webhook(url, "application/json", "{\"id\": 3, \"order\": 7}", "forged"));

                assertThat(statuses).containsExactly(200, 200, 401);
                assertThat(orders(url)).contains("\"7\":\"new\"", "\"8\":\"paid\"", "\"9\":\"paid\"");
            } finally {
                application.destroy();
            }
            assertThat(application.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(log(directory)).doesNotContain("ERROR", "s3cret");
        }
    }

    private static String log(Path directory) {
        try {
            return Files.readString(directory.resolve("log"));
        } catch (IOException e) {
            return e.toString();
        }
    }
}
