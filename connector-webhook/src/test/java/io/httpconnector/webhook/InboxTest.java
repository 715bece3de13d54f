package io.httpconnector.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.state.StateException;
import io.httpconnector.state.StateStore;
import io.httpconnector.testing.Await;
import io.httpconnector.webhook.inbox.Inbox;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests of events that are stored before the response and handled afterwards. */
@Timeout(60)
class InboxTest extends InboxFixture {

    @Test
    void responseIsSentBeforeTheEventIsHandled() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        WebhookReceiver leads = open(receiver().inbox(inbox(Inbox.inMemory())).handler(event -> {
            gate.await();
            events.add(event);
        }));

        WebhookResponse response = leads.receive(event("1"));

        assertThat(response.status()).isEqualTo(200);
        assertThat(events).isEmpty();
        assertThat(leads.pendingCount()).isEqualTo(1);
        gate.countDown();
        Await.until(() -> events.size() == 1 && leads.pendingCount() == 0);
    }

    @Test
    void failedEventIsRetriedWithoutTheSender() throws Exception {
        AtomicInteger attempts = new AtomicInteger();
        WebhookReceiver leads = open(receiver().inbox(inbox(Inbox.inMemory())).handler(event -> {
            if (attempts.incrementAndGet() < 4) {
                throw new IllegalStateException("away");
            }
            events.add(event);
        }));

        leads.receive(event("1"));

        Await.until(() -> events.size() == 1);
        assertThat(attempts).hasValue(4);
        assertThat(leads.deadLetters()).isEmpty();
    }

    @Test
    void eventIsRetriedAfterSelfInterruptOrOutOfMemory() throws Exception {
        AtomicInteger attempts = new AtomicInteger();
        WebhookReceiver leads = open(receiver().inbox(inbox(Inbox.inMemory())).handler(event -> {
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

        Await.until(() -> events.size() == 1);
    }

    @Test
    void deadLetterIsReplayedOrDiscarded() throws Exception {
        AtomicBoolean broken = new AtomicBoolean(true);
        WebhookReceiver leads =
                open(receiver().inbox(inbox(Inbox.file(directory))).handler(event -> {
                    if (broken.get()) {
                        throw new IllegalStateException("broken");
                    }
                    events.add(event);
                }));
        leads.receive(event("1"));
        leads.receive(event("2"));
        Await.until(() -> leads.deadLetters().size() == 2);

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

        Await.until(() -> events.size() == 1);
        assertThat(leads.deadLetters()).isEmpty();
        assertThat(leads.replay("1")).isFalse();
        assertThat(leads.discard("3")).isFalse();
        // Both count as done.
        assertThat(leads.receive(event("2")).status()).isEqualTo(200);
        assertThat(leads.pendingCount()).isZero();
    }

    @Test
    void repetitionsAreAcknowledgedAndNotHandledAgain() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        WebhookReceiver leads =
                open(receiver().inbox(inbox(Inbox.file(directory))).handler(event -> {
                    gate.await();
                    events.add(event);
                }));
        ExecutorService threads = Executors.newFixedThreadPool(16);
        List<Future<WebhookResponse>> responses = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            responses.add(threads.submit(() -> leads.receive(event("1"))));
        }
        for (Future<WebhookResponse> response : responses) {
            assertThat(response.get().status()).isEqualTo(200);
        }
        gate.countDown();
        Await.until(() -> leads.pendingCount() == 0);
        threads.shutdown();

        assertThat(leads.receive(event("1")).status()).isEqualTo(200);
        assertThat(leads.pendingCount()).isZero();
        assertThat(events).hasSize(1);
    }

    @Test
    void acknowledgedEventIsHandledAfterARestart() throws Exception {
        Inbox first = Inbox.file(directory);
        CountDownLatch begun = new CountDownLatch(1);
        WebhookReceiver before = receiver()
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
        // As in a crash: nothing is closed properly, but the lock is released.
        Thread closing = new Thread(before::close);
        closing.start();
        closing.interrupt();
        closing.join();
        first.close();

        WebhookReceiver after =
                open(receiver().inbox(inbox(Inbox.file(directory))).handler(events::add));

        Await.until(() -> events.size() == 3);
        assertThat(events).extracting(WebhookEvent::id).containsExactlyInAnyOrder("1", "2", "3");
        assertThat(after.deadLetters())
                .extracting(letter -> letter.event().id())
                .containsExactly("dead");
        after.receive(event("done"));
        after.receive(event("dead"));
        assertThat(after.pendingCount()).isZero();
        assertThat(events.get(0).headers()).containsEntry("x-trace", List.of("t1"));
        assertThat(new String(events.get(0).body().bytes(), UTF_8)).startsWith("{\"id\":");
    }

    @Test
    void fullInboxResponds503AndAcceptsEventsLater() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        WebhookReceiver leads = open(receiver()
                .inbox(inbox(Inbox.in(StateStore.inMemory(), 3, 1 << 20)))
                .handler(event -> gate.await()));
        for (String id : List.of("1", "2", "3")) {
            assertThat(leads.receive(event(id)).status()).isEqualTo(200);
        }

        WebhookResponse full = leads.receive(event("4"));
        WebhookResponse known = leads.receive(event("3"));
        gate.countDown();
        Await.until(() -> leads.pendingCount() == 0);

        assertThat(full.status()).isEqualTo(503);
        assertThat(full.headers()).containsKey("Retry-After");
        assertThat(known.status()).isEqualTo(200);
        assertThat(leads.receive(event("4")).status()).isEqualTo(200);
    }

    @Test
    void inboxFullByBytesResponds503() {
        CountDownLatch gate = new CountDownLatch(1);
        WebhookReceiver leads = open(receiver()
                .inbox(inbox(Inbox.in(StateStore.inMemory(), 1000, 1 << 20)))
                .handler(event -> gate.await()));
        List<Integer> responses = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            responses.add(leads.receive(event("" + i, "x".repeat(300_000))).status());
        }

        gate.countDown();
        assertThat(responses).containsExactly(200, 503, 503, 503, 503);
    }

    @Test
    void eventsOfAKeyAreHandledInOrderAndOthersConcurrently() throws Exception {
        Map<String, List<String>> handled = new ConcurrentHashMap<>();
        AtomicInteger failures = new AtomicInteger();
        WebhookReceiver leads = open(receiver()
                .key(ValueSelector.body("/key"))
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
        Await.until(() -> leads.pendingCount() == 0);

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
    void eventAfterCloseIsNotAcknowledged() {
        WebhookReceiver leads =
                open(receiver().inbox(inbox(Inbox.file(directory))).handler(events::add));
        leads.close();
        leads.close();

        assertThat(leads.receive(event("1")).status()).isEqualTo(503);
    }

    @Test
    void interruptedThreadStoresAndStaysInterrupted() throws Exception {
        WebhookReceiver leads =
                open(receiver().inbox(inbox(Inbox.file(directory))).handler(events::add));
        Thread.currentThread().interrupt();

        WebhookResponse response = leads.receive(event("1"));

        assertThat(Thread.interrupted()).isTrue();
        assertThat(response.status()).isEqualTo(200);
        Await.until(() -> events.size() == 1);
    }

    @Test
    void idsAreForgottenAfterTheWindow() throws Exception {
        AdjustableClock time = new AdjustableClock(Instant.now());
        WebhookReceiver leads = open(receiver()
                .timeSource(time)
                .remember(Duration.ofHours(1), 100)
                .inbox(inbox(Inbox.inMemory()))
                .handler(events::add));
        leads.receive(event("1"));
        Await.until(() -> leads.pendingCount() == 0 && events.size() == 1);

        time.advance(Duration.ofMinutes(59));
        leads.receive(event("1"));
        assertThat(leads.pendingCount()).isZero();
        time.advance(Duration.ofMinutes(2));
        leads.receive(event("1"));

        Await.until(() -> events.size() == 2);
    }

    @Test
    void receiversSharingAnInboxAreIndependent() throws Exception {
        Inbox inbox = inbox(Inbox.file(directory));
        List<WebhookEvent> others = new CopyOnWriteArrayList<>();
        WebhookReceiver leads = open(receiver().inbox(inbox).handler(events::add));
        WebhookReceiver orders = open(WebhookReceiver.named("orders")
                .unverified()
                .id(ValueSelector.body("/id"))
                .inbox(inbox)
                .handler(others::add));

        leads.receive(event("1"));
        orders.receive(event("1"));

        Await.until(() -> events.size() == 1 && others.size() == 1);
        assertThatThrownBy(() -> receiver().inbox(inbox).handler(events::add).build())
                .isInstanceOf(StateException.class);
    }

    @Test
    void contradictorySettingsAreRejected() {
        assertThatThrownBy(() -> receiver()
                        .inbox(Inbox.inMemory())
                        .responder(event -> WebhookResponse.of(200))
                        .build())
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("responder");
        assertThatThrownBy(() -> Inbox.in(StateStore.inMemory(), 0, 1)).isInstanceOf(InvalidDefinitionException.class);
    }
}
