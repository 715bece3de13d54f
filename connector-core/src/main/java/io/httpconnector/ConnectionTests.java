package io.httpconnector;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The requests of a connection test. Immutable.
 *
 * @param requests the requests that do not depend on values
 * @param created creates the requests from the values of the auth strategy; null if they do not depend on them
 */
record ConnectionTests(List<Request> requests, @Nullable Function<Map<String, String>, List<Request>> created) {

    static final ConnectionTests NONE = new ConnectionTests(List.of(), null);

    boolean isEmpty() {
        return requests.isEmpty() && created == null;
    }

    /** Returns the requests with the current values. */
    List<Request> requests(Supplier<Map<String, String>> values) {
        return created == null ? requests : created.apply(values.get());
    }
}
