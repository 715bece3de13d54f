package io.httpconnector.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.ConnectorException;
import io.httpconnector.HttpConnection;
import io.httpconnector.ResponseRule;
import io.httpconnector.RetryPolicy;
import io.httpconnector.StatusException;
import io.httpconnector.polling.MockService.MockResponse;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.trigger.TriggerEvent;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Services that return the token or URL of the next poll. */
class SyncTokenTest {

    @TempDir
    Path directory;

    private final MockService service = new MockService();
    private final HttpConnection connection = HttpConnection.named("Service")
            .baseUrl(service.baseUrl())
            .retry(RetryPolicy.none())
            .build();
    private final List<TriggerEvent> events = new ArrayList<>();

    @AfterEach
    void end() {
        connection.close();
        service.close();
    }

    private PollingTriggerBuilder trigger() {
        return PollingTrigger.named("changes")
                .connection(connection)
                .request(RequestTemplate.named("Changes").get("/records").build())
                .key("/id")
                .startPosition(StartPosition.everything())
                .store(StateStore.inMemory())
                .handler(events::add);
    }

    @Test
    void tokenIsSentByNextPoll() {
        service.behaviour = asked -> {
            int token = asked.number("token", 0);
            return MockResponse.json(Map.of("changes", List.of(Map.of("id", token)), "next_token", token + 1));
        };
        try (StateStore store = StateStore.file(directory)) {
            for (int i = 0; i < 3; i++) {
                try (PollingTrigger trigger = trigger()
                        .records(RecordSelector.at("/changes"))
                        .cursor(Cursor.opaque("/next_token").sentAs("token"))
                        .store(store)
                        .build()) {
                    trigger.pollOnce();
                }
            }
        }
        assertThat(events).extracting(TriggerEvent::key).containsExactly("0", "1", "2");
        assertThat(service.requests.get(0).query()).doesNotContainKey("token");
        assertThat(service.requests.get(2).query()).containsEntry("token", "2");
    }

    @Test
    void urlIsRequestedByNextPoll() {
        // As in Microsoft Graph: pages until there is a link for the next poll.
        service.behaviour = asked -> {
            boolean isLast = asked.query().containsKey("skip");
            int from = asked.number(isLast ? "skip" : "delta", 0);
            Map<String, Object> response = new LinkedHashMap<>();
            response.put("value", List.of(Map.of("id", from + (isLast ? 1 : 0))));
            response.put(
                    isLast ? "@odata.deltaLink" : "@odata.nextLink",
                    service.baseUrl() + "/users/delta?" + (isLast ? "delta=" + (from + 10) : "skip=" + from));
            return MockResponse.json(response);
        };
        PollingTriggerBuilder builder = trigger()
                .request(RequestTemplate.named("Changes")
                        .get("/users/delta")
                        .query("$select", "id")
                        .build())
                .records(RecordSelector.at("/value"))
                .cursor(Cursor.nextUrl("/@odata.deltaLink"))
                .pagination(Pagination.nextUrl("/@odata.nextLink"));
        try (StateStore store = StateStore.file(directory)) {
            for (int i = 0; i < 3; i++) {
                try (PollingTrigger trigger = builder.store(store).build()) {
                    trigger.pollOnce();
                }
            }
        }
        assertThat(events).extracting(TriggerEvent::key).containsExactly("0", "1", "10", "11", "20", "21");
        assertThat(service.requests.get(0).query()).containsOnlyKeys("$select");
        assertThat(service.requests.get(2).query()).isEqualTo(Map.of("delta", "10"));
    }

    static Stream<Cursor> given() {
        return Stream.of(
                Cursor.opaque("/token").sentAs("token"),
                Cursor.nextUrl("/next"),
                Cursor.nextUrl(page -> Optional.of(page.at("/next").asText())));
    }

    @ParameterizedTest
    @MethodSource("given")
    void expiredTokenIsDropped(Cursor cursor) {
        List<Map<String, Object>> records = new ArrayList<>(List.of(Map.of("id", 1)));
        service.behaviour = asked -> asked.query().containsKey("token")
                ? MockResponse.status(410)
                : MockResponse.json(Map.of("changes", records, "token", "A", "next", "/records?token=A"));
        try (PollingTrigger trigger =
                trigger().records(RecordSelector.at("/changes")).cursor(cursor).build()) {
            trigger.pollOnce();
            records.add(Map.of("id", 2));
            assertThatThrownBy(trigger::pollOnce).isInstanceOf(StatusException.class);
            trigger.pollOnce();
        }
        assertThat(events).extracting(TriggerEvent::key).containsExactly("1", "2");
    }

