package io.httpconnector.definition.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.definition.model.ObjectModel.Exclusive;
import io.httpconnector.internal.json.DocumentCapture;
import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.internal.json.MemberObserver;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;

/** What a reading function asked for while it read one object. Not thread-safe. */
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

    private final List<String> problems;
    private final Set<String> located;
    private String id = "";

    /** An object of a member. */
    record Nested(String name, Function<JsonObjectReader, ?> reading, Arrangement arrangement) {}

    private Observation(JsonNode json, Function<JsonObjectReader, ?> reading, Set<String> located) {
        this.located = located;
        this.problems = JsonObjectReader.observe(json, reading, this);
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

    /** Remembers where a member is read: the classes from the innermost to the one that reads the object. */
    private void locate(String name) {
        if (located.contains(name) || readers.containsKey(name)) {
            return;
        }
        List<StackWalker.StackFrame> frames = StackWalker.getInstance()
                .walk(all -> all.dropWhile(frame -> frame.getClassName().startsWith(READERS)
                                || frame.getClassName().startsWith(THIS))
                        .takeWhile(frame -> !isReading(frame))
                        .toList());
        List<StackWalker.StackFrame> methods = frames.stream()
                .filter(frame -> !frame.getClassName().startsWith(READERS))
                .toList();
        readers.putIfAbsent(
                name,
                methods.stream()
                        .map(StackWalker.StackFrame::getClassName)
                        .distinct()
                        .toList());
        if (id.isEmpty() && !methods.isEmpty()) {
            List<StackWalker.StackFrame> outermost = new ArrayList<>(methods);
            Collections.reverse(outermost);
            StackWalker.StackFrame method = outermost.stream()
                    .filter(frame -> !frame.getMethodName().startsWith("lambda$"))
                    .findFirst()
                    .orElse(outermost.get(0));
            id = method.getClassName() + "." + method.getMethodName();
        }
    }

    private static boolean isReading(StackWalker.StackFrame frame) {
        return frame.getClassName().equals(JsonObjectReader.class.getName())
                && frame.getMethodName().equals("readAs");
    }

    private Set<ValueModel> at(String name) {
        locate(name);
        return values.computeIfAbsent(name, unused -> new LinkedHashSet<>());
    }

    @Override
    public void lookedUp(String name) {
        values.computeIfAbsent(name, unused -> new LinkedHashSet<>());
    }

    @Override
    public void value(String name, ValueType type, Arrangement arrangement) {
        at(name).add(ValueModel.of(type, arrangement));
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
