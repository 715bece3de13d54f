package io.httpconnector.internal.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.httpconnector.InvalidDefinitionException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class JsonObjectReaderTest {

    @Test
    void readsTypedMembers() {
        Map<String, ?> read = read(
                """
                {"text":"a","number":3,"flag":true,"every":"PT5M","list":["x","y"],"map":{"k":"v"}}""",
                reader -> Map.of(
                        "text", reader.requiredText("text"),
                        "number", reader.requiredInteger("number"),
                        "flag", reader.isSet("flag"),
                        "every", String.valueOf(reader.duration("every")),
                        "list", reader.texts("list"),
                        "map", reader.textMap("map")));

        assertThat(read)
                .isEqualTo(Map.of(
                        "text",
                        "a",
                        "number",
                        3,
                        "flag",
                        true,
                        "every",
                        Duration.ofMinutes(5).toString(),
                        "list",
                        List.of("x", "y"),
                        "map",
                        Map.of("k", "v")));
    }

    @Test
    void reportsAllProblemsWithTheirPointers() {
        List<String> problems = problems("""
                {"text":3,"nmuber":1,"every":"5m","list":["a",1],"in~ner/":{"sise":2},"items":[{"name":null},{}]}""", reader -> {
            reader.text("text", text -> {});
            reader.integer("number", number -> {});
            reader.duration("every", every -> {});
            assertThat(reader.texts("list")).containsExactly("a");
            reader.object("in~ner/", inner -> inner.requiredInteger("size"), size -> {});
            return reader.objects("items", item -> item.requiredText("name"));
        });

        assertThat(problems)
                .containsExactlyInAnyOrder(
                        "/text: expected a string, found an integer",
                        "/nmuber: unknown member; did you mean \"number\"?",
                        "/every: \"5m\" is not an ISO 8601 duration, such as PT5M",
                        "/list/1: expected a string, found an integer",
                        "/in~0ner~1/size: missing",
                        "/in~0ner~1/sise: unknown member; did you mean \"size\"?",
                        "/items/0/name: expected a string, found null",
                        "/items/1/name: missing");
    }

    @Test
    void contradictingMembersAreReported() {
        assertThat(problems("{\"a\":1,\"b\":2}", reader -> String.valueOf(reader.exactlyOneOf("a", "b", "c"))))
                .containsExactly("a and b exclude each other: give one of them");
        assertThat(problems("{}", reader -> String.valueOf(reader.exactlyOneOf("a", "b"))))
                .containsExactly("/a: one of a, b is required");
    }

    @Test
    void refusalsOfTheReceivingCodeGetThePointerOfTheirMember() {
        assertThat(problems(
                        "{\"a\":{\"b\":\"x\"}}",
                        reader -> reader.<Object>object("a", inner -> {
                            inner.text("b", value -> {
                                throw new InvalidDefinitionException(
                                        "b", List.of("too short", "/deep: of another type"));
                            });
                            return "never used";
                        })))
                .containsExactly("/a/b: too short", "/a/b/deep: of another type");
    }

    @Test
    void somethingElseThanAnObjectIsReported() {
        assertThat(problems("[1]", reader -> "")).containsExactly("expected an object, found a list");
        assertThat(problems(null, reader -> "")).containsExactly("expected an object, found nothing");
    }

    private static List<String> problems(@Nullable String json, Function<JsonObjectReader, @Nullable Object> reading) {
        InvalidDefinitionException refusal =
                catchThrowableOfType(InvalidDefinitionException.class, () -> read(json, reading));
        return refusal.problems();
    }

    private static <T extends @Nullable Object> T read(@Nullable String json, Function<JsonObjectReader, T> reading) {
        return JsonObjectReader.read("document", json == null ? null : JsonSupport.parse(json), reading);
    }
}
