package io.httpconnector.definition.registry;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.webhook.WebhookEndpoint;
import io.httpconnector.webhook.WebhookRouter;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The webhook URLs of a started instance. Thread-safe. */
final class InstanceUrls {

    private final @Nullable WebhookRouter router;
    private final String instance;
    private final UnaryOperator<String> newToken;

    // Guarded by this.
    private Map<String, String> tokens = Map.of();

    /**
     * Creates an instance without URLs.
     *
     * @param instance the instance, for logs
     * @param newToken returns the token of a webhook
     */
    InstanceUrls(@Nullable WebhookRouter router, String instance, UnaryOperator<String> newToken) {
        this.router = router;
        this.instance = instance;
        this.newToken = newToken;
    }

    /** Adds the URL of a webhook, if the registry has a router. */
    synchronized void add(String name, JsonNode webhook, WebhookEndpoint receiver) {
        if (router != null && !tokens.containsKey(name)) {
            String token = newToken.apply(name);
            router.add(token, new InstanceEndpoint(instance + ": " + name, webhook, receiver));
            // Most instances have one webhook: such a map is small.
            Map<String, String> all = new HashMap<>(tokens);
            all.put(name, token);
            tokens = Map.copyOf(all);
        }
    }

    synchronized Optional<URI> of(String name) {
        String token = tokens.get(name);
        return token == null || router == null ? Optional.empty() : Optional.of(router.url(token));
    }

    synchronized void revoke() {
        tokens.values().forEach(token -> {
            boolean unused = router != null && router.revoke(token);
        });
        tokens = Map.of();
    }
}
