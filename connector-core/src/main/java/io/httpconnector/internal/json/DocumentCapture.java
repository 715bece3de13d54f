package io.httpconnector.internal.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.httpconnector.InvalidDefinitionException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Finds the reading function of a document from the public method that parses it: the method is called with an empty object,
 * and the function that it passes to {@link JsonObjectReader#read} is captured. Thread-safe.
 */
public final class DocumentCapture {

    private static final ThreadLocal<@Nullable List<Function<JsonObjectReader, ?>>> CAPTURED = new ThreadLocal<>();

    private DocumentCapture() {}

    /**
     * Returns the reading function of a document.
     *
     * @param parsing parses a document; it rejects the empty object
     * @return the function, or null if the method does not read a document by its members
     */
    public static @Nullable Function<JsonObjectReader, ?> of(Consumer<JsonNode> parsing) {
        List<Function<JsonObjectReader, ?>> outer = CAPTURED.get();
        List<Function<JsonObjectReader, ?>> captured = new ArrayList<>();
        CAPTURED.set(captured);
        try {
            parsing.accept(JsonNodeFactory.instance.objectNode());
        } catch (InvalidDefinitionException ignored) {
            // The empty object need not be a valid document.
        } finally {
            CAPTURED.set(outer);
        }
        return captured.isEmpty() ? null : captured.get(0);
    }

    /** Called for each document that is read. */
    static void read(Function<JsonObjectReader, ?> reading) {
        List<Function<JsonObjectReader, ?>> captured = CAPTURED.get();
        if (captured != null) {
            captured.add(reading);
        }
    }
}
