package io.httpconnector.template;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.Body;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.Arguments;
import io.httpconnector.internal.json.ValueMapper;
import java.io.File;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

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

    private static final Pills NONE = new Pills(JsonNodeFactory.instance.objectNode(), Map.of());

    private final ObjectNode steps;
    private final Map<String, Supplier<?>> suppliers;

    private Pills(ObjectNode steps, Map<String, Supplier<?>> suppliers) {
        this.steps = steps;
        this.suppliers = suppliers;
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
        checkName(step);
        ObjectNode more = JsonNodeFactory.instance.objectNode();
        more.setAll(steps);
        more.set(step, CONTENTS.tree(value));
        Map<String, Supplier<?>> others = new TreeMap<>(suppliers);
        others.remove(step);
        return new Pills(more, others.isEmpty() ? Map.of() : others);
    }

    /**
     * Returns these values with those of an additional step, whose value is looked up each time a template is rendered.
     *
     * @param step the name of the step
     * @param supplier returns the value, or null; exceptions are passed to the caller that renders a template
     * @return new pills
     * @throws InvalidDefinitionException if the name is empty, or the supplier is null
     */
    public Pills andFrom(String step, Supplier<?> supplier) {
        checkName(step);
        Map<String, Supplier<?>> more = new TreeMap<>(suppliers);
        more.put(step, Arguments.notNull(supplier, "supplier of a pill"));
        return new Pills(steps, more);
    }

    private static void checkName(String step) {
        if (step == null || step.isEmpty()) {
            throw new InvalidDefinitionException("pills", List.of("the name of a step is missing"));
        }
    }

    /** Returns the current values by step. */
    JsonNode root() {
        if (suppliers.isEmpty()) {
            return steps;
        }
        ObjectNode all = JsonNodeFactory.instance.objectNode();
        all.setAll(steps);
        suppliers.forEach((step, supplier) -> all.set(step, CONTENTS.tree(supplier.get())));
        return all;
    }

    /**
     * Returns the names of the steps, without values.
     *
     * @return the names
     */
    @Override
    public String toString() {
        Set<String> names = new LinkedHashSet<>(suppliers.keySet());
        steps.fieldNames().forEachRemaining(names::add);
        return "Pills" + names;
    }
}
