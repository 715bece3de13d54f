package io.httpconnector.log;

import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.notFound;
import static com.github.tomakehurst.wiremock.client.WireMock.ok;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathMatching;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.github.tomakehurst.wiremock.client.WireMock;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import io.httpconnector.Body;
import io.httpconnector.ConnectorException;
import io.httpconnector.Exchange;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.Response;
import io.httpconnector.RetryPolicy;
import io.httpconnector.Secret;
import io.httpconnector.StatusException;
import io.httpconnector.log.ExchangeStore.Retention;
import io.httpconnector.polling.Pagination;
import io.httpconnector.polling.PollingTrigger;
import io.httpconnector.polling.StartPosition;
import io.httpconnector.state.StateException;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.RequestTemplate;
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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Logs the exchanges of a real connection, and searches them in each store. */
@Timeout(30)
class ExchangeLogTest {

    @RegisterExtension
    static WireMockExtension service = WireMockExtension.newInstance()
            .options(wireMockConfig().dynamicPort())
            .build();

    private static final Retention RETENTION = new Retention(Duration.ofDays(30), 1 << 20);

    @TempDir
    Path directory;

    @BeforeEach
    void respond() {
        service.stubFor(any(anyUrl()).willReturn(okJson("[{\"id\":1,\"echo\":\"s3cret-key\"}]")));
        service.stubFor(get("/missing").willReturn(notFound()));
    }

    private enum Kind {
        MEMORY,
        FILE
    }

    private ExchangeStore store(Kind kind, Retention retention) {
        return kind == Kind.MEMORY ? ExchangeStore.inMemory(retention) : ExchangeStore.file(directory, retention);
    }

    private static HttpConnection connection(String name, ExchangeLog log) {
        return HttpConnection.named(name)
                .baseUrl(service.baseUrl())
                .retry(RetryPolicy.none())
                .listener(log.connections())
                .build();
    }

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

    @Test
    void requestsOfATriggerAndItsHandlersNameIt() {
        try (ExchangeLog log = ExchangeLog.to(ExchangeStore.inMemory(RETENTION)).open();
                HttpConnection connection = connection("Service", log);
                PollingTrigger trigger = PollingTrigger.named("new-records")
                        .connection(connection)
                        .request(
                                RequestTemplate.named("Records").get("/records").build())
                        .key("/id")
                        .startPosition(StartPosition.everything())
                        .store(StateStore.inMemory())
                        .handler(event -> connection.send(Request.get("/details")))
                        .listener(log.triggers())
                        .build()) {
            trigger.pollOnce();
            connection.send(Request.get("/other"));

            assertThat(log.search(ExchangeQuery.latest(10).source("new-records")))
                    .extracting(found -> found.exchange().url())
                    .containsExactly(service.url("/details"), service.url("/records"));
            assertThat(log.search(ExchangeQuery.latest(10).source("")))
                    .extracting(found -> found.exchange().url())
                    .containsExactly(service.url("/other"));
        }
    }

    @Test
    void exchangesWithoutAResponseAreLogged() {
        try (ExchangeLog log = ExchangeLog.to(ExchangeStore.inMemory(RETENTION)).open();
                HttpConnection closed = HttpConnection.named("Closed")
                        .baseUrl("http://localhost:1")
                        .retry(RetryPolicy.none())
                        .listener(log.connections())
                        .build()) {
            assertThatThrownBy(() -> closed.send(Request.get("/"))).isInstanceOf(ConnectorException.class);

            assertThat(log.search(ExchangeQuery.latest(10).status(0, 0).failed()))
                    .singleElement()
                    .satisfies(found -> assertThat(found.exchange().status()).isEmpty());
        }
    }

    /** A call that fails before it is sent is a failed call, too. */
    @ParameterizedTest
    @EnumSource(Kind.class)
    void callsThatAreNotSentAreLoggedAsFailed(Kind kind) {
        try (ExchangeLog log = ExchangeLog.to(store(kind, RETENTION)).open();
                HttpConnection broken = HttpConnection.named("Interceptor")
                        .baseUrl(service.baseUrl())
                        .around(chain -> {
                            throw new IllegalStateException("no way");
                        })
                        .listener(log.connections())
                        .build();
                HttpConnection unsigned = HttpConnection.named("Auth")
                        .baseUrl(service.baseUrl())
                        .auth(request -> {
                            throw new IllegalStateException("the vault with s3cret-key is locked");
                        })
                        .listener(log.connections())
                        .build()) {
            for (HttpConnection connection : List.of(broken, unsigned)) {
                assertThatThrownBy(() -> connection.send(Request.get("/x"))).isInstanceOf(RuntimeException.class);
            }

            List<LoggedExchange> found = log.search(ExchangeQuery.latest(10).failed());
            assertThat(found).extracting(LoggedExchange::connection).containsExactlyInAnyOrder("Auth", "Interceptor");
            assertThat(found).allSatisfy(entry -> {
                assertThat(entry.exchange().url()).isEqualTo(service.url("/x"));
                assertThat(entry.exchange().status()).isEmpty();
                assertThat(entry.failure().orElseThrow())
                        .doesNotContain("s3cret")
                        .isNotBlank();
            });
        }
    }

