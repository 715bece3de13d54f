package io.httpconnector.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.httpconnector.cli.WalkThroughTest.Eventbrite;
import io.httpconnector.testing.MockService;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Runs the walk-throughs of Jira and Eventbrite by the executable jar, as a user does: with the wizard, and by a script. */
@Execution(ExecutionMode.CONCURRENT)
class JarWalkThroughTest {

    private static final Path GALLERY = Path.of("../examples/connectors");
    private static final int SECONDS = 60;

    @TempDir
    private Path directory;

    private final StringBuilder printed = new StringBuilder();

    @BeforeEach
    void start() throws Exception {
        for (String name : List.of("jira.connector.yaml", "eventbrite.connector.yaml")) {
            Files.copy(GALLERY.resolve(name), directory.resolve(name));
        }
    }

    private Process start(String input, String... args) throws IOException {
        List<String> command = new ArrayList<>(JarProcess.command());
        command.addAll(List.of(args));
        ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
        builder.environment().put("CONNECTOR_EVENTBRITE_CLIENTSECRET", "client-secret-1");
        builder.redirectError(directory.resolve("err").toFile());
        Process process = builder.start();
        try (var in = process.outputWriter(StandardCharsets.UTF_8)) {
            in.write(input);
        }
        return process;
    }

    /** Returns the output and the error stream of a command that has ended. */
    private String end(Process process, int code) throws Exception {
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(SECONDS, TimeUnit.SECONDS)).isTrue();
        String all = out + Files.readString(directory.resolve("err"));
        assertThat(process.exitValue()).as(all).isEqualTo(code);
        printed.append(all);
        return all;
    }

    private String connector(String input, String... args) throws Exception {
        return end(start(input, args), ExitCode.OK);
    }

    @Test
    void jira() throws Exception {
        String token = "Jira-API-token-1";
        String credentials = "Basic "
                + Base64.getEncoder().encodeToString(("ann@acme.example:" + token).getBytes(StandardCharsets.UTF_8));
        try (MockService jira = MockService.start()) {
            jira.on("GET", "/rest/api/3/myself", request -> WalkThroughTest.only(request, credentials, "{}"));
            jira.on(
                    "GET",
                    "/rest/api/3/project/PPP",
                    request -> WalkThroughTest.only(request, credentials, "{\"key\": \"PPP\"}"));

            connector(jira.baseUrl() + "\nann@acme.example\n" + token + "\n", "form", "jira.connector.yaml");
            assertThat(connector("", "test", "jira.connector.yaml")).startsWith("ok: ");
            assertThat(connector("", "send", "jira.connector.yaml", "get-project", "--pill", "project.key=PPP"))
                    .startsWith("{\"key\": \"PPP\"}");
            assertThat(printed.toString()).doesNotContain(token);
        }
    }

    @Test
    void eventbrite() throws Exception {
        try (Eventbrite eventbrite = new Eventbrite()) {
            String url = eventbrite.service.baseUrl();
            connector("oauth2\n" + url + "/v3\n" + url + "\nclient-1\n\n", "form", "eventbrite.connector.yaml");
            Process authorize = start("", "authorize", "eventbrite.connector.yaml");
            BufferedReader out = authorize.inputReader(StandardCharsets.UTF_8);
            WalkThroughTest.browse(out.readLine());
            assertThat(end(authorize, ExitCode.OK)).contains("Authorized.");

            // The wizard: a sample, which is rejected, its correction, and datapills.
            String wizard = connector(
                    String.join(
                            "\n",
                            "POST " + url + "/v3/venues/",
                            "",
                            "",
                            "{\"venue\": {\"name\": \"Madison Square Garden\", \"address\": {\"country\": \"USA\"}}}",
                            "new-venue",
                            "",
                            "/venue/address/country=US",
                            "",
                            "",
                            "/venue/name account.Name",
                            "/venue/address/country account.BillingCountry",
                            "",
                            "yes",
                            "yes",
                            ""),
                    "wizard",
                    "eventbrite.connector.yaml");
            assertThat(wizard).contains("HTTP 400, ", "HTTP 200, ", "added new-venue");

            // One request for each job.
            for (String name : List.of("Café", "{{x}}")) {
                connector(
                        WalkThroughTest.account(name, "DE"),
                        "send",
                        "eventbrite.connector.yaml",
                        "new-venue",
                        "--pills=-");
            }
            assertThat(eventbrite.venues)
                    .extracting(venue -> venue.path("name").asText())
                    .containsExactly("Madison Square Garden", "Café", "{{x}}");
            assertThat(printed.toString()).doesNotContain("client-secret-1", "access-token-1");
        }
    }
}
