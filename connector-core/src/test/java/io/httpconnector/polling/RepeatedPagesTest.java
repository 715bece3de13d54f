package io.httpconnector.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.Request;
import io.httpconnector.polling.MockService.MockRequest;
import io.httpconnector.polling.MockService.MockResponse;
import io.httpconnector.polling.PollingException.Reason;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Services that ignore the parameters of pages, or start again: by the identity of the records. 10 records per page. */
@Timeout(60)
class RepeatedPagesTest extends RecordServiceFixture {

    private static final Pagination PAGES = Pagination.pages("page");

    static Stream<Arguments> repeated() {
        Pagination token = Pagination.cursor("after").token("/next");
        Function<MockRequest, Integer> one = asked -> 1;
        return Stream.of(
                Arguments.of(token, one, "next", 1),
                Arguments.of(token.moreWhile("/more"), one, "next", 1),
                Arguments.of(Pagination.nextUrl("/url"), one, "url", 1),
                Arguments.of(PAGES, one, "page", 1),
                Arguments.of(PAGES.moreWhile("/more"), one, "page", 1),
                Arguments.of(Pagination.offset("skip"), one, "offset", 1),
                Arguments.of(PAGES, wrapped("page"), "", 3),
                Arguments.of(PAGES, wrapped("page"), "page", 3),
                Arguments.of(
                        Pagination.offset("skip"),
                        (Function<MockRequest, Integer>) asked -> asked.number("skip", 0) / 10 % 3 + 1,
                        "",
                        3));
    }

    private static Function<MockRequest, Integer> wrapped(String parameter) {
        return asked -> (asked.number(parameter, 1) - 1) % 3 + 1;
    }

    @ParameterizedTest
    @MethodSource("repeated")
    void streamFailsBeforeTheFirstRepeatedRecord(
            Pagination pagination, Function<MockRequest, Integer> shown, String member, int pages) {
        respond(shown, member);
        List<Integer> read = new ArrayList<>();

        try (Stream<RecordPage> stream = PagedRequest.of(
                        Request.get("/records"), RecordSelector.at("/items"), pagination.maxPages(20))
                .pages(connection)) {
            assertThatThrownBy(() -> stream.forEach(page -> page.records()
                            .forEach(record -> read.add(record.path("id").asInt()))))
                    .isInstanceOfSatisfying(PollingException.class, e -> {
                        assertThat(e.reason()).isEqualTo(Reason.PAGES_REPEAT);
                        assertThat(e.page()).hasValue(pages + 1);
                    });
        }
        assertThat(read)
                .containsExactlyElementsOf(
                        IntStream.range(10, pages * 10 + 10).boxed().toList());
    }

    @ParameterizedTest
    @MethodSource("repeated")
    void pollFails(Pagination pagination, Function<MockRequest, Integer> shown, String member, int pages) {
        respond(shown, member);

        try (PollingTrigger trigger = trigger()
                .records(RecordSelector.at("/items"))
                .pagination(pagination)
                .build()) {
            assertThatThrownBy(trigger::pollOnce)
                    .isInstanceOfSatisfying(
                            PollingException.class, e -> assertThat(e.reason()).isEqualTo(Reason.PAGES_REPEAT));
        }
        assertThat(service.requests).hasSize(pages + 1);
    }

    static Stream<Arguments> cycles() {
        Pagination token = Pagination.cursor("c").token("/next");
        return Stream.of(
                Arguments.of(Pagination.nextUrl("/url"), "1 2 3", 3),
                Arguments.of(Pagination.linkHeader(), "1 2 3", 3),
                Arguments.of(Pagination.nextUrl("/url"), "1", 1),
                Arguments.of(Pagination.linkHeader(), "1", 1),
                Arguments.of(token, "1 2", 2),
                Arguments.of(token, "1 2 3 4 5", 5),
                Arguments.of(token.moreWhile("/more"), "1 2 3", 3),
                Arguments.of(token.total("/total"), "1 2 3", 3));
    }

