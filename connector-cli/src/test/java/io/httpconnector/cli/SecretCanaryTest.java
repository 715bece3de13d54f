package io.httpconnector.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.httpconnector.cli.CommandRun.Result;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import io.httpconnector.testing.MockService.RecordedRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Looks for secrets and tokens in all that the commands print, while the service echoes them in every response. */
class SecretCanaryTest {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private static final String PASSWORD = "Canary/\"pass\"+4711";
    private static final String CLIENT_SECRET = "canary-client-0815";
    private static final String ACCESS = "canary-access-token-1";
    private static final String REFRESH = "canary-refresh-token-1";
    private static final String PIN = "40815123";

    private static final String DOCUMENT = """
            connector: 1
            id: echo
            version: 1.0.0
            title: Echo
            inputs:
              - {name: url, label: URL}
            connection:
              baseUrl: "{{auth.url}}"
              test: /me
              retry: {maxAttempts: 1}
            auth:
              basic:
                type: basic
                user: "{{auth.user}}"
                password: "{{auth.password}}"
                fields:
                  - {name: user, label: User}
                  - {name: password, label: Password, secret: true}
              key:
                type: custom
                headers: {X-Api-Key: "{{auth.pin}}"}
                fields:
                  - {name: pin, label: PIN, secret: true}
              login:
                type: login
                loginUrl: "{{auth.url}}/token"
                json: {password: "{{auth.password}}"}
                tokenPath: /access_token
                fields:
                  - {name: password, label: Password, secret: true}
              machine:
                type: oauth2-client-credentials
                tokenUrl: "{{auth.url}}/token"
            requests:
              small: {method: GET, url: /small}
              large: {method: GET, url: /large}
              rejected: {method: GET, url: /rejected}
              list:
                method: GET
                url: /list
                records: {path: /records}
                pagination: {pages: {query: page}}
            triggers:
              changes:
                request: list
                key: [/id]
            """;

    @TempDir
    private Path directory;

    private final MockService service = MockService.start();
    private CommandRun connector;

    @BeforeEach
    void start() {
        connector = new CommandRun(directory)
                .environment("CONNECTOR_ECHO_PASSWORD", PASSWORD)
                .environment("CONNECTOR_ECHO_PIN", PIN)
                .environment("CONNECTOR_ECHO_CLIENTSECRET", CLIENT_SECRET);
        connector.write("echo.yaml", DOCUMENT);
        service.on(
                "POST",
                "/token",
                request -> MockResponse.json("{\"access_token\": \"" + ACCESS + "\", \"refresh_token\": \"" + REFRESH
                        + "\", \"token_type\": \"Bearer\", \"expires_in\": 3600}"));
        service.on("GET", "/me", request -> MockResponse.status(403).body("application/json", echo(request, 0)));
        service.on(
                "GET",
                "/small",
                request -> MockResponse.json(echo(request, 0))
                        .header("X-Echo", request.header("Authorization").orElse("none")));
        service.on("GET", "/large", request -> MockResponse.json(echo(request, 200_000)));
        service.on(
                "GET", "/rejected", request -> MockResponse.status(422).body("application/json", echo(request, 100)));
        service.on(
                "GET",
                "/list",
                request -> MockResponse.json(
                        String.valueOf(request.uri().getQuery()).contains("page=2")
                                ? "{\"records\": []}"
                                : "{\"records\": [" + echo(request, 100_000) + "]}"));
    }

    @AfterEach
    void stop() {
        service.close();
    }

    /** Returns all secrets as JSON: as they are, in the header fields that contain them, and as a number. */
    private static String echo(RecordedRequest request, int padding) {
        return MAPPER.createObjectNode()
                .put("id", 1)
                .put("padding", "x ".repeat(padding / 2))
                .put("authorization", request.header("Authorization").orElse(""))
                .put("url", "https://example.com/?p=Canary%2F%22pass%22%2B4711")
                .put("password", PASSWORD)
                .put("clientSecret", CLIENT_SECRET)
                .put("access", ACCESS)
                .put(REFRESH, REFRESH)
                .put("pin", Long.parseLong(PIN))
                .toString();
    }

    static Stream<String> strategies() {
        return Stream.of("basic", "key", "machine");
    }

