package io.httpconnector.polling;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.httpconnector.HttpConnection;
import io.httpconnector.trigger.Delivery;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/**
 * Model-based test of a trigger with a simulated service: nothing is lost, nothing is invented, and nothing is delivered twice
 * without a crash. {@code -Dsteps=1000000} runs more steps, {@code -Dseed=...} repeats a scenario. The ordinary build runs
 * fixed scenarios of each mode and a few random ones.
 */
class PollingModelTest {

    private static final int STEPS = Integer.getInteger("steps", 15_000);
    private static final int IN_SCENARIO = 120;

    @TempDir
    Path directory;

    private final MockService service = new MockService();
    private final HttpConnection connection = PollingModel.connection(service);
    private final List<Logger> loggers = List.of(
            (Logger) LoggerFactory.getLogger(PollingTrigger.class), (Logger) LoggerFactory.getLogger(Delivery.class));

    PollingModelTest() {
        WithoutSockets.connect(connection, service);
        loggers.forEach(logger -> logger.setLevel(Level.OFF));
    }

    @AfterEach
    void end() {
        loggers.forEach(logger -> logger.setLevel(null));
        connection.close();
        service.close();
    }

    @ParameterizedTest
    @EnumSource
    void ledgersMatch(PollingModel.Mode mode) {
        run(mode, 20261128L + mode.name().hashCode(), STEPS / (2 * PollingModel.Mode.values().length));
    }

    @Test
    void ledgersMatchForRandomSeeds() {
        Long given = Long.getLong("seed");
        String mode = System.getProperty("mode");
        long seed = given == null ? System.nanoTime() : given;
        System.out.println("PollingModelTest: seed " + seed);
        boolean isLong = System.getProperty("steps") != null;
        int steps = given != null && !isLong ? 1 : (isLong ? STEPS / 2 : 5 * IN_SCENARIO);
        run(mode == null ? null : PollingModel.Mode.valueOf(mode), seed, steps);
    }

    private void run(PollingModel.@Nullable Mode mode, long seed, int steps) {
        Random seeds = new Random(seed);
        long start = System.nanoTime();
        int done = 0;
        int polls = 0;
        List<Throwable> failures = new ArrayList<>();
        for (long one = seed; done < steps; one = seeds.nextLong()) {
            PollingModel model = new PollingModel(one, mode, service, connection, directory);
            try {
                model.run(IN_SCENARIO);
            } catch (Throwable e) {
                failures.add(Boolean.getBoolean("unshrunk") ? failed(mode, one, model, e) : shrunk(mode, one, e));
                if (failures.size() >= Integer.getInteger("failures", 1)) {
                    break;
                }
            }
            done += IN_SCENARIO;
            if (done / 100_000 > (done - IN_SCENARIO) / 100_000) {
                System.out.println("PollingModelTest " + mode + ": " + done + " steps");
            }
            polls += model.polls;
        }
        System.out.printf(
                "PollingModelTest %s: %d steps, %d polls, %.0f steps a second%n",
                mode, done, polls, done / ((System.nanoTime() - start) / 1e9));
        if (!failures.isEmpty()) {
            AssertionError all = new AssertionError(failures.get(0).getMessage());
            failures.forEach(all::addSuppressed);
            throw all;
        }
    }

    /** The same scenario, shortened as long as it still fails. */
    private AssertionError shrunk(PollingModel.@Nullable Mode mode, long seed, Throwable first) {
        Throwable failure = first;
        PollingModel shown = new PollingModel(seed, mode, service, connection, directory);
        for (int steps : Arrays.asList(1, 2, 3, 5, 8, 12, 18, 25, 35, 50, 70, 90, IN_SCENARIO)) {
            PollingModel model = new PollingModel(seed, mode, service, connection, directory);
            shown = model;
            try {
                model.run(steps);
            } catch (Throwable e) {
                failure = e;
                break;
            }
        }
        AssertionError failed = failed(mode, seed, shown, failure);
        return new AssertionError(failed.getMessage() + "\n" + String.join("\n", shown.trace), failure);
    }

    /** The failure, and how to reproduce it. */
    private static AssertionError failed(
            PollingModel.@Nullable Mode mode, long seed, PollingModel model, Throwable failure) {
        AssertionError failed = new AssertionError(
                failure + "\n-Dseed=" + seed + (mode == null ? "" : " -Dmode=" + mode) + "\n" + model.config, failure);
        System.out.println("PollingModelTest: " + failed.getMessage());
        return failed;
    }
}
