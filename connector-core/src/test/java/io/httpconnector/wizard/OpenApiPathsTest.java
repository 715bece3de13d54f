package io.httpconnector.wizard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.InvalidDefinitionException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests paths, path items and operations that are references, and notes on those that are not imported. */
class OpenApiPathsTest {

    private static final String INFO = "\ninfo: {title: T, version: '1'}\n";

    @TempDir
    private Path directory;

    private void write(String file, String text) throws IOException {
        Path path = directory.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }

    private static RecommendationSource read(String rest) {
        return RecommendationSources.openApi("openapi: 3.1.0" + INFO + rest);
    }

    private static List<String> requests(RecommendationSource source) {
        return source.all().stream()
                .map(one -> one.definition().path("method").asText() + " "
                        + one.definition().path("url").asText()
                        + (one.definition().has("query")
                                ? "?" + one.definition().at("/query/0/name").asText()
                                : ""))
                .toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"openapi: 3.0.3", "openapi: 3.1.0", "swagger: '2.0'"})
    void pathsAreInAFile(String version) throws IOException {
        write("paths/index.yaml", """
                /pets: {$ref: pets.yaml}
                /pets/{id}:
                  $ref: '#/x-items/pet'
                  post: {$ref: 'operations.yaml#/post'}
                x-items:
                  pet: {get: {summary: get pet}}
                """);
        write("paths/pets.yaml", "get: {$ref: operations.yaml#/list}");
        write("paths/operations.yaml", """
                list: {summary: list, parameters: {$ref: '#/parameters'}}
                post: {summary: create}
                parameters: [{name: page, in: query, required: true, schema: {type: integer}, type: integer}]
                """);

        RecommendationSource source =
                RecommendationSources.openApi(version + INFO + "paths: {$ref: ./paths/index.yaml}", directory);

        assertThat(requests(source))
                .containsExactly("GET /pets?page", "GET /pets/{{input.id}}", "POST /pets/{{input.id}}");
        assertThat(source.notes()).isEmpty();
    }

    @Test
    void membersBesideTheReferenceOfThePathsAreKept() throws IOException {
        write("paths.yaml", "/a: {get: {}}\n/b: {get: {}}");

        RecommendationSource source = RecommendationSources.openApi(
                "openapi: 3.0.3" + INFO + "paths: {$ref: paths.yaml, /b: {put: {}}, /c: {get: {}}}", directory);

        assertThat(requests(source)).containsExactly("GET /a", "PUT /b", "GET /c");
    }

    @Test
    void componentsAreInFiles() throws IOException {
        write("schemas/index.yaml", "Order: {$ref: order.yaml}");
        write("schemas/order.yaml", "type: object\nrequired: [n]\nproperties: {n: {const: 7}}");
        write("parameters.yaml", "Page: {name: page, in: query, required: true, schema: {type: integer}}");

        RecommendationSource source = RecommendationSources.openApi("openapi: 3.1.0" + INFO + """
                paths:
                  /a:
                    post:
                      parameters: [{$ref: '#/components/parameters/Page'}]
                      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}}
                components:
                  schemas: {$ref: schemas/index.yaml}
                  parameters: {$ref: parameters.yaml}
                """, directory);

        assertThat(source.notes()).isEmpty();
        assertThat(requests(source)).containsExactly("POST /a?page");
        assertThat(source.all().get(0).definition().at("/body/json")).hasToString("{\"n\":7}");
        assertThat(source.all().get(0).notes()).isEmpty();
    }

    @Test
    void propertiesAreInAFile() throws IOException {
        write("properties.yaml", "name: {const: Rex}\npin: {type: string, format: password}\n$ref: {type: integer}");

        RecommendationSource source = RecommendationSources.openApi("openapi: 3.0.3" + INFO + """
                paths:
                  /a: {post: {requestBody: {content: {application/json: {schema: {properties: {$ref: properties.yaml}}}}}}}
                  /b: {post: {requestBody: {content: {application/json: {schema: {properties: {$ref: {const: 1}}}}}}}}
                """, directory);

        assertThat(source.all().get(0).definition().at("/body/json"))
                .hasToString("{\"name\":\"Rex\",\"pin\":\"{{connection.pin}}\",\"$ref\":1}");
        assertThat(source.all().get(1).definition().at("/body/json")).hasToString("{\"$ref\":1}");
    }

    @Test
    void pathItemsOfTheComponents() {
        RecommendationSource source = read("""
                paths: {/a: {$ref: '#/components/pathItems/A'}, /b: {$ref: '#/paths/~1a', get: {deprecated: true}},
                  /c: {$ref: '#/components/pathItems/A1'}}
                components: {pathItems: {A: {get: {}, post: {}}, B: {get: {}}, C: {$ref: '#/components/pathItems/B'},
                  A1: {$ref: '#/components/pathItems/A'}}}
                webhooks: {w: {post: {}}}
                """);

        assertThat(requests(source)).containsExactly("GET /a", "POST /a", "GET /b", "POST /b", "GET /c", "POST /c");
        assertThat(source.notes())
                .containsExactly(
                        "the webhooks are not imported: the service sends them",
                        "the path items of the components are not imported, as no path refers to them: B, C");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '!',
            quoteCharacter = '~',
            value = {
                "paths: {$ref: paths.yaml} ! the paths are not imported: the reference paths.yaml is not resolved: if it is a file,"
                        + " permit its directory",
                "paths: {$ref: '#/x-paths'} ! the paths are not imported: the reference #/x-paths is not resolved",
                "paths: {/a: {$ref: a.yaml}} ! the path /a is not imported: the reference a.yaml is not resolved: if it is a file,"
                        + " permit its directory",
                "paths: {/a: {get: {$ref: a.yaml}}} ! the operation GET /a is not imported: the reference a.yaml is not resolved: if"
                        + " it is a file, permit its directory",
                "paths: {/a: {get: }} ! the operation GET /a is not imported: an object is required, not null",
                "paths: {/a: } ! the path /a is not imported: an object is required, not null",
                "paths: {/a: {}} ! the path /a is not imported: it has no operations",
                "paths: {/a: {}, /b: {}} ! the paths /a, /b are not imported: they have no operations",
                "paths: {/a: {parameters: []}} ! the path /a is not imported: it has no operations",
                "paths: {/a: {GET: {}}} ! the member \"GET\" of the path /a is not imported: it is not a method in lower case",
                "paths: {/a: {trace: {}}} ! the operation TRACE /a is not imported: the method is not supported",
                "webhooks: {w: {post: {}}} ! the webhooks are not imported: the service sends them",
                "paths: {/a: {$ref: '#/paths/~1a'}} ! the path /a is not imported: the reference #/paths/~1a is not resolved",
            })
    void documentWithoutRequestsSaysWhy(String rest, String note) {
        RecommendationSource source = read(rest);

        assertThat(source.all()).isEmpty();
        assertThat(source.notes())
                .startsWith("the document contains no request: it has no operation that can be imported")
                .contains(note);
    }

    @Test
    void documentWithoutPathsSaysWhy() {
        assertThat(read("paths: {}").notes())
                .containsExactly("the document contains no request: it has no operation that can be imported");
        for (String head : List.of("openapi: 3.0.3", "swagger: '2.0'", "openapi: 3.1.0")) {
            assertThat(RecommendationSources.openApi(head + INFO + "x-webhooks: {w: {post: {}}}")
                            .notes())
                    .contains("the webhooks are not imported: the service sends them");
            assertThatThrownBy(() -> RecommendationSources.openApi(head + INFO))
                    .isInstanceOf(InvalidDefinitionException.class)
                    .hasMessageContaining("it has no paths");
        }
        assertThat(read("components: {schemas: {A: {}}}").notes())
                .containsExactly(
                        "the document contains no request: it has no operation that can be imported",
                        "the paths are not imported: the document has none");
    }

    @Test
    void unresolvedReferenceIsNotedIfThereAreOtherMembers() {
        RecommendationSource source = read("paths: {/a: {$ref: a.yaml, get: {}}}");

        assertThat(requests(source)).containsExactly("GET /a");
        assertThat(source.notes())
                .containsExactly(
                        "the path /a is imported in part: the reference a.yaml is not resolved: if it is a file,"
                                + " permit its directory");
    }

    @Test
    void bodyWithoutContentIsNoted() {
        assertThat(read("paths: {/a: {post: {requestBody: {required: true}}}}")
                        .all()
                        .get(0)
                        .notes())
                .containsExactly("its body is not described: add it");
    }
}
