package io.httpconnector.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.ConnectorException;
import io.httpconnector.FakeTime;
import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.Secret;
import io.httpconnector.StatusException;
import io.httpconnector.operation.JobService.Asked;
import io.httpconnector.operation.JobService.Reply;
import io.httpconnector.operation.OperationException.OperationFailure;
import io.httpconnector.operation.OperationStatus.OperationState;
import io.httpconnector.polling.Pagination;
import io.httpconnector.polling.RecordSelector;
import io.httpconnector.template.Pills;
import io.httpconnector.template.RequestTemplate;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests operations that end with this process, and their faults. */
class OperationTest {

    private final JobService service = new JobService();
    private final JobService other = new JobService();
    private final FakeTime time = new FakeTime();
    private final HttpConnection connection = HttpConnection.named("Service")
            .baseUrl(service.baseUrl())
            .header("Authorization", Secret.of("Bearer secret-token"))
            .timeSource(time)
            .build();

    @AfterEach
    void end() {
        connection.close();
        service.close();
        other.close();
    }

    static RequestTemplate post(String url) {
        return RequestTemplate.named("start")
                .post(url)
                .json(Map.of("year", "{{year}}"))
                .build();
    }

    static RequestTemplate get(String url) {
        return RequestTemplate.named("get").get(url).build();
    }

    static OperationBuilder export() {
        return Operation.named("export")
                .start(post("/exports"))
                .id("/id")
                .status(get("/exports/{{operation.id}}"))
                .state("/state")
                .running("queued", "running")
                .done("finished")
                .failed("failed")
                .aborted("cancelled")
                .error("/message")
                .progress("/percent");
    }

    private static final Pills PILLS = Pills.of("year", 2026);

    /** Responds to the start with id 7, and to status requests with each body in turn, then with the last one. */
    private void respond(String... bodies) {
        AtomicInteger polls = new AtomicInteger();
        service.behaviour = asked -> {
            if (asked.path().equals("/exports") && asked.method().equals("POST")) {
                return Reply.json("{\"id\": 7}").with(202);
            }
            if (asked.path().equals("/exports/7")) {
                String body = bodies[Math.min(polls.getAndIncrement(), bodies.length - 1)];
                return body.matches("\\d+") ? Reply.status(Integer.parseInt(body)) : Reply.json(body);
            }
            return Reply.json("[1, 2]");
        };
    }

    private static OperationException failure(ThrowingCallable call) {
        Throwable[] thrown = new Throwable[1];
        assertThatThrownBy(call).isInstanceOf(OperationException.class).satisfies(e -> thrown[0] = e);
        return (OperationException) thrown[0];
    }

    @Test
    void waitsWithABackoffAndReportsProgress() {
        respond(
                "{\"state\": \"queued\"}",
                "{\"state\": \"RUNNING\", \"percent\": 40}",
                "{\"state\": \"running\", \"percent\": \"80%\"}",
                "{\"state\": \"finished\", \"percent\": 100, \"rows\": 12}");
        List<String> seen = new ArrayList<>();
        OperationHandle handle = export().build().start(connection, PILLS);
        assertThat(handle.id()).isEqualTo("7");
        OperationResult result = handle.await(
                Duration.ofMinutes(5),
                status ->
                        seen.add(status.state() + " " + status.progressNumber().orElse(-1)));
        assertThat(seen).containsExactly("RUNNING -1.0", "RUNNING 40.0", "RUNNING 80.0", "DONE 100.0");
        assertThat(result.json().path("rows").asInt()).isEqualTo(12);
        assertThat(time.waits).containsExactly(Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(4));
        assertThat(service.requests.get(0).json().path("year").asInt()).isEqualTo(2026);
    }

