package io.httpconnector.definition.model;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.internal.json.MemberObserver.Arrangement;
import io.httpconnector.internal.json.MemberObserver.ValueType;
import java.util.List;

/**
 * A kind of value that a member may have. Immutable.
 *
 * @param arrangement one value, a list, or an object with free names
 * @param type the type of a value; {@link ValueType#FREE_OBJECT} for an object with a model
 * @param choices the permitted values as text; empty for any
 * @param anyCase whether upper and lower case of the choices are equal
 * @param object the id of the model of the object; empty for none
 */
record ValueModel(Arrangement arrangement, ValueType type, List<String> choices, boolean anyCase, String object) {

    static ValueModel of(ValueType type, Arrangement arrangement) {
        return new ValueModel(arrangement, type, List.of(), false, "");
    }

    static ValueModel choice(List<String> choices, boolean anyCase) {
        return new ValueModel(Arrangement.SINGLE, ValueType.TEXT, List.copyOf(choices), anyCase, "");
    }

    /** The value of a header. */
    static ValueModel constant(JsonNode value) {
        ValueType type = value.isIntegralNumber() ? ValueType.INTEGER : ValueType.TEXT;
        return new ValueModel(Arrangement.SINGLE, type, List.of(value.asText()), false, "");
    }

    static ValueModel object(String id, Arrangement arrangement) {
        return new ValueModel(arrangement, ValueType.FREE_OBJECT, List.of(), false, id);
    }
}
