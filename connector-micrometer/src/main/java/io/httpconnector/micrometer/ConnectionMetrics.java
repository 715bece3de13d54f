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

/** Measures the calls of connections and their requests for credentials. Thread-safe. */
final class ConnectionMetrics implements ExchangeListener {

    private final MeterRegistry meters;
    private final ExchangeListener calls;
    private final NameLimiter names;
    private final Map<String, Instant> expiries = new ConcurrentHashMap<>();

    ConnectionMetrics(MeterRegistry meters, ObservationRegistry observations, NameLimiter names) {
        this.meters = meters;
        this.calls = new ObservationListener(observations, names::tag);
        this.names = names;
    }

    @Override
    public CallObserver started(ExchangeStarted start) {
        CallObserver observed = calls.started(start);
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

    private void monitorLifetime(String connection, Instant expiry) {
        if (expiries.put(connection, expiry) == null) {
            var unused = ConnectorMeter.CREDENTIALS_LIFETIME.gauge(
                    meters, this, metrics -> metrics.lifetime(connection), Tag.CONNECTION, connection);
        }
    }

    private double lifetime(String connection) {
        Instant expiry = expiries.get(connection);
        return expiry == null
                ? Double.NaN
                : (expiry.toEpochMilli() - meters.config().clock().wallTime()) / 1000.0;
    }
}
