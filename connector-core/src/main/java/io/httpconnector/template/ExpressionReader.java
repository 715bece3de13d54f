package io.httpconnector.template;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.internal.json.Suggestions;
import io.httpconnector.template.TemplateProblem.Code;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Reads what stands between the braces: {@code path | filter | filter(argument, argument)}. Each method reads from where the
 * one before it stopped.
 */
final class ExpressionReader {

    private static final String SYNTAX = ": write it like {{order.lines[0].sku}} or {{row[\"Any name\"]}}";
    private static final int MAX_LENGTH = 1000;

    private final String text;
    private int at;

    private ExpressionReader(String text) {
        this.text = text;
    }

    /** The compiled pill; {@code each} are the names that the elements around it have. Throws a {@link ValueRejectedException}. */
    static Expression read(
            String text, SourceLocation spot, Map<String, Filters.FilterDefinition> own, List<String> each) {
        ExpressionReader reader = new ExpressionReader(text);
        if (text.length() > MAX_LENGTH) {
            throw new ValueRejectedException(Code.SYNTAX, "it is longer than " + MAX_LENGTH + " characters");
        }
        reader.spaces();
        PillPath path = reader.path();
        ValueType type = path.steps().contains(PillPath.ALL) ? ValueType.LIST : ValueType.ANY;
        List<Expression.FilterStep> steps = new ArrayList<>();
        while (reader.at < text.length()) {
            reader.expect('|', "a filter begins with |");
            Expression.FilterStep step = reader.filter(
                    own,
                    type,
                    steps.isEmpty() ? "the path" : steps.get(steps.size() - 1).name());
            type = typeAfter(type, step);
            steps.add(step);
        }
        int slot = path.steps().get(0) instanceof String first ? each.lastIndexOf(first) : -1;
        return new Expression(text.strip(), spot, path, slot, List.copyOf(steps), type);
    }

    /** A path without filters. Throws a {@link ValueRejectedException}. */
    static PillPath path(String text) {
        ExpressionReader reader = new ExpressionReader(text);
        PillPath path = reader.path();
        if (reader.at < text.length()) {
            throw reader.unreadable();
        }
        return path;
    }

    private static ValueType typeAfter(ValueType before, Expression.FilterStep step) {
        if (step.takes() != null) {
            return step.takes().gives();
        }
        JsonNode instead = step.absence() == null ? null : step.absence().instead();
        return instead == null || ValueType.of(instead) == before ? before : ValueType.ANY;
    }

    private PillPath path() {
        int start = at;
        List<Object> steps = new ArrayList<>();
        while (at < text.length() && " \t\n|".indexOf(text.charAt(at)) < 0) {
            steps.add(step(steps.isEmpty()));
        }
        if (steps.isEmpty()) {
            throw new ValueRejectedException(Code.SYNTAX, "it is empty" + SYNTAX);
        }
        PillPath path = new PillPath(text.substring(start, at), List.copyOf(steps));
        spaces();
        return path;
    }

    private Object step(boolean first) {
        if (text.charAt(at) == '[') {
            return bracketed(first);
        }
        if (!first) {
            if (text.charAt(at) != '.') {
                throw unreadable();
            }
            at++;
        }
        int start = at;
        while (at < text.length() && isNamePart(text.charAt(at))) {
            at++;
        }
        if (at == start) {
            throw unreadable();
        }
        return text.substring(start, at);
    }

    private Object bracketed(boolean first) {
        int open = at++;
        Object step;
        if (at < text.length() && (text.charAt(at) == '"' || text.charAt(at) == '\'')) {
            step = quoted();
        } else {
            int end = Math.max(at, text.indexOf(']', at));
            String inside = text.substring(at, end);
            at = open;
            if (first || !inside.matches("\\*|-?[0-9]{1,9}")) {
                throw unreadable();
            }
            at = end;
            step = inside.equals("*") ? PillPath.ALL : (Object) Integer.valueOf(inside);
        }
        expect(']', "a bracket is not closed");
        return step;
    }

    static boolean isName(String name) {
        return !name.isEmpty() && name.chars().allMatch(c -> isNamePart((char) c));
    }

    private static boolean isNamePart(char c) {
        return Character.isLetterOrDigit(c) || "_-$@:".indexOf(c) >= 0;
    }

