package io.httpconnector.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.TimeSource;
import java.io.BufferedReader;
import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Help.Ansi;

/**
 * The surroundings of a command: its streams, environment and working directory, and the signal to stop. Results go to the output,
 * everything else to the error stream. Thread-safe.
 */
final class Terminal {

    /** The time that a stopped command has to close what it has opened. */
    private static final int CLOSING_SECONDS = 5;

    private static final long PROGRESS_NANOS = 200_000_000;

    private final BufferedReader in;
    private final PrintWriter out;
    private final PrintWriter err;
    private final Map<String, String> environment;
    private final Path directory;
    private final Ansi ansi;
    private final @Nullable Console console;
    private final SecretMask mask;
    private final PrintWriter unmasked;
    private final PrintWriter unmaskedErr;
    private final boolean showsProgress;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile boolean isWaiting;
    private boolean hasProgress;
    private long shownAt;

    private Terminal(
            BufferedReader in,
            PrintWriter out,
            PrintWriter err,
            Map<String, String> environment,
            Path directory,
            Ansi ansi,
            boolean showsProgress,
            @Nullable Console console) {
        this.in = in;
        this.mask = new SecretMask();
        this.unmasked = out;
        this.unmaskedErr = err;
        this.showsProgress = showsProgress;
        this.out = new PrintWriter(mask.masking(out, ansi.enabled()), true);
        this.err = new PrintWriter(mask.masking(err, ansi.enabled()), true);
        this.environment = Map.copyOf(environment);
        this.directory = directory;
        this.ansi = ansi;
        this.console = console;
    }

    /** Returns the terminal of this process. Colours are used on a terminal only, unless NO_COLOR is set. */
    static Terminal ofProcess() {
        // The body of a response is UTF-8, whatever the locale.
        PrintWriter out = writer(FileDescriptor.out);
        PrintWriter err = writer(FileDescriptor.err);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, Charset.defaultCharset()));
        return new Terminal(in, out, err, System.getenv(), Path.of(""), Ansi.AUTO, isErrorTerminal(), console());
    }

    /** Whether the error stream is a terminal on which a line can be replaced. */
    private static boolean isErrorTerminal() {
        String type = System.getenv("TERM");
        if (System.getenv("NO_COLOR") != null || type == null || type.equals("dumb")) {
            return false;
        }
        try {
            String device = Files.readSymbolicLink(Path.of("/proc/self/fd/2")).toString();
            return device.startsWith("/dev/pts/") || device.startsWith("/dev/tty");
        } catch (IOException | UnsupportedOperationException e) {
            // Another system than Linux.
            return console() != null;
        }
    }

    /** Returns a writer that knows when its reader has closed the pipe, unlike {@link System#out}. */
    private static PrintWriter writer(FileDescriptor descriptor) {
        return new PrintWriter(new OutputStreamWriter(new FileOutputStream(descriptor), StandardCharsets.UTF_8), true);
    }

    /** Returns the console; since Java 22 there may be one that is no terminal, and would show secrets. */
    @SuppressWarnings("SystemConsoleNull") // Asks for isTerminal() as well.
    private static @Nullable Console console() {
        Console console = System.console();
        if (console == null) {
            return null;
        }
        try {
            return Boolean.FALSE.equals(Console.class.getMethod("isTerminal").invoke(console)) ? null : console;
        } catch (ReflectiveOperationException e) {
            return console;
        }
    }

    /** Returns a terminal without console and colours, and perhaps with progress. */
    static Terminal of(
            InputStream in,
            PrintWriter out,
            PrintWriter err,
            Map<String, String> environment,
            Path directory,
            boolean showsProgress) {
        BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
        return new Terminal(reader, out, err, environment, directory, Ansi.OFF, showsProgress, null);
    }

    PrintWriter out() {
        return out;
    }

    PrintWriter err() {
        return err;
    }

    BufferedReader in() {
        return in;
    }

    Ansi ansi() {
        return ansi;
    }

    @Nullable String environment(String name) {
        return environment.get(name);
    }

    /** Resolves a path against the working directory. */
    Path resolve(Path path) {
        return directory.resolve(path);
    }

    /** Returns the mask of all output, which learns the secrets that a command reads. */
    SecretMask mask() {
        return mask;
    }

    /** Prints a line of the result. */
    void print(String line) {
        clearProgress();
        out.println(line);
    }

    /** Prints a JSON value in one line of the result. */
    void print(JsonNode json) {
        clearProgress();
        out.println(mask.mask(json).toString());
    }

    /** Returns whether the reader of the output has closed the pipe, such as {@code head}. */
    boolean isOutputClosed() {
        return unmasked.checkError();
    }

    /** Prints a URL that the user asks for and that contains a secret, such as the token of a webhook. */
    void printUnmasked(String line) {
        out.flush();
        unmasked.println(PrintableText.of(line));
    }

    /** Prints a URL that the user needs and that contains a secret, which is not part of the result. */
    void noteUnmasked(String line) {
        clearProgress();
        err.flush();
        unmaskedErr.println(PrintableText.of(line));
    }

    /** Prints a line for the user, which is not part of the result. */
    void note(String line) {
        clearProgress();
        err.println(line);
    }

    /** Shows how far a command is, on a terminal only: in one line, which the next output replaces, and not too often. */
    synchronized void progress(String text) {
        long now = TimeSource.SYSTEM.nanos();
        if (showsProgress && (shownAt == 0 || now - shownAt > PROGRESS_NANOS)) {
            shownAt = now;
            hasProgress = true;
            err.print(text + "\r");
            err.flush();
        }
    }

    private synchronized void clearProgress() {
        if (hasProgress) {
            hasProgress = false;
            // Erases the line.
            unmaskedErr.print("\u001b[2K");
            unmaskedErr.flush();
        }
    }

    /** Returns a text in a style of picocli, such as {@code bold} or {@code fg(red)}, if there are colours. */
    String styled(String style, String text) {
        // Markup in the text itself has no effect.
        return ansi.enabled()
                ? Ansi.Style.on(Ansi.Style.parse(style)) + text + Ansi.Style.off(Ansi.Style.parse(style))
                : text;
    }

    /** Reads a line; null at the end of the input. */
    @Nullable String readLine(String prompt) {
        clearProgress();
        err.print(prompt);
        err.flush();
        try {
            return in.readLine();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads a line without showing it, if there is a console; null at the end of the input. */
    @Nullable String readSecret(String prompt) {
        String entered;
        if (console == null) {
            entered = readLine(prompt);
        } else {
            char[] characters = console.readPassword("%s", PrintableText.of(prompt));
            entered = characters == null ? null : new String(characters);
        }
        if (entered != null) {
            mask.add(entered.strip());
        }
        return entered;
    }

    /** Ends the waiting of a command that runs until it is stopped. Returns whether it waits for that. */
    boolean stop() {
        stopped.countDown();
        return isWaiting;
    }

    boolean isStopped() {
        return stopped.getCount() == 0;
    }

    /** Waits until the user stops the command, as by Ctrl-C. */
    void awaitStop() throws InterruptedException {
        isWaiting = true;
        try {
            stopped.await();
        } catch (InterruptedException e) {
            // Stopped while the command was starting.
            if (!isStopped()) {
                throw e;
            }
        }
    }

    /** Called when a command has closed what it has opened. */
    void end() {
        clearProgress();
        out.flush();
        err.flush();
        ended.countDown();
    }

    /** Waits until a stopped command has ended, for a few seconds. */
    void awaitEnd() throws InterruptedException {
        if (!ended.await(CLOSING_SECONDS, TimeUnit.SECONDS)) {
            err.flush();
        }
    }
}
