package io.httpconnector.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Tests the executable jar in a process of its own, after it is packaged: Ctrl-C, closed pipes, and the log. */
@Execution(ExecutionMode.CONCURRENT)
class ProcessTest {

    private static final int SECONDS = 60;

    @TempDir
    private Path directory;

    private final MockService service = MockService.start();
    private final List<Process> started = new ArrayList<>();

    @BeforeAll
    static void signals() throws Exception {
        assumeTrue(
                Files.isExecutable(Path.of("/bin/bash"))
                        && new ProcessBuilder("env", "--default-signal=INT", "true")
                                        .start()
                                        .waitFor()
                                == 0,
                "needs a shell and signals");
    }

    @BeforeEach
    void start() throws IOException {
        Files.writeString(directory.resolve("shop.yaml"), CheckCommandTest.SHOP);
        service.on(
                "GET",
                "/orders",
                request -> MockResponse.json(
                        String.valueOf(request.uri().getQuery()).contains("page=")
                                        && !String.valueOf(request.uri().getQuery())
                                                .contains("page=1")
                                ? "{\"orders\": []}"
                                : "{\"orders\": [{\"id\": 1}, {\"id\": 2}, {\"id\": 3}]}"));
    }

    @AfterEach
    void stop() {
        started.forEach(Process::destroyForcibly);
        service.close();
    }

    /** Starts the command in a shell, with {@code $connector} as its name. */
    private Process shell(String script) throws IOException {
        ProcessBuilder builder = new ProcessBuilder("/bin/bash", "-c", "set -o pipefail; " + script);
        builder.directory(directory.toFile());
        builder.environment().put("connector", "env --default-signal=INT " + String.join(" ", JarProcess.command()));
        builder.environment().put("URL", service.baseUrl());
        builder.environment().put("CONNECTOR_SHOP_KEY", "hush-key-1");
        builder.environment().put("CONNECTOR_SHOP_HOOK", "hush-hook-1");
        builder.redirectError(directory.resolve("err").toFile());
        Process process = builder.start();
        started.add(process);
        return process;
    }

    private String err() throws IOException {
        return Files.readString(directory.resolve("err"));
    }

    private static int exitCode(Process process) throws InterruptedException {
        assertThat(process.waitFor(SECONDS, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    private static void interrupt(Process process) throws Exception {
        assertThat(new ProcessBuilder("kill", "-INT", String.valueOf(process.pid()))
                        .start()
                        .waitFor())
                .isZero();
    }

    /** Waits for a line of the error stream. */
    private void awaitNote(Process process, String text) throws Exception {
        for (int i = 0; i < SECONDS * 20 && process.isAlive() && !err().contains(text); i++) {
            TimeUnit.MILLISECONDS.sleep(50);
        }
        assertThat(err()).contains(text);
    }

    private void isStoppedSilently(Process process) throws Exception {
        assertThat(exitCode(process)).as(err()).isEqualTo(ExitCode.STOPPED);
        assertThat(err()).doesNotContain("\tat ", "Exception", "error:");
    }

    @Test
    void ctrlCStopsPolling() throws Exception {
        Process process = shell("exec $connector poll shop.yaml updated-orders --value url=$URL --all --follow");
        BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
        assertThat(out.readLine()).contains("\"payload\":{\"id\":");
        interrupt(process);

        isStoppedSilently(process);
    }

    /** The document has no schedule: a second poll within the test is due to the option. */
    @Test
    void intervalOfFollowIsSet() throws Exception {
        AtomicInteger last = new AtomicInteger();
        service.on(
                "GET",
                "/orders",
                request -> MockResponse.json(
                        String.valueOf(request.uri().getQuery()).contains("page=2")
                                ? "{\"orders\": []}"
                                : "{\"orders\": [{\"id\": " + last.incrementAndGet() + "}]}"));
        Process process =
                shell("exec $connector poll shop.yaml updated-orders --value url=$URL --all --follow --every PT1S");
        BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
        for (int poll = 1; poll <= 3; poll++) {
            assertThat(out.readLine()).contains("\"payload\":{\"id\":" + poll + "}");
        }
        interrupt(process);

        isStoppedSilently(process);
    }

    @Test
    void ctrlCStopsListening() throws Exception {
        Process process = shell("exec $connector listen shop.yaml order-created --value url=$URL --port 0");
        awaitNote(process, "http://localhost:");
        interrupt(process);

        isStoppedSilently(process);
    }

    @Test
    void ctrlCStopsRequestInProgress() throws Exception {
        CountDownLatch sent = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        service.on("GET", "/orders/1", request -> {
            sent.countDown();
            awaitOrEnd(end);
            return MockResponse.json("{}");
        });
        Process process =
                shell("exec $connector send shop.yaml get-order --pill order.id=1 --value url=$URL --verbose");
        awaitOrEnd(sent);
        interrupt(process);

        try {
            assertThat(exitCode(process)).as(err()).isEqualTo(ExitCode.STOPPED);
        } finally {
            end.countDown();
        }
    }

    private static void awaitOrEnd(CountDownLatch end) {
        try {
            assertThat(end.await(SECONDS, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void closedPipeEndsSilently() throws Exception {
        String records = "{\"orders\": [" + "{\"id\": 7},".repeat(9_999) + "{\"id\": 8}]}";
        service.on("GET", "/orders", request -> MockResponse.json(records));
        List<Process> both = List.of(
                shell("$connector send shop.yaml list-orders --all-pages --value url=$URL | head -1"),
                shell("$connector poll shop.yaml updated-orders --all --state s --value url=$URL | head -1"));
        for (Process process : both) {
            String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

            assertThat(exitCode(process)).as(err()).isEqualTo(ExitCode.OUTPUT_CLOSED);
            assertThat(out.lines()).hasSize(1);
            assertThat(err()).doesNotContain("\tat ", "Exception", "error:");
        }
    }

    @Test
    void logIsMaskedAndShownByVerboseOnly() throws Exception {
        service.on(
                "GET",
                "/orders/1",
                request -> MockResponse.status(422)
                        .body("text/plain", request.header("X-Api-Key").orElse("")));
        String command = "$connector send shop.yaml get-order --pill order.id=1 --value url=$URL 2>&1";
        Process first = shell(command);
        Process second = shell(command + " --verbose");
        String quiet = new String(first.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        String verbose = new String(second.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(quiet.lines()).hasSize(2);
        assertThat(verbose).contains("DEBUG").doesNotContain("hush-");
    }
}
