package io.httpconnector.auth.oauth2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.httpconnector.ConnectorException;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.testing.VirtualTime;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract of all token stores, and additional guarantees of file stores. */
@Timeout(30)
class TokenStoreTest {

    private static final Secret KEY = Secret.of(Base64.getEncoder().encodeToString(new byte[32]));
    private static final Secret OTHER_KEY = Secret.of(
            Base64.getEncoder().encodeToString("0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.US_ASCII)));
    private static final String CANARY = "canary-token";

    private static final ExecutorService THREADS = Executors.newCachedThreadPool();

    @TempDir
    static Path shared;

    @TempDir
    Path directory;

    @AfterAll
    static void tearDown() {
        THREADS.shutdownNow();
    }

    static Stream<TokenStore> stores() {
        return Stream.of(
                TokenStore.inMemory(),
                TokenStore.file(shared.resolve("plain")),
                TokenStore.file(shared.resolve("encrypted"), KEY));
    }

    @ParameterizedTest
    @MethodSource("stores")
    void valueIsKeptUntilItIsRemoved(TokenStore store) {
        String key = "customer/ü " + "x".repeat(190);
        assertThat(store.get(key)).isEmpty();
        store.put(key, Secret.of("v1"), null);
        store.put(key, Secret.of("v2 ü\n"), null);
        store.put("other", Secret.of("v3"), null);
        assertThat(store.get(key).map(Secret::reveal)).contains("v2 ü\n");
        assertThat(store.remove(key)).isTrue();
        assertThat(store.remove(key)).isFalse();
        assertThat(store.get(key)).isEmpty();
        assertThat(store.get("other").map(Secret::reveal)).contains("v3");
    }

    @ParameterizedTest
    @MethodSource("stores")
    void expiredValueIsRemovedByTheNextWrite(TokenStore store) {
        store.put("old", Secret.of("v"), Duration.ofMillis(-1));
        store.put("good", Secret.of("v"), Duration.ofHours(1));
        store.put("kept", Secret.of("v"), Duration.ofMillis(-1));
        store.put("kept", Secret.of("w"), null);
        store.put("new", Secret.of("v"), Duration.ofHours(1));
        assertThat(store.get("old")).isEmpty();
        assertThat(store.get("good")).isPresent();
        assertThat(store.get("new")).isPresent();
        assertThat(store.get("kept").map(Secret::reveal)).contains("w");
    }

    @ParameterizedTest
    @MethodSource("stores")
    void onlyOneOfManyConcurrentRemovalsReturnsTrue(TokenStore store) throws Exception {
        store.put("once", Secret.of("v"), Duration.ofHours(1));
        List<Callable<Boolean>> removals = Stream.<Callable<Boolean>>generate(() -> () -> store.remove("once"))
                .limit(16)
                .toList();
        int winners = 0;
        for (Future<Boolean> removal : THREADS.invokeAll(removals)) {
            winners += removal.get() ? 1 : 0;
        }
        assertThat(winners).isEqualTo(1);
    }

    @ParameterizedTest
    @MethodSource("stores")
    void leaseIsExclusive(TokenStore store) throws Exception {
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger limit = new AtomicInteger();
        List<Callable<Integer>> works = Stream.<Callable<Integer>>generate(() -> () -> {
                    TokenStore.Lease lease = store.lease("a", Duration.ofSeconds(20));
                    try {
                        limit.accumulateAndGet(inside.incrementAndGet(), Math::max);
                        Thread.sleep(1);
                        return inside.decrementAndGet();
                    } finally {
                        lease.close();
                    }
                })
                .limit(50)
                .toList();
        for (Future<Integer> work : THREADS.invokeAll(works)) {
            work.get();
        }
        assertThat(limit).hasValue(1);

        TokenStore.Lease held = store.lease("a", Duration.ZERO);
        assertThatThrownBy(() -> store.lease("a", Duration.ofMillis(50))).hasMessageContaining("did not become free");
        store.lease("b", Duration.ZERO).close();
        held.close();
        held.close();
        store.lease("a", Duration.ZERO).close();
    }

    @ParameterizedTest
    @MethodSource("stores")
    void interruptedThreadStopsWaitingForALeaseAndOthersContinue(TokenStore store) throws Exception {
        TokenStore.Lease held = store.lease("a", Duration.ZERO);
        AtomicReference<Throwable> failure = new AtomicReference<>();
        AtomicBoolean stillInterrupted = new AtomicBoolean();
        Thread waiting = new Thread(() -> {
            failure.set(catchThrowable(
                    () -> store.lease("a", Duration.ofSeconds(20)).close()));
            stillInterrupted.set(Thread.currentThread().isInterrupted());
        });
        waiting.start();
        waiting.interrupt();
        waiting.join();
        held.close();
        assertThat(failure.get()).isInstanceOf(ConnectorException.class).hasMessageContaining("interrupted");
        assertThat(stillInterrupted).isTrue();
        store.lease("a", Duration.ZERO).close();
    }

    /** Another process holds the file lock; the lock of the threads is free. */
    @Test
    void pendingEntriesExpireByTheTimeSource(@TempDir Path directory) {
        VirtualTime time = new VirtualTime();
        for (TokenStore store : List.of(TokenStore.inMemory(time), TokenStore.file(directory, time))) {
            store.put("flow", Secret.of("x"), Duration.ofMinutes(15));
            time.advance(Duration.ofMinutes(14));
            store.put("other", Secret.of("y"), Duration.ofMinutes(15));
            assertThat(store.get("flow")).isPresent();
            time.advance(Duration.ofMinutes(2));
            store.put("third", Secret.of("z"), Duration.ofMinutes(15));
            assertThat(store.get("flow")).isEmpty();
        }
    }

    @Test
    void interruptedThreadStopsWaitingForTheLeaseOfAnotherProcess() throws Exception {
        TokenStore store = TokenStore.file(directory);
        store.lease("a", Duration.ZERO).close();
        String code =
                "import java.nio.channels.*; import java.nio.file.*; public class Hold { public static void main(String[] a)"
                        + " throws Exception { try (var c = FileChannel.open(Path.of(a[0]), StandardOpenOption.WRITE)) { c.lock();"
                        + " System.out.println(\"held\"); System.in.read(); } } }";
        Path source = Files.writeString(directory.resolve("Hold.java"), code);
        Path lock;
        try (Stream<Path> files = Files.list(directory)) {
            lock = files.filter(file -> file.toString().endsWith(".lock"))
                    .findFirst()
                    .orElseThrow();
        }
        Process other = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        source.toString(),
                        lock.toString())
                .redirectErrorStream(true)
                .start();
        try {
            assertThat(other.inputReader().readLine()).isEqualTo("held");
            assertThatThrownBy(() -> store.lease("a", Duration.ofMillis(100)))
                    .hasMessageContaining("did not become free");
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> store.lease("a", Duration.ofSeconds(20))).hasMessageContaining("interrupted");
            assertThat(Thread.interrupted()).isTrue();
        } finally {
            other.destroyForcibly().waitFor();
        }
        // The lease of a killed process is free.
        store.lease("a", Duration.ofSeconds(10)).close();
    }