    /** Although a member of the records changes with each request. */
    @ParameterizedTest
    @MethodSource("cycles")
    void linkOrTokenThatLeadsBackIsFoundBeforeTheFirstRepeatedRecord(Pagination pagination, String order, int pages) {
        List<String> next = List.of(order.split(" ", -1));
        service.behaviour = asked -> {
            int page = asked.number("c", 1);
            String after = next.get(page % next.size());
            return MockResponse.json(Map.of(
                            "items",
                            IntStream.of(0, 1)
                                    .mapToObj(i -> Map.of("id", page * 10 + i, "views", service.requests.size()))
                                    .toList(),
                            "more",
                            true,
                            "total",
                            100,
                            "next",
                            after,
                            "url",
                            "/records?c=" + after))
                    .header("Link", "</records?c=" + after + ">; rel=\"next\"");
        };
        List<Integer> read = new ArrayList<>();

        assertThatThrownBy(() -> PagedRequest.of(
                                Request.get("/records"), RecordSelector.at("/items"), pagination.maxPages(20))
                        .records(connection)
                        .forEach(record -> read.add(record.path("id").asInt())))
                .isInstanceOfSatisfying(
                        PollingException.class, e -> assertThat(e.reason()).isEqualTo(Reason.PAGES_REPEAT));
        assertThat(read).doesNotHaveDuplicates();
        assertThat(service.requests).hasSize(pages + 1);
    }

    /** Such as the scroll identifier of Elasticsearch, or a link to a queue that each request shortens. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void tokenOrLinkThatStaysTheSameLeadsToTheNextRecords(boolean isToken) {
        service.behaviour = asked -> {
            int page = service.requests.size();
            List<Map<String, Integer>> items =
                    page > 4 ? List.of() : List.of(Map.of("id", page), Map.of("id", page + 10));
            return MockResponse.json(Map.of("items", items, "next", "scroll", "url", "/records?scroll"));
        };

        assertThat(PagedRequest.of(
                                Request.get("/records"),
                                RecordSelector.at("/items"),
                                isToken ? Pagination.cursor("c").token("/next") : Pagination.nextUrl("/url"))
                        .records(connection))
                .hasSize(8);
    }

    /** Values without an identity are equal by chance where the position or token is another one. */
    @Test
    void valuesWithoutIdentityMayBeEqual() {
        service.behaviour = asked -> {
            int page = asked.number("page", 1);
            List<Integer> values = page > 5 ? List.of() : page % 2 == 0 ? List.of(1, 2) : List.of(3, 4);
            return MockResponse.json(Map.of("items", values, "page", page));
        };

        assertThat(PagedRequest.of(Request.get("/v"), RecordSelector.at("/items"), PAGES)
                        .records(connection))
                .hasSize(10);
    }

    /** Two pages that are equal to earlier ones, one after the other, are no chance. */
    @Test
    void valuesThatStartAgainAreFound() {
        service.behaviour = asked -> {
            int page = (asked.number("page", 1) - 1) % 4;
            return MockResponse.json(Map.of("items", List.of(page, page + 10)));
        };

        assertThatThrownBy(() -> PagedRequest.of(Request.get("/v"), RecordSelector.at("/items"), PAGES.maxPages(50))
                        .records(connection)
                        .count())
                .isInstanceOfSatisfying(
                        PollingException.class, e -> assertThat(e.reason()).isEqualTo(Reason.PAGES_REPEAT));
        assertThat(service.requests).hasSize(6);
    }

    private void respond(Function<MockRequest, Integer> shown, String member) {
        service.behaviour = asked -> {
            int number = service.requests.size();
            int from = shown.apply(asked) * 10;
            Map<String, Object> body = new HashMap<>();
            body.put(
                    "items",
                    IntStream.range(from, from + 10)
                            .mapToObj(id -> Map.of("id", id))
                            .toList());
            body.put("more", true);
            switch (member) {
                case "next" -> body.put("next", "token " + number);
                case "url" -> body.put("url", "/records?after=" + number);
                case "page" -> body.put("page", asked.number("page", 1));
                case "offset" -> body.put("offset", asked.number("skip", 0));
                default -> {
                    // No position.
                }
            }
            return MockResponse.json(body);
        };
    }
}
