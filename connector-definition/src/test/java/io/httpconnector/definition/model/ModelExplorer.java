package io.httpconnector.definition.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.internal.json.MemberObserver.ValueType;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Derives the models of objects from the functions that read them. Each function first reads an empty object, which shows the
 * members that it asks for; then objects with one member, in each of its types and with each of its choices, which shows the
 * members that depend on another one. Not thread-safe.
 */
final class ModelExplorer {

    /** Values of each type. A function that branches by the type of a member shows all branches. */
    private static final List<JsonNode> SAMPLES =
            samples("\"x\"", "\"/x\"", "\"https://service.example/x\"", "true", "200", "{}", "[]", "[\"x\"]", "[{}]");

    private static final List<JsonNode> TEXTS = samples("\"x\"", "\"/x\"", "\"https://service.example/x\"");
    private static final List<JsonNode> OTHERS =
            samples("true", "200", "{}", "[]", "[{}]", "\"PT1M\"", "\"2026-01-31T12:00:00Z\"", "\"UTC\"");

    private static List<JsonNode> samples(String... values) {
        return Stream.of(values).map(JsonSupport::parse).toList();
    }

    private final Map<String, ObjectModel> objects = new LinkedHashMap<>();
    private final Set<String> started = new LinkedHashSet<>();

    /** Returns the objects by id; an object is before those of its members. */
    Map<String, ObjectModel> objects() {
        Map<String, ObjectModel> ordered = new LinkedHashMap<>();
        started.forEach(id -> ordered.put(id, objects.get(id)));
        return ordered;
    }

    /** Explores an object and those of its members, unless it is known. Returns its id. */
    String explore(Function<JsonObjectReader, ?> reading) {
        return explore(reading, JsonNodeFactory.instance.objectNode());
    }

    /**
     * Explores an object.
     *
     * @param header the members without which the others are not read, such as a version
     */
    String explore(Function<JsonObjectReader, ?> reading, ObjectNode header) {
        Observation base = Observation.of(header, reading);
        String id = base.id();
        if (started.add(id)) {
            objects.put(id, explore(reading, header, base, Set.of()));
        }
        return id;
    }

    /**
     * Explores the members of an object.
     *
     * @param fixed the members that each object has: those that determine a variant
     * @param base what is read of them alone
     * @param inherited the members of all variants, which are left out
     */
    private ObjectModel explore(
            Function<JsonObjectReader, ?> reading, ObjectNode fixed, Observation base, Set<String> inherited) {
        ModelDraft draft = new ModelDraft(base, fixed, this::explore);
        String discriminator = "";
        Map<String, ObjectModel> variants = new LinkedHashMap<>();
        Deque<String> open = new ArrayDeque<>(base.values.keySet());
        Set<String> seen = new LinkedHashSet<>(open);
        while (!open.isEmpty()) {
            String name = open.remove();
            if (fixed.has(name) || base.excluded.contains(name)) {
                continue;
            }
            List<String> choices = draft.choices(name);
            if (!choices.isEmpty() && dependsOn(name, choices, reading, fixed, base)) {
                discriminator = name;
                for (String choice : choices) {
                    ObjectNode chosen = fixed.deepCopy().put(name, choice);
                    variants.put(choice, explore(reading, chosen, Observation.of(chosen, reading), base.typed()));
                }
                continue;
            }
            for (JsonNode sample : samples(draft, name, choices)) {
                ObjectNode with = fixed.deepCopy();
                with.set(name, sample);
                Observation observation = base.with(with, reading);
                draft.add(name, observation);
                observation.values.keySet().stream().filter(seen::add).forEach(open::add);
            }
        }
        return draft.model(base.id(), inherited, discriminator, variants);
    }

    /** Whether other members are read, depending on the value of one. */
    private static boolean dependsOn(
            String name,
            List<String> choices,
            Function<JsonObjectReader, ?> reading,
            ObjectNode fixed,
            Observation base) {
        Set<String> known = base.typed();
        for (String choice : choices) {
            Observation with = base.with(fixed.deepCopy().put(name, choice), reading);
            if (!known.containsAll(with.typed())) {
                return true;
            }
        }
        return false;
    }

    /** Returns the values with which a member is tried. */
    private static List<JsonNode> samples(ModelDraft draft, String name, List<String> choices) {
        if (!choices.isEmpty()) {
            List<JsonNode> texts = new ArrayList<>();
            choices.forEach(choice -> texts.add(JsonNodeFactory.instance.textNode(choice)));
            return texts;
        }
        if (draft.mayHaveOtherTypes(name)) {
            return SAMPLES;
        }
        return draft.isText(name) ? TEXTS : OTHERS;
    }

    /** The types that are implied by another type of the same member. */
    static boolean isImplied(ValueModel value, Set<ValueModel> all) {
        boolean isSpecific = all.stream()
                .anyMatch(other -> other.arrangement() == value.arrangement()
                        && !other.object().isEmpty());
        return switch (value.type()) {
            case ANY -> all.stream().anyMatch(other -> other.type() != ValueType.ANY);
            case FREE_OBJECT -> value.object().isEmpty() && isSpecific;
            case FLAG -> all.stream().anyMatch(other -> other.type() == ValueType.MARKER);
            default -> false;
        };
    }
}
