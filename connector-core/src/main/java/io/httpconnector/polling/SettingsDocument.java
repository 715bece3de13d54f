package io.httpconnector.polling;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.JsonSupport;
import java.util.List;

/**
 * The settings of an option as a JSON document, with a member for each method that was called. A method that replaces the
 * setting of another one removes the member of that method, so that a document never contradicts itself. Immutable.
 */
final class SettingsDocument {

    static final SettingsDocument NONE = new SettingsDocument(JsonNodeFactory.instance.objectNode(), false);

    private final ObjectNode json;
    private final boolean hasCode;

    private SettingsDocument(ObjectNode json, boolean hasCode) {
        this.json = json;
        this.hasCode = hasCode;
    }

    /** Sets a member and removes those that it replaces. */
    SettingsDocument with(String name, Object value, String... replaced) {
        ObjectNode more = json.deepCopy();
        more.remove(List.of(replaced));
        more.set(name, JsonSupport.tree(value));
        return new SettingsDocument(more, hasCode);
    }

    /** Adds an element to a member that is a list. */
    SettingsDocument plus(String name, Object value) {
        ObjectNode more = json.deepCopy();
        more.withArray("/" + name).add(JsonSupport.tree(value));
        return new SettingsDocument(more, hasCode);
    }

    /** Marks that an option was set by code, which cannot be saved. */
    SettingsDocument withCode() {
        return new SettingsDocument(json, true);
    }

    ObjectNode toJson(String part) {
        if (hasCode) {
            throw containsCode(part);
        }
        return json.deepCopy();
    }

    /** The failure of a setting that cannot be saved. */
    static InvalidDefinitionException containsCode(String part) {
        return new InvalidDefinitionException(part, List.of("it contains code, which cannot be saved"));
    }

    static ArrayNode texts(List<JsonPaths> pointers) {
        ArrayNode texts = JsonNodeFactory.instance.arrayNode();
        pointers.forEach(pointer -> texts.add(pointer.toString()));
        return texts;
    }
}
