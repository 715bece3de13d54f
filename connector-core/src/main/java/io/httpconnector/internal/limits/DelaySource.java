package io.httpconnector.internal.limits;

import static io.httpconnector.internal.Arguments.notNull;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.Headers;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.http.NameValuePair;
import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.internal.text.LogSafe;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * The location of the delay that a service requests. Immutable.
 *
 * @param header the name of a header field; null if the delay is in the JSON body
 * @param pointer the location in the body; the whole body for a header field
 * @param pattern finds the delay in the value; null for the whole value
 * @param unit the unit of a number; null for seconds, or a time since 1970
 */
public record DelaySource(
        @Nullable String header,
        JsonPointer pointer,
        @Nullable Pattern pattern,
        @Nullable ChronoUnit unit) {

    /** The units by their names in JSON. */
    private static final SortedMap<String, ChronoUnit> UNITS = new TreeMap<>(
            Map.of("milliseconds", ChronoUnit.MILLIS, "seconds", ChronoUnit.SECONDS, "minutes", ChronoUnit.MINUTES));

    public static DelaySource header(String name) {
        if (!NameValuePair.isToken(notNull(name, "name of a delay header"))) {
            throw new InvalidDefinitionException(
                    "delayHeader", "\"" + LogSafe.visible(name) + "\" is not a field name");
        }
        return new DelaySource(name, JsonPointer.empty(), null, null);
    }

    public static DelaySource field(String pointer) {
        return new DelaySource(null, JsonSupport.pointer(notNull(pointer, "JSON Pointer of the delay")), null, null);
    }

    public DelaySource matching(String expression) {
        try {
            return new DelaySource(header, pointer, Pattern.compile(notNull(expression, "pattern of the delay")), unit);
        } catch (PatternSyntaxException e) {
            throw new InvalidDefinitionException(
                    member(), "\"" + expression + "\" is not a regular expression: " + e.getDescription());
        }
    }

    public DelaySource in(ChronoUnit of) {
        if (!UNITS.containsValue(notNull(of, "unit of the delay"))) {
            throw new InvalidDefinitionException(member(), "the unit " + of + ": use MILLIS, SECONDS or MINUTES");
        }
        return new DelaySource(header, pointer, pattern, of);
    }

    private String member() {
        return header == null ? "delayField" : "delayHeader";
    }

    /**
     * Returns the delay in a response; null if there is none.
     *
     * @param headers the header fields of the response
     * @param body returns its JSON body; a missing node if it is no JSON
     */
    public @Nullable Duration in(Headers headers, Supplier<JsonNode> body, Instant now) {
        if (header != null) {
            return RetryAfter.named(headers, header, pattern, unit, now);
        }
        JsonNode value = body.get().at(pointer);
        return value.isValueNode() ? RetryAfter.in(value.asText(), headers, pattern, unit, now) : null;
    }

    /** Adds the source to the JSON of a policy. */
    public void writeTo(ObjectNode json) {
        ObjectNode each = header == null
                ? json.withArray("/delayField").addObject().put("pointer", pointer.toString())
                : json.withArray("/delayHeader").addObject().put("name", header);
        if (pattern != null) {
            each.put("pattern", pattern.pattern());
        }
        UNITS.forEach((name, value) -> {
            if (value == unit) {
                each.put("unit", name);
            }
        });
    }

    /** Reads an element of the member {@code delayHeader}; null if it is invalid, which is reported. */
    public static @Nullable DelaySource readHeader(JsonObjectReader reader) {
        List<DelaySource> read = new ArrayList<>();
        // "name": The name of the header field.
        reader.require("name");
        reader.text("name", name -> read.add(header(name)));
        // "pattern": A regular expression whose first group is the delay. Default: the whole field.
        reader.text("pattern", pattern -> read.replaceAll(header -> header.matching(pattern)));
        readUnit(reader, read);
        return read.isEmpty() ? null : read.get(0);
    }

    /** Reads an element of the member {@code delayField}; null if it is invalid, which is reported. */
    public static @Nullable DelaySource readField(JsonObjectReader reader) {
        List<DelaySource> read = new ArrayList<>();
        // "pointer": The JSON Pointer of the value in the body.
        reader.require("pointer");
        reader.text("pointer", pointer -> read.add(field(pointer)));
        // "pattern": A regular expression whose first group is the delay. Default: the whole value.
        reader.text("pattern", pattern -> read.replaceAll(field -> field.matching(pattern)));
        readUnit(reader, read);
        return read.isEmpty() ? null : read.get(0);
    }

    private static void readUnit(JsonObjectReader reader, List<DelaySource> read) {
        // "unit": The unit of a number: `milliseconds`, `seconds` or `minutes`. Default: seconds, or a time since 1970.
        String name = reader.oneOf("unit", UNITS.keySet());
        ChronoUnit unit = name == null ? null : UNITS.get(name);
        if (unit != null) {
            read.replaceAll(delay -> delay.in(unit));
        }
    }
}
