package io.httpconnector.wizard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A schema combined with its references and with all parts of {@code allOf}. The lists of alternatives, such as
 * {@code oneOf}, remain to be chosen. Keywords that only a validation can satisfy, such as {@code not}, are ignored.
 */
final class FlatSchema {

    private static final int MAX_DEPTH = 30;
    private static final Set<String> LOWER_LIMITS =
            Set.of("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties", "multipleOf");
    private static final Set<String> UPPER_LIMITS =
            Set.of("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties");
    private static final Set<String> SUBSCHEMAS = Set.of("items", "additionalProperties", "propertyNames", "contains");

    /** Keywords that are collected from all parts. */
    private static final Set<String> COLLECTED = Set.of("properties", "patternProperties", "required", "pattern");

    /** Values that describe a whole schema, and not a part of it. */
    private static final Set<String> EXAMPLES = Set.of("example", "examples", "default");

    private final SchemaReferences references;
    private final ObjectNode keywords;
    private final List<List<JsonNode>> choices;
    private final Set<String> followed;
    private final List<JsonNode> closed;
    private String chosen = "";

    private FlatSchema(
            SchemaReferences references,
            ObjectNode keywords,
            List<List<JsonNode>> choices,
            Set<String> followed,
            List<JsonNode> closed) {
        this.references = references;
        this.keywords = keywords;
        this.choices = choices;
        this.followed = followed;
        this.closed = closed;
    }

    static FlatSchema of(SchemaReferences references, JsonNode schema) {
        FlatSchema flat = new FlatSchema(
                references,
                JsonNodeFactory.instance.objectNode(),
                new ArrayList<>(),
                new LinkedHashSet<>(),
                new ArrayList<>());
        flat.add(schema, true, 0);
        if (flat.types().size() > 1) {
            flat.choices.add(flat.types().stream()
                    .<JsonNode>map(type -> JsonNodeFactory.instance.objectNode().set("type", type))
                    .toList());
        }
        return flat;
    }

    /**
     * Returns this schema with an alternative of each list, or null if there are no further combinations.
     *
     * @param combination the index of the combination
     * @param rank orders the alternatives; those with the lowest rank are chosen first
     */
    @Nullable FlatSchema choose(int combination, ToIntFunction<JsonNode> rank) {
        ObjectNode copy = keywords.objectNode();
        keywords.properties()
                .forEach(keyword -> copy.set(
                        keyword.getKey(),
                        COLLECTED.contains(keyword.getKey()) ? copied(keyword.getValue()) : keyword.getValue()));
        FlatSchema all = new FlatSchema(
                references, copy, new ArrayList<>(), new LinkedHashSet<>(followed), new ArrayList<>(closed));
        List<List<JsonNode>> open = new ArrayList<>(choices);
        all.chosen = chosen;
        int rest = combination;
        boolean isWhole = !keywords.has("properties") && open.size() == 1;
        for (int i = 0; i < open.size() && i < MAX_DEPTH; i++) {
            List<JsonNode> alternatives = new ArrayList<>(open.get(i));
            alternatives.sort(Comparator.comparingInt(rank));
            JsonNode alternative = alternatives.get(rest % alternatives.size());
            rest /= alternatives.size();
            String reference = SchemaReferences.of(alternative);
            all.chosen = reference.isEmpty() ? all.chosen : reference;
            all.add(alternative, isWhole, 0);
            open.addAll(all.choices);
            all.choices.clear();
        }
        return rest > 0 ? null : all;
    }

    private static JsonNode copied(JsonNode value) {
        if (value instanceof ObjectNode object) {
            return object.objectNode().setAll(object);
        }
        return ((ArrayNode) value).arrayNode().addAll((ArrayNode) value);
    }

    JsonNode get(String keyword) {
        return keywords.path(keyword);
    }

    boolean has(String keyword) {
        return keywords.has(keyword);
    }

    /** Returns the references that were followed. */
    Set<String> references() {
        return followed;
    }

    /** Whether the schema permits a member of this name. */
    boolean permits(String name, SchemaValidator validator) {
        return closed.stream()
                .allMatch(known -> known.path("properties").has(name)
                        || known.path("patternProperties").properties().stream()
                                .anyMatch(entry ->
                                        validator.pattern(entry.getKey()).matches(name)));
    }

