package io.httpconnector.examples.spring;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.httpconnector.testing.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An instance of the application in a process of its own. */
final class ApplicationProcess implements AutoCloseable {

    private static final Pattern PORT = Pattern.compile("started on port (\\d+)");
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Process process;
    private final Path log;
    private String url = "";

    private ApplicationProcess(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    /** Starts an instance; the caller waits for it by {@link #awaitReady()}. */
    static ApplicationProcess start(Path log, Map<String, String> environment) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("example.java.home", System.getProperty("java.home")), "bin", "java")
                                .toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Xmx256m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        OrderSync.class.getName(),
                        "--server.port=0",
                        "--spring.main.banner-mode=off"))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().putAll(environment);
        return new ApplicationProcess(builder.start(), log);
    }

    ApplicationProcess awaitReady() {
        try {
            Await.until(Duration.ofSeconds(60), () -> !process.isAlive() || log().contains("Started OrderSync"));
        } catch (AssertionError e) {
            throw new IllegalStateException(log(), e);
        }
        Matcher port = PORT.matcher(log());
        if (!port.find()) {
            throw new IllegalStateException(log());
        }
        url = "http://localhost:" + port.group(1);
        return this;
    }

    String log() {
        try {
            return Files.readString(log, UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String get(String path) {
        return send(HttpRequest.newBuilder(URI.create(url + path)).build()).body();
    }

    HttpResponse<String> post(String path, Map<String, String> headers, String body) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(url + path)).POST(HttpRequest.BodyPublishers.ofString(body));
        headers.forEach(request::header);
        return send(request.build());
    }

    /** Sends JSON, and returns the status. */
    int put(String path, String body) {
        return send(HttpRequest.newBuilder(URI.create(url + path))
                        .PUT(HttpRequest.BodyPublishers.ofString(body))
                        .header("Content-Type", "application/json")
                        .build())
                .statusCode();
    }

    private static HttpResponse<String> send(HttpRequest request) {
        try {
            return CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static JsonNode json(String body) {
        try {
            return JSON.readTree(body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Lets the endpoint of Actuator poll a trigger or replay its dead letters, and returns the number of events. */
    int operate(String trigger, String action) {
        HttpResponse<String> response = post(
                "/actuator/connectors/" + trigger,
                Map.of("Content-Type", "application/json"),
                "{\"action\":\"" + action + "\"}");
        if (response.statusCode() != 200) {
            throw new IllegalStateException(response.statusCode() + ": " + response.body() + "\n" + log());
        }
        return json(response.body()).path("events").asInt();
    }

    JsonNode trigger(String trigger) {
        return json(get("/actuator/connectors/" + trigger));
    }

    /** Ends the process at once, like a power failure. */
    void kill() {
        process.destroyForcibly();
        var unused = process.onExit().join();
    }

    /** Ends the process like an orchestrator that deploys another version. */
    int stop() throws InterruptedException {
        process.destroy();
        boolean unused = process.waitFor(30, TimeUnit.SECONDS);
        return process.exitValue();
    }

    @Override
    public void close() {
        kill();
    }
}
