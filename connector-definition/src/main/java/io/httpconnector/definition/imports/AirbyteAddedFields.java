package io.httpconnector.definition.imports;

import io.httpconnector.definition.imports.Jinja.Call;
import io.httpconnector.definition.imports.Jinja.Indexed;
import io.httpconnector.definition.imports.Jinja.Path;
import io.httpconnector.definition.imports.JinjaParser.UnsupportedException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The fields that the transformations of a stream of Airbyte add to its records. Events have the records as the service sends them,
 * so that a key or a time is read from where the field comes. Not thread-safe.
 */
final class AirbyteAddedFields {

    /** The place of a value that the parent has, and not the record. */
    static final String OF_PARENT = "";

    private final Map<String, CatalogueItem> added = new HashMap<>();

    private final Map<String, AirbyteScope> scopes = new HashMap<>();

    /** The fields that are added to an object which has replaced the record: their values are relative to it. */
    private final Set<String> ofReplaced = new HashSet<>();

    private String place = "";
    private boolean hasOthers;

    AirbyteAddedFields(CatalogueItem stream, AirbyteScope scope) {
        for (CatalogueItem transformation : stream.at("transformations").elements()) {
            List<String> replaced = AirbyteDelegation.place(transformation);
            if (!replaced.isEmpty()) {
                replace(replaced);
            } else if ("AddFields".equals(transformation.text("type"))) {
                for (CatalogueItem field : transformation.at("fields").elements()) {
                    String path = String.join(".", field.texts("path"));
                    scopes.put(path, scope.of(field).with("record", "record"));
                    boolean isConditional =
                            transformation.has("condition") && !isPresence(transformation.text("condition", ""), path);
                    CatalogueItem value = isConditional ? transformation.at("condition") : field.at("value");
                    added.put(path, value);
                    if (!place.isEmpty()) {
                        ofReplaced.add(path);
                    }
                }
            } else {
                hasOthers = true;
            }
        }
    }

    /** Returns whether a condition is only that the object exists to which a field is added, without which there is no record. */
    private static boolean isPresence(String condition, String path) {
        try {
            Jinja expression = JinjaPills.single(condition);
            while (expression instanceof Jinja.Default defaulted && JinjaParser.isEmpty(defaulted.other())) {
                expression = defaulted.value();
            }
            return expression instanceof Path object
                    && object.root().equals("record")
                    && !object.steps().isEmpty()
                    && path.startsWith(String.join(".", object.steps()) + ".");
        } catch (UnsupportedException e) {
            // Another condition.
            return false;
        }
    }

    /** Replaces records by an object within them: fields of it lose the start of their paths, others are gone. */
    private void replace(List<String> path) {
        String prefix = String.join(".", path) + ".";
        Map<String, CatalogueItem> before = Map.copyOf(added);
        Map<String, AirbyteScope> beforeScopes = Map.copyOf(scopes);
        added.clear();
        scopes.clear();
        before.forEach((name, value) -> {
            if (name.startsWith(prefix)) {
                added.put(name.substring(prefix.length()), value);
                AirbyteScope own = beforeScopes.get(name);
                if (own != null) {
                    scopes.put(name.substring(prefix.length()), own);
                }
            }
        });
        StringBuilder pointer = new StringBuilder(place);
        path.forEach(step -> pointer.append('/').append(step.replace("~", "~0").replace("/", "~1")));
        place = pointer.toString();
    }

    /**
     * Returns the path of records for a condition that is tested after the transformations.
     *
     * @return null if the condition may have a value that a transformation changes
     */
    @Nullable String tested(String condition) {
        boolean isChanged = hasOthers
                || added.keySet().stream()
                        .map(name -> name.substring(name.lastIndexOf('.') + 1))
                        .anyMatch(name -> condition.contains(name));
        if (isChanged) {
            return null;
        }
        return place.isEmpty()
                ? "record"
                : AirbyteScope.path("record", List.of(place.substring(1).split("/", -1)));
    }

    /** Returns the fields that have the start or the end of the interval of a query, whose names in the interval are given. */
    AirbyteWindowTimes windowTimes(String start, String end) {
        return AirbyteWindowTimes.of(added, start, end);
    }

    /** Returns the JSON Pointer of the object that replaces the record; empty if it is the record itself. */
    String place() {
        return place;
    }

    /**
     * Returns where the value of a field comes from: a JSON Pointer in the record, or {@link #OF_PARENT}.
     *
     * @param path the names that lead to the field, joined with dots
     * @return null if no transformation adds the field, or if its value is calculated, which is noted
     */
    @Nullable String source(String path) {
        CatalogueItem value = supported(path);
        if (value == null) {
            return null;
        }
        try {
            Jinja expression = JinjaPills.single(text(value));
            String source = source(expression);
            AirbyteScope scope = scopes.get(path);
            if (source == null && expression instanceof Indexed && scope != null) {
                // The name of a member can be a parameter.
                source = new JinjaPills(scope).value(expression) instanceof String pill
                        ? source(JinjaParser.parse(pill))
                        : null;
            }
            if (source != null) {
                return source;
            }
        } catch (UnsupportedException e) {
            // Noted below.
        }
        note(value);
        return null;
    }

