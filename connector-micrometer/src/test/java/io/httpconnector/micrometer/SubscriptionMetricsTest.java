package io.httpconnector.micrometer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.httpconnector.HttpConnection;
import io.httpconnector.RetryPolicy;
import io.httpconnector.Secret;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.testing.VirtualTime;
import io.httpconnector.webhook.Signatures;
import io.httpconnector.webhook.WebhookReceiver;
import io.httpconnector.webhook.WebhookRequest;
import io.httpconnector.webhook.WebhookSigner;
import io.httpconnector.webhook.subscription.SubscriptionStatus.SubscriptionState;
import io.httpconnector.webhook.subscription.WebhookSubscription;
import io.httpconnector.webhook.subscription.WebhookSubscriptionBuilder;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Measures webhook subscriptions at a service that fails, forgets and finds them. */
class SubscriptionMetricsTest {

    private static final String NAME = "acme-pushes";

    private final VirtualTime time = new VirtualTime();
    private final MeterRegistry meters =
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT, new PrometheusRegistry(), new VirtualClock(time));
    private final ConnectorMetrics metrics = ConnectorMetrics.of(meters);
    private final AtomicInteger created = new AtomicInteger();
    private volatile int status;
    private volatile boolean isListed = true;
    private HttpServer service;
    private HttpConnection connection;

    @BeforeEach
    void start() throws IOException {
        service = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        service.createContext("/hooks", this::handle);
        service.start();
        connection = HttpConnection.named("service")
                .baseUrl("http://localhost:" + service.getAddress().getPort())
                .retry(RetryPolicy.none())
                .timeSource(time)
                .build();
    }

    @AfterEach
    void stop() {
        connection.close();
        service.stop(0);
    }

    /** A list has a second subscription with our URL once. */
    private void handle(HttpExchange exchange) throws IOException {
        String method = exchange.getRequestMethod();
        String path = exchange.getRequestURI().getPath();
        int id = method.equals("POST") ? created.incrementAndGet() : created.get();
        String one = "{\"id\":\"h%d\",\"url\":\"https://hooks.example.com/a\",\"expires\":\"%s\"}";
        String hook = one.formatted(id, time.now().plus(Duration.ofDays(3)));
        boolean isList = path.equals("/hooks") && method.equals("GET");
        String body =
                isList ? "[" + (isListed && id > 0 ? hook + "," + one.formatted(99, time.now()) : "") + "]" : hook;
        isListed = isListed && !isList;
        byte[] bytes = body.getBytes(UTF_8);
        exchange.sendResponseHeaders(status == 0 ? 200 : status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private static WebhookSubscriptionBuilder subscription(HttpConnection connection) {
        return WebhookSubscription.named(NAME)
                .connection(connection)
                .url(URI.create("https://hooks.example.com/a"))
                .create(RequestTemplate.named("Create")
                        .post("/hooks")
                        .json("{\"url\": \"{{webhook.url}}\"}")
                        .build())
                .id("/id")
                .expiry("/expires")
                .renew(RequestTemplate.named("Renew")
                        .patch("/hooks/{{subscription.id}}")
                        .build())
                .check(RequestTemplate.named("Check")
                        .get("/hooks/{{subscription.id}}")
                        .build())
                .delete(RequestTemplate.named("Delete")
                        .delete("/hooks/{{subscription.id}}")
                        .build());
    }

    /** Causes each meter at least once, for the tests of all meters; the result must be kept. */
    static Object useEverything(ConnectorMetrics metrics, String baseUrl) {
        HttpConnection connection =
                HttpConnection.named("service").baseUrl(baseUrl).build();
        WebhookSubscription subscription =
                subscription(connection).listener(metrics.subscriptions()).build();
        metrics.subscriptions().onRecreated(NAME, "h2", "expired");
        metrics.monitor(subscription);
        return subscription;
    }

    private WebhookSubscription measured() {
        return subscription(connection)
                .list(RequestTemplate.named("List").get("/hooks").build(), "", "/id", "/url")
                .listener(metrics.subscriptions())
                .timeSource(time)
                .build();
    }

    private double gauge(ConnectorMeter meter, String... tags) {
        return meters.get(meter.meterName())
                .tag("messaging.destination.name", NAME)
                .tags(tags)
                .gauge()
                .value();
    }

    private double counter(ConnectorMeter meter, String... tags) {
        return meters.get(meter.meterName())
                .tag("messaging.destination.name", NAME)
                .tags(tags)
                .counter()
                .count();
    }

    private SubscriptionState state() {
        List<SubscriptionState> found = List.of(SubscriptionState.values()).stream()
                .filter(state -> gauge(
                                ConnectorMeter.SUBSCRIPTION_STATE,
                                "state",
                                state.name().toLowerCase(Locale.ROOT))
                        == 1)
                .toList();
        assertThat(found).hasSize(1);
        return found.get(0);
    }

    @Test
    void gaugesFollowTheSubscription() {
        WebhookSubscription subscription = measured();
        ConnectorMetrics.Monitor monitor = metrics.monitor(subscription);
        assertThat(state()).isEqualTo(SubscriptionState.NOT_REGISTERED);
        assertThat(gauge(ConnectorMeter.SUBSCRIPTION_LIFETIME)).isNaN();
        assertThat(gauge(ConnectorMeter.SUBSCRIPTION_EVENT_AGE)).isNaN();

        subscription.register();
        receive(subscription);
        time.advance(Duration.ofHours(1));

        assertThat(state()).isEqualTo(SubscriptionState.ACTIVE);
        assertThat(gauge(ConnectorMeter.SUBSCRIPTION_LIFETIME)).isEqualTo(71 * 3600);
        assertThat(gauge(ConnectorMeter.SUBSCRIPTION_EVENT_AGE)).isEqualTo(3600);

        status = 401;
        time.advance(Duration.ofHours(36));
        Instant next = subscription.manage();
        time.advance(Duration.ofSeconds(6));

        assertThat(next).isAfter(time.now());
        assertThat(state()).isEqualTo(SubscriptionState.AUTHORIZATION_NEEDED);

        status = 500;
        subscription.stop();
        time.advance(Duration.ofSeconds(6));
        assertThat(state()).isEqualTo(SubscriptionState.DELETING);
        assertThat(gauge(ConnectorMeter.SUBSCRIPTION_UNDELETED)).isEqualTo(1);

        monitor.close();
        assertThat(meters.find(ConnectorMeter.SUBSCRIPTION_STATE.meterName()).meters())
                .isEmpty();
    }

    private void receive(WebhookSubscription subscription) {
        try (WebhookReceiver receiver = WebhookReceiver.named(NAME)
                .subscription(subscription)
                .verify(Signatures.github(Secret.of("s3cret")))
                .handler(event -> {})
                .timeSource(time)
                .build()) {
            WebhookRequest request = WebhookRequest.of("POST", "/", "", Map.of(), "{}".getBytes(UTF_8));
            assertThat(receiver.receive(WebhookSigner.preset("github", Secret.of("s3cret"))
                                    .sign(request))
                            .status())
                    .isEqualTo(200);
        }
    }

    @Test
    void stepsAreCounted() {
        WebhookSubscription subscription = measured();
        metrics.monitor(subscription);
        assertThat(counter(ConnectorMeter.SUBSCRIPTION_FAILURES, "action", "renew"))
                .isZero();
        assertThat(counter(ConnectorMeter.SUBSCRIPTION_DUPLICATES)).isZero();
        assertThat(counter(ConnectorMeter.SUBSCRIPTION_REPLACEMENTS, "reason", "expired"))
                .isZero();

        subscription.register();
        subscription.renewNow();
        status = 500;
        subscription.renewNow();
        status = 404;
        subscription.renewNow();

        assertThat(counter(ConnectorMeter.SUBSCRIPTION_RENEWALS)).isEqualTo(1);
        assertThat(counter(ConnectorMeter.SUBSCRIPTION_FAILURES, "action", "renew"))
                .isEqualTo(1);
        assertThat(counter(ConnectorMeter.SUBSCRIPTION_FAILURES, "action", "create"))
                .isEqualTo(1);

        status = 0;
        isListed = true;
        time.advance(Duration.ofHours(1));
        subscription.checkNow();

        assertThat(counter(ConnectorMeter.SUBSCRIPTION_REPLACEMENTS, "reason", "renew: it does not exist any more"))
                .isEqualTo(1);
        assertThat(counter(ConnectorMeter.SUBSCRIPTION_GAPS)).isEqualTo(1);
        isListed = true;
        subscription.checkNow();
        assertThat(counter(ConnectorMeter.SUBSCRIPTION_DUPLICATES)).isPositive();
    }

    @Test
    void theNumberOfReasonsIsBounded() {
        for (int i = 0; i < 100; i++) {
            metrics.subscriptions().onRecreated(NAME, "h" + i, "notification: " + i);
        }
        assertThat(meters.find(ConnectorMeter.SUBSCRIPTION_REPLACEMENTS.meterName())
                        .meters())
                .hasSize(31);
        assertThat(counter(ConnectorMeter.SUBSCRIPTION_REPLACEMENTS, "reason", "(other)"))
                .isEqualTo(70);
    }
}
