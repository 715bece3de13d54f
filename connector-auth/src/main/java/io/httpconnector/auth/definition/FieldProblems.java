package io.httpconnector.auth.definition;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * The problems of the values of fields. Not thread-safe.
 *
 * @param all the problems that were found
 * @param naming names fields in messages
 * @param secrets whether a field is a secret
 */
record FieldProblems(List<String> all, InputNaming naming, Predicate<String> secrets) {

    /** The names and the advice for applications that set values in code. */
    static final InputNaming IN_CODE = new InputNaming() {
        @Override
        public String name(String input, boolean isSecret) {
            return input;
        }

        @Override
        public String advice(String input, boolean isSecret) {
            return "set it by value(\"" + input + "\", ...)";
        }
    };

    /** Returns an empty list of problems for the same fields. */
    FieldProblems empty() {
        return new FieldProblems(new ArrayList<>(), naming, secrets);
    }

    void moveTo(FieldProblems other) {
        other.all.addAll(all);
        all.clear();
    }

    void add(String pointer, String problem) {
        all.add(pointer + ": " + problem);
    }

    void ofField(String field, String problem) {
        add(naming.name(field, secrets.test(field)), problem);
    }

    String advice(String field) {
        return naming.advice(field, secrets.test(field));
    }
}
