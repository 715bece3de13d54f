package io.httpconnector.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.state.StateException.StateFailure;
import io.httpconnector.state.testing.StateStoreTestKit;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateStoreTest {

    @TempDir
    Path directory;

    @Test
    void memoryStorePassesKit() {
        StateStoreTestKit.of(StateStore::inMemory).forgetful().verify();
    }

    @Test
    void fileStorePassesKit() {
        StateStoreTestKit.of(() -> StateStore.file(directory)).verify();
    }

    @Test
    void directoryIsExclusive() {
        try (StateStore first = StateStore.file(directory)) {
            assertThat(first).isNotNull();
            assertThatThrownBy(() -> StateStore.file(directory))
                    .isInstanceOfSatisfying(
                            StateException.class, e -> assertThat(e.reason()).isEqualTo(StateFailure.IN_USE))
                    .hasMessageContaining("in use");
        }
        StateStore.file(directory).close();
    }

    @Test
    void filesAreReadableByOwnerOnly() throws IOException {
        Path file = written("secret customers", "a");

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void crashLosesAtMostUnfinishedEntry() throws IOException {
        Path file = written("crash", "one", "two", "three");
        byte[] whole = Files.readAllBytes(file);
        int frameOfThree = 20 + 5;
        int twoEnds = whole.length - frameOfThree;

        for (int length = twoEnds; length < whole.length; length++) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertThat(entries("crash")).containsExactly("one", "two");
            assertThat(file).hasSize(twoEnds);
        }
        byte[] zeros = Arrays.copyOf(Arrays.copyOf(whole, twoEnds), whole.length);
        Files.write(file, zeros);
        assertThat(entries("crash")).containsExactly("one", "two");
        for (int length = twoEnds + 1; length < whole.length; length++) {
            Files.write(file, Arrays.copyOf(Arrays.copyOf(whole, length), whole.length));
            assertThat(entries("crash")).as("%d bytes", length).containsExactly("one", "two");
            assertThat(file).hasSize(twoEnds);
        }
        Files.write(file, whole);
        assertThat(entries("crash")).containsExactly("one", "two", "three");
    }

    @Test
    void writesAfterCrashFollowLastCompleteEntry() throws IOException {
        Path file = written("crash", "one", "two");
        Files.write(file, Arrays.copyOf(Files.readAllBytes(file), (int) Files.size(file) - 1));

        written("crash", "three");

        assertThat(entries("crash")).containsExactly("one", "three");
    }

    /** A flipped bit in the last entry looks like a crash: the entry is dropped, and its events are repeated. */
    @Test
    void everyFlippedBitIsDetected() throws IOException {
        Path file = written("flip", "one", "two", "three");
        byte[] whole = Files.readAllBytes(file);
        int contentOfThree = whole.length - 5;

        for (int at = 0; at < whole.length; at++) {
            byte[] flipped = whole.clone();
            flipped[at] ^= 0x10;
            Files.write(file, flipped);
            if (at >= contentOfThree) {
                assertThat(entries("flip")).containsExactly("one", "two");
            } else {
                assertThatThrownBy(() -> entries("flip"))
                        .as("byte %d", at)
                        .isInstanceOfSatisfying(
                                StateException.class,
                                e -> assertThat(e.reason()).isEqualTo(StateFailure.CORRUPT))
                        .hasMessageContaining(file.getFileName().toString());
                assertThat(Files.readAllBytes(file)).isEqualTo(flipped);
            }
        }
    }

    @Test
    void emptiedOrReplacedFileIsReported() throws IOException {
        Path file = written("emptied", "one");
        Path other = written("other", "one");
        Files.write(file, new byte[0]);
        assertThatThrownBy(() -> entries("emptied")).hasMessageContaining("it is empty");

        Files.copy(other, file, StandardCopyOption.REPLACE_EXISTING);
        assertThatThrownBy(() -> entries("emptied")).hasMessageContaining("belongs to another id");
    }

    @Test
    void foreignWritesAreDetected() throws IOException {
        Path file = written("beside", "one");
        try (StateStore store = StateStore.file(directory);
                StateLog log = store.open("beside")) {
            log.read(entry -> {});
            Files.write(file, new byte[] {1}, StandardOpenOption.APPEND);

            assertThatThrownBy(() -> log.append(new byte[] {1}))
                    .isInstanceOfSatisfying(
                            StateException.class, e -> assertThat(e.reason()).isEqualTo(StateFailure.CONFLICT));
        }
    }

    @Test
    void interruptDoesNotBreakLog() {
        try (StateStore store = StateStore.file(directory);
                StateLog log = store.open("interrupted")) {
            log.read(entry -> {});
            Thread.currentThread().interrupt();
            log.append("one".getBytes(StandardCharsets.UTF_8));
            log.append("two".getBytes(StandardCharsets.UTF_8));
            assertThat(Thread.interrupted()).isTrue();
        }
        assertThat(entries("interrupted")).containsExactly("one", "two");
    }

    private Path written(String id, String... entries) throws IOException {
        try (StateStore store = StateStore.file(directory);
                StateLog log = store.open(id)) {
            log.read(entry -> {});
            for (String entry : entries) {
                log.append(entry.getBytes(StandardCharsets.UTF_8));
            }
        }
        String start = id.replace(' ', '_') + "-";
        try (var files = Files.list(directory)) {
            return files.filter(file -> file.getFileName().toString().startsWith(start))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private List<String> entries(String id) {
        List<String> entries = new ArrayList<>();
        try (StateStore store = StateStore.file(directory);
                StateLog log = store.open(id)) {
            log.read(entry -> entries.add(new String(entry, StandardCharsets.UTF_8)));
        }
        return entries;
    }
}
