package io.httpconnector.definition.subscription;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.httpconnector.internal.Hashing;
import io.httpconnector.internal.json.JsonSupport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A service with records and webhooks, whose clients are killed while it processes their requests. Its clock is that of its
 * clients, who send it with each request. Thread-safe.
 */
final class KillService implements AutoCloseable {

    static final String CLOCK = "X-Clock";

    private static final Duration LIFETIME = Duration.ofDays(3);

    /** When a client is killed: before or after a request is processed. */
    enum Moment {
        BEFORE,
        AFTER
    }

    /** A subscription. */
    static final class Hook {
        final String id;
        final String url;
        volatile String secret;
        volatile Instant expires;
        volatile boolean active = true;

        Hook(String id, String url, String secret, Instant expires) {
            this.id = id;
            this.url = url;
            this.secret = secret;
            this.expires = expires;
        }
    }

    private record Reply(int status, JsonNode json) {}

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final boolean choosesSecret;

    // Guarded by this.
    private final Map<String, Hook> hooks = new LinkedHashMap<>();
    private final List<ObjectNode> records = new ArrayList<>();
    private Instant clock = Instant.parse("2026-01-01T00:00:00Z");
    private int next = 1;
    private int countdown;
    private Moment moment = Moment.BEFORE;
    private Runnable kill = () -> {};
    private String killedAt = "";

    KillService(boolean choosesSecret) throws IOException {
        this.choosesSecret = choosesSecret;
        this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    String baseUrl() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** Kills a client at one of its next requests about subscriptions. */
    synchronized void ambush(int request, Moment when, Runnable killer) {
        countdown = request;
        moment = when;
        kill = killer;
        killedAt = "";
    }

    /** Ends the ambush; returns the request at which the client was killed, or an empty text. */
    synchronized String endAmbush() {
        countdown = 0;
        return killedAt;
    }

    private synchronized boolean isKilledAt(String request, Moment when) {
        boolean isTurn = when == moment && countdown > 0 && request.contains("/hooks") && --countdown == 0;
        if (isTurn) {
            killedAt = request.replaceAll("h\\d+", "ID") + " " + when;
        }
        return isTurn;
    }

    private void handle(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        String request =
                exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath();
        if (isKilledAt(request, Moment.BEFORE)) {
            kill.run();
            exchange.close();
            return;
        }
        Reply reply = process(exchange, request, body);
        if (Boolean.getBoolean("verbose")) {
            System.out.println("  " + request + ": " + reply.status + " " + reply.json);
        }
        if (isKilledAt(request, Moment.AFTER)) {
            kill.run();
            exchange.close();
            return;
        }
        byte[] bytes = reply.json == null ? new byte[0] : reply.json.toString().getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(reply.status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private synchronized Reply process(HttpExchange exchange, String request, byte[] body) throws IOException {
        advance(Instant.parse(exchange.getRequestHeaders().getFirst(CLOCK)));
        if (request.equals("GET /records")) {
            return new Reply(200, JsonNodeFactory.instance.arrayNode().addAll(records));
        }
        if (request.equals("POST /hooks")) {
            return create(JsonSupport.read(body));
        }
        if (request.equals("GET /hooks")) {
            ArrayNode all = JsonNodeFactory.instance.arrayNode();
            hooks.values().forEach(hook -> all.add(json(hook)));
            return new Reply(200, JsonNodeFactory.instance.objectNode().set("hooks", all));
        }
        Hook hook = hooks.get(request.substring(request.lastIndexOf('/') + 1));
        if (hook == null) {
            return new Reply(404, null);
        }
        if (request.startsWith("DELETE ")) {
            hooks.remove(hook.id);
            return new Reply(204, null);
        }
        if (request.startsWith("PATCH ")) {
            JsonNode change = JsonSupport.read(body);
            if (change.has("secret")) {
                hook.secret = change.path("secret").asText();
            } else {
                hook.expires = clock.plus(LIFETIME);
            }
        }
        return new Reply(200, json(hook));
    }

    private Reply create(JsonNode json) {
        String id = "h" + next++;
        String secret = choosesSecret
                ? "chosen-by-the-service-" + id
                : json.path("secret").asText();
        Hook hook = new Hook(id, json.path("url").asText(), secret, clock.plus(LIFETIME));
        hooks.put(id, hook);
        ObjectNode created = json(hook);
        return new Reply(201, choosesSecret ? created.put("secret", secret) : created);
    }

    private static ObjectNode json(Hook hook) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("id", hook.id)
                .put("url", hook.url)
                .put("active", hook.active)
                .put("expires", hook.expires.toString());
    }

    boolean choosesSecret() {
        return choosesSecret;
    }

    /** Sets the clock, unless it is later already. */
    synchronized void advance(Instant now) {
        clock = now.isAfter(clock) ? now : clock;
        hooks.values().removeIf(hook -> !hook.expires.isAfter(clock));
    }

    synchronized Instant now() {
        return clock;
    }

    /** The subscriptions that would receive events now. */
    synchronized List<Hook> hooks() {
        return List.copyOf(hooks.values());
    }

    synchronized void drop(String id) {
        hooks.remove(id);
    }

    /** Creates a record, and sends it to all subscriptions, once. */
    void change(int... ports) {
        ObjectNode created;
        List<Hook> receivers;
        synchronized (this) {
            created = JsonNodeFactory.instance
                    .objectNode()
                    .put("id", "r" + (records.size() + 1))
                    .put("version", 1);
            records.add(created);
            receivers = hooks();
        }
        for (Hook hook : receivers) {
            String body = created.toString();
            String secret = hook.secret;
            for (int port : ports) {
                threads.execute(() -> send(port, secret, body));
            }
        }
    }

    synchronized List<String> records() {
        return records.stream().map(one -> one.path("id").asText()).toList();
    }

    /** Sends an event like GitHub; returns the status, or 0 if there was no response. */
    int send(int port, String secret, String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        String signature =
                HexFormat.of().formatHex(Hashing.hmac("HmacSHA256", secret.getBytes(StandardCharsets.UTF_8), bytes));
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/"))
                .timeout(Duration.ofSeconds(20))
                .header("Content-Type", "application/json")
                .header("X-Hub-Signature-256", "sha256=" + signature)
                .header("X-GitHub-Event", "record")
                .POST(HttpRequest.BodyPublishers.ofByteArray(bytes))
                .build();
        try {
            // Without a kept connection, which the process may be closing.
            return HttpClient.newHttpClient()
                    .send(request, HttpResponse.BodyHandlers.discarding())
                    .statusCode();
        } catch (IOException e) {
            return 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 0;
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
