package io.httpconnector.wizard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.template.RequestTemplate;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PostmanTest {

    /** A collection in single quotes. */
    private static List<Recommendation> read(String members) {
        List<Recommendation> all = RecommendationSources.postman(("{'info': {'name': 'C', 'schema':"
                                + " 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json'}, "
                                + members + "}")
                        .replace('\'', '"'))
                .all();
        // Each is a template.
        all.forEach(one -> RequestTemplate.fromJson(one.definition().deepCopy().put("name", "T")));
        return all;
    }

    private static Recommendation request(String request) {
        return read("'variable': [{'key': 'v', 'value': 'a b&c'}, {'key': 'base', 'value': 'https://{{h}}/v1'},"
                        + " {'key': 'h', 'value': 'x.example.com'}],"
                        + "'item': [{'name': 'R', 'request': " + request + "}]")
                .get(0);
    }

    private static JsonNode definition(String request) {
        return request(request).definition();
    }

    private static JsonNode json(String text) {
        return JsonSupport.parse(text.replace('\'', '"'));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '!',
            quoteCharacter = '~',
            value = {
                "{'protocol': 'https', 'host': ['api', 'example', 'com'], 'path': ['v1', ':id', 'x']} ! /v1/{{input.id}}/x",
                "{'host': '{{base}}', 'path': '/a/b'} ! /v1/a/b",
                "{'host': ['{{other}}'], 'path': ['a', {'type': 'string', 'value': 'b'}]} ! /a/b",
                "{'host': ['localhost'], 'port': '5050', 'path': ['x']} ! /x",
                "{'protocol': 'http', 'host': 'h'} ! /",
                "{'path': ['a']} ! /a",
                "'localhost:5050/x' ! /x",
                "'api.example.com/x/y' ! /x/y",
                "'{{host}}:8080/x' ! /x",
                "'{{scheme}}://{{host}}/x' ! /x",
                "'{{base}}/x' ! /v1/x",
                "'{{base}}' ! /v1",
                "'{{unknown}}' ! /",
                "'{{unknown}}{{path}}/x' ! /{{input.path}}/x",
                "'/x' ! /x",
                "'https://h/a b/ü/c%20d/100%' ! /a%20b/%C3%BC/c%20d/100%25",
                "'https://h/a?x={{y}}&z=1' ! /a",
                "'https://h/a#b?c' ! /a",
            })
    void url(String url, String path) {
        assertThat(definition("{'url': " + url + "}").path("url").asText()).isEqualTo(path);
        assertThat(definition("{'method': 'PUT', 'url': " + url + "}")
                        .path("method")
                        .asText())
                .isEqualTo("PUT");
    }

    @Test
    void query() {
        assertThat(definition("'https://h/a?x={{y}}&z=a%20b+c&v={{v}}&e='").path("query"))
                .isEqualTo(json("""
                [{'name': 'x', 'value': '{{input.y}}'}, {'name': 'z', 'value': 'a b c'}, {'name': 'v', 'value': 'a b&c'}, {'name': 'e', 'value': ''}]"""));
        assertThat(definition("{'url': {'raw': 'https://h/a?x=1', 'query': [{'key': 'x', 'value': 'a%20b'},"
                                + " {'key': 'y', 'value': 'c d&e=f'},"
                                + "{'key': 'n', 'value': '{{y}}'}, {'key': 'off', 'value': '1',"
                                + " 'disabled': true}]}}")
                        .path("query"))
                .isEqualTo(json("""
                        [{'name': 'x', 'value': 'a b'}, {'name': 'y', 'value': 'c d&e=f'}, {'name': 'n', 'value': '{{input.y}}'}]"""));
        assertThat(definition("{'url': {'raw': 'https://h/a', 'query': [{'key': 'flag', 'value': null},"
                                + " {'key': 'x', 'value': '1'}]}}")
                        .path("url")
                        .asText())
                .isEqualTo("/a?flag&x=1");
    }

    @Test
    void bracesOfNoVariableAreLiteralInAQuery() {
        Recommendation read =
                request("{'url': {'host': 'h', 'path': 'a', 'query': [{'key': 'q', 'value': '{{#if}} {{y}}'}]}}");

        assertThat(read.definition().at("/query/0/value").asText()).isEqualTo("{{'{{'}}#if}} {{input.y}}");
        assertThat(RequestTemplate.fromJson(read.definition().deepCopy().put("name", "T"))
                        .render("input", Map.of("y", "1"))
                        .uri()
                        .toString())
                .isEqualTo("/a?q=%7B%7B%23if%7D%7D%201");
    }

    @ParameterizedTest
    @CsvSource({
        "json, application/json",
        "xml, application/xml",
        "html, text/html",
        "javascript, application/javascript",
        "text, text/plain"
    })
    void languageOfARawBody(String language, String type) {
        JsonNode read =
                definition("{'method': 'POST', 'url': 'https://h/a', 'body': {'mode': 'raw', 'raw': '1', 'options':"
                        + " {'raw': {'language': '"
                        + language + "'}}}}");

        assertThat(read.at("/body/contentType").asText("application/json")).isEqualTo(type);
    }

    @Test
    void bodies() {
        assertThat(definition(
                        "{'method': 'POST', 'url': 'https://h/a', 'body': {'mode': 'raw', 'raw': 'x', 'disabled': true},"
                                + "'header': [{'key': 'Content-Type', 'value': 'a/b'}]}"))
                .isEqualTo(
                        json("{'method': 'POST', 'url': '/a', 'headers': [{'name': 'Content-Type', 'value': 'a/b'}]}"));
        assertThat(definition("{'method': 'POST', 'url': 'https://h/a', 'body': {'mode': 'raw', 'raw': ''}}"))
                .isEqualTo(json("{'method': 'POST', 'url': '/a'}"));
        assertThat(definition("{'method': 'POST', 'url': 'https://h/a', 'body': {'mode': 'formdata', 'formdata': ["
                                + "{'key': 'meta', 'value': '{}', 'type': 'text', 'contentType': 'application/json'},"
                                + "{'key': 'f', 'type': 'file', 'src': ['/home/me/a.png', 'b.png'],"
                                + " 'contentType': 'image/png'},"
                                + "{'key': 'off', 'value': '1', 'disabled': true}]}}")
                        .path("body"))
                .isEqualTo(json("""
                        {'multipart': [{'name': 'meta', 'value': '{}', 'contentType': 'application/json'},
                          {'name': 'f', 'value': '{{file.f}}', 'fileName': 'a.png', 'contentType': 'image/png'},
                          {'name': 'f', 'value': '{{file.f_2}}', 'fileName': 'b.png', 'contentType': 'image/png'}]}"""));
        assertThat(definition("{'method': 'POST', 'url': 'https://h/a', 'body': {'mode': 'graphql',"
                                + " 'graphql': {'query': 'query Q($id: ID) { a(id: $id) { b } }',"
                                + "'operationName': 'Q', 'variables': {'id': '{{id}}', 'n': 1}}}}")
                        .at("/body/json"))
                .isEqualTo(json("{'query': 'query Q($id: ID) { a(id: $id) { b } }', 'operationName': 'Q',"
                        + " 'variables': {'id': '{{input.id}}', 'n': 1}}"));
        assertThat(definition("{'method': 'POST', 'url': 'https://h/a', 'body': {'mode': 'raw', 'raw':"
                                + " '[{{n}}, {{{{]', 'options': {'raw': {'language': 'text'}}}}")
                        .at("/body/text")
                        .asText())
                .isEqualTo("[{{input.n}}, {{'{{'}}{{'{{'}}]");
        assertThat(definition(
                                "{'method': 'POST', 'url': 'https://h/a', 'body': {'mode': 'file', 'file': {'src': 'x'}}}")
                        .at("/body/bytes")
                        .asText())
                .isEqualTo("{{file.content}}");
    }

    @Test
    void dynamicVariablesAreNoted() {
        Recommendation read =
                request("{'method': 'POST', 'url': 'https://h/a?t={{$timestamp}}', 'header': [{'key': 'X-Id', 'value':"
                        + " '{{$guid}}'}], 'body': {'mode': 'raw', 'raw': '{\\'n\\': {{$randomInt}}, \\'m\\': {{n}}}', 'options': {'raw':"
                        + " {'language': 'json'}}}}");

        assertThat(read.definition().at("/headers/0/value").asText()).isEqualTo("{{input._guid}}");
        assertThat(read.definition().at("/query/0/value").asText()).isEqualTo("{{input._timestamp}}");
        assertThat(read.notes())
                .containsExactlyInAnyOrder(
                        "the dynamic variable $guid is the pill {{input._guid}}: supply its value, which is a random UUID, with"
                                + " each job",
                        "the dynamic variable $timestamp is the pill {{input._timestamp}}: supply its value, which is the seconds"
                                + " since 1970, with each job",
                        "the dynamic variable $randomInt is the pill {{input._randomInt}}: supply its value, which is generated by"
                                + " Postman, with each job");
    }

    @Test
    void authIsInheritedAndNoted() {
        List<Recommendation> all = read("""
                'auth': {'type': 'bearer', 'bearer': []},
                'item': [{'name': 'A', 'request': 'https://h/a'},
                  {'name': 'F', 'auth': {'type': 'apikey'}, 'variable': [{'key': 'p', 'value': 'q'}], 'item': [
                    {'name': 'B', 'request': {'url': 'https://h/{{p}}', 'auth': null}},
                    {'name': 'C', 'request': {'url': 'https://h/c', 'auth': {'type': 'noauth'}}},
                    {'name': 'D', 'request': {'url': 'https://h/d', 'auth': {'type': 'basic'}}}]}]""");

        assertThat(all)
                .extracting(Recommendation::notes)
                .containsExactly(
                        List.of("it authenticates by bearer of the collection: configure it in the connection"),
                        List.of("it authenticates by apikey of the folder \"F\": configure it in the connection"),
                        List.of(),
                        List.of("it authenticates by basic: configure it in the connection"));
        assertThat(all.get(1).definition().path("url").asText()).isEqualTo("/q");
    }

    @Test
    void headersMayBeText() {
        assertThat(definition("{'url': 'https://h/a', 'header': 'X-A: 1\\nX-B: {{b}}\\n'}")
                        .path("headers"))
                .isEqualTo(json("[{'name': 'X-A', 'value': '1'}, {'name': 'X-B', 'value': '{{input.b}}'}]"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET`id`", "A|B", "CONNECT", "$HOME", "A B", "G&T"})
    void methodThatIsNoneIsRefused(String method) {
        assertThatThrownBy(() -> request("{'method': '" + method + "', 'url': 'https://h/a'}"))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("request \"R\"");
        assertThatThrownBy(() -> RecommendationSources.har(
                        ("{'log': {'entries': [{'request': {'method': '" + method + "', 'url': 'https://h/a'}}]}}")
                                .replace('\'', '"')))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("/log/entries/0/request/method");
        assertThatThrownBy(() -> RecommendationSources.curl("curl -X '" + method + "' http://h/a"))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("is not a supported method");
    }

    @Test
    void standardMethodInLowerCase() {
        assertThat(definition("{'method': 'post', 'url': 'https://h/a'}")
                        .path("method")
                        .asText())
                .isEqualTo("POST");
    }

    @Test
    void variablesThatMeanEachOtherEnd() {
        List<Recommendation> all =
                read("'variable': [{'key': 'a', 'value': '{{b}}{{b}}'}, {'key': 'b', 'value': '{{a}}{{a}}'}],"
                        + "'item': [{'name': 'R', 'request': 'https://h/a?x={{a}}'}]");
        assertThat(all).hasSize(1);
    }

    @Test
    void bodiesAsPostmanSendsThem() {
        Recommendation pruned =
                request("{'method': 'GET', 'url': 'https://h/a', 'header': [{'key': 'Content-Type', 'value':"
                        + " 'application/json'}], 'body': {'mode': 'raw', 'raw': '{}'}}");
        assertThat(pruned.definition())
                .isEqualTo(
                        json(
                                "{'method': 'GET', 'url': '/a', 'headers': [{'name': 'Content-Type', 'value': 'application/json'}]}"));
        assertThat(pruned.notes()).containsExactly("the body is left out: Postman sends none with GET");
        assertThat(
                        read("'item': [{'name': 'R', 'protocolProfileBehavior': {'disableBodyPruning': true}, 'request': {'method':"
                                        + " 'GET', 'url': 'https://h/a', 'body': {'mode': 'raw', 'raw': 'x'}}}]")
                                .get(0)
                                .definition()
                                .at("/body/text")
                                .asText())
                .isEqualTo("x");

        String header = "'header': [{'key': 'Content-Type', 'value': 'a/b'}], 'body': ";
        JsonNode typed = json("{'method': 'POST', 'url': '/a', 'headers': [{'name': 'Content-Type', 'value': 'a/b'}]}");
        for (String empty : List.of(
                "{'mode': 'raw', 'raw': ''}",
                "{'mode': 'urlencoded', 'urlencoded': []}",
                "{'mode': 'formdata', 'formdata': [{'key': 'a', 'value': '1', 'disabled': true}]}")) {
            assertThat(definition("{'method': 'POST', 'url': 'https://h/a', " + header + empty + "}"))
                    .as(empty)
                    .isEqualTo(typed);
        }
        assertThat(definition("{'method': 'POST', 'url': 'https://h/a', " + header
                        + "{'mode': 'urlencoded', 'urlencoded': [{'key': 'k', 'value': '1'}]}}"))
                .isEqualTo(json(
                        "{'method': 'POST', 'url': '/a', 'headers': [{'name': 'Content-Type', 'value': 'a/b'}], 'body':"
                                + " {'form': [{'name': 'k', 'value': '1'}]}}"));
        assertThat(request("{'method': 'POST', 'url': 'https://h/a', " + header
                                + "{'mode': 'formdata', 'formdata': [{'key': 'k', 'value': '1'}]}}")
                        .notes())
                .containsExactly("the parts are sent as multipart/form-data and not as a/b");
    }

    @Test
    void partsOfTheUrlTakePrecedence() {
        assertThat(definition(
                                "{'method': 'GET', 'url': {'raw': 'https://h/old', 'protocol': 'https', 'host': ['h'], 'path': ['new']}}")
                        .path("url")
                        .asText())
                .isEqualTo("/new");
    }

    @Test
    void whatIsNoRequestIsNoted() {
        RecommendationSource source = RecommendationSources.postman(("{'info': {'name': 'C', 'schema':"
                        + " 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json'}, 'item': [{'name': 'A', 'request': 'https://h/a'},"
                        + " {'name': 'B', 'request': {'method': 'A B', 'url': 'https://h/b'}}, {'name': 'C'}]}")
                .replace('\'', '"'));

        assertThat(source.all()).hasSize(1);
        assertThat(source.notes())
                .hasSize(2)
                .anyMatch(note -> note.startsWith("not imported: request \"B\": \"A B\" is not a supported method"))
                .anyMatch(note -> note.equals("\"C\" is not imported: it is not an HTTP request"));
    }

    @Test
    void skippedEntriesOfAnArchiveAreNoted() {
        RecommendationSource source = RecommendationSources.har(("{'log': {'entries': ["
                        + "{'_resourceType': 'image', 'request': {'method': 'GET', 'url': 'https://h/i.png'}},"
                        + "{'request': {'method': 'GET', 'url': 'https://h/a', 'headers': [{'name': 'User-Agent', 'value': 'x'}]}}]}}")
                .replace('\'', '"'));

        assertThat(source.notes())
                .containsExactly("1 entries are not imported: they are resources of pages, or not HTTP requests");
        assertThat(source.all().get(0).notes()).containsExactly("headers of the browser are left out: User-Agent");
    }

    @Test
    void invalidJsonIsText() {
        Recommendation read = request("{'method': 'POST', 'url': '/a', 'header': [{'key': 'Content-Type', 'value':"
                + " 'application/json'}], 'body': {'mode': 'raw', 'raw': '{ id: <id>, n: {{n}} }'}}");

        assertThat(read.definition().path("body"))
                .isEqualTo(json("{'text': '{ id: <id>, n: {{input.n}} }', 'contentType': 'application/json'}"));
        assertThat(read.notes()).containsExactly("the body is not valid JSON, although its media type is JSON");
    }

    @Test
    void namesOfVariablesMayHaveSlashes() {
        Recommendation read =
                read("'variable': [{'key': '#v', 'value': 'x'}], 'item': [{'name': 'R', 'request': {'method':"
                                + " 'POST', 'url': '/a?b={{c/d}}&e={{#v}}', 'body': {'mode': 'raw', 'raw': 'Hi {{#each}}'}}}]")
                        .get(0);

        assertThat(read.definition().path("query"))
                .isEqualTo(json("[{'name': 'b', 'value': '{{input.c_d}}'}, {'name': 'e', 'value': 'x'}]"));
        assertThat(read.notes())
                .containsExactly("{{#each}} is sent as it is, because it is not a variable of the collection");
    }

    @Test
    void namesWithVariablesAreNoted() {
        Recommendation read = request(
                "{'method': 'POST', 'url': '/a?{{n}}=1&m=2', 'header': [{'key': '{{n}}', 'value': '1'}],"
                        + " 'body': {'mode': 'urlencoded', 'urlencoded': [{'key': '{{n}}', 'value': '1'}, {'key': 'a', 'value': '2'}]}}");

        assertThat(read.definition().path("url").asText()).isEqualTo("/a?{{input.n}}=1&m=2");
        assertThat(read.definition().at("/body/form")).isEqualTo(json("[{'name': 'a', 'value': '2'}]"));
        assertThat(read.notes()).hasSize(2).allMatch(note -> note.contains(" {{input.n}} is left out: "));
    }

    @Test
    void valuesOfPathVariablesAreNoted() {
        Recommendation read =
                request("{'url': {'host': ['{{h}}'], 'path': ['a', ':id', ':of', ':none'], 'variable': [{'key': 'id',"
                        + " 'value': '12'}, {'key': 'of', 'value': '{{owner}}'}, {'key': 'none', 'value': ''}]}}");

        assertThat(read.definition().path("url").asText()).isEqualTo("/a/{{input.id}}/{{input.owner}}/{{input.none}}");
        assertThat(read.notes())
                .containsExactly("the path variable id is the pill {{input.id}}, with the value 12 in the collection");
    }

    @Test
    void filesHaveTheTypeOfTheirNames() {
        Recommendation parts = request(
                "{'method': 'POST', 'url': '/a', 'body': {'mode': 'formdata', 'formdata': [{'key': 'f',"
                        + " 'type': 'file', 'src': '/x/y.JSON'}, {'key': 'g', 'type': 'file', 'src': ['a.csv', 'b']}]}}");
        Recommendation body =
                request("{'method': 'POST', 'url': '/a', 'body': {'mode': 'file', 'file': {'src': 'a.pdf'}}}");

        assertThat(parts.definition().findValuesAsText("contentType"))
                .containsExactly("application/json", "text/csv", "application/octet-stream");
        assertThat(body.definition().at("/body/contentType").asText()).isEqualTo("application/pdf");
    }

    @Test
    void literalTextInUrlsIsNoted() {
        Recommendation read = request(
                "{'url': {'host': ['{{h}}'], 'path': ['a'], 'query': [{'key': 'b', 'value': '{{#c}}'}, {'key': 'd', 'value': null}]}}");

        assertThat(read.definition().path("url").asText()).isEqualTo("/a?b={{'{{'}}%23c%7D%7D&d");
        assertThat(read.notes())
                .containsExactly("{{#c}} is sent as it is, because it is not a variable of the collection");
    }

    @Test
    void changesOfThePathAreNoted() {
        assertThat(request("{'url': {'host': ['{{h}}'], 'path': ['', 'a']}}").notes())
                .containsExactly("the slashes at the start of the path are sent as one");
        Recommendation dots = request("{'url': '{{h}}/a/./b/../c/'}");
        assertThat(dots.definition().path("url").asText()).isEqualTo("/a/c/");
        assertThat(dots.notes()).containsExactly("the dot segments of the path are resolved");
    }

    @Test
    void eachFileOfAFieldHasItsOwnPill() {
        assertThat(definition("{'method': 'POST', 'url': 'https://h/x', 'body': {'mode': 'formdata', 'formdata': ["
                                + "{'key': 'a', 'type': 'file', 'src': ['/a/b.pdf', '/c.pdf']},"
                                + "{'key': 'a', 'type': 'file', 'src': '/d.pdf'}]}}")
                        .at("/body/multipart"))
                .extracting(part -> part.path("value").asText())
                .containsExactly("{{file.a}}", "{{file.a_2}}", "{{file.a_3}}");
    }

    @Test
    void scriptsThatMayChangeRequestsAreNoted() {
        String script = "'event': [{'listen': 'prerequest', 'script': {'exec': ['pm.request.headers.add(1)']}}]";
        String tests = "'event': [{'listen': 'test', 'script': {'exec': ['pm.test(1)']}},"
                + " {'listen': 'prerequest', 'script': {'exec': ['', ' ']}}]";
        String request = "'request': {'method': 'GET', 'url': 'https://h.example.com/x'}";

        assertThat(read("'item': [{'name': 'R', " + request + ", " + script + "}]")
                        .get(0)
                        .notes())
                .anyMatch(note -> note.startsWith("the pre-request script is not imported"));
        assertThat(read("'item': [{'name': 'R', " + request + ", " + tests + "}]")
                        .get(0)
                        .notes())
                .isEmpty();
        assertThat(RecommendationSources.postman(
                                json("{'info': {'name': 'C', 'schema': 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json'}, "
                                                + script + ", 'item': [{'name': 'F', " + script + ", 'item': [{"
                                                + request + "}]}]}")
                                        .toString())
                        .notes())
                .anyMatch(note -> note.startsWith("the pre-request script of the collection is not imported"))
                .anyMatch(note -> note.startsWith("the pre-request script of the folder \"F\" is not imported"));
    }
}
