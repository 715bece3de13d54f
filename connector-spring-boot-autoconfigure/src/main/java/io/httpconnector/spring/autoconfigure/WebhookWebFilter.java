package io.httpconnector.spring.autoconfigure;

import io.httpconnector.webhook.server.SpringWebFluxHandler;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.springframework.core.Ordered;
import org.springframework.http.codec.HttpMessageWriter;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.reactive.function.server.HandlerStrategies;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import org.springframework.web.reactive.result.view.ViewResolver;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import org.springframework.web.util.UriComponentsBuilder;
import reactor.core.publisher.Mono;

/** Passes requests of webhooks to their receivers, before other filters and handlers read their bodies. */
final class WebhookWebFilter implements WebFilter, Ordered {

    private final ConnectorWebhooks webhooks;
    private final String applicationPath;
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

    /**
     * Creates a filter.
     *
     * @param applicationPath the path of the application, such as {@code /shop}; empty for the root
     */
    WebhookWebFilter(ConnectorWebhooks webhooks, String applicationPath) {
        this.webhooks = webhooks;
        this.applicationPath = applicationPath;
        this.handler = SpringWebFluxHandler.of(webhooks);
    }

    @Override
    public int getOrder() {
        return WebhookAutoConfiguration.ORDER;
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        ServerHttpRequest request = exchange.getRequest();
        String raw = request.getURI().getRawPath();
        Optional<String> found = paths(request, raw)
                .filter(each -> webhooks.endpointAt(each).isPresent())
                .findFirst();
        if (found.isEmpty()) {
            return chain.filter(exchange);
        }
        String path = found.get();
        ServerWebExchange known = path.equals(raw)
                ? exchange
                : exchange.mutate()
                        .request(builder -> builder.uri(UriComponentsBuilder.fromUri(request.getURI())
                                        .replacePath(path)
                                        .build(true)
                                        .toUri())
                                .contextPath(applicationPath))
                        .build();
        return handler.handle(ServerRequest.create(known, strategies.messageReaders()))
                .flatMap(response -> response.writeTo(known, context));
    }

    /**
     * Returns the path, and that without the prefix that a proxy has removed ({@code X-Forwarded-Prefix}), which the server adds
     * before or after the path of the application is known.
     */
    private Stream<String> paths(ServerHttpRequest request, String raw) {
        String forwarded = request.getPath().contextPath().value();
        if (forwarded.isEmpty() || forwarded.equals(applicationPath) || !raw.startsWith(forwarded)) {
            return Stream.of(raw);
        }
        String rest = raw.substring(forwarded.length());
        return Stream.of(raw, rest, applicationPath + rest);
    }
}