    @ParameterizedTest
    @MethodSource("strategies")
    void allCommandsAndExitPaths(String strategy) throws Exception {
        List<List<String>> commands = new ArrayList<>();
        for (String request : List.of("small", "large", "rejected")) {
            for (String option : List.of("--include", "--json", "--curl", "--har", "--verbose", "--dry-run")) {
                commands.add(List.of("send", "echo.yaml", request, option));
            }
        }
        commands.add(List.of("send", "echo.yaml", "list", "--all-pages"));
        commands.add(List.of("send", "echo.yaml", "small", "--all-pages", "--verbose"));
        commands.add(List.of("wizard", "echo.yaml", "--yes", "--json", "--url=/small", "--name=new-" + strategy));
        commands.add(List.of("wizard", "echo.yaml", "--yes", "--url=/rejected", "--name=other"));
        commands.add(List.of("send", "echo.yaml", "none"));
        commands.add(List.of("poll", "echo.yaml", "changes", "--all", "--json"));
        commands.add(List.of("test", "echo.yaml", "--verbose"));
        commands.add(List.of("test", "echo.yaml", "--json"));
        commands.add(List.of("authorize", "echo.yaml"));
        commands.add(List.of("form", "echo.yaml", "--no-input", "--json"));
        commands.add(List.of("describe", "echo.yaml", "--json"));
        for (List<String> command : commands) {
            Result result = run(strategy, command);

            showsNoSecret(command, strategy, result);
        }
        Result document = new Result(ExitCode.OK, connector.read("echo.yaml"), "");
        assertThat(document.out()).contains("new-" + strategy);
        showsNoSecret(List.of("the document"), strategy, document);
        Result records = run(strategy, List.of("send", "echo.yaml", "list", "--all-pages"));
        JsonNode record = MAPPER.readTree(records.out());
        assertThat(record.path("id").asInt()).isEqualTo(1);
        assertThat(record.path("padding").asText()).hasSize(100_000);
    }

    private Result run(String strategy, List<String> command) {
        List<String> all = new ArrayList<>(command);
        if (!command.get(0).equals("describe")) {
            all.addAll(List.of("--strategy", strategy, "--value", "url=" + service.baseUrl()));
            if (strategy.equals("basic")) {
                all.addAll(List.of("--value", "user=ann"));
            } else if (strategy.equals("machine")) {
                all.addAll(List.of("--value", "clientId=client-1"));
            }
        }
        return connector.run(all.toArray(String[]::new));
    }

    private static void showsNoSecret(List<String> command, String strategy, Result result) {
        List<String> secrets = switch (strategy) {
            case "basic" ->
                List.of(
                        "pass\\\"+4711",
                        PASSWORD,
                        "pass%22%2B4711",
                        Base64.getEncoder()
                                .encodeToString(("ann:" + PASSWORD).getBytes(StandardCharsets.UTF_8))
                                .substring(12));
            case "key" -> List.of(PIN);
            case "login" -> List.of(PASSWORD, ACCESS);
            default -> List.of(CLIENT_SECRET, ACCESS, REFRESH);
        };
        assertThat(result.code()).as(command + " " + result.err()).isNotEqualTo(ExitCode.INTERNAL);
        for (String secret : secrets) {
            assertThat(result.out().contains(secret) || result.err().contains(secret))
                    .as(command + " shows " + secret)
                    .isFalse();
        }
    }

    @Test
    void tokenOfLogin() {
        for (String request : List.of("small", "large", "rejected")) {
            for (String option : List.of("--include", "--json", "--curl", "--har", "--verbose")) {
                List<String> command = List.of("send", "echo.yaml", request, option);
                Result result = run("login", command);

                assertThat(result.out()).as(result.err()).isNotEmpty();
                showsNoSecret(command, "login", result);
            }
        }
    }

    @Test
    void tokenOfLoginInRecordsAndEvents() throws Exception {
        List<String> command = List.of("send", "echo.yaml", "list", "--all-pages");
        Result records = run("login", command);
        showsNoSecret(command, "login", records);
        assertThat(MAPPER.readTree(records.out()).path("id").asInt()).isEqualTo(1);

        List<String> poll = List.of("poll", "echo.yaml", "changes", "--all", "--json");
        Result events = run("login", poll);
        assertThat(events.out()).as(events.err()).contains("padding");
        showsNoSecret(poll, "login", events);
    }

    @Test
    void errorsOfTheTokenEndpoint() {
        service.on(
                "POST",
                "/token",
                request -> MockResponse.status(400)
                        .body(
                                "application/json",
                                "{\"error\": \"invalid_client\", \"error_description\": \"" + CLIENT_SECRET
                                        + " is wrong\"}"));
        for (String option : List.of("--json", "--verbose")) {
            for (String command : List.of("test", "send", "poll")) {
                List<String> all = new ArrayList<>(List.of(command, "echo.yaml"));
                if (command.equals("send")) {
                    all.add("small");
                } else if (command.equals("poll")) {
                    all.add("changes");
                }
                all.add(option);
                Result result = run("machine", all);

                assertThat(result.code()).as(command + " " + result.err()).isNotIn(ExitCode.OK, ExitCode.INTERNAL);
                showsNoSecret(all, "machine", result);
            }
        }
    }

    @Test
    void secretThatIsTypedAndThenRefused() {
        CommandRun typing = new CommandRun(directory);
        Result result = typing.runWithInput(
                service.baseUrl() + "\nann\n" + PASSWORD + "\n", "form", "echo.yaml", "--strategy", "basic");
        Result given = typing.run("test", "echo.yaml", "--strategy=key", "--value", "pin=" + PIN);

        assertThat(result.out() + result.err()).doesNotContain("Canary", "pass%22", "+4711", "2B4711");
        assertThat(given.code()).isIn(ExitCode.INVALID, ExitCode.USAGE);
        assertThat(given.out() + given.err()).doesNotContain(PIN);
    }
}
