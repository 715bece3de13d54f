package io.httpconnector.definition.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import io.httpconnector.auth.definition.AuthDefinition;
import io.httpconnector.definition.model.Documents.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Compares the reference and the schemas in {@code docs} with the readers of the documents. {@code mvn -o test -pl connector-definition -am
 * -Dtest=ReferenceTest -Dreference=write -Dsurefire.failIfNoSpecifiedTests=false} writes them.
 */
class ReferenceTest {

    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
    private static final String COMMAND = "mvn test -pl connector-definition -am -Dtest=ReferenceTest -Dreference=write"
            + " -Dsurefire.failIfNoSpecifiedTests=false";
    private static final String SCHEMAS = "https://github.com/httpconnector/http-connector/blob/main/docs/schemas/";

    private static MemberMeanings meanings = new MemberMeanings(Map.of());

    @BeforeAll
    static void readSources() throws IOException {
        meanings = MemberMeanings.of(ROOT);
    }

    private static void compare(String file, String expected) throws IOException {
        Path path = ROOT.resolve("docs").resolve(file);
        if ("write".equals(System.getProperty("reference"))) {
            Files.createDirectories(path.getParent());
            Files.writeString(path, expected);
        }
        assertThat(path)
                .as("docs/" + file + " differs from the readers of the documents: run " + COMMAND)
                .exists()
                .hasContent(expected);
    }

    @Test
    void pageHasAllMembers() throws IOException {
        compare("reference.md", ReferencePage.of(meanings, Documents.ALL));
    }

    private static JsonNode schema(Kind kind) {
        return JsonSchemaWriter.schema(
                SCHEMAS + kind.name() + ".json",
                kind.title(),
                kind.model(),
                (object, member) -> meanings.of(member).sentences(),
                List.of());
    }

    @Test
    void schemasHaveAllMembers() throws IOException {
        for (Kind kind : Documents.ALL) {
            compare("schemas/" + kind.name() + ".json", schema(kind).toPrettyString() + "\n");
        }
    }

    @Test
    void eachMemberHasAMeaning() {
        assertThat(Documents.ALL.stream()
                        .flatMap(kind -> kind.model().objects().values().stream())
                        .flatMap(ReferenceTest::withVariants)
                        .flatMap(object -> object.members().stream()
                                .filter(member -> meanings.of(member).text().isEmpty())
                                .map(member -> member.name() + " of " + ObjectModel.nameOf(object.id()) + ", read by "
                                        + member.readers()))
                        .distinct())
                .as("write a comment above the line that reads the member: // \"name\": Meaning. Default: value.")
                .isEmpty();
    }

    private static Stream<ObjectModel> withVariants(ObjectModel object) {
        return Stream.concat(
                Stream.of(object), object.variants().values().stream().flatMap(ReferenceTest::withVariants));
    }

    @Test
    void presetsAreValid() {
        Kind auth = Documents.ALL.get(0);
        var schema = JsonSchemaFactory.getInstance(VersionFlag.V202012).getSchema(schema(auth));
        assertThat(AuthDefinition.presets()).isNotEmpty().allSatisfy(preset -> {
            JsonNode document =
                    new ObjectMapper().readTree(AuthDefinition.preset(preset).toString());
            assertThat(schema.validate(document)).as(preset).isEmpty();
        });
    }

    @Test
    void membersAreFound() {
        assertThat(Documents.ALL.stream()
                        .flatMap(kind -> kind.model().objects().values().stream())
                        .flatMap(ReferenceTest::withVariants)
                        .mapToLong(object -> object.members().size())
                        .sum())
                .isGreaterThan(400);
        assertThat(Documents.ALL.get(3).model().objects().values())
                .flatExtracting(ObjectModel::members)
                .extracting(MemberModel::name)
                .contains("pagination", "endsWithShortPage", "misfire");
    }
}
