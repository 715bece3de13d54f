package io.httpconnector.examples.connectors;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.definition.Connector;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests the connector document of Jira. */
class JiraTest extends ConnectorFixture {

    private static final Map<String, String> ACME =
            Map.of("site", "https://acme.atlassian.net", "email", "ann@acme.example");

    private final JiraMock jira = new JiraMock();

    /** Issues by https://developer.atlassian.com: times of a query in minutes, tokens of pages, errors by field. */
    static final class JiraMock extends ServiceMock {

        private static final String API = "acme.atlassian.net/rest/api/3";
        private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSxx");
        private static final DateTimeFormatter MINUTE = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm");
        private static final Pattern JQL =
                Pattern.compile("updated >= '(\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d)' order by updated asc");
        private static final int PAGE = 50;

        /** The time zone of the user. */
        private static final ZoneOffset PROFILE = ZoneOffset.ofHours(-8);

        final Map<Integer, Map<String, Object>> issues = new LinkedHashMap<>();

        JiraMock() {
            super("acme.atlassian.net");
        }

        synchronized void save(int id, String summary, Instant updated) {
            issues.put(
                    id,
                    Map.of(
                            "id", String.valueOf(id),
                            "key", "PPP-" + id,
                            "fields",
                                    Map.of(
                                            "summary",
                                            summary,
                                            "updated",
                                            TIME.format(updated.atOffset(ZoneOffset.UTC)))));
        }

        @Override
        synchronized Reply reply(Call call) {
            byte[] login = "ann@acme.example:api-1".getBytes(StandardCharsets.UTF_8);
            if (!call.header("Authorization")
                    .equals("Basic " + Base64.getEncoder().encodeToString(login))) {
                return new Reply(
                        401,
                        Map.of("Content-Type", "text/plain"),
                        "Client must be authenticated to access this resource.");
            }
            return switch (call.target()) {
                case "GET " + API + "/myself" -> Reply.json(Map.of("accountId", "5b10a"));
                case "GET " + API + "/project/PPP" -> Reply.json(Map.of("id", "10000", "key", "PPP"));
                case "POST " + API + "/issue" -> create(call.json().path("fields"));
                case "GET " + API + "/search/jql" -> search(call);
                default ->
                    Reply.json(
                            404,
                            Map.of(
                                    "errorMessages",
                                    List.of("No project could be found with key."),
                                    "errors",
                                    Map.of()));
            };
        }

        private Reply create(JsonNode fields) {
            boolean isValid = fields.at("/project/key").asText().equals("PPP")
                    && !fields.path("summary").asText().isBlank()
                    && !fields.at("/issuetype/name").asText().isBlank();
            if (!isValid) {
                return Reply.json(
                        400,
                        Map.of(
                                "errorMessages", List.of(),
                                "errors", Map.of("summary", "You must specify a summary of the issue.")));
            }
            int id = 10_000 + issues.size();
            save(id, fields.path("summary").asText(), time.now());
            return Reply.json(201, Map.of("id", String.valueOf(id), "key", "PPP-" + id));
        }

        private Reply search(Call call) {
            Matcher jql = JQL.matcher(call.parameter("jql"));
            if (!jql.matches() || !call.hasOnly("jql", "fields", "nextPageToken", "maxResults")) {
                return Reply.json(400, Map.of("errorMessages", List.of("Error in the JQL Query"), "errors", Map.of()));
            }
            Instant from = LocalDateTime.parse(jql.group(1), MINUTE).toInstant(PROFILE);
            List<Map<String, Object>> found = issues.values().stream()
                    .filter(issue -> !updated(issue).isBefore(from))
                    .sorted(Comparator.comparing(JiraMock::updated))
                    .toList();
            String token = call.parameter("nextPageToken").replace("token-", "");
            int start = token.isEmpty() ? 0 : Integer.parseInt(token);
            int end = Math.min(found.size(), start + PAGE);
            Map<String, Object> page = new LinkedHashMap<>();
            page.put("issues", found.subList(Math.min(start, end), end));
            page.put("isLast", end == found.size());
            if (end < found.size()) {
                page.put("nextPageToken", "token-" + end);
            }
            return Reply.json(page);
        }

        private static Instant updated(Map<String, Object> issue) {
            JsonNode fields = Call.MAPPER.valueToTree(issue.get("fields"));
            return OffsetDateTime.parse(fields.path("updated").asText(), TIME).toInstant();
        }
    }

    @AfterEach
    void stop() throws Exception {
        jira.close();
    }

    private Connector acme() {
        return connect("jira", "basic", jira, ACME, "apiToken", "api-1");
    }

    @Test
    void requests() {
        Connector acme = acme();

        acme.connection().test().orThrow();
        assertThat(acme.request("get-project")
                        .send("project", Map.of("key", "PPP"))
                        .json()
                        .path("id")
                        .asText())
                .isEqualTo("10000");
        acme.request("create-issue").send("issue", Map.of("project", "PPP", "summary", "Say \"hello\""));
        assertThat(jira.lastCall().json().at("/fields/issuetype/name").asText()).isEqualTo("Task");
        assertThat(rejected(
                                400,
                                () -> acme.request("create-issue")
                                        .send("issue", Map.of("project", "PPP", "summary", "")))
                        .at("/errors/summary")
                        .asText())
                .isEqualTo("You must specify a summary of the issue.");
        assertThat(rejected(404, () -> acme.request("get-project").send("project", Map.of("key", "NONE")))
                        .path("errorMessages"))
                .isNotEmpty();
        assertThat(connect("jira", "basic", jira, ACME, "apiToken", "wrong")
                        .connection()
                        .test()
                        .ok())
                .isFalse();
    }

    @Test
    void rateLimitIsRespected() {
        Connector acme = acme();
        jira.answerNext(Reply.json(429, Map.of("errorMessages", List.of("Rate limit exceeded.")))
                .header("Retry-After", 8)
                .header("RateLimit-Reason", "jira-burst-based"));

        acme.request("create-issue").send("issue", Map.of("project", "PPP", "summary", "Once"));

        assertThat(jira.time.waits().get(0)).isBetween(Duration.ofSeconds(8), Duration.ofSeconds(10));
        assertThat(jira.issues).hasSize(1);
    }

    @Test
    void triggerReadsAllPagesAndThenUpdatesOnly() {
        Connector acme = acme();
        Instant start = jira.time.now();
        assertThat(poll(acme, "updated-issues")).isEmpty();
        jira.time.advance(Duration.ofHours(1));
        IntStream.range(0, 230).forEach(i -> jira.save(10_000 + i, "Issue " + i, start.plusSeconds(60 + i)));

        assertThat(texts(poll(acme, "updated-issues"), "/id")).hasSize(230).doesNotHaveDuplicates();
        assertThat(poll(acme, "updated-issues")).isEmpty();

        jira.save(10_007, "Changed", start.plusSeconds(1000));
        jira.save(10_230, "New", start.plusSeconds(1001));
        assertThat(texts(poll(acme, "updated-issues"), "/fields/summary")).containsExactly("Changed", "New");
        assertThat(poll(acme, "updated-issues")).isEmpty();
    }
}
