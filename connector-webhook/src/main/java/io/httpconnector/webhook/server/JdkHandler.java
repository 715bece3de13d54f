package io.httpconnector.webhook.server;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpsExchange;
import io.httpconnector.webhook.WebhookEndpoint;
import io.httpconnector.webhook.WebhookRequest;
import io.httpconnector.webhook.WebhookResponse;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/**
 * An adapter for the HTTP server of the JDK.
 *
 * <pre>{@code
 * server.createContext("/hooks/", JdkHandler.of(receiver));
 * }</pre>
 */
public final class JdkHandler implements HttpHandler {

    private static final ScheduledThreadPoolExecutor TIMER = timer();

    private final WebhookEndpoint receiver;
    private final MemoryBudget budget;

    private static ScheduledThreadPoolExecutor timer() {
        ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, run -> {
            Thread thread = new Thread(run, "http-connector-webhook-timer");
            thread.setDaemon(true);
            return thread;
        });
        timer.setRemoveOnCancelPolicy(true);
        return timer;
    }

    private JdkHandler(WebhookEndpoint receiver) {
        this.receiver = receiver;
        this.budget = new MemoryBudget();
    }

    /**
     * Creates a handler that passes all requests to a receiver.
     *
     * @param receiver a receiver or a router
     * @return the handler
     */
    public static JdkHandler of(WebhookEndpoint receiver) {
        return new JdkHandler(receiver);
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            Optional<WebhookEndpoint> endpoint =
                    receiver.endpointAt(exchange.getRequestURI().getRawPath());
            if (endpoint.isEmpty() && !isThere(exchange)) {
                // A response with a body would wait for the body of the request.
                exchange.getResponseHeaders().set("Connection", "close");
                exchange.sendResponseHeaders(RequestBodies.NOT_FOUND.status(), -1);
                return;
            }
            WebhookResponse response =
                    endpoint.isEmpty() ? RequestBodies.NOT_FOUND : new BodyReader(endpoint.get()).read(exchange);
            response.headers().forEach(exchange.getResponseHeaders()::set);
            boolean empty =
                    response.body().length == 0 || exchange.getRequestMethod().equals("HEAD");
            exchange.sendResponseHeaders(response.status(), empty ? -1 : response.body().length);
            try (OutputStream out = exchange.getResponseBody()) {
                out.write(empty ? new byte[0] : response.body());
            }
        }
    }

    /** Whether the whole body has arrived together with the header, so that no reading waits. Most bodies do. */
    private static boolean isThere(HttpExchange exchange) throws IOException {
        long length = length(exchange);
        return length >= 0 && exchange.getRequestBody().available() >= length;
    }

    /** Reads the body of one request for an endpoint. */
    private final class BodyReader {

        private final WebhookEndpoint receiver;

        BodyReader(WebhookEndpoint receiver) {
            this.receiver = receiver;
        }

        /** Reads the body. A stalled sender is disconnected, because this server has no timeout for that. */
        WebhookResponse read(HttpExchange exchange) {
            long length = length(exchange);
            try {
                return isThere(exchange)
                        ? read(exchange, exchange.getRequestBody(), length, () -> {})
                        : readWithTimeout(exchange, length);
            } catch (IOException e) {
                return RequestBodies.TOO_SLOW;
            }
        }

        private WebhookResponse readWithTimeout(HttpExchange exchange, long length) {
            try (TimedBody body = new TimedBody(exchange)) {
                return read(exchange, body, length, body::end);
            }
        }

        /** A body with a timeout that starts with the first read. Closing it does not close the request body. */
        private final class TimedBody extends FilterInputStream {

            private final HttpExchange exchange;
            private @Nullable ScheduledFuture<?> end;

            TimedBody(HttpExchange exchange) {
                super(exchange.getRequestBody());
                this.exchange = exchange;
            }

            @Override
            public int read(byte[] bytes, int from, int length) throws IOException {
                if (end == null) {
                    long millis = receiver.bodyTimeout().toMillis();
                    // A sender that still sends, only too slowly, gets a response.
                    long grace = Math.min(millis / 10 + 20, 500);
                    end = TIMER.schedule(exchange::close, millis + grace, TimeUnit.MILLISECONDS);
                }
                return super.read(bytes, from, length);
            }

            void end() {
                if (end != null) {
                    end.cancel(false);
                }
            }

            @Override
            public void close() {
                end();
            }
        }

        private WebhookResponse read(HttpExchange exchange, InputStream in, long length, Runnable whenRead) {
            return RequestBodies.read(in, length, receiver, budget, body -> {
                whenRead.run();
                return RequestBodies.receive(receiver, webhook(exchange, body));
            });
        }
    }

    private static long length(HttpExchange exchange) {
        String length = exchange.getRequestHeaders().getFirst("Content-Length");
        boolean chunked = exchange.getRequestHeaders().containsKey("Transfer-Encoding");
        // The server has already rejected values that are not numbers.
        return chunked ? -1 : length == null ? 0 : Long.parseLong(length.strip());
    }

    private static WebhookRequest webhook(HttpExchange exchange, byte[] body) {
        WebhookRequest webhook = WebhookRequest.of(
                        exchange.getRequestMethod(),
                        exchange.getRequestURI().getRawPath(),
                        exchange.getRequestURI().getRawQuery(),
                        exchange.getRequestHeaders(),
                        body)
                .from(exchange.getRemoteAddress().getAddress());
        if (exchange instanceof HttpsExchange https) {
            try {
                return webhook.certificateSubject(
                        https.getSSLSession().getPeerPrincipal().getName());
            } catch (SSLPeerUnverifiedException e) {
                // There is no client certificate.
            }
        }
        return webhook;
    }
}
