package io.httpconnector.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Iterator;
import java.util.function.Function;

/** Functions that derive the type of an event from its payload, for services that have no member for it. */
final class EventTypes {

    private EventTypes() {}

    /** Two members, joined by a dot; empty if one of them is missing. */
    static Function<JsonNode, String> joined(String first, String second) {
        return event -> {
            String start = event.path(first).asText("");
            String end = event.path(second).asText("");
            return start.isEmpty() || end.isEmpty() ? "" : start + "." + end;
        };
    }

    /** The name of the first member that is not the given one. */
    static Function<JsonNode, String> memberOtherThan(String member) {
        return event -> {
            for (Iterator<String> names = event.fieldNames(); names.hasNext(); ) {
                String name = names.next();
                if (!name.equals(member)) {
                    return name;
                }
            }
            return "";
        };
    }
}