    /** Returns the types except null. */
    private List<JsonNode> types() {
        List<JsonNode> types = new ArrayList<>();
        JsonNode type = keywords.path("type");
        for (JsonNode one :
                type.isTextual() ? JsonNodeFactory.instance.arrayNode().add(type) : type) {
            if (!one.asText().equals("null")) {
                types.add(one);
            }
        }
        return types;
    }

    /** Returns the type: the declared one, or the one that the keywords imply. */
    String type() {
        List<JsonNode> types = types();
        if (!types.isEmpty()) {
            return types.get(0).asText();
        }
        boolean isNull = keywords.path("type")
                .asText(keywords.path("type").path(0).asText())
                .equals("null");
        if (isNull) {
            return "null";
        }
        if (has("properties")
                || has("required")
                || has("minProperties")
                || has("patternProperties")
                || keywords.path("additionalProperties").isObject()) {
            return "object";
        }
        if (has("items") || has("prefixItems") || has("minItems")) {
            return "array";
        }
        return has("minimum") || has("maximum") || has("multipleOf") ? "number" : "string";
    }

    /** Returns the value of the discriminator for the alternative that was chosen, or an empty text. */
    String discriminatorValue() {
        String reference =
                chosen.isEmpty() && !followed.isEmpty() ? followed.iterator().next() : chosen;
        String name = reference.replaceFirst("^.*/", "");
        for (Map.Entry<String, JsonNode> entry :
                get("discriminator").path("mapping").properties()) {
            String target = entry.getValue().asText();
            if (target.equals(reference) || target.equals(name)) {
                return entry.getKey();
            }
        }
        return name;
    }

    private void add(JsonNode schema, boolean isWhole, int depth) {
        if (depth > MAX_DEPTH || !schema.isObject()) {
            return;
        }
        String reference = SchemaReferences.of(schema);
        boolean isComposed = schema.has("properties") || schema.path("allOf").size() > 1;
        if (!reference.isEmpty() && followed.add(reference)) {
            add(references.target(reference), isWhole && !isComposed, depth + 1);
        }
        for (JsonNode part : schema.path("allOf")) {
            add(part, isWhole && !isComposed, depth + 1);
        }
        schema.properties().forEach(keyword -> add(keyword.getKey(), keyword.getValue(), schema, isWhole));
        if (schema.path("additionalProperties").isBoolean()
                && !schema.get("additionalProperties").booleanValue()) {
            closed.add(schema);
        }
    }

    private void add(String keyword, JsonNode value, JsonNode schema, boolean isWhole) {
        JsonNode known = keywords.path(keyword);
        if (EXAMPLES.contains(keyword)) {
            if (isWhole) {
                keywords.set(keyword, value);
            }
        } else if (LOWER_LIMITS.contains(keyword) || UPPER_LIMITS.contains(keyword)) {
            limit(keyword, value, schema);
        } else if (SUBSCHEMAS.contains(keyword)) {
            keywords.set(keyword, both(known, value));
        } else {
            switch (keyword) {
                case "$ref", "$dynamicRef", "allOf", "then", "else" -> {}
                case "oneOf", "anyOf" -> alternatives(value);
                case "if" -> alternatives(condition(schema));
                case "properties", "patternProperties" -> {
                    ObjectNode all = keywords.withObject("/" + keyword);
                    // Some documents have the properties in a file of their own.
                    references
                            .resolve(value)
                            .properties()
                            .forEach(one -> all.set(one.getKey(), both(all.path(one.getKey()), one.getValue())));
                }
                case "prefixItems" -> {
                    ArrayNode all = JsonNodeFactory.instance.arrayNode();
                    for (int i = 0; i < Math.max(known.size(), value.size()); i++) {
                        all.add(value.has(i) ? both(known.path(i), value.get(i)) : known.get(i));
                    }
                    keywords.set(keyword, all);
                }
                case "required", "pattern" -> {
                    ArrayNode all = keywords.withArray("/" + keyword);
                    (value.isArray()
                                    ? value
                                    : JsonNodeFactory.instance.arrayNode().add(value))
                            .forEach(all::add);
                }
                case "type" -> keywords.set(keyword, known.isMissingNode() ? value : commonTypes(known, value));
                case "enum" -> keywords.set(keyword, known.isMissingNode() ? value : common(known, value));
                default -> keywords.set(keyword, value);
            }
        }
    }

