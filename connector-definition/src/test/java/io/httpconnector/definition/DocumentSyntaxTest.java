package io.httpconnector.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.definition.internal.DocumentParser;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the messages for documents whose text is not valid YAML or JSON. */
class DocumentSyntaxTest {

    /** Four lines, to which the text of a case is appended. */
    private static final String YAML = "connector: 1\nid: shop\nversion: 1.0.0\ntitle: Shop\n";

    private static final String VALID = YAML + "connection: {baseUrl: \"https://shop.example.com\"}\n";

    private static final String JSON =
            "{\"connector\": 1, \"id\": \"shop\", \"version\": \"1.0.0\",\n \"title\": \"Shop\"";

    private static List<String> problems(String text) {
        try {
            ConnectorDefinition.parse(text);
            return List.of();
        } catch (InvalidDefinitionException e) {
            return e.problems();
        }
    }

    static Stream<Arguments> yaml() {
        return Stream.of(
                Arguments.of("connection:\n\ttest: /me\n", "line 6, column 1: a tab: YAML permits only spaces"),
                Arguments.of("connection:\n  test: /me\n\tquery: {}\n", "line 7, column 1: a tab"),
                Arguments.of("documentation https://x.example\nauth: {}\n", "line 5, column 1: a colon is missing"),
                Arguments.of("documentation\n", "line 5, column 1: a colon is missing"),
                Arguments.of(
                        "documentation:https\nauth: {}\n", "line 5, column 14: a space is missing after the colon"),
                Arguments.of("documentation: \"https\nauth: {}\n", "line 5, column 16: the quote is not closed"),
                Arguments.of("documentation: 'https\nauth: {}\n", "line 5, column 16: the quote is not closed"),
                Arguments.of("documentation: \"a\" b\n", "line 5, column 20: a text follows after a value"),
                Arguments.of("documentation: \"a\\qb\"\n", "line 5, column 18: an unknown escape"),
                Arguments.of("inputs: [{name: a, label: A}\nauth: {}\n", "line 5, column 9: \"[\" is not closed"),
                Arguments.of("connection: {test: /me\nauth: {}\n", "line 5, column 13: \"{\" is not closed"),
                Arguments.of("connection: {test: [\n", "line 5, column 20: \"[\" is not closed"),
                Arguments.of("connection: {test: /me]\n", "line 5, column 23: a comma or a closing bracket"),
                Arguments.of("connection: {test: /me}}\n", "line 5, column 24: \"}\" closes nothing"),
                Arguments.of("connection: {test: /me, a: b c: d}\n", "line 5, column 31: a comma or a closing bracket"),
                Arguments.of("connection:\n   test: /me\n  query: {}\n", "line 7, column 3: the line is not indented"),
                Arguments.of(
                        "documentation: /me\n  auth: {}\n", "line 6, column 7: the member is indented deeper than"),
                Arguments.of(
                        "documentation: \"Docs\nconnection: {baseUrl: \"https://a\"}\n",
                        "line 5, column 16: the quote is not closed"),
                Arguments.of("inputs:\n  -{name: key}\n", "line 6, column 3: "),
                Arguments.of("documentation: *Shop* best\n", "line 5, column 16: "),
                Arguments.of("connection:\n  test: /me\n\u00a0\u00a0query: {}\n", "line 7, column 1: "),
                Arguments.of("- a\n", "line 5, column 1: an element of a list stands among members"),
                Arguments.of("documentation: - a\n", "line 5, column 16: a list begins in the line below"),
                Arguments.of("documentation: | x\n  y\n", "line 5, column 18: the text after | or > begins"),
                Arguments.of("documentation: @me\n", "line 5, column 16: a text that begins with @ must be in quotes"),
                Arguments.of("documentation: `me`\n", "line 5, column 16: a text that begins with ` must be"),
                Arguments.of("documentation: %me\n", "line 5, column 16: a text that begins with % must be"),
                Arguments.of("documentation: Docs: the best\n", "line 5, column 20: a text with a colon and a space"),
                Arguments.of("documentation: \u0007\n", "line 5, column 16: the control character U+0007"),
                Arguments.of("documentation: .inf\n", "line 5, column 20: it is not a number: put it in quotes"),
                Arguments.of(
                        "documentation: 01234\n",
                        "line 5, column 16: a number with a leading zero: write it in quotes"),
                Arguments.of("a: [x, {b: -00.5}]\n", "line 5, column 12: a number with a leading zero: write it in"),
                Arguments.of("? [a]\n: b\n", "line 5, column 3: the name of a member is a text"),
                Arguments.of("...\nconnector: 1\n", "line 6, column 1: the document ends before this"),
                Arguments.of("documentation: *docs\n", "/documentation (line 5, column 16): it is a YAML alias"),
                Arguments.of("title: Other\n", "/title (line 5, column 1): it appears twice"),
                Arguments.of(
                        "requests:\n  a: {method: GET, url: {{x.id}}}\n",
                        "line 6, column 25: a text with {{...}} must be in quotes here"),
                Arguments.of(
                        "requests:\n  a: {method: GET, url: /a/{{x.id}}/b}\n",
                        "line 6, column 28: a text with {{...}} must be in quotes here"),
                Arguments.of(
                        "requests:\n  a:\n    url: {{x.id | iso('UTC')}}/b # The URL.\n    method: GET\n",
                        "line 7, column 10: a text with {{...}} must be in quotes here"));
    }

