package io.httpconnector.examples.connectors;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.definition.Connector;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests the connector document of HubSpot. */
class HubSpotTest extends ConnectorFixture {

    private final HubSpotMock hubspot = new HubSpotMock();

    /** Contacts by https://developers.hubspot.com: search with filters, tokens in the body, errors by category. */
    static final class HubSpotMock extends ServiceMock {

        private static final String CONTACTS = "api.hubapi.com/crm/v3/objects/contacts";

        final TokenIssuer tokens = new TokenIssuer("https://app.hubspot.com/oauth/authorize");
        final List<Map<String, Object>> contacts = new ArrayList<>();

        HubSpotMock() {
            super("api.hubapi.com");
        }

        synchronized void save(String id, String email, Instant updated) {
            contacts.removeIf(contact -> contact.get("id").equals(id));
            Map<String, Object> contact = new LinkedHashMap<>();
            contact.put("id", id);
            contact.put("properties", Map.of("email", email));
            contact.put("updatedAt", updated.toString());
            contacts.add(contact);
        }

        @Override
        synchronized Reply reply(Call call) {
            if (call.target().equals("POST api.hubapi.com/oauth/v1/token")) {
                return tokens.token(call);
            }
            if (!tokens.accepts(call)) {
                return error(401, "INVALID_AUTHENTICATION", "Authentication credentials not found.");
            }
            return switch (call.target()) {
                case "GET " + CONTACTS ->
                    call.hasOnly("limit", "after") && call.number("limit", 10) <= 100
                            ? page(contacts, call.number("limit", 10), call.parameter("after"))
                            : error(400, "VALIDATION_ERROR", "Invalid input");
                case "POST " + CONTACTS -> create(call);
                case "POST " + CONTACTS + "/search" -> search(call.json());
                default ->
                    contacts.stream()
                            .filter(contact -> ("GET " + CONTACTS + "/"
                                            + email(contact).replace("@", "%40"))
                                    .equals(call.target()))
                            .findFirst()
                            .map(Reply::json)
                            .orElse(error(404, "OBJECT_NOT_FOUND", "resource not found"));
            };
        }

        private static String email(Map<String, Object> contact) {
            return Call.MAPPER.valueToTree(contact).at("/properties/email").asText();
        }

        private Reply create(Call call) {
            String email = call.json().at("/properties/email").asText();
            if (!email.contains("@")) {
                return error(400, "VALIDATION_ERROR", "Property values were not valid: INVALID_EMAIL");
            }
            if (contacts.stream().anyMatch(contact -> email(contact).equals(email))) {
                return error(409, "CONFLICT", "Contact already exists. Existing ID: 1");
            }
            save(String.valueOf(contacts.size() + 1), email, time.now());
            return Reply.json(201, contacts.get(contacts.size() - 1));
        }

        private Reply search(JsonNode query) {
            JsonNode filter = query.at("/filterGroups/0/filters/0");
            boolean isValid = filter.path("propertyName").asText().equals("lastmodifieddate")
                    && filter.path("operator").asText().equals("GTE")
                    && filter.path("value").asText().matches("\\d{13}")
                    && query.at("/sorts/0/direction").asText().equals("ASCENDING")
                    && query.path("limit").asInt() <= 200;
            if (!isValid) {
                return error(400, "VALIDATION_ERROR", "There was a problem with the request.");
            }
            Instant from = Instant.ofEpochMilli(filter.path("value").asLong());
            List<Map<String, Object>> found = contacts.stream()
                    .filter(contact ->
                            !Instant.parse(contact.get("updatedAt").toString()).isBefore(from))
                    .sorted(Comparator.comparing(
                            contact -> Instant.parse(contact.get("updatedAt").toString())))
                    .toList();
            return page(found, query.path("limit").asInt(), query.path("after").asText());
        }

        private static Reply page(List<Map<String, Object>> all, int limit, String after) {
            int start = after.isEmpty() ? 0 : Integer.parseInt(after);
            int end = Math.min(all.size(), start + limit);
            Map<String, Object> page = new LinkedHashMap<>();
            page.put("results", all.subList(start, end));
            if (end < all.size()) {
                page.put("paging", Map.of("next", Map.of("after", String.valueOf(end))));
            }
            return Reply.json(page);
        }

        private static Reply error(int status, String category, String message) {
            return Reply.json(
                    status,
                    Map.of("status", "error", "category", category, "message", message, "correlationId", "aeb5f871"));
        }

