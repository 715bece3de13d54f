package io.httpconnector.operation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.internal.json.Suggestions;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/** The definitions of well-known protocols: resources of the same format as other definitions, with the documentation they follow. */
final class OperationPresets {

    static final List<String> NAMES = List.of(
            "accepted-location",
            "azure",
            "google",
            "microsoft-graph",
            "salesforce-ingest",
            "salesforce-query",
            "shopify-bulk-query");

    /** The member of a definition that contains the name of a preset. */
    static final String MEMBER = "preset";

    private OperationPresets() {}

    /** Returns a definition with the members of its preset, if it has one; its own members and parameters take precedence. */
    static ObjectNode complete(ObjectNode members) {
        if (!members.path(MEMBER).isTextual()) {
            return members;
        }
        ObjectNode complete = get(members.path(MEMBER).textValue());
        JsonNode defaults = complete.path(OperationDefinition.PARAMETERS).deepCopy();
        complete.setAll(members);
        JsonNode own = members.path(OperationDefinition.PARAMETERS);
        if (defaults.isObject() && (own.isObject() || own.isMissingNode())) {
            ObjectNode merged = (ObjectNode) defaults;
            own.properties().forEach(one -> merged.set(one.getKey(), one.getValue()));
            complete.set(OperationDefinition.PARAMETERS, merged);
        }
        return complete;
    }

    /** Returns the definition of a protocol. */
    static ObjectNode get(String name) {
        if (!NAMES.contains(name)) {
            String nearest = Suggestions.ofName(name, NAMES);
            throw new InvalidDefinitionException(
                    "operation",
                    "/preset: there is no preset \"" + name + "\": "
                            + (nearest == null ? "use one of " + NAMES : "did you mean \"" + nearest + "\"?"));
        }
        JsonNode definition = read(name).path("definition");
        return definition.deepCopy();
    }

    /** Returns the pages of the documentation that a preset follows. */
    static List<String> documentation(String name) {
        List<String> pages = new ArrayList<>();
        read(name).path("documentation").forEach(page -> pages.add(page.asText()));
        return List.copyOf(pages);
    }

    private static JsonNode read(String name) {
        try (InputStream in = OperationPresets.class.getResourceAsStream("presets/" + name + ".json")) {
            if (in == null) {
                throw new IllegalStateException("the resource of the preset " + name + " is missing");
            }
            return JsonSupport.read(in.readAllBytes());
        } catch (IOException e) {
            throw new IllegalStateException("the resource of the preset " + name + " cannot be read", e);
        }
    }
}
