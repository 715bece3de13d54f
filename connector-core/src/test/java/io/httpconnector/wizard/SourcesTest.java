package io.httpconnector.wizard;

import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.template.Pills;
import io.httpconnector.template.RequestTemplate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SourcesTest {

    private static final String OPENAPI = """
            openapi: 3.1.0
            info: {title: Eventbrite API, version: '3.0'}
            servers:
              - url: https://{host}/v3
                variables: {host: {default: www.eventbriteapi.com}}
            security: [{oauth: []}]
            paths:
              /venues/:
                post:
                  summary: Create a venue
                  requestBody:
                    content:
                      text/csv: {}
                      application/json:
                        schema: {$ref: '#/components/schemas/CreateVenue'}
              /venues/{venue_id}/:
                parameters:
                  - {name: venue_id, in: path, required: true, schema: {type: string}}
                  - {$ref: '#/components/parameters/Trace'}
                get:
                  operationId: readVenue
                  parameters:
                    - {name: expand, in: query, required: true, schema: {type: array, items: {type: string, enum: [organizer, address]}}}
                    - {name: page, in: query, schema: {type: integer}}
                    - {name: access_token, in: query, required: true, schema: {type: string}}
                  responses: {}
                post:
                  summary: Update a venue
                  deprecated: true
                  security: []
                  requestBody: {content: {application/json: {examples: {one: {value: {venue: {name: "{{Hall}}"}}}}}}}
              /media/:
                post:
                  requestBody:
                    content:
                      multipart/form-data:
                        schema:
                          type: object
                          properties: {file: {type: string, format: binary}, note: {type: string, default: none}}
                put:
                  requestBody: {content: {image/png: {schema: {type: string, format: binary}}}}
              /login:
                post:
                  requestBody: {content: {application/x-www-form-urlencoded: {schema: {type: object, properties: {user: {type: string, format: email}, password: {type: string}}}}}}
            components:
              securitySchemes: {oauth: {type: oauth2}}
              parameters:
                Trace: {name: X-Trace, in: header, required: true, example: abc}
              schemas:
                CreateVenue:
                  type: object
                  properties:
                    venue:
                      allOf:
                        - {type: object, properties: {id: {type: string, readOnly: true}, name: {type: string, example: Hall}}}
                        - type: object
                          properties:
                            capacity: {type: [integer, 'null'], minimum: 10}
                            opens: {type: string, format: date-time}
                            age: {oneOf: [{const: 18}, {type: 'null'}]}
                            tags: {type: array, items: {$ref: '#/components/schemas/Tag'}}
                            address: {type: object, properties: {country: {enum: [US, DE]}, private: {type: boolean}, lat: {type: number}}}
                Tag: {type: object, properties: {label: {type: string}, parent: {$ref: '#/components/schemas/Tag'}}}
            """;

    private static final String POSTMAN = """
            {"info": {"name": "Shop", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"},
             "variable": [{"key": "baseUrl", "value": "https://api.example.com/v2"}, {"key": "apiKey", "value": "s3cret"}, {"key": "lang", "value": "en"}],
             "item": [
              {"name": "Orders", "item": [
               {"name": "Create order", "request": {"method": "POST", "auth": {"type": "bearer"},
                "header": [{"key": "Authorization", "value": "Bearer {{apiKey}}"}, {"key": "X-Lang", "value": "{{lang}}"}, {"key": "X-Off", "value": "1", "disabled": true}],
                "url": {"raw": "{{baseUrl}}/shops/:shop_id/orders?dry=1&who={{user name}}", "query": [{"key": "dry", "value": "1"}, {"key": "who", "value": "{{user name}}"}]},
                "body": {"mode": "raw", "raw": "{\\"sku\\": \\"{{sku}}\\", \\"n\\": 1}", "options": {"raw": {"language": "json"}}}}}]},
              {"name": "Plain", "request": "{{baseUrl}}/plain?x=1"},
              {"name": "Form", "request": {"method": "POST", "url": "https://api.example.com/form",
                "body": {"mode": "urlencoded", "urlencoded": [{"key": "a", "value": "b"}, {"key": "c", "value": "d", "disabled": true}]}}},
              {"name": "Upload", "request": {"method": "POST", "url": "{{host}}/up",
                "body": {"mode": "formdata", "formdata": [{"key": "doc", "type": "file", "src": "x"}, {"key": "t", "type": "text", "value": "v"}]}}}]}
            """;

    private static final String HAR = """
            {"log": {"version": "1.2", "creator": {"name": "Firefox"}, "entries": [
              {"_resourceType": "document", "request": {"method": "GET", "url": "https://app.example.com/"}},
              {"_resourceType": "xhr", "request": {"method": "POST", "url": "https://api.example.com/v1/things?a=1",
                "headers": [{"name": ":authority", "value": "x"}, {"name": "Cookie", "value": "sid=s3cret"}, {"name": "Sec-Fetch-Mode", "value": "cors"},
                            {"name": "Content-Type", "value": "application/json"}, {"name": "X-App", "value": "{{1}}"}],
                "postData": {"mimeType": "application/json", "text": "{\\"a\\": 1}"}}},
              {"_resourceType": "xhr", "request": {"method": "POST", "url": "https://api.example.com/v1/things?a=1", "headers": [{"name": "X-App", "value": "{{1}}"}],
                "postData": {"mimeType": "application/json", "text": "{\\"a\\": 1}"}}},
              {"request": {"method": "POST", "url": "https://api.example.com/f", "postData": {"mimeType": "application/x-www-form-urlencoded", "params": [{"name": "x", "value": "y"}]}}},
              {"request": {"method": "POST", "url": "https://api.example.com/m", "postData": {"mimeType": "multipart/form-data; boundary=x",
                "params": [{"name": "x", "value": "y"}, {"name": "f", "fileName": "a.txt", "contentType": "text/plain"}]}}}]}}
            """;

    @RegisterExtension
    static WireMockExtension service = WireMockExtension.newInstance()
            .options(wireMockConfig().dynamicPort())
            .build();

    private HttpConnection connection;

    @BeforeEach
    void connect() {
        service.stubFor(any(anyUrl()).willReturn(okJson("{}")));
        connection = HttpConnection.named("S").baseUrl(service.baseUrl()).build();
    }

    @AfterEach
    void close() {
        connection.close();
    }

    private static Recommendation find(RecommendationSource source, String title) {
        return source.all().stream()
                .filter(one -> one.title().equals(title))
                .findFirst()
                .orElseThrow(() -> new AssertionError(source.all()));
    }

    @Test
    void openApi() {
        RecommendationSource source = RecommendationSources.openApi(OPENAPI);

        Recommendation create = find(source, "Create a venue");
        assertThat(create.source()).isEqualTo("OpenAPI \"Eventbrite API\" 3.0");
        assertThat(create.notes())
                .containsExactly("it authenticates by oauth (oauth2): configure it in the connection");
        assertThat(create.definition()).isEqualTo(JsonSupport.parse("""
                {"method": "POST", "url": "/v3/venues/", "body": {"json": {"venue": {"name": "Hall", "capacity": 10,
                  "opens": "2026-01-31T12:00:00Z", "age": 18, "tags": [{"label": "string"}],
                  "address": {"country": "US", "private": true, "lat": 1}}}}}"""));
        Recommendation read = find(source, "readVenue");
        assertThat(read.definition()).isEqualTo(JsonSupport.parse("""
                {"method": "GET", "url": "/v3/venues/{{input.venue_id}}/", "headers": [{"name": "X-Trace", "value": "abc"}],
                 "query": [{"name": "expand", "value": "organizer"}]}"""));
        assertThat(read.notes()).anyMatch(note -> note.startsWith("the query parameter access_token is left out"));
        Recommendation update = find(source, "Update a venue");
        assertThat(update.definition().at("/body/json/venue/name").asText()).isEqualTo("{{'{{'}}Hall}}");
        assertThat(update.notes()).containsExactly("the operation is deprecated");
        assertThat(find(source, "POST /media/").definition().path("body")).isEqualTo(JsonSupport.parse("""
                {"multipart": [{"name": "file", "value": "{{file.file}}", "fileName": "file", "contentType": "application/octet-stream"},
                               {"name": "note", "value": "none"}]}"""));
        assertThat(find(source, "PUT /media/").definition().path("body"))
                .isEqualTo(JsonSupport.parse("{\"bytes\": \"{{file.content}}\", \"contentType\": \"image/png\"}"));
        assertThat(find(source, "POST /login").definition().path("body"))
                .isEqualTo(JsonSupport.parse(
                        "{\"form\": [{\"name\": \"user\", \"value\": \"user@example.com\"}, {\"name\":"
                                + " \"password\", \"value\": \"{{connection.password}}\"}]}"));
        assertThat(RecommendationSources.openApi("{\"openapi\": \"3.0.3\", \"paths\": {\"/a\": {\"get\": {}}}}")
                        .all())
                .extracting(Recommendation::title)
                .containsExactly("GET /a");
    }

    @Test
    void schemaOfManyPartsOfManyPartsIsCutShort() {
        String text = manyParts(1);

        List<Recommendation> all = assertTimeoutPreemptively(
                Duration.ofSeconds(5), () -> RecommendationSources.openApi(text).all());

        assertThat(all.get(0).definition().at("/body/json/p0")).isNotEmpty();
    }

    @Test
    void onlyWhatIsRecommendedIsMade() {
        String text = manyParts(20_000);
        try (HttpConnection connection = HttpConnection.named("Large")
                .baseUrl("https://large.example.com")
                .build()) {
            List<Recommendation> found = assertTimeoutPreemptively(
                    Duration.ofSeconds(5),
                    () -> RequestWizard.of(connection)
                            .with(RecommendationSources.openApi(text))
                            .post("/a17")
                            .recommend());

            assertThat(found.get(0).definition().at("/body/json/p0")).isNotEmpty();
            assertThat(found.get(0).score()).isEqualTo(1);
        }
    }

    private static String manyParts(int operations) {
        StringBuilder document = new StringBuilder("{\"openapi\": \"3.1.0\", \"paths\": {");
        for (int i = 0; i < operations; i++) {
            document.append(i == 0 ? "" : ",")
                    .append("\"/a")
                    .append(i)
                    .append("\": {\"post\": {\"requestBody\": {\"content\":"
                            + " {\"application/json\": {\"schema\": {\"$ref\": \"#/components/schemas/s0\"}}}}}}");
        }
        document.append("}, \"components\": {\"schemas\": {");
        for (int i = 0; i < 8; i++) {
            document.append("\"s").append(i).append("\": {\"properties\": {");
            for (int j = 0; j < 20; j++) {
                document.append(j == 0 ? "" : ",")
                        .append("\"p")
                        .append(j)
                        .append("\": {\"$ref\": \"#/components/schemas/s")
                        .append(i + 1)
                        .append("\"}");
            }
            document.append("}},");
        }
        return document.append("\"s8\": {\"type\": \"string\"}}}}").toString();
    }

    @Test
    void postman() {
        RecommendationSource source = RecommendationSources.postman(POSTMAN);

        Recommendation create = find(source, "Create order");
        assertThat(create.definition()).isEqualTo(JsonSupport.parse("""
                {"method": "POST", "url": "/v2/shops/{{input.shop_id}}/orders",
                 "query": [{"name": "dry", "value": "1"}, {"name": "who", "value": "{{input.user_name}}"}],
                 "headers": [{"name": "X-Lang", "value": "en"}], "body": {"json": {"sku": "{{input.sku}}", "n": 1}}}"""));
        assertThat(create.notes()).contains("it authenticates by bearer: configure it in the connection");
        assertThat(create).asString().doesNotContain("s3cret");
        assertThat(find(source, "Plain").definition())
                .isEqualTo(
                        JsonSupport.parse("{\"method\": \"GET\", \"url\": \"/v2/plain\", \"query\": [{\"name\": \"x\","
                                + " \"value\": \"1\"}]}"));
        assertThat(find(source, "Form").definition().path("body"))
                .isEqualTo(JsonSupport.parse("{\"form\": [{\"name\": \"a\", \"value\": \"b\"}]}"));
        assertThat(find(source, "Upload").definition()).isEqualTo(JsonSupport.parse("""
                {"method": "POST", "url": "/up", "body": {"multipart": [
                  {"name": "doc", "value": "{{file.doc}}", "fileName": "x", "contentType": "application/octet-stream"}, {"name": "t", "value": "v"}]}}"""));
    }

    @Test
    void postmanOfVersion20() {
        RecommendationSource source = RecommendationSources.postman(POSTMAN.replace("/v2.1.0/", "/v2.0.0/")
                .replace(
                        "\"request\": \"{{baseUrl}}/plain?x=1\"",
                        "\"request\": {\"method\": \"PUT\", \"url\": \"{{baseUrl}}/plain?x=1\"}"));

        assertThat(find(source, "Plain").definition())
                .isEqualTo(
                        JsonSupport.parse("{\"method\": \"PUT\", \"url\": \"/v2/plain\", \"query\": [{\"name\": \"x\","
                                + " \"value\": \"1\"}]}"));
        assertThat(find(source, "Create order").definition().path("url").asText())
                .isEqualTo("/v2/shops/{{input.shop_id}}/orders");
    }

    private static Recommendation ofArchive(String request) {
        return RecommendationSources.har("{'log': {'entries': [{'request': {'method': 'POST', %s}}]}}"
                        .formatted(request)
                        .replace('\'', '"'))
                .all()
                .get(0);
    }

    @Test
    void multipartTextOfAnArchive() {
        Recommendation read =
                ofArchive("'url': 'https://h/a', 'postData': {'mimeType': 'multipart/form-data; boundary=x',"
                        + " 'params': [], 'text': '--x--'}");

        assertThat(read.definition().at("/body/text").asText()).isEqualTo("--x--");
        assertThat(read.definition().at("/body/contentType").asText()).isEqualTo("multipart/form-data; boundary=x");
    }

    /** Chrome's parameters lack the names and types of files, which are in the text without their content. */
    @Test
    void filesOfAnArchiveAreInItsText() {
        String parameters = "'params': [{'name': 'a', 'value': '1'}, {'name': 'f', 'value': '(binary)'}]";
        String text =
                "--x\\r\\nContent-Disposition: form-data; name=\\\"a\\\"\\r\\n\\r\\n1\\r\\n2\\r\\n--x\\r\\nContent-Disposition: form-data;"
                        + " name=\\\"f\\\"; filename=\\\"b c.pdf\\\"\\r\\nContent-Type: application/pdf\\r\\n\\r\\n\\r\\n--x\\r\\nContent-Disposition:"
                        + " form-data; name=\\\"j\\\"\\r\\nContent-Type: application/json\\r\\n\\r\\n{}\\r\\n--x--\\r\\n";
        String start = "'url': 'https://h/a', 'postData': {'mimeType': 'multipart/form-data; boundary=x', ";

        Recommendation withText = ofArchive(start + parameters + ", 'text': '" + text + "'}");
        Recommendation withoutText = ofArchive(start + parameters + ", 'text': '--x'}");

        assertThat(withText.definition().at("/body/multipart")).isEqualTo(JsonSupport.parse("""
                [{"name": "a", "value": "1\\r\\n2"},
                 {"name": "f", "value": "{{file.f}}", "fileName": "b c.pdf", "contentType": "application/pdf"},
                 {"name": "j", "value": "{}", "contentType": "application/json"}]"""));
        assertThat(withText.notes()).containsExactly("the content of b c.pdf is the pill {{file.f}}");
        assertThat(withoutText.definition().at("/body/multipart/1/value").asText())
                .isEqualTo("{{file.f}}");
        assertThat(withoutText.notes()).containsExactly("the content of the part f is the pill {{file.f}}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\\u001f\\b\\u0000\\u0000", "PK\\u0003\\u0004", "a\ufffdb", "\u0089PNG"})
    void binaryTextOfAnArchiveIsAPill(String text) {
        Recommendation read =
                ofArchive("'url': 'https://h/a', 'headers': [{'name': 'content-type', 'value': 'application/zip'}],"
                        + " 'postData': {'mimeType': '', 'text': '" + text + "'}");

        assertThat(read.definition().path("body"))
                .isEqualTo(
                        JsonSupport.parse("{\"bytes\": \"{{file.content}}\", \"contentType\": \"application/zip\"}"));
        assertThat(read.notes()).containsExactly("the body is the pill {{file.content}}");
    }

    @Test
    void encodedBodyOfAnArchiveIsAPill() {
        Recommendation read = ofArchive(
                "'url': 'https://h/a', 'postData': {'mimeType': 'image/png', 'encoding': 'base64', 'text': 'iVBORw=='}");

        assertThat(read.definition().at("/body/bytes").asText()).isEqualTo("{{file.content}}");
        assertThat(read.notes()).containsExactly("the body is the pill {{file.content}}");
    }

    @Test
    void missingBodyAndCookiesOfAnArchiveAreNoted() {
        Recommendation read = ofArchive("'url': 'https://h/a', 'bodySize': 12, 'postData': {'mimeType': 'text/plain'},"
                + " 'cookies': [{'name': 'sid', 'value': 'x'}], 'headers': [{'name': ':method', 'value': 'POST'}]");

        assertThat(read.notes())
                .containsExactly(
                        "cookies are left out: sid: configure them in the connection",
                        "the body is missing in the archive: add it");
        assertThat(read.definition().toString()).doesNotContain(":method");
    }

    @Test
    void queryBesideTheUrlOfAnArchive() {
        Recommendation read = ofArchive("'url': 'https://h/a', 'queryString': [{'name': 'q', 'value': 'a b'}]");

        assertThat(read.definition().at("/query/0/value").asText()).isEqualTo("a b");
        assertThat(ofArchive("'url': 'https://h/a?q=1', 'queryString': [{'name': 'q', 'value': '1'}]")
                        .definition()
                        .path("query"))
                .hasSize(1);
    }

    @Test
    void har() {
        List<Recommendation> all = RecommendationSources.har(HAR).all();

        assertThat(all).extracting(Recommendation::title).containsExactly("POST /v1/things", "POST /f", "POST /m");
        assertThat(all.get(0).definition()).isEqualTo(JsonSupport.parse("""
                {"method": "POST", "url": "/v1/things", "query": [{"name": "a", "value": "1"}],
                 "headers": [{"name": "X-App", "value": "{{'{{'}}1}}"}], "body": {"json": {"a": 1}}}"""));
        assertThat(all.get(0).notes()).hasSize(2);
        assertThat(all.get(1).definition().path("body"))
                .isEqualTo(JsonSupport.parse("{\"form\": [{\"name\": \"x\", \"value\": \"y\"}]}"));
        assertThat(all.get(2).definition().at("/body/multipart/1/value").asText())
                .isEqualTo("{{file.f}}");
        assertThat(all).asString().doesNotContain("s3cret");
    }

    @Test
    void everyRecommendationIsATemplate() {
        for (RecommendationSource source : List.of(
                RecommendationSources.openApi(OPENAPI),
                RecommendationSources.postman(POSTMAN),
                RecommendationSources.har(HAR))) {
            for (Recommendation one : source.all()) {
                RequestTemplate template =
                        RequestTemplate.fromJson(one.definition().deepCopy().put("name", "T"));

                ObjectNode written = template.toJson();
                written.remove("name");
                assertThat(written).isEqualTo(one.definition());
            }
        }
    }

    @Test
    void urlOfTheDraftStaysWhenTheRecommendationFits() {
        RequestWizard wizard = RequestWizard.of(connection)
                .with(RecommendationSources.openApi(OPENAPI))
                .with(RecommendationSources.postman(POSTMAN));

        List<Recommendation> known = wizard.get("/v3/venues/4711/").recommend();
        assertThat(known.get(0)).returns("readVenue", Recommendation::title);
        assertThat(known.get(0).reason()).isEqualTo("same method, path matches the template");
        wizard.get("/v3/venues/4711/").use(known.get(0)).send();
        wizard.get("/v3/")
                .use(known.get(0))
                .sampleValues(Pills.of("input", Map.of("venue_id", "a/b")))
                .send();

        assertThat(service.findAll(anyRequestedFor(anyUrl())))
                .extracting(request -> request.getUrl())
                .containsExactlyInAnyOrder("/v3/venues/4711/?expand=organizer", "/v3/venues/a%2Fb/?expand=organizer");
        assertThat(wizard.method("DELETE", "/nothing/like/it").recommend()).isEmpty();
    }

    @Test
    void savedRequestsAreRecommendedAgain(@TempDir Path dir) throws IOException {
        RequestWizard.of(connection)
                .get("/a/b?c=1")
                .send()
                .review()
                .apply("Saved")
                .save(dir.resolve("saved.json"));
        Files.writeString(dir.resolve("other.json"), "{}");
        RecommendationSource source = RecommendationSources.saved(dir);

        assertThat(source.all()).hasSize(1);
        assertThat(RequestWizard.of(connection)
                        .with(source)
                        .get("/a/b")
                        .recommend()
                        .get(0))
                .returns("Saved", Recommendation::title)
                .returns("saved request saved.json", Recommendation::source)
                .returns(1.0, Recommendation::score);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "{\"swagger\": \"2.0\"}",
                "{\"openapi\": \"3.0.0\"}",
                "{\"openapi\": \"4.0.0\", \"paths\": {}}",
                "a: [b",
                "{",
                "",
                "text"
            })
    void whatIsNoDocumentIsRefused(String text) {
        assertThatThrownBy(() -> RecommendationSources.openApi(text)).isInstanceOf(InvalidDefinitionException.class);
        assertThatThrownBy(() -> RecommendationSources.postman(text)).isInstanceOf(InvalidDefinitionException.class);
        assertThatThrownBy(() -> RecommendationSources.har(text)).isInstanceOf(InvalidDefinitionException.class);
    }
}
