package io.httpconnector.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.zaxxer.hikari.HikariDataSource;
import io.httpconnector.HttpConnection;
import io.httpconnector.polling.FirstPoll;
import io.httpconnector.polling.PollingTrigger;
import io.httpconnector.template.RequestTemplate;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One of two machines does not reach the database for a while; it lives, and so does the other. */
@Timeout(60)
class CutOffTest {

    private static final int RECORDS = 80;

    @TempDir
    Path directory;

    private final List<String> byAway = new CopyOnWriteArrayList<>();
    private final List<String> byOther = new CopyOnWriteArrayList<>();
    private final List<String> interrupted = new CopyOnWriteArrayList<>();

    private ClusteredPolling machine(
            HikariDataSource source, HttpConnection connection, List<String> handled, Duration takes) {
        return ClusteredPolling.on(source)
                .heartbeat(Duration.ofMillis(200), 5)
                .start((id, definition) -> PollingTrigger.named(id)
                        .connection(connection)
                        .request(RequestTemplate.named(id).get("/" + id).build())
                        .key("/id")
                        .firstPoll(FirstPoll.everything())
                        .every(Duration.ofMillis(200))
                        .minInterval(Duration.ofMillis(10))
                        .handler(event -> {
                            handled.add(event.payload().at("/id").asText());
                            try {
                                Thread.sleep(takes.toMillis());
                            } catch (InterruptedException e) {
                                interrupted.add(event.payload().at("/id").asText());
                                throw e;
                            }
                        }));
    }

    private static HikariDataSource through(Wire wire, URI url) {
        HikariDataSource source = Machine.pool("jdbc:postgresql://127.0.0.1:" + wire.port() + url.getPath());
        source.setConnectionTimeout(3000);
        source.setValidationTimeout(3000);
        return source;
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aMachineBeginsNoMoreEventsOnceOthersMayPoll(boolean isSilent) throws Exception {
        try (Records records = new Records();
                HttpConnection connection =
                        HttpConnection.named("any").baseUrl(records.url()).build();
                HikariDataSource direct = Databases.POSTGRESQL.open(directory)) {
            JdbcSchema.create(direct);
            URI url = URI.create(Machine.url(direct).substring("jdbc:".length()));
            records.of("t").set(RECORDS);
            try (Wire wire = new Wire(url.getPort());
                    HikariDataSource source = through(wire, url);
                    ClusteredPolling away = machine(source, connection, byAway, Duration.ofMillis(100))) {
                away.put("t", JsonNodeFactory.instance.objectNode());
                Machine.await(() -> byAway.size() >= 3);
                try (ClusteredPolling other = machine(direct, connection, byOther, Duration.ofMillis(5))) {
                    if (isSilent) {
                        wire.silence();
                    } else {
                        wire.cut();
                    }
                    Machine.await(() -> !byOther.isEmpty());
                    int began = byAway.size();
                    Machine.await(() -> byOther.size() == RECORDS);
                    Thread.sleep(2000);
                    assertThat(byAway).hasSizeLessThanOrEqualTo(began + 1);
                    assertThat(interrupted).isEmpty();

                    wire.mend();
                    records.of("t").set(RECORDS + 1);
                    String last = String.valueOf(RECORDS + 1);
                    Machine.await(() -> byOther.contains(last) || byAway.contains(last));
                    Machine.await(() -> other.list().get(0).failures() == 0);
                    assertThat(byOther).doesNotHaveDuplicates();
                    assertThat(byAway).doesNotHaveDuplicates();
                }
            }
        }
    }

    @Test
    void aMomentWithoutTheDatabaseEndsNoPoll() throws Exception {
        try (Records records = new Records();
                HttpConnection connection =
                        HttpConnection.named("any").baseUrl(records.url()).build();
                HikariDataSource direct = Databases.POSTGRESQL.open(directory)) {
            JdbcSchema.create(direct);
            URI url = URI.create(Machine.url(direct).substring("jdbc:".length()));
            records.of("t").set(RECORDS);
            try (Wire wire = new Wire(url.getPort());
                    HikariDataSource source = through(wire, url);
                    ClusteredPolling away = machine(source, connection, byAway, Duration.ofMillis(50))) {
                away.put("t", JsonNodeFactory.instance.objectNode());
                Machine.await(() -> byAway.size() >= 3);
                wire.cut();
                Thread.sleep(500);
                wire.mend();
                Machine.await(() -> byAway.size() >= RECORDS);
                assertThat(byAway).doesNotHaveDuplicates();
                assertThat(interrupted).isEmpty();
            }
        }
    }
}
