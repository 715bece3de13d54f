package io.httpconnector.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.internal.json.JsonSupport;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests at the limits of templates: ends of buffers, the longest pill, the deepest value, positions in messages. */
class TemplateLimitsTest {

    /** One character of each length in UTF-8 at both ends of its range, and of each kind of escape. */
    static final List<String> CHARACTERS = List.of(
            "\u0000",
            "\u001f",
            "\n",
            "\"",
            "\\",
            " ",
            "~",
            "\u007f",
            "\u0080",
            "\u07ff",
            "\u0800",
            "\ud7ff",
            "\ue000",
            "\uffff",
            "\ud800\udc00",
            "\udbff\udfff");

    private static final RequestTemplate ANY =
            RequestTemplate.named("T").post("/").json("{{v.x}}").build();

    static String json(Object value) {
        return new String(
                ANY.render("v", Map.of("x", value)).body().orElseThrow().toBytes(), StandardCharsets.UTF_8);
    }

    private static String json(String pill, Map<String, ?> values) {
        RequestTemplate template =
                RequestTemplate.named("T").post("/").json("[{{" + pill + "}}]").build();
        return new String(template.render("v", values).body().orElseThrow().toBytes(), StandardCharsets.UTF_8);
    }

    /** Texts are encoded in pieces of 1,024 characters. */
    @Test
    void eachCharacterIsKeptAtTheEndOfEachPiece() {
        for (String character : CHARACTERS) {
            for (int before = 1018; before <= 1026; before++) {
                String text = "a".repeat(before) + character + character + "z";

                assertThat(JsonSupport.parse(json(text)).textValue())
                        .as("U+%04X after %d characters", character.codePointAt(0), before)
                        .isEqualTo(text);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            longs = {0, 1, -1, 9, 10, -10, 99, 100, Integer.MIN_VALUE, Long.MAX_VALUE, -Long.MAX_VALUE, Long.MIN_VALUE})
    void integersHaveAllDigits(long number) {
        assertThat(json(number)).isEqualTo(Long.toString(number));
    }

    @Test
    void objectInsideATreeIsSerialised() {
        ObjectNode tree = JsonNodeFactory.instance.objectNode();
        tree.putPOJO("point", new Point(1, "ä"));

        assertThat(json(tree)).isEqualTo("{\"point\":{\"x\":1,\"name\":\"ä\"}}");
    }

    record Point(int x, String name) {}

    @Test
    void valueIsNestedAtMostAThousandLevels() {
        assertThat(json(nested(1000))).isEqualTo("[".repeat(1001) + "]".repeat(1001));
        assertThatThrownBy(() -> json(nested(1001)))
                .isInstanceOf(RenderException.class)
                .hasMessageContaining("is nested deeper than 1000 levels");
        ObjectNode objects = JsonNodeFactory.instance.objectNode();
        for (int i = 0; i < 1001; i++) {
            objects = JsonNodeFactory.instance.objectNode().set("a", objects);
        }
        JsonNode tooDeep = objects;
        assertThatThrownBy(() -> json(tooDeep)).hasMessageContaining("is nested deeper than 1000 levels");
        assertThat(json(objects.get("a"))).isEqualTo("{\"a\":".repeat(1000) + "{}" + "}".repeat(1000));
    }

    private static JsonNode nested(int levels) {
        ArrayNode node = JsonNodeFactory.instance.arrayNode();
        for (int i = 0; i < levels; i++) {
            node = JsonNodeFactory.instance.arrayNode().add(node);
        }
        return node;
    }

    @Test
    void messageHasThePositionOfACharacterThatIsNoText() {
        RequestTemplate xml =
                RequestTemplate.named("T").post("/").xml("<a>{{v.x}}</a>").build();

        assertThatThrownBy(() -> json("abc\ud800"))
                .hasMessageContaining("character 4 is an unpaired surrogate (U+D800)");
        assertThatThrownBy(() -> xml.render("v", Map.of("x", "ab\u0001")))
                .hasMessageContaining("character 3 (U+0001) is not allowed in XML");
    }

    @Test
    void pillHasAtMostAThousandCharacters() {
        String longest = "v." + "n".repeat(998);

        assertThat(json(longest, Map.of("n".repeat(998), 1))).isEqualTo("[1]");
        assertThatThrownBy(() -> json(longest + "n", Map.of()))
                .isInstanceOf(InvalidTemplateException.class)
                .hasMessageContaining("the pill is longer than 1000 characters");
    }

    @Test
    void parenthesesAreNestedAtMostTwentyLevels() {
        assertThat(json(sum(20), Map.of("n", 1))).isEqualTo("[21]");
        assertThatThrownBy(() -> json(sum(21), Map.of("n", 1)))
                .isInstanceOf(InvalidTemplateException.class)
                .hasMessageContaining("more than 20 levels of parentheses");
        assertThat(json("v.n" + " | plus((v.n | plus(1)))".repeat(25), Map.of("n", 1)))
                .isEqualTo("[51]");
    }

    private static String sum(int levels) {
        return "v.n" + " | plus((v.n".repeat(levels) + "))".repeat(levels);
    }

    /** Names in brackets may contain what ends an argument elsewhere. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '!',
            quoteCharacter = '~',
            value = {
                "v.list | pluck(a[\"b,c\"])   ! [[1]]",
                "v.list | pluck(a['d) e'])     ! [[2]]",
                "v.list | pluck([\"f\\\"g\"]) ! [[3]]",
                "v.list | pluck(h[0])          ! [[4]]",
                "v.list | pluck( h[1] ) | size ! [1]",
                "v.list | size | plus( ( v.n ) )     ! [4]"
            })
    void pathOfAnArgumentMayHaveNamesInBrackets(String pill, String expected) {
        Map<String, Object> element = Map.of("a", Map.of("b,c", 1, "d) e", 2), "f\"g", 3, "h", List.of(4, 5));

        assertThat(json(pill, Map.of("list", List.of(element), "n", 3))).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"_id", "a_b", "a-b", "$ref", "@type", "xml:lang", "größe", "1st"})
    void nameNeedsNoBrackets(String name) {
        assertThat(json("v." + name, Map.of(name, 1))).isEqualTo("[1]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '!',
            quoteCharacter = '~',
            value = {
                "v.a | plus(            ! an argument is missing at character 12",
                "v.a | plus(1           ! missing closing parenthesis",
                "v.a | default('x       ! is not closed",
                "v.a | plus((v.b        ! missing closing parenthesis",
                "v.a | pluck([          ! [",
                "v.a | pluck(\"['b\")     ! missing closing quote, at character 4",
                "v.a | pluck(\"['b\\\\\") ! missing closing quote, at character 5",
                "v.a | size(1)          ! size: expects no argument",
                "v.a | split(',', 2, 3) ! split: expects at most 1 argument",
                "v.a | plus(1x)         ! 1x is not a number: put text in quotes"
            })
    void incompleteArgumentIsReported(String pill, String problem) {
        assertThatThrownBy(() -> json(pill, Map.of("a", 1)))
                .isInstanceOf(InvalidTemplateException.class)
                .hasMessageContaining(problem);
    }

    /** The type of a value after its filters decides which filters may follow, when the template is built. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '!',
            quoteCharacter = '~',
            value = {
                "v.a | size | pluck(b)                    ! pluck",
                "v.a | split(',') | default([]) | upper   ! upper",
                "v.a | split(',') | omit | upper          ! upper",
                "v.a | string | default('') | pluck(b)    ! pluck"
            })
    void filterThatDoesNotAcceptTheTypeIsRejected(String pill, String filter) {
        assertThatThrownBy(() -> json(pill, Map.of("a", "1")))
                .isInstanceOf(InvalidTemplateException.class)
                .hasMessageContaining(filter);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '!',
            quoteCharacter = '~',
            value = {
                "v.a | split(',') | default('x') | upper  ! ~[\"X\"]~",
                "v.a | split(',') | default((v.b)) | upper  ! ~[\"Y\"]~"
            })
    void defaultOfAnotherTypeLeavesTheTypeOpen(String pill, String expected) {
        assertThat(json(pill, Map.of("b", "y"))).isEqualTo(expected);
    }

    @Test
    void valuesOfArgumentsAreRequiredToo() {
        RequestTemplate template = RequestTemplate.named("T")
                .post("/")
                .json(
                        "[{{v.a | plus((v.b | plus(v.c | default(0))))}}, {{v.d | map('x', (v.e | default((v.f))), (v.g))}}]"
                                .replace("v.c | default(0)", "(v.c | default((v.h)))"))
                .build();

        List<String> paths = new ArrayList<>();
        template.pills().forEach(pill -> paths.add(pill.path()));
        assertThat(paths).contains("v.a", "v.b", "v.c", "v.d", "v.e", "v.f", "v.g", "v.h");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '!',
            value = {
                "v.list[*].a ! list[1]\" has no \"a\"",
                "v.list[2]   ! has 2 elements, so it has no [2]",
                "v.text[0]   ! is not a list, so it has no [0]",
                "v.text.a    ! so it has no \"a\"",
                "v.lisd      ! list"
            })
    void missingValueIsLocated(String pill, String problem) {
        Map<String, Object> values = Map.of("list", List.of(Map.of("a", 1), Map.of("b", 2)), "text", "t");

        assertThatThrownBy(() -> json(pill, values))
                .isInstanceOf(RenderException.class)
                .hasMessageContaining(problem);
    }
}
