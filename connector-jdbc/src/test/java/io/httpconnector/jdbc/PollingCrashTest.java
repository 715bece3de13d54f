package io.httpconnector.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.zaxxer.hikari.HikariDataSource;
import io.httpconnector.HttpConnection;
import io.httpconnector.polling.PollingTrigger;
import io.httpconnector.polling.StartPosition;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.testing.Await;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Tests of nodes that poll the same triggers, and crash or freeze. */
@Timeout(120)
@Execution(ExecutionMode.CONCURRENT)
class PollingCrashTest {

    @TempDir
    Path directory;

    /** Polls, and reports the events it handles. */
    static final class Node {

        public static void main(String[] arguments) throws Exception {
            long takes = Long.parseLong(arguments[2]);
            try (HikariDataSource source = TestNode.pool(arguments[0]);
                    HttpConnection connection =
                            HttpConnection.named("any").baseUrl(arguments[1]).build();
                    ClusteredPolling polling = ClusteredPolling.on(source)
                            .heartbeat(Duration.ofMillis(300), 5)
                            .start((id, definition) -> PollingTrigger.named(id)
                                    .connection(connection)
                                    .request(RequestTemplate.named(id)
                                            .get("/" + id)
                                            .build())
                                    .key("/id")
                                    .startPosition(StartPosition.everything())
                                    .every(Duration.ofMillis(500))
                                    .minInterval(Duration.ofMillis(10))
                                    .handler(event -> {
                                        String name = id + event.payload().at("/id");
                                        System.out.println("begin " + name);
                                        Thread.sleep(takes);
                                        System.out.println("end " + name);
                                    }))) {
                System.out.println("ready");
                for (int i = 0; i < Integer.parseInt(arguments[3]); i++) {
                    polling.put("t" + i, JsonNodeFactory.instance.objectNode());
                }
                int unused = System.in.read();
            }
        }
    }

    private static List<String> output(String word, TestNode... nodes) {
        return Stream.of(nodes).flatMap(node -> node.output(word).stream()).toList();
    }

    @Test
    void otherNodesTakeOverThePollsOfADeadNode() throws Exception {
        try (Records records = new Records();
                HikariDataSource source = Databases.POSTGRESQL.open(directory)) {
            JdbcSchema.create(source);
            String url = TestNode.url(source);
            for (int i = 0; i < 6; i++) {
                records.of("t" + i).set(3);
            }
            try (TestNode dying = TestNode.start(Node.class, url, records.url(), "600000", "6")) {
                dying.await(lines -> output("begin", dying).size() == 6);
                try (TestNode second = TestNode.start(Node.class, url, records.url(), "1", "0");
                        TestNode third = TestNode.start(Node.class, url, records.url(), "1", "0")) {
                    // Holds all of its triggers as long as it lives: twice as long as without heartbeats.
                    Thread.sleep(3000);
                    assertThat(output("begin", second, third)).isEmpty();

                    long killed = System.nanoTime();
                    dying.kill();

                    Await.until(() -> output("end", second, third).size() >= 18);
                    assertThat(Duration.ofNanos(System.nanoTime() - killed)).isLessThan(Duration.ofSeconds(8));
                    assertThat(output("end", second, third)).hasSize(18).doesNotHaveDuplicates();
                }
            }
        }
    }

    @Test
    void frozenNodeEndsAPollTakenOverByAnother() throws Exception {
        try (Records records = new Records();
                HikariDataSource source = Databases.POSTGRESQL.open(directory)) {
            JdbcSchema.create(source);
            String url = TestNode.url(source);
            records.of("t0").set(60);
            try (TestNode frozen = TestNode.start(Node.class, url, records.url(), "100", "1")) {
                frozen.await(lines -> output("end", frozen).size() >= 3);
                frozen.freeze();
                try (TestNode second = TestNode.start(Node.class, url, records.url(), "1", "0")) {
                    Await.until(() -> output("end", second).size() >= 60);
                    int before = output("begin", frozen).size();

                    frozen.resume();
                    records.of("t0").set(61);

                    Await.until(() -> output("end", second, frozen).contains("t061"));
                    Thread.sleep(1500);
                    // It notices immediately, and cannot overwrite the state of the other node.
                    assertThat(output("begin", frozen).stream().filter(name -> !name.equals("t061")))
                            .hasSizeLessThanOrEqualTo(before + 2);
                    assertThat(output("end", second, frozen).stream().filter("t061"::equals))
                            .hasSize(1);
                    assertThat(output("end", second)).doesNotHaveDuplicates();
                }
            }
        }
    }
}
