package io.httpconnector.log;

import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.ok;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathMatching;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.Body;
import io.httpconnector.Exchange;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.Response;
import io.httpconnector.Secret;
import io.httpconnector.StatusException;
import io.httpconnector.log.ExchangeStore.Retention;
import io.httpconnector.state.StateException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Logs the exchanges of a real connection, and searches them in each store. */
@Timeout(30)
class ExchangeLogTest extends LogScenario {

    @ParameterizedTest
    @EnumSource(Kind.class)
    void exchangesAreFoundWithoutSecrets(Kind kind) {
        try (ExchangeLog log = ExchangeLog.to(store(kind, RETENTION)).open();
                HttpConnection jira = connection("Jira", log);
                HttpConnection other = connection("Other", log)) {
            Instant before = Instant.now().minusMillis(1);
            jira.send(Request.post("/issues")
                    .named("Create issue")
                    .header("X-Api-Key", Secret.of("s3cret-key"))
                    .json(Map.of("title", "A \"quoted\" title")));
            assertThatThrownBy(() -> jira.send(Request.get("/missing"))).isInstanceOf(StatusException.class);
            other.send(Request.get("/x"));

            List<LoggedExchange> all = log.search(ExchangeQuery.latest(10));
            assertThat(all).extracting(LoggedExchange::connection).containsExactly("Other", "Jira", "Jira");
            LoggedExchange created = all.get(2);
            assertThat(created.toJson().toString()).doesNotContain("s3cret");
            assertThat(created.exchange().name()).isEqualTo("Create issue");
            assertThat(created.exchange().requestBody()).isEqualTo("{\"title\":\"A \\\"quoted\\\" title\"}");
            assertThat(created.exchange().requestHeaders().first("x-api-key")).contains("***");
            assertThat(created.exchange().responseBody()).contains("\"echo\":\"***\"");
            assertThat(created.exchange().startedAt()).isAfter(before);
            assertThat(created.exchange().asCurl()).contains("/issues");
            assertThat(created.source()).isEmpty();
            assertThat(created.failure()).isEmpty();

            assertThat(log.search(ExchangeQuery.latest(10).connection("Jira").failed()))
                    .singleElement()
                    .satisfies(
                            failed -> assertThat(failed.failure().orElseThrow()).contains("404"));
            assertThat(log.search(ExchangeQuery.latest(10).status(400, 499))).hasSize(1);
            assertThat(log.search(ExchangeQuery.latest(10).status(0, 399))).hasSize(2);
            assertThat(log.search(ExchangeQuery.latest(1))).hasSize(1);
            assertThat(log.search(ExchangeQuery.latest(10).to(before))).isEmpty();
            assertThat(log.search(ExchangeQuery.latest(10).from(before))).hasSize(3);
            assertThat(log.dropped()).isZero();
        }
    }

    /**
     * A store that accepts nothing.
     *
     * @param failure a {@code RuntimeException} or an {@code Error}
     */
    private record FailingStore(Throwable failure) implements ExchangeStore {

        @Override
        public void append(List<LoggedExchange> entries) {
            if (failure instanceof Error error) {
                throw error;
            }
            throw (RuntimeException) failure;
        }

        @Override
        public List<LoggedExchange> search(ExchangeQuery query) {
            return List.of();
        }
    }

    @Test
    void entriesOfAStoreThatThrowsAnErrorAreCounted() {
        ExchangeStore failing = new FailingStore(new NoClassDefFoundError("driver"));
        try (ExchangeLog log = ExchangeLog.to(failing).open();
                HttpConnection connection = connection("Service", log)) {
            for (int i = 0; i < 10; i++) {
                connection.send(Request.get("/x"));
            }
            assertThat(log.search(ExchangeQuery.latest(10))).isEmpty();
            assertThat(log.dropped()).isEqualTo(10);
        }
    }

