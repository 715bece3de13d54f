package io.httpconnector.webhook.server;

import io.httpconnector.webhook.WebhookReceiver;
import io.httpconnector.webhook.WebhookRequest;
import io.httpconnector.webhook.WebhookResponse;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * For Vert.x, 4.5 and later. The receiver runs on its worker threads. With Vert.x Web, no body handler may come before it.
 *
 * <pre>{@code
 * vertx.createHttpServer().requestHandler(VertxHandler.of(vertx, receiver));
 * router.route("/hooks/*").handler(context -> webhooks.handle(context.request()));
 * }</pre>
 */
public final class VertxHandler implements Handler<HttpServerRequest> {

    private final Vertx vertx;
    private final WebhookReceiver receiver;
    private final Budget budget;

    private VertxHandler(Vertx vertx, WebhookReceiver receiver) {
        this.vertx = vertx;
        this.receiver = receiver;
        this.budget = new Budget(receiver);
    }

    /**
     * Receives on the worker threads of Vert.x.
     *
     * @param vertx has the threads and the timers
     * @param receiver a receiver, or a router of many
     * @return the handler
     */
    public static VertxHandler of(Vertx vertx, WebhookReceiver receiver) {
        return new VertxHandler(vertx, receiver);
    }

    @Override
    public void handle(HttpServerRequest request) {
        Gathered body = new Gathered(receiver, budget);
        HttpServerResponse response = request.response();
        long timer = vertx.setTimer(receiver.bodyTimeout().toMillis(), id -> refuse(request, Bodies.TOO_SLOW));
        response.closeHandler(closed -> body.close());
        response.endHandler(ended -> body.close());
        request.exceptionHandler(gone -> vertx.cancelTimer(timer));
        request.handler(piece -> {
            WebhookResponse refusal = response.ended() ? null : body.add(piece.getBytes(), piece.length());
            if (refusal != null && vertx.cancelTimer(timer)) {
                refuse(request, refusal);
            }
        });
        request.endHandler(end -> {
            // After a refusal there is nobody to answer.
            if (vertx.cancelTimer(timer)) {
                var unused = vertx.executeBlocking(() -> receiver.receive(webhook(request, body.toBytes())), false)
                        .otherwise(Bodies.FAILED)
                        .onSuccess(answer -> write(answer, response));
            }
        });
    }

    private static void refuse(HttpServerRequest request, WebhookResponse answer) {
        write(answer, request.response());
        var unused = request.connection().close();
    }

    private static void write(WebhookResponse answer, HttpServerResponse response) {
        if (!response.ended() && !response.closed()) {
            answer.headers().forEach(response::putHeader);
            var unused = response.setStatusCode(answer.status()).end(Buffer.buffer(answer.body()));
        }
    }

    private static WebhookRequest webhook(HttpServerRequest request, byte[] body) {
        Map<String, List<String>> headers = new HashMap<>();
        request.headers()
                .names()
                .forEach(name -> headers.put(name, request.headers().getAll(name)));
        WebhookRequest webhook =
                WebhookRequest.of(request.method().name(), request.path(), request.query(), headers, body);
        try {
            // A literal, so nothing is looked up.
            return webhook.from(InetAddress.getByName(request.remoteAddress().hostAddress()));
        } catch (UnknownHostException e) {
            return webhook;
        }
    }
}
