package io.httpconnector.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.state.StateException;
import io.httpconnector.state.StateLog;
import io.httpconnector.state.StateStore;
import io.httpconnector.testing.Await;
import io.httpconnector.webhook.inbox.Inbox;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests of the disk of an inbox: shared, slow, unavailable for a while, full. */
@Timeout(60)
class InboxStoreTest extends InboxFixture {

    @Test
    void eventThatCannotBeStoredIsNotAcknowledged() throws Exception {
        AtomicBoolean full = new AtomicBoolean(true);
        StateStore store = new Wrapped(StateStore.inMemory(), entry -> {
            if (full.get()) {
                throw new StateException(StateException.StateFailure.UNAVAILABLE, "the disk is full");
            }
        });
        WebhookReceiver leads =
                open(receiver().inbox(inbox(Inbox.in(store, 100, 1 << 20))).handler(events::add));

        WebhookResponse refused = leads.receive(event("1"));
        assertThat(refused.status()).isEqualTo(503);
        assertThat(leads.pendingCount()).isZero();
        full.set(false);
        WebhookResponse taken = leads.receive(event("1"));

        assertThat(taken.status()).isEqualTo(200);
        Await.until(() -> events.size() == 1);
    }

    @Test
    void concurrentSendersShareWritesAndASingleSenderDoesNotWait() throws Exception {
        AtomicInteger writes = new AtomicInteger();
        StateStore store = new Wrapped(StateStore.inMemory(), entry -> {
            writes.incrementAndGet();
            await(new CountDownLatch(1), Duration.ofMillis(20));
        });
        WebhookReceiver leads =
                open(receiver().inbox(inbox(Inbox.in(store, 1000, 1 << 20))).handler(events::add));
        ExecutorService threads = Executors.newFixedThreadPool(32);
        List<Future<Integer>> senders = new ArrayList<>();
        for (int i = 0; i < 32; i++) {
            String sender = "s" + i;
            senders.add(threads.submit(() -> {
                int accepted = 0;
                for (int j = 0; j < 10; j++) {
                    accepted += leads.receive(event(sender + "-" + j)).status() == 200 ? 1 : 0;
                }
                return accepted;
            }));
        }
        threads.shutdown();
        for (Future<Integer> sender : senders) {
            assertThat(sender.get()).isEqualTo(10);
        }
        Await.until(() -> events.size() == 320);
        assertThat(writes).hasValueLessThan(60);

        Duration shortest = Duration.ofMinutes(1);
        for (int i = 0; i < 10; i++) {
            long start = System.nanoTime();
            assertThat(leads.receive(event("alone" + i)).status()).isEqualTo(200);
            Duration taken = Duration.ofNanos(System.nanoTime() - start);
            shortest = taken.compareTo(shortest) < 0 ? taken : shortest;
        }
        assertThat(shortest).isLessThan(Duration.ofMillis(45));
    }

