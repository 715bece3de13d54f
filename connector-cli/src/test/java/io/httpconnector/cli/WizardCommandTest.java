package io.httpconnector.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.httpconnector.cli.CommandRun.Result;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import io.httpconnector.testing.MockService.RecordedRequest;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the wizard, which adds a request to a document, against a service that accepts correct requests only. */
class WizardCommandTest {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private static final String DOCUMENT = """
        # Requests of our events team.
        connector: 1
        id: events
        version: 1.0.0
        title: Events
        inputs:
          - {name: api, label: API}
          - {name: locale, label: Locale, default: en}
        connection:
          baseUrl: "{{auth.api}}"   # with the version
          test: /me
          retry: {maxAttempts: 1}
        auth:
          token:
            type: custom
            headers: {Authorization: "Bearer {{auth.token}}"}
            fields:
              - {name: token, label: Token, secret: true}

        requests:
          # The oldest request.
          get-me: {method: GET, url: /me, query: [{name: l, value: "{{auth.locale}}"}]}

        # Nothing follows.
        """;

    private static final String VENUE = """
        {
          "venue": {
            "name": "Madison Square Garden",
            "address": {"city": "New York City", "country": "%s"}
          }
        }\
        """;

    @TempDir
    private Path directory;

    private final MockService service = MockService.start();
    private CommandRun connector;

    @BeforeEach
    void start() {
        connector = new CommandRun(directory).environment("CONNECTOR_EVENTS_TOKEN", "canary-token-1");
        connector.write("events.yaml", DOCUMENT);
        service.on("POST", "/v3/venues/", WizardCommandTest::create);
        service.on(
                "GET",
                "/v3/venues/4711/",
                request -> strict(
                        request,
                        "expand=address&locale=en".equals(request.uri().getQuery()),
                        "{\"id\": 4711, \"name\": \"Hall\", \"echo\": \"canary-token-1\"}"));
        service.on(
                "GET",
                "/v3/venues/4712/",
                request -> strict(
                        request, "expand=all&locale=en".equals(request.uri().getQuery()), "{\"id\": 4712}"));
    }

    @AfterEach
    void stop() {
        service.close();
    }

    private static MockResponse strict(RecordedRequest request, boolean isValid, String json) {
        if (!request.header("Authorization").orElse("").equals("Bearer canary-token-1")) {
            return MockResponse.status(401).body("application/json", "{\"error\": \"INVALID_AUTH\"}");
        }
        return isValid ? MockResponse.json(json) : MockResponse.status(404).body("text/plain", "unknown");
    }

    /** Like Eventbrite, which accepts countries of two letters only. */
    private static MockResponse create(RecordedRequest request) {
        JsonNode venue = json(request.body()).path("venue");
        boolean isValid = request.header("Content-Type").orElse("").startsWith("application/json")
                && venue.path("name").isTextual()
                && venue.at("/address/city").isTextual();
        if (venue.at("/address/country").asText().length() != 2) {
            return MockResponse.status(400)
                    .body(
                            "application/json",
                            "{\"error\": \"ARGUMENTS_ERROR\", \"error_detail\": {\"venue.address.country\":"
                                    + " [\"INVALID\"]}}");
        }
        return strict(request, isValid, "{\"id\": \"4711\", \"name\": " + venue.path("name") + "}");
    }

