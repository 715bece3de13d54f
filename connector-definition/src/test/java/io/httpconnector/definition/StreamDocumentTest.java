package io.httpconnector.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.definition.DefinitionChange.ChangeKind;
import io.httpconnector.definition.DefinitionChange.Impact;
import io.httpconnector.state.StateStore;
import io.httpconnector.stream.StreamListener;
import io.httpconnector.stream.StreamStatus.StreamPhase;
import io.httpconnector.stream.StreamTrigger;
import io.httpconnector.trigger.TriggerEvent;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests stream triggers in connector documents. */
@Timeout(60)
class StreamDocumentTest {

    private static final String DOCUMENT = """
            connector: 1
            id: chat
            version: 1.0.0
            title: Chat
            auth: {open: {type: none}}
            inputs:
              - {name: room, label: Room}
              - {name: filter, label: Filter, optional: true}
            connection: {baseUrl: "http://localhost"}
            defaults:
              delivery: {attempts: 4}
              retry: {maxAttempts: 2}
            requests:
              changes:
                title: Changes
                method: GET
                url: /changes
                query:
                  - {name: room, value: "{{auth.room}}"}
                  - {name: kind, value: "{{source.kind}}"}
                  - {name: filter, value: "{{auth.filter}}"}
            triggers:
              chat-events:
                title: Messages
                request: changes
                retry: none
                stream:
                  pills: {source: {kind: all}}
                  types: [message, edit]
                  key: /author
                  idleTimeout: PT30S
            """;

    private final EventService service = new EventService();
    private final List<TriggerEvent> events = new CopyOnWriteArrayList<>();

    @TempDir
    private Path dir;

    @AfterEach
    void end() {
        service.close();
    }

    private String document() {
        return DOCUMENT.replace("http://localhost", service.url());
    }

    private ConnectorDefinition definition() {
        return ConnectorDefinition.parse(document());
    }

    private Connector connector(StateStore store) {
        return definition().connect(context(store).build());
    }

    private static ConnectorContext.Builder context(StateStore store) {
        return ConnectorContext.forTenant("acme").value("room", "blue").state(store);
    }

