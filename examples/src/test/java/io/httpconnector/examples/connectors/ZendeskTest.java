package io.httpconnector.examples.connectors;

import static org.assertj.core.api.Assertions.assertThat;

import io.httpconnector.definition.Connector;
import io.httpconnector.trigger.TriggerEvent;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests the connector document of Zendesk. */
class ZendeskTest extends ConnectorFixture {

    private static final Map<String, String> ACME = Map.of("subdomain", "acme", "email", "ann@example.com");

    private final ZendeskMock zendesk = new ZendeskMock();

    /** Tickets by https://developer.zendesk.com: incremental export without the last minute, and rate limit headers. */
    static final class ZendeskMock extends ServiceMock {

        private static final String API = "acme.zendesk.com/api/v2";
        private static final int PAGE = 100;

        final TokenIssuer tokens = new TokenIssuer("https://acme.zendesk.com/oauth/authorizations/new")
                .withPkce()
                .withJson()
                .withRotation();
        final Map<Integer, Map<String, Object>> tickets = new LinkedHashMap<>();

        ZendeskMock() {
            super("acme.zendesk.com");
        }

        synchronized void save(int id, String subject) {
            Map<String, Object> ticket = new LinkedHashMap<>();
            ticket.put("id", id);
            ticket.put("subject", subject);
            ticket.put("status", "open");
            ticket.put("updated_at", time.now().toString());
            ticket.put("generated_timestamp", time.now().getEpochSecond());
            tickets.put(id, ticket);
        }

        @Override
        synchronized Reply reply(Call call) {
            if (call.target().equals("POST acme.zendesk.com/oauth/tokens")) {
                return tokens.token(call);
            }
            byte[] login = "ann@example.com/token:api-1".getBytes(StandardCharsets.UTF_8);
            boolean isKnown = call.header("Authorization")
                            .equals("Basic " + Base64.getEncoder().encodeToString(login))
                    || tokens.accepts(call);
            if (!isKnown) {
                return Reply.json(401, Map.of("error", "Couldn't authenticate you"));
            }
            return switch (call.target()) {
                case "GET " + API + "/users/me.json" -> Reply.json(Map.of("user", Map.of("id", 1)));
                case "POST " + API + "/tickets.json" -> create(call);
                case "GET " + API + "/incremental/tickets.json" -> export(call);
                default ->
                    tickets.values().stream()
                            .filter(ticket ->
                                    call.target().equals("GET " + API + "/tickets/" + ticket.get("id") + ".json"))
                            .findFirst()
                            .map(ticket -> Reply.json(Map.of("ticket", ticket)))
                            .orElse(error(404, "RecordNotFound", "Not found"));
            };
        }

        private Reply create(Call call) {
            if (call.json().at("/ticket/comment/body").asText().isEmpty()) {
                return error(422, "RecordInvalid", "Record validation errors");
            }
            if (call.json().at("/ticket").has("requester")
                    && !call.json().at("/ticket/requester").has("name")) {
                return error(422, "RecordInvalid", "Requester: Name: is too short");
            }
            save(tickets.size() + 1, call.json().at("/ticket/subject").asText());
            return Reply.json(201, Map.of("ticket", tickets.get(tickets.size())));
        }

        private Reply export(Call call) {
            long now = time.now().getEpochSecond();
            if (!call.hasOnly("start_time", "offset")
                    || !call.parameter("start_time").matches("\\d{10}")) {
                return error(400, "InvalidValue", "start_time is not valid");
            }
            long start = Long.parseLong(call.parameter("start_time"));
            if (start > now - 60) {
                return error(
                        422, "StartTimeTooRecent", "Too recent start_time. Use a start_time older than 60 seconds");
            }
            List<Map<String, Object>> found = tickets.values().stream()
                    .filter(ticket -> generated(ticket) >= start && generated(ticket) <= now - 60)
                    .sorted(Comparator.comparing(ZendeskMock::generated))
                    .toList();
            int offset = call.number("offset", 0);
            int end = Math.min(found.size(), offset + PAGE);
            boolean isEnd = end == found.size();
            Map<String, Object> page = new LinkedHashMap<>();
            page.put("tickets", found.subList(offset, end));
            page.put("count", end - offset);
            page.put("end_of_stream", isEnd);
            page.put("end_time", end == 0 ? start : generated(found.get(end - 1)));
            page.put(
                    "next_page", "https://" + API + "/incremental/tickets.json?start_time=" + start + "&offset=" + end);
            return Reply.json(page).header("X-Rate-Limit", 700).header("X-Rate-Limit-Remaining", 699);
        }

