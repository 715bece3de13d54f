package io.httpconnector.examples.spring;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.Secret;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.testing.Await;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import io.httpconnector.webhook.WebhookRequest;
import io.httpconnector.webhook.WebhookSigner;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.h2.tools.Server;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs the application as two processes that share a database, and then as their successors. The tests are the chapters of one
 * story, because a process starts slowly.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class OrderSyncTest {

    private static final Secret ENDPOINT_SECRET = Secret.of("whsec_0123456789");
    private static final Pattern METER =
            Pattern.compile("^\\| `([a-z._]+)` \\| (timer|counter|gauge) \\|", Pattern.MULTILINE);

    private static final Pattern NOT_WRITTEN = Pattern.compile("\\s*|(import|package) .*|\\s*/\\*\\*.*\\*/");
    private static final Duration MIN_AGE = Duration.ofSeconds(12);
    private static final String ACME = "acme/updated-orders";
    private static final String GLOBEX = "globex/updated-orders";
    private static final List<ApplicationProcess> STARTED = new ArrayList<>();
    private static final Map<String, String> ENVIRONMENT = new TreeMap<>();

    @TempDir
    static Path directory;

    private static Server databaseServer;
    private static Connection database;
    private static Shop acme;
    private static Shop globex;
    private static Shop initech;
    private static Stripe stripe;
    private static ApplicationProcess first;
    private static ApplicationProcess second;

    /** The service of a customer. */
    private static final class Shop implements AutoCloseable {

        private final MockService service = MockService.start();
        private final List<String> orders = new CopyOnWriteArrayList<>();
        private final AtomicInteger tokens = new AtomicInteger();
        private volatile boolean isRevoked;
        private volatile boolean isUnavailable;

        private volatile long issuedAt;

        Shop() {
            service.on("POST", "/token", request -> {
                issuedAt = System.nanoTime();
                isRevoked = false;
                return MockResponse.json("{\"access_token\":\"t" + tokens.incrementAndGet()
                        + "\",\"token_type\":\"Bearer\",\"expires_in\":3600}");
            });
            service.on("GET", "/orders", request -> {
                if (isUnavailable) {
                    isUnavailable = false;
                    return MockResponse.status(503).header("Retry-After", "0");
                }
                String valid = isRevoked ? "none" : "Bearer t" + tokens;
                return request.header("Authorization").orElse("").equals(valid)
                        ? MockResponse.json("{\"orders\":" + orders + "}")
                        : MockResponse.status(401);
            });
            add("1", "\"open\"");
        }

        void add(String id, String status) {
            orders.add("{\"id\":\"" + id + "\",\"status\":" + status + "}");
        }

        /** Returns the age of the token. */
        Duration age() {
            return Duration.ofNanos(System.nanoTime() - issuedAt);
        }

        @Override
        public void close() {
            service.close();
        }
    }

    /** The API of Stripe, at which the application registers its webhook. */
    private static final class Stripe implements AutoCloseable {

        private final MockService service = MockService.start();
        private final List<String> created = new CopyOnWriteArrayList<>();

        Stripe() {
            service.on("GET", "/webhook_endpoints", MockResponse.json("{\"data\":[],\"has_more\":false}"));
            service.on("POST", "/webhook_endpoints", request -> {
                created.add(URLDecoder.decode(request.body(), UTF_8));
                return MockResponse.json("{\"id\":\"we_1\",\"secret\":\"" + ENDPOINT_SECRET.reveal() + "\"}");
            });
            service.on("GET", "/webhook_endpoints/we_1", MockResponse.json("{\"id\":\"we_1\",\"status\":\"enabled\"}"));
        }

        @Override
        public void close() {
            service.close();
        }
    }

    private static ApplicationProcess start(String name) throws Exception {
        ApplicationProcess started = ApplicationProcess.start(directory.resolve(name + ".log"), ENVIRONMENT);
        STARTED.add(started);
        return started;
    }

    @BeforeAll
    static void startTwoInstances() throws Exception {
        // The database outlives the processes.
        databaseServer = Server.createTcpServer("-tcpPort", "0", "-ifNotExists").start();
        String url = "jdbc:h2:tcp://localhost:" + databaseServer.getPort() + "/mem:orders;LOCK_TIMEOUT=20000";
        database = DriverManager.getConnection(url, "sa", "");
        acme = new Shop();
        globex = new Shop();
        initech = new Shop();
        stripe = new Stripe();
        ENVIRONMENT.put("SPRING_DATASOURCE_URL", url);
        ENVIRONMENT.put("SPRING_DATASOURCE_USERNAME", "sa");
        ENVIRONMENT.put("CONNECTORS_JDBC_INITIALIZESCHEMA", "always");
        ENVIRONMENT.put("ACME_URL", acme.service.baseUrl());
        ENVIRONMENT.put("ACME_SECRET", "secret1");
        ENVIRONMENT.put("GLOBEX_URL", globex.service.baseUrl());
        ENVIRONMENT.put("GLOBEX_SECRET", "secret2");
        ENVIRONMENT.put("SHOP_APP_SECRET", "secret4");
        ENVIRONMENT.put("STRIPE_SECRET_KEY", "sk_1");
        ENVIRONMENT.put("CONNECTORS_CONNECTIONS_STRIPE_BASEURL", stripe.service.baseUrl());
        ENVIRONMENT.put("ENCRYPTION_KEY", Base64.getEncoder().encodeToString(new byte[32]));
        ENVIRONMENT.put("PUBLIC_URL", "https://orders.example.com");
        first = start("first");
        second = start("second");
        first.awaitReady();
        second.awaitReady();
    }

    @AfterAll
    static void stop() throws Exception {
        for (ApplicationProcess process : STARTED) {
            process.close();
        }
        database.close();
        databaseServer.stop();
        acme.close();
        globex.close();
        initech.close();
        stripe.close();
    }

    private static List<String> rows(String query) {
        List<String> rows = new ArrayList<>();
        try (Statement statement = database.createStatement();
                ResultSet found = statement.executeQuery(query)) {
            while (found.next()) {
                rows.add(found.getString(1));
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return rows;
    }

    private static void execute(String sql) throws SQLException {
        try (Statement statement = database.createStatement()) {
            boolean unused = statement.execute(sql);
        }
    }

    private static List<String> orders() {
        return rows("select shop || ' ' || id from orders order by 1");
    }

    private static int pay(ApplicationProcess application, String id, Secret secret) {
        String body = "{\"id\":\"" + id + "\",\"type\":\"charge.succeeded\",\"data\":{\"object\":{}}}";
        return send(application, "/hooks/stripe/payment", body, "stripe", secret, "Stripe-Signature");
    }

    /** Sends an event with the signature of a service. */
    private static int send(
            ApplicationProcess application, String path, String body, String preset, Secret secret, String header) {
        WebhookRequest request = WebhookSigner.preset(preset, secret)
                .sign(WebhookRequest.of(
                        "POST", path, null, Map.of("Content-Type", List.of("application/json")), body.getBytes(UTF_8)));
        return application
                .post(
                        path,
                        Map.of(
                                "Content-Type",
                                "application/json",
                                header,
                                request.headers(header).get(0)),
                        body)
                .statusCode();
    }

    @Test
    @Order(1)
    void bothCustomersArePolledWithOneTokenEach() throws Exception {
        Await.until(() -> orders().equals(List.of("acme 1", "globex 1")));

        assertThat(first.operate(ACME, "poll")).isZero();
        assertThat(second.operate(ACME, "poll")).isZero();
        assertThat(acme.tokens).hasValue(1);
        assertThat(globex.tokens).hasValue(1);
    }

    @Test
    @Order(2)
    void stripeReportsPayments() throws Exception {
        Await.until(() -> first.trigger("stripe/payment")
                .at("/subscription/state")
                .asText()
                .equals("active"));
        assertThat(stripe.created)
                .containsExactly(
                        "url=https://orders.example.com/hooks/stripe/payment&enabled_events[]=charge.succeeded");
        assertThat(pay(first, "evt_1", ENDPOINT_SECRET)).isEqualTo(200);
        assertThat(pay(first, "evt_0", Secret.of("whsec_other"))).isEqualTo(401);

        Await.until(() -> rows("select id from payments").equals(List.of("evt_1")));
    }

    @Test
    @Order(3)
    void aDeadLetterIsReplayedThroughTheEndpoint() throws Exception {
        acme.add("2", "null");
        first.operate(ACME, "poll");

        JsonNode letter = second.trigger(ACME).path("deadLetters").path(0);
        assertThat(letter.path("key").asText()).isEqualTo("2");
        assertThat(letter.path("attempts").asInt()).isEqualTo(2);
        assertThat(letter.path("error").asText()).containsIgnoringCase("NULL not allowed for column \"STATUS\"");
        execute("alter table orders alter column status drop not null");
        assertThat(second.operate(ACME, "replay")).isEqualTo(1);
        assertThat(second.trigger(ACME).path("deadLetterCount").asInt()).isZero();
        assertThat(orders()).containsExactly("acme 1", "acme 2", "globex 1");
    }

    @Test
    @Order(4)
    void twoInstancesRefreshATokenOnce() throws Exception {
        // A younger token that is rejected is not replaced.
        Await.until(() -> acme.age().compareTo(MIN_AGE) > 0 && globex.age().compareTo(MIN_AGE) > 0);
        acme.isRevoked = true;
        CompletableFuture<Void> other = inBackground(() -> second.operate(ACME, "poll"));
        first.operate(ACME, "poll");
        other.get(20, TimeUnit.SECONDS);

        assertThat(acme.tokens).hasValue(2);
        globex.isRevoked = true;
        globex.isUnavailable = true;
        first.operate(GLOBEX, "poll");
        second.operate(GLOBEX, "poll");
        assertThat(globex.tokens).hasValue(2);
    }

    @Test
    @Order(5)
    void aCustomerIsAddedWhileTheApplicationRuns() throws Exception {
        int status = first.put(
                "/customers/initech",
                "{\"url\":\"" + initech.service.baseUrl()
                        + "\",\"clientId\":\"initech\",\"clientSecret\":\"secret3\",\"webhookSecret\":\"secret3\"}");

        assertThat(status).as(first.log()).isEqualTo(200);
        Await.until(() -> orders().contains("initech 1"));
        Await.until(() ->
                !second.trigger("initech/shop/updated-orders").path("state").isMissingNode());
        assertThat(initech.tokens).hasValue(1);
    }

    @Test
    @Order(6)
    void aWebhookOfAShopIsFasterThanThePoll() {
        Secret secret = Secret.of("secret1");
        String body = "{\"id\":\"e1\",\"order\":{\"id\":\"9\",\"status\":\"open\"}}";
        acme.add("9", "\"open\"");

        assertThat(send(second, "/hooks/acme/order-changed", body, "github", secret, "X-Hub-Signature-256"))
                .isEqualTo(200);
        Await.until(() -> orders().contains("acme 9"));
        assertThat(first.operate(ACME, "poll")).as("the same order").isZero();
        assertThat(first.trigger(ACME).path("kind").asText()).isEqualTo("hybrid");
    }

    @Test
    @Order(7)
    void anEventAtTheUrlOfAllShopsReachesTheHandlerOfItsShop() throws Exception {
        JsonNode shown = JsonSupport.parse(first.get("/actuator/connectors"));
        String path = URI.create(shown.at("/webhookUrls/shop~1closed").asText()).getPath();
        String body = "{\"id\":\"c1\",\"shop\":\"initech\"}";
        Secret secret = Secret.of("secret4");

        assertThat(send(second, path, body, "github", Secret.of("secret3"), "X-Hub-Signature-256"))
                .isEqualTo(401);
        assertThat(orders()).contains("initech 1");
        assertThat(send(second, path, body, "github", secret, "X-Hub-Signature-256"))
                .isEqualTo(200);
        Await.until(() -> !orders().contains("initech 1"));
        assertThat(orders()).contains("acme 1", "globex 1");
    }

    @Test
    @Order(8)
    void prometheusShowsEveryMeterOfTheReference() throws Exception {
        Map<String, String> suffixes = Map.of("timer", "_seconds_count", "counter", "_total", "gauge", "");
        List<String> meters = METER.matcher(Files.readString(Path.of("../docs/metrics.md")))
                .results()
                .map(meter -> meter.group(1).replace('.', '_') + suffixes.get(meter.group(2)))
                .toList();
        List<String> samples = first.get("/actuator/prometheus").lines().toList();

        assertThat(meters).hasSizeGreaterThan(15);
        assertThat(samples.stream().map(sample -> sample.replaceFirst("\\{.*", "")))
                .containsAll(meters);
        assertThat(samples)
                .contains("httpconnector_inbox_pending{messaging_destination_name=\"stripe/stripe/payment\"} 0.0")
                .contains("httpconnector_poll_failures{messaging_destination_name=\"acme/shop/updated-orders\"} 0.0");
    }

    @Test
    @Order(9)
    void nothingIsLostWhenAllInstancesAreKilled() throws Exception {
        String url = ENVIRONMENT.get("SPRING_DATASOURCE_URL");
        try (Connection holder = DriverManager.getConnection(url, "sa", "")) {
            holder.setAutoCommit(false);
            try (Statement statement = holder.createStatement()) {
                // The handlers wait for the locks of these rows.
                statement.execute("insert into orders values ('acme', '3', 'held')");
                statement.execute("insert into payments values ('evt_2', 'held')");
            }
            acme.add("3", "\"open\"");
            CompletableFuture<Void> poll = inBackground(() -> first.operate(ACME, "poll"));
            assertThat(pay(first, "evt_2", ENDPOINT_SECRET)).isEqualTo(200);
            Await.until(Duration.ofSeconds(15), () -> blockedSessions().size() == 2);
            first.kill();
            second.kill();
            assertThat(poll).failsWithin(Duration.ofSeconds(10));
            // What has reached the database is rolled back, too.
            for (String session : blockedSessions()) {
                execute("call abort_session(" + session + ")");
            }
            holder.rollback();
        }
        assertThat(orders()).doesNotContain("acme 3");
        assertThat(rows("select id from payments")).containsExactly("evt_1");

        first = start("third");
        second = start("fourth");
        first.awaitReady();
        first.operate(ACME, "poll");

        Await.until(() -> orders().contains("acme 3"));
        Await.until(
                Duration.ofSeconds(30),
                () -> rows("select id from payments order by id").equals(List.of("evt_1", "evt_2")));
    }

    private static List<String> blockedSessions() {
        return rows("select session_id from information_schema.sessions where executing_statement like 'merge into %'");
    }

    @Test
    @Order(10)
    void aRedeploymentLosesNothing() throws Exception {
        second.awaitReady();
        assertThat(pay(first, "evt_3", ENDPOINT_SECRET)).isEqualTo(200);
        acme.add("4", "\"open\"");
        first.operate(ACME, "poll");
        int status = first.stop();

        assertThat(status).as(first.log()).isEqualTo(143);
        acme.add("5", "\"open\"");
        second.operate(ACME, "poll");
        Await.until(() -> orders().containsAll(List.of("acme 4", "acme 5")));
        Await.until(
                Duration.ofSeconds(30), () -> rows("select id from payments").contains("evt_3"));
    }

    @Test
    void theApplicationHasFewerThan60Lines() throws Exception {
        long lines = 0;
        try (Stream<Path> files = Files.walk(Path.of("src/main"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                lines += Files.readAllLines(file).stream()
                        .filter(line -> !NOT_WRITTEN.matcher(line).matches())
                        .count();
            }
        }

        assertThat(lines).isLessThan(60);
    }

    /** Work of another thread. */
    @FunctionalInterface
    private interface Work {
        void run() throws Exception;
    }

    private static CompletableFuture<Void> inBackground(Work work) {
        return CompletableFuture.runAsync(() -> {
            try {
                work.run();
            } catch (Exception e) {
                throw new CompletionException(e);
            }
        });
    }
}
