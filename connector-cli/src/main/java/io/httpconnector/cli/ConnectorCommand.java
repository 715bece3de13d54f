package io.httpconnector.cli;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command {@code connector}, which only has subcommands. */
@Command(
        name = ConnectorCommand.NAME,
        header = "Check, test and run connector documents.",
        description = "A connector document describes the connection, authentication, requests, triggers and webhooks"
                + " of a service in one JSON or YAML file.",
        synopsisSubcommandLabel = "COMMAND",
        versionProvider = ConnectorCommand.Version.class,
        exitCodeListHeading = "%nExit codes:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  connector check jira.connector.yaml",
            "  connector form jira.connector.yaml",
            "  connector test jira.connector.yaml",
            "  connector send jira.connector.yaml get-project --pill project.key=PPP",
            "",
            "\"connector help COMMAND\" describes a command."
        })
final class ConnectorCommand implements Callable<Integer> {

    static final String NAME = "connector";

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    boolean help;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Show the version.")
    boolean version;

    /** The version of the jar. */
    static final class Version implements IVersionProvider {

        @Override
        public String[] getVersion() {
            String version = Version.class.getPackage().getImplementationVersion();
            return new String[] {NAME + " " + (version == null ? "(development)" : version)};
        }
    }

    /** Runs the command and returns its exit code. */
    static int run(Terminal terminal, String... args) {
        try {
            int code = commandLine(terminal).execute(args);
            return code == ExitCode.OK && terminal.isOutputClosed() ? ExitCode.OUTPUT_CLOSED : code;
        } catch (Error e) {
            return new FailureReporter(terminal).handleError(e, List.of(args));
        } finally {
            terminal.end();
        }
    }

    /** Returns the command with all subcommands. */
    static CommandLine commandLine(Terminal terminal) {
        CommandLine all = new CommandLine(new ConnectorCommand());
        for (Object command : subcommands(terminal)) {
            all.addSubcommand(command);
        }
        FailureReporter failures = new FailureReporter(terminal);
        all.setOut(terminal.out());
        all.setErr(terminal.err());
        all.setColorScheme(CommandLine.Help.defaultColorScheme(terminal.ansi()));
        all.setExecutionExceptionHandler(failures);
        all.setParameterExceptionHandler(failures);
        all.setUsageHelpWidth(100);
        all.setCaseInsensitiveEnumValuesAllowed(true);
        all.registerConverter(Duration.class, ConnectorCommand::duration);
        all.getCommandSpec()
                .usageMessage()
                .exitCodeList(CommandLine.Model.UsageMessageSpec.keyValuesMap(ExitCode.LIST));
        return all;
    }

    private static Duration duration(String text) {
        try {
            return Duration.parse(text);
        } catch (DateTimeParseException e) {
            throw new CommandLine.TypeConversionException(
                    "\"" + text + "\" is not an ISO 8601 duration, such as PT5M for five minutes");
        }
    }

    /** Returns the subcommands in the order of the help text. */
    private static List<Object> subcommands(Terminal terminal) {
        return List.of(
                new CheckCommand(terminal),
                new DescribeCommand(terminal),
                new DiffCommand(terminal),
                new ImportCommand(terminal),
                new FormCommand(terminal),
                new AuthorizeCommand(terminal),
                new TestCommand(terminal),
                new VerifyCommand(terminal),
                new WizardCommand(terminal),
                new SendCommand(terminal),
                new PollCommand(terminal),
                new ListenCommand(terminal),
                SubscriptionsCommand.create(terminal),
                new CompletionCommand(terminal),
                new HelpCommand());
    }

    /** Shows the help: a subcommand is required. */
    @Override
    public Integer call() {
        spec.commandLine().usage(spec.commandLine().getErr());
        return ExitCode.USAGE;
    }
}
