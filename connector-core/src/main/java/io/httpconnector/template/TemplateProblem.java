package io.httpconnector.template;

import org.jspecify.annotations.Nullable;

/**
 * A problem of a template, or of the values it is rendered with. It names locations and pills, never a value.
 *
 * @param code the machine-readable type of the problem
 * @param part the location: {@code url}, {@code query q}, {@code header X-Id}, {@code body}, {@code form field f}, ...; in a
 *     template that is read from JSON, the JSON Pointer of the member, such as {@code /query/0}
 * @param line the line within the part, starting at 1; 0 if the problem has no position
 * @param column the column within the line, starting at 1; 0 if the problem has no position
 * @param pointer the JSON Pointer (RFC 6901) of the location in a JSON body, or null
 * @param pill the content between the braces, or null if the problem does not concern a pill
 * @param suggestion the most similar existing name if a name is unknown, or null
 * @param message a human-readable description of the problem and its solution
 */
public record TemplateProblem(
        Code code,
        String part,
        int line,
        int column,
        @Nullable String pointer,
        @Nullable String pill,
        @Nullable String suggestion,
        String message) {

    /** The types of problems. */
    public enum Code {
        /** The part itself is invalid: the JSON, XML, URL, header or name. */
        MALFORMED,
        /** The content between the braces is not a valid pill. */
        SYNTAX,
        /** The filter is unknown. */
        UNKNOWN_FILTER,
        /** An argument of a filter is invalid. */
        WRONG_ARGUMENT,
        /** The type of the value is not accepted by a filter or at this location. */
        WRONG_TYPE,
        /** The pill is not allowed at this location. */
        MISPLACED,
        /** The value is missing. */
        MISSING,
        /** The value is null. */
        NULL,
        /** The value is empty. */
        EMPTY,
        /** The value has characters or a size that can't be represented at this location. */
        UNENCODABLE
    }

    static TemplateProblem of(SourceLocation location, Code code, @Nullable String pill, String message) {
        return new TemplateProblem(
                code, location.part(), location.line(), location.column(), location.pointer(), pill, null, message);
    }

    /**
     * The same problem at a JSON Pointer of a document, unless it has one already. Line and column are left out for a JSON body
     * that is a tree, whose text is not that of the document.
     */
    TemplateProblem in(String member) {
        if (part.startsWith("/")) {
            return this;
        }
        boolean isTree = member.equals("/body/json");
        return new TemplateProblem(
                code,
                isTree && pointer != null ? member + pointer : member,
                isTree ? 0 : line,
                isTree ? 0 : column,
                pointer,
                pill,
                suggestion,
                message);
    }

    TemplateProblem withSuggestion(@Nullable String name) {
        return name == null
                ? this
                : new TemplateProblem(
                        code, part, line, column, pointer, pill, name, message + ": did you mean \"" + name + "\"?");
    }

    /**
     * Returns the problem as one sentence.
     *
     * @return for example {@code body line 2, column 12 (/venue/name): {{account.Nmae}}: "account" has no "Nmae": did you mean
     *     "Name"?}
     */
    @Override
    public String toString() {
        return part
                + (line == 0 ? "" : " line " + line + ", column " + column)
                + (pointer == null || pointer.isEmpty() || part.endsWith(pointer) ? "" : " (" + pointer + ")")
                + ": "
                + (pill == null ? "" : "{{" + pill + "}}: ")
                + message;
    }
}
