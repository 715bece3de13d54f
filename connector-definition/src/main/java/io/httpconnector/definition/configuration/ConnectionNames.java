package io.httpconnector.definition.configuration;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A check for connections whose names differ only in their spelling: environment variables have no hyphens. */
final class ConnectionNames {

    private ConnectionNames() {}

    /** Returns a problem for each name that is another spelling of one with more hyphens, or of an earlier one. */
    static List<String> problems(Iterable<String> names) {
        Map<String, String> chosen = new LinkedHashMap<>();
        for (String name : names) {
            chosen.merge(
                    PropertyNames.uniform(name), name, (one, other) -> hyphens(other) > hyphens(one) ? other : one);
        }
        List<String> problems = new ArrayList<>();
        for (String name : names) {
            String other = chosen.get(PropertyNames.uniform(name));
            if (other != null && !other.equals(name)) {
                String prefix = ApplicationSettings.PREFIX + ".connections.";
                problems.add(prefix + name + ": it is another spelling of " + prefix + other
                        + ": use the same name for all properties of the connection");
            }
        }
        return problems;
    }

    private static long hyphens(String name) {
        return name.chars().filter(c -> c == '-').count();
    }
}
