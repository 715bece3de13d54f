package io.httpconnector.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.definition.internal.DocumentParser;
import io.httpconnector.definition.internal.DocumentParser.ParsedDocument;
import io.httpconnector.definition.internal.DocumentParser.Place;
import io.httpconnector.definition.internal.FormatMigrations;
import io.httpconnector.definition.internal.FormatMigrations.MigratedDocument;
import io.httpconnector.definition.internal.References;
import io.httpconnector.definition.internal.References.ResolvedDocument;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;

/** Writes documents of an older version of the format in the latest one. The comments of a document in YAML stay. */
final class DocumentMigration {

    private static final String DEFINITIONS = "definitions";

    private final Terminal terminal;
    private final FormatMigrations migrations;

    DocumentMigration(Terminal terminal, FormatMigrations migrations) {
        this.terminal = terminal;
        this.migrations = migrations;
    }

    /**
     * Migrates a file, and keeps the former one with the extension {@code .bak}. Nothing is written if a problem remains.
     *
     * @return the version from which it was migrated; empty if it needs no migration
     * @throws InvalidDefinitionException if it cannot be migrated, or is invalid; reports all problems
     * @throws CommandException if the file cannot be read or written
     */
    OptionalInt migrate(Path file) {
        Path resolved = terminal.resolve(file);
        ParsedDocument document = DocumentParser.parse(read(file));
        ResolvedDocument expanded = References.resolve(document.tree());
        MigratedDocument migrated = migrations.migrate(expanded.tree());
        if (migrated.from().isEmpty() || !(migrated.tree() instanceof ObjectNode tree)) {
            return OptionalInt.empty();
        }
        if (!migrated.problems().isEmpty()) {
            throw invalid(file, migrated.problems(), document, expanded.sources()::of);
        }
        boolean hasReferences = !expanded.tree().equals(document.tree());
        if (hasReferences) {
            tree.remove(DEFINITIONS);
        }
        boolean isJson = document.text().stripLeading().startsWith("{");
        String written = isJson ? tree.toPrettyString() + "\n" : withComments(document, expanded, migrated, tree);
        try {
            var unused = DocumentFile.validate(file, written);
        } catch (InvalidDefinitionException e) {
            throw invalid(file, e.problems(), document, pointer -> source(pointer, migrated, expanded));
        }
        save(file, resolved, written);
        if (hasReferences) {
            terminal.note(file + ": each $ref was replaced by the value that it refers to");
        }
        return migrated.from();
    }

    private static String withComments(
            ParsedDocument document, ResolvedDocument expanded, MigratedDocument migrated, ObjectNode tree) {
        String plain = YamlFiles.write(tree);
        String commented = YamlComments.of(document)
                .addTo(DocumentParser.parse(plain), pointer -> source(pointer, migrated, expanded));
        return DocumentFile.isEqual(commented, tree) ? commented : plain;
    }

    private static String source(String pointer, MigratedDocument migrated, ResolvedDocument expanded) {
        return expanded.sources().of(migrated.sources().of(pointer));
    }

    /**
     * Reports problems where the author has written them.
     *
     * @param source returns the JSON Pointer in the document by that of a problem
     */
    private static InvalidDefinitionException invalid(
            Path file, List<String> problems, ParsedDocument document, UnaryOperator<String> source) {
        Map<String, Place> places = document.places();
        return new InvalidDefinitionException(
                "connector document " + file,
                problems.stream()
                        .map(text -> {
                            DocumentProblem problem = DocumentProblem.of(file, text);
                            String pointer = source.apply(problem.pointer());
                            return DocumentParser.nearest(places, pointer)
                                    .findFirst()
                                    .map(place -> pointer + " (" + place + "): " + problem.message())
                                    .orElse(text);
                        })
                        .toList());
    }

    private String read(Path file) {
        try {
            return Files.readString(terminal.resolve(file));
        } catch (IOException e) {
            throw new CommandException(
                    ExitCode.USAGE,
                    file + (Files.exists(terminal.resolve(file)) ? " cannot be read" : ": there is no such file"),
                    e);
        }
    }

    private void save(Path file, Path resolved, String written) {
        try {
            Files.copy(
                    resolved,
                    resolved.resolveSibling(resolved.getFileName() + ".bak"),
                    StandardCopyOption.REPLACE_EXISTING);
            Files.writeString(resolved, written);
        } catch (IOException e) {
            throw new CommandException(ExitCode.USAGE, file + " cannot be written", e);
        }
    }
}
