package io.httpconnector.webhook;

/** The name of the logger of receivers. All classes log under the name of {@link WebhookReceiver} without depending on it. */
final class WebhookLog {

    static final String NAME = "io.httpconnector.webhook.WebhookReceiver";

    private WebhookLog() {}
}
