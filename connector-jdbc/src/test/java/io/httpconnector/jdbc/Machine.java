package io.httpconnector.jdbc;

import com.zaxxer.hikari.HikariDataSource;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** A process of its own, to which one says lines, and which says lines. */
final class Machine implements AutoCloseable {

    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(60);

    private final Process process;
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final Thread reader;

    private Machine(Process process) {
        this.process = process;
        this.reader = new Thread(this::read);
        reader.setDaemon(true);
        reader.start();
    }

    /** Starts a class, and waits until it has said that it is ready. */
    static Machine start(Class<?> main, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        command.addAll(List.of(arguments));
        Machine machine = new Machine(new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
        machine.await(said -> said.contains("ready"));
        return machine;
    }

    /** Where a process finds the database of a pool. */
    static String url(HikariDataSource source) throws Exception {
        try (var connection = source.getConnection()) {
            return connection.getMetaData().getURL();
        }
    }

    /** A pool in a process. */
    static HikariDataSource pool(String url) {
        HikariDataSource source = new HikariDataSource();
        source.setJdbcUrl(url);
        source.setUsername(url.startsWith("jdbc:h2") ? "" : "postgres");
        source.setMaximumPoolSize(10);
        if (url.startsWith("jdbc:postgresql")) {
            // As docs/databases.md wants it; or else what a frozen machine has locked is locked for as long.
            source.setConnectionInitSql("set idle_in_transaction_session_timeout = '3s'");
        }
        return source;
    }

    private void read() {
        try (BufferedReader in = process.inputReader()) {
            String line = in.readLine();
            while (line != null) {
                lines.add(line);
                line = in.readLine();
            }
        } catch (IOException e) {
            lines.add("gone: " + e);
        }
    }

    void say(String line) throws IOException {
        process.outputWriter().write(line + "\n");
        process.outputWriter().flush();
    }

    /** What it has said so far, without the lines that it had no time to end. */
    List<String> said() {
        return List.copyOf(lines);
    }

    /** The rests of the lines that begin with a word. */
    List<String> said(String word) {
        return lines.stream()
                .filter(line -> line.startsWith(word + " "))
                .map(line -> line.substring(word.length() + 1))
                .toList();
    }

    void await(Predicate<List<String>> condition) throws InterruptedException {
        await(() -> condition.test(said()));
    }

    /** Something that becomes true. */
    @FunctionalInterface
    interface Condition {
        boolean holds();
    }

    static void await(Condition condition) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE;
        while (!condition.holds()) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("it has not become true");
            }
            Thread.sleep(5);
        }
    }

    /** As kill -9: it does nothing any more. Then all that it has said is known. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
        reader.join();
    }

    /** It does nothing until it goes on, but is there. */
    void freeze() throws Exception {
        signal("STOP");
    }

    void goOn() throws Exception {
        signal("CONT");
    }

    private void signal(String name) throws Exception {
        int status = new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid()))
                .start()
                .waitFor();
        if (status != 0) {
            throw new IllegalStateException("kill: " + status);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
