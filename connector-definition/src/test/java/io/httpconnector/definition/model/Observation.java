package io.httpconnector.definition.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.definition.model.ObjectModel.Exclusive;
import io.httpconnector.internal.json.DocumentCapture;
import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.internal.json.MemberObserver;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;

/** A record of what a reading function asked for while it read one object. Not thread-safe. */
final class Observation implements MemberObserver {

    private static final String READERS = JsonObjectReader.class.getPackageName() + ".";
    private static final String THIS = Observation.class.getName();

    /** The kinds of values by member; none for a member that was only looked up. */
    final Map<String, Set<ValueModel>> values = new LinkedHashMap<>();

    final Map<String, List<String>> readers = new LinkedHashMap<>();
    final Set<String> required = new LinkedHashSet<>();
    final Set<String> notEmpty = new LinkedHashSet<>();
    final Set<String> distinct = new LinkedHashSet<>();
    final Set<Exclusive> exclusive = new LinkedHashSet<>();
    /** The objects by member, to be explored afterwards. */
    final List<Nested> nested = new ArrayList<>();

    /** The members that this object cannot have. */
    final Set<String> excluded = new LinkedHashSet<>();

    /** The members whose type has only been inspected so far. */
    private final Set<String> peeked = new LinkedHashSet<>();

    private final List<String> problems;
    private final Set<String> located;
    private String id = "";

    /** An object of a member. */
    record Nested(String name, Function<JsonObjectReader, ?> reading, Arrangement arrangement) {}

    private Observation(JsonNode json, Function<JsonObjectReader, ?> reading, Set<String> located) {
        this.located = located;
        this.problems = problems(json, reading);
    }

    private List<String> problems(JsonNode json, Function<JsonObjectReader, ?> reading) {
        try {
            return JsonObjectReader.observe(json, reading, this);
        } catch (ClassCastException e) {
            // The function also reads another part of the document, which a generated object does not have.
            return List.of();
        }
    }

    /** Observes the reading of an object. */
    static Observation of(ObjectNode json, Function<JsonObjectReader, ?> reading) {
        return new Observation(json, reading, Set.of());
    }

    /** Observes the reading of another object by the same function. */
    Observation with(ObjectNode json, Function<JsonObjectReader, ?> reading) {
        return new Observation(json, reading, readers.keySet());
    }

    /** The class and the method that read the object. */
    String id() {
        return id;
    }

    /** Whether a member has no problem. */
    boolean accepts(String name) {
        String pointer = "/" + JsonObjectReader.token(name);
        return problems.stream()
                .noneMatch(problem -> problem.startsWith(pointer + ":") || problem.startsWith(pointer + "/"));
    }

    /** The names of the members whose types are known. */
    Set<String> typed() {
        Set<String> names = new LinkedHashSet<>();
        values.forEach((name, kinds) -> {
            if (!kinds.isEmpty()) {
                names.add(name);
            }
        });
        nested.forEach(object -> names.add(object.name));
        names.removeAll(excluded);
        return names;
    }

    /** Remembers where a member is read: the methods from the innermost to the one that reads the object. */
    private void locate(String name, boolean isPeek) {
        if (located.contains(name) || (readers.containsKey(name) && (isPeek || !peeked.remove(name)))) {
            return;
        }
        if (isPeek) {
            peeked.add(name);
        }
        List<StackWalker.StackFrame> methods = StackWalker.getInstance()
                .walk(all -> all.dropWhile(Observation::isInternal)
                        .takeWhile(frame -> !isReading(frame))
                        .filter(frame -> !isInternal(frame))
                        .toList());
        int outermost = methods.size() - 1;
        while (outermost > 0 && methods.get(outermost).getMethodName().startsWith("lambda$")) {
            outermost--;
        }
        boolean isLambda =
                outermost < 0 || methods.get(outermost).getMethodName().startsWith("lambda$");
        int end = isLambda ? methods.size() : outermost + 1;
        readers.put(
                name,
                methods.subList(0, end).stream()
                        .map(frame -> frame.getClassName() + ":" + frame.getLineNumber())
                        .toList());
        if (id.isEmpty() && end > 0) {
            StackWalker.StackFrame method = methods.get(end - 1);
            id = method.getClassName() + "." + method.getMethodName();
        }
    }

    private static boolean isInternal(StackWalker.StackFrame frame) {
        return frame.getClassName().startsWith(READERS) || frame.getClassName().equals(THIS);
    }

    private static boolean isReading(StackWalker.StackFrame frame) {
        return frame.getClassName().equals(JsonObjectReader.class.getName())
                && frame.getMethodName().equals("readAs");
    }

    private Set<ValueModel> at(String name) {
        locate(name, false);
        return values.computeIfAbsent(name, unused -> new LinkedHashSet<>());
    }

    @Override
    public void lookedUp(String name) {
        values.computeIfAbsent(name, unused -> new LinkedHashSet<>());
    }

    @Override
    public void value(String name, ValueType type, Arrangement arrangement) {
        locate(name, type == ValueType.ANY);
        values.computeIfAbsent(name, unused -> new LinkedHashSet<>()).add(ValueModel.of(type, arrangement));
    }

    @Override
    public void choice(String name, List<String> permitted, boolean anyCase) {
        at(name).add(ValueModel.choice(permitted, anyCase));
    }

    @Override
    public void object(String name, Function<JsonObjectReader, ?> reading, Arrangement arrangement) {
        Set<ValueModel> unused = at(name);
        nested.add(new Nested(name, reading, arrangement));
    }

    @Override
    public void document(String name, Function<JsonNode, ?> reading) {
        Set<ValueModel> kinds = at(name);
        Function<JsonObjectReader, ?> captured = DocumentCapture.of(json -> {
            var unused = reading.apply(json);
        });
        if (captured == null) {
            kinds.add(ValueModel.of(ValueType.FREE_OBJECT, Arrangement.SINGLE));
        } else {
            nested.add(new Nested(name, captured, Arrangement.SINGLE));
        }
    }

    @Override
    public void elements(String name, BiFunction<JsonNode, String, ?> reading) {
        Set<ValueModel> kinds = at(name);
        Function<JsonObjectReader, ?> captured = DocumentCapture.of(element -> {
            var unused = reading.apply(element, "");
        });
        if (captured == null) {
            kinds.add(ValueModel.of(ValueType.ANY, Arrangement.LIST));
        } else {
            nested.add(new Nested(name, captured, Arrangement.LIST));
        }
    }

    @Override
    public void notEmpty(String name) {
        notEmpty.add(name);
    }

    @Override
    public void distinct(String name) {
        distinct.add(name);
    }

    @Override
    public void required(String name) {
        required.add(name);
        lookedUp(name);
    }

    @Override
    public void excluded(String name) {
        excluded.add(name);
    }

    @Override
    public void exclusive(List<String> names, boolean isRequired) {
        exclusive.add(new Exclusive(names, isRequired));
    }
}
