package io.httpconnector.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.httpconnector.FakeTime;
import io.httpconnector.HttpConnection;
import io.httpconnector.polling.MockService.MockResponse;
import io.httpconnector.state.StateException;
import io.httpconnector.state.StateException.StateFailure;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.RequestTemplate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** A state that cannot be written or was removed: nothing is delivered twice, and nothing is reset automatically. */
@Timeout(60)
class UnwritableStateTest {

    private final MockService service = new MockService();
    private final HttpConnection connection =
            HttpConnection.named("Service").baseUrl(service.baseUrl()).build();
    private final PollingEngine engine = PollingEngine.create(2, new FakeTime());
    private final List<String> handled = new ArrayList<>();
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final Logger logger = (Logger) LoggerFactory.getLogger(PollingTrigger.class);

    @TempDir
    Path directory;

    @BeforeEach
    void start() {
        log.start();
        logger.addAppender(log);
    }

    @AfterEach
    void end() {
        logger.detachAppender(log);
        engine.close();
        connection.close();
        service.close();
    }

    private PollingTriggerBuilder trigger(StateStore store) {
        return PollingTrigger.named("records")
                .connection(connection)
                .request(RequestTemplate.named("List").get("/records").build())
                .key("/id")
                .startPosition(StartPosition.everything())
                .store(store)
                .engine(engine)
                .handler(event -> handled.add(event.key()));
    }

    private void assertHandled(int... ids) {
        List<Map<String, Integer>> records = new ArrayList<>();
        for (int id : ids) {
            records.add(Map.of("id", id));
        }
        service.behaviour = asked -> MockResponse.json(records);
    }

    @Test
    void nothingIsDeliveredWhileStateIsUnwritableAndNothingTwiceAfterwards() {
        FailingStore store = new FailingStore();
        assertHandled(1, 2);
        try (PollingTrigger trigger = trigger(store).build()) {
            assertThat(trigger.pollOnce().events()).isEqualTo(2);
            assertHandled(1, 2, 3, 4);
            store.full = true;
            for (int i = 0; i < 5; i++) {
                assertThatThrownBy(trigger::pollOnce).isInstanceOf(StateException.class);
            }
            assertThat(handled).as("delivered once before it was known").containsExactly("1", "2", "3", "4");
            int asked = service.requests.size();
            assertThatThrownBy(trigger::pollOnce).isInstanceOf(StateException.class);
            assertThat(service.requests)
                    .as("nothing is asked for that can't be handled")
                    .hasSize(asked);
            assertHandled(1, 2, 3, 4, 5);
            store.full = false;
            assertThat(trigger.pollOnce().events()).isEqualTo(1);
            assertThat(handled).containsExactly("1", "2", "3", "4", "5");
        }
        try (PollingTrigger next = trigger(store).build()) {
            assertThat(next.pollOnce().events()).isZero();
        }
    }

    @Test
    void unsavedChangesAreWrittenOnClose() {
        FailingStore store = new FailingStore();
        assertHandled(1);
        PollingTrigger trigger = trigger(store).build();
        trigger.pollOnce();
        assertHandled(1, 2);
        store.full = true;
        assertThatThrownBy(trigger::pollOnce).isInstanceOf(StateException.class);
        store.full = false;
        trigger.close();
        try (PollingTrigger next = trigger(store).build()) {
            assertThat(next.pollOnce().events()).isZero();
        }
        assertThat(handled).containsExactly("1", "2");
    }

    @Test
    void lostConfirmationIsNoChangeOfAnotherWriter() {
        FailingStore store = new FailingStore();
        try (PollingTrigger trigger = trigger(store).build()) {
            trigger.pollOnce();
            assertHandled(1, 2);
            store.silent = true;
            assertThatThrownBy(trigger::pollOnce).isInstanceOf(StateException.class);
            store.silent = false;
            assertHandled(1, 2, 3);
            trigger.pollOnce();
        }
        assertThat(handled).containsExactly("1", "2", "3");
        assertThat(warnings()).isEmpty();
    }

    private List<String> warnings() {
        return log.list.stream()
                .map(ILoggingEvent::getFormattedMessage)
                .filter(line -> line.startsWith("Another process has written"))
                .toList();
    }

