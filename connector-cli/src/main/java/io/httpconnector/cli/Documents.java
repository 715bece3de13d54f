package io.httpconnector.cli;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.definition.ConnectorDefinition;
import java.nio.file.Files;
import java.nio.file.Path;

/** Loads connector documents. */
final class Documents {

    private Documents() {}

    /**
     * Loads a document.
     *
     * @param file the file as the user has given it
     * @throws CommandException if there is no such file
     * @throws InvalidDefinitionException if the document is invalid; its name is that of the file
     */
    static ConnectorDefinition load(Terminal terminal, Path file) {
        Path resolved = terminal.resolve(file);
        if (!Files.isRegularFile(resolved)) {
            throw new CommandException(
                    ExitCode.USAGE,
                    file + (Files.isDirectory(resolved) ? " is a directory, not a file" : ": there is no such file"));
        }
        try {
            return ConnectorDefinition.load(resolved);
        } catch (InvalidDefinitionException e) {
            throw new InvalidDefinitionException("connector document " + file, e.problems());
        }
    }
}
