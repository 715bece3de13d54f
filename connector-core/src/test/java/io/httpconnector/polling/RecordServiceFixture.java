package io.httpconnector.polling;

import io.httpconnector.HttpConnection;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.trigger.TriggerEvent;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;

/** A service with records, a connection to it, and the events of the triggers: the base of tests of one trigger. */
abstract class RecordServiceFixture {

    final MockService service = new MockService();
    final HttpConnection connection =
            HttpConnection.named("Service").baseUrl(service.baseUrl()).build();
    final List<TriggerEvent> events = new ArrayList<>();

    @AfterEach
    final void closeService() {
        connection.close();
        service.close();
    }

    /** A trigger that reads all records of the list {@code /records}, without state of an earlier poll. */
    final PollingTriggerBuilder trigger() {
        return PollingTrigger.named("records")
                .connection(connection)
                .request(RequestTemplate.named("List").get("/records").build())
                .key("/id")
                .startPosition(StartPosition.everything())
                .store(StateStore.inMemory())
                .handler(events::add);
    }
}
