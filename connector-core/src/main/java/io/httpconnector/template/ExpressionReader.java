package io.httpconnector.template;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.internal.json.Suggestions;
import io.httpconnector.template.TemplateProblem.Code;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Parses the content of a pill: {@code path | filter | filter(argument, argument)}. Each method continues at the current
 * position.
 */
final class ExpressionReader {

    private static final String SYNTAX_HINT = ": write it like {{order.lines[0].sku}} or {{row[\"Any name\"]}}";
    private static final int MAX_LENGTH = 1000;

    private static final int MAX_DEPTH = 20;

    private final String text;
    private int at;
    private int depth;

    private ExpressionReader(String text) {
        this.text = text;
    }

    /**
     * Parses a pill; {@code each} are the names of the elements of enclosing lists. Throws a {@link ValueRejectedException}.
     */
    static Expression read(
            String text,
            SourceLocation location,
            Map<String, Filters.FilterDefinition> customFilters,
            List<String> each) {
        ExpressionReader reader = new ExpressionReader(text);
        if (text.length() > MAX_LENGTH) {
            throw new ValueRejectedException(Code.SYNTAX, "the pill is longer than " + MAX_LENGTH + " characters");
        }
        reader.skipSpaces();
        return reader.expression(location, customFilters, each, "");
    }

    /** Parses a path with filters, up to one of the characters of {@code ends} or the end of the text. */
    private Expression expression(
            SourceLocation location,
            Map<String, Filters.FilterDefinition> customFilters,
            List<String> each,
            String ends) {
        int start = at;
        PillPath path = pathUpTo(ends);
        ValueType type = path.steps().contains(PillPath.ALL) ? ValueType.LIST : ValueType.ANY;
        List<Expression.FilterStep> steps = new ArrayList<>();
        while (at < text.length() && ends.indexOf(text.charAt(at)) < 0) {
            expect('|', "expected | before a filter");
            Expression.FilterStep step = filter(
                    customFilters,
                    type,
                    steps.isEmpty() ? "the path" : steps.get(steps.size() - 1).name());
            type = typeAfter(type, step);
            steps.add(step);
        }
        int slot = path.steps().get(0) instanceof String first ? each.lastIndexOf(first) : -1;
        return new Expression(text.substring(start, at).strip(), location, path, slot, List.copyOf(steps), type);
    }

    /** Parses a path without filters. Throws a {@link ValueRejectedException}. */
    static PillPath path(String text) {
        ExpressionReader reader = new ExpressionReader(text);
        PillPath path = reader.pathUpTo("");
        if (reader.at < text.length()) {
            throw reader.syntaxError();
        }
        return path;
    }

    private static ValueType typeAfter(ValueType before, Expression.FilterStep step) {
        if (step.definition() != null) {
            return step.definition().resultType();
        }
        Operand instead = step.missingValuePolicy() == null
                ? null
                : step.missingValuePolicy().defaultValue();
        boolean isSame = instead == null || (instead.literal() != null && ValueType.of(instead.literal()) == before);
        return isSame ? before : ValueType.ANY;
    }

    private PillPath pathUpTo(String ends) {
        int start = at;
        List<Object> steps = new ArrayList<>();
        while (at < text.length() && (" \t\n|" + ends).indexOf(text.charAt(at)) < 0) {
            steps.add(step(steps.isEmpty()));
        }
        if (steps.isEmpty()) {
            throw new ValueRejectedException(Code.SYNTAX, "the pill is empty" + SYNTAX_HINT);
        }
        PillPath path = new PillPath(text.substring(start, at), List.copyOf(steps));
        skipSpaces();
        return path;
    }

