package io.httpconnector.definition.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.httpconnector.Secret;
import io.httpconnector.auth.oauth2.TokenEncryption;
import io.httpconnector.definition.SecretSource.SecretReference;
import io.httpconnector.jdbc.JdbcSchema;
import io.httpconnector.jdbc.JdbcTokenStore;
import io.httpconnector.template.Pills;
import io.httpconnector.webhook.WebhookRequest;
import io.httpconnector.webhook.WebhookRouter;
import io.httpconnector.webhook.WebhookSigner;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests the registry on two nodes that share a database, and secrets in a database. */
class ClusteredRegistryTest {

    private static final Secret KEY = Secret.of(Base64.getEncoder().encodeToString(new byte[32]));

    private final Shop shop = new Shop();
    private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
    private final TokenEncryption encryption = TokenEncryption.aesGcm(KEY);
    private JdbcConnectionPool pool;
    private StoredSecrets secrets;

    @BeforeEach
    void open() {
        pool = JdbcConnectionPool.create("jdbc:h2:mem:" + System.nanoTime() + ";DB_CLOSE_DELAY=-1", "sa", "");
        pool.setMaxConnections(40);
        JdbcSchema.create(pool);
        secrets = StoredSecrets.in(JdbcTokenStore.of(pool, encryption));
        secrets.put("acme", "shop", "key", Secret.of("k-1"));
        secrets.put("acme", "shop", "hook", Secret.of("h-1"));
    }

    @AfterEach
    void close() {
        shop.close();
        pool.dispose();
    }

    private ConnectorRegistry node(String name, WebhookRouter router) {
        ConnectorRegistry registry =
                ConnectorRegistry.clustered(pool, encryption).webhooks(router).build();
        registry.define(Shop.definition());
        registry.on("shop", "orders", (instance, event) -> events.add(name + " " + event.key()));
        registry.on("shop", "paid", (instance, event) -> events.add("paid " + event.key()));
        registry.start();
        return registry;
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        CountDownLatch never = new CountDownLatch(1);
        for (int i = 0; i < 3000 && !condition.getAsBoolean(); i++) {
            assertThat(never.await(10, TimeUnit.MILLISECONDS)).isFalse();
        }
        assertThat(condition.getAsBoolean()).isTrue();
    }

    private static int status(WebhookRouter router, URI url) {
        WebhookRequest request =
                WebhookRequest.of("POST", url.getPath(), "", Map.of(), "{\"id\": 7}".getBytes(StandardCharsets.UTF_8));
        return router.receive(WebhookSigner.preset("github", Secret.of("h-1")).sign(request))
                .status();
    }

    @Test
    void tablesMayHaveAnotherPrefix() throws Exception {
        shop.customer("a", 1);
        JdbcConnectionPool other =
                JdbcConnectionPool.create("jdbc:h2:mem:" + System.nanoTime() + ";DB_CLOSE_DELAY=-1", "sa", "");
        JdbcSchema.create(other, "acme_");
        StoredSecrets stored = StoredSecrets.in(JdbcTokenStore.of(other, "acme_", encryption));
        stored.put("acme", "shop", "key", Secret.of("k-1"));
        stored.put("acme", "shop", "hook", Secret.of("h-1"));
        WebhookRouter router = WebhookRouter.at("https://app.example.com/hooks");
        try (ConnectorRegistry registry = ConnectorRegistry.clustered(other, "acme_", encryption)
                .webhooks(router)
                .build()) {
            registry.define(Shop.definition());
            registry.on("shop", "orders", (instance, event) -> events.add("order " + event.key()));
            registry.on("shop", "paid", (instance, event) -> events.add("paid " + event.key()));
            registry.start();
            ConnectorInstance acme = registry.add("acme", "shop", shop.settings("a"));

            assertThat(events.poll(20, TimeUnit.SECONDS)).isEqualTo("order 1");
            assertThat(status(router, acme.webhookUrl("paid").orElseThrow())).isEqualTo(200);
            assertThat(events.poll(20, TimeUnit.SECONDS)).isEqualTo("paid 7");
        } finally {
            other.dispose();
        }
    }

    @Test
    void instanceMovesBetweenNodes() throws Exception {
        shop.customer("a", 2).customer("b", 3);
        WebhookRouter routerOfA = WebhookRouter.at("https://app.example.com/hooks");
        WebhookRouter routerOfB = WebhookRouter.at("https://app.example.com/hooks");
        ConnectorRegistry a = node("node", routerOfA);
        try (ConnectorRegistry b = node("node", routerOfB)) {
            ConnectorInstance onA = a.add("acme", "shop", shop.settings("a"));
            assertThat(events.poll(20, TimeUnit.SECONDS)).isEqualTo("node 1");
            assertThat(events.poll(20, TimeUnit.SECONDS)).isEqualTo("node 2");
            await(() -> b.instance("acme", "shop").isPresent());
            ConnectorInstance onB = b.instance("acme", "shop").orElseThrow();
            URI url = onA.webhookUrl("paid").orElseThrow();
            assertThat(onB.webhookUrl("paid")).contains(url);
            assertThat(status(routerOfB, url)).isEqualTo(200);
            assertThat(status(routerOfA, url)).as("known on each node").isEqualTo(200);
            assertThat(events.poll(20, TimeUnit.SECONDS)).isEqualTo("paid 7");

            // The nodes change it in turn.
            onA.stop();
            await(() -> onB.state() == InstanceState.DISABLED);
            onB.change(shop.settings("b"));
            a.close();
            onB.start();

            assertThat(events.poll(20, TimeUnit.SECONDS)).isEqualTo("node 3");
            assertThat(onB.send("get-shop", Pills.none()).json().path("name").asText())
                    .isEqualTo("b");
            onB.remove();
            assertThat(status(routerOfB, url)).isEqualTo(404);
            assertThat(events).isEmpty();
        } finally {
            a.close();
        }
    }

