package io.httpconnector.auth.oauth2;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A service that issues a new refresh token with each refresh, starting with {@code r0}, and revokes all of them if one is used twice:
 * RFC 9700, section 4.14.2. Its resource is {@code /api}.
 */
final class RotatingTokenServer implements AutoCloseable {

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpServer server;
    private final boolean repeatsTheLastResponse;
    private int current;
    private int refreshes;
    private int calls;
    private boolean revoked;

    /** @param repeatsTheLastResponse whether the last used refresh token gets the same response once more */
    RotatingTokenServer(boolean repeatsTheLastResponse) {
        this.repeatsTheLastResponse = repeatsTheLastResponse;
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/token", this::token);
        server.createContext("/api", this::api);
        server.setExecutor(threads);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private void token(HttpExchange exchange) throws IOException {
        String form = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        Matcher sent = Pattern.compile("refresh_token=r(\\d+)").matcher(form);
        pause();
        int number = sent.find() ? Integer.parseInt(sent.group(1)) : -1;
        synchronized (this) {
            refreshes++;
            if (!revoked && number == current) {
                current++;
            } else if (!(repeatsTheLastResponse && number == current - 1)) {
                revoked = true;
            }
            if (revoked) {
                sendResponse(exchange, 400, "{\"error\": \"invalid_grant\"}");
                return;
            }
        }
        sendResponse(
                exchange,
                200,
                "{\"access_token\": \"a" + current + "\", \"refresh_token\": \"r" + current
                        + "\", \"expires_in\": 3600}");
    }

    /** Makes concurrent requests overlap. */
    private static void pause() {
        try {
            Thread.sleep(200);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void api(HttpExchange exchange) throws IOException {
        String authorization = exchange.getRequestHeaders().getFirst("Authorization");
        boolean good;
        synchronized (this) {
            good = !revoked && ("Bearer a" + current).equals(authorization);
            calls += good ? 1 : 0;
        }
        sendResponse(exchange, good ? 200 : 401, "{}");
    }

    private static void sendResponse(HttpExchange exchange, int status, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    synchronized int refreshes() {
        return refreshes;
    }

    /** Returns the number of successful requests for the resource. */
    synchronized int calls() {
        return calls;
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