    private Expression.FilterStep filter(Map<String, Filters.FilterDefinition> own, ValueType input, String before) {
        spaces();
        int start = at;
        while (at < text.length() && Character.isLetterOrDigit(text.charAt(at))) {
            at++;
        }
        String name = text.substring(start, at);
        if (name.isEmpty()) {
            throw new ValueRejectedException(Code.SYNTAX, "the name of a filter is missing at character " + (at + 1));
        }
        spaces();
        FilterArguments arguments = new FilterArguments(name, arguments());
        if (MissingValuePolicy.NAMES.contains(name)) {
            return new Expression.FilterStep(name, null, null, MissingValuePolicy.of(arguments));
        }
        Filters.FilterDefinition definition = own.getOrDefault(name, Filters.find(name));
        if (definition == null) {
            TreeSet<String> names = new TreeSet<>(Filters.names());
            names.addAll(MissingValuePolicy.NAMES);
            names.addAll(own.keySet());
            throw new ValueRejectedException(
                    Code.UNKNOWN_FILTER, "there is no filter \"" + name + "\"", Suggestions.of(name, names));
        }
        if (input != ValueType.ANY && !definition.takes(input)) {
            throw new ValueRejectedException(
                    Code.WRONG_TYPE,
                    before + " gives " + input.phrase() + ", which the filter " + name + " can't take");
        }
        return new Expression.FilterStep(name, definition, definition.with().apply(arguments), null);
    }

    private List<FilterArguments.Argument> arguments() {
        List<FilterArguments.Argument> arguments = new ArrayList<>();
        if (at < text.length() && text.charAt(at) == '(') {
            do {
                at++;
                spaces();
                arguments.add(argument());
                spaces();
            } while (at < text.length() && text.charAt(at) == ',');
            expect(')', "a parenthesis is not closed");
            spaces();
        }
        return List.copyOf(arguments);
    }

    private FilterArguments.Argument argument() {
        if (at < text.length() && (text.charAt(at) == '"' || text.charAt(at) == '\'')) {
            return FilterArguments.text(quoted());
        }
        int start = at;
        while (at < text.length() && ",)| ".indexOf(text.charAt(at)) < 0) {
            if (text.charAt(at) == '[' && at + 1 < text.length() && "\"'".indexOf(text.charAt(at + 1)) >= 0) {
                at++;
                String unusedName = quoted();
            } else {
                at++;
            }
        }
        String word = text.substring(start, at);
        return switch (word) {
            case "" -> throw new ValueRejectedException(Code.SYNTAX, "an argument is missing at character " + (at + 1));
            case "true", "false" -> new FilterArguments.Argument(BooleanNode.valueOf(word.equals("true")), false);
            case "null" -> new FilterArguments.Argument(NullNode.getInstance(), false);
            case "[]" -> new FilterArguments.Argument(JsonNodeFactory.instance.arrayNode(), false);
            case "{}" -> new FilterArguments.Argument(JsonNodeFactory.instance.objectNode(), false);
            default -> number(word);
        };
    }

    private static FilterArguments.Argument number(String word) {
        if (!Character.isDigit(word.charAt(0)) && word.charAt(0) != '-') {
            return FilterArguments.word(word);
        }
        try {
            return new FilterArguments.Argument(JsonSupport.number(word), false);
        } catch (InvalidDefinitionException e) {
            throw new ValueRejectedException(Code.SYNTAX, word + " is no number: text stands in quotes");
        }
    }

    /** A text between quotes, in which a backslash makes the next character literal, and \n, \r and \t what they always are. */
    private String quoted() {
        char quote = text.charAt(at++);
        StringBuilder value = new StringBuilder();
        while (at < text.length() && text.charAt(at) != quote) {
            char c = text.charAt(at++);
            if (c == '\\' && at < text.length()) {
                c = text.charAt(at++);
                c = switch (c) {
                    case 'n' -> '\n';
                    case 'r' -> '\r';
                    case 't' -> '\t';
                    default -> c;
                };
            }
            value.append(c);
        }
        expect(quote, "a text is not closed");
        return value.toString();
    }

    private void spaces() {
        while (at < text.length() && " \t\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private void expect(char c, String otherwise) {
        if (at >= text.length() || text.charAt(at) != c) {
            throw new ValueRejectedException(Code.SYNTAX, otherwise + ", at character " + (at + 1) + SYNTAX);
        }
        at++;
    }

    private ValueRejectedException unreadable() {
        return new ValueRejectedException(Code.SYNTAX, "it can't be read at character " + (at + 1) + SYNTAX);
    }
}
