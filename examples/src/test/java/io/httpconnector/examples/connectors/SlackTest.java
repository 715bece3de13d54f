package io.httpconnector.examples.connectors;

import static org.assertj.core.api.Assertions.assertThat;

import io.httpconnector.definition.Connector;
import io.httpconnector.trigger.TriggerEvent;
import io.httpconnector.webhook.WebhookResponse;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Deque;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests the connector document of Slack. */
class SlackTest extends ConnectorFixture {

    private static final String CHANNEL = "C0123456789";

    private final SlackMock slack = new SlackMock();

    /** Methods by https://docs.slack.dev: errors with status 200, cursors, rate limits of each method. */
    static final class SlackMock extends ServiceMock {

        final TokenIssuer tokens = new TokenIssuer("https://slack.com/oauth/v2/authorize")
                .withRotation()
                .with("ok", true)
                .with("team", Map.of("id", "T1"));
        final Map<String, Map<String, Object>> channels = new LinkedHashMap<>();

        /** The newest first. */
        final Deque<Map<String, Object>> messages = new ArrayDeque<>();

        boolean tellsExpiry;

        SlackMock() {
            super("slack.com");
            rename(CHANNEL, "general");
        }

        synchronized void rename(String id, String name) {
            channels.put(
                    id, Map.of("id", id, "name", name, "topic", Map.of("value", ""), "purpose", Map.of("value", "")));
        }

        synchronized void message(String text) {
            String ts = "%d.%06d".formatted(time.now().getEpochSecond(), messages.size());
            messages.addFirst(Map.of("type", "message", "user", "U1", "text", text, "ts", ts));
        }

        @Override
        synchronized Reply reply(Call call) {
            if (call.path().equals("/api/oauth.v2.access")) {
                return tokens.token(call);
            }
            if (!tokens.accepts(call)) {
                return error(tellsExpiry ? "token_expired" : "invalid_auth");
            }
            return switch (call.target()) {
                case "GET slack.com/api/auth.test" -> Reply.json(Map.of("ok", true, "team_id", "T1"));
                case "POST slack.com/api/chat.postMessage" -> post(call);
                case "GET slack.com/api/conversations.info" ->
                    channels.containsKey(call.parameter("channel"))
                            ? Reply.json(Map.of("ok", true, "channel", channels.get(call.parameter("channel"))))
                            : error("channel_not_found");
                case "GET slack.com/api/conversations.list" -> page(call, "channels", channels.values(), any -> true);
                case "GET slack.com/api/conversations.history" ->
                    call.parameter("channel").equals(CHANNEL)
                            ? page(call, "messages", messages, message -> isAfter(message, call.parameter("oldest")))
                            : error("channel_not_found");
                default -> error("unknown_method");
            };
        }

        private Reply post(Call call) {
            if (!call.header("Content-Type").startsWith("application/json")) {
                return error("invalid_form_data");
            }
            String channel = call.json().path("channel").asText();
            if (!channels.containsKey(channel)) {
                return error("channel_not_found");
            }
            if (call.json().path("text").asText().isEmpty()) {
                return error("no_text");
            }
            message(call.json().path("text").asText());
            return Reply.json(Map.of(
                    "ok", true, "channel", channel, "ts", messages.getFirst().get("ts")));
        }

        private static boolean isAfter(Map<String, Object> message, String oldest) {
            return oldest.isEmpty() || Double.parseDouble(message.get("ts").toString()) > Double.parseDouble(oldest);
        }

        private static Reply page(
                Call call, String name, Iterable<Map<String, Object>> all, Predicate<Map<String, Object>> isListed) {
            List<Map<String, Object>> listed = new ArrayList<>();
            all.forEach(each -> {
                if (isListed.test(each)) {
                    listed.add(each);
                }
            });
            String cursor = call.parameter("cursor");
            int start = cursor.isEmpty() ? 0 : Integer.parseInt(text(cursor).substring("next:".length()));
            int end = Math.min(listed.size(), start + Math.min(200, call.number("limit", 100)));
            String next = end < listed.size() ? token("next:" + end) : "";
            return Reply.json(Map.of(
                    "ok", true, name, listed.subList(start, end), "response_metadata", Map.of("next_cursor", next)));
        }

        private static String token(String text) {
            return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
        }

        private static String text(String token) {
            return new String(Base64.getDecoder().decode(token), StandardCharsets.UTF_8);
        }

        static Reply error(String code) {
            return Reply.json(Map.of("ok", false, "error", code));
        }
    }

    @AfterEach
    void stop() throws Exception {
        slack.close();
    }

    private Connector team() {
        Connector team = connect(
                "slack",
                "bot",
                slack,
                Map.of("channel", CHANNEL, "clientId", TokenIssuer.CLIENT),
                "clientSecret",
                TokenIssuer.CLIENT_SECRET,
                "signingSecret",
                "8f742231b10e");
        authorize(team, slack.tokens, "chat:write", "channels:history");
        return team;
    }

