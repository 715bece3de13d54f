package io.httpconnector.definition.imports;

import io.httpconnector.definition.internal.DocumentParser;
import io.httpconnector.definition.internal.DocumentParser.Place;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** Collects the notes about one connector. Not thread-safe. */
final class NoteCollector {

    private final Map<String, Place> places;
    private Map<String, String> sources = Map.of();
    private String item = "";
    private final List<ImportNote> notes = new ArrayList<>();
    private final List<ImportNote> ignored = new ArrayList<>();

    NoteCollector(Map<String, Place> places) {
        this.places = places;
    }

    /** Sets the request or trigger that the next notes are about; empty for the whole connector. */
    void about(String name) {
        this.item = name;
    }

    /** Sets the pointers in the file by those in the items, where they differ. */
    void sources(Map<String, String> pointers) {
        this.sources = pointers;
    }

    private String source(String pointer) {
        String prefix = pointer;
        while (!prefix.isEmpty()) {
            String source = sources.get(prefix);
            if (source != null) {
                return source + pointer.substring(prefix.length());
            }
            prefix = prefix.substring(0, prefix.lastIndexOf('/'));
        }
        return pointer;
    }

    void note(String pointer, String reason) {
        add(notes, pointer, reason);
    }

    void ignore(String pointer, String reason) {
        add(ignored, pointer, reason);
    }

    private void add(List<ImportNote> list, String itemPointer, String reason) {
        String pointer = source(itemPointer);
        int line = DocumentParser.nearest(places, pointer)
                .findFirst()
                .map(Place::line)
                .orElse(0);
        ImportNote note = new ImportNote(item, pointer, line, reason);
        if (!list.contains(note)) {
            list.add(note);
        }
    }

    List<ImportNote> notes() {
        return inOrder(notes);
    }

    List<ImportNote> ignored() {
        return inOrder(ignored);
    }

    private static List<ImportNote> inOrder(List<ImportNote> notes) {
        return notes.stream().sorted(Comparator.comparingInt(ImportNote::line)).toList();
    }
}
