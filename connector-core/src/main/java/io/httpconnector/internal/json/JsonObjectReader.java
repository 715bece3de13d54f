package io.httpconnector.internal.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.MemberObserver.Arrangement;
import io.httpconnector.internal.json.MemberObserver.ValueType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
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
public final class JsonObjectReader extends JsonMemberReader {

    private JsonObjectReader(String pointer, JsonNode json, JsonProblems problems, MemberObserver observer) {
        super(pointer, json, problems, observer);
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
        DocumentCapture.read(reading);
        JsonProblems problems = new JsonProblems();
        T result = new JsonObjectReader("", missingIfNull(json), problems, MemberObserver.NONE).readAs(reading);
        if (problems.count() > 0 || result == null) {
            throw problems.exception(what);
        }
        return result;
    }

    /**
     * Reads an object for an observer, whatever its problems are.
     *
     * @param json the object
     * @param reading reads every member
     * @param observer receives what the function asks for
     * @return the problems, each beginning with its JSON Pointer
     */
    public static List<String> observe(JsonNode json, Function<JsonObjectReader, ?> reading, MemberObserver observer) {
        JsonProblems problems = new JsonProblems();
        Object unused = new JsonObjectReader("", json, problems, observer).readAs(reading);
        return problems.all();
    }

    private static JsonNode missingIfNull(@Nullable JsonNode json) {
        return json == null ? MissingNode.getInstance() : json;
    }

    private <T> @Nullable T readAs(Function<JsonObjectReader, T> reading) {
        if (!json.isObject()) {
            problems.add(pointer, "expected an object, found " + JsonProblems.typeOf(json));
            return null;
        }
        int before = problems.count();
        T result = null;
        try {
            result = reading.apply(this);
        } catch (InvalidDefinitionException e) {
            problems.addAll(pointer, e);
        }
        reportUnknown();
        return problems.count() == before ? result : null;
    }

    private void reportUnknown() {
        json.fieldNames().forEachRemaining(name -> {
            if (!known.contains(name)) {
                String nearest = Suggestions.of(name, known);
                problems.add(
                        pointerTo(name),
                        "unknown member; "
                                + (nearest == null
                                        ? "known members are " + String.join(", ", new TreeSet<>(known))
                                        : "did you mean \"" + nearest + "\"?"));
            }
        });
    }

    /**
     * Reads a list of strings.
     *
     * @param name the member
     * @return the strings; none if the member is absent
     */
    public List<String> texts(String name) {
        observer.value(name, ValueType.TEXT, Arrangement.LIST);
        return each(name, (element, at) -> problems.text(at, element));
    }

    /**
     * Reads a list of different strings; a repeated one is reported for its element.
     *
     * @param name the member
     * @return the strings; none if the member is absent
     */
    public List<String> distinctTexts(String name) {
        return distinctTexts(name, Function.identity());
    }

    /**
     * Reads a list of different strings that are converted; one that is repeated or rejected is reported for its element.
     *
     * @param name the member
     * @param conversion converts a string, or throws {@link InvalidDefinitionException}
     * @param <T> the type of a result
     * @return the results; none if the member is absent
     */
    public <T> List<T> distinctTexts(String name, Function<String, T> conversion) {
        observer.value(name, ValueType.TEXT, Arrangement.LIST);
        observer.distinct(name);
        Set<String> found = new LinkedHashSet<>();
        return each(name, (element, at) -> {
            String text = problems.text(at, element);
            if (text != null && !found.add(text)) {
                problems.add(at, "\"" + JsonProblems.shortened(text) + "\" appears twice: remove one of them");
            }
            return text == null ? null : conversion.apply(text);
        });
    }

    /**
     * Reads a list of strings, each with a function.
     *
     * @param name the member
     * @param reading creates a result from a string and its JSON Pointer
     * @param <T> the type of a result
     * @return the results; none if the member is absent
     */
    public <T> List<T> texts(String name, BiFunction<String, String, T> reading) {
        observer.value(name, ValueType.TEXT, Arrangement.LIST);
        return each(name, (element, at) -> {
            String text = problems.text(at, element);
            return text == null ? null : reading.apply(text, at);
        });
    }

