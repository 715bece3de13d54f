package io.httpconnector.internal.http;

import io.httpconnector.internal.text.LogSafe;
import io.httpconnector.internal.text.PercentEncoding;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Header fields or query parameters, in their order. Immutable; names are compared without regard to case. */
public final class NameValuePairs {

    public static final NameValuePairs NONE = new NameValuePairs(new NameValuePair[0]);

    private final NameValuePair[] all;

    private NameValuePairs(NameValuePair[] all) {
        this.all = all;
    }

    public static NameValuePairs of(List<NameValuePair> fields) {
        return fields.isEmpty() ? NONE : new NameValuePairs(fields.toArray(NameValuePair[]::new));
    }

    /** With one more field, whether there is one of its name or not. */
    public NameValuePairs add(NameValuePair field) {
        return set(all.length, field);
    }

    /** With the field instead of those of its name, in the place of the first of them. */
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

    /** With those of the defaults that have a name of their own. */
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

    public @Nullable NameValuePair first(String name) {
        int index = indexOf(name);
        return index < all.length ? all[index] : null;
    }

    public List<NameValuePair> secrets() {
        return Arrays.stream(all).filter(NameValuePair::isSensitive).toList();
    }

    /** Where the field stands, or where one more would stand. */
    private int indexOf(String name) {
        int i = 0;
        while (i < all.length && !all[i].name().equalsIgnoreCase(name)) {
            i++;
        }
        return i;
    }

    /** Returns the fields themselves, not to be changed. */
    public NameValuePair[] array() {
        return all;
    }

    /** Path and query as they stand in the request line, with these fields behind the query; masked for people. */
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
