package io.httpconnector.definition.internal;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** The sources of values that were moved or copied within a document, by JSON Pointers. Not thread-safe. */
public final class PointerSources {

    private final Map<String, String> sources = new LinkedHashMap<>();

    /**
     * Remembers the source of a value, and of those in it.
     *
     * @param pointer the JSON Pointer of the value in the result
     * @param source the JSON Pointer of its source
     */
    public void put(String pointer, String source) {
        sources.put(pointer, source);
    }

    /** Moves a value with all values in it. */
    void move(String from, String to) {
        String source = of(from);
        Map<String, String> within = new TreeMap<>();
        sources.forEach((pointer, origin) -> {
            if (pointer.startsWith(from + "/")) {
                within.put(to + pointer.substring(from.length()), origin);
            }
        });
        remove(from);
        remove(to);
        sources.put(to, source);
        sources.putAll(within);
    }

    /** Forgets a value and those in it. */
    void remove(String pointer) {
        sources.keySet().removeIf(known -> known.equals(pointer) || known.startsWith(pointer + "/"));
    }

    /**
     * Returns the source of a value.
     *
     * @param pointer the JSON Pointer in the result
     * @return the JSON Pointer in the original document
     */
    public String of(String pointer) {
        String prefix = pointer;
        while (true) {
            String source = sources.get(prefix);
            if (source != null) {
                return source + pointer.substring(prefix.length());
            }
            if (!prefix.contains("/")) {
                return pointer;
            }
            prefix = prefix.substring(0, prefix.lastIndexOf('/'));
        }
    }
}
