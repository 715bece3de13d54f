package io.httpconnector.cli;

import picocli.CommandLine.Option;

/** The options of all commands. */
final class CommonOptions {

    @Option(names = "--json", description = "Print the result as JSON, for scripts.")
    boolean json;

    @Option(names = "--verbose", description = "Show the log, and the stack trace of a failure. Secrets stay masked.")
    boolean verbose;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    boolean help;
}
