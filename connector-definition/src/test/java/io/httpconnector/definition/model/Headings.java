package io.httpconnector.definition.model;

import io.httpconnector.definition.model.Documents.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/** The headings of objects in the reference, and their titles in the schemas: the member that has the object. Not thread-safe. */
final class Headings {

    private final List<Kind> kinds = new ArrayList<>();
    private final Map<String, String> headings = new LinkedHashMap<>();

    /**
     * Creates the headings.
     *
     * @param connector the kind of document that contains the others
     * @param parts the other kinds
     */
    Headings(Kind connector, List<Kind> parts) {
        kinds.addAll(parts);
        parts.forEach(kind -> headings.put(kind.model().root(), kind.title()));
        parts.forEach(
                kind -> kind.model().objects().keySet().forEach(id -> headings.computeIfAbsent(id, this::heading)));
        kinds.add(connector);
        headings.put(connector.model().root(), connector.title());
        connector.model().objects().keySet().forEach(id -> headings.computeIfAbsent(id, this::heading));
    }

    /** Returns the heading of an object, in Markdown; empty if it has none. */
    String of(String id) {
        return headings.getOrDefault(id, "");
    }

    /** Returns the heading as plain text. */
    String title(String id) {
        return of(id).replace("`", "");
    }

    /** A heading that no other object has: the member and, if necessary, the object that contains it. */
    private String heading(String id) {
        List<String> members = usersOf(id).map(use -> use.member).distinct().toList();
        String method = id.substring(id.lastIndexOf('.') + 1).replaceFirst("^(?:read|check)(?=[A-Z])", "");
        String type = words(
                method.equals("read")
                        ? ObjectModel.nameOf(id).replaceAll("\\..*|(?:Definition)?(?:Reader|Codec)|^Defined", "")
                        : method);
        String name = members.size() == 1 ? "`" + members.get(0) + "`" : type;
        if (!headings.containsValue(name)) {
            return name;
        }
        String owner = usersOf(id)
                .findFirst()
                .map(use -> headings.getOrDefault(use.owner, ""))
                .orElse("");
        String longer = name + " of " + owner.replaceFirst(" of .*", "");
        return headings.containsValue(longer) || owner.isEmpty() ? name + " of " + type : longer;
    }

    private record Use(String owner, String member) {}

    private Stream<Use> usersOf(String id) {
        return kinds.stream()
                .flatMap(kind -> kind.model().objects().values().stream())
                .flatMap(owner -> all(owner)
                        .flatMap(object -> object.members().stream())
                        .filter(member -> member.values().stream()
                                .anyMatch(value -> value.object().equals(id)))
                        .map(member -> new Use(owner.id(), member.name())));
    }

    private static Stream<ObjectModel> all(ObjectModel object) {
        return Stream.concat(
                Stream.of(object), object.variants().values().stream().flatMap(Headings::all));
    }

    private static String words(String type) {
        String words = type.replaceAll("(?<=[a-z])(?=[A-Z])", " ").toLowerCase(Locale.ROOT);
        return Character.toUpperCase(words.charAt(0)) + words.substring(1);
    }
}
