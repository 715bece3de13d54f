package io.httpconnector.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.httpconnector.HttpConnection;
import io.httpconnector.Secret;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import io.httpconnector.testing.VirtualTime;
import io.httpconnector.webhook.DeliveredSecrets;
import io.httpconnector.webhook.subscription.SubscriptionStatus.SubscriptionState;
import io.httpconnector.webhook.subscription.WebhookSubscription;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests of nodes that manage a webhook subscription together. */
class SubscriptionNodesTest {

    private static final int NODES = 4;

    @TempDir
    Path directory;

    private final VirtualTime time = new VirtualTime();
    private final Map<String, Secret> values = new ConcurrentHashMap<>();

    private final DeliveredSecrets secrets = new DeliveredSecrets() {
        @Override
        public Optional<Secret> find(String name) {
            return Optional.ofNullable(values.get(name));
        }

        @Override
        public boolean save(String name, Secret secret) {
            return values.computeIfAbsent(name, absent -> secret).reveal().equals(secret.reveal());
        }
    };

    private WebhookSubscription node(HikariDataSource source, HttpConnection connection) {
        return WebhookSubscription.named("acme")
                .create(RequestTemplate.named("Create")
                        .post("/hooks")
                        .json("{\"url\":\"{{webhook.url}}\",\"secret\":\"{{webhook.secret}}\"}")
                        .build())
                .id("/id")
                .delete(RequestTemplate.named("Delete")
                        .delete("/hooks/{{subscription.id}}")
                        .build())
                .list(RequestTemplate.named("List").get("/hooks").build(), "/hooks", "/id", "/url")
                .connection(connection)
                .url(URI.create("https://hooks.example.com/in/1"))
                .store(JdbcStateStore.of(source))
                .secrets(secrets)
                .timeSource(time)
                .build();
    }

    @Test
    void nodesThatStartAtOnceCreateOneSubscription() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(NODES);
        try (HikariDataSource source = Databases.H2.open(directory);
                MockService service = MockService.start();
                HttpConnection connection = HttpConnection.named("service")
                        .baseUrl(service.baseUrl())
                        .timeSource(time)
                        .build()) {
            JdbcSchema.create(source);
            service.on("GET", "/hooks", MockResponse.json("{\"hooks\":[]}"))
                    .on("POST", "/hooks", MockResponse.json("{\"id\":\"h1\"}"))
                    .on("DELETE", "/hooks/h1", MockResponse.status(204));
            List<WebhookSubscription> nodes = new ArrayList<>();
            List<Future<Instant>> results = new ArrayList<>();
            CountDownLatch begin = new CountDownLatch(1);
            for (int i = 0; i < NODES; i++) {
                WebhookSubscription node = node(source, connection);
                nodes.add(node);
                results.add(threads.submit(() -> {
                    begin.await();
                    return node.register();
                }));
            }
            begin.countDown();
            for (Future<Instant> result : results) {
                assertThat(result.get(60, TimeUnit.SECONDS)).isNotNull();
            }
            time.advance(Duration.ofMinutes(3));
            nodes.forEach(WebhookSubscription::manage);

            assertThat(service.requests())
                    .filteredOn(request -> request.method().equals("POST"))
                    .hasSize(1);
            assertThat(nodes)
                    .allMatch(node -> node.status().state() == SubscriptionState.ACTIVE)
                    .allMatch(node -> node.status().id().equals(Optional.of("h1")));
            assertThat(nodes.get(0).stop().state()).isEqualTo(SubscriptionState.NOT_REGISTERED);
            assertThat(nodes.get(1).manage()).isEqualTo(Instant.MAX);
        } finally {
            threads.shutdownNow();
        }
    }
}
