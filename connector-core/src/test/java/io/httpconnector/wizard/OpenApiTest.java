package io.httpconnector.wizard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.internal.json.YamlOrJson;
import io.httpconnector.template.RequestTemplate;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OpenApiTest {

    private static List<Recommendation> read(String rest) {
        List<Recommendation> all = RecommendationSources.openApi(
                        "openapi: 3.1.0\ninfo: {title: T, version: '1'}\n" + rest)
                .all();
        all.forEach(one -> RequestTemplate.fromJson(one.definition().deepCopy().put("name", "T")));
        return all;
    }

    /** The body of an operation with one schema and encoding. */
    private static JsonNode body(String type, String schema, String encoding) {
        return read("paths: {/a: {post: {requestBody: {content: {" + type + ": {schema: " + schema
                        + (encoding.isEmpty() ? "" : ", encoding: " + encoding) + "}}}}}}")
                .get(0)
                .definition()
                .path("body");
    }

    private static JsonNode json(String schema) {
        return body("application/json", schema, "").path("json");
    }

    private static String form(String schema, String encoding) {
        StringBuilder shown = new StringBuilder();
        body("application/x-www-form-urlencoded", schema, encoding)
                .path("form")
                .forEach(pair -> shown.append(shown.isEmpty() ? "" : "&")
                        .append(pair.path("name").asText())
                        .append('=')
                        .append(pair.path("value").asText()));
        return shown.toString();
    }

    @Test
    void arraysAndObjectsInForms() {
        String list = "{properties: {expand: {type: array, items: {type: string}, example: [a, b]}}}";
        assertThat(form(list, "")).isEqualTo("expand=a&expand=b");
        assertThat(form(list, "{expand: {style: deepObject, explode: true}}")).isEqualTo("expand[]=a&expand[]=b");
        assertThat(form(list, "{expand: {explode: false}}")).isEqualTo("expand=a,b");
        assertThat(form(list, "{expand: {style: pipeDelimited}}")).isEqualTo("expand=a|b");
        assertThat(form(list, "{expand: {style: spaceDelimited}}")).isEqualTo("expand=a b");
        assertThat(form(list, "{expand: {contentType: application/json}}")).isEqualTo("expand=[\"a\",\"b\"]");
        assertThat(form(list.replace("expand", "'expand[]'"), "{}")).isEqualTo("expand[]=a&expand[]=b");
        String object = "{properties: {card: {type: object, example: {no: 1, at: {m: 2}}}}}";
        assertThat(form(object, "")).isEqualTo("card={\"no\":1,\"at\":{\"m\":2}}");
        assertThat(form(object, "{card: {style: deepObject}}")).isEqualTo("card[no]=1&card[at][m]=2");
        assertThat(form("{properties: {o: {example: {a: 1, b: 2}}}}", "{o: {explode: true}}"))
                .isEqualTo("a=1&b=2");
        assertThat(form("{properties: {o: {example: {a: 1, b: 2}}}}", "{o: {explode: false}}"))
                .isEqualTo("o=a,1,b,2");
        assertThat(form(
                        "{properties: {items: {example: [{price: p, n: 1}, {price: q}]}}}",
                        "{items: {style: deepObject}}"))
                .isEqualTo("items[0][price]=p&items[0][n]=1&items[1][price]=q");
    }

    @Test
    void parametersByStyle() {
        JsonNode read = read("""
                paths:
                  /a:
                    get:
                      parameters:
                        - {name: r, in: query, required: true, schema: {type: array, example: [1, 2]}}
                        - {name: c, in: query, required: true, explode: false, schema: {type: array, example: [1, 2]}}
                        - {name: p, in: query, required: true, style: pipeDelimited, schema: {type: array, example: [1, 2]}}
                        - {name: f, in: query, required: true, style: deepObject, schema: {example: {a: 1, b: 2}}}
                        - {name: j, in: query, required: true, content: {application/json: {schema: {example: {a: 1}}}}}
                        - {name: X-L, in: header, required: true, schema: {type: array, example: [1, 2]}}
                """).get(0).definition();

        assertThat(read.path("query")).isEqualTo(JsonSupport.parse("""
                [{"name": "r", "value": "1"}, {"name": "r", "value": "2"}, {"name": "c", "value": "1,2"}, {"name": "p", "value": "1|2"},
                 {"name": "f[a]", "value": "1"}, {"name": "f[b]", "value": "2"}, {"name": "j", "value": "{\\"a\\":1}"}]"""));
        assertThat(read.at("/headers/0/value").asText()).isEqualTo("1,2");
    }

    @Test
    void requiredParametersWithoutAValueArePills() {
        Recommendation read = read("""
                paths:
                  /a/{id}:
                    parameters: [{name: id, in: path, required: true}]
                    get:
                      parameters:
                        - {name: id, in: query, required: true, schema: {type: integer, minimum: 5}}
                        - {name: r, in: query, required: true, schema: {type: array, items: {type: string}}}
                        - {name: c, in: query, required: true, explode: false, schema: {$ref: '#/components/schemas/List'}}
                        - {name: odd name, in: query, required: true, schema: {type: string, format: date}}
                        - {name: X-L, in: header, required: true, schema: {type: array, items: {type: string}}}
                        - {name: X-T, in: header, required: true, schema: {type: string}}
                        - {name: api_key, in: query, required: true, schema: {type: string}}
                        - {name: d, in: query, required: true, schema: {type: string, default: x}}
                        - {name: k, in: query, required: true, schema: {allOf: [{$ref: '#/components/schemas/One'}]}}
                        - {name: e, in: query, required: true, schema: {type: string, enum: [up, down]}}
                        - {name: o, in: query, required: true, schema: {type: object, required: [a], properties: {a: {type: integer}}}}
                components: {schemas: {List: {type: array, items: {type: integer}}, One: {enum: [y]}}}
                """).get(0);

        assertThat(read.definition().path("url").asText()).isEqualTo("/a/{{input.id}}");
        assertThat(read.definition().path("query")).isEqualTo(JsonSupport.parse("""
                [{"name": "id", "value": "{{input.query_id}}"}, {"name": "r", "value": "{{input.r}}", "list": "repeat"},
                 {"name": "c", "value": "{{input.c}}", "list": "comma"}, {"name": "odd name", "value": "{{input[\\"odd name\\"]}}"},
                 {"name": "d", "value": "x"}, {"name": "k", "value": "y"}, {"name": "e", "value": "up"}, {"name": "a", "value": "1"}]"""));
        assertThat(read.definition().path("headers")).isEqualTo(JsonSupport.parse("""
                [{"name": "X-L", "value": "{{input.X-L | join(',')}}"}, {"name": "X-T", "value": "{{input.X-T}}"}]"""));
        assertThat(read.notes())
                .contains(
                        "the query parameter e is up, one of the values that it may have: check it",
                        "the query parameter o has generated values: check them")
                .anyMatch(note -> note.startsWith("the query parameter api_key is left out"));
    }

    @Test
    void multipart() {
        assertThat(body(
                        "multipart/form-data",
                        "{properties: {files: {type: array, items: {type: string, format: binary}}, meta:"
                                + " {type: object, properties: {a: {type: integer}}},"
                                + " tags: {type: array, example: [x, y]}, icon: {type: string, format: binary}}}",
                        "{icon: {contentType: 'image/png, image/jpeg'}, meta: {contentType: application/vnd.x+json}}"))
                .isEqualTo(JsonSupport.parse("""
                        {"multipart": [{"name": "files", "value": "{{file.files}}", "fileName": "files", "contentType": "application/octet-stream"},
                          {"name": "meta", "value": "{\\"a\\":1}", "contentType": "application/vnd.x+json"},
                          {"name": "tags", "value": "x"}, {"name": "tags", "value": "y"},
                          {"name": "icon", "value": "{{file.icon}}", "fileName": "icon", "contentType": "image/png"}]}"""));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '!',
            quoteCharacter = '~',
            value = {
                "{properties: {a: {type: integer}}, anyOf: [{required: [a]}, {required: [b]}]} ! {'a': 1}",
                "{properties: {a: {type: integer}}, oneOf: [{properties: {b: {type: boolean}}}, {properties:"
                        + " {c: {}}}]} ! {'b': true, 'a': 1}",
                "{type: object, allOf: [{properties: {a: {type: integer}}}], anyOf: [{properties: {b: {type:"
                        + " boolean}}}]} ! {'a': 1, 'b': true}",
                "{allOf: [{properties: {a: {type: integer}}}, {required: [a]}, {description: x}]} ! {'a': 1}",
                "{type: object, anyOf: [{required: [a]}]} ! {'a': 'string'}",
                "{type: string, anyOf: [{format: date}, {format: email}]} ! '2026-01-31'",
                "{anyOf: [{type: 'null'}, {type: integer}]} ! 1",
                "{oneOf: [{type: array, items: {type: integer}}, {type: string}]} ! [1]",
                "{properties: {n: {$ref: '#/components/schemas/N'}}} ! {'n': 'string'}",
                "{type: integer, minimum: 3, multipleOf: 5} ! 5",
                "{type: number, exclusiveMinimum: 2} ! 3",
                "{type: integer, maximum: 0} ! 0",
                "{type: array, minItems: 2, items: {type: boolean}} ! [true, true]",
                "{type: string, minLength: 8, maxLength: 9} ! 'stringst'",
                "{type: string, maxLength: 2} ! 'st'",
                "{properties: {a: {type: integer, deprecated: true}, b: {type: integer, deprecated: true}},"
                        + " required: [a]} ! {'a': 1}"
            })
    void sampleOfASchema(String schema, String sample) {
        assertThat(json(schema)).isEqualTo(JsonSupport.parse(sample.replace('\'', '"')));
    }

    @Test
    void serversOfPathsAndOperations() {
        List<Recommendation> all = read("""
                servers: [{url: 'https://api.example.com/v1'}]
                paths:
                  /a:
                    get: {}
                    post: {servers: [{url: 'https://upload.example.com/{x}', variables: {x: {default: up}}}]}
                  /b:
                    servers: [{url: /v2/}]
                    get: {}
                """);

        assertThat(all)
                .extracting(one -> one.definition().path("url").asText())
                .containsExactly("/v1/a", "/up/a", "/v2/b");
        assertThat(all.get(0).notes()).isEmpty();
        assertThat(all.get(1).notes())
                .containsExactly("it uses another server, https://upload.example.com: use a connection to that server");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '!',
            quoteCharacter = '~',
            value = {
                "{{baseUrl}} ! /a",
                "{{baseUrl}}/v1 ! /v1/a",
                "{baseUrl} ! /a",
                "{protocol}://{host}:{port}/v1 ! /v1/a",
                "//example.com/v1 ! /v1/a",
                "./v1 ! /v1/a",
                "v1 ! /v1/a",
                "/ ! /a",
                "https://h/v1?x=1 ! /v1/a",
                "https://h/{tenant}/v1 ! /{{input.tenant}}/v1/a"
            })
    void server(String url, String path) {
        assertThat(read("servers: [{url: '" + url + "'}]\npaths: {/a: {get: {}}}")
                        .get(0)
                        .definition()
                        .path("url")
                        .asText())
                .isEqualTo(path);
    }

    @Test
    void unusualPaths() {
        List<Recommendation> all =
                read("paths: {'/#X-Target=A.b': {post: {}}, '/a?action=x': {get: {}}, '/a b/{id}.json': {get: {}},"
                        + " '/{a b}': {get: {}}}");

        assertThat(all)
                .extracting(one -> one.definition().path("url").asText() + " "
                        + one.definition().path("query"))
                .containsExactly(
                        "/ ",
                        "/a [{\"name\":\"action\",\"value\":\"x\"}]",
                        "/a%20b/{{input.id}}.json ",
                        "/{{input[\"a b\"]}} ");
        assertThat(all.get(0).notes()).hasSize(1);
    }

    @Test
    void whatIsNotFollowedIsNoted() {
        assertThat(read("paths: {/a: {post: {requestBody: {content: {application/json: {schema: {$ref:"
                                + " 'other.yaml#/X'}}}}}}}")
                        .get(0)
                        .notes())
                .containsExactly("the reference other.yaml#/X is not resolved: add its content");
    }

    @Test
    void keyOfTheSecuritySchemeIsLeftOut() {
        Recommendation read = read("""
                paths: {/a: {get: {parameters: [{name: appid, in: query, required: true, schema: {type: string}}]}}}
                components: {securitySchemes: {k: {type: apiKey, in: query, name: appid}}}
                """).get(0);
        assertThat(read.definition().has("query")).isFalse();
        assertThat(read.notes()).anyMatch(note -> note.startsWith("the query parameter appid is left out"));
    }

    @Test
    void yaml() {
        JsonNode tree = YamlOrJson.read("""
                base: &base {type: object, properties: &p {a: {type: integer}}}
                copy: *base
                list: [*p, *p]
                merged: {<<: *base, title: T, type: string}
                both:
                  <<: [{x: 1, y: 1}, {x: 2, z: 2}]
                  y: 3
                words: [yes, No, on, off, y, n, true, False, ~, null, '', 'true', "12", !!str 12]
                numbers: [012, 0o14, 0x1F, 1_000, -0, +5, 1.50, .5, 1., 1e3, 12345678901234567890.12345678901234567890, 1:30, .inf, !!float 1]
                dates: [2026-01-31, 2026-01-31T12:00:00Z]
                on: key
                200: status
                '<<': literal
                text: |
                  a: b
                """);

        assertThat(tree.get("copy")).isEqualTo(tree.get("base"));
        assertThat(tree.at("/list/1/a/type").asText()).isEqualTo("integer");
        assertThat(tree.get("merged").toString())
                .isEqualTo("{\"title\":\"T\",\"type\":\"string\",\"properties\":{\"a\":{\"type\":\"integer\"}}}");
        assertThat(tree.get("both")).isEqualTo(JsonSupport.parse("{\"x\": 1, \"y\": 3, \"z\": 2}"));
        assertThat(tree.get("words").toString())
                .isEqualTo(
                        "[\"yes\",\"No\",\"on\",\"off\",\"y\",\"n\",true,false,null,null,\"\",\"true\",\"12\",\"12\"]");
        assertThat(tree.get("numbers").toString())
                .isEqualTo(
                        "[12,12,31,\"1_000\",0,5,1.50,0.5,1,1e3,12345678901234567890.12345678901234567890,\"1:30\",\".inf\",1]");
        assertThat(tree.get("dates").toString()).isEqualTo("[\"2026-01-31\",\"2026-01-31T12:00:00Z\"]");
        assertThat(tree.has("on")).isTrue();
        assertThat(tree.path("200").asText()).isEqualTo("status");
        assertThat(tree.path("<<").asText()).isEqualTo("literal");
        assertThat(tree.path("text").asText()).isEqualTo("a: b\n");
    }

    @Test
    void yamlThatHasNoEndIsRefused() {
        assertThatThrownBy(() -> YamlOrJson.read("a: &a [*a]")).isInstanceOf(InvalidDefinitionException.class);
        assertThatThrownBy(() -> YamlOrJson.read("a: &a {b: *a}")).isInstanceOf(InvalidDefinitionException.class);
        assertThatThrownBy(() -> YamlOrJson.read("a: {<<: text}")).isInstanceOf(InvalidDefinitionException.class);
        assertThatThrownBy(() -> YamlOrJson.read("? [a]\n: b")).isInstanceOf(InvalidDefinitionException.class);
        assertThatThrownBy(() -> YamlOrJson.read("[".repeat(10_000))).isInstanceOf(InvalidDefinitionException.class);
        assertThatThrownBy(() -> YamlOrJson.read("a: 1\nb: {c: 1, d: 2, 'c': 3}"))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("line 2, column 17: the key \"c\" appears twice");
        assertThatThrownBy(
                        () -> YamlOrJson.read("a: &a " + "x".repeat(100_000) + "\nb: [" + "*a, ".repeat(2000) + "*a]"))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("aliases");
        StringBuilder nested = new StringBuilder("a0: &a0 x\n");
        for (int i = 1; i < 100; i++) {
            nested.append("a%d: &a%d %s*a%d%s\n".formatted(i, i, "[".repeat(200), i - 1, "]".repeat(200)));
        }
        assertThatThrownBy(() -> YamlOrJson.read(nested.toString()))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("nested");
        StringBuilder laughs = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 12; i++) {
            laughs.append("a").append(i).append(": &a").append(i).append(" [");
            laughs.append(("*a" + (i - 1) + ", ").repeat(9))
                    .append("*a")
                    .append(i - 1)
                    .append("]\n");
        }
        assertTimeoutPreemptively(
                Duration.ofSeconds(10),
                () -> assertThatThrownBy(() -> YamlOrJson.read(laughs.toString()))
                        .isInstanceOf(InvalidDefinitionException.class)
                        .hasMessageContaining("aliases"));
    }
}