    /** Another process continues after a crash of this one. */
    @Test
    void expiryIsStoredImmediately() {
        service.behaviour = asked -> asked.query().containsKey("token")
                ? MockResponse.status(410)
                : MockResponse.json(Map.of("changes", List.of(Map.of("id", 1)), "token", "A"));
        StateStore store = new SharedStore();
        PollingTriggerBuilder builder = trigger()
                .records(RecordSelector.at("/changes"))
                .cursor(Cursor.opaque("/token").sentAs("token"))
                .store(store);
        try (PollingTrigger trigger = builder.build();
                PollingTrigger other = builder.build()) {
            trigger.pollOnce();
            assertThatThrownBy(trigger::pollOnce).isInstanceOf(StatusException.class);
            assertThat(other.pollOnce().records()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "400, {\"error\": \"Invalid Sync Token\"}",
        "404, {\"error\": \"no such token\"}",
        "409, {\"error\": \"resync required: invalid sync token\"}",
        "200, {\"error\": \"invalid sync token\"}"
    })
    void tokenExpiredByDeclaredResponseIsDropped(int status, String body) {
        List<Map<String, Object>> records = new ArrayList<>(List.of(Map.of("id", 1)));
        service.behaviour = asked -> asked.query().containsKey("token")
                ? new MockResponse(status, "application/json", Map.of(), body)
                : MockResponse.json(Map.of("changes", records, "token", "A"));
        try (HttpConnection strict = HttpConnection.named("Service")
                        .baseUrl(service.baseUrl())
                        .rule(ResponseRule.forStatus(200)
                                .text("invalid sync token")
                                .treatAs(ResponseRule.Action.FAIL))
                        .build();
                PollingTrigger trigger = trigger()
                        .connection(strict)
                        .records(RecordSelector.at("/changes"))
                        .cursor(Cursor.opaque("/token")
                                .sentAs("token")
                                .expiredWhen(404)
                                .expiredWhen(status, "invalid sync token"))
                        .build()) {
            trigger.pollOnce();
            records.add(Map.of("id", 2));
            assertThatThrownBy(trigger::pollOnce).isInstanceOf(StatusException.class);
            assertThat(trigger.status().warnings())
                    .anySatisfy(line -> assertThat(line).contains("the next poll reads everything"));
            trigger.pollOnce();
        }
        assertThat(events).extracting(TriggerEvent::key).containsExactly("1", "2");
    }

    @ParameterizedTest
    @CsvSource({"400, true", "404, true", "422, true", "200, true", "500, false", "403, false", "429, false"})
    void rejectedTokenIsKeptAndStatusShowsSolution(int status, boolean isUnreliable) {
        boolean[] refuses = {false};
        service.behaviour = asked -> refuses[0] && asked.query().containsKey("token")
                ? MockResponse.status(status)
                : MockResponse.json(Map.of("changes", List.of(Map.of("id", 1)), "token", "A"));
        try (PollingTrigger trigger = trigger()
                .records(RecordSelector.at("/changes"))
                .cursor(Cursor.opaque("/token").sentAs("token").expiredWhen(400, "another text"))
                .build()) {
            trigger.pollOnce();
            refuses[0] = true;
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(trigger::pollOnce).isInstanceOf(ConnectorException.class);
                assertThat(trigger.status().warnings().stream().anyMatch(line -> line.contains("reset()")))
                        .isEqualTo(isUnreliable);
            }
            refuses[0] = false;
            trigger.pollOnce();
            assertThat(trigger.status().warnings()).isEmpty();
            assertThat(service.requests.get(service.requests.size() - 1).query())
                    .containsEntry("token", "A");
            refuses[0] = true;
            trigger.reset();
            trigger.pollOnce();
        }
    }

    @Test
    void expiryIsRejectedForOtherCursors() {
        assertThatThrownBy(() -> Cursor.number("/id").expiredWhen(404)).hasMessageContaining("only a token or URL");
        assertThatThrownBy(() -> Cursor.opaque("/t").expiredWhen(99)).hasMessageContaining("200 to 599");
        assertThatThrownBy(() -> Cursor.opaque("/t").expiredWhen(400, null)).hasMessageContaining("the text is null");
    }

    @Test
    void nextUrlOnAnotherHostIsRejected() {
        service.behaviour =
                asked -> MockResponse.json(Map.of("changes", List.of(), "next", "https://evil.example.com/"));
        try (PollingTrigger trigger = trigger()
                .records(RecordSelector.at("/changes"))
                .cursor(Cursor.nextUrl("/next"))
                .build()) {
            assertThatThrownBy(trigger::pollOnce)
                    .isInstanceOf(PollingException.class)
                    .hasMessageContaining("to which the credentials must not be sent");
        }
    }
}
