package io.httpconnector;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Header fields or query parameters, in their order. Immutable; names are compared without regard to case. */
final class Fields {

    static final Fields NONE = new Fields(new Field[0]);

    private final Field[] all;

    private Fields(Field[] all) {
        this.all = all;
    }

    static Fields of(List<Field> fields) {
        return fields.isEmpty() ? NONE : new Fields(fields.toArray(Field[]::new));
    }

    /** With one more field, whether there is one of its name or not. */
    Fields plus(Field field) {
        return set(all.length, field);
    }

    /** With the field instead of those of its name, in the place of the first of them. */
    Fields with(Field field) {
        int index = indexOf(field.name());
        Fields changed = set(index, field);
        for (int i = index + 1; i < all.length; i++) {
            if (all[i].name().equalsIgnoreCase(field.name())) {
                return changed.withoutRepetitions(index);
            }
        }
        return changed;
    }

    private Fields withoutRepetitions(int index) {
        List<Field> kept = new ArrayList<>();
        for (int i = 0; i < all.length; i++) {
            if (i <= index || !all[i].name().equalsIgnoreCase(all[index].name())) {
                kept.add(all[i]);
            }
        }
        return of(kept);
    }

    private Fields set(int index, Field field) {
        Field[] changed = Arrays.copyOf(all, Math.max(all.length, index + 1));
        changed[index] = field;
        return new Fields(changed);
    }

    /** With those of the defaults that have a name of their own. */
    Fields orElse(Fields defaults) {
        Fields merged = this;
        for (Field field : defaults.all) {
            if (indexOf(field.name()) == all.length) {
                merged = merged.plus(field);
            }
        }
        return merged;
    }

    Fields without(Predicate<Field> unwanted) {
        return of(Arrays.stream(all).filter(unwanted.negate()).toList());
    }

    @Nullable Field first(String name) {
        int index = indexOf(name);
        return index < all.length ? all[index] : null;
    }

    List<Field> secrets() {
        return Arrays.stream(all).filter(Field::isSensitive).toList();
    }

    /** Where the field stands, or where one more would stand. */
    private int indexOf(String name) {
        int i = 0;
        while (i < all.length && !all[i].name().equalsIgnoreCase(name)) {
            i++;
        }
        return i;
    }

    /** The fields themselves, not to be changed. */
    Field[] array() {
        return all;
    }

    /** Path and query as they stand in the request line, with these fields behind the query; masked for people. */
    String target(Url url, boolean masked) {
        if (all.length == 0) {
            return url.query() == null ? url.path() : url.path() + "?" + url.query();
        }
        StringBuilder target = new StringBuilder(url.path().length() + 64).append(url.path());
        char separator = '?';
        if (url.query() != null && !url.query().isEmpty()) {
            target.append('?').append(url.query());
            separator = '&';
        }
        for (Field field : all) {
            Ascii.percentEncode(field.name(), target.append(separator));
            target.append('=');
            if (masked && field.isSensitive()) {
                target.append(Secret.MASK);
            } else {
                Ascii.percentEncode(field.value(), target);
            }
            separator = '&';
        }
        return target.toString();
    }
}
