package io.httpconnector.wizard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.httpconnector.internal.json.JsonSupport;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Generates texts and numbers for a schema without composition, and different values for lists with unique items. */
final class ScalarSampleGenerator {

    private static final int MAX_LENGTH = 1000;
    private static final List<String> TYPES = List.of("string", "integer", "number", "boolean");

    private final SchemaValidator validator;
    private final Map<String, String> texts = new HashMap<>();

    ScalarSampleGenerator(SchemaValidator validator) {
        this.validator = validator;
    }

    /** Returns a number that the schema permits: 1, or the one next to the lower limit, or next to the upper limit. */
    JsonNode number(FlatSchema schema) {
        boolean isInteger =
                schema.type().equals("integer") || schema.get("format").asText().matches("int(32|64)");
        BigDecimal step = decimal(schema.get("multipleOf"));
        BigDecimal unit = step != null && step.signum() > 0 ? step : BigDecimal.ONE;
        BigDecimal above = decimal(schema.get("exclusiveMinimum"));
        BigDecimal below = decimal(schema.get("exclusiveMaximum"));
        List<BigDecimal> candidates = new ArrayList<>(List.of(BigDecimal.ONE));
        for (BigDecimal low : present(decimal(schema.get("minimum")), above)) {
            BigDecimal first = rounded(low, unit, isInteger, RoundingMode.CEILING);
            candidates.add(first);
            candidates.add(first.add(unit));
        }
        for (BigDecimal high : present(decimal(schema.get("maximum")), below)) {
            BigDecimal last = rounded(high, unit, isInteger, RoundingMode.FLOOR);
            candidates.add(last);
            candidates.add(last.subtract(unit));
        }
        if (above != null && below != null) {
            candidates.add(above.add(below).divide(BigDecimal.valueOf(2)));
        }
        candidates.add(unit);
        candidates.add(BigDecimal.ZERO);
        candidates.add(new BigDecimal("0.5"));
        JsonNode limits = limits(schema, isInteger);
        return candidates.stream()
                .map(candidate -> JsonSupport.number(written(candidate)))
                .filter(number -> validator.isValid(limits, number))
                .findFirst()
                .orElseGet(() -> JsonSupport.number("1"));
    }

