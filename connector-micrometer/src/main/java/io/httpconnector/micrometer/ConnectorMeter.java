package io.httpconnector.micrometer;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * The meters of {@link ConnectorMetrics}. Names follow OpenTelemetry's semantic conventions where these have one: those of HTTP
 * clients and of messaging, in which a trigger or receiver is a destination and an event is a message.
 */
public enum ConnectorMeter {
    /** The calls of connections, with all retries. The tag {@code cache.result} is {@code none} without a response cache. */
    REQUEST_DURATION(
            "http.client.request.duration",
            Meter.Type.TIMER,
            "calls of connections, with all retries; `cache.result` with a response cache: `hit`, `revalidated`, `stale`, `miss`, otherwise `none`",
            "connection",
            "http.request.method",
            "http.response.status_code",
            "error.type",
            "error",
            "server.address",
            "server.port",
            "url.scheme",
            "cache.result"),
    /** The attempts that failed and were followed by another one. */
    REQUEST_RETRIES(
            "httpconnector.request.retries",
            Meter.Type.COUNTER,
            "attempts that were followed by another one",
            "connection"),
    /** The time that calls waited for the rate limit, for a socket, and between attempts. */
    REQUEST_WAIT(
            "httpconnector.request.wait",
            Meter.Type.TIMER,
            "time that calls waited for the rate limit, for a socket, and between attempts",
            "connection"),
    /** The sockets of a connection pool. */
    POOL_SOCKETS(
            "httpconnector.pool.sockets",
            Meter.Type.GAUGE,
            "sockets of the pool of a connection, and requests that wait for one: `active`, `idle`, `waiting`, `max`",
            "connection",
            "state"),
    /** The requests for tokens and logins. */
    CREDENTIALS_DURATION(
            "httpconnector.credentials.duration",
            Meter.Type.TIMER,
            "requests for tokens and logins: `obtained`, `failed`, `authorization_needed`",
            "connection",
            "outcome"),
    /** The time until the credentials in use expire. */
    CREDENTIALS_LIFETIME(
            "httpconnector.credentials.lifetime",
            Meter.Type.GAUGE,
            "seconds until the credentials in use expire; negative afterwards",
            "connection"),
    /** The polls. */
    POLL_DURATION(
            "messaging.client.operation.duration",
            Meter.Type.TIMER,
            "polls",
            "messaging.destination.name",
            "messaging.operation.name",
            "messaging.system",
            "error.type",
            "error"),
    /** The pages that polls have read. */
    POLL_PAGES(
            "httpconnector.poll.pages", Meter.Type.COUNTER, "pages that polls have read", "messaging.destination.name"),
    /** The records on these pages. */
    POLL_RECORDS(
            "httpconnector.poll.records", Meter.Type.COUNTER, "records on these pages", "messaging.destination.name"),
    /** The time between the due time and the start of a poll. */
    POLL_LAG(
            "httpconnector.poll.lag",
            Meter.Type.TIMER,
            "time between the due time and the start of polls",
            "messaging.destination.name"),
    /** The number of failed polls since the last success. */
    POLL_FAILURES(
            "httpconnector.poll.failures",
            Meter.Type.GAUGE,
            "failed polls since the last success",
            "messaging.destination.name"),
    /** The age of the last successful poll. */
    POLL_AGE(
            "httpconnector.poll.age",
            Meter.Type.GAUGE,
            "seconds since the last successful poll; NaN before it",
            "messaging.destination.name"),
    /** The events that were delivered to a handler for the first time. */
    EVENTS(
            "messaging.client.consumed.messages",
            Meter.Type.COUNTER,
            "events that were delivered to their handler, without further attempts",
            "messaging.destination.name",
            "messaging.operation.name",
            "messaging.system"),
    /** The calls of handlers. */
    HANDLER_DURATION(
            "messaging.process.duration",
            Meter.Type.TIMER,
            "calls of handlers",
            "messaging.destination.name",
            "messaging.operation.name",
            "messaging.system",
            "error.type",
            "error"),
    /** The calls of handlers that are repeated after a backoff. */
    EVENT_RETRIES(
            "httpconnector.event.retries",
            Meter.Type.COUNTER,
            "events whose handler failed, and is called again",
            "messaging.destination.name"),
    /** The events that became dead letters. */
    DEAD_LETTERS(
            "httpconnector.event.dead_letters",
            Meter.Type.COUNTER,
            "events that became dead letters",
            "messaging.destination.name"),
    /** The requests to webhook receivers. */
    WEBHOOK_DURATION(
            "httpconnector.webhook.duration",
            Meter.Type.TIMER,
            "requests to webhook receivers",
            "messaging.destination.name",
            "http.response.status_code",
            "error.type"),
    /** The events whose tenant has no handler. */
    UNKNOWN_TENANTS(
            "httpconnector.webhook.unknown_tenants",
            Meter.Type.COUNTER,
            "events of unknown tenants at URLs that tenants share",
            "messaging.destination.name"),
    /** The events in an inbox that are not yet handled. */
    INBOX_PENDING(
            "httpconnector.inbox.pending",
            Meter.Type.GAUGE,
            "events of an inbox that are not yet handled",
            "messaging.destination.name"),
    /** The age of the oldest event in an inbox. */
    INBOX_AGE(
            "httpconnector.inbox.age",
            Meter.Type.GAUGE,
            "age of the oldest of these events in seconds; 0 without one",
            "messaging.destination.name"),
    /** The instances of a connector registry. */
    REGISTRY_INSTANCES(
            "httpconnector.registry.instances",
            Meter.Type.GAUGE,
            "instances of a connector registry: `active`, `needs_authorization`, `failed`, `disabled`, `removing`",
            "connector",
            "state"),
    /** The state of a webhook subscription. */
    SUBSCRIPTION_STATE(
            "httpconnector.subscription.state",
            Meter.Type.GAUGE,
            "1 for the state of a webhook subscription, 0 for the others: `not_registered`, `creating`, `active`, `deleting`,"
                    + " `authorization_needed`",
            "messaging.destination.name",
            "state"),
    /** The time until a webhook subscription expires. */
    SUBSCRIPTION_LIFETIME(
            "httpconnector.subscription.lifetime",
            Meter.Type.GAUGE,
            "seconds until a webhook subscription expires; NaN if it does not, or if there is none",
            "messaging.destination.name"),
    /** The age of the last event of a webhook subscription. */
    SUBSCRIPTION_EVENT_AGE(
            "httpconnector.subscription.event.age",
            Meter.Type.GAUGE,
            "seconds since the last event of a webhook subscription; NaN before it",
            "messaging.destination.name"),
    /** The number of webhook subscriptions that could not be deleted yet. */
    SUBSCRIPTION_UNDELETED(
            "httpconnector.subscription.undeleted",
            Meter.Type.GAUGE,
            "webhook subscriptions that are not needed any more, but not deleted at the service yet",
            "messaging.destination.name"),
    /** The renewals of webhook subscriptions. */
    SUBSCRIPTION_RENEWALS(
            "httpconnector.subscription.renewals",
            Meter.Type.COUNTER,
            "renewals of webhook subscriptions",
            "messaging.destination.name"),
    /** The replacements of the secrets of webhook subscriptions. */
    SUBSCRIPTION_ROTATIONS(
            "httpconnector.subscription.rotations",
            Meter.Type.COUNTER,
            "replacements of the secrets of webhook subscriptions",
            "messaging.destination.name"),
    /** The failed steps of webhook subscriptions. */
    SUBSCRIPTION_FAILURES(
            "httpconnector.subscription.failures",
            Meter.Type.COUNTER,
            "failed steps of webhook subscriptions: `recover`, `create`, `renew`, `rotate`, `check`, `delete`, `store`",
            "messaging.destination.name",
            "action"),
    /** The webhook subscriptions that have replaced another one. */
    SUBSCRIPTION_REPLACEMENTS(
            "httpconnector.subscription.replacements",
            Meter.Type.COUNTER,
            "webhook subscriptions that have replaced another one",
            "messaging.destination.name",
            "reason"),
    /** The times in which events may be missing. */
    SUBSCRIPTION_GAPS(
            "httpconnector.subscription.gaps",
            Meter.Type.COUNTER,
            "times without a webhook subscription, and announcements of the service that events are missing",
            "messaging.destination.name"),
    /** The duplicates of webhook subscriptions that were deleted. */
    SUBSCRIPTION_DUPLICATES(
            "httpconnector.subscription.duplicates",
            Meter.Type.COUNTER,
            "webhook subscriptions that were left by a crash or a suspended node, and were deleted",
            "messaging.destination.name"),
    /** The webhook subscriptions that may exist, but cannot be found. */
    SUBSCRIPTION_ORPHANS(
            "httpconnector.subscription.orphans",
            Meter.Type.COUNTER,
            "webhook subscriptions that may exist at the service, but cannot be found there",
            "messaging.destination.name"),
    /** The events of hybrid triggers by the source that has seen them first. */
    HYBRID_EVENTS(
            "httpconnector.hybrid.events",
            Meter.Type.COUNTER,
            "events of hybrid triggers by the source that has seen them first: `webhook`, `poll`",
            "messaging.destination.name",
            "source"),
    /** The events that the webhook of a hybrid trigger has missed. */
    HYBRID_MISSED(
            "httpconnector.hybrid.missed",
            Meter.Type.COUNTER,
            "events that the webhook of a hybrid trigger has missed",
            "messaging.destination.name"),
    /** The share of events that the webhook of a hybrid trigger has missed. */
    HYBRID_MISSED_SHARE(
            "httpconnector.hybrid.missed.share",
            Meter.Type.GAUGE,
            "share of all events that the webhook of a hybrid trigger has missed, from 0 to 1",
            "messaging.destination.name"),
    /** The missed events for which a webhook arrived later. */
    HYBRID_LATE(
            "httpconnector.hybrid.late",
            Meter.Type.COUNTER,
            "missed events for which a webhook has arrived after the grace time",
            "messaging.destination.name"),
    /** Whether the webhook of a hybrid trigger is silent although there are changes. */
    HYBRID_SILENT(
            "httpconnector.hybrid.silent",
            Meter.Type.GAUGE,
            "1 if the webhook of a hybrid trigger is silent although there are changes, otherwise 0",
            "messaging.destination.name");

