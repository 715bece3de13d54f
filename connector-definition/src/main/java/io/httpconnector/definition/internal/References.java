package io.httpconnector.definition.internal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.JsonMemberReader;
import io.httpconnector.internal.json.JsonSupport;
import java.util.ArrayList;
import java.util.List;

/**
 * Replaces each {@code {"$ref": "#/..."}} of a document by the value at that JSON Pointer. Members beside {@code $ref} replace
 * those of the value. Remembers where each value comes from, so that its problems are reported there. Not thread-safe.
 */
public final class References {

    private static final String REF = "$ref";
    private static final int MAX_DEPTH = 50;

    /** More than any document needs; references to references could otherwise multiply without limit. */
    private static final int MAX_VALUES = 100_000;

    private final JsonNode root;
    private final List<String> problems = new ArrayList<>();
    private final List<String> broken = new ArrayList<>();

    /** The source of replaced values by their pointer in the result. */
    private final PointerSources sources = new PointerSources();

    private int copied;

    private References(JsonNode root) {
        this.root = root;
    }

    /**
     * A document without references.
     *
     * @param tree the result
     * @param sources where its values come from
     * @param problems the references without a target, or to themselves
     * @param broken the pointers in the result at which the value of such a reference is missing
     */
    public record ResolvedDocument(JsonNode tree, PointerSources sources, List<String> problems, List<String> broken) {

        /** Whether a problem concerns a value that a reference should have. */
        public boolean isConsequence(String problem) {
            return broken.stream().anyMatch(at -> problem.startsWith(at + "/") || problem.startsWith(at + ": "));
        }
    }

    /**
     * Resolves all references. One without a target, or to itself, is replaced by an object with the members beside it.
     *
     * @throws InvalidDefinitionException if the result has too many values
     */
    public static ResolvedDocument resolve(JsonNode root) {
        References references = new References(root);
        JsonNode tree = references.copy(root, "", "", List.of());
        return new ResolvedDocument(
                tree,
                references.sources,
                references.problems.stream().distinct().toList(),
                List.copyOf(references.broken));
    }

    /**
     * Copies a value.
     *
     * @param at the pointer in the result
     * @param from the pointer in the original document
     * @param via the references that led here
     */
    private JsonNode copy(JsonNode node, String at, String from, List<String> via) {
        copied++;
        if (copied > MAX_VALUES) {
            throw new InvalidDefinitionException(
                    "connector document", List.of("with its references, it has more than " + MAX_VALUES + " values"));
        }
        if (node instanceof ArrayNode array) {
            ArrayNode copy = JsonNodeFactory.instance.arrayNode(array.size());
            for (int i = 0; i < array.size(); i++) {
                copy.add(copy(array.get(i), at + "/" + i, from + "/" + i, via));
            }
            return copy;
        }
        if (!(node instanceof ObjectNode object)) {
            return node;
        }
        // A member of a JSON body may have this name and another value.
        if (isReference(object)) {
            return replaced(object, at, from, via);
        }
        return members(object, JsonNodeFactory.instance.objectNode(), at, from, via);
    }

    private ObjectNode members(ObjectNode object, ObjectNode copy, String at, String from, List<String> via) {
        object.properties().forEach(member -> {
            if (!member.getKey().equals(REF) || !isReference(object)) {
                String token = "/" + JsonMemberReader.token(member.getKey());
                if (!via.isEmpty()) {
                    sources.put(at + token, from + token);
                }
                copy.set(member.getKey(), copy(member.getValue(), at + token, from + token, via));
            }
        });
        return copy;
    }

    private static boolean isReference(ObjectNode object) {
        return object.path(REF).isTextual() && object.path(REF).textValue().startsWith("#");
    }

    private JsonNode replaced(ObjectNode object, String at, String from, List<String> via) {
        String reference = object.get(REF).textValue();
        String problem = from + "/" + REF + ": ";
        if (via.contains(reference) || via.size() > MAX_DEPTH) {
            return broken(object, at, from, via, problem + "\"" + reference + "\" refers to itself");
        }
        JsonNode target;
        try {
            target = root.at(JsonSupport.pointer(reference.substring(1)));
        } catch (InvalidDefinitionException e) {
            return broken(
                    object,
                    at,
                    from,
                    via,
                    problem + "\"" + reference + "\" is not a JSON Pointer: write it such as #/definitions/page");
        }
        if (target.isMissingNode()) {
            return broken(object, at, from, via, problem + "the document has no value at \"" + reference + "\"");
        }
        List<String> path = new ArrayList<>(via);
        path.add(reference);
        sources.put(at, reference.substring(1));
        JsonNode copy = copy(target, at, reference.substring(1), path);
        if (object.size() > 1) {
            if (!(copy instanceof ObjectNode changed)) {
                return broken(
                        object,
                        at,
                        from,
                        via,
                        problem + "members beside $ref replace those of an object, but \"" + reference
                                + "\" is not an object");
            }
            List<String> own = via.isEmpty() ? List.of("") : via;
            members(object, changed, at, from, own);
        }
        return copy;
    }

    private JsonNode broken(ObjectNode object, String at, String from, List<String> via, String problem) {
        problems.add(problem);
        broken.add(at);
        return members(object, JsonNodeFactory.instance.objectNode(), at, from, via);
    }
}
