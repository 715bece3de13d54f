package io.httpconnector;

import com.fasterxml.jackson.annotation.JsonValue;
import io.httpconnector.internal.text.HeaderFields;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The header fields of a message, in the order in which they were received. Names are case-insensitive (RFC 9110, section 5.1).
 * Immutable.
 */
public final class Headers {

    static final Headers NONE = new Headers(HeaderFields.NONE);

    private final HeaderFields fields;

    Headers(HeaderFields fields) {
        this.fields = fields;
    }

    /**
     * Creates header fields, such as those of a response of an {@link Interceptor}.
     *
     * @param fields the values by field name
     * @return the header fields
     */
    public static Headers of(Map<String, List<String>> fields) {
        List<String> names = new ArrayList<>();
        List<String> values = new ArrayList<>();
        fields.forEach((name, all) -> all.forEach(value -> {
            names.add(name);
            values.add(value);
        }));
        return new Headers(new HeaderFields() {
            @Override
            public int size() {
                return names.size();
            }

            @Override
            public String name(int index) {
                return names.get(index);
            }

            @Override
            public String value(int index) {
                return values.get(index);
            }

            @Override
            public boolean isSensitive(int index) {
                return false;
            }
        });
    }

    /**
     * Returns the first value of a field.
     *
     * @param name the field name, in any case
     * @return the value; empty if there is no such field
     */
    public Optional<String> first(String name) {
        for (int i = 0; i < fields.size(); i++) {
            if (fields.name(i).equalsIgnoreCase(name)) {
                return Optional.of(fields.value(i));
            }
        }
        return Optional.empty();
    }

    /**
     * Returns all values of a field, one for each field line.
     *
     * @param name the field name, in any case
     * @return the values, possibly none
     */
    public List<String> all(String name) {
        List<String> values = new ArrayList<>();
        for (int i = 0; i < fields.size(); i++) {
            if (fields.name(i).equalsIgnoreCase(name)) {
                values.add(fields.value(i));
            }
        }
        return List.copyOf(values);
    }

    /**
     * Returns the names of all fields.
     *
     * @return the names in lower case, sorted
     */
    public Set<String> names() {
        Set<String> names = new TreeSet<>();
        for (int i = 0; i < fields.size(); i++) {
            names.add(fields.name(i).toLowerCase(Locale.ROOT));
        }
        return names;
    }

    HeaderFields fields() {
        return fields;
    }

    /** Returns all values by name, for JSON. */
    @JsonValue
    Map<String, List<String>> asMap() {
        Map<String, List<String>> map = new LinkedHashMap<>();
        names().forEach(name -> map.put(name, all(name)));
        return map;
    }

    /**
     * Returns the fields as text, one per line.
     *
     * @return {@code Name: value} for each, separated by line feeds
     */
    @Override
    public String toString() {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < fields.size(); i++) {
            lines.append(lines.isEmpty() ? "" : "\n")
                    .append(fields.name(i))
                    .append(": ")
                    .append(fields.value(i));
        }
        return lines.toString();
    }
}
