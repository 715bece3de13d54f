package io.httpconnector;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.hc.core5.http.Header;

/**
 * The header fields of a message, in the order in which they came. Names are compared without regard to case (RFC 9110,
 * section 5.1). Immutable.
 */
public final class Headers {

    static final Headers NONE = new Headers();

    private final Header[] fields;

    Headers(Header... fields) {
        this.fields = fields;
    }

    /**
     * The first value of a field.
     *
     * @param name the field name, in any case
     * @return the value; empty when there is no such field
     */
    public Optional<String> first(String name) {
        for (Header field : fields) {
            if (field.getName().equalsIgnoreCase(name)) {
                return Optional.of(valueOf(field));
            }
        }
        return Optional.empty();
    }

    /**
     * All values of a field, one for each line in which it stood.
     *
     * @param name the field name, in any case
     * @return the values, possibly none
     */
    public List<String> all(String name) {
        List<String> values = new ArrayList<>();
        for (Header field : fields) {
            if (field.getName().equalsIgnoreCase(name)) {
                values.add(valueOf(field));
            }
        }
        return List.copyOf(values);
    }

    /**
     * The names of the fields that are there.
     *
     * @return the names in lower case, sorted
     */
    public Set<String> names() {
        Set<String> names = new TreeSet<>();
        for (Header field : fields) {
            names.add(field.getName().toLowerCase(Locale.ROOT));
        }
        return names;
    }

    /**
     * The fields as lines.
     *
     * @return {@code Name: value} for each, separated by line feeds
     */
    @Override
    public String toString() {
        StringBuilder lines = new StringBuilder();
        for (Header field : fields) {
            lines.append(lines.isEmpty() ? "" : "\n")
                    .append(field.getName())
                    .append(": ")
                    .append(valueOf(field));
        }
        return lines.toString();
    }

    private static String valueOf(Header field) {
        return field.getValue() == null ? "" : field.getValue();
    }
}
