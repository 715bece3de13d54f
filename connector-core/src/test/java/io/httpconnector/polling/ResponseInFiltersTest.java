package io.httpconnector.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.HttpConnection;
import io.httpconnector.polling.MockService.MockResponse;
import io.httpconnector.template.Pills;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.trigger.TriggerEvent;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Filters of records that compare a record with the content of the response outside the list, before or after it. */
@Timeout(30)
class ResponseInFiltersTest extends RecordServiceFixture {

    private static MockResponse json(String text) {
        return MockResponse.of("application/json", text.replace('\'', '"'));
    }

    private List<String> keys(PollingTriggerBuilder builder) {
        // The settings as JSON, applied to another builder.
        try (PollingTrigger trigger = trigger().definition(builder.toJson()).build()) {
            trigger.pollOnce();
        }
        return events.stream().map(TriggerEvent::key).toList();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/items      | response.meta.region | {'meta': {'region': 'eu'}, 'items': LIST}",
                "/items      | response.meta.region | {'items': LIST, 'meta': {'region': 'eu'}}",
                "/data/items | response.data.region | {'data': {'items': LIST, 'region': 'eu'}}",
                "/data/items | response.region      | {'data': {'items': LIST}, 'region': 'eu'}",
                "/1          | response[\"0\"].region | [{'region': 'eu'}, LIST]",
                "/0          | response[\"1\"].region | [LIST, {'region': 'eu'}]",
                "/*/items    | response.b.region    | {'a': {'items': LIST}, 'b': {'items': [], 'region': 'eu'}}",
            })
    void valueIsFoundBeforeAndAfterTheRecords(String path, String value, String body) {
        service.behaviour = asked -> json(body.replace(
                "LIST",
                "[{'id': 1, 'region': 'eu'}, {'id': 2, 'region': 'us'}, {'id': 3, 'region': 'eu'}, {'id': 4}]"));

        assertThat(keys(trigger().records(RecordSelector.at(path).where("{{record.region | equals(" + value + ")}}"))))
                .containsExactly("1", "3");
    }

    @Test
    void eachPageHasItsOwnResponse() {
        service.behaviour = asked -> {
            int page = asked.number("p", 1);
            return json(String.format(
                    "{'items': [{'id': 'a%1$d', 'n': 1}, {'id': 'b%1$d', 'n': 2}, {'id': 'c%1$d', 'n': 3}], 'wanted': %1$d}",
                    page));
        };

        assertThat(keys(trigger()
                        .records(RecordSelector.at("/items").where("{{record.n | equals(response.wanted)}}"))
                        .pagination(Pagination.pages("p").lastWhen("{{page.number | equals(3)}}"))))
                .containsExactly("a1", "b2", "c3");
    }

    /** Counts and the last record of a page do not depend on filters. */
    @Test
    void tokenOfTheLastRecordIsThatBeforeTheFilter() {
        service.behaviour = asked -> asked.query().containsKey("after")
                ? json("{'items': []}")
                : json("{'items': [{'id': 1, 'kind': 'a'}, {'id': 2, 'kind': 'b'}], 'kind': 'a'}");

        assertThat(keys(trigger()
                        .records(RecordSelector.at("/items").where("{{record.kind | equals(response.kind)}}"))
                        .pagination(Pagination.cursor("after").tokenOfLastRecord("/id"))))
                .containsExactly("1");
        assertThat(service.requests)
                .extracting(asked -> asked.query().get("after"))
                .containsExactly(null, "2");
    }

    @Test
    void filterAppliesToKeyedAndExpandedRecords() {
        service.behaviour = asked -> json("{'rates': {'EUR': {'n': 1}, 'USD': {'n': 2}}, 'max': 1}");
        assertThat(keys(trigger()
                        .records(RecordSelector.at("/rates")
                                .keyed("id")
                                .where("{{record.n | lessThan(response.max) | not}}"))))
                .containsExactly("EUR", "USD");

        events.clear();
        service.behaviour =
                asked -> json("{'orders': [{'id': 7, 'lines': [{'sku': 'a'}, {'sku': 'b'}]}], 'skip': 'a'}");
        assertThat(keys(trigger()
                        .records(RecordSelector.at("/orders")
                                .expand("/lines")
                                .where("{{record.lines.sku | equals(response.skip) | not}}"))))
                .containsExactly("7");
        assertThat(events.get(0).payload().at("/lines/sku").asText()).isEqualTo("b");
    }

    @Test
    void filterAppliesToXmlAndToASingleRecord() {
        service.behaviour = asked -> MockResponse.of(
                "application/xml",
                "<feed><item><id>1</id><lang>de</lang></item><item><id>2</id><lang>en</lang></item>"
                        + "<language>en</language></feed>");
        assertThat(keys(trigger()
                        .records(RecordSelector.at("/item").where("{{record.lang | equals(response.language)}}"))))
                .containsExactly("2");

        events.clear();
        service.behaviour = asked -> json("{'id': 5, 'state': 'done', 'wanted': 'done'}");
        assertThat(keys(trigger().records(RecordSelector.atRoot().where("{{record.state | equals(response.wanted)}}"))))
                .containsExactly("5");
    }

    @Test
    void recordDoesNotMatchAMissingValue() {
        service.behaviour = asked -> json("{'items': [{'id': 1, 'n': 5}]}");

        assertThat(keys(trigger().records(RecordSelector.at("/items").where("{{record.n | equals(response.n)}}"))))
                .isEmpty();
        assertThat(keys(trigger()
                        .records(RecordSelector.at("/items")
                                .where("{{record.n | equals(response.n)}}")
                                .where("/id", "1"))))
                .isEmpty();
    }

    /** Each record has about 100 bytes. */
    @ParameterizedTest
    @CsvSource({"70000, 750, true", "70000, 600, false", "1000, 20, true", "1000, 9, false"})
    void recordsAreHeldUpToTheSizeLimit(int limit, int count, boolean tooLarge) {
        String padding = "x".repeat(80);
        service.behaviour = asked -> json(IntStream.range(0, count)
                .mapToObj(id -> "{'id': " + (1000 + id) + ", 'p': '" + padding + "'}")
                .collect(Collectors.joining(",", "{'items': [", "], 'wanted': 1007}")));
        try (HttpConnection small = HttpConnection.named("Service")
                .baseUrl(service.baseUrl())
                .maxResponseBytes(limit)
                .build()) {
            PollingTriggerBuilder builder = trigger()
                    .connection(small)
                    .records(RecordSelector.at("/items").where("{{record.id | equals(response.wanted)}}"));
            try (PollingTrigger trigger = builder.build()) {
                PollingException e = catchThrowableOfType(PollingException.class, trigger::pollOnce);

                assertThat(e != null).isEqualTo(tooLarge);
                if (e != null) {
                    assertThat(e.reason()).isEqualTo(PollingException.Reason.LIMIT_REACHED);
                    assertThat(e)
                            .hasMessageContaining("A filter of the records uses \"response\"")
                            .hasMessageContaining("limit of " + limit + " bytes");
                } else {
                    assertThat(events).extracting(TriggerEvent::key).containsExactly("1007");
                }
            }
        }
    }

    @Test
    void tooManyValuesOutsideTheRecordsAreAnErrorAndNoMissingValue() {
        service.behaviour = asked -> json(IntStream.range(0, 100_001)
                .mapToObj(String::valueOf)
                .collect(Collectors.joining(",", "{'numbers': [", "], 'items': [{'id': 1}], 'wanted': 1}")));

        assertThatThrownBy(() -> keys(trigger()
                        .records(RecordSelector.at("/items").where("{{record.id | equals(response.wanted)}}"))))
                .isInstanceOf(PollingException.class)
                .hasMessageContaining("too many values outside its records");
    }

    @Test
    void pagedRequestFiltersByTheResponse() {
        service.behaviour = asked -> json("{'items': [{'id': 1}, {'id': 2}, {'id': 3}], 'limit': 3}");
        PagedRequest request = PagedRequest.of(
                RequestTemplate.named("Items").get("/records").build(),
                RecordSelector.at("/items").where("{{record.id | lessThan(response.limit)}}"),
                Pagination.none());

        assertThat(request.records(connection, Pills.none())
                        .map((JsonNode item) -> item.path("id").asInt()))
                .containsExactly(1, 2);
    }
}
