package io.httpconnector.template;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A filter of the application's own, for {@link RequestTemplateBuilder#filter(String, PillFilter)}: {@code {{account.Phone |
 * e164('DE')}}}. It must be safe for many threads, and give the same result for the same value, because a large body is
 * rendered twice. It is not called when there is no value, or null.
 */
@FunctionalInterface
public interface PillFilter {

    /**
     * Makes one value of another.
     *
     * @param value the value, never missing or null; must not be changed
     * @param arguments what stands between the parentheses, possibly nothing
     * @return what Jackson can write: a string, number, tree, map, list, record or bean; or null
     * @throws IllegalArgumentException when it can't use the value or an argument; its message is not shown, because it may
     *     hold the value
     */
    @Nullable Object apply(JsonNode value, List<JsonNode> arguments);
}
