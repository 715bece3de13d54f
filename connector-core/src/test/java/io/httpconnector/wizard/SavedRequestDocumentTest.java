package io.httpconnector.wizard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.internal.json.Mutations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests of saved requests that were edited by hand: whatever the library can't keep is refused, with its JSON Pointer. */
class SavedRequestDocumentTest {

    private static final long SEED = Long.getLong("seed", System.nanoTime());

    private static final String DOCUMENT = """
            {"format": "http-connector/saved-request", "version": 1,
             "request": {"name": "Create", "method": "POST", "url": "/venues", "query": [{"name": "q", "value": "{{a.b}}"}],
                         "headers": [{"name": "X-A", "value": "a"}], "body": {"json": {"name": "x"}}},
             "sample": {"request": {"method": "POST", "url": "/venues", "json": {"name": "x"}},
                        "response": {"status": 201, "headers": {"location": "/venues/7"}, "json": {"id": 7, "lines": [{"sku": "a"}]}}},
             "responses": {"2xx": {"type": "object", "properties": {
                 "id": {"type": "integer"},
                 "lines": {"type": "array", "items": {"type": "object", "properties": {"sku": {"type": "string"}}}}}}},
             "list": {"records": {"path": "/lines"}, "pagination": {"linkHeader": true}},
             "outputs": [{"path": "id", "type": "number", "label": "Id"},
                         {"path": "lines", "type": "list", "label": "Lines"},
                         {"path": "lines[*].sku", "type": "text", "label": "Lines Sku"}]}""";

    @TempDir
    private Path dir;

    private List<String> problemsOfFile(String text) throws IOException {
        Path file = dir.resolve("saved.json");
        Files.writeString(file, text);
        return catchThrowableOfType(InvalidDefinitionException.class, () -> SavedRequest.load(file))
                .problems();
    }

    private static List<String> problems(JsonNode json) {
        return catchThrowableOfType(InvalidDefinitionException.class, () -> SavedRequest.fromJson(json, Map.of()))
                .problems();
    }

    @Test
    void everyMutationIsEquivalentOrRejected() {
        new Mutations(
                        json -> {
                            ObjectNode written =
                                    SavedRequest.fromJson(json, Map.of()).toJson();
                            // The order of the outputs is that of the members of the schema.
                            List<JsonNode> outputs = new ArrayList<>();
                            written.path("outputs").forEach(outputs::add);
                            outputs.sort(Comparator.comparing(
                                    output -> output.path("path").asText()));
                            written.putArray("outputs").addAll(outputs);
                            return written;
                        },
                        pointer -> pointer.equals("/request/body/json")
                                || pointer.equals("/list/records")
                                || pointer.equals("/list/pagination")
                                || pointer.endsWith("/json")
                                || pointer.equals("/responses/2xx"),
                        pointer -> pointer.endsWith("/headers"))
                .check(JsonSupport.parse(DOCUMENT), SEED);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"version\": 1 | \"version\": 1, \"version\": 1 | /version",
                "\"method\": \"POST\", \"url\": \"/venues\", \"query\" | \"method\": \"GET\", \"method\": \"POST\", \"url\": \"/venues\", \"query\" | /request/method",
                "{\"name\": \"q\", | {\"name\": \"p\", \"name\": \"q\", | /request/query/0/name",
                "\"status\": 201 | \"status\": 200, \"status\": 201 | /sample/response/status",
                "\"id\": {\"type\" | \"id\": {}, \"id\": {\"type\" | /responses/2xx/properties/id",
                "{\"json\": {\"name\": \"x\"} | {\"json\": {\"na~/me\": 1, \"na~/me\": 2} | /request/body/json/na~0~1me"
            })
    void repeatedMembersOfAFileAreRefused(String original, String repeated, String pointer) throws IOException {
        assertThat(DOCUMENT).contains(original);

        assertThat(problemsOfFile(DOCUMENT.replaceFirst(
                        java.util.regex.Pattern.quote(original), java.util.regex.Matcher.quoteReplacement(repeated))))
                .singleElement()
                .asString()
                .startsWith(pointer + ": it appears twice, again in line ")
                .endsWith(": remove one of them");
    }

    @Test
    void fileThatIsNoJsonIsRefusedWithItsLine() throws IOException {
        assertThat(problemsOfFile("{\n\"format\" 1}"))
                .singleElement()
                .asString()
                .startsWith("line 2, column ");
    }

    @Test
    void outputsThatContradictTheSchemaAreRefused() {
        ObjectNode json = (ObjectNode) JsonSupport.parse(DOCUMENT);
        json.set("outputs", JsonSupport.parse("""
                [{"path": " id", "type": "number", "label": "Id"}, {"path": "id", "type": "7", "label": "Number"},
                 {"path": "id", "type": "number", "label": "Id"}]"""));

        assertThat(problems(json))
                .containsExactly(
                        "/outputs/0/path: the schema of 2xx in responses has no such value, or it is listed twice: remove it",
                        "/outputs/1/type: it contradicts the schema of 2xx in responses: use \"number\", or remove outputs",
                        "/outputs/1/label: it contradicts the schema of 2xx in responses: use \"Id\", or remove outputs",
                        "/outputs/2/path: the schema of 2xx in responses has no such value, or it is listed twice: remove it");
        json.putArray("outputs");
        assertThat(problems(json))
                .containsExactly(
                        "/outputs: \"id\" is missing, which the schema of 2xx in responses has: add it, or remove"
                                + " outputs, which is then derived");
    }

    @Test
    void outputsMayBeLeftOutOrReordered() {
        ObjectNode json = (ObjectNode) JsonSupport.parse(DOCUMENT);

        // A database may change the order of the members of the schema.
        assertThat(SavedRequest.fromJson(Mutations.jsonb(json), Map.of()).outputs())
                .hasSize(3);
        json.remove("outputs");
        assertThat(SavedRequest.fromJson(json, Map.of()).toJson()).isEqualTo(JsonSupport.parse(DOCUMENT));
    }

    @Test
    void misspeltMembersAreReportedWithTheirNearestName() {
        ObjectNode json = (ObjectNode) JsonSupport.parse(DOCUMENT);
        json.set("formats", json.remove("format"));
        assertThat(problems(json))
                .containsExactly(
                        "/format: not a saved request: \"format\" must be \"http-connector/saved-request\"",
                        "/formats: unknown member; did you mean \"format\"?");
        json.set("format", json.remove("formats"));
        json.set("versions", json.remove("version"));
        assertThat(problems(json))
                .containsExactly(
                        "/version: not a saved request: \"version\" must be an integer of at least 1",
                        "/versions: unknown member; did you mean \"version\"?");
    }
}
