package io.httpconnector.auth.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Keeps what it receives, and answers 200 unless it is told otherwise. */
final class RecordingServer implements AutoCloseable {

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Map<String, String>> received = new ArrayList<>();
    private final Deque<Answer> next = new ArrayDeque<>();

    private record Answer(int status, String location, boolean echo) {}

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

    synchronized void answerNext(int... statuses) {
        for (int status : statuses) {
            next.add(new Answer(status, "", false));
        }
    }

    synchronized void redirectNext(String location) {
        next.add(new Answer(302, location, false));
    }

    /** Answers with what it has received. */
    synchronized void echoNext(int status) {
        next.add(new Answer(status, "", true));
    }

    synchronized void clear() {
        received.clear();
    }

    /** One map for each request: header fields by name, and the rest of it. */
    synchronized List<Map<String, String>> received() {
        return List.copyOf(received);
    }

    private void handle(HttpExchange exchange) throws IOException {
        Map<String, String> request = new TreeMap<>();
        exchange.getRequestHeaders().forEach((name, values) -> request.put(name, String.join(", ", values)));
        request.put("(target)", exchange.getRequestMethod() + " " + exchange.getRequestURI());
        request.put("(body)", new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.ISO_8859_1));
        Answer response;
        synchronized (this) {
            received.add(request);
            response = next.isEmpty() ? new Answer(200, "", false) : next.remove();
        }
        byte[] body = (response.echo ? request.toString() : "{}").getBytes(StandardCharsets.ISO_8859_1);
        if (!response.location.isEmpty()) {
            exchange.getResponseHeaders().set("Location", response.location);
        }
        exchange.getResponseHeaders().set("Content-Type", "text/plain");
        exchange.sendResponseHeaders(response.status, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
