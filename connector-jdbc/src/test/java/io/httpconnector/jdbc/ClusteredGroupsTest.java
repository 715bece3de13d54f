package io.httpconnector.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.zaxxer.hikari.HikariDataSource;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.polling.PollingTrigger;
import io.httpconnector.polling.PollingTriggerBuilder;
import io.httpconnector.polling.StartPosition;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.testing.Await;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests members of a cluster that share tables, but not their triggers. */
class ClusteredGroupsTest {

    @TempDir
    Path directory;

    private final List<String> polled = new CopyOnWriteArrayList<>();

    private static PollingTriggerBuilder trigger(String id, HttpConnection connection) {
        return PollingTrigger.named(id)
                .connection(connection)
                .request(RequestTemplate.named("List").get("/records").build())
                .key("/id")
                .startPosition(StartPosition.everything())
                .every(Duration.ofSeconds(1))
                .handler(event -> {});
    }

    @Test
    void membersPollTheTriggersOfTheirGroupOnly() {
        try (HikariDataSource source = Databases.H2.open(directory);
                MockService service = MockService.start().on("GET", "/records", MockResponse.json("[]"));
                HttpConnection connection = HttpConnection.named("Service")
                        .baseUrl(service.baseUrl())
                        .build()) {
            JdbcSchema.create(source);
            try (ClusteredPolling first = ClusteredPolling.on(source).start((id, definition) -> {
                        polled.add("first " + id);
                        return trigger(id, connection);
                    });
                    ClusteredPolling second = ClusteredPolling.on(source)
                            .group("registry")
                            .start((id, definition) -> {
                                polled.add("second " + id);
                                return trigger(id, connection);
                            })) {
                first.put("a", JsonNodeFactory.instance.objectNode());
                second.put("b", JsonNodeFactory.instance.objectNode());
                Await.until(() -> polled.stream().filter("first a"::equals).count() > 1
                        && polled.stream().filter("second b"::equals).count() > 1);

                assertThat(polled).containsOnly("first a", "second b");
                assertThat(first.list()).extracting(ClusteredPolling.Status::id).containsExactly("a");
                assertThat(second.list())
                        .extracting(ClusteredPolling.Status::id)
                        .containsExactly("b");
            }
        }
    }

    @Test
    void invalidNamesAreReported() {
        try (HikariDataSource source = Databases.H2.open(directory)) {
            assertThatThrownBy(() -> ClusteredPolling.on(source).group("A group"))
                    .isInstanceOf(InvalidDefinitionException.class)
                    .hasMessageContaining("group: use lower-case letters");
        }
    }
}