    private Object step(boolean first) {
        if (text.charAt(at) == '[') {
            return bracketed(first);
        }
        if (!first) {
            if (text.charAt(at) != '.') {
                throw syntaxError();
            }
            at++;
        }
        int start = at;
        while (at < text.length() && PillPath.isNamePart(text.charAt(at))) {
            at++;
        }
        if (at == start) {
            throw syntaxError();
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
                throw syntaxError();
            }
            at = end;
            step = inside.equals("*") ? PillPath.ALL : (Object) Integer.valueOf(inside);
        }
        expect(']', "missing closing bracket");
        return step;
    }

    private Expression.FilterStep filter(
            Map<String, Filters.FilterDefinition> customFilters, ValueType input, String before) {
        skipSpaces();
        int start = at;
        while (at < text.length() && Character.isLetterOrDigit(text.charAt(at))) {
            at++;
        }
        String name = text.substring(start, at);
        if (name.isEmpty()) {
            throw new ValueRejectedException(Code.SYNTAX, "the name of a filter is missing at character " + (at + 1));
        }
        skipSpaces();
        FilterArguments arguments = new FilterArguments(name, arguments(customFilters));
        if (MissingValuePolicy.NAMES.contains(name)) {
            return new Expression.FilterStep(name, null, null, MissingValuePolicy.of(arguments));
        }
        Filters.FilterDefinition definition = customFilters.getOrDefault(name, Filters.find(name));
        if (definition == null) {
            Set<String> names = Filters.names();
            names.addAll(customFilters.keySet());
            throw new ValueRejectedException(
                    Code.UNKNOWN_FILTER, "unknown filter \"" + name + "\"", Suggestions.of(name, names));
        }
        if (input != ValueType.ANY && !definition.accepts(input)) {
            throw new ValueRejectedException(
                    Code.WRONG_TYPE,
                    before + " returns " + input.phrase() + ", which the filter " + name + " does not accept");
        }
        return new Expression.FilterStep(name, definition, definition.factory().apply(arguments), null);
    }

    private List<FilterArguments.Argument> arguments(Map<String, Filters.FilterDefinition> customFilters) {
        List<FilterArguments.Argument> arguments = new ArrayList<>();
        if (at < text.length() && text.charAt(at) == '(') {
            do {
                at++;
                skipSpaces();
                arguments.add(argument(customFilters));
                skipSpaces();
            } while (at < text.length() && text.charAt(at) == ',');
            expect(')', "missing closing parenthesis");
            skipSpaces();
        }
        return List.copyOf(arguments);
    }

    private FilterArguments.Argument argument(Map<String, Filters.FilterDefinition> customFilters) {
        if (at < text.length() && (text.charAt(at) == '"' || text.charAt(at) == '\'')) {
            return textArgument(quoted(), false);
        }
        if (at < text.length() && text.charAt(at) == '(') {
            return inParentheses(customFilters);
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
            case "true", "false" -> literal(BooleanNode.valueOf(word.equals("true")));
            case "null" -> literal(NullNode.getInstance());
            case "[]" -> literal(JsonNodeFactory.instance.arrayNode());
            case "{}" -> literal(JsonNodeFactory.instance.objectNode());
            default -> number(word);
        };
    }

    /** Parses a path with filters in parentheses. Elements of lists of the template are not available in it. */
    private FilterArguments.Argument inParentheses(Map<String, Filters.FilterDefinition> customFilters) {
        int open = at++;
        if (++depth > MAX_DEPTH) {
            throw new ValueRejectedException(Code.SYNTAX, "more than " + MAX_DEPTH + " levels of parentheses");
        }
        skipSpaces();
        Expression expression = expression(SourceLocation.of(""), customFilters, List.of(), ")");
        expect(')', "missing closing parenthesis");
        depth--;
        String source = text.substring(open, at);
        return new FilterArguments.Argument(TextNode.valueOf(source), false, () -> path(source), expression);
    }

    private static FilterArguments.Argument literal(JsonNode value) {
        return new FilterArguments.Argument(value, false, () -> path(value.asText()), null);
    }

    private static FilterArguments.Argument textArgument(String text, boolean isWord) {
        return new FilterArguments.Argument(TextNode.valueOf(text), isWord, () -> path(text), null);
    }

    private static FilterArguments.Argument number(String word) {
        if (!Character.isDigit(word.charAt(0)) && word.charAt(0) != '-') {
            return textArgument(word, true);
        }
        try {
            return literal(JsonSupport.number(word));
        } catch (InvalidDefinitionException e) {
            throw new ValueRejectedException(Code.SYNTAX, word + " is not a number: put text in quotes");
        }
    }

    /** Parses a quoted text. A backslash escapes the next character; \n, \r and \t are control characters. */
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
        expect(quote, "missing closing quote");
        return value.toString();
    }

    private void skipSpaces() {
        while (at < text.length() && " \t\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private void expect(char c, String message) {
        if (at >= text.length() || text.charAt(at) != c) {
            throw new ValueRejectedException(Code.SYNTAX, message + ", at character " + (at + 1) + SYNTAX_HINT);
        }
        at++;
    }

    private ValueRejectedException syntaxError() {
        return new ValueRejectedException(Code.SYNTAX, "invalid syntax at character " + (at + 1) + SYNTAX_HINT);
    }
}
