package io.httpconnector.spring.autoconfigure;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.definition.configuration.ApplicationChecks;
import java.util.List;
import java.util.function.Supplier;

/** Checks of properties when the application starts, whose beans would otherwise report them with the first request. */
final class PropertyChecks {

    private PropertyChecks() {}

    /**
     * Checks the properties that need no other bean.
     *
     * @throws InvalidDefinitionException with all problems
     */
    static void check(ConnectorsProperties properties) {
        List<String> problems = ApplicationChecks.problems(
                properties.store().encryptionKey(),
                properties.shutdownTimeout(),
                properties.webhooks().publicUrl());
        if (!problems.isEmpty()) {
            throw new InvalidDefinitionException("properties of the application", problems);
        }
    }

    /** Calls a check, whose problems are those of a property. */
    static <T> T named(String property, Supplier<T> check) {
        try {
            return check.get();
        } catch (InvalidDefinitionException e) {
            throw new InvalidDefinitionException("property " + property, e.problems());
        }
    }
}
