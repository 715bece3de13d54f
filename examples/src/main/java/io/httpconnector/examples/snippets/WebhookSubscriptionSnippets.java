package io.httpconnector.examples.snippets;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.HttpConnection;
import io.httpconnector.state.StateStore;
import io.httpconnector.webhook.DeliveredSecrets;
import io.httpconnector.webhook.WebhookReceiver;
import io.httpconnector.webhook.subscription.SubscriptionListener;
import io.httpconnector.webhook.subscription.WebhookSubscription;
import java.net.URI;

/** The code of {@code docs/webhook-subscriptions.md}. */
final class WebhookSubscriptionSnippets {

    private WebhookSubscriptionSnippets() {}

    static WebhookReceiver subscription(
            HttpConnection github,
            URI url,
            StateStore state,
            DeliveredSecrets secrets,
            SubscriptionListener alerts,
            Builds builds) {
        WebhookSubscription pushes = WebhookSubscription.named("acme-pushes")
                .preset("github")
                .parameter("owner", "acme")
                .parameter("repository", "app")
                .events("push")
                .connection(github)
                .url(url) // the public URL of the receiver; a secret
                .store(state)
                .secrets(secrets)
                .listener(alerts)
                .build();

        WebhookReceiver receiver = WebhookReceiver.named("acme-pushes")
                .subscription(pushes) // verifier, handshakes, and all valid secrets
                .handler(event -> builds.start(event.payload()))
                .build();

        pushes.start(); // after the web server accepts requests
        return receiver;
    }

    /** Starts a build of a commit. */
    interface Builds {
        void start(JsonNode push);
    }
}
