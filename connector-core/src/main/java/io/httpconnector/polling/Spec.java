package io.httpconnector.polling;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Json;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.stream.StreamSupport;

/**
 * What was said about something, as JSON: a member for each method that was called, so that what code can say can be saved, and read
 * again. Immutable.
 */
final class Spec {

    static final Spec NONE = new Spec(JsonNodeFactory.instance.objectNode(), false);

    private final ObjectNode json;
    private final boolean hasCode;

    private Spec(ObjectNode json, boolean hasCode) {
        this.json = json;
        this.hasCode = hasCode;
    }

    Spec with(String name, Object value) {
        ObjectNode more = json.deepCopy();
        more.set(name, Json.tree(value));
        return new Spec(more, hasCode);
    }

    /** One more of several. */
    Spec plus(String name, Object value) {
        ObjectNode more = json.deepCopy();
        more.withArray("/" + name).add(Json.tree(value));
        return new Spec(more, hasCode);
    }

    /** Something was said in code, which can't be saved. */
    Spec withCode() {
        return new Spec(json, true);
    }

    ObjectNode toJson(String part) {
        if (hasCode) {
            throw new InvalidDefinitionException(part, List.of("it has code of yours, which can't be saved"));
        }
        return json.deepCopy();
    }

    /** What a reader does with one member. */
    interface Step<T> extends BiFunction<T, JsonNode, T> {}

    /** Reads all members; one that is unknown is refused, because it would be silently lost. */
    static <T> T read(String part, JsonNode json, T begin, Map<String, Step<T>> steps) {
        if (!json.isObject()) {
            throw new InvalidDefinitionException(part, List.of("it is no JSON object"));
        }
        T result = begin;
        for (Map.Entry<String, JsonNode> member : json.properties()) {
            Step<T> step = steps.get(member.getKey());
            if (step == null) {
                throw new InvalidDefinitionException(
                        part, List.of("\"" + member.getKey() + "\" is not known: there are " + steps.keySet()));
            }
            result = step.apply(result, member.getValue());
        }
        return result;
    }

    static Duration duration(JsonNode value) {
        try {
            return Duration.parse(value.asText());
        } catch (DateTimeException e) {
            throw new InvalidDefinitionException(
                    "duration", List.of("\"" + value.asText() + "\" is none: write it as ISO 8601, such as PT5M"));
        }
    }

    static <E extends Enum<E>> E constant(Class<E> type, JsonNode value) {
        try {
            return Enum.valueOf(type, value.asText());
        } catch (IllegalArgumentException e) {
            throw new InvalidDefinitionException(
                    type.getSimpleName(),
                    List.of("\"" + value.asText() + "\" is none: there are " + List.of(type.getEnumConstants())));
        }
    }

    static String[] texts(JsonNode values) {
        return StreamSupport.stream(values.spliterator(), false)
                .map(JsonNode::asText)
                .toArray(String[]::new);
    }

    static ArrayNode texts(List<Pointer> pointers) {
        ArrayNode texts = JsonNodeFactory.instance.arrayNode();
        pointers.forEach(pointer -> texts.add(pointer.toString()));
        return texts;
    }
}
