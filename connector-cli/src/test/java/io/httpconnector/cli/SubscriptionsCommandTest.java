package io.httpconnector.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.cli.CommandRun.Result;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests {@code listen --subscribe} and {@code subscriptions} with a service that has the webhooks of GitHub. */
@Timeout(120)
class SubscriptionsCommandTest {

    private static final String PUBLIC = "https://tunnel.example";

    @TempDir
    private Path directory;

    private final MockService service = MockService.start();
    private final List<Integer> statuses = new CopyOnWriteArrayList<>();
    /** GitHub sends a request before it responds. */
    private final GitHubHooks hooks = new GitHubHooks(service, this::ping);

    private boolean pings = true;
    private CommandRun connector;

    @BeforeEach
    void start() {
        connector = new CommandRun(directory);
        connector.write("code.yaml", """
                connector: 1
                id: code
                version: 1.0.0
                title: Code
                inputs: [{name: site, label: Site}]
                connection: {baseUrl: "{{auth.site}}", test: /user}
                webhooks:
                  pushed:
                    subscription:
                      preset: github
                      events: [push]
                      parameters: {owner: octo, repository: app}
                  other: {verify: [{type: preset, name: github, secrets: [hook]}]}
                """);
        connector.write("code.values.yaml", "values: {site: \"" + service.baseUrl() + "\"}");
        connector.environment("CONNECTOR_CODE_HOOK", "hush-hook-1");
        service.on("GET", "/user", MockResponse.json("{}"));
    }

    @AfterEach
    void stop() {
        service.close();
    }

    private int send(String type) {
        return hooks.send(type, type.equals("ping") ? "{\"zen\": \"Keep it simple.\"}" : "{\"after\": \"c1\"}");
    }

    private void ping() {
        if (pings) {
            statuses.add(send("ping"));
        }
    }

    private Result listen(String... options) {
        connector.reader((terminal, line) -> {
            if (line.contains(PUBLIC + "/")) {
                var unused = CompletableFuture.runAsync(() -> {
                    try {
                        statuses.add(send("push"));
                    } finally {
                        terminal.stop();
                    }
                });
            }
        });
        List<String> all =
                new ArrayList<>(List.of("listen", "code.yaml", "pushed", "--port=" + hooks.port(), "--subscribe"));
        all.addAll(List.of(options));
        return connector.run(all.toArray(String[]::new));
    }

    private List<String> methods() {
        return service.requests().stream()
                .map(MockService.RecordedRequest::method)
                .toList();
    }

    private void assertThatNothingIsRevealed(Result result) {
        assertThat(hooks.secrets())
                .allSatisfy(secret -> assertThat(result.out() + result.err()).doesNotContain(secret));
    }

    @Test
    void listenRegistersTheWebhookAndDeletesItAtTheEnd() {
        Result result = listen("--public-url=" + PUBLIC);

        assertThat(result.code()).as(result.err()).isZero();
        assertThat(statuses).containsExactly(200, 200);
        assertThat(result.out()).contains("\"after\":\"c1\"").doesNotContain("ping");
        assertThat(result.err())
                .contains("This URL is registered at the service: ACTIVE, id 7")
                .contains("The webhook is deleted at the service.");
        assertThat(methods()).filteredOn("POST"::equals).hasSize(1);
        assertThat(methods()).endsWith("DELETE");
        assertThat(hooks.url()).isEmpty();
        assertThatNothingIsRevealed(result);
    }

    @Test
    void registeredWebhookIsListedCheckedRotatedAndDeleted() throws IOException {
        assertThat(listen("--public-url=" + PUBLIC, "--keep", "--json").out())
                .contains("\"subscription\":{\"webhook\":\"pushed\",\"state\":\"ACTIVE\"");
        assertThat(hooks.url()).startsWith(PUBLIC + "/");
        assertThat(PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(directory.resolve("code.state/webhook-pushed.url"))))
                .isEqualTo("rw-------");

        int requests = service.requests().size();
        Result list = connector.run("subscriptions", "list", "code.yaml");
        assertThat(list.code()).as(list.err()).isZero();
        assertThat(list.out()).startsWith("pushed: active, id 7");
        assertThat(service.requests()).hasSize(requests);

        Result check = connector.run("subscriptions", "check", "code.yaml", "pushed", "--json");
        assertThat(check.code()).as(check.err()).isZero();
        assertThat(JsonSupport.parse(check.out()).at("/subscriptions/0/state").asText())
                .isEqualTo("ACTIVE");
        assertThat(methods()).endsWith("GET", "GET");

        Result rotate = connector.run("subscriptions", "rotate", "code.yaml");
        assertThat(rotate.code()).as(rotate.err()).isZero();
        assertThat(hooks.secrets()).doesNotHaveDuplicates().hasSize(2);
        assertThat(listen("--public-url=" + PUBLIC, "--keep").code()).isZero();
        assertThat(statuses).as("with the new secret").containsExactly(200, 200, 200);

