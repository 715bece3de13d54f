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
import org.junit.jupiter.params.provider.CsvSource;

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
}
