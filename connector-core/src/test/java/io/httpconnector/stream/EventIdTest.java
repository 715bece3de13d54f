package io.httpconnector.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.ConnectorException;
import io.httpconnector.FakeTime;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.RetryPolicy;
import io.httpconnector.TimeSource;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.trigger.TriggerEvent;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class EventIdTest {

    private final List<AutoCloseable> open = new ArrayList<>();
    private final List<TriggerEvent> handled = new CopyOnWriteArrayList<>();
    private final List<Exception> failures = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : open) {
            one.close();
        }
    }

    private StreamPeer peer(StreamPeer.Script script) {
        StreamPeer peer = new StreamPeer(script);
        open.add(peer);
        return peer;
    }

    private HttpConnection connection(StreamPeer peer, TimeSource time) {
        HttpConnection connection = HttpConnection.named("Service")
                .baseUrl(peer.url())
                .retry(RetryPolicy.none())
                .timeSource(time)
                .build();
        open.add(0, connection);
        return connection;
    }

    private StreamTrigger started(StreamPeer peer, StateStore store, Consumer<StreamTriggerBuilder> settings) {
        StreamTriggerBuilder builder = StreamTrigger.named("changes")
                .connection(connection(peer, TimeSource.SYSTEM))
                .request(RequestTemplate.named("Changes").get("/changes").build())
                .store(store)
                .maxReconnectDelay(Duration.ofMillis(100))
                .listener(new StreamListener() {
                    @Override
                    public void onFailure(String trigger, Exception failure, int consecutiveFailures) {
                        failures.add(failure);
                    }
                })
                .handler(handled::add);
        settings.accept(builder);
        StreamTrigger trigger = builder.build();
        open.add(0, trigger);
        trigger.start();
        return trigger;
    }

    private static void awaitPhase(StreamTrigger trigger, StreamStatus.StreamPhase phase) throws InterruptedException {
        for (int i = 0; i < 1000 && trigger.status().phase() != phase; i++) {
            Thread.sleep(10);
        }
        assertThat(trigger.status().phase()).isEqualTo(phase);
    }

    private static String utf8(String octets) {
        return new String(octets.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }

    private List<String> data() {
        return handled.stream()
                .map(event -> event.payload().path("data").asText())
                .toList();
    }

    @Test
    void sendsIdsInUtf8() throws Exception {
        StreamPeer peer = peer(exchange -> {
            if (exchange.number() == 1) {
                exchange.send(StreamPeer.EVENTS).send("id: café-…日\ndata: 1\n\n");
            } else {
                exchange.send(StreamPeer.NO_CONTENT);
            }
        });
        StreamTrigger trigger = started(peer, StateStore.inMemory(), any -> {});
        awaitPhase(trigger, StreamStatus.StreamPhase.ENDED);
        assertThat(data()).containsExactly("1");
        assertThat(utf8(peer.exchanges().get(1).header("Last-Event-ID"))).isEqualTo("café-…日");
        assertThat(failures).isEmpty();

        EventStream.of(Request.get("/s")).lastEventId("é").events(connection(peer, new FakeTime()), event -> true);
        assertThat(utf8(peer.exchanges().get(2).header("Last-Event-ID"))).isEqualTo("é");
    }

    @Test
    void theIdOfTheCallerMustBeSendable() {
        assertThatThrownBy(() -> EventStream.of(Request.get("/s")).lastEventId("a\nb"))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("character 2")
                .hasMessageContaining("control character");
        assertThatThrownBy(() -> EventStream.of(Request.get("/s")).lastEventId("\ud800"))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("surrogate");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\u0001x", "a\u007fb"})
    void continuesAfterTheLastIdThatCanBeSent(String id) throws Exception {
        StreamPeer peer = peer(exchange -> {
            switch (exchange.number()) {
                case 1 ->
                    exchange.send(StreamPeer.EVENTS).send("id: 7\ndata: 1\n\nid: " + id + "\ndata: 2\n\ndata: 3\n\n");
                case 2 -> exchange.send(StreamPeer.EVENTS).send("id: 8\ndata: 4\n\n");
                default -> exchange.send(StreamPeer.NO_CONTENT);
            }
        });
        StreamTrigger trigger = started(peer, StateStore.inMemory(), any -> {});
        awaitPhase(trigger, StreamStatus.StreamPhase.ENDED);
        assertThat(data()).containsExactly("1", "2", "3", "4");
        assertThat(handled).extracting(TriggerEvent::id).doesNotHaveDuplicates();
        assertThat(failures).isEmpty();
        assertThat(peer.exchanges())
                .extracting(exchange -> exchange.header("Last-Event-ID"))
                .containsExactly("", "7", "8");
    }

    @Test
    void aStreamContinuesAfterTheLastIdThatCanBeSent() {
        StreamPeer peer = peer(exchange -> {
            if (exchange.number() == 1) {
                exchange.send(StreamPeer.EVENTS).send("id: 7\ndata: 1\n\nid: \u0001\ndata: 2\n\n");
            } else {
                exchange.send(StreamPeer.NO_CONTENT);
            }
        });
        List<String> found = new ArrayList<>();
        EventStream.of(Request.get("/s"))
                .events(connection(peer, new FakeTime()), event -> found.add(event.id() + "=" + event.data()));
        assertThat(found).containsExactly("7=1", "\u0001=2");
        assertThat(peer.exchanges().get(1).header("Last-Event-ID")).isEqualTo("7");
    }

    @Test
    void deliversTheEventsBeforeOneThatIsTooLarge() throws Exception {
        String tooLarge = "data: " + "x".repeat(100) + "\n\n";
        StreamPeer peer = peer(exchange -> {
            String after = exchange.header("Last-Event-ID");
            exchange.send(StreamPeer.EVENTS)
                    .send((after.isEmpty() ? "id: 1\ndata: a\n\nid: 2\ndata: b\n\n" : "") + tooLarge);
        });
        StateStore store = StateStore.inMemory();
        StreamTrigger trigger = started(peer, store, builder -> builder.maxEventBytes(50));
        for (int i = 0; i < 1000 && failures.size() < 2; i++) {
            Thread.sleep(10);
        }
        assertThat(trigger.stop(Duration.ofSeconds(10))).isTrue();
        assertThat(data()).containsExactly("a", "b");
        assertThat(peer.exchanges().get(1).header("Last-Event-ID")).isEqualTo("2");
        assertThat(failures)
                .allSatisfy(failure -> assertThat(failure)
                        .isInstanceOfSatisfying(
                                StreamException.class,
                                e -> assertThat(e.reason()).isEqualTo(StreamException.StreamFailure.TOO_LARGE)));

        List<String> found = new ArrayList<>();
        HttpConnection connection = connection(peer, new FakeTime());
        assertThatThrownBy(() -> EventStream.of(Request.get("/s"))
                        .maxEventBytes(50)
                        .events(connection, event -> found.add(event.data())))
                .isInstanceOf(StreamException.class);
        assertThat(found).containsExactly("a", "b");
    }

    @Test
    void anIdThatIsNullInTheDataIsDerived() throws Exception {
        StreamPeer peer = peer(exchange -> {
            if (exchange.number() == 1) {
                exchange.send(StreamPeer.EVENTS)
                        .send("data: {\"id\":null,\"n\":1}\n\ndata: {\"id\":null,\"n\":2}\n\ndata: {\"id\":\"x\"}\n\n");
            } else {
                exchange.send(StreamPeer.NO_CONTENT);
            }
        });
        StreamTrigger trigger = started(
                peer, StateStore.inMemory(), builder -> builder.id("/id").key("/id"));
        awaitPhase(trigger, StreamStatus.StreamPhase.ENDED);
        assertThat(handled).hasSize(3);
        assertThat(handled).extracting(TriggerEvent::id).doesNotContain("null").doesNotHaveDuplicates();
        assertThat(handled).extracting(TriggerEvent::key).doesNotContain("null");
    }

    @Test
    void closingTheConnectionEndsTheWaitForTheNextRequest() throws Exception {
        StreamPeer peer = peer(exchange -> exchange.send(StreamPeer.EVENTS).send("retry: 40000\ndata: 1\n\n"));
        HttpConnection connection = connection(peer, TimeSource.SYSTEM);
        CountDownLatch first = new CountDownLatch(1);
        CompletableFuture<Void> future = EventStream.of(Request.get("/s")).eventsAsync(connection, event -> {
            first.countDown();
            return true;
        });
        assertThat(first.await(10, TimeUnit.SECONDS)).isTrue();
        Thread.sleep(200);
        connection.close();
        assertThatThrownBy(() -> future.get(5, TimeUnit.SECONDS))
                .hasCauseInstanceOf(ConnectorException.class)
                .hasMessageContaining("the connection was closed");
    }
}
