package io.httpconnector.micrometer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.httpconnector.ConnectorException;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.RetryPolicy;
import io.httpconnector.Secret;
import io.httpconnector.auth.oauth2.OAuth2;
import io.httpconnector.cache.CacheSettings;
import io.httpconnector.cache.ResponseCache;
import io.httpconnector.definition.ConnectorDefinition;
import io.httpconnector.definition.registry.ConnectorRegistry;
import io.httpconnector.definition.registry.InstanceStore;
import io.httpconnector.polling.PollingTrigger;
import io.httpconnector.polling.StartPosition;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.trigger.Delivery;
import io.httpconnector.trigger.EventHandler;
import io.httpconnector.webhook.Signatures;
import io.httpconnector.webhook.TenantRoutes;
import io.httpconnector.webhook.ValueSelector;
import io.httpconnector.webhook.WebhookReceiver;
import io.httpconnector.webhook.WebhookRequest;
import io.httpconnector.webhook.WebhookSigner;
import io.httpconnector.webhook.inbox.Inbox;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Measures a connection with OAuth 2, a trigger and a receiver, as Prometheus sees them. */
@Timeout(30)
class ConnectorMetricsTest {

    private static final Secret SECRET = Secret.of("s3cret");
    private static final Path DOCS = Path.of("../docs");

    private final PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final AtomicInteger requests = new AtomicInteger();
    private final List<Object> monitored = new ArrayList<>();
    private HttpServer service;

    @BeforeEach
    void startService() throws IOException {
        service = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        service.createContext(
                "/token", exchange -> respond(exchange, 200, "{\"access_token\":\"t\",\"expires_in\":3600}"));
        service.createContext("/records", exchange -> {
            boolean isFirst = requests.getAndIncrement() == 0;
            respond(exchange, isFirst ? 503 : 200, "[{\"id\":1,\"v\":1},{\"id\":2,\"v\":1}]");
        });
        service.createContext("/broken", exchange -> respond(exchange, 200, "no JSON"));
        service.start();
    }

    @AfterEach
    void stopService() {
        service.stop(0);
    }

