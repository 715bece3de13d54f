package io.httpconnector.definition.imports;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.definition.imports.Jinja.Call;
import io.httpconnector.definition.imports.Jinja.Filtered;
import io.httpconnector.definition.imports.Jinja.Path;
import io.httpconnector.definition.imports.JinjaParser.UnsupportedException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Finds the fields to which transformations of Airbyte set the start or the end of the interval of a query: the cursor of a trigger
 * adds them. Immutable.
 *
 * @param fields the names of the fields, by the member of the cursor that adds them
 */
record AirbyteWindowTimes(Map<String, String> fields) {

    private static final String START = "windowStartAs";
    private static final String END = "windowEndAs";

    /** @param start the name of the start in the interval */
    static AirbyteWindowTimes of(Map<String, CatalogueItem> added, String start, String end) {
        Map<String, String> fields = new TreeMap<>();
        added.forEach((name, value) -> {
            String time = value.node().isTextual() ? time(AirbyteAddedFields.text(value)) : null;
            if (time != null && (time.equals(start) || time.equals(end)) && !name.contains(".")) {
                fields.putIfAbsent(time.equals(end) ? END : START, name);
            }
        });
        return new AirbyteWindowTimes(Map.copyOf(fields));
    }

    /** Returns the name of the time of the interval, in any format; null if it is another value. */
    private static @Nullable String time(String text) {
        try {
            Jinja value = JinjaPills.single(text);
            while (value instanceof Call || value instanceof Filtered) {
                if (value instanceof Call call
                        && call.function().matches("format_datetime|strftime|str_to_datetime|isoformat")
                        && !call.arguments().isEmpty()) {
                    value = call.arguments().get(0);
                } else if (value instanceof Filtered filtered
                        && filtered.filter().matches("string|trim")) {
                    value = filtered.value();
                } else {
                    return null;
                }
            }
            if (!(value instanceof Path path) || !path.root().matches("stream_(?:slice|interval|partition)")) {
                return null;
            }
            List<String> steps = path.steps();
            boolean isWithin = steps.size() == 2 && steps.get(0).equals("cursor_slice");
            return steps.size() == 1 || isWithin ? steps.get(steps.size() - 1) : null;
        } catch (UnsupportedException e) {
            return null;
        }
    }

    boolean has(String field) {
        return fields.containsValue(field);
    }

    /** Lets the cursor add the fields. */
    void addTo(ObjectNode cursor) {
        fields.forEach((member, name) -> cursor.put(member, pointer(name)));
    }

    /** Returns whether the cursor of a trigger adds a field. */
    static boolean isAdded(ObjectNode trigger, String field) {
        return List.of(START, END).stream()
                .anyMatch(member -> trigger.path("cursor").path(member).asText().equals(pointer(field)));
    }

    static String pointer(String name) {
        return "/" + name.replace("~", "~0").replace("/", "~1");
    }
}
