package io.httpconnector.micrometer;

import io.httpconnector.ExchangeListener;
import io.httpconnector.ExchangeResult;
import io.httpconnector.ExchangeStarted;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.cache.ResponseCache;
import io.httpconnector.internal.http.Origin;
import io.httpconnector.internal.http.Url;
import io.micrometer.common.KeyValue;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.transport.Kind;
import io.micrometer.observation.transport.RequestReplySenderContext;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;

/**
 * Reports each call of a connection as a Micrometer observation, named and tagged by OpenTelemetry's semantic conventions for
 * HTTP clients. If the application uses tracing, the trace context is propagated in the request headers.
 *
 * <pre>{@code
 * .listener(ObservationListener.of(observationRegistry))
 * }</pre>
 *
 * <p>The observation is {@code http.client.request.duration}. Its low-cardinality tags are {@code http.request.method},
 * {@code http.response.status_code}, {@code error.type}, {@code server.address}, {@code server.port}, {@code url.scheme}, {@code cache.result}
 * ({@code none} without a response cache) and {@code connection}; its high-cardinality tags are {@code url.full}, without secrets, and {@code http.request.resend_count}.
 * Each retry is an event of the observation. Immutable and thread-safe.
 */
public final class ObservationListener implements ExchangeListener {

    private static final String NAME = ConnectorMeter.REQUEST_DURATION.meterName();
    private static final String CACHE_RESULT = "cache.result";

    private final ObservationRegistry registry;
    private final UnaryOperator<String> names;

    /**
     * Creates a listener.
     *
     * @param names returns the tag for the name of a connection
     */
    ObservationListener(ObservationRegistry registry, UnaryOperator<String> names) {
        this.registry = registry;
        this.names = names;
    }

    /**
     * Creates a listener that reports to a registry.
     *
     * @param registry the registry of the application
     * @return the listener
     * @throws InvalidDefinitionException if the registry is null
     */
    public static ExchangeListener of(ObservationRegistry registry) {
        if (registry == null) {
            throw new InvalidDefinitionException("observation listener", List.of("the registry is null"));
        }
        return new ObservationListener(registry, UnaryOperator.identity());
    }

    @Override
    public CallObserver started(ExchangeStarted start) {
        RequestReplySenderContext<ExchangeStarted, ExchangeResult> context = new RequestReplySenderContext<>(
                (carrier, key, value) -> {
                    if (carrier != null) {
                        carrier.header(key, value);
                    }
                },
                Kind.CLIENT);
        context.setCarrier(start);
        context.setRemoteServiceName(start.connection());
        URI uri = start.uri();
        // URI has no host and port if the name of the host has an underscore.
        Origin origin = Url.parseAbsolute(uri.getScheme() + "://" + uri.getRawAuthority())
                .origin();
        Observation observation = Observation.createNotStarted(NAME, () -> context, registry)
                .contextualName(start.name().isEmpty() ? start.method() : start.name())
                .lowCardinalityKeyValue("connection", names.apply(start.connection()))
                .lowCardinalityKeyValue("http.request.method", start.method())
                .lowCardinalityKeyValue("server.address", uri.getHost() == null ? origin.host() : uri.getHost())
                .lowCardinalityKeyValue("server.port", String.valueOf(port(origin)))
                .lowCardinalityKeyValue("url.scheme", uri.getScheme())
                .lowCardinalityKeyValue("http.response.status_code", KeyValue.NONE_VALUE)
                .lowCardinalityKeyValue("error.type", KeyValue.NONE_VALUE)
                .lowCardinalityKeyValue(CACHE_RESULT, KeyValue.NONE_VALUE)
                .highCardinalityKeyValue("url.full", uri.toString())
                .start();
        return new ObservedCall(observation, context);
    }

    private static int port(Origin origin) {
        return origin.port() >= 0 ? origin.port() : origin.scheme().equals("https") ? 443 : 80;
    }

    private record ObservedCall(
            Observation observation, RequestReplySenderContext<ExchangeStarted, ExchangeResult> context)
            implements CallObserver {

        @Override
        public void retrying(ExchangeResult report, Duration wait) {
            observation.event(Observation.Event.of("retry", report + ", again in " + wait.toMillis() + " ms"));
        }

        @Override
        public void ended(ExchangeResult report) {
            context.setResponse(report);
            report.status()
                    .ifPresent(status ->
                            observation.lowCardinalityKeyValue("http.response.status_code", String.valueOf(status)));
            ResponseCache.result(report)
                    .ifPresent(result -> observation.lowCardinalityKeyValue(
                            CACHE_RESULT, result.name().toLowerCase(Locale.ROOT)));
            if (report.attempts() > 1) {
                observation.highCardinalityKeyValue("http.request.resend_count", String.valueOf(report.attempts() - 1));
            }
            report.failure().ifPresent(failure -> {
                String type = report.status().isPresent()
                        ? String.valueOf(report.status().getAsInt())
                        : failure.getClass().getSimpleName();
                observation.lowCardinalityKeyValue("error.type", type).error(failure);
            });
            observation.stop();
        }
    }
}
