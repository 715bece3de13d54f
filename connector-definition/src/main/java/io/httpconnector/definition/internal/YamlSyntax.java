package io.httpconnector.definition.internal;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.StringReader;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.events.CollectionEndEvent;
import org.yaml.snakeyaml.events.CollectionStartEvent;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.reader.StreamReader;

/** Describes mistakes in the syntax of YAML, from the messages of SnakeYAML and the text at their place. */
final class YamlSyntax {

    private static final String PLACEHOLDER =
            "a text with {{...}} must be in quotes here, such as \"{{order.id}}\": otherwise {{ begins an object";

    /** The name of a member, its colon and the start of its value. */
    private static final Pattern MEMBER = Pattern.compile("[ \\t]*(?:- +)*(?:\"[^\"]*\"|'[^']*'|[^\"'#][^#]*?): +");

    /** Messages by what the parser has found where a block of members should end. */
    private static final Map<String, String> AFTER_BLOCK = Map.of(
            "'<block mapping start>'",
            "the line is not indented like the other members of its object",
            "'<block sequence start>'",
            "the line is not indented like the other elements of its list",
            "'-'",
            "an element of a list stands among members: write it below the name of a member",
            "'?'",
            "a member stands among the elements of a list: indent it like the text after \"- \"",
            "'<scalar>'",
            "a text follows after a value: put the whole value in quotes",
            "']'",
            "\"]\" closes nothing: remove it, or put the text in quotes",
            "'}'",
            "\"}\" closes nothing: remove it, or put the text in quotes");

    /** A blank that is no space, at the start of a line. */
    private static final Pattern OTHER_BLANK =
            Pattern.compile("(?m)^ *([\\u00a0\\u1680\\u2000-\\u200b\\u202f\\u205f\\u3000])");

    /** A dash without a space at the start of a line. */
    private static final Pattern TIGHT_DASH = Pattern.compile("(?m)^ *(?:- +)*-(?=[{\\[\"'])");

    /** A quote that is open at the end of its line, before the line of another member. */
    private static final Pattern OPEN_QUOTE = Pattern.compile(
            "(?m)^ *(?:- +)*[^\\s\"'#:][^\"':\\r\\n]*: +(?:(\")(?:[^\"\\\\\\r\\n]|\\\\.)*|(')(?:[^'\\r\\n]|'')*)"
                    + "\\R(?=\\s*(?:- +)*[\\w.-]+:(?:\\s|$))");

    /** The length up to which a line is searched for an open quote. */
    private static final int MAX_LINE = 1000;

    private YamlSyntax() {}

    /** Returns whether a document may have {@link #hint names that are mistakes}. */
    static boolean hasHint(String text) {
        return OTHER_BLANK.matcher(text).find() || TIGHT_DASH.matcher(text).find();
    }

    /** Returns why the name of a member is a mistake that is valid YAML; empty if it is none. */
    static String hint(String name) {
        if (TIGHT_DASH.matcher(name).lookingAt()) {
            return "a space is missing after \"-\": write an element as - {name: value}";
        }
        return OTHER_BLANK.matcher(name).lookingAt()
                ? otherBlank(name.stripLeading().codePointAt(0))
                : "";
    }

    private static String otherBlank(int character) {
        return "the character U+%04X %s: YAML permits only spaces here"
                .formatted(character, Character.getName(character));
    }

    /** Returns the mistake in an earlier place that explains a failure; null if there is none. */
    private static @Nullable SyntaxProblem cause(String text, int at) {
        String before = text.substring(0, SyntaxProblem.endOfLine(text, Math.max(at, 0)));
        Matcher blank = OTHER_BLANK.matcher(before);
        if (blank.find()) {
            int found = blank.start(1);
            return new SyntaxProblem(
                    found,
                    otherBlank(text.codePointAt(found)),
                    text.substring(0, found) + " " + text.substring(found + 1));
        }
        Matcher dash = TIGHT_DASH.matcher(before);
        if (dash.find()) {
            return new SyntaxProblem(
                    dash.end() - 1,
                    "a space is missing after \"-\": write an element as - {name: value}",
                    text.substring(0, dash.end()) + " " + text.substring(dash.end()));
        }
        int quote = openQuote(text, at);
        if (quote >= 0) {
            return SyntaxProblem.at(quote, "the quote is not closed");
        }
        int line = SyntaxProblem.startOfLine(text, Math.max(at, 0));
        Matcher member = MEMBER.matcher(text).region(line, SyntaxProblem.endOfLine(text, line));
        return member.lookingAt() && text.startsWith("*", member.end()) ? start(text, member.end()) : null;
    }

