package io.httpconnector.template;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Merges the usages of each pill into one {@link PillInfo} per path. */
final class PillCollector {

    private PillCollector() {}

    static List<PillInfo> of(Stream<PillUsage> uses) {
        Map<String, PillInfo> infos = new LinkedHashMap<>();
        uses.filter(usage -> !usage.path().isEmpty())
                .forEach(usage -> infos.merge(usage.path(), info(usage), PillCollector::merged));
        return List.copyOf(infos.values());
    }

    private static PillInfo info(PillUsage usage) {
        Expression pill = usage.pill();
        String pointer = pill.location().pointer();
        String location = pill.location().part() + (pointer == null || pointer.isEmpty() ? "" : " " + pointer);
        List<String> filters =
                pill.filters().stream().map(Expression.FilterStep::name).toList();
        return new PillInfo(usage.path(), pill.isRequired(), List.of(location), type(usage.acceptedTypes()), filters);
    }

    private static String type(Set<ValueType> types) {
        if (types.isEmpty()) {
            return "any";
        }
        if (types.equals(PillUsage.SINGLE)) {
            return "single";
        }
        return types.stream()
                .sorted()
                .map(type -> type.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining("|"));
    }

    private static PillInfo merged(PillInfo a, PillInfo b) {
        List<String> locations = new ArrayList<>(new LinkedHashSet<>(a.locations()));
        b.locations().stream().filter(location -> !locations.contains(location)).forEach(locations::add);
        LinkedHashSet<String> filters = new LinkedHashSet<>(a.filters());
        filters.addAll(b.filters());
        String type = a.type().equals("any") ? b.type() : a.type();
        return new PillInfo(a.path(), a.required() || b.required(), List.copyOf(locations), type, List.copyOf(filters));
    }
}
