package io.httpconnector.definition.imports;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * Takes apart a stream of Airbyte that reads a complete list first, and the changes from then on. A trigger has one source, so that
 * each of the two becomes a trigger of its own.
 */
final class AirbyteDelegation {

    static final String TYPE = "StateDelegatingStream";

    /** The end of the name of the trigger for the complete list. */
    static final String ALL = "_all";

    static final String CHANGES = "incremental_stream";

    private static final String FULL = "full_refresh_stream";

    private AirbyteDelegation() {}

    static boolean is(CatalogueItem stream) {
        return TYPE.equals(stream.text("type"));
    }

    /** Returns the stream for the complete list. */
    static CatalogueItem all(CatalogueItem stream) {
        return stream.at(FULL);
    }

    /**
     * Returns the stream for the changes. As the complete list has what is older, it starts at the earliest time that the service has,
     * if the manifest names it.
     */
    static CatalogueItem changes(CatalogueItem stream) {
        CatalogueItem changes = stream.at(CHANGES);
        JsonNode start = changes.node().path("incremental_sync").path("start_datetime");
        if (!start.has("min_datetime")) {
            return changes;
        }
        JsonNode copy = changes.node().deepCopy();
        if (copy.path("incremental_sync").path("start_datetime") instanceof ObjectNode object) {
            object.set("datetime", object.remove("min_datetime"));
        }
        return changes.withNode(copy);
    }

    /** Remarks what differs from the stream of Airbyte. */
    static void remark(CatalogueItem stream, String name, String all) {
        stream.skip("it is imported as two triggers: poll \"" + all + "\" once for the complete list, and \"" + name
                + "\" for the changes from then on");
        stream.ignore(
                "after a pause that is longer, poll \"" + all + "\" once more, as the service has no older changes",
                "api_retention_period");
        CatalogueItem start = stream.at(CHANGES).at("incremental_sync").at("start_datetime");
        if (start.has("min_datetime")) {
            start.skip("the first poll of \"" + name + "\" reads the changes since \"min_datetime\", even if the start"
                    + " that is entered is later; \"" + all + "\" starts at the one that is entered");
        }
    }

    /** Returns the streams of a list of parents: the complete list, as parents are always listed from the start. */
    static CatalogueItem asParent(CatalogueItem stream) {
        CatalogueItem all = all(stream);
        all.skip("parents are read from the complete list for each poll");
        return all;
    }

    /** Returns the path of the object by which a transformation replaces the record; empty if it does not. */
    static List<String> place(CatalogueItem transformation) {
        boolean replaces =
                "DpathFlattenFields".equals(transformation.text("type")) && transformation.isSet("replace_record");
        List<String> path = replaces ? transformation.texts("field_path") : List.of();
        return path.contains("*") || path.stream().anyMatch(step -> step.contains("{{")) ? List.of() : path;
    }
}
