package io.httpconnector.template;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A custom filter, for {@link RequestTemplateBuilder#filter(String, PillFilter)}: {@code {{account.Phone | e164('DE')}}}. It
 * must be thread-safe and deterministic, because a large body is rendered twice. It is not called for missing and null values.
 */
@FunctionalInterface
public interface PillFilter {

    /**
     * Converts a value.
     *
     * @param value the value, never missing or null; must not be changed
     * @param arguments the arguments in parentheses, possibly none
     * @return an object that Jackson can serialise: a string, number, tree, map, list, record or bean; or null
     * @throws IllegalArgumentException if the value or an argument is invalid; the message is not shown, because it may
     *     contain the value
     */
    @Nullable Object apply(JsonNode value, List<JsonNode> arguments);
}
