package io.httpconnector.template;

import java.util.Set;

/** A pill at its place: the whole path of its value, or none when a filter decides it, and the types that it may have. */
record PillUsage(Expression pill, String path, Set<ValueType> takes) {

    static final Set<ValueType> ANYTHING = Set.of();
    static final Set<ValueType> SINGLE = Set.of(ValueType.TEXT, ValueType.NUMBER, ValueType.BOOLEAN);

    /** A pill outside of lists; {@code place} is what its place takes, which counts when it has no filters. */
    static PillUsage of(Expression pill, Set<ValueType> place) {
        return new PillUsage(pill, pill.path().text(), takes(pill, place));
    }

    static Set<ValueType> takes(Expression pill, Set<ValueType> place) {
        for (Expression.FilterStep step : pill.filters()) {
            if (step.takes() != null) {
                return step.takes().takes();
            }
        }
        return place;
    }
}
