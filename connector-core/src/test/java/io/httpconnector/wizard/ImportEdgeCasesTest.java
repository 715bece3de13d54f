package io.httpconnector.wizard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.template.InvalidTemplateException;
import io.httpconnector.template.Pills;
import io.httpconnector.template.RequestTemplate;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a template can't represent exactly is sent as text, or noted: nothing is lost in silence. */
class ImportEdgeCasesTest {

    private static Recommendation archive(String request) {
        return RecommendationSources.har(
                        "{'log': {'entries': [{'request': {'method': 'POST', 'url': 'https://h/a', %s}}]}}"
                                .formatted(request)
                                .replace('\'', '"'))
                .all()
                .get(0);
    }

    private static Recommendation collection(String members) {
        return RecommendationSources.postman(("{'info': {'name': 'C', 'schema':"
                                + " 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json'}, "
                                + members + "}")
                        .replace('\'', '"'))
                .all()
                .get(0);
    }

    private static Recommendation body(String contents, String encoding, String schemas, String version) {
        return RecommendationSources.openApi("openapi: " + version
                        + "\ninfo: {title: T, version: '1'}\ncomponents: {schemas: {" + schemas
                        + "}}\npaths: {/a: {post: {requestBody: {content: {" + contents + encoding + "}}}}}")
                .all()
                .get(0);
    }