    @Test
    void requests() {
        Connector team = team();

        team.connection().test().orThrow();
        team.request("post-message").send("message", Map.of("channel", CHANNEL, "text", "Hello"));

        assertThat(slack.messages.getFirst()).containsEntry("text", "Hello");
        assertThat(team.request("get-channel")
                        .send("channel", Map.of("id", CHANNEL))
                        .json()
                        .at("/channel/name")
                        .asText())
                .isEqualTo("general");
        assertThat(rejected(
                                200,
                                () -> team.request("post-message")
                                        .send("message", Map.of("channel", "C0", "text", "Hello")))
                        .path("error")
                        .asText())
                .isEqualTo("channel_not_found");
    }

    @Test
    void wrongTokenFailsTheTest() {
        Connector stranger = connect("slack", "token", slack, Map.of("channel", CHANNEL), "token", "xoxb-wrong");

        assertThat(stranger.connection().test().ok()).isFalse();
    }

    @Test
    void rateLimitIsRespected() {
        Connector team = team();
        slack.answerNext(
                Reply.json(429, Map.of("ok", false, "error", "ratelimited")).header("Retry-After", 12));

        team.request("post-message").send("message", Map.of("channel", CHANNEL, "text", "Hello"));

        assertThat(slack.time.waits())
                .anySatisfy(wait -> assertThat(wait).isBetween(Duration.ofSeconds(12), Duration.ofSeconds(14)));
        assertThat(slack.messages).hasSize(1);
    }

    @Test
    void tokenIsRefreshedWhenItExpiresAndWhenTheServiceSaysSo() {
        Connector team = team();
        authorizeAndRefresh(team, slack, slack.tokens);
        slack.time.advance(Duration.ofMinutes(5));
        slack.tokens.expireTokens();
        slack.tellsExpiry = true;

        team.request("post-message").send("message", Map.of("channel", CHANNEL, "text", "Hello"));

        assertThat(slack.tokens.refreshed()).isEqualTo(2);
    }

    @Test
    void triggerReadsAllPagesAndThenNewMessagesOnly() {
        Connector team = team();
        slack.message("Old");
        slack.time.advance(Duration.ofMinutes(5));
        assertThat(poll(team, "new-messages")).isEmpty();
        slack.time.advance(Duration.ofMinutes(5));
        IntStream.range(0, 450).forEach(i -> slack.message("Message " + i));
        slack.time.advance(Duration.ofMinutes(5));

        assertThat(texts(poll(team, "new-messages"), "/text")).hasSize(450).doesNotHaveDuplicates();
        assertThat(poll(team, "new-messages")).isEmpty();

        slack.message("New");
        slack.time.advance(Duration.ofMinutes(5));
        assertThat(texts(poll(team, "new-messages"), "/text")).containsExactly("New");
        assertThat(poll(team, "new-messages")).isEmpty();
    }

    @Test
    void triggerFindsNewChangedAndDeletedChannels() {
        Connector team = team();
        IntStream.range(0, 300).forEach(i -> slack.rename("C" + i, "channel-" + i));
        assertThat(poll(team, "channels")).isEmpty();

        slack.rename("C7", "renamed");
        slack.rename("C300", "new");
        slack.channels.remove("C8");

        assertThat(poll(team, "channels"))
                .extracting(event -> event.change() + " " + event.key())
                .containsExactlyInAnyOrder("UPDATED C7", "NEW C300", "DELETED C8");
        assertThat(poll(team, "channels")).isEmpty();
    }

    @Test
    void webhookIsVerifiedAfterItsHandshake() {
        URI url = open(team(), "event");
        String challenge = "{\"type\": \"url_verification\", \"token\": \"x\", \"challenge\": \"3eZbrw1a\"}";
        String body =
                "{\"type\": \"event_callback\", \"event_id\": \"Ev1\", \"event\": {\"type\": \"message\", \"channel\": \"C1\"}}";

        WebhookResponse response = post(url, signed(challenge), challenge);
        assertThat(response.status()).isEqualTo(200);
        assertThat(new String(response.body(), StandardCharsets.UTF_8)).contains("3eZbrw1a");
        TriggerEvent event = receivesOnlySigned(url, signed(body), body);

        assertThat(event.id()).contains("Ev1");
        assertThat(event.key()).isEqualTo("C1");
    }

    private Map<String, String> signed(String body) {
        String now = String.valueOf(slack.time.now().getEpochSecond());
        String mac = HexFormat.of().formatHex(hmacSha256("8f742231b10e", "v0:" + now + ":" + body));
        return Map.of("X-Slack-Request-Timestamp", now, "X-Slack-Signature", "v0=" + mac);
    }
}