    private static void respond(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private String url() {
        return "http://localhost:" + service.getAddress().getPort();
    }

    private HttpConnection connection(String name, ConnectorMetrics metrics) {
        String url = url();
        return HttpConnection.named(name)
                .baseUrl(url)
                .auth(OAuth2.clientCredentials()
                        .tokenUrl(url + "/token")
                        .client("client", SECRET)
                        .build())
                .retry(RetryPolicy.maxAttempts(2).backoff(Duration.ofMillis(1), Duration.ofMillis(1)))
                .listener(metrics.connections())
                .build();
    }

    private static PollingTrigger trigger(HttpConnection connection, ConnectorMetrics metrics, EventHandler handler) {
        return PollingTrigger.named("updated-records")
                .connection(connection)
                .request(RequestTemplate.named("Records").get("/records").build())
                .key("/id")
                .version("/v")
                .startPosition(StartPosition.everything())
                .store(StateStore.inMemory())
                .delivery(Delivery.to(handler).attempts(2).backoff(Duration.ofMillis(1), Duration.ofMillis(1)))
                .listener(metrics.triggers())
                .build();
    }

    private static WebhookReceiver receiver(ConnectorMetrics metrics, BlockingQueue<String> handled) {
        return WebhookReceiver.named("orders")
                .verify(Signatures.github(SECRET))
                .inbox(Inbox.inMemory())
                .listener(metrics.receivers())
                .handler(event -> handled.add(event.id()))
                .build();
    }

    private static WebhookRequest webhook() {
        WebhookRequest request = WebhookRequest.of("POST", "/", "", Map.of(), "{}".getBytes(UTF_8));
        return WebhookSigner.preset("github", SECRET).sign(request);
    }

    /** Causes every meter at least once. */
    private void useEverything(ConnectorMetrics metrics) throws InterruptedException {
        BlockingQueue<String> handled = new LinkedBlockingQueue<>();
        HttpConnection connection = connection("Records", metrics);
        PollingTrigger trigger = trigger(connection, metrics, event -> {
            if (event.key().equals("1")) {
                throw new IllegalStateException("cannot be handled");
            }
        });
        WebhookReceiver receiver = receiver(metrics, handled);
        metrics.monitor(connection);
        metrics.monitor(trigger);
        metrics.monitor(receiver);
        monitored.add(SubscriptionMetricsTest.useEverything(metrics, url()));
        monitored.add(HybridMetricsTest.useEverything(metrics, url()));

        assertThat(trigger.pollOnce().deadLetters()).isEqualTo(1);
        assertThat(receiver.receive(webhook()).status()).isEqualTo(200);
        assertThat(receiver.receive(WebhookRequest.of("POST", "/", "", Map.of(), "{}".getBytes(UTF_8)))
                        .status())
                .isEqualTo(401);
        assertThat(handled.poll(10, TimeUnit.SECONDS)).isNotNull();
        receiver.close();
        useRegistry(metrics);
    }

    /** Causes the meters of a registry, and of a URL that tenants share. */
    private static void useRegistry(ConnectorMetrics metrics) {
        ConnectorRegistry registry =
                ConnectorRegistry.in(InstanceStore.inMemory()).build();
        registry.define(ConnectorDefinition.parse("""
                connector: 1
                id: shop
                version: 1.0.0
                title: Shop
                connection: {baseUrl: "https://shop.example.com"}
                """));
        registry.start();
        metrics.registry().monitor(registry);
        WebhookReceiver shared = WebhookReceiver.named("shared")
                .verify(Signatures.github(SECRET))
                .tenant(ValueSelector.body("/installation/id"))
                .tenants(TenantRoutes.create())
                .listener(metrics.receivers())
                .build();
        assertThat(shared.receive(webhook()).status()).isEqualTo(200);
        // Gauges have weak references.
        REGISTRIES.add(registry);
    }

    private static final List<ConnectorRegistry> REGISTRIES = new ArrayList<>();

    @Test
    void everyMeterExistsWithItsTagsOnly() throws InterruptedException {
        useEverything(ConnectorMetrics.of(meters));

        for (ConnectorMeter meter : ConnectorMeter.values()) {
            assertThat(meters.find(meter.meterName()).meters())
                    .as(meter.meterName())
                    .isNotEmpty()
                    .allSatisfy(found -> {
                        assertThat(found.getId().getType()).isEqualTo(meter.type());
                        assertThat(found.getId().getTags().stream().map(Tag::getKey))
                                .containsExactlyInAnyOrderElementsOf(meter.tags());
                    });
        }
        Set<String> known = Set.of(ConnectorMeter.values()).stream()
                .map(ConnectorMeter::meterName)
                .collect(Collectors.toSet());
        assertThat(meters.getMeters().stream().map(found -> found.getId().getName()))
                .allSatisfy(name -> assertThat(known).contains(name.replaceFirst("\\.(active|retry)$", "")));
        assertThat(meters.scrape()).doesNotContain("s3cret");
    }

    @Test
    void countsAreThoseOfTheTriggerAndReceiver() throws InterruptedException {
        useEverything(ConnectorMetrics.of(meters));
        String scraped = meters.scrape();

        assertThat(scraped)
                .contains("httpconnector_poll_records_total{messaging_destination_name=\"updated-records\"} 2.0")
                .contains("httpconnector_event_retries_total{messaging_destination_name=\"updated-records\"} 1.0")
                .contains("httpconnector_event_dead_letters_total{messaging_destination_name=\"updated-records\"} 1.0")
                .contains("httpconnector_request_retries_total{connection=\"Records\"} 1.0")
                .contains("httpconnector_poll_failures{messaging_destination_name=\"updated-records\"} 0.0")
                .contains("httpconnector_inbox_pending{messaging_destination_name=\"orders\"} 0.0")
                .contains(
                        "httpconnector_credentials_duration_seconds_count{connection=\"Records\",outcome=\"obtained\"} 1")
                .containsPattern("httpconnector_credentials_lifetime\\{connection=\"Records\"} 3[56]")
                .contains(
                        "error_type=\"unverified\",http_response_status_code=\"401\",messaging_destination_name=\"orders\"} 1")
                .contains("error_type=\"IllegalStateException\",messaging_destination_name=\"updated-records\"")
                .containsPattern(
                        "messaging_client_consumed_messages_total\\{messaging_destination_name=\"orders\".*} 1.0")
                .containsPattern(
                        "messaging_client_consumed_messages_total\\{messaging_destination_name=\"updated-records\".*} 2.0");
    }

    @Test
    void failedPollsAreErrors() {
        ConnectorMetrics metrics = ConnectorMetrics.of(meters);
        try (HttpConnection connection = connection("Records", metrics);
                PollingTrigger trigger = PollingTrigger.named("broken")
                        .connection(connection)
                        .request(RequestTemplate.named("Broken").get("/broken").build())
                        .key("/id")
                        .store(StateStore.inMemory())
                        .handler(event -> {})
                        .listener(metrics.triggers())
                        .build()) {
            ConnectorMetrics.Monitor monitor = metrics.monitor(trigger);
            assertThatThrownBy(trigger::pollOnce).isInstanceOf(ConnectorException.class);

            assertThat(meters.scrape())
                    .contains("httpconnector_poll_failures{messaging_destination_name=\"broken\"} 1.0")
                    .containsPattern(
                            "messaging_client_operation_duration_seconds_count\\{.*error_type=\"PollingException\",.*} 1");
            monitor.close();
            assertThat(meters.scrape()).doesNotContain("httpconnector_poll_failures{");
        }
    }

    @Test
    void triggersOfAnotherSchedulerHaveGauges() {
        ConnectorMetrics.Monitor monitor = ConnectorMetrics.of(meters).monitor("shared", () -> 2, Optional::empty);

        assertThat(meters.scrape())
                .contains("httpconnector_poll_failures{messaging_destination_name=\"shared\"} 2.0")
                .contains("httpconnector_poll_age{messaging_destination_name=\"shared\"} NaN");
        monitor.close();
        assertThat(meters.scrape()).doesNotContain("httpconnector_poll_failures{");
    }

    @Test
    void theResultOfTheCacheIsATag() {
        service.createContext("/cached", exchange -> {
            exchange.getResponseHeaders().add("Cache-Control", "max-age=60");
            respond(exchange, exchange.getRequestURI().getPath().endsWith("missing") ? 404 : 200, "{}");
        });
        try (HttpConnection connection = HttpConnection.named("Cached")
                .baseUrl(url())
                .around(ResponseCache.of(CacheSettings.defaults()))
                .listener(ConnectorMetrics.of(meters).connections())
                .build()) {
            for (int i = 0; i < 5; i++) {
                connection.send(Request.get("/cached/" + i % 2));
            }
            connection.send(Request.get("/cached/0").header("Cache-Control", "no-store"));
            assertThatThrownBy(() -> connection.send(Request.get("/cached/missing")))
                    .isInstanceOf(ConnectorException.class);
        }

        Map<String, Long> counts = new TreeMap<>();
        meters.find(ConnectorMeter.REQUEST_DURATION.meterName())
                .timers()
                .forEach(timer -> counts.merge(
                        timer.getId().getTag("cache.result") + " "
                                + timer.getId().getTag("http.response.status_code"),
                        timer.count(),
                        Long::sum));
        assertThat(counts).isEqualTo(Map.of("hit 200", 3L, "miss 200", 2L, "none 200", 1L, "miss 404", 1L));
    }

    @Test
    void theNumberOfNamesIsBounded() {
        ConnectorMetrics metrics = ConnectorMetrics.of(meters)
                .names(name -> name.substring(name.indexOf('/') + 1))
                .maxNames(2);
        for (String name : List.of("acme/a", "b", "other/a", "c", "d")) {
            try (HttpConnection connection = connection(name, metrics)) {
                metrics.monitor(connection);
                connection.send(Request.get("/token"));
            }
        }

        Set<String> names = tags(meters, ConnectorMeter.REQUEST_WAIT, "connection");
        assertThat(names).containsExactlyInAnyOrder("a", "b", "(other)");
        assertThat(tags(meters, ConnectorMeter.POOL_SOCKETS, "connection")).containsExactlyInAnyOrder("a", "b");
    }

    private static Set<String> tags(MeterRegistry meters, ConnectorMeter meter, String key) {
        return meters.find(meter.meterName()).meters().stream()
                .map(found -> String.valueOf(found.getId().getTag(key)))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Records which observation was the parent of which. */
    private static final class Parents implements ObservationHandler<Observation.Context> {

        private final List<String> found = new ArrayList<>();

        @Override
        public synchronized void onStop(Observation.Context context) {
            found.add(context.getContextualName() + " < "
                    + (context.getParentObservation() == null
                            ? "none"
                            : context.getParentObservation().getContextView().getContextualName()));
        }

        @Override
        public boolean supportsContext(Observation.Context context) {
            return true;
        }
    }

    @Test
    void requestsOfHandlersBelongToTheEventThatCausedThem() throws InterruptedException {
        ObservationRegistry observations = ObservationRegistry.create();
        Parents parents = new Parents();
        observations.observationConfig().observationHandler(parents);
        ConnectorMetrics metrics = ConnectorMetrics.of(meters).observations(observations);
        BlockingQueue<String> handled = new LinkedBlockingQueue<>();
        try (HttpConnection connection = connection("Records", metrics);
                PollingTrigger trigger = PollingTrigger.named("parallel")
                        .connection(connection)
                        .request(
                                RequestTemplate.named("Records").get("/records").build())
                        .key("/id")
                        .startPosition(StartPosition.everything())
                        .store(StateStore.inMemory())
                        .delivery(Delivery.to(event ->
                                        connection.send(Request.get("/token").named("from " + event.key())))
                                .concurrently(2))
                        .listener(metrics.triggers())
                        .build();
                WebhookReceiver receiver = WebhookReceiver.named("orders")
                        .verify(Signatures.github(SECRET))
                        .inbox(Inbox.inMemory())
                        .listener(metrics.receivers())
                        .handler(event -> {
                            connection.send(Request.get("/token").named("from webhook"));
                            handled.add(event.id());
                        })
                        .build()) {
            trigger.pollOnce();
            Observation request =
                    Observation.createNotStarted("http.server", observations).contextualName("POST /hooks");
            request.observe(() -> receiver.receive(webhook()));
            assertThat(handled.poll(10, TimeUnit.SECONDS)).isNotNull();
            assertThat(observations.getCurrentObservation()).isNull();
        }

        assertThat(parents.found)
                .contains(
                        "poll parallel < none",
                        "Records < poll parallel",
                        "from 1 < process parallel",
                        "from 2 < process parallel",
                        "from webhook < process orders",
                        "process orders < POST /hooks")
                .filteredOn(line -> line.startsWith("process parallel"))
                .containsExactly("process parallel < poll parallel", "process parallel < poll parallel");
    }

    @Test
    void aFunctionForNamesThatFailsAffectsNoCallAndNoPoll() {
        for (UnaryOperator<String> names : List.<UnaryOperator<String>>of(
                name -> {
                    throw new IllegalStateException("no name");
                },
                name -> null)) {
            ConnectorMetrics metrics = ConnectorMetrics.of(meters).names(names);
            List<String> handled = new ArrayList<>();
            try (HttpConnection connection = connection("Records", metrics);
                    PollingTrigger trigger = trigger(connection, metrics, event -> handled.add(event.key()))) {
                assertThat(trigger.pollOnce().events()).isEqualTo(2);
                assertThat(connection.send(Request.get("/token")).status()).isEqualTo(200);
            }
            assertThat(handled).hasSize(2);
        }
    }

    @Test
    void manyThreadsUseTheSameListeners() {
        ConnectorMetrics metrics = ConnectorMetrics.of(meters).maxNames(3);
        IntStream.range(0, 40).parallel().forEach(i -> {
            try (HttpConnection connection = connection("c" + i, metrics)) {
                ConnectorMetrics.Monitor monitor = metrics.monitor(connection);
                connection.send(Request.get("/token"));
                monitor.close();
            }
        });

        assertThat(tags(meters, ConnectorMeter.REQUEST_WAIT, "connection"))
                .hasSize(4)
                .contains("(other)");
        assertThat(meters.find(ConnectorMeter.POOL_SOCKETS.meterName()).meters())
                .isEmpty();
    }

    @Test
    void invalidSettingsAreRejected() {
        assertThatThrownBy(() -> ConnectorMetrics.of(null)).isInstanceOf(InvalidDefinitionException.class);
        assertThatThrownBy(() -> ConnectorMetrics.of(meters).maxNames(0)).hasMessageContaining("use 1 to 100,000");
        assertThatThrownBy(() -> ConnectorMetrics.of(meters).names(null))
                .isInstanceOf(InvalidDefinitionException.class);
        assertThatThrownBy(() -> ConnectorMetrics.of(meters).observations(null))
                .isInstanceOf(InvalidDefinitionException.class);
    }

    /** The table is generated: {@code -Dmetrics=write} writes it. */
    @Test
    void theDocumentationListsAllMeters() throws IOException {
        StringBuilder table = new StringBuilder("| Meter | Type | Measures | Tags |\n|---|---|---|---|\n");
        for (ConnectorMeter meter : ConnectorMeter.values()) {
            table.append("| `")
                    .append(meter.meterName())
                    .append("` | ")
                    .append(meter.type().name().toLowerCase(java.util.Locale.ROOT))
                    .append(" | ")
                    .append(meter.description())
                    .append(" | `")
                    .append(String.join("`, `", meter.tags()))
                    .append("` |\n");
        }
        Path file = DOCS.resolve("metrics.md");
        String text = Files.readString(file);
        if ("write".equals(System.getProperty("metrics"))) {
            text = text.replaceFirst(
                    "(?s)\\| Meter \\|.*?\\|\n\n", java.util.regex.Matcher.quoteReplacement(table + "\n"));
            Files.writeString(file, text);
        }
        assertThat(text).contains(table);
    }

    /** The files that operators import. */
    private enum OperatorFile {
        DASHBOARD("metrics/grafana-dashboard.json"),
        ALERTS("metrics/prometheus-alerts.yaml");

        private final String path;

        OperatorFile(String path) {
            this.path = path;
        }
    }

    @ParameterizedTest
    @EnumSource(OperatorFile.class)
    void operatorFilesUseExistingMetricsAndTagsOnly(OperatorFile file) throws IOException, InterruptedException {
        useEverything(ConnectorMetrics.of(meters));
        Set<String> samples = new TreeSet<>();
        Set<String> labels = new TreeSet<>(Set.of("le", "job", "instance"));
        for (String line :
                meters.scrape().lines().filter(found -> !found.startsWith("#")).toList()) {
            samples.add(line.replaceFirst("[{ ].*", ""));
            Pattern.compile("([a-z_]+)=\"").matcher(line).results().forEach(found -> labels.add(found.group(1)));
        }
        String text = Files.readString(DOCS.resolve(file.path));

        List<String> used = Pattern.compile("\\b(httpconnector_|http_client_|messaging_)[a-z_]+\\b")
                .matcher(text)
                .results()
                .map(found -> found.group())
                .toList();
        assertThat(used).hasSizeGreaterThan(5);
        List<String> names = new ArrayList<>(samples);
        names.addAll(labels);
        assertThat(used).allSatisfy(name -> assertThat(names).contains(name));
        assertThat(Objects.requireNonNull(used.get(0))).isNotEmpty();
    }

    @Test
    void gaugesAreRemovedWhenTheMonitorIsClosed() {
        ConnectorMetrics metrics = ConnectorMetrics.of(meters);
        try (HttpConnection connection = connection("Records", metrics)) {
            ConnectorMetrics.Monitor monitor = metrics.monitor(connection);
            assertThat(tags(meters, ConnectorMeter.POOL_SOCKETS, "state"))
                    .containsExactlyInAnyOrder("active", "idle", "waiting", "max");
            monitor.close();
            monitor.close();
        }
        assertThat(meters.find(ConnectorMeter.POOL_SOCKETS.meterName()).meters().stream()
                        .map(Meter::getId))
                .isEmpty();
    }

    private double gauge(ConnectorMeter meter) {
        return meters.get(meter.meterName()).gauge().value();
    }

    /** The instances of a trigger for three customers, whose names in tags are the same. */
    @Test
    void gaugesOfTheSameNameAreCombined() {
        ConnectorMetrics metrics = ConnectorMetrics.of(meters).names(name -> name.substring(name.indexOf('/') + 1));
        Instant now = Instant.ofEpochMilli(meters.config().clock().wallTime());
        ConnectorMetrics.Monitor first = metrics.monitor("a/orders", () -> 1, () -> Optional.of(now.minusSeconds(100)));
        ConnectorMetrics.Monitor second =
                metrics.monitor("b/orders", () -> 5, () -> Optional.of(now.minusSeconds(7000)));
        ConnectorMetrics.Monitor third = metrics.monitor("c/orders", () -> 0, Optional::empty);

        assertThat(gauge(ConnectorMeter.POLL_FAILURES)).isEqualTo(5);
        assertThat(gauge(ConnectorMeter.POLL_AGE)).isBetween(7000.0, 7100.0);
        second.close();
        assertThat(gauge(ConnectorMeter.POLL_FAILURES)).isEqualTo(1);
        assertThat(gauge(ConnectorMeter.POLL_AGE)).isBetween(100.0, 200.0);
        first.close();
        third.close();
        assertThat(meters.find(ConnectorMeter.POLL_FAILURES.meterName()).meters())
                .isEmpty();
    }

    private double missed() {
        return meters.get(ConnectorMeter.HYBRID_MISSED.meterName())
                .functionCounter()
                .count();
    }

    /** What an object has counted before it is monitored is no increase, and a counter never decreases. */
    @Test
    void countersOfTheSameNameAreCombined() {
        NameLimiter names = new NameLimiter(10, name -> "orders");
        Gauges gauges = new Gauges(meters, names, names);
        AtomicInteger ofFirst = new AtomicInteger(10);
        AtomicInteger ofSecond = new AtomicInteger(90);
        ConnectorMetrics.Monitor first =
                gauges.ofDestination("a").addCounter(ConnectorMeter.HYBRID_MISSED, ofFirst, AtomicInteger::get);
        assertThat(missed()).isEqualTo(10);
        ConnectorMetrics.Monitor second =
                gauges.ofDestination("b").addCounter(ConnectorMeter.HYBRID_MISSED, ofSecond, AtomicInteger::get);
        assertThat(missed()).isEqualTo(10);
        ofFirst.incrementAndGet();
        ofSecond.addAndGet(2);
        second.close();
        assertThat(missed()).isEqualTo(13);
        ConnectorMetrics.Monitor again =
                gauges.ofDestination("b").addCounter(ConnectorMeter.HYBRID_MISSED, ofSecond, AtomicInteger::get);
        ofSecond.incrementAndGet();
        ofFirst.set(3);
        assertThat(missed()).isEqualTo(14);
        ofFirst.set(5);
        assertThat(missed()).isEqualTo(16);
        first.close();
        again.close();
        assertThat(meters.find(ConnectorMeter.HYBRID_MISSED.meterName()).meters())
                .isEmpty();
    }

    @Test
    void socketsOfConnectionsWithTheSameNameAreAdded() {
        ConnectorMetrics metrics = ConnectorMetrics.of(meters);
        try (HttpConnection first = connection("Records", metrics);
                HttpConnection second = connection("Records", metrics)) {
            ConnectorMetrics.Monitor old = metrics.monitor(first);
            double one = maximum();
            ConnectorMetrics.Monitor replaced = metrics.monitor(second);
            assertThat(maximum()).isEqualTo(2 * one);
            old.close();
            assertThat(maximum()).isEqualTo(one);
            replaced.close();
        }
    }

    private double maximum() {
        return meters.get(ConnectorMeter.POOL_SOCKETS.meterName())
                .tag("state", "max")
                .gauge()
                .value();
    }

    @Test
    void lifetimeOfCredentialsEndsWithTheLastMonitorOfTheConnection() {
        ConnectorMetrics metrics = ConnectorMetrics.of(meters);
        String meter = ConnectorMeter.CREDENTIALS_LIFETIME.meterName();
        try (HttpConnection connection = connection("Records", metrics)) {
            ConnectorMetrics.Monitor first = metrics.monitor(connection);
            ConnectorMetrics.Monitor second = metrics.monitor(connection);
            connection.send(Request.get("/token"));
            assertThat(meters.get(meter).gauge().value()).isBetween(3000.0, 3600.0);
            first.close();
            assertThat(meters.find(meter).gauge()).isNotNull();
            second.close();
            assertThat(meters.find(meter).gauge()).isNull();
        }
    }

    /** URLs and methods that the application takes from its customers. */
    @Test
    void theNumberOfHostsAndMethodsIsBounded() {
        ConnectorMetrics metrics = ConnectorMetrics.of(meters).maxNames(3);
        try (HttpConnection connection = HttpConnection.named("Any")
                .baseUrl(url())
                .retry(RetryPolicy.none())
                .listener(metrics.connections())
                .build()) {
            for (int i = 0; i < 20; i++) {
                Request toOther = Request.get("http://127.0.0." + (i + 1) + ":1/");
                assertThatThrownBy(() -> connection.send(toOther)).isInstanceOf(ConnectorException.class);
                connection.send(Request.of("M" + i, "/token"));
            }
        }
        assertThat(tags(meters, ConnectorMeter.REQUEST_DURATION, "server.address"))
                .hasSize(4)
                .contains("(other)");
        assertThat(tags(meters, ConnectorMeter.REQUEST_DURATION, "http.request.method"))
                .containsExactlyInAnyOrder("GET", "_OTHER");
    }

    @Test
    void requestsOnAnotherThreadBelongToTheHandlerToo() throws Exception {
        ObservationRegistry observations = ObservationRegistry.create();
        Map<String, String> parents = new TreeMap<>();
        observations.observationConfig().observationHandler(new ObservationHandler<Observation.Context>() {
            @Override
            public synchronized void onStop(Observation.Context context) {
                var parent = context.getParentObservation();
                parents.put(
                        context.getName(),
                        parent == null ? "none" : parent.getContextView().getName());
            }

            @Override
            public boolean supportsContext(Observation.Context context) {
                return true;
            }
        });
        ConnectorMetrics metrics = ConnectorMetrics.of(meters).observations(observations);
        try (HttpConnection connection = connection("Records", metrics)) {
            Observation.start("own", observations)
                    .observeChecked(
                            () -> connection.sendAsync(Request.get("/token")).get(10, TimeUnit.SECONDS));
        }
        assertThat(parents)
                .containsEntry(ConnectorMeter.REQUEST_DURATION.meterName(), "own")
                .containsEntry("own", "none");
    }

    @Test
    void panelsOfTheDashboardDoNotOverlap() throws IOException {
        JsonNode panels = new ObjectMapper()
                .readTree(DOCS.resolve("metrics/grafana-dashboard.json").toFile())
                .get("panels");
        assertThat(panels).hasSizeGreaterThan(20);
        assertThat(panels).extracting(panel -> panel.get("id")).doesNotHaveDuplicates();
        assertThat(panels).extracting(panel -> panel.get("gridPos")).doesNotHaveDuplicates();
        assertThat(panels).extracting(panel -> panel.get("title")).doesNotHaveDuplicates();
    }
}
