package io.httpconnector.jdbc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.httpconnector.HttpConnection;
import io.httpconnector.RetryPolicy;
import io.httpconnector.Secret;
import io.httpconnector.auth.oauth2.TokenEncryption;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.jdbc.WebhookService.Hook;
import io.httpconnector.testing.VirtualTime;
import io.httpconnector.webhook.StoredWebhookSecrets;
import io.httpconnector.webhook.WebhookReceiver;
import io.httpconnector.webhook.WebhookRequest;
import io.httpconnector.webhook.WebhookSigner;
import io.httpconnector.webhook.subscription.SubscriptionListener;
import io.httpconnector.webhook.subscription.SubscriptionStatus.SubscriptionState;
import io.httpconnector.webhook.subscription.WebhookSubscription;
import java.net.URI;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests of nodes that share a webhook subscription: its state and its encrypted secrets are in one database. */
@Timeout(120)
class ClusteredSubscriptionTest {

    private static final Secret KEY = Secret.of("MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=");

    private static final String DEFINITION = """
            {"create": {"name": "Create", "method": "POST", "url": "/hooks",
               "body": {"json": {"url": "{{webhook.url}}", "secret": "{{webhook.secret}}"}}},
             "id": "/id", "expiry": "/expires",
             "renew": {"name": "Renew", "method": "PATCH", "url": "/hooks/{{subscription.id}}", "body": {"json": {}}},
             "check": {"name": "Check", "method": "GET", "url": "/hooks/{{subscription.id}}"},
             "rotate": {"name": "Rotate", "method": "PATCH", "url": "/hooks/{{subscription.id}}",
               "body": {"json": {"secret": "{{webhook.secret}}"}}},
             "delete": {"name": "Delete", "method": "DELETE", "url": "/hooks/{{subscription.id}}"},
             "list": {"request": {"name": "List", "method": "GET", "url": "/hooks"}, "id": "/id", "url": "/url"},
             "verify": [{"type": "preset", "name": "github", "secrets": ["current", "previous", "next"]}]}""";

    /** The end of a process. */
    private static final class Killed extends Error {
        private static final long serialVersionUID = 1L;
    }

    @TempDir
    Path directory;

    private final VirtualTime time = new VirtualTime();
    private final List<String> notifications = new CopyOnWriteArrayList<>();
    private final List<AutoCloseable> open = new ArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private WebhookService service;

    @BeforeEach
    void start() throws Exception {
        service = new WebhookService(time);
    }

    @AfterEach
    void stop() throws Exception {
        threads.shutdownNow();
        for (AutoCloseable one : open) {
            one.close();
        }
        service.close();
    }

    private HikariDataSource database(Databases databases) {
        HikariDataSource source = databases.open(directory);
        open.add(source);
        JdbcSchema.create(source);
        return source;
    }

    /** A node of the application, with objects of its own. */
    private WebhookSubscription node(DataSource source) {
        HttpConnection connection = HttpConnection.named("service")
                .baseUrl(service.baseUrl())
                .retry(RetryPolicy.none())
                .timeSource(time)
                .build();
        open.add(0, connection);
        WebhookSubscription subscription = WebhookSubscription.named("acme")
                .definition(JsonSupport.parse(DEFINITION))
                .connection(connection)
                .url(URI.create("https://hooks.example.com/in/6f1cd0"))
                .store(JdbcStateStore.of(source))
                .secrets(StoredWebhookSecrets.in(
                        JdbcTokenStore.of(source, TokenEncryption.aesGcm(KEY)), "acme", "pushes"))
                .listener(new SubscriptionListener() {
                    @Override
                    public void onDuplicateRemoved(String name, String id) {
                        notifications.add("duplicate " + id);
                    }

                    @Override
                    public void onCreated(String name, String id) {
                        notifications.add("created " + id);
                    }
                })
                .timeSource(time)
                .build();
        open.add(0, subscription);
        return subscription;
    }

    private int receive(WebhookSubscription subscription, String secret) {
        try (WebhookReceiver receiver = receiver(subscription)) {
            return receive(receiver, secret);
        }
    }

    private WebhookReceiver receiver(WebhookSubscription subscription) {
        return WebhookReceiver.named("acme")
                .subscription(subscription)
                .handler(event -> {})
                .timeSource(time)
                .build();
    }

    private static int receive(WebhookReceiver receiver, String secret) {
        WebhookRequest request =
                WebhookRequest.of("POST", "/", "", Map.of(), ("{\"n\":" + System.nanoTime() + "}").getBytes(UTF_8));
        return receiver.receive(
                        WebhookSigner.preset("github", Secret.of(secret)).sign(request))
                .status();
    }

