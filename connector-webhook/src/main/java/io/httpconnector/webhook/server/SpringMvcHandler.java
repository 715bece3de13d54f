package io.httpconnector.webhook.server;

import io.httpconnector.webhook.WebhookEndpoint;
import io.httpconnector.webhook.WebhookResponse;
import java.io.IOException;
import org.springframework.web.servlet.function.HandlerFunction;
import org.springframework.web.servlet.function.ServerRequest;
import org.springframework.web.servlet.function.ServerResponse;

/**
 * An adapter for Spring MVC, 6 and later, as a functional endpoint. No filter and no multipart resolver may read the body before
 * it.
 *
 * <pre>{@code
 * @Bean
 * RouterFunction<ServerResponse> webhooks(WebhookReceiver receiver) {
 *     return RouterFunctions.route(RequestPredicates.path("/hooks/**"), SpringMvcHandler.of(receiver));
 * }
 * }</pre>
 */
public final class SpringMvcHandler implements HandlerFunction<ServerResponse> {

    private final WebhookEndpoint receiver;
    private final MemoryBudget budget;

    private SpringMvcHandler(WebhookEndpoint receiver) {
        this.receiver = receiver;
        this.budget = new MemoryBudget();
    }

    /**
     * Creates a handler that calls the receiver on the threads of the container.
     *
     * @param receiver a receiver or a router
     * @return the handler
     */
    public static SpringMvcHandler of(WebhookEndpoint receiver) {
        return new SpringMvcHandler(receiver);
    }

    @Override
    public ServerResponse handle(ServerRequest request) throws IOException {
        WebhookResponse result = WebhookServlet.readAndReceive(receiver, budget, request.servletRequest());
        return ServerResponse.status(result.status()).build((any, response) -> {
            WebhookServlet.write(result, response);
            return null;
        });
    }
}
