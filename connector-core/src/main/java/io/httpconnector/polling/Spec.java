package io.httpconnector.polling;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Json;
import java.util.List;

/**
 * The document of an option: a member for each method that was called, which {@code read} reads by {@code MemberSteps}.
 * A method that replaces what another one has set removes the member of that other one, so that a document never contradicts
 * itself. Immutable.
 */
final class Spec {

    static final Spec NONE = new Spec(JsonNodeFactory.instance.objectNode(), false);

    private final ObjectNode json;
    private final boolean hasCode;

    private Spec(ObjectNode json, boolean hasCode) {
        this.json = json;
        this.hasCode = hasCode;
    }

    /** Sets a member and removes those that it replaces. */
    Spec with(String name, Object value, String... replaced) {
        ObjectNode more = json.deepCopy();
        more.remove(List.of(replaced));
        more.set(name, Json.tree(value));
        return new Spec(more, hasCode);
    }

    /** One more of several. */
    Spec plus(String name, Object value) {
        ObjectNode more = json.deepCopy();
        more.withArray("/" + name).add(Json.tree(value));
        return new Spec(more, hasCode);
    }

    /** Something was set by code, which can't be saved. */
    Spec withCode() {
        return new Spec(json, true);
    }

    ObjectNode toJson(String part) {
        if (hasCode) {
            throw new InvalidDefinitionException(part, List.of("it has code of yours, which can't be saved"));
        }
        return json.deepCopy();
    }

    static ArrayNode texts(List<Pointer> pointers) {
        ArrayNode texts = JsonNodeFactory.instance.arrayNode();
        pointers.forEach(pointer -> texts.add(pointer.toString()));
        return texts;
    }
}