    @Test
    void waitsAsLongAsTheServiceRequests() {
        AtomicInteger polls = new AtomicInteger();
        service.behaviour = asked -> asked.method().equals("POST")
                ? Reply.json("{\"id\": 7}").header("Retry-After", "10")
                : polls.getAndIncrement() == 0
                        ? Reply.json("{\"state\": \"running\"}").header("Retry-After", "90")
                        : Reply.json("{\"state\": \"finished\"}");
        OperationResult unused = export().build().await(connection, PILLS);
        assertThat(time.waits).containsExactly(Duration.ofSeconds(10), Duration.ofSeconds(90));
    }

    @Test
    void anInsaneRetryAfterEndsWithTheTimeout() {
        service.behaviour = asked -> asked.method().equals("POST")
                ? Reply.json("{\"id\": 7}")
                : Reply.json("{\"state\": \"running\"}").header("Retry-After", "999999999");
        OperationException e = failure(() -> export().build().await(connection, PILLS));
        assertThat(e.reason()).isEqualTo(OperationFailure.TIMED_OUT);
        assertThat(time.nanos()).isEqualTo(Duration.ofHours(1).toNanos());
    }

    @Test
    void anOperationThatNeverEndsTimesOut() {
        respond("{\"state\": \"running\"}");
        OperationException e =
                failure(() -> export().timeout(Duration.ofMinutes(10)).build().await(connection, PILLS));
        assertThat(e.reason()).isEqualTo(OperationFailure.TIMED_OUT);
        assertThat(e.id()).contains("7");
        assertThat(e.lastStatus().orElseThrow().value()).isEqualTo("running");
        assertThat(e).hasMessageContaining("PT10M").hasMessageContaining("raise the timeout");
    }

    @Test
    void aFailureHasTheMessageOfTheService() {
        respond("{\"state\": \"failed\", \"message\": \"disk full\"}");
        OperationException e = failure(() -> export().build().await(connection, PILLS));
        assertThat(e.reason()).isEqualTo(OperationFailure.FAILED);
        assertThat(e).hasMessageContaining("disk full");
        assertThat(e.exchange()).isPresent();
    }

    @Test
    void anUnknownStateIsAnErrorWithItsValue() {
        respond("{\"state\": \"runing\"}");
        OperationException e = failure(() -> export().build().await(connection, PILLS));
        assertThat(e.reason()).isEqualTo(OperationFailure.UNKNOWN_STATE);
        assertThat(e).hasMessageContaining("\"runing\"").hasMessageContaining("resembles \"running\"");
        assertThat(service.count("GET", "/exports/7")).isOne();
    }

    @Test
    void aStateThatIsMissingIsAnError() {
        respond("{\"status\": \"running\"}");
        OperationException e = failure(() -> export().build().await(connection, PILLS));
        assertThat(e.reason()).isEqualTo(OperationFailure.UNKNOWN_STATE);
        assertThat(e).hasMessageContaining("no state at /state");
    }

    @Test
    void aLostIdIsAnError() {
        service.behaviour = asked -> Reply.json("{\"job\": 7}");
        OperationException e = failure(() -> export().build().start(connection, PILLS));
        assertThat(e.reason()).isEqualTo(OperationFailure.MISSING_ID);
        assertThat(e).hasMessageContaining("no value at /id");
    }

    @Test
    void status404IsToleratedShortlyAfterTheStart() {
        respond("404", "404", "{\"state\": \"finished\"}");
        assertThat(export().build().await(connection, PILLS).status().state()).isEqualTo(OperationState.DONE);
    }

    @Test
    void status404IsAnErrorLater() {
        respond("404");
        OperationException e = failure(
                () -> export().notFoundTolerance(Duration.ofSeconds(5)).build().await(connection, PILLS));
        assertThat(e.reason()).isEqualTo(OperationFailure.NOT_FOUND);
        assertThat(e).hasMessageContaining("notFoundTolerance");
    }

    @Test
    void status404AfterTheOperationWasSeenIsAnError() {
        respond("{\"state\": \"running\"}", "404");
        OperationException e = failure(() -> export().build().await(connection, PILLS));
        assertThat(e.reason()).isEqualTo(OperationFailure.NOT_FOUND);
        assertThat(e).hasMessageContaining("last running").hasMessageContaining("add 404 to doneStatus");
    }

