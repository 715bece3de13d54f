package io.httpconnector.wizard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Validates a value against a schema of OpenAPI 3.0 or JSON Schema (2020-12). A keyword that is unknown, and a reference that
 * is not resolved, permit every value. The effort is bounded: beyond it, a value is assumed to be valid.
 */
final class SchemaValidator {

    private static final int MAX_STEPS = 300_000;
    private static final int MAX_DEPTH = 100;
    private static final int MAX_SCALE = 1000;

    /** Compares numbers by value: 1 equals 1.0. */
    private static final Comparator<JsonNode> BY_VALUE =
            (a, b) -> a.isNumber() && b.isNumber() ? a.decimalValue().compareTo(b.decimalValue()) : a.equals(b) ? 0 : 1;

    private final SchemaReferences references;
    private final Map<String, SchemaPattern> patterns = new HashMap<>();
    /** Values that are valid, and their schemas: a value within another one is validated once. */
    private final IdentityHashMap<JsonNode, JsonNode> known = new IdentityHashMap<>();

    private final Set<String> ignored = new HashSet<>();
    private int steps;
    private boolean isCut;

    SchemaValidator(SchemaReferences references) {
        this.references = references;
    }

    static boolean equal(JsonNode a, JsonNode b) {
        return a.equals(BY_VALUE, b);
    }

    /** Starts the effort anew. */
    void reset() {
        steps = 0;
        isCut = false;
        known.clear();
    }

    /** Returns whether a value was nested too deep, so that a part of it was not validated. */
    boolean isCut() {
        return isCut;
    }

    /** Permits that a required member is missing, because it is read-only. */
    void ignoreRequired(String name) {
        ignored.add(name);
    }

    boolean isValid(JsonNode schema, JsonNode value) {
        boolean isValid = isValid(schema, value, 0);
        if (isValid && value.isContainerNode()) {
            known.put(value, schema);
        }
        return isValid;
    }

    /** Returns the compiled pattern. */
    SchemaPattern pattern(String regex) {
        return patterns.computeIfAbsent(regex, SchemaPattern::of);
    }

    @SuppressWarnings("ReferenceEquality") // Equal schemas are rare, and comparing them is expensive.
    private boolean isValid(JsonNode schema, JsonNode value, int depth) {
        if (schema.isBoolean() || known.get(value) == schema) {
            return !schema.isBoolean() || schema.booleanValue();
        }
        isCut |= depth > MAX_DEPTH;
        if (++steps > MAX_STEPS || depth > MAX_DEPTH || !schema.isObject()) {
            return true;
        }
        String reference = SchemaReferences.of(schema);
        if (!reference.isEmpty() && !isValid(references.target(reference), value, depth + 1)) {
            return false;
        }
        if (value.isNull() && schema.path("nullable").asBoolean()) {
            return !schema.has("enum") || contains(schema.get("enum"), value);
        }
        return isOfType(schema.path("type"), value)
                && (!schema.path("enum").isArray() || contains(schema.get("enum"), value))
                && (!schema.has("const") || equal(schema.get("const"), value))
                && (!value.isNumber() || number(schema, value.decimalValue()))
                && (!value.isTextual() || text(schema, value.textValue()))
                && (!value.isArray() || array(schema, value, depth))
                && (!value.isObject() || object(schema, value, depth))
                && composition(schema, value, depth)
                && unevaluated(schema, value, depth);
    }

