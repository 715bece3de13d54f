package io.httpconnector.wizard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.InvalidDefinitionException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests OpenAPI documents that refer to other files. */
class OpenApiFilesTest {

    @TempDir
    private Path outside;

    private Path directory;

    @BeforeEach
    void createDirectory() throws IOException {
        directory = Files.createDirectories(outside.resolve("api/schemas")).getParent();
    }

    private void write(String file, String text) throws IOException {
        Files.writeString(directory.resolve(file), text);
    }

    private RecommendationSource read(String schema) {
        return RecommendationSources.openApi("""
                openapi: 3.1.0
                info: {title: Shop, version: '1'}
                paths:
                  /orders:
                    post:
                      summary: create
                      requestBody: {content: {application/json: {schema: {$ref: '%s'}}}}
                """.formatted(schema), directory);
    }

    private static JsonNode body(RecommendationSource source) {
        return source.all().get(0).definition().at("/body/json");
    }

    @Test
    void filesReferToEachOther() throws IOException {
        write("schemas/order.yaml", """
                Order:
                  type: object
                  required: [item, buyer, note]
                  properties:
                    item: {$ref: '#/Item'}
                    buyer: {$ref: '../buyer.json'}
                    note: {$ref: 'my%20texts.yaml#/definitions/default'}
                Item: {type: object, required: [sku], properties: {sku: {const: s-1}}}
                """);
        write("buyer.json", """
                {"type": "object", "required": ["name", "last"], "properties": {"name": {"const": "Ann"},
                 "last": {"$ref": "schemas/order.yaml#/Item"}, "example": {"const": 1}}}""");
        write("schemas/my texts.yaml", "definitions: {default: {const: hi}}");

        RecommendationSource source = read("schemas/order.yaml#/Order");

        assertThat(source.notes()).isEmpty();
        assertThat(body(source))
                .hasToString(
                        "{\"item\":{\"sku\":\"s-1\"},\"buyer\":{\"name\":\"Ann\",\"last\":{\"sku\":\"s-1\"},\"example\":1},\"note\":\"hi\"}");
        assertThat(source.all().get(0).notes()).noneMatch(note -> note.contains("not resolved"));
    }

    @Test
    void pathsAndParametersAreInFiles() throws IOException {
        write("orders.yaml", """
                parameters: [{$ref: 'parameters.yaml#/Shop'}]
                get:
                  summary: list
                  parameters: [{$ref: 'parameters.yaml#/Page'}]
                  responses: {default: {$ref: '#/get/x-none'}}
                """);
        write("parameters.yaml", """
                Shop: {in: path, name: shop, required: true, schema: {type: string}}
                Page: {in: query, name: page, required: true, example: 3, schema: {type: integer}}
                """);
        for (String head : List.of("openapi: 3.0.3", "swagger: '2.0'")) {
            RecommendationSource source = RecommendationSources.openApi(
                    head + "\ninfo: {title: Shop, version: '1'}\npaths: {'/{shop}/orders': {$ref: orders.yaml}}",
                    directory);

            assertThat(source.notes()).isEmpty();
            assertThat(source.all()).singleElement().satisfies(one -> {
                assertThat(one.definition().path("url").asText()).isEqualTo("/{{input.shop}}/orders");
                assertThat(one.definition().at("/query/0/name").asText()).isEqualTo("page");
            });
        }
    }

    @Test
    void recursiveSchemasOfSeveralFilesEnd() throws IOException {
        write("schemas/a.yaml", "type: object\nrequired: [n]\nproperties: {n: {const: a}, b: {$ref: b.yaml}}");
        write("schemas/b.yaml", "type: object\nrequired: [n, a]\nproperties: {n: {const: b}, a: {$ref: a.yaml}}");

        RecommendationSource source = read("schemas/b.yaml");

        assertThat(source.notes()).isEmpty();
        assertThat(body(source).at("/a/n").asText()).isEqualTo("a");
    }

    /** Large public descriptions have a file for each operation and schema. */
    @Test
    void documentMayHaveThousandsOfFiles() throws IOException {
        StringBuilder paths = new StringBuilder();
        for (int i = 0; i < 1500; i++) {
            write("schemas/" + i + ".yaml", "summary: operation " + i);
            paths.append("  /")
                    .append(i)
                    .append(": {get: {$ref: schemas/")
                    .append(i)
                    .append(".yaml}}\n");
        }

        RecommendationSource source = RecommendationSources.openApi(
                "openapi: 3.0.3\ninfo: {title: Shop, version: '1'}\npaths:\n" + paths, directory);

        assertThat(source.notes()).isEmpty();
        assertThat(source.all())
                .hasSize(1500)
                .last()
                .satisfies(one -> assertThat(one.title()).isEqualTo("operation 1499"));
    }

    @Test
    void cycleOfReferencesIsRefused() throws IOException {
        write("schemas/a.yaml", "$ref: b.yaml");
        write("schemas/b.yaml", "$ref: a.yaml");

        assertThat(read("schemas/a.yaml").all().get(0).notes())
                .anyMatch(note -> note.contains("is not resolved: add its content"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../secret.yaml",
                "schemas/../../secret.yaml#/a",
                "%2e%2e/secret.yaml",
                "link.yaml",
                "links/secret.yaml",
                "missing.yaml",
                "schemas",
                "broken.yaml",
                "https://shop.example.com/order.yaml",
                "file:///etc/passwd",
                "//shop.example.com/order.yaml",
                "/etc/passwd",
            })
    void referenceOutsideOfTheDirectoryIsRefused(String reference) throws IOException {
        Files.writeString(outside.resolve("secret.yaml"), "const: s3cret\na: {const: s3cret}");
        Files.createSymbolicLink(directory.resolve("link.yaml"), outside.resolve("secret.yaml"));
        Files.createSymbolicLink(directory.resolve("links"), outside);
        write("broken.yaml", "{a: [");

        RecommendationSource source = read(reference);

        assertThat(source.notes())
                .singleElement()
                .asString()
                .startsWith("the reference " + reference + " is not resolved: ");
        assertThat(source.all().get(0).notes()).anyMatch(note -> note.contains(reference));
        assertThat(source.all().get(0).definition().toString()).doesNotContain("s3cret");
    }

    @Test
    void linkWithinTheDirectoryIsFollowed() throws IOException {
        write("schemas/a.yaml", "const: a");
        Files.createSymbolicLink(directory.resolve("link.yaml"), Path.of("schemas/a.yaml"));

        assertThat(body(read("link.yaml"))).hasToString("\"a\"");
    }

    @Test
    void directoryIsRequired() {
        assertThatThrownBy(() -> RecommendationSources.openApi("openapi: 3.1.0", null))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("directory");
    }
}
