package io.httpconnector.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The commands for webhooks that {@code listen --subscribe} has registered. It only has subcommands. */
@Command(
        name = "subscriptions",
        header = "Show, renew and delete webhooks at the service.",
        description = {
            "The webhooks are those that \"connector listen --subscribe\" has registered. Their state and their secrets are in"
                    + " files that only you can read, in the directories --state and --tokens.",
            "The exit code is 1 if a subscription is missing or a step has failed, and 4 if authorization is required."
        },
        synopsisSubcommandLabel = "ACTION",
        footerHeading = "%nExamples:%n",
        footer = {
            "  connector subscriptions list github.connector.yaml",
            "  connector subscriptions check github.connector.yaml pushed --json",
            "  connector subscriptions delete github.connector.yaml"
        })
final class SubscriptionsCommand implements Callable<Integer> {

    @Mixin
    @SuppressWarnings("UnusedVariable") // Picocli reads it.
    private CommonOptions options = new CommonOptions();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    /** Returns the command with its subcommands. */
    static CommandLine create(Terminal terminal) {
        CommandLine all = new CommandLine(new SubscriptionsCommand());
        for (SubscriptionCommand.SubscriptionStep action : SubscriptionCommand.SubscriptionStep.values()) {
            CommandLine command = new CommandLine(new SubscriptionCommand(terminal, action));
            command.getCommandSpec().usageMessage().header(action.header());
            all.addSubcommand(action.command(), command);
        }
        return all;
    }

    /** Shows the help: a subcommand is required. */
    @Override
    public Integer call() {
        spec.commandLine().usage(spec.commandLine().getErr());
        return ExitCode.USAGE;
    }
}
