package io.httpconnector.template;

import java.util.Set;

/** A pill at its place: the whole path of its value, or none when a filter decides it, and the types that it may have. */
record Use(Expression pill, String path, Set<Type> takes) {

    static final Set<Type> ANYTHING = Set.of();
    static final Set<Type> SINGLE = Set.of(Type.TEXT, Type.NUMBER, Type.BOOLEAN);

    /** A pill outside of lists; {@code place} is what its place takes, which counts when it has no filters. */
    static Use of(Expression pill, Set<Type> place) {
        return new Use(pill, pill.path().text(), takes(pill, place));
    }

    static Set<Type> takes(Expression pill, Set<Type> place) {
        for (Expression.Step step : pill.filters()) {
            if (step.takes() != null) {
                return step.takes().takes();
            }
        }
        return place;
    }
}