    private static void eventually(BooleanSupplier condition) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("in time").isLessThan(end);
            try {
                Thread.sleep(5);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private List<String> ids() {
        return events.stream().map(TriggerEvent::id).toList();
    }

    @Test
    void receivesTheStreamAndContinuesAfterARestart() {
        service.send("message", "{\"author\": \"ann\", \"text\": \"hello\"}");
        service.send("typing", "{}");
        service.send("edit", "{\"author\": \"ann\"}");
        try (StateStore store = StateStore.file(dir);
                Connector connector = connector(store)) {
            connector.on("chat-events", events::add);
            assertThat(connector.stream("chat-events").orElseThrow().status().phase())
                    .isEqualTo(StreamPhase.STOPPED);
            assertThat(service.requests()).isEmpty();
            connector.start();
            eventually(() -> events.size() == 2);
            StreamTrigger stream = connector.stream("chat-events").orElseThrow();
            eventually(() -> stream.status().lastEventId().equals("3"));
            assertThat(stream.status().phase()).isEqualTo(StreamPhase.OPEN);
            assertThat(stream.id()).isEqualTo("acme/chat/chat-events");
            assertThat(connector.trigger("chat-events")).isEmpty();
            assertThat(events.get(0).key()).isEqualTo("ann");
            assertThat(events.get(0).payload().at("/data/text").asText()).isEqualTo("hello");
            assertThat(service.requests()).containsExactly("/changes?room=blue&kind=all");
        }
        eventually(() -> service.open() == 0);
        service.send("message", "while it was closed");
        try (StateStore store = StateStore.file(dir);
                Connector connector = connector(store)) {
            connector.on("chat-events", events::add);
            connector.start();
            eventually(() -> events.size() == 3);
            assertThat(ids()).containsExactly("1", "3", "4");
            assertThat(service.requests().get(1)).isEqualTo("/changes?room=blue&kind=all 3");
        }
    }

    @Test
    void aStreamIsPausedAndContinued() {
        try (StateStore store = StateStore.inMemory();
                Connector connector = connector(store)) {
            connector.start();
            connector.on("chat-events", events::add);
            service.send("message", "1");
            eventually(() -> events.size() == 1);
            StreamTrigger stream = connector.stream("chat-events").orElseThrow();
            assertThat(stream.stop(Duration.ofSeconds(5))).isTrue();
            eventually(() -> service.open() == 0);
            service.send("message", "2");
            stream.start();
            eventually(() -> events.size() == 2);
            service.end();
            service.send("message", "3");
            eventually(() -> events.size() == 3);
            assertThat(ids()).containsExactly("1", "2", "3");
        }
    }

    @Test
    void oneOfTwoConnectorsWithTheSameStoreReceivesTheStream() {
        try (StateStore store = StateStore.inMemory();
                Connector one = connector(store);
                Connector other = connector(store)) {
            for (Connector connector : List.of(one, other)) {
                connector.on("chat-events", events::add);
                connector.start();
            }
            service.send("message", "1");
            eventually(() -> events.size() == 1);
            eventually(() -> phases(one, other).equals(List.of(StreamPhase.OPEN, StreamPhase.STANDBY))
                    || phases(one, other).equals(List.of(StreamPhase.STANDBY, StreamPhase.OPEN)));
            assertThat(service.open()).isEqualTo(1);
        }
    }

    private static List<StreamPhase> phases(Connector... connectors) {
        return Arrays.stream(connectors)
                .map(connector ->
                        connector.stream("chat-events").orElseThrow().status().phase())
                .toList();
    }

    @Test
    void aHandlerOfTheApplicationAndListenersAreSet() {
        List<String> opened = new CopyOnWriteArrayList<>();
        StreamListener listener = new StreamListener() {
            @Override
            public void onOpen(String trigger, String lastEventId) {
                opened.add(trigger);
            }
        };
        try (StateStore store = StateStore.inMemory();
                Connector connector = ConnectorDefinition.parse(document().replace("title: Messages", "handler: save"))
                        .connect(context(store)
                                .components(ConnectorComponents.none().handler("save", events::add))
                                .streams(builder -> builder.listener(listener))
                                .build())) {
            connector.start();
            service.send("message", "1");
            eventually(() -> events.size() == 1);
            assertThat(opened).containsExactly("acme/chat/chat-events");
            assertThatThrownBy(() -> connector.on("chat-events", events::add))
                    .hasMessageContaining("it has a handler already");
            assertThatThrownBy(() -> connector.triggerBuilder("chat-events", events::add))
                    .isInstanceOf(InvalidDefinitionException.class)
                    .hasMessageContaining("it receives a stream and does not poll");
        }
    }

    @Test
    void aStreamNeedsAStateStore() {
        try (Connector connector = definition()
                .connect(
                        ConnectorContext.forTenant("acme").value("room", "blue").build())) {
            assertThatThrownBy(() -> connector.on("chat-events", events::add))
                    .isInstanceOf(InvalidDefinitionException.class)
                    .hasMessageContaining("chat-events: the trigger needs a store");
        }
    }

    @Test
    void aDocumentIsRestoredWithoutLoss() {
        ConnectorDefinition definition = definition();
        ConnectorDefinition read = ConnectorDefinition.parse(definition.toYaml());
        assertThat(read).isEqualTo(definition);
        assertThat(read.toJson()).isEqualTo(definition.toJson());
        assertThat(definition.triggers()).containsExactly("chat-events");
        assertThat(definition.streams()).containsExactly("chat-events");
        assertThat(definition.toJson().at("/triggers/chat-events/stream"))
                .hasToString("{\"delivery\":{\"attempts\":4},\"idleTimeout\":\"PT30S\","
                        + "\"key\":\"/author\",\"pills\":{\"source\":{\"kind\":\"all\"}},"
                        + "\"types\":[\"message\",\"edit\"]}");
        ConnectorDefinition plain = ConnectorDefinition.parse(
                document().substring(0, document().indexOf("defaults:"))
                        + "triggers: {all: {request: {method: GET, url: \"/{{auth.room}}{{auth.filter}}\"}, stream: {}}}\n");
        assertThat(plain.streams()).containsExactly("all");
        assertThat(ConnectorDefinition.parse(plain.toYaml())).isEqualTo(plain);
    }

    private List<String> problems(String... replacements) {
        String text = document();
        for (int i = 0; i < replacements.length; i += 2) {
            assertThat(text).contains(replacements[i]);
            text = text.replace(replacements[i], replacements[i + 1]);
        }
        String changed = text;
        return catchThrowableOfType(InvalidDefinitionException.class, () -> ConnectorDefinition.parse(changed))
                .problems();
    }

    @Test
    void problemsAreReportedWithTheirLocation() {
        assertThat(problems("types:", "typs:"))
                .singleElement()
                .asString()
                .contains("/triggers/chat-events/stream/typs", "line 29", "did you mean \"types\"?");
        assertThat(problems("stream:\n", "steam:\n"))
                .anySatisfy(problem -> assertThat(problem).contains("/steam", "did you mean \"stream\"?"));
        assertThat(problems("    retry: none", "    retri: none"))
                .singleElement()
                .asString()
                .contains("/triggers/chat-events/retri", "did you mean \"retry\"?");
        assertThat(problems("    retry: none", "    schedule: {every: PT1M}\n    hybrid: {webhook: x}\n    types: [a]"))
                .anySatisfy(problem -> assertThat(problem)
                        .contains("/triggers/chat-events/schedule", "a trigger with \"stream\" does not poll"))
                .anySatisfy(problem -> assertThat(problem)
                        .contains("/triggers/chat-events/hybrid (", "a trigger with \"stream\" does not poll"))
                .anySatisfy(problem ->
                        assertThat(problem).contains("/triggers/chat-events/types", "move it into \"stream\""));
        assertThat(problems("types: [message, edit]", "request: changes"))
                .singleElement()
                .asString()
                .contains("/triggers/chat-events/stream/request", "move it beside \"stream\"");
        assertThat(problems("request: changes", "request: change"))
                .singleElement()
                .asString()
                .contains("/triggers/chat-events/request", "did you mean \"changes\"?");
        assertThat(problems("pills: {source:", "pills: {sorce:"))
                .singleElement()
                .asString()
                .contains("/triggers/chat-events/request", "{{source.kind}}", "did you mean {{sorce...}}?");
        assertThat(problems("idleTimeout: PT30S", "idleTimeout: PT48H"))
                .singleElement()
                .asString()
                .contains("/triggers/chat-events/stream/idleTimeout");
        assertThat(problems("delivery: {attempts: 4", "delivery: {attempts: 0"))
                .singleElement()
                .asString()
                .contains("/defaults/delivery");
        assertThat(problems("retry: none", "retry: {maxAttempts: 0}"))
                .singleElement()
                .asString()
                .contains("/triggers/chat-events/retry/maxAttempts");
        assertThat(problems("key: /author", "key: author"))
                .singleElement()
                .asString()
                .contains("/triggers/chat-events/stream/key");
    }

    private List<DefinitionChange> changes(String... replacements) {
        String text = document();
        for (int i = 0; i < replacements.length; i += 2) {
            assertThat(text).contains(replacements[i]);
            text = text.replace(replacements[i], replacements[i + 1]);
        }
        return definition().changes(ConnectorDefinition.parse(text));
    }

    @Test
    void versionsAreCompared() {
        assertThat(changes("title: Messages", "title: News")).isEmpty();
        assertThat(changes("idleTimeout: PT30S", "idleTimeout: PT31S"))
                .singleElement()
                .satisfies(change -> {
                    assertThat(change.impact()).isEqualTo(Impact.NONE);
                    assertThat(change.pointer()).isEqualTo("/triggers/chat-events/stream/idleTimeout");
                });
        assertThat(changes("types: [message, edit]", "types: [message]"))
                .singleElement()
                .satisfies(change -> assertThat(change.impact()).isEqualTo(Impact.STATE));
        assertThat(changes("{kind: all}", "{kind: some}")).singleElement().satisfies(change -> {
            assertThat(change.kind()).isEqualTo(ChangeKind.QUERY);
            assertThat(change.impact()).isEqualTo(Impact.STATE);
        });
        String stream = DOCUMENT.substring(DOCUMENT.indexOf("    stream:"));
        assertThat(changes(stream.indent(0), "    pills: {source: {kind: all}}\n    key: [/id]\n"))
                .singleElement()
                .satisfies(change -> {
                    assertThat(change.impact()).isEqualTo(Impact.STATE);
                    assertThat(change.pointer()).isEqualTo("/triggers/chat-events/stream");
                });
        assertThat(changes("chat-events:", "other:"))
                .anySatisfy(change -> assertThat(change.consequence()).contains("its stream ends"))
                .anySatisfy(change -> assertThat(change.consequence()).contains("receives its stream"));
    }
}