    private static final String REPEATED = "the JSON body repeats the member \"a\": it is sent as text";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"a\":1,\"a\":2}",
                "{\"x\":[{\"a\":1,\"b\":{},\"a\":1}]}",
                "[{\"a\":1},{\"a\":{\"a\":0},\"\\u0061\":2}]"
            })
    void repeatedMembersAreKept(String json) {
        String text = json.replace("\\", "\\\\").replace("\"", "\\\"");
        Recommendation har = archive("'postData': {'mimeType': 'application/json', 'text': '" + text + "'}");
        Recommendation postman =
                collection("'item': [{'request': {'method': 'POST', 'url': 'https://h/a', 'body': {'mode':"
                        + " 'raw', 'raw': '" + text + "', 'options': {'raw': {'language': 'json'}}}}}]");
        Recommendation curl = RecommendationSources.curl(
                        "curl -H 'Content-Type: application/json' -d '" + json + "' https://h/a")
                .all()
                .get(0);

        for (Recommendation read : List.of(har, postman, curl)) {
            assertThat(read.definition().at("/body/text").asText()).isEqualTo(json);
            assertThat(read.definition().at("/body/contentType").asText()).isEqualTo("application/json");
            assertThat(read.notes()).containsExactly(REPEATED);
        }
    }

    @Test
    void repeatedMembersOfADraftAreRefused() {
        try (HttpConnection connection =
                HttpConnection.named("C").baseUrl("https://h.example.com").build()) {
            RequestDraft draft = RequestWizard.of(connection).post("/");
            assertThatThrownBy(() -> draft.json("{\"a\":1,\"a\":2}"))
                    .isInstanceOf(InvalidDefinitionException.class)
                    .hasMessageContaining("the member \"a\" is repeated");
            assertThat(draft.json("[{\"a\":1},{\"a\":2}]")).isNotNull();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "application/x-ndjson",
        "application/ndjson; charset=utf-8",
        "application/json-seq",
        "application/jsonl",
        "application/x-json-stream",
        "application/stream+json",
        "application/json-lines"
    })
    void sequencesOfJsonAreText(String type) {
        for (String text : List.of("{}\\n{'a':1.0}\\n", "{'index':{}}\\n")) {
            Recommendation read =
                    archive("'postData': {'mimeType': '" + type + "', 'text': '" + text.replace("'", "\\\"") + "'}");

            assertThat(read.definition().at("/body/text").asText())
                    .isEqualTo(text.replace('\'', '"').replace("\\n", "\n"));
            assertThat(read.definition().at("/body/contentType").asText()).isEqualTo(type);
            assertThat(read.notes()).isEmpty();
        }
        assertThat(archive("'postData': {'mimeType': 'application/vnd.api+json', 'text': '{}'}")
                        .definition()
                        .at("/body/json"))
                .isEqualTo(JsonSupport.parse("{}"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '!',
            quoteCharacter = '~',
            value = {
                "'bodySize': -1, 'headers': [{'name': 'content-length', 'value': '500'}, {'name': 'Content-Type', 'value': 'image/png'}]",
                "'headers': [{'name': 'Content-Length', 'value': '500'}]",
                "'bodySize': -1, 'headers': [{'name': 'Transfer-Encoding', 'value': 'chunked'}]",
                "'bodySize': 12",
                "'postData': {'mimeType': 'image/png'}, 'headers': [{'name': 'Content-Length', 'value': '9'}]"
            })
    void bodiesThatAnArchiveLacksAreNoted(String request) {
        assertThat(archive(request).notes()).contains("the body is missing in the archive: add it");
    }

    @Test
    void requestsWithoutBodyNeedNoNote() {
        assertThat(archive("'bodySize': 0, 'headers': [{'name': 'Content-Length', 'value': '0'}]")
                        .notes())
                .isEmpty();
        assertThat(archive("'bodySize': -1").notes()).isEmpty();
    }

    @Test
    void severalMediaTypesAreNoted() {
        assertThat(archive(
                                "'headers': [{'name': 'Content-Type', 'value': 'text/a'}, {'name': 'content-type', 'value': 'text/b'}],"
                                        + " 'postData': {'text': 'x'}")
                        .notes())
                .containsExactly("the archive has several Content-Type headers, the request only one");
        assertThat(collection(
                                "'item': [{'request': {'method': 'POST', 'url': 'https://h/a', 'header': 'Content-Type: text/a\\nContent-Type:"
                                        + " text/b', 'body': {'mode': 'raw', 'raw': 'x'}}}]")
                        .notes())
                .containsExactly("it has several Content-Type headers, the request only the first one");
    }

    @Test
    void repeatedHeadersAreAllSent() {
        for (Recommendation read : List.of(
                archive("'headers': [{'name': 'X-A', 'value': '1'}, {'name': 'x-a', 'value': '2'}]"),
                collection(
                        "'item': [{'request': {'url': 'https://h/a', 'header': [{'key': 'X-A', 'value': '1'}, {'key': 'x-a',"
                                + " 'value': '2'}]}}]"),
                RecommendationSources.curl("curl -H 'X-A: 1' -H 'x-a: 2' https://h/a")
                        .all()
                        .get(0))) {
            RequestTemplate template =
                    RequestTemplate.fromJson(read.definition().deepCopy().put("name", "T"));
            assertThat(template.render(Pills.none()).toString()).isNotEmpty();
            assertThat(read.definition().path("headers").findValuesAsText("value"))
                    .containsExactly("1", "2");
        }
    }

    @Test
    void settingsOfPostmanAreNoted() {
        Recommendation read = collection(
                "'protocolProfileBehavior': {'followRedirects': false, 'strictSSL': true}, 'item': [{'name': 'F',"
                        + " 'protocolProfileBehavior': {'maxRedirects': 3, 'disableCookies': false}, 'item': [{'protocolProfileBehavior':"
                        + " {'disableBodyPruning': true, 'disabledSystemHeaders': {'accept': true}, 'tlsDisabledProtocols': []},"
                        + " 'request': {'url': 'https://h/a', 'body': {'mode': 'raw', 'raw': 'x'}}}]}]");

        assertThat(read.notes())
                .containsExactly(
                        "the setting followRedirects of Postman, false, is not imported",
                        "the setting maxRedirects of Postman, 3, is not imported",
                        "the setting disabledSystemHeaders of Postman, {\"accept\":true}, is not imported");
        assertThat(read.definition().at("/body/text").asText()).isEqualTo("x");
    }

    @Test
    void bodyOfGetIsKeptIfAFolderSaysSo() {
        String request = "'item': [{'request': {'url': 'https://h/a', 'body': {'mode': 'raw', 'raw': 'x'}}}]";
        assertThat(collection("'item': [{'protocolProfileBehavior': {'disableBodyPruning': true}, " + request + "}]")
                        .definition()
                        .at("/body/text")
                        .asText())
                .isEqualTo("x");
        assertThat(collection(
                                "'item': [{'protocolProfileBehavior': {'followRedirects': false}, 'item': [{"
                                        + "'protocolProfileBehavior': {'followRedirects': true}, 'request': {'url': 'https://h/a'}}]}]")
                        .notes())
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'https://h/a?q=a+b'",
                "{'host': ['h'], 'path': ['a'], 'query': [{'key': 'q', 'value': 'a+b'}]}",
                "{'host': ['h'], 'path': ['a'], 'query': 'q=a+b'}"
            })
    void plusSignsInAQueryOfPostmanAreNoted(String url) {
        Recommendation read = collection("'item': [{'request': {'url': " + url + "}}]");
        assertThat(read.definition().at("/query/0/value").asText()).isEqualTo("a b");
        assertThat(read.notes())
                .singleElement()
                .asString()
                .startsWith("a plus sign in the query is imported as a space");
        assertThat(collection("'item': [{'request': {'url': " + url.replace("+", "%2B{{x|y+}}") + "}}]")
                        .notes())
                .noneMatch(note -> note.startsWith("a plus sign"));
    }

    @Test
    void headersAndStylesOfPartsOfAMultipartBody() {
        String schema =
                "'multipart/form-data': {schema: {type: object, required: [p, tags, o, f], properties: {p: {type: string},"
                        + " tags: {type: array, example: [x, y], items: {type: string}}, o: {type: object, properties: {y: {type: integer}}},"
                        + " f: {type: string, format: binary}}}, ";
        String encoding =
                "encoding: {p: {headers: {X-Rate: {schema: {type: integer}}, Content-Type: {}}}, tags: {style: form,"
                        + " explode: false}, o: {style: deepObject}, f: {style: form, headers: {x-a: {}}}}}";
        Recommendation read = body(schema, encoding, "", "3.1.0");

        assertThat(read.notes())
                .contains(
                        "the header X-Rate of the part p is not imported: parts have no header fields of their own",
                        "the header x-a of the part f is not imported: parts have no header fields of their own")
                .noneMatch(note -> note.contains("Content-Type"));
        assertThat(read.definition().at("/body/multipart").findValuesAsText("value"))
                .containsExactly("string", "x,y", "1", "{{file.f}}");
        assertThat(read.definition().at("/body/multipart/2/name").asText()).isEqualTo("o[y]");
        // OpenAPI 3.0 ignores the style of parts.
        assertThat(body(schema, encoding, "", "3.0.3")
                        .definition()
                        .at("/body/multipart")
                        .findValuesAsText("value"))
                .containsExactly("string", "x", "y", "{\"y\":1}", "{{file.f}}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '!',
            quoteCharacter = '~',
            value = {
                "E: {oneOf: [{$ref: '#/components/schemas/And'}, {$ref: '#/components/schemas/Leaf'}]}, And: {type: object, required:"
                        + " [and], properties: {and: {type: array, minItems: 2, items: {$ref: '#/components/schemas/E'}}}}, Leaf:"
                        + " {type: object, required: [v], additionalProperties: false, properties: {v: {type: integer, minimum: 5}}}"
                        + " ! {'and': [{'v': 5}, {'v': 5}]}",
                "E: {oneOf: [{type: object, required: [and], additionalProperties: false, properties: {and: {type: array, minItems: 2,"
                        + " items: {$ref: '#/components/schemas/E'}}}}, {type: object, required: [not], additionalProperties: false,"
                        + " properties: {not: {$ref: '#/components/schemas/E'}}}, {type: integer}]} ! {'and': [1, 1]}",
                "E: {type: object, required: [child], properties: {child: {oneOf: [{$ref: '#/components/schemas/E'}, {$ref:"
                        + " '#/components/schemas/Q'}]}}}, Q: {anyOf: [{type: object, required: [p], properties: {p: {$ref:"
                        + " '#/components/schemas/E'}}}, {type: integer}]} ! {'child': {'p': {'child': 1}}}"
            })
    void recursiveAlternativesEnd(String schemas, String sample) {
        Recommendation read =
                body("application/json: {schema: {$ref: '#/components/schemas/E'}", "}", schemas, "3.1.0");
        assertThat(read.definition().at("/body/json")).isEqualTo(JsonSupport.parse(sample.replace('\'', '"')));
        assertThat(read.notes()).isEmpty();
    }

    @Test
    void recursionWithoutEndIsNoted() {
        Recommendation read = body(
                "application/json: {schema: {$ref: '#/components/schemas/A'}",
                "}",
                "A: {oneOf: [{type: object, required: [a], properties: {a: {$ref: '#/components/schemas/A'}}}]}",
                "3.1.0");
        assertThat(read.notes()).contains("the body that was generated may not fulfil its schema: check it");
    }

    @Test
    void anchorsMergesAndWordsOfYaml() {
        JsonNode body = body(
                        "application/json: {schema: {<<: [{required: [a]}, *base], description: x}",
                        "}",
                        "Base: &base {type: object, required: [b], properties: {a: &s {type: string, example: on}, b: *s, no: {type:"
                                + " integer, example: 0o17}, n: {type: number, example: 12345678901234567890.1234567890}, t: {type:"
                                + " string, example: 190:20:30}}}",
                        "3.0.3")
                .definition()
                .at("/body/json");
        assertThat(body.toString())
                .isEqualTo(
                        "{\"a\":\"on\",\"b\":\"on\",\"no\":15,\"n\":12345678901234567890.1234567890,\"t\":\"190:20:30\"}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://u:p@h/a", "http://u:@h/a", "https://us@r:p@ss@h:8080/a?b=@"})
    void userInAUrlIsNoted(String url) {
        String note = "the user in the URL is left out: configure the credentials in the connection's auth strategy";
        assertThat(collection("'item': [{'request': {'url': '" + url + "'}}]").notes())
                .contains(note);
        assertThat(collection(
                                "'item': [{'request': {'url': {'auth': {'user': 'u', 'password': 'p'}, 'host': ['h'], 'path': ['a']}}}]")
                        .notes())
                .contains(note);
        assertThat(collection("'item': [{'request': {'url': '{{scheme}}://{{user}}:x@h/a'}}]")
                        .notes())
                .contains(note);
        if (url.startsWith("http")) {
            assertThat(archive("'url': '" + url + "'").notes()).contains(note);
        }
        Recommendation read = RecommendationSources.openApi("openapi: 3.0.3\ninfo: {}\nservers: [{url: '" + url
                        + "'}]\npaths: {/b: {get: {servers: [{url: 'https://x:secret7@other/'}]}, post: {}}}")
                .all()
                .get(0);
        assertThat(read.notes())
                .contains(
                        "the user in the URL of the server is left out: configure the credentials in the connection's auth"
                                + " strategy")
                .contains("it uses another server, https://other: use a connection to that server");
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://h/a@b", "https://h?q=a@b", "{{base}}/a@b", "h/a#x@y"})
    void atSignsElsewhereNeedNoNote(String url) {
        assertThat(collection("'item': [{'request': {'url': '" + url + "'}}]").notes())
                .noneMatch(note -> note.contains("user in the URL"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Accept;charset=UTF-8", "X Header", "X-\u00e9"})
    void headersWithInvalidNamesAreNoted(String name) {
        String note = "the header \"" + name + "\" is left out: it is not a valid name";
        for (Recommendation read : List.of(
                archive("'headers': [{'name': '" + name + "', 'value': '1'}]"),
                collection("'item': [{'request': {'url': 'https://h/a', 'header': [{'key': '" + name
                        + "', 'value': '1'}]}}]"))) {
            assertThat(read.notes()).containsExactly(note);
            assertThat(RequestTemplate.fromJson(read.definition().deepCopy().put("name", "T")))
                    .isNotNull();
        }
    }

    @Test
    void mediaTypeOfAnEmptyBodyIsKept() {
        assertThat(archive("'postData': {'mimeType': 'application/x-www-form-urlencoded', 'params': [], 'text': ''}")
                        .definition()
                        .at("/headers/0/value")
                        .asText())
                .isEqualTo("application/x-www-form-urlencoded");
    }

    @Test
    void brokenNamesAreRefused() {
        assertThatThrownBy(() -> RequestTemplate.named("T")
                        .get("/")
                        .query("a\udc00", "1")
                        .build())
                .isInstanceOf(InvalidTemplateException.class)
                .hasMessageContaining("in its name, character 2 is an unpaired surrogate (U+DC00)");
        assertThatThrownBy(() -> RequestTemplate.named("T")
                        .post("/")
                        .field("\ud83d", "1")
                        .build())
                .isInstanceOf(InvalidTemplateException.class)
                .hasMessageContaining("in its name, character 1 is an unpaired surrogate");
        assertThatThrownBy(() -> RequestTemplate.named("T")
                        .post("/")
                        .part("a\ud83db", "1")
                        .build())
                .isInstanceOf(InvalidTemplateException.class)
                .hasMessageContaining("in its name, character 2 is an unpaired surrogate");
    }

    @Test
    void controlCharactersInFileNamesAreEncoded() {
        byte[] bytes = RequestTemplate.named("T")
                .post("/")
                .file("f", "{{a.b}}", "text/plain", "x")
                .build()
                .render("a", Map.of("b", "x\u0000y\u007fz\u0001\r\n\"\t.txt"))
                .body()
                .orElseThrow()
                .toBytes();
        assertThat(new String(bytes, StandardCharsets.UTF_8)).contains("filename=\"x%00y%7Fz%01%0D%0A%22\t.txt\"\r\n");
    }
}
