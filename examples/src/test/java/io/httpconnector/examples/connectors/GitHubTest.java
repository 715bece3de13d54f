package io.httpconnector.examples.connectors;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.definition.Connector;
import io.httpconnector.definition.ConnectorDefinition;
import io.httpconnector.trigger.TriggerEvent;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.Signature;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests the connector document of GitHub. */
class GitHubTest extends ConnectorFixture {

    private static final Map<String, String> HELLO = Map.of("owner", "octocat", "repository", "hello-world");

    private final GitHubMock github = new GitHubMock();

    /** Issues by https://docs.github.com/rest: version header, Link pagination, rate limits, errors. */
    static final class GitHubMock extends ServiceMock {

        private static final String ISSUES = "/repos/octocat/hello-world/issues";
        private static final String HOOKS = "/repos/octocat/hello-world/hooks";

        final TokenIssuer tokens = new TokenIssuer("https://github.com/login/oauth/authorize")
                .withPkce()
                .withRotation()
                .with("scope", "repo");
        final List<Map<String, Object>> issues = new ArrayList<>();
        /** The webhook, of which there can be only one. */
        @Nullable Map<String, Object> hook;

        String secret = "";

        PublicKey app;

        GitHubMock() {
            super("api.github.com", "github.com");
        }

        synchronized void save(int number, String title, Instant updated) {
            Map<String, Object> issue = new LinkedHashMap<>();
            issue.put("id", 1000 + number);
            issue.put("number", number);
            issue.put("title", title);
            issue.put("state", "open");
            issue.put("updated_at", updated.toString());
            issues.removeIf(known -> known.get("number").equals(number));
            issues.add(issue);
        }

        @Override
        synchronized Reply reply(Call call) {
            if (call.target().equals("POST github.com/login/oauth/access_token")) {
                return call.header("Accept").equals("application/json")
                        ? tokens.token(call)
                        : new Reply(200, Map.of("Content-Type", "application/x-www-form-urlencoded"), "error=x");
            }
            if (call.header("User-Agent").isEmpty()) {
                return error(403, "Request forbidden by administrative rules.");
            }
            if (!call.header("Accept").equals("application/vnd.github+json")) {
                return error(415, "Must accept 'application/vnd.github+json'");
            }
            if (call.target().equals("POST api.github.com/app/installations/77/access_tokens")) {
                return isSignedByApp(call)
                        ? Reply.json(
                                201,
                                Map.of(
                                        "token",
                                        tokens.newToken(),
                                        "expires_at",
                                        time.now().plus(Duration.ofHours(1)).toString()))
                        : error(401, "A JSON web token could not be decoded");
            }
            if (!call.header("X-GitHub-Api-Version").equals("2022-11-28")) {
                return error(400, "Unsupported API version");
            }
            if (!tokens.accepts(call)) {
                return error(401, "Bad credentials");
            }
            return switch (call.target()) {
                case "GET api.github.com/user" -> Reply.json(Map.of("login", "octocat"));
                case "GET api.github.com" + ISSUES -> list(call);
                case "POST api.github.com" + ISSUES -> create(call);
                case "GET api.github.com" + HOOKS -> Reply.json(hook == null ? List.of() : List.of(hook));
                case "POST api.github.com" + HOOKS -> createHook(call);
                case "DELETE api.github.com" + HOOKS + "/12345678" -> deleteHook();
                default ->
                    issues.stream()
                            .filter(issue ->
                                    call.target().equals("GET api.github.com" + ISSUES + "/" + issue.get("number")))
                            .findFirst()
                            .map(Reply::json)
                            .orElse(error(404, "Not Found"));
            };
        }

        private Reply createHook(Call call) {
            JsonNode json = call.json();
            boolean isValid = json.path("name").asText().equals("web")
                    && json.at("/config/content_type").asText().equals("json")
                    && json.at("/config/url").asText().startsWith("https://")
                    && json.path("events").isArray();
            if (!isValid || hook != null) {
                return error(422, "Validation Failed");
            }
            secret = json.at("/config/secret").asText();
            hook = Map.of(
                    "id",
                    12345678,
                    "active",
                    true,
                    "events",
                    json.path("events"),
                    "config",
                    Map.of("url", json.at("/config/url").asText(), "content_type", "json", "secret", "********"));
            return Reply.json(201, hook);
        }

        private Reply deleteHook() {
            hook = null;
            return Reply.empty(204);
        }

        private Reply create(Call call) {
            if (call.json().path("title").asText().isBlank()) {
                return Reply.json(
                        422,
                        "{\"message\": \"Validation Failed\", \"errors\": [{\"resource\": \"Issue\", \"field\":"
                                + " \"title\", \"code\": \"missing_field\"}]}");
            }
            save(issues.size() + 1, call.json().path("title").asText(), time.now());
            return Reply.json(201, issues.get(issues.size() - 1));
        }

