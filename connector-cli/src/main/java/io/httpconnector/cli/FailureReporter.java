package io.httpconnector.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.httpconnector.ConnectorException;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.Suggestions;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Reports failures on the error stream, without a stack trace unless it is asked for, and chooses the exit code. */
final class FailureReporter implements IExecutionExceptionHandler, IParameterExceptionHandler {

    private final Terminal terminal;

    FailureReporter(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public int handleExecutionException(Exception failure, CommandLine command, ParseResult result) {
        if (failure instanceof ParameterException e) {
            return handleParseException(e, result.originalArgs().toArray(String[]::new));
        }
        if (terminal.isOutputClosed()) {
            return ExitCode.OUTPUT_CLOSED;
        }
        if (terminal.isStopped()) {
            // The failure is a consequence of the interruption.
            return ExitCode.STOPPED;
        }
        int code = exitCode(failure);
        report(failure, code, has(result, "--json"));
        if (code == ExitCode.UNAUTHORIZED) {
            boolean isAuthorizing = last(result).commandSpec().name().equals("authorize");
            terminal.note(
                    isAuthorizing
                            ? "Check the secrets, and try again; --timeout sets how long to wait for the browser."
                            : "Check the secrets, or run \"connector authorize\".");
        }
        if (has(result, "--verbose")) {
            failure.printStackTrace(terminal.err());
        }
        return code;
    }

    /** Reports an error of the Java runtime, such as a missing class, and returns the exit code. */
    int handleError(Error failure, List<String> args) {
        report(failure, ExitCode.INTERNAL, args.contains("--json"));
        if (args.contains("--verbose")) {
            failure.printStackTrace(terminal.err());
        }
        return ExitCode.INTERNAL;
    }

    private static boolean has(ParseResult result, String option) {
        return last(result).hasMatchedOption(option);
    }

    private static ParseResult last(ParseResult result) {
        ParseResult last = result;
        while (last.hasSubcommand()) {
            last = last.subcommand();
        }
        return last;
    }

    private static int exitCode(Exception failure) {
        if (failure instanceof CommandException e) {
            return e.exitCode();
        }
        if (failure instanceof InvalidDefinitionException) {
            return ExitCode.INVALID;
        }
        if (failure instanceof ConnectorException e) {
            return e.needsAuthorization() ? ExitCode.UNAUTHORIZED : ExitCode.FAILED;
        }
        return ExitCode.INTERNAL;
    }

    /** Returns the message of a failure. A problem that quotes a text with line ends is still one line. */
    private static String message(Throwable failure) {
        String message = String.valueOf(failure.getMessage());
        if (failure instanceof InvalidDefinitionException invalid) {
            for (String problem : invalid.problems()) {
                message = message.replace(problem, PrintableText.line(problem));
            }
        }
        return message;
    }

    private void report(Throwable failure, int code, boolean isJson) {
        String message = message(failure);
        if (code == ExitCode.INTERNAL) {
            // Its message could quote a value.
            message = "unexpected " + failure.getClass().getSimpleName()
                    + "; run the command with --verbose and report it";
        }
        terminal.note(terminal.styled("fg(red)", "error: ") + message);
        if (isJson) {
            print(message, code);
        }
    }

    /** Prints the failure as the result for a script. */
    private void print(String message, int code) {
        terminal.print(JsonNodeFactory.instance
                .objectNode()
                .put("ok", false)
                .put("exitCode", code)
                .put("error", message));
    }

    @Override
    public int handleParseException(ParameterException failure, String[] args) {
        CommandLine command = failure.getCommandLine();
        if (List.of(args).contains("--json")) {
            print(String.valueOf(failure.getMessage()), ExitCode.USAGE);
        }
        if (!command.getSubcommands().isEmpty()
                && failure instanceof UnmatchedArgumentException e
                && !e.getUnmatched().get(0).startsWith("-")) {
            return unknownCommand(e.getUnmatched().get(0), command);
        }
        terminal.note(terminal.styled("fg(red)", "error: ") + failure.getMessage());
        if (!UnmatchedArgumentException.printSuggestions(failure, terminal.err())) {
            List<String> usage = command.getUsageMessage(CommandLine.Help.Ansi.OFF)
                    .lines()
                    .dropWhile(line -> !line.startsWith("Usage:"))
                    .takeWhile(line -> line.startsWith("Usage:") || line.startsWith("  "))
                    .toList();
            usage.forEach(terminal::note);
        }
        terminal.note("Try \"" + command.getCommandSpec().qualifiedName() + " --help\".");
        return ExitCode.USAGE;
    }

    private int unknownCommand(String name, CommandLine command) {
        String nearest = Suggestions.of(name, command.getSubcommands().keySet());
        terminal.note(terminal.styled("fg(red)", "error: ") + "there is no command \"" + name + "\""
                + (nearest == null
                        ? ": use one of "
                                + String.join(", ", command.getSubcommands().keySet())
                        : ": did you mean \"" + nearest + "\"?"));
        terminal.note("Try \"" + command.getCommandSpec().qualifiedName() + " --help\".");
        return ExitCode.USAGE;
    }
}
