package io.httpconnector.wizard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Resolves the references of the paths, path items and operations of an OpenAPI or Swagger document. Each path and operation that
 * can't be offered as a request is noted.
 */
final class OpenApiPaths {

    /** The members of a path item that are not operations. */
    private static final Set<String> ITEM_MEMBERS = Set.of("$ref", "summary", "description", "servers", "parameters");

    private final JsonNode document;
    private final SchemaReferences references;
    private final Collection<String> notes;
    private final List<String> withoutOperations = new ArrayList<>();

    private OpenApiPaths(JsonNode document, Collection<String> notes) {
        this.document = document;
        this.references = new SchemaReferences(document);
        this.notes = notes;
    }

    /**
     * Returns a copy of the document whose paths and operations are no references.
     *
     * @param notes receives what is not offered as a request
     */
    static ObjectNode resolve(JsonNode document, Collection<String> notes) {
        return new OpenApiPaths(document, notes).resolve();
    }

    private ObjectNode resolve() {
        ObjectNode copy = JsonNodeFactory.instance.objectNode();
        document.properties().forEach(member -> copy.set(member.getKey(), member.getValue()));
        JsonNode paths = merged(document.path("paths"), "the paths are");
        ObjectNode resolved = copy.putObject("paths");
        Set<JsonNode> used = Collections.newSetFromMap(new IdentityHashMap<>());
        paths.properties().forEach(path -> {
            String name = path.getKey();
            if (!name.startsWith("x-") && !name.equals("$ref")) {
                used.add(references.resolve(path.getValue()));
                JsonNode item = merged(path.getValue(), "the path " + name + " is");
                if (item.isObject()) {
                    resolved.set(name, item(name, item));
                }
            }
        });
        if (!withoutOperations.isEmpty()) {
            String all = String.join(", ", withoutOperations);
            notes.add(
                    withoutOperations.size() == 1
                            ? "the path " + all + " is not imported: it has no operations"
                            : "the paths " + all + " are not imported: they have no operations");
        }
        if (!document.path("webhooks").isEmpty() || !document.path("x-webhooks").isEmpty()) {
            notes.add("the webhooks are not imported: the service sends them");
        }
        List<String> unused = new ArrayList<>();
        references.resolve(document.at("/components/pathItems")).properties().forEach(item -> {
            if (!used.contains(references.resolve(item.getValue()))) {
                unused.add(item.getKey());
            }
        });
        if (!unused.isEmpty()) {
            notes.add("the path items of the components are not imported, as no path refers to them: "
                    + String.join(", ", unused));
        }
        return copy;
    }

    /** Returns a path item with its operations; its other members stay, as references may lead to them. */
    private ObjectNode item(String path, JsonNode item) {
        ObjectNode resolved = JsonNodeFactory.instance.objectNode();
        int operations = 0;
        int noted = notes.size();
        for (Map.Entry<String, JsonNode> member : item.properties()) {
            String name = member.getKey();
            if (OpenApiReader.METHODS.contains(name)) {
                String title = "the operation " + name.toUpperCase(Locale.ROOT) + " " + path + " is";
                JsonNode operation = merged(member.getValue(), title);
                if (operation.isObject()) {
                    resolved.set(name, operation);
                    operations++;
                }
            } else {
                resolved.set(
                        name, name.equals("parameters") ? references.resolve(member.getValue()) : member.getValue());
                if (name.equals("trace")) {
                    notes.add("the operation TRACE " + path + " is not imported: the method is not supported");
                } else if (!ITEM_MEMBERS.contains(name) && !name.startsWith("x-")) {
                    notes.add("the member \"" + name + "\" of the path " + path
                            + " is not imported: it is not a method in lower case");
                }
            }
        }
        if (operations == 0 && notes.size() == noted) {
            withoutOperations.add(path);
        }
        return resolved;
    }

    /**
     * Returns the target of a reference with the members beside the reference, which have precedence. Notes why it is no object.
     *
     * @param title the node and its verb, at the start of a note
     */
    private JsonNode merged(JsonNode node, String title) {
        String reference = SchemaReferences.of(node);
        JsonNode target = references.resolve(node);
        ObjectNode beside = JsonNodeFactory.instance.objectNode();
        if (!reference.isEmpty()) {
            node.properties().forEach(member -> beside.set(member.getKey(), member.getValue()));
            beside.remove("$ref");
        }
        if (!target.isObject()) {
            String reason = target.isMissingNode() && reference.isEmpty()
                    ? "the document has none"
                    : target.isMissingNode()
                            ? "the reference " + reference + " is not resolved" + advice(reference)
                            : "an object is required, not "
                                    + target.getNodeType().name().toLowerCase(Locale.ROOT);
            notes.add(title + (beside.isEmpty() ? " not imported: " : " imported in part: ") + reason);
            return beside.isEmpty() ? MissingNode.getInstance() : beside;
        }
        if (beside.isEmpty()) {
            return target;
        }
        ObjectNode all = JsonNodeFactory.instance.objectNode();
        target.properties().forEach(member -> all.set(member.getKey(), member.getValue()));
        return all.setAll(beside);
    }

    private static String advice(String reference) {
        return reference.startsWith("#") ? "" : ": if it is a file, permit its directory";
    }
}
