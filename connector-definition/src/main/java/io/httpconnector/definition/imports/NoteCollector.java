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
    private final List<ImportNote> notes = new ArrayList<>();
    private final List<ImportNote> ignored = new ArrayList<>();

    NoteCollector(Map<String, Place> places) {
        this.places = places;
    }

    void note(String pointer, String reason) {
        add(notes, pointer, reason);
    }

    void ignore(String pointer, String reason) {
        add(ignored, pointer, reason);
    }

    private void add(List<ImportNote> list, String pointer, String reason) {
        int line = DocumentParser.nearest(places, pointer)
                .findFirst()
                .map(Place::line)
                .orElse(0);
        ImportNote note = new ImportNote(pointer, line, reason);
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
