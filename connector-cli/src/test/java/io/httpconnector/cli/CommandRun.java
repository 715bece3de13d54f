package io.httpconnector.cli;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Runs the command in this process, in a directory of its own, with captured streams. */
final class CommandRun {

    private final Path directory;
    private final Map<String, String> environment = new HashMap<>();

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
    Result runWithInput(String input, String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = ConnectorCommand.run(terminal(input, out, err), args);
        return new Result(code, out.toString(), err.toString());
    }

    Terminal terminal(String input, StringWriter out, StringWriter err) {
        return Terminal.of(
                new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                new PrintWriter(out, true),
                new PrintWriter(err, true),
                environment,
                directory);
    }
}
