package io.httpconnector.definition;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import com.networknt.schema.ValidationMessage;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.definition.internal.DocumentParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Compares the published JSON Schema of connector documents with the reader: by all documents of the tests, and changes of them. */
class ConnectorSchemaTest {

    private static final YAMLMapper YAML = new YAMLMapper();
    private static final Pattern TEXT_BLOCK = Pattern.compile("\"\"\"\\R(.*?)\"\"\"", Pattern.DOTALL);
    private static final JsonSchema SCHEMA =
            JsonSchemaFactory.getInstance(VersionFlag.V202012).getSchema(ConnectorDefinition.jsonSchema());

    /** The valid documents of the tests by their source. */
    private static final Map<String, JsonNode> DOCUMENTS = new LinkedHashMap<>();

    /** The number of members of each document. */
    private static final Map<String, Integer> MEMBERS = new LinkedHashMap<>();

    @BeforeAll
    static void readDocuments() throws IOException {
        Path root = Path.of("").toAbsolutePath().getParent();
        for (String folder : List.of("connector-definition/src/test", "examples/src", "examples/connectors", "docs")) {
            if (Files.isDirectory(root.resolve(folder))) {
                try (Stream<Path> files = Files.walk(root.resolve(folder))) {
                    for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                        addDocuments(file);
                    }
                }
            }
        }
    }

    private static void addDocuments(Path file) throws IOException {
        String name = file.getFileName().toString();
        if (name.endsWith(".connector.yaml")) {
            addDocument(name, Files.readString(file));
        } else if (name.endsWith(".java") || name.endsWith(".md")) {
            Pattern blocks = name.endsWith(".md") ? Pattern.compile("(?s)```yaml\\R(.*?)```") : TEXT_BLOCK;
            Matcher block = blocks.matcher(Files.readString(file));
            while (block.find()) {
                addDocument(name + ":" + block.start(), block.group(1).stripIndent());
            }
        }
    }

    /** Adds a document, unless the text is something else or an invalid document. */
    private static void addDocument(String source, String text) {
        if (text.stripLeading().startsWith("connector: 1")) {
            try {
                JsonNode tree = DocumentParser.parse(text).tree();
                ConnectorDefinition.of(tree, ConnectorComponents.none());
                DOCUMENTS.put(source, tree);
                MEMBERS.put(source, changes(tree).size());
            } catch (InvalidDefinitionException expected) {
                // A test of its problems.
            }
        }
    }

    private static Set<ValidationMessage> problems(JsonNode document) {
        return SCHEMA.validate(document);
    }

    /** Returns the problems that the reader finds. */
    private static List<String> readerProblems(JsonNode document) {
        try {
            ConnectorDefinition.of(document, ConnectorComponents.none());
            return List.of();
        } catch (InvalidDefinitionException e) {
            return e.problems();
        }
    }

    @Test
    void validDocumentsAreValid() {
        assertThat(DOCUMENTS).isNotEmpty().allSatisfy((source, document) -> {
            assertThat(problems(document)).as(source).isEmpty();
            assertThat(problems(ConnectorDefinition.of(document, ConnectorComponents.none())
                            .toJson()))
                    .as("canonical form of " + source)
                    .isEmpty();
        });
    }

    @Test
    void misspeltMembersAreInvalid() {
        List<String> misspelt = new ArrayList<>();
        forEachMember((document, change) -> {
            change.object.set(change.name + "x", change.object.remove(change.name));
            if (readerProblems(document).stream().anyMatch(problem -> problem.contains("unknown member"))) {
                misspelt.add(change.name);
                assertThat(problems(document))
                        .as("with %sx in %s", change.name, document)
                        .isNotEmpty();
            }
        });
        assertThat(misspelt).hasSizeGreaterThan(20);
    }

    @Test
    void valuesOfOtherTypesAreInvalid() {
        List<String> rejected = new ArrayList<>();
        for (String json : List.of("7", "true", "{\"x\": 1}", "[[]]", "\"text\"")) {
            forEachMember((document, change) -> {
                change.object.set(change.name, read(json));
                List<String> found = readerProblems(document);
                if (found.isEmpty()) {
                    assertThat(problems(document))
                            .as("with %s of %s in %s", json, change.name, document)
                            .isEmpty();
                } else if (!change.name.equals("lookback")
                        && found.stream().anyMatch(problem -> problem.contains(change.name + ": expected a"))) {
                    // The lookback of a cursor is an integer or a duration, depending on another member.
                    rejected.add(change.name);
                    assertThat(problems(document))
                            .as("with %s of %s in %s", json, change.name, document)
                            .isNotEmpty();
                }
            });
        }
        assertThat(rejected).hasSizeGreaterThan(50);
    }

    @Test
    void missingMembersAreInvalid() {
        List<String> required = new ArrayList<>();
        forEachMember((document, change) -> {
            change.object.remove(change.name);
            List<String> found = readerProblems(document);
            if (found.isEmpty()) {
                assertThat(problems(document))
                        .as("without %s in %s", change.name, document)
                        .isEmpty();
            } else if (found.stream().allMatch(problem -> problem.endsWith("/" + change.name + ": missing"))
                    && !change.name.equals("baseUrl")) {
                // The base URL may come from a preset.
                required.add(change.name);
                assertThat(problems(document))
                        .as("without %s in %s", change.name, document)
                        .isNotEmpty();
            }
        });
        assertThat(required).hasSizeGreaterThan(5);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "a b",
                "a/b",
                "-a",
                "é",
                "$ref ",
                "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
            })
    void invalidNamesAreInvalid(String name) throws IOException {
        for (String member : List.of("requests", "triggers", "webhooks")) {
            ObjectNode document = shop();
            ObjectNode named = document.withObject("/" + member);
            named.set(name, named.elements().next());

            assertThat(readerProblems(document)).as("%s in %s", name, member).isNotEmpty();
            assertThat(problems(document)).as("%s in %s", name, member).isNotEmpty();
        }
    }

    private static JsonNode read(String text) {
        try {
            return YAML.readTree(text);
        } catch (IOException e) {
            throw new IllegalArgumentException(text, e);
        }
    }

    /** A member of a copy of a document, to be changed. */
    private record Change(ObjectNode object, String name) {}

    private interface Changing {
        void accept(JsonNode document, Change change);
    }

    /**
     * Calls a function for members of the documents, each time with another copy: for {@code -Dcases} members, which are distributed
     * evenly over all of them.
     */
    private static void forEachMember(Changing changing) {
        int total = MEMBERS.values().stream().mapToInt(count -> count).sum();
        int step = Math.max(1, total / Integer.getInteger("cases", 100));
        int next = 0;
        for (Map.Entry<String, JsonNode> source : DOCUMENTS.entrySet()) {
            JsonNode document = source.getValue();
            int count = MEMBERS.getOrDefault(source.getKey(), 0);
            while (next < count) {
                JsonNode copy = document.deepCopy();
                changing.accept(copy, changes(copy).get(next));
                next += step;
            }
            next -= count;
        }
    }

    private static List<Change> changes(JsonNode document) {
        List<Change> changes = new ArrayList<>();
        visit(document, object -> object.fieldNames().forEachRemaining(name -> changes.add(new Change(object, name))));
        return changes;
    }

    private static void visit(JsonNode node, Consumer<ObjectNode> visitor) {
        if (node instanceof ObjectNode object) {
            visitor.accept(object);
        }
        // What definitions are depends on where they are used.
        node.properties().stream()
                .filter(member -> !member.getKey().equals("definitions"))
                .forEach(member -> visit(member.getValue(), visitor));
        if (node.isArray()) {
            node.forEach(child -> visit(child, visitor));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            /requests/get-order | {$ref: "#/definitions/get"}
            /requests/get-order | {$ref: "#/definitions/get", url: /other}
            /connection/totalTimeout | {$ref: "#/definitions/time"}
            /triggers | {new: {$ref: "#/definitions/trigger", key: [/number]}}
            /auth | {$ref: "#/definitions/auth"}
            /auth | {key: {$ref: "#/definitions/auth/key", headers: {X-Other: "{{auth.key}}"}}}
            /auth/key/fields/0 | {$ref: "#/definitions/auth/key/fields/0", label: Other}
            /requests/list-orders/pagination | {$ref: "#/definitions/pages", endsWithStatus: [404]}
            /webhooks/order-created/verify/0/secrets | {$ref: "#/definitions/secrets"}
            """)
    void referencesAreValid(String pointer, String reference) throws IOException {
        ObjectNode document = shop();
        ObjectNode definitions = document.putObject("definitions");
        definitions.set("get", document.at("/requests/get-order"));
        definitions.put("time", "PT5S");
        definitions.set("trigger", document.at("/triggers/new-orders"));
        definitions.set("auth", document.at("/auth").deepCopy());
        definitions.set("pages", document.at("/requests/list-orders/pagination"));
        definitions.putArray("secrets").add("signing");
        replace(document, pointer, read(reference));

        assertThat(readerProblems(document)).isEmpty();
        assertThat(problems(document)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            /requests/get-order | {$ref: "#/definitions/get", urll: /other}
            /requests/get-order | {$ref: "definitions/get"}
            /requests/get-order | {url: /without-a-method}
            /connection/totalTimeout | {$reff: "#/definitions/time"}
            /auth/key | {type: basc, user: a, password: b}
            /auth | {preset: gitub}
            /connector | 2
            /webhooks/order-created/verify/0 | {type: preset, nam: github, secrets: [signing]}
            """)
    void invalidValuesAreInvalid(String pointer, String value) throws IOException {
        ObjectNode document = shop();
        replace(document, pointer, read(value));

        assertThat(readerProblems(document)).isNotEmpty();
        assertThat(problems(document)).isNotEmpty();
    }

    @Test
    void membersOfTypesThatAreCodeAreValid() throws IOException {
        ObjectNode document = shop();
        replace(document, "/auth/key", read("{type: ticket, realm: eu}"));
        assertThat(problems(document)).isNotEmpty();

        document.putObject("components").putArray("authTypes").add("ticket");

        assertThat(problems(document)).isEmpty();
    }

    private static ObjectNode shop() throws IOException {
        return (ObjectNode) YAML.readTree(ConnectorSchemaTest.class.getResourceAsStream("shop.connector.yaml"));
    }

    private static void replace(JsonNode document, String pointer, JsonNode value) {
        int end = pointer.lastIndexOf('/');
        JsonNode parent = document.at(pointer.substring(0, end));
        String name = pointer.substring(end + 1);
        if (parent instanceof ArrayNode array) {
            array.set(Integer.parseInt(name), value);
        } else {
            ((ObjectNode) parent).set(name, value);
        }
    }

    @Test
    void schemaHasTitlesMeaningsDefaultsAndExamples() {
        ObjectNode schema = ConnectorDefinition.jsonSchema();

        assertThat(schema.at("/$schema").asText()).isEqualTo("https://json-schema.org/draft/2020-12/schema");
        assertThat(schema.at("/$id").asText()).endsWith("/connector-1.json");
        assertThat(problems(schema.at("/examples/0"))).isEmpty();
        assertThat(schema.at("/$defs"))
                .isNotEmpty()
                .allSatisfy(object -> assertThat(object.path("title").asText()).isNotBlank());
        assertThat(schema.at("/properties/version/examples/0").asText()).isEqualTo("1.0.0");
        List<JsonNode> members = new ArrayList<>();
        visit(schema, object -> {
            if (object.path("properties").isObject()
                    && !object.path("properties").has("properties")) {
                object.path("properties").forEach(members::add);
            }
        });
        assertThat(members).filteredOn(member -> member.has("default")).hasSizeGreaterThan(20);
        assertThat(members).filteredOn(member -> member.has("examples")).hasSizeGreaterThan(20);
    }

    @Test
    void schemaOfAnotherCallIsIndependent() {
        ConnectorDefinition.jsonSchema().removeAll();

        assertThat(ConnectorDefinition.jsonSchema()).isNotEqualTo(JsonNodeFactory.instance.objectNode());
    }
}
