package io.httpconnector.polling;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.JsonSupport;
import java.util.List;

/**
 * The JSON document of an option, with a member for each method that was called, which {@code read} reads by {@code MemberSteps}.
 * A method that replaces the setting of another one removes the member of that method, so that a document never contradicts
 * itself. Immutable.
 */
final class TriggerDefinitionReader {

    static final TriggerDefinitionReader NONE =
            new TriggerDefinitionReader(JsonNodeFactory.instance.objectNode(), false);

    private final ObjectNode json;
    private final boolean hasCode;

    private TriggerDefinitionReader(ObjectNode json, boolean hasCode) {
        this.json = json;
        this.hasCode = hasCode;
    }

    /** Sets a member and removes those that it replaces. */
    TriggerDefinitionReader with(String name, Object value, String... replaced) {
        ObjectNode more = json.deepCopy();
        more.remove(List.of(replaced));
        more.set(name, JsonSupport.tree(value));
        return new TriggerDefinitionReader(more, hasCode);
    }

    /** Adds an element to a member that is a list. */
    TriggerDefinitionReader plus(String name, Object value) {
        ObjectNode more = json.deepCopy();
        more.withArray("/" + name).add(JsonSupport.tree(value));
        return new TriggerDefinitionReader(more, hasCode);
    }

    /** Marks that an option was set by code, which cannot be saved. */
    TriggerDefinitionReader withCode() {
        return new TriggerDefinitionReader(json, true);
    }

    ObjectNode toJson(String part) {
        if (hasCode) {
            throw new InvalidDefinitionException(part, List.of("it contains code, which cannot be saved"));
        }
        return json.deepCopy();
    }

    static ArrayNode texts(List<JsonPaths> pointers) {
        ArrayNode texts = JsonNodeFactory.instance.arrayNode();
        pointers.forEach(pointer -> texts.add(pointer.toString()));
        return texts;
    }
}
