package io.httpconnector.webhook.server;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import io.httpconnector.webhook.WebhookReceiver;
import io.httpconnector.webhook.WebhookRequest;
import io.httpconnector.webhook.WebhookResponse;
import java.io.IOException;
import java.io.OutputStream;

/**
 * For the web server of the JDK.
 *
 * <pre>{@code
 * server.createContext("/hooks/", JdkHandler.of(receiver));
 * }</pre>
 */
public final class JdkHandler implements HttpHandler {

    private final WebhookReceiver receiver;

    private JdkHandler(WebhookReceiver receiver) {
        this.receiver = receiver;
    }

    /**
     * Hands all requests over to a receiver.
     *
     * @param receiver a receiver, or a router of many
     * @return the handler
     */
    public static JdkHandler of(WebhookReceiver receiver) {
        return new JdkHandler(receiver);
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            WebhookResponse answer = Bodies.read(exchange.getRequestBody(), receiver)
                    .answer(body -> receiver.receive(WebhookRequest.of(
                                    exchange.getRequestMethod(),
                                    exchange.getRequestURI().getRawPath(),
                                    exchange.getRequestURI().getRawQuery(),
                                    exchange.getRequestHeaders(),
                                    body)
                            .from(exchange.getRemoteAddress().getAddress())));
            answer.headers().forEach(exchange.getResponseHeaders()::set);
            boolean empty =
                    answer.body().length == 0 || exchange.getRequestMethod().equals("HEAD");
            exchange.sendResponseHeaders(answer.status(), empty ? -1 : answer.body().length);
            try (OutputStream out = exchange.getResponseBody()) {
                out.write(empty ? new byte[0] : answer.body());
            }
        }
    }
}
