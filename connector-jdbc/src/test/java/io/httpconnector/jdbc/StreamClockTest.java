package io.httpconnector.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.httpconnector.HttpConnection;
import io.httpconnector.jdbc.OrderStream.FastClock;
import io.httpconnector.stream.StreamStatus.StreamPhase;
import io.httpconnector.stream.StreamTrigger;
import io.httpconnector.testing.Await;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The nodes of a stream have wrong clocks, which also change: one of them reads the stream, and another one takes over once only. */
@Timeout(120)
class StreamClockTest {

    private static final int EVENTS = 400;

    @TempDir
    Path directory;

    private static DataSource partitioned(DataSource source, AtomicBoolean isPartitioned) {
        return Databases.proxy(DataSource.class, (proxy, method, arguments) -> {
            if (method.getName().equals("getConnection") && isPartitioned.get()) {
                throw new SQLException("the network is down", "08001");
            }
            return method.invoke(source, arguments);
        });
    }

    private static boolean isStandby(StreamTrigger node) {
        return node.status().phase() == StreamPhase.STANDBY;
    }

    @ParameterizedTest
    @CsvSource({"H2, PT2H, PT-2H", "H2, PT-2H, PT2H", "POSTGRESQL, PT2H, PT-2H", "POSTGRESQL, PT-2H, PT2H"})
    void wrongClocksNeitherStopNorDoubleTheStream(Databases databases, Duration error, Duration errorOfOther)
            throws Exception {
        FastClock clock = new FastClock(error);
        FastClock otherClock = new FastClock(errorOfOther);
        AtomicBoolean isPartitioned = new AtomicBoolean();
        try (OrderStream orders = new OrderStream(EVENTS, Duration.ofMillis(15));
                HikariDataSource source = databases.open(directory);
                HttpConnection connection = orders.connection(clock);
                HttpConnection otherConnection = orders.connection(otherClock)) {
            OrderStream.createTables(source);
            try (StreamTrigger first = OrderStream.node(connection, partitioned(source, isPartitioned));
                    StreamTrigger second = OrderStream.node(otherConnection, source)) {
                first.start();
                Await.until(() -> first.status().events() >= 5);
                second.start();
                Await.until(() -> second.status().phase() == StreamPhase.STANDBY);
                // Longer than the lease.
                Thread.sleep(1500);
                assertThat(second.status().phase()).isEqualTo(StreamPhase.STANDBY);
                assertThat(orders.readers).hasValue(1);

                clock.error = errorOfOther.multipliedBy(2);
                otherClock.error = error.multipliedBy(2);
                Thread.sleep(1500);
                assertThat(second.status().phase()).isEqualTo(StreamPhase.STANDBY);
                assertThat(second.status().events()).isZero();

                isPartitioned.set(true);
                Await.until(() -> second.status().events() > 0);
                isPartitioned.set(false);
                // On a busy machine, the first node may take over again.
                Await.until(() -> OrderStream.count(source) == EVENTS);
                Await.until(() -> orders.readers.get() == 1 && isStandby(first) != isStandby(second));
                assertThat(OrderStream.count(source)).isEqualTo(EVENTS);
                assertThat((isStandby(first) ? second : first).deadLetters()).isEmpty();
            }
        }
    }
}
