package io.httpconnector.definition.registry;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.webhook.WebhookEndpoint;
import io.httpconnector.webhook.WebhookRequest;
import io.httpconnector.webhook.WebhookResponse;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The endpoint of a webhook of a started instance. Thread-safe. */
final class InstanceEndpoint implements WebhookEndpoint {

    private static final Logger LOG = LoggerFactory.getLogger(InstanceRuntime.class);

    private final InstanceRuntime runtime;
    private final String name;
    private final JsonNode webhook;

    /**
     * Creates an endpoint.
     *
     * @param webhook the members of the webhook in the document
     */
    InstanceEndpoint(InstanceRuntime runtime, String name, JsonNode webhook) {
        this.runtime = runtime;
        this.name = name;
        this.webhook = webhook;
    }

    @Override
    public WebhookResponse receive(WebhookRequest request) {
        try {
            return runtime.receive(name, request);
        } catch (RuntimeException e) {
            LOG.warn(
                    "{}: a request of the webhook {} could not be handled",
                    runtime.stored().id(),
                    name,
                    e);
            return WebhookResponse.of(503);
        }
    }

    @Override
    public int maxBody() {
        return webhook.path("maxBody").asInt(WebhookEndpoint.super.maxBody());
    }

    @Override
    public Duration bodyTimeout() {
        JsonNode timeout = webhook.path("bodyTimeout");
        return timeout.isTextual() ? Duration.parse(timeout.textValue()) : WebhookEndpoint.super.bodyTimeout();
    }
}
