package io.httpconnector.webhook.subscription;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.internal.json.JsonSupport;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Compares the table of presets in {@code docs/webhook-subscriptions.md} with the presets. */
class PresetTableTest {

    private static final Path PAGE =
            Path.of("").toAbsolutePath().getParent().resolve("docs").resolve("webhook-subscriptions.md");
    private static final int COLUMNS = 9;

    /** The cells of the table by the name of the preset. */
    private static Map<String, List<String>> rows() throws IOException {
        Map<String, List<String>> rows = new TreeMap<>();
        boolean isTable = false;
        for (String line : Files.readAllLines(PAGE)) {
            isTable = line.startsWith("| `preset`") || (isTable && line.startsWith("|"));
            if (isTable && line.startsWith("| `") && !line.startsWith("| `preset`")) {
                List<String> cells = new ArrayList<>();
                for (String cell : line.substring(1, line.lastIndexOf('|')).split("\\|", -1)) {
                    cells.add(cell.trim());
                }
                rows.put(cells.get(0).replace("`", ""), cells);
            }
        }
        return rows;
    }

    private static JsonNode preset(String name) throws IOException {
        try (InputStream in = SubscriptionPresets.class.getResourceAsStream("presets/" + name + ".json")) {
            return JsonSupport.read(in.readAllBytes());
        }
    }

    @Test
    void eachPresetHasARowWithItsValues() throws IOException {
        Map<String, List<String>> rows = rows();

        assertThat(rows.keySet()).containsExactlyElementsOf(WebhookSubscription.presets());
        for (String name : WebhookSubscription.presets()) {
            JsonNode preset = preset(name);
            List<String> cells = rows.get(name);
            assertThat(cells).as(name).hasSize(COLUMNS);
            assertThat(cells.get(1))
                    .as("service of %s", name)
                    .isEqualTo(preset.path("service").asText());
            assertThat(cells.get(4)).as("events of %s", name).isEqualTo(events(preset));
            assertThat(cells.get(5)).as("lifetime of %s", name).isEqualTo(lifetime(preset));
            assertThat(cells.get(7)).as("permissions of %s", name).isNotEmpty();
            assertThat(cells.get(8)).as("sources of %s", name).isEqualTo(sources(name));
        }
    }

    /** The parameters of the requests without a value must be explained. */
    @Test
    void eachParameterIsExplained() throws IOException {
        Map<String, List<String>> rows = rows();
        for (String name : WebhookSubscription.presets()) {
            JsonNode definition = preset(name).path("definition");
            String text = definition.toString();
            int at = text.indexOf("{{parameters.");
            while (at >= 0) {
                String parameter = text.substring(at + "{{parameters.".length()).split("[^A-Za-z_]", 2)[0];
                boolean hasDefault = definition.at("/parameters/" + parameter).isValueNode();
                if (!hasDefault) {
                    assertThat(rows.get(name).get(3))
                            .as("configuration of %s", name)
                            .containsIgnoringCase("parameter(\"" + parameter + "\"");
                }
                at = text.indexOf("{{parameters.", at + 1);
            }
        }
    }

    private static String events(JsonNode preset) {
        List<String> events = new ArrayList<>();
        preset.at("/definition/events").forEach(event -> events.add("`" + event.asText() + "`"));
        return String.join(", ", events);
    }

    private static String lifetime(JsonNode preset) {
        String lifetime = preset.at("/definition/lifetime").asText();
        return lifetime.isEmpty() ? "" : "`" + lifetime + "`";
    }

    private static String sources(String name) {
        List<String> links = new ArrayList<>();
        SubscriptionPresets.ALL
                .documentation(name)
                .forEach(page -> links.add("[" + (links.size() + 1) + "](" + page + ")"));
        return String.join(", ", links);
    }
}
