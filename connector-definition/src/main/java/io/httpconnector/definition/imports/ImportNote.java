package io.httpconnector.definition.imports;

/**
 * A remark about an item of a catalogue.
 *
 * @param item the request or trigger of the document that it is about; empty for the whole connector
 * @param pointer the JSON Pointer of the item in the file of the catalogue
 * @param line its line, from 1; 0 if the file has no lines, as it is not a text
 * @param reason what was not imported, and why
 */
public record ImportNote(String item, String pointer, int line, String reason) {

    /** Returns the place and the reason, such as {@code /shop/proxy/headers/x-sign (line 12): ...}. */
    @Override
    public String toString() {
        return pointer + (line > 0 ? " (line " + line + "): " : ": ") + reason;
    }
}
