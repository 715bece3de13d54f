package io.httpconnector.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.polling.MockService.MockResponse;
import io.httpconnector.polling.RecordSelector.Format;
import io.httpconnector.polling.Schedule.Misfire;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.trigger.TriggerEvent;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Definitions as JSON: the settings of a builder can be saved and read again. */
class DefinitionTest extends RecordServiceFixture {

    @Test
    void handWrittenDefinitionIsRead() {
        service.behaviour = asked -> MockResponse.json(Map.of(
                "items",
                asked.number("skip", 0) == 0 && asked.query().get("team").equals("blue")
                        ? List.of(Map.of("id", 1, "state", "open"), Map.of("id", 2, "state", "closed"))
                        : List.of()));
        JsonNode json = JsonSupport.parse("""
                {"request": {"name": "List", "method": "GET", "url": "/items", "query": [{"name": "team", "value": "{{team.name}}"}]},
                 "pills": {"team": {"name": "blue"}},
                 "records": {"path": "/items", "where": [{"field": "/state", "values": ["open"]}]},
                 "key": ["/id"],
                 "pagination": {"offset": {"query": "skip"}},
                 "startPosition": {"everything": true},
                 "schedule": {"every": "PT5M"}}""");
        try (PollingTrigger trigger = builder().definition(json).build()) {
            trigger.pollOnce();
        }
        assertThat(events).extracting(TriggerEvent::key).containsExactly("1");
    }

    static Stream<Arguments> definitions() {
        Cursor time = Cursor.timestamp("/t");
        return Stream.<UnaryOperator<PollingTriggerBuilder>>of(
                        b -> b.key("/a", "/b").version("/c"),
                        b -> b.wholeRecordAsKey(),
                        b -> b.key("/id").wholeRecordAsVersion("/views"),
                        b -> b.key("/id")
                                .pill("tenant", Map.of("id", 7))
                                .detectDeletions()
                                .conditionalRequests(),
                        b -> b.key("/id")
                                .records(RecordSelector.atRoot()
                                        .as(Format.JSON_LINES)
                                        .optional()),
                        b -> b.key("/id")
                                .records(RecordSelector.at("/a/*")
                                        .keyed("k")
                                        .expand("/x")
                                        .where("/s", "a", "b")
                                        .where("/t", "c")),
                        b -> b.key("/id").records(RecordSelector.atRoot().csv(';')),
                        b -> b.key("/id")
                                .pagination(Pagination.pages("p")
                                        .first(0)
                                        .size("s", 50)
                                        .endsWithShortPage()),
                        b -> b.key("/id")
                                .pagination(Pagination.offset(ParameterLocation.header("X-Start"))
                                        .total("/total")
                                        .maxPages(9)),
                        b -> b.key("/id")
                                .pagination(Pagination.cursor("after")
                                        .token("/next")
                                        .moreWhile("/more")),
                        b -> b.key("/id").pagination(Pagination.cursor("after").tokenHeader("X-Next")),
                        b -> b.key("/id").pagination(Pagination.cursor("after").tokenOfLastRecord("/id")),
                        b -> b.key("/id").pagination(Pagination.nextUrl("/next")),
                        b -> b.key("/id").pagination(Pagination.linkHeader().totalPages("/pages")),
                        b -> b.key("/id")
                                .cursor(time.sentAs("since")
                                        .format("yyyy-MM-dd")
                                        .zone(ZoneId.of("Europe/Berlin"))
                                        .resolution(Duration.ofDays(1))),
                        b -> b.key("/id")
                                .cursor(time.sentAs(ParameterLocation.header("X-Since"))
                                        .epochMillis()
                                        .lookback(Duration.ofHours(1))
                                        .settlingTime(Duration.ofSeconds(9))),
                        b -> b.key("/id")
                                .cursor(time.clientSide().epochSeconds().order(RecordOrder.DESCENDING)),
                        b -> b.key("/id")
                                .cursor(Cursor.number("/n")
                                        .sentAs("min")
                                        .lookback(100)
                                        .order(RecordOrder.ASCENDING)),
                        b -> b.key("/id").cursor(Cursor.opaque("/token").sentAs("token")),
                        b -> b.key("/id").pagination(Pagination.offset("skip").lastWhen("/isLast")),
                        b -> b.key("/id")
                                .cursor(Cursor.nextUrl("/@odata.deltaLink"))
                                .pagination(Pagination.nextUrl("/@odata.nextLink")),
                        b -> b.key("/id")
                                .cursor(time.windows(
                                        Duration.ofDays(1),
                                        ParameterLocation.query("from"),
                                        ParameterLocation.query("to")))
                                .startPosition(StartPosition.from(Instant.EPOCH)),
                        b -> b.key("/id").startPosition(StartPosition.last(10)),
                        b -> b.key("/id")
                                .request(get("/x/{{parent.id}}"))
                                .parents(ParentRecords.from(get("/parents"), RecordSelector.at("/v"), "/id")
                                        .pagination(Pagination.linkHeader())),
                        b -> b.key("/id").request(get("/x/{{parent}}")).parents(ParentRecords.of("a", 7)),
                        b -> b.key("/id")
                                .schedule(Schedule.every(Duration.ofMinutes(5))
                                        .jitter(Duration.ofSeconds(9))
                                        .startAfter(Duration.ofHours(1))
                                        .spread()),
                        b -> b.key("/id")
                                .schedule(Schedule.cron("0 6 * * *", ZoneId.of("UTC"))
                                        .misfire(Misfire.CATCH_UP)),
                        b -> b.key("/id")
                                .maxRememberedKeys(7)
                                .keyRetention(Duration.ofHours(1))
                                .maxDeadLetters(8)
                                .maxParents(9)
                                .maxInMemory(10))
                .map(step -> arguments(step));
    }

