package io.httpconnector.definition.internal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.OptionalInt;

/**
 * The chain of migrations to the latest version of the format of connector documents. Immutable and thread-safe.
 *
 * @param format the latest version
 * @param migrations the migrations of older versions, the last one to the latest version
 */
public record FormatMigrations(int format, List<FormatMigration> migrations) {

    /** The migrations of the versions that were released, with one line for each. */
    public static final FormatMigrations RELEASED = new FormatMigrations(1, List.of());

    /**
     * A document in the latest version.
     *
     * @param tree the document
     * @param from the version in which it was written, if that is an older one
     * @param sources where its values come from
     * @param problems what could not be migrated, each with its JSON Pointer in the older document
     */
    public record MigratedDocument(JsonNode tree, OptionalInt from, PointerSources sources, List<String> problems) {}

    /**
     * Migrates a document. One of the latest version, of an unknown or of no version is returned as it is.
     *
     * @param document a document without references
     * @return the document
     */
    public MigratedDocument migrate(JsonNode document) {
        int oldest = format - migrations.size();
        JsonNode version = document.path("connector");
        if (!(document instanceof ObjectNode object)
                || !version.isIntegralNumber()
                || !version.canConvertToInt()
                || version.intValue() < oldest
                || version.intValue() >= format) {
            return new MigratedDocument(document, OptionalInt.empty(), new PointerSources(), List.of());
        }
        DocumentEditor editor = new DocumentEditor(object.deepCopy());
        for (int from = version.intValue(); from < format; from++) {
            migrations.get(from - oldest).migrate(editor);
            editor.root().put("connector", from + 1);
        }
        return new MigratedDocument(
                editor.root(), OptionalInt.of(version.intValue()), editor.sources(), editor.problems());
    }
}