    @Test
    void status404CanMeanThatTheOperationHasEnded() {
        respond("{\"state\": \"running\"}", "404");
        assertThat(export().doneStatus(404)
                        .build()
                        .await(connection, PILLS)
                        .status()
                        .state())
                .isEqualTo(OperationState.DONE);
    }

    @Test
    void serverErrorsAreRetriedUntilTheTimeout() {
        respond("{\"state\": \"running\"}", "500", "503", "502", "500", "500", "500", "{\"state\": \"finished\"}");
        assertThat(export().build().await(connection, PILLS).status().state()).isEqualTo(OperationState.DONE);
        respond("500");
        OperationException e =
                failure(() -> export().timeout(Duration.ofMinutes(2)).build().await(connection, PILLS));
        assertThat(e.reason()).isEqualTo(OperationFailure.TIMED_OUT);
        assertThat(e.getCause()).isInstanceOf(StatusException.class);
        assertThat(e).hasMessageContaining("last status request failed");
    }

    @Test
    void rejectedCredentialsEndTheWaitButNotTheOperation() {
        respond("{\"state\": \"running\"}", "401", "{\"state\": \"finished\"}");
        OperationHandle handle = export().build().start(connection, PILLS);
        OperationException e = failure(handle::await);
        assertThat(e.reason()).isEqualTo(OperationFailure.NOT_AUTHORIZED);
        assertThat(e.needsAuthorization()).isTrue();
        assertThat(e.id()).contains("7");
        assertThat(handle.await().status().state()).isEqualTo(OperationState.DONE);
    }

    @Test
    void anOperationThatIsDoneIsNotRequestedAgain() {
        respond("{\"state\": \"finished\"}", "{\"state\": \"running\"}");
        OperationHandle handle = export().build().start(connection, PILLS);
        OperationResult first = handle.await();
        handle.checkNow();
        assertThat(handle.await().status()).isEqualTo(first.status());
        assertThat(handle.status().state()).isEqualTo(OperationState.DONE);
        assertThat(service.count("GET", "/exports/7")).isOne();
    }

    @Test
    void aNotificationEndsTheWait() throws Exception {
        AtomicInteger polls = new AtomicInteger();
        service.behaviour = asked -> asked.method().equals("POST")
                ? Reply.json("{\"id\": 7}")
                : Reply.json(polls.incrementAndGet() == 1 ? "{\"state\": \"running\"}" : "{\"state\": \"finished\"}");
        try (HttpConnection real =
                HttpConnection.named("Real").baseUrl(service.baseUrl()).build()) {
            OperationHandle handle = export().pollEvery(Duration.ofHours(1), Duration.ofHours(1))
                    .build()
                    .start(real, PILLS);
            CompletableFuture<OperationResult> waiting = handle.awaitAsync();
            while (polls.get() == 0) {
                Thread.sleep(5);
            }
            handle.checkNow();
            assertThat(waiting.get(10, TimeUnit.SECONDS).status().state()).isEqualTo(OperationState.DONE);
        }
    }

    @Test
    void aFutureCanBeCancelled() throws Exception {
        respond("{\"state\": \"running\"}");
        CountDownLatch polled = new CountDownLatch(1);
        JobService.Behaviour running = service.behaviour;
        service.behaviour = asked -> {
            if (asked.method().equals("GET")) {
                polled.countDown();
            }
            return running.reply(asked);
        };
        try (HttpConnection real =
                HttpConnection.named("Real").baseUrl(service.baseUrl()).build()) {
            Thread[] waiter = new Thread[1];
            CompletableFuture<OperationResult> waiting = export().pollEvery(Duration.ofHours(1), Duration.ofHours(1))
                    .build()
                    .start(real, PILLS)
                    .awaitAsync(task -> {
                        waiter[0] = new Thread(task);
                        waiter[0].start();
                    });
            assertThat(polled.await(10, TimeUnit.SECONDS)).isTrue();
            waiting.cancel(true);
            waiter[0].join(10_000);
            assertThat(waiter[0].isAlive()).isFalse();
        }
    }

