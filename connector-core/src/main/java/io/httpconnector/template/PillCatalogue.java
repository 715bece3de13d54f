package io.httpconnector.template;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.internal.json.Suggestions;
import io.httpconnector.template.TemplateProblem.Code;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The outputs of earlier steps of a job as JSON Schema (2020-12), for {@link RequestTemplate#check(PillCatalogue)}, which
 * finds invalid pills before a job runs. Supports {@code type}, {@code properties}, {@code additionalProperties},
 * {@code items}, {@code prefixItems}, {@code allOf}, {@code anyOf}, {@code oneOf} and local {@code $ref}; other keywords are
 * ignored and cause no problems. Immutable.
 */
public final class PillCatalogue {

    private static final int MAX_DEPTH = 50;
    private static final PillCatalogue EMPTY = new PillCatalogue(Map.of());

    private final Map<String, JsonNode> steps;

    private PillCatalogue(Map<String, JsonNode> steps) {
        this.steps = steps;
    }

    /**
     * Creates a catalogue with the output of one step.
     *
     * @param step the name of the step, the first segment of its pills
     * @param schema a JSON Schema, as a tree, map or any object that Jackson can serialise
     * @return the catalogue
     * @throws InvalidDefinitionException if Jackson can't serialise the schema
     */
    public static PillCatalogue of(String step, Object schema) {
        return EMPTY.and(step, schema);
    }

    /**
     * Returns this catalogue with an additional step, which replaces a step of the same name.
     *
     * @param step the name of the step
     * @param schema a JSON Schema
     * @return a new catalogue
     * @throws InvalidDefinitionException if the name is empty, the schema is null, or Jackson can't serialise it
     */
    public PillCatalogue and(String step, Object schema) {
        Map<String, JsonNode> more = new HashMap<>(steps);
        if (step == null || step.isEmpty() || schema == null) {
            throw new InvalidDefinitionException("catalogue", List.of("a step requires a name and a schema"));
        }
        more.put(step, JsonSupport.tree(schema));
        return new PillCatalogue(Map.copyOf(more));
    }

    /** Returns the problem of a pill, or null. */
    @Nullable TemplateProblem check(PillUsage usage) {
        if (usage.path().isEmpty()) {
            return null;
        }
        PillPath path = ExpressionReader.path(usage.path());
        String step = String.valueOf(path.steps().get(0));
        JsonNode root = steps.get(step);
        if (root == null) {
            return problem(
                    usage,
                    new ValueRejectedException(
                            Code.MISSING, "unknown step \"" + step + "\"", Suggestions.of(step, steps.keySet())));
        }
        List<JsonNode> schemas = alternatives(root, root, 0);
        StringBuilder reached = new StringBuilder();
        PillPath.append(reached, step);
        for (Object next : path.steps().subList(1, path.steps().size())) {
            List<JsonNode> below = new ArrayList<>();
            boolean open = false;
            for (JsonNode schema : schemas) {
                JsonNode child = child(schema, next);
                open |= child == null && isOpen(schema, next);
                if (child != null) {
                    List<JsonNode> children = alternatives(child, root, 0);
                    open |= children.isEmpty();
                    below.addAll(children);
                }
            }
            if (below.isEmpty()) {
                return open ? null : problem(usage, missing(schemas, reached.toString(), next));
            }
            schemas = below;
            PillPath.append(reached, next);
        }
        return path.steps().contains(PillPath.ALL) ? null : wrongType(usage, schemas);
    }

    /** Returns the alternative schemas of a schema, with references resolved. */
    private static List<JsonNode> alternatives(JsonNode schema, JsonNode root, int depth) {
        if (depth > MAX_DEPTH) {
            return List.of();
        }
        String ref = schema.path("$ref").asText("");
        if (ref.startsWith("#")) {
            return alternatives(root.at(ref.substring(1)), root, depth + 1);
        }
        List<JsonNode> alternatives = new ArrayList<>();
        for (String keyword : List.of("anyOf", "oneOf", "allOf")) {
            schema.path(keyword).forEach(part -> alternatives.addAll(alternatives(part, root, depth + 1)));
        }
        if (alternatives.isEmpty() || schema.has("properties") || schema.has("items")) {
            alternatives.add(schema);
        }
        return alternatives;
    }

    private static @Nullable JsonNode child(JsonNode schema, Object step) {
        if (step instanceof String name) {
            JsonNode property = schema.path("properties").get(name);
            JsonNode other = schema.path("additionalProperties");
            return property == null && other.isObject() ? other : property;
        }
        JsonNode item =
                step instanceof Integer index ? schema.path("prefixItems").get(index) : null;
        return item == null ? schema.get("items") : item;
    }

    /** Whether the schema does not restrict its members or elements. */
    private static boolean isOpen(JsonNode schema, Object step) {
        Set<ValueType> types = types(schema);
        return step instanceof String
                ? !schema.has("properties") && (types.isEmpty() || types.contains(ValueType.OBJECT))
                : !schema.has("prefixItems") && (types.isEmpty() || types.contains(ValueType.LIST));
    }

    private static ValueRejectedException missing(List<JsonNode> schemas, String reached, Object step) {
        Set<String> names = new LinkedHashSet<>();
        for (JsonNode schema : schemas) {
            schema.path("properties").properties().forEach(property -> names.add(property.getKey()));
        }
        if (step instanceof String name) {
            return new ValueRejectedException(
                    Code.MISSING, "\"" + reached + "\" has no \"" + name + "\"", Suggestions.of(name, names));
        }
        return new ValueRejectedException(
                Code.MISSING, "\"" + reached + "\" is not a list, so it has no [" + step + "]");
    }

    private static @Nullable TemplateProblem wrongType(PillUsage usage, List<JsonNode> schemas) {
        Set<ValueType> types = EnumSet.noneOf(ValueType.class);
        for (JsonNode schema : schemas) {
            Set<ValueType> declared = types(schema);
            if (declared.isEmpty()) {
                return null;
            }
            types.addAll(declared);
        }
        boolean fits = usage.acceptedTypes().isEmpty() || types.stream().anyMatch(usage.acceptedTypes()::contains);
        if (fits || types.isEmpty() || types.equals(Set.of(ValueType.NULL))) {
            return null;
        }
        types.remove(ValueType.NULL);
        return problem(
                usage,
                new ValueRejectedException(
                        Code.WRONG_TYPE,
                        "is " + phrases(types) + ", but " + phrases(usage.acceptedTypes()) + " is required here"));
    }

    private static String phrases(Set<ValueType> types) {
        return String.join(
                " or ", types.stream().sorted().map(ValueType::phrase).toList());
    }

    private static Set<ValueType> types(JsonNode schema) {
        Set<ValueType> types = EnumSet.noneOf(ValueType.class);
        JsonNode type = schema.path("type");
        for (JsonNode name :
                type.isArray() ? type : JsonNodeFactory.instance.arrayNode().add(type)) {
            switch (name.asText()) {
                case "string" -> types.add(ValueType.TEXT);
                case "number", "integer" -> types.add(ValueType.NUMBER);
                case "boolean" -> types.add(ValueType.BOOLEAN);
                case "array" -> types.add(ValueType.LIST);
                case "object" -> types.add(ValueType.OBJECT);
                case "null" -> types.add(ValueType.NULL);
                default -> {}
            }
        }
        return types;
    }

    private static TemplateProblem problem(PillUsage usage, ValueRejectedException rejection) {
        return usage.pill().problem(rejection);
    }

    /**
     * Returns the names of the steps.
     *
     * @return the names
     */
    @Override
    public String toString() {
        return "PillCatalogue" + new TreeSet<>(steps.keySet());
    }
}
