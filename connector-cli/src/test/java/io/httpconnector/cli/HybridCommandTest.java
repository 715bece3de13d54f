package io.httpconnector.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.cli.CommandRun.Result;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests commands with a trigger that has a webhook. */
@Timeout(120)
class HybridCommandTest {

    private static final String PUBLIC = "https://tunnel.example";

    @TempDir
    private Path directory;

    private final MockService service = MockService.start();
    private final List<String> issues = new CopyOnWriteArrayList<>(List.of(issue(1)));
    private CommandRun connector;
    private final GitHubHooks hooks = new GitHubHooks(service, () -> {});

    @BeforeEach
    void start() {
        connector = new CommandRun(directory);
        connector.write("code.yaml", """
                connector: 1
                id: code
                version: 1.0.0
                title: Code
                inputs: [{name: site, label: Site}]
                connection: {baseUrl: "{{auth.site}}", test: /issues}
                triggers:
                  issues:
                    request: {method: GET, url: /issues}
                    key: [/id]
                    version: [/updated]
                    startPosition: {everything: true}
                    hybrid: {webhook: issue-changed, payload: {records: [/issue]}}
                webhooks:
                  issue-changed:
                    subscription: {preset: github, events: [issues], parameters: {owner: octo, repository: app}}
                """);
        connector.write("code.values.yaml", "values: {site: \"" + service.baseUrl() + "\"}");
        service.on("GET", "/issues", request -> MockResponse.json(issues.toString()));
    }

    @AfterEach
    void stop() {
        service.close();
    }

    private static String issue(int id) {
        return "{\"id\": " + id + ", \"updated\": \"2026-01-01T00:00:0" + id + "Z\"}";
    }

    /** Sends a webhook for an issue, which the list also contains from then on. */
    private int send(int id) {
        issues.add(issue(id));
        return hooks.send("issues", "{\"issue\": " + issue(id) + "}");
    }

    private Result listen(String name) {
        List<Integer> statuses = new CopyOnWriteArrayList<>();
        List<String> lines = new ArrayList<>();
        connector.reader((terminal, line) -> {
            lines.add(line);
            boolean isRegistered = lines.stream().anyMatch(one -> one.contains(PUBLIC + "/"));
            boolean hasPolled = lines.stream().anyMatch(one -> one.contains("\"key\":\"1\""));
            if (isRegistered && hasPolled && (line.contains(PUBLIC + "/") || line.contains("\"key\":\"1\""))) {
                var unused = CompletableFuture.runAsync(() -> {
                    try {
                        statuses.add(send(2));
                        statuses.add(send(2));
                    } finally {
                        terminal.stop();
                    }
                });
            }
        });
        Result result = connector.run(
                "listen",
                "code.yaml",
                name,
                "--port=" + hooks.port(),
                "--subscribe",
                "--public-url=" + PUBLIC,
                "--keep");
        assertThat(statuses).containsExactly(200, 200);
        return result;
    }

    @ParameterizedTest
    @ValueSource(strings = {"issues", "issue-changed"})
    void listenPrintsTheEventsOfPollAndWebhookOnceAndPollContinues(String name) {
        Result result = listen(name);

        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.out()
                        .lines()
                        .filter(line -> line.startsWith("{"))
                        .map(line -> JsonSupport.parse(line).path("trigger").asText() + " "
                                + JsonSupport.parse(line).path("key").asText()))
                .containsExactly("local/code/issues 1", "local/code/issues 2");
        issues.add(issue(3));
        Result poll = connector.run("poll", "code.yaml", "issues");
        assertThat(poll.code()).as(poll.err()).isZero();
        assertThat(poll.out().lines()).singleElement().asString().contains("\"key\":\"3\"");
        Result list = connector.run("subscriptions", "list", "code.yaml", "--json");
        assertThat(JsonSupport.parse(list.out())
                        .at("/subscriptions/0/lastEvent")
                        .asText())
                .as(list.out())
                .startsWith("20");
    }

    @Test
    void describeShowsTheWebhookOfATrigger() {
        assertThat(connector.run("describe", "code.yaml").out())
                .contains("hybrid: also receives the webhook issue-changed");
        JsonNode trigger = JsonSupport.parse(
                        connector.run("describe", "code.yaml", "--json").out())
                .at("/triggers/0");
        assertThat(trigger.at("/hybrid/webhook").asText()).isEqualTo("issue-changed");
        assertThat(connector.run("check", "code.yaml").code()).isZero();
        assertThat(connector.run("listen", "code.yaml", "isues").err())
                .contains("the document has no webhook \"isues\": did you mean \"issues\"?");
    }

    @Test
    void verificationChecksPollAndWebhook() {
        Result verify = connector.run("verify", "code.yaml", "--json");

        assertThat(JsonSupport.parse(verify.out()).path("checks"))
                .as(verify.out() + verify.err())
                .anySatisfy(check -> assertThat(check.path("name").asText()).isEqualTo("webhook issue-changed"))
                .anySatisfy(check -> assertThat(check.path("name").asText()).startsWith("trigger issues"));
    }
}
