package io.httpconnector.definition.imports;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.httpconnector.definition.imports.Jinja.Choice;
import io.httpconnector.definition.imports.Jinja.Literal;
import io.httpconnector.definition.imports.Jinja.Path;
import io.httpconnector.definition.imports.JinjaParser.UnsupportedException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A token of a paginator of Airbyte that is an object with one value, written as text: {@code {"after": "..."}}.
 *
 * @param pointer the JSON Pointer of the value in the object
 * @param value the value
 */
record AirbyteToken(String pointer, Path value) {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String SAMPLE = "value";

    /** Reads an expression; null if it is another one. */
    static @Nullable AirbyteToken of(String text) {
        try {
            Jinja expression = JinjaPills.single(text);
            if (!(expression instanceof Choice choice) || !JinjaParser.isEmpty(choice.otherwise())) {
                return null;
            }
            List<Jinja> parts = JinjaOperators.parts(choice.then());
            if (parts.size() != 3
                    || !(parts.get(0) instanceof Literal start)
                    || !(parts.get(1) instanceof Path value)
                    || !(parts.get(2) instanceof Literal end)
                    || !choice.condition().equals(value)
                    || !value.root().equals("response")
                    || value.steps().isEmpty()
                    || value.steps().contains("-1")) {
                return null;
            }
            JsonNode object = JSON.readTree(start.value() + SAMPLE + end.value());
            StringBuilder pointer = new StringBuilder();
            while (object.isObject() && object.size() == 1) {
                String name = object.fieldNames().next();
                pointer.append('/').append(name.replace("~", "~0").replace("/", "~1"));
                object = object.path(name);
            }
            return SAMPLE.equals(object.textValue()) ? new AirbyteToken(pointer.toString(), value) : null;
        } catch (UnsupportedException | JsonProcessingException e) {
            return null;
        }
    }
}
