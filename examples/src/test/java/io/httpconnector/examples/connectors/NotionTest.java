package io.httpconnector.examples.connectors;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.definition.Connector;
import io.httpconnector.trigger.TriggerEvent;
import io.httpconnector.webhook.Handshakes;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests the connector document of Notion. */
class NotionTest extends ConnectorFixture {

    private static final String DATABASE = "d9824bdc84454327be8b5b47500af6ce";

    private final NotionMock notion = new NotionMock();

    /** Pages by https://developers.notion.com: version header, times without seconds, tokens in the body of the request. */
    static final class NotionMock extends ServiceMock {

        private static final String API = "api.notion.com/v1";

        final TokenIssuer tokens = new TokenIssuer("https://api.notion.com/v1/oauth/authorize")
                .withBasic()
                .withJson()
                .withRotation();
        final Map<String, Map<String, Object>> pages = new LinkedHashMap<>();

        NotionMock() {
            super("api.notion.com");
        }

        synchronized void save(String id, String name) {
            pages.put(
                    id,
                    Map.of(
                            "object",
                            "page",
                            "id",
                            id,
                            "last_edited_time",
                            time.now()
                                    .truncatedTo(ChronoUnit.MINUTES)
                                    .toString()
                                    .replace("Z", ".000Z"),
                            "properties",
                            Map.of("Name", Map.of("title", List.of(Map.of("text", Map.of("content", name)))))));
        }

        @Override
        synchronized Reply reply(Call call) {
            if (call.target().equals("POST " + API + "/oauth/token")) {
                return tokens.token(call);
            }
            if (!tokens.accepts(call)) {
                return error(401, "unauthorized", "API token is invalid.");
            }
            if (!call.header("Notion-Version").equals("2022-06-28")) {
                return error(400, "missing_version", "Notion-Version header failed validation");
            }
            return switch (call.target()) {
                case "GET " + API + "/users/me" -> Reply.json(Map.of("object", "user"));
                case "POST " + API + "/pages" -> create(call.json());
                case "POST " + API + "/databases/" + DATABASE + "/query" -> query(call.json());
                default ->
                    pages.containsKey(call.path().replace("/v1/pages/", ""))
                            ? Reply.json(pages.get(call.path().replace("/v1/pages/", "")))
                            : error(404, "object_not_found", "Could not find page");
            };
        }

        private Reply create(JsonNode page) {
            String name = page.at("/properties/Name/title/0/text/content").asText();
            if (!page.at("/parent/database_id").asText().equals(DATABASE) || name.isEmpty()) {
                return error(400, "validation_error", "body failed validation");
            }
            String id = "page-" + pages.size();
            save(id, name);
            return Reply.json(pages.get(id));
        }

        private Reply query(JsonNode query) {
            JsonNode from = query.at("/filter/last_edited_time/on_or_after");
            boolean isValid = query.path("page_size").asInt() <= 100
                    && (!query.has("filter")
                            || (query.at("/filter/timestamp").asText().equals("last_edited_time")
                                    && query.at("/sorts/0/direction").asText().equals("ascending")));
            if (!isValid) {
                return error(400, "validation_error", "body failed validation");
            }
            Instant start = from.isTextual() ? Instant.parse(from.asText()) : Instant.EPOCH;
            List<Map<String, Object>> found = new ArrayList<>(pages.values());
            found.removeIf(page -> edited(page).isBefore(start));
            found.sort(Comparator.comparing(NotionMock::edited));
            String cursor = query.path("start_cursor").asText();
            int begin = cursor.isEmpty() ? 0 : Integer.parseInt(cursor.replace("cursor-", ""));
            int end = Math.min(found.size(), begin + query.path("page_size").asInt());
            Map<String, Object> page = new LinkedHashMap<>();
            page.put("object", "list");
            page.put("results", found.subList(begin, end));
            page.put("has_more", end < found.size());
            page.put("next_cursor", end < found.size() ? "cursor-" + end : null);
            return Reply.json(page);
        }

        private static Instant edited(Map<String, Object> page) {
            return Instant.parse(page.get("last_edited_time").toString());
        }

        static Reply error(int status, String code, String message) {
            return Reply.json(status, Map.of("object", "error", "status", status, "code", code, "message", message));
        }
    }