    /** Only the start of a body is kept, so that one large response does not replace all other entries. */
    @ParameterizedTest
    @EnumSource(Kind.class)
    void largeResponseLeavesOtherEntries(Kind kind) {
        service.stubFor(get("/small").willReturn(okJson("{}")));
        service.stubFor(get("/large").willReturn(okJson("\"" + "x".repeat(2_000_000) + "\"")));
        try (ExchangeLog log = ExchangeLog.to(store(kind, new Retention(Duration.ofDays(1), 1 << 20)))
                        .open();
                HttpConnection connection = connection("Service", log)) {
            for (int i = 0; i < 20; i++) {
                connection.send(Request.get("/small"));
            }
            connection.send(Request.get("/large"));

            List<LoggedExchange> found = log.search(ExchangeQuery.latest(100));
            assertThat(found).hasSize(21);
            assertThat(found.get(0).exchange().url()).endsWith("/large");
            assertThat(log.dropped()).isZero();
        }
    }

    /** Uploads from memory, of which the log has only a description: what they refer to must not stay in memory. */
    @Test
    void objectsOfUploadsAreNotKept() {
        List<WeakReference<byte[]>> uploaded = new ArrayList<>();
        try (ExchangeLog log = ExchangeLog.to(ExchangeStore.inMemory(RETENTION)).open();
                HttpConnection connection = connection("Service", log)) {
            for (int i = 0; i < 20; i++) {
                byte[] content = new byte[100_000];
                uploaded.add(new WeakReference<>(content));
                Body body = i % 2 == 0
                        ? Body.stream(() -> new ByteArrayInputStream(content), "application/octet-stream")
                        : Body.writing(out -> out.write(content), content.length, "application/octet-stream");
                connection.send(Request.post("/upload").body(body));
            }

            assertThat(log.search(ExchangeQuery.latest(100))).hasSize(20);
            boolean isReleased = false;
            for (int i = 0; i < 50 && !isReleased; i++) {
                System.gc();
                isReleased = uploaded.stream().limit(18).allMatch(content -> content.get() == null);
            }
            assertThat(isReleased).isTrue();
        }
    }

    /** The latest ones by the time of their start, whichever end first. */
    @ParameterizedTest
    @EnumSource(Kind.class)
    void latestEntriesAreTheStartOfMoreEntries(Kind kind) throws Exception {
        service.stubFor(get("/slow").willReturn(okJson("{}").withFixedDelay(300)));
        try (ExchangeLog log = ExchangeLog.to(store(kind, RETENTION)).open();
                HttpConnection connection = connection("Service", log)) {
            CompletableFuture<Response> slow = connection.sendAsync(Request.get("/slow"));
            while (connection.poolStatus().active() == 0) {
                Thread.onSpinWait();
            }
            connection.send(Request.get("/fast"));
            slow.get(10, TimeUnit.SECONDS);

            assertThat(log.search(ExchangeQuery.latest(1)).get(0).exchange().url())
                    .isEqualTo(log.search(ExchangeQuery.latest(2))
                            .get(0)
                            .exchange()
                            .url());
        }
    }

    /** Header fields need memory like bodies, in particular as the client stores them. */
    @Test
    void largeHeaderFieldsFillTheStoreInMemory() {
        service.stubFor(get("/fields").willReturn(ok().withHeader("X-Large", "x".repeat(30_000))));
        try (ExchangeLog log = ExchangeLog.to(ExchangeStore.inMemory(new Retention(Duration.ofDays(1), 1 << 20)))
                        .open();
                HttpConnection connection = connection("Service", log)) {
            for (int i = 0; i < 100; i++) {
                connection.send(Request.get("/fields"));
            }

            assertThat(log.search(ExchangeQuery.latest(100)).size()).isBetween(10, 1_000_000 / 30_000);
        }
    }

    /** The entries of a full store replace the oldest ones, and keep their ids. */
    @Test
    void idsInMemoryAreUniqueAndLasting() {
        try (ExchangeLog log = ExchangeLog.to(ExchangeStore.inMemory(new Retention(Duration.ofDays(1), 64 << 10)))
                        .open();
                HttpConnection connection = connection("Service", log)) {
            Map<String, String> urls = new HashMap<>();
            for (int i = 0; i < 100; i++) {
                connection.send(Request.get("/" + i));
                for (LoggedExchange found : log.search(ExchangeQuery.latest(100))) {
                    String url = found.exchange().url();
                    assertThat(urls.computeIfAbsent(found.id(), id -> url)).isEqualTo(url);
                }
            }
            assertThat(urls).hasSize(100);
            assertThat(log.search(ExchangeQuery.latest(100)).size()).isBetween(5, 40);
        }
    }