    private static boolean contains(JsonNode values, JsonNode value) {
        for (JsonNode one : values) {
            if (equal(one, value)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isOfType(JsonNode type, JsonNode value) {
        if (type.isTextual()) {
            return isOfType(type.textValue(), value);
        }
        boolean isAny = type.isEmpty();
        for (JsonNode one : type) {
            isAny |= isOfType(one.asText(), value);
        }
        return isAny;
    }

    private static boolean isOfType(String type, JsonNode value) {
        return switch (type) {
            case "object" -> value.isObject();
            case "array" -> value.isArray();
            case "boolean" -> value.isBoolean();
            case "null" -> value.isNull();
            case "number" -> value.isNumber();
            case "integer" -> value.isNumber() && isInteger(value.decimalValue());
            case "string" -> value.isTextual();
            default -> true;
        };
    }

    private static boolean isMultiple(BigDecimal number, BigDecimal step) {
        // The remainder of a number with a large exponent would have as many digits.
        boolean isLarge = Math.abs(number.scale()) > MAX_SCALE || Math.abs(step.scale()) > MAX_SCALE;
        return isLarge || step.signum() <= 0 || number.remainder(step).signum() == 0;
    }

    private static boolean isInteger(BigDecimal number) {
        return number.signum() == 0 || number.stripTrailingZeros().scale() <= 0;
    }

    private static boolean number(JsonNode schema, BigDecimal number) {
        JsonNode min = schema.path("minimum");
        JsonNode max = schema.path("maximum");
        JsonNode above = schema.path("exclusiveMinimum");
        JsonNode below = schema.path("exclusiveMaximum");
        JsonNode step = schema.path("multipleOf");
        return (!min.isNumber() || number.compareTo(min.decimalValue()) >= (isTrue(above) ? 1 : 0))
                && (!max.isNumber() || number.compareTo(max.decimalValue()) <= (isTrue(below) ? -1 : 0))
                && (!above.isNumber() || number.compareTo(above.decimalValue()) > 0)
                && (!below.isNumber() || number.compareTo(below.decimalValue()) < 0)
                && (!step.isNumber() || isMultiple(number, step.decimalValue()))
                && FormatDetector.permits(schema.path("format").asText(), number);
    }

    /** Whether an exclusive limit is a boolean, as in OpenAPI 3.0. */
    private static boolean isTrue(JsonNode exclusive) {
        return exclusive.isBoolean() && exclusive.booleanValue();
    }

    private boolean text(JsonNode schema, String text) {
        int length = text.codePointCount(0, text.length());
        boolean isMatch = true;
        JsonNode pattern = schema.path("pattern");
        if (pattern.isTextual()) {
            isMatch = pattern(pattern.textValue()).matches(text);
        }
        return isMatch
                && length >= schema.path("minLength").asInt(0)
                && length <= schema.path("maxLength").asInt(Integer.MAX_VALUE)
                && FormatDetector.permits(schema.path("format").asText(), text);
    }

    private boolean array(JsonNode schema, JsonNode array, int depth) {
        boolean isSized = array.size() >= schema.path("minItems").asInt(0)
                && array.size() <= schema.path("maxItems").asInt(Integer.MAX_VALUE);
        if (!isSized || (schema.path("uniqueItems").asBoolean() && !isUnique(array))) {
            return false;
        }
        JsonNode contained = schema.path("contains");
        int found = 0;
        for (int i = 0; i < array.size(); i++) {
            JsonNode item = item(schema, i);
            if (!isValid(item, array.get(i), depth + 1)) {
                return false;
            }
            found += !contained.isMissingNode() && isValid(contained, array.get(i), depth + 1) ? 1 : 0;
        }
        return contained.isMissingNode()
                || (found >= schema.path("minContains").asInt(1)
                        && found <= schema.path("maxContains").asInt(Integer.MAX_VALUE));
    }

    /** Returns the schema of an item; a missing node if all values are permitted. */
    private static JsonNode item(JsonNode schema, int index) {
        boolean isTuple = schema.path("items").isArray();
        JsonNode prefix = isTuple ? schema.get("items") : schema.path("prefixItems");
        JsonNode rest = schema.path(isTuple ? "additionalItems" : "items");
        return index < prefix.size() ? prefix.get(index) : rest;
    }

    private static boolean isUnique(JsonNode array) {
        List<JsonNode> seen = new ArrayList<>();
        for (JsonNode element : array) {
            if (seen.stream().anyMatch(other -> equal(other, element))) {
                return false;
            }
            seen.add(element);
        }
        return true;
    }

    private boolean object(JsonNode schema, JsonNode object, int depth) {
        boolean isSized = object.size() >= schema.path("minProperties").asInt(0)
                && object.size() <= schema.path("maxProperties").asInt(Integer.MAX_VALUE);
        if (!isSized || !hasAll(schema.path("required"), object)) {
            return false;
        }
        for (Map.Entry<String, JsonNode> member : object.properties()) {
            if (!member(schema, member.getKey(), member.getValue(), depth)) {
                return false;
            }
        }
        for (String keyword : List.of("dependentRequired", "dependentSchemas", "dependencies")) {
            for (Map.Entry<String, JsonNode> dependency : schema.path(keyword).properties()) {
                JsonNode wanted = dependency.getValue();
                boolean isMet = wanted.isArray() ? hasAll(wanted, object) : isValid(wanted, object, depth + 1);
                if (object.has(dependency.getKey()) && !isMet) {
                    return false;
                }
            }
        }
        return true;
    }

    private boolean hasAll(JsonNode names, JsonNode object) {
        for (JsonNode name : names) {
            if (!object.has(name.asText()) && !ignored.contains(name.asText())) {
                return false;
            }
        }
        return true;
    }

    private boolean member(JsonNode schema, String name, JsonNode value, int depth) {
        if (!isValid(schema.path("propertyNames"), TextNode.valueOf(name), depth + 1)) {
            return false;
        }
        List<JsonNode> known = members(schema, name);
        if (known.isEmpty()) {
            known.add(schema.path("additionalProperties"));
        }
        return known.stream().allMatch(one -> isValid(one, value, depth + 1));
    }

    /** Returns the schemas of a member by its name and by patterns. */
    private List<JsonNode> members(JsonNode schema, String name) {
        List<JsonNode> known = new ArrayList<>();
        if (schema.path("properties").has(name)) {
            known.add(schema.path("properties").get(name));
        }
        for (Map.Entry<String, JsonNode> entry :
                schema.path("patternProperties").properties()) {
            if (pattern(entry.getKey()).matches(name)) {
                known.add(entry.getValue());
            }
        }
        return known;
    }

    /** Validates what no other keyword describes against {@code unevaluatedProperties} and {@code unevaluatedItems}. */
    private boolean unevaluated(JsonNode schema, JsonNode value, int depth) {
        JsonNode others = schema.path(value.isArray() ? "unevaluatedItems" : "unevaluatedProperties");
        if (others.isMissingNode() || !value.isContainerNode()) {
            return true;
        }
        List<String> keys = new ArrayList<>();
        value.fieldNames().forEachRemaining(keys::add);
        for (int i = 0; value.isArray() && i < value.size(); i++) {
            keys.add("" + i);
        }
        for (String key : keys) {
            JsonNode one = value.isArray() ? value.get(Integer.parseInt(key)) : value.get(key);
            if (!isDescribed(schema, value, key, depth + 1) && !isValid(others, one, depth + 1)) {
                return false;
            }
        }
        return true;
    }

    /** Whether a schema describes a member or an item, itself or by a schema that it applies to the same value. */
    private boolean isDescribed(JsonNode schema, JsonNode value, String key, int depth) {
        if (++steps > MAX_STEPS || depth > MAX_DEPTH) {
            return true;
        }
        boolean isOwn = value.isArray()
                ? !item(schema, Integer.parseInt(key)).isMissingNode()
                        || (schema.has("contains")
                                && isValid(schema.get("contains"), value.get(Integer.parseInt(key)), depth + 1))
                : !members(schema, key).isEmpty() || schema.has("additionalProperties");
        return isOwn
                || applied(schema, value, depth).stream()
                        .anyMatch(part -> part.has(value.isArray() ? "unevaluatedItems" : "unevaluatedProperties")
                                || isDescribed(part, value, key, depth + 1));
    }

    /** Returns the schemas that a schema applies to the same value, and that it fulfils. */
    private List<JsonNode> applied(JsonNode schema, JsonNode value, int depth) {
        List<JsonNode> parts = new ArrayList<>();
        String reference = SchemaReferences.of(schema);
        if (!reference.isEmpty()) {
            parts.add(references.target(reference));
        }
        SchemaReferences.COMPOSITION_KEYWORDS.forEach(
                keyword -> schema.path(keyword).forEach(parts::add));
        parts.add(schema.path("if"));
        boolean isMet = isValid(schema.path("if"), value, depth + 1);
        parts.add(schema.path(isMet ? "then" : "else"));
        schema.path("dependentSchemas").properties().stream()
                .filter(dependency -> value.has(dependency.getKey()))
                .forEach(dependency -> parts.add(dependency.getValue()));
        parts.removeIf(part -> !part.isObject() || !isValid(part, value, depth + 1));
        return parts;
    }

    private boolean composition(JsonNode schema, JsonNode value, int depth) {
        for (JsonNode part : schema.path("allOf")) {
            if (!isValid(part, value, depth + 1)) {
                return false;
            }
        }
        int any = matches(schema.path("anyOf"), value, depth);
        int one = matches(schema.path("oneOf"), value, depth);
        boolean isFit = (schema.path("anyOf").isEmpty() || any > 0)
                && (schema.path("oneOf").isEmpty() || one == 1);
        if (!isFit || (schema.has("not") && isValid(schema.get("not"), value, depth + 1))) {
            return false;
        }
        if (!schema.has("if")) {
            return true;
        }
        String branch = isValid(schema.get("if"), value, depth + 1) ? "then" : "else";
        return isValid(schema.path(branch), value, depth + 1);
    }

    private int matches(JsonNode alternatives, JsonNode value, int depth) {
        int matches = 0;
        for (JsonNode alternative : alternatives) {
            matches += isValid(alternative, value, depth + 1) ? 1 : 0;
        }
        return matches;
    }
}
