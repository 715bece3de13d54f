package io.httpconnector.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.state.StateException;
import io.httpconnector.state.StateLog;
import io.httpconnector.state.StateStore;
import io.httpconnector.webhook.inbox.Inbox;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Events that are stored before they are answered, and handled after that. */
@Timeout(60)
class InboxTest {

    @TempDir
    private Path directory;

    private final List<WebhookEvent> events = new CopyOnWriteArrayList<>();
    private final List<AutoCloseable> opened = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (int i = opened.size() - 1; i >= 0; i--) {
            opened.get(i).close();
        }
    }

    private Inbox inbox(Inbox inbox) {
        opened.add(inbox);
        return inbox;
    }

    private WebhookEndpoint open(WebhookEndpointBuilder builder) {
        WebhookEndpoint endpoint = builder.build();
        opened.add(endpoint);
        return endpoint;
    }

    private static WebhookEndpointBuilder receiver() {
        return WebhookReceiver.named("leads")
                .unverified()
                .id(Part.body("/id"))
                .delivery(delivery -> delivery.backoff(Duration.ofMillis(1), Duration.ofMillis(5)));
    }

    private static WebhookRequest event(String id) {
        return event(id, "");
    }

    private static WebhookRequest event(String id, String key) {
        return WebhookRequest.of(
                "POST",
                "/",
                "",
                Map.of("X-Trace", List.of("t1")),
                ("{\"id\":\"" + id + "\", \"key\":\"" + key + "\"}").getBytes(UTF_8));
    }

    private static void eventually(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.getAsBoolean() && System.nanoTime() < end) {
            TimeUnit.MILLISECONDS.sleep(2);
        }
        assertThat(condition.getAsBoolean()).isTrue();
    }

    @Test
    void theSenderIsAnsweredBeforeTheEventIsHandled() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        WebhookEndpoint leads = open(receiver().inbox(inbox(Inbox.inMemory())).handler(event -> {
            gate.await();
            events.add(event);
        }));

        WebhookResponse answer = leads.receive(event("1"));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(events).isEmpty();
        assertThat(leads.waiting()).isEqualTo(1);
        gate.countDown();
        eventually(() -> events.size() == 1 && leads.waiting() == 0);
    }

    @Test
    void aFailureIsTriedAgainAndTheSenderNeedNotKnow() throws Exception {
        AtomicInteger attempts = new AtomicInteger();
        WebhookEndpoint leads = open(receiver().inbox(inbox(Inbox.inMemory())).handler(event -> {
            if (attempts.incrementAndGet() < 4) {
                throw new IllegalStateException("away");
            }
            events.add(event);
        }));

        leads.receive(event("1"));

        eventually(() -> events.size() == 1);
        assertThat(attempts).hasValue(4);
        assertThat(leads.deadLetters()).isEmpty();
    }

    @Test
    void aHandlerThatInterruptsItselfOrRunsOutOfMemoryIsCalledAgain() throws Exception {
        AtomicInteger attempts = new AtomicInteger();
        WebhookEndpoint leads = open(receiver().inbox(inbox(Inbox.inMemory())).handler(event -> {
            int attempt = attempts.incrementAndGet();
            if (attempt == 1) {
                throw new InterruptedException("by itself");
            }
            if (attempt == 2) {
                throw new OutOfMemoryError("made up");
            }
            events.add(event);
        }));

        leads.receive(event("1"));

        eventually(() -> events.size() == 1);
    }

    @Test
    void aDeadLetterIsReplayedOrDiscarded() throws Exception {
        AtomicBoolean broken = new AtomicBoolean(true);
        WebhookEndpoint leads =
                open(receiver().inbox(inbox(Inbox.file(directory))).handler(event -> {
                    if (broken.get()) {
                        throw new IllegalStateException("broken");
                    }
                    events.add(event);
                }));
        leads.receive(event("1"));
        leads.receive(event("2"));
        eventually(() -> leads.deadLetters().size() == 2);

        assertThat(leads.deadLetters().get(0).error()).contains("broken");
        assertThat(leads.deadLetters().get(0).attempts()).isEqualTo(5);
        assertThat(WebhookEvent.of(leads.deadLetters().get(0).event())
                        .payload()
                        .at("/id")
                        .asText())
                .isEqualTo("1");
        broken.set(false);
        assertThat(leads.replay("1")).isTrue();
        assertThat(leads.discard("2")).isTrue();

        eventually(() -> events.size() == 1);
        assertThat(leads.deadLetters()).isEmpty();
        assertThat(leads.replay("1")).isFalse();
        assertThat(leads.discard("3")).isFalse();
        // Both count as done.
        assertThat(leads.receive(event("2")).status()).isEqualTo(200);
        assertThat(leads.waiting()).isZero();
    }

    @Test
    void repetitionsAreAcknowledgedAndNotHandledAgain() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        WebhookEndpoint leads =
                open(receiver().inbox(inbox(Inbox.file(directory))).handler(event -> {
                    gate.await();
                    events.add(event);
                }));
        ExecutorService threads = Executors.newFixedThreadPool(16);
        List<Future<WebhookResponse>> answers = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            answers.add(threads.submit(() -> leads.receive(event("1"))));
        }
        for (Future<WebhookResponse> answer : answers) {
            assertThat(answer.get().status()).isEqualTo(200);
        }
        gate.countDown();
        eventually(() -> leads.waiting() == 0);
        threads.shutdown();

        assertThat(leads.receive(event("1")).status()).isEqualTo(200);
        assertThat(leads.waiting()).isZero();
        assertThat(events).hasSize(1);
    }

    @Test
    void whatWasAnsweredIsHandledAfterARestart() throws Exception {
        Inbox first = Inbox.file(directory);
        CountDownLatch begun = new CountDownLatch(1);
        WebhookEndpoint before = receiver()
                .inbox(first)
                .handler(event -> {
                    if (event.id().equals("dead")) {
                        throw new IllegalStateException("poison");
                    }
                    if (!event.id().equals("done")) {
                        begun.countDown();
                        new CountDownLatch(1).await();
                    }
                })
                .delivery(delivery -> delivery.attempts(1))
                .build();
        for (String id : List.of("done", "dead", "1", "2", "3")) {
            assertThat(before.receive(event(id)).status()).isEqualTo(200);
        }
        begun.await();
        // As a crash would: nothing is closed in order, but the lock is given back.
        Thread closing = new Thread(before::close);
        closing.start();
        closing.interrupt();
        closing.join();
        first.close();

        WebhookEndpoint after =
                open(receiver().inbox(inbox(Inbox.file(directory))).handler(events::add));

        eventually(() -> events.size() == 3);
        assertThat(events).extracting(WebhookEvent::id).containsExactlyInAnyOrder("1", "2", "3");
        assertThat(after.deadLetters())
                .extracting(letter -> letter.event().id())
                .containsExactly("dead");
        after.receive(event("done"));
        after.receive(event("dead"));
        assertThat(after.waiting()).isZero();
        assertThat(events.get(0).headers()).containsEntry("x-trace", List.of("t1"));
        assertThat(new String(events.get(0).body().bytes(), UTF_8)).startsWith("{\"id\":");
    }

    @Test
    void aFullInboxSaysSoAndTakesMoreLater() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        WebhookEndpoint leads = open(receiver()
                .inbox(inbox(Inbox.in(StateStore.inMemory(), 3, 1 << 20)))
                .handler(event -> gate.await()));
        for (String id : List.of("1", "2", "3")) {
            assertThat(leads.receive(event(id)).status()).isEqualTo(200);
        }

        WebhookResponse full = leads.receive(event("4"));
        WebhookResponse known = leads.receive(event("3"));
        gate.countDown();
        eventually(() -> leads.waiting() == 0);

        assertThat(full.status()).isEqualTo(503);
        assertThat(full.headers()).containsKey("Retry-After");
        assertThat(known.status()).isEqualTo(200);
        assertThat(leads.receive(event("4")).status()).isEqualTo(200);
    }

    @Test
    void aFullInboxOfBytesSaysSo() {
        CountDownLatch gate = new CountDownLatch(1);
        WebhookEndpoint leads = open(receiver()
                .inbox(inbox(Inbox.in(StateStore.inMemory(), 1000, 1 << 20)))
                .handler(event -> gate.await()));
        List<Integer> answers = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            answers.add(leads.receive(event("" + i, "x".repeat(300_000))).status());
        }

        gate.countDown();
        assertThat(answers).containsExactly(200, 503, 503, 503, 503);
    }

    @Test
    void eventsOfAKeyAreHandledInTheirOrderAndOthersMeanwhile() throws Exception {
        Map<String, List<String>> handled = new ConcurrentHashMap<>();
        AtomicInteger failures = new AtomicInteger();
        WebhookEndpoint leads = open(receiver()
                .key(Part.body("/key"))
                .inbox(inbox(Inbox.file(directory)))
                .delivery(delivery -> delivery.concurrently(8)
                        .backoff(Duration.ofMillis(1), Duration.ofMillis(3))
                        .attempts(3))
                .handler(event -> {
                    if (event.id().hashCode() % 3 == 0 && failures.incrementAndGet() % 2 == 1) {
                        throw new IllegalStateException("once more");
                    }
                    handled.computeIfAbsent(event.key(), key -> new CopyOnWriteArrayList<>())
                            .add(event.id());
                }));

        for (int i = 0; i < 400; i++) {
            leads.receive(event("e" + i, "k" + i % 7));
        }
        eventually(() -> leads.waiting() == 0);

        Map<String, List<String>> expected = new HashMap<>();
        List<String> dead =
                leads.deadLetters().stream().map(letter -> letter.event().id()).toList();
        for (int i = 0; i < 400; i++) {
            if (!dead.contains("e" + i)) {
                expected.computeIfAbsent("k" + i % 7, key -> new ArrayList<>()).add("e" + i);
            }
        }
        assertThat(handled).isEqualTo(expected);
    }

    @Test
    void whatCanNotBeStoredIsNotAcknowledged() throws Exception {
        AtomicBoolean full = new AtomicBoolean(true);
        StateStore store = new Wrapped(StateStore.inMemory(), entry -> {
            if (full.get()) {
                throw new StateException(StateException.Reason.UNAVAILABLE, "the disk is full");
            }
        });
        WebhookEndpoint leads =
                open(receiver().inbox(inbox(Inbox.in(store, 100, 1 << 20))).handler(events::add));

        WebhookResponse refused = leads.receive(event("1"));
        assertThat(refused.status()).isEqualTo(503);
        assertThat(leads.waiting()).isZero();
        full.set(false);
        WebhookResponse taken = leads.receive(event("1"));

        assertThat(taken.status()).isEqualTo(200);
        eventually(() -> events.size() == 1);
    }

    @Test
    void sendersShareTheWritesOfASlowDiskAndOneAloneDoesNotWaitForOthers() throws Exception {
        AtomicInteger writes = new AtomicInteger();
        StateStore store = new Wrapped(StateStore.inMemory(), entry -> {
            writes.incrementAndGet();
            await(new CountDownLatch(1), Duration.ofMillis(20));
        });
        WebhookEndpoint leads =
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
        eventually(() -> events.size() == 320);
        assertThat(writes).hasValueLessThan(60);

        Duration shortest = Duration.ofMinutes(1);
        for (int i = 0; i < 10; i++) {
            long begin = System.nanoTime();
            assertThat(leads.receive(event("alone" + i)).status()).isEqualTo(200);
            Duration taken = Duration.ofNanos(System.nanoTime() - begin);
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
    void aDiskThatIsAwayForAWhileIsWrittenAgainWhenItIsBack() throws Exception {
        Path here = directory.resolve("inbox");
        Path away = directory.resolve("away");
        Inbox inbox = inbox(Inbox.file(here));
        CountDownLatch isAway = new CountDownLatch(1);
        WebhookEndpoint leads = open(receiver().inbox(inbox).handler(event -> {
            isAway.await();
            events.add(event);
        }));
        assertThat(leads.receive(event("1")).status()).isEqualTo(200);

        Files.move(here, away);
        isAway.countDown();
        eventually(() -> leads.waiting() == 0);
        assertThat(leads.receive(event("2")).status()).isEqualTo(503);
        assertThat(leads.receive(event("3")).status()).isEqualTo(503);
        Files.move(away, here);
        assertThat(leads.receive(event("2")).status()).isEqualTo(200);
        eventually(() -> events.size() == 2);
        leads.close();

        WebhookEndpoint next = open(receiver().inbox(inbox).handler(events::add));
        assertThat(next.receive(event("1")).status()).isEqualTo(200);
        assertThat(next.receive(event("2")).status()).isEqualTo(200);
        assertThat(next.receive(event("3")).status()).isEqualTo(200);
        eventually(() -> events.size() >= 3);
        assertThat(events).extracting(WebhookEvent::id).containsExactly("1", "2", "3");
    }

    @Test
    void aJournalThatCanNotBeMadeSmallerIsWrittenOn() throws Exception {
        WebhookEndpoint leads = open(
                receiver().inbox(inbox(Inbox.file(directory.resolve("inbox")))).handler(events::add));
        assertThat(leads.receive(event("first")).status()).isEqualTo(200);
        Path inTheWay = Path.of(stateFile() + ".new");
        Files.createDirectories(inTheWay.resolve("any"));

        for (int i = 0; i < 12; i++) {
            assertThat(leads.receive(event("large" + i, "x".repeat(900_000))).status())
                    .isEqualTo(200);
        }
        eventually(() -> events.size() == 13);
        assertThat(Files.size(stateFile())).isGreaterThan(10_000_000);
    }

    @Test
    void aJournalThatIsAnotherOneNowIsNotWritten() throws Exception {
        Path here = directory.resolve("inbox");
        Path away = directory.resolve("away");
        WebhookEndpoint leads = open(receiver().inbox(inbox(Inbox.file(here))).handler(events::add));
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
    void aStoreThatRunsOutOfMemoryIsWrittenAgain() throws Exception {
        AtomicBoolean memory = new AtomicBoolean();
        StateStore store = new Wrapped(StateStore.inMemory(), entry -> {
            if (!memory.get()) {
                throw new OutOfMemoryError("tested");
            }
        });
        WebhookEndpoint leads =
                open(receiver().inbox(inbox(Inbox.in(store, 100, 1 << 20))).handler(events::add));

        assertThat(leads.receive(event("1")).status()).isEqualTo(503);
        memory.set(true);
        assertThat(leads.receive(event("1")).status()).isEqualTo(200);
        eventually(() -> events.size() == 1);
    }

    @Test
    void whatFailsAfterTheSenderIsAnsweredIsTakenWhenItComesAgain() throws Exception {
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
                throw new StateException(StateException.Reason.UNAVAILABLE, "the disk is full");
            }
        });
        WebhookEndpoint leads = open(receiver()
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

        eventually(() -> writes.get() == 2 && leads.waiting() == 0);
        assertThat(leads.receive(leads("1", "2")).status()).isEqualTo(200);
        eventually(() -> events.size() == 2);
    }

    private static WebhookRequest leads(String... ids) {
        String leads = Stream.of(ids).map(id -> "{\"id\":\"" + id + "\"}").collect(Collectors.joining(","));
        return WebhookRequest.of("POST", "/", "", Map.of(), ("{\"leads\":[" + leads + "]}").getBytes(UTF_8));
    }

    private static void await(CountDownLatch latch, Duration most) {
        try {
            boolean unused = latch.await(most.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void whatComesAfterItIsClosedIsNotAcknowledged() {
        WebhookEndpoint leads =
                open(receiver().inbox(inbox(Inbox.file(directory))).handler(events::add));
        leads.close();
        leads.close();

        assertThat(leads.receive(event("1")).status()).isEqualTo(503);
    }

    @Test
    void anInterruptedThreadStillStoresAndStaysInterrupted() throws Exception {
        WebhookEndpoint leads =
                open(receiver().inbox(inbox(Inbox.file(directory))).handler(events::add));
        Thread.currentThread().interrupt();

        WebhookResponse answer = leads.receive(event("1"));

        assertThat(Thread.interrupted()).isTrue();
        assertThat(answer.status()).isEqualTo(200);
        eventually(() -> events.size() == 1);
    }

    @Test
    void aJournalThatIsNotOneIsReported() {
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
                .hasMessageContaining("none of its own");
    }

    @Test
    void theJournalDoesNotGrowForEver() throws Exception {
        WebhookEndpoint leads = open(receiver()
                .remember(Duration.ofHours(1), 100)
                .maxBody(10_000_000)
                .inbox(inbox(Inbox.file(directory)))
                .handler(event -> {}));
        for (int i = 0; i < 100; i++) {
            leads.receive(event("" + i, "x".repeat(400_000)));
            eventually(() -> leads.waiting() == 0);
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

    @Test
    void idsAreForgottenAfterTheWindow() throws Exception {
        At time = new At(Instant.now());
        WebhookEndpoint leads = open(receiver()
                .time(time)
                .remember(Duration.ofHours(1), 100)
                .inbox(inbox(Inbox.inMemory()))
                .handler(events::add));
        leads.receive(event("1"));
        eventually(() -> leads.waiting() == 0 && events.size() == 1);

        time.pass(Duration.ofMinutes(59));
        leads.receive(event("1"));
        assertThat(leads.waiting()).isZero();
        time.pass(Duration.ofMinutes(2));
        leads.receive(event("1"));

        eventually(() -> events.size() == 2);
    }

    @Test
    void twoReceiversOfOneInboxDoNotMix() throws Exception {
        Inbox inbox = inbox(Inbox.file(directory));
        List<WebhookEvent> others = new CopyOnWriteArrayList<>();
        WebhookEndpoint leads = open(receiver().inbox(inbox).handler(events::add));
        WebhookEndpoint orders = open(WebhookReceiver.named("orders")
                .unverified()
                .id(Part.body("/id"))
                .inbox(inbox)
                .handler(others::add));

        leads.receive(event("1"));
        orders.receive(event("1"));

        eventually(() -> events.size() == 1 && others.size() == 1);
        assertThatThrownBy(() -> receiver().inbox(inbox).handler(events::add).build())
                .isInstanceOf(StateException.class);
    }

    @Test
    void contradictionsAreRefused() {
        assertThatThrownBy(() -> receiver()
                        .inbox(Inbox.inMemory())
                        .responder(event -> WebhookResponse.of(200))
                        .build())
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("responder");
        assertThatThrownBy(() -> Inbox.in(StateStore.inMemory(), 0, 1)).isInstanceOf(InvalidDefinitionException.class);
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
