package io.httpconnector.template;

import com.fasterxml.jackson.databind.JsonNode;

/** The values of one rendering: those of the job, and the element of each {@code $each} that is around. Of one thread. */
final class Scope {

    private static final JsonNode[] NONE = {};

    private final JsonNode root;
    private final JsonNode[] elements;

    Scope(JsonNode root, int slots) {
        this.root = root;
        this.elements = slots == 0 ? NONE : new JsonNode[slots];
    }

    JsonNode root() {
        return root;
    }

    JsonNode element(int slot) {
        return elements[slot];
    }

    void set(int slot, JsonNode element) {
        elements[slot] = element;
    }
}
