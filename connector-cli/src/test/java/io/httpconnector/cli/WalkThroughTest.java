package io.httpconnector.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.cli.CommandRun.Result;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import io.httpconnector.testing.MockService.RecordedRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the two walk-throughs through the command alone: Jira with Basic authentication, Eventbrite with OAuth 2. */
class WalkThroughTest {

    private static final Path GALLERY = Path.of("../examples/connectors");
    private static final ObjectMapper MAPPER = new ObjectMapper();

    @TempDir
    private Path directory;

    private CommandRun connector;

    @BeforeEach
    void start() throws Exception {
        connector = new CommandRun(directory);
        for (String name : List.of("jira.connector.yaml", "eventbrite.connector.yaml")) {
            Files.copy(GALLERY.resolve(name), directory.resolve(name));
        }
    }

    private Result succeeds(Result result) {
        assertThat(result.code()).as(result.err()).isZero();
        return result;
    }

    private static void isOwnerOnly(Path file) throws IOException {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .matches("rw.------");
    }

    @Test
    void jiraWithBasicAuthenticationAndTestRequest() throws Exception {
        String token = "Jira-API-token-1";
        String credentials = "Basic "
                + Base64.getEncoder().encodeToString(("ann@acme.example:" + token).getBytes(StandardCharsets.UTF_8));
        try (MockService jira = MockService.start()) {
            jira.on("GET", "/rest/api/3/myself", request -> only(request, credentials, "{\"displayName\": \"Ann\"}"));
            jira.on(
                    "GET",
                    "/rest/api/3/project/PPP",
                    request -> only(request, credentials, "{\"key\": \"PPP\", \"name\": \"Tests\"}"));

            succeeds(connector.run("check", "jira.connector.yaml"));
            Result wrong = connector.runWithInput(
                    jira.baseUrl() + "\nann@acme.example\nwrong\n", "form", "jira.connector.yaml");
            assertThat(succeeds(wrong).err()).contains("API token", "create one at https://id.atlassian.com");
            assertThat(connector.run("test", "jira.connector.yaml").code()).isEqualTo(ExitCode.UNAUTHORIZED);

            Result form = connector.runWithInput("\n\n" + token + "\n", "form", "jira.connector.yaml");
            Result test = succeeds(connector.run("test", "jira.connector.yaml"));
            Result project =
                    succeeds(connector.run("send", "jira.connector.yaml", "get-project", "--pill", "project.key=PPP"));

            assertThat(connector.read("jira.values.yaml"))
                    .contains(jira.baseUrl())
                    .doesNotContain(token);
            isOwnerOnly(directory.resolve("jira.secrets.yaml"));
            assertThat(test.out()).startsWith("ok: ");
            assertThat(MAPPER.readTree(project.out()).path("key").asText()).isEqualTo("PPP");
            assertThat(project.err()).startsWith("HTTP 200, ");
            assertThat(List.of(wrong, form, test, project))
                    .allSatisfy(result -> assertThat(result.out() + result.err())
                            .doesNotContain(token)
                            .doesNotContain(credentials.substring(6)));
        }
    }

    static MockResponse only(RecordedRequest request, String credentials, String json) {
        return request.header("Authorization").filter(credentials::equals).isPresent()
                ? MockResponse.json(json)
                : failure(401, "{\"errorMessages\": [\"Client must be authenticated.\"]}");
    }

    private static MockResponse failure(int status, String json) {
        return MockResponse.status(status).body("application/json", json);
    }

