package io.httpconnector.definition.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import io.httpconnector.auth.definition.AuthDefinition;
import io.httpconnector.definition.model.Documents.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
    private static final String MEMBERS = "io/httpconnector/definition/model/connector-members.txt";
    private static final String EXAMPLE = "io/httpconnector/definition/shop.connector.yaml";
    private static final String RESOURCE =
            "connector-definition/src/main/resources/io/httpconnector/definition/connector-1.json";
    private static final String SCHEMAS = "https://github.com/httpconnector/http-connector/blob/main/docs/schemas/";

    private static final Headings HEADINGS = new Headings(Documents.CONNECTOR, Documents.ALL);

    /** Titles and meanings in the schemas. */
    private static final JsonSchemaWriter.Descriptions DESCRIPTIONS = new JsonSchemaWriter.Descriptions() {
        @Override
        public String of(ObjectModel object, MemberModel member) {
            return meanings.of(member).sentences();
        }

        @Override
        public String title(String id) {
            return HEADINGS.title(id);
        }
    };

    private static MemberMeanings meanings = MemberMeanings.NONE;

    @BeforeAll
    static void readSources() throws IOException {
        String table = Files.readString(
                ROOT.resolve("connector-definition/src/test/resources").resolve(MEMBERS));
        meanings = MemberMeanings.of(ROOT, ConnectorModel.meanings(Documents.CONNECTOR.model(), table));
    }

    private static void compare(String file, String expected) throws IOException {
        Path path = ROOT.resolve(file);
        if ("write".equals(System.getProperty("reference"))) {
            Files.createDirectories(path.getParent());
            Files.writeString(path, expected);
        }
        assertThat(path)
                .as(file + " differs from the readers of the documents: run " + COMMAND)
                .exists()
                .hasContent(expected);
    }

    @Test
    void pageHasAllMembers() throws IOException {
        compare("docs/reference.md", ReferencePage.of(meanings, HEADINGS, Documents.CONNECTOR, Documents.ALL));
    }

    private static JsonNode connectorSchema() throws IOException {
        Kind kind = Documents.CONNECTOR;
        JsonNode example = new YAMLMapper()
                .readTree(Files.readString(
                        ROOT.resolve("connector-definition/src/test/resources").resolve(EXAMPLE)));
        ObjectNode schema = JsonSchemaWriter.schemaWithReferences(
                SCHEMAS + kind.name() + ".json", kind.title(), kind.model(), DESCRIPTIONS);
        return ConnectorSchema.complete(schema, example);
    }

    private static JsonNode schema(Kind kind) {
        return JsonSchemaWriter.schema(SCHEMAS + kind.name() + ".json", kind.title(), kind.model(), DESCRIPTIONS);
    }

    @Test
    void schemasHaveAllMembers() throws IOException {
        for (Kind kind : Documents.ALL) {
            compare("docs/schemas/" + kind.name() + ".json", schema(kind).toPrettyString() + "\n");
        }
    }

    @Test
    void connectorSchemaHasAllMembers() throws IOException {
        String schema = connectorSchema().toPrettyString() + "\n";
        compare("docs/schemas/connector-1.json", schema);
        compare(RESOURCE, schema);
    }

    @Test
    void eachTypeInAConnectorDocumentIsKnown() {
        assertThat(ConnectorModel.untyped(Documents.CONNECTOR.model()))
                .as(
                        "read these members by their types, or complete them in ConnectorModel from the document that has them")
                .isEmpty();
    }

    @Test
    void eachMemberOfAConnectorDocumentHasAMeaning() {
        assertThat(ConnectorModel.paths(Documents.CONNECTOR.model()).entrySet().stream()
                        .filter(entry -> meanings.of(entry.getValue()).text().isEmpty())
                        .map(Map.Entry::getKey))
                .as("write a line for each into connector-definition/src/test/resources/" + MEMBERS)
                .isEmpty();
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
