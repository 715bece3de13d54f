package io.httpconnector.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.polling.MockService.MockRequest;
import io.httpconnector.polling.MockService.MockResponse;
import io.httpconnector.template.RequestTemplate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Tokens, end conditions, cursors and filters that are expressions of the template language. */
@Timeout(60)
class ExpressionTest extends RecordServiceFixture {

    private static MockResponse json(String text) {
        return MockResponse.of("application/json", text.replace('\'', '"'));
    }

    private List<String> keys(PollingTriggerBuilder builder) {
        events.clear();
        try (PollingTrigger trigger = builder.build()) {
            trigger.pollOnce();
        }
        return events.stream().map(event -> event.key()).toList();
    }

    private List<String> queries(String name) {
        List<String> values = new ArrayList<>();
        service.requests.forEach(asked -> values.add(asked.query().get(name)));
        return values;
    }

    /** Three pages of two records each; each page has its number, that of all pages, and a link. */
    private static MockResponse page(MockRequest asked) {
        int page = asked.number("p", 1);
        return json("{'items': [{'id': " + (page * 2 - 1) + "}, {'id': " + page * 2 + "}], 'page': " + page
                        + ", 'pages': 3, 'links': {'next': '" + (page < 3 ? "https://x/y?p=" + (page + 1) : "") + "'}}")
                .header("X-Page", page + " of 3");
    }

    static Stream<Pagination> paginations() {
        Pagination byNumber = Pagination.pages("p");
        return Stream.of(
                Pagination.cursor("p")
                        .token("{{response.page | plus(1)}}")
                        .lastWhen("{{response.page | equals(response.pages)}}"),
                Pagination.cursor("p").token("{{response.links.next | match('p=([0-9]+)')}}"),
                Pagination.cursor("p")
                        .token("{{page.total | plus(2)}}")
                        .token("{{response.page | plus(1)}}")
                        .moreWhile("{{page.total | lessThan(6)}}"),
                byNumber.lastWhen("{{headers[\"x-page\"] | equals('3 of 3')}}"),
                byNumber.lastWhen("{{lastRecord.id | greaterThan(5)}}"),
                byNumber.moreWhile("{{page.number | lessThan(response.pages)}}"),
                byNumber.total("{{response.pages | plus(3)}}"),
                byNumber.lastWhen("{{page.count | equals(2)}}").first(3));
    }

    @ParameterizedTest
    @MethodSource("paginations")
    void pagesByExpression(Pagination pagination) {
        service.behaviour = ExpressionTest::page;
        PollingTriggerBuilder builder =
                trigger().records(RecordSelector.at("/items")).pagination(pagination);
        boolean isLastOnly = pagination.limits().first() == 3;

        assertThat(keys(builder))
                .containsExactlyElementsOf(isLastOnly ? List.of("5", "6") : List.of("1", "2", "3", "4", "5", "6"));
        JsonNode written = builder.toJson();
        assertThat(PollingTrigger.named("t").definition(written).toJson()).isEqualTo(written);
    }

