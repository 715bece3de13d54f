package io.httpconnector.wizard;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.template.RequestTemplate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests the styles of parameters and form fields (OpenAPI 3.0 and 3.1, Parameter Object, Style Examples). */
class OpenApiStylesTest {

    private static final Map<String, String> VALUES = Map.of(
            "empty", "''",
            "string", "blue",
            "array", "[blue, black, brown]",
            "object", "{R: 100, G: 200, B: 150}");

    private static Recommendation read(String version, String path, String operation) {
        Recommendation one = RecommendationSources.openApi(version + "\ninfo: {title: T, version: '1'}\npaths: {'"
                        + path + "': {post: {" + operation + "}}}")
                .all()
                .get(0);
        RequestTemplate.fromJson(one.definition().deepCopy().put("name", "T"));
        return one;
    }

    private static Recommendation parameter(String in, String rest) {
        return read(
                "openapi: 3.0.3",
                in.equals("path") ? "/{color}" : "/a",
                "parameters: [{name: color, in: " + in + ", required: true, " + rest + "}]");
    }

    private static Recommendation field(String schema, String encoding) {
        return read(
                "openapi: 3.1.0",
                "/a",
                "requestBody: {content: {application/x-www-form-urlencoded: {schema: " + schema + ", encoding: "
                        + encoding + "}}}");
    }

    private static String shown(JsonNode pairs) {
        List<String> all = new ArrayList<>();
        pairs.forEach(pair ->
                all.add(pair.path("name").asText() + "=" + pair.path("value").asText()));
        return String.join("&", all);
    }

