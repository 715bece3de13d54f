package io.httpconnector.polling;

import static org.assertj.core.api.Assertions.assertThat;

import io.httpconnector.Request;
import io.httpconnector.polling.MockService.MockResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Names in the first row of a CSV document: no value of a row is lost. */
class CsvColumnsTest extends RecordServiceFixture {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "id,amount,amount | 1,10,20 | {'id':'1','amount':'10','amount_2':'20'}",
                "a,a,a,a | 1,2,3,4 | {'a':'1','a_2':'2','a_3':'3','a_4':'4'}",
                "a,a_2,a | 1,2,3 | {'a':'1','a_2':'2','a_3':'3'}",
                "a,a,a_2 | 1,2,3 | {'a':'1','a_3':'2','a_2':'3'}",
                "a,a_2,a,a_2 | 1,2,3,4 | {'a':'1','a_2':'2','a_3':'3','a_2_2':'4'}",
                "id,amount, amount | 1,10 | {'id':'1','amount':'10'}",
                "id,,x,,y | 1,2,3,4,5 | {'id':'1','':'2','x':'3','_2':'4','y':'5'}"
            })
    void repeatedNamesAreNumbered(String header, String row, String expected) {
        String body = header + "\r\n" + row + "\r\n\r\n" + row + "\r\n";
        service.behaviour = asked -> MockResponse.of("text/csv", body);

        String record = expected.replace('\'', '"');
        assertThat(PagedRequest.of(Request.get("/records"), RecordSelector.atRoot(), Pagination.none())
                        .records(connection)
                        .map(Object::toString))
                .containsExactly(record, record);
    }

    @Test
    void numberedNameIsAKeyOfATrigger() {
        service.behaviour = asked -> MockResponse.of("text/csv", "id,id\n1,7\n1,8\n");

        try (PollingTrigger trigger = trigger().key("/id_2").detectDeletions().build()) {
            trigger.pollOnce();
            service.behaviour = asked -> MockResponse.of("text/csv", "id,id\n");
            trigger.pollOnce();
        }
        assertThat(events)
                .extracting(event -> event.key())
                .containsExactly("[\"1\",\"7\"]", "[\"1\",\"8\"]", "[\"1\",\"7\"]", "[\"1\",\"8\"]");
    }
}
