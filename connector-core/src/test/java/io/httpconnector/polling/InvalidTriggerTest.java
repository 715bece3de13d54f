package io.httpconnector.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.RequestTemplate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Definitions that are rejected before any request is sent. */
class InvalidTriggerTest {

    private final HttpConnection connection =
            HttpConnection.named("Service").baseUrl("http://127.0.0.1:1").build();

    @AfterEach
    void end() {
        connection.close();
    }

    @Test
    void allMissingSettingsAreReported() {
        assertThatThrownBy(() -> PollingTrigger.named(" ").build())
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("id: it is missing")
                .hasMessageContaining("connection: it is missing")
                .hasMessageContaining("request: it is missing")
                .hasMessageContaining("key: it is missing: use key(\"/id\"), or wholeRecordAsKey()")
                .hasMessageContaining("store: it is missing: use StateStore.file(...), or StateStore.inMemory()")
                .hasMessageContaining("handler: it is missing");
    }

    static Stream<Arguments> bad() {
        Cursor time = Cursor.timestamp("/t");
        RequestTemplate with = get("/r?since={{cursor}}");
        return Stream.of(
                bad("key: contradictory", b -> b.wholeRecordAsKey()),
                bad("\"id\" is not a JSON pointer", b -> b.key("id")),
                bad("version: contradictory", b -> b.version("/v").wholeRecordAsVersion()),
                bad("version: the whole record cannot be ignored", b -> b.wholeRecordAsVersion("")),
                bad("no pill {{cursor}}, so that the value would not be sent", b -> b.cursor(time)),
                bad("no pill {{page.number}}", b -> b.pagination(Pagination.pages(ParameterLocation.template()))),
                bad("no pill {{window.from}}", b -> b.cursor(time.windows(Duration.ofHours(1)))),
                bad("a token must be sent", b -> b.cursor(Cursor.opaque("/next").clientSide())),
                bad(
                        "pagination: it cannot be combined with the URL of the cursor",
                        b -> b.cursor(Cursor.nextUrl("/delta")).pagination(Pagination.pages("page"))),
                bad("the pill {{cursor}} has no value", b -> b.request(with).cursor(Cursor.nextUrl("/delta"))),
                bad("pagination: the token is not defined", b -> b.pagination(Pagination.cursor("after"))),
                bad(
                        "has a query parameter \"page\" already",
                        b -> b.request(get("/r?page=7")).pagination(Pagination.pages("page"))),
                bad(
                        "the body is not a JSON object",
                        b -> b.request(RequestTemplate.named("r")
                                        .post("/r")
                                        .field("a", "b")
                                        .build())
                                .pagination(Pagination.offset(ParameterLocation.json("/offset")))),
                bad("the pill {{cursor}} has no value", b -> b.request(with)),
                bad(
                        "the pill {{tenant.id}} has no value: use pill(\"tenant\", value)",
                        b -> b.request(get("/r/{{tenant.id}}"))),
                bad("the request has no pill {{parent}}", b -> b.parents(ParentRecords.of("a"))),
                bad(
                        "detectDeletions: deletions are detected by comparing",
                        b -> b.request(with).cursor(time).detectDeletions()),
                bad("from(time) needs a timestamp cursor", b -> b.startPosition(StartPosition.from(Instant.EPOCH))),
                bad(
                        "windows need a start",
                        b -> b.cursor(time.windows(
                                        Duration.ofHours(1),
                                        ParameterLocation.query("from"),
                                        ParameterLocation.query("to")))
                                .startPosition(StartPosition.everything())),
                bad("an interval of PT0.5S is too short: use at least PT1S", b -> b.every(Duration.ofMillis(500))),
                bad("minInterval: use more than zero", b -> b.minInterval(Duration.ZERO)),
                bad("an interval of PT-1S", b -> b.every(Duration.ofSeconds(-1))),
                bad("maxRememberedKeys: 0 is out of range", b -> b.maxRememberedKeys(0)),
                bad("maxParents: -1 is out of range", b -> b.maxParents(-1)),
                bad("listener: it is null", b -> b.listener(null)),
                bad("the handler is null", b -> b.handler(null)));
    }

