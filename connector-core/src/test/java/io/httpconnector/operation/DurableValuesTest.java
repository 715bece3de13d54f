package io.httpconnector.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.ConnectorException;
import io.httpconnector.FakeTime;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.operation.OperationException.OperationFailure;
import io.httpconnector.operation.RunStatus.Stage;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.Pills;
import io.httpconnector.template.RenderException;
import io.httpconnector.template.RequestTemplate;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests the values of durable runs, in virtual time. */
class DurableValuesTest {

    private final FakeTime time = new FakeTime();
    private final JobLedger ledger = new JobLedger(time);
    private final HttpConnection connection = HttpConnection.named("Service")
            .baseUrl(ledger.service().baseUrl())
            .timeSource(time)
            .build();

    @AfterEach
    void end() {
        connection.close();
        ledger.close();
    }

    private static OperationBuilder byMonth() {
        return JobLedger.plain()
                .start(RequestTemplate.named("start")
                        .post("/jobs")
                        .json(Map.of("month", "{{month}}"))
                        .build());
    }

    private DurableOperationBuilder durable(OperationBuilder operation) {
        return operation.build().durable(StateStore.inMemory()).connection(connection);
    }

    @Test
    void aMissingValueIsRejectedAtOnceAndTheKeyStaysFree() {
        DurableOperation runs = durable(byMonth()).build();
        assertThatThrownBy(() -> runs.submit("2026-11", Pills.of("moth", "2026-11")))
                .isInstanceOf(RenderException.class)
                .hasMessageContaining("month");
        assertThatThrownBy(() -> runs.await("2026-11", Pills.none())).isInstanceOf(RenderException.class);
        assertThat(runs.runs()).isEmpty();
        assertThat(ledger.service().requests).isEmpty();
        assertThat(runs.await("2026-11", Pills.of("month", "2026-11")).id()).isEqualTo("1");
        assertThat(runs.submit("2026-11", Pills.none()).stage()).isEqualTo(Stage.DONE);
    }

    @Test
    void aMissingValueOfAFurtherRequestIsRejectedBeforeTheStart() {
        DurableOperation runs = durable(byMonth()
                        .status(RequestTemplate.named("Get the job")
                                .get("/jobs/{{operation.id}}")
                                .query("team", "{{team.id}}")
                                .query("page", "{{page | default(1)}}")
                                .build()))
                .build();
        assertThatThrownBy(() -> runs.await("2026-11", Pills.of("month", "2026-11")))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("{{team.id}}")
                .hasMessageContaining("Get the job");
        assertThat(ledger.service().requests).isEmpty();
        Pills complete = Pills.of("month", "2026-11").and("team", Map.of("id", 7));
        assertThat(runs.await("2026-11", complete).id()).isEqualTo("1");
    }

    @Test
    void runsOfAnotherConnectionAreAnError() {
        StateStore store = StateStore.inMemory();
        Operation operation = JobLedger.withIdempotencyKey().build();
        try (HttpConnection other = HttpConnection.named("Globex")
                .baseUrl(ledger.service().baseUrl())
                .timeSource(time)
                .build()) {
            DurableOperation own =
                    operation.durable(store).connection(connection).build();
            DurableOperation foreign =
                    operation.durable(store).connection(other).build();
            OperationResult unused = own.await("2026-11", Pills.none());
            assertThatThrownBy(() -> foreign.await("2026-12", Pills.none()))
                    .isInstanceOf(InvalidDefinitionException.class)
                    .hasMessageContaining("\"Service\"")
                    .hasMessageContaining("\"Globex\"")
                    .hasMessageContaining("set another id");
            assertThatThrownBy(() -> operation.durable(store).connection(other).build())
                    .isInstanceOf(InvalidDefinitionException.class)
                    .hasMessageContaining("jobs");
            DurableOperation distinct =
                    operation.durable(store).connection(other).id("globex/jobs").build();
            assertThat(distinct.await("2026-11", Pills.none()).id()).isEqualTo("2");
            DurableOperation renamed =
                    operation.durable(store).connection(other).id("jobs").build();
            assertThat(renamed.await("2026-11", Pills.none()).id()).isEqualTo("1");
        }
    }

    @Test
    void aValueThatIsNoLongerSuppliedIsNotARejectionByTheService() {
        AtomicReference<Pills> supplied = new AtomicReference<>(Pills.of("month", "2026-11"));
        DurableOperation runs = durable(byMonth()).pills(key -> supplied.get()).build();
        assertThat(runs.submit("2026-11", Pills.none()).stage()).isEqualTo(Stage.INTENT);
        supplied.set(Pills.none());
        assertThatThrownBy(() -> runs.await("2026-11"))
                .isInstanceOfSatisfying(
                        ConnectorException.class,
                        e -> assertThat(((OperationException) e).reason()).isEqualTo(OperationFailure.INVALID_REQUEST));
        assertThat(ledger.service().requests).isEmpty();
        supplied.set(Pills.of("month", "2026-11"));
        assertThat(runs.restart("2026-11")).isTrue();
        assertThat(runs.await("2026-11").id()).isEqualTo("1");
    }
}
