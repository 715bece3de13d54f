package io.httpconnector.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import io.httpconnector.state.StateLog;
import io.httpconnector.state.StateStore;
import io.httpconnector.testing.Await;
import io.httpconnector.trigger.DeadLetter;
import io.httpconnector.trigger.TriggerEvent;
import io.httpconnector.webhook.inbox.Inbox;
import io.httpconnector.webhook.inbox.Mailbox;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Senders get their response by the deadline, even if the receiver is blocked. */
@Timeout(60)
class DeadlineTest extends InboxFixture {

    private static final Duration DEADLINE = Duration.ofMillis(300);

    private final CountDownLatch locked = new CountDownLatch(1);

    /** Simulates a wait for a database lock that cannot be interrupted. */
    private void await() {
        boolean interrupted = false;
        while (locked.getCount() > 0) {
            try {
                locked.await();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static void assertBusyInTime(WebhookReceiver leads, String id) {
        long start = System.nanoTime();
        assertThat(leads.receive(event(id)).status()).isEqualTo(503);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    private final class LockedStore implements StateStore {

        private final StateStore store = StateStore.inMemory();

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
                    await();
                    log.append(entry);
                }

                @Override
                public void replace(Iterable<byte[]> entries) {
                    await();
                    log.replace(entries);
                }

                @Override
                public void close() {
                    log.close();
                }
            };
        }
    }

    @Test
    void blockedStoreOfAnInboxDoesNotDelayTheSender() throws Exception {
        WebhookReceiver leads = open(receiver()
                .deadline(DEADLINE)
                .inbox(inbox(Inbox.in(new LockedStore(), 100, 1 << 20)))
                .handler(events::add));
        assertBusyInTime(leads, "1");
        assertBusyInTime(leads, "1");
        locked.countDown();
        assertThat(leads.receive(event("1")).status()).isEqualTo(200);
        Await.until(() -> events.size() == 1 && leads.pendingCount() == 0);
    }

    @Test
    void blockedCustomInboxDoesNotDelayTheSender() throws Exception {
        Mailbox hanging = new Mailbox() {
            @Override
            public boolean put(List<TriggerEvent> added) {
                await();
                return true;
            }

            @Override
            public int pendingCount() {
                return 0;
            }

            @Override
            public Optional<Instant> oldestPending() {
                return Optional.empty();
            }

            @Override
            public List<DeadLetter> deadLetters() {
                return List.of();
            }

            @Override
            public boolean replay(String id) {
                return false;
            }

            @Override
            public boolean discard(String id) {
                return false;
            }

            @Override
            public void close() {}
        };
        WebhookReceiver leads =
                open(receiver().deadline(DEADLINE).inbox(terms -> hanging).handler(events::add));
        assertBusyInTime(leads, "1");
        locked.countDown();
        assertThat(leads.receive(event("1")).status()).isEqualTo(200);
    }

    @Test
    void blockedVerifierDoesNotRejectTheSender() throws Exception {
        WebhookReceiver leads = open(WebhookReceiver.named("leads")
                .verify((request, now) -> {
                    try {
                        locked.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    return VerificationResult.rejected(
                            VerificationResult.RejectionReason.NO_KEY, "the keys could not be had");
                })
                .deadline(DEADLINE)
                .handler(events::add));
        assertBusyInTime(leads, "1");
    }

    @Test
    void interruptedCloseReleasesTheInbox() throws Exception {
        StateStore store = StateStore.inMemory();
        CountDownLatch handling = new CountDownLatch(1);
        WebhookReceiver leads =
                open(receiver().inbox(inbox(Inbox.in(store, 100, 1 << 20))).handler(event -> {
                    handling.countDown();
                    Thread.sleep(60_000);
                }));
        assertThat(leads.receive(event("1")).status()).isEqualTo(200);
        handling.await();
        Thread.currentThread().interrupt();
        leads.close();
        assertThat(Thread.interrupted()).isTrue();
        WebhookReceiver next =
                open(receiver().inbox(inbox(Inbox.in(store, 100, 1 << 20))).handler(events::add));
        Await.until(() -> events.size() == 1 && next.pendingCount() == 0);
    }
}