    @ParameterizedTest
    @MethodSource("definitions")
    void builderIsSavedAndReadWithoutLoss(UnaryOperator<PollingTriggerBuilder> step) {
        PollingTriggerBuilder builder = step.apply(builder().request(get("/records")));
        builder.build().close();
        JsonNode saved = JsonSupport.parse(builder.toJson().toString());

        PollingTriggerBuilder read = builder().definition(saved);

        read.build().close();
        assertThat(read.toJson().toString()).isEqualTo(saved.toString());
    }

    @Test
    void codeIsNotSavedSilently() {
        for (UnaryOperator<PollingTriggerBuilder> step : List.<UnaryOperator<PollingTriggerBuilder>>of(
                b -> b.records(RecordSelector.atRoot().where(item -> true)),
                b -> b.pagination(Pagination.pages("p").until(page -> true)),
                b -> b.pagination(Pagination.nextUrl(page -> Optional.empty())),
                b -> b.cursor(Cursor.nextUrl(page -> Optional.empty())),
                b -> b.cursor(Cursor.opaque(page -> Optional.empty()).sentAs("t")))) {
            PollingTriggerBuilder builder =
                    step.apply(builder().request(get("/records")).key("/id"));
            assertThatThrownBy(builder::toJson)
                    .isInstanceOf(InvalidDefinitionException.class)
                    .hasMessageContaining("it contains code, which cannot be saved");
        }
    }

    static Stream<Arguments> wrong() {
        return Stream.of(
                arguments("{\"keys\": [\"/id\"]}", "/keys: unknown member; did you mean \"key\"?"),
                arguments("[]", "definition: expected an object, found a list"),
                arguments(
                        "{\"pagination\": {\"offset\": {\"query\": \"o\"}, \"totl\": \"/t\"}}",
                        "/pagination/totl: unknown member; did you mean \"total\"?"),
                arguments(
                        "{\"pagination\": {\"offset\": {\"cookie\": \"o\"}}}",
                        "/pagination/offset/cookie: unknown member; known members are field, header, json,"
                                + " query, template"),
                arguments(
                        "{\"cursor\": {\"sentAs\": {\"query\": \"since\"}}}",
                        "/cursor: one of timestamp, number, opaque, nextUrl is required"),
                arguments(
                        "{\"cursor\": {\"nextUrl\": \"/d\", \"sentAs\": {\"query\": \"d\"}}}",
                        "/cursor/sentAs: sentAs: a URL is the complete request"),
                arguments(
                        "{\"cursor\": {\"timestamp\": \"/t\", \"zone\": \"Mars\"}}",
                        "/cursor/zone: \"Mars\" is not a time zone, such as Europe/Berlin"),
                arguments(
                        "{\"cursor\": {\"timestamp\": \"/t\", \"order\": \"UP\"}}",
                        "/cursor/order: \"UP\" is unknown; use one of ASCENDING, DESCENDING, NONE"),
                arguments(
                        "{\"schedule\": {\"every\": \"5m\"}}",
                        "/schedule/every: \"5m\" is not an ISO 8601 duration, such as PT5M"),
                arguments(
                        "{\"startPosition\": {\"from\": \"yesterday\"}}",
                        "/startPosition/from: \"yesterday\" is not an ISO 8601 instant, such as"
                                + " 2026-01-31T12:00:00Z"),
                arguments("{\"request\": {\"name\": \"x\"}}", "/request/method: missing"));
    }

    @ParameterizedTest
    @MethodSource("wrong")
    void problemsAreReported(String json, String message) {
        PollingTriggerBuilder builder =
                builder().request(get("/records")).key("/id").definition(JsonSupport.parse(json));

        assertThatThrownBy(builder::build)
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining(message);
    }

    private static RequestTemplate get(String url) {
        return RequestTemplate.named("List").get(url).build();
    }

    private PollingTriggerBuilder builder() {
        return PollingTrigger.named("records")
                .connection(connection)
                .store(StateStore.inMemory())
                .handler(events::add);
    }
}
