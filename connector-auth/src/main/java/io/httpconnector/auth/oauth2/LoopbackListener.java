package io.httpconnector.auth.oauth2;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.httpconnector.ConnectorException;
import io.httpconnector.InvalidDefinitionException;
import java.awt.Desktop;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** An HTTP server on the loopback interface that receives the callback to a native application: RFC 8252, section 7.3. */
final class LoopbackListener implements AutoCloseable {

    static final String DEFAULT_REDIRECT_URI = "http://127.0.0.1/callback";

    private static final Set<String> HOSTS = Set.of("127.0.0.1", "localhost", "[::1]");
    private static final String DONE = page("Done. You can close this window.");
    private static final String FAILED =
            page("Authorization failed. You can close this window; the application shows the reason.");
    private static final String STRAY = page("This is not the callback that the application expects.");

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool(work -> {
        Thread thread = new Thread(work, "http-connector-loopback");
        thread.setDaemon(true);
        return thread;
    });
    private final CompletableFuture<TokenSet> result = new CompletableFuture<>();
    private final URI redirectUri;

    /**
     * Binds the port of the redirect URI. If it has none, binds the preferred port if that is free, or any free one: then the
     * authorization server must ignore the port, or the client must be registered with it.
     *
     * @param registered the redirect URI that is registered with the service; null for {@link #DEFAULT_REDIRECT_URI}
     * @param preferred the preferred port; 0 for any
     */
    LoopbackListener(@Nullable String registered, int preferred) {
        URI uri = URI.create(registered == null ? DEFAULT_REDIRECT_URI : registered);
        if (!"http".equals(uri.getScheme()) || !HOSTS.contains(String.valueOf(uri.getHost()))) {
            throw new InvalidDefinitionException(
                    "OAuth 2",
                    List.of("redirect URI: " + uri
                            + " is not on the loopback interface: it must start with http://127.0.0.1"));
        }
        try {
            InetAddress address = InetAddress.getByName(uri.getHost());
            server = uri.getPort() > 0 ? bound(address, uri.getPort()) : boundIfFree(address, preferred);
        } catch (IOException e) {
            throw new ConnectorException(
                    "The server for the callback can't be started at " + uri + ": " + e.getMessage(), e);
        }
        server.setExecutor(threads);
        String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        this.redirectUri =
                URI.create("http://" + uri.getHost() + ":" + server.getAddress().getPort() + path);
    }

    private static HttpServer bound(InetAddress address, int port) throws IOException {
        return HttpServer.create(new InetSocketAddress(address, port), 0);
    }

    private static HttpServer boundIfFree(InetAddress address, int preferred) throws IOException {
        try {
            return bound(address, preferred);
        } catch (BindException e) {
            return bound(address, 0);
        }
    }

    URI redirectUri() {
        return redirectUri;
    }

    /** Waits for a valid callback; other requests are rejected. */
    TokenSet await(Function<@Nullable String, TokenSet> finish, Runnable browser, Duration timeout) {
        server.createContext("/", exchange -> handle(exchange, finish));
        server.start();
        browser.run();
        try {
            return result.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new AuthorizationRequiredException(
                    "No callback was received at " + redirectUri + " within " + timeout.toSeconds()
                            + " seconds: the browser may show why, such as a redirect URI that the authorization server"
                            + " does not accept",
                    null,
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ConnectorException("The thread was interrupted while it waited for the callback", e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof ConnectorException known
                    ? known
                    : new ConnectorException("The callback could not be processed", e.getCause());
        }
    }

    private void handle(HttpExchange exchange, Function<@Nullable String, TokenSet> finish) throws IOException {
        try (exchange) {
            if (!"GET".equals(exchange.getRequestMethod())
                    || !redirectUri.getRawPath().equals(exchange.getRequestURI().getRawPath())) {
                send(exchange, 404, STRAY);
                return;
            }
            TokenSet tokens;
            try {
                tokens = finish.apply(exchange.getRequestURI().getRawQuery());
            } catch (InvalidCallbackException e) {
                send(exchange, 400, STRAY);
                return;
            } catch (RuntimeException e) {
                end(exchange, FAILED, () -> result.completeExceptionally(e));
                return;
            }
            end(exchange, DONE, () -> result.complete(tokens));
        }
    }

    /** Releases the waiting thread after the page was sent, even if sending it failed. */
    private static void end(HttpExchange exchange, String page, Runnable completion) throws IOException {
        try {
            send(exchange, 200, page);
        } finally {
            completion.run();
        }
    }

    private static void send(HttpExchange exchange, int status, String page) throws IOException {
        byte[] body = page.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "text/html; charset=utf-8");
        exchange.getResponseHeaders().set("Cache-Control", "no-store");
        exchange.getResponseHeaders().set("Referrer-Policy", "no-referrer");
        exchange.getResponseHeaders().set("Content-Security-Policy", "default-src 'none'");
        exchange.getResponseHeaders().set("Connection", "close");
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
    }

    private static String page(String text) {
        return "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Authorization</title></head><body><p>"
                + text + "</p></body></html>";
    }

    static void openSystemBrowser(URI url) {
        if (!Desktop.isDesktopSupported() || !Desktop.getDesktop().isSupported(Desktop.Action.BROWSE)) {
            throw new ConnectorException(
                    "There is no browser that can be opened: use authorize(browser, timeout) to show the URL to the user");
        }
        try {
            Desktop.getDesktop().browse(url);
        } catch (IOException e) {
            throw new ConnectorException("The browser could not be opened: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        // In later JDKs stop() waits, and may consume the interruption.
        boolean interrupted = Thread.interrupted();
        server.stop(0);
        threads.shutdown();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
