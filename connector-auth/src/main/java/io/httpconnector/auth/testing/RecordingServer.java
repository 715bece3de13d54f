package io.httpconnector.auth.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** An HTTP server that records requests. Responds with status 200 unless a response is set. Thread-safe. */
final class RecordingServer implements AutoCloseable {

    private static final StubResponse OK = new StubResponse(200, Map.of("Content-Type", "text/plain"), "{}");

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Map<String, String>> received = new ArrayList<>();
    private final Deque<Responder> next = new ArrayDeque<>();
    private final Map<String, Supplier<StubResponse>> stubs = new HashMap<>();
    private Predicate<Map<String, String>> rejected = request -> false;

    /** Makes a response to a recorded request. */
    private interface Responder {
        StubResponse respond(Map<String, String> request);
    }

    RecordingServer() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", this::handle);
        server.setExecutor(threads);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** Sets the response to a method and path. These requests are not recorded. */
    synchronized void stub(String methodAndPath, Supplier<StubResponse> response) {
        stubs.put(methodAndPath, response);
    }

    synchronized void respondNext(int... statuses) {
        for (int status : statuses) {
            next.add(request -> new StubResponse(status, OK.headers(), OK.body()));
        }
    }

    synchronized void redirectNext(String location) {
        next.add(request -> new StubResponse(302, Map.of("Location", location), ""));
    }

    /** The body of the next response is the request. */
    synchronized void echoNext(int status) {
        next.add(request -> new StubResponse(status, OK.headers(), request.toString()));
    }

    /** Responds with status 401 to all requests that match, until another condition is set. */
    synchronized void reject(Predicate<Map<String, String>> condition) {
        rejected = condition;
    }

    synchronized void clear() {
        received.clear();
    }

    /** Returns one map for each request: header fields by name, {@code (target)}, query parameters and {@code (body)}. */
    synchronized List<Map<String, String>> received() {
        return List.copyOf(received);
    }

    private void handle(HttpExchange exchange) throws IOException {
        Map<String, String> request = new TreeMap<>();
        exchange.getRequestHeaders().forEach((name, values) -> request.put(name, String.join(", ", values)));
        URI target = exchange.getRequestURI();
        request.put("(target)", exchange.getRequestMethod() + " " + target.getRawPath());
        // Each parameter is an addition of its own, so that one of them may be visible, such as a nonce.
        for (String pair : String.valueOf(target.getRawQuery()).split("&", -1)) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                request.merge(
                        "(query parameter " + pair.substring(0, equals) + ")",
                        pair.substring(equals + 1),
                        (first, second) -> first + " " + second);
            }
        }
        request.put("(body)", new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.ISO_8859_1));
        StubResponse response = response(
                exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath(), request);
        byte[] body = response.body().getBytes(StandardCharsets.UTF_8);
        response.headers().forEach(exchange.getResponseHeaders()::set);
        exchange.sendResponseHeaders(response.status(), body.length == 0 ? -1 : body.length);
        if (body.length > 0) {
            exchange.getResponseBody().write(body);
        }
        exchange.close();
    }

    private StubResponse response(String methodAndPath, Map<String, String> request) {
        Supplier<StubResponse> stub;
        synchronized (this) {
            stub = stubs.get(methodAndPath);
            if (stub == null) {
                received.add(request);
                if (rejected.test(request)) {
                    return new StubResponse(401, OK.headers(), request.toString());
                }
                return next.isEmpty() ? OK : next.remove().respond(request);
            }
        }
        return stub.get();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
