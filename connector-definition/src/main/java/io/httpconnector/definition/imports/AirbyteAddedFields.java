package io.httpconnector.definition.imports;

import io.httpconnector.definition.imports.Jinja.Path;
import io.httpconnector.definition.imports.JinjaParser.UnsupportedException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The fields that the transformations of a stream of Airbyte add to its records. Events have the records as the service sends them,
 * so that a key or a time is read from where the field comes. Not thread-safe.
 */
final class AirbyteAddedFields {

    /** The place of a value that the parent has, and not the record. */
    static final String OF_PARENT = "";

    private final Map<String, CatalogueItem> added = new HashMap<>();

    AirbyteAddedFields(CatalogueItem stream) {
        for (CatalogueItem transformation : stream.at("transformations").elements()) {
            if ("AddFields".equals(transformation.text("type"))) {
                for (CatalogueItem field : transformation.at("fields").elements()) {
                    added.put(
                            String.join(".", field.texts("path")),
                            transformation.has("condition") ? transformation.at("condition") : field.at("value"));
                }
            }
        }
    }

    /**
     * Returns where the value of a field comes from: a JSON Pointer in the record, or {@link #OF_PARENT}.
     *
     * @param path the names that lead to the field, joined with dots
     * @return null if no transformation adds the field, or if its value is calculated, which is noted
     */
    @Nullable String source(String path) {
        CatalogueItem value = added.get(path);
        if (value == null) {
            return null;
        }
        try {
            // Airbyte evaluates a text in quotes once more.
            String text = value.node().asText().strip().replaceFirst("^\"(.*)\"$", "$1");
            if (JinjaPills.single(text) instanceof Path source
                    && !source.steps().isEmpty()) {
                if (source.root().equals("record")) {
                    return AirbyteErrors.pointer(source);
                }
                boolean isTime = source.steps().get(0).matches("start_time|end_time");
                if (source.root().matches("stream_slice|stream_partition") && !isTime) {
                    return OF_PARENT;
                }
            }
        } catch (UnsupportedException e) {
            // Noted below.
        }
        value.note("a key or a time that a transformation calculates is not imported: "
                + AirbyteScope.shortened(value.node().asText()));
        return null;
    }
}
