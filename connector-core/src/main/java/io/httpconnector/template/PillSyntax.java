package io.httpconnector.template;

import io.httpconnector.template.TemplateProblem.Code;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** How the pills of one template are written: its delimiters and its own filters. Finds pills in text, and reads them. */
record PillSyntax(String open, String close, Map<String, Filters.FilterDefinition> own) {

    static final PillSyntax DEFAULT = new PillSyntax("{{", "}}", Map.of());

    /** Stands at the beginning of a part in which nothing is a pill. */
    private static final String VERBATIM = "!verbatim";

    private static final int MAX_PILLS = 10_000;

    /** What stands between delimiters, and where the text goes on after them. */
    record PillToken(String inside, int end) {

        /** Whether it is a text of its own: <code>&#123;&#123;'&#123;&#123;'&#125;&#125;</code> stands for two braces. */
        boolean isQuoted() {
            String text = inside.strip();
            return text.length() >= 2
                    && (text.charAt(0) == '\'' || text.charAt(0) == '"')
                    && text.indexOf(text.charAt(0), 1) == text.length() - 1;
        }

        String unquoted() {
            String text = inside.strip();
            return text.substring(1, text.length() - 1);
        }
    }

    boolean opens(String text, int at) {
        return text.startsWith(open, at);
    }

    /** The text after the mark that says that there are no pills in it, or null when there is no such mark. */
    @Nullable String verbatim(String text) {
        String mark = open + VERBATIM + close;
        return text.startsWith(mark) ? text.substring(mark.length()) : null;
    }

    /**
     * The pill that opens here, or null when it is not closed on its line. Closing delimiters between quotes do not count. In
     * a string of JSON, what is escaped is read as what it stands for.
     */
    @Nullable PillToken find(String text, int start, boolean json) {
        StringBuilder inside = new StringBuilder();
        char quote = 0;
        boolean escaped = false;
        for (int i = start + open.length(); i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\n') {
                return null;
            }
            if (quote == 0 && text.startsWith(close, i)) {
                return new PillToken(inside.toString(), i + close.length());
            }
            if (json && c == '\\' && i + 1 < text.length()) {
                c = unescaped(text.charAt(++i));
            }
            inside.append(c);
            if (escaped) {
                escaped = false;
            } else if (quote != 0) {
                escaped = c == '\\';
                quote = c == quote ? 0 : quote;
            } else if (c == '\'' || c == '"') {
                quote = c;
            }
        }
        return null;
    }

    private static char unescaped(char c) {
        return switch (c) {
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            default -> c;
        };
    }

    /** The pill, or null when {@code problems} says why it can't be read. */
    @Nullable Expression read(PillToken found, SourceLocation spot, List<String> each, List<TemplateProblem> problems) {
        try {
            return ExpressionReader.read(found.inside, spot, own, each);
        } catch (ValueRejectedException e) {
            problems.add(e.at(spot, found.inside.strip()));
            return null;
        }
    }

    TemplateProblem unclosed(SourceLocation spot) {
        return TemplateProblem.of(
                spot,
                Code.SYNTAX,
                null,
                "\"" + open + "\" is not closed on its line: add \"" + close + "\", or write " + open + "'" + open + "'"
                        + close + " for the delimiter itself");
    }

    /** Whether a text of the template can be sent; if not, {@code problems} says where. */
    static boolean isUnicode(String part, String text, List<TemplateProblem> problems) {
        try {
            return Escaping.unicode(text).equals(text);
        } catch (ValueRejectedException e) {
            problems.add(e.at(SourceLocation.of(part), null));
            return false;
        }
    }

    /** The text cut into strings and expressions; {@code quoted} encodes what stands in quotes between delimiters. */
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
            SourceLocation spot = SourceLocation.in(part, text, at);
            PillToken found = find(text, at, false);
            if (found == null || pieces.size() > MAX_PILLS) {
                problems.add(found == null ? unclosed(spot) : tooMany(spot));
                break;
            }
            if (found.isQuoted()) {
                literal.append(quoted(found, spot, quoted, problems));
            } else {
                add(literal, pieces);
                Expression pill = read(found, spot, List.of(), problems);
                if (pill != null) {
                    pieces.add(pill);
                }
            }
            at = found.end;
        }
        add(literal, pieces);
        return pieces;
    }

    private static String quoted(
            PillToken found, SourceLocation spot, UnaryOperator<String> encoding, List<TemplateProblem> problems) {
        try {
            return encoding.apply(found.unquoted());
        } catch (ValueRejectedException e) {
            problems.add(e.at(spot, found.inside.strip()));
            return "";
        }
    }

    private static TemplateProblem tooMany(SourceLocation spot) {
        return TemplateProblem.of(spot, Code.MALFORMED, null, "there are more than " + MAX_PILLS + " pills");
    }

    private static void add(StringBuilder literal, List<Object> pieces) {
        if (!literal.isEmpty()) {
            pieces.add(literal.toString());
            literal.setLength(0);
        }
    }
}
