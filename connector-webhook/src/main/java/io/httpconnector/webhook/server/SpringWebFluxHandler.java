package io.httpconnector.webhook.server;

import io.httpconnector.webhook.WebhookEndpoint;
import io.httpconnector.webhook.WebhookRequest;
import io.httpconnector.webhook.WebhookResponse;
import io.httpconnector.webhook.internal.Watchdog;
import io.httpconnector.webhook.internal.Watchdog.Watch;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.reactive.function.server.HandlerFunction;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;
import reactor.core.publisher.SynchronousSink;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * An adapter for Spring WebFlux, 6 and later, as a functional endpoint. The receiver runs on the scheduler for blocking work.
 *
 * <pre>{@code
 * @Bean
 * RouterFunction<ServerResponse> webhooks(WebhookReceiver receiver) {
 *     return RouterFunctions.route(RequestPredicates.path("/hooks/**"), SpringWebFluxHandler.of(receiver));
 * }
 * }</pre>
 */
public final class SpringWebFluxHandler implements HandlerFunction<ServerResponse> {

    private final WebhookEndpoint receiver;
    private final MemoryBudget budget;
    private final Scheduler scheduler = Schedulers.boundedElastic();

    private SpringWebFluxHandler(WebhookEndpoint receiver) {
        this.receiver = receiver;
        this.budget = new MemoryBudget();
    }

    /**
     * Creates a handler that calls the receiver on {@code Schedulers.boundedElastic()}.
     *
     * @param receiver a receiver or a router
     * @return the handler
     */
    public static SpringWebFluxHandler of(WebhookEndpoint receiver) {
        return new SpringWebFluxHandler(receiver);
    }

    @Override
    public Mono<ServerResponse> handle(ServerRequest request) {
        ServerHttpRequest http = request.exchange().getRequest();
        WebhookEndpoint endpoint =
                receiver.endpointAt(http.getURI().getRawPath()).orElse(null);
        if (endpoint == null || http.getHeaders().getContentLength() > endpoint.maxBody()) {
            return response(endpoint == null ? RequestBodies.NOT_FOUND : RequestBodies.TOO_LARGE);
        }
        BodyAccumulator body = new BodyAccumulator(endpoint, budget);
        return Mono.firstWithSignal(gather(http, body), tooSlow(endpoint))
                .switchIfEmpty(Mono.fromCallable(() -> RequestBodies.receive(endpoint, webhook(http, body.toBytes())))
                        .subscribeOn(scheduler))
                .doFinally(end -> body.close())
                .flatMap(SpringWebFluxHandler::response);
    }

    /** Reads the body; empty if it is complete, otherwise an error response. */
    private static Mono<WebhookResponse> gather(ServerHttpRequest http, BodyAccumulator body) {
        return http.getBody()
                .handle((DataBuffer piece, SynchronousSink<WebhookResponse> refusals) -> {
                    WebhookResponse refusal = body.add(bytes(piece));
                    if (refusal != null) {
                        refusals.next(refusal);
                        refusals.complete();
                    }
                })
                .next()
                // A malformed body, or the sender has disconnected: not an error of the application, which Spring would
                // log.
                .onErrorReturn(RequestBodies.TRUNCATED);
    }

    /** Replaces Reactor's own timeout, which wakes a thread for each request and costs a quarter of the throughput. */
    private static Mono<WebhookResponse> tooSlow(WebhookEndpoint endpoint) {
        return Mono.create(sink -> {
            Watch watch = Watchdog.SHARED.watch(endpoint.bodyTimeout(), () -> sink.success(RequestBodies.TOO_SLOW));
            sink.onDispose(watch::close);
        });
    }

    private static byte[] bytes(DataBuffer buffer) {
        byte[] bytes = new byte[buffer.readableByteCount()];
        buffer.read(bytes);
        DataBufferUtils.release(buffer);
        return bytes;
    }

    private static WebhookRequest webhook(ServerHttpRequest http, byte[] body) {
        Map<String, List<String>> headers = new HashMap<>();
        // Not as a map: HttpHeaders is no longer a map in Spring 7.
        http.getHeaders().forEach(headers::put);
        WebhookRequest webhook = WebhookRequest.of(
                http.getMethod().name(),
                http.getURI().getRawPath(),
                http.getURI().getRawQuery(),
                headers,
                body);
        return http.getRemoteAddress() == null
                ? webhook
                : webhook.from(http.getRemoteAddress().getAddress());
    }

    private static Mono<ServerResponse> response(WebhookResponse response) {
        ServerResponse.BodyBuilder builder = ServerResponse.status(response.status());
        response.headers().forEach(builder::header);
        return response.body().length == 0 ? builder.build() : builder.bodyValue(response.body());
    }
}
