package io.httpconnector.template;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.Body;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A JSON text with pills, cut into literal bytes and places for values. Whatever the values are, what is rendered has the
 * structure of the template: a value is one JSON value, or text inside of one string. Made by {@link JsonCompiler}.
 */
final class JsonTemplate {

    private static final byte[] NULL = "null".getBytes(StandardCharsets.US_ASCII);
    private static final int MAX_SIZE = 1 << 28;

    /** A place for a value: a whole JSON value of its own type, or text between other text. Literal bytes stand before it. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Place(byte[] before, Pill pill, boolean whole) {}

    private final Place[] places;
    private final byte[] rest;
    private final int literalSize;

    JsonTemplate(Place[] places, byte[] rest) {
        this.places = places;
        this.rest = rest;
        int size = rest.length;
        for (Place place : places) {
            size += place.before.length;
        }
        this.literalSize = size;
    }

    List<Pill> pills() {
        List<Pill> pills = new ArrayList<>();
        for (Place place : places) {
            pills.add(place.pill);
        }
        return pills;
    }

    /** The body with its values, or null when {@code problems} says why there is none. */
    @Nullable Body render(JsonNode root, List<String> problems) {
        Object[] values = new Object[places.length];
        long size = literalSize;
        for (int i = 0; i < places.length; i++) {
            Object value = value(places[i], root, problems);
            values[i] = value;
            size += size(value, places[i].whole);
        }
        if (size > MAX_SIZE) {
            problems.add("the body would be larger than " + MAX_SIZE + " bytes");
        }
        return problems.isEmpty() ? Body.jsonBytes(write(values, (int) size)) : null;
    }

    /** A String that is still to be escaped, or the bytes of any other value. */
    private static Object value(Place place, JsonNode root, List<String> problems) {
        JsonNode value = place.pill.resolve(root);
        if (value == null || value.isNull()) {
            boolean permitted = place.pill.optional() || (value != null && place.whole);
            if (!permitted) {
                problems.add(place.pill.missing(root));
            }
            return place.whole ? NULL : "";
        }
        if (value.isTextual()) {
            return value.textValue();
        }
        if (place.whole && (value.isDouble() || value.isFloat()) && !Double.isFinite(value.doubleValue())) {
            problems.add(place.pill.problem("is " + value.asText() + ", which JSON has no number for"));
            return NULL;
        }
        if (value.isValueNode() && !value.isBinary() && !value.isPojo()) {
            return place.whole ? value.asText().getBytes(StandardCharsets.US_ASCII) : value.asText();
        }
        byte[] json = Body.json(value).toBytes();
        return place.whole ? json : new String(json, StandardCharsets.UTF_8);
    }

    private static int size(Object value, boolean whole) {
        return value instanceof String text ? JsonText.length(text) + (whole ? 2 : 0) : ((byte[]) value).length;
    }

    private byte[] write(Object[] values, int size) {
        byte[] out = new byte[size];
        int at = 0;
        for (int i = 0; i < places.length; i++) {
            at = copy(places[i].before, out, at);
            if (values[i] instanceof String text) {
                if (places[i].whole) {
                    out[at++] = '"';
                    at = JsonText.write(text, out, at);
                    out[at++] = '"';
                } else {
                    at = JsonText.write(text, out, at);
                }
            } else {
                at = copy((byte[]) values[i], out, at);
            }
        }
        copy(rest, out, at);
        return out;
    }

    private static int copy(byte[] bytes, byte[] out, int at) {
        System.arraycopy(bytes, 0, out, at, bytes.length);
        return at + bytes.length;
    }
}
