package io.httpconnector.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import io.httpconnector.state.StateException;
import io.httpconnector.state.StateException.StateFailure;
import io.httpconnector.state.StateLog;
import io.httpconnector.state.StateStore;
import io.httpconnector.testing.Await;
import io.httpconnector.webhook.inbox.Inbox;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests of an inbox on a small disk: handled events release capacity without an operator. */
@Timeout(60)
class FullDiskTest extends InboxFixture {

    /** A store on a disk of limited size, where old and new entries coexist during a replacement. */
    private static final class Disk implements StateStore {

        private final long size;
        private volatile long othersTake;
        private final List<byte[]> entries = new ArrayList<>();

        Disk(long size) {
            this.size = size;
        }

        private long used() {
            return othersTake
                    + entries.stream().mapToLong(entry -> entry.length + 20).sum();
        }

        private void take(long bytes) {
            if (used() + bytes > size) {
                throw new StateException(StateFailure.UNAVAILABLE, "No space left on device");
            }
        }

        @Override
        public StateLog open(String id) {
            return new StateLog() {
                @Override
                public synchronized void read(Consumer<byte[]> reader) {
                    entries.forEach(reader);
                }

                @Override
                public synchronized void append(byte[] entry) {
                    take(entry.length + 20);
                    entries.add(entry);
                }

                @Override
                public synchronized void replace(Iterable<byte[]> replacing) {
                    List<byte[]> fresh = new ArrayList<>();
                    replacing.forEach(fresh::add);
                    take(fresh.stream().mapToLong(entry -> entry.length + 20).sum());
                    entries.clear();
                    entries.addAll(fresh);
                }

                @Override
                public void close() {}
            };
        }
    }

    private WebhookReceiver open(Disk disk) {
        return open(receiver().inbox(inbox(Inbox.in(disk, 10_000, 64 << 20))).handler(events::add));
    }

    @Test
    void handledEventsReleaseCapacity() throws Exception {
        for (int kilobytes : List.of(1024, 14 * 1024)) {
            events.clear();
            Disk disk = new Disk(kilobytes * 1024L);
            WebhookReceiver leads = open(disk);
            int count = kilobytes * 4 / 10;
            for (int i = 0; i < count; i++) {
                assertThat(leads.receive(event("e" + i, "x".repeat(10_000))).status())
                        .as("event %d on %d KB", i, kilobytes)
                        .isEqualTo(200);
                int handled = i + 1;
                if (i % 10 == 0) {
                    Await.until(() -> events.size() == handled);
                }
            }
            Await.until(() -> leads.pendingCount() == 0);
            leads.close();
            WebhookReceiver next = open(disk);
            assertThat(next.pendingCount()).isZero();
            assertThat(next.receive(event("e0")).status()).isEqualTo(200);
            assertThat(next.receive(event("new")).status()).isEqualTo(200);
            Await.until(() -> next.pendingCount() == 0);
            assertThat(events).hasSize(count + 1);
        }
    }

    @Test
    void inboxRecoversFromAFullDiskWithoutHandlingEventsTwice() throws Exception {
        Disk disk = new Disk(1 << 20);
        WebhookReceiver leads = open(disk);
        for (int i = 0; i < 50; i++) {
            assertThat(leads.receive(event("e" + i, "x".repeat(1000))).status()).isEqualTo(200);
        }
        Await.until(() -> leads.pendingCount() == 0);
        disk.othersTake = 1 << 20;
        assertThat(leads.receive(event("refused")).status()).isEqualTo(503);
        disk.othersTake = 0;
        assertThat(leads.receive(event("refused")).status()).isEqualTo(200);
        Await.until(() -> leads.pendingCount() == 0);
        leads.close();

        WebhookReceiver next = open(disk);
        assertThat(next.pendingCount()).isZero();
        assertThat(events).hasSize(51);
        assertThat(new HashSet<>(events.stream().map(WebhookEvent::id).toList()))
                .hasSize(51);
    }

    @Test
    void eventsHandledOnAFullDiskAreRecordedWithoutANewEvent() throws Exception {
        Disk disk = new Disk(1 << 20);
        java.util.concurrent.CountDownLatch full = new java.util.concurrent.CountDownLatch(1);
        WebhookReceiver leads =
                open(receiver().inbox(inbox(Inbox.in(disk, 100, 1 << 20))).handler(event -> {
                    full.await();
                    events.add(event);
                }));
        assertThat(leads.receive(event("1")).status()).isEqualTo(200);
        disk.othersTake = 1 << 20;
        full.countDown();
        Await.until(() -> leads.pendingCount() == 0);
        Thread.sleep(300);
        disk.othersTake = 0;
        // Not closed, as in a crash: only the content of the disk counts.
        Await.until(() -> {
            synchronized (disk) {
                return disk.entries.stream()
                        .anyMatch(entry -> new String(entry, StandardCharsets.UTF_8).contains("\"done\""));
            }
        });
    }

    @Test
    void startRemovesLeftoverFileAndCompactsTheLog() throws Exception {
        Path here = directory.resolve("inbox");
        WebhookReceiver leads = open(receiver().inbox(inbox(Inbox.file(here))).handler(events::add));
        for (int i = 0; i < 100; i++) {
            assertThat(leads.receive(event("e" + i, "x".repeat(10_000))).status())
                    .isEqualTo(200);
            int handled = i + 1;
            Await.until(() -> events.size() == handled);
        }
        close();
        opened.clear();
        Path file;
        try (Stream<Path> files = Files.list(here)) {
            file = files.filter(one -> one.toString().endsWith(".state"))
                    .findAny()
                    .orElseThrow();
        }
        assertThat(Files.size(file)).as("made smaller meanwhile").isLessThan(300_000);
        Path left = Path.of(file + ".new");
        Files.write(left, new byte[100_000]);
        open(receiver().inbox(inbox(Inbox.file(here))).handler(events::add));
        assertThat(left).doesNotExist();
    }
}