    /** The token request is an exchange of its own. */
    @Test
    void callWithoutCredentialsIsNotTheTokenRequest() {
        service.stubFor(get("/token").willReturn(WireMock.serverError()));
        try (ExchangeLog log = ExchangeLog.to(ExchangeStore.inMemory(RETENTION)).open();
                HttpConnection tokens = connection("Tokens", log);
                HttpConnection connection = HttpConnection.named("Service")
                        .baseUrl(service.baseUrl())
                        .auth(request -> {
                            tokens.send(Request.get("/token"));
                            return request;
                        })
                        .listener(log.connections())
                        .build()) {
            assertThatThrownBy(() -> connection.send(Request.get("/x"))).isInstanceOf(StatusException.class);

            assertThat(log.search(ExchangeQuery.latest(10)))
                    .extracting(
                            LoggedExchange::connection,
                            found -> found.exchange().status())
                    .containsExactlyInAnyOrder(
                            tuple("Tokens", OptionalInt.of(500)), tuple("Service", OptionalInt.empty()));
        }
    }

    @Test
    void requestsOfAHandlerOnAnotherThreadNameItsTrigger() {
        try (ExchangeLog log = ExchangeLog.to(ExchangeStore.inMemory(RETENTION)).open();
                HttpConnection connection = connection("Service", log);
                PollingTrigger trigger = PollingTrigger.named("new-records")
                        .connection(connection)
                        .request(
                                RequestTemplate.named("Records").get("/records").build())
                        .key("/id")
                        .startPosition(StartPosition.everything())
                        .store(StateStore.inMemory())
                        .handler(event ->
                                connection.sendAsync(Request.get("/details")).get(10, TimeUnit.SECONDS))
                        .listener(log.triggers())
                        .build()) {
            trigger.pollOnce();
            connection.sendAsync(Request.get("/other")).join();

            assertThat(log.search(ExchangeQuery.latest(10)))
                    .extracting(found -> found.exchange().url(), LoggedExchange::source)
                    .contains(tuple(service.url("/details"), "new-records"), tuple(service.url("/other"), ""));
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

    @ParameterizedTest
    @EnumSource(Kind.class)
    void theStartOfABodyThatIsReadWhileItIsReceivedIsLogged(Kind kind) throws IOException {
        String large = "s3cret-key." + "ä".repeat(50_000);
        service.stubFor(get("/large").willReturn(ok(large).withHeader("Content-Type", "text/plain")));
        try (ExchangeLog log = ExchangeLog.to(store(kind, RETENTION)).open();
                HttpConnection connection = connection("Service", log)) {
            Request request = Request.get("/large").header("X-Api-Key", Secret.of("s3cret-key"));
            connection.read(Request.get("/small"), (head, body) -> body.readAllBytes());
            connection.read(request, (head, body) -> body.readAllBytes());
            connection.download(request, directory.resolve("file"));

            List<LoggedExchange> all = log.search(ExchangeQuery.latest(10));
            assertThat(all)
                    .extracting(found -> found.exchange().url())
                    .containsExactly(service.url("/large"), service.url("/large"), service.url("/small"));
            assertThat(all.get(2).exchange().responseBody()).isEqualTo("[{\"id\":1,\"echo\":\"s3cret-key\"}]");
            for (LoggedExchange found : all.subList(0, 2)) {
                assertThat(found.exchange().status()).hasValue(200);
                assertThat(found.exchange().elapsed()).isPositive();
                assertThat(found.exchange().responseBody())
                        .startsWith("***.äää")
                        .hasSizeBetween(7_500, 8_300)
                        .doesNotContain("Ã")
                        .endsWith("ä… (the start of 100011 bytes)");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void aResponseWhoseReaderFailsIsLoggedAsFailed(Kind kind) {
        try (ExchangeLog log =
                        ExchangeLog.to(store(kind, RETENTION)).errorsOnly().open();
                HttpConnection connection = connection("Service", log)) {
            Request request = Request.get("/x").header("X-Api-Key", Secret.of("s3cret-key"));
            assertThatThrownBy(() -> connection.read(request, (head, body) -> {
                        throw new IllegalStateException("unexpected: " + new String(body.readAllBytes(), UTF_8));
                    }))
                    .isInstanceOf(IllegalStateException.class);

            assertThat(log.search(ExchangeQuery.latest(10).failed()))
                    .singleElement()
                    .satisfies(found -> {
                        assertThat(found.failure().orElseThrow()).contains("unexpected: [", "***");
                        assertThat(found.exchange().status()).hasValue(200);
                        assertThat(found.exchange().responseBody()).contains("\"echo\":\"***\"");
                        assertThat(found.toJson().toString()).doesNotContain("s3cret");
                    });
        }
    }

    /** The reader may stop within a secret that the service echoes, or fail there. */
    @ParameterizedTest
    @EnumSource(Kind.class)
    void readerThatStopsWithinASecretRevealsNoPartOfIt(Kind kind) {
        String secret = "s3cr3t-".repeat(5);
        String start = "{\"text\": \"" + "x".repeat(4000) + "\", \"echo\": \"";
        service.stubFor(get("/echo").willReturn(okJson(start + secret + "\"}")));
        try (ExchangeLog log = ExchangeLog.to(store(kind, RETENTION)).open();
                HttpConnection connection = connection("Service", log)) {
            for (int length = 1; length <= secret.length(); length++) {
                int end = start.length() + length;
                Request request = Request.get("/echo").header("X-Key", Secret.of(secret));
                connection.read(request, (head, body) -> body.readNBytes(end));
            }

            assertThat(log.search(ExchangeQuery.latest(100)))
                    .hasSize(secret.length())
                    .allSatisfy(found -> assertThat(found.exchange().responseBody())
                            .startsWith("{\"text\": \"xxx")
                            .doesNotContain("s3cr"));
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

    @ParameterizedTest
    @EnumSource(Kind.class)
    void pagesOfAPollAreLogged(Kind kind) {
        String records = "[" + "{\"id\":1,\"text\":\"%s\"},".formatted("x".repeat(30_000)) + "{\"id\":2}]";
        service.stubFor(get("/records?page=1").willReturn(okJson(records)));
        service.stubFor(get("/records?page=2").willReturn(okJson("[]")));
        try (ExchangeLog log = ExchangeLog.to(store(kind, RETENTION)).open();
                HttpConnection connection = connection("Service", log);
                PollingTrigger trigger = PollingTrigger.named("new-records")
                        .connection(connection)
                        .request(
                                RequestTemplate.named("Records").get("/records").build())
                        .pagination(Pagination.pages("page"))
                        .key("/id")
                        .startPosition(StartPosition.everything())
                        .store(StateStore.inMemory())
                        .handler(event -> {})
                        .listener(log.triggers())
                        .build()) {
            assertThat(trigger.pollOnce().events()).isEqualTo(2);

            List<LoggedExchange> pages = log.search(ExchangeQuery.latest(10).source("new-records"));
            assertThat(pages)
                    .extracting(found -> found.exchange().responseBody().length())
                    .containsExactly(2, 16_411);
            assertThat(pages)
                    .allSatisfy(found -> assertThat(found.exchange().status()).hasValue(200));
            assertThat(pages.get(1).exchange().responseBody())
                    .startsWith("[{\"id\":1,\"text\":\"xxx")
                    .endsWith("… (the start of " + records.length() + " bytes)");
        }
    }

    @Test
    void successfulCallsCanBeLeftOut() {
        try (ExchangeLog errors = ExchangeLog.to(ExchangeStore.inMemory(RETENTION))
                        .errorsOnly()
                        .open();
                ExchangeLog sampled = ExchangeLog.to(ExchangeStore.inMemory(RETENTION))
                        .sample(0)
                        .open();
                HttpConnection connection = HttpConnection.named("Service")
                        .baseUrl(service.baseUrl())
                        .listener(errors.connections())
                        .listener(sampled.connections())
                        .build()) {
            connection.send(Request.get("/x"));
            connection.send(Request.get("/missing").acceptStatus(404));

            for (ExchangeLog log : List.of(errors, sampled)) {
                assertThat(log.search(ExchangeQuery.latest(10)))
                        .extracting(found -> found.exchange().url())
                        .containsExactly(service.url("/missing"));
            }
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
                    .containsExactly(service.url("/x"), service.url("/large"));
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
    void callsContinueWhileAndAfterTheLogIsClosed() throws Exception {
        ExchangeLog log = ExchangeLog.to(ExchangeStore.inMemory(RETENTION)).open();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try (HttpConnection connection = connection("Service", log)) {
            List<Future<Integer>> calls = IntStream.range(0, 100)
                    .mapToObj(i -> threads.submit(
                            () -> connection.send(Request.get("/" + i)).status()))
                    .toList();
            log.close();
            log.close();
            for (Future<Integer> call : calls) {
                assertThat(call.get()).isEqualTo(200);
            }
            assertThat(connection.send(Request.get("/x")).status()).isEqualTo(200);
        } finally {
            threads.shutdownNow();
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
