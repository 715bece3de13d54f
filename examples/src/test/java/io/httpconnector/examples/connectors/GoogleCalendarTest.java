package io.httpconnector.examples.connectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.StatusException;
import io.httpconnector.definition.Connector;
import java.io.IOException;
import java.net.URI;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests the connector document of Google Calendar. */
class GoogleCalendarTest extends ConnectorFixture {

    private final CalendarMock google = new CalendarMock();

    /** Events by https://developers.google.com/workspace/calendar: synchronization tokens, page tokens, channels. */
    static final class CalendarMock extends ServiceMock {

        private static final String EVENTS = "www.googleapis.com/calendar/v3/calendars/primary/events";

        final TokenIssuer tokens = new TokenIssuer("https://accounts.google.com/o/oauth2/v2/auth").withPkce();

        /** The events in the order of their changes. */
        final Map<String, Map<String, Object>> events = new LinkedHashMap<>();

        /** Tokens before this number of changes have expired. */
        int oldest;

        private int changes;

        CalendarMock() {
            super("www.googleapis.com", "oauth2.googleapis.com");
        }

        synchronized void save(String id, String summary, String status) {
            events.remove(id);
            Map<String, Object> event = new LinkedHashMap<>();
            event.put("id", id);
            event.put("status", status);
            event.put("summary", summary);
            event.put("updated", time.now().plusMillis(changes).toString());
            event.put("change", ++changes);
            events.put(id, event);
        }

        @Override
        synchronized Reply reply(Call call) {
            if (call.target().equals("POST oauth2.googleapis.com/token")) {
                boolean isAssertion = "urn:ietf:params:oauth:grant-type:jwt-bearer"
                        .equals(call.form().get("grant_type"));
                return isAssertion ? assertion(call.form().get("assertion")) : tokens.token(call);
            }
            if (!tokens.accepts(call)) {
                return error(401, "authError", "Invalid Credentials");
            }
            return switch (call.target()) {
                case "GET www.googleapis.com/calendar/v3/users/me/calendarList" ->
                    Reply.json(Map.of("items", List.of()));
                case "GET " + EVENTS -> list(call);
                case "POST " + EVENTS -> create(call.json());
                case "POST " + EVENTS + "/watch" ->
                    call.json().path("type").asText().equals("web_hook")
                            ? Reply.json(Map.of(
                                    "kind",
                                    "api#channel",
                                    "id",
                                    call.json().path("id").asText()))
                            : error(400, "required", "Required");
                default -> {
                    String id = call.target().replace("GET " + EVENTS + "/", "");
                    yield events.containsKey(id) ? Reply.json(events.get(id)) : error(404, "notFound", "Not Found");
                }
            };
        }

        private Reply create(JsonNode event) {
            if (!event.at("/start/dateTime").asText().matches("\\d{4}-.*Z")
                    || !event.at("/end").has("dateTime")) {
                return error(400, "required", "Missing end time.");
            }
            save("e" + events.size(), event.path("summary").asText(), "confirmed");
            return Reply.json(events.get("e" + (events.size() - 1)));
        }

        private Reply list(Call call) {
            if (!call.hasOnly("maxResults", "pageToken", "syncToken")) {
                return error(400, "badRequest", "Bad Request");
            }
            String sync = call.parameter("syncToken").replace("sync-", "");
            int since = sync.isEmpty() ? 0 : Integer.parseInt(sync);
            if (!sync.isEmpty() && since < oldest) {
                return error(410, "fullSyncRequired", "Sync token is no longer valid, a full sync is required.");
            }
            List<Map<String, Object>> found = events.values().stream()
                    .filter(event -> (int) event.get("change") > since)
                    .filter(event -> !sync.isEmpty() || !event.get("status").equals("cancelled"))
                    .toList();
            String token = call.parameter("pageToken").replace("page-", "");
            int start = token.isEmpty() ? 0 : Integer.parseInt(token);
            int end = Math.min(found.size(), start + call.number("maxResults", 250));
            Map<String, Object> page = new LinkedHashMap<>();
            page.put("kind", "calendar#events");
            page.put("items", found.subList(start, end));
            page.put(
                    end < found.size() ? "nextPageToken" : "nextSyncToken",
                    end < found.size() ? "page-" + end : "sync-" + changes);
            return Reply.json(page);
        }

        private Reply assertion(String token) {
            try {
                JsonNode claims = Call.MAPPER.readTree(Base64.getUrlDecoder().decode(token.split("\\.", -1)[1]));
                boolean isValid = claims.path("aud").asText().equals("https://oauth2.googleapis.com/token")
                        && claims.path("iss").asText().equals("robot@project.iam.gserviceaccount.com")
                        && claims.path("scope").asText().endsWith("/auth/calendar")
                        && claims.path("exp").asLong() - claims.path("iat").asLong() <= 3600;
                return isValid
                        ? Reply.json(
                                Map.of("access_token", tokens.newToken(), "token_type", "Bearer", "expires_in", 3599))
                        : Reply.json(400, Map.of("error", "invalid_grant", "error_description", claims.toString()));
            } catch (IOException e) {
                return Reply.json(400, Map.of("error", "invalid_request"));
            }
        }

