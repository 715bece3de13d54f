package io.httpconnector.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.Secret;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import io.httpconnector.webhook.WebhookRequest;
import io.httpconnector.webhook.WebhookSigner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The webhooks of a repository at GitHub, of which there is one at most. Its requests reach the command at a port, whatever the host of
 * the URL is.
 */
final class GitHubHooks {

    static final String PATH = "/repos/octo/app/hooks";

    private final int port = freePort();
    private final List<String> secrets = new CopyOnWriteArrayList<>();
    private volatile String url = "";

    /**
     * Adds the webhooks to a service.
     *
     * @param created called when a webhook was created, before the response
     */
    GitHubHooks(MockService service, Runnable created) {
        service.on("POST", PATH, request -> {
            JsonNode config = JsonSupport.parse(request.body()).path("config");
            url = config.path("url").asText();
            secrets.add(config.path("secret").asText());
            created.run();
            return MockResponse.status(201).body("application/json", hook());
        });
        service.on("GET", PATH, request -> MockResponse.json(url.isEmpty() ? "[]" : "[" + hook() + "]"));
        service.on("GET", PATH + "/7", request -> url.isEmpty() ? MockResponse.status(404) : MockResponse.json(hook()));
        service.on("PATCH", PATH + "/7/config", request -> {
            secrets.add(JsonSupport.parse(request.body()).path("secret").asText());
            return MockResponse.json("{}");
        });
        service.on("DELETE", PATH + "/7", request -> {
            url = "";
            return MockResponse.status(204);
        });
    }

    private static int freePort() {
        try (ServerSocket free = new ServerSocket(0)) {
            return free.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String hook() {
        return "{\"id\": 7, \"active\": true, \"config\": {\"url\": \"" + url + "\"}}";
    }

    /** Returns the port at which the command listens. */
    int port() {
        return port;
    }

    /** Returns the URL of the webhook; empty if there is none. */
    String url() {
        return url;
    }

    /** Replaces the URL, or deletes the webhook if it is empty. */
    void url(String newUrl) {
        url = newUrl;
    }

    /** Returns the secrets of all webhooks so far. */
    List<String> secrets() {
        return secrets;
    }

    /** Sends a signed event, and returns the status of the response. */
    int send(String type, String json) {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        String path = URI.create(url).getPath();
        WebhookRequest signed = WebhookSigner.preset("github", Secret.of(secrets.get(secrets.size() - 1)))
                .sign(WebhookRequest.of("POST", path, "", Map.of("X-GitHub-Event", List.of(type)), body));
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(body));
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
}
