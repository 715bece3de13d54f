package io.httpconnector.polling;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.httpconnector.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A service whose answers the test makes up. */
final class Service implements AutoCloseable {

    /** What it is asked for. */
    record Asked(String method, String path, Map<String, String> query, Map<String, String> headers, String body) {
        int number(String name, int otherwise) {
            return query.containsKey(name) ? Integer.parseInt(query.get(name)) : otherwise;
        }
    }

    /** What it says. */
    record Answer(int status, String type, Map<String, String> headers, String body) {

        static Answer json(Object value) {
            return new Answer(
                    200, "application/json", Map.of(), Json.tree(value).toString());
        }

        static Answer of(String type, String body) {
            return new Answer(200, type, Map.of(), body);
        }

        static Answer status(int status) {
            return new Answer(status, "application/json", Map.of(), "{\"error\": \"" + status + "\"}");
        }

        Answer header(String name, String value) {
            Map<String, String> more = new TreeMap<>(headers);
            more.put(name, value);
            return new Answer(status, type, more, body);
        }
    }

    /** What it does. */
    interface Behaviour {
        Answer answer(Asked asked);
    }

    final List<Asked> asked = Collections.synchronizedList(new ArrayList<>());
    volatile Behaviour behaviour = any -> Answer.json(List.of());
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();

    Service() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    String baseUrl() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
            exchange.getRequestHeaders().forEach((name, values) -> headers.put(name, values.get(0)));
            Asked one = new Asked(
                    exchange.getRequestMethod(),
                    exchange.getRequestURI().getPath(),
                    query(exchange.getRequestURI().getRawQuery()),
                    headers,
                    new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            asked.add(one);
            Answer answer = behaviour.answer(one);
            answer.headers.forEach(
                    (name, value) -> exchange.getResponseHeaders().set(name, value));
            exchange.getResponseHeaders().set("Content-Type", answer.type);
            byte[] body = answer.body.getBytes(StandardCharsets.UTF_8);
            boolean hasBody = answer.status != 304 && answer.status != 204;
            exchange.sendResponseHeaders(answer.status, hasBody ? body.length : -1);
            if (hasBody) {
                exchange.getResponseBody().write(body);
            }
        }
    }

    private static Map<String, String> query(String raw) {
        Map<String, String> query = new TreeMap<>();
        for (String pair : raw == null || raw.isEmpty() ? new String[0] : raw.split("&", -1)) {
            String[] parts = pair.split("=", 2);
            query.put(
                    URLDecoder.decode(parts[0], StandardCharsets.UTF_8),
                    parts.length < 2 ? "" : URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
        }
        return query;
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
