package io.httpconnector.log;

import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.ok;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.github.tomakehurst.wiremock.client.WireMock;
import io.httpconnector.ConnectorException;
import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.RetryPolicy;
import io.httpconnector.Secret;
import io.httpconnector.StatusException;
import io.httpconnector.polling.Pagination;
import io.httpconnector.polling.PollingTrigger;
import io.httpconnector.polling.StartPosition;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.trigger.EventHandler;
import java.io.IOException;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests which calls are logged, and with what. */
@Timeout(30)
class LoggedCallsTest extends LogScenario {

    private static PollingTrigger trigger(
            String name, HttpConnection connection, ExchangeLog log, EventHandler handler) {
        return PollingTrigger.named(name)
                .connection(connection)
                .request(RequestTemplate.named("Records").get("/records").build())
                .key("/id")
                .startPosition(StartPosition.everything())
                .store(StateStore.inMemory())
                .handler(handler)
                .listener(log.triggers())
                .build();
    }

    @Test
    void requestsOfATriggerThatAHandlerPollsNameIt() {
        try (ExchangeLog log = ExchangeLog.to(ExchangeStore.inMemory(RETENTION)).open();
                HttpConnection connection = connection("Service", log);
                PollingTrigger inner =
                        trigger("inner", connection, log, event -> connection.send(Request.get("/inner-details")));
                PollingTrigger outer = trigger("outer", connection, log, event -> {
                    inner.pollOnce();
                    connection.send(Request.get("/outer-details"));
                })) {
            outer.pollOnce();
            connection.send(Request.get("/other"));

            assertThat(log.search(ExchangeQuery.latest(10)))
                    .extracting(found -> found.exchange().url().replace(service.baseUrl(), ""), LoggedExchange::source)
                    .containsExactlyInAnyOrder(
                            tuple("/records", "outer"),
                            tuple("/records", "inner"),
                            tuple("/inner-details", "inner"),
                            tuple("/outer-details", "outer"),
                            tuple("/other", ""));
        }
    }

    @Test
    void requestsOfATriggerAndItsHandlersNameIt() {
        try (ExchangeLog log = ExchangeLog.to(ExchangeStore.inMemory(RETENTION)).open();
                HttpConnection connection = connection("Service", log);
                PollingTrigger trigger =
                        trigger("new-records", connection, log, event -> connection.send(Request.get("/details")))) {
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
                PollingTrigger trigger = trigger(
                        "new-records",
                        connection,
                        log,
                        event -> connection.sendAsync(Request.get("/details")).get(10, TimeUnit.SECONDS))) {
            trigger.pollOnce();
            connection.sendAsync(Request.get("/other")).join();

            assertThat(log.search(ExchangeQuery.latest(10)))
                    .extracting(found -> found.exchange().url(), LoggedExchange::source)
                    .contains(tuple(service.url("/details"), "new-records"), tuple(service.url("/other"), ""));
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
}
