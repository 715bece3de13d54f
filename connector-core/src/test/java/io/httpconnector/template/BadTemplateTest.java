package io.httpconnector.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.httpconnector.InvalidDefinitionException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BadTemplateTest {

    private static List<String> problems(RequestTemplateBuilder builder) {
        return catchThrowableOfType(InvalidDefinitionException.class, builder::build)
                .problems();
    }

    @Test
    void listsAllThatIsWrongAtOnce() {
        RequestTemplateBuilder builder = RequestTemplate.named("")
                .post("/v/{{org.}}/a b")
                .query("q", "{{open")
                .header("X Name", "v")
                .header("X-Ok", "a\nb")
                .json("{\n \"a\": \"{{x y}}\",\n \"{{k}}\": \"{{}}\",\n}")
                .acceptStatus(7)
                .timeout(Duration.ZERO);

        assertThat(problems(builder))
                .containsExactly(
                        "name: missing: describe what the request does, such as \"Create venue\"",
                        "url line 1, column 4: {{org.}}: invalid syntax at character 5: write it like"
                                + " {{order.lines[0].sku}} or {{row[\"Any name\"]}}",
                        "url: \"/v//a b\": character 6: \" \" is not allowed in a URL: write it percent-encoded (%20), or use"
                                + " query(name, value)",
                        "query q line 1, column 1: \"{{\" is not closed on the same line: add \"}}\", or write"
                                + " {{'{{'}} for a"
                                + " literal delimiter",
                        "header X Name: \"X Name\" is not a header name: use letters, digits and hyphens",
                        "header X-Ok: character 2 of the value is a control character (U+000A): remove or encode it",
                        "body line 4, column 1: Unexpected character ('}' (code 125)): was expecting double-quote to"
                                + " start field name",
                        "body line 2, column 8: {{x y}}: expected | before a filter, at character 3: write it like"
                                + " {{order.lines[0].sku}} or {{row[\"Any name\"]}}",
                        "body line 3, column 12: {{}}: the pill is empty: write it like {{order.lines[0].sku}} or"
                                + " {{row[\"Any name\"]}}",
                        "accept: 7 is not a status code: use 100 to 599",
                        "timeout: PT0S is not a time limit: use 1 ms to 24 h");
    }

    @Test
    void nothingAtAllIsSaidToBeMissing() {
        assertThat(problems(RequestTemplate.named("T")))
                .containsExactly("method: missing: set it with get(url), post(url) or a similar method");
        assertThat(problems(RequestTemplate.named("T")
                        .get(null)
                        .query("q", null)
                        .header(null, null)
                        .json(null)))
                .contains("url: must not be null: leave it out", "body: must not be null: leave it out")
                .hasSize(6);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{{v.url}}",
                "https://{{v.host}}/x",
                "https://api.{{v.domain}}.com/",
                "{{v.scheme}}://h/",
                "http:{{v.x}}",
                "https:{{v.x}}/y",
                "{{v.x}}/y",
                "https://h{{v.port}}"
            })
    void pillCanNotDecideWhereTheRequestGoes(String url) {
        assertThat(problems(RequestTemplate.named("T").get(url)))
                .anyMatch(problem -> problem.contains("a pill can't determine the host"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{\"a\": 1{{v.x}}}         | body line 1",
                "{\"a\": -{{v.x}}}         | body line 1",
                "{\"a\": {{v.x}}{{v.y}}}   | body line 1",
                "{ {{v.x}}: 1}             | can't be part of a member name",
                "{\"a{{v.x}}\" : 1}        | can't be part of a member name",
                "{\"a\": \"{{v.x}\"}       | is not closed",
                "{\"a\": \"{{v.x}}         | body line 1",
                "{\"a\": \"{{v[}}\"}       | invalid syntax",
                "{\"a\": \"{{[0]}}\"}      | invalid syntax",
                "{\"a\": \"{{v.x, upper}}\"} | invalid syntax",
                "{\"a\": \"\\{{v.x}}\"}    | body line 1",
                "{{v.x}} {{v.y}}           | body line 1"
            })
    void bodyThatCouldBecomeSomethingElse(String json, String why) {
        assertThat(problems(RequestTemplate.named("T").post("/").json(json)))
                .anyMatch(problem -> problem.contains(why));
    }

    @Test
    void filterPathIsForThePathOnly() {
        assertThat(problems(RequestTemplate.named("T")
                        .get("/{{v.ok | path}}?a={{v.x | path}}")
                        .query("q", "{{v.x | path}}")
                        .json("{\"a\": \"{{v.x | path}}\"}")))
                .hasSize(3)
                .allMatch(problem -> problem.contains("the filter path is only allowed in the path of the URL"));
    }

    @Test
    void nameIsNoPlaceForAPill() {
        assertThat(problems(RequestTemplate.named("T")
                        .get("/")
                        .query("{{v.x}}", "1")
                        .field("f{{v.x}}", "1")))
                .containsExactly(
                        "query {{v.x}}: pills are not allowed in names, only in values",
                        "form field f{{v.x}}: pills are not allowed in names, only in values");
    }

    @Test
    void textThatIsNoneIsNotSentAsAQuestionMark() {
        for (RequestTemplateBuilder builder : List.of(
                RequestTemplate.named("T").post("/").json("[\"\ud83d\"]"),
                RequestTemplate.named("T").post("/").json("[\"\\ud83d\"]"),
                RequestTemplate.named("T").post("/").text("\ude00", "text/plain"),
                RequestTemplate.named("T").get("/").query("q", "\ud83dx"))) {
            assertThat(problems(builder)).singleElement().asString().contains("is an unpaired surrogate");
        }
    }

    @Test
    void templateOfBracesAloneIsRefusedAtOnce() {
        assertTimeoutPreemptively(Duration.ofSeconds(5), () -> {
            for (String braces : List.of("{{", "{{'", "{{\"", "\"{{")) {
                String json = "[\"" + braces.repeat(100_000) + "\"]";
                assertThat(problems(RequestTemplate.named("T").post("/").json(json)))
                        .hasSizeBetween(1, 200);
                assertThat(problems(RequestTemplate.named("T").get("/").query("q", json)))
                        .isNotEmpty();
            }
        });
    }

    @Test
    void pillsAreRefusedWhenNoTreeCanBeMade() {
        assertThatThrownBy(() -> Pills.of("", Map.of()))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("the name of a step is missing");
        assertThatThrownBy(() -> Pills.of("v", new Object()))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("java.lang.Object can't be written as JSON");
        assertThat(Pills.of("v", null).root().get("v").isNull()).isTrue();
        assertThat(Pills.of("account", Map.of("password", "s3cret"))).hasToString("Pills[account]");
    }
}
