package io.httpconnector.template;

import org.jspecify.annotations.Nullable;

/**
 * One thing that is wrong with a template, or with the values that it was given. It names places and pills, never a value.
 *
 * @param code what kind of problem it is, for programs
 * @param part where it is: {@code url}, {@code query q}, {@code header X-Id}, {@code body}, {@code form field f}, ...
 * @param line the line within the part, from 1; 0 when the problem has no position
 * @param column the column within the line, from 1; 0 when the problem has no position
 * @param pointer the JSON Pointer (RFC 6901) of the place in a JSON body, or null
 * @param pill what stands between the braces, or null when it is not about a pill
 * @param nearest the nearest name that exists, when a name is not known, or null
 * @param message what is wrong and what to do, for people
 */
public record TemplateProblem(
        Code code,
        String part,
        int line,
        int column,
        @Nullable String pointer,
        @Nullable String pill,
        @Nullable String nearest,
        String message) {

    /** The kinds of problems. */
    public enum Code {
        /** The part itself can't be read: the JSON, the XML, the URL, the header, the name. */
        MALFORMED,
        /** What stands between the braces can't be read. */
        SYNTAX,
        /** There is no such filter. */
        UNKNOWN_FILTER,
        /** A filter was given an argument that it can't use. */
        WRONG_ARGUMENT,
        /** A filter, or the place, needs a value of another type. */
        WRONG_TYPE,
        /** No pill, or not this one, can stand here. */
        WRONG_PLACE,
        /** There is no value. */
        MISSING,
        /** The value is null. */
        NULL,
        /** The value is empty. */
        EMPTY,
        /** The value has characters, or a size, that can't stand here. */
        UNENCODABLE
    }

    static TemplateProblem of(SourceLocation spot, Code code, @Nullable String pill, String message) {
        return new TemplateProblem(code, spot.part(), spot.line(), spot.column(), spot.pointer(), pill, null, message);
    }

    TemplateProblem nearest(@Nullable String name) {
        return name == null
                ? this
                : new TemplateProblem(
                        code, part, line, column, pointer, pill, name, message + ": did you mean \"" + name + "\"?");
    }

    /**
     * The problem as one sentence.
     *
     * @return such as {@code body line 2, column 12 (/venue/name): {{account.Nmae}}: "account" has no "Nmae": did you mean
     *     "Name"?}
     */
    @Override
    public String toString() {
        return part
                + (line == 0 ? "" : " line " + line + ", column " + column)
                + (pointer == null || pointer.isEmpty() ? "" : " (" + pointer + ")")
                + ": "
                + (pill == null ? "" : "{{" + pill + "}}: ")
                + message;
    }
}