    private static Arguments bad(String message, UnaryOperator<PollingTriggerBuilder> step) {
        return arguments(message, step);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("bad")
    void invalidDefinitionIsRejected(String message, UnaryOperator<PollingTriggerBuilder> step) {
        PollingTriggerBuilder builder = PollingTrigger.named("records")
                .connection(connection)
                .request(get("/r"))
                .key("/id")
                .store(StateStore.inMemory())
                .handler(event -> {});
        try (PollingTrigger good = builder.build()) {
            assertThat(good).hasToString("\"records\": \"List\" GET of \"Service\" at http://127.0.0.1:1");
        }

        assertThatThrownBy(() -> step.apply(builder).build())
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageStartingWith("Invalid trigger \"records\"")
                .hasMessageContaining(message);
    }

    @Test
    void invalidCursorsAndPaginationsAreRejected() {
        assertThatThrownBy(() -> Cursor.timestamp("t")).hasMessageContaining("is not a JSON pointer");
        assertThatThrownBy(() -> Cursor.timestamp("/t").format("yyyy-QQ-@{"))
                .hasMessageContaining("is not a valid date pattern");
        assertThatThrownBy(() -> Cursor.timestamp("/t").lookback(Duration.ofDays(400)))
                .hasMessageContaining("a lookback of");
        assertThatThrownBy(() -> Cursor.timestamp("/t").resolution(Duration.ZERO))
                .hasMessageContaining("at least 1 ns");
        assertThatThrownBy(() -> Cursor.number("/n").settlingTime(Duration.ofSeconds(1)))
                .hasMessageContaining("for a timestamp");
        assertThatThrownBy(() -> Cursor.number("/n").lookback(-1)).hasMessageContaining("at least 0");
        assertThatThrownBy(() -> Cursor.number("/n").epochMillis()).hasMessageContaining("only timestamps");
        assertThatThrownBy(() -> Pagination.pages("p").size("s", 0)).hasMessageContaining("at least 1");
        assertThatThrownBy(() -> Pagination.pages("p").token("/t")).hasMessageContaining("only Pagination.cursor(...)");
        assertThatThrownBy(() -> Pagination.pages("p").maxPages(0)).hasMessageContaining("use 1 to 100000");
        assertThatThrownBy(() -> Pagination.pages(" ")).hasMessageContaining("the name is empty");
        assertThatThrownBy(() -> StartPosition.last(0)).hasMessageContaining("use 1 to 10000");
        assertThatThrownBy(() -> PollingEngine.create(0)).hasMessageContaining("use 1 to 10000");
    }

    @Test
    void nullArgumentsAreReported() {
        Cursor time = Cursor.timestamp("/t");
        List<ThrowingCallable> nulls = List.of(
                () -> time.sentAs((ParameterLocation) null),
                () -> time.zone(null),
                () -> time.order(null),
                () -> time.format(null),
                () -> time.windows(Duration.ofDays(1), null, null),
                () -> Pagination.pages((ParameterLocation) null),
                () -> Pagination.offset((ParameterLocation) null),
                () -> Pagination.cursor((ParameterLocation) null),
                () -> Pagination.nextUrl((String) null),
                () -> Pagination.cursor("c").tokenHeader(null),
                () -> Pagination.pages("p").until(null),
                () -> Pagination.pages("p").size((ParameterLocation) null, 1),
                () -> ParameterLocation.query(null),
                () -> Schedule.every(null),
                () -> Schedule.every(Duration.ofDays(1)).misfire(null),
                () -> RecordSelector.at(null),
                () -> RecordSelector.atRoot().as(null),
                () -> ParentRecords.of("a").pagination(null),
                () -> ParentRecords.from(null, null, "/id"),
                () -> StartPosition.from(null),
                () -> StateStore.file(null));
        for (ThrowingCallable one : nulls) {
            assertThatThrownBy(one).isInstanceOf(InvalidDefinitionException.class);
        }
        assertThatThrownBy(() -> PollingTrigger.named(null)
                        .records(null)
                        .pagination(null)
                        .cursor(null)
                        .startPosition(null)
                        .minInterval(null)
                        .definition(null)
                        .build())
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("records, pagination or startPosition is null");
    }

    private static RequestTemplate get(String url) {
        return RequestTemplate.named("List").get(url).build();
    }
}