    @Test
    void staleNodeChangesTheLatestInstance() throws Exception {
        shop.customer("a", 0).customer("b", 0);
        WebhookRouter router = WebhookRouter.at("https://app.example.com/hooks");
        try (ConnectorRegistry a = node("a", router);
                ConnectorRegistry b = node("b", WebhookRouter.at("https://app.example.com/hooks"))) {
            ConnectorInstance onA = a.add("acme", "shop", shop.settings("a"));
            await(() -> b.instance("acme", "shop").isPresent());
            b.instance("acme", "shop").orElseThrow().change(shop.settings("b"));

            onA.stop();

            assertThat(onA.settings()).isEqualTo(shop.settings("b"));
            await(() -> b.instance("acme", "shop").orElseThrow().state() == InstanceState.DISABLED);
        }
    }

    /** Executes two actions at the same time, and returns the results: the message of a failure, or else "ok". */
    private static List<String> together(Runnable first, Runnable second) throws Exception {
        CyclicBarrier start = new CyclicBarrier(2);
        List<CompletableFuture<String>> results = Stream.of(first, second)
                .map(action -> CompletableFuture.supplyAsync(() -> {
                    try {
                        start.await(20, TimeUnit.SECONDS);
                        action.run();
                        return "ok";
                    } catch (Exception e) {
                        return e.getClass().getSimpleName() + ": " + e.getMessage();
                    }
                }))
                .toList();
        return List.of(results.get(0).get(60, TimeUnit.SECONDS), results.get(1).get(60, TimeUnit.SECONDS));
    }

    @Test
    void nodesAddChangeAndRemoveTheSameInstanceOneAfterTheOther() throws Exception {
        shop.customer("a", 0).customer("b", 0);
        try (ConnectorRegistry a = node("a", WebhookRouter.at("https://app.example.com/hooks"));
                ConnectorRegistry b = node("b", WebhookRouter.at("https://app.example.com/hooks"))) {
            for (int i = 0; i < 6; i++) {
                String tenant = "t" + i;
                secrets.put(tenant, "shop", "key", Secret.of("k-1"));
                secrets.put(tenant, "shop", "hook", Secret.of("h-1"));

                List<String> added = together(
                        () -> a.add(tenant, "shop", shop.settings("a")),
                        () -> b.add(tenant, "shop", shop.settings("b")));

                assertThat(added)
                        .containsOnlyOnce("ok")
                        .anyMatch(message -> message.contains("InvalidDefinitionException")
                                && message.contains(
                                        "there is an instance of shop of tenant \"" + tenant + "\" already"));
            }
            for (int i = 0; i < 6; i++) {
                String tenant = "t" + i;
                await(() -> a.instance(tenant, "shop").isPresent()
                        && b.instance(tenant, "shop").isPresent());
                ConnectorInstance onA = a.instance(tenant, "shop").orElseThrow();
                ConnectorInstance onB = b.instance(tenant, "shop").orElseThrow();

                List<String> changed = together(onA::remove, () -> onB.change(shop.settings("b")));

                assertThat(changed.get(0)).isEqualTo("ok");
                assertThat(changed.get(1))
                        .isIn("ok", "ConnectorException: The instance shop of tenant \"" + tenant + "\" was removed");
                await(() -> b.instance(tenant, "shop").isEmpty());
                assertThat(together(() -> onA.send("get-shop", Pills.none()), onB::start))
                        .allMatch(message -> message.endsWith("was removed"));
            }
        }
    }

    @Test
    void revokedAuthorizationStopsPollsOnAllNodes() throws Exception {
        shop.customer("a", 1);
        shop.accept("a", "k-2");
        WebhookRouter router = WebhookRouter.at("https://app.example.com/hooks");
        try (ConnectorRegistry a = node("a", router)) {
            ConnectorInstance acme = a.add("acme", "shop", shop.settings("a"));
            await(() -> acme.state() == InstanceState.NEEDS_AUTHORIZATION);

            // The rotated secret is read without a restart.
            secrets.put("acme", "shop", "key", Secret.of("k-2"));
            acme.start();

            assertThat(events.poll(20, TimeUnit.SECONDS)).isEqualTo("a 1");
            assertThat(acme.state()).isEqualTo(InstanceState.ACTIVE);
        }
    }

    @Test
    void secretsAreEncryptedAndSeparateByTenant() throws Exception {
        Secret found = secrets.find(new SecretReference("acme", "shop", "key"));
        assertThat(found).isNotNull();
        assertThat(found.reveal()).isEqualTo("k-1");
        secrets.put("acme", "shop", "key", Secret.of("k-rotated"));
        assertThat(found.reveal()).isEqualTo("k-rotated");

        assertThat(secrets.find(new SecretReference("bolt", "shop", "key"))).isNull();
        for (String name : new String[] {"../acme/key", "4:acme", "key1:x"}) {
            assertThat(secrets.find(new SecretReference("bolt", "shop", name))).isNull();
        }
        assertThat(secrets.find(new SecretReference("acm", "eshop", "key"))).isNull();
        try (Connection connection = pool.getConnection();
                ResultSet rows = connection.createStatement().executeQuery("select * from http_connector_token")) {
            while (rows.next()) {
                for (int column = 1; column <= 4; column++) {
                    assertThat(String.valueOf(rows.getString(column))).doesNotContain("k-rotated", "h-1");
                }
            }
        }
        assertThat(secrets.remove("acme", "shop", "key")).isTrue();
        assertThat(secrets.find(new SecretReference("acme", "shop", "key"))).isNull();
        assertThat(secrets).hasToString("stored secrets");
    }
}
