package io.httpconnector.operation;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.httpconnector.internal.json.JsonSupport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;

/** A service whose responses are defined by the test. */
final class JobService implements AutoCloseable {

    /** A received request. */
    record Asked(String method, String path, String query, Map<String, String> headers, String body) {
        JsonNode json() {
            return JsonSupport.parse(body);
        }

        Optional<String> header(String name) {
            return Optional.ofNullable(headers.get(name));
        }
    }

    /** A response; with status 0, the connection is closed without one. */
    record Reply(int status, String type, Map<String, String> headers, String body) {
        static Reply json(String body) {
            return new Reply(200, "application/json", Map.of(), body);
        }

        static Reply status(int status) {
            return new Reply(status, "application/json", Map.of(), "{}");
        }

        static Reply lost() {
            return status(0);
        }

        Reply with(int other) {
            return new Reply(other, type, headers, body);
        }

        Reply as(String other) {
            return new Reply(status, other, headers, body);
        }

        Reply header(String name, String value) {
            Map<String, String> more = new TreeMap<>(headers);
            more.put(name, value);
            return new Reply(status, type, more, body);
        }
    }

    /** Defines the response to a request. */
    interface Behaviour {
        Reply reply(Asked asked);
    }

    final List<Asked> requests = new CopyOnWriteArrayList<>();
    volatile Behaviour behaviour = asked -> Reply.status(404);
    private final HttpServer server;

    JobService() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        server.setExecutor(Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task);
            thread.setDaemon(true);
            return thread;
        }));
        server.createContext("/", this::handle);
        server.start();
    }

    String baseUrl() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    List<String> paths() {
        return requests.stream().map(one -> one.method + " " + one.path).toList();
    }

    long count(String method, String path) {
        return paths().stream().filter((method + " " + path)::equals).count();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
            exchange.getRequestHeaders().forEach((name, values) -> headers.put(name, values.get(0)));
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            Asked asked = new Asked(
                    exchange.getRequestMethod(),
                    exchange.getRequestURI().getRawPath(),
                    String.valueOf(exchange.getRequestURI().getRawQuery()),
                    headers,
                    body);
            requests.add(asked);
            Reply reply = behaviour.reply(asked);
            if (reply.status == 0) {
                return;
            }
            reply.headers.forEach(exchange.getResponseHeaders()::set);
            boolean hasBody = reply.status != 204 && reply.status != 304;
            if (hasBody) {
                exchange.getResponseHeaders().set("Content-Type", reply.type);
            }
            byte[] bytes = reply.body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(reply.status, hasBody ? bytes.length : -1);
            if (hasBody) {
                exchange.getResponseBody().write(bytes);
            }
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
