package io.httpconnector.cli;

import io.httpconnector.definition.ConnectorDefinition;
import io.httpconnector.internal.json.Suggestions;
import java.nio.file.Path;
import java.util.Collection;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** A command for one connector document. */
abstract class DocumentCommand implements Callable<Integer> {

    @Parameters(index = "0", paramLabel = "FILE", description = "The connector document, JSON or YAML.")
    private Path file = Path.of("");

    @Mixin
    private CommonOptions options = new CommonOptions();

    private final Terminal terminal;

    DocumentCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    final Terminal terminal() {
        return terminal;
    }

    /** Returns the file as the user has given it. */
    final Path file() {
        return file;
    }

    final boolean isJson() {
        return options.json;
    }

    /**
     * Loads the document.
     *
     * @throws CommandException if there is no such file
     * @throws io.httpconnector.InvalidDefinitionException if the document is invalid
     */
    final ConnectorDefinition definition() {
        return Documents.load(terminal, file);
    }

    /**
     * Checks that the document has a part.
     *
     * @param what the kind of part, such as {@code request}
     * @throws CommandException if it has no part with this name
     */
    static void require(String what, String name, Collection<String> names) {
        if (!names.contains(name)) {
            String nearest = Suggestions.of(name, names);
            throw new CommandException(
                    ExitCode.USAGE,
                    "the document has no " + what + " \"" + name + "\""
                            + (nearest != null
                                    ? ": did you mean \"" + nearest + "\"?"
                                    : names.isEmpty() ? "" : ": use one of " + String.join(", ", names)));
        }
    }
}