    /** A response that is one record has its token inside of it. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                 | /next          | {'id': %1$d, 'next': %2$s}
                 | /meta/next     | {'id': %1$d, 'meta': {'next': %2$s}}
        /data    | /data/next     | {'data': {'id': %1$d, 'next': %2$s}}
        /data/it | /data/it/next  | {'data': {'it': {'id': %1$d, 'next': %2$s}}}
        /data    | {{response.data.next}} | {'data': {'id': %1$d, 'next': %2$s}}
        /data    | {{lastRecord.next}}    | {'data': [{'id': %1$d, 'next': %2$s}]}
        """)
    void tokenInsideTheRecord(String records, String token, String body) {
        service.behaviour = asked -> {
            int page = asked.number("p", 1);
            return json(String.format(body, page, page < 3 ? "'" + (page + 1) + "'" : "null"));
        };

        assertThat(keys(trigger()
                        .records(records == null ? RecordSelector.atRoot() : RecordSelector.at(records))
                        .pagination(Pagination.cursor("p").token(token))))
                .containsExactly("1", "2", "3");
    }

    @Test
    void tokenThatIsAnObjectIsSentAsJson() {
        service.behaviour = ExpressionTest::pageByObject;

        assertThat(keys(trigger()
                        .records(RecordSelector.at("/items"))
                        .request(RequestTemplate.named("List")
                                .post("/records")
                                .json(Map.of("limit", 1))
                                .build())
                        .pagination(Pagination.cursor(ParameterLocation.json("/start"))
                                .token("/last"))))
                .containsExactly("1", "2", "3");
        assertThat(service.requests)
                .extracting(MockRequest::body)
                .containsExactly(
                        "{\"limit\":1}",
                        "{\"limit\":1,\"start\":{\"id\":1,\"shard\":\"a\"}}",
                        "{\"limit\":1,\"start\":{\"id\":2,\"shard\":\"a\"}}");
    }

    @Test
    void partsOfATokenThatIsAnObjectAreSentByTheTemplate() {
        service.behaviour = ExpressionTest::pageByObject;

        assertThat(keys(trigger()
                        .records(RecordSelector.at("/items"))
                        .request(RequestTemplate.named("List")
                                .get("/records")
                                .query("id", "{{page.cursor.id | omit}}")
                                .query("shard", "{{page.cursor.shard | omit}}")
                                .build())
                        .pagination(
                                Pagination.cursor(ParameterLocation.template()).token("{{response.last}}"))))
                .containsExactly("1", "2", "3");
        assertThat(queries("shard")).containsExactly(null, "a", "a");
    }

    private static MockResponse pageByObject(MockRequest asked) {
        int page = asked.body().contains("\"id\":1") || "1".equals(asked.query().get("id"))
                ? 2
                : asked.body().contains("\"id\":2") || "2".equals(asked.query().get("id")) ? 3 : 1;
        return json("{'items': [{'id': " + page + "}]"
                + (page < 3 ? ", 'last': {'id': " + page + ", 'shard': 'a'}" : "") + "}");
    }

    @Test
    void tokenThatIsAnObjectCannotBeAQueryParameter() {
        service.behaviour = ExpressionTest::pageByObject;

        assertThatThrownBy(() -> keys(trigger()
                        .records(RecordSelector.at("/items"))
                        .pagination(Pagination.cursor("start").token("/last"))))
                .hasMessageContaining("Expected a token or URL, found an object or a list");
    }

    @Test
    void urlOfTheNextPageByExpression() {
        service.behaviour = ExpressionTest::page;

        assertThat(keys(trigger()
                        .records(RecordSelector.at("/items"))
                        .pagination(Pagination.nextUrl("{{response.links.next | match('[?].*')}}"))))
                .containsExactly("1", "2", "3", "4", "5", "6");
    }

    @Test
    void recordsByExpressionOverTheirPage() {
        service.behaviour = asked -> {
            int page = asked.number("p", 1);
            return json(String.format(
                            "{'items': [{'id': 'a%1$d', 'account': 'x'}, {'id': 'b%1$d', 'account': 'y'}]}", page))
                    .header("X-Account", "y");
        };

        assertThat(keys(trigger()
                        .records(RecordSelector.at("/items")
                                .where("{{record.account | equals(headers[\"x-account\"])}}")
                                .where("{{status | equals(200)}}")
                                .where("{{page.number | lessThan(3)}}"))
                        .pagination(Pagination.pages("p").lastWhen("{{page.number | equals(3)}}"))))
                .containsExactly("b1", "b2");
    }

    @Test
    void recordsByExpression() {
        service.behaviour = asked -> json("[{'id': 1, 'type': 'a', 'n': 5}, {'id': 2, 'type': 'b', 'n': 10},"
                + " {'id': 3, 'n': 11}, {'id': 4, 'type': 'c', 'n': '12'}]");

        assertThat(keys(trigger().records(RecordSelector.atRoot().where("{{record.type | equals('a') | not}}"))))
                .containsExactly("2", "4");
        assertThat(keys(trigger()
                        .records(RecordSelector.atRoot()
                                .where("{{record.n | greaterThan(9)}}")
                                .where("{{record.type | default('') | equals('a', 'b', '')}}"))))
                .containsExactly("2", "3");
    }

    @Test
    void cursorOfTwoFields() {
        service.behaviour = asked -> json("[{'id': 1, 'day': '2026-01-01', 'time': '10:00:00'},"
                + " {'id': 2, 'day': '2026-01-02', 'time': '09:30:00'}]");
        try (PollingTrigger trigger = trigger()
                .cursor(Cursor.timestamp("{{record.day}}T{{record.time}}Z").sentAs("since"))
                .build()) {
            trigger.pollOnce();
            trigger.pollOnce();
        }

        assertThat(events).hasSize(2);
        assertThat(queries("since")).containsExactly(null, "2026-01-02T09:29:59Z");
    }

    static Stream<Arguments> wrong() {
        return Stream.of(
                Arguments.of(
                        "{'pagination': {'cursor': {'query': 'c'}, 'token': '{{respnse.x}}'}}",
                        "did you mean \"response\""),
                Arguments.of(
                        "{'pagination': {'cursor': {'query': 'c'}, 'token': '{{record.x}}'}}",
                        "\"record\" is unknown here"),
                Arguments.of(
                        "{'pagination': {'pages': {'query': 'c'}, 'lastWhen': '{{response.x | equal(1)}}'}}",
                        "did you mean \"equals\""),
                Arguments.of("{'pagination': {'pages': {'query': 'c'}, 'lastWhen': '{{response.x'}}", "not closed"),
                Arguments.of("{'cursor': {'timestamp': '{{response.x}}'}}", "\"response\" is unknown here"),
                Arguments.of("{'records': {'where': [{'expression': 'x'}]}}", "/records/where"),
                Arguments.of(
                        "{'records': {'where': [{'expression': '{{record.x | not}}', 'values': ['a']}]}}",
                        "contradicts expression"));
    }

    @ParameterizedTest
    @MethodSource("wrong")
    void invalidExpressionIsAProblemOfTheDefinition(String json, String problem) {
        PollingTriggerBuilder builder =
                trigger().definition(JsonSupport.parse(json.replace('\'', '"').replace("equal(1)", "equal(1)")));

        assertThatThrownBy(builder::build).hasMessageContaining(problem);
    }

    @Test
    void valueThatAFilterRejectsIsAnErrorOfThePoll() {
        service.behaviour = ExpressionTest::page;

        assertThatThrownBy(() -> keys(trigger()
                        .records(RecordSelector.at("/items"))
                        .pagination(Pagination.pages("p").lastWhen("{{response.links | equals(1)}}"))))
                .isInstanceOf(PollingException.class)
                .hasMessageContaining("{{response.links | equals(1)}}")
                .hasMessageContaining("is an object");
    }
}
