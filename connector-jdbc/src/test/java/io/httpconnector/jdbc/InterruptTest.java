package io.httpconnector.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.zaxxer.hikari.HikariDataSource;
import io.httpconnector.TimeSource;
import io.httpconnector.state.StateException;
import io.httpconnector.testing.Await;
import io.httpconnector.trigger.ChangeType;
import io.httpconnector.trigger.Delivery;
import io.httpconnector.trigger.TriggerEvent;
import io.httpconnector.webhook.inbox.Inbox.Settings;
import io.httpconnector.webhook.inbox.Mailbox;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests of threads that are interrupted while they store, such as those of a server being stopped. */
@Timeout(120)
class InterruptTest {

    private static final int SENDERS = 4;

    @TempDir
    Path directory;

    private final Set<String> handled = ConcurrentHashMap.newKeySet();
    private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();

    private static TriggerEvent event(String id) {
        return new TriggerEvent(
                id,
                "leads",
                ChangeType.NEW,
                "",
                JsonNodeFactory.instance.objectNode(),
                NullNode.instance,
                Instant.EPOCH);
    }

    private void send(Mailbox mailbox, int sender, AtomicBoolean over) {
        for (int i = 0; !over.get(); i++) {
            String id = sender + "-" + i;
            try {
                if (mailbox.put(List.of(event(id)))) {
                    acknowledged.add(id);
                }
            } catch (StateException e) {
                // The event was not acknowledged.
            }
            boolean unused = Thread.interrupted();
        }
    }

    @ParameterizedTest
    @EnumSource
    void acknowledgedEventIsHandledAndOthersContinue(Databases databases) throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        try (HikariDataSource source = databases.open(directory)) {
            JdbcSchema.create(source);
            Delivery delivery = Delivery.to(event -> handled.add(event.id())).concurrently(4);
            try (Mailbox mailbox = JdbcInbox.of(source)
                    .open(new Settings("leads", delivery, Duration.ofDays(1), 1000, TimeSource.SYSTEM))) {
                List<Thread> senders = new ArrayList<>();
                for (int i = 0; i < SENDERS; i++) {
                    int sender = i;
                    Thread thread = new Thread(() -> send(mailbox, sender, over));
                    thread.start();
                    senders.add(thread);
                }
                long end = System.nanoTime() + Duration.ofSeconds(2).toNanos();
                while (System.nanoTime() < end) {
                    senders.get(ThreadLocalRandom.current().nextInt(SENDERS)).interrupt();
                    Thread.sleep(1);
                }
                int before = acknowledged.size();
                Await.until(() -> acknowledged.size() > before + 100);
                over.set(true);
                for (Thread sender : senders) {
                    sender.join();
                }
                Await.until(() -> mailbox.pendingCount() == 0);
                assertThat(handled).containsAll(acknowledged);
            }
        }
    }
}