        private Reply list(Call call) {
            if (!call.hasOnly("state", "sort", "direction", "per_page", "page", "since")) {
                return error(422, "Unknown parameter");
            }
            Instant since = call.parameter("since").isEmpty() ? Instant.EPOCH : Instant.parse(call.parameter("since"));
            Comparator<Map<String, Object>> order = Comparator.comparing(
                    issue -> Instant.parse(issue.get("updated_at").toString()));
            List<Map<String, Object>> all = issues.stream()
                    .filter(issue -> call.parameter("state").equals("all"))
                    .filter(issue ->
                            !Instant.parse(issue.get("updated_at").toString()).isBefore(since))
                    .sorted(call.parameter("direction").equals("asc") ? order : order.reversed())
                    .toList();
            int size = Math.min(100, call.number("per_page", 30));
            int page = call.number("page", 1);
            int end = Math.min(all.size(), page * size);
            Reply reply = Reply.json(all.subList(Math.min(end, (page - 1) * size), end));
            return end < all.size()
                    ? reply.header(
                            "Link",
                            "<https://api.github.com" + ISSUES + "?"
                                    + call.query().replaceAll("&page=\\d+", "") + "&page=" + (page + 1)
                                    + ">; rel=\"next\"")
                    : reply;
        }

        private boolean isSignedByApp(Call call) {
            try {
                String[] parts =
                        call.header("Authorization").replace("Bearer ", "").split("\\.", -1);
                Signature signature = Signature.getInstance("SHA256withRSA");
                signature.initVerify(app);
                signature.update((parts[0] + "." + parts[1]).getBytes(StandardCharsets.UTF_8));
                return signature.verify(Base64.getUrlDecoder().decode(parts[2]))
                        && new String(Base64.getUrlDecoder().decode(parts[1]), StandardCharsets.UTF_8)
                                .contains("\"iss\":\"12\"");
            } catch (Exception e) {
                return false;
            }
        }

        private static Reply error(int status, String message) {
            return Reply.json(status, Map.of("message", message, "documentation_url", "https://docs.github.com/rest"));
        }
    }

    @AfterEach
    void stop() throws Exception {
        github.close();
    }

    private Connector octocat() {
        return connect("github", "token", github, HELLO, "token", github.tokens.newToken(), "webhookSecret", "s3cret");
    }

    @Test
    void requests() {
        Connector octocat = octocat();
        github.save(1, "First", github.time.now());

        octocat.connection().test().orThrow();
        assertThat(octocat.request("create-issue")
                        .send("issue", Map.of("title", "Second", "labels", List.of("bug")))
                        .json()
                        .path("number")
                        .asInt())
                .isEqualTo(2);
        assertThat(github.lastCall().json())
                .isEqualTo(Call.MAPPER.valueToTree(Map.of("title", "Second", "labels", List.of("bug"))));
        assertThat(octocat.request("get-issue")
                        .send("issue", Map.of("number", 2))
                        .json()
                        .path("title")
                        .asText())
                .isEqualTo("Second");
        assertThat(rejected(422, () -> octocat.request("create-issue").send("issue", Map.of("title", " ")))
                        .at("/errors/0/field")
                        .asText())
                .isEqualTo("title");
        assertThat(rejected(404, () -> octocat.request("get-issue").send("issue", Map.of("number", 9)))
                        .path("message")
                        .asText())
                .isEqualTo("Not Found");
    }

    @Test
    void wrongTokenFailsTheTest() {
        Connector stranger = connect("github", "token", github, HELLO, "token", "wrong");

        assertThat(stranger.connection().test().ok()).isFalse();
    }

    @Test
    void rateLimitsAreRespected() {
        Connector octocat = octocat();
        github.save(1, "First", github.time.now());
        Instant reset = github.time.now().plusSeconds(20);
        github.answerNext(GitHubMock.error(403, "API rate limit exceeded for user ID 1.")
                .header("X-RateLimit-Limit", 5000)
                .header("X-RateLimit-Remaining", 0)
                .header("X-RateLimit-Reset", reset.getEpochSecond()));
        github.answerNext(GitHubMock.error(403, "You have exceeded a secondary rate limit.")
                .header("X-RateLimit-Remaining", 4000)
                .header("Retry-After", 7));

        assertThat(octocat.request("get-issue")
                        .send("issue", Map.of("number", 1))
                        .status())
                .isEqualTo(200);

        assertThat(github.time.now()).isAfterOrEqualTo(reset.plusSeconds(7));
    }

    @Test
    void triggerReadsAllPagesAndThenUpdatesOnly() {
        Connector octocat = octocat();
        Instant start = github.time.now();
        assertThat(poll(octocat, "updated-issues")).isEmpty();
        github.time.advance(Duration.ofHours(1));
        IntStream.rangeClosed(1, 250)
                .forEach(number -> github.save(number, "Issue " + number, start.plusSeconds(10 + number)));

        assertThat(texts(poll(octocat, "updated-issues"), "/number"))
                .hasSize(250)
                .doesNotHaveDuplicates();
        assertThat(poll(octocat, "updated-issues")).isEmpty();

        github.save(7, "Changed", start.plusSeconds(1000));
        github.save(251, "New", start.plusSeconds(1001));
        assertThat(texts(poll(octocat, "updated-issues"), "/title")).containsExactly("Changed", "New");
        assertThat(poll(octocat, "updated-issues")).isEmpty();
    }

