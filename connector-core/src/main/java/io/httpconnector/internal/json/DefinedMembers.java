package io.httpconnector.internal.json;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The settings of a builder that come from a definition instead of from code. A problem of such a setting is located by the JSON
 * Pointer of its member, as the problems that were found while the definition was read. Not thread-safe.
 */
public final class DefinedMembers {

    private final Set<String> names = new HashSet<>();

    /**
     * Adds the members of a definition, and those that it lacks although they are required.
     *
     * @param json the definition
     * @param required the required members
     */
    public void add(JsonNode json, String... required) {
        json.fieldNames().forEachRemaining(names::add);
        names.addAll(List.of(required));
    }

    /**
     * Removes a setting that code has replaced.
     *
     * @param members the members of the setting
     */
    public void replacedByCode(String... members) {
        names.removeAll(List.of(members));
    }

    /**
     * Whether a setting comes from the definition.
     *
     * @param name its member
     * @return whether the definition has the member, or lacks it although it is required
     */
    public boolean contains(String name) {
        return names.contains(name);
    }

    /**
     * Locates problems that begin with the name of a setting and a colon.
     *
     * @param problems the problems
     * @param alternatives members that a setting may have instead of the one of its name
     * @return the problems; those of the definition begin with a JSON Pointer
     */
    public List<String> locate(List<String> problems, Map<String, String> alternatives) {
        return problems.stream().map(problem -> locate(problem, alternatives)).toList();
    }

    private String locate(String problem, Map<String, String> alternatives) {
        int colon = Math.max(0, problem.indexOf(": "));
        String setting = problem.substring(0, colon);
        String other = alternatives.getOrDefault(setting, setting);
        String name = names.contains(other) ? other : setting;
        return names.contains(name) ? "/" + name + problem.substring(colon) : problem;
    }
}
