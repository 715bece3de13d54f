package io.httpconnector.operation;

import static org.assertj.core.api.Assertions.assertThat;

import io.httpconnector.TimeSource;
import io.httpconnector.operation.JobService.Asked;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Kills processes like {@code kill -9} while they start operations, wait for them and deliver their results: before and after a
 * request is processed, and at random times. Each operation must be started once, and each result delivered. {@code -Dkills=100}
 * sets the number; {@code -Dseed=...} repeats a run, except for the timing of threads.
 */
@Timeout(900)
class OperationKillTest {

    private static final int KILLS = Integer.getInteger("kills", 8);
    /** More than a process can execute before it is killed. */
    private static final int RUNS_PER_PROCESS = 40;

    private final long seed = Long.getLong("seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final Map<String, Integer> points = new TreeMap<>();
    private final Map<String, Set<String>> events = new TreeMap<>();
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");

    @ParameterizedTest
    @ValueSource(strings = {"find", "key"})
    void eachOperationIsStartedOnceAndEachResultIsDelivered(String mode, @TempDir Path directory) throws Exception {
        System.out.println("OperationKillTest: " + mode + " -Dkills=" + KILLS + " -Dseed=" + seed);
        try (JobLedger ledger = new JobLedger(TimeSource.SYSTEM)) {
            ledger.duration = Duration.ZERO;
            int kills = (KILLS + 1) / 2;
            for (int i = 0; i < kills; i++) {
                run(ledger, mode, directory, i * RUNS_PER_PROCESS, RUNS_PER_PROCESS, true);
            }
            run(ledger, mode, directory, 0, 0, false);
            Map<String, Integer> starts = new TreeMap<>();
            for (Asked asked : ledger.executed) {
                starts.merge(asked.json().path("year").path("run").asText(), 1, Integer::sum);
            }
            assertThat(starts.values()).as("starts, seed %s", seed).containsOnly(1);
            assertThat(events.keySet()).as("results, seed %s", seed).isEqualTo(starts.keySet());
            assertThat(events.values()).as("ids of results").allMatch(ids -> ids.size() == 1);
            System.out.println("OperationKillTest: " + starts.size() + " operations, killed at " + points);
        }
    }

    private void run(JobLedger ledger, String mode, Path directory, int from, int count, boolean isKilled)
            throws Exception {
        now = now.plus(Duration.ofDays(1));
        Process process = new ProcessBuilder(List.of(
                        ProcessHandle.current().info().command().orElse("java"),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Xshare:auto",
                        "-Xmx64m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        OperationProcess.class.getName(),
                        ledger.service().baseUrl(),
                        directory.toString(),
                        now.toString(),
                        mode,
                        String.valueOf(from),
                        String.valueOf(from + count)))
                .redirectError(ProcessBuilder.Redirect.appendTo(new File(directory + ".err")))
                .start();
        String[] at = {"any time"};
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
            boolean isEnded = false;
            for (String line = output.readLine(); line != null; line = readLine(output)) {
                if (line.equals("ready") && isKilled) {
                    arm(ledger, process, at);
                } else if (line.startsWith("event ")) {
                    String[] parts = line.split(" ", 3);
                    if (parts.length == 3 && parts[2].length() == 36) {
                        events.computeIfAbsent(parts[1], any -> new HashSet<>()).add(parts[2]);
                    }
                }
                isEnded |= line.equals("end");
            }
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(isEnded || isKilled)
                    .as("the last process has ended by itself")
                    .isTrue();
            points.merge(isEnded ? "end" : at[0], 1, Integer::sum);
        } finally {
            process.destroyForcibly();
            ledger.beforeStart = () -> {};
            ledger.beforeReply = () -> {};
            ledger.beforeStatus = () -> {};
        }
    }

    private static String readLine(BufferedReader output) {
        try {
            return output.readLine();
        } catch (IOException e) {
            return null;
        }
    }

    /** Kills the process at a random request, before or after it is processed, or at a random time. */
    private void arm(JobLedger ledger, Process process, String[] at) {
        AtomicInteger left = new AtomicInteger(1 + random.nextInt(6));
        int kind = random.nextInt(5);
        if (kind == 0) {
            ledger.beforeStart = () -> killAfter(left, process, at, "before a start");
        } else if (kind == 1) {
            ledger.beforeReply = () -> killAfter(left, process, at, "after a start");
        } else if (kind == 2) {
            ledger.beforeStatus = () -> killAfter(left, process, at, "during a status request");
        } else {
            long delay = TimeUnit.MICROSECONDS.toNanos(random.nextInt(400_000));
            Thread timer = new Thread(() -> {
                LockSupport.parkNanos(delay);
                process.destroyForcibly();
            });
            timer.setDaemon(true);
            timer.start();
        }
    }

    private static void killAfter(AtomicInteger left, Process process, String[] at, String point) {
        if (left.decrementAndGet() == 0) {
            at[0] = point;
            process.destroyForcibly();
        }
    }
}