    private final String meter;
    private final Meter.Type type;
    private final String description;

    @SuppressWarnings("ImmutableEnumChecker") // A list that cannot be changed.
    private final List<String> tags;

    ConnectorMeter(String meter, Meter.Type type, String description, String... tags) {
        this.meter = meter;
        this.type = type;
        this.description = description;
        this.tags = List.of(tags);
    }

    /**
     * Returns the name of the meter.
     *
     * @return the name in Micrometer's notation; registries derive their own from it, such as
     *     {@code httpconnector_poll_records_total}
     */
    public String meterName() {
        return meter;
    }

    /**
     * Returns the type of the meter.
     *
     * @return timer, counter or gauge
     */
    public Meter.Type type() {
        return type;
    }

    /**
     * Returns what the meter measures.
     *
     * @return a phrase
     */
    public String description() {
        return description;
    }

    /**
     * Returns the tags of the meter.
     *
     * @return the keys
     */
    public List<String> tags() {
        return tags;
    }

    /** Combines the values of two objects of the same name: amounts are added, of others the more alarming one is shown. */
    double combine(double first, double second) {
        return switch (this) {
            case POOL_SOCKETS, INBOX_PENDING, REGISTRY_INSTANCES, SUBSCRIPTION_STATE, SUBSCRIPTION_UNDELETED ->
                first + second;
            case SUBSCRIPTION_LIFETIME -> Math.min(first, second);
            default -> Math.max(first, second);
        };
    }

    /** Returns the timer with these tags. */
    Timer timer(MeterRegistry meters, String... keysAndValues) {
        return Timer.builder(meter).description(description).tags(keysAndValues).register(meters);
    }

    /** Increments the counter with these tags. It is created also by 0, so that an alert sees the first increment. */
    void increment(MeterRegistry meters, long amount, String... keysAndValues) {
        Counter.builder(meter)
                .description(description)
                .tags(keysAndValues)
                .register(meters)
                .increment((double) amount);
    }

    /** Returns the counter with these tags, whose value is that of an object. */
    <T> FunctionCounter counter(MeterRegistry meters, T object, ToDoubleFunction<T> value, String... keysAndValues) {
        return FunctionCounter.builder(meter, object, value)
                .description(description)
                .tags(keysAndValues)
                .register(meters);
    }

    /** Returns the gauge with these tags, which becomes NaN when the object is no longer in memory. */
    <T> Gauge gauge(MeterRegistry meters, T object, ToDoubleFunction<T> value, String... keysAndValues) {
        return Gauge.builder(meter, object, value)
                .description(description)
                .tags(keysAndValues)
                .register(meters);
    }
}
