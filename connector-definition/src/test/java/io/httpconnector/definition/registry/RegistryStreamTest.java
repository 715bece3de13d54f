package io.httpconnector.definition.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.auth.oauth2.TokenEncryption;
import io.httpconnector.definition.ConnectorDefinition;
import io.httpconnector.definition.EventService;
import io.httpconnector.jdbc.JdbcSchema;
import io.httpconnector.jdbc.JdbcTokenStore;
import io.httpconnector.polling.PollingTrigger;
import io.httpconnector.state.StateStore;
import io.httpconnector.stream.StreamStatus.StreamPhase;
import io.httpconnector.stream.StreamTrigger;
import io.httpconnector.testing.Await;
import io.httpconnector.trigger.DeadLetter;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests instances whose document has a trigger with a stream. */
@Timeout(120)
class RegistryStreamTest {

    private static final String DOCUMENT = """
            connector: 1
            id: chat
            version: 1.0.0
            title: Chat
            auth: {key: {type: custom, headers: {X-Key: "{{auth.key}}"}, fields: [{name: key, label: Key, secret: true}]}}
            inputs: [{name: url, label: URL}]
            connection: {baseUrl: "{{auth.url}}"}
            requests:
              me: {method: GET, url: /me}
            triggers:
              chat-events:
                request: {method: GET, url: /changes}
                stream: {delivery: {attempts: 1}}
              posts:
                request: {method: GET, url: /posts}
                key: [/id]
            """;

    private final EventService service = new EventService();
    private final List<String> handled = new CopyOnWriteArrayList<>();
    private final Map<String, String> secrets = Map.of("key", "k-1");

    @TempDir
    private Path dir;

    @AfterEach
    void close() {
        service.close();
    }

    private ConnectorRegistry started(ConnectorRegistryBuilder builder) {
        ConnectorRegistry registry = builder.build();
        registry.define(ConnectorDefinition.parse(DOCUMENT));
        registry.on("chat", "chat-events", (instance, event) -> {
            if (event.payload().path("data").asText().equals("poison")) {
                throw new IllegalStateException("poison");
            }
            handled.add(instance.tenant() + " " + event.id());
        });
        registry.start();
        return registry;
    }

    private ConnectorRegistryBuilder builder(InstanceStore instances, StateStore state) {
        return ConnectorRegistry.in(instances).secrets(Shop.secrets(secrets)).state(state);
    }

    private InstanceSettings settings() {
        return InstanceSettings.of(Map.of("url", service.url()));
    }

    private static StreamPhase phase(ConnectorInstance instance) {
        return instance.withStream("chat-events", stream -> stream.status().phase());
    }

    @Test
    void anInstanceReceivesItsStreamAndContinuesAfterARestart() {
        InstanceStore instances = InstanceStore.inMemory();
        service.send("message", "1");
        try (StateStore state = StateStore.file(dir);
                ConnectorRegistry registry = started(builder(instances, state))) {
            ConnectorInstance acme = registry.add("acme", "chat", settings());
            Await.until(() -> handled.equals(List.of("acme 1")));
            Await.until(() -> phase(acme) == StreamPhase.OPEN);
            assertThat(acme.triggers()).extracting(InstanceTrigger::name).containsExactly("chat-events");

            acme.stop();
            Await.until(() -> service.open() == 0);
            service.send("message", "2");
            acme.start();
            Await.until(() -> handled.equals(List.of("acme 1", "acme 2")));
        }
        Await.until(() -> service.open() == 0);
        service.send("message", "3");
        try (StateStore state = StateStore.file(dir);
                ConnectorRegistry registry = started(builder(instances, state))) {
            Await.until(() -> handled.size() == 3);
            assertThat(handled).containsExactly("acme 1", "acme 2", "acme 3");
            assertThat(service.requests()).containsExactly("/changes", "/changes 1", "/changes 2");
            registry.instance("acme", "chat").orElseThrow().remove();
            Await.until(() -> service.open() == 0);
            ConnectorInstance again = registry.add("acme", "chat", settings());
            Await.until(() -> handled.size() == 6);
            assertThat(again.withStream("chat-events", StreamTrigger::id)).isEqualTo("acme/chat/chat-events");
        }
    }

