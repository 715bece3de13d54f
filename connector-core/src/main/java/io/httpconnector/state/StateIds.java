package io.httpconnector.state;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.state.StateException.StateFailure;
import java.util.List;

/** Checks of ids, shared by stores. */
final class StateIds {

    private StateIds() {}

    static void check(String id) {
        if (id == null || id.isBlank()) {
            throw new InvalidDefinitionException("state id", List.of("it is empty"));
        }
    }

    static StateException inUse(String id) {
        return new StateException(
                StateFailure.IN_USE,
                "The state of \"" + id
                        + "\" is in use: a trigger can run only once; use a different id for each trigger");
    }
}
