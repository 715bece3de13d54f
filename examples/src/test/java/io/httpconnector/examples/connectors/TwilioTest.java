package io.httpconnector.examples.connectors;

import static org.assertj.core.api.Assertions.assertThat;

import io.httpconnector.definition.Connector;
import io.httpconnector.webhook.WebhookResponse;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests the connector document of Twilio. */
class TwilioTest extends ConnectorFixture {

    private static final String ACCOUNT = "AC" + "0".repeat(32);
    private static final String KEY = "SK" + "1".repeat(32);

    private final TwilioMock twilio = new TwilioMock();

    /** Messages by https://www.twilio.com/docs: forms, RFC 2822 dates, relative URLs of the next page. */
    static final class TwilioMock extends ServiceMock {

        private static final String MESSAGES = "/2010-04-01/Accounts/" + ACCOUNT + "/Messages";
        private static final DateTimeFormatter DATE = DateTimeFormatter.RFC_1123_DATE_TIME;

        /** The newest first. */
        final Deque<Map<String, Object>> messages = new ArrayDeque<>();

        TwilioMock() {
            super("api.twilio.com");
        }

        synchronized Map<String, Object> message(String direction, String body) {
            Map<String, Object> message = new LinkedHashMap<>();
            message.put("sid", "SM%032x".formatted(messages.size()));
            message.put("direction", direction);
            message.put("status", direction.equals("inbound") ? "received" : "queued");
            message.put("body", body);
            String now = DATE.format(time.now().atOffset(ZoneOffset.UTC)).replace("GMT", "+0000");
            message.put("date_sent", direction.equals("inbound") ? now : null);
            messages.addFirst(message);
            return message;
        }

        @Override
        synchronized Reply reply(Call call) {
            if (!call.header("Authorization").equals(basic(KEY, "s-1"))
                    && !call.header("Authorization").equals(basic(ACCOUNT, "t-1"))) {
                return error(401, 20003, "Authenticate");
            }
            if (call.target().equals("GET api.twilio.com/2010-04-01/Accounts/" + ACCOUNT + ".json")) {
                return Reply.json(Map.of("sid", ACCOUNT));
            }
            if (call.target().equals("GET api.twilio.com" + MESSAGES + ".json")) {
                return list(call);
            }
            if (call.target().equals("POST api.twilio.com" + MESSAGES + ".json")) {
                return call.form().getOrDefault("To", "").matches("\\+\\d{8,15}")
                                && call.form().containsKey("Body")
                        ? Reply.json(201, message("outbound-api", call.form().get("Body")))
                        : error(
                                400,
                                21211,
                                "The 'To' number " + call.form().get("To") + " is not a valid phone number.");
            }
            return messages.stream()
                    .filter(message -> call.path().equals(MESSAGES + "/" + message.get("sid") + ".json"))
                    .findFirst()
                    .map(Reply::json)
                    .orElse(error(404, 20404, "The requested resource was not found"));
        }

        private Reply list(Call call) {
            if (!call.hasOnly("PageSize", "Page", "PageToken", "DateSent>") || call.number("PageSize", 50) > 1000) {
                return error(400, 20001, "Unknown parameter");
            }
            String after = call.parameter("DateSent>");
            String token = call.parameter("PageToken").replace("PA", "");
            List<Map<String, Object>> found = messages.stream()
                    .dropWhile(
                            message -> !token.isEmpty() && !message.get("sid").equals(token))
                    .filter(message -> after.isEmpty()
                            || (message.get("date_sent") != null
                                    && !sent(message).isBefore(Instant.parse(after))))
                    .toList();
            // No more than 100 on a page, to have several.
            int size = Math.min(found.size(), Math.min(100, call.number("PageSize", 50)));
            Map<String, Object> page = new LinkedHashMap<>();
            page.put("messages", found.subList(0, size));
            page.put(
                    "next_page_uri",
                    size == found.size()
                            ? null
                            : MESSAGES + ".json?PageSize=1000&Page=1&PageToken=PA"
                                    + found.get(size).get("sid")
                                    + (after.isEmpty() ? "" : "&DateSent%3E=" + after.replace(":", "%3A")));
            return Reply.json(page);
        }

        private static Instant sent(Map<String, Object> message) {
            return OffsetDateTime.parse(message.get("date_sent").toString(), DATE)
                    .toInstant();
        }

        private static String basic(String user, String password) {
            return "Basic "
                    + Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
        }

