package io.httpconnector.template;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.httpconnector.Exchange;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CheckTest {

    private static final RequestTemplate ORDER = RequestTemplate.named("Order")
            .post("/orders/{{order.id}}")
            .query("tag", "{{order.tags}}", ListStyle.REPEAT)
            .header("X-Id", "{{order.id | string}}")
            .json("""
                    {"note": "{{order.note | trim | omit}}",
                     "lines": {"$each": "{{order.lines}}", "$as": "line",
                               "$item": {"sku": "{{line.sku | upper}}", "parts": {"$each": "{{line.parts}}", "$item": "{{item.n}}"}}},
                     "plucked": {"$each": "{{order.lines | pluck(x)}}", "$as": "p", "$item": "{{p.y}}"}}""")
            .build();

    @Test
    void saysWhichPillsThereAre() {
        assertThat(ORDER.pills())
                .containsExactly(
                        new PillInfo("order.id", true, List.of("url", "header X-Id"), "single", List.of("string")),
                        new PillInfo("order.tags", true, List.of("query tag"), "list", List.of()),
                        new PillInfo("order.note", false, List.of("body /note"), "single", List.of("trim", "omit")),
                        new PillInfo(
                                "order.lines",
                                true,
                                List.of("body /lines/$each", "body /plucked/$each"),
                                "list",
                                List.of("pluck")),
                        new PillInfo(
                                "order.lines[*].sku",
                                true,
                                List.of("body /lines/$item/sku"),
                                "single",
                                List.of("upper")),
                        new PillInfo(
                                "order.lines[*].parts",
                                true,
                                List.of("body /lines/$item/parts/$each"),
                                "list",
                                List.of()),
                        new PillInfo(
                                "order.lines[*].parts[*].n",
                                true,
                                List.of("body /lines/$item/parts/$item"),
                                "any",
                                List.of()));
    }

    private static JsonNode schema(String json) {
        try {
            return new ObjectMapper().readTree(json.replace('\'', '"'));
        } catch (JsonProcessingException e) {
            throw new AssertionError(json, e);
        }
    }

    private static final JsonNode SCHEMA = schema("""
            {'type': 'object', 'properties': {
               'name': {'type': ['string', 'null']}, 'n': {'type': 'integer'}, 'ok': {'type': 'boolean'},
               'lines': {'type': 'array', 'items': {'$ref': '#/$defs/line'}},
               'any': {}, 'free': {'type': 'object'}, 'byId': {'type': 'object', 'additionalProperties': {'type': 'number'}},
               'pair': {'type': 'array', 'prefixItems': [{'type': 'string'}, {'type': 'number'}]},
               'either': {'oneOf': [{'type': 'string'}, {'type': 'object', 'properties': {'x': {'type': 'string'}}}]},
               'self': {'$ref': '#'}, 'loop': {'$ref': '#/$defs/loop'}},
             '$defs': {'line': {'type': 'object', 'properties': {'sku': {'type': 'string'}}}, 'loop': {'$ref': '#/$defs/loop'}}}""");

    @ParameterizedTest
    @CsvSource(
            delimiter = '!',
            quoteCharacter = '~',
            value = {
                "o.name               ! ",
                "o.nmae               ! \"o\" has no \"nmae\": did you mean \"name\"?",
                "order.name           ! unknown step \"order\"",
                "o.lines[0].sku       ! ",
                "o.lines[*].sku       ! ",
                "o.lines[0].sk        ! \"o.lines[0]\" has no \"sk\": did you mean \"sku\"?",
                "o.lines.sku          ! \"o.lines\" has no \"sku\"",
                "o.name[0]            ! \"o.name\" is not a list, so it has no [0]",
                "o.n.x                ! \"o.n\" has no \"x\"",
                "o.any.x.y[2]         ! ",
                "o.free.x             ! ",
                "o.byId.x             ! ",
                "o.byId.x.y           ! \"o.byId.x\" has no \"y\"",
                "o.pair[1]            ! ",
                "o.pair[0] | join(',') ! is text, but a list is required here",
                "o.either.x           ! ",
                "o.either.y           ! \"o.either\" has no \"y\": did you mean \"x\"?",
                "o.self.self.name     ! ",
                "o.loop.x             ! ",
                "o.lines | upper      ! is a list, but text or a number or a Boolean is required here",
                "o.name | upper       ! ",
                "o.n | join(',')      ! is a number, but a list is required here"
            })
    void checksAgainstSchemas(String pill, String message) {
        RequestTemplate template =
                RequestTemplate.named("T").post("/").json("[{{" + pill + "}}]").build();

        List<TemplateProblem> problems =
                template.check(PillCatalogue.of("o", SCHEMA).and("x", Map.of()));

        assertThat(problems)
                .extracting(TemplateProblem::message)
                .isEqualTo(message == null ? List.of() : List.of(message));
    }

    @Test
    void listInTextIsFoundAndElementsAreChecked() {
        RequestTemplate template = RequestTemplate.named("T")
                .post("/{{o.lines}}")
                .json("{\"$each\": \"{{o.lines}}\", \"$as\": \"l\", \"$item\": \"{{l.skuu}}\"}")
                .build();

        assertThat(template.check(PillCatalogue.of("o", SCHEMA)))
                .extracting(TemplateProblem::toString)
                .containsExactly(
                        "url line 1, column 2: {{o.lines}}: is a list, but text or a number or a Boolean"
                                + " is required here",
                        "body line 1, column 48 (/$item): {{l.skuu}}: \"o.lines[*]\" has no \"skuu\": did you"
                                + " mean \"sku\"?");
    }

    @Test
    void dryRunShowsNoCredentials() {
        RequestTemplate template = RequestTemplate.named("T")
                .get("/")
                .header("Authorization", "Bearer {{auth.token}}")
                .query("echo", "Bearer {{auth.token}}")
                .build();

        Exchange exchange = template.dryRun(Pills.of("auth", Map.of("token", "s3cret-token")));

        assertThat(exchange.requestHeaders().first("Authorization")).hasValue("***");
        assertThat(exchange.asCurl()).doesNotContain("s3cret-token");
        assertThat(exchange).asString().doesNotContain("s3cret-token");
    }

    @Test
    void dryRunShowsTheRequest() {
        RequestTemplate template = RequestTemplate.named("T")
                .post("https://api.example.com/{{v.id}}")
                .header("X-Id", "{{v.id}}")
                .json("{\"a\": \"{{v.text}}\"}")
                .build();

        Exchange exchange = template.dryRun(Pills.of("v", Map.of("id", 7, "text", "it's")));

        assertThat(exchange.url()).isEqualTo("https://api.example.com/7");
        assertThat(exchange.status()).isEmpty();
        assertThat(exchange.requestBody()).isEqualTo("{\"a\":\"it's\"}");
        assertThat(exchange.asCurl()).isEqualTo("""
                        curl -X POST 'https://api.example.com/7' \\
                          -H 'Content-Type: application/json' \\
                          -H 'X-Id: 7' \\
                          --data-raw '{"a":"it'\\''s"}'""");
    }
}
