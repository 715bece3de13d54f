package io.httpconnector.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A problem of a connector document. Immutable.
 *
 * @param file the file as the user has given it
 * @param pointer the JSON Pointer; empty if it is unknown
 * @param line the line from 1; 0 if it is unknown
 * @param column the column from 1; 0 if it is unknown
 * @param message the problem, and how to fix it
 */
record DocumentProblem(Path file, String pointer, int line, int column, String message) {

    /** The text of a problem with its place, as the library writes it: the pointer, the place, the message. */
    private static final Pattern LOCATED = Pattern.compile(
            "(?s)(?:(?:(?<pointer>/[^\\n]*?) \\()?line (?<line>\\d{1,9}), column (?<column>\\d{1,9})\\)?)(?<message>.*)");

    private static final Pattern WITH_POINTER = Pattern.compile("(?s)(?<pointer>/\\S*?)(?<message>: .*)");

    static DocumentProblem of(Path file, String text) {
        Matcher located = LOCATED.matcher(text);
        if (located.matches()) {
            String pointer = located.group("pointer");
            return new DocumentProblem(
                    file,
                    pointer == null ? "" : pointer,
                    Integer.parseInt(located.group("line")),
                    Integer.parseInt(located.group("column")),
                    message(located.group("message")));
        }
        Matcher other = WITH_POINTER.matcher(text);
        return other.matches()
                ? new DocumentProblem(file, other.group("pointer"), 0, 0, message(other.group("message")))
                : new DocumentProblem(file, "", 0, 0, text);
    }

    private static String message(String text) {
        return text.replaceFirst("^: ?", "").strip();
    }

    /** Returns the problem in the form of compilers, which editors understand: {@code file:line:column: message}. */
    @Override
    public String toString() {
        String place = line == 0 ? file + ": " : file + ":" + line + ":" + column + ": ";
        return place + (pointer.isEmpty() ? message : pointer + ": " + message);
    }

    ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("file", file.toString()).put("pointer", pointer);
        if (line > 0) {
            json.put("line", line).put("column", column);
        }
        return json.put("message", message);
    }
}
