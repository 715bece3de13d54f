package io.httpconnector.wizard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.JsonSupport;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Swagger 2.0: where it differs from OpenAPI 3. */
class SwaggerTest {

    private static RecommendationSource source(String yaml) {
        return RecommendationSources.openApi("swagger: '2.0'\ninfo: {title: Pets, version: '1'}\n" + yaml.indent(0));
    }

    private static Recommendation first(String yaml) {
        return source(yaml).all().get(0);
    }

    @Test
    void hostBasePathAndParameters() {
        Recommendation read = first("""
                host: petstore.example.com
                basePath: /v2
                schemes: [https, http]
                parameters:
                  limit: {name: limit, in: query, required: true, type: integer, minimum: 5}
                paths:
                  /pets/{id}:
                    parameters:
                      - {name: id, in: path, required: true, type: string}
                      - {$ref: '#/parameters/limit'}
                    get:
                      summary: List pets
                      parameters:
                        - {name: csv, in: query, required: true, type: array, items: {type: string}, x-example: [a, b]}
                        - {name: pipes, in: query, required: true, type: array, collectionFormat: pipes, x-example: [a, b]}
                        - {name: ssv, in: query, required: true, type: array, collectionFormat: ssv, x-example: [a, b]}
                        - {name: tsv, in: query, required: true, type: array, collectionFormat: tsv, x-example: [a, b]}
                        - {name: multi, in: query, required: true, type: array, collectionFormat: multi, x-example: [a, b]}
                        - {name: X-Mode, in: header, required: true, type: string, enum: [fast, slow]}
                        - {name: verbose, in: query, type: boolean}
                """);

        assertThat(read.title()).isEqualTo("List pets");
        assertThat(read.source()).isEqualTo("Swagger \"Pets\" 1");
        assertThat(read.definition()).isEqualTo(JsonSupport.parse("""
                {"method": "GET", "url": "/v2/pets/{{input.id}}",
                 "query": [{"name": "limit", "value": "{{input.limit}}"}, {"name": "csv", "value": "a,b"}, {"name": "pipes", "value": "a|b"},
                           {"name": "ssv", "value": "a b"}, {"name": "tsv", "value": "a\\tb"},
                           {"name": "multi", "value": "a"}, {"name": "multi", "value": "b"}],
                 "headers": [{"name": "X-Mode", "value": "fast"}]}"""));
        assertThat(read.notes())
                .containsExactly(
                        "the header X-Mode is fast, one of the values that it may have: check it",
                        "optional parameters are left out: verbose");
    }

    @Test
    void bodyByReference() {
        Recommendation read = first("""
                consumes: [application/xml, application/vnd.pets+json]
                definitions:
                  Pet: {type: object, required: [name], properties: {name: {type: string, example: Rex}, tag: {$ref: '#/definitions/Tag'}}}
                  Tag: {type: object, properties: {id: {type: integer}}}
                parameters:
                  pet: {name: pet, in: body, required: true, schema: {$ref: '#/definitions/Pet'}}
                paths:
                  /pets: {post: {parameters: [{$ref: '#/parameters/pet'}]}}
                """);

        assertThat(read.definition().path("body"))
                .isEqualTo(JsonSupport.parse("{\"json\": {\"name\": \"Rex\", \"tag\": {\"id\": 1}}}"));
        assertThat(read.definition().path("headers").toString())
                .isEqualTo("[{\"name\":\"Content-Type\",\"value\":\"application/vnd.pets+json\"}]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '!',
            quoteCharacter = '~',
            value = {
                "consumes: [application/x-www-form-urlencoded], parameters: [{name: a, in: formData, type: array, items: {type:"
                        + " string}, collectionFormat: multi, minItems: 2}]"
                        + " ! {'form': [{'name': 'a', 'value': 'string'}, {'name': 'a', 'value': 'string'}]}",
                "consumes: [application/x-www-form-urlencoded], parameters: [{name: a, in: formData, type: array, items: {type:"
                        + " integer}, minItems: 2}] ! {'form': [{'name': 'a', 'value': '1,1'}]}",
                "parameters: [{name: a, in: formData, type: integer, required: true}, {name: b, in: formData, type: string}]"
                        + " ! {'form': [{'name': 'a', 'value': '1'}, {'name': 'b', 'value': 'string'}]}",
                "consumes: [multipart/form-data], parameters: [{name: a, in: formData, type: string}]"
                        + " ! {'multipart': [{'name': 'a', 'value': 'string'}]}",
                "parameters: [{name: doc, in: formData, type: file}] ! {'multipart': [{'name': 'doc', 'value':"
                        + " '{{file.doc}}', 'fileName': 'doc', 'contentType': 'application/octet-stream'}]}"
            })
    void forms(String operation, String body) {
        assertThat(first("paths: {/a: {post: {" + operation + "}}}")
                        .definition()
                        .path("body"))
                .isEqualTo(JsonSupport.parse(body.replace('\'', '"')));
    }

    @Test
    void securityDefinitionsAreNotedAndTheirKeysLeftOut() {
        Recommendation read = first("""
                securityDefinitions:
                  key: {type: apiKey, in: query, name: appid}
                  login: {type: basic}
                  oauth: {type: oauth2, flow: implicit}
                security: [{key: []}, {login: []}, {oauth: [read]}]
                paths: {/a: {get: {parameters: [{name: appid, in: query, required: true, type: string}]}}}
                """);

        assertThat(read.definition().has("query")).isFalse();
        assertThat(read.notes())
                .containsExactly(
                        "the query parameter appid is left out: configure the credentials in the connection's auth strategy",
                        "it authenticates by key (apiKey) or login (http basic) or oauth (oauth2): configure it in the connection");
    }

    @Test
    void schemesOfAnOperationAreNoted() {
        Recommendation read = first("""
                host: h.example
                schemes: [https]
                paths: {/a: {get: {schemes: [http]}}}
                """);
        assertThat(read.notes())
                .containsExactly("it uses another server, http://h.example: use a connection to that server");
    }

    @Test
    void otherVersionsAreRejected() {
        for (String version : List.of("swagger: '1.2'", "openapi: 2.0.0", "openapi: 4.0.0")) {
            assertThatThrownBy(() -> RecommendationSources.openApi(version + "\npaths: {}"))
                    .isInstanceOf(InvalidDefinitionException.class)
                    .hasMessageContaining("3.0 or 3.1, nor Swagger 2.0");
        }
    }
}
