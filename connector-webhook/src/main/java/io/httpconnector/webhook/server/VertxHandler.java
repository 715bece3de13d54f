package io.httpconnector.webhook.server;

import io.httpconnector.webhook.WebhookEndpoint;
import io.httpconnector.webhook.WebhookRequest;
import io.httpconnector.webhook.WebhookResponse;
import io.httpconnector.webhook.internal.Watchdog;
import io.httpconnector.webhook.internal.Watchdog.Watch;
import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * An adapter for Vert.x, 4.5 and later. The receiver runs on worker threads. With Vert.x Web, no body handler may precede it.
 *
 * <pre>{@code
 * vertx.createHttpServer().requestHandler(VertxHandler.of(vertx, receiver));
 * router.route("/hooks/*").handler(context -> webhooks.handle(context.request()));
 * }</pre>
 */
public final class VertxHandler implements Handler<HttpServerRequest> {

    private final Vertx vertx;
    private final WebhookEndpoint receiver;
    private final MemoryBudget budget;

    private VertxHandler(Vertx vertx, WebhookEndpoint receiver) {
        this.vertx = vertx;
        this.receiver = receiver;
        this.budget = new MemoryBudget();
    }

    /**
     * Creates a handler that calls the receiver on the worker threads of Vert.x.
     *
     * @param vertx provides the threads and the timers
     * @param receiver a receiver or a router
     * @return the handler
     */
    public static VertxHandler of(Vertx vertx, WebhookEndpoint receiver) {
        return new VertxHandler(vertx, receiver);
    }

    @Override
    public void handle(HttpServerRequest request) {
        Optional<WebhookEndpoint> endpoint = receiver.endpointAt(request.path());
        if (endpoint.isEmpty()) {
            refuse(RequestBodies.NOT_FOUND, request);
        } else if (length(request) > endpoint.get().maxBody()) {
            refuse(RequestBodies.TOO_LARGE, request);
        } else {
            new RequestReader(endpoint.get(), request).start();
        }
    }

    /** The declared length; -1 if it is unknown. Vert.x has already rejected values that are not numbers. */
    private static long length(HttpServerRequest request) {
        String length = request.getHeader("Content-Length");
        return length == null || !length.strip().matches("[0-9]{1,18}") ? -1 : Long.parseLong(length.strip());
    }

    /** Responds without reading the body. */
    private static void refuse(WebhookResponse response, HttpServerRequest request) {
        write(response, request);
        if (!request.isEnded()) {
            stopSender(request);
        }
    }

    /** The processing of one request, on its event loop. */
    private final class RequestReader {

        private final WebhookEndpoint receiver;
        private final HttpServerRequest request;
        private final BodyAccumulator body;
        private final Watch watch;
        private boolean over;

        RequestReader(WebhookEndpoint receiver, HttpServerRequest request) {
            this.receiver = receiver;
            this.request = request;
            this.body = new BodyAccumulator(receiver, budget);
            Context context = vertx.getOrCreateContext();
            this.watch = Watchdog.SHARED.watch(
                    receiver.bodyTimeout(), () -> context.runOnContext(late -> reject(RequestBodies.TOO_SLOW)));
        }

        void start() {
            request.exceptionHandler(error -> {
                if (RequestBodies.isMalformed(error)) {
                    reject(RequestBodies.TRUNCATED);
                } else {
                    // The sender has disconnected.
                    stopReading();
                }
            });
            request.handler(piece -> {
                WebhookResponse refusal = over ? null : body.add(piece.getBytes());
                if (refusal != null) {
                    reject(refusal);
                }
            });
            request.endHandler(end -> {
                // After an error response, there is no response left to send.
                if (!over) {
                    passToReceiver();
                }
            });
        }

        private void reject(WebhookResponse response) {
            if (!over) {
                stopReading();
                write(response, request);
                stopSender(request);
            }
        }

        private void stopReading() {
            over = true;
            watch.close();
            body.close();
        }

        private void passToReceiver() {
            over = true;
            watch.close();
            var unused = vertx.executeBlocking(
                            () -> RequestBodies.receive(receiver, webhook(request, body.toBytes())), false)
                    .onComplete(response -> {
                        body.close();
                        write(response.succeeded() ? response.result() : RequestBodies.FAILED, request);
                    });
        }
    }

    /** With HTTP/2, other requests use the same connection, so only the stream is reset. */
    private static void stopSender(HttpServerRequest request) {
        if (request.version() == HttpVersion.HTTP_2) {
            reset(request.response());
        } else {
            var unused = request.connection().close();
        }
    }

    /** The response is complete, so the request need not be sent to its end (RFC 9113, section 8.1). */
    private static void reset(HttpServerResponse response) {
        try {
            // Called by reflection, because its return type differs in Vert.x 5.
            Object unused =
                    HttpServerResponse.class.getMethod("reset", long.class).invoke(response, 0L);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("Vert.x cannot reset a stream", e);
        }
    }

    private static void write(WebhookResponse result, HttpServerRequest request) {
        HttpServerResponse response = request.response();
        if (!response.ended() && !response.closed()) {
            result.headers().forEach(response::putHeader);
            if (request.version() == HttpVersion.HTTP_2) {
                // HTTP/2 messages must not have connection-specific header fields (RFC 9113, section 8.2.2).
                response.headers().remove("Connection");
            }
            var unused = response.setStatusCode(result.status()).end(Buffer.buffer(result.body()));
        }
    }

    private static WebhookRequest webhook(HttpServerRequest request, byte[] body) {
        Map<String, List<String>> headers = new HashMap<>();
        request.headers().forEach((name, value) -> {
            List<String> before = headers.put(name, List.of(value));
            if (before != null) {
                headers.put(
                        name, Stream.concat(before.stream(), Stream.of(value)).toList());
            }
        });
        WebhookRequest webhook =
                WebhookRequest.of(request.method().name(), request.path(), request.query(), headers, body);
        try {
            // An address literal, so there is no DNS lookup.
            return webhook.from(InetAddress.getByName(request.remoteAddress().hostAddress()));
        } catch (UnknownHostException e) {
            return webhook;
        }
    }
}