        static Reply error(int status, String reason, String message) {
            return Reply.json(
                    status,
                    Map.of(
                            "error",
                            Map.of(
                                    "code", status,
                                    "message", message,
                                    "errors", List.of(Map.of("domain", "calendar", "reason", reason)))));
        }
    }

    @AfterEach
    void stop() throws Exception {
        google.close();
    }

    private Connector calendar() {
        Connector calendar = connect(
                "google-calendar",
                "oauth2",
                google,
                Map.of("clientId", TokenIssuer.CLIENT),
                "clientSecret",
                TokenIssuer.CLIENT_SECRET,
                "channelToken",
                "channel-secret");
        authorize(calendar, google.tokens, "https://www.googleapis.com/auth/calendar");
        return calendar;
    }

    private static Map<String, Object> meeting(String end) {
        Map<String, Object> event = new LinkedHashMap<>();
        event.put("summary", "Meeting");
        event.put("start", "2026-05-28T09:00:00-07:00");
        event.put("end", end);
        event.put("attendees", List.of("ann@example.com"));
        return event;
    }

    @Test
    void requests() {
        Connector calendar = calendar();

        calendar.connection().test().orThrow();
        String id = calendar.request("create-event")
                .send("event", meeting("2026-05-28T17:00:00Z"))
                .json()
                .path("id")
                .asText();

        assertThat(google.lastCall().json().at("/attendees/0/email").asText()).isEqualTo("ann@example.com");
        assertThat(calendar.request("get-event")
                        .send("event", Map.of("id", id))
                        .json()
                        .path("summary")
                        .asText())
                .isEqualTo("Meeting");
        assertThat(rejected(404, () -> calendar.request("get-event").send("event", Map.of("id", "none")))
                        .at("/error/errors/0/reason")
                        .asText())
                .isEqualTo("notFound");
    }

    @Test
    void quotasAreWaitedFor() {
        Connector calendar = calendar();
        google.answerNext(CalendarMock.error(403, "rateLimitExceeded", "Rate Limit Exceeded"));
        google.answerNext(CalendarMock.error(403, "userRateLimitExceeded", "User Rate Limit Exceeded"));

        calendar.request("create-event").send("event", meeting("2026-05-28T17:00:00Z"));

        assertThat(google.events).hasSize(1);
        assertThat(google.time.waits()).hasSizeGreaterThanOrEqualTo(2);
    }

    @Test
    void tokensAreRefreshedAndServiceAccountsLogIn() throws Exception {
        authorizeAndRefresh(calendar(), google, google.tokens);
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        KeyPair keys = generator.generateKeyPair();

        connect(
                        "google-calendar",
                        "service-account",
                        google,
                        Map.of("serviceAccount", "robot@project.iam.gserviceaccount.com"),
                        "privateKey",
                        pem(keys))
                .connection()
                .test()
                .orThrow();
    }

    @Test
    void triggerReadsAllPagesAndThenChangesOnly() {
        Connector calendar = calendar();
        google.save("old", "Old", "confirmed");
        assertThat(poll(calendar, "changed-events")).isEmpty();
        google.time.advance(Duration.ofMinutes(10));
        IntStream.range(0, 600).forEach(i -> google.save("e" + i, "Event " + i, "confirmed"));

        assertThat(texts(poll(calendar, "changed-events"), "/id")).hasSize(600).doesNotHaveDuplicates();
        assertThat(poll(calendar, "changed-events")).isEmpty();

        google.save("e7", "Moved", "confirmed");
        google.save("e8", "Event 8", "cancelled");
        assertThat(texts(poll(calendar, "changed-events"), "/status")).containsExactly("confirmed", "cancelled");
        assertThat(poll(calendar, "changed-events")).isEmpty();
    }

    @Test
    void expiredSynchronizationTokenLosesNothing() {
        Connector calendar = calendar();
        google.save("a", "First", "confirmed");
        assertThat(poll(calendar, "changed-events")).isEmpty();
        google.save("b", "Second", "confirmed");
        google.oldest = 100;

        assertThatThrownBy(() -> poll(calendar, "changed-events"))
                .isInstanceOfSatisfying(
                        StatusException.class, e -> assertThat(e.status()).isEqualTo(410));
        google.oldest = 0;
        assertThat(texts(poll(calendar, "changed-events"), "/summary")).containsExactly("Second");
    }

    @Test
    void webhookNeedsTheTokenOfItsChannel() {
        Connector calendar = calendar();
        URI url = open(calendar, "notification");
        calendar.request("watch-events")
                .send("channel", Map.of("id", "channel-1", "url", url.toString(), "token", "channel-secret"));
        Map<String, String> headers = Map.of(
                "X-Goog-Channel-ID", "channel-1",
                "X-Goog-Channel-Token", "channel-secret",
                "X-Goog-Message-Number", "2",
                "X-Goog-Resource-State", "exists");
        Map<String, String> forged = new LinkedHashMap<>(headers);
        forged.put("X-Goog-Channel-Token", "guessed");

        assertThat(post(url, forged, "").status()).isEqualTo(401);
        assertThat(post(url, headers, "").status()).isEqualTo(200);
        assertThat(post(url, headers, "").status()).isEqualTo(200);
        assertThat(takeEvents())
                .singleElement()
                .satisfies(event -> assertThat(event.key()).isEqualTo("channel-1"));
    }
}