        static Reply error(int status, int code, String message) {
            return Reply.json(
                    status,
                    Map.of(
                            "code", code,
                            "message", message,
                            "more_info", "https://www.twilio.com/docs/errors/" + code,
                            "status", status));
        }
    }

    @AfterEach
    void stop() throws Exception {
        twilio.close();
    }

    private Connector account() {
        return connect(
                "twilio",
                "api-key",
                twilio,
                Map.of("accountSid", ACCOUNT, "keySid", KEY),
                "keySecret",
                "s-1",
                "authToken",
                "t-1");
    }

    private static Map<String, String> message(String to) {
        return Map.of("to", to, "from", "+15005550006", "body", "Ahoy & welcome");
    }

    @Test
    void requests() {
        Connector account = account();

        account.connection().test().orThrow();
        String sid = account.request("send-message")
                .send("message", message("+15005550010"))
                .json()
                .path("sid")
                .asText();

        assertThat(account.request("get-message")
                        .send("message", Map.of("sid", sid))
                        .json()
                        .path("body")
                        .asText())
                .isEqualTo("Ahoy & welcome");
        assertThat(rejected(400, () -> account.request("send-message").send("message", message("007")))
                        .path("code")
                        .asInt())
                .isEqualTo(21211);
        connect("twilio", "auth-token", twilio, Map.of("accountSid", ACCOUNT), "authToken", "t-1")
                .connection()
                .test()
                .orThrow();
        assertThat(connect("twilio", "auth-token", twilio, Map.of("accountSid", ACCOUNT), "authToken", "wrong")
                        .connection()
                        .test()
                        .ok())
                .isFalse();
    }

    @Test
    void rateLimitIsWaitedForAndNoMessageIsSentTwice() {
        Connector account = account();
        twilio.answerNext(TwilioMock.error(429, 20429, "Too Many Requests"));

        account.request("send-message").send("message", message("+15005550010"));

        assertThat(twilio.messages).hasSize(1);
        assertThat(twilio.time.waits()).isNotEmpty();
    }

    @Test
    void triggerReadsAllPagesOfReceivedMessages() {
        Connector account = account();
        twilio.message("inbound", "Old");
        twilio.time.advance(Duration.ofMinutes(5));
        assertThat(poll(account, "received-messages")).isEmpty();
        twilio.time.advance(Duration.ofMinutes(5));
        IntStream.range(0, 250).forEach(i -> twilio.message("inbound", "Message " + i));
        twilio.message("outbound-api", "Sent");
        twilio.time.advance(Duration.ofMinutes(5));

        assertThat(texts(poll(account, "received-messages"), "/body"))
                .hasSize(250)
                .doesNotHaveDuplicates();
        assertThat(poll(account, "received-messages")).isEmpty();

        twilio.message("inbound", "New");
        twilio.time.advance(Duration.ofMinutes(5));
        assertThat(texts(poll(account, "received-messages"), "/body")).containsExactly("New");
        assertThat(poll(account, "received-messages")).isEmpty();
    }

    @Test
    void webhookIsVerifiedAndAnsweredByTwiMl() {
        URI url = open(account(), "received-message");
        Map<String, String> fields = new TreeMap<>(
                Map.of("MessageSid", "SM1", "From", "+15005550010", "To", "+15005550006", "Body", "Hello & bye"));
        StringBuilder signed = new StringBuilder(url.toString());
        StringBuilder form = new StringBuilder();
        fields.forEach((name, value) -> {
            signed.append(name).append(value);
            form.append(form.isEmpty() ? "" : "&").append(name).append('=');
            form.append(URLEncoder.encode(value, StandardCharsets.UTF_8));
        });
        String mac = Base64.getEncoder()
                .encodeToString(hmac("HmacSHA1", "t-1".getBytes(StandardCharsets.UTF_8), signed.toString()));
        Map<String, String> headers =
                Map.of("Content-Type", "application/x-www-form-urlencoded", "X-Twilio-Signature", mac);

        assertThat(post(url, headers, form + "&Body2=x").status()).isEqualTo(401);
        WebhookResponse response = post(url, headers, form.toString());
        assertThat(post(url, headers, form.toString()).status()).isEqualTo(200);

        assertThat(new String(response.body(), StandardCharsets.UTF_8)).isEqualTo("<Response/>");
        assertThat(response.headers()).containsEntry("Content-Type", "text/xml");
        assertThat(takeEvents()).singleElement().satisfies(event -> {
            assertThat(event.payload().path("Body").asText()).isEqualTo("Hello & bye");
            assertThat(event.key()).isEqualTo("+15005550010");
        });
    }
}
