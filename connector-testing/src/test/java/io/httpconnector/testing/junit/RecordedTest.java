package io.httpconnector.testing.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import io.httpconnector.testing.recording.Recording;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** The annotation {@link Recorded}, in tests that are run by this one. */
@Timeout(60)
@ResourceLock(Resources.SYSTEM_PROPERTIES)
class RecordedTest {

    private static final String MODE = "connector.record";
    private static final String DIRECTORY = "connector.recordings";

    private static volatile String url = "";
    private static volatile int sent = 1;

    private final MockService service = MockService.start();

    @TempDir
    private Path directory;

    @AfterEach
    void close() {
        service.close();
        System.clearProperty(MODE);
        System.clearProperty(DIRECTORY);
        sent = 1;
    }

    private static String send(Recording recording, String path) {
        try (HttpConnection connection =
                recording.attachTo(HttpConnection.named("Shop").baseUrl(url)).build()) {
            return connection.send(Request.get(path)).text();
        }
    }

    /** Runs a class and returns the failures of its tests, empty for those that passed, by their display names. */
    private Map<String, String> run(Class<?> cases, String mode) {
        System.setProperty(MODE, mode);
        System.setProperty(DIRECTORY, directory.toString());
        url = service.baseUrl();
        Map<String, String> results = new TreeMap<>();
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(selectClass(cases))
                .configurationParameter("junit.jupiter.execution.parallel.enabled", "true")
                .configurationParameter(
                        "junit.jupiter.execution.parallel.config.executor-service", "WORKER_THREAD_POOL")
                .configurationParameter("junit.jupiter.execution.parallel.config.strategy", "fixed")
                .configurationParameter("junit.jupiter.execution.parallel.config.fixed.parallelism", "4")
                .build();
        LauncherFactory.create().execute(request, new TestExecutionListener() {
            @Override
            public void executionFinished(TestIdentifier test, TestExecutionResult result) {
                synchronized (results) {
                    String failure = result.getThrowable()
                            .map(e -> e
                                    + Stream.of(e.getSuppressed())
                                            .map(Throwable::toString)
                                            .toList()
                                            .toString())
                            .orElse("");
                    if (test.isTest() || !failure.isEmpty()) {
                        results.put(test.getDisplayName(), failure);
                    }
                }
            }
        });
        return results;
    }

    private String[] files() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).toArray(String[]::new);
        }
    }

    @Execution(ExecutionMode.CONCURRENT)
    static class Cases {

        @Recorded("shared.har")
        private static Recording shared;

        @Recorded("field.har")
        private Recording field;

        @Test
        void parameters(@Recorded("a.har") Recording a, @Recorded("b.har") Recording b) {
            assertThat(send(a, "/a") + send(b, "/b")).isEqualTo("12");
            assertThat(send(field, "/a")).isEqualTo("1");
        }

        @AfterEach
        void useShared() {
            assertThat(shared).isNotNull();
        }
    }

    static class Defaults {

        @Recorded
        private static Recording shared;

        @Test
        @Recorded
        void method(Recording recording) {
            for (int i = 0; i < sent; i++) {
                assertThat(send(recording, "/a")).isEqualTo("1");
            }
            send(shared, "/b");
        }

        @ParameterizedTest
        @ValueSource(strings = {"/a", "/b"})
        @Recorded
        void each(String path, Recording recording) {
            send(recording, path);
        }
    }

    static class Failing {

        @Test
        void fails(@Recorded("failing.har") Recording recording) {
            send(recording, "/a");
            throw new IllegalStateException("the code under test failed");
        }

        @Test
        void hides(@Recorded("hidden.har") Recording recording) {
            try {
                send(recording, "/b");
            } catch (AssertionError e) {
                throw new IllegalStateException("wrapped");
            }
        }

        @Test
        void swallows(@Recorded("hidden.har") Recording recording) {
            try {
                send(recording, "/b");
            } catch (AssertionError e) {
                // As an engine that handles all failures of its tasks.
            }
        }
    }

    static class Mistakes {

        @Test
        @Recorded("none.har")
        void noParameter() {}

        @Test
        void sameFile(@Recorded Recording one, @Recorded Recording two) {}
    }

    static class Twice {

        @Test
        void first(@Recorded("one.har") Recording recording) {
            send(recording, "/a");
        }

        @Test
        void second(@Recorded("one.har") Recording recording) {
            send(recording, "/a");
        }
    }

    private void script() {
        service.on("GET", "/a", MockResponse.json("1"));
        service.on("GET", "/b", MockResponse.json("2"));
    }

    @Test
    void recordingsAreMadeAndReplayed() throws IOException {
        script();
        // Nothing is sent with the recording of the class, which is an error.
        assertThat(run(Cases.class, "missing"))
                .containsEntry("parameters(Recording, Recording)", "")
                .hasEntrySatisfying(
                        "RecordedTest$Cases",
                        e -> assertThat(e).contains("Nothing was recorded").contains("shared.har"));
        assertThat(files()).containsExactlyInAnyOrder("a.har", "b.har", "field.har");
    }

    @Test
    void filesHaveTheNamesOfTests() throws IOException {
        script();
        assertThat(run(Defaults.class, "true").values()).containsOnly("");
        assertThat(files())
                .containsExactlyInAnyOrder(
                        "Defaults.har", "Defaults.method.har", "Defaults.each.1.har", "Defaults.each.2.har");
        int requests = service.requests().size();
        assertThat(requests).isEqualTo(4);

        assertThat(run(Defaults.class, "never").values()).hasSize(3).containsOnly("");
        assertThat(run(Defaults.class, "missing").values()).containsOnly("");
        assertThat(service.requests()).hasSize(requests);

        sent = 0;
        assertThat(run(Defaults.class, "never").get("method(Recording)"))
                .contains("1 of 1 recorded exchanges")
                .contains("/log/entries/0");
        sent = 2;
        assertThat(run(Defaults.class, "never").get("method(Recording)")).contains("it is used already");
    }

    @Test
    void missingFileFailsWithoutTheNetwork() {
        script();
        assertThat(run(Twice.class, "never").get("first(Recording)"))
                .contains("one.har")
                .contains("the file is missing")
                .contains("-Dconnector.record=true");
        assertThat(service.requests()).isEmpty();
    }

    @Test
    void failedTestLeavesNoRecording() throws IOException {
        script();
        assertThat(run(Failing.class, "missing").get("fails(Recording)")).contains("the code under test failed");
        assertThat(files()).containsExactly("hidden.har");

        Files.copy(directory.resolve("hidden.har"), directory.resolve("failing.har"));
        String other = Files.readString(directory.resolve("hidden.har")).replace("/b", "/c");
        Files.writeString(directory.resolve("hidden.har"), other);
        Map<String, String> results = run(Failing.class, "never");
        assertThat(results.get("hides(Recording)")).contains("wrapped").contains("path: recorded /c, sent /b");
        assertThat(results.get("swallows(Recording)")).contains("path: recorded /c, sent /b");
    }

    @Test
    void mistakesAreReported() {
        Map<String, String> results = run(Mistakes.class, "missing");
        assertThat(results.get("noParameter()")).contains("add a parameter of type Recording");
        assertThat(results.get("sameFile(Recording, Recording)")).contains("name the files");
        assertThat(run(Mistakes.class, "maybe").get("sameFile(Recording, Recording)"))
                .contains("use true, never or missing");

        script();
        assertThat(run(Twice.class, "true").values()).anyMatch(e -> e.contains("give each test a file of its own"));
    }
}
