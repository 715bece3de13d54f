package io.httpconnector.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.polling.MockService.MockRequest;
import io.httpconnector.polling.MockService.MockResponse;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.trigger.TriggerEvent;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A cursor and the token of the next page in one parameter, as in the changes feed of CouchDB. */
@Timeout(30)
class SharedLocationTest extends RecordServiceFixture {

    private int last = 7;

    @SuppressWarnings("ImmutableEnumChecker") // ParameterLocation is immutable.
    enum Where {
        QUERY(ParameterLocation.query("since")),
        HEADER(ParameterLocation.header("X-Since")),
        JSON(ParameterLocation.json("/since"));

        private final ParameterLocation location;

        Where(ParameterLocation location) {
            this.location = location;
        }

        private int in(MockRequest asked) {
            String text = switch (this) {
                case QUERY -> asked.query().get("since");
                case HEADER -> asked.headers().get("X-Since");
                case JSON ->
                    asked.body().isEmpty()
                            ? null
                            : JsonSupport.parse(asked.body()).path("since").asText(null);
            };
            return text == null ? 0 : Integer.parseInt(text);
        }
    }

    @ParameterizedTest
    @EnumSource
    void changesFeedIsRead(Where where) {
        service.behaviour = asked -> changes(where.in(asked));
        try (PollingTrigger trigger =
                trigger(where, Pagination.cursor(where.location).token("/last_seq"))) {
            assertThat(trigger.pollOnce().events()).isEqualTo(7);
            assertThat(trigger.pollOnce().events()).isZero();
            // The token has not changed: there is no further page.
            assertThat(service.requests).hasSize(5);
            last = 10;
            assertThat(trigger.pollOnce().events()).isEqualTo(3);
        }
        assertThat(events).extracting(TriggerEvent::key).containsExactlyElementsOf(keys(10));
    }

    @Test
    void pendingCountSavesEmptyPage() {
        service.behaviour = asked -> changes(Where.QUERY.in(asked));
        try (PollingTrigger trigger = trigger(
                Where.QUERY, Pagination.cursor("since").token("/last_seq").moreWhile("/pending"))) {
            trigger.pollOnce();
            assertThat(service.requests).hasSize(3);
            trigger.pollOnce();
            assertThat(service.requests).hasSize(4);
        }
        assertThat(events).extracting(TriggerEvent::key).containsExactlyElementsOf(keys(7));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void pageLimitContinuesByToken(int max) {
        last = 20;
        service.behaviour = asked -> changes(Where.QUERY.in(asked));
        try (PollingTrigger trigger = trigger(
                Where.QUERY, Pagination.cursor("since").token("/last_seq").maxPages(max))) {
            for (int i = 0; i < 10; i++) {
                trigger.pollOnce();
            }
        }
        assertThat(events).extracting(TriggerEvent::key).containsExactlyElementsOf(keys(20));
    }

    /** A number as cursor, and the last record of each page as token. */
    @Test
    void numberAndLastRecordShareParameter() {
        service.behaviour = asked -> {
            int since = asked.number("since", 0);
            return MockResponse.json(IntStream.rangeClosed(since + 1, Math.min(since + 3, last))
                    .mapToObj(i -> Map.of("id", i))
                    .toList());
        };
        try (PollingTrigger trigger = PollingTrigger.named("records")
                .connection(connection)
                .request(RequestTemplate.named("List").get("/records").build())
                .key("/id")
                .cursor(Cursor.number("/id").sentAs("since"))
                .pagination(Pagination.cursor("since").tokenOfLastRecord("/id").stable())
                .startPosition(StartPosition.everything())
                .store(StateStore.inMemory())
                .handler(events::add)
                .build()) {
            trigger.pollOnce();
            last = 15;
            trigger.pollOnce();
        }
        assertThat(events).extracting(TriggerEvent::key).containsExactlyElementsOf(keys(15));
    }

    @Test
    void definitionIsEquivalent() {
        service.behaviour = asked -> changes(Where.QUERY.in(asked));
        JsonNode json = JsonSupport.parse("""
                {"request": {"name": "Changes", "method": "GET", "url": "/_changes"}, "records": {"path": "/results"},
                 "key": ["/id"], "startPosition": {"everything": true},
                 "pagination": {"cursor": {"query": "since"}, "token": "/last_seq"},
                 "cursor": {"opaque": "/last_seq", "sentAs": {"query": "since"}}}""");
        try (PollingTrigger trigger = PollingTrigger.named("records")
                .definition(json)
                .connection(connection)
                .store(StateStore.inMemory())
                .handler(events::add)
                .build()) {
            trigger.pollOnce();
        }
        assertThat(events).extracting(TriggerEvent::key).containsExactlyElementsOf(keys(7));
    }

    static List<PollingTriggerBuilder> contradictions() {
        Cursor time = Cursor.timestamp("/t");
        return List.of(
                any().cursor(time.sentAs("page")).pagination(Pagination.pages("page")),
                any().cursor(time.sentAs("skip")).pagination(Pagination.offset("skip")),
                any().cursor(time.sentAs("limit"))
                        .pagination(Pagination.pages("page").size("limit", 10)),
                any().pagination(Pagination.pages("page").size("page", 10)),
                any().cursor(time.sentAs(ParameterLocation.header("x-page")))
                        .pagination(Pagination.pages(ParameterLocation.header("X-Page"))),
                any().cursor(time.sentAs(ParameterLocation.json("/page")))
                        .pagination(Pagination.pages(ParameterLocation.json("/page"))),
                any().cursor(time.windows(
                        java.time.Duration.ofDays(1), ParameterLocation.query("a"), ParameterLocation.query("a"))),
                any().cursor(time.windows(
                                java.time.Duration.ofDays(1),
                                ParameterLocation.query("a"),
                                ParameterLocation.query("b")))
                        .pagination(Pagination.cursor("a").token("/t")));
    }

    @ParameterizedTest
    @MethodSource("contradictions")
    void conflictingLocationsAreRejected(PollingTriggerBuilder builder) {
        assertThatThrownBy(builder::build)
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("are both sent in the")
                .hasMessageContaining("use separate locations");
    }

    private static PollingTriggerBuilder any() {
        return PollingTrigger.named("records")
                .request(RequestTemplate.named("List").get("/records").build())
                .key("/id")
                .store(StateStore.inMemory())
                .handler(event -> {});
    }

    private MockResponse changes(int since) {
        int to = Math.min(last, since + 3);
        return MockResponse.json(Map.of(
                "results",
                IntStream.rangeClosed(since + 1, to)
                        .mapToObj(i -> Map.of("id", i))
                        .toList(),
                "last_seq",
                String.valueOf(to),
                "pending",
                last - to));
    }

    private static List<String> keys(int to) {
        return IntStream.rangeClosed(1, to).mapToObj(String::valueOf).toList();
    }

    private PollingTrigger trigger(Where where, Pagination pagination) {
        return PollingTrigger.named("records")
                .connection(connection)
                .request(
                        where == Where.JSON
                                ? RequestTemplate.named("Changes")
                                        .post("/_changes")
                                        .json("{}")
                                        .build()
                                : RequestTemplate.named("Changes")
                                        .get("/_changes")
                                        .build())
                .records(RecordSelector.at("/results"))
                .key("/id")
                .cursor(Cursor.opaque("/last_seq").sentAs(where.location))
                .pagination(pagination)
                .startPosition(StartPosition.everything())
                .store(StateStore.inMemory())
                .handler(events::add)
                .build();
    }
}
