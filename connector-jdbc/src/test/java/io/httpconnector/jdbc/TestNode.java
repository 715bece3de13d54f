package io.httpconnector.jdbc;

import com.zaxxer.hikari.HikariDataSource;
import io.httpconnector.testing.Await;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/** A separate process that communicates by lines on its standard input and output. */
final class TestNode implements AutoCloseable {

    private final Process process;
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final Thread reader;

    private TestNode(Process process) {
        this.process = process;
        this.reader = new Thread(this::read);
        reader.setDaemon(true);
        reader.start();
    }

    /** Starts a main class, and waits until it reports that it is ready. */
    static TestNode start(Class<?> main, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        command.addAll(List.of(arguments));
        TestNode node = new TestNode(new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
        node.await(lines -> lines.contains("ready"));
        return node;
    }

    /** The JDBC URL by which a process reaches the database of a pool. */
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
            // As recommended in docs/databases.md; otherwise a frozen node keeps its locks.
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

    void send(String line) throws IOException {
        process.outputWriter().write(line + "\n");
        process.outputWriter().flush();
    }

    /** The complete lines of output so far. */
    List<String> output() {
        return List.copyOf(lines);
    }

    /** The remainders of the lines that start with a word. */
    List<String> output(String word) {
        return lines.stream()
                .filter(line -> line.startsWith(word + " "))
                .map(line -> line.substring(word.length() + 1))
                .toList();
    }

    void await(Predicate<List<String>> condition) {
        Await.until(() -> condition.test(output()));
    }

    /** Kills the process like kill -9. Afterwards its whole output is known. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
        reader.join();
    }

    /** Freezes the process until it is resumed. */
    void freeze() throws Exception {
        signal("STOP");
    }

    void resume() throws Exception {
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