    @Test
    void aStreamIsPausedAndResumed() {
        try (StateStore state = StateStore.inMemory();
                ConnectorRegistry registry = started(builder(InstanceStore.inMemory(), state))) {
            ConnectorInstance acme = registry.add("acme", "chat", settings());
            service.send("message", "1");
            Await.until(() -> handled.size() == 1);
            acme.pause("chat-events");
            Await.until(() -> service.open() == 0);
            assertThat(acme.triggers()).extracting(InstanceTrigger::isPaused).containsExactly(true);
            assertThat(phase(acme)).isEqualTo(StreamPhase.STOPPED);
            service.send("message", "2");
            acme.resume("chat-events");
            Await.until(() -> handled.equals(List.of("acme 1", "acme 2")));
            assertThat(acme.triggers()).extracting(InstanceTrigger::isPaused).containsExactly(false);
        }
    }

    @Test
    void aPauseIsStoredForAllNodes() throws Exception {
        InstanceStore instances = InstanceStore.inMemory();
        try (StateStore state = StateStore.inMemory()) {
            service.send("message", "1");
            try (ConnectorRegistry first = started(builder(instances, state))) {
                ConnectorInstance acme = first.add("acme", "chat", settings());
                Await.until(() -> handled.size() == 1);
                acme.pause("chat-events");
                Await.until(() -> service.open() == 0);
                service.send("message", "2");
                try (ConnectorRegistry second = started(builder(instances, state))) {
                    ConnectorInstance onSecond = second.instance("acme", "chat").orElseThrow();
                    Await.until(() -> phase(onSecond) == StreamPhase.PAUSED);
                    assertThat(onSecond.triggers())
                            .extracting(InstanceTrigger::isPaused)
                            .containsExactly(true);
                    Thread.sleep(300);
                    assertThat(service.open()).isZero();
                    assertThat(handled).hasSize(1);

                    onSecond.resume("chat-events");

                    Await.until(() -> handled.equals(List.of("acme 1", "acme 2")));
                    onSecond.pause("chat-events");
                    Await.until(() -> service.open() == 0);
                }
            }
            service.send("message", "3");
            // A restart does not end the pause, but a change of the instance does.
            try (ConnectorRegistry again = started(builder(instances, state))) {
                ConnectorInstance acme = again.instance("acme", "chat").orElseThrow();
                Await.until(() -> phase(acme) == StreamPhase.PAUSED);
                assertThat(handled).hasSize(2);
                acme.change(settings());
                Await.until(() -> handled.size() == 3);
                assertThat(acme.triggers())
                        .extracting(InstanceTrigger::isPaused)
                        .containsExactly(false);
            }
        }
        assertThat(handled).containsExactly("acme 1", "acme 2", "acme 3");
    }

    @Test
    void anOpenStreamKeepsItsConnector() {
        try (StateStore state = StateStore.inMemory();
                ConnectorRegistry registry =
                        started(builder(InstanceStore.inMemory(), state).maxOpen(1))) {
            List<ConnectorInstance> all = Stream.of("a", "b", "c")
                    .map(tenant -> registry.add(tenant, "chat", settings()))
                    .toList();
            Await.until(() -> service.open() == 3);
            all.forEach(instance -> Await.until(() -> phase(instance) == StreamPhase.OPEN));
            service.send("message", "1");
            Await.until(() -> handled.size() == 3);
            assertThat(handled).containsExactlyInAnyOrder("a 1", "b 1", "c 1");
            assertThat(service.requests()).hasSize(3);
        }
    }

