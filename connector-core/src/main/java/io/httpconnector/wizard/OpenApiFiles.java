package io.httpconnector.wizard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.ConnectorException;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.YamlOrJson;
import io.httpconnector.internal.text.PercentEncoding;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Adds the files that an OpenAPI document refers to, so that all references are local. References that are refused stay as they are.
 * Files may refer to each other. Not thread-safe.
 */
final class OpenApiFiles {

    /** The member that contains the files. */
    private static final String MEMBER = "x-external";

    private static final int MAX_MEBIBYTES = 8;
    private static final int MAX_FILES = 5000;
    private static final int MAX_DEPTH = 500;
    private static final Pattern SCHEME = Pattern.compile("(?:[A-Za-z][A-Za-z0-9+.-]*:|//).*", Pattern.DOTALL);

    /** The members with data, in which {@code $ref} is no reference. */
    private static final Set<String> DATA = Set.of("example", "default", "enum", "const", "value");

    /** The members whose own members have free names. */
    private static final Set<String> MAPS = Set.of(
            "properties",
            "patternProperties",
            "$defs",
            "definitions",
            "dependentSchemas",
            "schemas",
            "parameters",
            "responses",
            "headers",
            "examples",
            "requestBodies",
            "paths");

    private final PermittedFiles files;
    private final ArrayNode added = JsonNodeFactory.instance.arrayNode();
    private final Map<Path, Integer> known = new LinkedHashMap<>();
    private final Set<String> notes = new TreeSet<>();

    private OpenApiFiles(Path directory) {
        this.files = new PermittedFiles(directory, MAX_MEBIBYTES);
    }

    /**
     * A document with all files that it refers to.
     *
     * @param notes the references that were refused, with the reason
     */
    record Bundle(JsonNode document, Set<String> notes) {}

    /**
     * Adds the files to a document.
     *
     * @param directory the directory in which files may be read, and to which the references of the document are relative
     */
    static Bundle add(JsonNode document, Path directory) {
        OpenApiFiles all = new OpenApiFiles(directory);
        JsonNode resolved = all.resolve(document, directory, "#", false, 0);
        if (resolved instanceof ObjectNode object && !all.added.isEmpty()) {
            object.set(MEMBER, all.added);
        }
        return new Bundle(resolved, all.notes);
    }

    /**
     * Returns a copy with local references.
     *
     * @param base the directory to which references are relative
     * @param local the location of the file in the document, as a fragment
     * @param isMap whether the names of the members are free
     */
    private JsonNode resolve(JsonNode node, Path base, String local, boolean isMap, int depth) {
        if (depth > MAX_DEPTH || !node.isContainerNode()) {
            return node;
        }
        if (node.isArray()) {
            ArrayNode copy = JsonNodeFactory.instance.arrayNode(node.size());
            node.forEach(element -> copy.add(resolve(element, base, local, false, depth + 1)));
            return copy;
        }
        ObjectNode copy = JsonNodeFactory.instance.objectNode();
        node.properties().forEach(member -> {
            String name = member.getKey();
            JsonNode value = member.getValue();
            if (name.equals("$ref") && value.isTextual()) {
                copy.put(name, reference(value.textValue(), base, local));
            } else if (!isMap && DATA.contains(name)) {
                copy.set(name, value);
            } else {
                copy.set(name, resolve(value, base, local, !isMap && MAPS.contains(name), depth + 1));
            }
        });
        return copy;
    }

    private String reference(String reference, Path base, String local) {
        int hash = reference.indexOf('#');
        String file = hash < 0 ? reference : reference.substring(0, hash);
        String fragment = hash < 0 ? "" : reference.substring(hash + 1);
        if (file.isEmpty()) {
            return within(local, fragment, reference);
        }
        try {
            return within("#/" + MEMBER + "/" + position(file, base), fragment, "#" + fragment);
        } catch (InvalidDefinitionException e) {
            notes.add("the reference " + reference + " is not resolved: "
                    + e.problems().get(0));
        } catch (ConnectorException e) {
            notes.add("the reference " + reference + " is not resolved: " + e.getMessage());
        }
        return reference;
    }

    /** Returns a reference to a part of a file; the names of anchors are unique in all files. */
    private static String within(String file, String fragment, String anchor) {
        return fragment.isEmpty() ? file : fragment.startsWith("/") ? file + fragment : anchor;
    }

    /** Returns the position of a file, which is read if it is new. */
    private int position(String name, Path base) {
        if (SCHEME.matcher(name).matches()) {
            throw new InvalidDefinitionException("file", "it is a URL, and only files are read");
        }
        String decoded = PercentEncoding.decode(name);
        Path file = files.find(base, decoded == null ? name : decoded);
        Integer position = known.get(file);
        return position == null ? read(file, name) : position;
    }

    private int read(Path file, String name) {
        if (known.size() >= MAX_FILES) {
            throw new InvalidDefinitionException("file", "there are more than " + MAX_FILES + " files");
        }
        JsonNode tree = YamlOrJson.read(files.text(file, name));
        int position = added.size();
        known.put(file, position);
        added.addNull();
        Path base = parent(file);
        added.set(position, resolve(tree, base, "#/" + MEMBER + "/" + position, false, 0));
        return position;
    }

    private Path parent(Path file) {
        @Nullable Path parent = file.getParent();
        return parent == null ? files.directory() : parent;
    }
}
