package io.httpconnector.micrometer;

import io.httpconnector.internal.Arguments;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;

/** Bounds the number of different names in tags: further names are replaced by a common one. Thread-safe. */
final class NameLimiter {

    static final String OTHER = "(other)";

    private final Set<String> known = ConcurrentHashMap.newKeySet();
    private final int max;
    private final UnaryOperator<String> names;

    NameLimiter(int max, UnaryOperator<String> names) {
        this.max = max;
        this.names = names;
    }

    /** Returns the value of a tag. */
    String tag(String name) {
        String tag = Arguments.notNull(names.apply(name), "tag for \"" + name + "\"");
        if (known.contains(tag)) {
            return tag;
        }
        synchronized (known) {
            return known.contains(tag) || (known.size() < max && known.add(tag)) ? tag : OTHER;
        }
    }
}
