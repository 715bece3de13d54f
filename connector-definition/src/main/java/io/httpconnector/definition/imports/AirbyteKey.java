package io.httpconnector.definition.imports;

import io.httpconnector.definition.imports.Jinja.Binary;
import io.httpconnector.definition.imports.Jinja.Call;
import io.httpconnector.definition.imports.Jinja.Entries;
import io.httpconnector.definition.imports.Jinja.Filtered;
import io.httpconnector.definition.imports.Jinja.Indexed;
import io.httpconnector.definition.imports.Jinja.Items;
import io.httpconnector.definition.imports.Jinja.Literal;
import io.httpconnector.definition.imports.Jinja.Path;
import io.httpconnector.definition.imports.Jinja.Slice;
import io.httpconnector.definition.imports.JinjaParser.UnsupportedException;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds the values of a record from which a transformation of Airbyte calculates a part of its key. These values identify the record
 * at least as well as the calculated one. Not thread-safe.
 */
final class AirbyteKey {

    /** The location of the whole record. */
    static final String WHOLE = "";

    private final Map<String, CatalogueItem> added;
    private final Set<String> pointers = new LinkedHashSet<>();
    private final Set<String> read = new HashSet<>();
    private Set<String> variables = Set.of();
    private boolean isOfPoll;

    /**
     * Creates a search.
     *
     * @param added the values that transformations add, by the names that lead to them, joined with dots
     */
    AirbyteKey(Map<String, CatalogueItem> added) {
        this.added = added;
    }

    /** Returns whether a value is the same for all records of a parent. */
    static boolean isOfParent(Path path) {
        boolean isTime = !path.steps().isEmpty() && path.steps().get(0).matches("(?:start|end|since|until).*");
        return path.root().matches("stream_slice|stream_partition|stream_interval") && !isTime;
    }

    /**
     * Returns the JSON Pointers of the values.
     *
     * @param path the names that lead to the added value, joined with dots
     * @throws UnsupportedException if the value depends on something else
     */
    List<String> of(String path) {
        CatalogueItem value = added.get(path);
        if (value == null) {
            return List.of();
        }
        add(path, value);
        if (isOfPoll) {
            value.skip("the time of a synchronisation identifies no record: the whole record is the key");
        } else if (!pointers.isEmpty() && !isCopy(value)) {
            value.skip("the values from which the key is calculated are the key");
        }
        return pointers.contains(WHOLE) ? List.of(WHOLE) : List.copyOf(pointers);
    }

    private static boolean isCopy(CatalogueItem value) {
        return JinjaPills.single(AirbyteAddedFields.text(value)) instanceof Path;
    }

    private void add(String path, CatalogueItem value) {
        read.add(path);
        if (value.node().isTextual()) {
            JinjaTemplate.Parsed parsed = JinjaTemplate.parse(AirbyteAddedFields.text(value));
            Set<String> outer = variables;
            variables = parsed.variables().keySet();
            add(parsed.expression());
            parsed.variables().values().forEach(this::add);
            variables = outer;
        }
    }

    private void add(Jinja value) {
        if (value instanceof Path path) {
            add(path);
        } else if (value instanceof Filtered filtered) {
            add(filtered.value());
            filtered.arguments().forEach(this::add);
        } else if (value instanceof Call call) {
            called(call);
        } else if (value instanceof Binary binary && !binary.operator().matches("or|and")) {
            add(binary.left());
            add(binary.right());
        } else if (value instanceof Indexed indexed) {
            add(indexed.value());
            add(indexed.index());
        } else if (value instanceof Slice slice) {
            add(slice.value());
        } else if (value instanceof Items items) {
            items.items().forEach(this::add);
        } else if (value instanceof Entries entries) {
            entries.members().values().forEach(this::add);
        } else if (value instanceof Jinja.Default defaulted && JinjaParser.isEmpty(defaulted.other())) {
            add(defaulted.value());
        } else if (!(value instanceof Literal)) {
            // A record may lack one of several values.
            throw new UnsupportedException("a key that is one of several values");
        }
    }

    private void called(Call call) {
        if (call.function().matches("now|now_utc|today_utc")) {
            isOfPoll = true;
            pointers.add(WHOLE);
        }
        call.arguments().forEach(this::add);
    }

    private void add(Path path) {
        if (variables.contains(path.root()) || path.root().matches("config|parameters|options") || isOfParent(path)) {
            return;
        }
        String name = String.join(".", path.steps());
        CatalogueItem other = added.get(name);
        if (!path.root().equals("record") || path.steps().stream().anyMatch(step -> step.startsWith("-"))) {
            throw new UnsupportedException(JinjaPills.shown(path));
        }
        if (other != null && !read.contains(name)) {
            add(name, other);
        } else {
            pointers.add(AirbyteErrors.pointer(path));
        }
    }
}
