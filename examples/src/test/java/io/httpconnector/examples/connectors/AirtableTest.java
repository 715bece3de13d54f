package io.httpconnector.examples.connectors;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.definition.Connector;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests the connector document of Airtable. */
class AirtableTest extends ConnectorFixture {

    private static final Map<String, String> CONTACTS = Map.of("base", "appLkNDICXNqxSDhG", "table", "My contacts");

    private final AirtableMock airtable = new AirtableMock();

    /** Records by https://airtable.com/developers: at most 100 on a page, tokens of an iterator, notifications without content. */
    static final class AirtableMock extends ServiceMock {

        private static final String TABLE = "api.airtable.com/v0/appLkNDICXNqxSDhG/My%20contacts";

        final TokenIssuer tokens = new TokenIssuer("https://airtable.com/oauth2/v1/authorize")
                .withPkce()
                .withBasic()
                .withRotation();
        final Map<String, Map<String, Object>> records = new LinkedHashMap<>();
        final byte[] macSecret = "a secret of the webhook".getBytes(StandardCharsets.UTF_8);

        AirtableMock() {
            super("api.airtable.com", "airtable.com");
        }

        synchronized void save(String id, Object fields) {
            records.put(id, Map.of("id", id, "createdTime", "2026-01-01T00:00:00.000Z", "fields", fields));
        }

        @Override
        synchronized Reply reply(Call call) {
            if (call.target().equals("POST airtable.com/oauth2/v1/token")) {
                return tokens.token(call);
            }
            if (!tokens.accepts(call)) {
                return error(401, "AUTHENTICATION_REQUIRED", "Authentication required");
            }
            return switch (call.target()) {
                case "GET api.airtable.com/v0/meta/whoami" -> Reply.json(Map.of("id", "usr1"));
                case "GET " + TABLE -> list(call);
                case "POST " + TABLE -> create(call.json());
                case "POST api.airtable.com/v0/bases/appLkNDICXNqxSDhG/webhooks" ->
                    Reply.json(Map.of(
                            "id", "ach1", "macSecretBase64", Base64.getEncoder().encodeToString(macSecret)));
                case "GET api.airtable.com/v0/bases/appLkNDICXNqxSDhG/webhooks/ach1/payloads" ->
                    Reply.json(Map.of(
                            "cursor",
                            2,
                            "mightHaveMore",
                            false,
                            "payloads",
                            List.of(Map.of("baseTransactionNumber", 4))));
                default -> {
                    String id = call.target().replace("GET " + TABLE + "/", "");
                    yield records.containsKey(id)
                            ? Reply.json(records.get(id))
                            : Reply.json(404, Map.of("error", "NOT_FOUND"));
                }
            };
        }

        private Reply create(JsonNode record) {
            if (record.path("fields").has("Nonsense")) {
                return error(422, "UNKNOWN_FIELD_NAME", "Unknown field name: \"Nonsense\"");
            }
            String id = "rec" + records.size();
            save(id, record.path("fields"));
            return Reply.json(records.get(id));
        }

        private Reply list(Call call) {
            int size = call.number("pageSize", 100);
            if (!call.hasOnly("pageSize", "offset") || size > 100) {
                return error(422, "INVALID_REQUEST_UNKNOWN", "Invalid request: parameter validation failed");
            }
            List<Map<String, Object>> all = new ArrayList<>(records.values());
            int start = call.parameter("offset").isEmpty()
                    ? 0
                    : Integer.parseInt(call.parameter("offset").replace("itr/", ""));
            int end = Math.min(all.size(), start + size);
            Map<String, Object> page = new LinkedHashMap<>();
            page.put("records", all.subList(Math.min(start, end), end));
            if (end < all.size()) {
                page.put("offset", "itr/" + end);
            }
            return Reply.json(page);
        }

        static Reply error(int status, String type, String message) {
            return Reply.json(status, Map.of("error", Map.of("type", type, "message", message)));
        }
    }

    @AfterEach
    void stop() throws Exception {
        airtable.close();
    }

