package io.httpconnector.polling;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.Request;
import io.httpconnector.polling.MockService.MockResponse;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Null among the records, and in place of a list. */
class NullRecordsTest extends RecordServiceFixture {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "/nodes   | {'nodes': [null, {'id': 1}, null, {'id': 2}]} | null 1 null 2",
                "/e/*/node | {'e': [{'node': null}, {'node': {'id': 1}}, {'node': null}, {'node': {'id': 2}}]} | null 1 null 2",
                "/e/*/node | {'e': [null, null, {'node': {'id': 1}}, null, {'node': {'id': 2}}]} | null null 1 null 2",
                "/e/*/node | {'e': [null, {'node': null}]} | ~~",
                "/g/*/items | {'g': [{'items': null}, {'items': [{'id': 1}]}, {'items': null}]} | 1",
                "/g/*      | {'g': {'a': [{'id': 1}], 'b': null}} | 1",
                "/items    | {'items': null} | ~~"
            })
    void nullAmongSingleRecordsIsARecordAndAmongListsAnEmptyList(String pointer, String body, String expected) {
        service.behaviour = asked -> MockResponse.of("application/json", body.replace('\'', '"'));

        assertThat(PagedRequest.of(Request.get("/records"), RecordSelector.at(pointer), Pagination.none())
                        .records(connection)
                        .map(NullRecordsTest::id)
                        .toList())
                .isEqualTo(expected.isEmpty() ? List.of() : List.of(expected.split(" ", -1)));
    }

    private static String id(JsonNode record) {
        return record.isNull() ? "null" : record.path("id").asText();
    }
}