    @AfterEach
    void stop() throws Exception {
        notion.close();
    }

    private Connector workspace() {
        return connect(
                "notion",
                "token",
                notion,
                Map.of("database", DATABASE),
                "token",
                notion.tokens.newToken(),
                "verificationToken",
                "secret_1");
    }

    @Test
    void requests() {
        Connector workspace = workspace();

        workspace.connection().test().orThrow();
        String id = workspace
                .request("create-page")
                .send("page", Map.of("name", "Plan"))
                .json()
                .path("id")
                .asText();

        assertThat(workspace
                        .request("get-page")
                        .send("page", Map.of("id", id))
                        .json()
                        .at("/properties/Name/title/0/text/content")
                        .asText())
                .isEqualTo("Plan");
        assertThat(rejected(400, () -> workspace.request("create-page").send("page", Map.of("name", "")))
                        .path("code")
                        .asText())
                .isEqualTo("validation_error");
        assertThat(connect("notion", "token", notion, Map.of("database", DATABASE), "token", "wrong")
                        .connection()
                        .test()
                        .ok())
                .isFalse();
    }

    @Test
    void rateLimitsAndConflictsAreWaitedFor() {
        Connector workspace = workspace();
        notion.answerNext(NotionMock.error(429, "rate_limited", "You have been rate limited.")
                .header("Retry-After", 9));
        notion.answerNext(NotionMock.error(409, "conflict_error", "Conflict occurred while saving."));

        workspace.request("create-page").send("page", Map.of("name", "Plan"));
        assertThat(notion.time.waits().get(0)).isBetween(Duration.ofSeconds(9), Duration.ofSeconds(11));

        Instant start = notion.time.now();
        IntStream.range(0, 7).forEach(i -> workspace.request("get-page").send("page", Map.of("id", "page-0")));
        assertThat(Duration.between(start, notion.time.now())).isGreaterThanOrEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void consentAndRefresh() {
        Connector workspace = connect(
                "notion",
                "oauth2",
                notion,
                Map.of("database", DATABASE, "clientId", TokenIssuer.CLIENT),
                "clientSecret",
                TokenIssuer.CLIENT_SECRET);

        authorizeAndRefresh(workspace, notion, notion.tokens);
    }

    @Test
    void triggerReadsAllPagesAndEditsOfOneMinute() {
        Connector workspace = workspace();
        assertThat(poll(workspace, "updated-pages")).isEmpty();
        notion.time.advance(Duration.ofMinutes(10));
        IntStream.range(0, 250).forEach(i -> notion.save("page-" + i, "Page " + i));
        notion.time.advance(Duration.ofMinutes(10));

        assertThat(texts(poll(workspace, "updated-pages"), "/id")).hasSize(250).doesNotHaveDuplicates();
        assertThat(poll(workspace, "updated-pages")).isEmpty();

        notion.save("page-7", "Changed");
        assertThat(texts(poll(workspace, "updated-pages"), "/id")).containsExactly("page-7");
        notion.save("page-7", "Changed within the same minute");
        assertThat(texts(poll(workspace, "updated-pages"), "/id")).containsExactly("page-7");
        assertThat(poll(workspace, "updated-pages")).isEmpty();
    }

    @Test
    void webhookIsVerifiedByTheTokenOfItsHandshake() {
        List<String> tokens = new ArrayList<>();
        receivers = receiver -> receiver.handshake(Handshakes.notion(token -> tokens.add(token.reveal())));
        URI url = open(workspace(), "event");
        String body =
                "{\"id\": \"367cba44\", \"type\": \"page.created\", \"entity\": {\"id\": \"page-1\", \"type\": \"page\"}}";
        String mac = "sha256=" + HexFormat.of().formatHex(hmacSha256("secret_1", body));

        assertThat(post(url, Map.of(), "{\"verification_token\": \"secret_1\"}").status())
                .isEqualTo(200);
        assertThat(tokens).containsExactly("secret_1");
        TriggerEvent event = receivesOnlySigned(url, Map.of("X-Notion-Signature", mac), body);
        assertThat(event.id()).contains("367cba44");
        assertThat(event.key()).isEqualTo("page-1");
    }
}
