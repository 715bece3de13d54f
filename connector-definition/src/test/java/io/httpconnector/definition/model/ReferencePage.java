package io.httpconnector.definition.model;

import io.httpconnector.definition.model.Documents.Kind;
import io.httpconnector.definition.model.MemberMeanings.Meaning;
import io.httpconnector.definition.model.ObjectModel.Exclusive;
import io.httpconnector.internal.json.MemberObserver.Arrangement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Writes the reference of all members: a section for each kind of document, and below it one for each object that only this kind
 * has. Objects of several kinds have a section of their own. Not thread-safe.
 */
final class ReferencePage {

    private static final String HEAD = """
            # Reference of the JSON documents

            All members of all documents, generated from the code that reads them. [Describe a service](describe-a-service.md) has examples. Each document has a JSON Schema, which
            editors and form generators can use.

            The order of members has no meaning. An unknown member, a repeated one, and one of another type are errors, which name the JSON Pointer of the member. Values of upper-case choices may be
            in lower case. Durations and instants are in ISO 8601: `PT5M`, `2026-01-31T12:00:00Z`.
            """;

    private final MemberMeanings meanings;
    private final Headings headings;
    private final StringBuilder page = new StringBuilder(HEAD);

    private ReferencePage(MemberMeanings meanings, Headings headings) {
        this.meanings = meanings;
        this.headings = headings;
    }

    static String of(MemberMeanings meanings, Headings headings, Kind connector, List<Kind> parts) {
        return new ReferencePage(meanings, headings).write(connector, parts);
    }

    private String write(Kind connector, List<Kind> parts) {
        Map<String, Set<String>> kindsOfObject = new LinkedHashMap<>();
        for (Kind kind : parts) {
            kind.model()
                    .objects()
                    .keySet()
                    .forEach(id -> kindsOfObject
                            .computeIfAbsent(id, unused -> new LinkedHashSet<>())
                            .add(kind.name()));
        }
        Set<String> roots = parts.stream().map(kind -> kind.model().root()).collect(Collectors.toSet());
        section(connector);
        connector.model().objects().forEach((id, object) -> {
            if (!id.equals(connector.model().root()) && !kindsOfObject.containsKey(id)) {
                page.append("\n### ").append(headings.of(id)).append('\n');
                object(object, "####");
            }
        });
        Map<String, ObjectModel> shared = new LinkedHashMap<>();
        for (Kind kind : parts) {
            section(kind);
            kind.model().objects().forEach((id, object) -> {
                if (!roots.contains(id)
                        && kindsOfObject.getOrDefault(id, Set.of()).size() == 1) {
                    page.append("\n### ").append(headings.of(id)).append('\n');
                    object(object, "####");
                } else if (!roots.contains(id)) {
                    shared.put(id, object);
                }
            });
        }
        page.append("\n## Objects of several documents\n");
        shared.forEach((id, object) -> {
            page.append("\n### ").append(headings.of(id)).append('\n');
            object(object, "####");
        });
        return page.toString();
    }

    private void section(Kind kind) {
        page.append("\n## ").append(kind.title()).append("\n\n").append(kind.parsing());
        page.append(" Schema: [")
                .append(kind.name())
                .append(".json](schemas/")
                .append(kind.name())
                .append(".json).\n");
        object(kind.model().object(kind.model().root()), "###");
    }

    /** The members of an object, and of its variants: those with the same members share a table. */
    private void object(ObjectModel object, String level) {
        table(object.members());
        rules(object);
        Set<String> common = commonMembers(object);
        if (!common.isEmpty()) {
            page.append("\nEach `").append(object.discriminator()).append("` also has:\n");
            ObjectModel any = object.variants().values().iterator().next();
            table(any.members().stream()
                    .filter(member -> common.contains(member.name()))
                    .toList());
        }
        Map<String, List<String>> titles = new LinkedHashMap<>();
        Map<String, ObjectModel> bodies = new LinkedHashMap<>();
        object.variants().forEach((value, variant) -> {
            String body = variant.members() + "" + variant.exclusive();
            titles.computeIfAbsent(body, unused -> new ArrayList<>()).add("`" + value + "`");
            bodies.putIfAbsent(body, variant);
        });
        bodies.forEach((body, variant) -> {
            List<MemberModel> own = variant.members().stream()
                    .filter(member -> !common.contains(member.name()))
                    .toList();
            String values = String.join(", ", titles.getOrDefault(body, List.of()));
            page.append('\n').append(level).append(' ');
            page.append(
                    titles.getOrDefault(body, List.of()).size() > 3
                            ? "Other types"
                            : object.discriminator() + " " + values);
            page.append('\n');
            if (own.isEmpty()) {
                page.append('\n')
                        .append(values)
                        .append(titles.getOrDefault(body, List.of()).size() > 1 ? " have" : " has");
                page.append(" no further members.\n");
            } else {
                table(own);
            }
            rules(variant);
            variant.variants().forEach((value, nested) -> {
                if (!nested.members().isEmpty()) {
                    page.append("\nWith `")
                            .append(variant.discriminator())
                            .append("` `")
                            .append(value)
                            .append("`:\n");
                    table(nested.members());
                }
            });
        });
    }

