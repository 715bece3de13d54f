/** Receives webhooks, independently of the web server: start at {@link io.httpconnector.webhook.WebhookReceiver}. */
@NullMarked
package io.httpconnector.webhook;

import org.jspecify.annotations.NullMarked;
