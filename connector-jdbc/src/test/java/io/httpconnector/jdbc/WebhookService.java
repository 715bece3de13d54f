package io.httpconnector.jdbc;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.httpconnector.TimeSource;
import io.httpconnector.internal.json.JsonSupport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/** A service with webhooks at {@code /hooks}, which expire after three days. */
final class WebhookService implements AutoCloseable {

    /** A subscription. */
    static final class Hook {
        final String id;
        final String url;
        String secret;
        Instant expires;

        private Hook(String id, String url, String secret, Instant expires) {
            this.id = id;
            this.url = url;
            this.secret = secret;
            this.expires = expires;
        }
    }

    private static final Duration LIFETIME = Duration.ofDays(3);

    final List<String> requests = new CopyOnWriteArrayList<>();
    /** Called with a request before and after it is processed. */
    volatile Consumer<String> before = request -> {};

    volatile Consumer<String> after = request -> {};

    private final TimeSource time;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Map<String, Hook> hooks = new LinkedHashMap<>();
    private int next = 1;

    WebhookService(TimeSource time) throws IOException {
        this.time = time;
        this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/hooks", this::handle);
        server.start();
    }

    String baseUrl() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private void handle(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        String request =
                exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath();
        requests.add(request);
        before.accept(request);
        JsonNode reply = process(request, body);
        after.accept(request);
        byte[] bytes = String.valueOf(reply).getBytes(UTF_8);
        exchange.sendResponseHeaders(reply == null ? 404 : 200, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private synchronized JsonNode process(String request, byte[] body) throws IOException {
        hooks.values().removeIf(hook -> !hook.expires.isAfter(time.now()));
        if (request.equals("POST /hooks")) {
            JsonNode json = JsonSupport.read(body);
            Hook hook = new Hook(
                    "h" + next++,
                    json.path("url").asText(),
                    json.path("secret").asText(),
                    time.now().plus(LIFETIME));
            hooks.put(hook.id, hook);
            return json(hook);
        }
        if (request.equals("GET /hooks")) {
            ArrayNode all = JsonNodeFactory.instance.arrayNode();
            hooks.values().forEach(hook -> all.add(json(hook)));
            return all;
        }
        Hook hook = hooks.get(request.substring(request.lastIndexOf('/') + 1));
        if (hook == null) {
            return null;
        }
        if (request.startsWith("DELETE ")) {
            hooks.remove(hook.id);
        } else if (request.startsWith("PATCH ")) {
            String secret = JsonSupport.read(body).path("secret").asText();
            hook.secret = secret.isEmpty() ? hook.secret : secret;
            hook.expires = time.now().plus(LIFETIME);
        }
        return json(hook);
    }

    private static ObjectNode json(Hook hook) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("id", hook.id)
                .put("url", hook.url)
                .put("expires", hook.expires.toString());
    }

    synchronized List<Hook> active() {
        hooks.values().removeIf(hook -> !hook.expires.isAfter(time.now()));
        return new ArrayList<>(hooks.values());
    }

    Hook only() {
        List<Hook> all = active();
        if (all.size() != 1) {
            throw new AssertionError("there are " + all.size() + " subscriptions instead of one: " + requests);
        }
        return all.get(0);
    }

    long count(String request) {
        return requests.stream().filter(request::equals).count();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
