package io.httpconnector.definition.configuration;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A check for placeholders that the framework of the application has not replaced. {@code ${SHOP_TOKEN}} as a text would become a token
 * or, worse, the key of signatures that anyone can compute.
 */
final class Placeholders {

    private static final Pattern PLACEHOLDER =
            Pattern.compile("\\$\\{\\s*([A-Za-z_][A-Za-z0-9_.\\[\\]-]*)\\s*(?::[^}]*)?\\}");

    private Placeholders() {}

    /** Adds a problem for each placeholder in the texts of a property. */
    static void check(String property, JsonNode value, List<String> problems) {
        if (value.isContainerNode()) {
            value.forEach(element -> check(property, element, problems));
        } else if (value.isTextual()) {
            Matcher placeholder = PLACEHOLDER.matcher(value.textValue());
            while (placeholder.find()) {
                problems.add(property + ": the variable " + placeholder.group(1)
                        + " was not replaced by its value: set it, and resolve placeholders before you pass the"
                        + " properties");
            }
        }
    }
}
