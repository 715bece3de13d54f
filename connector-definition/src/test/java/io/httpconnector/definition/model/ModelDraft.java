package io.httpconnector.definition.model;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.definition.model.ObjectModel.Exclusive;
import io.httpconnector.definition.model.Observation.Nested;
import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.internal.json.MemberObserver.Arrangement;
import io.httpconnector.internal.json.MemberObserver.ValueType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** Collects the observations of one object, and combines them to its model. Not thread-safe. */
final class ModelDraft {

    private final Observation base;
    private final Function<Function<JsonObjectReader, ?>, String> explorer;
    private final Map<String, Set<ValueModel>> values = new LinkedHashMap<>();
    private final Map<String, List<String>> readers = new LinkedHashMap<>();
    private final Map<String, Set<String>> unless = new LinkedHashMap<>();
    private final Map<String, Set<String>> with = new LinkedHashMap<>();
    private final Map<String, Set<String>> requiredWith = new LinkedHashMap<>();
    private final Set<String> explored = new LinkedHashSet<>();
    private final Set<String> notEmpty = new LinkedHashSet<>();
    private final Set<String> distinct = new LinkedHashSet<>();
    private final Set<Exclusive> exclusive = new LinkedHashSet<>();

    /**
     * Starts a draft.
     *
     * @param base what is read without the members
     * @param fixed the members that each object has
     * @param explorer returns the id of a nested object
     */
    ModelDraft(Observation base, JsonNode fixed, Function<Function<JsonObjectReader, ?>, String> explorer) {
        this.base = base;
        this.explorer = explorer;
        addValues(base);
        // Without a choice, it is a header.
        fixed.properties().stream()
                .filter(member -> choices(member.getKey()).isEmpty())
                .forEach(member -> values.put(
                        member.getKey(), new LinkedHashSet<>(Set.of(ValueModel.constant(member.getValue())))));
    }

    /** Adds what is read of an object with a member. */
    void add(String name, Observation observation) {
        Set<String> known = base.typed();
        for (String other : observation.typed()) {
            if (!known.contains(other) && !other.equals(name)) {
                add(with, other, name);
            }
        }
        addValues(observation);
        if (!observation.accepts(name)) {
            return;
        }
        base.required.stream()
                .filter(other -> !other.equals(name) && !observation.required.contains(other))
                .forEach(other -> add(unless, other, name));
        observation.required.stream()
                .filter(other -> !other.equals(name) && !base.required.contains(other))
                .forEach(other -> add(requiredWith, other, name));
    }

    private static void add(Map<String, Set<String>> map, String key, String value) {
        map.computeIfAbsent(key, unused -> new LinkedHashSet<>()).add(value);
    }

    private void addValues(Observation observation) {
        observation.values.forEach((name, kinds) -> {
            Set<ValueModel> known = values.computeIfAbsent(name, unused -> new LinkedHashSet<>());
            if (!known.containsAll(kinds)) {
                known.addAll(kinds);
            }
        });
        for (Nested object : observation.nested) {
            if (!explored.add(object.name() + "/" + object.arrangement()) || base.excluded.contains(object.name())) {
                continue;
            }
            values.computeIfAbsent(object.name(), unused -> new LinkedHashSet<>())
                    .add(ValueModel.object(explorer.apply(object.reading()), object.arrangement()));
        }
        observation.readers.forEach(readers::putIfAbsent);
        notEmpty.addAll(observation.notEmpty);
        distinct.addAll(observation.distinct);
        exclusive.addAll(observation.exclusive);
    }

    /** Returns the permitted strings of a member; none if it may have others. */
    List<String> choices(String name) {
        return values.getOrDefault(name, Set.of()).stream()
                .flatMap(value -> value.choices().stream())
                .toList();
    }

    /**
     * Returns the model.
     *
     * @param inherited the members to leave out
     */
    ObjectModel model(String id, Set<String> inherited, String discriminator, Map<String, ObjectModel> variants) {
        List<MemberModel> members = new ArrayList<>();
        values.forEach((name, kinds) -> {
            if (!kinds.isEmpty() && !inherited.contains(name) && !base.excluded.contains(name)) {
                members.add(member(name, kinds));
            }
        });
        Set<String> alternatives = new LinkedHashSet<>();
        exclusive.stream().filter(Exclusive::isRequired).forEach(group -> alternatives.addAll(group.names()));
        List<Exclusive> rules = exclusive.stream()
                .filter(group -> group.names().stream().noneMatch(base.excluded::contains))
                .filter(group -> group.names().stream().anyMatch(name -> !inherited.contains(name)))
                .filter(group -> group.isRequired() || !alternatives.containsAll(group.names()))
                .toList();
        return new ObjectModel(id, members, rules, discriminator, variants);
    }

    /** Returns whether a member may be read by other types, depending on its value. */
    boolean mayHaveOtherTypes(String name) {
        Set<ValueModel> kinds = values.getOrDefault(name, Set.of());
        return kinds.isEmpty() || kinds.stream().anyMatch(kind -> kind.type() == ValueType.ANY);
    }

    boolean isText(String name) {
        return values.getOrDefault(name, Set.of()).stream()
                .allMatch(kind -> kind.type() == ValueType.TEXT && kind.arrangement() == Arrangement.SINGLE);
    }

    private MemberModel member(String name, Set<ValueModel> kinds) {
        Set<String> conditions = with.getOrDefault(name, Set.of());
        boolean isConditional = conditions.stream().noneMatch(base.required::contains);
        Set<String> triggers = requiredWith.getOrDefault(name, Set.of());
        boolean isTriggered = triggers.stream().noneMatch(base.required::contains);
        List<ValueModel> specific = kinds.stream()
                .filter(kind -> !ModelExplorer.isImplied(kind, kinds))
                .toList();
        return new MemberModel(
                name,
                specific,
                base.required.contains(name) || !isTriggered,
                unless.getOrDefault(name, Set.of()),
                isConditional ? conditions : Set.of(),
                isTriggered ? triggers : Set.of(),
                notEmpty.contains(name),
                distinct.contains(name),
                readers.getOrDefault(name, List.of()));
    }
}
