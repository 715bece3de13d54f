package io.httpconnector.internal.json;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.MemberObserver.Arrangement;
import io.httpconnector.internal.json.MemberObserver.ValueType;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A reader of the members of a JSON object that have a simple value: a string, a number, a Boolean, a time. The subclass reads
 * objects and lists. Not thread-safe.
 */
public abstract class JsonMemberReader {

    final String pointer;
    final JsonNode json;
    final JsonProblems problems;
    final MemberObserver observer;
    final Set<String> known = new LinkedHashSet<>();

    JsonMemberReader(String pointer, JsonNode json, JsonProblems problems, MemberObserver observer) {
        this.pointer = pointer;
        this.json = json;
        this.problems = problems;
        this.observer = observer;
    }

    /**
     * Returns the JSON Pointer of the object.
     *
     * @return the pointer, empty for the document itself
     */
    public String pointer() {
        return pointer;
    }

    /**
     * Whether the object has a member, which may be null.
     *
     * @param name the member
     * @return whether it is present
     */
    public boolean has(String name) {
        observer.lookedUp(name);
        return json.has(name);
    }

    /**
     * Reads a string.
     *
     * @param name the member
     * @return the string, or null if the member is absent or rejected
     */
    public @Nullable String text(String name) {
        observer.value(name, ValueType.TEXT, Arrangement.SINGLE);
        return string(name);
    }

    private @Nullable String string(String name) {
        known.add(name);
        JsonNode value = json.get(name);
        return value == null ? null : problems.text(pointerTo(name), value);
    }

    /**
     * Reads a string and passes it on; values that the consumer rejects are reported for this member.
     *
     * @param name the member
     * @param use the receiver of the string
     */
    public void text(String name, Consumer<String> use) {
        use(name, text(name), use);
    }

    /**
     * Reads a required string.
     *
     * @param name the member
     * @return the string, or an empty placeholder if it is absent or rejected
     */
    public String requiredText(String name) {
        require(name);
        String text = text(name);
        return text == null ? "" : text;
    }

    /**
     * Reads an integer in the range of {@code int}.
     *
     * @param name the member
     * @return the number, or null if the member is absent or rejected
     */
    public @Nullable Integer integer(String name) {
        observer.value(name, ValueType.INTEGER, Arrangement.SINGLE);
        known.add(name);
        JsonNode value = json.get(name);
        return value == null ? null : problems.integer(pointerTo(name), value);
    }

    /**
     * Reads an integer and passes it on.
     *
     * @param name the member
     * @param use the receiver of the number
     */
    public void integer(String name, Consumer<Integer> use) {
        use(name, integer(name), use);
    }

    /**
     * Reads a required integer.
     *
     * @param name the member
     * @return the number, or the placeholder 1 if it is absent or rejected
     */
    public int requiredInteger(String name) {
        require(name);
        Integer number = integer(name);
        return number == null ? 1 : number;
    }

    /**
     * Reads an integer in the range of {@code long}.
     *
     * @param name the member
     * @return the number, or null if the member is absent or rejected
     */
    public @Nullable Long longInteger(String name) {
        observer.value(name, ValueType.INTEGER, Arrangement.SINGLE);
        known.add(name);
        JsonNode value = json.get(name);
        return value == null ? null : problems.longInteger(pointerTo(name), value);
    }

    /**
     * Reads a Boolean.
     *
     * @param name the member
     * @return true or false, or null if the member is absent or rejected
     */
    public @Nullable Boolean flag(String name) {
        observer.value(name, ValueType.FLAG, Arrangement.SINGLE);
        return bool(name);
    }

    private @Nullable Boolean bool(String name) {
        return take(name, JsonNode::isBoolean, "true or false", JsonNode::booleanValue);
    }

    /**
     * Reads a Boolean and passes it on.
     *
     * @param name the member
     * @param use the receiver
     */
    public void flag(String name, Consumer<Boolean> use) {
        use(name, flag(name), use);
    }

    /**
     * Reads a Boolean whose absence means false.
     *
     * @param name the member
     * @return whether it is true
     */
    public boolean isSet(String name) {
        return Boolean.TRUE.equals(flag(name));
    }

    /**
     * Reads a member that acts as a marker, such as {@code "linkHeader": true}: false is rejected, because it would be
     * ambiguous.
     *
     * @param name the member
     * @return whether it is present and true
     */
    public boolean isMarked(String name) {
        observer.value(name, ValueType.MARKER, Arrangement.SINGLE);
        Boolean flag = bool(name);
        if (Boolean.FALSE.equals(flag)) {
            problems.add(pointerTo(name), "can only be true: leave the member out");
        }
        return Boolean.TRUE.equals(flag);
    }

    /**
     * Reads an instant in ISO 8601.
     *
     * @param name the member
     * @return the instant, or null if the member is absent or rejected
     */
    public @Nullable Instant instant(String name) {
        return parsed(name, ValueType.INSTANT, Instant::parse, "an ISO 8601 instant, such as 2026-01-31T12:00:00Z");
    }

    /**
     * Reads the id of a time zone.
     *
     * @param name the member
     * @return the zone, or null if the member is absent or rejected
     */
    public @Nullable ZoneId zone(String name) {
        return parsed(name, ValueType.ZONE, ZoneId::of, "a time zone, such as Europe/Berlin or +02:00");
    }

    /**
     * Reads the id of a required time zone.
     *
     * @param name the member
     * @return the zone, or null if it is absent or rejected, which is reported
     */
    public @Nullable ZoneId requiredZone(String name) {
        require(name);
        return zone(name);
    }

    /**
     * Reads a required ISO 8601 duration.
     *
     * @param name the member
     * @return the duration, or null if it is absent or rejected, which is reported
     */
    public @Nullable Duration requiredDuration(String name) {
        require(name);
        return duration(name);
    }

