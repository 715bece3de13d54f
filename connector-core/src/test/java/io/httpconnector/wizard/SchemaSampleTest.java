package io.httpconnector.wizard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import io.httpconnector.internal.json.YamlOrJson;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Samples of schemas are valid by an independent validator. */
class SchemaSampleTest {

    private static final JsonSchemaFactory SCHEMAS = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012);
    private static final SchemaValidatorsConfig FORMATS =
            SchemaValidatorsConfig.builder().formatAssertionsEnabled(true).build();

    private static Recommendation read(String schema, String others) {
        return RecommendationSources.openApi(
                        "openapi: 3.1.0\npaths: {/a: {post: {requestBody: {content: {application/json: {schema: "
                                + schema + "}}}}}}\ncomponents: {schemas: {" + others + "}}")
                .all()
                .get(0);
    }

    private static JsonNode sample(String schema, String others) {
        return read(schema, others).definition().at("/body/json");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{type: string, pattern: '^[A-Z]{2}-[0-9]{4}$'}",
                "{type: string, pattern: '^(?=.*[A-Z])(?=.*\\d).{8,}$'}",
                "{type: string, pattern: '^[0-9a-f]+$', minLength: 40, maxLength: 40}",
                "{type: string, pattern: '^\\+?[1-9]\\d{1,14}$'}",
                "{type: string, pattern: '^(foo|bar)(\\.[a-z]+)*$', minLength: 20}",
                "{type: string, pattern: '^[^\\s]+$', minLength: 3}",
                "{type: string, pattern: '^\\p{Lu}\\w*$'}",
                "{type: string, pattern: '^[\\w.\\-/]{1,5}$'}",
                "{type: string, pattern: '^[a-z]{3}$', example: NO}",
                "{type: string, minLength: 30, maxLength: 31}",
                "{type: string, maxLength: 0}",
                "{type: string, format: date-time, example: yesterday}",
                "{type: string, format: ipv6}",
                "{type: integer, minimum: 10, maximum: 20, multipleOf: 7}",
                "{type: integer, exclusiveMinimum: 5, exclusiveMaximum: 7}",
                "{type: number, exclusiveMinimum: 0, exclusiveMaximum: 1}",
                "{type: number, minimum: 0.01, maximum: 0.05, multipleOf: 0.01}",
                "{type: integer, maximum: -3}",
                "{type: integer, example: '12'}",
                "{type: string, example: 12}",
                "{const: 5}",
                "{type: [string, 'null'], enum: [null, b]}",
                "{enum: [3, x]}",
                "{type: array, minItems: 3, uniqueItems: true, items: {type: string}}",
                "{type: array, minItems: 2, uniqueItems: true, items: {type: string, pattern: '^(0|[1-9][0-9]*)$'}}",
                "{type: array, minItems: 3, uniqueItems: true, items: {type: string, pattern: '^[0-9]{8}$'}}",
                "{type: array, minItems: 2, uniqueItems: true, items: {enum: [a, b, c]}}",
                "{type: array, minItems: 2, uniqueItems: true, items: {type: object, properties: {n: {type: integer}}}}",
                "{type: array, maxItems: 0, items: {type: string}}",
                "{type: array, prefixItems: [{type: integer}, {type: string}], minItems: 2, items: false}",
                "{type: array, contains: {const: 7}, items: {type: integer}}",
                "{type: array, contains: {type: integer}, minContains: 3, items: {type: [integer, string]}}",
                "{type: array, contains: {type: integer}, maxContains: 1, items: {type: [integer, string]}, minItems: 2}",
                "{prefixItems: [{const: a}], oneOf: [{prefixItems: [true, {const: b}]}, {prefixItems: [true, {const: c}]}], unevaluatedItems: false}",
                "{allOf: [{properties: {a: true}, unevaluatedProperties: false}], anyOf: [{properties: {b: true}}], type: object}",
                "{type: object, properties: {a: {type: string}}, allOf: [{properties: {b: {type: string}}}], unevaluatedProperties: false}",
                "{type: object, minProperties: 1, unevaluatedProperties: {type: integer}}",
                "{type: string, pattern: '^[\u4e00-\u9fa5]{2}$'}",
                "{type: string, pattern: '^\\cI$'}",
                "{type: object, minProperties: 2}",
                "{type: object, minProperties: 1, additionalProperties: {type: integer}}",
                "{type: object, maxProperties: 1, properties: {a: {type: string}, b: {type: string}}}",
                "{type: object, minProperties: 1, patternProperties: {'^x-[a-z]+$': {type: boolean}}, additionalProperties: false}",
                "{type: object, minProperties: 1, propertyNames: {enum: [en, de]}}",
                "{type: object, required: [a], additionalProperties: {type: integer}}",
                "{type: object, properties: {a: {type: string}}, dependentRequired: {a: [b]}}",
                "{type: object, properties: {a: {type: string, deprecated: true}}, required: [a]}",
                "{allOf: [{type: object, properties: {a: {type: string}}, required: [a]}, {properties: {a: {minLength: 9}}}]}",
                "{allOf: [{properties: {a: {type: string}}}, {properties: {b: {type: integer}}, required: [a, b]}]}",
                "{allOf: [{type: integer, minimum: 3}, {maximum: 3}]}",
                "{allOf: [{enum: [a, b]}, {enum: [b, c]}]}",
                "{oneOf: [{type: object, properties: {a: {type: string}}}, {type: object, properties: {b: {type: string}}, required: [b]}]}",
                "{oneOf: [{type: object, required: [a]}, {type: object, required: [b]}], properties: {a: {type: string}, b: {type: string}}}",
                "{oneOf: [{type: number}, {type: integer}]}",
                "{anyOf: [{required: [a]}, {required: [b]}], properties: {a: {type: string}, b: {type: string}}}",
                "{type: object, properties: {k: {enum: [x, y]}}, if: {properties: {k: {const: x}}}, then: {required: [z]}}",
                "{type: object, properties: {a: {type: integer}}, not: {required: [a]}}",
                "{type: object, properties: {n: {$ref: '#/components/schemas/Node'}}}",
                "{$ref: '#/components/schemas/Node'}",
                "{$ref: '#/components/schemas/Expression'}",
                "{$ref: '#/components/schemas/Deep'}",
                "{type: object, properties: {r: {type: string, readOnly: true}}, required: [r]}"
            })
    void sampleIsValid(String schema) {
        String others = """
                Node: {type: object, required: [children], properties: {name: {type: string}, parent: {$ref: '#/components/schemas/Node'},
                  children: {type: array, items: {$ref: '#/components/schemas/Node'}}}},
                Expression: {oneOf: [{$ref: '#/components/schemas/Not'}, {type: string, enum: ['true']}]},
                Not: {type: object, required: [not], properties: {not: {$ref: '#/components/schemas/Expression'}}},
                Deep: {type: object, required: [a], properties: {a: {type: object, required: [b], properties: {b: {type: array, minItems: 1,
                  items: {oneOf: [{$ref: '#/components/schemas/Deep'}, {type: integer}]}}}}}}""".replace("\n", " ");
        Recommendation read = read(schema, others);
        JsonNode sample = read.definition().at("/body/json");
        JsonNode whole = YamlOrJson.read("allOf: [" + schema + "]\ncomponents: {schemas: {" + others + "}}");

        assertThat(SCHEMAS.getSchema(whole, FORMATS).validate(sample))
                .as(sample.toString())
                .isEmpty();
        assertThat(read.notes()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '!',
            quoteCharacter = '~',
            value = {
                "{$ref: '#/components/schemas/N'} ! N: {type: object, properties: {v: {type: integer}, next: {$ref:"
                        + " '#/components/schemas/N'}}} ! {'v': 1}",
                "{type: object, properties: {all: {type: array, items: {$ref: '#/components/schemas/N'}}}} ! N: {type: object,"
                        + " properties: {sub: {type: array, items: {$ref: '#/components/schemas/N'}}}} ! {'all': [{'sub': []}]}",
                "{oneOf: [{$ref: '#/components/schemas/Cat'}, {$ref: '#/components/schemas/Dog'}], discriminator: {propertyName: kind,"
                        + " mapping: {cat: '#/components/schemas/Cat'}}} ! Cat: {type: object, required: [kind, claws], properties: {kind:"
                        + " {type: string}, claws: {type: integer}}}, Dog: {type: object, required: [kind, bark], properties: {kind: {type:"
                        + " string}, bark: {type: boolean}}} ! {'kind': 'cat', 'claws': 1}",
                "{type: object, properties: {a: {type: string, example: Rex}, b: {type: integer, default: 7}}} ! ! {'a': 'Rex', 'b': 7}"
            })
    void sampleOfASchema(String schema, String others, String sample) {
        assertThat(sample(schema, others == null ? "" : others)).isEqualTo(YamlOrJson.read(sample.replace('\'', '"')));
    }

    @Test
    void longNamesOfCategoriesAreKnown() {
        String sample = sample("{type: string, pattern: '^\\p{Uppercase_Letter}\\p{gc=Letter}+\\p{digit}$'}", "")
                .asText();

        assertThat(sample).matches("\\p{Lu}\\p{L}+\\p{Nd}");
        assertThat(sample("{type: string, pattern: '^\\p{Script=Greek}+$'}", "").asText())
                .matches("\\p{IsGreek}+");
    }

    @Test
    void anchorsAreResolved() {
        String others =
                "Name: {$anchor: name, type: integer}, List: {$dynamicAnchor: items, type: array, minItems: 1, items: {const: x}}";

        assertThat(sample("{$ref: '#name'}", others)).isEqualTo(YamlOrJson.read("1"));
        assertThat(sample("{$dynamicRef: '#items'}", others)).isEqualTo(YamlOrJson.read("[\"x\"]"));
        assertThat(read("{$ref: '#nam'}", others).notes())
                .containsExactly("the reference #nam is not resolved: add its content");
    }

    @Test
    void passwordsAndTypesOfTokensNeedNoNote() {
        Recommendation read = read(
                "{type: object, properties: {password: {type: string, format: password, maxLength: 10},"
                        + " payment_token: {type: object, properties: {type: {enum: [card, account]}, value: {type: string}}}}}",
                "");

        assertThat(read.definition().at("/body/json"))
                .isEqualTo(YamlOrJson.read("{\"password\": \"{{connection.password}}\", \"payment_token\":"
                        + " {\"type\": \"card\", \"value\": \"{{connection.value}}\"}}"));
        assertThat(read.notes()).noneMatch(note -> note.contains("fulfil"));
    }

    @Test
    void examplesThatDoNotFulfilTheirSchemaAreNoted() {
        String media = "{schema: {type: object, properties: {n: {type: integer}}}, example: {n: one}}";
        Recommendation read = RecommendationSources.openApi(
                        "openapi: 3.1.0\npaths: {/a: {post: {requestBody: {content: {application/json: " + media
                                + "}}}}}")
                .all()
                .get(0);

        assertThat(read.definition().at("/body/json/n").asText()).isEqualTo("one");
        assertThat(read.notes()).containsExactly("the example of the body does not fulfil its schema: check it");
    }

    @Test
    void whatCanNotBeSatisfiedIsNoted() {
        assertThat(read("{type: string, pattern: '^a$', minLength: 3}", "").notes())
                .containsExactly("the body that was generated may not fulfil its schema: check it");
        assertThat(read(
                                "{$ref: '#/components/schemas/A'}",
                                "A: {type: object, required: [a], properties: {a: {$ref: '#/components/schemas/A'}}}")
                        .notes())
                .containsExactly("the body that was generated may not fulfil its schema: check it");
    }

    @Test
    void effortIsBounded() {
        StringBuilder wide = new StringBuilder();
        for (int i = 0; i < 12; i++) {
            wide.append("S").append(i).append(": {oneOf: [");
            for (int j = 0; j < 6; j++) {
                wide.append("{type: object, required: [a], properties: {a: {$ref: '#/components/schemas/S")
                        .append(i + 1)
                        .append("'}, k: {type: string, pattern: '^(a+)+b")
                        .append(j)
                        .append("$'}}},");
            }
            wide.append("]},");
        }
        wide.append("S12: {type: string, pattern: '^((a|aa)+)+$', not: {type: string}}");

        assertTimeoutPreemptively(
                Duration.ofSeconds(20), () -> sample("{$ref: '#/components/schemas/S0'}", wide.toString()));
    }
}
