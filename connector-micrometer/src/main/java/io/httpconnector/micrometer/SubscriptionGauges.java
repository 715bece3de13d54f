package io.httpconnector.micrometer;

import io.httpconnector.webhook.subscription.SubscriptionStatus;
import io.httpconnector.webhook.subscription.SubscriptionStatus.SubscriptionState;
import io.httpconnector.webhook.subscription.WebhookSubscription;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/** The gauges of a webhook subscription. */
final class SubscriptionGauges {

    private SubscriptionGauges() {}

    static Gauges.Group add(Gauges.Group group, WebhookSubscription subscription, MeterRegistry meters) {
        Clock clock = meters.config().clock();
        Sampled<WebhookSubscription, SubscriptionStatus> status = new Sampled<>(clock, WebhookSubscription::status);
        for (SubscriptionState state : SubscriptionState.values()) {
            group.add(
                    ConnectorMeter.SUBSCRIPTION_STATE,
                    subscription,
                    monitored -> status.of(monitored).state() == state ? 1 : 0,
                    Tag.STATE,
                    state.name().toLowerCase(Locale.ROOT));
        }
        return group.add(
                        ConnectorMeter.SUBSCRIPTION_LIFETIME,
                        subscription,
                        monitored -> -age(clock, status.of(monitored).expires()))
                .add(
                        ConnectorMeter.SUBSCRIPTION_EVENT_AGE,
                        subscription,
                        monitored -> age(clock, status.of(monitored).lastEvent()))
                .add(
                        ConnectorMeter.SUBSCRIPTION_UNDELETED,
                        subscription,
                        monitored -> status.of(monitored).toDelete().size());
    }

    /** The seconds since a time. */
    private static double age(Clock clock, Optional<Instant> time) {
        return time.map(at -> (clock.wallTime() - at.toEpochMilli()) / 1000.0).orElse(Double.NaN);
    }
}
