package io.httpconnector.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.StatusException;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.polling.MockService.MockRequest;
import io.httpconnector.polling.MockService.MockResponse;
import io.httpconnector.polling.PollingException.Reason;
import io.httpconnector.template.Pills;
import io.httpconnector.template.RequestTemplate;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests reading all pages on demand: 25 records, 10 per page. */
class PagedRequestTest {

    private static final int COUNT = 25;

    private final MockService service = new MockService();
    private final HttpConnection connection =
            HttpConnection.named("Service").baseUrl(service.baseUrl()).build();
    private final RequestTemplate template = RequestTemplate.fromJson(
            JsonSupport.parse("{\"name\": \"orders\", \"method\": \"GET\", \"url\": \"/orders/{{shop.id}}\"}"));
    private final Pills pills = Pills.of("shop", Map.of("id", 7, "minimum", 20));

    @AfterEach
    void end() {
        connection.close();
        service.close();
    }

    private static List<Map<String, Integer>> from(int start) {
        return IntStream.range(Math.min(start, COUNT), Math.min(COUNT, start + 10))
                .mapToObj(id -> Map.of("id", id))
                .toList();
    }

    /** Responds as each of the services of this test, which do not share a parameter. */
    private static MockResponse respond(MockRequest asked) {
        int start = asked.query().containsKey("after")
                ? asked.number("after", 0)
                : asked.query().containsKey("skip") ? asked.number("skip", 0) : (asked.number("page", 1) - 1) * 10;
        MockResponse response = MockResponse.json(
                start + 10 < COUNT
                        ? Map.of(
                                "items", from(start), "next", start + 10, "url", asked.path() + "?skip=" + (start + 10))
                        : Map.of("items", from(start)));
        return start + 10 < COUNT
                ? response.header("Link", "<" + asked.path() + "?skip=" + (start + 10) + ">; rel=\"next\"")
                : response;
    }

    private Stream<Integer> ids(String pagination) {
        JsonNode definition =
                JsonSupport.parse("{\"records\": {\"path\": \"/items\"}, \"pagination\": " + pagination + "}");
        return PagedRequest.of(template, definition)
                .records(connection, pills)
                .map(item -> item.path("id").asInt());
    }

    private static void assertFails(ThrowingCallable code, Reason reason) {
        assertThatThrownBy(code)
                .isInstanceOfSatisfying(
                        PollingException.class, e -> assertThat(e.reason()).isEqualTo(reason));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    {"pages": {"query": "page"}}                             | 4
                    {"offset": {"query": "skip"}, "endsWithShortPage": {"records": 10}} | 3
                    {"cursor": {"query": "after"}, "token": "/next"}         | 3
                    {"nextUrl": "/url"}                                      | 3
                    {"linkHeader": true}                                     | 3
                    """)
    void allPagesAreRead(String pagination, int requests) {
        service.behaviour = PagedRequestTest::respond;

        assertThat(ids(pagination))
                .containsExactlyElementsOf(IntStream.range(0, COUNT).boxed().toList());
        assertThat(service.requests)
                .hasSize(requests)
                .allSatisfy(request -> assertThat(request.path()).isEqualTo("/orders/7"));
    }

    @Test
    void noPageIsRequestedBeforeItIsNeeded() {
        service.behaviour = PagedRequestTest::respond;

        Stream<Integer> ids = ids("{\"pages\": {\"query\": \"page\"}}");
        assertThat(service.requests).isEmpty();
        assertThat(ids.limit(10)).hasSize(10);
        assertThat(service.requests).hasSize(1);
        assertThat(ids("{\"pages\": {\"query\": \"page\"}}").limit(11)).hasSize(11);
        assertThat(service.requests).hasSize(3);
    }

    @Test
    void ignoredParameterIsFoundOnPageTwoBeforeItsRecordsAreReturned() {
        service.behaviour = asked -> MockResponse.json(Map.of("items", from(0)));
        int[] seen = {0};

        assertFails(() -> ids("{\"pages\": {\"query\": \"page\"}}").forEach(id -> seen[0]++), Reason.PAGES_REPEAT);
        assertThat(seen[0]).isEqualTo(10);
    }

    @Test
    void repeatedTokenEndsInAnException() {
        service.behaviour = asked -> MockResponse.json(Map.of("items", from(0), "next", "same"));

        assertFails(
                () -> ids("{\"cursor\": {\"query\": \"after\"}, \"token\": \"/next\"}")
                        .toList(),
                Reason.PAGES_REPEAT);
    }

    @Test
    void lastPageThatTheServiceRepeatsIsReturnedOnce() {
        service.behaviour =
                asked -> MockResponse.json(Map.of("items", from((Math.min(asked.number("page", 1), 3) - 1) * 10)));

        assertThat(ids("{\"pages\": {\"query\": \"page\"}}")).hasSize(COUNT);
    }

    @Test
    void maximumOfPagesIsNotPassedSilently() {
        service.behaviour = PagedRequestTest::respond;
        String pagination = "{\"pages\": {\"query\": \"page\"}, \"maxPages\": 2}";

        assertThat(ids(pagination).limit(20)).hasSize(20);
        assertFails(() -> ids(pagination).toList(), Reason.LIMIT_REACHED);
    }

    @Test
    void failureOfALaterPageIsThrownAndEndsTheIteration() {
        service.behaviour = asked ->
                asked.number("page", 1) == 1 ? MockResponse.json(Map.of("items", from(0))) : MockResponse.status(403);
        var iterator = ids("{\"pages\": {\"query\": \"page\"}}").iterator();
        for (int i = 0; i < 10; i++) {
            assertThat(iterator.next()).isEqualTo(i);
        }

        assertThatThrownBy(iterator::hasNext).isInstanceOf(StatusException.class);
        assertThat(iterator.hasNext()).isFalse();
    }

    @Test
    void recordsOfAPageAreLimitedByTheConnection() {
        service.behaviour = asked -> MockResponse.json(Map.of("items", List.of("x".repeat(600), "x".repeat(600))));
        try (HttpConnection small = HttpConnection.named("Small")
                .baseUrl(service.baseUrl())
                .maxResponseBytes(1000)
                .build()) {
            PagedRequest request = PagedRequest.of(template, RecordSelector.at("/items"), Pagination.none());

            assertFails(() -> request.records(small, pills).toList(), Reason.LIMIT_REACHED);
        }
    }

    @Test
    void filtersMayUseTheValues() {
        service.behaviour = PagedRequestTest::respond;
        PagedRequest request = PagedRequest.of(template, JsonSupport.parse("""
                {"records": {"path": "/items", "where": [{"expression": "{{record.id | lessThan(shop.minimum) | not}}"}]},
                 "pagination": {"pages": {"query": "page"}}}"""));

        assertThat(request.records(connection, pills)).hasSize(5);
    }

    @Test
    void invalidDefinitionsAreReportedAtOnce() {
        assertThatThrownBy(() -> PagedRequest.of(
                        template,
                        JsonSupport.parse("{\"record\": {}, \"pagination\": {\"cursor\": {\"query\": \"after\"}}}")))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("did you mean \"records\"")
                .hasMessageContaining("token");
        assertThatThrownBy(() -> PagedRequest.of(
                        template, RecordSelector.atRoot(), Pagination.none().maxPages(3)))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("only one page");
    }
}
