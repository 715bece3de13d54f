package io.httpconnector.definition.imports;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.httpconnector.internal.json.JsonMemberReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A value of a catalogue, and its place in the file. Remembers which members were read, so that all others are reported. Not
 * thread-safe.
 */
final class CatalogueItem {

    private final JsonNode node;
    private final String pointer;
    private final NoteCollector notes;
    private final Map<String, CatalogueItem> members = new LinkedHashMap<>();
    private final Set<String> read = new LinkedHashSet<>();

    CatalogueItem(JsonNode node, String pointer, NoteCollector notes) {
        this.node = node;
        this.pointer = pointer;
        this.notes = notes;
        for (Map.Entry<String, JsonNode> member : node.properties()) {
            // What a component passes on is no member of it.
            if (!member.getKey().equals(AirbyteResolver.PARAMETERS)) {
                String place = pointer + "/" + JsonMemberReader.token(member.getKey());
                members.put(member.getKey(), new CatalogueItem(member.getValue(), place, notes));
            }
        }
    }

    /** Returns an item with the members of another one, unless it has its own. */
    CatalogueItem withDefaults(CatalogueItem defaults) {
        CatalogueItem merged = new CatalogueItem(node, pointer, notes);
        defaults.members.forEach(merged.members::putIfAbsent);
        return merged;
    }

    /** Returns an item at the same place with another text. */
    CatalogueItem withText(String text) {
        return new CatalogueItem(TextNode.valueOf(text), pointer, notes);
    }

    /** Returns an item at the same place with another value. */
    CatalogueItem withNode(JsonNode value) {
        return new CatalogueItem(value, pointer, notes);
    }

    JsonNode node() {
        return node;
    }

    String pointer() {
        return pointer;
    }

    /** Returns whether there is a value other than null. */
    boolean exists() {
        return !node.isMissingNode() && !node.isNull();
    }

    boolean has(String name) {
        CatalogueItem member = members.get(name);
        return member != null && member.exists();
    }

    /** Returns a member, which counts as read; an item without a value if there is none. */
    CatalogueItem at(String name) {
        read.add(name);
        CatalogueItem member = members.get(name);
        return member != null
                ? member
                : new CatalogueItem(MissingNode.getInstance(), pointer + "/" + JsonMemberReader.token(name), notes);
    }

    /** Returns a text, number or boolean as text; null if there is none. */
    @Nullable String text(String name) {
        return at(name).text();
    }

    String text(String name, String defaultValue) {
        String text = text(name);
        return text == null ? defaultValue : text;
    }

    @Nullable String text() {
        return node.isValueNode() && exists() ? node.asText() : null;
    }

    boolean isSet(String name) {
        return "true".equals(text(name));
    }

    /** Returns the members, which count as read. */
    Map<String, CatalogueItem> members() {
        read.addAll(members.keySet());
        return members;
    }

    /** Returns the elements of a list, or the value itself as the only one. */
    List<CatalogueItem> elements() {
        if (!node.isArray()) {
            return exists() ? List.of(this) : List.of();
        }
        List<CatalogueItem> elements = new ArrayList<>();
        for (int i = 0; i < node.size(); i++) {
            elements.add(new CatalogueItem(node.get(i), pointer + "/" + i, notes));
        }
        return elements;
    }

    /** Returns the texts of a list, or the text itself as the only one. */
    List<String> texts(String name) {
        return at(name).elements().stream()
                .map(element -> element.node().asText())
                .toList();
    }

    void note(String reason) {
        notes.note(pointer, reason);
    }

    /** Ignores the value, as it changes nothing. */
    void skip(String reason) {
        notes.ignore(pointer, reason);
    }

    /** Ignores members that have no meaning for a connector. */
    void ignore(String reason, String... names) {
        for (String name : names) {
            if (at(name).exists()) {
                notes.ignore(at(name).pointer, reason);
            }
        }
    }

    /** Ignores the members of another item, whose defaults this item has, that were not read. */
    void ignoreUnreadDefaults(String reason) {
        members.forEach((name, member) -> {
            if (!read.contains(name) && member.exists() && !member.pointer.startsWith(pointer + "/")) {
                notes.ignore(member.pointer, reason);
                read.add(name);
            }
        });
    }

    /** Reports the members that were not read. */
    void reportUnread() {
        members.forEach((name, member) -> {
            if (!read.contains(name) && member.exists()) {
                member.note("there is no counterpart of \"" + name + "\" in a connector document");
            }
        });
    }
}
