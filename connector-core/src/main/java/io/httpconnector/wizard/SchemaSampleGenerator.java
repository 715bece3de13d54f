package io.httpconnector.wizard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.httpconnector.internal.json.JsonSupport;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Generates a sample value for a schema of OpenAPI 3.0 or JSON Schema: its example, its default, or a value that satisfies
 * its keywords. Optional members that would repeat a schema within itself are left out. Each value is validated, and further
 * alternatives are tried if it is not valid; values below are then reduced to what is required.
 */
final class SchemaSampleGenerator {

    private static final int MAX_DEPTH = 8;
    private static final int MAX_REQUIRED_DEPTH = 24;
    private static final int MAX_VALUES = 2000;
    private static final int MAX_REQUIRED_VALUES = 4000;
    private static final int MAX_ITEMS = 100;
    private static final int MAX_COMBINATIONS = 24;

    private final SchemaReferences references;
    private final SchemaValidator validator;
    private final ScalarSampleGenerator scalars;
    private final boolean requiresReadOnly;
    private final Map<String, Integer> open = new HashMap<>();
    private final IdentityHashMap<JsonNode, FlatSchema> known = new IdentityHashMap<>();
    private int values;

    /**
     * @param references resolves the references
     * @param requiresReadOnly whether a required member that is read-only is part of a request, as in OpenAPI 3.1
     */
    SchemaSampleGenerator(SchemaReferences references, boolean requiresReadOnly) {
        this.references = references;
        this.validator = new SchemaValidator(references);
        this.scalars = new ScalarSampleGenerator(validator);
        this.requiresReadOnly = requiresReadOnly;
    }

    /** Returns a sample; the result may be invalid if the schema can't be satisfied. */
    JsonNode of(JsonNode schema) {
        values = 0;
        validator.reset();
        JsonNode sample = sample(schema, 0, false);
        return sample.isMissingNode() ? NullNode.getInstance() : sample;
    }

    boolean isValid(JsonNode schema, JsonNode value) {
        validator.reset();
        return validator.isValid(schema, value) && !validator.isCut();
    }

    private JsonNode sample(JsonNode schema, int depth, boolean isReduced) {
        if (schema.isBoolean() && !schema.booleanValue()) {
            return MissingNode.getInstance();
        }
        FlatSchema flat = flat(schema);
        boolean isRepeated = flat.references().stream().anyMatch(this::isOpen);
        if (++values > MAX_REQUIRED_VALUES || depth > MAX_REQUIRED_DEPTH) {
            return MissingNode.getInstance();
        }
        boolean isSmall = isReduced || isRepeated || values > MAX_VALUES || depth > MAX_DEPTH;
        List<String> opened = List.copyOf(flat.references());
        opened.forEach(reference -> open.merge(reference, 1, Integer::sum));
        try {
            return alternative(schema, flat, depth, isSmall);
        } finally {
            opened.forEach(reference -> open.merge(reference, -1, Integer::sum));
        }
    }

    private FlatSchema flat(JsonNode schema) {
        return known.computeIfAbsent(schema, one -> FlatSchema.of(references, one));
    }

    private boolean isOpen(String reference) {
        return open.getOrDefault(reference, 0) > 0;
    }

    /** Returns the sample of the first combination of alternatives that is valid, otherwise the first sample. */
    private JsonNode alternative(JsonNode schema, FlatSchema flat, int depth, boolean isSmall) {
        JsonNode given = given(schema, flat);
        JsonNode first = given;
        int max = values > MAX_VALUES ? 4 : MAX_COMBINATIONS;
        for (int i = 0; i < max && given.isMissingNode(); i++) {
            FlatSchema chosen = flat.choose(i, one -> repetitions(one, isSmall));
            if (chosen == null) {
                break;
            }
            given = given(schema, chosen);
            for (boolean isReduced : isSmall ? new boolean[] {true} : new boolean[] {false, true}) {
                if (given.isMissingNode() && (!isReduced || isSmall || i < 4)) {
                    JsonNode value = ofChosen(chosen, flat, depth, isReduced);
                    first = first.isMissingNode() ? value : first;
                    given = valid(schema, value);
                }
            }
        }
        if (given.isMissingNode() && validator.isValid(schema, NullNode.getInstance())) {
            return NullNode.getInstance();
        }
        return given.isMissingNode() ? first : given;
    }

    /** Returns a sample of an alternative; the schemas within it prefer alternatives that do not repeat it. */
    private JsonNode ofChosen(FlatSchema chosen, FlatSchema flat, int depth, boolean isReduced) {
        List<String> opened = chosen.references().stream()
                .filter(reference -> !flat.references().contains(reference))
                .toList();
        opened.forEach(reference -> open.merge(reference, 1, Integer::sum));
        try {
            return ofType(chosen, depth, isReduced);
        } finally {
            opened.forEach(reference -> open.merge(reference, -1, Integer::sum));
        }
    }

