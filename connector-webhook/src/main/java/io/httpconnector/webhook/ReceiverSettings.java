package io.httpconnector.webhook;

import io.httpconnector.TimeSource;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** The settings of a receiver, which its builder has checked. Immutable. {@code refreshSecrets} looks for newer secrets. */
record ReceiverSettings(
        String name,
        List<Verifier> verifiers,
        List<Handshake> handshakes,
        Set<String> methods,
        WebhookResponder responder,
        @Nullable TenantRoutes tenants,
        ResponseFactory response,
        EventReader reader,
        SenderLimiter senderLimiter,
        @Nullable String publicUrl,
        int maxBody,
        Duration bodyTimeout,
        Duration deadline,
        TimeSource time,
        ReceiverListeners listeners,
        BooleanSupplier refreshSecrets) {}
