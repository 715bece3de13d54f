package io.httpconnector.definition.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.Secret;
import io.httpconnector.auth.oauth2.TokenEncryption;
import io.httpconnector.auth.oauth2.TokenStore;
import io.httpconnector.definition.ConnectorDefinition;
import io.httpconnector.definition.RepositoryService;
import io.httpconnector.jdbc.JdbcSchema;
import io.httpconnector.state.StateStore;
import io.httpconnector.testing.Await;
import io.httpconnector.webhook.WebhookRouter;
import io.httpconnector.webhook.subscription.SubscriptionStatus.SubscriptionState;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests of the subscriptions of instances: registered while they are started, and deleted when they are stopped or removed. */
class RegistrySubscriptionTest {

    private static final String DOCUMENT = """
            connector: 1
            id: code
            version: 1.0.0
            title: Code
            connection: {baseUrl: "{{auth.site}}"}
            inputs:
              - {name: site, label: Site}
              - {name: owner, label: Owner}
              - {name: note, label: Note, optional: true}
            requests:
              get: {method: GET, url: "/repos/{{auth.owner}}/app", headers: [{name: X-Note, value: "{{auth.note}}"}]}
            webhooks:
              pushed:
                subscription:
                  preset: github
                  events: [push]
                  parameters: {owner: "{{auth.owner}}", repository: app}
            """;

    private final TokenStore tokens = TokenStore.inMemory();
    private final List<String> events = new CopyOnWriteArrayList<>();
    private RepositoryService service;
    private StateStore state;
    private InstanceStore instances;
    private WebhookRouter router;

    @BeforeEach
    void open(@TempDir Path directory) throws Exception {
        service = new RepositoryService();
        state = StateStore.file(directory.resolve("state"));
        instances = InstanceStore.file(directory.resolve("instances"));
    }

    @AfterEach
    void close() {
        instances.close();
        state.close();
        service.close();
    }

    private ConnectorRegistry registry() {
        router = WebhookRouter.at("https://app.example.com/hooks");
        ConnectorRegistry registry = ConnectorRegistry.in(instances)
                .state(state)
                .tokens(tokens)
                .webhooks(router)
                .maxOpen(5)
                .build();
        return started(registry);
    }

    private ConnectorRegistry started(ConnectorRegistry registry) {
        registry.define(ConnectorDefinition.parse(DOCUMENT));
        registry.on("code", "pushed", (instance, event) -> events.add(instance.tenant() + " " + event.payload()));
        registry.start();
        return registry;
    }

    private InstanceSettings settings(String owner) {
        return InstanceSettings.of(Map.of("site", service.baseUrl(), "owner", owner));
    }

    private static SubscriptionState state(ConnectorInstance instance) {
        return instance.subscription("pushed").orElseThrow().state();
    }

    private static void awaitActive(ConnectorInstance instance) {
        Await.until(() -> state(instance) == SubscriptionState.ACTIVE);
    }

    @Test
    void subscriptionExistsWhileTheInstanceIsStarted() {
        try (ConnectorRegistry registry = registry()) {
            ConnectorInstance acme = registry.add("acme", "code", settings("octo"));
            awaitActive(acme);
            RepositoryService.Hook hook = service.hooks().get(0);
            assertThat(acme.webhookUrl("pushed").orElseThrow()).hasToString(hook.url());
            assertThat(service.send(router, hook, "{\"n\":1}")).isEqualTo(200);
            assertThat(events).containsExactly("acme {\"n\":1}");

            acme.stop();

            assertThat(service.hooks()).isEmpty();
            assertThat(state(acme)).isEqualTo(SubscriptionState.NOT_REGISTERED);
            acme.start();
            awaitActive(acme);
            assertThat(service.hooks()).hasSize(1);

            acme.remove();

            assertThat(service.hooks()).isEmpty();
            assertThat(registry.instance("acme", "code")).isEmpty();
        }
    }

