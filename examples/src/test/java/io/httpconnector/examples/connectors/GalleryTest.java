package io.httpconnector.examples.connectors;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.auth.definition.InputField;
import io.httpconnector.definition.ConnectorDefinition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Tests what all documents of the gallery have in common. */
class GalleryTest {

    private static final Path GALLERY = Path.of("connectors");
    private static final String ENDING = ".connector.yaml";

    static List<String> connectors() throws IOException {
        try (Stream<Path> files = Files.list(GALLERY)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(ENDING))
                    .map(name -> name.substring(0, name.length() - ENDING.length()))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void galleryHasFifteenServices() throws IOException {
        assertThat(connectors()).hasSizeGreaterThanOrEqualTo(15);
        try (Stream<Path> files = Files.list(GALLERY)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .allSatisfy(name -> assertThat(name).matches("README\\.md|[a-z-]+\\.connector\\.yaml"));
        }
    }

    @ParameterizedTest
    @MethodSource("connectors")
    void documentIsWrittenWithoutLoss(String id) {
        ConnectorDefinition connector = ConnectorFixture.document(id);

        ConnectorDefinition fromYaml = ConnectorDefinition.parse(connector.toYaml());
        ConnectorDefinition fromJson =
                ConnectorDefinition.parse(connector.toJson().toString());

        assertThat(fromYaml).isEqualTo(connector);
        assertThat(fromYaml.toYaml()).isEqualTo(connector.toYaml());
        assertThat(fromJson).isEqualTo(connector);
    }

    @ParameterizedTest
    @MethodSource("connectors")
    void documentIsComplete(String id) throws IOException {
        ConnectorDefinition connector = ConnectorFixture.document(id);
        JsonNode json = connector.toJson();

        assertThat(connector.id()).isEqualTo(id);
        assertThat(connector.version()).isEqualTo("1.0.0");
        assertThat(connector.documentation()).startsWith("https://");
        assertThat(json.at("/connection").has("test")).as("connection test").isTrue();
        assertThat(connector.requests()).hasSizeGreaterThanOrEqualTo(2);
        assertThat(connector.triggers().size() + connector.webhooks().size())
                .as("triggers and webhooks")
                .isPositive();
        for (String part : List.of("requests", "triggers", "webhooks")) {
            json.path(part)
                    .properties()
                    .forEach(each -> assertThat(each.getValue().path("title").asText())
                            .as("title of %s %s", part, each.getKey())
                            .isNotBlank());
        }
        for (String strategy : connector.strategies()) {
            for (InputField input : connector.inputs(strategy)) {
                assertThat(input.label()).as("label of %s", input.name()).isNotBlank();
            }
        }
        assertThat(Files.readString(GALLERY.resolve("README.md")))
                .contains("[" + connector.title() + "](" + id + ENDING + ")")
                .contains(connector.documentation());
    }
}
