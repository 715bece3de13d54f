package io.httpconnector.definition.registry;

import io.httpconnector.TimeSource;
import io.httpconnector.auth.oauth2.TokenStore;
import io.httpconnector.definition.ConnectorContext;
import io.httpconnector.definition.SecretSource;
import io.httpconnector.polling.PollingEngine;
import io.httpconnector.state.StateStore;
import io.httpconnector.webhook.WebhookListener;
import io.httpconnector.webhook.WebhookResponse;
import io.httpconnector.webhook.WebhookRouter;
import io.httpconnector.webhook.inbox.Inbox;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The settings of a {@link ConnectorRegistry}. */
record RegistrySettings(
        InstanceStore instances,
        SecretSource secrets,
        StateStore state,
        TokenStore tokens,
        @Nullable WebhookRouter router,
        @Nullable Inbox inbox,
        @Nullable WebhookResponse unknownTenants,
        List<WebhookListener> webhookListeners,
        PollingEngine engine,
        TimeSource time,
        int maxOpen,
        Set<InstanceId> reserved,
        Consumer<ConnectorContext.Builder> context) {

    /** Returns the same settings with another store of the instances. */
    RegistrySettings storingIn(InstanceStore store) {
        return new RegistrySettings(
                store,
                secrets,
                state,
                tokens,
                router,
                inbox,
                unknownTenants,
                webhookListeners,
                engine,
                time,
                maxOpen,
                reserved,
                context);
    }
}
