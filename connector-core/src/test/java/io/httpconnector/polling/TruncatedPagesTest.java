package io.httpconnector.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.Request;
import io.httpconnector.polling.MockService.MockRequest;
import io.httpconnector.polling.MockService.MockResponse;
import io.httpconnector.polling.PollingException.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Responses without a list of records do not end the pages in silence. Two records per page. */
@Timeout(60)
class TruncatedPagesTest extends RecordServiceFixture {

    private static final Pagination PAGES = Pagination.pages("page");
    private static final RecordSelector ITEMS = RecordSelector.at("/items");

    private final List<String> read = new ArrayList<>();

    private void read(RecordSelector records, Pagination pagination) {
        try (Stream<RecordPage> pages =
                PagedRequest.of(Request.get("/records"), records, pagination).pages(connection)) {
            pages.forEach(page ->
                    page.records().forEach(record -> read.add(record.path("id").asText())));
        }
    }

    private void poll(RecordSelector records, Pagination pagination) {
        try (PollingTrigger trigger =
                trigger().records(records).pagination(pagination).build()) {
            trigger.pollOnce();
        }
    }

    private static void assertUnexpected(ThrowingCallable code, String... words) {
        assertThatThrownBy(code)
                .isInstanceOfSatisfying(
                        PollingException.class, e -> assertThat(e.reason()).isEqualTo(Reason.UNEXPECTED_RESPONSE))
                .hasMessageContainingAll(words);
    }

    private static MockResponse page(int number) {
        return number > 3
                ? MockResponse.json(Map.of("items", List.of()))
                : MockResponse.json(Map.of("items", List.of(Map.of("id", number * 10), Map.of("id", number * 10 + 1))))
                        .header("Link", number < 3 ? "</records?page=" + (number + 1) + ">; rel=\"next\"" : "<x>");
    }

