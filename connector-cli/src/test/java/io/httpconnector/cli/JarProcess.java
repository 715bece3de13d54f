package io.httpconnector.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The executable jar, which starts with an archive of its classes, so that many starts take little time. */
final class JarProcess {

    private static final Path JAR = Path.of("target/connector.jar").toAbsolutePath();
    private static final Path ARCHIVE = Path.of("target/connector.jsa").toAbsolutePath();
    private static final Path DOCUMENT =
            Path.of("../examples/connectors/eventbrite.connector.yaml").toAbsolutePath();
    private static final int SECONDS = 60;

    private JarProcess() {}

    /** Returns the command line that starts the jar. */
    static List<String> command() {
        createArchive();
        return java("-Xlog:disable", "-Xshare:auto", "-XX:SharedArchiveFile=" + ARCHIVE);
    }

    private static List<String> java(String... options) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-XX:TieredStopAtLevel=1");
        command.add("-XX:+UseSerialGC");
        command.addAll(List.of(options));
        command.addAll(List.of("-jar", JAR.toString()));
        return command;
    }

    /** Runs a request once, which fails, and archives the classes that it has loaded. */
    private static synchronized void createArchive() {
        if (!Files.exists(JAR)) {
            throw new IllegalStateException("There is no " + JAR + ": run \"mvn package\" first");
        }
        try {
            if (Files.exists(ARCHIVE)
                    && Files.getLastModifiedTime(ARCHIVE).compareTo(Files.getLastModifiedTime(JAR)) > 0) {
                return;
            }
            Files.deleteIfExists(ARCHIVE);
            List<String> command = java("-Xlog:disable", "-XX:ArchiveClassesAtExit=" + ARCHIVE);
            command.addAll(List.of("send", DOCUMENT.toString(), "create-venue", "--strategy=token"));
            command.addAll(List.of("--value=api=http://127.0.0.1:1", "--pill=account.Name=a"));
            command.addAll(List.of("--pill=account.BillingStreet=b", "--pill=account.BillingCity=c"));
            command.add("--pill=account.BillingCountry=d");
            ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
            builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
            builder.environment().put("CONNECTOR_EVENTBRITE_TOKEN", "token-1");
            Process process = builder.start();
            if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
