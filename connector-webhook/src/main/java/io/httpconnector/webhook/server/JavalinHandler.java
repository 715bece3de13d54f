package io.httpconnector.webhook.server;

import io.httpconnector.webhook.WebhookEndpoint;
import io.httpconnector.webhook.WebhookResponse;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import java.io.IOException;

/**
 * An adapter for Javalin, 6 and later. No earlier handler may read the body.
 *
 * <pre>{@code
 * config.routes.post("/hooks/*", JavalinHandler.of(receiver));
 * }</pre>
 */
public final class JavalinHandler implements Handler {

    private final WebhookEndpoint receiver;
    private final MemoryBudget budget;

    private JavalinHandler(WebhookEndpoint receiver) {
        this.receiver = receiver;
        this.budget = new MemoryBudget();
    }

    /**
     * Creates a handler that calls the receiver on the threads of Javalin.
     *
     * @param receiver a receiver or a router
     * @return the handler
     */
    public static JavalinHandler of(WebhookEndpoint receiver) {
        return new JavalinHandler(receiver);
    }

    @Override
    public void handle(Context context) throws IOException {
        WebhookResponse response = WebhookServlet.readAndReceive(receiver, budget, context.req());
        response.headers().forEach(context::header);
        context.status(response.status()).result(response.body());
    }
}
