package io.httpconnector.definition.imports;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.httpconnector.definition.imports.JinjaParser.UnsupportedException;
import io.httpconnector.internal.text.PillToken;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads texts as Airbyte does, which evaluates the result of an expression as a literal of Python. */
final class AirbyteLiterals {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern INTEGER = Pattern.compile("-?(?:0|[1-9]\\d{0,17})");
    private static final Pattern DECIMAL = Pattern.compile("-?\\d{1,15}\\.\\d{1,15}");
    private static final Pattern LIST = Pattern.compile(".*\\| split\\('[^']*'\\)(?: \\| omit)?\\s*");

    private AirbyteLiterals() {}

    /** Returns whether a text is a pill whose value is a list. */
    static boolean isList(String text) {
        List<PillToken> pills = PillToken.all(text, "{{", "}}");
        return pills.size() == 1
                && pills.get(0).start() == 0
                && pills.get(0).end() == text.length()
                && LIST.matcher(pills.get(0).inside()).matches();
    }

    /** Returns whether a list is a part of a text. */
    static boolean hasList(String text) {
        return !isList(text)
                && PillToken.all(text, "{{", "}}").stream()
                        .anyMatch(pill -> LIST.matcher(pill.inside()).matches());
    }

    /** Returns the members of an expression that is an object of constants; empty if it is none. */
    static Map<String, String> members(String text) {
        Map<String, String> members = new LinkedHashMap<>();
        try {
            if (JinjaPills.single(text) instanceof Jinja.Entries entries
                    && entries.members().values().stream().allMatch(Jinja.Literal.class::isInstance)) {
                entries.members()
                        .forEach((name, value) -> members.put(name, JinjaPills.written((Jinja.Literal) value)));
            }
        } catch (UnsupportedException e) {
            // Another expression.
        }
        return members;
    }

    /** Returns the texts of an expression that is a list of constants; empty if it is none. */
    static List<String> constants(String text) {
        if (!text.contains("[")) {
            return List.of();
        }
        try {
            return JinjaPills.single(text) instanceof Jinja.Items items
                            && items.items().stream().allMatch(Jinja.Literal.class::isInstance)
                    ? items.items().stream()
                            .map(each -> JinjaPills.written((Jinja.Literal) each))
                            .toList()
                    : List.of();
        } catch (UnsupportedException e) {
            return List.of();
        }
    }

    /** Returns a text without the quotes around it. */
    static @Nullable String unquoted(@Nullable String text) {
        if (text == null || text.length() < 2) {
            return text;
        }
        char quote = text.charAt(0);
        if ((quote != '\'' && quote != '"') || text.charAt(text.length() - 1) != quote) {
            return text;
        }
        StringBuilder literals = new StringBuilder();
        int at = 1;
        List<PillToken> pills = PillToken.all(text, "{{", "}}");
        for (PillToken pill : pills) {
            literals.append(text, at, pill.start());
            at = pill.end();
        }
        literals.append(text, Math.min(at, text.length() - 1), text.length() - 1);
        boolean isWhole = literals.chars().noneMatch(c -> c == quote || c == '\\');
        return isWhole ? text.substring(1, text.length() - 1) : text;
    }

    /** Returns the value of a text in a JSON body: numbers, flags, lists and objects are no texts. */
    static JsonNode value(String text) {
        if (INTEGER.matcher(text).matches()) {
            return JsonNodeFactory.instance.numberNode(Long.parseLong(text));
        }
        if (DECIMAL.matcher(text).matches()) {
            return JsonNodeFactory.instance.numberNode(new BigDecimal(text));
        }
        if (text.equals("True") || text.equals("False")) {
            return JsonNodeFactory.instance.booleanNode(text.equals("True"));
        }
        if (text.strip().matches("(?s)\\[.*]|\\{.*}")
                && !text.contains("{{")
                && !text.matches("(?s).*\\b(?:true|false|null)\\b.*")) {
            try {
                return JSON.readTree(text);
            } catch (JsonProcessingException e) {
                // It is a text.
            }
        }
        JsonNode structure = text.strip().matches("(?s)\\[.*]|\\{(?!\\{).*}") ? AirbyteStructure.of(text) : null;
        return structure == null ? JsonNodeFactory.instance.textNode(String.valueOf(unquoted(text))) : structure;
    }
}
