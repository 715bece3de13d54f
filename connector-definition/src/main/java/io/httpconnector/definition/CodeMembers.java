package io.httpconnector.definition;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.polling.Cursor;
import io.httpconnector.polling.PagedRequest;
import io.httpconnector.polling.Pagination;
import io.httpconnector.polling.PollingTriggerBuilder;
import io.httpconnector.polling.RecordSelector;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The members of a trigger or request that are code: {@code records: {component: NAME}}, and the same for {@code pagination} and
 * {@code cursor}. Immutable.
 *
 * @param names the names of the components by member
 */
record CodeMembers(Map<String, String> names) {

    static final CodeMembers NONE = new CodeMembers(Map.of());

    private static final String REFERENCE = "component";

    CodeMembers {
        names = Map.copyOf(names);
    }

    /**
     * Takes the members that are code out of a trigger or request.
     *
     * @throws InvalidDefinitionException if such a member contains more than a name
     */
    static CodeMembers take(ObjectNode json) {
        Map<String, String> names = new TreeMap<>();
        List<String> problems = new ArrayList<>();
        for (String member : ConnectorComponents.MEMBERS.keySet()) {
            JsonNode name = json.path(member).path(REFERENCE);
            if (name.isMissingNode()) {
                continue;
            }
            if (!name.isTextual()) {
                problems.add("/" + member + "/" + REFERENCE + ": expected a string, the name of a component");
            } else if (json.get(member).size() > 1) {
                problems.add("/" + member + "/" + REFERENCE
                        + ": a component replaces the whole setting: remove the other members of it");
            } else {
                names.put(member, name.textValue());
            }
        }
        if (!problems.isEmpty()) {
            throw new InvalidDefinitionException("component", problems);
        }
        json.remove(names.keySet());
        return new CodeMembers(names);
    }

    /** Writes the members back into the JSON from which they were taken. */
    ObjectNode addTo(ObjectNode json) {
        names.forEach((member, name) -> json.putObject(member).put(REFERENCE, name));
        return json;
    }

    /** Sets the components, or stand-ins for those that the application registers later. */
    void apply(PollingTriggerBuilder builder, ConnectorComponents components, boolean hasCursorPill) {
        names.forEach((member, name) -> {
            switch (member) {
                case "records" -> builder.records(components.records().getOrDefault(name, RecordSelector.atRoot()));
                case "pagination" -> builder.pagination(components.paginations().getOrDefault(name, Pagination.none()));
                default -> builder.cursor(components.cursors().getOrDefault(name, standIn(hasCursorPill)));
            }
        });
    }

    private static Cursor standIn(boolean hasCursorPill) {
        Cursor unknown = Cursor.opaque(page -> Optional.empty());
        return hasCursorPill ? unknown : unknown.sentAs("cursor");
    }

    /** Sets the components of a request. */
    PagedRequest apply(PagedRequest request, ConnectorComponents components) {
        PagedRequest complete = request;
        RecordSelector records = components.records().get(names.getOrDefault("records", ""));
        if (records != null) {
            complete = complete.withRecords(records);
        }
        Pagination pagination = components.paginations().get(names.getOrDefault("pagination", ""));
        return pagination == null ? complete : complete.withPagination(pagination);
    }
}
