package io.httpconnector.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.Request;
import io.httpconnector.polling.MockService.MockResponse;
import io.httpconnector.polling.PollingException.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Pages that end although the service states that there are more records, by a condition of the pagination. */
@Timeout(60)
class StatedMoreTest extends RecordServiceFixture {

    static Stream<Arguments> truncated() {
        Pagination token = Pagination.cursor("after").token("/next");
        Pagination pages = Pagination.pages("after").first(0);
        return Stream.of(
                Arguments.of(token.moreWhile("/more"), "'more': true, 'next': null", 1, "no token"),
                Arguments.of(token.moreWhile("/more"), "'more': true", 1, "no token"),
                Arguments.of(Pagination.nextUrl("/next").moreWhile("/more"), "'more': 1, 'next': null", 1, "no token"),
                Arguments.of(Pagination.linkHeader().moreWhile("/more"), "'more': 'yes'", 1, "no token"),
                Arguments.of(token.lastWhen("/last"), "'last': false", 1, "no token"),
                Arguments.of(token.total("/total"), "'total': 40, 'next': null", 1, "40 in total, 10 read"),
                Arguments.of(Pagination.nextUrl("/next").totalPages("/pages"), "'pages': 4", 1, "no token"),
                Arguments.of(pages.total("/total"), "'total': 40", 3, "40 in total, 20 read"),
                Arguments.of(Pagination.offset("after").total("/total"), "'total': 40", 3, "page 3 has no records"),
                Arguments.of(Pagination.offset("after").moreWhile("/more"), "'more': true", 3, "no records"),
                Arguments.of(pages.total("/total").endsWithStatus(404), "'total': 25, '404': 1", 2, "status 404"),
                Arguments.of(pages.moreWhile("/more").endsWithStatus(404), "'more': true, '404': 1", 2, "status 404"),
                Arguments.of(pages.totalPages("/pages").endsWithStatus(404), "'pages': 3, '404': 1", 2, "status 404"));
    }

    @ParameterizedTest
    @MethodSource("truncated")
    void streamFails(Pagination pagination, String members, int page, String problem) {
        respond(members);
        List<Integer> read = new ArrayList<>();

        try (Stream<RecordPage> pages = PagedRequest.of(
                        Request.get("/records"), RecordSelector.at("/items"), pagination)
                .pages(connection)) {
            assertThatThrownBy(() -> pages.forEach(one -> one.records()
                            .forEach(record -> read.add(record.path("id").asInt()))))
                    .isInstanceOfSatisfying(PollingException.class, e -> {
                        assertThat(e.reason()).isEqualTo(Reason.UNEXPECTED_RESPONSE);
                        assertThat(e.page()).hasValue(page);
                    })
                    .hasMessageStartingWith("The service states that there are more records")
                    .hasMessageContaining(problem);
        }
        assertThat(read).hasSizeLessThanOrEqualTo(20).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @MethodSource("truncated")
    void pollFails(Pagination pagination, String members, int page, String problem) {
        respond(members);

        try (PollingTrigger trigger = trigger()
                .records(RecordSelector.at("/items"))
                .pagination(pagination)
                .build()) {
            assertThatThrownBy(trigger::pollOnce)
                    .isInstanceOfSatisfying(
                            PollingException.class, e -> assertThat(e.reason()).isEqualTo(Reason.UNEXPECTED_RESPONSE))
                    .hasMessageStartingWith("The service states that there are more records")
                    .hasMessageContaining(problem);
        }
        assertThat(service.requests).hasSize(page);
    }

    /** Members that are no condition of the pagination have no meaning. */
    @Test
    void otherMembersHaveNoEffect() {
        respond("'total': 40, 'more': true, 'last': false, 'next': null");

        try (PollingTrigger trigger = trigger()
                .records(RecordSelector.at("/items"))
                .pagination(Pagination.cursor("after").token("/next"))
                .build()) {
            assertThat(trigger.pollOnce().events()).isEqualTo(10);
        }
    }

    /** Twenty records in pages of ten; with a member {@code 404}, one page and a status. */
    private void respond(String members) {
        service.behaviour = asked -> {
            int after = asked.number("after", 0);
            int page = after < 10 ? after : after / 10;
            if (page > 0 && members.contains("'404'")) {
                return MockResponse.status(404);
            }
            String items = IntStream.range(page * 10, page < 2 ? page * 10 + 10 : 0)
                    .mapToObj(id -> "{\"id\": " + id + "}")
                    .toList()
                    .toString();
            return MockResponse.of(
                    "application/json", "{\"items\": " + items + ", " + members.replace('\'', '"') + "}");
        };
    }
}
