package io.httpconnector.definition.imports;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An expression of Jinja, as far as connectors need it. */
sealed interface Jinja {

    /** A constant: a text, number, Boolean, or null. */
    record Literal(@Nullable Object value) implements Jinja {}

    /** A value: a name, and the names and numbers that lead to a value within it. */
    record Path(String root, List<String> steps) implements Jinja {}

    /** A value, or another one if it is missing. */
    record Default(Jinja value, Jinja other) implements Jinja {}

    /** A call of a function; of a method, if the first argument is its object. */
    record Call(String function, List<Jinja> arguments, boolean isMethod) implements Jinja {}

    /** A filter. */
    record Filtered(Jinja value, String filter, List<Jinja> arguments) implements Jinja {}

    /** A test, such as {@code x is none}. */
    record Tested(Jinja value, String test, boolean isNegated) implements Jinja {}

    /** Two values and an operator. */
    record Binary(String operator, Jinja left, Jinja right) implements Jinja {}

    /** The opposite of a condition. */
    record Not(Jinja value) implements Jinja {}

    /** One of two values. */
    record Choice(Jinja condition, Jinja then, Jinja otherwise) implements Jinja {}

    /** A list. */
    record Items(List<Jinja> items) implements Jinja {}

    /** An object whose names are constant. */
    record Entries(Map<String, Jinja> members) implements Jinja {}

    /** An element of a calculated value, or one whose index is calculated. */
    record Indexed(Jinja value, Jinja index) implements Jinja {}

    /** The part of a text between two positions, of which negative ones count from the end. */
    record Slice(
            Jinja value, @Nullable Jinja from, @Nullable Jinja to) implements Jinja {}
}
