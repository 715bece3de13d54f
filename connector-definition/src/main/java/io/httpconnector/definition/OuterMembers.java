package io.httpconnector.definition;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.Suggestions;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Adds the members of an object of a connector document to the suggestions of the reader of its other members. */
final class OuterMembers {

    private static final Pattern UNKNOWN = Pattern.compile(
            "/([^/:]+): unknown member; (?:did you mean \"([^\"]+)\"\\?|known members are (.*))", Pattern.DOTALL);

    private OuterMembers() {}

    /**
     * Returns the problems with the nearest member of all.
     *
     * @param members the members that the other reader does not know
     */
    static InvalidDefinitionException suggested(InvalidDefinitionException problems, List<String> members) {
        List<String> all = new ArrayList<>();
        problems.problems().forEach(problem -> all.add(suggested(problem, members)));
        return new InvalidDefinitionException("connector document", all);
    }

    private static String suggested(String problem, List<String> members) {
        Matcher unknown = UNKNOWN.matcher(problem);
        if (!unknown.matches()) {
            return problem;
        }
        String name = Objects.requireNonNullElse(unknown.group(1), "");
        List<String> names = new ArrayList<>(members);
        Stream.ofNullable(unknown.group(2)).forEach(names::add);
        String nearest = Suggestions.of(name, names);
        String start = "/" + name + ": unknown member; ";
        if (nearest != null) {
            return start + "did you mean \"" + nearest + "\"?";
        }
        TreeSet<String> known = new TreeSet<>(members);
        Stream.ofNullable(unknown.group(3))
                .flatMap(text -> Stream.of(text.split(", ", -1)))
                .forEach(known::add);
        return start + "known members are " + String.join(", ", known);
    }
}
