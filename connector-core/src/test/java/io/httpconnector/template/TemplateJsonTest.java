package io.httpconnector.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.Request;
import io.httpconnector.internal.json.JsonSupport;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TemplateJsonTest {

    private static RequestTemplateBuilder full() {
        return RequestTemplate.named("All of it")
                .method("PATCH", "https://{{v.host}}/a/{{v.x}}?b={{v.x}}")
                .hosts("*.example.com")
                .query("q", "{{v.x}}")
                .query("l", "{{v.list}}", ListStyle.BRACKETS)
                .header("X-A", "<{{v.x}}>")
                .acceptStatus(404, 409)
                .timeout(Duration.ofSeconds(7));
    }

    private static final Map<String, ?> VALUES = Map.of(
            "host", "a.example.com", "x", "1 &", "list", List.of(1, 2), "bytes", "b".getBytes(StandardCharsets.UTF_8));

    private static String shown(Request request) {
        String body = request.body()
                .map(sent -> new String(sent.toBytes(), StandardCharsets.UTF_8))
                .orElse("");
        String boundary = request.body()
                .map(sent -> sent.contentType().replaceFirst(".*boundary=", ""))
                .orElse("");
        return request + " " + request.header("X-A") + body.replace(boundary, "B");
    }

    @Test
    void whatABuilderCanSayAFileCanSay() {
        List<RequestTemplateBuilder> all = List.of(
                full(),
                full().json("{\"a\": {{v.x}}, \"b\": 1E400}"),
                full().json("{{!verbatim}}{\"a\": \"{{v.x}}\"}"),
                full().json("{\"a\": \"{{v[\"x\"]}}\"}"),
                full().json("{\"a\": \"\\u007b{v.x}}\", \"b\": \"\\/\"}"),
                full().json(Map.of("a", List.of(Map.of("$each", "{{v.list}}", "$item", "{{item}}"), 1.50))),
                full().field("f", "{{v.x}}").field("l", "{{v.list}}", ListStyle.COMMA),
                full().part("p", "{{v.x}}")
                        .part("l", "{{v.list}}", ListStyle.REPEAT)
                        .file("f", "{{v.x}}.txt", "text/plain", "{{v.bytes}}"),
                full().xml("<a>{{v.x}}</a>"),
                full().text("{{v.x}}", "text/plain"),
                full().bytes("{{v.bytes}}", "application/pdf"),
                RequestTemplate.named("Other").get("/<<v.x>>").delimiters("<<", ">>"));

        for (RequestTemplateBuilder builder : all) {
            RequestTemplate template = builder.build();
            JsonNode json = template.toJson();
            RequestTemplate read = RequestTemplate.fromJson(JsonSupport.parse(json.toPrettyString()));

            assertThat(shown(read.render("v", VALUES))).isEqualTo(shown(template.render("v", VALUES)));
            assertThat(read.pills()).isEqualTo(template.pills());
            assertThat(read.toJson()).isEqualTo(json);
        }
    }

    @Test
    void fileIsReadable() {
        assertThat(full().json(Map.of("venue", Map.of("name", "{{account.Name}}")))
                        .build()
                        .toJson()
                        .toPrettyString())
                .isEqualTo("""
                        {
                          "name" : "All of it",
                          "method" : "PATCH",
                          "url" : "https://{{v.host}}/a/{{v.x}}?b={{v.x}}",
                          "hosts" : [ "*.example.com" ],
                          "query" : [ {
                            "name" : "q",
                            "value" : "{{v.x}}"
                          }, {
                            "name" : "l",
                            "value" : "{{v.list}}",
                            "list" : "brackets"
                          } ],
                          "headers" : [ {
                            "name" : "X-A",
                            "value" : "<{{v.x}}>"
                          } ],
                          "body" : {
                            "json" : {
                              "venue" : {
                                "name" : "{{account.Name}}"
                              }
                            }
                          },
                          "accept" : [ 404, 409 ],
                          "timeout" : "PT7S"
                        }""");
    }

    @Test
    void whatIsWrongIsSaidAtOnce() {
        JsonNode json = JsonSupport.parse("""
                {"name": "T", "methd": "GET", "method": "GET", "url": 7, "query": [{"name": "a", "vale": "b"}],
                 "headers": [{"name": "X", "value": "v", "list": "many"}], "body": {"yaml": ""}, "accept": ["x"],
                 "timeout": "7s", "delimiters": ["{{"]}""");

        InvalidTemplateException e =
                catchThrowableOfType(InvalidTemplateException.class, () -> RequestTemplate.fromJson(json));

        assertThat(e.problems())
                .containsExactly(
                        "/url: expected a string, found an integer",
                        "/delimiters: expected two strings, found 1",
                        "/query/0/value: missing",
                        "/query/0/vale: unknown member; did you mean \"value\"?",
                        "/headers/0/list: \"many\" is unknown; use one of repeat, brackets, indices, comma, pipe, space",
                        "/body: one of json, jsonText, form, multipart, xml, text, bytes is required",
                        "/body/yaml: unknown member; did you mean \"xml\"?",
                        "/accept/0: expected an integer, found a string",
                        "/timeout: \"7s\" is not an ISO 8601 duration, such as PT5M",
                        "/methd: unknown member; did you mean \"method\"?");
        assertThat(catchThrowableOfType(
                        InvalidTemplateException.class, () -> RequestTemplate.fromJson(JsonSupport.parse("[]"))))
                .hasMessageContaining("request: expected an object, found a list");
    }

    @Test
    void filtersOfTheApplicationAreGivenAgain() {
        RequestTemplate template = RequestTemplate.named("T")
                .filter("twice", (value, arguments) -> value.intValue() * 2)
                .get("/{{v | twice}}")
                .build();

        RequestTemplate read = RequestTemplate.fromJson(
                template.toJson(), Map.of("twice", (value, arguments) -> value.intValue() * 2));

        assertThat(read.render("v", 21).uri()).hasToString("/42");
        assertThat(catchThrowableOfType(
                        InvalidTemplateException.class, () -> RequestTemplate.fromJson(template.toJson())))
                .hasMessageContaining("unknown filter \"twice\"");
    }
}