    @Test
    void anAbortedOperationHasNoResult() {
        respond("{\"state\": \"running\"}");
        JobService.Behaviour running = service.behaviour;
        AtomicInteger aborted = new AtomicInteger();
        service.behaviour = asked -> {
            if (asked.method().equals("DELETE")) {
                aborted.incrementAndGet();
                return Reply.status(202);
            }
            return asked.method().equals("GET") && aborted.get() > 0
                    ? Reply.json("{\"state\": \"cancelled\"}")
                    : running.reply(asked);
        };
        OperationHandle handle = export().abort(RequestTemplate.named("abort")
                        .delete("/exports/{{operation.id}}")
                        .build())
                .build()
                .start(connection, PILLS);
        assertThat(handle.abort()).isTrue();
        assertThat(failure(handle::await).reason()).isEqualTo(OperationFailure.ABORTED);
        assertThat(handle.abort()).isFalse();
        assertThat(aborted).hasValue(1);
    }

    private static OperationBuilder accepted() {
        return Operation.named("report").preset("accepted-location").start(post("/reports"));
    }

    @Test
    void aStatusUrlIsResolvedAndReceivesCredentials() {
        service.behaviour = asked -> asked.method().equals("POST")
                ? Reply.status(202).header("Location", "status/1?sig=a%20b")
                : Reply.json("{\"ok\": true}");
        assertThat(accepted().build().await(connection, PILLS).json().path("ok").asBoolean())
                .isTrue();
        Asked asked = service.requests.get(1);
        assertThat(asked.path() + "?" + asked.query()).isEqualTo("/status/1?sig=a%20b");
        assertThat(asked.header("Authorization")).contains("Bearer secret-token");
    }

    @Test
    void aStartThatEndsImmediatelyHasNoStatusRequest() {
        service.behaviour = asked -> Reply.json("{\"ok\": true}");
        assertThat(accepted().build().await(connection, PILLS).json().path("ok").asBoolean())
                .isTrue();
        assertThat(service.requests).hasSize(1);
    }

    @Test
    void aStatusUrlOnAnotherOriginIsRejectedUnlessItIsAllowed() {
        service.behaviour = asked -> Reply.status(202).header("Location", other.baseUrl() + "/status");
        other.behaviour = asked -> Reply.json("{\"ok\": true}");
        OperationException e = failure(() -> accepted().build().start(connection, PILLS));
        assertThat(e.reason()).isEqualTo(OperationFailure.FOREIGN_URL);
        assertThat(other.requests).isEmpty();
        assertThat(accepted()
                        .hosts("127.0.0.1")
                        .build()
                        .await(connection, PILLS)
                        .json()
                        .path("ok")
                        .asBoolean())
                .isTrue();
        assertThat(other.requests.get(0).header("Authorization")).isEmpty();
    }

    @Test
    void aResultUrlOnAnotherOriginReceivesNoCredentialsAndIsMasked(@TempDir Path directory) throws Exception {
        respond("{\"state\": \"finished\", \"url\": \"" + other.baseUrl() + "/file?signature=verysecret\"}");
        other.behaviour = asked -> Reply.json("id,name\n1,a\n").as("text/csv");
        OperationResult result = export().resultUrl("/url").build().await(connection, PILLS);
        Path file = directory.resolve("export.csv");
        result.download(file);
        assertThat(Files.readString(file)).isEqualTo("id,name\n1,a\n");
        assertThat(result.response().text()).contains("1,a");
        assertThat(other.requests)
                .allMatch(asked -> asked.header("Authorization").isEmpty());
        other.behaviour = asked -> Reply.status(403);
        OperationException e = failure(() -> result.download(file));
        assertThat(e.reason()).isEqualTo(OperationFailure.RESULT_EXPIRED);
        assertThat(e.toString() + e.getCause() + e.exchange().orElseThrow().asCurl())
                .doesNotContain("verysecret");
        assertThat(failure(result::response).reason()).isEqualTo(OperationFailure.RESULT_EXPIRED);
    }

