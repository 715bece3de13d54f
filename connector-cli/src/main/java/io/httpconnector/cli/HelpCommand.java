package io.httpconnector.cli;

import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** Shows the help of a command, as its option {@code --help} does. */
@Command(
        name = "help",
        header = "Show the help of a command.",
        footerHeading = "%nExamples:%n",
        footer = {"  connector help", "  connector help send"})
final class HelpCommand implements Callable<Integer> {

    @Parameters(arity = "0..1", paramLabel = "COMMAND", description = "The command. Default: the list of all commands.")
    private @Nullable String command;

    @Mixin
    CommonOptions options = new CommonOptions();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        CommandLine all = spec.root().commandLine();
        String name = command;
        CommandLine shown = name == null ? all : all.getSubcommands().get(name);
        if (shown == null) {
            throw new UnmatchedArgumentException(all, List.of(String.valueOf(name)));
        }
        shown.usage(all.getOut());
        return ExitCode.OK;
    }
}
