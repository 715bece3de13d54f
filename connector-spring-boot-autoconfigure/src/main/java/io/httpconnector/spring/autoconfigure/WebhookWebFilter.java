package io.httpconnector.spring.autoconfigure;

import io.httpconnector.webhook.server.SpringWebFluxHandler;
import java.util.List;
import org.springframework.core.Ordered;
import org.springframework.http.codec.HttpMessageWriter;
import org.springframework.web.reactive.function.server.HandlerStrategies;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import org.springframework.web.reactive.result.view.ViewResolver;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/** Passes requests of webhooks to their receivers, before other filters and handlers read their bodies. */
final class WebhookWebFilter implements WebFilter, Ordered {

    private final ConnectorWebhooks webhooks;
    private final SpringWebFluxHandler handler;
    private final HandlerStrategies strategies = HandlerStrategies.withDefaults();
    private final ServerResponse.Context context = new ServerResponse.Context() {

        @Override
        public List<HttpMessageWriter<?>> messageWriters() {
            return strategies.messageWriters();
        }

        @Override
        public List<ViewResolver> viewResolvers() {
            return strategies.viewResolvers();
        }
    };

    WebhookWebFilter(ConnectorWebhooks webhooks) {
        this.webhooks = webhooks;
        this.handler = SpringWebFluxHandler.of(webhooks);
    }

    @Override
    public int getOrder() {
        return WebhookAutoConfiguration.ORDER;
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        if (webhooks.endpointAt(exchange.getRequest().getURI().getRawPath()).isEmpty()) {
            return chain.filter(exchange);
        }
        return handler.handle(ServerRequest.create(exchange, strategies.messageReaders()))
                .flatMap(response -> response.writeTo(exchange, context));
    }
}
