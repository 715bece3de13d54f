package io.httpconnector.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.internal.json.Mutations;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests of templates as JSON documents: each problem has the JSON Pointer of its member. */
class TemplateDocumentTest {

    private static final long SEED = Long.getLong("seed", System.nanoTime());

    private static List<String> problems(String json) {
        return catchThrowableOfType(
                        InvalidTemplateException.class, () -> RequestTemplate.fromJson(JsonSupport.parse(json)))
                .problems();
    }

    @ParameterizedTest
    @ValueSource(strings = {"""
            {"name": "T", "method": "POST", "url": "https://{{a.host}}/x?y={{a.b}}", "hosts": ["*.example.com"],
             "query": [{"name": "q", "value": "{{a.b}}"}, {"name": "l", "value": "{{a.l}}", "list": "comma"}],
             "headers": [{"name": "X-A", "value": "{{a.b}}"}, {"name": "X-A", "value": "b"}],
             "body": {"json": {"a": "{{a.b}}", "b": [1.50]}}, "accept": [404], "timeout": "PT7S"}""", """
            {"name": "T", "method": "POST", "url": "/", "body": {"form": [{"name": "f", "value": "{{a.b}}"}]}}""", """
            {"name": "T", "method": "POST", "url": "/",
             "body": {"multipart": [{"name": "f", "value": "{{a.b}}", "fileName": "n", "contentType": "text/plain"}]}}""", """
            {"name": "T", "method": "POST", "url": "/", "body": {"text": "{{a.b}}", "contentType": "text/plain"}}""", """
            {"name": "T", "method": "POST", "url": "/", "body": {"bytes": "{{a.b}}", "contentType": "application/pdf"}}""", """
            {"name": "T", "method": "POST", "url": "/", "body": {"xml": "<a>{{a.b}}</a>"}}""", """
            {"name": "T", "method": "POST", "url": "/<<a.b>>", "body": {"jsonText": "{\\"a\\": <<a.b>>}"}, "delimiters": ["<<", ">>"]}"""})
    void everyMutationIsEquivalentOrRejected(String json) {
        new Mutations(
                        changed -> RequestTemplate.fromJson(changed).toJson(),
                        pointer -> pointer.equals("/body/json"),
                        pointer -> false)
                .check(JsonSupport.parse(json), SEED);
    }

    @Test
    void problemsOfTheTextsHavePointers() {
        assertThat(problems("""
                {"name": "", "method": "GE T", "url": "/{{a | omit}} b", "query": [{"name": "q", "value": "a"}, {"name": "q", "value": "{{"}],
                 "headers": [{"name": "X Y", "value": "a"}],
                 "body": {"json": {"venue": {"a/b": ["x", "{{a | nonsense}}"]}}}, "accept": [-1], "timeout": "PT0S"}"""))
                .hasSize(9)
                .satisfiesExactly(
                        problem -> assertThat(problem).startsWith("/name: missing"),
                        problem -> assertThat(problem).startsWith("/url line 1, column 2: {{a | omit}}: "),
                        problem -> assertThat(problem).startsWith("/method: "),
                        problem -> assertThat(problem).startsWith("/url: "),
                        problem -> assertThat(problem).startsWith("/query/1 line 1, column 1: "),
                        problem -> assertThat(problem).startsWith("/headers/0: "),
                        problem -> assertThat(problem)
                                .startsWith("/body/json/venue/a~1b/1: {{a | nonsense}}: unknown filter"),
                        problem -> assertThat(problem).startsWith("/accept/0: "),
                        problem -> assertThat(problem).startsWith("/timeout: "));
    }

    @Test
    void problemsOfABuilderHaveTheNamesOfTheParts() {
        assertThat(catchThrowableOfType(
                                InvalidTemplateException.class,
                                () -> RequestTemplate.named("T")
                                        .get("/")
                                        .query("q", "{{")
                                        .build())
                        .details())
                .singleElement()
                .extracting(TemplateProblem::part)
                .isEqualTo("query q");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"$if\": \"{{a}}\", \"$then\": 1, \"$equal\": 2} | $equal | $equals",
                "{\"$if\": \"{{a}}\", \"$thens\": 1} | $thens | $then",
                "{\"$if\": \"{{a}}\", \"$then\": 1, \"$esle\": 2} | $esle | $else",
                "{\"$eahc\": \"{{a}}\", \"$item\": 1} | $eahc | $each",
                "{\"$each\": \"{{a}}\", \"$itm\": 1} | $itm | $item"
            })
    void misspeltKeywordsAreReportedWithTheNearestOne(String body, String keyword, String nearest) {
        String document = "{\"name\": \"T\", \"method\": \"POST\", \"url\": \"/\", \"body\": {\"json\": {\"a\": %s}}}";

        assertThat(problems(document.formatted(body)))
                .singleElement()
                .asString()
                .startsWith("/body/json/a/" + keyword + ": \"" + keyword + "\" is unknown beside ")
                .endsWith(": did you mean \"" + nearest + "\"?");
    }
}
