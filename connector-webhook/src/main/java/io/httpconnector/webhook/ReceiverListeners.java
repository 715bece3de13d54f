package io.httpconnector.webhook;

import io.httpconnector.internal.Listeners;
import io.httpconnector.trigger.AttemptResult;
import io.httpconnector.trigger.AttemptResult.Outcome;
import io.httpconnector.trigger.Delivery;
import io.httpconnector.trigger.DeliveryListener;
import io.httpconnector.trigger.DeliveryListener.AttemptObserver;
import io.httpconnector.trigger.DeliveryListener.DeliveryAttempt;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The listeners of a receiver. Their exceptions are logged and ignored.
 *
 * @param receiver the name of the receiver
 * @param listeners the listeners
 */
record ReceiverListeners(String receiver, List<WebhookListener> listeners) {

    private static final Logger LOG = LoggerFactory.getLogger(WebhookLog.NAME);

    boolean isEmpty() {
        return listeners.isEmpty();
    }

    void notify(Consumer<WebhookListener> call) {
        listeners.forEach(listener -> Listeners.call(LOG, receiver, () -> call.accept(listener)));
    }

    /** Reports the attempts of a delivery from the inbox. */
    Delivery observe(Delivery delivery) {
        return isEmpty() ? delivery : delivery.listener(DeliveryListener.all(listeners));
    }

    /** Reports each call of a responder in the thread of the request, as one attempt. */
    WebhookResponder observe(WebhookResponder responder) {
        if (isEmpty()) {
            return responder;
        }
        DeliveryListener all = DeliveryListener.all(listeners);
        return event -> {
            AttemptObserver observer = all.onAttempt(new DeliveryAttempt(List.of(event.toTriggerEvent()), 1));
            WebhookResponse response = null;
            Throwable failure = null;
            try {
                response = responder.respond(event);
                return response;
            } catch (Throwable e) {
                failure = e;
                throw e;
            } finally {
                observer.onResult(result(response), Optional.ofNullable(failure));
            }
        };
    }

    /** If the response is not a success, the sender is asked to send the request again. */
    private static AttemptResult result(@Nullable WebhookResponse response) {
        boolean isHandled = response != null && response.isAccepted();
        return new AttemptResult(isHandled ? Outcome.HANDLED : Outcome.RETRY, Duration.ZERO, List.of());
    }
}