    private void respondAtPage(int bad, int status, String type, String body) {
        service.behaviour = asked -> asked.number("page", 1) == bad
                ? new MockResponse(status, type, Map.of(), body)
                : page(asked.number("page", 1));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "200 | application/json | ~~              | an empty body",
                "200 | application/json | ~ ~             | an empty body",
                "200 | text/csv         | ~~              | an empty body",
                "200 | application/xml  | ~~              | an empty body",
                "205 | application/json | ~~              | an empty body",
                "202 | application/json | ~~              | an empty body",
                "202 | application/json | {\"items\": []} | no records"
            })
    void responseWithoutAListIsAnErrorOnEachPage(int status, String type, String body, String problem) {
        for (int page = 1; page <= 3; page++) {
            String[] words = {"page " + page + " has the status " + status + " and " + problem, "optional()"};
            respondAtPage(page, status, type, body);
            read.clear();
            assertUnexpected(() -> read(ITEMS, PAGES), words);
            assertThat(read).hasSize((page - 1) * 2);
            assertUnexpected(() -> read(ITEMS, Pagination.linkHeader()), words);
            if (page > 1) {
                assertUnexpected(() -> poll(ITEMS, PAGES), words);
                assertUnexpected(() -> poll(ITEMS, Pagination.linkHeader()), words);
            }
        }
    }

    /** Its cursor would move past the records of the pages that were not read. */
    @Test
    void pollWithNewestFirstReadsAllPagesWhenTheyAreThere() {
        service.behaviour = asked -> asked.number("page", 1) == 2 ? MockResponse.of("text/plain", "") : newest(asked);
        try (PollingTrigger trigger = trigger()
                .records(ITEMS)
                .pagination(PAGES)
                .cursor(Cursor.number("/id").order(RecordOrder.DESCENDING).clientSide())
                .build()) {
            assertUnexpected(trigger::pollOnce, "page 2");
            service.behaviour = TruncatedPagesTest::newest;
            trigger.pollOnce();
        }
        assertThat(events).extracting(event -> event.key()).containsOnlyOnce("10", "11", "20", "21", "30", "31");
    }

    private static MockResponse newest(MockRequest asked) {
        int page = asked.number("page", 1);
        return page > 3 ? page(page) : page(4 - page);
    }

    @Test
    void firstPageOfAPollWithoutBodyHasNoNewRecords() {
        respondAtPage(1, 200, "application/json", "");
        poll(ITEMS, PAGES);
        assertThat(events).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"204, false, application/json", "200, true, application/json", "200, false, application/x-ndjson"})
    void emptyPageByDeclaration(int status, boolean isOptional, String type) {
        respondAtPage(3, status, type, "");
        read(isOptional ? ITEMS.optional() : ITEMS, PAGES);
        poll(isOptional ? ITEMS.optional() : ITEMS, PAGES);
        assertThat(read).containsExactly("10", "11", "20", "21");
        assertThat(events).hasSize(4);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "/items   | {'items': 'Rate limit exceeded'} | a text",
                "/items   | {'items': 7}      | a number",
                "/items   | {'items': false}  | true or false",
                "/items   | {'items': ' '}    | a blank text",
                "/a/items | {'a': {'items': 'x'}}    | a text",
                "/0       | ['x']             | a text",
                "~~       | 'x'               | a text at the root"
            })
    void scalarInPlaceOfTheListIsAnError(String path, String body, String problem) {
        RecordSelector records = path.isEmpty() ? RecordSelector.atRoot() : RecordSelector.at(path);
        service.behaviour = asked -> MockResponse.of("application/json", body.replace('\'', '"'));

        String[] words = problem.replace("text at", "text in place of the list of records at")
                .split(" at ", -1);
        assertUnexpected(() -> read(records, Pagination.none()), words);
        assertUnexpected(() -> poll(records, Pagination.none()), words);
        assertUnexpected(() -> read(records.keyed("id"), Pagination.none()), words);
        if (!problem.equals("a blank text")) {
            assertUnexpected(() -> read(records.optional(), Pagination.none()), words);
        }
        assertThat(read).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "/items     | application/json     | {'items': ['a', 'b']}",
                "/r/*       | application/json     | {'r': {'x': 'a', 'y': 'b'}}",
                "/r/*/name  | application/json     | {'r': [{'name': 'a'}, {'name': 'b'}]}",
                "/name      | application/x-ndjson | {'name': 'a'} {'name': 'b'}"
            })
    void scalarElementsAreRecords(String path, String type, String body) {
        service.behaviour = asked -> MockResponse.of(type, body.replace('\'', '"'));

        assertThat(PagedRequest.of(Request.get("/records"), RecordSelector.at(path), Pagination.none())
                        .records(connection)
                        .map(record -> record.asText()))
                .containsExactly("a", "b");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/item       | <Error><Code>Throttled</Code></Error>",
                "/item       | <?xml version='1.0'?><!-- <item/> --><s:Fault xmlns:s='x'><Code>1</Code></s:Fault>",
                "/item       | <html xmlns='http://www.w3.org/1999/xhtml'><body>Login</body></html>",
                "/item       | <response><error code='7'>quota</error></response>",
                "/Body/R/Items/Item | <Envelope><Body><Fault><faultcode>1</faultcode></Fault></Body></Envelope>",
                "/items/item | <response><status>busy</status></response>"
            })
    void xmlDocumentThatIsNoListIsAnError(String path, String body) {
        service.behaviour = asked -> MockResponse.of("application/xml", body);
        RecordSelector records = RecordSelector.at(path);

        assertUnexpected(() -> read(records, Pagination.none()), "there is no", path);
        assertUnexpected(() -> poll(records, PAGES), "there is no", path);
        read(records.optional(), Pagination.none());
        assertThat(read).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/item       | <items/>",
                "/item       | <items count='0'/>",
                "/item       | <items><total>0</total><error>0</error><errors count='0'/></items>",
                "/entry      | <feed><title>News</title><updated>2026-01-01</updated></feed>",
                "/items/item | <r/>",
                "/items/item | <r><items/></r>",
                "/items/item | <r><total>0</total><items count='0'><error>x</error></items></r>"
            })
    void xmlDocumentWithoutRecordsIsAnEmptyList(String path, String body) {
        service.behaviour = asked -> MockResponse.of("application/xml", body);

        read(RecordSelector.at(path), Pagination.none());
        poll(RecordSelector.at(path), PAGES);
        assertThat(read).isEmpty();
    }

    @Test
    void linesWithoutTheRecordAreAnError() {
        RecordSelector records = RecordSelector.at("/record");
        service.behaviour = asked -> MockResponse.of("application/x-ndjson", "{\"error\": \"quota exceeded\"}\n");

        assertUnexpected(() -> read(records, Pagination.none()), "there is nothing at \"/record\"");
        assertUnexpected(() -> poll(records, Pagination.none()), "there is nothing at \"/record\"");
        service.behaviour = asked ->
                MockResponse.of("application/x-ndjson", "{\"meta\": 1}\n{\"record\": {\"id\": 1}}\n{\"meta\": 2}\n");
        read(records, Pagination.none());
        assertThat(read).containsExactly("1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"total", "totalPages"})
    void xmlDocumentWithoutRecordsAndTotalIsAnError(String member) {
        Pagination pages = member.equals("total") ? PAGES.total("/total") : PAGES.totalPages("/totalPages");
        service.behaviour = asked -> MockResponse.of("text/xml", "<r><message>Throttled</message></r>");

        assertUnexpected(() -> read(RecordSelector.at("/item"), pages), "neither records nor the total", "optional()");
        service.behaviour = asked -> MockResponse.of("text/xml", "<r><" + member + ">0</" + member + "></r>");
        read(RecordSelector.at("/item"), pages);
        assertThat(read).isEmpty();
    }

    static Stream<Arguments> wrongTokens() {
        return Stream.of(
                Arguments.of(Pagination.cursor("c").tokenOfLastRecord("/idd"), "\"/idd\"", "did you mean \"/id\"?"),
                Arguments.of(Pagination.cursor("c").tokenOfLastRecord("/none"), "\"/none\"", "end condition"),
                Arguments.of(
                        Pagination.cursor("c").tokenOfLastRecord("/meta/Cursor"),
                        "\"/meta/Cursor\"",
                        "/meta/cursor\"?"),
                Arguments.of(Pagination.cursor("c").tokenOfLastRecord("/blank"), "\"/blank\"", "end condition"),
                Arguments.of(
                        Pagination.cursor("c").token("{{lastRecord.idd}}"),
                        "{{lastRecord.idd}}",
                        "did you mean \"lastRecord.id\"?"),
                Arguments.of(Pagination.nextUrl("?c={{lastRecord.idd}}"), "lastRecord.idd", "lastRecord.id\"?"));
    }

    private static MockResponse keyset(MockRequest asked) {
        int from = asked.number("c", 0);
        List<Map<String, Object>> items = new ArrayList<>();
        for (int id = from + 1; id <= Math.min(5, from + 2); id++) {
            items.add(Map.of("id", id, "blank", "", "meta", Map.of("cursor", id)));
        }
        return MockResponse.json(Map.of("items", items, "more", from + 2 < 5));
    }

    @ParameterizedTest
    @MethodSource("wrongTokens")
    void lastRecordWithoutTheTokenIsAnError(Pagination pagination, String location, String advice) {
        service.behaviour = TruncatedPagesTest::keyset;

        assertUnexpected(() -> read(ITEMS, pagination), "last record of page 1 has no value at", location, advice);
        assertUnexpected(() -> poll(ITEMS, pagination), "last record of page 1 has no value at", location, advice);
    }

    @Test
    void lastRecordWithoutTheTokenOnTheLastPageIsNoErrorByAnEndCondition() {
        service.behaviour = TruncatedPagesTest::keyset;

        read(ITEMS, Pagination.cursor("c").tokenOfLastRecord("/id"));
        assertThat(read).containsExactly("1", "2", "3", "4", "5");
        read.clear();
        service.behaviour = asked -> MockResponse.json(Map.of("items", List.of(Map.of("name", "a")), "more", false));
        read(ITEMS, Pagination.cursor("c").tokenOfLastRecord("/id").moreWhile("/more"));
        assertThat(read).hasSize(1);
        service.behaviour = asked -> MockResponse.json(Map.of("items", List.of()));
        read(ITEMS, Pagination.cursor("c").tokenOfLastRecord("/id"));
        assertThat(read).hasSize(1);
    }

    static Stream<Pagination> totals() {
        return Stream.of(
                PAGES.total("/total"),
                Pagination.offset("skip").total("/total"),
                Pagination.cursor("c").token("/next").total("/total"),
                Pagination.nextUrl("/url").total("{{response.total}}"));
    }

    /** Such as the number of pages, or of the groups that contain the records. */
    @ParameterizedTest
    @MethodSource("totals")
    void totalBelowTheRecordsOfPageOneIsAnError(Pagination pagination) {
        service.behaviour = asked -> MockResponse.json(Map.of(
                "items",
                List.of(Map.of("id", 1), Map.of("id", 2), Map.of("id", 3)),
                "total",
                2,
                "next",
                "x",
                "url",
                "?x"));

        assertUnexpected(() -> read(ITEMS, pagination), "states 2 records", "page 1 has 3");
        assertUnexpected(() -> poll(ITEMS, pagination), "states 2 records", "page 1 has 3");
        assertThat(read).isEmpty();
    }

    /** Records may be deleted while the pages are read. */
    @Test
    void totalMayShrinkOnLaterPages() {
        service.behaviour = asked -> {
            int page = asked.number("page", 1);
            return MockResponse.json(Map.of(
                    "items",
                    List.of(Map.of("id", page * 10), Map.of("id", page * 10 + 1)),
                    "total",
                    page == 1 ? 4 : 3));
        };

        read(ITEMS, PAGES.total("/total"));
        assertThat(read).hasSize(4);
    }

    /** Three orders, each with two lines, of which the second has none; a page has one order. */
    private static MockResponse orders(MockRequest asked) {
        int offset = asked.number("offset", 0);
        List<Object> lines =
                offset == 1 ? List.of() : List.of(Map.of("id", offset * 10), Map.of("id", offset * 10 + 1));
        List<Object> orders = offset > 2 ? List.of() : List.of(Map.of("lines", lines));
        return MockResponse.json(Map.of("orders", orders, "total", 3, "pages", 2.5));
    }

    private static Stream<Pagination> offsets() {
        Pagination offset = Pagination.offset("offset");
        return Stream.of(offset, offset.total("/total"), offset.totalPages("/pages"), offset.endsWithShortPage(1));
    }

    @ParameterizedTest
    @MethodSource("offsets")
    void serviceCountsTheElementsAroundTheRecords(Pagination offset) {
        service.behaviour = TruncatedPagesTest::orders;

        read(RecordSelector.at("/orders/*/lines"), offset);

        assertThat(read).containsExactly("0", "1", "20", "21");
        read.clear();
        poll(RecordSelector.at("/orders/*/lines"), offset);
        assertThat(events).extracting(event -> event.key()).containsExactly("0", "1", "20", "21");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"Rate limit exceeded\"", "7", "false", "\"\""})
    void valueInPlaceOfTheListAroundTheRecordsIsAnError(String value) {
        for (int page = 1; page <= 3; page++) {
            int bad = page;
            service.behaviour = asked -> asked.number("page", 1) == bad
                    ? MockResponse.of("application/json", "{\"items\": " + value + "}")
                    : page(asked.number("page", 1));
            read.clear();
            assertUnexpected(
                    () -> read(RecordSelector.at("/items/*/id"), PAGES),
                    "in place of a list or an object",
                    "/items/*/id");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/records?page=2; rel=\"next\"",
                "</records?page=2>; rel=\"next",
                "</records?page=2; rel=next",
                "</records?page=2>; title=two words; rel=\"next\"",
                "</a>; rel=first, /records?page=2; rel='next'",
            })
    void malformedLinkIsAnError(String link) {
        service.behaviour = asked ->
                MockResponse.json(Map.of("items", List.of(Map.of("id", 1)))).header("Link", link);

        assertUnexpected(() -> read(ITEMS, Pagination.linkHeader()), "the Link header is malformed");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "</records?page=1>; rel=\"prev\"; title=\"next\"",
                "</next>; rel=\"last\"",
                "",
                "</a>; rel=\"https://example.com/next\"",
                "</a>; rel=\"next\"; anchor=\"/other\""
            })
    void otherLinksEndThePages(String link) {
        service.behaviour = asked ->
                MockResponse.json(Map.of("items", List.of(Map.of("id", 1)))).header("Link", link);

        read(ITEMS, Pagination.linkHeader());

        assertThat(read).containsExactly("1");
    }

    @ParameterizedTest
    @CsvSource({"1.5, 2", "\"1.5\", 2", "\"2\", 2", "2.0, 2", "1.01, 2", "99999999999999999999, 4", "1e30, 4"})
    void numberOfPagesMayBeAQuotient(String pages, int requests) {
        service.behaviour = asked -> {
            int page = asked.number("page", 1);
            String items = page > 3 ? "" : "{\"id\": " + page + "}";
            return MockResponse.of("application/json", "{\"items\": [" + items + "], \"pages\": " + pages + "}");
        };

        if (requests == 4) {
            // An unknown number of pages ends with an empty page.
            assertThat(readAll(PAGES.totalPages("/pages"))).containsExactly("1", "2", "3");
        } else {
            assertThat(readAll(PAGES.totalPages("/pages"))).containsExactly("1", "2");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"error\": \"rate limit\"}",
                "  {\"error\":\n \"rate limit\"}",
                "<html><body>502 Bad Gateway</body></html>",
                "<!DOCTYPE html>\n<html>\n<body>502</body>\n</html>\n",
                "<?xml version=\"1.0\"?>\n<Error><Code>AccessDenied</Code></Error>"
            })
    void otherContentInPlaceOfCsvIsAnError(String content) {
        for (int page = 1; page <= 2; page++) {
            int bad = page;
            service.behaviour = asked -> MockResponse.of(
                    "text/csv", asked.number("page", 1) == bad ? content : "id\n" + asked.number("page", 1) + "\n");
            assertUnexpected(
                    () -> read(RecordSelector.atRoot().as(RecordSelector.Format.CSV), PAGES), "in place of CSV");
        }
    }

    /** The records of a repeated page are not read, so that they do not reach the total. */
    @ParameterizedTest
    @ValueSource(ints = {5, 6, 7, 8, 9, 100})
    void lastPageThatIsRepeatedDoesNotReachTheTotal(int total) {
        service.behaviour = asked -> {
            int page = Math.min(2, asked.number("page", 1));
            return MockResponse.json(Map.of(
                    "items", List.of(Map.of("id", page * 10), Map.of("id", page * 10 + 1)), "total", total));
        };

        assertThatThrownBy(() -> read(ITEMS, PAGES.total("/total"))).isInstanceOf(PollingException.class);
    }

    private List<String> readAll(Pagination pagination) {
        read(ITEMS, pagination);
        return read;
    }
}
