package io.httpconnector.spring.autoconfigure;

import io.httpconnector.webhook.WebhookEndpoint;
import io.httpconnector.webhook.WebhookRequest;
import io.httpconnector.webhook.WebhookResponse;
import io.httpconnector.webhook.WebhookRouter;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The webhooks of all connections at their paths: {@code /hooks/CONNECTION/WEBHOOK} below the path of the application. A filter passes the
 * requests to it before anything reads their bodies.
 */
final class ConnectorWebhooks implements WebhookEndpoint {

    private final String base;
    private final @Nullable String publicUrl;
    private volatile @Nullable WebhookRouter router;
    private final Map<String, WebhookEndpoint> endpoints = new ConcurrentHashMap<>();

    /**
     * Creates an endpoint without webhooks.
     *
     * @param applicationPath the path of the application, such as {@code /shop}; empty for the root
     * @param options the path below it, and the URL at which services reach it
     */
    ConnectorWebhooks(String applicationPath, ConnectorsProperties.Webhooks options) {
        this.base = withoutSlash(applicationPath) + withoutSlash(options.basePath()) + "/";
        this.publicUrl = options.publicUrl() == null ? null : withoutSlash(options.publicUrl()) + "/";
    }

    static String withoutSlash(String path) {
        return path.endsWith("/") ? withoutSlash(path.substring(0, path.length() - 1)) : path;
    }

    /** Returns the router for webhooks of the registry, whose paths are tokens. */
    synchronized WebhookRouter router() {
        WebhookRouter known = router;
        if (known == null) {
            known = WebhookRouter.at(publicUrl == null ? "http://localhost" + base : publicUrl)
                    .mountedAt(withoutSlash(base));
            router = known;
        }
        return known;
    }

    /** Adds a webhook, and returns its path. */
    String add(String id, WebhookEndpoint endpoint) {
        endpoints.put(base + id, publicUrl == null ? endpoint : new PublicEndpoint(endpoint, publicUrl + id));
        return base + id;
    }

    @Override
    public Optional<WebhookEndpoint> endpointAt(String path) {
        WebhookEndpoint found = endpoints.get(path);
        WebhookRouter tokens = router;
        return found == null && tokens != null ? tokens.endpointAt(path) : Optional.ofNullable(found);
    }

    @Override
    public WebhookResponse receive(WebhookRequest request) {
        return endpointAt(request.path())
                .map(endpoint -> endpoint.receive(request))
                .orElseGet(() -> WebhookResponse.json(404, "{\"error\":\"not found\"}"));
    }

    /** A webhook that knows the URL at which services reach it, because some sign it. */
    private record PublicEndpoint(WebhookEndpoint endpoint, String url) implements WebhookEndpoint {

        @Override
        public WebhookResponse receive(WebhookRequest request) {
            return endpoint.receive(request.publicUrl(url));
        }

        @Override
        public int maxBody() {
            return endpoint.maxBody();
        }

        @Override
        public Duration bodyTimeout() {
            return endpoint.bodyTimeout();
        }
    }
}
