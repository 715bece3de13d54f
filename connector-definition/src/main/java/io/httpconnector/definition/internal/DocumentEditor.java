package io.httpconnector.definition.internal;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.internal.json.JsonObjectReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A connector document that a {@link FormatMigration} changes. Remembers where each value comes from, so that its problems are
 * reported where the author has written it. Not thread-safe.
 */
public final class DocumentEditor {

    private final ObjectNode root;
    private final PointerSources sources = new PointerSources();
    private final List<String> problems = new ArrayList<>();

    /** Edits a document, which is changed. */
    DocumentEditor(ObjectNode root) {
        this.root = root;
    }

    ObjectNode root() {
        return root;
    }

    PointerSources sources() {
        return sources;
    }

    List<String> problems() {
        return problems;
    }

    /**
     * Finds values.
     *
     * @param pattern a JSON Pointer; the token {@code *} stands for any member or element
     * @return the JSON Pointers of the values, in the order of the document
     */
    public List<String> find(String pattern) {
        List<String> found = List.of("");
        for (String token : pattern.substring(1).split("/", -1)) {
            List<String> next = new ArrayList<>();
            for (String pointer : found) {
                JsonNode value = get(pointer);
                if (!token.equals("*")) {
                    next.add(pointer + "/" + token);
                } else if (value.isArray()) {
                    for (int i = 0; i < value.size(); i++) {
                        next.add(pointer + "/" + i);
                    }
                } else {
                    value.fieldNames().forEachRemaining(name -> next.add(pointer + "/" + JsonObjectReader.token(name)));
                }
            }
            found = next;
        }
        return found.stream().filter(pointer -> !get(pointer).isMissingNode()).toList();
    }

    /**
     * Returns a value.
     *
     * @param pointer its JSON Pointer
     * @return the value; a missing node if there is none
     */
    public JsonNode get(String pointer) {
        return root.at(pointer);
    }

    /**
     * Moves or renames a member of an object. A renamed member keeps its position. If the target exists, both are reported.
     *
     * @param from its JSON Pointer
     * @param to the new one, a member of an object that exists
     */
    public void move(String from, String to) {
        if (!get(to).isMissingNode()) {
            reject(from, "the document also has " + sources.of(to) + ", which replaces it: remove one of them");
            return;
        }
        if (holderOf(from).equals(holderOf(to))) {
            rename(holder(from), name(from), name(to));
        } else {
            holder(to).set(name(to), holder(from).remove(name(from)));
        }
        sources.move(from, to);
    }

    private static void rename(ObjectNode object, String from, String to) {
        Map<String, JsonNode> members = new LinkedHashMap<>();
        object.properties()
                .forEach(member -> members.put(member.getKey().equals(from) ? to : member.getKey(), member.getValue()));
        object.removeAll();
        object.setAll(members);
    }

    /**
     * Sets a member of an object. Problems of the value are reported at the member that it replaces, or at the object.
     *
     * @param pointer its JSON Pointer, a member of an object that exists
     * @param value the new value
     */
    public void set(String pointer, JsonNode value) {
        holder(pointer).set(name(pointer), value);
    }

    /**
     * Removes a member of an object.
     *
     * @param pointer its JSON Pointer
     */
    public void remove(String pointer) {
        holder(pointer).remove(name(pointer));
        sources.remove(pointer);
    }

    /**
     * Reports a member that cannot be migrated, and removes it.
     *
     * @param pointer its JSON Pointer
     * @param problem what the author of the document has to change
     */
    public void reject(String pointer, String problem) {
        problems.add(sources.of(pointer) + ": " + problem);
        remove(pointer);
    }

    private ObjectNode holder(String pointer) {
        if (get(holderOf(pointer)) instanceof ObjectNode object) {
            return object;
        }
        throw new IllegalArgumentException(pointer + " is not a member of an object");
    }

    private static String holderOf(String pointer) {
        return pointer.substring(0, pointer.lastIndexOf('/'));
    }

    private static String name(String pointer) {
        return Objects.requireNonNull(JsonPointer.compile(pointer).last().getMatchingProperty());
    }
}
