package io.httpconnector.internal.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * The definitions of well-known services or protocols: resources of the same format as other definitions, with the documentation
 * they follow. Immutable and thread-safe.
 */
public final class PresetCatalogue {

    /** The member of a definition that contains the name of a preset. */
    public static final String MEMBER = "preset";

    private static final String PARAMETERS = "parameters";

    private final Class<?> owner;
    private final String what;
    private final List<String> names;

    /**
     * Creates a catalogue.
     *
     * @param owner the class whose package contains the resources {@code presets/NAME.json}
     * @param what the name of the definitions in exceptions
     * @param names the names of the presets
     */
    public PresetCatalogue(Class<?> owner, String what, List<String> names) {
        this.owner = owner;
        this.what = what;
        this.names = List.copyOf(names);
    }

    /**
     * Returns the names of the presets.
     *
     * @return the names
     */
    public List<String> names() {
        return names;
    }

    /**
     * Completes a definition by its preset, if it has one.
     *
     * @param members the definition, whose members and parameters take precedence; is not changed
     * @return the completed definition
     */
    public ObjectNode complete(ObjectNode members) {
        if (!members.path(MEMBER).isTextual()) {
            return members;
        }
        ObjectNode complete = get(members.path(MEMBER).textValue());
        JsonNode defaults = complete.path(PARAMETERS).deepCopy();
        complete.setAll(members);
        JsonNode own = members.path(PARAMETERS);
        if (defaults instanceof ObjectNode merged && (own.isObject() || own.isMissingNode())) {
            own.properties().forEach(one -> merged.set(one.getKey(), one.getValue()));
            complete.set(PARAMETERS, merged);
        }
        return complete;
    }

    /**
     * Returns the definition of a preset.
     *
     * @param name the name
     * @return a copy
     * @throws InvalidDefinitionException if there is no such preset
     */
    public ObjectNode get(String name) {
        return read(name).path("definition").deepCopy();
    }

    /**
     * Returns the pages of the documentation that a preset follows.
     *
     * @param name the name
     * @return the URLs of the pages
     * @throws InvalidDefinitionException if there is no such preset
     */
    public List<String> documentation(String name) {
        List<String> pages = new ArrayList<>();
        read(name).path("documentation").forEach(page -> pages.add(page.asText()));
        return List.copyOf(pages);
    }

    private JsonNode read(String name) {
        if (!names.contains(name)) {
            String nearest = Suggestions.ofName(name, names);
            throw new InvalidDefinitionException(
                    what,
                    "/preset: there is no preset \"" + name + "\": "
                            + (nearest == null ? "use one of " + names : "did you mean \"" + nearest + "\"?"));
        }
        try (InputStream in = owner.getResourceAsStream("presets/" + name + ".json")) {
            if (in == null) {
                throw new IllegalStateException("the resource of the preset " + name + " is missing");
            }
            return JsonSupport.read(in.readAllBytes());
        } catch (IOException e) {
            throw new IllegalStateException("the resource of the preset " + name + " cannot be read", e);
        }
    }
}
