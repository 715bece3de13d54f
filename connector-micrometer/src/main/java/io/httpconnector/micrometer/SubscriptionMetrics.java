package io.httpconnector.micrometer;

import io.httpconnector.webhook.subscription.SubscriptionAction;
import io.httpconnector.webhook.subscription.SubscriptionListener;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;

/** Counts what happens to webhook subscriptions. Thread-safe. */
final class SubscriptionMetrics implements SubscriptionListener {

    /** The library has fewer reasons, but they can contain the names of a service's notifications. */
    private static final int MAX_REASONS = 30;

    private static final List<ConnectorMeter> COUNTERS = List.of(
            ConnectorMeter.SUBSCRIPTION_RENEWALS,
            ConnectorMeter.SUBSCRIPTION_ROTATIONS,
            ConnectorMeter.SUBSCRIPTION_GAPS,
            ConnectorMeter.SUBSCRIPTION_DUPLICATES,
            ConnectorMeter.SUBSCRIPTION_ORPHANS);

    private final MeterRegistry meters;
    private final NameLimiter names;
    private final NameLimiter reasons = new NameLimiter(MAX_REASONS, UnaryOperator.identity());

    SubscriptionMetrics(MeterRegistry meters, NameLimiter names) {
        this.meters = meters;
        this.names = names;
    }

    /** Creates the counters of a subscription, so that alerts see the first increment. */
    void prepare(String subscription) {
        COUNTERS.forEach(meter -> count(meter, subscription, 0));
        for (SubscriptionAction action : SubscriptionAction.values()) {
            countFailures(subscription, action, 0);
        }
        REPLACEMENT_REASONS.forEach(reason -> countReplacements(subscription, reason, 0));
    }

    @Override
    public void onRenewed(String subscription, String id) {
        count(ConnectorMeter.SUBSCRIPTION_RENEWALS, subscription, 1);
    }

    @Override
    public void onRecreated(String subscription, String id, String reason) {
        countReplacements(subscription, reason, 1);
    }

    @Override
    public void onGap(String subscription, String reason) {
        count(ConnectorMeter.SUBSCRIPTION_GAPS, subscription, 1);
    }

    @Override
    public void onFailure(String subscription, SubscriptionAction action, Exception failure, int consecutiveFailures) {
        countFailures(subscription, action, 1);
    }

    @Override
    public void onRotated(String subscription) {
        count(ConnectorMeter.SUBSCRIPTION_ROTATIONS, subscription, 1);
    }

    @Override
    public void onDuplicateRemoved(String subscription, String id) {
        count(ConnectorMeter.SUBSCRIPTION_DUPLICATES, subscription, 1);
    }

    @Override
    public void onPossibleOrphan(String subscription, String description) {
        count(ConnectorMeter.SUBSCRIPTION_ORPHANS, subscription, 1);
    }

    private void count(ConnectorMeter meter, String subscription, long amount) {
        meter.increment(meters, amount, Tag.DESTINATION, names.tag(subscription));
    }

    private void countReplacements(String subscription, String reason, long amount) {
        ConnectorMeter.SUBSCRIPTION_REPLACEMENTS.increment(
                meters, amount, Tag.DESTINATION, names.tag(subscription), Tag.REASON, reasons.tag(reason));
    }

    private void countFailures(String subscription, SubscriptionAction action, long amount) {
        ConnectorMeter.SUBSCRIPTION_FAILURES.increment(
                meters,
                amount,
                Tag.DESTINATION,
                names.tag(subscription),
                Tag.ACTION,
                action.name().toLowerCase(Locale.ROOT));
    }
}
