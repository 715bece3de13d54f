package io.httpconnector.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.FakeTime;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.StatusException;
import io.httpconnector.operation.JobService.Reply;
import io.httpconnector.operation.OperationException.OperationFailure;
import io.httpconnector.polling.Pagination;
import io.httpconnector.polling.RecordSelector;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.Pills;
import io.httpconnector.template.RequestTemplate;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that a result is complete or an exception, and that rejected requests have their reason. */
class OperationResultTest {

    private final JobService service = new JobService();
    private final HttpConnection connection = HttpConnection.named("Service")
            .baseUrl(service.baseUrl())
            .timeSource(new FakeTime())
            .build();

    @TempDir
    Path directory;

    @AfterEach
    void end() {
        connection.close();
        service.close();
    }

    private static OperationBuilder export() {
        return Operation.named("export")
                .start(RequestTemplate.named("start").post("/exports").build())
                .id("/id")
                .status(OperationTest.get("/exports/{{operation.id}}"))
                .state("/state")
                .running("running")
                .done("finished");
    }

    /** The service starts export 7, which has ended with this status, and has a file. */
    private void respond(String status) {
        service.behaviour = asked -> switch (asked.path()) {
            case "/exports" -> Reply.json("{\"id\": 7}").with(202);
            case "/exports/7" -> Reply.json(status);
            case "/file" ->
                asked.query().equals("page=2")
                        ? Reply.json("[{\"id\": 2}]")
                        : Reply.json("[{\"id\": 1}]")
                                .header("Link", "<" + service.baseUrl() + "/file?page=2>; rel=\"next\"");
            default -> Reply.status(404);
        };
    }

    private OperationResult result(OperationBuilder operation) {
        return operation.build().await(connection, Pills.none());
    }

