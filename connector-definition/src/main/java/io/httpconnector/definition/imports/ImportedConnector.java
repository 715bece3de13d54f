package io.httpconnector.definition.imports;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.definition.ConnectorComponents;
import io.httpconnector.definition.ConnectorDefinition;
import java.util.List;

/** A connector that was imported from a catalogue, and what could not be imported. Immutable. */
public final class ImportedConnector {

    private final ObjectNode document;
    private final List<ImportNote> notes;
    private final List<ImportNote> ignored;

    ImportedConnector(ObjectNode document, List<ImportNote> notes, List<ImportNote> ignored) {
        this.document = document;
        this.notes = List.copyOf(notes);
        this.ignored = List.copyOf(ignored);
    }

    /**
     * Returns the ID of the connector.
     *
     * @return the ID, made from the name in the catalogue
     */
    public String id() {
        return document.path("id").asText();
    }

    /**
     * Returns the document, to be saved or edited.
     *
     * @return a copy; it can be invalid if there are {@link #notes}
     */
    public ObjectNode document() {
        return document.deepCopy();
    }

    /**
     * Returns the definition.
     *
     * @return the definition that {@link #document} describes
     * @throws io.httpconnector.InvalidDefinitionException if the document is invalid, which one of the {@link #notes} reports
     */
    public ConnectorDefinition definition() {
        return ConnectorDefinition.of(document, ConnectorComponents.none());
    }

    /**
     * Returns what could not be imported, or only in part: the connector behaves differently there.
     *
     * @return the notes, in the order of the file; empty if the connector does all that the catalogue describes
     */
    public List<ImportNote> notes() {
        return notes;
    }

    /**
     * Returns the items that have no meaning for a connector, such as the categories of the catalogue, or scripts and tests of its
     * project.
     *
     * @return the items, in the order of the file
     */
    public List<ImportNote> ignored() {
        return ignored;
    }

    /** Returns the ID and the number of notes. */
    @Override
    public String toString() {
        return id() + " (" + notes.size() + " notes)";
    }
}
