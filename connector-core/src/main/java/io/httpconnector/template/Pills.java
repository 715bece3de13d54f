package io.httpconnector.template;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.Body;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.ValueMapper;
import java.io.File;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The values for the pills of a {@link RequestTemplate}, by the name of the step that produced them. Immutable and
 * thread-safe, as long as the given trees are not modified.
 *
 * <pre>{@code
 * Pills pills = Pills.of("account", salesforceRecord).and("job", Map.of("id", 4711));
 * }</pre>
 *
 * <p>A value is any object that Jackson can serialise: a tree, map, list, record or bean. It is data and never interpreted as
 * a template. A {@code byte[]}, {@code Path}, {@code File}, {@code InputStream} or {@code Body.StreamSource} can be used as
 * the body, or as a file in a multipart body.
 */
public final class Pills {

    /** Keeps what can be sent as a file or a stream. */
    private static final ValueMapper CONTENTS =
            ValueMapper.embedding(Path.class, File.class, InputStream.class, Body.StreamSource.class);

    private static final Pills NONE = new Pills(JsonNodeFactory.instance.objectNode());

    private final ObjectNode steps;

    private Pills(ObjectNode steps) {
        this.steps = steps;
    }

    /**
     * Returns no values, for a template without pills.
     *
     * @return no values
     */
    public static Pills none() {
        return NONE;
    }

    /**
     * Creates pills with the value of one step.
     *
     * @param step the name of the step, the first segment of its pills
     * @param value the value, or null
     * @return the pills
     * @throws InvalidDefinitionException if the name is empty, or Jackson can't serialise the value
     */
    public static Pills of(String step, Object value) {
        return NONE.and(step, value);
    }

    /**
     * Returns these values with those of an additional step, which replaces a step of the same name.
     *
     * @param step the name of the step
     * @param value the value, or null
     * @return new pills
     * @throws InvalidDefinitionException if the name is empty, or Jackson can't serialise the value
     */
    public Pills and(String step, Object value) {
        if (step == null || step.isEmpty()) {
            throw new InvalidDefinitionException("pills", List.of("the name of a step is missing"));
        }
        ObjectNode more = JsonNodeFactory.instance.objectNode();
        more.setAll(steps);
        more.set(step, CONTENTS.tree(value));
        return new Pills(more);
    }

    JsonNode root() {
        return steps;
    }

    /**
     * Returns the names of the steps, without values.
     *
     * @return the names
     */
    @Override
    public String toString() {
        return "Pills" + steps.properties().stream().map(Map.Entry::getKey).toList();
    }
}
