package io.httpconnector.examples.snippets;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.HttpConnection;
import io.httpconnector.polling.Cursor;
import io.httpconnector.polling.DetectedPagination;
import io.httpconnector.polling.PagedRequest;
import io.httpconnector.polling.Pagination;
import io.httpconnector.polling.ParentRecords;
import io.httpconnector.polling.PollingTrigger;
import io.httpconnector.polling.PollingTriggerBuilder;
import io.httpconnector.polling.RecordOrder;
import io.httpconnector.polling.RecordSelector;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.Pills;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.trigger.DeadLetter;
import io.httpconnector.trigger.Delivery;
import io.httpconnector.trigger.TriggerEvent;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The code of {@code docs/polling.md}. */
final class PollingSnippets {

    private static final Logger log = LoggerFactory.getLogger(PollingSnippets.class);

    private PollingSnippets() {}

    /** Where the tickets go. */
    interface Tickets {
        void upsert(JsonNode issue);

        void load(List<TriggerEvent> events);
    }

    static void poll(HttpConnection jira, StateStore store, Tickets tickets) {
        PollingTrigger updated = PollingTrigger.named("updated-issues")
                .connection(jira)
                .request(RequestTemplate.named("Updated issues")
                        .get("/rest/api/3/search")
                        .query("jql", "updated >= '{{cursor | date('yyyy-MM-dd HH:mm', 'UTC')}}' order by updated")
                        .build())
                .records(RecordSelector.at("/issues"))
                .key("/id")
                .version("/fields/updated") // new and updated issues are events; a repetition is not
                .cursor(Cursor.timestamp("/fields/updated")
                        .resolution(Duration.ofMinutes(1))
                        .order(RecordOrder.ASCENDING))
                .pagination(Pagination.offset("startAt").size("maxResults", 100).total("/total"))
                .every(Duration.ofMinutes(5))
                .store(store) // StateStore.file(directory)
                .handler(event -> tickets.upsert(event.payload()))
                .build();
        updated.start(); // or pollOnce(), from the scheduler that you have already
    }

    static void delivery(PollingTriggerBuilder builder, Tickets tickets, HttpConnection connection, StateStore store) {
        builder.delivery(Delivery.inBatches(500, events -> tickets.load(events))
                .attempts(10)
                .backoff(Duration.ofSeconds(1), Duration.ofMinutes(10)));

        PollingTrigger trigger = builder.build();
        for (DeadLetter letter : trigger.deadLetters()) {
            log.warn("{} {} {}", letter.event(), letter.attempts(), letter.error());
        }
        int handled = trigger.replayAll();
        log.info("{}", handled);
    }

    static void children(PollingTriggerBuilder builder, RequestTemplate boards) {
        builder.request(RequestTemplate.named("Cards")
                        .get("/boards/{{parent.id}}/cards")
                        .build())
                .parents(ParentRecords.from(boards, RecordSelector.at("/values"), "/id"));
    }

    static void snapshot(PollingTriggerBuilder builder) {
        builder.key("/id")
                .wholeRecordAsVersion("/views") // a change of the views alone is no update
                .detectDeletions()
                .conditionalRequests(); // If-None-Match: nothing is read when nothing has changed
    }

    static PollingTrigger saved(
            PollingTriggerBuilder builder,
            String customer,
            HttpConnection connection,
            StateStore store,
            Tickets tickets) {
        JsonNode saved = builder.toJson();

        PollingTrigger trigger = PollingTrigger.named(customer + "/orders")
                .definition(saved)
                .connection(connection)
                .store(store)
                .handler(event -> tickets.upsert(event.payload()))
                .minInterval(Duration.ofMinutes(1))
                .build();
        return trigger;
    }

    static void detect(HttpConnection connection, RequestTemplate listOrders) {
        DetectedPagination found =
                Pagination.detect(connection, listOrders, Pills.none()).orElseThrow();
        log.info("By {}: {}", found.reason(), found.proven());
    }

    static void allRecords(HttpConnection connection) {
        PagedRequest orders = PagedRequest.of(
                RequestTemplate.named("orders").get("/orders").build(),
                RecordSelector.at("/orders"),
                Pagination.pages("page").size("per_page", 100));
        orders.records(connection, Pills.none()).limit(1000).forEach(order -> System.out.println(order.path("id")));
    }
}
