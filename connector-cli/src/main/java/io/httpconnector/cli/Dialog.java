package io.httpconnector.cli;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Asks a user questions on the error stream, or none at all if the command is silent. */
final class Dialog {

    private final Terminal terminal;
    private final boolean isSilent;

    Dialog(Terminal terminal, boolean isSilent) {
        this.terminal = terminal;
        this.isSilent = isSilent;
    }

    /** Whether nothing is asked for. */
    boolean isSilent() {
        return isSilent;
    }

    /** Shows a line to the user. */
    void note(String line) {
        terminal.note(line);
    }

    /** Returns the next line without the blanks around it; null if nothing is asked for, or the input has ended. */
    @Nullable String line(String prompt) {
        String line = isSilent ? null : terminal.readLine(prompt);
        return line == null ? null : line.strip();
    }

    /** Returns an entry, or the default for an empty one. */
    String ask(String question, String defaultValue) {
        String line = line(question + (defaultValue.isEmpty() ? "" : " [" + defaultValue + "]") + ": ");
        return line == null || line.isEmpty() ? defaultValue : line;
    }

    /**
     * Returns an entry that is not empty.
     *
     * @param option the option for it
     * @throws CommandException if nothing is asked for, or the input has ended
     */
    String require(String question, String option) {
        return require(question, option, false);
    }

    /** Returns a secret, which is not shown. */
    String requireSecret(String question, String option) {
        return require(question, option, true);
    }

    private String require(String question, String option, boolean isSecret) {
        while (!isSilent) {
            String line = isSecret ? terminal.readSecret(question + ": ") : terminal.readLine(question + ": ");
            if (line == null) {
                break;
            }
            if (!line.isBlank()) {
                return line.strip();
            }
            terminal.note("  a value is required");
        }
        throw new CommandException(ExitCode.USAGE, question + ": a value is required: use " + option);
    }

    /**
     * Returns whether the user confirms; an empty line does.
     *
     * @throws CommandException if the input has ended
     */
    boolean isConfirmed(String question) {
        while (!isSilent) {
            String line = line(question + " [yes]: ");
            if (line == null) {
                throw new CommandException(
                        ExitCode.USAGE, "the input has ended: nothing was saved; --yes asks for nothing");
            }
            switch (line.toLowerCase(Locale.ROOT)) {
                case "", "y", "yes" -> {
                    return true;
                }
                case "n", "no" -> {
                    return false;
                }
                default -> terminal.note("  answer yes or no");
            }
        }
        return true;
    }
}
