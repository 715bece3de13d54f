package io.httpconnector.cli;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** The error stream of libraries, such as the log, of which each line is masked like all output. */
final class ErrorLines extends OutputStream {

    private final Terminal terminal;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();

    private ErrorLines(Terminal terminal) {
        this.terminal = terminal;
    }

    static PrintStream of(Terminal terminal) {
        return new PrintStream(new ErrorLines(terminal), true, StandardCharsets.UTF_8);
    }

    @Override
    public synchronized void write(int octet) {
        if (octet == '\n') {
            terminal.note(line.toString(StandardCharsets.UTF_8));
            line.reset();
        } else if (octet != '\r') {
            line.write(octet);
        }
    }
}