        static Reply limit(String policy) {
            return Reply.json(
                            429,
                            Map.of(
                                    "status", "error",
                                    "errorType", "RATE_LIMIT",
                                    "policyName", policy,
                                    "message", "You have reached your limit."))
                    .header("X-HubSpot-RateLimit-Max", 100);
        }
    }

    @AfterEach
    void stop() throws Exception {
        hubspot.close();
    }

    private Connector portal() {
        return connect(
                "hubspot",
                "token",
                hubspot,
                Map.of(),
                "token",
                hubspot.tokens.newToken(),
                "clientSecret",
                "app-secret");
    }

    @Test
    void requests() {
        Connector portal = portal();

        portal.connection().test().orThrow();
        portal.request("create-contact").send("contact", Map.of("email", "ann@example.com", "firstName", "Ann"));

        assertThat(portal.request("get-contact")
                        .send("contact", Map.of("email", "ann@example.com"))
                        .json()
                        .at("/properties/email")
                        .asText())
                .isEqualTo("ann@example.com");
        assertThat(rejected(
                                409,
                                () -> portal.request("create-contact")
                                        .send("contact", Map.of("email", "ann@example.com")))
                        .path("category")
                        .asText())
                .isEqualTo("CONFLICT");
        assertThat(connect("hubspot", "token", hubspot, Map.of(), "token", "wrong")
                        .connection()
                        .test()
                        .ok())
                .isFalse();
    }

    @Test
    void rateLimitsAreRespectedExceptThatOfTheDay() {
        Connector portal = portal();
        hubspot.answerNext(HubSpotMock.limit("TEN_SECONDLY_ROLLING"));

        portal.request("create-contact").send("contact", Map.of("email", "ann@example.com"));
        assertThat(hubspot.time.waits()).containsExactly(Duration.ofSeconds(10));

        hubspot.answerNext(HubSpotMock.limit("DAILY"));
        assertThat(rejected(429, () -> portal.request("get-contact").send("contact", Map.of("email", "a@example.com")))
                        .path("policyName")
                        .asText())
                .isEqualTo("DAILY");
    }

    @Test
    void consentAndRefresh() {
        Connector portal = connect(
                "hubspot",
                "oauth2",
                hubspot,
                Map.of("clientId", TokenIssuer.CLIENT),
                "clientSecret",
                TokenIssuer.CLIENT_SECRET);

        authorizeAndRefresh(portal, hubspot, hubspot.tokens, "crm.objects.contacts.read");
    }

    @Test
    void triggerReadsAllPagesAndThenUpdatesOnly() {
        Connector portal = portal();
        Instant start = hubspot.time.now();
        assertThat(poll(portal, "updated-contacts")).isEmpty();
        hubspot.time.advance(Duration.ofHours(1));
        IntStream.range(0, 450).forEach(i -> hubspot.save("c" + i, i + "@example.com", start.plusMillis(10_000 + i)));

        assertThat(texts(poll(portal, "updated-contacts"), "/id")).hasSize(450).doesNotHaveDuplicates();
        assertThat(poll(portal, "updated-contacts")).isEmpty();

        hubspot.save("c7", "new@example.com", start.plusSeconds(100));
        hubspot.save("c450", "450@example.com", start.plusSeconds(101));
        assertThat(texts(poll(portal, "updated-contacts"), "/id")).containsExactly("c7", "c450");
        assertThat(poll(portal, "updated-contacts")).isEmpty();
    }

    @Test
    void webhookIsVerifiedAndSplit() {
        URI url = open(portal(), "events");
        String body = "[{\"eventId\": 11, \"subscriptionType\": \"contact.creation\", \"objectId\": 1},"
                + " {\"eventId\": 12, \"subscriptionType\": \"contact.propertyChange\", \"objectId\": 2}]";
        long now = hubspot.time.now().toEpochMilli();
        Map<String, String> headers = signed(url, body, now);

        assertThat(post(url, headers, body.replace("11", "13")).status()).isEqualTo(401);
        assertThat(post(url, signed(url, body, now - 400_000), body).status()).isEqualTo(401);
        assertThat(post(url, headers, body).status()).isEqualTo(200);
        assertThat(post(url, signed(url, body, now + 1000), body).status()).isEqualTo(200);

        assertThat(takeEvents()).extracting(event -> event.key()).containsExactly("1", "2");
    }

    private static Map<String, String> signed(URI url, String body, long time) {
        byte[] mac = hmacSha256("app-secret", "POST" + url + body + time);
        return Map.of(
                "X-HubSpot-Request-Timestamp",
                String.valueOf(time),
                "X-HubSpot-Signature-v3",
                Base64.getEncoder().encodeToString(mac));
    }
}
