package io.httpconnector.definition;

import io.httpconnector.HttpConnection;
import io.httpconnector.HttpConnectionBuilder;
import io.httpconnector.InvalidDefinitionException;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Validates options by building a connection with them, which opens nothing. */
final class Probe {

    static final InputValues NO_VALUES = new InputValues(Map.of(), Map.of());

    private Probe() {}

    /**
     * Applies options to a valid builder.
     *
     * @throws InvalidDefinitionException if an option is invalid; the problems do not repeat its name
     */
    static void check(Consumer<HttpConnectionBuilder> options) {
        HttpConnectionBuilder builder = HttpConnection.named("probe").baseUrl("https://localhost");
        try {
            options.accept(builder);
            builder.build().close();
        } catch (InvalidDefinitionException e) {
            List<String> problems = e.problems();
            throw new InvalidDefinitionException("option", problems);
        }
    }
}
