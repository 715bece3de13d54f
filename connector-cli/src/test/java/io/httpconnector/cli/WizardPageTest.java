package io.httpconnector.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.httpconnector.cli.CommandRun.Result;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Types the answers of the dialogue in docs/cli.md, and compares the prompts. */
class WizardPageTest {

    private static final Pattern PROMPT =
            Pattern.compile("(.*?(?: curl command|continues\\)|for none\\)|\\[[a-z-]*])): ?(.*)");

    @TempDir
    private Path directory;

    @Test
    void dialogueOfThePage() throws IOException {
        String page = Files.readString(Path.of("../docs/cli.md"));
        String start = "connector wizard eventbrite.connector.yaml\n";
        String dialogue = page.substring(page.indexOf(start) + start.length());
        List<String> expected = new ArrayList<>();
        StringBuilder answers = new StringBuilder();
        for (String line :
                dialogue.substring(0, dialogue.indexOf("```")).lines().toList()) {
            Matcher prompt = PROMPT.matcher(line.substring(2));
            boolean isPrompt = prompt.matches();
            expected.add(isPrompt ? prompt.group(1) + ": " : line.substring(2));
            answers.append(isPrompt ? prompt.group(2) + "\n" : "");
        }
        try (MockService service = MockService.start()) {
            service.on(
                    "POST",
                    "/v3/venues/",
                    request -> request.body().contains("\"US\"")
                            ? MockResponse.json("{\"id\": \"4711\"}")
                            : MockResponse.status(400)
                                    .body("application/json", "{\"error\": \"venue.address.country is invalid\"}"));
            CommandRun connector = new CommandRun(directory);
            connector.write(
                    "eventbrite.connector.yaml",
                    "connector: 1\nid: eventbrite\nversion: 1.0.0\ntitle: Eventbrite\nconnection: {baseUrl: '"
                            + service.baseUrl() + "/v3', retry: {maxAttempts: 1}}\n");

            Result result = connector.runWithInput(answers.toString(), "wizard", "eventbrite.connector.yaml");

            assertThat(result.code()).as(result.err()).isZero();
            String shown = result.err().replaceAll("\\d+ ms", "N ms");
            int at = 0;
            for (String one : expected) {
                String wanted = one.replaceAll("\\d+ ms", "N ms");
                int found = shown.indexOf(wanted, at);
                assertThat(found).as("%s in %s", wanted, shown).isNotNegative();
                // A prompt that the page omits would be between them.
                assertThat(shown.substring(at, found)).as("before %s", wanted).doesNotContain("): ", "]: ");
                at = found + wanted.length();
            }
        }
    }
}