    private <T> List<T> atOnce(List<Callable<T>> calls) throws Exception {
        CountDownLatch start = new CountDownLatch(1);
        List<Future<T>> running = new ArrayList<>();
        for (Callable<T> call : calls) {
            running.add(threads.submit(() -> {
                start.await();
                return call.call();
            }));
        }
        start.countDown();
        List<T> results = new ArrayList<>();
        for (Future<T> one : running) {
            results.add(one.get(60, TimeUnit.SECONDS));
        }
        return results;
    }

    private static void await(CountDownLatch latch) {
        try {
            if (!latch.await(60, TimeUnit.SECONDS)) {
                throw new AssertionError("nothing happened");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @EnumSource
    void nodesThatStartAtTheSameTimeCreateOneSubscription(Databases databases) throws Exception {
        DataSource source = database(databases);
        List<WebhookSubscription> nodes = new ArrayList<>();
        List<Callable<Instant>> starts = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            WebhookSubscription node = node(source);
            nodes.add(node);
            starts.add(node::register);
        }

        List<Instant> due = atOnce(starts);

        assertThat(due).allSatisfy(next -> assertThat(next).isAfter(time.now()));
        assertThat(service.count("POST /hooks")).isEqualTo(1);
        Hook hook = service.only();
        for (WebhookSubscription node : nodes) {
            assertThat(node.status().state()).isEqualTo(SubscriptionState.ACTIVE);
            assertThat(receive(node, hook.secret)).isEqualTo(200);
        }
        assertThat(notifications).containsExactly("created h1");
    }

    @ParameterizedTest
    @EnumSource
    void renewalsAndChecksAreSentByOneNodeAtATime(Databases databases) throws Exception {
        DataSource source = database(databases);
        List<WebhookSubscription> nodes = List.of(node(source), node(source), node(source));
        nodes.get(0).register();
        AtomicInteger running = new AtomicInteger();
        AtomicInteger overlaps = new AtomicInteger();
        service.before = request -> {
            if (running.incrementAndGet() > 1) {
                overlaps.incrementAndGet();
            }
        };
        service.after = request -> running.decrementAndGet();

        Instant end = time.now().plus(Duration.ofDays(14));
        while (time.now().isBefore(end)) {
            List<Instant> due = atOnce(
                    nodes.stream().map(node -> (Callable<Instant>) node::manage).toList());
            Instant next = due.stream().min(Instant::compareTo).orElseThrow();
            time.advance(Duration.between(time.now(), next).plusMillis(1));
        }

        assertThat(overlaps).hasValue(0);
        assertThat(service.only().id).isEqualTo("h1");
        assertThat(service.count("PATCH /hooks/h1")).isBetween(9L, 10L);
        // Every 6 hours, and not after a renewal only.
        assertThat(service.count("GET /hooks/h1")).isBetween(50L, 57L);
    }

    /** A node whose process ends in the middle of create: the service has processed the request, or not. */
    @ParameterizedTest
    @EnumSource
    void nodeThatDiesDuringCreateLeavesNoOrphan(Databases databases) throws Exception {
        DataSource source = database(databases);
        for (boolean isProcessed : new boolean[] {true, false}) {
            AtomicBoolean isDead = new AtomicBoolean();
            Runnable kill = () -> isDead.set(true);
            service.before = request -> {
                if (!isProcessed && request.equals("POST /hooks") && !isDead.get()) {
                    kill.run();
                    throw new IllegalStateException("the request is lost with the process");
                }
            };
            service.after = request -> {
                if (isProcessed && request.equals("POST /hooks")) {
                    kill.run();
                }
            };
            DataSource mortal = Databases.after(
                    () -> {
                        if (isDead.get()) {
                            throw new Killed();
                        }
                    },
                    source);
            WebhookSubscription dying = node(mortal);
            WebhookSubscription other = node(source);

            try {
                Instant unused = dying.register();
                throw new AssertionError("the process has survived");
            } catch (Killed e) {
                service.after = request -> {};
            }
            int requests = service.requests.size();
            Instant due = other.register();
            assertThat(due).isBetween(time.now(), time.now().plus(Duration.ofMinutes(3)));
            assertThat(service.requests).as("waits for the other node").hasSize(requests);
            time.advance(Duration.between(time.now(), due));
            Instant next = other.manage();

            assertThat(next).isAfter(time.now());
            Hook hook = service.only();
            assertThat(other.status().id()).contains(hook.id);
            assertThat(other.status().possibleOrphans()).isEmpty();
            assertThat(receive(other, hook.secret)).isEqualTo(200);
            assertThat(other.stop().state()).isEqualTo(SubscriptionState.NOT_REGISTERED);
            assertThat(service.active()).isEmpty();
        }
        assertThat(notifications).doesNotContain("duplicate h1");
    }

    @ParameterizedTest
    @EnumSource
    void secretThatOneNodeHasRotatedIsAcceptedByAnotherAtOnce(Databases databases) throws Exception {
        DataSource source = database(databases);
        WebhookSubscription a = node(source);
        WebhookSubscription b = node(source);
        a.register();
        try (WebhookReceiver receiver = receiver(b)) {
            for (int i = 0; i < 3; i++) {
                String old = service.only().secret;
                assertThat(receive(receiver, old)).isEqualTo(200);
                a.rotateSecret();
                String rotated = service.only().secret;

                assertThat(rotated).isNotEqualTo(old);
                time.advance(Duration.ofSeconds(2));
                assertThat(receive(receiver, rotated)).isEqualTo(200);
                assertThat(receive(receiver, old)).isEqualTo(200);
                assertThat(receive(receiver, "guessed")).isEqualTo(401);
                time.advance(Duration.ofHours(25));
                Instant unused = a.manage();
                assertThat(receive(receiver, old)).isEqualTo(401);
            }
        }
        assertThat(stored(source))
                .hasSize(1)
                .allSatisfy(text -> assertThat(text).doesNotContain(service.only().secret));
    }

    /** Events arrive at the other node while the request to rotate is under way: the new secret is valid before the service has it. */
    @ParameterizedTest
    @EnumSource
    void secretIsAcceptedByAnotherNodeDuringTheRotation(Databases databases) throws Exception {
        DataSource source = database(databases);
        WebhookSubscription a = node(source);
        WebhookSubscription b = node(source);
        a.register();
        List<Integer> statuses = new CopyOnWriteArrayList<>();
        try (WebhookReceiver receiver = receiver(b)) {
            String old = service.only().secret;
            assertThat(receive(receiver, old)).isEqualTo(200);
            // Unknown secrets are looked up once a second.
            time.advance(Duration.ofSeconds(2));
            service.after = request -> {
                if (request.startsWith("PATCH ")) {
                    statuses.add(receive(receiver, service.only().secret));
                    statuses.add(receive(receiver, old));
                }
            };
            a.rotateSecret();
        }
        assertThat(statuses).containsExactly(200, 200);
    }

    private static List<String> stored(DataSource source) throws SQLException {
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select content from http_connector_token")) {
            List<String> all = new ArrayList<>();
            while (rows.next()) {
                all.add(rows.getString(1));
            }
            return all;
        }
    }

    /** The request of a node that was suspended arrives after another node has taken over. */
    @ParameterizedTest
    @EnumSource
    void subscriptionOfASuspendedNodeIsDeleted(Databases databases) throws Exception {
        DataSource source = database(databases);
        WebhookSubscription suspended = node(source);
        WebhookSubscription other = node(source);
        CountDownLatch arrived = new CountDownLatch(1);
        CountDownLatch resumed = new CountDownLatch(1);
        AtomicBoolean isFirst = new AtomicBoolean(true);
        service.before = request -> {
            if (request.equals("POST /hooks") && isFirst.getAndSet(false)) {
                arrived.countDown();
                await(resumed);
            }
        };
        Future<Instant> running = threads.submit(suspended::register);
        await(arrived);
        time.advance(Duration.ofMinutes(3));
        Instant due = other.register();
        assertThat(due).isAfter(time.now());
        Hook kept = service.only();
        resumed.countDown();
        running.get(60, TimeUnit.SECONDS);

        assertThat(service.only().id).isEqualTo(kept.id);
        assertThat(service.count("POST /hooks")).isEqualTo(2);
        assertThat(notifications).anyMatch(text -> text.startsWith("duplicate "));
        for (WebhookSubscription node : List.of(suspended, other)) {
            assertThat(node.status().id()).contains(kept.id);
            assertThat(receive(node, kept.secret)).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @EnumSource
    void stopOnOneNodeStopsAll(Databases databases) throws Exception {
        DataSource source = database(databases);
        WebhookSubscription a = node(source);
        WebhookSubscription b = node(source);
        a.register();
        b.register();

        assertThat(b.stop().state()).isEqualTo(SubscriptionState.NOT_REGISTERED);
        assertThat(a.manage()).isEqualTo(Instant.MAX);

        assertThat(service.active()).isEmpty();
        assertThat(a.status().state()).isEqualTo(SubscriptionState.NOT_REGISTERED);
    }
}