        assertThat(connector.run("subscriptions", "renew", "code.yaml").code()).isZero();
        Result delete = connector.run("subscriptions", "delete", "code.yaml");
        assertThat(delete.code()).as(delete.err()).isZero();
        assertThat(delete.out()).startsWith("pushed: not registered");
        assertThat(hooks.url()).isEmpty();
        List.of(list, check, rotate, delete).forEach(this::assertThatNothingIsRevealed);
    }

    @Test
    void missingWebhookIsRegisteredAgainByCheck() {
        listen("--public-url=" + PUBLIC, "--keep");
        hooks.url("");
        // The command does not listen.
        pings = false;

        Result check = connector.run("subscriptions", "check", "code.yaml");

        assertThat(check.code()).as(check.err()).isZero();
        assertThat(hooks.url()).startsWith(PUBLIC + "/");
    }

    @Test
    void webhookThatIsNotRegisteredIsReported() {
        Result check = connector.run("subscriptions", "check", "code.yaml");

        assertThat(check.code()).isEqualTo(ExitCode.FAILED);
        assertThat(check.out()).isEqualTo("pushed: not registered\n");
        assertThat(check.err()).contains("connector listen --subscribe --public-url URL");
        assertThat(connector.run("subscriptions", "list", "code.yaml").code()).isZero();
        assertThat(connector.run("subscriptions", "delete", "code.yaml").code()).isZero();
        assertThat(service.requests()).isEmpty();
    }

    @Test
    void refusedRegistrationIsReported() {
        service.on("POST", GitHubHooks.PATH, MockResponse.status(422));
        Result invalid = listen("--public-url=" + PUBLIC);
        service.on("POST", GitHubHooks.PATH, MockResponse.status(401));
        Result unauthorized = listen("--public-url=" + PUBLIC);

        assertThat(invalid.code()).isEqualTo(ExitCode.FAILED);
        assertThat(invalid.err())
                .contains("the webhook could not be registered")
                .contains("422");
        assertThat(unauthorized.code()).isEqualTo(ExitCode.UNAUTHORIZED);
        assertThat(connector.run("subscriptions", "list", "code.yaml").out()).isEqualTo("pushed: not registered\n");
    }

    @Test
    void failedDeletionIsReported() {
        service.on("DELETE", GitHubHooks.PATH + "/7", MockResponse.status(500));

        Result result = listen("--public-url=" + PUBLIC);

        assertThat(result.code()).isEqualTo(ExitCode.FAILED);
        assertThat(result.err()).contains("could not be deleted at the service", "connector subscriptions delete");
        assertThat(connector.run("subscriptions", "list", "code.yaml").out()).startsWith("pushed: deleting");
    }

    @Test
    void subscriptionIsDescribed() {
        String text = connector.run("describe", "code.yaml").out();
        JsonNode json = JsonSupport.parse(
                        connector.run("describe", "code.yaml", "--json").out())
                .at("/webhooks/0/subscription");

        assertThat(text)
                .contains("the library registers it at github, events push")
                .contains(
                        "the service must permit: POST /repos/{{parameters.owner}}/{{parameters.repository}}/hooks, GET ")
                .contains("DELETE /repos/{{parameters.owner}}/{{parameters.repository}}/hooks/{{subscription.id}}");
        assertThat(json.path("preset").asText()).isEqualTo("github");
        assertThat(json.path("requests")).hasSize(5);
        assertThat(connector.run("check", "code.yaml").out()).contains("2 webhooks, 1 subscription");
        assertThat(connector.run("verify", "code.yaml", "pushed").out())
                .contains("skipped webhook pushed: its secret is created when its subscription registers it");
        assertThat(connector.run("verify", "code.yaml", "other").out()).contains("ok webhook other");
    }

    @Test
    void wrongUseIsReported() {
        assertUsage("--subscribe: add --public-url", "listen", "code.yaml", "pushed", "--subscribe");
        assertUsage(
                "the document has no subscription for the webhook \"other\"",
                "listen",
                "code.yaml",
                "other",
                "--subscribe",
                "--public-url=" + PUBLIC);
        assertUsage("--keep: it needs --subscribe", "listen", "code.yaml", "pushed", "--keep");
        assertUsage(
                "no webhook with a subscription \"pushd\": did you mean \"pushed\"?",
                "subscriptions",
                "list",
                "code.yaml",
                "pushd");
        assertUsage("there is no command \"lst\": did you mean \"list\"?", "subscriptions", "lst", "code.yaml");
        assertThat(connector.run("subscriptions").err()).contains("rotate", "Replace the secrets");
    }

    private void assertUsage(String message, String... arguments) {
        Result result = connector.run(arguments);

        assertThat(result.err()).contains(message);
        assertThat(result.code()).isEqualTo(ExitCode.USAGE);
    }
}
