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
 * What the earlier steps of a job give, as JSON Schema (2020-12), for {@link RequestTemplate#check(PillCatalogue)}: so that a
 * wrong pill is found before a job runs. Understands {@code type}, {@code properties}, {@code additionalProperties},
 * {@code items}, {@code prefixItems}, {@code allOf}, {@code anyOf}, {@code oneOf} and local {@code $ref}; what it doesn't
 * understand, it does not complain about. Immutable.
 */
public final class PillCatalogue {

    private static final int MAX_DEPTH = 50;
    private static final PillCatalogue EMPTY = new PillCatalogue(Map.of());

    private final Map<String, JsonNode> steps;

    private PillCatalogue(Map<String, JsonNode> steps) {
        this.steps = steps;
    }

    /**
     * What one step gives.
     *
     * @param step the name of the step, the first segment of its pills
     * @param schema a JSON Schema, as a tree, map, or whatever Jackson can write
     * @return the catalogue
     * @throws InvalidDefinitionException when Jackson has no way to write the schema
     */
    public static PillCatalogue of(String step, Object schema) {
        return EMPTY.and(step, schema);
    }

    /**
     * This catalogue with one more step, which replaces one of the same name.
     *
     * @param step the name of the step
     * @param schema a JSON Schema
     * @return a new catalogue
     * @throws InvalidDefinitionException when the name is empty, there is no schema, or Jackson has no way to write it
     */
    public PillCatalogue and(String step, Object schema) {
        Map<String, JsonNode> more = new HashMap<>(steps);
        if (step == null || step.isEmpty() || schema == null) {
            throw new InvalidDefinitionException("catalogue", List.of("a step needs a name and a schema"));
        }
        more.put(step, JsonSupport.tree(schema));
        return new PillCatalogue(Map.copyOf(more));
    }

    /** What is wrong with a pill, or null. */
    @Nullable TemplateProblem check(PillUsage use) {
        if (use.path().isEmpty()) {
            return null;
        }
        PillPath path = ExpressionReader.path(use.path());
        String step = String.valueOf(path.steps().get(0));
        JsonNode root = steps.get(step);
        if (root == null) {
            return problem(
                    use,
                    new ValueRejectedException(
                            Code.MISSING, "there is no step \"" + step + "\"", Suggestions.of(step, steps.keySet())));
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
                return open ? null : problem(use, missing(schemas, reached.toString(), next));
            }
            schemas = below;
            PillPath.append(reached, next);
        }
        return path.steps().contains(PillPath.ALL) ? null : wrongType(use, schemas);
    }

    /** The schemas of which one holds, without references to others. */
    private static List<JsonNode> alternatives(JsonNode schema, JsonNode root, int depth) {
        if (depth > MAX_DEPTH) {
            return List.of();
        }
        String ref = schema.path("$ref").asText("");
        if (ref.startsWith("#")) {
            return alternatives(root.at(ref.substring(1)), root, depth + 1);
        }
        List<JsonNode> found = new ArrayList<>();
        for (String keyword : List.of("anyOf", "oneOf", "allOf")) {
            schema.path(keyword).forEach(part -> found.addAll(alternatives(part, root, depth + 1)));
        }
        if (found.isEmpty() || schema.has("properties") || schema.has("items")) {
            found.add(schema);
        }
        return found;
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

    /** Whether the schema says nothing about what is below it. */
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
        return new ValueRejectedException(Code.MISSING, "\"" + reached + "\" is no list, and so has no [" + step + "]");
    }

    private static @Nullable TemplateProblem wrongType(PillUsage use, List<JsonNode> schemas) {
        Set<ValueType> types = EnumSet.noneOf(ValueType.class);
        for (JsonNode schema : schemas) {
            Set<ValueType> given = types(schema);
            if (given.isEmpty()) {
                return null;
            }
            types.addAll(given);
        }
        boolean fits = use.takes().isEmpty() || types.stream().anyMatch(use.takes()::contains);
        if (fits || types.isEmpty() || types.equals(Set.of(ValueType.NULL))) {
            return null;
        }
        types.remove(ValueType.NULL);
        return problem(
                use,
                new ValueRejectedException(
                        Code.WRONG_TYPE, "is " + phrases(types) + ", but " + phrases(use.takes()) + " is needed here"));
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

    private static TemplateProblem problem(PillUsage use, ValueRejectedException refusal) {
        return use.pill().problem(refusal);
    }

    /**
     * Names the steps.
     *
     * @return the names
     */
    @Override
    public String toString() {
        return "PillCatalogue" + new TreeSet<>(steps.keySet());
    }
}