    private static JsonNode limits(FlatSchema schema, boolean isInteger) {
        ObjectNode limits = JsonNodeFactory.instance.objectNode().put("type", isInteger ? "integer" : "number");
        for (String keyword :
                List.of("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "format")) {
            if (schema.has(keyword)) {
                limits.set(keyword, schema.get(keyword));
            }
        }
        return limits;
    }

    private static String written(BigDecimal number) {
        // The digits of 1E+400 need not be written out.
        return Math.abs(number.scale()) > 300
                ? number.toString()
                : number.stripTrailingZeros().toPlainString();
    }

    private static @Nullable BigDecimal decimal(JsonNode limit) {
        return limit.isNumber() && Math.abs(limit.decimalValue().scale()) < MAX_LENGTH ? limit.decimalValue() : null;
    }

    private static List<BigDecimal> present(@Nullable BigDecimal one, @Nullable BigDecimal other) {
        List<BigDecimal> all = new ArrayList<>();
        if (one != null) {
            all.add(one);
        }
        if (other != null) {
            all.add(other);
        }
        return all;
    }

    private static BigDecimal rounded(BigDecimal limit, BigDecimal unit, boolean isInteger, RoundingMode mode) {
        boolean isPlain = unit.compareTo(BigDecimal.ONE) == 0 && !isInteger;
        return isPlain ? limit : limit.divide(unit, 0, mode).multiply(unit);
    }

    /** Returns a text that the schema permits, by its format, its pattern and its length. */
    String text(FlatSchema schema) {
        int min = Math.min(schema.get("minLength").asInt(0), MAX_LENGTH);
        int max = Math.max(min, schema.get("maxLength").asInt(Integer.MAX_VALUE));
        String key = schema.get("format").asText() + " " + min + " " + max + " " + schema.get("pattern");
        return texts.computeIfAbsent(key, unused -> text(schema, min, max));
    }

    private String text(FlatSchema schema, int min, int max) {
        String format = schema.get("format").asText();
        List<String> candidates = new ArrayList<>(ofFormat(format));
        candidates.add(resized(candidates.get(0), min, max));
        for (JsonNode pattern : schema.get("pattern")) {
            candidates.addAll(validator.pattern(pattern.asText()).samples(min, max));
        }
        return candidates.stream()
                .filter(text -> isPermitted(schema, format, min, max, text))
                .findFirst()
                .orElse(candidates.get(1).length() > min ? resized(candidates.get(0), min, max) : candidates.get(0));
    }

    /** Returns further texts that may be permitted: others that match the pattern, and numbers with as many digits. */
    List<JsonNode> others(FlatSchema schema, int count) {
        int min = Math.min(schema.get("minLength").asInt(0), MAX_LENGTH);
        int max = Math.max(min, schema.get("maxLength").asInt(Integer.MAX_VALUE));
        List<JsonNode> others = new ArrayList<>();
        for (JsonNode pattern : schema.get("pattern")) {
            validator.pattern(pattern.asText()).samples(min, max).forEach(text -> others.add(TextNode.valueOf(text)));
        }
        String sample = text(schema);
        for (int i = 1; i <= count; i++) {
            String number = "" + i;
            others.add(TextNode.valueOf(number));
            if (number.length() <= sample.length()) {
                others.add(TextNode.valueOf(sample.substring(0, sample.length() - number.length()) + number));
                others.add(TextNode.valueOf(number + sample.substring(number.length())));
            }
        }
        return others;
    }

    private boolean isPermitted(FlatSchema schema, String format, int min, int max, String text) {
        int length = text.codePointCount(0, text.length());
        boolean isMatch = length >= min && length <= max && FormatDetector.permits(format, text);
        for (JsonNode pattern : schema.get("pattern")) {
            isMatch = isMatch && validator.pattern(pattern.asText()).matches(text);
        }
        return isMatch;
    }

    private static String resized(String text, int min, int max) {
        String longer =
                text.length() < min ? text.repeat(min / text.length() + 1).substring(0, min) : text;
        return longer.length() > max ? longer.substring(0, max) : longer;
    }

    /** Returns texts of a format, the most common one first. */
    private static List<String> ofFormat(String format) {
        return switch (format) {
            case "date-time" ->
                List.of("2026-01-31T12:00:00Z", "2026-01-31T12:00:00.000Z", "2026-01-31T12:00:00+00:00");
            case "date" -> List.of("2026-01-31");
            case "time" -> List.of("12:00:00Z");
            case "duration" -> List.of("PT1H");
            case "email", "idn-email" -> List.of("user@example.com", "a@b.io");
            case "uuid" -> List.of("123e4567-e89b-42d3-a456-426614174000");
            case "uri", "url", "iri" ->
                List.of("https://example.com/", "https://example.com/string.json", "http://a.io");
            case "uri-reference", "iri-reference" -> List.of("/string");
            case "uri-template" -> List.of("https://example.com/{id}");
            case "hostname", "idn-hostname" -> List.of("example.com", "a.io");
            case "ipv4" -> List.of("192.0.2.1");
            case "ipv6" -> List.of("2001:db8::1");
            case "byte" -> List.of("c3RyaW5n", "c3RyaW5nc3RyaW5n", "YQ==");
            case "regex" -> List.of("^[a-z]+$");
            case "json-pointer" -> List.of("/string");
            case "relative-json-pointer" -> List.of("0/string");
            default -> List.of("string");
        };
    }

    /** Converts a value that is written with another type, such as the text {@code 12} of a number. */
    static JsonNode converted(JsonNode value, FlatSchema schema) {
        String type = schema.type();
        boolean isDeclared = TYPES.contains(type) && schema.has("type");
        if (!isDeclared || value.isContainerNode()) {
            return value;
        }
        if (type.equals("string")) {
            return value.isTextual() ? value : TextNode.valueOf(value.asText());
        }
        String text = value.asText().strip();
        if (type.equals("boolean")) {
            return text.matches("true|false") ? BooleanNode.valueOf(text.equals("true")) : value;
        }
        boolean isNumber = text.matches("-?(0|[1-9]\\d{0,30})(\\.\\d{1,30})?");
        return value.isTextual() && isNumber ? JsonSupport.number(text) : value;
    }

    /** Returns a value that resembles another one and is different, or a missing node. */
    static JsonNode variant(JsonNode value, int index) {
        if (value.isTextual()) {
            String text = value.textValue();
            return TextNode.valueOf(text.isEmpty() ? "" + index : text + index);
        }
        if (value.isNumber()) {
            return JsonSupport.number(written(value.decimalValue().add(BigDecimal.valueOf(index))));
        }
        if (value.isBoolean()) {
            return BooleanNode.valueOf(!value.booleanValue());
        }
        if (value instanceof ObjectNode object) {
            for (var member : object.properties()) {
                JsonNode changed = variant(member.getValue(), index);
                if (!changed.isMissingNode()) {
                    ObjectNode copy = object.objectNode();
                    copy.setAll(object);
                    return copy.set(member.getKey(), changed);
                }
            }
        }
        if (value instanceof ArrayNode array && !array.isEmpty()) {
            JsonNode changed = variant(array.get(0), index);
            ArrayNode copy = array.arrayNode().addAll(array);
            return changed.isMissingNode() ? changed : copy.set(0, changed);
        }
        return MissingNode.getInstance();
    }
}
