package io.httpconnector.definition.registry;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.webhook.WebhookEndpoint;
import io.httpconnector.webhook.WebhookRouter;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The webhook URLs of a started instance. Thread-safe. */
final class InstanceUrls {

    private final RegistryEnvironment environment;
    private final StoredInstance stored;

    // Guarded by this.
    private Map<String, String> tokens = Map.of();

    InstanceUrls(RegistryEnvironment environment, StoredInstance stored) {
        this.environment = environment;
        this.stored = stored;
    }

    /** Adds the URL of a webhook, if the registry has a router. */
    synchronized void add(String name, JsonNode webhook, WebhookEndpoint receiver) {
        WebhookRouter router = environment.settings.router();
        if (router != null && !tokens.containsKey(name)) {
            String token = environment.webhookToken(stored, name);
            router.add(token, new InstanceEndpoint(stored.id() + ": " + name, webhook, receiver));
            // Most instances have one webhook: such a map is small.
            Map<String, String> all = new HashMap<>(tokens);
            all.put(name, token);
            tokens = Map.copyOf(all);
        }
    }

    synchronized Optional<URI> of(String name) {
        WebhookRouter router = environment.settings.router();
        String token = tokens.get(name);
        return token == null || router == null ? Optional.empty() : Optional.of(router.url(token));
    }

    synchronized void revoke() {
        WebhookRouter router = environment.settings.router();
        tokens.values().forEach(token -> {
            boolean unused = router != null && router.revoke(token);
        });
        tokens = Map.of();
    }
}
