package io.httpconnector.template;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.Body;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.JsonSupport;
import java.io.File;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The values that a job puts into a {@link RequestTemplate}, by the name of the step that they come from. Immutable, as
 * long as the trees that were given are not changed; safe for many threads.
 *
 * <pre>{@code
 * Pills pills = Pills.of("account", salesforceRecord).and("job", Map.of("id", 4711));
 * }</pre>
 *
 * <p>A value is whatever Jackson can write: a tree, map, list, record or bean. It is data: it is never read as a template. A
 * {@code byte[]}, {@code Path}, {@code File}, {@code InputStream} or {@code Body.StreamSource} can be the body or a file of it.
 */
public final class Pills {

    /** Keeps what can be sent as a file or a stream. */
    private static final ObjectMapper CONTENTS =
            JsonSupport.embedding(Path.class, File.class, InputStream.class, Body.StreamSource.class);

    private static final Pills NONE = new Pills(JsonNodeFactory.instance.objectNode());

    private final ObjectNode steps;

    private Pills(ObjectNode steps) {
        this.steps = steps;
    }

    /**
     * No values, for a template without pills.
     *
     * @return no values
     */
    public static Pills none() {
        return NONE;
    }

    /**
     * The values of one step.
     *
     * @param step the name of the step, the first segment of its pills
     * @param value the value, or null
     * @return the pills
     * @throws InvalidDefinitionException when the name is empty, or Jackson has no way to write the value
     */
    public static Pills of(String step, Object value) {
        return NONE.and(step, value);
    }

    /**
     * These values and those of one more step, which replaces one of the same name.
     *
     * @param step the name of the step
     * @param value the value, or null
     * @return new pills
     * @throws InvalidDefinitionException when the name is empty, or Jackson has no way to write the value
     */
    public Pills and(String step, Object value) {
        if (step == null || step.isEmpty()) {
            throw new InvalidDefinitionException("pills", List.of("a step has no name"));
        }
        ObjectNode more = JsonNodeFactory.instance.objectNode();
        more.setAll(steps);
        more.set(step, JsonSupport.tree(CONTENTS, value));
        return new Pills(more);
    }

    JsonNode root() {
        return steps;
    }

    /**
     * Names the steps, and shows none of their values.
     *
     * @return the names
     */
    @Override
    public String toString() {
        return "Pills" + steps.properties().stream().map(Map.Entry::getKey).toList();
    }
}