    private static void assertFailure(ThrowingCallable call, OperationFailure reason, String... texts) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        OperationException.class, e -> assertThat(e.reason()).isEqualTo(reason))
                .hasMessageContainingAll(texts);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{\"state\": \"pending\"}"})
    void resultThatIsNotReadyIsAnError(String body) {
        service.behaviour = asked -> switch (asked.path()) {
            case "/exports" -> Reply.json("{\"id\": 7}").with(202);
            case "/exports/7" -> Reply.json("{\"state\": \"finished\", \"url\": \"/file\"}");
            default -> Reply.json(body).with(202);
        };
        OperationResult result = result(export().resultUrl("/url"));
        Path file = directory.resolve("export");

        assertFailure(result::text, OperationFailure.NO_RESULT, "status 202", "not ready");
        assertFailure(result::json, OperationFailure.NO_RESULT, "status 202", "not ready");
        assertFailure(() -> result.download(file), OperationFailure.NO_RESULT, "status 202", "not ready");
        assertThat(file).doesNotExist();
    }

    @Test
    void recordsWithoutAUrlAreAnError() {
        respond("{\"state\": \"finished\", \"url\": \"/file\"}");
        OperationResult result = result(export().resultUrl("/urll"));

        assertFailure(() -> result.records().toList(), OperationFailure.NO_RESULT, "no URL at /urll");
        assertFailure(result::text, OperationFailure.NO_RESULT, "no URL at /urll");
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "[]"})
    void aResultThatStatesNoUrlHasNoRecords(String urls) {
        respond("{\"state\": \"finished\", \"urls\": " + urls + "}");

        assertThat(result(export().resultUrl("/urls")).records()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[{\"href\": \"/file\"}]|an object at /urls/0",
                "[\"/file\", null]|null at /urls/1",
                "[\"/file\", \"\"]|an empty text at /urls/1",
                "[[\"/file\"]]|a list at /urls/0",
                "{\"href\": \"/file\"}|an object at /urls",
                "\" \"|an empty text at /urls"
            })
    void somethingElseInPlaceOfAUrlIsAnError(String urls, String problem) {
        respond("{\"state\": \"finished\", \"urls\": " + urls + "}");
        OperationResult result = result(export().resultUrl("/urls"));

        assertFailure(() -> result.records().toList(), OperationFailure.UNEXPECTED_RESPONSE, problem);
        assertFailure(result::text, OperationFailure.UNEXPECTED_RESPONSE, problem);
        assertFailure(() -> result.download(directory.resolve("file")), OperationFailure.UNEXPECTED_RESPONSE, problem);
    }

    @Test
    void onlyRecordsReadsAResultOfSeveralPages() {
        respond("{\"state\": \"finished\", \"url\": \"/file\"}");
        OperationResult result =
                result(export().resultUrl("/url").resultRecords(RecordSelector.atRoot(), Pagination.linkHeader()));
        Path file = directory.resolve("file");

        assertThat(result.records().map(record -> record.path("id").asInt())).containsExactly(1, 2);
        for (ThrowingCallable call :
                new ThrowingCallable[] {result::text, result::json, result::response, () -> result.download(file)}) {
            assertFailure(call, OperationFailure.NO_RESULT, "several pages", "records()");
        }
        assertThat(file).doesNotExist();
    }

    @Test
    void aResultOfOnePageIsReadByEachMethod() {
        respond("{\"state\": \"finished\", \"url\": \"/file?page=2\"}");
        OperationResult result =
                result(export().resultUrl("/url").resultRecords(RecordSelector.atRoot(), Pagination.linkHeader()));
        Path file = directory.resolve("file");

        assertThat(result.json().at("/0/id").asInt()).isEqualTo(2);
        assertThat(result.download(file).status()).isEqualTo(200);
        assertThat(file).hasContent("[{\"id\": 2}]");
    }

    @Test
    void theQueryOfAUrlToWhichTheResultRequestRedirectsIsMasked() {
        service.behaviour = asked -> switch (asked.path()) {
            case "/exports" -> Reply.json("{\"id\": 7}").with(202);
            case "/exports/7" -> Reply.json("{\"state\": \"finished\"}");
            case "/result" -> Reply.status(302).header("Location", "/signed?signature=abcdef0123456789");
            default -> Reply.status(403);
        };
        OperationResult result = result(export().result(OperationTest.get("/result")));

        assertFailure(result::text, OperationFailure.RESULT_EXPIRED, "/signed?***");
        assertThatThrownBy(result::text)
                .hasMessageNotContaining("abcdef")
                .satisfies(e -> assertThat(String.valueOf(e.getCause())).doesNotContain("abcdef"));
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 403, 404, 409, 422})
    void aRejectedStartHasItsReason(int status) {
        service.behaviour = asked -> Reply.status(status);

        assertFailure(() -> result(export()), OperationFailure.REJECTED, "was not started", "-> " + status);
        assertThatThrownBy(() -> result(export())).hasCauseInstanceOf(StatusException.class);
    }

    @Test
    void aStartThatMayHaveBeenExecutedIsNotRejected() {
        service.behaviour = asked -> Reply.status(500);

        assertThatThrownBy(() -> result(export())).isInstanceOf(StatusException.class);
    }

    @Test
    void aRejectedUploadHasTheIdOfTheOperation() {
        service.behaviour = asked -> asked.path().equals("/exports") ? Reply.json("{\"id\": 7}") : Reply.status(400);
        OperationBuilder operation = export().upload(
                        RequestTemplate.named("upload").put("/exports/7/data").build());

        assertThatThrownBy(() -> result(operation)).isInstanceOfSatisfying(OperationException.class, e -> {
            assertThat(e.reason()).isEqualTo(OperationFailure.REJECTED);
            assertThat(e.id()).contains("7");
        });
    }

    @Test
    void nothingIsSentIfALaterRequestLacksAValue() {
        respond("{\"state\": \"finished\"}");
        OperationBuilder operation = export().status(OperationTest.get("/regions/{{region}}/{{operation.id}}"));

        assertThatThrownBy(() -> result(operation))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("{{region}}");
        assertThat(service.requests).isEmpty();
    }

    @Test
    void aStatusRequestThatCannotBeCreatedIsNoRejection() {
        respond("{\"state\": \"finished\"}");
        OperationBuilder operation = export().value("region", "/region")
                .status(OperationTest.get("/regions/{{operation.region}}/{{operation.id}}"));

        assertFailure(() -> result(operation), OperationFailure.INVALID_REQUEST, "operation.region");
    }

    @ParameterizedTest
    @ValueSource(strings = {"accepted-location", "azure"})
    void anotherLocationInAStatusResponseIsUsedForTheNextOne(String preset) {
        Map<String, Reply> replies = Map.of(
                "/exports", Reply.status(202).header("Location", "/operations/1"),
                "/operations/1", Reply.status(202).header("Location", "/operations/2"),
                "/operations/2", Reply.status(202).header("Location", "/operations/3"),
                "/operations/3", Reply.json("{\"rows\": 3}"));
        service.behaviour = asked -> replies.getOrDefault(asked.path(), Reply.status(404));
        Operation operation = Operation.named("export")
                .preset(preset)
                .start(RequestTemplate.named("start").post("/exports").build())
                .build();

        assertThat(operation.await(connection, Pills.none()).json().at("/rows").asInt())
                .isEqualTo(3);
        try (DurableOperation runs =
                operation.durable(StateStore.inMemory()).connection(connection).build()) {
            JsonNode result = runs.await("1", Pills.none()).json();
            assertThat(result.at("/rows").asInt()).isEqualTo(3);
        }
        assertThat(Stream.of("1", "2", "3").map(id -> service.count("GET", "/operations/" + id)))
                .containsOnly(2L);
    }

    @Test
    void closingEndsTheCallsThatWait() throws Exception {
        respond("{\"state\": \"running\"}");
        try (HttpConnection real = HttpConnection.named("Service")
                        .baseUrl(service.baseUrl())
                        .build();
                DurableOperation runs = export().pollEvery(Duration.ofMinutes(5), Duration.ofMinutes(5))
                        .build()
                        .durable(StateStore.inMemory())
                        .connection(real)
                        .build()) {
            runs.start();
            runs.submit("1", Pills.none());
            CompletableFuture<OperationResult> waiting = runs.awaitAsync("1");
            while (service.count("GET", "/exports/7") == 0) {
                TimeUnit.MILLISECONDS.sleep(5);
            }
            CompletableFuture.runAsync(runs::close).join();

            assertThatThrownBy(() -> waiting.get(10, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .hasMessageContaining("was closed");
            assertThatThrownBy(() -> runs.await("1")).hasMessageContaining("was closed");
        }
    }
}
