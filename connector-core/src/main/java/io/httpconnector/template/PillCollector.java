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

/** Puts together what is to be known of each pill, wherever it stands. */
final class PillCollector {

    private PillCollector() {}

    static List<PillInfo> of(Stream<PillUsage> uses) {
        Map<String, PillInfo> infos = new LinkedHashMap<>();
        uses.filter(use -> !use.path().isEmpty())
                .forEach(use -> infos.merge(use.path(), info(use), PillCollector::both));
        return List.copyOf(infos.values());
    }

    private static PillInfo info(PillUsage use) {
        Expression pill = use.pill();
        String pointer = pill.spot().pointer();
        String place = pill.spot().part() + (pointer == null || pointer.isEmpty() ? "" : " " + pointer);
        List<String> filters =
                pill.filters().stream().map(Expression.FilterStep::name).toList();
        return new PillInfo(use.path(), pill.isRequired(), List.of(place), type(use.takes()), filters);
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

    private static PillInfo both(PillInfo a, PillInfo b) {
        List<String> places = new ArrayList<>(new LinkedHashSet<>(a.locations()));
        b.locations().stream().filter(place -> !places.contains(place)).forEach(places::add);
        LinkedHashSet<String> filters = new LinkedHashSet<>(a.filters());
        filters.addAll(b.filters());
        String type = a.type().equals("any") ? b.type() : a.type();
        return new PillInfo(a.path(), a.required() || b.required(), List.copyOf(places), type, List.copyOf(filters));
    }
}
