package io.httpconnector.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.httpconnector.HttpConnection;
import io.httpconnector.polling.MockService.MockResponse;
import io.httpconnector.state.StateException;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.RequestTemplate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** Reports of a trigger about a truncated or damaged state file. */
@Timeout(30)
class DamagedStateTest {

    @TempDir
    Path directory;

    private final MockService service = new MockService();
    private final HttpConnection connection =
            HttpConnection.named("Service").baseUrl(service.baseUrl()).build();
    private final List<String> handled = new ArrayList<>();

    DamagedStateTest() {
        service.behaviour = asked -> MockResponse.json(List.of(Map.of("id", 1), Map.of("id", 2)));
    }

    @AfterEach
    void end() {
        connection.close();
        service.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"cut", "flipped", "garbage"})
    void damageAtEndIsLoggedAndShown(String how) throws IOException {
        poll();
        byte[] bytes = Files.readAllBytes(file());
        byte[] damaged = switch (how) {
            case "cut" -> Arrays.copyOf(bytes, bytes.length - 3);
            case "garbage" -> Arrays.copyOf(bytes, bytes.length + 7);
            default -> {
                bytes[bytes.length - 1] ^= 1;
                yield bytes;
            }
        };
        Files.write(file(), damaged);
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        Logger logger = (Logger) LoggerFactory.getLogger(StateStore.class);
        log.start();
        logger.addAppender(log);
        try (StateStore store = StateStore.file(directory);
                PollingTrigger trigger = trigger(store)) {
            for (int i = 0; i < 2; i++) {
                trigger.pollOnce();
                assertThat(trigger.status().warnings())
                        .anySatisfy(
                                line -> assertThat(line).contains("from byte").contains("dropped"));
            }
            trigger.reset();
            trigger.pollOnce();
            assertThat(trigger.status().warnings()).isEmpty();
        } finally {
            logger.detachAppender(log);
        }
        assertThat(log.list).anySatisfy(line -> {
            assertThat(line.getLevel()).isEqualTo(Level.WARN);
            assertThat(line.getFormattedMessage()).contains("dropped");
        });
    }

    @Test
    void damageInMiddleIsErrorWithLocation() throws IOException {
        poll();
        byte[] bytes = Files.readAllBytes(file());
        bytes[45] ^= 1;
        Files.write(file(), bytes);
        try (StateStore store = StateStore.file(directory);
                PollingTrigger trigger = trigger(store)) {
            assertThatThrownBy(trigger::pollOnce)
                    .isInstanceOfSatisfying(
                            StateException.class,
                            e -> assertThat(e.reason()).isEqualTo(StateException.StateFailure.CORRUPT))
                    .hasMessageContaining("damaged at byte")
                    .hasMessageContaining("reset()");
        }
        assertThat(Files.readAllBytes(file())).isEqualTo(bytes);
    }

    private void poll() {
        try (StateStore store = StateStore.file(directory);
                PollingTrigger trigger = trigger(store)) {
            trigger.pollOnce();
            assertThat(trigger.status().warnings()).isEmpty();
        }
        assertThat(handled).containsExactly("1", "2");
    }

    private Path file() throws IOException {
        try (var files = Files.list(directory)) {
            return files.filter(file -> !file.getFileName().toString().startsWith(".lock"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private PollingTrigger trigger(StateStore store) {
        return PollingTrigger.named("records")
                .connection(connection)
                .request(RequestTemplate.named("List").get("/records").build())
                .key("/id")
                .startPosition(StartPosition.everything())
                .store(store)
                .handler(event -> handled.add(event.key()))
                .build();
    }
}