    /** The names of the members that all variants have, with the same meaning. */
    private Set<String> commonMembers(ObjectModel object) {
        Set<String> common = new LinkedHashSet<>();
        List<List<String>> rows = object.variants().values().stream()
                .map(variant -> variant.members().stream().map(this::row).toList())
                .toList();
        if (rows.size() > 1) {
            object.variants().values().iterator().next().members().forEach(member -> {
                if (rows.stream().allMatch(each -> each.contains(row(member)))) {
                    common.add(member.name());
                }
            });
        }
        return common;
    }

    private void table(List<MemberModel> members) {
        if (members.isEmpty()) {
            return;
        }
        page.append("\n| Member | Type | Required | Default | Meaning |\n|---|---|---|---|---|\n");
        members.forEach(member -> page.append(row(member)));
    }

    private String row(MemberModel member) {
        Meaning meaning = meanings.of(member);
        return "| `" + member.name() + "` | " + type(member) + " | " + required(member) + " | "
                + cell(meaning.defaultValue()) + " | " + cell(meaning.text()) + " |\n";
    }

    private static String cell(String text) {
        return text.replace("|", "\\|");
    }

    private static String required(MemberModel member) {
        if (member.isRequired()) {
            return member.unless().isEmpty() ? "yes" : "unless " + names(member.unless());
        }
        if (!member.requiredWith().isEmpty()) {
            return "with " + names(member.requiredWith());
        }
        return member.with().isEmpty() ? "" : "only with " + names(member.with());
    }

    private static String names(Iterable<String> names) {
        List<String> quoted = new ArrayList<>();
        names.forEach(name -> quoted.add("`" + name + "`"));
        return String.join(" or ", quoted);
    }

    private String type(MemberModel member) {
        return member.values().stream().map(this::type).distinct().collect(Collectors.joining(", or "));
    }

    private String type(ValueModel value) {
        String single = single(value);
        return switch (value.arrangement()) {
            case SINGLE -> single;
            case LIST -> "list of " + single;
            case MAP -> single + " by name";
        };
    }

    private String single(ValueModel value) {
        if (!value.object().isEmpty()) {
            String heading = headings.of(value.object());
            return "[object](#" + anchor(heading) + ")";
        }
        if (!value.choices().isEmpty()) {
            return value.choices().stream().map(choice -> "`" + choice + "`").collect(Collectors.joining(", "));
        }
        boolean isPlural = value.arrangement() != Arrangement.SINGLE;
        return switch (value.type()) {
            case TEXT -> isPlural ? "texts" : "text";
            case INTEGER -> isPlural ? "integers" : "integer";
            case FLAG -> "Boolean";
            case MARKER -> "`true`";
            case INSTANT -> "instant";
            case DURATION -> "duration";
            case ZONE -> "time zone";
            case SCALAR -> "string, number, Boolean or null";
            case FREE_OBJECT -> "any object";
            case ANY -> "any JSON";
        };
    }

    private static String anchor(String heading) {
        return heading.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9 _-]", "").replace(' ', '-');
    }

    private void rules(ObjectModel object) {
        for (Exclusive group : object.exclusive()) {
            page.append('\n').append(group.isRequired() ? "Exactly" : "At most").append(" one of ");
            page.append(group.names().stream().map(name -> "`" + name + "`").collect(Collectors.joining(", ")));
            page.append(".\n");
        }
    }
}
