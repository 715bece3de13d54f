package io.httpconnector.micrometer;

import io.httpconnector.ExchangeListener;
import io.httpconnector.ExchangeResult;
import io.httpconnector.ExchangeStarted;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;

/** Measures the calls of connections and their requests for credentials. Thread-safe. */
final class ConnectionMetrics implements ExchangeListener {

    private final MeterRegistry meters;
    private final ObservationListener calls;
    private final NameLimiter names;
    private final Gauges gauges;

    /** The expiry of the latest credentials by the tag of their connection, and the gauge that shows it. */
    private final Map<String, Instant> expiries = new ConcurrentHashMap<>();

    private final Map<String, Integer> monitors = new ConcurrentHashMap<>();
    private final Map<String, ConnectorMetrics.Monitor> lifetimes = new ConcurrentHashMap<>();

    ConnectionMetrics(
            MeterRegistry meters, ObservationRegistry observations, NameLimiter names, int maxNames, Gauges gauges) {
        this.meters = meters;
        this.calls = new ObservationListener(
                observations, names::tag, new NameLimiter(maxNames, UnaryOperator.identity())::tag);
        this.names = names;
        this.gauges = gauges;
    }

    @Override
    public CallObserver started(ExchangeStarted start) {
        return measured(start, calls);
    }

    @Override
    public ExchangeListener inCurrentContext() {
        ExchangeListener calling = calls.inCurrentContext();
        return start -> measured(start, calling);
    }

    private CallObserver measured(ExchangeStarted start, ExchangeListener calling) {
        CallObserver observed = calling.started(start);
        String connection = names.tag(start.connection());
        return new CallObserver() {
            @Override
            public void retrying(ExchangeResult report, Duration wait) {
                observed.retrying(report, wait);
                ConnectorMeter.REQUEST_RETRIES.increment(meters, 1, Tag.CONNECTION, connection);
            }

            @Override
            public void ended(ExchangeResult report) {
                observed.ended(report);
                ConnectorMeter.REQUEST_WAIT
                        .timer(meters, Tag.CONNECTION, connection)
                        .record(report.timings().queue());
            }
        };
    }

    @Override
    public void credentials(CredentialsReport report) {
        String connection = names.tag(report.connection());
        String outcome = report.outcome().name().toLowerCase(Locale.ROOT);
        ConnectorMeter.CREDENTIALS_DURATION
                .timer(meters, Tag.CONNECTION, connection, Tag.OUTCOME, outcome)
                .record(report.duration());
        if (!connection.equals(NameLimiter.OTHER)) {
            report.expiresAt().ifPresent(expiry -> monitorLifetime(connection, expiry));
        }
    }

    /** Adds the gauge when the first expiry is known, because most connections have no credentials that expire. */
    private void monitorLifetime(String connection, Instant expiry) {
        if (expiries.put(connection, expiry) == null) {
            lifetimes.put(
                    connection,
                    gauges.ofConnectionTag(connection)
                            .add(ConnectorMeter.CREDENTIALS_LIFETIME, this, metrics -> metrics.lifetime(connection)));
        }
    }

    /** Counts a monitor of a connection. Its successor may be monitored before it is closed. */
    void monitored(String connection) {
        monitors.merge(names.tag(connection), 1, Integer::sum);
    }

    /** Removes the gauge of connections with the same tag when their last monitor is closed. */
    void closed(String name) {
        String connection = names.tag(name);
        if (monitors.computeIfPresent(connection, (tag, count) -> count == 1 ? null : count - 1) != null) {
            return;
        }
        expiries.remove(connection);
        ConnectorMetrics.Monitor gauge = lifetimes.remove(connection);
        if (gauge != null) {
            gauge.close();
        }
    }

    private double lifetime(String connection) {
        Instant expiry = expiries.get(connection);
        return expiry == null
                ? Double.NaN
                : (expiry.toEpochMilli() - meters.config().clock().wallTime()) / 1000.0;
    }
}