    /** Returns how often an alternative repeats a schema within itself, so that less recursive ones are chosen first. */
    private int repetitions(JsonNode alternative, boolean isSmall) {
        int own = open.getOrDefault(SchemaReferences.of(alternative), 0);
        return isSmall
                        && own == 0
                        && alternative.findValuesAsText("$ref").stream().anyMatch(this::isOpen)
                ? 1
                : own;
    }

    /** Returns the value, or for a scalar a similar one that is valid; otherwise a missing node. */
    private JsonNode valid(JsonNode schema, JsonNode value) {
        List<JsonNode> candidates = new ArrayList<>(List.of(value));
        if (value.isValueNode() && !value.isNull()) {
            candidates.add(ScalarSampleGenerator.variant(value, 1));
            candidates.add(value.isNumber() ? JsonSupport.number("0.5") : MissingNode.getInstance());
        }
        return candidates.stream()
                .filter(one -> !one.isMissingNode() && validator.isValid(schema, one))
                .findFirst()
                .orElse(MissingNode.getInstance());
    }

    /** Returns a value that the schema names and permits, or a missing node. */
    private JsonNode given(JsonNode schema, FlatSchema flat) {
        List<JsonNode> named = new ArrayList<>();
        for (String keyword : new String[] {"example", "const", "default"}) {
            named.add(flat.get(keyword));
        }
        flat.get("examples").forEach(named::add);
        flat.get("enum").forEach(named::add);
        named.removeIf(value -> value.isMissingNode() || value.isNull());
        for (JsonNode value : named) {
            JsonNode converted = ScalarSampleGenerator.converted(value, flat);
            for (JsonNode one : value.equals(converted) ? List.of(value) : List.of(value, converted)) {
                if (validator.isValid(schema, one)) {
                    return one;
                }
            }
        }
        return MissingNode.getInstance();
    }

    private JsonNode ofType(FlatSchema schema, int depth, boolean isReduced) {
        return switch (schema.type()) {
            case "object" -> object(schema, depth, isReduced);
            case "array" -> array(schema, depth, isReduced);
            case "boolean" -> BooleanNode.TRUE;
            case "integer", "number" -> scalars.number(schema);
            case "null" -> NullNode.getInstance();
            default -> TextNode.valueOf(scalars.text(schema));
        };
    }

