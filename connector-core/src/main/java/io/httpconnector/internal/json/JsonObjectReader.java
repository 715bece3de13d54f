package io.httpconnector.internal.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.httpconnector.InvalidDefinitionException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A reader of the members of a JSON object by name and type, independent of their order. A member of another type, a missing
 * required member, a value that the receiving code rejects and an unknown member are each reported as a problem with a JSON
 * Pointer (RFC 6901).
 * {@link #read} reports all problems of a document together. Not thread-safe.
 *
 * <pre>{@code
 * Limits limits = JsonObjectReader.read("limits", json, reader -> new Limits(
 *         reader.requiredInteger("count"), reader.duration("every")));
 * }</pre>
 */
public final class JsonObjectReader {

    private final String pointer;
    private final JsonNode json;
    private final List<String> problems;
    private final Set<String> known = new LinkedHashSet<>();

    private JsonObjectReader(String pointer, JsonNode json, List<String> problems) {
        this.pointer = pointer;
        this.json = json;
        this.problems = problems;
    }

    /**
     * Reads a whole document.
     *
     * @param what the kind of document for the error message, such as {@code polling trigger}
     * @param json the document
     * @param reading reads every member, then creates the result; its result is dropped if there is any problem
     * @param <T> the type of the result
     * @return the result
     * @throws InvalidDefinitionException with all problems, each beginning with its JSON Pointer
     */
    public static <T> T read(String what, @Nullable JsonNode json, Function<JsonObjectReader, T> reading) {
        List<String> problems = new ArrayList<>();
        T result = new JsonObjectReader("", missingIfNull(json), problems).readAs(reading);
        if (!problems.isEmpty() || result == null) {
            throw new InvalidDefinitionException(
                    what, problems.stream().distinct().toList());
        }
        return result;
    }

    private static JsonNode missingIfNull(@Nullable JsonNode json) {
        return json == null ? MissingNode.getInstance() : json;
    }

    private <T> @Nullable T readAs(Function<JsonObjectReader, T> reading) {
        if (!json.isObject()) {
            add(pointer, "expected an object, found " + typeOf(json));
            return null;
        }
        int before = problems.size();
        T result = null;
        try {
            result = reading.apply(this);
        } catch (InvalidDefinitionException e) {
            addAll(pointer, e);
        }
        reportUnknown();
        return problems.size() == before ? result : null;
    }

    private void reportUnknown() {
        json.fieldNames().forEachRemaining(name -> {
            if (!known.contains(name)) {
                String nearest = Suggestions.of(name, known);
                add(
                        pointerTo(name),
                        "unknown member; "
                                + (nearest == null
                                        ? "known members are " + String.join(", ", new TreeSet<>(known))
                                        : "did you mean \"" + nearest + "\"?"));
            }
        });
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
        return json.has(name);
    }

    /**
     * Reads a string.
     *
     * @param name the member
     * @return the string, or null if the member is absent or rejected
     */
    public @Nullable String text(String name) {
        return take(name, JsonNode::isTextual, "a string", JsonNode::textValue);
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
        known.add(name);
        JsonNode value = json.get(name);
        return value == null ? null : integerAt(pointerTo(name), value);
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
        known.add(name);
        JsonNode value = json.get(name);
        boolean fits = value != null
                && isInteger(pointerTo(name), value, JsonNode::canConvertToLong, Long.MIN_VALUE, Long.MAX_VALUE);
        return fits ? Long.valueOf(value.longValue()) : null;
    }

    /**
     * Reads a Boolean.
     *
     * @param name the member
     * @return true or false, or null if the member is absent or rejected
     */
    public @Nullable Boolean flag(String name) {
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
        Boolean flag = flag(name);
        if (Boolean.FALSE.equals(flag)) {
            add(pointerTo(name), "can only be true: leave the member out");
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
        String text = text(name);
        if (text == null) {
            return null;
        }
        try {
            return Instant.parse(text);
        } catch (DateTimeException e) {
            add(
                    pointerTo(name),
                    "\"" + shortened(text) + "\" is not an ISO 8601 instant, such as 2026-01-31T12:00:00Z");
            return null;
        }
    }

    /**
     * Reads the id of a time zone.
     *
     * @param name the member
     * @return the zone, or null if the member is absent or rejected
     */
    public @Nullable ZoneId zone(String name) {
        String text = text(name);
        if (text == null) {
            return null;
        }
        try {
            return ZoneId.of(text);
        } catch (DateTimeException e) {
            add(pointerTo(name), "\"" + shortened(text) + "\" is not a time zone, such as Europe/Berlin or +02:00");
            return null;
        }
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
        String text = text(name);
        if (text == null) {
            return null;
        }
        try {
            return Duration.parse(text);
        } catch (DateTimeException e) {
            add(pointerTo(name), "\"" + shortened(text) + "\" is not an ISO 8601 duration, such as PT5M");
            return null;
        }
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

    /**
     * Reads a constant of an enum, written as the enum's name in any case.
     *
     * @param name the member
     * @param type the enum
     * @param <E> the enum
     * @return the constant, or null if the member is absent or rejected
     */
    public <E extends Enum<E>> @Nullable E constant(String name, Class<E> type) {
        String text = text(name);
        if (text == null) {
            return null;
        }
        List<String> names = Stream.of(type.getEnumConstants()).map(Enum::name).toList();
        for (E constant : type.getEnumConstants()) {
            if (constant.name().equals(text.toUpperCase(Locale.ROOT))) {
                return constant;
            }
        }
        add(pointerTo(name), notOneOf(text, names));
        return null;
    }

    /**
     * Reads a string that must be one of the permitted values.
     *
     * @param name the member
     * @param names the permitted values
     * @return the string, or null if the member is absent or rejected
     */
    public @Nullable String oneOf(String name, Iterable<String> names) {
        String text = text(name);
        for (String permitted : names) {
            if (permitted.equals(text)) {
                return text;
            }
        }
        if (text != null) {
            add(pointerTo(name), notOneOf(text, names));
        }
        return null;
    }

    /** Returns the message for a value that is not permitted. */
    private static String notOneOf(String text, Iterable<String> names) {
        String nearest = Suggestions.of(text, names);
        return "\"" + shortened(text) + "\" is unknown; "
                + (nearest == null ? "use one of " + String.join(", ", names) : "did you mean \"" + nearest + "\"?");
    }

    /**
     * Reads a list of strings.
     *
     * @param name the member
     * @return the strings; none if the member is absent
     */
    public List<String> texts(String name) {
        return elements(
                name, (element, at) -> typed(at, element, JsonNode::isTextual, "a string", JsonNode::textValue));
    }

    /**
     * Reads a list of different strings; a repeated one is reported for its element.
     *
     * @param name the member
     * @return the strings; none if the member is absent
     */
    public List<String> distinctTexts(String name) {
        Set<String> found = new LinkedHashSet<>();
        return elements(name, (element, at) -> {
            String text = typed(at, element, JsonNode::isTextual, "a string", JsonNode::textValue);
            if (text != null && !found.add(text)) {
                add(at, "\"" + shortened(text) + "\" appears twice: remove one of them");
            }
            return text;
        });
    }

    /**
     * Reports a list without elements, where it would have no meaning.
     *
     * @param name the member
     */
    public void requireElement(String name) {
        JsonNode list = json.get(name);
        if (list != null && list.isArray() && list.isEmpty()) {
            add(pointerTo(name), "it is empty: add an element, or leave it out");
        }
    }

    /**
     * Reads a required, non-empty list of different strings.
     *
     * @param name the member
     * @return the strings; none if the member is absent or rejected, which is reported
     */
    public List<String> requiredTexts(String name) {
        require(name);
        JsonNode list = json.get(name);
        if (list != null && list.isArray() && list.isEmpty()) {
            add(pointerTo(name), "needs an element");
        }
        return distinctTexts(name);
    }

    /**
     * Reads a list of integers in the range of {@code int}.
     *
     * @param name the member
     * @return the numbers; none if the member is absent
     */
    public List<Integer> integers(String name) {
        return elements(name, (element, at) -> integerAt(at, element));
    }

    /**
     * Reads an object whose members are strings.
     *
     * @param name the member
     * @return the strings by name, in the order of the document; none if the member is absent
     */
    public Map<String, String> textMap(String name) {
        Map<String, String> texts = new LinkedHashMap<>();
        JsonNode object = object(name);
        if (object != null) {
            object.properties().forEach(entry -> {
                String at = pointerTo(name) + "/" + escaped(entry.getKey());
                String text = typed(at, entry.getValue(), JsonNode::isTextual, "a string", JsonNode::textValue);
                if (text != null) {
                    texts.put(entry.getKey(), text);
                }
            });
        }
        return texts;
    }

    /**
     * Reads an object whose members are objects, each by its members.
     *
     * @param name the member
     * @param reading reads every member of one object, given its name, then creates the result
     * @param <T> the type of a result
     * @return the results by name, in the order of the document; none if the member is absent
     */
    public <T> Map<String, T> objectMap(String name, BiFunction<String, JsonObjectReader, T> reading) {
        Map<String, T> results = new LinkedHashMap<>();
        JsonNode object = object(name);
        if (object != null) {
            object.properties().forEach(entry -> {
                String at = pointerTo(name) + "/" + escaped(entry.getKey());
                T result = new JsonObjectReader(at, entry.getValue(), problems)
                        .readAs(reader -> reading.apply(entry.getKey(), reader));
                if (result != null) {
                    results.put(entry.getKey(), result);
                }
            });
        }
        return results;
    }

    /**
     * Escapes a member name for a JSON Pointer: RFC 6901, section 3.
     *
     * @param name the name
     * @return the reference token
     */
    public static String token(String name) {
        return escaped(name);
    }

    /**
     * Reads a JSON value of any type.
     *
     * @param name the member
     * @return the value, or null if the member is absent
     */
    public @Nullable JsonNode any(String name) {
        known.add(name);
        return json.get(name);
    }

    /**
     * Reads a JSON object without conversion.
     *
     * @param name the member
     * @return the object, or null if the member is absent or rejected
     */
    public @Nullable JsonNode object(String name) {
        return take(name, JsonNode::isObject, "an object", Function.identity());
    }

    /**
     * Reads an object by its members.
     *
     * @param name the member
     * @param reading reads every member, then creates the result
     * @param <T> the type of the result
     * @return the result, or null if the member is absent or rejected
     */
    public <T> @Nullable T object(String name, Function<JsonObjectReader, T> reading) {
        known.add(name);
        JsonNode value = json.get(name);
        return value == null ? null : new JsonObjectReader(pointerTo(name), value, problems).readAs(reading);
    }

    /**
     * Reads an object by its members and passes the result on.
     *
     * @param name the member
     * @param reading reads every member, then creates a value
     * @param use the receiver of the value
     * @param <T> the type of the value
     */
    public <T> void object(String name, Function<JsonObjectReader, T> reading, Consumer<T> use) {
        use(name, object(name, reading), use);
    }

    /**
     * Reads an object with another reader; its problems are reported below the member.
     *
     * @param name the member
     * @param reading reads the object, or throws {@link InvalidDefinitionException}
     * @param <T> the type of the result
     * @return the result, or null if the member is absent or rejected
     */
    public <T> @Nullable T document(String name, Function<JsonNode, T> reading) {
        JsonNode object = object(name);
        if (object == null) {
            return null;
        }
        try {
            return reading.apply(object);
        } catch (InvalidDefinitionException e) {
            addAll(pointerTo(name), e);
            return null;
        }
    }

    /**
     * Reads a required object by its members.
     *
     * @param name the member
     * @param reading reads every member, then creates the result
     * @param <T> the type of the result
     * @return the result, or null if the member is absent or rejected, which is reported
     */
    public <T> @Nullable T requiredObject(String name, Function<JsonObjectReader, T> reading) {
        require(name);
        return object(name, reading);
    }

    /**
     * Reads a list of objects by their members.
     *
     * @param name the member
     * @param reading reads every member of one object, then creates the result
     * @param <T> the type of a result
     * @return the results; none if the member is absent
     */
    public <T> List<T> objects(String name, Function<JsonObjectReader, T> reading) {
        return elements(name, (element, at) -> new JsonObjectReader(at, element, problems).readAs(reading));
    }

    /**
     * Reads a list of anything.
     *
     * @param name the member
     * @param reading creates a result from an element and its JSON Pointer; null for none
     * @param <T> the type of a result
     * @return the results; none if the member is absent
     */
    public <T> List<T> elements(String name, BiFunction<JsonNode, String, @Nullable T> reading) {
        List<T> results = new ArrayList<>();
        JsonNode list = take(name, JsonNode::isArray, "a list", Function.identity());
        for (int i = 0; list != null && i < list.size(); i++) {
            String at = pointerTo(name) + "/" + i;
            try {
                T result = reading.apply(list.get(i), at);
                if (result != null) {
                    results.add(result);
                }
            } catch (InvalidDefinitionException e) {
                addAll(at, e);
            }
        }
        return results;
    }

    /**
     * Requires exactly one of several members.
     *
     * @param names the members
     * @return the present member, or null if none or several are present, which is reported
     */
    public @Nullable String exactlyOneOf(String... names) {
        String one = atMostOneOf(names);
        if (Stream.of(names).noneMatch(json::has)) {
            String problem = "one of " + String.join(", ", names) + " is required";
            // For the document itself, uses the first member, because each problem needs a pointer.
            add(pointer.isEmpty() ? pointerTo(names[0]) : pointer, problem);
        }
        return one;
    }

    /**
     * Requires at most one of several members.
     *
     * @param names the members
     * @return the present member, or null if none or several are present; several are reported
     */
    public @Nullable String atMostOneOf(String... names) {
        known.addAll(List.of(names));
        List<String> present = Stream.of(names).filter(json::has).toList();
        if (present.size() > 1) {
            add(pointer, String.join(" and ", present) + " exclude each other: give one of them");
        }
        return present.size() == 1 ? present.get(0) : null;
    }

    /**
     * Whether a member is unreliable: it was rejected, or it is absent while an unknown member has a similar name. Call it
     * after all members have been read, to avoid reporting consequences of a reported problem.
     *
     * @param name the member
     * @return whether a reported problem may concern the member
     */
    public boolean isUnreliable(String name) {
        String at = pointerTo(name);
        if (problems.stream().anyMatch(problem -> problem.startsWith(at + ":") || problem.startsWith(at + "/"))) {
            return true;
        }
        Set<String> all = new LinkedHashSet<>(known);
        all.add(name);
        boolean misspelt = false;
        for (Map.Entry<String, JsonNode> member : json.properties()) {
            misspelt |= !all.contains(member.getKey()) && name.equals(Suggestions.of(member.getKey(), all));
        }
        return misspelt && !json.has(name);
    }

    /**
     * Accepts the members that have not been read, if another problem makes it impossible to know them. A member whose name
     * is similar to an absent member is still reported as unknown.
     */
    public void acceptUnreadMembers() {
        List<String> absent = known.stream().filter(name -> !json.has(name)).toList();
        json.fieldNames().forEachRemaining(name -> {
            if (Suggestions.of(name, absent) == null) {
                known.add(name);
            }
        });
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
            addAll(pointerTo(name), e);
        }
    }

    /**
     * Returns the number of problems of the document so far, to detect new ones.
     *
     * @return the number
     */
    public int problems() {
        return problems.size();
    }

    /**
     * Reports a problem of a member.
     *
     * @param name the member
     * @param problem the sentence
     */
    public void problem(String name, String problem) {
        known.add(name);
        add(pointerTo(name), problem);
    }

    private <T> void use(String name, @Nullable T value, Consumer<T> use) {
        if (value != null) {
            attempt(name, () -> use.accept(value));
        }
    }

    /**
     * Requires some members.
     *
     * @param names the members
     */
    public void require(String... names) {
        for (String name : names) {
            known.add(name);
            if (!json.has(name)) {
                add(pointerTo(name), "missing");
            }
        }
    }

    private <T> @Nullable T take(
            String name, Predicate<JsonNode> accepted, String expected, Function<JsonNode, T> conversion) {
        known.add(name);
        JsonNode value = json.get(name);
        return value == null ? null : typed(pointerTo(name), value, accepted, expected, conversion);
    }

    private @Nullable Integer integerAt(String at, JsonNode value) {
        boolean fits = isInteger(at, value, JsonNode::canConvertToInt, Integer.MIN_VALUE, Integer.MAX_VALUE);
        return fits ? Integer.valueOf(value.intValue()) : null;
    }

    /** Whether a value is an integer in the range; reports a problem if not. */
    private boolean isInteger(String at, JsonNode value, Predicate<JsonNode> fits, long min, long max) {
        if (value.isIntegralNumber() && fits.test(value)) {
            return true;
        }
        if (value.isIntegralNumber()) {
            add(at, "expected an integer from " + min + " to " + max + ", found " + shortened(value.asText()));
        } else if (value.isNumber()) {
            add(
                    at,
                    "expected an integer without a fraction or an exponent, found the number "
                            + shortened(value.toString()));
        } else {
            add(at, "expected an integer, found " + typeOf(value));
        }
        return false;
    }

    private <T> @Nullable T typed(
            String at,
            JsonNode value,
            Predicate<JsonNode> accepted,
            String expected,
            Function<JsonNode, T> conversion) {
        if (accepted.test(value)) {
            return conversion.apply(value);
        }
        add(at, "expected " + expected + ", found " + typeOf(value));
        return null;
    }

    private static String typeOf(JsonNode value) {
        return switch (value.getNodeType()) {
            case OBJECT -> "an object";
            case ARRAY -> "a list";
            case STRING -> "a string";
            case NUMBER -> value.isIntegralNumber() ? "an integer" : "a number";
            case BOOLEAN -> String.valueOf(value.booleanValue());
            case NULL -> "null";
            default -> "nothing";
        };
    }

    /** Adds the problems of a nested part; their JSON Pointers are appended to this one. */
    private void addAll(String at, InvalidDefinitionException e) {
        for (String problem : e.problems()) {
            if (problem.startsWith("/")) {
                problems.add(at + problem);
            } else {
                add(at, problem);
            }
        }
    }

    private void add(String at, String problem) {
        problems.add((at.isEmpty() ? "" : at + ": ") + problem);
    }

    private String pointerTo(String name) {
        return pointer + "/" + escaped(name);
    }

    private static String escaped(String name) {
        return name.replace("~", "~0").replace("/", "~1");
    }

    private static String shortened(String text) {
        return text.length() <= 40 ? text : text.substring(0, 40) + "…";
    }
}
