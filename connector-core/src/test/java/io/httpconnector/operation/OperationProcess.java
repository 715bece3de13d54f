package io.httpconnector.operation;

import io.httpconnector.HttpConnection;
import io.httpconnector.RetryPolicy;
import io.httpconnector.TimeSource;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.Pills;
import io.httpconnector.trigger.Delivery;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

/** A process that continues the runs of its predecessor, and submits further ones, until it is killed. */
final class OperationProcess {

    private OperationProcess() {}

    /** Time that passes where a thread waits, and at once. */
    private record FastTime(Instant start, AtomicLong passed) implements TimeSource {
        @Override
        public long nanos() {
            return passed.get();
        }

        @Override
        public Instant now() {
            return start.plusNanos(passed.get());
        }

        @Override
        public boolean await(CountDownLatch gate, Duration time) {
            passed.addAndGet(time.toNanos());
            return gate.getCount() == 0;
        }
    }

    /**
     * Runs the process.
     *
     * @param args the base URL, the directory of the state, the time, {@code find} or {@code key}, the first and last number of the
     *     runs
     */
    public static void main(String[] args) {
        TimeSource time = new FastTime(Instant.parse(args[2]), new AtomicLong());
        OperationBuilder operation = args[3].equals("find") ? JobLedger.withFind() : JobLedger.withIdempotencyKey();
        try (StateStore store = StateStore.file(Path.of(args[1]));
                HttpConnection connection = HttpConnection.named("Service")
                        .baseUrl(args[0])
                        .timeSource(time)
                        .retry(RetryPolicy.none())
                        .build()) {
            DurableOperation runs = operation
                    .timeout(Duration.ofDays(300))
                    .build()
                    .durable(store)
                    .connection(connection)
                    .delivery(Delivery.to(event -> print("event " + event.key() + " " + event.id())))
                    .retention(Duration.ofDays(1000))
                    .build();
            print("ready");
            for (RunStatus run : runs.runs()) {
                OperationResult unused = runs.await(run.key());
            }
            for (int i = Integer.parseInt(args[4]); i < Integer.parseInt(args[5]); i++) {
                OperationResult unused = runs.await("run-" + i, Pills.of("year", Map.of("run", "run-" + i)));
            }
            print("end");
        }
    }

    private static void print(String line) {
        System.out.println(line);
        System.out.flush();
    }
}
