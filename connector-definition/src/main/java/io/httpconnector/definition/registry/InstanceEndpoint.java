package io.httpconnector.definition.registry;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.webhook.WebhookEndpoint;
import io.httpconnector.webhook.WebhookRequest;
import io.httpconnector.webhook.WebhookResponse;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The endpoint of a webhook of a started instance, or of all instances. Thread-safe. */
final class InstanceEndpoint implements WebhookEndpoint {

    private static final Logger LOG = LoggerFactory.getLogger(InstanceEndpoint.class);

    private final String source;
    private final JsonNode webhook;
    private final WebhookEndpoint receiver;

    /**
     * Creates an endpoint.
     *
     * @param source the instance and the webhook, for logs
     * @param webhook the members of the webhook in the document
     * @param receiver receives the requests
     */
    InstanceEndpoint(String source, JsonNode webhook, WebhookEndpoint receiver) {
        this.source = source;
        this.webhook = webhook;
        this.receiver = receiver;
    }

    @Override
    public WebhookResponse receive(WebhookRequest request) {
        try {
            return receiver.receive(request);
        } catch (RuntimeException e) {
            LOG.warn("{}: a request of the webhook could not be handled", source, e);
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
