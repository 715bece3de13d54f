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
 * For Spring WebFlux, 6 and later, by its functional endpoints. The receiver runs on the scheduler for work that waits.
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
        this.budget = new MemoryBudget(receiver);
    }

    /**
     * Receives on {@code Schedulers.boundedElastic()}.
     *
     * @param receiver a receiver, or a router of many
     * @return the handler
     */
    public static SpringWebFluxHandler of(WebhookEndpoint receiver) {
        return new SpringWebFluxHandler(receiver);
    }

    @Override
    public Mono<ServerResponse> handle(ServerRequest request) {
        ServerHttpRequest http = request.exchange().getRequest();
        BodyAccumulator body = new BodyAccumulator(receiver, budget);
        return Mono.firstWithSignal(gather(http, body), tooSlow())
                .switchIfEmpty(Mono.fromCallable(() -> RequestBodies.receive(receiver, webhook(http, body.toBytes())))
                        .subscribeOn(scheduler))
                .doFinally(end -> body.close())
                .flatMap(SpringWebFluxHandler::response);
    }

    /** Nothing, when the whole body is there. */
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
                // The sender is gone: no error of the application's, as Spring would log it.
                .onErrorReturn(RequestBodies.TOO_SLOW);
    }

    /** Reactor's own timeout wakes a thread for each request, which takes a quarter of the throughput. */
    private Mono<WebhookResponse> tooSlow() {
        return Mono.create(sink -> {
            Watch watch = Watchdog.SHARED.watch(receiver.bodyTimeout(), () -> sink.success(RequestBodies.TOO_SLOW));
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
        // Not as a map: Spring 7 has none here.
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