    static Stream<Arguments> json() {
        return Stream.of(
                Arguments.of(",}", "line 2, column 17: a comma before \"}\": remove it"),
                Arguments.of(",\n \"inputs\": [1,]}", "line 3, column 14: a comma before \"]\": remove it"),
                Arguments.of("\n // Comment\n}", "line 3, column 2: JSON has no comments"),
                Arguments.of("\n /* two\n lines */ }", "line 3, column 2: JSON has no comments"),
                Arguments.of("\n # Comment\n}", "line 3, column 2: JSON has no comments"),
                Arguments.of(",\n auth: {}}", "line 3, column 2: expected the name of a member in double quotes"),
                Arguments.of(",\n 'auth': {}}", "line 3, column 2: expected the name of a member in double quotes"),
                Arguments.of("\n \"auth\": {}}", "line 3, column 2: a comma is missing before this"),
                Arguments.of(",\n \"auth\" {}}", "line 3, column 9: a colon is missing"),
                Arguments.of(",\n \"auth\": }", "line 3, column 10: a value is missing before \"}\""),
                Arguments.of(
                        ",\n \"documentation\": 'x'}", "line 3, column 19: expected a value: write texts in double"),
                Arguments.of(",\n \"documentation\": hunter2}", "line 3, column 19: expected a value"),
                Arguments.of(",\n \"documentation\": 01}", "line 3, column 20: it is not a number of JSON"),
                Arguments.of(",\n \"documentation\": \"x\n}", "line 3, column 21: the text does not end in its line"),
                Arguments.of(",\n \"documentation\": \"x", "line 3, column 19: the quote is not closed"),
                Arguments.of(",\n \"documentation\": \"x\\q\"}", "line 3, column 22: an unknown escape"),
                Arguments.of(",\n \"documentation\": \"\t\"}", "line 3, column 20: a control character"),
                Arguments.of(",\n \"auth\": {}", "line 1, column 1: \"{\" is not closed"),
                Arguments.of(
                        ",\n \"auth\": {]}", "line 3, column 11: expected \"}\", because \"{\" in line 3, column 10"),
                Arguments.of("}}", "line 2, column 18: \"}\" closes nothing"),
                Arguments.of("}\n{}", "line 3, column 1: a second document begins"),
                Arguments.of(",\n \"title\": \"Other\"}", "/title (line 3, column 2): it appears twice"),
                Arguments.of(",\n \"documentation\": {{x}}}", "line 3, column 19: a placeholder stands in a text"));
    }

    @ParameterizedTest
    @MethodSource("yaml")
    void mistakeInYamlIsDescribed(String text, String problem) {
        assertThat(problems(YAML + text)).anySatisfy(found -> assertThat(found).startsWith(problem));
        assertThat(problems((YAML + text).replace("\n", "\r\n")))
                .as("with line ends of Windows")
                .anySatisfy(found -> assertThat(found).startsWith(problem));
        assertThat(problems("\uFEFF" + YAML + text))
                .as("with a byte order mark")
                .anySatisfy(found -> assertThat(found).startsWith(problem));
    }

    @ParameterizedTest
    @MethodSource("json")
    void mistakeInJsonIsDescribed(String text, String problem) {
        assertThat(problems(JSON + text)).anySatisfy(found -> assertThat(found).startsWith(problem));
        assertThat(problems((JSON + text).replace("\n", "\r\n")))
                .as("with line ends of Windows")
                .anySatisfy(found -> assertThat(found).startsWith(problem));
        assertThat(problems(JSON + text)).noneSatisfy(found -> assertThat(found).contains("hunter2"));
    }

    @Test
    void validDocumentsMayHaveAByteOrderMarkAndWindowsLineEnds() {
        String yaml = ("\uFEFF" + YAML + "connection: {baseUrl: 'https://a.example'}\n").replace("\n", "\r\n");
        String json =
                ("\uFEFF" + JSON + ",\n\"connection\": {\"baseUrl\": \"https://a.example\"}}").replace("\n", "\r\n");

        assertThat(ConnectorDefinition.parse(yaml)).isEqualTo(ConnectorDefinition.parse(json));
        assertThat(problems(yaml + "titel: x\r\n"))
                .anySatisfy(problem -> assertThat(problem).startsWith("/titel (line 6, column 1): "));
    }