    /** The table of the specification; cells without a definition (n/a) have a note. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {
                "simple false header empty color= ''",
                "simple false header string color=blue ''",
                "simple false header array color=blue,black,brown ''",
                "simple false header object color=R,100,G,200,B,150 ''",
                "simple true header empty color= ''",
                "simple true header string color=blue ''",
                "simple true header array color=blue,black,brown ''",
                "simple true header object color=R=100,G=200,B=150 ''",
                "form false query empty color= ''",
                "form false query string color=blue ''",
                "form false query array color=blue,black,brown ''",
                "form false query object color=R,100,G,200,B,150 ''",
                "form true query empty color= ''",
                "form true query string color=blue ''",
                "form true query array color=blue&color=black&color=brown ''",
                "form true query object R=100&G=200&B=150 ''",
                "spaceDelimited false query empty color= not",
                "spaceDelimited false query string color=blue not",
                "spaceDelimited false query array 'color=blue black brown' ''",
                "spaceDelimited false query object 'color=R 100 G 200 B 150' ''",
                "spaceDelimited true query array color=blue&color=black&color=brown not",
                "spaceDelimited true query object R=100&G=200&B=150 not",
                "pipeDelimited false query empty color= not",
                "pipeDelimited false query string color=blue not",
                "pipeDelimited false query array color=blue|black|brown ''",
                "pipeDelimited false query object color=R|100|G|200|B|150 ''",
                "pipeDelimited true query array color=blue&color=black&color=brown not",
                "pipeDelimited true query object R=100&G=200&B=150 not",
                "deepObject true query empty color= not",
                "deepObject true query string color=blue not",
                "deepObject true query array color[]=blue&color[]=black&color[]=brown ''",
                "deepObject true query object color[R]=100&color[G]=200&color[B]=150 ''",
                "simple false query array color=blue,black,brown not",
                "form false header array color=blue,black,brown not",
                "label false query string color=blue not",
            })
    void cell(String style, String explode, String in, String kind, String written, String note) {
        Recommendation read = parameter(
                in, "style: " + style + ", explode: " + explode + ", schema: {}, example: " + VALUES.get(kind));

        assertThat(shown(read.definition().path(in.equals("query") ? "query" : "headers")))
                .isEqualTo(written);
        if (note.isEmpty()) {
            assertThat(read.notes()).isEmpty();
        } else {
            assertThat(read.notes())
                    .singleElement()
                    .asString()
                    .contains(" color has the style " + style)
                    .contains("which is not defined");
        }
        if (in.equals("query")
                && !note.contains("there")
                && !List.of("simple", "label").contains(style)) {
            Recommendation form = field(
                    "{properties: {color: {example: " + VALUES.get(kind) + "}}}",
                    "{color: {style: " + style + ", explode: " + explode + "}}");
            assertThat(shown(form.definition().at("/body/form"))).isEqualTo(written);
            assertThat(form.notes()).hasSize(note.isEmpty() ? 0 : 1);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {
                "simple false string ''",
                "simple true string ''",
                "simple false array 1,2",
                "simple true array 1,2",
                "simple false object R,1,G,2,B,3",
                "simple true object R=1,G=2,B=3",
                "label false string .1",
                "label true string .1",
                "label false array .1,2",
                "label true array .1.2",
                "label false object .R,1,G,2,B,3",
                "label true object .R=1.G=2.B=3",
                "matrix false string ;color=1",
                "matrix true string ;color=1",
                "matrix false array ;color=1,2",
                "matrix true array ;color=1;color=2",
                "matrix false object ;color=R,1,G,2,B,3",
                "matrix true object ;R=1;G=2;B=3",
            })
    void cellOfAPathParameter(String style, String explode, String kind, String written) {
        Recommendation read = parameter(
                "path", "style: " + style + ", explode: " + explode + ", schema: {}, example: " + VALUES.get(kind));

        assertThat(read.definition().path("url").asText()).isEqualTo("/{{input.color}}");
        if (written.isEmpty()) {
            assertThat(read.notes()).isEmpty();
        } else {
            assertThat(read.notes())
                    .singleElement()
                    .asString()
                    .startsWith("its path parameter color ")
                    .endsWith(", such as " + written);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '!',
            quoteCharacter = '~',
            value = {
                "{type: object, additionalProperties: {type: integer}} ! form ! key1=1",
                "{type: object, additionalProperties: true} ! form ! key1=string",
                "{type: object} ! form ! key1=string",
                "{type: object, additionalProperties: {type: string}} ! deepObject ! color[key1]=string",
                "{type: object, propertyNames: {enum: [red]}, additionalProperties: {const: 7}} ! deepObject ! color[red]=7",
                "{type: array, items: {type: string}, example: []} ! form ! color=string",
                "{type: array, items: {enum: [red]}, default: []} ! pipeDelimited ! color=red",
                "{type: array} ! form ! color=string",
                "{type: array, example: []} ! deepObject ! color[]=string",
            })
    void requiredValueThatWouldBeEmptyHasASample(String schema, String style, String written) {
        Recommendation query = parameter("query", "style: " + style + ", schema: " + schema);
        Recommendation form = field(
                "{type: object, required: [color], properties: {color: " + schema + "}}",
                "{color: {style: " + style + "}}");

        assertThat(shown(query.definition().path("query"))).isEqualTo(written);
        assertThat(query.notes())
                .singleElement()
                .asString()
                .startsWith("the query parameter color has a sample value, as it is required");
        assertThat(shown(form.definition().at("/body/form"))).isEqualTo(written);
        assertThat(form.notes()).singleElement().asString().startsWith("the field color has a sample value");
    }

    @Test
    void emptyHeaderHasASample() {
        Recommendation read = parameter("header", "schema: {type: array, items: {type: string}}, example: []");

        assertThat(shown(read.definition().path("headers"))).isEqualTo("color=string");
        assertThat(read.notes()).hasSize(1);
    }

    @Test
    void valueThatMustBeEmptyIsLeftOutWithANote() {
        assertThat(parameter("query", "schema: {type: array, maxItems: 0}").notes())
                .containsExactly(
                        "the query parameter color is left out: it is an empty list, although it is required: add it");
        assertThat(field(
                                "{type: object, properties: {color: {type: object, additionalProperties: true}}}",
                                "{color: {style: deepObject}}")
                        .notes())
                .containsExactly("the field color is left out: it is an empty object");
        assertThat(field("{type: object, additionalProperties: true}", "{}").notes())
                .containsExactly("its form has no fields with known names: add them");
        assertThat(parameter("query", "style: deepObject, schema: {}, example: {a: {b: {}}, c: 1}")
                        .notes())
                .containsExactly(
                        "the query parameter color has an empty object, color[a][b], which is left out: the style"
                                + " deepObject can't express it");
    }

    @Test
    void emptyPartHasASample() {
        Recommendation read = read(
                "openapi: 3.0.3",
                "/a",
                "requestBody: {content: {multipart/form-data: {schema: {required: [tags], properties: {tags: {type: array,"
                        + " example: []}, others: {type: array, example: []}}}}}}");

        assertThat(shown(read.definition().at("/body/multipart"))).isEqualTo("tags=string");
        assertThat(read.notes())
                .hasSize(2)
                .anyMatch(note -> note.startsWith("the part tags has a sample value"))
                .contains("the part others is left out: it is an empty list");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '!',
            quoteCharacter = '~',
            value = {
                "query ! style: pipeDelimited, explode: false ! ['a|b', c] ! color=a|b|c ! |",
                "query ! style: spaceDelimited, explode: false ! ['a b', c] ! color=a b c !",
                "query ! explode: false ! ['Doe, John', c] ! color=Doe, John,c ! ,",
                "query ! explode: false ! {a: '1,2'} ! color=a,1,2 ! ,",
                "query ! explode: false ! {'a,b': 1} ! color=a,b,1 ! ,",
                "header ! explode: false ! ['a,b', c] ! color=a,b,c ! ,",
                "header ! explode: true ! {a: '1,2'} ! color=a=1,2 ! ,",
                "header ! explode: true ! {'a=b': 1} ! color=a=b=1 ! =",
            })
    void separatorInAValueIsNoted(String in, String style, String value, String written, String separator) {
        Recommendation read = parameter(in, style + ", schema: {}, example: " + value);

        assertThat(shown(read.definition().path(in.equals("query") ? "query" : "headers")))
                .isEqualTo(written);
        assertThat(read.notes())
                .singleElement()
                .asString()
                .contains(" color has a \"" + (separator == null ? " " : separator)
                        + "\" in a value, which is the separator");
    }

    @Test
    void separatorInARepeatedParameterIsNoProblem() {
        assertThat(parameter("query", "schema: {}, example: ['a,b', c]").notes())
                .isEmpty();
        assertThat(parameter("query", "schema: {}, example: {a: 'a,b', b: 'x=y'}")
                        .notes())
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '!',
            value = {
                "query ! style: form ! {first: {second: a}} ! first={\"second\":\"a\"}",
                "query ! explode: false ! {a: 1, b: [1]} ! color=a,1,b,[1]",
                "query ! style: form ! [{a: 1}] ! color={\"a\":1}",
                "header ! explode: true ! {a: {b: 1}} ! color=a={\"b\":1}",
            })
    void nestedValueIsNoted(String in, String style, String value, String written) {
        Recommendation read = parameter(in, style + ", schema: {}, example: " + value);

        assertThat(shown(read.definition().path(in.equals("query") ? "query" : "headers")))
                .isEqualTo(written);
        assertThat(read.notes()).singleElement().asString().contains(" color has nested values, which the style");
    }

    @Test
    void parametersOfAMediaType() {
        String content = "content: {application/json: {schema: {type: object}, example: {a: 1}}}";
        assertThat(shown(parameter("header", content).definition().path("headers")))
                .isEqualTo("color={\"a\":1}");
        assertThat(shown(parameter("query", content).definition().path("query")))
                .isEqualTo("color={\"a\":1}");
        assertThat(shown(parameter("query", "content: {application/json: {schema: {type: string}, example: a}}")
                        .definition()
                        .path("query")))
                .isEqualTo("color=\"a\"");
        assertThat(parameter("query", "content: {application/xml: {schema: {type: object}, example: {a: 1}}}")
                        .notes())
                .containsExactly(
                        "the query parameter color has the media type application/xml: its sample is JSON, write it by hand");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '!',
            quoteCharacter = '~',
            value = {
                "csv ! pipes ! [[1, 2], [3, 4]] ! color=1|2,3|4 ! 0",
                "multi ! pipes ! [[1, 2], [3, 4]] ! color=1|2&color=3|4 ! 0",
                "pipes ! ssv ! [[1, 2], [3, 4]] ! color=1 2|3 4 ! 0",
                "tsv ! csv ! [[1, 2], [3, 4]] ! color=1,2\t3,4 ! 0",
                "csv ! csv ! [[1, 2], [3, 4]] ! color=1,2,3,4 ! 1",
                "csv ! pipes ! [['a|b']] ! color=a|b ! 1",
            })
    void listsOfListsInSwagger(String outer, String inner, String value, String written, int notes) {
        for (String in : List.of("query", "formData")) {
            Recommendation read = read(
                    "swagger: '2.0'",
                    "/a",
                    "consumes: [application/x-www-form-urlencoded], parameters: [{name: color, in: " + in
                            + ", required: true, type: array, collectionFormat: " + outer
                            + ", items: {type: array, collectionFormat: " + inner + ", items: {}}, default: " + value
                            + "}]");

            assertThat(shown(
                            in.equals("query")
                                    ? read.definition().path("query")
                                    : read.definition().at("/body/form")))
                    .isEqualTo(written);
            assertThat(read.notes()).hasSize(notes);
        }
    }
}