    @Test
    void restartKeepsTheSubscription() {
        String id;
        try (ConnectorRegistry registry = registry()) {
            awaitActive(registry.add("acme", "code", settings("octo")));
            id = service.hooks().get(0).id();
        }
        try (ConnectorRegistry registry = registry()) {
            int requests = service.requests().size();
            Await.until(() -> service.requests().size() > requests
                    || state(registry.instance("acme", "code").orElseThrow()) == SubscriptionState.ACTIVE);
            assertThat(service.hooks()).hasSize(1);
            assertThat(service.hooks().get(0).id()).isEqualTo(id);
            assertThat(service.send(router, service.hooks().get(0), "{\"n\":2}"))
                    .isEqualTo(200);
        }
    }

    @Test
    void failedDeletionIsRepeatedAfterARestart() {
        try (ConnectorRegistry registry = registry()) {
            ConnectorInstance acme = registry.add("acme", "code", settings("octo"));
            awaitActive(acme);
            service.status(request -> request.startsWith("DELETE ") ? 500 : 0);

            acme.stop();

            assertThat(state(acme)).isEqualTo(SubscriptionState.DELETING);
            assertThat(service.hooks()).hasSize(1);
        }
        service.status(request -> 0);
        try (ConnectorRegistry registry = registry()) {
            Await.until(() -> service.hooks().isEmpty());
            ConnectorInstance acme = registry.instance("acme", "code").orElseThrow();
            assertThat(acme.state()).isEqualTo(InstanceState.DISABLED);
            Await.until(() -> state(acme) == SubscriptionState.NOT_REGISTERED);
        }
    }

    @Test
    void removedInstanceExistsUntilItsSubscriptionIsDeleted() {
        try (ConnectorRegistry registry = registry()) {
            ConnectorInstance acme = registry.add("acme", "code", settings("octo"));
            awaitActive(acme);
            service.status(request -> request.startsWith("DELETE ") ? 503 : 0);

            acme.remove();

            assertThat(acme.state()).isEqualTo(InstanceState.REMOVING);
            assertThat(acme.reason()).contains("its subscription is not deleted at the service yet");
            assertThatThrownBy(acme::start).hasMessageContaining("is being removed");
            assertThatThrownBy(() -> registry.add("acme", "code", settings("octo")))
                    .hasMessageContaining("is being removed");
        }
        service.status(request -> 0);
        try (ConnectorRegistry registry = registry()) {
            Await.until(() -> registry.instance("acme", "code").isEmpty());
            assertThat(service.hooks()).isEmpty();
            awaitActive(registry.add("acme", "code", settings("octo")));
        }
    }

    @Test
    void removalDoesNotWaitForCredentialsThatTheServiceRejects() {
        try (ConnectorRegistry registry = registry()) {
            ConnectorInstance acme = registry.add("acme", "code", settings("octo"));
            awaitActive(acme);
            service.status(request -> 401);

            acme.remove();

            assertThat(registry.instance("acme", "code")).isEmpty();
        }
    }

    @Test
    void relocationKeepsTheSubscription() {
        try (ConnectorRegistry registry = registry()) {
            ConnectorInstance acme = registry.add("acme", "code", settings("octo"));
            awaitActive(acme);

            acme.removeKeepingState();

            assertThat(service.hooks()).hasSize(1);
            ConnectorInstance again = registry.add("acme", "code", settings("octo"));
            String url = again.webhookUrl("pushed").orElseThrow().toString();
            Await.until(() ->
                    service.hooks().size() == 1 && service.hooks().get(0).url().equals(url));
        }
    }

    @Test
    void upgradeReplacesTheSubscriptionOnlyIfNeeded() {
        String other = DOCUMENT.replace("1.0.0", "1.1.0").replace("title: Code", "title: Source code");
        String events = DOCUMENT.replace("1.0.0", "1.2.0").replace("[push]", "[push, issues]");
        String none = DOCUMENT.substring(0, DOCUMENT.indexOf("webhooks:")).replace("1.0.0", "1.3.0");
        try (ConnectorRegistry registry = registry()) {
            ConnectorInstance acme = registry.add("acme", "code", settings("octo"));
            awaitActive(acme);
            List.of(other, events, none).forEach(version -> registry.define(ConnectorDefinition.parse(version)));
            String id = service.hooks().get(0).id();

            int requests = service.requests().size();
            acme.upgrade("1.1.0");
            assertThat(service.hooks()).extracting(RepositoryService.Hook::id).containsExactly(id);
            assertThat(service.requests()).hasSize(requests);

            acme.upgrade("1.2.0");
            Await.until(() -> service.hooks().size() == 1
                    && service.hooks().get(0).events().contains("issues"));
            awaitActive(acme);

            acme.upgrade("1.3.0");
            Await.until(() -> service.hooks().isEmpty());
        }
    }

