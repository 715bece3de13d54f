package io.httpconnector.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.internal.json.JsonSupport;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each registered paginator has a factory, a JSON form, suggestions for its name, and documentation. */
class PaginatorTypesTest {

    private static final Set<Class<?>> PARAMETERS = Set.of(String.class, ParameterLocation.class);

    static List<String> members() {
        return Pagination.TYPES.stream().map(PaginatorType::member).toList();
    }

    @ParameterizedTest
    @MethodSource("members")
    void factoryOfSameNameIsWrittenAndReadWithoutLoss(String member) throws Exception {
        JsonNode written = PollingTrigger.named("t").pagination(made(member)).toJson();
        JsonNode read = PollingTrigger.named("t").definition(written).toJson();

        assertThat(written.path("pagination").has(member)).isTrue();
        assertThat(read).isEqualTo(written);
    }

    @ParameterizedTest
    @MethodSource("members")
    void misspelledNameIsSuggested(String member) {
        ObjectNode json = JsonSupport.parse("{\"pagination\": {}}").deepCopy();
        json.withObject("/pagination").put(member + "x", "/a");

        assertThatThrownBy(() -> PollingTrigger.named("t").definition(json).toJson())
                .hasMessageContaining("/pagination/" + member + "x: unknown member; did you mean \"" + member + "\"?");
    }

    @ParameterizedTest
    @MethodSource("members")
    void optionIsDocumented(String member) throws IOException {
        assertThat(Files.readString(Path.of("..", "docs", "configuration.md"))).contains("`" + member + "(");
    }

    private static Pagination made(String member) throws ReflectiveOperationException {
        Method factory = Stream.of(Pagination.class.getMethods())
                .filter(method -> Modifier.isStatic(method.getModifiers()))
                .filter(method -> method.getName().equals(member))
                .filter(method -> PARAMETERS.containsAll(List.of(method.getParameterTypes())))
                .findFirst()
                .orElseThrow(() -> new AssertionError("Pagination has no factory " + member));
        Object[] arguments = Stream.of(factory.getParameterTypes())
                .map(type -> type == String.class ? "/a" : ParameterLocation.query("a"))
                .toArray();
        return (Pagination) factory.invoke(null, arguments);
    }
}
