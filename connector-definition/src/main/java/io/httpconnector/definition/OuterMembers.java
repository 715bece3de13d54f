package io.httpconnector.definition;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.Suggestions;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

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
        List<String> names = new ArrayList<>();
        if (unknown.group(2) != null) {
            names.add(unknown.group(2));
        }
        names.addAll(members);
        String nearest = Suggestions.of(unknown.group(1), names);
        String start = "/" + unknown.group(1) + ": unknown member; ";
        if (nearest != null) {
            return start + "did you mean \"" + nearest + "\"?";
        }
        TreeSet<String> known = new TreeSet<>(List.of(unknown.group(3).split(", ", -1)));
        known.addAll(members);
        return start + "known members are " + String.join(", ", known);
    }
}
