package io.httpconnector.spring.autoconfigure;

import io.httpconnector.definition.configuration.WebhookPaths;
import io.httpconnector.webhook.WebhookEndpoint;
import io.httpconnector.webhook.WebhookRequest;
import io.httpconnector.webhook.WebhookResponse;
import io.httpconnector.webhook.WebhookRouter;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The webhooks of all connections at their paths: {@code /hooks/CONNECTION/WEBHOOK} below the path of the application. A filter passes the
 * requests to it before anything reads their bodies.
 */
final class ConnectorWebhooks implements WebhookEndpoint {

    private final String base;
    private final @Nullable String publicUrl;
    private final WebhookPaths paths;
    private volatile @Nullable WebhookRouter router;

    /**
     * Creates an endpoint without webhooks.
     *
     * @param applicationPath the path of the application, such as {@code /shop}; empty for the root
     * @param options the path below it, and the URL at which services reach it
     */
    ConnectorWebhooks(String applicationPath, ConnectorsProperties.Webhooks options) {
        this.base = WebhookPaths.withoutSlash(applicationPath) + WebhookPaths.withoutSlash(options.basePath());
        this.publicUrl = options.publicUrl();
        this.paths = new WebhookPaths(base, publicUrl);
    }

    /** Returns the router for webhooks of the registry, whose paths are tokens. */
    synchronized WebhookRouter router() {
        WebhookRouter known = router;
        if (known == null) {
            known = WebhookRouter.at(
                            (publicUrl == null ? "http://localhost" + base : WebhookPaths.withoutSlash(publicUrl))
                                    + "/")
                    .mountedAt(base);
            router = known;
        }
        return known;
    }

    /** Adds a webhook, and returns its path. */
    String add(String id, WebhookEndpoint endpoint) {
        return paths.add(id, endpoint);
    }

    @Override
    public Optional<WebhookEndpoint> endpointAt(String path) {
        WebhookRouter tokens = router;
        return paths.endpointAt(path).or(() -> tokens == null ? Optional.empty() : tokens.endpointAt(path));
    }

    @Override
    public WebhookResponse receive(WebhookRequest request) {
        return endpointAt(request.path())
                .map(endpoint -> endpoint.receive(request))
                .orElseGet(() -> WebhookResponse.json(404, "{\"error\":\"not found\"}"));
    }
}
