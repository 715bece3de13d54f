package io.httpconnector.definition.internal;

/**
 * A migration of connector documents from one version of the format to the next one. It is called with a document whose references
 * are resolved, and which may be invalid: members may be missing, unknown or of another type. Immutable and thread-safe.
 */
@FunctionalInterface
public interface FormatMigration {

    /**
     * Changes a document. What cannot be migrated is reported by {@link DocumentEditor#reject}.
     *
     * @param document the document
     */
    void migrate(DocumentEditor document);
}