    /**
     * Reads an ISO 8601 duration.
     *
     * @param name the member
     * @return the duration, or null if the member is absent or rejected
     */
    public @Nullable Duration duration(String name) {
        return parsed(name, ValueType.DURATION, Duration::parse, "an ISO 8601 duration, such as PT5M");
    }

    /**
     * Reads an ISO 8601 duration and passes it on.
     *
     * @param name the member
     * @param use the receiver
     */
    public void duration(String name, Consumer<Duration> use) {
        use(name, duration(name), use);
    }

    private <T> @Nullable T parsed(String name, ValueType type, Function<String, T> parser, String expected) {
        observer.value(name, type, Arrangement.SINGLE);
        String text = string(name);
        if (text == null) {
            return null;
        }
        try {
            return parser.apply(text);
        } catch (DateTimeException e) {
            problems.add(pointerTo(name), "\"" + JsonProblems.shortened(text) + "\" is not " + expected);
            return null;
        }
    }

    /**
     * Reads a constant of an enum, written as the enum's name in any case.
     *
     * @param name the member
     * @param type the enum
     * @param <E> the enum
     * @return the constant, or null if the member is absent or rejected
     */
    public <E extends Enum<E>> @Nullable E constant(String name, Class<E> type) {
        List<String> names = Stream.of(type.getEnumConstants()).map(Enum::name).toList();
        observer.choice(name, names, true);
        String text = string(name);
        if (text == null) {
            return null;
        }
        for (E constant : type.getEnumConstants()) {
            if (constant.name().equals(text.toUpperCase(Locale.ROOT))) {
                return constant;
            }
        }
        problems.add(pointerTo(name), JsonProblems.notOneOf(text, names));
        return null;
    }

    /**
     * Reads a string that must be one of the permitted values.
     *
     * @param name the member
     * @param names the permitted values
     * @return the string, or null if the member is absent or rejected
     */
    public @Nullable String oneOf(String name, Collection<String> names) {
        observer.choice(name, List.copyOf(names), false);
        String text = string(name);
        for (String permitted : names) {
            if (permitted.equals(text)) {
                return text;
            }
        }
        if (text != null) {
            problems.add(pointerTo(name), JsonProblems.notOneOf(text, names));
        }
        return null;
    }

    /**
     * Reads a required string that must be one of the permitted values.
     *
     * @param name the member
     * @param names the permitted values
     * @return the string, or null if the member is absent or rejected, which is reported
     */
    public @Nullable String requiredOneOf(String name, Collection<String> names) {
        observer.required(name);
        if (!has(name)) {
            problem(name, "missing: use one of " + String.join(", ", names));
        }
        return oneOf(name, names);
    }

    /**
     * Rejects a member that other objects of the kind may have.
     *
     * @param name the member
     * @param problem the sentence, if it is present
     */
    public void exclude(String name, String problem) {
        observer.excluded(name);
        if (json.has(name)) {
            problem(name, problem);
        }
    }

    /**
     * Reads a string, a number, a Boolean or null as text.
     *
     * @param name the member
     * @return the text as it is written in JSON, without quotes; null if the member is absent or rejected
     */
    public @Nullable String scalar(String name) {
        observer.value(name, ValueType.SCALAR, Arrangement.SINGLE);
        return take(name, JsonNode::isValueNode, "a string, a number, true, false or null", JsonNode::asText);
    }

    /**
     * Reads a JSON value of any type.
     *
     * @param name the member
     * @return the value, or null if the member is absent
     */
    public @Nullable JsonNode any(String name) {
        observer.value(name, ValueType.ANY, Arrangement.SINGLE);
        known.add(name);
        return json.get(name);
    }

    /**
     * Runs code that may reject the value of a member; its problems are reported for the member.
     *
     * @param name the member
     * @param code the code, which throws {@link InvalidDefinitionException} to reject the value
     */
    public void attempt(String name, Runnable code) {
        known.add(name);
        try {
            code.run();
        } catch (InvalidDefinitionException e) {
            problems.addAll(pointerTo(name), e);
        }
    }

    /**
     * Returns the number of problems of the document so far, to detect new ones.
     *
     * @return the number
     */
    public int problems() {
        return problems.count();
    }

    /**
     * Reports a problem of a member.
     *
     * @param name the member
     * @param problem the sentence
     */
    public void problem(String name, String problem) {
        known.add(name);
        problems.add(pointerTo(name), problem);
    }

    /**
     * Reports a problem of a value below this object.
     *
     * @param below the JSON Pointer of the value, relative to this object
     * @param problem the sentence
     */
    public void problemAt(String below, String problem) {
        problems.add(pointer + below, problem);
    }

    /**
     * Requires some members.
     *
     * @param names the members
     */
    public void require(String... names) {
        for (String name : names) {
            known.add(name);
            observer.required(name);
            if (!json.has(name)) {
                problems.add(pointerTo(name), "missing");
            }
        }
    }

    /**
     * Escapes a member name for a JSON Pointer: RFC 6901, section 3.
     *
     * @param name the name
     * @return the reference token
     */
    public static String token(String name) {
        return name.replace("~", "~0").replace("/", "~1");
    }

    final String pointerTo(String name) {
        return pointer + "/" + token(name);
    }

    final <T> @Nullable T take(
            String name, Predicate<JsonNode> accepted, String expected, Function<JsonNode, T> conversion) {
        known.add(name);
        JsonNode value = json.get(name);
        return value == null ? null : problems.typed(pointerTo(name), value, accepted, expected, conversion);
    }

    final <T> void use(String name, @Nullable T value, Consumer<T> use) {
        if (value != null) {
            attempt(name, () -> use.accept(value));
        }
    }
}
