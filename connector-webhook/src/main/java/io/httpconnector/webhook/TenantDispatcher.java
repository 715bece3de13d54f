package io.httpconnector.webhook;

import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides which events have the handler of a tenant, and reports the others. Thread-safe.
 *
 * @param routes the tenants
 * @param listeners the listeners of the receiver
 */
record TenantDispatcher(TenantRoutes routes, ReceiverListeners listeners) {

    private static final Logger LOG = LoggerFactory.getLogger(WebhookLog.NAME);

    boolean hasHandler(WebhookEvent event) {
        return routes.hasHandler(event.tenant());
    }

    /**
     * Returns the response to an event without a handler, which is reported; empty if it has one.
     *
     * @param accepted the response to accepted events
     */
    Optional<WebhookResponse> refuse(WebhookEvent event, ResponseFactory accepted) {
        if (routes.hasHandler(event.tenant())) {
            return Optional.empty();
        }
        if (routes.isExpected(event.tenant())) {
            LOG.info("{}: the sender should retry, because the tenant is being added", event);
            return Optional.of(StandardResponses.BUSY);
        }
        WebhookResponse response = routes.unknownResponse();
        report(event, response == null || response.isAccepted());
        return Optional.of(response == null ? accepted.of(event) : response);
    }

    private void report(WebhookEvent event, boolean isAcknowledged) {
        LOG.info(
                "{}: {}, because {}",
                event,
                isAcknowledged ? "acknowledged, but not handled" : "refused",
                event.tenant().isEmpty()
                        ? "it has no signed tenant"
                        : "the tenant \"" + Texts.visible(event.tenant()) + "\" is unknown");
        routes.countUnknown();
        listeners.notify(listener -> listener.onUnknownTenant(event));
    }

    /**
     * Handles an event whose tenant was known when it was accepted.
     *
     * @throws Exception if the handler fails, or the tenant has no handler any more and such events are refused
     */
    void handle(WebhookEvent event) throws Exception {
        WebhookResponse response = routes.unknownResponse();
        boolean acknowledges = response == null || response.isAccepted();
        if (acknowledges && !routes.hasHandler(event.tenant()) && !routes.isExpected(event.tenant())) {
            report(event, true);
        } else {
            routes.handle(event);
        }
    }
}
