package io.httpconnector.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.httpconnector.HttpConnection;
import io.httpconnector.jdbc.OrderStream.FastClock;
import io.httpconnector.stream.StreamStatus.StreamPhase;
import io.httpconnector.stream.StreamTrigger;
import io.httpconnector.testing.Await;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Several nodes share the state of a stream, and their effects in the database take place once. */
@Timeout(90)
@SuppressWarnings("try") // Resources are closed within tests.
class StreamTriggerTest {

    private static final int EVENTS = 40;

    @TempDir
    Path directory;

    @ParameterizedTest
    @EnumSource(Databases.class)
    void oneNodeReadsTheStreamAndAnotherContinuesExactlyOnce(Databases databases) throws Exception {
        try (OrderStream orders = new OrderStream(EVENTS, Duration.ofMillis(10));
                HikariDataSource source = databases.open(directory);
                HttpConnection connection = orders.connection(new FastClock(Duration.ZERO))) {
            OrderStream.createTables(source);
            try (StreamTrigger first = OrderStream.node(connection, source);
                    StreamTrigger second = OrderStream.node(connection, source)) {
                first.start();
                Await.until(() -> first.status().events() >= 5);
                second.start();
                Await.until(() -> second.status().phase() == StreamPhase.STANDBY);
                assertThat(orders.readers).hasValue(1);
                first.close();
                Await.until(() -> second.status().lastEventId().equals(String.valueOf(EVENTS)));
                assertThat(OrderStream.count(source)).isEqualTo(EVENTS);
                assertThat(first.status().events() + second.status().events()).isEqualTo(EVENTS);
                assertThat(second.deadLetters()).isEmpty();
            }
        }
    }
}
