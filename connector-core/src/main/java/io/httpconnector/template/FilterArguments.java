package io.httpconnector.template;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.internal.json.Suggestions;
import io.httpconnector.template.TemplateProblem.Code;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The arguments of a filter: literals, and words without quotes. Methods reject unsuitable arguments. */
record FilterArguments(String filter, List<Argument> list) {

    /**
     * One argument.
     *
     * @param isWord whether it was written without quotes
     * @param path parses it as a path; throws a {@link ValueRejectedException}
     * @param expression a path with filters in parentheses; null for another argument
     */
    record Argument(
            JsonNode literal,
            boolean isWord,
            Supplier<PillPath> path,
            @Nullable ComputedValue expression) {}

    /** A value that is computed from the values of a job. */
    interface ComputedValue {

        /** Returns the value; null if there is none. */
        @Nullable JsonNode in(JsonNode root);

        /** Returns the paths of all values that it uses. */
        List<PillPath> paths();
    }

    /** Returns the arguments of a filter that knows only literals. */
    List<JsonNode> literals() {
        for (int i = 0; i < list.size(); i++) {
            if (expression(i) != null) {
                throw problem("accepts only literals");
            }
        }
        return list.stream().map(Argument::literal).toList();
    }

    ValueRejectedException problem(String description) {
        return new ValueRejectedException(Code.WRONG_ARGUMENT, filter + ": " + description);
    }

    void requireAtMost(int max) {
        if (list.size() > max) {
            throw problem(
                    max == 0 ? "expects no argument" : "expects at most " + max + " argument" + (max == 1 ? "" : "s"));
        }
    }

    /** Returns the text argument at an index; {@code description} completes the message if there is none. */
    String text(int index, String description) {
        if (index >= list.size()
                || !list.get(index).literal.isTextual()
                || list.get(index).isWord
                || expression(index) != null) {
            throw problem("requires, in quotes, " + description);
        }
        return list.get(index).literal.textValue();
    }

    /** Returns the word at an index, or null. */
    @Nullable String word(int index) {
        return index < list.size() && list.get(index).isWord
                ? list.get(index).literal.textValue()
                : null;
    }

    /** Returns the path with filters at an index, which is in parentheses; null for another argument. */
    @Nullable ComputedValue expression(int index) {
        return index < list.size() ? list.get(index).expression : null;
    }

    JsonNode literal(int index, String description) {
        if (index >= list.size() || list.get(index).isWord || expression(index) != null) {
            throw problem("requires " + description + "; put text in quotes");
        }
        return list.get(index).literal;
    }

    PillPath path(int index) {
        if (index >= list.size() || !list.get(index).literal.isTextual() || expression(index) != null) {
            throw problem("requires the path within each element, such as pluck(product.sku)");
        }
        return list.get(index).path.get();
    }

    /** Returns the unit of a numeric timestamp, at whatever index it was given, or null. */
    DateFormats.@Nullable Unit unit() {
        int index = indexOfUnit();
        return index < 0 ? null : "seconds".equals(word(index)) ? DateFormats.Unit.SECONDS : DateFormats.Unit.MILLIS;
    }

    /** Returns the arguments without the one that {@link #unit()} returned. */
    FilterArguments withoutUnit() {
        int index = indexOfUnit();
        if (index < 0) {
            return this;
        }
        List<Argument> others = new ArrayList<>(list);
        others.remove(index);
        return new FilterArguments(filter, List.copyOf(others));
    }

    private int indexOfUnit() {
        for (int i = 0; i < list.size(); i++) {
            if ("seconds".equals(word(i)) || "millis".equals(word(i))) {
                return i;
            }
        }
        return -1;
    }

    /** Returns the time zone at an index, or null. */
    @Nullable ZoneId zone(int index) {
        if (index >= list.size()) {
            return null;
        }
        String name = text(index, "a time zone, such as 'Europe/Berlin' or 'UTC'");
        try {
            return ZoneId.of(name);
        } catch (DateTimeException e) {
            throw new ValueRejectedException(
                    Code.WRONG_ARGUMENT,
                    filter + ": \"" + name + "\" is not a time zone",
                    Suggestions.of(name, ZoneId.getAvailableZoneIds()));
        }
    }

    DateTimeFormatter datePattern(int index) {
        String pattern = text(index, "a pattern, such as 'yyyy-MM-dd'");
        try {
            return DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH);
        } catch (IllegalArgumentException | ClassCastException e) {
            // The JDK throws ClassCastException by mistake for patterns such as pnull.
            throw problem("\"" + pattern + "\" is not a date pattern: see java.time.format.DateTimeFormatter");
        }
    }
}
