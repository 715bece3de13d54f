package io.httpconnector.wizard;

import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import io.httpconnector.HttpConnection;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.template.Pills;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SchemaTest {

    private static final int CASES = Integer.getInteger("cases", 2_000);
    private static final long SEED = Long.getLong("seed", System.nanoTime());
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final JsonSchemaFactory SCHEMAS = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012);
    private static final SchemaValidatorsConfig FORMATS_TOO =
            SchemaValidatorsConfig.builder().formatAssertionsEnabled(true).build();

    @RegisterExtension
    static WireMockExtension service = WireMockExtension.newInstance()
            .options(wireMockConfig().dynamicPort())
            .build();

    private final Random random = new Random(SEED);

    private static Set<?> violations(JsonNode schema, JsonNode value) {
        JsonSchema compiled = SCHEMAS.getSchema(schema, FORMATS_TOO);
        return compiled.validate(value);
    }

    private String text() {
        String[] texts = {
            "",
            "x",
            "2026-01-31",
            "2026-13-31",
            "2026-01-31T12:00:00Z",
            "2026-01-31T12:00:00",
            "user@example.com",
            "https://example.com/x y",
            "https://example.com/?a=b",
            "123e4567-e89b-12d3-a456-426614174000",
            "4711",
            "ü😀"
        };
        return texts[random.nextInt(texts.length)];
    }

    private JsonNode tree(int depth) {
        return switch (random.nextInt(depth > 3 ? 6 : 9)) {
            case 0 -> JSON.numberNode(random.nextInt(100));
            case 1 -> JSON.numberNode(random.nextDouble());
            case 2 -> JSON.booleanNode(random.nextBoolean());
            case 3 -> JSON.nullNode();
            case 4, 5 -> JSON.textNode(text());
            case 6 -> {
                ArrayNode array = JSON.arrayNode();
                for (int i = random.nextInt(4); i > 0; i--) {
                    array.add(tree(depth + 1));
                }
                yield array;
            }
            default -> {
                ObjectNode object = JSON.objectNode();
                boolean ids = random.nextInt(4) == 0;
                for (int i = random.nextInt(5); i > 0; i--) {
                    object.set(ids ? "" + random.nextInt(50) : "f" + random.nextInt(6), tree(depth + 1));
                }
                yield object;
            }
        };
    }

    /** Whatever the samples are, each of them fits the schema that was made of them, and drifts in nothing. */
    @Test
    void samplesFitTheSchemaThatIsMadeOfThem() {
        for (int i = 0; i < CASES; i++) {
            SchemaInference shape = new SchemaInference();
            List<JsonNode> samples = new ArrayList<>();
            for (int j = random.nextInt(3); j >= 0; j--) {
                samples.add(tree(0));
                SchemaInference unused = shape.add(samples.get(samples.size() - 1));
            }
            JsonNode schema = JsonSupport.parse(shape.schema().toString());
            for (JsonNode sample : samples) {
                assertThat(violations(schema, sample))
                        .as("seed %s: %s for %s", SEED, schema, sample)
                        .isEmpty();
                assertThat(SchemaComparison.of(schema, sample, Set.of()))
                        .as("seed %s: %s for %s", SEED, schema, sample)
                        .isEmpty();
            }
        }
    }

    @Test
    void savedFilesFitThePublishedSchema() throws IOException {
        JsonNode published;
        try (InputStream stream = SavedRequest.class.getResourceAsStream("saved-request.schema.json")) {
            published = JsonSupport.parse(new String(stream.readAllBytes(), StandardCharsets.UTF_8));
        }
        service.stubFor(any(anyUrl())
                .willReturn(okJson("{\"id\": 1, \"lines\": [{\"sku\": \"a\"}]}").withHeader("Link", "<x>; rel=next")));
        List<String> bodies = List.of(
                "{\"json\": {\"a\": \"{{v.x}}\"}}",
                "{\"jsonText\": \"[{{v.x}}]\"}",
                "{\"form\": [{\"name\": \"a\", \"value\": \"{{v.l}}\", \"list\": \"comma\"}]}",
                "{\"multipart\": [{\"name\": \"a\", \"value\": \"x\"}, {\"name\": \"f\", \"value\": \"y\", \"fileName\": \"f\", \"contentType\": \"text/plain\"}]}",
                "{\"xml\": \"<a/>\"}",
                "{\"text\": \"t\", \"contentType\": \"text/plain\"}",
                "{\"bytes\": \"{{v.x}}\", \"contentType\": \"text/plain\"}");
        try (HttpConnection connection =
                HttpConnection.named("S").baseUrl(service.baseUrl()).build()) {
            for (String body : bodies) {
                ObjectNode definition = (ObjectNode) JsonSupport.parse("""
                        {"method": "POST", "url": "/", "query": [{"name": "q", "value": "1"}], "headers": [{"name": "X-A", "value": "b"}],
                         "accept": [404], "timeout": "PT10S", "delimiters": ["{{", "}}"]}""");
                definition.set("body", JsonSupport.parse(body));
                SavedRequest saved = RequestWizard.of(connection)
                        .draft(definition)
                        .sampleValues(Pills.of("v", Map.of("x", "1", "l", List.of(1))))
                        .send()
                        .review()
                        .apply("T");

                assertThat(violations(published, JsonSupport.parse(saved.toText())))
                        .as(saved.toText())
                        .isEmpty();
            }
        }
        assertThat(violations(
                        published, JsonSupport.parse("{\"format\": \"http-connector/saved-request\", \"version\": 1}")))
                .isNotEmpty();
    }

    /** A format is only inferred if a strict validator accepts the text. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '!',
            value = {
                "user@example.com ! email",
                "git@github.com:a/b.git !",
                "mailto:a@b.de !",
                "a..b@c.de !",
                "a@localhost !",
                "2026-01-31T12:00:00Z ! date-time",
                "2026-01-31t12:00:00.5+01:00 ! date-time",
                "2026-01-31T12:00Z !",
                "2026-01-31T24:00:00Z !",
                "2026-01-31T12:00:00 !",
                "2026-01-31 ! date",
                "2026-02-30 !",
                "https://example.com/a?b=c%20d#e ! uri",
                "https://exämple.com/ !",
                "https://example.com/{id} !",
                "https://example.com/%zz !",
                "ftp://example.com/ !",
                "a@b.de. !",
                "user@exa_mple.com !",
                "user@-example.com !",
                "a b@example.com !",
                "+tag.x@sub.example.co.uk ! email",
                "2023-02-29 !",
                "2024-02-29 ! date",
                "2026-01-31T12:00:00+0100 !",
                "2026-01-31 12:00:00Z !",
                "https://example.com/a b !",
                "https:/example.com !",
                "urn:isbn:1 !",
                "{123e4567-e89b-12d3-a456-426614174000} !",
                "123e4567e89b12d3a456426614174000 !",
                "123e4567-e89b-12d3-a456-426614174000 ! uuid"
            })
    void inferredFormat(String text, String format) {
        assertThat(new SchemaInference()
                        .add(JSON.textNode(text))
                        .schema()
                        .path("format")
                        .asText(null))
                .isEqualTo(format);
    }

    @Test
    void objectsWithManyMembers() {
        ObjectNode rates = JSON.objectNode();
        ObjectNode mixed = JSON.objectNode();
        for (int i = 0; i < 700; i++) {
            rates.put("C" + i + "x", i / 7.0);
            mixed.set("f" + i, i % 2 == 0 ? JSON.numberNode(i) : JSON.textNode("t"));
        }
        JsonNode map = new SchemaInference().add(rates).schema();
        JsonNode open = new SchemaInference().add(mixed).schema();

        assertThat(map)
                .isEqualTo(
                        JsonSupport.parse("{\"type\": \"object\", \"additionalProperties\": {\"type\": \"number\"}}"));
        assertThat(open.path("properties")).hasSize(500);
        assertThat(SchemaComparison.of(map, rates, Set.of("C699x"))).isEmpty();
        assertThat(SchemaComparison.of(open, mixed, Set.of("f699"))).isEmpty();
        rates.remove("C699x");
        mixed.remove(List.of("f699", "f3"));
        assertThat(SchemaComparison.of(map, rates, Set.of("C699x.y", "C1x")))
                .containsExactly(new SchemaDifference(SchemaDifference.Severity.ERROR, "/C699x", "is missing"));
        assertThat(SchemaComparison.of(open, mixed, Set.of("f699")))
                .contains(new SchemaDifference(SchemaDifference.Severity.ERROR, "/f699", "is missing"));
    }

    @Test
    void manyMembersWithinListsAndBesideTheLimit() {
        ObjectNode inner = JSON.objectNode();
        for (int i = 0; i < 600; i++) {
            inner.putObject("k" + i).put("v", i);
        }
        ObjectNode whole = JSON.objectNode();
        whole.putArray("list").add(inner);
        ObjectNode exact = JSON.objectNode();
        for (int i = 0; i < 500; i++) {
            exact.set("f" + i, i % 2 == 0 ? JSON.numberNode(i) : JSON.textNode("t"));
        }
        ObjectNode more = exact.deepCopy().put("g", true);

        JsonNode schema = new SchemaInference().add(whole).schema();
        assertThat(schema.at("/properties/list/items/additionalProperties/properties/v/type")
                        .asText())
                .isEqualTo("integer");
        assertThat(SchemaComparison.of(schema, whole, Set.of("list[*].k599.v"))).isEmpty();
        JsonNode cut = new SchemaInference().add(exact).add(more).schema();
        assertThat(cut.path("properties")).hasSize(500);
        assertThat(SchemaComparison.of(cut, more, Set.of("g"))).isEmpty();
        assertThat(SchemaComparison.of(cut, exact, Set.of("g")))
                .containsExactly(new SchemaDifference(SchemaDifference.Severity.ERROR, "/g", "is missing"));
        inner.remove("k599");
        assertThat(SchemaComparison.of(schema, whole, Set.of("list[*].k599.v")))
                .anyMatch(difference -> difference.severity() == SchemaDifference.Severity.ERROR
                        && difference.message().equals("is missing"));
    }
}