    @Test
    void webhookIsVerified() {
        URI url = open(octocat(), "repository-event");
        String body =
                "{\"action\": \"opened\", \"issue\": {\"id\": 1}, \"repository\": {\"full_name\": \"octocat/hello-world\"}}";
        String signature = "sha256=" + HexFormat.of().formatHex(hmacSha256("s3cret", body));

        TriggerEvent event =
                receivesOnlySigned(url, Map.of("X-GitHub-Event", "issues", "X-Hub-Signature-256", signature), body);

        assertThat(event.key()).isEqualTo("octocat/hello-world");
        assertThat(event.payload().at("/issue/id").asInt()).isEqualTo(1);
    }

    @Test
    void webhookIsRegisteredAndDeleted() {
        Connector octocat = octocat();
        URI url = register(octocat, "updated-issues", "issue-event");
        assertThat(github.hook).containsEntry("events", Call.MAPPER.valueToTree(List.of("issues")));
        github.save(1, "First", github.time.now().plusSeconds(1));
        String body = "{\"action\": \"opened\", \"issue\": " + Call.MAPPER.valueToTree(github.issues.get(0)) + "}";
        String signature = "sha256=" + HexFormat.of().formatHex(hmacSha256(github.secret, body));

        TriggerEvent event =
                receivesOnlySigned(url, Map.of("X-GitHub-Event", "issues", "X-Hub-Signature-256", signature), body);

        assertThat(event.key()).isEqualTo("1001");
        assertThat(event.trigger()).isEqualTo("acme/github/updated-issues");
        github.save(2, "Lost", github.time.now().plusSeconds(2));
        assertThat(texts(poll(octocat, "updated-issues"), "/title")).containsExactly("Lost");
        assertThat(octocat.hybridStatus("updated-issues")
                        .orElseThrow()
                        .webhook()
                        .orElseThrow()
                        .pushedFirst())
                .isEqualTo(1);
        stopSubscriptions(octocat);
        assertThat(github.hook).isNull();
    }

    /** The document of the guide about hybrid triggers, with the authentication of the gallery. */
    @Test
    void exampleOfTheGuideDeliversEachIssueOnce() throws Exception {
        String guide = Files.readString(Path.of("../docs/hybrid-triggers.md"));
        int start = guide.indexOf("```yaml\ntriggers:") + "```yaml\n".length();
        String example = guide.substring(start, guide.indexOf("```", start));
        String gallery = Files.readString(Path.of("connectors/github.connector.yaml"));
        String document = gallery.substring(0, gallery.indexOf("\nrequests:\n") + 1) + example;
        assertThat(example.lines()).hasSizeLessThanOrEqualTo(15);
        Connector octocat =
                connect(ConnectorDefinition.parse(document), "token", github, HELLO, "token", github.tokens.newToken());
        URI url = register(octocat, "updated-issues", "issue-changed");
        for (int number = 1; number <= 3; number++) {
            github.save(number, "Issue " + number, github.time.now().plusSeconds(number));
        }
        String body = "{\"action\": \"opened\", \"issue\": " + Call.MAPPER.valueToTree(github.issues.get(1)) + "}";
        String signature = "sha256=" + HexFormat.of().formatHex(hmacSha256(github.secret, body));

        TriggerEvent event =
                receivesOnlySigned(url, Map.of("X-GitHub-Event", "issues", "X-Hub-Signature-256", signature), body);

        assertThat(event.payload().path("title").asText()).isEqualTo("Issue 2");
        assertThat(texts(poll(octocat, "updated-issues"), "/title")).containsExactly("Issue 1", "Issue 3");
        stopSubscriptions(octocat);
    }

    @Test
    void consentAndRefresh() {
        Connector octocat = connect(
                "github",
                "oauth2",
                github,
                with("clientId", TokenIssuer.CLIENT),
                "clientSecret",
                TokenIssuer.CLIENT_SECRET);
        authorizeAndRefresh(octocat, github, github.tokens, "repo");
    }

    @Test
    void appLogsInAndAgainWhenItsTokenExpires() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        KeyPair keys = generator.generateKeyPair();
        github.app = keys.getPublic();
        Map<String, String> values = new LinkedHashMap<>(HELLO);
        values.put("appId", "12");
        values.put("installationId", "77");
        Connector app = connect("github", "app", github, values, "privateKey", pem(keys));

        github.save(1, "First", github.time.now());
        app.request("get-issue").send("issue", Map.of("number", 1));
        github.time.advance(Duration.ofHours(1));
        github.tokens.expireTokens();
        app.request("get-issue").send("issue", Map.of("number", 1));

        assertThat(github.calls)
                .filteredOn(call -> call.path().endsWith("/access_tokens"))
                .hasSize(2);
    }

    private static Map<String, String> with(String name, String value) {
        Map<String, String> values = new LinkedHashMap<>(HELLO);
        values.put(name, value);
        return values;
    }
}
