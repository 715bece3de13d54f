package io.httpconnector.polling;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;
import java.util.Set;

/** The meaning of a value as a flag, independent of its JSON type. */
enum Flag {
    TRUE,
    FALSE,
    NULL,
    MISSING,
    /** Neither true nor false, such as a token. */
    OTHER;

    private static final Set<String> YES = Set.of("true", "yes", "y", "on");
    private static final Set<String> NO = Set.of("", "false", "no", "n", "off", "none", "null");

    static Flag of(JsonNode found) {
        JsonNode value = JsonPaths.value(found);
        return switch (value.getNodeType()) {
            case MISSING -> MISSING;
            case NULL -> NULL;
            case BOOLEAN -> value.booleanValue() ? TRUE : FALSE;
            case NUMBER -> value.decimalValue().signum() != 0 ? TRUE : FALSE;
            case STRING -> of(value.textValue().strip().toLowerCase(Locale.ROOT));
            default -> value.isEmpty() ? FALSE : OTHER;
        };
    }

    private static Flag of(String text) {
        if (NO.contains(text) || text.matches("[+-]?0{1,20}([.]0{0,20})?")) {
            return FALSE;
        }
        return YES.contains(text) || text.matches("[+-]?\\d{1,20}([.]\\d{0,20})?") ? TRUE : OTHER;
    }
}
