package io.httpconnector.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/** Compares the reference in docs/cli.md with the help of all commands, and tests the completion scripts. */
class CommandReferenceTest {

    private static final Path PAGE = Path.of("../docs/cli.md");
    private static final String BEGIN = "<!-- The rest is generated: mvn -pl connector-cli -am test"
            + " -Dtest=CommandReferenceTest -Dcli.reference=write -->\n";

    private static CommandLine commands() {
        PrintWriter none = new PrintWriter(new StringWriter());
        return ConnectorCommand.commandLine(
                Terminal.of(InputStream.nullInputStream(), none, none, Map.of(), Path.of(""), false));
    }

    @Test
    void referenceIsTheHelpOfTheCommands() throws Exception {
        StringBuilder reference = new StringBuilder(BEGIN);
        CommandLine all = commands();
        append(reference, ConnectorCommand.NAME, all);
        all.getSubcommands().forEach((name, command) -> append(reference, name, command));
        String page = Files.readString(PAGE);
        String written = page.substring(0, page.indexOf(BEGIN)) + reference;
        if ("write".equals(System.getProperty("cli.reference"))) {
            Files.writeString(PAGE, written);
        }

        assertThat(Files.readString(PAGE)).isEqualTo(written);
    }

    private static void append(StringBuilder reference, String name, CommandLine command) {
        reference.append("\n### ").append(name).append("\n\n```text\n");
        command.getUsageMessage(Ansi.OFF)
                .lines()
                .forEach(line -> reference.append(line.stripTrailing()).append('\n'));
        reference.append("```\n");
    }

    @Test
    void helpOfCommand(@TempDir Path directory) {
        CommandRun connector = new CommandRun(directory);

        assertThat(connector.run("help", "send")).isEqualTo(connector.run("send", "--help"));
        assertThat(connector.run("help")).isEqualTo(connector.run("--help"));
        assertThat(connector.run("help", "sned").code()).isEqualTo(ExitCode.USAGE);
        assertThat(connector.run("help", "sned").err()).contains("did you mean \"send\"?");
    }

    @Test
    void eachCommandHasDescriptionAndExamples() {
        commands().getSubcommands().forEach((name, command) -> {
            String help = command.getUsageMessage(Ansi.OFF);
            assertThat(help).as(name).contains("Examples:", "  connector " + name, "--help");
        });
    }

    @Test
    void unknownCommandsAndOptionsSuggestTheNearest(@TempDir Path directory) {
        CommandRun.Result command = new CommandRun(directory).run("sned", "shop.yaml", "get-order");
        CommandRun.Result option = new CommandRun(directory).run("poll", "shop.yaml", "orders", "--folow");

        assertThat(command.code()).isEqualTo(ExitCode.USAGE);
        assertThat(command.err()).startsWith("error: there is no command \"sned\": did you mean \"send\"?");
        assertThat(option.code()).isEqualTo(ExitCode.USAGE);
        assertThat(option.err()).contains("--folow", "--follow");
    }

    @Test
    void completionScriptsAreValid(@TempDir Path directory) throws Exception {
        CommandRun connector = new CommandRun(directory);
        for (String shell : new String[] {"bash", "zsh"}) {
            CommandRun.Result result = connector.run("completion", shell);
            assertThat(result.code()).isZero();
            assertThat(result.out()).contains("authorize", "--all-pages");
            Path script = connector.write("script", result.out());
            Process check = new ProcessBuilder("bash", "-n", script.toString())
                    .inheritIO()
                    .start();
            assertThat(check.waitFor(10, TimeUnit.SECONDS)).isTrue();
            assertThat(check.exitValue()).as(shell).isZero();
        }
        assertThat(connector.run("completion", "fish").code()).isEqualTo(ExitCode.USAGE);
    }
}
