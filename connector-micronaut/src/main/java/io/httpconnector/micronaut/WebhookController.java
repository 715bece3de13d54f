package io.httpconnector.micronaut;

import io.httpconnector.definition.configuration.ConfiguredConnectors;
import io.httpconnector.webhook.WebhookEndpoint;
import io.httpconnector.webhook.WebhookRequest;
import io.httpconnector.webhook.WebhookResponse;
import io.micronaut.context.annotation.Requires;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Delete;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Patch;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.Produces;
import io.micronaut.http.annotation.Put;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Receives the requests of webhooks with the bodies as they were sent. The signature authenticates the sender. */
@Controller("${connectors.webhooks.base-path:/hooks}")
@Requires(classes = Controller.class)
@Consumes(MediaType.ALL)
@Produces(MediaType.ALL)
@ExecuteOn(TaskExecutors.BLOCKING)
final class WebhookController {

    private static final byte[] NO_BODY = {};

    private final WebhookEndpoint webhooks;

    WebhookController(ConfiguredConnectors connectors) {
        this.webhooks = connectors.webhooks();
    }

    @Get("/{+path}")
    HttpResponse<byte[]> get(HttpRequest<?> request, String path) {
        return receive(request, NO_BODY);
    }

    @Post("/{+path}")
    HttpResponse<byte[]> post(HttpRequest<byte[]> request, String path) {
        return receive(request, request.getBody().orElse(NO_BODY));
    }

    @Put("/{+path}")
    HttpResponse<byte[]> put(HttpRequest<byte[]> request, String path) {
        return receive(request, request.getBody().orElse(NO_BODY));
    }

    @Patch("/{+path}")
    HttpResponse<byte[]> patch(HttpRequest<byte[]> request, String path) {
        return receive(request, request.getBody().orElse(NO_BODY));
    }

    @Delete("/{+path}")
    HttpResponse<byte[]> delete(HttpRequest<byte[]> request, String path) {
        return receive(request, request.getBody().orElse(NO_BODY));
    }

    private HttpResponse<byte[]> receive(HttpRequest<?> request, byte[] body) {
        String path = request.getUri().getRawPath();
        Optional<WebhookEndpoint> endpoint = webhooks.endpointAt(path);
        if (endpoint.isPresent() && body.length > endpoint.get().maxBody()) {
            return response(WebhookResponse.json(413, "{\"error\":\"too large\"}"));
        }
        Map<String, List<String>> headers = new HashMap<>();
        request.getHeaders().forEach(headers::put);
        return response(webhooks.receive(WebhookRequest.of(
                        request.getMethodName(), path, request.getUri().getRawQuery(), headers, body)
                .from(request.getRemoteAddress().getAddress())));
    }

    private static HttpResponse<byte[]> response(WebhookResponse result) {
        MutableHttpResponse<byte[]> response = HttpResponse.status(result.status(), null);
        result.headers().forEach(response::header);
        return response.body(result.body());
    }
}
