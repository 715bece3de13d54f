package io.httpconnector.auth.oauth2;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/** A server on its own port that records requests. */
final class Origin implements AutoCloseable {

    private final HttpServer server;
    private final Map<String, Function<Received, Reply>> routes = new ConcurrentHashMap<>();
    private final List<Received> received = new CopyOnWriteArrayList<>();

    /** A request. */
    record Received(String method, String path, String query, String authorization, String body) {
        /** Returns whether a text is anywhere in the request, also form-encoded in HTTP Basic authentication. */
        boolean contains(String text) {
            String basic = authorization.startsWith("Basic ")
                    ? new String(
                            java.util.Base64.getDecoder().decode(authorization.substring(6)), StandardCharsets.UTF_8)
                    : "";
            return (path + query + authorization + body + basic).contains(text);
        }
    }

    /** A response. */
    record Reply(int status, String body, Map<String, String> headers) {
        static Reply json(String body) {
            return json(200, body);
        }

        static Reply json(int status, String body) {
            return new Reply(status, body, Map.of("Content-Type", "application/json"));
        }

        static Reply redirect(int status, String location) {
            return new Reply(status, "", Map.of("Location", location));
        }

        Reply with(String name, String value) {
            Map<String, String> all = new LinkedHashMap<>(headers);
            all.put(name, value);
            return new Reply(status, body, all);
        }
    }

    Origin() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        server.createContext("/", this::serve);
        server.setExecutor(java.util.concurrent.Executors.newCachedThreadPool(work -> {
            Thread thread = new Thread(work, "origin");
            thread.setDaemon(true);
            return thread;
        }));
        server.start();
    }

    String url(String path) {
        return "http://127.0.0.1:" + server.getAddress().getPort() + path;
    }

    Origin on(String path, Reply reply) {
        return on(path, request -> reply);
    }

    Origin on(String path, Function<Received, Reply> reply) {
        routes.put(path, reply);
        return this;
    }

    List<Received> received() {
        return received;
    }

    List<Received> received(String path) {
        return received.stream().filter(request -> request.path().equals(path)).toList();
    }

    /** The parameters of a form. */
    static Map<String, String> form(Received request) {
        Map<String, String> form = new LinkedHashMap<>();
        for (String pair : request.body().split("&", -1)) {
            String[] both = pair.split("=", 2);
            form.put(both[0], both.length == 1 ? "" : java.net.URLDecoder.decode(both[1], StandardCharsets.UTF_8));
        }
        return form;
    }

    /** Returns the requests for a path, as form parameters. */
    List<Map<String, String>> forms(String path) {
        List<Map<String, String>> forms = new ArrayList<>();
        received(path).forEach(request -> forms.add(form(request)));
        return forms;
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            Received request = new Received(
                    exchange.getRequestMethod(),
                    exchange.getRequestURI().getRawPath(),
                    String.valueOf(exchange.getRequestURI().getRawQuery()),
                    String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")),
                    new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            received.add(request);
            Reply reply = routes.getOrDefault(request.path, any -> Reply.json(404, "{}"))
                    .apply(request);
            reply.headers.forEach(exchange.getResponseHeaders()::set);
            byte[] body = reply.body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(reply.status, body.length == 0 ? -1 : body.length);
            if (body.length > 0) {
                exchange.getResponseBody().write(body);
            }
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