    @Test
    void anExpiredUrlIsRequestedAgain() {
        AtomicInteger polls = new AtomicInteger();
        service.behaviour = asked -> asked.method().equals("POST")
                ? Reply.json("{\"id\": 7}")
                : asked.path().equals("/exports/7")
                        ? Reply.json("{\"state\": \"finished\", \"url\": \"/files/" + polls.incrementAndGet() + "\"}")
                        : asked.path().equals("/files/1") ? Reply.status(403) : Reply.json("[1]");
        OperationResult result = export().resultUrl("/url").build().await(connection, PILLS);
        assertThat(result.json()).hasSize(1);
        assertThat(service.paths()).endsWith("GET /files/1", "GET /exports/7", "GET /files/2");
    }

    @Test
    void recordsAreReadFromAllPagesAndUrls() {
        respond("{\"state\": \"finished\", \"urls\": [\"/a\", \"" + other.baseUrl() + "/b?x={{y}}\"]}");
        other.behaviour = asked -> Reply.json("{\"id\": 3}\n{\"id\": 4}\n").as("application/x-ndjson");
        JobService.Behaviour exports = service.behaviour;
        service.behaviour = asked -> asked.path().equals("/a")
                ? Reply.json("{\"id\": 1}\n{\"id\": 2}").as("application/octet-stream")
                : exports.reply(asked);
        OperationResult result = export().resultUrl("/urls")
                .resultRecords(RecordSelector.atRoot().as(RecordSelector.Format.JSON_LINES), Pagination.none())
                .build()
                .await(connection, PILLS);
        try (Stream<JsonNode> records = result.records()) {
            assertThat(records.map(record -> record.path("id").asInt())).containsExactly(1, 2, 3, 4);
        }
        assertThat(failure(result::response).reason()).isEqualTo(OperationFailure.NO_RESULT);
    }

    @Test
    void aResultRequestHasPages() {
        respond("{\"state\": \"finished\", \"table\": \"t1\"}");
        JobService.Behaviour exports = service.behaviour;
        service.behaviour = asked -> asked.path().equals("/exports/7/rows/t1")
                ? Reply.json(asked.query().contains("page=1") ? "[{\"id\": 1}]" : "[]")
                : exports.reply(asked);
        OperationResult result = export().result(get("/exports/{{operation.id}}/rows/{{status.table}}"))
                .resultRecords(RecordSelector.atRoot(), Pagination.pages("page"))
                .build()
                .await(connection, PILLS);
        assertThat(result.records()).hasSize(1);
    }

    @Test
    void uploadsFollowTheStart() {
        respond("{\"state\": \"finished\"}");
        OperationResult unused = export().upload(
                        RequestTemplate.named("put")
                                .put("/exports/{{operation.id}}/data")
                                .text("{{csv}}", "text/csv")
                                .build(),
                        post("/exports/{{operation.id}}/close"))
                .build()
                .await(connection, PILLS.and("csv", "a,b"));
        assertThat(service.paths())
                .containsExactly("POST /exports", "PUT /exports/7/data", "POST /exports/7/close", "GET /exports/7");
        assertThat(service.requests.get(1).body()).isEqualTo("a,b");
    }

    @Test
    void anotherProcessCanAttach() {
        respond("{\"state\": \"finished\"}");
        assertThat(export().build().attach(connection, PILLS, "7").await().id()).isEqualTo("7");
        assertThat(service.paths()).containsExactly("GET /exports/7");
    }

