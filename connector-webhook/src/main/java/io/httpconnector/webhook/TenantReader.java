package io.httpconnector.webhook;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.webhook.ValueSelector.SelectorType;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads the tenant of events from signed data, and makes ids and keys unique among tenants. Immutable.
 *
 * @param locations the locations of the tenant, the first with a known tenant applies
 * @param select selects the tenant from the values at these locations
 */
record TenantReader(List<ValueSelector> locations, Function<List<String>, String> select) {

    private static final int MAX_DIGITS = 255;

    /**
     * Creates a reader.
     *
     * @param location the locations, as alternatives; null for receivers without tenants
     * @param routes the routes; null to use the first value
     */
    static @Nullable TenantReader of(@Nullable ValueSelector location, @Nullable TenantRoutes routes) {
        if (location == null) {
            return null;
        }
        List<ValueSelector> all = alternatives(location);
        return routes == null
                ? new TenantReader(all, values -> values.isEmpty() ? "" : values.get(0))
                : new TenantReader(all, routes::select);
    }

    /** Returns the locations one by one. */
    static List<ValueSelector> alternatives(ValueSelector location) {
        List<ValueSelector> all = new ArrayList<>();
        for (ValueSelector next = location; next != null; next = next.alternative) {
            all.add(next.alone());
        }
        return List.copyOf(all);
    }

    /**
     * Returns the tenant of an event; empty if no location has a signed value.
     *
     * @param payload the payload of the event
     * @param enclosing the payload of the request, in which the tenant of a batch may be
     */
    String tenant(SignedData data, JsonNode payload, JsonNode enclosing) {
        List<String> values = new ArrayList<>(locations.size());
        for (ValueSelector location : locations) {
            String value = location.type == SelectorType.BODY
                    ? inBody(location, data, payload, enclosing)
                    : data.value(location);
            if (!value.isEmpty()) {
                values.add(value);
            }
        }
        return select.apply(values);
    }

    private static String inBody(ValueSelector location, SignedData data, JsonNode payload, JsonNode enclosing) {
        JsonPointer pointer = location.pointer;
        // A tree that a verifier has parsed contains signed data only.
        if (pointer == null || (!data.covers(location) && data.tree() == null)) {
            return "";
        }
        String value = text(location, BodyParser.at(payload, pointer));
        return value.isEmpty() ? text(location, BodyParser.at(enclosing, pointer)) : value;
    }

    /** Returns the value as text: equal numbers have the same text, in whatever notation. */
    private static String text(ValueSelector location, JsonNode value) {
        if (value.isNumber()) {
            BigDecimal number = value.decimalValue().stripTrailingZeros();
            boolean isShort = Math.abs((long) number.scale()) <= MAX_DIGITS;
            return isShort ? number.toPlainString() : "";
        }
        return value.isTextual() ? location.first(value.textValue()) : "";
    }

    /** Returns an id or key that differs from those of other tenants. */
    static String qualified(String tenant, String text) {
        return tenant.replace("%", "%25").replace(":", "%3A") + ":" + text;
    }
}
