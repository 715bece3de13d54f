package io.httpconnector.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** Runs the command in this process, in a directory of its own, with captured streams. */
final class CommandRun {

    private final Path directory;
    private final Map<String, String> environment = new HashMap<>();
    private BiConsumer<Terminal, String> reader = (terminal, line) -> {};
    private boolean isTerminal;
    private TypedInput input = new TypedInput();

    CommandRun(Path directory) {
        this.directory = directory;
    }

    /**
     * The result of a command.
     *
     * @param code the exit code
     * @param out the output
     * @param err the error stream
     */
    record Result(int code, String out, String err) {}

    CommandRun environment(String name, String value) {
        environment.put(name, value);
        return this;
    }

    /** Shows the progress, as on a terminal. */
    CommandRun onTerminal() {
        isTerminal = true;
        return this;
    }

    /** Sets a reader of each line that the command prints, which may stop it. */
    CommandRun reader(BiConsumer<Terminal, String> consumer) {
        this.reader = consumer;
        return this;
    }

    /** Enters a line, as a user does who has read what the command prints. */
    void type(String line) {
        input.type(line + "\n");
    }

    Path directory() {
        return directory;
    }

    /** Writes a file of the directory. */
    Path write(String name, String text) {
        try {
            return Files.writeString(directory.resolve(name), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String read(String name) {
        try {
            return Files.readString(directory.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Result run(String... args) {
        return runWithInput("", args);
    }

    /** Runs the command with the lines that a user types. */
    Result runWithInput(String lines, String... args) {
        input = new TypedInput();
        input.type(lines);
        AtomicReference<Terminal> terminal = new AtomicReference<>();
        LineWriter out = new LineWriter(line -> reader.accept(terminal.get(), line));
        LineWriter err = new LineWriter(line -> reader.accept(terminal.get(), line));
        terminal.set(Terminal.of(
                input, new PrintWriter(out, true), new PrintWriter(err, true), environment, directory, isTerminal));
        int code = ConnectorCommand.run(terminal.get(), args);
        return new Result(code, out.toString(), err.toString());
    }

    /** An input to which lines are added while the command runs. */
    private static final class TypedInput extends InputStream {

        private final Queue<Integer> octets = new ConcurrentLinkedQueue<>();

        void type(String text) {
            for (byte octet : text.getBytes(StandardCharsets.UTF_8)) {
                octets.add(Byte.toUnsignedInt(octet));
            }
        }

        @Override
        public int read() {
            Integer next = octets.poll();
            return next == null ? -1 : next;
        }

        @Override
        public int read(byte[] target, int from, int length) {
            int count = 0;
            for (int next = read(); next >= 0; next = count < length ? read() : -1) {
                target[from + count] = (byte) next;
                count++;
            }
            return count == 0 && length > 0 ? -1 : count;
        }
    }

    /** A writer that passes each complete line to a consumer. */
    private static final class LineWriter extends Writer {

        private final StringWriter all = new StringWriter();
        private final StringBuilder line = new StringBuilder();
        private final Consumer<String> consumer;

        LineWriter(Consumer<String> consumer) {
            this.consumer = consumer;
        }

        @Override
        public void write(char[] characters, int from, int length) {
            all.write(characters, from, length);
            line.append(characters, from, length);
            for (int end = line.indexOf("\n"); end >= 0; end = line.indexOf("\n")) {
                String complete = line.substring(0, end);
                line.delete(0, end + 1);
                consumer.accept(complete);
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}

        @Override
        public String toString() {
            return all.toString();
        }
    }
}