    /**
     * Reports a list without elements, where it would have no meaning.
     *
     * @param name the member
     */
    public void requireElement(String name) {
        observer.notEmpty(name);
        JsonNode list = json.get(name);
        if (list != null && list.isArray() && list.isEmpty()) {
            problems.add(pointerTo(name), "it is empty: add an element, or leave it out");
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
        observer.notEmpty(name);
        JsonNode list = json.get(name);
        if (list != null && list.isArray() && list.isEmpty()) {
            problems.add(pointerTo(name), "needs an element");
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
        observer.value(name, ValueType.INTEGER, Arrangement.LIST);
        return each(name, (element, at) -> problems.integer(at, element));
    }

    /**
     * Reads a list of integers in the range of {@code int} and passes each on; one that is rejected is reported for its element.
     *
     * @param name the member
     * @param use the receiver, which throws {@link InvalidDefinitionException} to reject a number
     */
    public void integers(String name, Consumer<Integer> use) {
        observer.value(name, ValueType.INTEGER, Arrangement.LIST);
        List<Integer> unused = each(name, (element, at) -> {
            Integer number = problems.integer(at, element);
            if (number != null) {
                use.accept(number);
            }
            return number;
        });
    }

    /**
     * Reads an object whose members are strings.
     *
     * @param name the member
     * @return the strings by name, in the order of the document; none if the member is absent
     */
    public Map<String, String> textMap(String name) {
        observer.value(name, ValueType.TEXT, Arrangement.MAP);
        Map<String, String> texts = new LinkedHashMap<>();
        JsonNode object = objectNode(name);
        if (object != null) {
            object.properties().forEach(entry -> {
                String at = pointerTo(name) + "/" + token(entry.getKey());
                String text = problems.text(at, entry.getValue());
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
        observer.object(name, reader -> reading.apply(name, reader), Arrangement.MAP);
        Map<String, T> results = new LinkedHashMap<>();
        JsonNode object = objectNode(name);
        if (object != null) {
            object.properties().forEach(entry -> {
                String at = pointerTo(name) + "/" + token(entry.getKey());
                T result = nested(at, entry.getValue()).readAs(reader -> reading.apply(entry.getKey(), reader));
                if (result != null) {
                    results.put(entry.getKey(), result);
                }
            });
        }
        return results;
    }

    /**
     * Reads a JSON object without conversion.
     *
     * @param name the member
     * @return the object, or null if the member is absent or rejected
     */
    public @Nullable JsonNode object(String name) {
        observer.value(name, ValueType.FREE_OBJECT, Arrangement.SINGLE);
        return objectNode(name);
    }

    private @Nullable JsonNode objectNode(String name) {
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
        observer.object(name, reading, Arrangement.SINGLE);
        known.add(name);
        JsonNode value = json.get(name);
        return value == null ? null : nested(pointerTo(name), value).readAs(reading);
    }

    private JsonObjectReader nested(String at, JsonNode value) {
        return new JsonObjectReader(at, value, problems, MemberObserver.NONE);
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
        observer.document(name, reading);
        JsonNode object = objectNode(name);
        if (object == null) {
            return null;
        }
        try {
            return reading.apply(object);
        } catch (InvalidDefinitionException e) {
            problems.addAll(pointerTo(name), e);
            return null;
        }
    }

    /**
     * Reads an object with another reader, or a word that stands for one.
     *
     * @param name the member
     * @param word the word
     * @param meaning what the word stands for
     * @param reading reads the object, or throws {@link InvalidDefinitionException}
     * @param <T> the type of the result
     * @return the result, or null if the member is absent or rejected
     */
    public <T> @Nullable T documentOr(String name, String word, T meaning, Function<JsonNode, T> reading) {
        observer.choice(name, List.of(word), false);
        observer.document(name, reading);
        JsonNode value = json.get(name);
        if (value == null || !value.isTextual()) {
            return document(name, reading);
        }
        known.add(name);
        if (!value.textValue().equals(word)) {
            problems.add(pointerTo(name), "expected an object or \"" + word + "\", found another string");
            return null;
        }
        return meaning;
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
        observer.object(name, reading, Arrangement.LIST);
        return each(name, (element, at) -> nested(at, element).readAs(reading));
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
        observer.elements(name, reading);
        return each(name, reading);
    }

    private <T> List<T> each(String name, BiFunction<JsonNode, String, @Nullable T> reading) {
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
                problems.addAll(at, e);
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
        observer.exclusive(List.of(names), true);
        String one = atMostOne(names);
        if (Stream.of(names).noneMatch(json::has)) {
            String problem = "one of " + String.join(", ", names) + " is required";
            // For the document itself, uses the first member, because each problem needs a pointer.
            problems.add(pointer.isEmpty() ? pointerTo(names[0]) : pointer, problem);
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
        observer.exclusive(List.of(names), false);
        return atMostOne(names);
    }

    private @Nullable String atMostOne(String... names) {
        known.addAll(List.of(names));
        List<String> present = Stream.of(names).filter(json::has).toList();
        if (present.size() > 1) {
            problems.add(pointer, String.join(" and ", present) + " exclude each other: give one of them");
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
        if (problems.concern(at)) {
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
}
