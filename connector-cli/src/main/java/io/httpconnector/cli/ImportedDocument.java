package io.httpconnector.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.cli.ImportedRequests.Remark;
import io.httpconnector.definition.imports.ConnectorImporter;
import io.httpconnector.definition.imports.ImportNote;
import io.httpconnector.definition.imports.ImportedConnector;
import io.httpconnector.internal.json.Suggestions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A connector document from a catalogue.
 *
 * @param id the ID of the connector
 * @param remarks what could not be imported, or has no meaning for a connector
 */
record ImportedDocument(String id, ObjectNode document, List<Remark> remarks) {

    /**
     * Reads a catalogue.
     *
     * @param providers the IDs of the connectors to read; empty for all
     * @param id the ID of the only connector; null to derive it from the file
     * @throws CommandException if there is no such connector
     */
    static List<ImportedDocument> read(
            ImportFormat format, String text, List<String> providers, @Nullable String id, Path file) {
        List<ImportedConnector> all = format == ImportFormat.NANGO
                ? ConnectorImporter.nango(text)
                : List.of(ConnectorImporter.airbyte(id == null ? idOf(file) : id, text));
        List<String> ids = all.stream().map(ImportedConnector::id).toList();
        for (String provider : providers) {
            if (!ids.contains(provider)) {
                String nearest = Suggestions.of(provider, ids);
                throw new CommandException(
                        ExitCode.USAGE,
                        "the file has no provider \"" + provider + "\""
                                + (nearest == null ? "" : ": did you mean \"" + nearest + "\"?"));
            }
        }
        return all.stream()
                .filter(one -> providers.isEmpty() || providers.contains(one.id()))
                .map(ImportedDocument::of)
                .toList();
    }

    /** Returns an ID from the name of the file, or of its directory for a {@code manifest.yaml}. */
    private static String idOf(Path file) {
        Path absolute = file.toAbsolutePath();
        String name = String.valueOf(absolute.getFileName()).replaceFirst("\\.[A-Za-z]+$", "");
        Path parent = absolute.getParent();
        return ImportedRequests.name(
                name.equals("manifest") && parent != null && parent.getFileName() != null
                        ? parent.getFileName().toString()
                        : name);
    }

    private static ImportedDocument of(ImportedConnector imported) {
        List<Remark> remarks = new ArrayList<>();
        imported.notes().forEach(note -> remarks.add(remark(note, "")));
        imported.ignored().forEach(note -> remarks.add(remark(note, "ignored: ")));
        return new ImportedDocument(imported.id(), imported.document(), remarks);
    }

    private static Remark remark(ImportNote note, String prefix) {
        return new Remark(
                note.pointer() + (note.line() > 0 ? " (line " + note.line() + ")" : ""), prefix + note.reason());
    }
}