    @Test
    void aFailingStoreFailsNoRequest() {
        ExchangeStore failing = new FailingStore(new IllegalStateException("the disk is full"));
        try (ExchangeLog log = ExchangeLog.to(failing).open();
                HttpConnection connection = connection("Service", log)) {
            assertThat(connection.send(Request.get("/x")).status()).isEqualTo(200);
            assertThat(log.search(ExchangeQuery.latest(10))).isEmpty();
            assertThat(log.dropped()).isEqualTo(1);
        }
    }

    private static LoggedExchange entry(int number, Instant time, String body) {
        Exchange exchange;
        try (HttpConnection connection =
                HttpConnection.named("x").baseUrl(service.baseUrl()).build()) {
            exchange = connection.send(Request.get("/x")).exchange();
        }
        Exchange changed = new Exchange(
                "n" + number,
                "GET",
                exchange.url(),
                exchange.requestHeaders(),
                "",
                OptionalInt.of(200),
                exchange.responseHeaders(),
                body,
                time,
                Duration.ofMillis(3),
                1);
        return LoggedExchange.of("id" + number, "c", "", null, changed);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void theOldestEntriesAreRemovedWhenTheStoreIsFull(Kind kind) throws IOException {
        Retention small = new Retention(Duration.ofDays(1), 64 << 10);
        String body = "x".repeat(3000);
        LoggedExchange model = entry(0, Instant.now(), body);
        try (ExchangeStore store = store(kind, small)) {
            for (int i = 0; i < 100; i++) {
                store.append(List.of(LoggedExchange.of("id" + i, "c", "", null, model.exchange())));
            }
            List<LoggedExchange> left = store.search(ExchangeQuery.latest(1000));

            assertThat(left).hasSizeBetween(8, 40);
            assertThat(left).extracting(LoggedExchange::id).contains("id99").doesNotContain("id0");
        }
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files.mapToLong(file -> file.toFile().length()).sum()).isLessThanOrEqualTo(64 << 10);
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void oldEntriesAreNotFound(Kind kind) {
        Instant now = Instant.now();
        try (ExchangeStore store = store(kind, new Retention(Duration.ofHours(1), 1 << 20))) {
            store.append(List.of(entry(1, now.minus(Duration.ofHours(2)), ""), entry(2, now, "")));

            assertThat(store.search(ExchangeQuery.latest(10)))
                    .extracting(LoggedExchange::id)
                    .containsExactly("id2");
        }
    }

    @Test
    void processesShareADirectoryAndAnUnfinishedLineIsIgnored() throws IOException {
        Instant now = Instant.now();
        try (ExchangeStore first = ExchangeStore.file(directory, RETENTION);
                ExchangeStore second = ExchangeStore.file(directory, RETENTION)) {
            first.append(List.of(entry(1, now.minusSeconds(2), "ä\n\u2028")));
            second.append(List.of(entry(2, now.minusSeconds(1), "")));
            try (Stream<Path> files = Files.list(directory)) {
                for (Path file : files.toList()) {
                    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                            .isEqualTo("rw-------");
                    Files.writeString(file, "{\"id\":\"unfinished", StandardOpenOption.APPEND);
                }
            }

            assertThat(first.search(ExchangeQuery.latest(10)))
                    .extracting(LoggedExchange::id)
                    .containsExactly("id2", "id1");
            assertThat(first.search(ExchangeQuery.latest(10)).get(1).exchange().responseBody())
                    .isEqualTo("ä\n\u2028");
        }
    }

    @Test
    void entriesCanBeStoredAsJson() {
        LoggedExchange entry = entry(1, Instant.now(), "{}");

        LoggedExchange read = LoggedExchange.fromJson(entry.toJson());

        assertThat(read.toJson()).isEqualTo(entry.toJson());
        assertThat(read.exchange().asHar()).isEqualTo(entry.exchange().asHar());
        assertThatThrownBy(() -> LoggedExchange.fromJson(entry.toJson().without("connection")))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("connection");
    }

    @Test
    void manyCallsAreWrittenByOneThread() {
        try (ExchangeLog log = ExchangeLog.to(ExchangeStore.inMemory(new Retention(Duration.ofDays(1), 64L << 20)))
                        .open();
                HttpConnection connection = connection("Service", log)) {
            IntStream.range(0, 200).parallel().forEach(i -> connection.send(Request.get("/" + i)));

            assertThat(log.search(ExchangeQuery.latest(1000))).hasSize(200);
        }
    }

    /** The arrays of a store in memory are used again, also while searches read them. */
    @Test
    void searchesSeeWholeExchangesWhileOthersReplaceThem() throws Exception {
        service.stubFor(get(urlPathMatching("/echo/.*"))
                .willReturn(ok("{{request.path}} {{request.headers.X-Api-Key}} " + "x".repeat(1000))
                        .withTransformers("response-template")));
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try (ExchangeLog log = ExchangeLog.to(ExchangeStore.inMemory(new Retention(Duration.ofDays(1), 64 << 10)))
                        .open();
                HttpConnection connection = connection("Service", log)) {
            List<Future<?>> senders = new ArrayList<>();
            for (int thread = 0; thread < 3; thread++) {
                int number = thread;
                senders.add(threads.submit(() -> IntStream.range(0, 200).forEach(i -> {
                    Request request = Request.get("/echo/" + number + "/" + i)
                            .header("X-Api-Key", Secret.of("s3cret-key-" + number + "-" + i));
                    connection.send(request);
                })));
            }
            boolean areDone;
            do {
                areDone = senders.stream().allMatch(Future::isDone);
                List<LoggedExchange> found = log.search(ExchangeQuery.latest(1000));
                assertThat(found).extracting(LoggedExchange::id).doesNotHaveDuplicates();
                assertThat(found).allSatisfy(one -> {
                    String path = one.exchange().url().replace(service.baseUrl(), "");
                    assertThat(one.exchange().responseBody())
                            .startsWith(path + " *** xxx")
                            .hasSize(path.length() + 1005);
                    assertThat(one.exchange().requestHeaders().first("X-Api-Key"))
                            .contains("***");
                });
            } while (!areDone);
            for (Future<?> sender : senders) {
                sender.get();
            }
            assertThat(log.search(ExchangeQuery.latest(1000)).size()).isBetween(10, 55);
            assertThat(log.search(ExchangeQuery.latest(1)).get(0).exchange().url())
                    .contains("/199");
            assertThat(log.dropped()).isZero();
        } finally {
            threads.shutdown();
        }
    }

    @Test
    void largeBodiesAreKeptInMemoryAsFarAsTheyFit() {
        service.stubFor(get("/large").willReturn(okJson("\"" + "x".repeat(50_000) + "\"")));
        service.stubFor(get("/too-large").willReturn(okJson("\"" + "x".repeat(100_000) + "\"")));
        try (ExchangeLog log = ExchangeLog.to(ExchangeStore.inMemory(new Retention(Duration.ofDays(1), 64 << 10)))
                        .open();
                HttpConnection connection = connection("Service", log)) {
            connection.send(Request.get("/x"));
            connection.send(Request.get("/large"));
            assertThat(log.search(ExchangeQuery.latest(10)))
                    .extracting(found -> found.exchange().responseBody().length())
                    .containsExactly(50_002, 30);
            connection.send(Request.get("/large"));
            assertThat(log.search(ExchangeQuery.latest(10))).hasSize(1);
            connection.send(Request.get("/too-large"));
            connection.send(Request.get("/x"));
            assertThat(log.search(ExchangeQuery.latest(10)))
                    .extracting(found -> found.exchange().url())
                    .containsExactly(service.url("/x"), service.url("/too-large"), service.url("/large"));
            assertThat(log.search(ExchangeQuery.latest(2)).get(1).exchange().responseBody())
                    .startsWith("\"xxx")
                    .endsWith("… (cut)");
            assertThat(log.dropped()).isZero();
        }
    }

    @Test
    void invalidSettingsAreRejected() {
        assertThatThrownBy(() -> new Retention(Duration.ZERO, 1 << 20)).isInstanceOf(InvalidDefinitionException.class);
        assertThatThrownBy(() -> new Retention(Duration.ofDays(1), 1)).hasMessageContaining("64 KiB");
        assertThatThrownBy(() -> new Retention(Duration.ofSeconds(Long.MAX_VALUE), 1 << 20))
                .hasMessageContaining("at most 100 years");
        assertThatThrownBy(() -> ExchangeLog.to(null)).hasMessageContaining("the store is null");
        assertThatThrownBy(() -> ExchangeStore.file(directory, null)).hasMessageContaining("retention");
        assertThatThrownBy(() -> ExchangeStore.file(null, RETENTION)).hasMessageContaining("directory");
        assertThatThrownBy(
                        () -> ExchangeLog.to(ExchangeStore.inMemory(RETENTION)).sample(2))
                .hasMessageContaining("use 0 to 1");
        assertThatThrownBy(() -> ExchangeQuery.latest(0)).hasMessageContaining("use 1 to 10,000");
        assertThatThrownBy(() -> ExchangeQuery.latest(1).status(500, 400))
                .hasMessageContaining("the smaller one first");
        assertThatThrownBy(() -> ExchangeQuery.latest(1).from(Instant.MAX).to(Instant.MIN))
                .hasMessageContaining("the period is empty");
    }

    /** A store that waits until it is released. */
    private static final class SlowStore implements ExchangeStore {

        private final CountDownLatch released = new CountDownLatch(1);
        private final List<LoggedExchange> stored = new ArrayList<>();

        @Override
        public void append(List<LoggedExchange> entries) {
            try {
                released.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            synchronized (stored) {
                stored.addAll(entries);
            }
        }

        @Override
        public List<LoggedExchange> search(ExchangeQuery query) {
            synchronized (stored) {
                return List.copyOf(stored);
            }
        }
    }

    @Test
    void largeResponsesDoNotFillTheMemoryWhileTheStoreIsSlow() {
        service.stubFor(get("/large").willReturn(okJson("\"" + "x".repeat(8 << 20) + "\"")));
        SlowStore store = new SlowStore();
        try (ExchangeLog log = ExchangeLog.to(store).open();
                HttpConnection connection = connection("Service", log)) {
            for (int i = 0; i < 12; i++) {
                connection.send(Request.get("/large"));
            }
            assertThat(log.dropped()).isBetween(3L, 11L);
            store.released.countDown();
            long dropped = log.dropped();
            assertThat(log.search(ExchangeQuery.latest(100))).hasSize(12 - (int) dropped);
        }
    }

    @Test
    void aSearchIsAnsweredThoughTheThreadIsInterrupted() {
        SlowStore store = new SlowStore();
        try (ExchangeLog log = ExchangeLog.to(store).open();
                HttpConnection connection = connection("Service", log)) {
            connection.send(Request.get("/x"));
            Thread.currentThread().interrupt();
            assertThat(log.search(ExchangeQuery.latest(10))).isEmpty();
            assertThat(Thread.interrupted()).isTrue();
            store.released.countDown();
        }
    }

    @Test
    void aDirectoryThatDisappearsFailsNoRequest() throws IOException {
        Path place = directory.resolve("log");
        try (ExchangeLog log =
                        ExchangeLog.to(ExchangeStore.file(place, RETENTION)).open();
                HttpConnection connection = connection("Service", log)) {
            connection.send(Request.get("/1"));
            assertThat(log.search(ExchangeQuery.latest(10))).hasSize(1);
            try (Stream<Path> files = Files.list(place)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(place);

            assertThat(connection.send(Request.get("/2")).status()).isEqualTo(200);
            assertThatThrownBy(() -> log.search(ExchangeQuery.latest(10)))
                    .isInstanceOf(StateException.class)
                    .hasMessageContaining("cannot be used for an exchange log");
        }
    }

    @Test
    void foreignAndDamagedFilesAreIgnored() throws IOException {
        try (ExchangeStore store = ExchangeStore.file(directory, RETENTION)) {
            store.append(List.of(entry(1, Instant.now(), "")));
            Files.writeString(directory.resolve("notes.txt"), "no log");
            Files.writeString(directory.resolve("1-x.jsonl"), "[]\n{}\nnull\n{\"id\":1}\n\u0000\n");
            Files.write(directory.resolve("2-x.jsonl"), new byte[] {(byte) 0xff, (byte) 0xfe, '\n'});

            assertThat(store.search(ExchangeQuery.latest(10)))
                    .extracting(LoggedExchange::id)
                    .containsExactly("id1");
        }
    }
}
