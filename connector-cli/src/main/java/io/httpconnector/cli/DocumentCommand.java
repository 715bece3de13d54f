package io.httpconnector.cli;

import io.httpconnector.definition.ConnectorDefinition;
import java.nio.file.Path;
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
}