    @Test
    void changedSettingsMoveTheSubscription() {
        try (ConnectorRegistry registry = registry()) {
            ConnectorInstance acme = registry.add("acme", "code", settings("octo"));
            awaitActive(acme);
            String id = service.hooks().get(0).id();

            acme.change(InstanceSettings.of(Map.of("site", service.baseUrl(), "owner", "octo", "note", "x")));
            awaitActive(acme);
            assertThat(service.hooks()).extracting(RepositoryService.Hook::id).containsExactly(id);

            acme.change(settings("other"));

            Await.until(() -> service.hooks().size() == 1
                    && service.hooks().get(0).repository().equals("other/app"));
        }
    }

    @Test
    void idleInstancesNeedNoThreads() {
        int count = 300;
        try (ConnectorRegistry registry = registry()) {
            for (int i = 0; i < count; i++) {
                registry.add("tenant-" + i, "code", settings("owner-" + i));
            }
            Await.until(Duration.ofMinutes(2), () -> service.hooks().size() == count);
            Await.until(
                    Duration.ofSeconds(30),
                    () -> Thread.getAllStackTraces().keySet().stream()
                                    .filter(thread -> thread.getName().startsWith("http-connector"))
                                    .count()
                            < 80);
        }
    }

    @Test
    void oneOfSeveralNodesManagesTheSubscription() throws Exception {
        Secret key = Secret.of(Base64.getEncoder().encodeToString(new byte[32]));
        JdbcConnectionPool pool =
                JdbcConnectionPool.create("jdbc:h2:mem:" + System.nanoTime() + ";DB_CLOSE_DELAY=-1", "sa", "");
        pool.setMaxConnections(40);
        JdbcSchema.create(pool);
        WebhookRouter routerOfA = WebhookRouter.at("https://app.example.com/hooks");
        WebhookRouter routerOfB = WebhookRouter.at("https://app.example.com/hooks");
        ConnectorRegistry a = started(ConnectorRegistry.clustered(pool, TokenEncryption.aesGcm(key))
                .webhooks(routerOfA)
                .build());
        try (ConnectorRegistry b = started(ConnectorRegistry.clustered(pool, TokenEncryption.aesGcm(key))
                .webhooks(routerOfB)
                .build())) {
            ConnectorInstance onA = a.add("acme", "code", settings("octo"));
            awaitActive(onA);
            Await.until(() -> b.instance("acme", "code").isPresent());
            ConnectorInstance onB = b.instance("acme", "code").orElseThrow();
            awaitActive(onB);
            Await.until(() -> onB.webhookUrl("pushed").isPresent());
            assertThat(service.hooks()).hasSize(1);
            assertThat(service.send(routerOfB, service.hooks().get(0), "{\"n\":1}"))
                    .isEqualTo(200);
            assertThat(service.send(routerOfA, service.hooks().get(0), "{\"n\":2}"))
                    .isEqualTo(200);
            assertThat(service.requests())
                    .filteredOn(request -> request.startsWith("POST "))
                    .hasSize(1);
            a.close();

            onB.stop();

            assertThat(service.hooks()).isEmpty();
            onB.start();
            awaitActive(onB);
            Await.until(() -> onB.webhookUrl("pushed").isPresent());
            assertThat(service.hooks()).hasSize(1);
            onB.remove();
            assertThat(service.hooks()).isEmpty();
        } finally {
            a.close();
            pool.dispose();
        }
    }
}