    @Test
    void eventbriteWithOAuth2AndOneRequestForEachJob() throws Exception {
        try (Eventbrite eventbrite = new Eventbrite()) {
            connector.environment("CONNECTOR_EVENTBRITE_CLIENTSECRET", "client-secret-1");
            succeeds(connector.run(
                    "form",
                    "eventbrite.connector.yaml",
                    "--no-input",
                    "--strategy=oauth2",
                    "--value=api=" + eventbrite.service.baseUrl() + "/v3",
                    "--value=login=" + eventbrite.service.baseUrl(),
                    "--value=clientId=client-1"));
            assertThat(connector.run("test", "eventbrite.connector.yaml").code())
                    .isEqualTo(ExitCode.UNAUTHORIZED);

            connector.reader((terminal, line) -> {
                if (line.contains("/oauth/authorize?")) {
                    browse(line);
                }
            });
            Result authorized = succeeds(connector.run("authorize", "eventbrite.connector.yaml"));
            succeeds(connector.run("test", "eventbrite.connector.yaml"));

            // A sample, which is rejected, and its correction.
            connector.write("account.yaml", account("Madison Square Garden", "USA"));
            Result rejected =
                    connector.run("send", "eventbrite.connector.yaml", "create-venue", "--pills", "account.yaml");
            assertThat(rejected.code()).isEqualTo(ExitCode.FAILED);
            assertThat(rejected.err()).startsWith("HTTP 400, ");
            assertThat(rejected.out()).contains("venue.address.country");
            Result created = succeeds(connector.run(
                    "send",
                    "eventbrite.connector.yaml",
                    "create-venue",
                    "--pills=account.yaml",
                    "--pill=account.BillingCountry=US"));
            assertThat(MAPPER.readTree(created.out()).at("/name").asText()).isEqualTo("Madison Square Garden");

            // One request for each job, with the values of the job.
            List<String> names = List.of("Café \"Zur Brücke\"", "{{account.Id}} & Sons\n2nd floor");
            for (String name : names) {
                succeeds(connector.runWithInput(
                        account(name, "DE"), "send", "eventbrite.connector.yaml", "create-venue", "--pills", "-"));
            }
            Result venue = succeeds(
                    connector.run("send", "eventbrite.connector.yaml", "get-venue", "--pill", "venue.id=4712"));
            assertThat(MAPPER.readTree(venue.out()).path("name").asText()).isEqualTo(names.get(0));
            assertThat(eventbrite.venues)
                    .extracting(one -> one.path("name").asText())
                    .containsExactly("Madison Square Garden", names.get(0), names.get(1));

            assertThat(List.of(authorized, rejected, created, venue))
                    .allSatisfy(result -> assertThat(result.out() + result.err())
                            .doesNotContain("client-secret-1")
                            .doesNotContain("access-token-1"));
            try (Stream<Path> files = Files.walk(directory.resolve("eventbrite.tokens"))) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    isOwnerOnly(file);
                }
            }
        }
    }

    static String account(String name, String country) throws IOException {
        ObjectNode account = MAPPER.createObjectNode();
        account.putObject("account")
                .put("Name", name)
                .put("BillingStreet", "4 Pennsylvania Plaza")
                .put("BillingCity", "New York City")
                .put("BillingCountry", country);
        return MAPPER.writeValueAsString(account);
    }

    /** Opens a URL as a browser does, whose user consents. */
    static void browse(String url) {
        try {
            HttpClient browser = HttpClient.newBuilder()
                    .followRedirects(HttpClient.Redirect.ALWAYS)
                    .build();
            HttpResponse<String> page =
                    browser.send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString());
            assertThat(page.body()).contains("You can close this window");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A service like Eventbrite: consent of a user with PKCE, tokens, and venues, which it validates. */
    static final class Eventbrite implements AutoCloseable {

        final MockService service = MockService.start();
        final List<JsonNode> venues = new ArrayList<>();
        private String challenge = "";

        Eventbrite() {
            service.on("GET", "/oauth/authorize", this::authorize);
            service.on("POST", "/oauth/token", this::token);
            service.on("GET", "/v3/users/me/", request -> authorized(request, MockResponse.json("{\"id\": \"1\"}")));
            service.on("POST", "/v3/venues/", request -> authorized(request, create(request)));
            service.on(
                    "GET",
                    "/v3/venues/4712/",
                    request ->
                            authorized(request, MockResponse.json(venues.get(1).toString())));
        }

        private MockResponse authorize(RecordedRequest request) {
            Map<String, String> query = parameters(request.uri().getRawQuery());
            assertThat(query).containsEntry("response_type", "code").containsEntry("client_id", "client-1");
            challenge = query.get("code_challenge");
            return MockResponse.status(302)
                    .header("Location", query.get("redirect_uri") + "?code=code-1&state=" + query.get("state"));
        }

        private MockResponse token(RecordedRequest request) {
            Map<String, String> form = parameters(request.body());
            boolean valid = "code-1".equals(form.get("code"))
                    && "client-secret-1".equals(form.get("client_secret"))
                    && sha256(form.get("code_verifier")).equals(challenge);
            return valid
                    ? MockResponse.json("{\"access_token\": \"access-token-1\", \"token_type\": \"bearer\"}")
                    : failure(400, "{\"error\": \"invalid_grant\"}");
        }

        private MockResponse create(RecordedRequest request) {
            try {
                JsonNode venue = MAPPER.readTree(request.body()).path("venue");
                if (venue.at("/address/country").asText().length() != 2) {
                    return failure(
                            400,
                            "{\"error\": \"ARGUMENTS_ERROR\", \"error_description\": \"venue.address.country - INVALID\"}");
                }
                venues.add(((ObjectNode) venue).put("id", String.valueOf(4711 + venues.size())));
                return MockResponse.json(venue.toString());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static MockResponse authorized(RecordedRequest request, MockResponse response) {
            return request.header("Authorization")
                            .filter("Bearer access-token-1"::equals)
                            .isPresent()
                    ? response
                    : failure(401, "{\"error\": \"INVALID_AUTH\"}");
        }

        private static Map<String, String> parameters(String text) {
            Map<String, String> parameters = new HashMap<>();
            for (String pair : text.split("&", -1)) {
                String[] both = pair.split("=", 2);
                parameters.put(both[0], URLDecoder.decode(both[1], StandardCharsets.UTF_8));
            }
            return parameters;
        }

        private static String sha256(String text) {
            try {
                byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.US_ASCII));
                return Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void close() {
            service.close();
        }
    }
}
