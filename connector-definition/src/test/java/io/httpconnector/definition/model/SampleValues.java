package io.httpconnector.definition.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.internal.json.MemberObserver.Arrangement;
import io.httpconnector.internal.json.MemberObserver.ValueType;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Finds the examples and the default value of a member in its meaning, for the keywords of a JSON Schema. */
final class SampleValues {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    /** {@code such as `one`, `two` or `three`}. */
    private static final Pattern EXAMPLES =
            Pattern.compile("\\b(?:such as|for example) (`[^`]+`(?:(?:,| or|, or| and) `[^`]+`)*)");

    private static final Pattern QUOTED = Pattern.compile("`([^`]+)`");
    private static final Pattern DEFAULT = Pattern.compile("\\bDefault: (?:`([^`]+)`|([^`.]+))(?:\\.(?= |$)|$)");

    private SampleValues() {}

    /** Returns the keywords {@code default} and {@code examples}, if the meaning states them. */
    static ObjectNode of(String meaning, MemberModel member) {
        ObjectNode keywords = NODES.objectNode();
        if (member.values().size() != 1 || member.values().get(0).arrangement() == Arrangement.MAP) {
            return keywords;
        }
        ValueModel value = member.values().get(0);
        boolean isList = value.arrangement() == Arrangement.LIST;
        JsonNode defaultValue = isList ? null : defaultValue(meaning, value);
        if (defaultValue != null) {
            keywords.set("default", defaultValue);
        }
        List<JsonNode> examples = examples(meaning, value);
        for (JsonNode example : examples) {
            keywords.withArray("/examples").add(isList ? NODES.arrayNode().add(example) : example);
        }
        return keywords;
    }

    /** A text is quoted; a number or true or false need not be. */
    private static @Nullable JsonNode defaultValue(String meaning, ValueModel value) {
        Matcher found = DEFAULT.matcher(meaning);
        if (!found.find()) {
            return null;
        }
        boolean isQuoted = found.group(1) != null;
        if (!isQuoted && value.type() != ValueType.INTEGER && value.type() != ValueType.FLAG) {
            return null;
        }
        return parse(isQuoted ? found.group(1) : found.group(2).replace(",", ""), value);
    }

    private static List<JsonNode> examples(String meaning, ValueModel value) {
        List<JsonNode> examples = new ArrayList<>();
        Matcher found = EXAMPLES.matcher(meaning);
        if (found.find()) {
            Matcher quoted = QUOTED.matcher(found.group(1));
            while (quoted.find()) {
                JsonNode example = parse(quoted.group(1), value);
                if (example != null) {
                    examples.add(example);
                }
            }
        }
        return examples;
    }

    private static @Nullable JsonNode parse(String text, ValueModel value) {
        if (!value.choices().isEmpty()) {
            return value.type() == ValueType.TEXT && value.choices().contains(text) ? NODES.textNode(text) : null;
        }
        return switch (value.type()) {
            case TEXT, ZONE, SCALAR -> text.contains(" ") ? null : NODES.textNode(text);
            case INTEGER -> text.matches("-?\\d{1,9}") ? NODES.numberNode(Integer.parseInt(text)) : null;
            case FLAG -> text.matches("true|false") ? NODES.booleanNode(Boolean.parseBoolean(text)) : null;
            case DURATION -> text.matches("P[0-9TDHMS.]+") ? NODES.textNode(text) : null;
            case INSTANT -> text.matches("\\d{4}-.*Z") ? NODES.textNode(text) : null;
            case MARKER, FREE_OBJECT, ANY -> null;
        };
    }
}