    private Connector contacts() {
        return connect(
                "airtable",
                "token",
                airtable,
                CONTACTS,
                "token",
                airtable.tokens.newToken(),
                "macSecret",
                Base64.getEncoder().encodeToString(airtable.macSecret));
    }

    private static Map<String, Object> record(String name, Object value) {
        return Map.of("fields", Map.of(name, value));
    }

    @Test
    void requests() {
        Connector contacts = contacts();

        contacts.connection().test().orThrow();
        String id = contacts.request("create-record")
                .send("record", record("Name", "Ann"))
                .json()
                .path("id")
                .asText();

        assertThat(contacts.request("get-record")
                        .send("record", Map.of("id", id))
                        .json()
                        .at("/fields/Name")
                        .asText())
                .isEqualTo("Ann");
        assertThat(rejected(422, () -> contacts.request("create-record").send("record", record("Nonsense", 1)))
                        .at("/error/type")
                        .asText())
                .isEqualTo("UNKNOWN_FIELD_NAME");
        assertThat(rejected(404, () -> contacts.request("get-record").send("record", Map.of("id", "rec9")))
                        .path("error")
                        .asText())
                .isEqualTo("NOT_FOUND");
        assertThat(connect("airtable", "token", airtable, CONTACTS, "token", "wrong")
                        .connection()
                        .test()
                        .ok())
                .isFalse();
    }

    @Test
    void closedBaseIsWaitedFor() {
        Connector contacts = contacts();
        airtable.answerNext(
                AirtableMock.error(429, "RATE_LIMIT_REACHED", "Rate limit exceeded. Please try again later"));

        contacts.request("create-record").send("record", record("Name", "Ann"));

        assertThat(airtable.time.waits()).containsExactly(Duration.ofSeconds(30));
        assertThat(airtable.records).hasSize(1);
    }

    @Test
    void consentAndRefresh() {
        Map<String, String> values = new LinkedHashMap<>(CONTACTS);
        values.put("clientId", TokenIssuer.CLIENT);
        Connector contacts = connect("airtable", "oauth2", airtable, values, "clientSecret", TokenIssuer.CLIENT_SECRET);

        authorizeAndRefresh(contacts, airtable, airtable.tokens, "data.records:read", "webhook:manage");
    }

    @Test
    void triggerFindsNewChangedAndDeletedRecordsOnAllPages() {
        Connector contacts = contacts();
        IntStream.range(0, 250).forEach(i -> airtable.save("rec" + i, Map.of("Name", "Ann " + i)));
        assertThat(poll(contacts, "changed-records")).isEmpty();

        airtable.save("rec7", Map.of("Name", "Changed"));
        airtable.save("rec250", Map.of("Name", "New"));
        airtable.records.remove("rec8");

        assertThat(poll(contacts, "changed-records"))
                .extracting(event -> event.change() + " " + event.key())
                .containsExactlyInAnyOrder("UPDATED rec7", "NEW rec250", "DELETED rec8");
        assertThat(poll(contacts, "changed-records")).isEmpty();
    }

    @Test
    void webhookNotifiesOfChanges() {
        Connector contacts = contacts();
        URI url = open(contacts, "notification");
        JsonNode webhook = contacts.request("create-webhook")
                .send("webhook", Map.of("url", url.toString()))
                .json();
        assertThat(airtable.lastCall().json().path("notificationUrl").asText()).isEqualTo(url.toString());
        String body =
                "{\"base\": {\"id\": \"appLkNDICXNqxSDhG\"}, \"webhook\": {\"id\": \"ach1\"}, \"timestamp\": \"2026-02-01T21:25:05.663Z\"}";
        String mac = HexFormat.of().formatHex(hmac("HmacSHA256", airtable.macSecret, body));

        assertThat(receivesOnlySigned(url, Map.of("X-Airtable-Content-MAC", "hmac-sha256=" + mac), body)
                        .key())
                .isEqualTo("appLkNDICXNqxSDhG");
        assertThat(contacts.request("list-changes")
                        .send("webhook", Map.of("id", webhook.path("id").asText()))
                        .json()
                        .at("/payloads/0/baseTransactionNumber")
                        .asInt())
                .isEqualTo(4);
    }
}
