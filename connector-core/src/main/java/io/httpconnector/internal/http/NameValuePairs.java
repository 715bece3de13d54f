package io.httpconnector.internal.http;

import io.httpconnector.internal.text.LogSafe;
import io.httpconnector.internal.text.PercentEncoding;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** An ordered list of header fields or query parameters. Immutable. Names are compared case-insensitively. */
public final class NameValuePairs {

    public static final NameValuePairs NONE = new NameValuePairs(new NameValuePair[0]);

    private final NameValuePair[] all;

    private NameValuePairs(NameValuePair[] all) {
        this.all = all;
    }

    public static NameValuePairs of(List<NameValuePair> fields) {
        return fields.isEmpty() ? NONE : new NameValuePairs(fields.toArray(NameValuePair[]::new));
    }

    /** Returns a copy with the field appended, even if there is already a field of that name. */
    public NameValuePairs add(NameValuePair field) {
        return set(all.length, field);
    }

    /** Returns a copy in which the field replaces all fields of the same name, at the position of the first of them. */
    public NameValuePairs set(NameValuePair field) {
        int index = indexOf(field.name());
        NameValuePairs changed = set(index, field);
        for (int i = index + 1; i < all.length; i++) {
            if (all[i].name().equalsIgnoreCase(field.name())) {
                return changed.withoutRepetitions(index);
            }
        }
        return changed;
    }

    private NameValuePairs withoutRepetitions(int index) {
        List<NameValuePair> kept = new ArrayList<>();
        for (int i = 0; i < all.length; i++) {
            if (i <= index || !all[i].name().equalsIgnoreCase(all[index].name())) {
                kept.add(all[i]);
            }
        }
        return of(kept);
    }

    private NameValuePairs set(int index, NameValuePair field) {
        NameValuePair[] changed = Arrays.copyOf(all, Math.max(all.length, index + 1));
        changed[index] = field;
        return new NameValuePairs(changed);
    }

    /** Returns a copy with the defaults whose names do not occur in this list. */
    public NameValuePairs withDefaults(NameValuePairs defaults) {
        NameValuePairs merged = this;
        for (NameValuePair field : defaults.all) {
            if (indexOf(field.name()) == all.length) {
                merged = merged.add(field);
            }
        }
        return merged;
    }

    public NameValuePairs without(Predicate<NameValuePair> unwanted) {
        return of(Arrays.stream(all).filter(unwanted.negate()).toList());
    }

    /** Returns a copy with the results of a function in place of the fields. */
    public NameValuePairs map(UnaryOperator<NameValuePair> change) {
        return of(Arrays.stream(all).map(change).toList());
    }

    public @Nullable NameValuePair first(String name) {
        int index = indexOf(name);
        return index < all.length ? all[index] : null;
    }

    public List<NameValuePair> secrets() {
        for (NameValuePair field : all) {
            if (field.isSensitive()) {
                return Arrays.stream(all).filter(NameValuePair::isSensitive).toList();
            }
        }
        return List.of();
    }

    /** Returns the index of the first field of this name, or the size if there is none. */
    private int indexOf(String name) {
        int i = 0;
        while (i < all.length && !all[i].name().equalsIgnoreCase(name)) {
            i++;
        }
        return i;
    }

    /** Returns the internal array, which must not be modified. */
    public NameValuePair[] array() {
        return all;
    }

    /** Returns the path and query of the request line, with these fields appended to the query; masked if meant for display. */
    public String target(Url url, boolean masked) {
        if (all.length == 0) {
            return url.query() == null ? url.path() : url.path() + "?" + url.query();
        }
        StringBuilder target = new StringBuilder(url.path().length() + 64).append(url.path());
        char separator = '?';
        if (url.query() != null && !url.query().isEmpty()) {
            target.append('?').append(url.query());
            separator = '&';
        }
        for (NameValuePair field : all) {
            PercentEncoding.encode(field.name(), target.append(separator));
            target.append('=');
            if (masked && field.isSensitive()) {
                target.append(LogSafe.MASK);
            } else {
                PercentEncoding.encode(field.value(), target);
            }
            separator = '&';
        }
        return target.toString();
    }
}
