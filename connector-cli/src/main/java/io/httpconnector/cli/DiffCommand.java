package io.httpconnector.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.definition.ConnectorDefinition;
import io.httpconnector.definition.DefinitionChange;
import io.httpconnector.definition.DefinitionChange.Impact;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Compares two versions of a connector document. */
@Command(
        name = "diff",
        header = "Compare two versions of a connector document.",
        description = {
            "Shows each change with its severity, its JSON Pointer and its consequence for running instances, the most"
                    + " severe ones first. Sends nothing. Severities:",
            "  customer     each customer must enter values or authorize the connection again",
            "  application  code of the application, or settings at the service, must be changed too",
            "  state        the state of a trigger is used differently: events may be repeated, or changes missed",
            "  none         running instances continue as before",
            "The exit code is 1 if a change affects running instances, otherwise 0."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  connector diff jira-1.0.0.yaml jira-1.1.0.yaml",
            "  git show main:jira.connector.yaml > old.yaml; connector diff --json old.yaml jira.connector.yaml"
        })
final class DiffCommand implements Callable<Integer> {

    @Parameters(index = "0", paramLabel = "OLDER", description = "The version that instances run, JSON or YAML.")
    private Path older = Path.of("");

    @Parameters(index = "1", paramLabel = "NEWER", description = "The version to which they are upgraded.")
    private Path newer = Path.of("");

    @Mixin
    private CommonOptions options = new CommonOptions();

    private final Terminal terminal;

    DiffCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        ConnectorDefinition before = Documents.load(terminal, older);
        ConnectorDefinition after = Documents.load(terminal, newer);
        List<DefinitionChange> changes = before.changes(after);
        boolean isAffecting = changes.stream().anyMatch(change -> change.impact() != Impact.NONE);
        if (options.json) {
            terminal.print(toJson(before, after, changes, isAffecting).toPrettyString());
        } else if (changes.isEmpty()) {
            terminal.print(before + " and " + after + ": no difference for running instances");
        } else {
            changes.forEach(this::print);
        }
        return isAffecting ? ExitCode.FAILED : ExitCode.OK;
    }

    private void print(DefinitionChange change) {
        terminal.print(terminal.styled(style(change.impact()), name(change.impact())) + " " + change.pointer() + " ("
                + words(change) + "): " + change.consequence()
                + (change.strategies().isEmpty()
                        ? ""
                        : "; instances with " + String.join(", ", new TreeSet<>(change.strategies()))));
    }

    private static String style(Impact impact) {
        return switch (impact) {
            case CUSTOMER -> "fg(red)";
            case APPLICATION, STATE -> "fg(yellow)";
            case NONE -> "fg(green)";
        };
    }

    private static String name(Impact impact) {
        return impact.name().toLowerCase(Locale.ROOT);
    }

    /** Returns the kind of a change, such as {@code required input}. */
    private static String words(DefinitionChange change) {
        return change.kind().name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private static ObjectNode toJson(
            ConnectorDefinition before,
            ConnectorDefinition after,
            List<DefinitionChange> changes,
            boolean isAffecting) {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("older", before.version())
                .put("newer", after.version())
                .put("affectsInstances", isAffecting);
        json.putArray("changes");
        for (DefinitionChange change : changes) {
            ObjectNode one = json.withArray("/changes")
                    .addObject()
                    .put("impact", name(change.impact()))
                    .put("kind", change.kind().name().toLowerCase(Locale.ROOT))
                    .put("pointer", change.pointer())
                    .put("consequence", change.consequence());
            one.putArray("strategies");
            new TreeSet<>(change.strategies()).forEach(one.withArray("/strategies")::add);
        }
        return json;
    }
}
