package io.httpconnector.micrometer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.httpconnector.HttpConnection;
import io.httpconnector.polling.PollingEngine;
import io.httpconnector.polling.PushSettings;
import io.httpconnector.polling.RecordSelector;
import io.httpconnector.polling.StartPosition;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import io.httpconnector.testing.VirtualTime;
import io.httpconnector.webhook.ValueSelector;
import io.httpconnector.webhook.WebhookRequest;
import io.httpconnector.webhook.hybrid.HybridTrigger;
import io.httpconnector.webhook.hybrid.HybridTriggerBuilder;
import io.httpconnector.webhook.hybrid.WebhookPayload;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Measures a hybrid trigger whose webhook misses an event. */
class HybridMetricsTest {

    private static final String NAME = "contacts";

    private final VirtualTime time = new VirtualTime();
    private final MeterRegistry meters =
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT, new PrometheusRegistry(), new VirtualClock(time));
    private final ConnectorMetrics metrics = ConnectorMetrics.of(meters);
    private final MockService service = MockService.start();
    private final PollingEngine engine = PollingEngine.create(1, time);
    private final HttpConnection connection =
            HttpConnection.named("CRM").baseUrl(service.baseUrl()).build();

    @AfterEach
    void stop() {
        engine.close();
        connection.close();
        service.close();
    }

    private static HybridTriggerBuilder contacts(HttpConnection connection, ConnectorMetrics metrics) {
        return HybridTrigger.named(NAME)
                .connection(connection)
                .poll(poll -> poll.request(
                                RequestTemplate.named("List").get("/records").build())
                        .records(RecordSelector.at(""))
                        .key("/id")
                        .version("/v")
                        .startPosition(StartPosition.everything())
                        .every(Duration.ofHours(1))
                        .acceptPushes(PushSettings.defaults().grace(Duration.ofMinutes(5)))
                        .listener(metrics.triggers()))
                .webhook(webhook -> webhook.unverified()
                        .id(ValueSelector.body("/v"))
                        .listener(outcome -> metrics.receivers().onResponse(outcome)))
                .payload(WebhookPayload.records(""))
                .store(StateStore.inMemory())
                .handler(event -> {});
    }

    /** Creates each meter, for the tests of all meters; the result must be kept. */
    static Object useEverything(ConnectorMetrics metrics, String baseUrl) {
        HttpConnection connection = HttpConnection.named("CRM").baseUrl(baseUrl).build();
        HybridTrigger trigger = contacts(connection, metrics).build();
        metrics.monitor(trigger);
        return trigger;
    }

    private double gauge(ConnectorMeter meter) {
        return meters.get(meter.meterName())
                .tag("messaging.destination.name", NAME)
                .gauge()
                .value();
    }

    private double counter(ConnectorMeter meter, String... tags) {
        return meters.get(meter.meterName())
                .tag("messaging.destination.name", NAME)
                .tags(tags)
                .functionCounter()
                .count();
    }

    private static WebhookRequest webhook(String record) {
        return WebhookRequest.of(
                "POST", "/", "", Map.of("Content-Type", List.of("application/json")), record.getBytes(UTF_8));
    }

    @Test
    void theWebhookOfATriggerOfADocumentIsMeasuredByItsStatus() {
        service.on("GET", "/records", MockResponse.json("[]"));
        try (HybridTrigger trigger = contacts(connection, metrics).build()) {
            ConnectorMetrics.Monitor monitor =
                    metrics.monitor(NAME, () -> trigger.status().webhook());
            trigger.pollOnce();
            assertThat(trigger.receive(webhook("{\"id\":9,\"v\":9}")).status()).isEqualTo(200);

            assertThat(counter(ConnectorMeter.HYBRID_EVENTS, "source", "webhook"))
                    .isEqualTo(1);
            assertThat(gauge(ConnectorMeter.HYBRID_SILENT)).isZero();
            monitor.close();
            assertThat(meters.find(ConnectorMeter.HYBRID_SILENT.meterName()).meters())
                    .isEmpty();
        }
    }

    @Test
    void missedEventsAreMeasured() {
        String first = "{\"id\":1,\"v\":1}";
        String second = "{\"id\":2,\"v\":2}";
        String third = "{\"id\":3,\"v\":3}";
        service.on(
                "GET",
                "/records",
                MockResponse.json("[" + first + "]"),
                MockResponse.json("[" + first + "," + second + "," + third + "]"));
        HybridTrigger trigger = contacts(connection, metrics)
                .poll(poll -> poll.engine(engine))
                .webhook(webhook -> webhook.timeSource(time))
                .build();
        ConnectorMetrics.Monitor monitor = metrics.monitor(trigger);
        trigger.pollOnce();
        assertThat(trigger.receive(webhook(second)).status()).isEqualTo(200);
        time.advance(Duration.ofMinutes(1));
        trigger.pollOnce();
        time.advance(Duration.ofMinutes(6));
        trigger.pollOnce();

        assertThat(counter(ConnectorMeter.HYBRID_EVENTS, "source", "webhook")).isEqualTo(1);
        assertThat(counter(ConnectorMeter.HYBRID_EVENTS, "source", "poll")).isEqualTo(1);
        assertThat(counter(ConnectorMeter.HYBRID_MISSED)).isEqualTo(1);
        assertThat(gauge(ConnectorMeter.HYBRID_MISSED_SHARE)).isEqualTo(0.5);
        assertThat(gauge(ConnectorMeter.HYBRID_SILENT)).isEqualTo(1);
        assertThat(counter(ConnectorMeter.HYBRID_LATE)).isZero();

        assertThat(trigger.receive(webhook(third)).status()).isEqualTo(200);
        time.advance(Duration.ofSeconds(6));

        assertThat(counter(ConnectorMeter.HYBRID_LATE)).isEqualTo(1);
        assertThat(gauge(ConnectorMeter.HYBRID_SILENT)).isZero();
        assertThat(gauge(ConnectorMeter.POLL_FAILURES)).isZero();
        // Each event is counted once, whichever source sees it first.
        assertThat(meters.get(ConnectorMeter.EVENTS.meterName()).counter().count())
                .isEqualTo(3);
        assertThat(meters.get(ConnectorMeter.WEBHOOK_DURATION.meterName())
                        .timer()
                        .count())
                .isEqualTo(2);
        monitor.close();
        assertThat(meters.find(ConnectorMeter.HYBRID_MISSED.meterName()).meters())
                .isEmpty();
        trigger.close();
    }

    @Test
    void unreadableStateIsNoIncrease() {
        HybridTrigger trigger = contacts(connection, metrics)
                .store(id -> {
                    throw new IllegalStateException("the database is down");
                })
                .build();
        metrics.monitor(trigger);

        FunctionCounter missed =
                meters.get(ConnectorMeter.HYBRID_MISSED.meterName()).functionCounter();
        assertThat(missed.count()).isNaN();
        assertThat(gauge(ConnectorMeter.HYBRID_SILENT)).isNaN();
    }
}