    @Test
    void deadLettersAreReplayedAndDiscarded() {
        service.send("message", "poison");
        service.send("message", "2");
        try (StateStore state = StateStore.inMemory();
                ConnectorRegistry registry = started(builder(InstanceStore.inMemory(), state))) {
            ConnectorInstance acme = registry.add("acme", "chat", settings());
            Await.until(() -> handled.equals(List.of("acme 2")));
            assertThat(acme.deadLetters("chat-events"))
                    .extracting(DeadLetter::event)
                    .singleElement()
                    .satisfies(event -> assertThat(event.id()).isEqualTo("1"));
            assertThat(acme.replay("chat-events", "1")).isFalse();
            assertThat(acme.discard("chat-events", "1")).isTrue();
            assertThat(acme.deadLetters("chat-events")).isEmpty();
            assertThat(acme.lastFailure())
                    .hasValueSatisfying(text -> assertThat(text).contains("poison"));
        }
    }

    @Test
    void rejectedCredentialsEndTheStream() {
        service.respond(401);
        try (StateStore state = StateStore.inMemory();
                ConnectorRegistry registry = started(builder(InstanceStore.inMemory(), state))) {
            ConnectorInstance acme = registry.add("acme", "chat", settings());
            Await.until(() -> acme.state() == InstanceState.NEEDS_AUTHORIZATION);
            Await.until(() -> phase(acme) == StreamPhase.STOPPED);
            service.respond(200);
            service.send("message", "1");
            acme.start();
            Await.until(() -> handled.equals(List.of("acme 1")));
            assertThat(acme.state()).isEqualTo(InstanceState.ACTIVE);
        }
    }

    @Test
    void methodsOfPollsAndStreamsAreDistinguished() {
        try (StateStore state = StateStore.inMemory();
                ConnectorRegistry registry = started(builder(InstanceStore.inMemory(), state))) {
            ConnectorInstance acme = registry.add("acme", "chat", settings());
            assertThatThrownBy(() -> acme.withTrigger("chat-events", PollingTrigger::pollOnce))
                    .isInstanceOf(InvalidDefinitionException.class)
                    .hasMessageContaining("\"chat-events\" receives a stream and does not poll: use withStream");
            assertThatThrownBy(() -> acme.withStream("posts", StreamTrigger::status))
                    .hasMessageContaining("\"posts\" polls and receives no stream: use withTrigger");
            assertThatThrownBy(() -> acme.withStream("chat-event", StreamTrigger::status))
                    .hasMessageContaining("did you mean \"chat-events\"?");
        }
    }

    @Test
    void oneNodeOfAClusterReceivesTheStreamAndAnotherOneContinues() {
        JdbcConnectionPool pool =
                JdbcConnectionPool.create("jdbc:h2:mem:" + System.nanoTime() + ";DB_CLOSE_DELAY=-1", "sa", "");
        pool.setMaxConnections(40);
        JdbcSchema.create(pool);
        TokenEncryption encryption =
                TokenEncryption.aesGcm(Secret.of(Base64.getEncoder().encodeToString(new byte[32])));
        StoredSecrets.in(JdbcTokenStore.of(pool, encryption)).put("acme", "chat", "key", Secret.of("k-1"));
        ConnectorRegistry a = started(ConnectorRegistry.clustered(pool, encryption));
        try (ConnectorRegistry b = started(ConnectorRegistry.clustered(pool, encryption))) {
            ConnectorInstance onA = a.add("acme", "chat", settings());
            service.send("message", "1");
            Await.until(() -> handled.equals(List.of("acme 1")));
            Await.until(() -> b.instance("acme", "chat").isPresent());
            ConnectorInstance onB = b.instance("acme", "chat").orElseThrow();
            Await.until(() -> List.of(StreamPhase.OPEN, StreamPhase.STANDBY).equals(List.of(phase(onA), phase(onB))));
            assertThat(service.open()).isEqualTo(1);

            a.close();
            service.send("message", "2");
            Await.until(() -> handled.size() == 2);
            assertThat(handled).containsExactly("acme 1", "acme 2");
            assertThat(phase(onB)).isEqualTo(StreamPhase.OPEN);
            onB.stop();
            Await.until(() -> service.open() == 0);
        } finally {
            a.close();
            pool.dispose();
        }
    }
}
