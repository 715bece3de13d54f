package io.httpconnector.template;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.httpconnector.internal.json.Suggestions;
import io.httpconnector.template.TemplateProblem.Code;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What stands between the parentheses of a filter: literals, and words without quotes. Methods refuse what can't be used. */
record FilterArguments(String filter, List<Argument> list) {

    /** One argument; {@code word} says that it stood without quotes. */
    record Argument(JsonNode literal, boolean word) {}

    List<JsonNode> literals() {
        return list.stream().map(Argument::literal).toList();
    }

    ValueRejectedException wrong(String what) {
        return new ValueRejectedException(Code.WRONG_ARGUMENT, filter + ": " + what);
    }

    void atMost(int count) {
        int given = (int) list.stream().filter(argument -> !isUnit(argument)).count();
        if (given > count) {
            throw wrong(
                    count == 0
                            ? "it takes no argument"
                            : "it takes at most " + count + " argument" + (count == 1 ? "" : "s"));
        }
    }

    /** The text at a place; {@code what} says what is missing. */
    String text(int index, String what) {
        if (index >= list.size() || !list.get(index).literal.isTextual() || list.get(index).word) {
            throw wrong("it needs, in quotes, " + what);
        }
        return list.get(index).literal.textValue();
    }

    /** The word at a place, or null when there is none. */
    @Nullable String word(int index) {
        return index < list.size() && list.get(index).word
                ? list.get(index).literal.textValue()
                : null;
    }

    JsonNode literal(int index, String what) {
        if (index >= list.size() || list.get(index).word) {
            throw wrong("it needs " + what + "; text stands in quotes");
        }
        return list.get(index).literal;
    }

    PillPath path(int index) {
        if (index >= list.size() || !list.get(index).literal.isTextual()) {
            throw wrong("it needs the path within each element, such as pluck(product.sku)");
        }
        return ExpressionReader.path(list.get(index).literal.textValue());
    }

    /** The unit of numbers, wherever the word stands. */
    DateFormats.@Nullable Unit unit() {
        for (Argument argument : list) {
            if (isUnit(argument)) {
                return argument.literal.textValue().equals("seconds")
                        ? DateFormats.Unit.SECONDS
                        : DateFormats.Unit.MILLIS;
            }
        }
        return null;
    }

    private boolean isUnit(Argument argument) {
        String word = argument.word ? argument.literal.textValue() : "";
        return (word.equals("seconds") || word.equals("millis")) && Filters.isOfDates(filter);
    }

    /** The time zone at a place, or null when there is none. */
    @Nullable ZoneId zone(int index) {
        if (index >= list.size() || isUnit(list.get(index))) {
            return null;
        }
        String name = text(index, "a time zone, such as 'Europe/Berlin' or 'UTC'");
        try {
            return ZoneId.of(name);
        } catch (DateTimeException e) {
            throw new ValueRejectedException(
                    Code.WRONG_ARGUMENT,
                    filter + ": \"" + name + "\" is no time zone",
                    Suggestions.of(name, ZoneId.getAvailableZoneIds()));
        }
    }

    DateTimeFormatter datePattern(int index) {
        String pattern = text(index, "a pattern, such as 'yyyy-MM-dd'");
        try {
            return DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH);
        } catch (IllegalArgumentException | ClassCastException e) {
            // The latter is a flaw of the JDK, for patterns such as pnull.
            throw wrong("\"" + pattern + "\" is no pattern of dates: see java.time.format.DateTimeFormatter");
        }
    }

    static Argument text(String text) {
        return new Argument(TextNode.valueOf(text), false);
    }

    static Argument word(String word) {
        return new Argument(TextNode.valueOf(word), true);
    }
}