    static SyntaxProblem describe(JsonProcessingException failure, String text) {
        if (failure.getCause() instanceof MarkedYAMLException marked) {
            return describe(marked, text);
        }
        int control = notPrintable(text);
        if (control >= 0) {
            return SyntaxProblem.at(
                    control,
                    "the control character U+%04X: remove it, or write it in double quotes as \"\\u%04x\""
                            .formatted(text.codePointAt(control), text.codePointAt(control)));
        }
        String why = String.valueOf(failure.getOriginalMessage());
        JsonLocation location = failure.getLocation();
        int end = location == null ? -1 : offset(text, (int) location.getCharOffset());
        if (why.equals(CoreSchemaYaml.LEADING_ZERO)) {
            return new SyntaxProblem(end, why, SyntaxProblem.quoted(text, end, endOfNumber(text, end)));
        }
        if (why.startsWith("Expected a field name")) {
            // The end of a bracket.
            return text.startsWith("{{", end - 2)
                    ? placeholder(text, end - 2)
                    : SyntaxProblem.at(
                            end - 1, "the name of a member is a text: put it in quotes if it contains a bracket");
        }
        return SyntaxProblem.at(
                end,
                why.startsWith("Malformed numeric value")
                        ? "it is not a number: put it in quotes if it is a text"
                        : "it is not valid YAML");
    }

    private static SyntaxProblem describe(MarkedYAMLException failure, String text) {
        int at = offset(text, failure.getProblemMark());
        SyntaxProblem cause = cause(text, at);
        if (cause != null) {
            return cause;
        }
        int begin = offset(text, failure.getContextMark());
        String context = String.valueOf(failure.getContext());
        String problem = String.valueOf(failure.getProblem());
        if (problem.contains("that cannot start any token")) {
            return start(text, at);
        }
        if (context.startsWith("while scanning a simple key")) {
            return missingColon(text, begin);
        }
        if (context.contains("quoted scalar")) {
            return problem.contains("escape")
                    ? SyntaxProblem.at(
                            at - 1,
                            "an unknown escape in double quotes: write \\\\ for a backslash, or use single quotes")
                    : SyntaxProblem.at(begin, "the quote is not closed");
        }
        if (problem.startsWith("mapping values are not allowed")) {
            return secondColon(text, at);
        }
        if (problem.startsWith("sequence entries are not allowed")) {
            return SyntaxProblem.at(
                    at, "a list begins in the line below its name, or is in brackets, such as [first, second]");
        }
        if (context.contains("block scalar")) {
            return SyntaxProblem.at(at, "the text after | or > begins in the next line");
        }
        if (context.contains("flow")) {
            return flow(text, at);
        }
        if (problem.startsWith("expected '<document start>'")) {
            return SyntaxProblem.at(at, "the document ends before this: a file has one document");
        }
        String found = problem.replaceFirst("^expected <block end>, but found ", "");
        return SyntaxProblem.at(at, AFTER_BLOCK.getOrDefault(found, "it is not valid YAML: " + problem));
    }

    /** Returns the place of a quote that is open at the end of its line, before a place; -1 if there is none. */
    private static int openQuote(String text, int before) {
        Matcher quote = OPEN_QUOTE.matcher(text);
        for (int line = 0; line < Math.min(before, text.length()); line = SyntaxProblem.endOfLine(text, line) + 1) {
            boolean isShort = SyntaxProblem.endOfLine(text, line) - line <= MAX_LINE;
            if (isShort && quote.region(line, text.length()).lookingAt()) {
                return Math.max(quote.start(1), quote.start(2));
            }
        }
        return -1;
    }

    /** A character with which no text begins. */
    private static SyntaxProblem start(String text, int at) {
        char found = text.charAt(at);
        if (found == '\t') {
            return new SyntaxProblem(
                    at, "a tab: YAML permits only spaces here", indentation(text, at) ? spaces(text, at) : null);
        }
        int end = open(text, at) == null ? endOfValue(text, at) : endInBrackets(text, at);
        return new SyntaxProblem(
                at,
                "a text that begins with " + found + " must be in quotes",
                end > at ? SyntaxProblem.quoted(text, at, end) : null);
    }

    private static boolean indentation(String text, int at) {
        return text.substring(SyntaxProblem.startOfLine(text, at), at).isBlank();
    }

    private static String spaces(String text, int at) {
        int end = at;
        while (end < text.length() && text.charAt(end) == '\t') {
            end++;
        }
        return text.substring(0, at) + "  ".repeat(end - at) + text.substring(end);
    }

