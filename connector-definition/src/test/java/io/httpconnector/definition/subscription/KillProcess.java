package io.httpconnector.definition.subscription;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A process that executes {@link KillNode}. Thread-safe. */
final class KillProcess implements AutoCloseable {

    private static final String ENDED = "ended";

    private final Process process;
    private final Consumer<Instant> clock;
    private final BufferedWriter commands;
    private final Thread reader;
    private final BlockingQueue<String> results = new LinkedBlockingQueue<>();
    private final List<String[]> events = new ArrayList<>();
    private volatile int port;
    private volatile String status = "";

    private KillProcess(Process process, Consumer<Instant> clock) {
        this.process = process;
        this.clock = clock;
        this.commands = process.outputWriter(StandardCharsets.UTF_8);
        this.reader = new Thread(this::read);
        reader.setDaemon(true);
        reader.start();
    }

    /**
     * Starts a process, and waits until it receives events.
     *
     * @param stores a directory, or a JDBC URL
     * @param url the URL of the webhook
     */
    static KillProcess start(ClassArchive archive, KillService service, String stores, String url) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Dsun.net.httpserver.nodelay=true",
                "-Xmx200m"));
        command.addAll(archive.options());
        if (!Boolean.getBoolean("verbose")) {
            // Without a log, the start takes less time.
            command.add("-Dslf4j.provider=org.slf4j.helpers.NOP_FallbackServiceProvider");
            command.add("-Dslf4j.internal.verbosity=ERROR");
        }
        command.add(KillNode.class.getName());
        command.addAll(List.of(
                stores, service.baseUrl(), service.now().toString(), url, String.valueOf(service.choosesSecret())));
        KillProcess started = new KillProcess(
                new ProcessBuilder(command)
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start(),
                service::advance);
        if (started.result() == null) {
            throw new IllegalStateException("the process has ended by itself");
        }
        return started;
    }

    private void read() {
        try (BufferedReader in = process.inputReader(StandardCharsets.UTF_8)) {
            String line = in.readLine();
            while (line != null) {
                if (line.startsWith(KillNode.PREFIX)) {
                    read(line.substring(KillNode.PREFIX.length()));
                } else {
                    System.out.println(line);
                }
                line = in.readLine();
            }
        } catch (IOException e) {
            // The process was killed.
        }
        results.add(ENDED);
    }

    private void read(String line) {
        String[] words = line.split(" ", -1);
        switch (words[0]) {
            case "event" -> {
                synchronized (events) {
                    events.add(words);
                }
            }
            case "time" -> clock.accept(Instant.parse(words[1]));
            case "ready" -> {
                port = Integer.parseInt(words[1]);
                results.add(line);
            }
            default -> results.add(line.replaceFirst("done \\S+ ", ""));
        }
    }

    private @Nullable String result() {
        try {
            String result = results.poll(60, TimeUnit.SECONDS);
            if (result == null) {
                throw new IllegalStateException("the process does not respond");
            }
            if (result.equals(ENDED)) {
                results.add(ENDED);
                return null;
            }
            return result;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Executes a command at a time; returns state and id of the subscription, or null if the process was killed. */
    @Nullable String execute(Instant now, String command) {
        try {
            commands.write(now + " " + command + "\n");
            commands.flush();
        } catch (IOException e) {
            // The process was killed.
        }
        String result = result();
        status = result == null ? "" : result;
        if (Boolean.getBoolean("verbose")) {
            System.out.println(now + " " + command + ": " + result);
        }
        return result;
    }

    /** The result of the last command. */
    String status() {
        return status;
    }

    int port() {
        return port;
    }

    /** Lets the process end by itself. */
    void end() throws Exception {
        commands.close();
        process.waitFor();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** The events so far, as words: event, key, id. */
    List<String[]> events() {
        synchronized (events) {
            return List.copyOf(events);
        }
    }

    /** Kills the process like kill -9. Its output so far is read. */
    void kill() {
        process.toHandle().destroyForcibly();
        try {
            process.waitFor();
            reader.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UncheckedIOException(new IOException(e));
        }
    }

    @Override
    public void close() {
        kill();
    }
}
