package io.httpconnector.wizard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.template.RequestTemplate;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Rules that hold for every format. Each has a sample in {@code imports}: the request {@code POST /v1/venues?page=1} with the
 * credential {@code SuperSecret1} in its URL, headers and JSON body.
 */
class ImportFormatTest {

    static List<ImportFormat> formats() {
        return ImportFormat.ALL;
    }

    private static String sample(ImportFormat format) throws IOException {
        String file = format.name().toLowerCase(Locale.ROOT).replace(' ', '-') + ".txt";
        try (var in = ImportFormatTest.class.getResourceAsStream("/imports/" + file)) {
            assertThat(in).as("src/test/resources/imports/" + file).isNotNull();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @ParameterizedTest
    @MethodSource("formats")
    void formatIsRecognized(ImportFormat format) throws IOException {
        assertThat(ImportFormat.of(sample(format))).isSameAs(format);
        assertThat(ImportFormat.of("\uFEFF\n" + sample(format))).isSameAs(format);
        assertThat(RecommendationSources.imported(sample(format)).all())
                .isEqualTo(format.read(sample(format)).all())
                .hasSize(1);
    }

    @ParameterizedTest
    @MethodSource("formats")
    void requestIsImportedWithoutCredentials(ImportFormat format) throws IOException {
        Recommendation read =
                RecommendationSources.imported(sample(format)).all().get(0);

        assertThat(read.title()).isNotBlank();
        assertThat(read.source()).isNotBlank();
        assertThat(read.definition().path("method").asText()).isEqualTo("POST");
        assertThat(read.definition().path("url").asText()).isEqualTo("/v1/venues");
        assertThat(read.definition().path("query").toString()).isEqualTo("[{\"name\":\"page\",\"value\":\"1\"}]");
        assertThat(read.definition().at("/body/json/password").asText()).isEqualTo("{{connection.password}}");
        assertThat(read.definition().at("/body/json/name").asText()).contains("{{");
        assertThat(read.toString()).doesNotContain("SuperSecret1");
        assertThat(read.notes())
                .anyMatch(note -> note.startsWith("the query parameter api_key is left out"))
                .anyMatch(note -> note.startsWith("the header ") && note.contains(" is left out"))
                .anyMatch(note -> note.contains("{{connection.password}}"));
        assertThat(RequestTemplate.fromJson(read.definition().put("name", "T")).name())
                .isEqualTo("T");
    }

    @ParameterizedTest
    @MethodSource("formats")
    void incompleteTextIsReadOrRejected(ImportFormat format) throws IOException {
        String text = sample(format);
        for (int length = 0; length < text.length(); length++) {
            try {
                assertThat(format.read(text.substring(0, length)).all().toString())
                        .as("%d characters", length)
                        .doesNotContain("SuperSecret1");
            } catch (InvalidDefinitionException e) {
                assertThat(e).hasMessageNotContaining("SuperSecret1");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "hello", "{}", "[]", "<a/>", "{\"info\": {}}", "wget http://h/a", "curly"})
    void unknownFormatIsRejectedWithTheSupportedOnes(String text) {
        assertThatThrownBy(() -> RecommendationSources.imported(text))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("curl command, HTTP Archive, OpenAPI document, Postman collection");
    }

    @Test
    void malformedJsonIsReportedAsSuch() {
        assertThatThrownBy(() -> RecommendationSources.imported("{\"log\": "))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("JSON");
    }

    @ParameterizedTest
    @MethodSource("formats")
    void formatIsDocumented(ImportFormat format) throws IOException {
        assertThat(Files.readString(Path.of("../docs/wizard.md")).lines())
                .filteredOn(line -> line.startsWith("| `RecommendationSources.imported(text)`"))
                .singleElement()
                .asString()
                .contains(format.name());
    }
}
