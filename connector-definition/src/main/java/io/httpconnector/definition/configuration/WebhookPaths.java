package io.httpconnector.definition.configuration;

import io.httpconnector.webhook.WebhookEndpoint;
import io.httpconnector.webhook.WebhookRequest;
import io.httpconnector.webhook.WebhookResponse;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The webhooks of all connections at their paths: {@code BASE-PATH/CONNECTION/WEBHOOK}, for integrations of frameworks. Thread-safe.
 */
public final class WebhookPaths implements WebhookEndpoint {

    private final String base;
    private final @Nullable String publicUrl;
    private final Map<String, WebhookEndpoint> endpoints = new ConcurrentHashMap<>();

    /**
     * Creates an endpoint without webhooks.
     *
     * @param basePath the path below which the webhooks are
     * @param publicUrl the URL at which services reach it; null if requests have it
     */
    public WebhookPaths(String basePath, @Nullable String publicUrl) {
        this.base = withoutSlash(basePath.startsWith("/") ? basePath : "/" + basePath) + "/";
        this.publicUrl = publicUrl == null ? null : withoutSlash(publicUrl) + "/";
    }

    /**
     * Removes the slashes at the end of a path or URL.
     *
     * @param path the path or URL
     * @return the text without them
     */
    public static String withoutSlash(String path) {
        return path.endsWith("/") ? withoutSlash(path.substring(0, path.length() - 1)) : path;
    }

    /** Returns the URL at which services reach a webhook. */
    static URI publicUrl(String publicUrl, String connection, String webhook) {
        return URI.create(withoutSlash(publicUrl) + "/" + connection + "/" + webhook);
    }

    /**
     * Adds a webhook at the path of its id.
     *
     * @param id the id, such as {@code shop/order-paid}
     * @param endpoint the webhook
     * @return the path
     */
    public String add(String id, WebhookEndpoint endpoint) {
        endpoints.put(base + id, publicUrl == null ? endpoint : new PublicEndpoint(endpoint, publicUrl + id));
        return base + id;
    }

    @Override
    public Optional<WebhookEndpoint> endpointAt(String path) {
        return Optional.ofNullable(endpoints.get(path));
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
