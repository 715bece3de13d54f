package io.httpconnector.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.httpconnector.Body;
import io.httpconnector.internal.json.JsonSupport;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StructureTest {

    private static final Map<String, Object> ORDER = Map.of(
            "gift",
            true,
            "plain",
            false,
            "type",
            "express",
            "count",
            2,
            "empty",
            List.of(),
            "note",
            "",
            "id",
            7,
            "lines",
            List.of(
                    Map.of("sku", "A", "qty", 1, "tags", List.of("x", "y")),
                    Map.of("sku", "B", "qty", 2, "tags", List.of())));

    private static String render(String json) {
        return render(json, ORDER);
    }

    private static String render(Object json, Object value) {
        RequestTemplate template =
                RequestTemplate.named("T").post("/").json(json).build();
        return new String(
                template.render("order", value).body().map(Body::toBytes).orElse(new byte[0]), StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '!',
            quoteCharacter = '~',
            value = {
                "{'$each': '{{order.lines}}', '$as': 'line', '$item': {'s': '{{line.sku}}', 'o':"
                        + " '{{order.id}}'}} ! [{'s':'A','o':7},{'s':'B','o':7}]",
                "{'$item': '{{item.qty}}', '$each': '{{order.lines}}'}                              ! [1,2]",
                "{'a': {'$each': '{{order.lines}}', '$as': 'l', '$item': {'$each': '{{l.tags}}', '$as': 't',"
                        + " '$item': '{{l.sku}}-{{t}}'}}} ! {'a':[['A-x','A-y'],[]]}",
                "{'$each': '{{order.lines}}', '$as': 'l', '$item': {'$if': '{{l.qty}}', '$equals': 2, '$then':"
                        + " '{{l.sku}}'}} ! ['B']",
                "{'$each': '{{order.empty}}', '$item': 1}                                           ! []",
                "{'a': {'$each': '{{order.none | omit}}', '$item': 1}, 'b': 2}                      ! {'b':2}",
                "{'$each': '{{order.none | default([])}}', '$item': 1}                              ! []",
                "{'$each': '{{order.lines | pluck(sku)}}', '$item': '<{{item}}>'}                   ! ['<A>','<B>']",
                "[{'$if': '{{order.gift}}', '$then': 1, '$else': 2}]                                ! [1]",
                "[{'$if': '{{order.plain}}', '$then': 1, '$else': 2}]                               ! [2]",
                "[{'$if': '{{order.plain}}', '$then': 1}, 3]                                        ! [3]",
                "{'a': 0, 'b': {'$if': '{{order.none}}', '$then': 1}, 'c': 3}                       ! {'a':0,'c':3}",
                "[{'$if': '{{order.note}}', '$then': 1, '$else': 2}]                                ! [2]",
                "[{'$if': '{{order.lines}}', '$then': 1, '$else': 2}]                               ! [1]",
                "[{'$if': '{{order.type}}', '$equals': 'express', '$then': {'x': 1}, '$else': {'$if':"
                        + " '{{order.id}}', '$then': 2}}] ! [{'x':1}]",
                "[{'$if': '{{order.count}}', '$equals': 2.0, '$then': 1, '$else': 2}]               ! [1]",
                "[{'$if': '{{order.none}}', '$equals': null, '$then': 1, '$else': 2}]               ! [1]",
                "{'$$each': 1, '$$$if': 2, '$ref': '{{order.id}}', '$$x': 4}                        !"
                        + " {'$each':1,'$$if':2,'$ref':7,'$$x':4}",
                "{'a': '{{order.none | omit}}', 'b': '{{order.id | omit}}', 'c': 'x {{order.none | omit}}'} ! {'b':7}",
                "['{{order.none | omit}}', '{{order.id}}', '{{order.none | omit}}']                 ! [7]",
                "{'a': {'b': '{{order.none | omit}}'}}                                              ! {'a':{}}",
                "{}                                                                                 ! {}",
                "{'a': [], 'b': [{}], 'n': 1E400, 'm': -0, 'd': 1234.5600}                          !"
                        + " {'a':[],'b':[{}],'n':1E400,'m':-0,'d':1234.5600}"
            })
    void structure(String template, String rendered) {
        assertThat(render(template.replace('\'', '"'))).isEqualTo(rendered.replace('\'', '"'));
    }

    @Test
    void bodyThatIsLeftOutIsNotSent() {
        assertThat(RequestTemplate.named("T")
                        .post("/")
                        .json("{{order.none | omit}}")
                        .build()
                        .render("order", ORDER)
                        .body())
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '!',
            quoteCharacter = '~',
            value = {
                "{'$each': '{{order.id}}', '$item': 1}                         ! is a number, but $each requires a list",
                "{'$each': '{{order.none}}', '$item': 1}                       ! has no 'none'",
                "[{'$if': '{{order.count}}', '$then': 1}]                      ! is a number: use $equals",
                "{'$each': '{{order.lines}}', '$as': 'l', '$item': '{{l.skuu}}'} ! 'l' has no 'skuu': did you mean 'sku'?"
            })
    void valueThatDoesNotFit(String template, String message) {
        RenderException e = catchThrowableOfType(RenderException.class, () -> render(template.replace('\'', '"')));

        assertThat(e).hasMessageContaining(message.replace('\'', '"'));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '!',
            quoteCharacter = '~',
            value = {
                "{'$each': '{{o.l}}'}                            ! MALFORMED ! '$each' requires '$item'",
                "{'$if': '{{o.l}}', '$else': 1}                  ! MALFORMED ! '$if' requires '$then'",
                "{'$then': 1}                                    ! MALFORMED ! '$then' requires '$if': write '$$then'",
                "{'$as': 'x', 'a': 1}                            ! MALFORMED ! '$as' requires '$each'",
                "{'$each': '{{o.l}}', '$item': 1, 'a': 1}        ! MALFORMED ! but has 'a'",
                "{'$each': '{{o.l}}', '$item': 1, '$then': 1}    ! MALFORMED ! '$then' requires '$if'",
                "{'$each': 'x {{o.l}}', '$item': 1}              ! MALFORMED ! '$each' requires exactly one pill",
                "{'$each': [], '$item': 1}                       ! MALFORMED ! '$each' requires exactly one pill",
                "{'$each': '{{o.l}}', '$as': 'a b', '$item': 1}  ! MALFORMED ! '$as' must be a name for the element",
                "{'$each': '{{o.l}}', '$as': 'x', '$item': {'$each': '{{x.l}}', '$as': 'x', '$item': 1}} !"
                        + " MALFORMED ! that no enclosing list uses",
                "{'$if': '{{o.l}}', '$equals': [1], '$then': 1}  ! MALFORMED ! '$equals' requires a string",
                "{'a': 1, 'a': 2}                                ! MALFORMED ! Duplicate field 'a'",
                "{'a': '{{o.x | null}} text'}                    ! MISPLACED ! null has no text form",
                "{'{{o.x}}': 1}                                  ! MISPLACED ! can't be part of a member name"
            })
    void templateThatIsWrong(String template, TemplateProblem.Code code, String message) {
        InvalidTemplateException e =
                catchThrowableOfType(InvalidTemplateException.class, () -> render(template.replace('\'', '"')));

        assertThat(e.details().get(0).code()).isEqualTo(code);
        assertThat(e.details().get(0).message().replace('"', '\'')).contains(message);
    }

    @Test
    void treeIsATemplateToo() {
        Map<String, Object> tree = Map.of("venue", Map.of("name", "{{order[\"odd \\\"key\\\"\"]}}"));

        assertThat(render(tree, Map.of("odd \"key\"", "Hall"))).isEqualTo("{\"venue\":{\"name\":\"Hall\"}}");
    }

    @Test
    void halfOfASurrogatePairIsRefused() {
        for (String text : List.of("\ud83d", "\ude00", "a\ud83d\ud83d\ude00", "x".repeat(1023) + "\ud83d")) {
            for (Object value : List.of(Map.of("t", text), Map.of("t", List.of(text)), Map.of("t", Map.of(text, 1)))) {
                RenderException e = catchThrowableOfType(RenderException.class, () -> render("[{{order.t}}]", value));
                assertThat(e.details().get(0).code()).isEqualTo(TemplateProblem.Code.UNENCODABLE);
            }
        }
        String pairs = "a" + "😀".repeat(3000);
        assertThat(render("[{{order.t}}, \"x{{order.t}}\"]", Map.of("t", pairs)))
                .isEqualTo("[\"" + pairs + "\",\"x" + pairs + "\"]");
    }

    @Test
    void valueThatIsNestedTooDeepIsRefused() {
        JsonNode deep = JsonSupport.tree(List.of());
        for (int i = 0; i < 5000; i++) {
            deep = JsonNodeFactory.instance.arrayNode().add(deep);
        }
        JsonNode values = JsonNodeFactory.instance.objectNode().set("t", deep);

        RenderException e = catchThrowableOfType(RenderException.class, () -> render("[{{order.t}}]", values));

        assertThat(e).hasMessageContaining("is nested deeper than 1000 levels");
    }
}
