package io.httpconnector.definition.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.ConnectorException;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.auth.oauth2.AuthorizationCodeFlow;
import io.httpconnector.auth.oauth2.TokenStore;
import io.httpconnector.definition.Connector;
import io.httpconnector.definition.ConnectorContext;
import io.httpconnector.definition.DefinitionChange;
import io.httpconnector.definition.DefinitionChange.ChangeKind;
import io.httpconnector.definition.SecretSource.SecretReference;
import io.httpconnector.polling.PollResult;
import io.httpconnector.polling.PollingTrigger;
import io.httpconnector.state.StateException;
import io.httpconnector.state.StateException.StateFailure;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.Pills;
import io.httpconnector.webhook.WebhookRequest;
import io.httpconnector.webhook.WebhookRouter;
import io.httpconnector.webhook.WebhookSigner;
import io.httpconnector.webhook.inbox.Inbox;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the registry with a store in memory and in files. */
class ConnectorRegistryTest {

    private static final String KEY = """
            type: custom
                fields: [{name: key, label: API key, secret: true}]
                headers: {X-Api-Key: "{{auth.key}}"}
            """;

    private final Shop shop = new Shop();
    private final Map<String, String> secrets = new ConcurrentHashMap<>(Map.of("key", "k-1", "hook", "h-1"));
    private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
    private final WebhookRouter router = WebhookRouter.at("https://app.example.com/hooks");
    private final TokenStore tokens = TokenStore.inMemory();
    private StateStore state;
    private InstanceStore instances;

    @BeforeEach
    void open(@TempDir Path directory) {
        state = StateStore.file(directory.resolve("state"));
        instances = InstanceStore.file(directory.resolve("instances"));
    }

    @AfterEach
    void close() {
        instances.close();
        state.close();
        shop.close();
    }

    private ConnectorRegistryBuilder builder() {
        return ConnectorRegistry.in(instances)
                .secrets(Shop.secrets(secrets))
                .state(state)
                .tokens(tokens)
                .webhooks(router);
    }

    private ConnectorRegistry registry() {
        return started(builder().build());
    }

    private ConnectorRegistry started(ConnectorRegistry registry) {
        registry.define(Shop.definition());
        registry.on("shop", "orders", (instance, event) -> events.add(instance.tenant() + " " + event.key()));
        registry.on("shop", "paid", (instance, event) -> events.add(instance.tenant() + " paid " + event.key()));
        registry.start();
        return registry;
    }