    /** Returns where the value of a field of the record comes from, as a JSON Pointer. */
    String sourceOr(String path, String pointer) {
        String source = source(path);
        return source == null || source.equals(OF_PARENT) ? pointer : source;
    }

    private static @Nullable String source(@Nullable Jinja value) {
        if (!(value instanceof Path source) || source.steps().isEmpty()) {
            return null;
        }
        if (source.root().equals("record")) {
            return AirbyteErrors.pointer(source);
        }
        return AirbyteKey.isOfParent(source) ? OF_PARENT : null;
    }

    /**
     * Returns where the parts of a key come from.
     *
     * @return JSON Pointers in the record, without any if the value is the same for all records of a parent, and with the empty one
     *     if only the whole record identifies it; null if no transformation adds the field, or if it has no counterpart, which is
     *     noted
     */
    @Nullable List<String> key(String path) {
        CatalogueItem value = supported(path);
        if (value == null) {
            return null;
        }
        try {
            return new AirbyteKey(added).of(path);
        } catch (UnsupportedException e) {
            note(value);
            return null;
        }
    }

    /**
     * Returns the members of an object that a transformation makes of values of the record and its partition.
     *
     * @return the values by the names of the members; empty if the field is no such object
     */
    Map<String, Path> members(String path) {
        CatalogueItem value = added.get(path);
        Map<String, Path> members = new LinkedHashMap<>();
        try {
            Jinja expression = value == null ? null : JinjaPills.single(text(value));
            if (expression instanceof Jinja.Entries entries) {
                entries.members().forEach((name, member) -> {
                    if (member instanceof Path source && !source.steps().isEmpty()) {
                        members.put(name, source);
                    }
                });
                return members.size() == entries.members().size() ? members : Map.of();
            }
        } catch (UnsupportedException e) {
            // Noted where the value is read.
        }
        return Map.of();
    }

    /** A time of records: a JSON Pointer or an expression, and the format in which the transformation writes it. */
    record Time(String location, @Nullable String format) {}

    /**
     * Returns where a time comes from.
     *
     * @param scope the values of the transformation
     * @return null if no transformation adds the field, or if it has no counterpart, which is noted
     */
    @Nullable Time time(String path, AirbyteScope scope) {
        CatalogueItem value = supported(path);
        if (value == null) {
            return null;
        }
        try {
            Jinja expression = JinjaPills.single(text(value));
            String format = null;
            while (expression instanceof Call call
                    && call.function().matches("format_datetime|strftime|str_to_datetime|isoformat")
                    && !call.arguments().isEmpty()) {
                if (call.arguments().size() > 1
                        && !call.function().equals("str_to_datetime")
                        && JinjaParser.constant(call.arguments().get(1)) instanceof String written) {
                    format = written;
                }
                expression = call.arguments().get(0);
            }
            expression = expression == null ? null : withoutNow(expression);
            String source = source(expression);
            if (source != null) {
                return new Time(source, format);
            }
            if (expression != null
                    && new JinjaPills(scope.with("record", "record")).value(expression) instanceof String pill
                    && pill.startsWith("record")
                    && !pill.contains("now")) {
                return new Time("{{" + pill + "}}", format);
            }
        } catch (UnsupportedException e) {
            // Noted below.
        }
        note(value);
        return null;
    }

    /** Leaves out the time of the synchronisation, which a record without a time has: it is the time of no change. */
    private static Jinja withoutNow(Jinja value) {
        if (value instanceof Jinja.Filtered filtered && filtered.filter().equals("int")) {
            return new Jinja.Filtered(withoutNow(filtered.value()), filtered.filter(), filtered.arguments());
        }
        if (!(value instanceof Jinja.Default defaulted)) {
            return value;
        }
        return isNow(defaulted.other())
                ? defaulted.value()
                : new Jinja.Default(defaulted.value(), withoutNow(defaulted.other()));
    }

    private static boolean isNow(Jinja value) {
        return value instanceof Call call
                && (call.function().matches("now|now_utc")
                        || (call.function().matches("timestamp|int|str")
                                && call.arguments().size() == 1
                                && isNow(call.arguments().get(0))));
    }

    /** Returns the value of a field; null if no transformation adds it, or if it has no counterpart, which is noted. */
    private @Nullable CatalogueItem supported(String path) {
        CatalogueItem value = added.get(path);
        if (value != null && ofReplaced.contains(path)) {
            note(value);
            return null;
        }
        return value;
    }

    /** Returns the text of a value, which Airbyte evaluates once more if it is in quotes. */
    static String text(CatalogueItem value) {
        return value.node().asText().strip().replaceFirst("^\"(.*)\"$", "$1");
    }

    private static void note(CatalogueItem value) {
        value.note("a key or a time that a transformation calculates is not imported: "
                + AirbyteScope.shortened(value.node().asText()));
    }
}