    private static JsonNode json(String text) {
        try {
            return MAPPER.readTree(text);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private Result wizard(String input, String... args) {
        return connector.runWithInput(input, with("wizard", args));
    }

    private String[] with(String command, String... args) {
        String[] all = new String[args.length + 3];
        all[0] = command;
        all[1] = "events.yaml";
        all[2] = "--value=api=" + service.baseUrl() + "/v3";
        System.arraycopy(args, 0, all, 3, args.length);
        return all;
    }

    private Result succeeds(Result result) {
        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.out() + result.err()).doesNotContain("canary-token-1");
        return result;
    }

    private Result sends(String request, String... pills) {
        String[] args = new String[pills.length + 1];
        args[0] = request;
        System.arraycopy(pills, 0, args, 1, pills.length);
        return succeeds(connector.run(with("send", args)));
    }

    private boolean isUnchanged() {
        return connector.read("events.yaml").equals(DOCUMENT);
    }

    @Test
    void rejectedVenueIsCorrectedAndSaved() {
        String input = String.join(
                "\n",
                "POST " + service.baseUrl() + "/v3/venues/",
                "",
                "",
                VENUE.formatted("USA"),
                "Create a venue",
                "", // sends the sample, which is rejected
                "/venue/address/country=US",
                "", // sends it again
                "", // accepts it
                "/venue/name account.City",
                "/venue/name account.Name",
                "4 account.BillingCountry | trim",
                "9 account.City",
                "3 {{account.City}}{{",
                "",
                "yes",
                "yes",
                "");

        Result result = succeeds(wizard(input));

        assertThat(result.out()).isEmpty();
        assertThat(result.err())
                .contains(
                        "Method and URL, or a curl command: ",
                        "HTTP 400, ",
                        "rejected: the service does not accept the parameters or the body",
                        "The response mentions /venue/address/country, which is \"USA\"",
                        "HTTP 200, ",
                        "Name of the request [post-venues]: ",
                        "1  url = \"venues\"",
                        "2  /venue/name = \"Madison Square Garden\"",
                        "\"{{\" is not closed",
                        "there is no value 9",
                        "Later steps can use: id (text), name (text)",
                        "events.yaml: added create-a-venue",
                        "Next: connector send events.yaml create-a-venue --pill account.Name='Madison Square Garden'"
                                + " --pill account.BillingCountry=US");
        assertThat(connector.read("events.yaml"))
                .contains(
                        "# Requests of our events team.",
                        "# with the version",
                        "# The oldest request.",
                        "title: \"Create a venue\"",
                        "url: \"/venues/\"",
                        "name: \"{{account.Name}}\"",
                        "country: \"{{account.BillingCountry | trim}}\"",
                        "city: \"New York City\"")
                .endsWith("# Nothing follows.\n");
        Result sent = sends("create-a-venue", "--pill=account.Name={{x}} \"Hall\"", "--pill=account.BillingCountry=DE");
        assertThat(json(sent.out()).path("name").asText()).isEqualTo("{{x}} \"Hall\"");
    }

    @Test
    void optionsReplaceAllQuestions() {
        Result result = succeeds(wizard(
                "",
                "--yes",
                "--json",
                "--name=get-venue",
                "--url=/venues/4711/",
                "--query=expand=address",
                "--query=locale={{auth.locale}}",
                "--header=X-Team: blue",
                "--pill=venue.id=4711",
                "--pill=expand.fields=address"));

        JsonNode json = json(result.out());
        assertThat(json.path("saved").asBoolean()).isTrue();
        assertThat(json.path("status").asInt()).isEqualTo(200);
        assertThat(json.at("/definition/url").asText()).isEqualTo("/venues/{{venue.id}}/");
        assertThat(json.at("/definition/responses/2xx/properties/id/type").asText())
                .isEqualTo("integer");
        assertThat(json.path("pills")).extracting(JsonNode::asText).contains("venue.id", "expand.fields");
        assertThat(json.at("/outputs/1/path").asText()).isEqualTo("id");
        assertThat(result.err()).contains("--pill venue.id=4711 --pill expand.fields=address");
        assertThat(json(sends("get-venue", "--pill=venue.id=4712", "--pill=expand.fields=all")
                                .out())
                        .path("id")
                        .asInt())
                .isEqualTo(4712);
    }

    @Test
    void valuesOfPillsThatTheRequestHasAlready() {
        succeeds(wizard(
                "",
                "--yes",
                "--no-schema",
                "--name=create",
                "--url=/venues/",
                "--body={\"venue\": {\"name\": \"{{venue.name}}\", \"address\": {{venue.address}}}}",
                "--pill=venue.name=Hall",
                "--pill=venue.address:={\"city\": \"Basel\", \"country\": \"CH\"}"));

        assertThat(connector.read("events.yaml")).doesNotContain("responses");
        Result sent = sends(
                "create", "--pill=venue.name=Inn", "--pill=venue.address:={\"city\": \"Bern\", \"country\": \"CH\"}");
        assertThat(sent.out()).contains("Inn");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void curlCommandWithCredentials(boolean isPasted) {
        String command = """
            curl -X POST '%s/v3/venues/' \\
              -H 'Authorization: Bearer canary-other-2' -H 'Content-Type: application/json' \\
              -d '{"venue": {"name": "Garden",

                "address": {"city": "Rome", "country": "IT"}}, "password": "canary-other-3"}'
            """.formatted(service.baseUrl()).strip();
        String answers = "create-venue\n\ncanary-other-3\n\n/venue/name venue.name\n\nno\nyes\n";

        Result result = succeeds(isPasted ? wizard(command + "\n" + answers) : wizard(answers, "--curl", command));

        assertThat(result.err())
                .contains("remark: the header Authorization is left out", "Value of {{connection.password}}")
                .contains(" --pills FILE\n", "FILE is JSON or YAML with connection.password; \"--pills -\"")
                .doesNotContain("canary-other-3", "--pill connection.");
        assertThat(connector.read("events.yaml"))
                .contains("url: \"/venues/\"", "password: \"{{connection.password}}\"", "name: \"{{venue.name}}\"")
                .doesNotContain("canary-other", "responses");
        assertThat(sends("create-venue", "--pill=venue.name=Inn", "--pill=connection.password=p")
                        .out())
                .contains("Inn");
    }

    @Test
    void formAndFileBodies() {
        service.on(
                "POST",
                "/v3/search",
                request -> strict(request, request.body().equals("q=caf%C3%A9&page=1"), "{\"found\": [1]}"));
        connector.write("body.txt", "q=caf%C3%A9&page=1");

        succeeds(wizard(
                "",
                "--yes",
                "--name=search",
                "--method=post",
                "--url=/search",
                "--header=Content-Type: application/x-www-form-urlencoded",
                "--body=@body.txt",
                "--pill=search.text=café"));

        assertThat(connector.read("events.yaml")).contains("value: \"{{search.text}}\"");
        sends("search", "--pill=search.text=café");
    }

    @Test
    void changesOfAllParts() {
        String input = String.join(
                "\n",
                "/wrong",
                "",
                "X-Team blue",
                "X-Team: blue",
                "",
                "get-me",
                "get-venue",
                "", // sends a request that does not exist
                "url /venues/4711/",
                "?expand=all",
                "?expand=address",
                "?locale={{input.locale}}",
                "X-Team:",
                "Authorization: Bearer x",
                "nonsense",
                "",
                "en",
                "",
                "",
                "no",
                "yes",
                "");

        Result result = succeeds(wizard(input));

        assertThat(result.err())
                .contains(
                        "a header field has no colon",
                        "the document has a request \"get-me\": choose another name",
                        "rejected: there is nothing at this URL",
                        "credentials belong to the connection",
                        "Change it by lines such as",
                        "Value of {{input.locale}} for the sample: ");
        assertThat(connector.read("events.yaml")).doesNotContain("X-Team");
        sends("get-venue", "--pill=input.locale=en");
    }

    @Test
    void acceptedStatusAndServiceThatCannotBeReached() {
        service.on("GET", "/v3/venues/9/", request -> strict(request, false, ""));
        Result accepted =
                succeeds(wizard("", "--yes", "--name=find", "--url=/venues/9/", "--accept=404", "--pill=venue.id=9"));
        assertThat(accepted.err()).contains("HTTP 404, ");
        assertThat(sends("find", "--pill=venue.id=9").out()).isEqualTo("unknown\n");

        connector.write("events.yaml", DOCUMENT);
        Result unreachable =
                connector.run("wizard", "events.yaml", "--value=api=http://127.0.0.1:1", "--yes", "--url=/me");
        assertThat(unreachable.code()).isEqualTo(ExitCode.FAILED);
        assertThat(unreachable.err()).contains("rejected: ", "Nothing was saved.");
    }

    @Test
    void rejectedSampleIsNotSaved() {
        Result rejected =
                wizard("", "--yes", "--json", "--name=create", "--url=/venues/", "--body", VENUE.formatted("USA"));
        assertThat(rejected.code()).isEqualTo(ExitCode.FAILED);
        assertThat(json(rejected.out()))
                .isEqualTo(json("{\"request\": \"create\", \"saved\": false, \"status\": 400, \"body\": {\"error\":"
                        + " \"ARGUMENTS_ERROR\", \"error_detail\": {\"venue.address.country\": [\"INVALID\"]}}}"));

        connector.environment("CONNECTOR_EVENTS_TOKEN", "wrong");
        assertThat(wizard("", "--yes", "--url=/venues/4711/").code()).isEqualTo(ExitCode.UNAUTHORIZED);
        assertThat(isUnchanged()).isTrue();
    }

    @Test
    void incorrectUse() {
        List<List<String>> all = List.of(
                List.of("--url or --curl"),
                List.of("choose another name by --name", "--name=get-me", "--url=/venues/4711/"),
                List.of("--pill venue.id=VALUE", "--url=/venues/{{venue.id}}/"),
                List.of("credentials belong to the connection", "--url=/me", "--header=X-Api-Key: canary-token-1"),
                List.of("a header field has no colon", "--url=/me", "--header=Accept"),
                List.of("write it such as page=2", "--url=/me", "--query=page"),
                List.of("add the header field Content-Type", "--url=/venues/", "--body=a=b"),
                List.of("line 1", "--url=/venues/", "--body={\"a\": }"),
                List.of("body.json: there is no such file", "--url=/venues/", "--body=@body.json"),
                List.of(
                        "{{auth.locales}} is not an input",
                        "--url=/venues/4711/?l={{auth.locales}}",
                        "--pill=auth.locales=x"),
                List.of("it contains a secret of the connector", "--url=/me", "--query=q=x canary-token-1"),
                List.of("has 2 requests", "--curl=curl http://a.example/1 http://a.example/2"),
                List.of("must start with curl", "--curl=wget http://a.example/1"));
        for (List<String> one : all) {
            List<String> args = one.subList(1, one.size());
            String[] silent = new String[args.size() + 1];
            silent[0] = "--yes";
            for (int i = 0; i < args.size(); i++) {
                silent[i + 1] = args.get(i);
            }
            Result result = wizard("", silent);
            assertThat(result.code()).as(result.err()).isIn(ExitCode.USAGE, ExitCode.INVALID);
            assertThat(result.err()).contains(one.get(0)).doesNotContain("canary-token-1");
        }
        assertThat(service.requests()).isEmpty();
        Result unknownPill = wizard(
                "", "--yes", "--url=/venues/4711/", "--query=expand=address", "--query=locale=en", "--pill=v.id=8");
        assertThat(unknownPill.code()).isEqualTo(ExitCode.USAGE);
        assertThat(unknownPill.err()).contains("--pill v.id: the request has neither this pill nor a value \"8\"");
        assertThat(isUnchanged()).isTrue();
    }

    @Test
    void endOfInputAndQuitSaveNothing() {
        String complete = "/venues/4711/?expand=address&locale=en\n\n\nget-venue\n\n\n\nyes\nyes\n";
        for (int lines = 0; lines < 8; lines++) {
            String input = String.join("\n", List.of(complete.split("\n", -1)).subList(0, lines)) + "\n";
            Result result = wizard(lines == 0 ? "" : input);
            assertThat(result.code()).as(lines + result.err()).isIn(ExitCode.USAGE, ExitCode.FAILED);
            assertThat(isUnchanged()).isTrue();
        }
        assertThat(wizard("/venues/4711/\n\n\nget-venue\nquit\n").code()).isEqualTo(ExitCode.FAILED);
        assertThat(isUnchanged()).isTrue();
        succeeds(wizard(complete));
    }

    @Test
    void documentInJsonIsKept() throws Exception {
        JsonNode tree = new YAMLMapper().readTree(DOCUMENT);
        connector.write("events.yaml", tree.toString());

        Result result = succeeds(wizard(
                "", "--yes", "--name=get", "--url=/venues/4711/", "--query=expand=address", "--query=locale=en"));

        assertThat(result.err()).contains("The former file is events.yaml.bak");
        assertThat(json(connector.read("events.yaml.bak"))).isEqualTo(tree);
        assertThat(json(connector.read("events.yaml")).at("/requests/get/url").asText())
                .isEqualTo("/venues/4711/");
        sends("get");
    }
}
