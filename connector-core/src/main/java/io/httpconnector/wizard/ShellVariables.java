package io.httpconnector.wizard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.httpconnector.internal.text.PercentEncoding;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Replaces the marks of shell variables, see {@link ShellCommand#OPEN}, with pills of the step {@code input}. */
final class ShellVariables {

    /** A mark, also if a URL or form has percent-encoded it. */
    private static final Pattern MARK = Pattern.compile("(?:" + ShellCommand.OPEN + "|"
            + PercentEncoding.encode(String.valueOf(ShellCommand.OPEN)) + ")(\\w+)(?:" + ShellCommand.CLOSE + "|"
            + PercentEncoding.encode(String.valueOf(ShellCommand.CLOSE)) + ")");

    private ShellVariables() {}

    /** Returns a copy with pills, and adds the names of the variables. */
    static JsonNode replaced(JsonNode value, Set<String> names) {
        if (value instanceof ObjectNode object) {
            ObjectNode copy = object.objectNode();
            object.properties()
                    .forEach(member -> copy.set(replaced(member.getKey(), names), replaced(member.getValue(), names)));
            return copy;
        }
        if (value instanceof ArrayNode array) {
            ArrayNode copy = array.arrayNode();
            array.forEach(element -> copy.add(replaced(element, names)));
            return copy;
        }
        return value.isTextual() ? TextNode.valueOf(replaced(value.textValue(), names)) : value;
    }

    private static String replaced(String text, Set<String> names) {
        return MARK.matcher(text).replaceAll(match -> {
            names.add(match.group(1));
            return Matcher.quoteReplacement("{{input." + match.group(1) + "}}");
        });
    }

    /** Returns a text with its variables in the spelling of a shell, for messages. */
    static String shown(String text) {
        return MARK.matcher(text).replaceAll("\\$$1");
    }
}