    private JsonNode array(FlatSchema schema, int depth, boolean isReduced) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        JsonNode rest = schema.get("items").isArray() ? schema.get("additionalItems") : schema.get("items");
        JsonNode items = rest.isMissingNode() ? schema.get("unevaluatedItems") : rest;
        JsonNode prefix = schema.get("items").isArray() ? schema.get("items") : schema.get("prefixItems");
        int required = Math.min(schema.get("minItems").asInt(0), MAX_ITEMS);
        int wanted = isReduced || isRecursive(items) || (items.isMissingNode() && prefix.isEmpty())
                ? required
                : Math.max(required, Math.max(1, prefix.size()));
        int size = Math.min(wanted, schema.get("maxItems").asInt(MAX_ITEMS));
        boolean isUnique = schema.get("uniqueItems").asBoolean();
        int contained = schema.get("contains").isObject()
                ? Math.min(schema.get("minContains").asInt(1), MAX_ITEMS)
                : 0;
        for (int i = 0; i < contained; i++) {
            JsonNode value = sample(schema.get("contains"), depth + 1, isReduced);
            array.add(isUnique && i > 0 ? distinct(schema.get("contains"), value, array) : value);
        }
        for (int i = array.size(); i < size; i++) {
            JsonNode any = i < prefix.size() ? prefix.get(i) : items;
            boolean isMax = contained > 0 && i >= schema.get("maxContains").asInt(MAX_ITEMS);
            JsonNode item = isMax ? withoutContained(any, schema.get("contains")) : any;
            JsonNode value = sample(item, depth + 1, isReduced);
            JsonNode distinct = isUnique && i > 0 ? distinct(item, value, array) : value;
            boolean isNeeded = i < required && !distinct.isMissingNode();
            if (!isNeeded && (distinct.isMissingNode() || !validator.isValid(item, distinct))) {
                break;
            }
            array.add(distinct);
        }
        return array;
    }

    /** Returns the schema of an item that is not one of those that an array may contain only {@code maxContains} times. */
    private static JsonNode withoutContained(JsonNode item, JsonNode contained) {
        ObjectNode schema = JsonNodeFactory.instance.objectNode();
        schema.putArray("allOf").add(item.isMissingNode() ? BooleanNode.TRUE : item);
        schema.putObject("not").set("allOf", schema.arrayNode().add(contained));
        return schema;
    }

    /** Returns a valid item that the array does not contain yet, or a missing node. */
    private JsonNode distinct(JsonNode item, JsonNode value, ArrayNode array) {
        List<JsonNode> candidates = new ArrayList<>(List.of(value));
        FlatSchema flat = flat(item);
        flat.get("enum").forEach(candidates::add);
        for (int i = 0; i < MAX_ITEMS; i++) {
            candidates.add(ScalarSampleGenerator.variant(value, i));
        }
        if (value.isTextual()) {
            scalars.others(flat, MAX_ITEMS).forEach(candidates::add);
        }
        for (JsonNode candidate : candidates) {
            boolean isKnown = false;
            for (JsonNode element : array) {
                isKnown |= SchemaValidator.equal(element, candidate);
            }
            if (!isKnown && !candidate.isMissingNode() && validator.isValid(item, candidate)) {
                return candidate;
            }
        }
        return MissingNode.getInstance();
    }

    /** Whether a schema contains itself. */
    private boolean isRecursive(JsonNode schema) {
        return flat(schema).references().stream().anyMatch(this::isOpen);
    }

    private JsonNode object(FlatSchema schema, int depth, boolean isReduced) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        Set<String> required = new LinkedHashSet<>();
        schema.get("required").forEach(name -> required.add(name.asText()));
        schema.get("properties").properties().forEach(property -> {
            String name = property.getKey();
            boolean isRequired = required.contains(name);
            if (isWanted(schema, name, isRequired, isReduced) && (isRequired || !isRecursive(property.getValue()))) {
                put(object, name, property.getValue(), schema, depth, isReduced, isRequired);
            }
        });
        for (String name : required) {
            if (!object.has(name) && !schema.get("properties").has(name)) {
                put(object, name, member(schema, name), schema, depth, isReduced, true);
            }
        }
        dependencies(schema, object, depth);
        fill(schema, object, depth);
        int max = schema.get("maxProperties").asInt(Integer.MAX_VALUE);
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        for (int i = names.size() - 1; i >= 0 && object.size() > max; i--) {
            if (!required.contains(names.get(i))) {
                object.remove(names.get(i));
            }
        }
        return object;
    }

    private boolean isWanted(FlatSchema schema, String name, boolean isRequired, boolean isReduced) {
        FlatSchema property = flat(schema.get("properties").path(name));
        if (property.get("readOnly").asBoolean() && !(isRequired && requiresReadOnly)) {
            validator.ignoreRequired(name);
            return false;
        }
        boolean isPermitted = schema.permits(name, validator);
        return isRequired
                || (!isReduced && isPermitted && !property.get("deprecated").asBoolean());
    }

    private JsonNode member(FlatSchema schema, String name) {
        return schema.member(name, pattern -> validator.pattern(pattern).matches(name));
    }

    private void put(
            ObjectNode object,
            String name,
            JsonNode schema,
            FlatSchema parent,
            int depth,
            boolean isReduced,
            boolean isRequired) {
        JsonNode value = discriminator(parent, name, schema);
        if (value.isMissingNode()) {
            value = sample(schema, depth + 1, isReduced);
        }
        if (value.isMissingNode() ? isRequired : isRequired || validator.isValid(schema, value)) {
            object.set(name, value.isMissingNode() ? NullNode.getInstance() : value);
        }
    }

    private JsonNode discriminator(FlatSchema parent, String name, JsonNode schema) {
        JsonNode value = TextNode.valueOf(parent.discriminatorValue());
        boolean isDiscriminator =
                parent.get("discriminator").path("propertyName").asText().equals(name);
        return isDiscriminator && !value.asText().isEmpty() && validator.isValid(schema, value)
                ? value
                : MissingNode.getInstance();
    }

    /** Adds the members on which others depend. */
    private void dependencies(FlatSchema schema, ObjectNode object, int depth) {
        for (String keyword : List.of("dependentRequired", "dependencies")) {
            schema.get(keyword).properties().forEach(dependency -> {
                if (object.has(dependency.getKey())) {
                    for (JsonNode name : dependency.getValue()) {
                        if (name.isTextual() && !object.has(name.asText())) {
                            put(object, name.asText(), member(schema, name.asText()), schema, depth, true, true);
                        }
                    }
                }
            });
        }
    }

    /** Adds members until there are {@code minProperties}: optional ones, then any others that are permitted. */
    private void fill(FlatSchema schema, ObjectNode object, int depth) {
        int min = Math.min(schema.get("minProperties").asInt(0), MAX_ITEMS);
        if (object.size() >= min) {
            return;
        }
        Set<String> names = new LinkedHashSet<>();
        schema.get("properties").fieldNames().forEachRemaining(names::add);
        flat(schema.get("propertyNames")).get("enum").forEach(name -> names.add(name.asText()));
        JsonNode pattern = flat(schema.get("propertyNames")).get("pattern");
        Set<String> patterns = new HashSet<>();
        pattern.forEach(one -> patterns.add(one.asText()));
        schema.get("patternProperties").fieldNames().forEachRemaining(patterns::add);
        patterns.forEach(one -> names.addAll(validator.pattern(one).samples(0, MAX_ITEMS)));
        for (int i = 1; i <= min; i++) {
            names.add("key" + i);
        }
        for (String name : names) {
            JsonNode member = member(schema, name);
            boolean isPermitted = validator.isValid(schema.get("propertyNames"), TextNode.valueOf(name));
            if (object.size() < min && !object.has(name) && isPermitted) {
                put(object, name, member, schema, depth, true, false);
            }
        }
    }
}
