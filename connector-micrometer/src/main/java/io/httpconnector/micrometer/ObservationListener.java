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
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

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
 * Each retry is an event of the observation. Of more than 500 hosts, further ones are {@code (other)}, and a request method that
 * RFC 9110 and RFC 5789 do not define is {@code _OTHER}. Thread-safe.
 */
public final class ObservationListener implements ExchangeListener {

    private static final String NAME = ConnectorMeter.REQUEST_DURATION.meterName();
    private static final String CACHE_RESULT = "cache.result";

    /** The request methods of RFC 9110, section 9, and RFC 5789. */
    private static final Set<String> METHODS =
            Set.of("CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE");

    /** The value that OpenTelemetry's conventions define for other request methods. */
    private static final String OTHER_METHOD = "_OTHER";

    private static final int MAX_HOSTS = 500;

    private final ObservationRegistry registry;
    private final UnaryOperator<String> names;
    private final UnaryOperator<String> hosts;

    /**
     * Creates a listener.
     *
     * @param names returns the tag for the name of a connection
     * @param hosts returns the tag for a host and port
     */
    ObservationListener(ObservationRegistry registry, UnaryOperator<String> names, UnaryOperator<String> hosts) {
        this.registry = registry;
        this.names = names;
        this.hosts = hosts;
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
        NameLimiter hosts = new NameLimiter(MAX_HOSTS, UnaryOperator.identity());
        return new ObservationListener(registry, UnaryOperator.identity(), hosts::tag);
    }

    @Override
    public CallObserver started(ExchangeStarted start) {
        return started(start, registry.getCurrentObservation());
    }

    @Override
    public ExchangeListener inCurrentContext() {
        Observation current = registry.getCurrentObservation();
        return current == null ? this : start -> started(start, current);
    }

    private CallObserver started(ExchangeStarted start, @Nullable Observation parent) {
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
        String host = uri.getHost() == null ? origin.host() : uri.getHost();
        String port = String.valueOf(port(origin));
        boolean isKnown = !hosts.apply(host + ":" + port).equals(NameLimiter.OTHER);
        Observation observation = Observation.createNotStarted(NAME, () -> context, registry)
                .parentObservation(parent)
                .contextualName(start.name().isEmpty() ? start.method() : start.name())
                .lowCardinalityKeyValue("connection", names.apply(start.connection()))
                .lowCardinalityKeyValue(
                        "http.request.method", METHODS.contains(start.method()) ? start.method() : OTHER_METHOD)
                .lowCardinalityKeyValue("server.address", isKnown ? host : NameLimiter.OTHER)
                .lowCardinalityKeyValue("server.port", isKnown ? port : NameLimiter.OTHER)
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