    private void alternatives(JsonNode given) {
        List<JsonNode> all = new ArrayList<>();
        given.forEach(all::add);
        if (!all.isEmpty()) {
            // The alternative null is the last one.
            all.sort(Comparator.comparing(
                    one -> references.resolve(one).path("type").asText().equals("null")));
            choices.add(all);
        }
    }

    /** Returns both branches of a condition as alternatives. */
    private static ArrayNode condition(JsonNode schema) {
        ArrayNode branches = JsonNodeFactory.instance.arrayNode();
        ArrayNode met = branches.addObject().putArray("allOf");
        met.add(schema.path("if"));
        if (schema.path("then").isObject()) {
            met.add(schema.get("then"));
        }
        return branches.add(
                schema.path("else").isObject() ? schema.get("else") : JsonNodeFactory.instance.objectNode());
    }

    /** Keeps the stricter limit. A limit that is exclusive by a boolean, as in OpenAPI 3.0, becomes an exclusive one. */
    private void limit(String keyword, JsonNode value, JsonNode schema) {
        String exclusive = keyword.replaceFirst("^m", "exclusiveM");
        boolean isExclusive =
                schema.path(exclusive).isBoolean() && schema.path(exclusive).booleanValue();
        String effective = isExclusive ? exclusive : keyword;
        JsonNode known = keywords.path(effective);
        if (!value.isNumber()) {
            return;
        }
        int order = known.isNumber() ? value.decimalValue().compareTo(known.decimalValue()) : 0;
        if (!known.isNumber() || (LOWER_LIMITS.contains(keyword) ? order > 0 : order < 0)) {
            keywords.set(effective, value);
        }
    }

    /** Returns a schema that requires both. */
    private static JsonNode both(JsonNode known, JsonNode added) {
        if (known.isMissingNode() || (known.isBoolean() && known.booleanValue()) || known.equals(added)) {
            return added;
        }
        if (known.isBoolean() || (added.isBoolean() && !added.booleanValue())) {
            return BooleanNode.FALSE;
        }
        if (added.isBoolean()) {
            return known;
        }
        ObjectNode both = JsonNodeFactory.instance.objectNode();
        both.putArray("allOf").add(known).add(added);
        return both;
    }

    private static JsonNode common(JsonNode known, JsonNode added) {
        ArrayNode common = JsonNodeFactory.instance.arrayNode();
        for (JsonNode one : known) {
            for (JsonNode other : added) {
                if (SchemaValidator.equal(one, other)) {
                    common.add(one);
                }
            }
        }
        return common.isEmpty() ? known : common;
    }

    private static JsonNode commonTypes(JsonNode known, JsonNode added) {
        ArrayNode knownTypes = texts(known);
        ArrayNode common = JsonNodeFactory.instance.arrayNode();
        for (JsonNode type : texts(added)) {
            for (JsonNode other : knownTypes) {
                boolean isNarrower =
                        type.asText().equals("integer") && other.asText().equals("number");
                boolean isWider =
                        type.asText().equals("number") && other.asText().equals("integer");
                if (type.equals(other) || isNarrower || isWider) {
                    common.add(isWider ? other : type);
                }
            }
        }
        return common.isEmpty() ? known : common;
    }

    private static ArrayNode texts(JsonNode types) {
        ArrayNode all = JsonNodeFactory.instance.arrayNode();
        if (types.isTextual()) {
            return all.add(TextNode.valueOf(types.textValue()));
        }
        types.forEach(all::add);
        return all;
    }

    /** Returns the schema of a member: a property, one by pattern, or an additional one; or a missing node. */
    JsonNode member(String name, Predicate<String> matchesName) {
        JsonNode property = get("properties").path(name);
        if (!property.isMissingNode()) {
            return property;
        }
        for (Map.Entry<String, JsonNode> entry : get("patternProperties").properties()) {
            if (matchesName.test(entry.getKey())) {
                return entry.getValue();
            }
        }
        JsonNode additional = get("additionalProperties");
        return additional.isMissingNode() ? get("unevaluatedProperties") : additional;
    }
}
