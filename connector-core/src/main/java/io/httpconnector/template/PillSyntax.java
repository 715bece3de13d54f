package io.httpconnector.template;

import io.httpconnector.internal.text.PillToken;
import io.httpconnector.template.TemplateProblem.Code;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The pill syntax of one template: its delimiters and custom filters. Parses the pills of a text. */
record PillSyntax(String open, String close, Map<String, Filters.FilterDefinition> customFilters) {

    static final PillSyntax DEFAULT = new PillSyntax("{{", "}}", Map.of());

    /** Marks a part without pills, at its beginning. */
    private static final String VERBATIM = "!verbatim";

    private static final int MAX_PILLS = 10_000;

    boolean opens(String text, int at) {
        return text.startsWith(open, at);
    }

    /** Returns the text after the mark for text without pills, or null if there is no such mark. */
    @Nullable String verbatim(String text) {
        String mark = open + VERBATIM + close;
        return text.startsWith(mark) ? text.substring(mark.length()) : null;
    }

    /** Finds the pill that opens at an index, see {@link PillToken#find}. */
    @Nullable PillToken find(String text, int start, boolean json) {
        return PillToken.find(text, start, open, close, json);
    }

    /** Parses a pill. Returns null if it is invalid, with the reason added to {@code problems}. */
    @Nullable Expression read(PillToken token, SourceLocation location, List<String> each, List<TemplateProblem> problems) {
        try {
            return ExpressionReader.read(token.inside(), location, customFilters, each);
        } catch (ValueRejectedException e) {
            problems.add(e.toProblem(location, token.inside().strip()));
            return null;
        }
    }

    TemplateProblem unclosed(SourceLocation location) {
        return TemplateProblem.of(
                location,
                Code.SYNTAX,
                null,
                "\"" + open + "\" is not closed on the same line: add \"" + close + "\", or write " + open + "'" + open
                        + "'" + close + " for a literal delimiter");
    }

    /** Whether a text of the template is valid Unicode. If not, the position is added to {@code problems}. */
    static boolean isUnicode(String part, String text, List<TemplateProblem> problems) {
        try {
            return Escaping.requireValidUnicode(text).equals(text);
        } catch (ValueRejectedException e) {
            problems.add(e.toProblem(SourceLocation.of(part), null));
            return false;
        }
    }

    /** Splits a text into strings and expressions; {@code quoted} encodes literals in quotes between delimiters. */
    List<Object> tokenize(String part, String text, UnaryOperator<String> quoted, List<TemplateProblem> problems) {
        if (!isUnicode(part, text, problems)) {
            return List.of();
        }
        String verbatim = verbatim(text);
        if (verbatim != null) {
            return verbatim.isEmpty() ? List.of() : List.of(verbatim);
        }
        List<Object> pieces = new ArrayList<>();
        StringBuilder literal = new StringBuilder();
        int at = 0;
        while (at < text.length()) {
            if (!opens(text, at)) {
                literal.append(text.charAt(at++));
                continue;
            }
            SourceLocation location = SourceLocation.in(part, text, at);
            PillToken token = find(text, at, false);
            if (token == null || pieces.size() > MAX_PILLS) {
                problems.add(token == null ? unclosed(location) : tooMany(location));
                break;
            }
            if (token.isQuoted()) {
                literal.append(quoted(token, location, quoted, problems));
            } else {
                add(literal, pieces);
                Expression pill = read(token, location, List.of(), problems);
                if (pill != null) {
                    pieces.add(pill);
                }
            }
            at = token.end();
        }
        add(literal, pieces);
        return pieces;
    }

    private static String quoted(
            PillToken token, SourceLocation location, UnaryOperator<String> encoding, List<TemplateProblem> problems) {
        try {
            return encoding.apply(token.unquoted());
        } catch (ValueRejectedException e) {
            problems.add(e.toProblem(location, token.inside().strip()));
            return "";
        }
    }

    private static TemplateProblem tooMany(SourceLocation location) {
        return TemplateProblem.of(location, Code.MALFORMED, null, "more than " + MAX_PILLS + " pills");
    }

    private static void add(StringBuilder literal, List<Object> pieces) {
        if (!literal.isEmpty()) {
            pieces.add(literal.toString());
            literal.setLength(0);
        }
    }
}
