package io.httpconnector.template;

import java.util.Set;

/** A pill at its location: the whole path of its value (empty if a filter determines it), and the accepted types. */
record PillUsage(Expression pill, String path, Set<ValueType> acceptedTypes) {

    static final Set<ValueType> ANYTHING = Set.of();
    static final Set<ValueType> SINGLE = Set.of(ValueType.TEXT, ValueType.NUMBER, ValueType.BOOLEAN);

    /**
     * A usage of a pill outside of lists; {@code acceptedHere} are the types accepted at its location, which apply if it has
     * no filters.
     */
    static PillUsage of(Expression pill, Set<ValueType> acceptedHere) {
        return new PillUsage(pill, pill.path().text(), acceptedTypes(pill, acceptedHere));
    }

    static Set<ValueType> acceptedTypes(Expression pill, Set<ValueType> acceptedHere) {
        for (Expression.FilterStep step : pill.filters()) {
            if (step.definition() != null) {
                return step.definition().acceptedTypes();
            }
        }
        return acceptedHere;
    }
}
