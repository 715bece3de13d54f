package io.httpconnector.examples.reference;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import io.httpconnector.internal.json.JsonSupport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The examples of the page "Describe a service", by their headings. */
final class DescribedService {

    private static final Path DOCS = Path.of("").toAbsolutePath().getParent().resolve("docs");
    private static final Pattern EXAMPLE =
            Pattern.compile("^## ([^\\n]*)$|^### ([^\\n]*)$|^```json\\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);
    private static final Map<String, String> SCHEMAS =
            Map.of("Authentication", "auth-definition", "Polling", "polling-trigger", "Webhooks", "webhook-receiver");

    private DescribedService() {}

    private static String read(String file) {
        try {
            return Files.readString(DOCS.resolve(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the headings of all examples, each with the heading of its section. */
    static Map<String, String> headings() {
        Map<String, String> found = new LinkedHashMap<>();
        Matcher each = EXAMPLE.matcher(read("describe-a-service.md").replaceAll("(?s)```json.*?```", ""));
        String section = "";
        while (each.find()) {
            section = each.group(1) != null ? each.group(1) : section;
            if (each.group(2) != null) {
                found.put(each.group(2), section);
            }
        }
        return found;
    }

    /** Returns an example whose service is a simulated one. It has been validated with the schema of its kind. */
    static String example(String heading, String baseUrl) {
        Matcher each = EXAMPLE.matcher(read("describe-a-service.md"));
        String current = "";
        while (each.find()) {
            current = each.group(3) == null ? String.valueOf(each.group(2)) : current;
            if (each.group(3) != null && current.equals(heading)) {
                String json = each.group(3);
                JsonSchema schema = JsonSchemaFactory.getInstance(VersionFlag.V202012)
                        .getSchema(read("schemas/" + SCHEMAS.get(headings().get(heading)) + ".json"));
                assertThat(schema.validate(json, InputFormat.JSON)).isEmpty();
                return json.replaceAll("https://[a-z]+\\.example\\.com", baseUrl);
            }
        }
        throw new AssertionError("docs/describe-a-service.md has no JSON below \"" + heading + "\"");
    }

    static JsonNode json(String heading, String baseUrl) {
        return JsonSupport.parse(example(heading, baseUrl));
    }
}