    private Path stateFile() throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("inbox"))) {
            return files.filter(file -> file.toString().endsWith(".state"))
                    .findAny()
                    .orElseThrow();
        }
    }

    @Test
    void inboxRecoversAfterADiskOutage() throws Exception {
        Path here = directory.resolve("inbox");
        Path away = directory.resolve("away");
        Inbox inbox = inbox(Inbox.file(here));
        CountDownLatch isAway = new CountDownLatch(1);
        WebhookReceiver leads = open(receiver().inbox(inbox).handler(event -> {
            isAway.await();
            events.add(event);
        }));
        assertThat(leads.receive(event("1")).status()).isEqualTo(200);

        Files.move(here, away);
        isAway.countDown();
        Await.until(() -> leads.pendingCount() == 0);
        assertThat(leads.receive(event("2")).status()).isEqualTo(503);
        assertThat(leads.receive(event("3")).status()).isEqualTo(503);
        Files.move(away, here);
        assertThat(leads.receive(event("2")).status()).isEqualTo(200);
        Await.until(() -> events.size() == 2);
        leads.close();

        WebhookReceiver next = open(receiver().inbox(inbox).handler(events::add));
        assertThat(next.receive(event("1")).status()).isEqualTo(200);
        assertThat(next.receive(event("2")).status()).isEqualTo(200);
        assertThat(next.receive(event("3")).status()).isEqualTo(200);
        Await.until(() -> events.size() >= 3);
        assertThat(events).extracting(WebhookEvent::id).containsExactly("1", "2", "3");
    }

    @Test
    void logThatCannotBeCompactedIsStillWritten() throws Exception {
        WebhookReceiver leads = open(
                receiver().inbox(inbox(Inbox.file(directory.resolve("inbox")))).handler(events::add));
        assertThat(leads.receive(event("first")).status()).isEqualTo(200);
        Path inTheWay = Path.of(stateFile() + ".new");
        Files.createDirectories(inTheWay.resolve("any"));

        for (int i = 0; i < 12; i++) {
            assertThat(leads.receive(event("large" + i, "x".repeat(900_000))).status())
                    .isEqualTo(200);
        }
        Await.until(() -> events.size() == 13);
        assertThat(Files.size(stateFile())).isGreaterThan(10_000_000);
    }

    @Test
    void logChangedByAnotherProcessIsNotWritten() throws Exception {
        Path here = directory.resolve("inbox");
        Path away = directory.resolve("away");
        WebhookReceiver leads = open(receiver().inbox(inbox(Inbox.file(here))).handler(events::add));
        assertThat(leads.receive(event("1")).status()).isEqualTo(200);
        byte[] old = Files.readAllBytes(stateFile());
        assertThat(leads.receive(event("2")).status()).isEqualTo(200);
        Path file = stateFile();

        Files.move(here, away);
        assertThat(leads.receive(event("3")).status()).isEqualTo(503);
        Files.move(away, here);
        Files.write(file, old);

        assertThat(leads.receive(event("3")).status()).isEqualTo(503);
        assertThat(leads.receive(event("4")).status()).isEqualTo(503);
        assertThat(Files.readAllBytes(file)).isEqualTo(old);
    }

    @Test
    void storeIsWrittenAgainAfterOutOfMemory() throws Exception {
        AtomicBoolean memory = new AtomicBoolean();
        StateStore store = new Wrapped(StateStore.inMemory(), entry -> {
            if (!memory.get()) {
                throw new OutOfMemoryError("tested");
            }
        });
        WebhookReceiver leads =
                open(receiver().inbox(inbox(Inbox.in(store, 100, 1 << 20))).handler(events::add));

        assertThat(leads.receive(event("1")).status()).isEqualTo(503);
        memory.set(true);
        assertThat(leads.receive(event("1")).status()).isEqualTo(200);
        Await.until(() -> events.size() == 1);
    }

    @Test
    void retryOfAnEventThatFailedAfterTheResponseIsAccepted() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch bothWait = new CountDownLatch(1);
        AtomicInteger writes = new AtomicInteger();
        StateStore store = new Wrapped(StateStore.inMemory(), entry -> {
            int number = writes.incrementAndGet();
            if (number == 1) {
                begun.countDown();
                await(bothWait, Duration.ofSeconds(20));
            } else if (number == 2) {
                await(new CountDownLatch(1), Duration.ofMillis(300));
            }
            if (number <= 2) {
                throw new StateException(StateException.StateFailure.UNAVAILABLE, "the disk is full");
            }
        });
        WebhookReceiver leads = open(receiver()
                .each("/leads")
                .inbox(inbox(Inbox.in(store, 100, 1 << 20)))
                .handler(events::add));

        ExecutorService threads = Executors.newFixedThreadPool(2);
        Future<WebhookResponse> first = threads.submit(() -> leads.receive(leads("1")));
        begun.await();
        Future<WebhookResponse> both = threads.submit(() -> leads.receive(leads("1", "2")));
        await(new CountDownLatch(1), Duration.ofMillis(200));
        bothWait.countDown();
        threads.shutdown();
        assertThat(first.get().status()).isEqualTo(503);
        assertThat(both.get().status()).isEqualTo(503);

        Await.until(() -> writes.get() == 2 && leads.pendingCount() == 0);
        assertThat(leads.receive(leads("1", "2")).status()).isEqualTo(200);
        Await.until(() -> events.size() == 2);
    }

    private static WebhookRequest leads(String... ids) {
        String leads = Stream.of(ids).map(id -> "{\"id\":\"" + id + "\"}").collect(Collectors.joining(","));
        return WebhookRequest.of("POST", "/", "", Map.of(), ("{\"leads\":[" + leads + "]}").getBytes(UTF_8));
    }

    private static void await(CountDownLatch latch, Duration max) {
        try {
            boolean unused = latch.await(max.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void corruptLogIsReported() {
        try (StateStore store = StateStore.file(directory);
                StateLog log = store.open("webhook leads")) {
            log.read(entry -> {});
            log.append("{\"something\":1}\n".getBytes(UTF_8));
        }

        assertThatThrownBy(() -> receiver()
                        .inbox(inbox(Inbox.file(directory)))
                        .handler(events::add)
                        .build())
                .isInstanceOf(StateException.class)
                .hasMessageContaining("unknown record");
    }

    @Test
    void logDoesNotGrowWithoutLimit() throws Exception {
        WebhookReceiver leads = open(receiver()
                .remember(Duration.ofHours(1), 100)
                .maxBody(10_000_000)
                .inbox(inbox(Inbox.file(directory)))
                .handler(event -> {}));
        for (int i = 0; i < 100; i++) {
            leads.receive(event("" + i, "x".repeat(400_000)));
            Await.until(() -> leads.pendingCount() == 0);
        }

        assertThat(size()).isLessThan(20_000_000);
    }

    private long size() throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        }
    }

    /** A store that can be made to fail. */
    private record Wrapped(StateStore store, Consumer<byte[]> before) implements StateStore {

        @Override
        public StateLog open(String id) {
            StateLog log = store.open(id);
            return new StateLog() {
                @Override
                public void read(Consumer<byte[]> reader) {
                    log.read(reader);
                }

                @Override
                public void append(byte[] entry) {
                    before.accept(Arrays.copyOf(entry, entry.length));
                    log.append(entry);
                }

                @Override
                public void replace(Iterable<byte[]> entries) {
                    log.replace(entries);
                }

                @Override
                public void close() {
                    log.close();
                }
            };
        }
    }
}
