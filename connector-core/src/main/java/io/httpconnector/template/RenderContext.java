package io.httpconnector.template;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/** The values of one rendering: those of the job, the element of each {@code $each} that is around, and what
 * is wrong with them. Of one thread. */
final class RenderContext {

    private static final JsonNode[] NONE = {};

    private final JsonNode root;
    private final JsonNode[] elements;
    private final List<TemplateProblem> problems = new ArrayList<>(0);

    RenderContext(JsonNode root, int slots) {
        this.root = root;
        this.elements = slots == 0 ? NONE : new JsonNode[slots];
    }

    JsonNode root() {
        return root;
    }

    JsonNode element(int slot) {
        return elements[slot];
    }

    List<TemplateProblem> problems() {
        return problems;
    }

    void set(int slot, JsonNode element) {
        elements[slot] = element;
    }
}
