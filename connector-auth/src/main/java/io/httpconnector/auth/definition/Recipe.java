package io.httpconnector.auth.definition;

import io.httpconnector.AuthStrategy;
import java.util.function.Function;

/** The strategy of a definition, parsed: builds it from the entered values. Thread-safe. */
interface Recipe {

    /**
     * Builds the strategy.
     *
     * @param values the entered values, which also collect the problems of the texts that use them
     */
    AuthStrategy build(FieldValues values, ApplicationSettings application);

    /** Returns a recipe for a strategy and additions that are applied with it. */
    static Recipe of(Additions additions, Function<FieldValues, AuthStrategy> strategy) {
        return (values, application) -> additions.combine(strategy.apply(values), values, application);
    }
}
