package io.httpconnector.webhook.subscription;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpContext;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.httpconnector.TimeSource;
import io.httpconnector.internal.Hashing;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.webhook.WebhookRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A service with webhooks, with the usual REST API: {@code POST /hooks}, {@code GET}, {@code PATCH} and {@code DELETE /hooks/ID},
 * {@code GET /hooks}. It signs events like GitHub.
 */
final class FakeService implements AutoCloseable {

    /** What happens to a request. */
    enum Fate {
        /** It is processed, and the response arrives. */
        NORMAL,
        /** It is processed, but the connection breaks before the response. */
        RESPONSE_LOST,
        /** The connection breaks before it is processed. */
        REQUEST_LOST
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

    /** One server for all services, because stopping a server takes up to a second. */
    private static final HttpServer SERVER = start();

    private static final AtomicInteger NUMBER = new AtomicInteger();

    private final TimeSource time;
    private final String path = "/s" + NUMBER.incrementAndGet();
    private final HttpContext context;
    private final Map<String, Hook> hooks = new LinkedHashMap<>();
    private int next = 1;

    final List<String> requests = new CopyOnWriteArrayList<>();
    /** The fate of a request, such as {@code POST /hooks}. */
    volatile Function<String, Fate> fate = request -> Fate.NORMAL;
    /** The status instead of that of the service; 0 for none. */
    volatile Function<String, Integer> status = request -> 0;
    /** Called before a hook is created, such as to validate its URL. */
    volatile Consumer<Hook> creating = hook -> {};

    /** How far its clock is ahead. */
    volatile Duration ahead = Duration.ZERO;

    volatile Duration lifetime = Duration.ofDays(3);
    /** Whether a forced status comes with the body of the request. */
    volatile boolean echo;

    /** Whether the client chooses the id. */
    volatile boolean clientChoosesId;

    /** Whether there can be only one hook for a URL. */
    volatile boolean uniqueUrls;

    volatile int pageSize = 100;
    /** Whether the service chooses the secret. */
    volatile boolean choosesSecret;

    FakeService(TimeSource time) {
        this.time = time;
        this.context = SERVER.createContext(path + "/", this::handle);
    }

    private static HttpServer start() {
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.setExecutor(Executors.newCachedThreadPool(task -> {
                Thread thread = new Thread(task, "fake-service");
                thread.setDaemon(true);
                return thread;
            }));
            server.start();
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String baseUrl() {
        return "http://127.0.0.1:" + SERVER.getAddress().getPort() + path;
    }

    private void handle(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        String request = exchange.getRequestMethod() + " "
                + exchange.getRequestURI().getPath().substring(path.length());
        requests.add(request);
        Fate chosen = fate.apply(request);
        if (chosen == Fate.REQUEST_LOST) {
            exchange.close();
            return;
        }
        int forced = status.apply(request);
        Reply reply = forced == 0
                ? process(request, exchange.getRequestURI().getQuery(), body)
                : new Reply(forced, echo ? JsonSupport.read(body) : JsonNodeFactory.instance.objectNode());
        if (chosen == Fate.RESPONSE_LOST) {
            exchange.close();
            return;
        }
        byte[] bytes = reply.json == null ? new byte[0] : reply.json.toString().getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(reply.status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private record Reply(int status, JsonNode json) {}

    private Reply process(String request, String query, byte[] body) throws IOException {
        if (request.equals("POST /hooks")) {
            return create(JsonSupport.read(body));
        }
        synchronized (this) {
            removeExpired();
            if (request.equals("GET /hooks")) {
                return list(query);
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
                    hook.expires = now().plus(lifetime);
                }
            }
            return new Reply(200, json(hook));
        }
    }

    private Reply list(String query) {
        List<Hook> sorted = new ArrayList<>(hooks.values());
        int start = query == null ? 0 : Integer.parseInt(query.substring(query.indexOf('=') + 1));
        int end = Math.min(sorted.size(), start + pageSize);
        ArrayNode all = JsonNodeFactory.instance.arrayNode();
        sorted.subList(start, end).forEach(hook -> all.add(json(hook)));
        ObjectNode page = JsonNodeFactory.instance.objectNode();
        page.set("hooks", all);
        return new Reply(200, end < sorted.size() ? page.put("next", end) : page);
    }

    private Reply create(JsonNode json) {
        Hook hook;
        synchronized (this) {
            boolean exists = hooks.values().stream()
                    .anyMatch(one -> one.url.equals(json.path("url").asText()));
            if (uniqueUrls && exists) {
                return new Reply(422, JsonNodeFactory.instance.objectNode().put("message", "Hook already exists"));
            }
            String id = clientChoosesId ? json.path("id").asText() : "h" + next++;
            String secret = choosesSecret
                    ? "chosen-by-service-" + id
                    : json.path("secret").asText();
            hook = new Hook(id, json.path("url").asText(), secret, now().plus(lifetime));
        }
        creating.accept(hook);
        synchronized (this) {
            hooks.put(hook.id, hook);
        }
        ObjectNode created = json(hook);
        return new Reply(201, choosesSecret ? created.put("secret", hook.secret) : created);
    }

    private static ObjectNode json(Hook hook) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("id", hook.id)
                .put("url", hook.url)
                .put("active", hook.active)
                .put("resource", "res-1")
                .put("expires", hook.expires.toString());
    }

    private void removeExpired() {
        hooks.values().removeIf(hook -> !hook.expires.isAfter(now()));
    }

    /** The subscriptions that would receive events now. */
    synchronized List<Hook> active() {
        removeExpired();
        return new ArrayList<>(hooks.values());
    }

    Hook only() {
        List<Hook> all = active();
        if (all.size() != 1) {
            throw new AssertionError("there are " + all.size() + " subscriptions instead of one");
        }
        return all.get(0);
    }

    private Instant now() {
        return time.now().plus(ahead);
    }

    /** Creates a subscription, as if by a request that arrives late. */
    void create(String url, String secret) {
        create(JsonNodeFactory.instance.objectNode().put("url", url).put("secret", secret));
    }

    /** Drops a subscription silently. */
    synchronized void drop(String id) {
        hooks.remove(id);
    }

    /** An event, as the service sends it for a subscription. */
    static WebhookRequest event(String secret, String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        String signature =
                HexFormat.of().formatHex(Hashing.hmac("HmacSHA256", secret.getBytes(StandardCharsets.UTF_8), bytes));
        return WebhookRequest.of(
                "POST",
                "/",
                "",
                Map.of(
                        "X-Hub-Signature-256", List.of("sha256=" + signature),
                        "X-GitHub-Event", List.of("push"),
                        "Content-Type", List.of("application/json")),
                bytes);
    }

    @Override
    public void close() {
        SERVER.removeContext(context);
    }
}