    @Test
    void typesFollowTheCoreSchemaOfYaml12() {
        String values =
                "[NO, yes, On, y, 1_000, 0b11, 12:30, 190:20:30.15, 2024-01-01, 0o17, 0x1F, 1e3, .5, +7, -0, True, ~, =,"
                        + " 017x, 1.0.0, 0.10]";
        String yaml = YAML
                + "connection: {baseUrl: 'https://a.example'}\nrequests:\n  a: {method: POST, url: /a, body: {json: "
                + "{values: " + values + ", NO: 1, 1e3: 2, 404: 3, 0o17: 4}}}\n";
        String sent =
                "{\"0o17\":4,\"1e3\":2,\"404\":3,\"NO\":1,\"values\":[\"NO\",\"yes\",\"On\",\"y\",\"1_000\",\"0b11\",\"12:30\",\"190:20:30.15\",\"2024-01-01\",15,31,1E+3,0.5,7,0,true,"
                        + "null,\"=\",\"017x\",\"1.0.0\",0.10]}";
        ConnectorDefinition definition = ConnectorDefinition.parse(yaml);

        assertThat(definition.toJson().at("/requests/a/body/json").toString()).isEqualTo(sent);
        String canonical = definition.toYaml();
        assertThat(ConnectorDefinition.parse(canonical)).isEqualTo(definition);
        assertThat(canonical)
                .contains(
                        "\"NO\"",
                        "\"1_000\"",
                        "\"12:30\"",
                        "\"2024-01-01\"",
                        "\"=\"",
                        "\"NO\": 1",
                        "\"1e3\": 2",
                        "\"404\": 3");
    }

    @Test
    void emptyDocuments() {
        for (String text : List.of("", " \n", "# Only a comment\n", "---\n", "\uFEFF")) {
            assertThat(problems(text)).containsExactly("the document is empty");
        }
    }

    @Test
    void textsThatLookLikeValuesAreWrittenInQuotes() throws Exception {
        for (String text : List.of(
                "NO",
                "on",
                "y",
                "~",
                "null",
                "TRUE",
                "01234",
                "1_000",
                "0x1F",
                "0o17",
                "1e3",
                "+7",
                ".5",
                "5.",
                "12:30",
                ".inf",
                ".NaN",
                "2024-01-01",
                "2024-01-01T00:00:00Z",
                "<<",
                "=",
                "0b11",
                "*a",
                "&a",
                "-",
                "")) {
            var request = new ObjectMapper().createObjectNode().put("value", text);
            String written = CanonicalYaml.write(request.put(text.isEmpty() ? "empty" : text, "name"));
            assertThat(new YAMLMapper().readTree(written))
                    .as("YAML 1.1: %s", written)
                    .isEqualTo(request);
            assertThat(DocumentParser.parse(written).tree())
                    .as("YAML 1.2: %s", written)
                    .isEqualTo(request);
        }
    }

    @Test
    void mistakesHideNoOtherProblems() {
        String text = YAML + """
                documentation: Docs: the best
                title: Other
                connection:
                  totalTimout: PT1S
                  headers: {X-A: {{auth.a}}}
                requests:
                  a: &a {method: GET, url: {{auth.unknown}}/x}
                  b: *a
                  c: {method: GET, url: @x, hedaers: []}
                """;
        assertThat(problems(text))
                .extracting(problem -> problem.substring(0, problem.indexOf(": ")))
                .contains(
                        "line 5, column 20",
                        "line 9, column 18",
                        "line 11, column 28",
                        "line 13, column 25",
                        "/title (line 6, column 1)",
                        "/requests/b (line 12, column 6)",
                        "/connection/totalTimout (line 8, column 3)",
                        "/requests/c/hedaers (line 13, column 31)");
        assertThat(problems(JSON + ",\n \"titel\": \"x\", /* no */ \"id\": \"b\", \"documentation\": {{x}},}"))
                .anySatisfy(problem -> assertThat(problem).startsWith("line 3, column 16: JSON has no comments"))
                .anySatisfy(problem -> assertThat(problem).startsWith("/id (line 3, column 25): it appears twice"));
        assertThat(problems(JSON + ", // a\n\"titel\": [1,],}"))
                .hasSize(5)
                .anySatisfy(problem -> assertThat(problem).startsWith("/titel (line 3, column 1): unknown member"));
    }

