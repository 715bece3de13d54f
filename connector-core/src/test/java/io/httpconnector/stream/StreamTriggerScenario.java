package io.httpconnector.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.httpconnector.HttpConnection;
import io.httpconnector.RetryPolicy;
import io.httpconnector.TimeSource;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.trigger.TriggerEvent;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** Starts stream triggers whose time passes 50 times as fast, against a service whose events have increasing ids. */
abstract class StreamTriggerScenario {

    static final int FACTOR = 50;

    private final List<AutoCloseable> open = new ArrayList<>();
    final List<TriggerEvent> handled = new CopyOnWriteArrayList<>();

    @TempDir
    Path dir;

    /** Time that passes 50 times as fast. */
    final TimeSource time = new TimeSource() {
        private final long start = System.nanoTime();
        private final Instant now = Instant.now();

        @Override
        public long nanos() {
            return (System.nanoTime() - start) * FACTOR;
        }

        @Override
        public Instant now() {
            return now.plusNanos(nanos());
        }

        @Override
        public boolean await(CountDownLatch gate, Duration wait) throws InterruptedException {
            return gate.await(wait.toNanos() / FACTOR, TimeUnit.NANOSECONDS);
        }
    };

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : open) {
            one.close();
        }
    }

    <T extends AutoCloseable> T closed(T one) {
        open.add(0, one);
        return one;
    }

    /** A service with events 1, 2, 3 ..., which it sends after the last id, and then keeps the stream open. */
    StreamPeer service(AtomicInteger last) {
        return closed(new StreamPeer(exchange -> {
            exchange.send(StreamPeer.EVENTS);
            String after = exchange.header("Last-Event-ID");
            for (int id = after.isEmpty() ? 1 : Integer.parseInt(after) + 1; id <= last.get(); id++) {
                exchange.send("id: " + id + "\ndata: {\"n\":" + id + "}\n\n");
            }
            exchange.awaitClose();
        }));
    }

    StreamTriggerBuilder trigger(StreamPeer peer, StateStore store) {
        HttpConnection connection = closed(HttpConnection.named("Service")
                .baseUrl(peer.url())
                .retry(RetryPolicy.none())
                .timeSource(time)
                .build());
        return StreamTrigger.named("changes")
                .connection(connection)
                .request(RequestTemplate.named("Changes").get("/changes").build())
                .store(store)
                .handler(handled::add);
    }

    StreamTrigger started(StreamTriggerBuilder builder) {
        StreamTrigger trigger = closed(builder.build());
        trigger.start();
        return trigger;
    }

    static void eventually(BooleanSupplier condition) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("in time").isLessThan(end);
            pause(5);
        }
    }

    static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
