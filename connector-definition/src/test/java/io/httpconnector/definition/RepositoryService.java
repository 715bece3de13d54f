package io.httpconnector.definition;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.httpconnector.internal.Hashing;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.webhook.WebhookEndpoint;
import io.httpconnector.webhook.WebhookRequest;
import io.httpconnector.webhook.WebhookRouter;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;

/**
 * A service with the webhooks of the REST API of GitHub, as far as its public documentation describes them. It rejects a second
 * webhook with the same URL and events.
 */
public final class RepositoryService implements AutoCloseable {

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Map<String, Hook> hooks = new LinkedHashMap<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private int next = 1;
    private volatile Function<String, Integer> status = request -> 0;

    /** A webhook. */
    public record Hook(String id, String repository, String url, String secret, List<String> events) {}

    public RepositoryService() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    public String baseUrl() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    public List<String> requests() {
        return requests;
    }

    /** Responds with a status instead of that of the service, unless it is 0. */
    public void status(Function<String, Integer> forced) {
        status = forced;
    }

    public synchronized List<Hook> hooks() {
        return new ArrayList<>(hooks.values());
    }

    /** Drops a webhook silently. */
    public synchronized void drop(String id) {
        hooks.remove(id);
    }

    private void handle(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        String path = exchange.getRequestURI().getPath();
        String request = exchange.getRequestMethod() + " " + path;
        requests.add(request);
        int forced = status.apply(request);
        ObjectNode failure = JsonNodeFactory.instance.objectNode().put("message", "failed");
        Reply reply = forced == 0 ? reply(exchange.getRequestMethod(), path, body) : new Reply(forced, failure);
        byte[] bytes = reply.json.toString().getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(reply.status, reply.status == 204 ? -1 : bytes.length);
        if (reply.status != 204) {
            exchange.getResponseBody().write(bytes);
        }
        exchange.close();
    }

    private record Reply(int status, JsonNode json) {}

    private synchronized Reply reply(String method, String path, byte[] body) throws IOException {
        String[] parts = path.split("/", -1);
        ObjectNode none = JsonNodeFactory.instance.objectNode().put("message", "Not Found");
        if (parts.length < 5 || !parts[1].equals("repos") || !parts[4].equals("hooks")) {
            return new Reply(404, none);
        }
        String repository = parts[2] + "/" + parts[3];
        if (parts.length == 5 && method.equals("POST")) {
            JsonNode json = JsonSupport.read(body);
            List<String> events = new ArrayList<>();
            json.path("events").forEach(event -> events.add(event.asText()));
            Hook hook = new Hook(
                    String.valueOf(next++),
                    repository,
                    json.at("/config/url").asText(),
                    json.at("/config/secret").asText(),
                    events);
            boolean exists = hooks.values().stream()
                    .anyMatch(one ->
                            one.url().equals(hook.url()) && one.repository().equals(repository));
            if (exists || !json.path("name").asText().equals("web")) {
                return new Reply(422, JsonNodeFactory.instance.objectNode().put("message", "Validation Failed"));
            }
            hooks.put(hook.id(), hook);
            return new Reply(201, json(hook));
        }
        if (parts.length == 5 && method.equals("GET")) {
            ArrayNode all = JsonNodeFactory.instance.arrayNode();
            hooks.values().stream()
                    .filter(hook -> hook.repository().equals(repository))
                    .forEach(hook -> all.add(json(hook)));
            return new Reply(200, all);
        }
        Hook hook = parts.length > 5 ? hooks.get(parts[5]) : null;
        if (hook == null || !hook.repository().equals(repository)) {
            return new Reply(404, none);
        }
        return switch (method) {
            case "DELETE" -> {
                hooks.remove(hook.id());
                yield new Reply(204, none);
            }
            case "PATCH" -> {
                String secret = JsonSupport.read(body).path("secret").asText();
                hooks.put(hook.id(), new Hook(hook.id(), repository, hook.url(), secret, hook.events()));
                yield new Reply(200, json(hook));
            }
            default -> new Reply(200, json(hook));
        };
    }

    private static ObjectNode json(Hook hook) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("id", Integer.parseInt(hook.id())).put("active", true);
        hook.events().forEach(json.putArray("events")::add);
        json.putObject("config").put("url", hook.url()).put("secret", "********");
        return json;
    }

    /** Sends an event to a webhook; returns the status of the response. */
    public int send(WebhookRouter router, Hook hook, String body) {
        String path = URI.create(hook.url()).getPath();
        WebhookEndpoint endpoint = router.endpointAt(path).orElse(null);
        return endpoint == null
                ? 404
                : endpoint.receive(event(path, hook.secret(), body)).status();
    }

    private static WebhookRequest event(String path, String secret, String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        String signature =
                HexFormat.of().formatHex(Hashing.hmac("HmacSHA256", secret.getBytes(StandardCharsets.UTF_8), bytes));
        return WebhookRequest.of(
                "POST",
                path,
                "",
                Map.of(
                        "X-Hub-Signature-256", List.of("sha256=" + signature),
                        "X-GitHub-Event", List.of("push"),
                        "Content-Type", List.of("application/json")),
                bytes);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