    @Test
    void anInterruptEndsTheWait() {
        respond("{\"state\": \"running\"}");
        OperationHandle handle = export().build().start(connection, PILLS);
        Thread.currentThread().interrupt();
        assertThatThrownBy(handle::await).isInstanceOf(ConnectorException.class);
        assertThat(Thread.interrupted()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"PT10M, PT1H", "PT10M, PT1M"})
    void closingTheConnectionEndsTheWaitAtOnce(Duration delay, Duration timeout) throws Exception {
        respond("{\"state\": \"running\"}");
        try (HttpConnection real = HttpConnection.named("Real")
                .baseUrl(service.baseUrl())
                .maxConnections(1)
                .build()) {
            OperationHandle handle = export().pollEvery(delay, delay).build().start(real, PILLS);
            List<CompletableFuture<Throwable>> waits = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                waits.add(CompletableFuture.supplyAsync(() -> catchThrowable(() -> handle.await(timeout))));
            }
            Thread.sleep(300);
            assertThat(waits).noneMatch(CompletableFuture::isDone);

            CompletableFuture.runAsync(real::close).join();

            for (CompletableFuture<Throwable> wait : waits) {
                assertThat(wait.get(5, TimeUnit.SECONDS))
                        .isExactlyInstanceOf(ConnectorException.class)
                        .hasMessage("Connection \"Real\" is closed");
            }
            assertThatThrownBy(() -> real.send(Request.get("/")))
                    .isExactlyInstanceOf(ConnectorException.class)
                    .hasMessage("Connection \"Real\" is closed");
            assertThatThrownBy(handle::await).hasMessage("Connection \"Real\" is closed");
            assertThatThrownBy(handle::status).hasMessage("Connection \"Real\" is closed");
        }
    }

    @Test
    void theTimeoutEndsAStatusRequestThatHangs() {
        CountDownLatch end = new CountDownLatch(1);
        service.behaviour = asked -> {
            if (asked.method().equals("POST")) {
                return Reply.json("{\"id\": 7}").with(202);
            }
            try {
                boolean unused = end.await(20, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return Reply.json("{\"state\": \"running\"}");
        };
        try (HttpConnection real =
                HttpConnection.named("Service").baseUrl(service.baseUrl()).build()) {
            long start = System.nanoTime();
            OperationHandle handle = export().build().start(real, PILLS);
            OperationException e = failure(() -> handle.await(Duration.ofSeconds(1)));
            assertThat(e.reason()).isEqualTo(OperationFailure.TIMED_OUT);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
        } finally {
            end.countDown();
        }
    }

    @Test
    void queriesOfTheResultAndOfItsRedirectsAreMasked() {
        String signed = "X-Amz-Date=20260101&X-Amz-Signature=abcdef0123456789";
        service.behaviour = asked -> switch (asked.path()) {
            case "/exports" -> Reply.json("{\"id\": 7}").with(202);
            case "/exports/7" -> Reply.json("{\"state\": \"finished\", \"url\": \"/file?token=0123456789abcdef\"}");
            case "/file" -> Reply.status(302).header("Location", "/bucket?" + signed);
            case "/bucket" -> Reply.status(302).header("Location", other.baseUrl() + "/region?" + signed);
            default -> Reply.status(404);
        };
        other.behaviour =
                asked -> Reply.json("{\"error\": \"not " + signed + "\"}").with(500);
        OperationResult result = export().resultUrl("/url").build().await(connection, PILLS);
        assertThatThrownBy(result::response).isInstanceOfSatisfying(StatusException.class, e -> {
            assertThat(e.toString()
                            + e.exchange().orElseThrow().asCurl()
                            + e.exchange().orElseThrow())
                    .contains("/region")
                    .doesNotContain("abcdef0123456789")
                    .doesNotContain("X-Amz-Signature");
            assertThat(e.exchange().orElseThrow().responseBody()).doesNotContain("abcdef0123456789");
        });
        service.behaviour = asked -> Reply.status(500);
        assertThatThrownBy(result::response)
                .isInstanceOfSatisfying(
                        StatusException.class,
                        e -> assertThat(e.toString()
                                        + e.exchange().orElseThrow().asCurl())
                                .contains("/file")
                                .doesNotContain("0123456789abcdef"));
    }
}
