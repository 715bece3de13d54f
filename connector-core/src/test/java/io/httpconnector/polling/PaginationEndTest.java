package io.httpconnector.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.StatusException;
import io.httpconnector.polling.MockService.MockResponse;
import io.httpconnector.polling.PollingException.Reason;
import io.httpconnector.trigger.ChangeType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Flags that state whether there are more pages, in any JSON type, and the number of empty pages that are read. */
@Timeout(60)
class PaginationEndTest extends RecordServiceFixture {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "false", "0", "0.0", "-0.0", "null", "''", "' '", "'false'", "'FALSE'", "'no'", "'No'", "'n'", "'off'",
                "'none'", "'null'", "'0'", "'00'", "'0.0'", "{}", "[]"
            })
    void moreWhileEndsWith(String value) {
        respondWithFlags("true", value);
        assertThat(poll(Pagination.pages("page").moreWhile("/flag"))).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "true",
                "1",
                "-1",
                "2.5",
                "'true'",
                "'Yes'",
                "'1'",
                "'eyJhIjoxfQ'",
                "{'href': '/x'}",
                "[1]",
                "1e400"
            })
    void moreWhileContinuesWith(String value) {
        respondWithFlags(value, "false");
        assertThat(poll(Pagination.pages("page").moreWhile("/flag"))).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"true", "1", "-1", "0.5", "'true'", "'TRUE'", "' yes '", "'y'", "'on'", "'1'", "'7'"})
    void lastWhenEndsWith(String value) {
        respondWithFlags("false", value);
        assertThat(poll(Pagination.pages("page").lastWhen("/flag"))).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"false", "0", "0.0", "''", "'false'", "'no'", "'N'", "'off'", "'0'", "'null'", "{}"})
    void lastWhenContinuesWith(String value) {
        respondWithFlags(value, "true");
        assertThat(poll(Pagination.pages("page").lastWhen("/flag"))).isEqualTo(3);
    }

    /** The flag has no effect: pagination ends with a page without records. */
    @ParameterizedTest
    @MethodSource
    void missingFlagLeavesEndToOtherConditions(Pagination pagination, String flag) {
        service.behaviour = asked -> {
            int page = asked.number("page", 1);
            String items = page > 3 ? "[]" : "[{\"id\": " + page + "}]";
            return MockResponse.of("application/json", "{\"items\": " + items + flag + "}");
        };
        assertThat(poll(pagination)).isEqualTo(3);
        assertThat(service.requests).hasSize(4);
    }

    static Stream<Arguments> missingFlagLeavesEndToOtherConditions() {
        return Stream.of(
                Arguments.of(Pagination.pages("page").moreWhile("/flag"), ""),
                Arguments.of(Pagination.pages("page").lastWhen("/flag"), ""),
                Arguments.of(Pagination.pages("page").lastWhen("/flag"), ", \"flag\": null"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"'perhaps'", "{'a': 1}", "[1]", "'2026-01-01'"})
    void lastWhenRejectsValuesThatAreNotBoolean(String value) {
        respondWithFlags(value, value);
        assertThatThrownBy(() -> poll(Pagination.pages("page").lastWhen("/flag")))
                .isInstanceOfSatisfying(
                        PollingException.class, e -> assertThat(e.reason()).isEqualTo(Reason.UNEXPECTED_RESPONSE))
                .hasMessageContaining("/flag")
                .hasMessageContaining("neither true nor false");
    }

    /** The records of a page, of {@code total} records in pages of {@code size}. */
    private static MockResponse recordsOfPage(int page, int total, int size) {
        List<Map<String, Object>> items = new ArrayList<>();
        for (int id = (page - 1) * size + 1; id <= Math.min(total, page * size); id++) {
            items.add(Map.of("id", id));
        }
        return MockResponse.json(Map.of("items", items));
    }

    @Test
    void shortPageEndsWithoutASizeThatIsSent() {
        service.behaviour = asked -> recordsOfPage(asked.number("page", 1), 7, 3);

        assertThat(poll(Pagination.pages("page").endsWithShortPage(3))).isEqualTo(7);
        assertThat(service.requests).hasSize(3).noneMatch(asked -> asked.query().containsKey("size"));
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 6})
    void statusCanMeanThatThereIsNoFurtherPage(int total) {
        service.behaviour = asked -> (asked.number("page", 1) - 1) * 3 >= total
                ? MockResponse.status(404)
                : recordsOfPage(asked.number("page", 1), total, 3);

        assertThat(poll(Pagination.pages("page").endsWithStatus(404))).isEqualTo(total);
        assertThat(service.requests).hasSize(total / 3 + 1);
    }

    @Test
    void statusOfTheFirstPageIsAFailureNevertheless() {
        service.behaviour = asked -> MockResponse.status(404);

        assertThatThrownBy(() -> poll(Pagination.pages("page").endsWithStatus(404)))
                .isInstanceOf(StatusException.class);
    }

    @Test
    void otherStatusesAreFailures() {
        service.behaviour = asked -> asked.number("page", 1) > 1 ? MockResponse.status(400) : recordsOfPage(1, 3, 3);

        assertThatThrownBy(
                        () -> poll(Pagination.pages("page").endsWithStatus(404).endsWithStatus(410)))
                .isInstanceOf(StatusException.class);
    }

    /** The pages before it are the whole list, so that a missing record is deleted, and an existing one is not. */
    @Test
    void endByStatusIsACompleteRead() {
        int[] total = {6};
        service.behaviour = asked -> (asked.number("page", 1) - 1) * 3 >= total[0]
                ? MockResponse.status(404)
                : recordsOfPage(asked.number("page", 1), total[0], 3);
        try (PollingTrigger trigger = trigger()
                .records(RecordSelector.at("/items"))
                .pagination(Pagination.pages("page").endsWithStatus(404).stable())
                .detectDeletions()
                .build()) {
            trigger.pollOnce();
            trigger.pollOnce();
            assertThat(events).hasSize(6);
            total[0] = 3;
            trigger.pollOnce();
        }
        assertThat(events.subList(6, events.size())).hasSize(3).allMatch(event -> event.change() == ChangeType.DELETED);
    }

    static Stream<Pagination> endless() {
        return Stream.of(
                Pagination.pages("page").moreWhile("/more"),
                Pagination.pages("page").lastWhen("/last"),
                Pagination.pages("page").totalPages("/pages"),
                Pagination.cursor("token").token("/token"),
                Pagination.cursor("token").token("/token").moreWhile("/more"),
                Pagination.nextUrl("/next"));
    }

    @ParameterizedTest
    @MethodSource("endless")
    void emptyPagesAreLimited(Pagination pagination) {
        emptyFromPage(2, Integer.MAX_VALUE);
        assertThatThrownBy(() -> poll(pagination))
                .isInstanceOfSatisfying(
                        PollingException.class, e -> assertThat(e.reason()).isEqualTo(Reason.LIMIT_REACHED))
                .hasMessageContaining("without records")
                .hasMessageContaining("maxEmptyPages");
        assertThat(service.requests).hasSize(101);
    }

    @ParameterizedTest
    @MethodSource("endless")
    void emptyPageLimitIsConfigurable(Pagination pagination) {
        emptyFromPage(2, Integer.MAX_VALUE);
        assertThatThrownBy(() -> poll(pagination.maxEmptyPages(3))).hasMessageContaining("maxEmptyPages");
        assertThat(service.requests).hasSize(4);
    }

    @Test
    void emptyPagesBelowLimitAreRead() {
        emptyFromPage(2, 90);
        try (PollingTrigger trigger =
                trigger(Pagination.pages("page").totalPages("/pages").maxPages(90))) {
            trigger.pollOnce();
        } catch (PollingException e) {
            // Ends by maxPages, because the service has a million pages.
            assertThat(e.reason()).isEqualTo(Reason.LIMIT_REACHED);
        }
        assertThat(events).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 100_001})
    void emptyPageLimitIsValidated(int max) {
        assertThatThrownBy(() -> Pagination.pages("page").maxEmptyPages(max)).hasMessageContaining("1 to 100000");
    }

    private void emptyFromPage(int from, int to) {
        int[] page = {0};
        service.behaviour = asked -> {
            page[0]++;
            boolean isEmpty = page[0] >= from && page[0] < to;
            return MockResponse.json(Map.of(
                    "items",
                    isEmpty ? List.of() : List.of(Map.of("id", page[0])),
                    "more",
                    true,
                    "last",
                    false,
                    "pages",
                    1_000_000,
                    "token",
                    "t" + page[0],
                    "next",
                    "/records?at=" + page[0]));
        };
    }

    /** Three pages: two with the first flag, the third with the other. */
    private void respondWithFlags(String first, String third) {
        service.behaviour = asked -> {
            int page = asked.number("page", 1);
            String flag = (page < 3 ? first : third).replace('\'', '"');
            return MockResponse.of("application/json", "{\"items\": [{\"id\": " + page + "}], \"flag\": " + flag + "}");
        };
    }

    private int poll(Pagination pagination) {
        try (PollingTrigger trigger = trigger(pagination.maxPages(200))) {
            return (int) trigger.pollOnce().events();
        }
    }

    private PollingTrigger trigger(Pagination pagination) {
        return trigger()
                .records(RecordSelector.at("/items"))
                .pagination(pagination)
                .build();
    }
}