    @Test
    void damagedDocumentsAreRejectedWithAPlace() throws Exception {
        String shop;
        try (InputStream file = DocumentSyntaxTest.class.getResourceAsStream("shop.connector.yaml")) {
            shop = new String(file.readAllBytes(), StandardCharsets.UTF_8);
        }
        String json = ConnectorDefinition.parse(shop).toJson().toPrettyString();
        Random random = new Random(7);
        for (int i = 0; i < Integer.getInteger("cases", 100); i++) {
            String text = i % 2 == 0 ? shop : json;
            int at = random.nextInt(text.length());
            String inserted = List.of(
                            "", "\"", "'", "{", "}", "[", "]", ":", ",", "\t", "@", "{{", "\n", "- ", ": ", "\\")
                    .get(random.nextInt(16));
            String damaged = text.substring(0, at) + inserted + text.substring(at + random.nextInt(2));
            assertThat(problems(damaged))
                    .as("%s at %d", inserted, at)
                    .allSatisfy(problem -> assertThat(problem)
                            .matches("(?s)(/.*|line \\d+, column \\d+: .*)")
                            .doesNotContain("it is not JSON"));
        }
    }

    @Test
    void manyMistakesAreReportedUpToALimit() {
        StringBuilder text = new StringBuilder(YAML);
        for (int i = 0; i < 100; i++) {
            text.append('x').append(i).append(": @x\n");
        }
        assertThat(problems(text.toString())).hasSize(20);
        assertThatThrownBy(() -> ConnectorDefinition.parse(YAML + "{".repeat(5000)))
                .isInstanceOf(InvalidDefinitionException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"id", "version", "title"})
    void emptyTextsAreReported(String member) {
        for (String empty : new String[] {"\"\"", "\"  \""}) {
            assertThat(problems(VALID.replaceFirst("(?m)^" + member + ": .*$", member + ": " + empty)))
                    .singleElement(STRING)
                    .startsWith("/" + member + " (line ")
                    .endsWith("): it is empty");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"!!python/object:os.system {a: 1}", "!shop {a: 1}", "!!set {a}", "!env [x]"})
    void unknownTagsAreReported(String value) {
        assertThat(problems(VALID + "definitions: {x: " + value + "}\n"))
                .singleElement(STRING)
                .startsWith("/definitions/x (line 6, column ")
                .contains("it has an unknown YAML tag");
    }

    @Test
    void tagsOfTheCoreSchemaAreRead() {
        assertThat(problems(VALID + "definitions: !!map {x: !!str 1, y: !!seq [!!int 1], z: \"!env\"}\n"))
                .isEmpty();
    }

    @Test
    void lineEndsInAnIdAreNotPartOfTheMessage() {
        assertThat(problems(VALID.replace("id: shop", "id: \"a\\nb.yaml: valid\"")))
                .singleElement(STRING)
                .doesNotContain("\n")
                .contains("\"a?b.yaml: valid\" is invalid");
    }

    @Test
    void referenceWithoutTargetHidesNoOtherProblem() {
        assertThat(problems(VALID + """
                        requests:
                          a: {$ref: "#/definitions/nope"}
                          b: {$ref: 5}
                          c: {$ref: "other.yaml#/x"}
                          d: {method: GET, urll: /x}
                          e: {method: GET, url: /x, query: {$ref: "#/definitions/none"}}
                          f: {$ref: "#/requests/f"}
                        triggers:
                          t: {request: a, key: [/id]}
                          u: {request: {$ref: "#/requests/a"}, key: [/id], mode: none}
                        """))
                .anyMatch(problem -> problem.startsWith("/requests/a/$ref (line 7"))
                .anyMatch(problem -> problem.startsWith("/requests/b/$ref (line 8"))
                .anyMatch(problem -> problem.startsWith("/requests/c/$ref (line 9"))
                .anyMatch(problem -> problem.startsWith("/requests/d/urll (line 10"))
                .anyMatch(problem -> problem.startsWith("/requests/e/query/$ref (line 11"))
                .anyMatch(problem -> problem.startsWith("/requests/f/$ref (line 12"))
                .anyMatch(problem -> problem.startsWith("/triggers/u/mode (line 15"))
                .noneMatch(problem -> problem.startsWith("/requests/a (")
                        || problem.startsWith("/requests/a/method")
                        || problem.startsWith("/triggers/t"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{connector: 1, id: flow, version: 1.0.0, title: Flow, connection: {baseUrl: \"https://a.example.com\"}}",
                "\n{ connector: 1,\n  id: flow, version: '1.0.0', title: Flow,\n  connection: {baseUrl: \"https://a.example.com\"} }\n",
                "\uFEFF{connector:\n 1, id: flow, version: 1.0.0, title: Flow, connection: {baseUrl: \"https://a.example.com\"}}"
            })
    void flowStyleOfYamlIsRead(String text) {
        assertThat(ConnectorDefinition.parse(text).id()).isEqualTo("flow");
    }
}
