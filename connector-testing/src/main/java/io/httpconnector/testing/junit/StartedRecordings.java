package io.httpconnector.testing.junit;

import io.httpconnector.testing.recording.Recording;
import io.httpconnector.testing.recording.RecordingBuilder;
import io.httpconnector.testing.recording.RecordingMode;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;

/** The recordings that a test, or a class with static fields, has started. Thread-safe. */
final class StartedRecordings {

    private static final String DIRECTORY = "connector.recordings";
    private static final String DEFAULT_DIRECTORY = "src/test/resources/recordings";

    private static final Pattern INVOCATION = Pattern.compile("\\[[a-z-]+-invocation:#(\\d+)]");

    /** The tests that record in this run, by their files. */
    private static final Map<Path, String> RECORDING = new ConcurrentHashMap<>();

    /** A recording, and the field or parameter for which it was started. */
    private record Started(Recording recording, String owner) {}

    private final Map<Path, Started> started = new LinkedHashMap<>();
    private boolean hasFailed;

    /**
     * Starts a recording, or returns the one that has been started for the same file.
     *
     * @param owner the field or parameter; empty if the annotation is that of the method or class
     */
    synchronized Recording start(Recorded recorded, ExtensionContext context, String owner) {
        Path file = file(recorded, context);
        Started known = started.get(file);
        if (known != null) {
            if (!known.owner().equals(owner) && recorded.value().isEmpty()) {
                throw new ExtensionConfigurationException("@Recorded: " + owner + " and " + known.owner()
                        + " have no file: name the files, as in @Recorded(\"orders.har\")");
            }
            return known.recording();
        }
        RecordingBuilder builder = Recording.of(file)
                .mode(mode(file, context))
                .ignoreHeader(recorded.ignoreHeaders())
                .matchHeader(recorded.matchHeaders())
                .ignoreQuery(recorded.ignoreQuery())
                .ignoreBody(recorded.ignoreBody())
                .secretName(recorded.secretNames());
        if (recorded.strictOrder()) {
            builder.strictOrder();
        }
        if (recorded.allowUnused()) {
            builder.allowUnused();
        }
        Recording recording = builder.start();
        started.put(file, new Started(recording, owner));
        return recording;
    }

    /** Returns the mode. Two tests must not replace each other's recordings. */
    private static RecordingMode mode(Path file, ExtensionContext context) {
        RecordingMode mode = RecordingMode.ofSystem();
        if (mode == RecordingMode.RECORD || (mode == RecordingMode.AUTO && !Files.isRegularFile(file))) {
            String id = context.getUniqueId();
            String other = RECORDING.putIfAbsent(file.toAbsolutePath(), id);
            if (other != null && !other.equals(id)) {
                throw new ExtensionConfigurationException("@Recorded: " + context.getDisplayName()
                        + " and another test record " + file + ": give each test a file of its own (" + other + ")");
            }
        }
        return mode;
    }

    private static Path file(Recorded recorded, ExtensionContext context) {
        String name = recorded.value();
        if (name.isEmpty()) {
            String method =
                    context.getTestMethod().map(test -> "." + test.getName()).orElse("");
            Matcher invocation = INVOCATION.matcher(context.getUniqueId());
            StringBuilder numbers = new StringBuilder();
            while (invocation.find()) {
                numbers.append('.').append(invocation.group(1));
            }
            name = context.getRequiredTestClass().getSimpleName() + method + numbers + ".har";
        }
        Path file = Path.of(System.getProperty(DIRECTORY, DEFAULT_DIRECTORY)).resolve(name);
        Path resource = Files.isRegularFile(file) ? null : resource(name, context.getRequiredTestClass());
        return resource == null || RecordingMode.ofSystem() == RecordingMode.RECORD ? file : resource;
    }

    /** Returns the file on the class path, for tests that run elsewhere than in their project. */
    private static @Nullable Path resource(String name, Class<?> test) {
        URL url = test.getResource("/recordings/" + name);
        try {
            return url == null || !url.getProtocol().equals("file") ? null : Path.of(url.toURI());
        } catch (URISyntaxException e) {
            return null;
        }
    }

    synchronized boolean isEmpty() {
        return started.isEmpty();
    }

    /** Notes that a test has failed, so that nothing is written. */
    synchronized void fail() {
        hasFailed = true;
    }

    /**
     * Closes the recordings.
     *
     * @param failure the failure of the test; null if it has passed
     */
    synchronized void close(@Nullable Throwable failure) {
        List<Throwable> problems = new ArrayList<>();
        for (Started one : started.values()) {
            if (failure != null || hasFailed) {
                one.recording().discard();
                one.recording()
                        .mismatch()
                        .filter(mismatch -> failure != null && !isCause(mismatch, failure))
                        .ifPresent(mismatch -> {
                            if (failure != null) {
                                failure.addSuppressed(mismatch);
                            }
                        });
                continue;
            }
            try {
                one.recording().close();
            } catch (RuntimeException | AssertionError e) {
                problems.add(e);
            }
        }
        started.clear();
        if (!problems.isEmpty()) {
            Throwable first = problems.get(0);
            problems.stream().skip(1).forEach(first::addSuppressed);
            if (first instanceof AssertionError error) {
                throw error;
            }
            throw (RuntimeException) first;
        }
    }

    private static boolean isCause(Throwable cause, Throwable failure) {
        for (Throwable one = failure; one != null; one = one.getCause()) {
            if (one == cause) {
                return true;
            }
        }
        return false;
    }
}
