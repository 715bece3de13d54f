package io.httpconnector.examples.connectors;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.definition.Connector;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests the connector document of GitLab. */
class GitLabTest extends ConnectorFixture {

    private final GitLabMock gitlab = new GitLabMock();

    /** Issues by https://docs.gitlab.com/api: encoded project paths, Link pagination, errors by attribute. */
    static final class GitLabMock extends ServiceMock {

        private static final String ISSUES = "gitlab.example.com/api/v4/projects/group%2Fproject/issues";
        private static final String HOOKS = "gitlab.example.com/api/v4/projects/group%2Fproject/hooks";

        final TokenIssuer tokens = new TokenIssuer("https://gitlab.example.com/oauth/authorize")
                .withPkce()
                .withRotation();
        final List<Map<String, Object>> issues = new ArrayList<>();

        @Nullable Map<String, Object> hook;

        String secret = "";

        GitLabMock() {
            super("gitlab.example.com");
        }

        synchronized void save(int iid, String title, Instant updated) {
            issues.removeIf(issue -> issue.get("iid").equals(iid));
            Map<String, Object> issue = new LinkedHashMap<>();
            issue.put("id", 7000 + iid);
            issue.put("iid", iid);
            issue.put("project_id", 7);
            issue.put("title", title);
            issue.put("state", "opened");
            issue.put("updated_at", updated.plusMillis(123).toString());
            issues.add(issue);
        }

        @Override
        synchronized Reply reply(Call call) {
            if (call.path().equals("/oauth/token")) {
                return tokens.token(call);
            }
            if (!tokens.accepts(call) && !tokens.accepts(call.header("PRIVATE-TOKEN"))) {
                return message(401, "401 Unauthorized");
            }
            return switch (call.target()) {
                case "GET gitlab.example.com/api/v4/user" -> Reply.json(Map.of("username", "ann"));
                case "GET " + ISSUES -> list(call);
                case "POST " + ISSUES -> create(call);
                case "GET " + HOOKS -> Reply.json(hook == null ? List.of() : List.of(hook));
                case "POST " + HOOKS -> createHook(call);
                case "DELETE " + HOOKS + "/1" -> deleteHook();
                default ->
                    issues.stream()
                            .filter(issue -> call.target().equals("GET " + ISSUES + "/" + issue.get("iid")))
                            .findFirst()
                            .map(Reply::json)
                            .orElse(message(404, "404 Not found"));
            };
        }

        private Reply createHook(Call call) {
            JsonNode json = call.json();
            if (!json.path("url").asText().startsWith("https://")
                    || !json.path("issues_events").isBoolean()
                    || !json.path("push_events").isBoolean()) {
                return Reply.json(400, Map.of("error", "url is invalid"));
            }
            secret = json.path("token").asText();
            hook = Map.of(
                    "id",
                    1,
                    "url",
                    json.path("url").asText(),
                    "issues_events",
                    json.path("issues_events").asBoolean(),
                    "push_events",
                    json.path("push_events").asBoolean(),
                    "alert_status",
                    "executable");
            return Reply.json(201, hook);
        }

        private Reply deleteHook() {
            hook = null;
            return Reply.empty(204);
        }

        private Reply create(Call call) {
            if (call.json().path("title").asText().isEmpty()) {
                return message(400, Map.of("title", List.of("can't be blank")));
            }
            if (!call.json().path("due_date").asText("2026-01-01").matches("\\d{4}-\\d\\d-\\d\\d")) {
                return Reply.json(400, Map.of("error", "due_date is invalid"));
            }
            save(issues.size() + 1, call.json().path("title").asText(), time.now());
            return Reply.json(201, issues.get(issues.size() - 1));
        }

        private Reply list(Call call) {
            if (!call.hasOnly("scope", "order_by", "sort", "per_page", "page", "updated_after")) {
                return Reply.json(400, Map.of("error", "unknown parameter"));
            }
            String after = call.parameter("updated_after");
            List<Map<String, Object>> all = issues.stream()
                    .filter(issue -> after.isEmpty() || !updated(issue).isBefore(Instant.parse(after)))
                    .sorted(Comparator.comparing(GitLabMock::updated))
                    .toList();
            int size = Math.min(100, call.number("per_page", 20));
            int page = call.number("page", 1);
            int end = Math.min(all.size(), page * size);
            Reply reply = Reply.json(all.subList(Math.min(end, (page - 1) * size), end))
                    .header("X-Per-Page", size)
                    .header("X-Total", all.size())
                    .header("RateLimit-Limit", 600)
                    .header("RateLimit-Remaining", 599)
                    .header("RateLimit-Reset", time.now().getEpochSecond() + 60);
            String url = "https://" + ISSUES + "?" + call.query().replaceAll("&page=\\d+", "") + "&page=";
            return reply.header(
                    "Link",
                    (end < all.size() ? "<" + url + (page + 1) + ">; rel=\"next\", " : "") + "<" + url
                            + "1>; rel=\"first\"");
        }

        private static Instant updated(Map<String, Object> issue) {
            return Instant.parse(issue.get("updated_at").toString());
        }

        static Reply message(int status, Object message) {
            return Reply.json(status, Map.of("message", message));
        }
    }

    @AfterEach
    void stop() throws Exception {
        gitlab.close();
    }

    private static final Map<String, String> PROJECT = Map.of("host", "gitlab.example.com", "project", "group/project");