        private static long generated(Map<String, Object> ticket) {
            return (long) ticket.get("generated_timestamp");
        }

        static Reply error(int status, String error, String description) {
            return Reply.json(status, Map.of("error", error, "description", description));
        }
    }

    @AfterEach
    void stop() throws Exception {
        zendesk.close();
    }

    private Connector acme() {
        return connect("zendesk", "api-token", zendesk, ACME, "apiToken", "api-1", "signingSecret", "dGhpcw==");
    }

    @Test
    void requests() {
        Connector acme = acme();

        acme.connection().test().orThrow();
        acme.request("create-ticket").send("ticket", Map.of("subject", "Printer", "comment", "On fire"));
        acme.request("create-ticket")
                .send(
                        "ticket",
                        Map.of(
                                "subject", "Screen",
                                "comment", "Broken",
                                "requester", Map.of("email", "bob@example.com", "name", "Bob")));

        assertThat(zendesk.lastCall().json().at("/ticket/requester/name").asText())
                .isEqualTo("Bob");
        assertThat(acme.request("get-ticket")
                        .send("ticket", Map.of("id", 1))
                        .json()
                        .at("/ticket/subject")
                        .asText())
                .isEqualTo("Printer");
        assertThat(rejected(
                                422,
                                () -> acme.request("create-ticket")
                                        .send("ticket", Map.of("subject", "x", "comment", "")))
                        .path("error")
                        .asText())
                .isEqualTo("RecordInvalid");
        assertThat(connect("zendesk", "api-token", zendesk, ACME, "apiToken", "wrong")
                        .connection()
                        .test()
                        .ok())
                .isFalse();
    }

    @Test
    void rateLimitAndConflictsAreWaitedFor() {
        Connector acme = acme();
        zendesk.answerNext(Reply.json(429, Map.of("description", "Rate limit for ticket updates exceeded"))
                .header("Retry-After", 17));
        zendesk.answerNext(ZendeskMock.error(409, "RecordConflict", "The record was changed"));

        acme.request("create-ticket").send("ticket", Map.of("subject", "Printer", "comment", "On fire"));

        assertThat(zendesk.time.waits().get(0)).isBetween(Duration.ofSeconds(17), Duration.ofSeconds(19));
        assertThat(zendesk.tickets).hasSize(1);
    }

    @Test
    void consentAndRefresh() {
        Connector acme = connect(
                "zendesk",
                "oauth2",
                zendesk,
                Map.of("subdomain", "acme", "clientId", TokenIssuer.CLIENT),
                "clientSecret",
                TokenIssuer.CLIENT_SECRET);

        authorizeAndRefresh(acme, zendesk, zendesk.tokens, "read", "write");
    }

    @Test
    void triggerReadsAllPagesAndMissesNothingOfTheLastMinute() {
        Connector acme = acme();
        assertThat(poll(acme, "updated-tickets")).isEmpty();
        zendesk.time.advance(Duration.ofMinutes(10));
        IntStream.rangeClosed(1, 250).forEach(id -> zendesk.save(id, "Ticket " + id));
        zendesk.time.advance(Duration.ofSeconds(90));
        zendesk.save(251, "Of the last minute");

        assertThat(texts(poll(acme, "updated-tickets"), "/id")).hasSize(250).doesNotHaveDuplicates();

        zendesk.time.advance(Duration.ofMinutes(5));
        zendesk.save(7, "Changed");
        zendesk.time.advance(Duration.ofSeconds(90));
        assertThat(texts(poll(acme, "updated-tickets"), "/subject"))
                .containsExactlyInAnyOrder("Of the last minute", "Changed");
        zendesk.time.advance(Duration.ofMinutes(5));
        assertThat(poll(acme, "updated-tickets")).isEmpty();
    }

    @Test
    void webhookIsVerified() {
        URI url = open(acme(), "event");
        String body =
                "{\"id\": \"cbe4028c-7239\", \"type\": \"zen:event-type:ticket.created\", \"detail\": {\"id\": \"7\"}}";
        String now = Instant.ofEpochSecond(zendesk.time.now().getEpochSecond()).toString();
        String mac = Base64.getEncoder().encodeToString(hmacSha256("dGhpcw==", now + body));

        TriggerEvent event = receivesOnlySigned(
                url, Map.of("X-Zendesk-Webhook-Signature", mac, "X-Zendesk-Webhook-Signature-Timestamp", now), body);

        assertThat(event.id()).contains("cbe4028c-7239");
        assertThat(event.key()).isEqualTo("7");
    }
}
