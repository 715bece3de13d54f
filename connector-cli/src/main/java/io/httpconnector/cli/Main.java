package io.httpconnector.cli;

import java.util.Arrays;
import java.util.List;

/** Entry point of the command {@code connector}. */
public final class Main {

    /** The log of the library is shown by {@code --verbose} only: failures are reported by the commands. */
    private static final String LOG_LEVEL = "org.slf4j.simpleLogger.defaultLogLevel";

    private Main() {}

    /**
     * Runs the command, and ends the process with its exit code.
     *
     * @param args the arguments
     */
    public static void main(String[] args) {
        List<String> all = Arrays.asList(args);
        if (System.getProperty(LOG_LEVEL) == null) {
            System.setProperty(LOG_LEVEL, all.contains("--verbose") ? "debug" : "off");
        }
        Terminal terminal = Terminal.ofProcess();
        Thread main = Thread.currentThread();
        Thread stop = new Thread(() -> stop(terminal, main), "connector-stop");
        System.setErr(ErrorLines.of(terminal));
        if (isStarted(stop)) {
            System.exit(ConnectorCommand.run(terminal, args));
        }
    }

    /** Prepares for Ctrl-C. Returns false if the process is stopped already. */
    private static boolean isStarted(Thread stop) {
        try {
            Runtime.getRuntime().addShutdownHook(stop);
            return true;
        } catch (IllegalStateException e) {
            return false;
        }
    }

    /** Lets a command close what it has opened. One that waits for something else, such as a response, is interrupted. */
    private static void stop(Terminal terminal, Thread main) {
        if (!terminal.stop()) {
            main.interrupt();
        }
        try {
            terminal.awaitEnd();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
