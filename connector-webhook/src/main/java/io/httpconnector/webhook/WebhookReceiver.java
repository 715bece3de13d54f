package io.httpconnector.webhook;

import java.time.Duration;

/**
 * Receives webhooks: a request in, an answer out. Whatever the web server is, it hands over what it received and sends what is
 * answered.
 *
 * <pre>{@code
 * WebhookReceiver leads = WebhookReceiver.named("leads")
 *         .verify(Signatures.github(secret))
 *         .handler(event -> crm.create(event.payload()))
 *         .build();
 * }</pre>
 */
@FunctionalInterface
public interface WebhookReceiver {

    /**
     * Receives a request. Returns when it is answered, which may take as long as the event's handler.
     *
     * @param request what came
     * @return what to answer; never null, and no exception for anything that a sender can do
     */
    WebhookResponse receive(WebhookRequest request);

    /**
     * How large a body the web server need not read any further: it is refused then.
     *
     * @return bytes; 1 MB by default
     */
    default int maxBody() {
        return 1024 * 1024;
    }

    /**
     * How long a sender may take to send the body.
     *
     * @return 10 seconds by default
     */
    default Duration bodyTimeout() {
        return Duration.ofSeconds(10);
    }

    /**
     * Begins the description of a receiver.
     *
     * @param name what it is called in logs and events
     * @return a builder
     */
    static WebhookEndpointBuilder named(String name) {
        return new WebhookEndpointBuilder(name);
    }
}
