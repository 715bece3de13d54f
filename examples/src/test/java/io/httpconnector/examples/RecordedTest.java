package io.httpconnector.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.httpconnector.HttpConnection;
import io.httpconnector.Secret;
import io.httpconnector.polling.Cursor;
import io.httpconnector.polling.PollingTrigger;
import io.httpconnector.polling.RecordSelector;
import io.httpconnector.polling.StartPosition;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import io.httpconnector.testing.junit.Recorded;
import io.httpconnector.testing.recording.Recording;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A recorded test: it replays the files in {@code src/test/resources/recordings}, without a network and in virtual time. With
 * {@code -Dconnector.record=true} it records them again; the service is then a stand-in on a fixed port, in place of a real one.
 */
@Timeout(60)
@SuppressWarnings("try") // The service is used by its port, and only to record.
class RecordedTest {

    private static final int PORT = 28731;
    private static final String TRACKER = "http://127.0.0.1:" + PORT;
    private static final Secret CLIENT_SECRET = Secret.of("client-secret-0815");
    private static final Duration TOKEN_LIFETIME = Duration.ofSeconds(5);

    @Test
    void openIssuesAreCounted(@Recorded("issue-report.har") Recording recording) {
        try (MockService service = recording.isReplaying() ? null : service();
                HttpConnection tracker = recording
                        .attachTo(IssueReport.tracker(TRACKER, CLIENT_SECRET, recording.time()))
                        .build()) {
            IssueReport report = new IssueReport(tracker);

            assertThat(report.byLabel()).isEqualTo(Map.of("bug", 3L, "feature", 2L));

            recording.pause(TOKEN_LIFETIME);
            assertThat(report.byLabel()).isEqualTo(Map.of("bug", 3L, "feature", 2L));
        }
    }

    @Test
    void changedIssuesAreDelivered(@Recorded("issue-changes.har") Recording recording) {
        List<String> changes = new CopyOnWriteArrayList<>();
        try (MockService service = recording.isReplaying() ? null : service();
                HttpConnection tracker = recording
                        .attachTo(IssueReport.tracker(TRACKER, CLIENT_SECRET, recording.time()))
                        .build();
                PollingTrigger trigger = PollingTrigger.named("changes")
                        .connection(tracker)
                        .request(RequestTemplate.named("Changes")
                                .get("/changes?since={{cursor}}")
                                .build())
                        .records(RecordSelector.atRoot())
                        .key("/id")
                        .version("/updated")
                        .cursor(Cursor.timestamp("/updated"))
                        .startPosition(StartPosition.everything())
                        .every(Duration.ofHours(1))
                        .store(StateStore.inMemory())
                        .handler(event -> changes.add(event.key() + " of "
                                + event.payload().at("/updated").asText()))
                        .build()) {
            trigger.pollOnce();
            trigger.pollOnce();

            assertThat(changes)
                    .containsExactly(
                            "1 of 2026-01-01T10:00:00Z", "2 of 2026-01-01T11:00:00Z", "1 of 2026-01-01T12:00:00Z");
        }
    }

    /** The service that is recorded. */
    private static MockService service() {
        MockService service = MockService.start(PORT);
        service.on(
                "POST",
                "/oauth/token",
                request -> MockResponse.json("{\"access_token\": \"" + UUID.randomUUID()
                        + "\", \"token_type\": \"Bearer\", \"expires_in\": " + TOKEN_LIFETIME.toSeconds() + "}"));
        MockResponse last = MockResponse.json("[{\"id\": 4, \"label\": \"bug\"}, {\"id\": 5, \"label\": \"feature\"}]");
        Deque<MockResponse> secondPage =
                new ArrayDeque<>(List.of(MockResponse.status(503).header("Retry-After", "2")));
        service.on("GET", "/issues", request -> {
            boolean isSecond = request.uri().getQuery().contains("page=2");
            if (isSecond) {
                MockResponse failure = secondPage.poll();
                return failure == null ? last : failure;
            }
            return MockResponse.json("[{\"id\": 1, \"label\": \"bug\"}, {\"id\": 2, \"label\": \"bug\"},"
                            + " {\"id\": 3, \"label\": \"feature\"}]")
                    .header("Link", "<" + TRACKER + "/issues?state=open&page=2>; rel=\"next\"");
        });
        service.on(
                "GET",
                "/changes",
                MockResponse.json("[{\"id\": 1, \"updated\": \"2026-01-01T10:00:00Z\"},"
                        + " {\"id\": 2, \"updated\": \"2026-01-01T11:00:00Z\"}]"),
                MockResponse.json("[{\"id\": 2, \"updated\": \"2026-01-01T11:00:00Z\"},"
                        + " {\"id\": 1, \"updated\": \"2026-01-01T12:00:00Z\"}]"));
        return service;
    }
}