    private static SyntaxProblem missingColon(String text, int begin) {
        String line = text.substring(begin, SyntaxProblem.endOfLine(text, begin));
        if (line.startsWith("{") || line.startsWith("[")) {
            return SyntaxProblem.at(begin, "\"" + line.charAt(0) + "\" is not closed");
        }
        int colon = line.indexOf(':');
        return colon < 0 || line.substring(0, colon).contains(" ")
                ? SyntaxProblem.at(begin, "a colon is missing: write a member as name: value")
                : SyntaxProblem.at(begin + colon, "a space is missing after the colon: write a member as name: value");
    }

    /** A colon within a value, or a member that is deeper than the one above. */
    private static SyntaxProblem secondColon(String text, int at) {
        int start = SyntaxProblem.startOfLine(text, at);
        Matcher member = MEMBER.matcher(text).region(start, SyntaxProblem.endOfLine(text, at));
        if (member.lookingAt() && member.end() <= at) {
            int end = endOfValue(text, member.end());
            return new SyntaxProblem(
                    at,
                    "a text with a colon and a space must be in quotes",
                    SyntaxProblem.quoted(text, member.end(), end));
        }
        return SyntaxProblem.at(
                at,
                "the member is indented deeper than the line above, which has a value already: indent both alike, or put the text in quotes");
    }

    /** A mistake between brackets. */
    private static SyntaxProblem flow(String text, int at) {
        if (text.startsWith("{{", at)) {
            return placeholder(text, at);
        }
        Integer open = open(text, at);
        if (open != null
                && (at >= text.length() || SyntaxProblem.endOfLine(text, open) < SyntaxProblem.startOfLine(text, at))) {
            return SyntaxProblem.at(open, "\"" + text.charAt(open) + "\" is not closed");
        }
        return SyntaxProblem.at(
                at,
                "a comma or a closing bracket is missing before this; a text with a colon, comma or bracket must be in quotes");
    }

    /** A placeholder that is not in quotes. Its value is that of a member or element. */
    private static SyntaxProblem placeholder(String text, int at) {
        Integer open = open(text, at);
        int line = SyntaxProblem.startOfLine(text, at);
        int start = at;
        if (open != null) {
            while (start > Math.max(line, open + 1) && !isBoundary(text, start)) {
                start--;
            }
        }
        int end = open == null ? endOfValue(text, at) : endInBrackets(text, at);
        return new SyntaxProblem(at, PLACEHOLDER, SyntaxProblem.quoted(text, start, end));
    }

    /** Whether a value within brackets begins at a position. */
    private static boolean isBoundary(String text, int start) {
        String before = text.substring(0, start);
        return before.endsWith(": ") || before.endsWith(", ") || before.endsWith(",") || before.endsWith("[");
    }

    private static int endInBrackets(String text, int from) {
        int end = from;
        int limit = SyntaxProblem.endOfLine(text, from);
        while (end < limit) {
            int close = text.startsWith("{{", end) ? text.indexOf("}}", end) : -1;
            if (close >= 0 && close < limit) {
                end = close + 2;
            } else if (",]}".indexOf(text.charAt(end)) >= 0) {
                return end;
            } else {
                end++;
            }
        }
        return end;
    }

    private static int endOfNumber(String text, int from) {
        int end = from;
        while (end < text.length() && "+-.0123456789eE".indexOf(text.charAt(end)) >= 0) {
            end++;
        }
        return end;
    }

    /** Returns the end of a value that is the rest of its line. */
    private static int endOfValue(String text, int from) {
        int end = SyntaxProblem.endOfLine(text, from);
        int comment = text.substring(from, end).indexOf(" #");
        return from
                + text.substring(from, comment < 0 ? end : from + comment)
                        .stripTrailing()
                        .length();
    }

    /** Returns the innermost bracket that is open before a position. */
    private static @Nullable Integer open(String text, int end) {
        Deque<Integer> open = new ArrayDeque<>();
        try {
            for (Event event : new Yaml(new LoaderOptions()).parse(new StringReader(text))) {
                int start = offset(text, event.getStartMark());
                if (start >= end) {
                    break;
                }
                if (event instanceof CollectionStartEvent collection) {
                    open.push(collection.isFlow() ? start : -1);
                } else if (event instanceof CollectionEndEvent) {
                    open.pop();
                }
            }
        } catch (YAMLException e) {
            // The mistake; what is open before it is known.
        }
        Integer last = open.peek();
        return last == null || last < 0 ? null : last;
    }

    private static int notPrintable(String text) {
        for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
            if (!StreamReader.isPrintable(text.codePointAt(i))) {
                return i;
            }
        }
        return -1;
    }

    private static int offset(String text, @Nullable Mark mark) {
        return mark == null ? -1 : offset(text, mark.getIndex());
    }

    /** Returns the position of a code point. */
    private static int offset(String text, int codePoints) {
        return text.offsetByCodePoints(0, Math.max(0, Math.min(codePoints, text.codePointCount(0, text.length()))));
    }
}