    @Test
    void changesOfAnotherWriterAreNotOverwritten() {
        FailingStore store = new FailingStore();
        assertHandled(1);
        try (PollingTrigger trigger = trigger(store).build()) {
            trigger.pollOnce();
            assertHandled(1, 2);
            store.full = true;
            assertThatThrownBy(trigger::pollOnce).isInstanceOf(StateException.class);
            store.full = false;
            try (PollingTrigger other = trigger(store).build()) {
                assertHandled(1, 2, 3);
                assertThat(other.pollOnce().events()).isEqualTo(2);
            }
            assertHandled(1, 2, 3, 4);
            assertThat(trigger.pollOnce().events()).isEqualTo(1);
        }
        assertThat(warnings()).hasSize(1);
    }

    private void removeFiles(boolean lockToo) throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("state"))) {
            for (Path file : files.toList()) {
                if (lockToo || file.toString().endsWith(".state")) {
                    Files.delete(file);
                }
            }
        }
    }

    private void assertMissing(PollingTrigger trigger) {
        assertThatThrownBy(trigger::pollOnce)
                .isInstanceOfSatisfying(
                        StateException.class, e -> assertThat(e.reason()).isEqualTo(StateFailure.MISSING))
                .hasMessageContaining(directory.toString())
                .hasMessageContaining("reset()");
    }

    @Test
    @SuppressWarnings("try") // closed before its end
    void removedStateIsReportedUntilReset() throws Exception {
        for (int what = 0; what < 3; what++) {
            handled.clear();
            try (StateStore store = StateStore.file(directory.resolve("state"));
                    PollingTrigger trigger = trigger(store).build()) {
                assertHandled(1, 2);
                trigger.pollOnce();
                removeFiles(what > 0);
                if (what == 2) {
                    Files.delete(directory.resolve("state"));
                }
                assertHandled(1, 2, 3);
                for (int i = 0; i < 3; i++) {
                    assertMissing(trigger);
                }
                assertThat(directory.resolve("state"))
                        .satisfiesAnyOf(
                                path -> assertThat(path).doesNotExist(),
                                path -> assertThat(path.toFile().list((in, name) -> name.endsWith(".state")))
                                        .as("no empty file in its place")
                                        .isEmpty());
                try (PollingTrigger other = trigger(store).build()) {
                    trigger.close();
                    assertMissing(other);
                }
                List<String> before = List.copyOf(handled);
                trigger.reset();
                assertThat(trigger.pollOnce().events()).isEqualTo(3);
                assertThat(handled).hasSize(before.size() + 3);
                assertThat(trigger.pollOnce().events()).isZero();
            }
            removeFiles(true);
        }
    }

    @Test
    void restoredFileIsContinued() throws Exception {
        try (StateStore store = StateStore.file(directory.resolve("state"));
                PollingTrigger trigger = trigger(store).build()) {
            assertHandled(1, 2);
            trigger.pollOnce();
            Path away = directory.resolve("away");
            Files.move(directory.resolve("state"), away);
            assertHandled(1, 2, 3);
            assertMissing(trigger);
            Files.move(away, directory.resolve("state"));
            assertHandled(1, 2, 3, 4);
            assertThat(trigger.pollOnce().events()).isEqualTo(1);
            assertThat(handled).containsExactly("1", "2", "3", "4");
        }
    }

    @Test
    @SuppressWarnings("try") // closed before its end
    void damagedStateCanBeReset() throws Exception {
        try (StateStore store = StateStore.file(directory.resolve("state"));
                PollingTrigger trigger = trigger(store).build()) {
            assertHandled(1);
            trigger.pollOnce();
            trigger.close();
            try (Stream<Path> files = Files.list(directory.resolve("state"))) {
                for (Path file :
                        files.filter(one -> one.toString().endsWith(".state")).toList()) {
                    Files.write(file, new byte[100]);
                }
            }
            assertThatThrownBy(trigger::pollOnce).isInstanceOf(StateException.class);
            trigger.reset();
            assertThat(trigger.pollOnce().events()).isEqualTo(1);
        }
    }
}
