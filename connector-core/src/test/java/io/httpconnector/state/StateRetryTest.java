package io.httpconnector.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.state.StateException.StateFailure;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(30)
class StateRetryTest {

    private final List<StateFailure> failures = new ArrayList<>();
    private int accesses;

    /** Fails as listed, then succeeds. */
    private String access() {
        accesses++;
        if (failures.isEmpty()) {
            return "stored";
        }
        throw new StateException(failures.remove(0), "failed");
    }

    @Test
    void conflictsAndStatesInUseAreCountedSeparately() {
        failures.addAll(List.of(
                StateFailure.IN_USE,
                StateFailure.CONFLICT,
                StateFailure.IN_USE,
                StateFailure.CONFLICT,
                StateFailure.IN_USE));

        assertThat(new StateRetry(3, 4).run(this::access)).isEqualTo("stored");
        assertThat(accesses).isEqualTo(6);
    }

    @ParameterizedTest
    @EnumSource(
            value = StateFailure.class,
            names = {"CONFLICT", "IN_USE"})
    void theLastPermittedFailureIsThrown(StateFailure reason) {
        failures.addAll(List.of(reason, reason, reason, reason));

        assertThatThrownBy(() -> new StateRetry(3, 3).run(this::access))
                .isInstanceOfSatisfying(
                        StateException.class, e -> assertThat(e.reason()).isEqualTo(reason));
        assertThat(accesses).isEqualTo(3);
    }

    @ParameterizedTest
    @EnumSource(
            value = StateFailure.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"CONFLICT", "IN_USE"})
    void otherFailuresAreNotRepeated(StateFailure reason) {
        failures.add(reason);

        assertThatThrownBy(() -> new StateRetry(3, 3).run(this::access)).isInstanceOf(StateException.class);
        assertThat(accesses).isEqualTo(1);
    }

    @Test
    void anInterruptEndsTheWait() {
        failures.addAll(List.of(StateFailure.IN_USE, StateFailure.IN_USE));

        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> new StateRetry(3, 3).run(this::access)).isInstanceOf(StateException.class);

        assertThat(Thread.interrupted()).isTrue();
        assertThat(accesses).isEqualTo(1);
    }
}
