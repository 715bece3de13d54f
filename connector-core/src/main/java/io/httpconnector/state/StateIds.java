package io.httpconnector.state;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.state.StateException.Reason;
import java.util.List;

/** What stores say about ids. */
final class StateIds {

    private StateIds() {}

    static void check(String id) {
        if (id == null || id.isBlank()) {
            throw new InvalidDefinitionException("id of a state", List.of("it is empty"));
        }
    }

    static StateException inUse(String id) {
        return new StateException(
                Reason.IN_USE,
                "The state of \"" + id
                        + "\" is in use: a trigger can run once only; give the other one an id of its own");
    }
}
