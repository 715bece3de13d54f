package io.httpconnector.template;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/**
 * The state of one rendering: the values of the job, the current element of each enclosing {@code $each}, and the problems
 * found. Not thread-safe.
 */
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

    void setElement(int slot, JsonNode element) {
        elements[slot] = element;
    }
}