    private List<String> take(int count) throws InterruptedException {
        List<String> taken = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            taken.add(String.valueOf(events.poll(20, TimeUnit.SECONDS)));
        }
        return taken.stream().sorted().toList();
    }

    private static void awaitState(ConnectorInstance instance, InstanceState state) throws InterruptedException {
        CountDownLatch never = new CountDownLatch(1);
        for (int i = 0; i < 2000 && instance.state() != state; i++) {
            assertThat(never.await(10, TimeUnit.MILLISECONDS)).isFalse();
        }
        assertThat(instance.state()).isEqualTo(state);
    }

    /** Polls after the first poll has ended. */
    private static PollResult poll(ConnectorInstance instance) throws InterruptedException {
        CountDownLatch never = new CountDownLatch(1);
        for (int i = 0; i < 2000 && instance.nextPoll("orders").isEmpty(); i++) {
            assertThat(never.await(10, TimeUnit.MILLISECONDS)).isFalse();
        }
        return instance.withTrigger("orders", PollingTrigger::pollOnce);
    }

    private int status(URI url) {
        WebhookRequest request =
                WebhookRequest.of("POST", url.getPath(), "", Map.of(), "{\"id\": 7}".getBytes(StandardCharsets.UTF_8));
        return router.receive(WebhookSigner.preset("github", Secret.of("h-1")).sign(request))
                .status();
    }

    @Test
    void instancesPollSendAndContinueAfterRestart() throws Exception {
        shop.customer("a", 2).customer("b", 1);
        try (ConnectorRegistry registry = registry()) {
            registry.add("acme", "shop", shop.settings("a"));
            registry.add("bolt", "shop", shop.settings("b"));

            assertThat(take(3)).containsExactly("acme 1", "acme 2", "bolt 1");
            assertThat(registry.instances())
                    .extracting(ConnectorInstance::tenant)
                    .containsExactly("acme", "bolt");
            ConnectorInstance acme = registry.instance("acme", "shop").orElseThrow();
            assertThat(acme.state()).isEqualTo(InstanceState.ACTIVE);
            assertThat(acme.version()).isEqualTo("1.0.0");
            assertThat(acme.send("get-shop", Pills.none()).json().path("name").asText())
                    .isEqualTo("a");
            acme.stop();
            assertThatThrownBy(() -> acme.send("get-shop", Pills.none())).hasMessageContaining("is not started");
        }
        shop.customer("a", 4).customer("b", 2);
        try (ConnectorRegistry registry = registry()) {
            assertThat(take(1)).containsExactly("bolt 2");
            ConnectorInstance acme = registry.instance("acme", "shop").orElseThrow();
            assertThat(acme.state()).isEqualTo(InstanceState.DISABLED);

            acme.start();

            assertThat(take(2)).containsExactly("acme 3", "acme 4");
        }
    }

    @Test
    void changedSettingsAreUsedAndStored() throws Exception {
        shop.customer("a", 1).customer("b", 2);
        try (ConnectorRegistry registry = registry()) {
            ConnectorInstance acme = registry.add("acme", "shop", shop.settings("a"));
            assertThat(take(1)).containsExactly("acme 1");

            acme.change(shop.settings("b"));

            assertThat(take(1)).containsExactly("acme 2");
            assertThatThrownBy(() -> acme.change(InstanceSettings.of(Map.of("shop", "c"))))
                    .isInstanceOf(InvalidDefinitionException.class)
                    .hasMessageContaining("url");
            assertThat(acme.settings()).isEqualTo(shop.settings("b"));
        }
        try (ConnectorRegistry registry = registry()) {
            assertThat(registry.instance("acme", "shop").orElseThrow().settings())
                    .isEqualTo(shop.settings("b"));
        }
    }

    @Test
    void failingInstancesDoNotAffectOthers() throws Exception {
        for (String name : List.of("broken", "reset", "thrower", "revoked", "good")) {
            shop.customer(name, 1);
        }
        shop.fail("reset", 0);
        shop.fail("revoked", 401);
        try (ConnectorRegistry registry = builder().build()) {
            registry.define(Shop.definition());
            registry.on("shop", "orders", (instance, event) -> {
                if (instance.tenant().equals("thrower")) {
                    throw new IllegalStateException("no such table");
                }
                events.add(instance.tenant());
            });
            // As if the values had been edited in the store.
            instances.put(
                    new StoredInstance(
                            new InstanceId("broken", "shop"),
                            "1.0.0",
                            InstanceSettings.of(Map.of("ur", "x")),
                            InstanceState.ACTIVE,
                            "",
                            1,
                            1),
                    0);
            instances.put(
                    new StoredInstance(
                            new InstanceId("old", "shop"),
                            "0.9.0",
                            shop.settings("good"),
                            InstanceState.ACTIVE,
                            "",
                            1,
                            1),
                    0);
            registry.start();
            ConnectorInstance broken = registry.instance("broken", "shop").orElseThrow();
            ConnectorInstance reset = registry.add("reset", "shop", shop.settings("reset"));
            ConnectorInstance thrower = registry.add("thrower", "shop", shop.settings("thrower"));
            ConnectorInstance revoked = registry.add("revoked", "shop", shop.settings("revoked"));
            ConnectorInstance good = registry.add("good", "shop", shop.settings("good"));

            assertThat(take(1)).containsExactly("good");
            awaitState(broken, InstanceState.FAILED);
            awaitState(revoked, InstanceState.NEEDS_AUTHORIZATION);
            assertThat(broken.reason().orElseThrow()).contains("did you mean \"url\"");
            assertThat(revoked.reason().orElseThrow()).contains("401");
            assertThat(revoked.nextPoll("orders")).isEmpty();
            assertThat(registry.instance("old", "shop").orElseThrow().reason().orElseThrow())
                    .contains("version 0.9.0 of shop is not defined");
            assertThat(List.of(reset, thrower, good))
                    .extracting(ConnectorInstance::state)
                    .containsOnly(InstanceState.ACTIVE);
            assertThat(poll(good)).isNotNull();
        }
    }

    @Test
    void reauthorizedInstanceBecomesActive() throws Exception {
        shop.customer("a", 1);
        shop.accept("a", "k-2");
        try (ConnectorRegistry registry = registry()) {
            ConnectorInstance acme = registry.add("acme", "shop", shop.settings("a"));
            awaitState(acme, InstanceState.NEEDS_AUTHORIZATION);
            assertThat(events).isEmpty();
            assertThat(instances
                            .find(new InstanceId("acme", "shop"))
                            .orElseThrow()
                            .state())
                    .isEqualTo(InstanceState.NEEDS_AUTHORIZATION);

            secrets.put("acme/key", "k-2");
            acme.start();

            assertThat(take(1)).containsExactly("acme 1");
            assertThat(acme.reason()).isEmpty();
            shop.accept("a", "k-3");
            assertThatThrownBy(() -> poll(acme)).isInstanceOf(ConnectorException.class);
            assertThat(acme.state()).isEqualTo(InstanceState.NEEDS_AUTHORIZATION);
            secrets.put("acme/other", "k-3");
            shop.customer("a", 2);
            acme.change(shop.settings("a").secret("key", "other"));
            assertThat(acme.state()).isEqualTo(InstanceState.ACTIVE);
            assertThat(take(1)).containsExactly("acme 2");
        }
    }

    @Test
    void closedRegistryChangesNothing() throws Exception {
        shop.customer("a", 1);
        ConnectorRegistry registry = registry();
        ConnectorInstance acme = registry.add("acme", "shop", shop.settings("a"));
        assertThat(take(1)).hasSize(1);
        registry.close();
        registry.close();
        shop.customer("a", 2);

        List<ThrowingCallable> changes = List.of(
                acme::start,
                acme::stop,
                acme::remove,
                () -> acme.change(shop.settings("a")),
                () -> acme.upgrade("1.0.0"),
                () -> registry.define(Shop.definition("9.0.0")),
                () -> registry.on("shop", "orders", (instance, event) -> {}),
                () -> registry.add("bolt", "shop", shop.settings("a")));
        assertThat(changes)
                .allSatisfy(change -> assertThatThrownBy(change)
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("is closed"));
        assertThat(acme.nextPoll("orders")).isEmpty();
    }

    @Test
    void handlerThatIsInterruptedDoesNotCausePollAfterPoll() throws Exception {
        shop.customer("a", 1);
        CountDownLatch handled = new CountDownLatch(5);
        try (ConnectorRegistry registry = builder().build()) {
            registry.define(Shop.definition());
            registry.on("shop", "orders", (instance, event) -> {
                handled.countDown();
                throw new InterruptedException("a future was cancelled");
            });
            registry.start();
            registry.add("acme", "shop", shop.settings("a"));

            assertThat(handled.await(1500, TimeUnit.MILLISECONDS))
                    .as("without a backoff")
                    .isFalse();
            assertThat(handled.getCount()).isLessThan(5);
        }
    }

    @Test
    void textThatCannotBeEncodedIsNoTenant() {
        assertThatThrownBy(() -> new InstanceId("\uD800", "shop"))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("unpaired surrogate");
        assertThatThrownBy(() -> StoredSecrets.in(TokenStore.inMemory()).put("\uD800", "shop", "key", Secret.of("x")))
                .isInstanceOf(InvalidDefinitionException.class);
        assertThatThrownBy(() -> ConnectorContext.forTenant("\uD801")).isInstanceOf(InvalidDefinitionException.class);
    }

    @Test
    void missingSecretIsReportedAndMayBeAddedLater() throws Exception {
        shop.customer("a", 1);
        try (ConnectorRegistry registry = registry()) {
            registry.add("acme", "shop", shop.settings("a"));
            assertThat(take(1)).hasSize(1);
        }
        secrets.remove("key");
        try (ConnectorRegistry registry = registry()) {
            ConnectorInstance acme = registry.instance("acme", "shop").orElseThrow();
            awaitState(acme, InstanceState.FAILED);
            assertThat(acme.reason().orElseThrow()).contains("key");
            assertThatThrownBy(acme::start).isInstanceOf(InvalidDefinitionException.class);
            assertThat(acme.state()).isEqualTo(InstanceState.FAILED);

            secrets.put("key", "k-1");
            assertThat(acme.send("get-shop", Pills.none()).status()).isEqualTo(200);

            assertThat(acme.state()).isEqualTo(InstanceState.ACTIVE);
        }
    }

    @Test
    void secretReferencesAreThoseOfTheTenant() {
        shop.customer("a", 1);
        List<SecretReference> references = new CopyOnWriteArrayList<>();
        ConnectorRegistry unstarted = ConnectorRegistry.in(instances)
                .secrets(reference -> {
                    references.add(reference);
                    return Secret.of("x");
                })
                .state(state)
                .build();
        try (ConnectorRegistry registry = started(unstarted)) {
            registry.add("acme", "shop", shop.settings("a").strategy("key").secret("key", "../bolt/key"));

            assertThat(references).contains(new SecretReference("acme", "shop", "../bolt/key"));
            assertThat(references).extracting(SecretReference::tenant).containsOnly("acme");
        }
    }

    @Test
    void webhookUrlRemainsTheSame() throws Exception {
        shop.customer("a", 0);
        URI url;
        try (ConnectorRegistry registry = registry()) {
            ConnectorInstance acme = registry.add("acme", "shop", shop.settings("a"));
            ConnectorInstance bolt = registry.add("bolt", "shop", shop.settings("a"));
            url = acme.webhookUrl("paid").orElseThrow();

            assertThat(bolt.webhookUrl("paid").orElseThrow()).isNotEqualTo(url);
            assertThat(status(url)).isEqualTo(200);
            assertThat(take(1)).containsExactly("acme paid 7");
        }
        assertThat(status(url)).isEqualTo(404);
        try (ConnectorRegistry registry = registry()) {
            ConnectorInstance acme = registry.instance("acme", "shop").orElseThrow();
            assertThat(acme.webhookUrl("paid")).contains(url);
            assertThat(status(url)).isEqualTo(200);
            assertThat(take(1)).containsExactly("acme paid 7");
            acme.stop();
            assertThat(status(url)).isEqualTo(404);
            acme.start();
            assertThat(status(url)).isEqualTo(200);
            acme.remove();
            assertThat(status(url)).isEqualTo(404);
        }
    }

    @Test
    void inboxKeepsEventsUntilTheyAreHandled() throws Exception {
        shop.customer("a", 0);
        StateStore store = StateStore.inMemory();
        CountDownLatch blocked = new CountDownLatch(1);
        try (ConnectorRegistry registry =
                builder().inbox(Inbox.in(store, 100, 1 << 20)).build()) {
            registry.define(Shop.definition());
            registry.on("shop", "paid", (instance, event) -> {
                blocked.countDown();
                throw new IllegalStateException("try again");
            });
            registry.start();
            ConnectorInstance acme = registry.add("acme", "shop", shop.settings("a"));
            ConnectorInstance bolt = registry.add("bolt", "shop", shop.settings("a"));
            assertThat(status(acme.webhookUrl("paid").orElseThrow())).isEqualTo(200);
            assertThat(status(bolt.webhookUrl("paid").orElseThrow())).isEqualTo(200);
            assertThat(status(bolt.webhookUrl("paid").orElseThrow())).isEqualTo(200);
            assertThat(blocked.await(20, TimeUnit.SECONDS)).isTrue();
        }
        try (ConnectorRegistry registry =
                started(builder().inbox(Inbox.in(store, 100, 1 << 20)).build())) {
            assertThat(take(2)).containsExactly("acme paid 7", "bolt paid 7");
            assertThat(registry.mailbox().orElseThrow().deadLetters()).isEmpty();
        }
    }

    @Test
    void secretThatIsRemovedMeanwhileIsReportedUntilItIsBack() throws Exception {
        shop.customer("a", 1);
        try (ConnectorRegistry registry = registry()) {
            ConnectorInstance acme = registry.add("acme", "shop", shop.settings("a"));
            assertThat(take(1)).containsExactly("acme 1");
            secrets.remove("key");

            assertThatThrownBy(() -> acme.send("get-shop", Pills.none()))
                    .isInstanceOf(ConnectorException.class)
                    .hasMessageContaining("the secret \"key\" is missing");
            assertThat(acme.state()).isEqualTo(InstanceState.FAILED);
            assertThat(acme.reason())
                    .hasValueSatisfying(reason -> assertThat(reason).contains("\"key\" is missing"));
            assertThatThrownBy(() -> poll(acme)).isInstanceOf(ConnectorException.class);
            assertThat(acme.state()).isEqualTo(InstanceState.FAILED);

            secrets.put("key", "k-2");
            assertThat(poll(acme).events()).isZero();
            assertThat(acme.state()).isEqualTo(InstanceState.ACTIVE);
            assertThat(acme.reason()).isEmpty();
        }
    }

    @Test
    void handlerThatFailsIsTheLastFailure() throws Exception {
        shop.customer("a", 1);
        try (ConnectorRegistry registry = builder().build()) {
            registry.define(Shop.definition());
            registry.on("shop", "orders", (instance, event) -> {
                events.add("orders");
                throw new IllegalStateException("no table for orders");
            });
            registry.on("shop", "paid", (instance, event) -> {
                throw new IllegalStateException("no table for payments");
            });
            registry.start();
            ConnectorInstance acme = registry.add("acme", "shop", shop.settings("a"));
            assertThat(take(1)).containsExactly("orders");
            PollResult unused = poll(acme);
            assertThat(acme.lastFailure())
                    .hasValueSatisfying(failure -> assertThat(failure).contains("orders: ", "no table for orders"));

            assertThat(status(acme.webhookUrl("paid").orElseThrow())).isEqualTo(500);
            assertThat(acme.lastFailure())
                    .hasValueSatisfying(failure -> assertThat(failure).contains("paid: ", "no table for payments"));
        }
    }

    @Test
    void connectorThatWorkHasClosedIsReplaced() throws Exception {
        shop.customer("a", 1);
        try (ConnectorRegistry registry = registry()) {
            ConnectorInstance acme = registry.add("acme", "shop", shop.settings("a"));
            assertThat(take(1)).containsExactly("acme 1");

            boolean closed = acme.with(connector -> {
                connector.close();
                return connector.isClosed();
            });

            assertThat(closed).isTrue();
            assertThat(acme.send("get-shop", Pills.none()).status()).isEqualTo(200);
            shop.customer("a", 2);
            assertThat(poll(acme).events()).isEqualTo(1);
            assertThat(take(1)).containsExactly("acme 2");
            assertThat(status(acme.webhookUrl("paid").orElseThrow())).isEqualTo(200);
        }
    }

    @Test
    void instanceThatIsRemovedKeepsItsStateIfDesired() throws Exception {
        shop.customer("a", 1);
        try (ConnectorRegistry registry = registry()) {
            ConnectorInstance acme = registry.add("acme", "shop", shop.settings("a"));
            assertThat(take(1)).containsExactly("acme 1");

            acme.removeKeepingState();

            assertThat(registry.instance("acme", "shop")).isEmpty();
            shop.customer("a", 2);
            registry.add("acme", "shop", shop.settings("a"));
            assertThat(take(1)).containsExactly("acme 2");
        }
    }

    @Test
    void tokensAreRemovedWithTheirInstance() {
        InstanceTokens acme = new InstanceTokens(tokens, "acme/shop", () -> {});
        InstanceTokens other = new InstanceTokens(tokens, "acme/shop-eu", () -> {});
        acme.put("acme/shop.1", Secret.of("a"), null);
        acme.put("acme/shop.2", Secret.of("b"), null);
        acme.put("client.shared", Secret.of("c"), null);
        other.put("acme/shop-eu.1", Secret.of("d"), null);

        InstanceTokens.removeAll(tokens, "acme/shop");

        assertThat(tokens.get("acme/shop.1")).isEmpty();
        assertThat(tokens.get("acme/shop.2")).isEmpty();
        assertThat(tokens.get("client.shared")).isPresent();
        assertThat(tokens.get("acme/shop-eu.1")).isPresent();
    }

    @Test
    void removedInstanceStartsAnewWhenItIsAddedAgain() throws Exception {
        shop.customer("a", 1);
        try (ConnectorRegistry registry = registry()) {
            ConnectorInstance acme = registry.add("acme", "shop", shop.settings("a"));
            assertThat(take(1)).containsExactly("acme 1");
            assertThatThrownBy(() -> registry.add("acme", "shop", shop.settings("a")))
                    .isInstanceOf(InvalidDefinitionException.class)
                    .hasMessageContaining("already");

            acme.remove();

            assertThat(registry.instance("acme", "shop")).isEmpty();
            assertThat(instances.list()).isEmpty();
            assertThatThrownBy(acme::start).hasMessageContaining("was removed");
            registry.add("acme", "shop", shop.settings("a"));
            assertThat(take(1)).containsExactly("acme 1");
        }
    }

    @Test
    void changeThatCannotBeStoredHasNoEffect() throws Exception {
        shop.customer("a", 1);
        FailingStore failing = new FailingStore(InstanceStore.inMemory());
        try (ConnectorRegistry registry = started(ConnectorRegistry.in(failing)
                .secrets(Shop.secrets(secrets))
                .state(state)
                .build())) {
            ConnectorInstance acme = registry.add("acme", "shop", shop.settings("a"));
            assertThat(take(1)).containsExactly("acme 1");
            failing.isFull = true;

            assertThatThrownBy(acme::stop).isInstanceOf(StateException.class);
            assertThatThrownBy(() -> acme.change(shop.settings("b"))).isInstanceOf(StateException.class);
            assertThatThrownBy(() -> registry.add("bolt", "shop", shop.settings("a")))
                    .isInstanceOf(StateException.class);

            assertThat(acme.state()).isEqualTo(InstanceState.ACTIVE);
            assertThat(acme.settings()).isEqualTo(shop.settings("a"));
            assertThat(registry.instances()).containsExactly(acme);
            shop.fail("a", 401);
            assertThatThrownBy(() -> poll(acme)).isInstanceOf(ConnectorException.class);
            assertThat(acme.state()).isEqualTo(InstanceState.ACTIVE);
        }
    }

    @Test
    void manyInstancesShareFewConnectors() throws Exception {
        shop.customer("a", 1);
        try (ConnectorRegistry registry = started(builder().maxOpen(4).build())) {
            IntStream.range(0, 40).forEach(i -> registry.add("tenant-" + i, "shop", shop.settings("a")));

            assertThat(take(40)).doesNotHaveDuplicates().doesNotContain("null");
            for (ConnectorInstance instance : registry.instances()) {
                poll(instance);
            }
            assertThat(events).isEmpty();
        }
    }

    @Test
    void handlerMayBeRegisteredLater() throws Exception {
        shop.customer("a", 1);
        try (ConnectorRegistry registry = builder().build()) {
            registry.define(Shop.definition());
            registry.start();
            ConnectorInstance acme = registry.add("acme", "shop", shop.settings("a"));
            assertThat(acme.webhookUrl("paid")).isEmpty();

            registry.on("shop", "orders", (instance, event) -> events.add(event.key()));
            registry.on("shop", "paid", (instance, event) -> events.add("paid"));

            assertThat(take(1)).containsExactly("1");
            assertThat(acme.webhookUrl("paid")).isPresent();
        }
    }

    @Test
    void handlerMayStopItsInstance() throws Exception {
        shop.customer("a", 3);
        try (ConnectorRegistry registry = builder().build()) {
            registry.define(Shop.definition());
            registry.on("shop", "orders", (instance, event) -> {
                instance.stop();
                events.add(event.key());
            });
            registry.start();
            ConnectorInstance acme = registry.add("acme", "shop", shop.settings("a"));

            assertThat(take(1)).containsExactly("1");
            assertThat(acme.state()).isEqualTo(InstanceState.DISABLED);
            assertThat(events).isEmpty();
        }
    }

    @Test
    void upgradeKeepsStateAndDropsObsoleteValues() throws Exception {
        shop.customer("a", 1);
        try (ConnectorRegistry registry = registry()) {
            InstanceSettings all = InstanceSettings.of(
                    Map.of("url", shop.settings("a").values().get("url"), "shop", "a", "currency", "CHF"));
            ConnectorInstance acme = registry.add("acme", "shop", all);
            assertThat(take(1)).containsExactly("acme 1");
            registry.define(Shop.definition(
                    "1.1.0",
                    "  - {name: currency, label: Currency, default: EUR}\n",
                    "",
                    "headers: {X-Currency: \"{{auth.currency}}\"}",
                    "headers: {X-Version: \"2\"}"));
            shop.customer("a", 2);

            assertThat(acme.changes("1.1.0")).extracting(DefinitionChange::kind).contains(ChangeKind.REMOVED_INPUT);
            acme.upgrade("1.1.0");

            assertThat(take(1)).containsExactly("acme 2");
            assertThat(acme.settings()).isEqualTo(shop.settings("a"));
            assertThatThrownBy(() -> acme.upgrade("1.2.0"))
                    .isInstanceOf(InvalidDefinitionException.class)
                    .hasMessageContaining("version 1.2.0 of shop is not defined");
            assertThat(acme.version()).isEqualTo("1.1.0");
        }
    }

    @Test
    void upgradeThatNeedsTheCustomerIsRefusedUnlessConfirmed() throws Exception {
        shop.customer("a", 1);
        try (ConnectorRegistry registry = registry()) {
            ConnectorInstance acme = registry.add("acme", "shop", shop.settings("a"));
            assertThat(take(1)).containsExactly("acme 1");
            registry.define(Shop.definition("2.0.0", "label: Currency, default: EUR", "label: Currency"));

            assertThatThrownBy(() -> acme.upgrade("2.0.0"))
                    .isInstanceOf(InvalidDefinitionException.class)
                    .hasMessageContaining("without the customer")
                    .hasMessageContaining("/inputs/2: customers who have not entered \"currency\" must enter it");
            assertThat(acme.version()).isEqualTo("1.0.0");
            assertThat(acme.state()).isEqualTo(InstanceState.ACTIVE);

            assertThat(acme.upgrade("2.0.0", acme.settings())).isEqualTo(InstanceState.FAILED);
            assertThat(acme.reason().orElseThrow()).contains("currency");
            Map<String, String> values = new HashMap<>(shop.settings("a").values());
            values.put("currency", "CHF");
            acme.change(InstanceSettings.of(values));
            assertThat(acme.state()).isEqualTo(InstanceState.ACTIVE);
            assertThat(acme.version()).isEqualTo("2.0.0");
        }
    }

    private String oauth2(String scopes) {
        return """
                type: oauth2-authorization-code
                    authorizationUrl: %1$s/authorize
                    tokenUrl: %1$s/token
                    scopes: [%2$s]
                """.formatted(shop.url(), scopes);
    }

    /** A registry whose instances use OAuth 2, with two versions of the document. */
    private ConnectorRegistry oauth2() {
        ConnectorRegistry registry = builder()
                .context(context -> context.redirectUri("https://app.example.com/callback"))
                .build();
        registry.define(Shop.definition("1.0.0", KEY, oauth2("read")));
        registry.on("shop", "orders", (instance, event) -> events.add(instance.tenant() + " " + event.key()));
        registry.start();
        return registry;
    }

    private void authorize(ConnectorInstance instance) {
        String page = instance.with(connector -> AuthorizationCodeFlow.of(connector.connection())
                .start("session")
                .getQuery());
        Matcher state = Pattern.compile("state=([^&]+)").matcher(page);
        assertThat(state.find()).isTrue();
        instance.with(connector -> AuthorizationCodeFlow.of(connector.connection())
                .finish("https://app.example.com/callback?code=c&state=" + state.group(1), "session"));
    }

    @Test
    void newScopesNeedConsentWhichMakesTheInstanceActive() throws Exception {
        shop.customer("a", 1).issueTokens();
        secrets.put("clientSecret", "s");
        Map<String, String> values = new HashMap<>(shop.settings("a").values());
        values.put("clientId", "c");
        try (ConnectorRegistry registry = oauth2()) {
            ConnectorInstance acme = registry.add("acme", "shop", InstanceSettings.of(values));
            awaitState(acme, InstanceState.NEEDS_AUTHORIZATION);
            authorize(acme);
            assertThat(take(1)).containsExactly("acme 1");
            assertThat(acme.state()).isEqualTo(InstanceState.ACTIVE);
            registry.define(Shop.definition("1.1.0", KEY, oauth2("read, write")));

            assertThatThrownBy(() -> acme.upgrade("1.1.0")).hasMessageContaining("for the scopes [write]");
            assertThat(acme.upgrade("1.1.0", acme.settings())).isEqualTo(InstanceState.NEEDS_AUTHORIZATION);
            assertThat(acme.reason().orElseThrow()).contains("[write]");
            shop.customer("a", 2);
            authorize(acme);

            assertThat(take(1)).containsExactly("acme 2");
            assertThat(acme.state()).isEqualTo(InstanceState.ACTIVE);
        }
    }

    @Test
    void mistakesAreReported() {
        try (ConnectorRegistry registry = registry()) {
            assertThatThrownBy(() -> registry.on("shop", "order", (instance, event) -> {}))
                    .hasMessageContaining("did you mean \"orders\"");
            assertThatThrownBy(() -> registry.on("shop", "orders", (instance, event) -> {}))
                    .hasMessageContaining("has a handler already");
            assertThatThrownBy(() -> registry.on("shopp", "orders", (instance, event) -> {}))
                    .hasMessageContaining("did you mean \"shop\"");
            assertThatThrownBy(() -> registry.add("acme", "shopp", shop.settings("a")))
                    .hasMessageContaining("did you mean \"shop\"");
            assertThatThrownBy(() -> registry.add(" ", "shop", shop.settings("a")))
                    .hasMessageContaining("tenant");
            assertThatThrownBy(() -> registry.add("acme", "shop", InstanceSettings.of(Map.of("curency", "CHF"))))
                    .hasMessageContaining("did you mean \"currency\"");
            assertThatThrownBy(() -> registry.define(Shop.definition("1.0.0", "title: Shop", "title: Other")))
                    .hasMessageContaining("new version");
            assertThat(registry.instances()).isEmpty();
        }
        ConnectorRegistry unstarted = builder().build();
        assertThatThrownBy(unstarted::instances).hasMessageContaining("call start()");
        unstarted.close();
        assertThatThrownBy(unstarted::start).hasMessageContaining("closed");
    }

    @Test
    void connectionIsTestedThroughTheInstance() {
        shop.customer("a", 0);
        try (ConnectorRegistry registry = registry()) {
            ConnectorInstance acme = registry.add("acme", "shop", shop.settings("a"));

            assertThat(acme.with(Connector::tenant)).isEqualTo("acme");
            assertThat(InstanceSettings.of(Map.of("shop", "private")))
                    .asString()
                    .doesNotContain("private");
        }
    }

    /** A store whose disk may be full. */
    private static final class FailingStore implements InstanceStore {

        private final InstanceStore store;
        private volatile boolean isFull;

        FailingStore(InstanceStore store) {
            this.store = store;
        }

        @Override
        public List<StoredInstance> list() {
            return store.list();
        }

        @Override
        public void put(StoredInstance instance, long replaced) {
            check();
            store.put(instance, replaced);
        }

        @Override
        public void remove(StoredInstance instance) {
            check();
            store.remove(instance);
        }

        private void check() {
            if (isFull) {
                throw new StateException(StateFailure.UNAVAILABLE, "the disk is full");
            }
        }
    }
}