    private Connector project() {
        return connect(
                "gitlab", "token", gitlab, PROJECT, "token", gitlab.tokens.newToken(), "webhookToken", "hook-token");
    }

    @Test
    void requests() {
        Connector project = project();

        project.connection().test().orThrow();
        int iid = project.request("create-issue")
                .send("issue", Map.of("title", "First", "due", "2026-03-01T10:00:00Z"))
                .json()
                .path("iid")
                .asInt();

        assertThat(gitlab.lastCall().json().path("due_date").asText()).isEqualTo("2026-03-01");
        assertThat(project.request("get-issue")
                        .send("issue", Map.of("iid", iid))
                        .json()
                        .path("title")
                        .asText())
                .isEqualTo("First");
        assertThat(rejected(400, () -> project.request("create-issue").send("issue", Map.of("title", "")))
                        .at("/message/title/0")
                        .asText())
                .isEqualTo("can't be blank");
        assertThat(connect("gitlab", "token", gitlab, PROJECT, "token", "wrong")
                        .connection()
                        .test()
                        .ok())
                .isFalse();
    }

    @Test
    void rateLimitIsRespected() {
        Connector project = project();
        Instant reset = gitlab.time.now().plusSeconds(25);
        gitlab.save(1, "First", gitlab.time.now());
        gitlab.answerNext(new Reply(429, Map.of("Content-Type", "text/plain"), "Retry later\n")
                .header("RateLimit-Limit", 600)
                .header("RateLimit-Remaining", 0)
                .header("RateLimit-Reset", reset.getEpochSecond())
                .header("Retry-After", 25));

        project.request("get-issue").send("issue", Map.of("iid", 1));

        assertThat(gitlab.time.now()).isAfterOrEqualTo(reset);
    }

    @Test
    void consentAndRefresh() {
        Map<String, String> values = new LinkedHashMap<>(PROJECT);
        values.put("clientId", TokenIssuer.CLIENT);
        Connector project = connect("gitlab", "oauth2", gitlab, values, "clientSecret", TokenIssuer.CLIENT_SECRET);

        authorizeAndRefresh(project, gitlab, gitlab.tokens, "api");
    }

    @Test
    void triggerReadsAllPagesAndThenUpdatesOnly() {
        Connector project = project();
        Instant start = gitlab.time.now();
        assertThat(poll(project, "updated-issues")).isEmpty();
        gitlab.time.advance(Duration.ofHours(1));
        IntStream.rangeClosed(1, 230).forEach(iid -> gitlab.save(iid, "Issue " + iid, start.plusSeconds(10 + iid)));

        assertThat(texts(poll(project, "updated-issues"), "/iid")).hasSize(230).doesNotHaveDuplicates();
        assertThat(poll(project, "updated-issues")).isEmpty();

        gitlab.save(7, "Changed", start.plusSeconds(1000));
        gitlab.save(231, "New", start.plusSeconds(1001));
        assertThat(texts(poll(project, "updated-issues"), "/title")).containsExactly("Changed", "New");
        assertThat(poll(project, "updated-issues")).isEmpty();
    }

    @Test
    void webhookIsRegisteredAndDeleted() {
        Connector project = project();
        URI url = register(project, "updated-issues", "issue-event");
        assertThat(gitlab.hook).containsEntry("issues_events", true).containsEntry("push_events", false);
        gitlab.save(1, "First", gitlab.time.now().plusSeconds(1));
        String body = "{\"object_kind\": \"issue\", \"object_attributes\": {\"id\": 7001, \"iid\": 1, \"updated_at\":"
                + " \"2026-01-01 00:00:01 UTC\"}}";

        assertThat(post(url, Map.of("X-Gitlab-Event", "Issue Hook", "X-Gitlab-Token", "guessed"), body)
                        .status())
                .isEqualTo(401);
        assertThat(post(url, Map.of("X-Gitlab-Event", "Issue Hook", "X-Gitlab-Token", gitlab.secret), body)
                        .status())
                .isEqualTo(200);
        assertThat(takeEvents())
                .singleElement()
                .satisfies(event -> assertThat(event.key()).isEqualTo("7001"));
        gitlab.save(2, "Lost", gitlab.time.now().plusSeconds(2));
        assertThat(texts(poll(project, "updated-issues"), "/title")).containsExactly("Lost");

        stopSubscriptions(project);
        assertThat(gitlab.hook).isNull();
    }

    @Test
    void webhookNeedsItsToken() {
        URI url = open(project(), "project-event");
        String body = "{\"object_kind\": \"issue\", \"project\": {\"path_with_namespace\": \"group/project\"}}";
        Map<String, String> headers =
                Map.of("X-Gitlab-Event", "Issue Hook", "X-Gitlab-Token", "hook-token", "Idempotency-Key", "2c5e-1");

        assertThat(post(url, Map.of("X-Gitlab-Event", "Issue Hook"), body).status())
                .isEqualTo(401);
        assertThat(post(url, Map.of("X-Gitlab-Token", "hook-token2"), body).status())
                .isEqualTo(401);
        assertThat(takeEvents()).isEmpty();
        assertThat(post(url, headers, body).status()).isEqualTo(200);
        assertThat(post(url, headers, body).status()).isEqualTo(200);
        assertThat(takeEvents()).singleElement().satisfies(event -> {
            assertThat(event.key()).isEqualTo("group/project");
            assertThat(event.payload().path("object_kind").asText()).isEqualTo("issue");
        });
    }
}
