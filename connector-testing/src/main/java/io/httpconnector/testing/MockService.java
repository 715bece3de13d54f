package io.httpconnector.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;

/**
 * An HTTP service on a free loopback port that sends scripted responses and records the requests. A path has a queue of
 * responses; the last one is repeated. Requests without a script get 404. Thread-safe. {@link #close()} stops the service.
 *
 * <pre>{@code
 * try (MockService service = MockService.start()) {
 *     service.on("GET", "/orders", MockResponse.status(503), MockResponse.json("[]"));
 *     HttpConnection connection = HttpConnection.named("Shop").baseUrl(service.baseUrl()).timeSource(new VirtualTime()).build();
 *     connection.send(Request.get("/orders"));
 *     assertThat(service.requests()).hasSize(2);
 * }
 * }</pre>
 */
public final class MockService implements AutoCloseable {

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "mock-service");
        thread.setDaemon(true);
        return thread;
    });
    private final Map<String, Function<RecordedRequest, MockResponse>> scripts = new ConcurrentHashMap<>();
    private final List<RecordedRequest> requests = new CopyOnWriteArrayList<>();

    /**
     * A request that the service received.
     *
     * @param method the request method
     * @param uri the path and query
     * @param headers the header fields by their names in lower case; several values of a name are separated by a comma
     * @param body the body as UTF-8 text; empty if there was none
     */
    public record RecordedRequest(String method, URI uri, Map<String, String> headers, String body) {

        /**
         * Returns the value of a header field.
         *
         * @param name the name, in any case
         * @return the value, if the field was sent
         */
        public Optional<String> header(String name) {
            return Optional.ofNullable(headers.get(name.toLowerCase(Locale.ROOT)));
        }
    }

    private MockService(HttpServer server) {
        this.server = server;
    }

    /**
     * Starts a service.
     *
     * @return a running service without scripts
     * @throws UncheckedIOException if no port is free
     */
    public static MockService start() {
        return start(0);
    }

    /**
     * Starts a service on a fixed port, such as for a {@linkplain io.httpconnector.testing.recording.Recording recording}, whose URLs
     * must be the same in each run.
     *
     * @param port the port; 0 for a free one
     * @return a running service without scripts
     * @throws IllegalArgumentException if the port is not 0 to 65535
     * @throws UncheckedIOException if the port is not free
     */
    public static MockService start(int port) {
        try {
            MockService service = new MockService(
                    HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0));
            service.server.createContext("/", service::handle);
            service.server.setExecutor(service.threads);
            service.server.start();
            return service;
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "The mock service cannot listen on " + (port == 0 ? "a loopback port" : "port " + port), e);
        }
    }

    /**
     * Returns the base URL for connections.
     *
     * @return the URL, such as {@code http://127.0.0.1:40123}
     */
    public String baseUrl() {
        return "http://" + server.getAddress().getAddress().getHostAddress() + ":"
                + server.getAddress().getPort();
    }

    /**
     * Scripts the responses of a path. Replaces an earlier script of the same method and path.
     *
     * @param method the request method, such as {@code GET}
     * @param path the path without a query
     * @param responses the responses in their order; the last one is repeated
     * @return this
     * @throws IllegalArgumentException if there is no response
     */
    public MockService on(String method, String path, MockResponse... responses) {
        if (responses.length == 0) {
            throw new IllegalArgumentException("no response for " + method + " " + path + ": give at least one");
        }
        Deque<MockResponse> queue = new ArrayDeque<>(List.of(responses));
        return on(method, path, request -> {
            synchronized (queue) {
                return queue.size() > 1 ? queue.removeFirst() : queue.getFirst();
            }
        });
    }

    /**
     * Computes the responses of a path. Replaces an earlier script of the same method and path.
     *
     * @param method the request method, such as {@code GET}
     * @param path the path without a query
     * @param script returns the response to a request; called by several threads at once
     * @return this
     */
    public MockService on(String method, String path, Function<RecordedRequest, MockResponse> script) {
        scripts.put(method + " " + path, script);
        return this;
    }

    /**
     * Returns the requests so far.
     *
     * @return the requests in the order in which they arrived
     */
    public List<RecordedRequest> requests() {
        return List.copyOf(requests);
    }

    /** Stops the service and closes its sockets. */
    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            Map<String, String> headers = new TreeMap<>();
            exchange.getRequestHeaders()
                    .forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), String.join(", ", values)));
            RecordedRequest request = new RecordedRequest(
                    exchange.getRequestMethod(),
                    exchange.getRequestURI(),
                    Map.copyOf(headers),
                    new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            requests.add(request);
            String route = request.method() + " " + request.uri().getPath();
            MockResponse response = scripts.getOrDefault(
                            route,
                            any -> MockResponse.status(404)
                                    .body("text/plain", "MockService has no script for " + route))
                    .apply(request);
            if (response.isAborted()) {
                return;
            }
            response.headers().forEach(exchange.getResponseHeaders()::set);
            boolean hasBody = response.body().length > 0 && !request.method().equals("HEAD");
            exchange.sendResponseHeaders(response.status(), hasBody ? response.body().length : -1);
            if (hasBody) {
                exchange.getResponseBody().write(response.body());
            }
        }
    }
}