    @Test
    void twoStoresInOneDirectoryShareTheirValues() {
        TokenStore one = TokenStore.file(directory);
        TokenStore other = TokenStore.file(directory.resolve("../" + directory.getFileName()));
        one.put("a", Secret.of("v"), null);
        assertThat(other.get("a").map(Secret::reveal)).contains("v");
        TokenStore.Lease held = one.lease("a", Duration.ZERO);
        assertThatThrownBy(() -> other.lease("a", Duration.ofMillis(50)))
                .isInstanceOf(ConnectorException.class)
                .hasMessageContaining("did not become free");
        held.close();
    }

    @Test
    void onlyTheOwnerCanReadTheFiles() throws IOException {
        Path made = directory.resolve("a/b");
        TokenStore store = TokenStore.file(made);
        store.put("a", Secret.of("v"), null);
        store.put("b", Secret.of("v"), Duration.ofHours(1));
        store.lease("a", Duration.ZERO).close();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(made)))
                .isEqualTo("rwx------");
        try (Stream<Path> files = Files.list(made)) {
            assertThat(files)
                    .hasSize(3)
                    .allSatisfy(file -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                            .isEqualTo("rw-------"));
        }
    }

    @Test
    void encryptedFilesShowNothing() throws IOException {
        TokenStore store = TokenStore.file(directory, KEY);
        store.put("customer-1", Secret.of(CANARY), null);
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files)
                    .hasSize(1)
                    .allSatisfy(file -> assertThat(Files.readString(file))
                            .startsWith("aes-256-gcm:")
                            .doesNotContain(CANARY, "customer"));
        }
        assertThatThrownBy(() -> TokenStore.file(directory).get("customer-1")).hasMessageContaining("it is encrypted");
        assertThatThrownBy(() -> TokenStore.file(directory, OTHER_KEY).get("customer-1"))
                .isInstanceOf(ConnectorException.class)
                .hasMessageContaining("another key");
        assertThat(store.toString()).doesNotContain(KEY.reveal());
    }

    @Test
    void encryptedFilesOfTwoAccountsCannotBeSwapped() throws IOException {
        TokenStore store = TokenStore.file(directory, KEY);
        store.put("mallory", Secret.of("v"), null);
        Path file = onlyFile();
        store.put("alice", Secret.of("w"), null);
        try (Stream<Path> files = Files.list(directory)) {
            Path other = files.filter(found -> !found.equals(file)).findFirst().orElseThrow();
            Files.copy(other, file, StandardCopyOption.REPLACE_EXISTING);
        }
        assertThatThrownBy(() -> store.get("mallory")).hasMessageContaining("or changed");
    }

    @ParameterizedTest
    @ValueSource(strings = {CANARY, "aes-256-gcm:" + CANARY, "aes-256-gcm:%:" + CANARY, "aes-256-gcm::"})
    void fileThatIsNotEncryptedIsNotQuoted(String text) throws IOException {
        TokenStore store = TokenStore.file(directory, KEY);
        store.put("a", Secret.of("v"), null);
        Files.writeString(onlyFile(), text);
        assertThatThrownBy(() -> store.get("a"))
                .isInstanceOf(ConnectorException.class)
                .hasMessageContaining("can't be read")
                .hasMessageNotContaining(CANARY);
    }

    private Path onlyFile() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            List<Path> all = files.toList();
            assertThat(all).hasSize(1);
            return all.get(0);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"canary key", "Y2FuYXJ5"})
    void invalidKeyIsNotQuoted(String key) {
        assertThatThrownBy(() -> TokenStore.file(directory, Secret.of(key)))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("32 random bytes")
                .hasMessageNotContaining(key);
    }

    @Test
    void temporaryFilesOfACrashAreRemoved() throws IOException {
        Path old = Files.writeString(directory.resolve("old.tmp"), "half");
        Path young = Files.writeString(directory.resolve("young.tmp"), "half");
        Files.setLastModifiedTime(old, FileTime.from(Instant.now().minusSeconds(7200)));
        var unused = TokenStore.file(directory);
        assertThat(old).doesNotExist();
        assertThat(young).exists();
    }

    @Test
    void temporaryFileOfAKilledProcessIsRemovedAtOnce() throws IOException {
        Path dead = Files.writeString(directory.resolve(".999999999-0a1b.tmp"), "half");
        Path alive = Files.writeString(
                directory.resolve("." + ProcessHandle.current().pid() + "-0a1b.tmp"), "half");
        var unused = TokenStore.file(directory);
        assertThat(dead).doesNotExist();
        assertThat(alive).exists();
    }

    @Test
    void interruptedThreadReadsAndWrites() {
        TokenStore store = TokenStore.file(directory);
        Thread.currentThread().interrupt();
        try {
            store.put("a", Secret.of("v"), null);
            store.put("b", Secret.of("w"), Duration.ofHours(1));
            assertThat(store.get("a").orElseThrow().reveal()).isEqualTo("v");
            assertThat(store.remove("b")).isTrue();
            assertThat(Thread.currentThread().isInterrupted()).isTrue();
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
        assertThat(TokenStore.file(directory).get("a").orElseThrow().reveal()).isEqualTo("v");
    }

    @Test
    void changedByteIsNoticed() throws IOException {
        TokenStore store = TokenStore.file(directory);
        store.put("a", Secret.of(CANARY), null);
        Path file = onlyFile();
        byte[] whole = Files.readAllBytes(file);
        for (int at = 0; at < whole.length; at++) {
            byte[] flipped = whole.clone();
            flipped[at] ^= 0x10;
            Files.write(file, flipped);
            assertThatThrownBy(() -> store.get("a"))
                    .as("byte %d", at)
                    .isInstanceOf(ConnectorException.class)
                    .hasMessageContaining("is damaged: delete it")
                    .hasMessageNotContaining(CANARY);
        }
        Files.write(file, whole);
        assertThat(store.get("a").orElseThrow().reveal()).isEqualTo(CANARY);
    }

    @Test
    void directoryThatAllUsersCanWriteToIsRejected() throws IOException {
        Path open = Files.createDirectory(directory.resolve("open"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThatThrownBy(() -> TokenStore.file(open))
                .isInstanceOf(ConnectorException.class)
                .hasMessageContaining("all users of the host can write to " + open + ": use a subdirectory");
        assertThat(TokenStore.file(open.resolve("tokens")).get("a")).isEmpty();
    }

    @Test
    void unusableDirectoryIsReported() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "");
        assertThatThrownBy(() -> TokenStore.file(file))
                .isInstanceOf(ConnectorException.class)
                .hasMessageContaining(file.toString());
        TokenStore store = TokenStore.file(directory.resolve("gone"));
        Files.delete(directory.resolve("gone"));
        assertThatThrownBy(() -> store.put("a", Secret.of("v"), null))
                .isInstanceOf(ConnectorException.class)
                .hasMessageContaining("can't be written");
        assertThatThrownBy(() -> store.lease("a", Duration.ZERO)).hasMessageContaining("can't be locked");
    }
}
