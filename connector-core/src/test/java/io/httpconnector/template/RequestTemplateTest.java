package io.httpconnector.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.httpconnector.Request;
import io.httpconnector.internal.json.JsonSupport;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestTemplateTest {

    private static String body(Request request) {
        return new String(request.body().orElseThrow().toBytes(), StandardCharsets.UTF_8);
    }

    private static String json(String template, Object value) {
        RequestTemplate compiled =
                RequestTemplate.named("T").post("/").json(template).build();
        return body(compiled.render("v", value));
    }

    @Test
    void rendersEachPlace() {
        RequestTemplate template = RequestTemplate.named("Create venue")
                .post("/orgs/{{org.id}}/venues?by={{user.name}}")
                .query("tag", "{{user.tags[1]}}")
                .header("X-Trace", "job {{job.id}}")
                .json("""
                        {"name": "{{account.Name}}", "note": "From {{account['Account Id']}}"}""")
                .build();

        Request request = template.render(Pills.of("org", Map.of("id", 7))
                .and("user", Map.of("name", "Ann & Bob", "tags", List.of("a", "b/c")))
                .and("job", Map.of("id", 4711))
                .and("account", Map.of("Name", "Hall \"A\"", "Account Id", "001")));

        assertThat(request.method()).isEqualTo("POST");
        assertThat(request.uri()).hasToString("/orgs/7/venues?by=Ann%20%26%20Bob&tag=b%2Fc");
        assertThat(request.header("X-Trace")).hasValue("job 4711");
        assertThat(body(request)).isEqualTo("{\"name\":\"Hall \\\"A\\\"\",\"note\":\"From 001\"}");
        assertThat(template.pills().stream().map(PillInfo::path))
                .containsExactly(
                        "org.id", "user.name", "user.tags[1]", "job.id", "account.Name", "account['Account Id']");
    }

    @Test
    void stringThatIsExactlyOnePillBecomesTheValueWithItsOwnType() {
        Map<String, Object> value = new HashMap<>(Map.of(
                "int",
                250,
                "big",
                new BigDecimal("1.10"),
                "flag",
                true,
                "list",
                List.of(1, "x"),
                "map",
                Map.of("k", 1)));
        value.put("date", LocalDate.of(2026, 1, 2));
        value.put("none", null);

        assertThat(json(
                        "[\"{{v.int}}\",\"{{v.big}}\",\"{{v.flag}}\",\"{{v.list}}\",\"{{v.map}}\",\"{{v.date}}\",\"{{v.none}}\",{{v.int}}]",
                        value))
                .isEqualTo("[250,1.10,true,[1,\"x\"],{\"k\":1},\"2026-01-02\",null,250]");
        assertThat(json("[\" {{v.int}}\",\"{{v.int}}{{v.flag}}\",\"={{v.map | json}}\"]", value))
                .isEqualTo("[\" 250\",\"250true\",\"={\\\"k\\\":1}\"]");
    }

    @Test
    void valuesAreDataAndNeverReadAgain() {
        String hostile = "{{v.other}}\", \"admin\": true, \"x\": \"\\ \n\u0000\u001f é € 😀";

        JsonNode rendered = JsonSupport.tree(
                parse(json("{\"a\": \"{{v.evil}}\", \"b\": \"<{{v.evil}}>\"}", Map.of("evil", hostile))));

        assertThat(rendered.size()).isEqualTo(2);
        assertThat(rendered.at("/a").textValue()).isEqualTo(hostile);
        assertThat(rendered.at("/b").textValue()).isEqualTo("<" + hostile + ">");
    }

    private static JsonNode parse(String json) {
        try {
            return new ObjectMapper().readTree(json);
        } catch (JsonProcessingException e) {
            throw new AssertionError(json, e);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a/b      | /x/a%2Fb/y",
                "../admin | /x/..%2Fadmin/y",
                "a?b=c#d  | /x/a%3Fb%3Dc%23d/y",
                "%2e%2e   | /x/%252e%252e/y",
                "é        | /x/%C3%A9/y"
            })
    void valueStaysInItsPathSegment(String value, String url) {
        RequestTemplate template =
                RequestTemplate.named("T").get("/x/{{v.id}}/y").build();

        assertThat(template.render("v", Map.of("id", value)).uri()).hasToString(url);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", ".."})
    void valueThatWouldMakeAnotherPathIsRefused(String value) {
        RequestTemplate template =
                RequestTemplate.named("Delete").delete("/users/{{v.id}}").build();

        assertThatThrownBy(() -> template.render("v", Map.of("id", value)))
                .isInstanceOf(RenderException.class)
                .hasMessageStartingWith("Template \"Delete\" can't be rendered:");
    }

    @Test
    void eachEmptyValueInAPathIsNamedAndNoValueIsShown() {
        RequestTemplate template = RequestTemplate.named("T")
                .get("/a/{{v.x}}/b/{{v.x}}/{{v.y | default('')}}")
                .build();
        RequestTemplate dots =
                RequestTemplate.named("T").get("/{{v.name}}/{{v.dots}}").build();

        assertThatThrownBy(() -> template.render("v", Map.of("x", "")))
                .hasMessageContaining("url line 1, column 4: {{v.x}}: is empty")
                .hasMessageContaining("url line 1, column 14: {{v.x}}: is empty")
                .hasMessageContaining("url line 1, column 22: {{v.y | default('')}}: is empty");
        assertThatThrownBy(() -> dots.render("v", Map.of("name", "Jane", "dots", "..")))
                .isInstanceOf(RenderException.class)
                .hasMessageContaining("{{v.dots}}: is a dot segment")
                .hasMessageNotContaining("Jane");
    }

    @Test
    void valueCanNotEndAHeader() {
        RequestTemplate template =
                RequestTemplate.named("T").get("/").header("X-Id", "{{v.id}}").build();

        assertThatThrownBy(() -> template.render("v", Map.of("id", "1\r\nX-Admin: true")))
                .isInstanceOf(RenderException.class)
                .hasMessageContaining("X-Id: character 2 of the value is a control character")
                .hasMessageNotContaining("Admin");
    }

    @Test
    void missingPillsAreNamedWithTheirPlaceAndTheNearestName() {
        RequestTemplate template = RequestTemplate.named("Create venue")
                .post("/v/{{accont.Id}}")
                .json(
                        "{\n  \"name\": \"{{account.Nmae}}\",\n  \"n\": \"{{account.Lines[2].sku}} {{account.Empty}}\"\n}")
                .build();
        Map<String, Object> account = new HashMap<>(Map.of("Name", "s3cret value", "Lines", List.of(1)));
        account.put("Empty", null);

        assertThatThrownBy(() -> template.render("account", account))
                .isInstanceOf(RenderException.class)
                .hasMessage("""
                        Template "Create venue" can't be rendered:
                          - url line 1, column 4: {{accont.Id}}: the job has no "accont": did you mean "account"?
                          - body line 2, column 12 (/name): {{account.Nmae}}: "account" has no "Nmae": did you mean "Name"?
                          - body line 3, column 9 (/n): {{account.Lines[2].sku}}: "account.Lines" has 1 elements, so it has no [2]
                          - body line 3, column 34 (/n): {{account.Empty}}: is null, which has no text form: add | default('', null) or | omit(null)""");
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
    void numberThatJsonDoesNotKnowIsRefused(double number) {
        RequestTemplate template =
                RequestTemplate.named("T").post("/").json("[\"{{v.n}}\"]").build();

        assertThatThrownBy(() -> template.render("v", Map.of("n", number)))
                .isInstanceOf(RenderException.class)
                .hasMessageContaining("{{v.n}}: is " + number + ", which is not a number in JSON");
    }

    @Test
    void quotedBracesStandForThemselves() {
        assertThat(json("{\"a\": \"{{'{{'}}v.x{{'}}'}}\", \"b\": \"\\\\{{v.x}}\"}", Map.of("x", 1)))
                .isEqualTo("{\"a\":\"{{v.x}}\",\"b\":\"\\\\1\"}");
    }

    @Test
    void containerCanNotStandInAUrl() {
        RequestTemplate template =
                RequestTemplate.named("T").get("/").query("q", "{{v.list}}").build();

        assertThatThrownBy(() -> template.render("v", Map.of("list", Arrays.asList(1, 2))))
                .hasMessageContaining("query q line 1, column 1: {{v.list}}: is a list, which can't be part of a text");
    }

    @Test
    void oneTemplateServesManyThreads() throws Exception {
        RequestTemplate template = RequestTemplate.named("T")
                .post("/v/{{v.id}}")
                .header("X-Id", "{{v.id}}")
                .json("{\"id\": \"{{v.id}}\", \"text\": \"<{{v.text}}>\"}")
                .build();
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Future<Boolean>> results = new ArrayList<>();
            for (int thread = 0; thread < 8; thread++) {
                int first = thread * 1000;
                results.add(threads.submit(() -> IntStream.range(first, first + 1000)
                        .allMatch(id -> {
                            String text = "é".repeat(id % 50);
                            Request request = template.render("v", Map.of("id", id, "text", text));
                            return request.uri().toString().equals("/v/" + id)
                                    && request.header("X-Id").orElseThrow().equals("" + id)
                                    && body(request).equals("{\"id\":" + id + ",\"text\":\"<" + text + ">\"}");
                        })));
            }
            for (Future<Boolean> result : results) {
                assertThat(result.get()).isTrue();
            }
        } finally {
            threads.shutdown();
        }
    }
}
