package io.httpconnector.internal.json;

import java.time.Duration;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Applies the members of a definition to an immutable value in a fixed order, independent of their order in the document. A
 * value that a step rejects is reported for its member and leaves the result unchanged. Not thread-safe.
 *
 * @param <T> the type of the value
 */
public final class MemberSteps<T> {

    private final JsonObjectReader reader;
    private T value;

    /**
     * Creates steps with an initial value.
     *
     * @param reader the members
     * @param start the value
     */
    public MemberSteps(JsonObjectReader reader, T start) {
        this.reader = reader;
        this.value = start;
    }

    /**
     * Applies a string if it is present.
     *
     * @param name the member
     * @param step returns the changed value
     * @return this
     */
    public MemberSteps<T> text(String name, BiFunction<T, String, T> step) {
        reader.text(name, text -> value = step.apply(value, text));
        return this;
    }

    /**
     * Applies an integer if it is present.
     *
     * @param name the member
     * @param step returns the changed value
     * @return this
     */
    public MemberSteps<T> integer(String name, BiFunction<T, Integer, T> step) {
        reader.integer(name, number -> value = step.apply(value, number));
        return this;
    }

    /**
     * Applies an ISO 8601 duration if it is present.
     *
     * @param name the member
     * @param step returns the changed value
     * @return this
     */
    public MemberSteps<T> duration(String name, BiFunction<T, Duration, T> step) {
        reader.duration(name, duration -> value = step.apply(value, duration));
        return this;
    }

    /**
     * Applies a step if the member is true.
     *
     * @param name the member
     * @param step returns the changed value
     * @return this
     */
    public MemberSteps<T> flag(String name, UnaryOperator<T> step) {
        reader.flag(name, flag -> value = flag ? step.apply(value) : value);
        return this;
    }

    /**
     * Applies each integer of a list; one that the step rejects is reported for its element.
     *
     * @param name the member
     * @param step returns the changed value
     * @return this
     */
    public MemberSteps<T> eachInteger(String name, BiFunction<T, Integer, T> step) {
        reader.integers(name, number -> value = step.apply(value, number));
        return this;
    }

    /**
     * Applies each object of a list; one that the step rejects is reported for its element.
     *
     * @param name the member
     * @param reading reads every member of one object, then creates a value
     * @param step returns the changed value
     * @param <V> the type of the value of an object
     * @return this
     */
    public <V> MemberSteps<T> each(
            String name, Function<JsonObjectReader, @Nullable V> reading, BiFunction<T, V, T> step) {
        List<V> unused = reader.objects(name, element -> {
            int before = reader.problems();
            V read = reading.apply(element);
            if (read != null && reader.problems() == before) {
                value = step.apply(value, read);
            }
            return read;
        });
        return this;
    }

    /**
     * Applies a value that was read separately.
     *
     * @param name the member
     * @param given the value, or null for none
     * @param step returns the changed value
     * @param <V> the type of the value
     * @return this
     */
    public <V> MemberSteps<T> with(String name, @Nullable V given, BiFunction<T, V, T> step) {
        if (given != null) {
            reader.attempt(name, () -> value = step.apply(value, given));
        }
        return this;
    }

    /**
     * Returns the result.
     *
     * @return the value after all steps
     */
    public T value() {
        return value;
    }
}
