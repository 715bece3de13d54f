package io.httpconnector.polling;

import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.internal.json.MemberSteps;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the member {@code pagination} of a definition. Names and messages derive from the list of paginator types. */
final class PaginationReader {

    private PaginationReader() {}

    /** Reads the output of {@link Pagination#toJson}: first the type, then all members that depend on it, in a fixed order. */
    static Pagination read(JsonObjectReader reader) {
        Paginator found = readType(reader);
        // "size": The size of a page, which is sent.
        PageSize size = reader.object("size", PageSize::read);
        // Without a valid type, the other members are read nevertheless, to report their problems.
        Pagination read = new MemberSteps<>(reader, found == null ? Pagination.none() : Pagination.of(found))
                .integer("first", Pagination::first)
                .with("size", size, (pages, sized) -> pages.size(sized.location, sized.records))
                .flag("stable", Pagination::stable)
                .integer("maxPages", Pagination::maxPages)
                .integer("maxEmptyPages", Pagination::maxEmptyPages)
                .value()
                .with(EndConditions.read(reader));
        List<String> types = typeMembers();
        if (found == null && types.stream().noneMatch(name -> reader.has(name) || reader.isUnreliable(name))) {
            membersThatNeedType().stream()
                    .filter(reader::has)
                    .forEach(name -> reader.problem(name, "needs one of " + String.join(", ", types) + " beside it"));
        }
        return read;
    }

    /** The paginator; null when its member is missing or invalid, or contradicts others. */
    private static @Nullable Paginator readType(JsonObjectReader reader) {
        Map<String, Paginator> found = new HashMap<>();
        for (PaginatorType type : Pagination.TYPES) {
            type.read(reader, paginator -> found.put(type.member(), paginator));
        }
        String selected = reader.atMostOneOf(typeMembers().toArray(String[]::new));
        for (PaginatorType type : Pagination.TYPES) {
            if (selected != null && !selected.equals(type.member())) {
                type.options().stream()
                        .filter(reader::has)
                        .forEach(name -> reader.problem(name, "needs a " + type.member() + ", and not " + selected));
            }
        }
        return selected == null ? null : found.get(selected);
    }

    /** The members of which a definition has one. */
    private static List<String> typeMembers() {
        return Pagination.TYPES.stream().map(PaginatorType::member).toList();
    }

    private static List<String> membersThatNeedType() {
        List<String> members = new ArrayList<>();
        Pagination.TYPES.forEach(type -> members.addAll(type.options()));
        members.add("first");
        members.addAll(EndConditions.members());
        members.addAll(List.of("maxPages", "maxEmptyPages"));
        return members;
    }

    /** The member {@code size}. */
    private record PageSize(ParameterLocation location, int records) {
        static @Nullable PageSize read(JsonObjectReader reader) {
            // "location": The location of the size in the request.
            ParameterLocation location = reader.requiredObject("location", ParameterLocation::read);
            // "records": The number of records of a page.
            int records = reader.requiredInteger("records");
            return location == null ? null : new PageSize(location, records);
        }
    }
}
