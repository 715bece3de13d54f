package io.httpconnector.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.definition.ConnectorDefinition;
import io.httpconnector.definition.internal.FormatMigrations;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Validates connector documents without sending anything. */
@Command(
        name = "check",
        header = "Check connector documents.",
        description = {
            "Reports all problems of each document with line, column and JSON Pointer. Sends nothing.",
            "With --migrate, a document of an older version of the format is written in the latest one. Its comments stay,"
                    + " and the former file is kept with the extension .bak."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  connector check jira.connector.yaml",
            "  connector check --json connectors/*.yaml",
            "  connector check --migrate connectors/*.yaml"
        })
final class CheckCommand implements Callable<Integer> {

    @Parameters(arity = "1..*", paramLabel = "FILE", description = "The connector documents, JSON or YAML.")
    private List<Path> files = new ArrayList<>();

    @Option(names = "--migrate", description = "Write documents of an older version of the format in the latest one.")
    private boolean isMigrating;

    @Mixin
    private CommonOptions options = new CommonOptions();

    private final Terminal terminal;

    private final FormatMigrations migrations;

    CheckCommand(Terminal terminal) {
        this(terminal, FormatMigrations.RELEASED);
    }

    CheckCommand(Terminal terminal, FormatMigrations migrations) {
        this.terminal = terminal;
        this.migrations = migrations;
    }

    @Override
    public Integer call() {
        List<DocumentProblem> problems = new ArrayList<>();
        List<Path> migrated = new ArrayList<>();
        for (Path file : files) {
            check(file, problems, migrated);
        }
        if (options.json) {
            ObjectNode json = JsonNodeFactory.instance.objectNode().put("valid", problems.isEmpty());
            problems.forEach(problem -> json.withArray("/problems").add(problem.toJson()));
            json.withArray("/problems");
            if (isMigrating) {
                ArrayNode names = json.putArray("migrated");
                migrated.forEach(file -> names.add(file.toString()));
            }
            terminal.print(json.toPrettyString());
        }
        return problems.isEmpty() ? ExitCode.OK : ExitCode.INVALID;
    }

    private void check(Path file, List<DocumentProblem> problems, List<Path> migrated) {
        try {
            if (isMigrating) {
                new DocumentMigration(terminal, migrations).migrate(file).ifPresent(from -> {
                    migrated.add(file);
                    terminal.note(file + ": migrated from format " + from + " to " + migrations.format()
                            + "; the former file is " + file.getFileName() + ".bak");
                });
            }
            ConnectorDefinition definition = Documents.load(terminal, file);
            if (!options.json) {
                terminal.print(file + ": " + terminal.styled("fg(green)", "valid") + " (" + summary(definition) + ")");
            }
        } catch (InvalidDefinitionException e) {
            for (String text : e.problems()) {
                DocumentProblem problem = DocumentProblem.of(file, text);
                problems.add(problem);
                if (!options.json) {
                    terminal.print(PrintableText.line(problem.toString()));
                }
            }
        }
    }

    private static String summary(ConnectorDefinition definition) {
        String format = definition.migratedFrom().isEmpty()
                ? ""
                : " of the older format " + definition.migratedFrom().getAsInt();
        return definition + format + ": " + count(definition.requests().size(), "request") + ", "
                + count(definition.triggers().size(), "trigger") + ", "
                + count(definition.webhooks().size(), "webhook")
                + (definition.subscriptions().isEmpty()
                        ? ""
                        : ", " + count(definition.subscriptions().size(), "subscription"));
    }

    private static String count(int count, String what) {
        return count + " " + what + (count == 1 ? "" : "s");
    }
}
