package io.httpconnector.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.httpconnector.HttpConnection;
import io.httpconnector.RetryPolicy;
import io.httpconnector.state.StateException;
import io.httpconnector.state.StateException.StateFailure;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.trigger.Delivery;
import io.httpconnector.trigger.TriggerEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A model of a service that repeats its events after {@code Last-Event-ID}: wherever the process dies, and wherever the connection
 * breaks, no event is lost, and an event that is repeated has the same id.
 */
@Timeout(120)
class StreamCrashTest {

    private static final int EVENTS = 12;

    private final NodeStore.Shared shared = new NodeStore.Shared();
    /** The ids of the events by their content, which is unique. */
    private final Map<String, Set<String>> ids = new HashMap<>();

    private final List<String> order = new ArrayList<>();
    /** Every third event has no id of its own: those whose number has this residue; with 3, all have one. */
    private int residue;

    /** A process that dies at a step: nothing has an effect afterwards. */
    private static final class Life {
        private final int diesAt;
        private final CountDownLatch over = new CountDownLatch(1);
        private int steps;

        Life(int diesAt) {
            this.diesAt = diesAt;
        }

        synchronized boolean isAlive() {
            if (steps >= diesAt) {
                over.countDown();
            } else {
                steps++;
            }
            return over.getCount() > 0;
        }
    }

    private String event(int number) {
        return (number % 3 == residue ? "" : "id: " + number + "\n") + "data: event-" + number + "\n\n";
    }

    private StreamPeer service(Random random) {
        return new StreamPeer(exchange -> {
            exchange.send(StreamPeer.EVENTS);
            String after = exchange.header("Last-Event-ID");
            int next = after.isEmpty() ? 0 : Integer.parseInt(after) + 1;
            int breaks;
            synchronized (random) {
                breaks = random.nextInt(3) == 0 ? next + random.nextInt(EVENTS) : EVENTS;
            }
            StringBuilder together = new StringBuilder();
            for (int number = next; number < Math.min(EVENTS, breaks); number++) {
                together.append(event(number));
                boolean sends;
                synchronized (random) {
                    sends = random.nextBoolean();
                }
                if (sends) {
                    exchange.send(together.toString());
                    together.setLength(0);
                }
            }
            exchange.send(together.toString());
            if (breaks < EVENTS) {
                exchange.send("id: lost\ndata: unfinished\n");
                return;
            }
            exchange.awaitClose();
        });
    }

    private void handle(List<TriggerEvent> events, Life life) throws InterruptedException {
        for (TriggerEvent event : events) {
            if (!life.isAlive()) {
                throw new InterruptedException("dead");
            }
            synchronized (ids) {
                String content = event.payload().path("data").asText();
                ids.computeIfAbsent(content, any -> new HashSet<>()).add(event.id());
                order.add(content);
                ids.notifyAll();
            }
            if (!life.isAlive()) {
                throw new InterruptedException("dead");
            }
        }
    }

    private boolean isComplete() {
        synchronized (ids) {
            return ids.size() == EVENTS;
        }
    }

    /** Runs the trigger until all events are handled and stored, or the process dies. */
    private void live(StreamPeer peer, Life life, int batch) throws InterruptedException {
        StateStore store =
                new NodeStore(shared, () -> {
                    if (!life.isAlive()) {
                        throw new StateException(StateFailure.UNAVAILABLE, "dead");
                    }
                }) {
                    @Override
                    public boolean isExclusive() {
                        // A process that is dead holds nothing.
                        return true;
                    }
                };
        try (HttpConnection connection = HttpConnection.named("Service")
                        .baseUrl(peer.url())
                        .retry(RetryPolicy.none())
                        .build();
                StreamTrigger trigger = StreamTrigger.named("t")
                        .connection(connection)
                        .request(RequestTemplate.named("R").get("/").build())
                        .maxReconnectDelay(Duration.ofMillis(1))
                        .store(store)
                        .delivery(Delivery.inBatches(batch, events -> handle(events, life)))
                        .build()) {
            trigger.start();
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            while (!(isComplete() && trigger.status().lastEventId().equals(lastId())) && System.nanoTime() < end) {
                if (life.over.await(2, TimeUnit.MILLISECONDS)) {
                    break;
                }
            }
            trigger.stop(Duration.ofSeconds(5));
        }
    }

    private String lastId() {
        int last = EVENTS - 1;
        while (last % 3 == residue) {
            last--;
        }
        return String.valueOf(last);
    }

    /**
     * The number of the first event with an id. An event before it cannot be told from a new one with the same content after the
     * stream was opened again without {@code Last-Event-ID}.
     */
    private int firstId() {
        return residue == 0 ? 1 : 0;
    }

    private void run(long seed, int diesAt) throws InterruptedException {
        Random random = new Random(seed);
        residue = random.nextInt(4);
        int batch = 1 + random.nextInt(3);
        try (StreamPeer peer = service(random)) {
            live(peer, new Life(diesAt), batch);
            for (int life = 0; life < 3; life++) {
                int steps;
                synchronized (random) {
                    steps = 1 + random.nextInt(20);
                }
                live(peer, new Life(steps), batch);
            }
            live(peer, new Life(Integer.MAX_VALUE), batch);
        }
        synchronized (ids) {
            for (int number = 0; number < EVENTS; number++) {
                assertThat(ids.get("event-" + number))
                        .as("event %d, seed %d, step %d", number, seed, diesAt)
                        .hasSizeBetween(1, number < firstId() ? Integer.MAX_VALUE : 1);
            }
            assertThat(ids).as("seed %d, step %d", seed, diesAt).hasSize(EVENTS);
            assertThat(ids.values().stream().flatMap(Set::stream).distinct().count())
                    .as("different ids, seed %d, step %d", seed, diesAt)
                    .isEqualTo(ids.values().stream().mapToLong(Set::size).sum());
        }
    }

    @Test
    void losesNothingAtAnyPoint() throws Exception {
        long seed = new Random().nextLong();
        for (int step = 0; step < 60; step++) {
            reset();
            run(seed + step, step);
        }
    }

    private void reset() {
        ids.clear();
        order.clear();
        new NodeStore(shared).open("t").read(entry -> {});
        try (var log = new NodeStore(shared).open("t")) {
            log.read(entry -> {});
            log.replace(List.of());
        }
    }

    @Test
    void deliversInOrderWithoutRepetitionWhileTheProcessLives() throws Exception {
        long seed = new Random().nextLong();
        residue = 3;
        try (StreamPeer peer = service(new Random(seed))) {
            live(peer, new Life(Integer.MAX_VALUE), 1);
        }
        List<String> expected = new ArrayList<>();
        for (int number = 0; number < EVENTS; number++) {
            expected.add("event-" + number);
        }
        assertThat(order).as("seed %d", seed).isEqualTo(expected);
    }
}
