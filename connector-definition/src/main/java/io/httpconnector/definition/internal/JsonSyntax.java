package io.httpconnector.definition.internal;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.util.ArrayDeque;
import java.util.Deque;

/** Describes mistakes in the syntax of JSON, from the messages of Jackson and the text at their place. */
final class JsonSyntax {

    private JsonSyntax() {}

    static SyntaxProblem describe(JsonProcessingException failure, String text) {
        JsonLocation location = failure.getLocation();
        int at = location == null ? 0 : (int) Math.max(0, Math.min(text.length(), location.getCharOffset()));
        String why = String.valueOf(failure.getOriginalMessage());
        if (why.startsWith("Unexpected end-of-input")) {
            return unclosed(text);
        }
        if (why.startsWith("Unexpected close marker")) {
            return closing(text, at);
        }
        if (why.startsWith("Unexpected character")) {
            return unexpected(why, text, at);
        }
        return SyntaxProblem.at(at, message(why));
    }

    private static String message(String why) {
        if (why.startsWith("Illegal unquoted character")) {
            return why.contains("code 10)") || why.contains("code 13)")
                    ? "the text does not end in its line: close the quote, or write \\n for a line break"
                    : "a control character within a text: write it as an escape, such as \\t or \\u0007";
        }
        if (why.startsWith("Unrecognized character escape") || why.contains("hex-digit")) {
            return "an unknown escape: write \\\\ for a backslash";
        }
        if (why.startsWith("Unrecognized token") || why.startsWith("Non-standard token")) {
            return "expected a value: write texts in double quotes; other values are numbers, true, false and null";
        }
        if (why.contains("numeric value") || why.contains("Leading zeroes")) {
            return "it is not a number of JSON, such as 5, -1 or 0.5: write other values as texts in double quotes";
        }
        return why.startsWith("Trailing token")
                ? "more follows after the end of the document: a file has one document"
                : "it is not JSON";
    }

    private static SyntaxProblem unexpected(String why, String text, int at) {
        char found = at < text.length() ? text.charAt(at) : ' ';
        int before = lastVisible(text, at);
        boolean isName = why.contains("to start field name");
        if (found == '/' || found == '#') {
            return comment(text, at);
        }
        if ((found == '}' || found == ']') && text.charAt(before) == ',') {
            return new SyntaxProblem(
                    before,
                    "a comma before \"" + found + "\": remove it",
                    SyntaxProblem.blanked(text, before, before + 1));
        }
        if (found == '{' && isName && before == at - 1 && at > 1) {
            int end = text.indexOf("}}", at);
            return new SyntaxProblem(
                    before,
                    "a placeholder stands in a text: put the whole value in double quotes, such as \"{{order.id}}\"",
                    end < 0 ? null : text.substring(0, before) + "\"\"" + text.substring(end + 2));
        }
        if (isName) {
            return SyntaxProblem.at(
                    at,
                    found == ','
                            ? "a comma without a member before it: remove it"
                            : "expected the name of a member in double quotes");
        }
        if (why.contains("expecting comma")) {
            return SyntaxProblem.at(at, "a comma is missing before this");
        }
        if (why.contains("expecting a colon")) {
            return SyntaxProblem.at(at, "a colon is missing between a name and its value");
        }
        if (why.contains("hex-digit") || why.contains("numeric value")) {
            return SyntaxProblem.at(at, message(why));
        }
        return SyntaxProblem.at(
                at,
                found == '}' || found == ']' || found == ','
                        ? "a value is missing before \"" + found + "\""
                        : message("Unrecognized token"));
    }

    private static SyntaxProblem comment(String text, int at) {
        int block = text.startsWith("/*", at) ? text.indexOf("*/", at) : -1;
        int end = block < 0 ? SyntaxProblem.endOfLine(text, at) : block + 2;
        return new SyntaxProblem(
                at,
                "JSON has no comments: remove it, or write the document in YAML",
                SyntaxProblem.blanked(text, at, end));
    }

    private static int lastVisible(String text, int end) {
        int i = end - 1;
        while (i > 0 && Character.isWhitespace(text.charAt(i))) {
            i--;
        }
        return Math.max(0, i);
    }

    /** Finds the quote or the bracket that is open at the end. */
    private static SyntaxProblem unclosed(String text) {
        Deque<Integer> open = open(text, text.length());
        if (open.isEmpty()) {
            return SyntaxProblem.at(text.length(), "the text ends within the document");
        }
        int last = open.element();
        return SyntaxProblem.at(
                last,
                text.charAt(last) == '"' ? "the quote is not closed" : "\"" + text.charAt(last) + "\" is not closed");
    }

    private static SyntaxProblem closing(String text, int at) {
        Deque<Integer> open = open(text, at);
        if (open.isEmpty()) {
            return SyntaxProblem.at(at, "\"" + text.charAt(at) + "\" closes nothing: remove it");
        }
        char opening = text.charAt(open.element());
        return SyntaxProblem.at(
                at,
                "expected \"" + (opening == '{' ? '}' : ']') + "\", because \"" + opening + "\" in "
                        + SyntaxProblem.place(text, open.element()) + " is not closed");
    }

    /** Returns the positions of the brackets and of the quote that are open at a position, the last one first. */
    private static Deque<Integer> open(String text, int end) {
        Deque<Integer> open = new ArrayDeque<>();
        boolean isText = false;
        for (int i = 0; i < end; i++) {
            char c = text.charAt(i);
            if (isText && c == '\\') {
                i++;
            } else if (c == '"') {
                isText = !isText;
                if (isText) {
                    open.push(i);
                } else {
                    open.pop();
                }
            } else if (!isText && (c == '{' || c == '[')) {
                open.push(i);
            } else if (!isText && (c == '}' || c == ']') && !open.isEmpty()) {
                open.pop();
            }
        }
        return open;
    }
}
