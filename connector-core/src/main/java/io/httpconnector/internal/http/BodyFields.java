package io.httpconnector.internal.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.internal.text.Ascii;
import io.httpconnector.internal.text.PercentEncoding;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Encodes the fields of bodies in memory: HTML forms ({@code application/x-www-form-urlencoded}) and JSON objects. */
public final class BodyFields {

    private BodyFields() {}

    /** Encodes a form. */
    public static byte[] form(Iterable<Map.Entry<String, String>> fields) {
        StringBuilder form = new StringBuilder();
        for (Map.Entry<String, String> field : fields) {
            append(form, NameValuePair.of(field.getKey(), field.getValue()));
        }
        return form.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Returns the form with an additional field. */
    public static byte[] addToForm(byte[] encoded, NameValuePair field) {
        StringBuilder form = new StringBuilder(new String(encoded, StandardCharsets.US_ASCII));
        append(form, field);
        return form.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Returns the form without the fields of a name; the same array if there is none. */
    public static byte[] withoutInForm(byte[] encoded, String name) {
        String form = new String(encoded, StandardCharsets.US_ASCII);
        String others = QueryString.without(form, name);
        return form.equals(others) ? encoded : (others == null ? "" : others).getBytes(StandardCharsets.UTF_8);
    }

    /** Returns the JSON object without a field; the same array if there is none, or if it is not a JSON object. */
    public static byte[] withoutInJson(byte[] json, String name) {
        try {
            return JsonSupport.read(json) instanceof ObjectNode object && object.has(name)
                    ? JsonSupport.write(object.without(name))
                    : json;
        } catch (IOException e) {
            return json;
        }
    }

    private static void append(StringBuilder form, NameValuePair field) {
        form.append(form.isEmpty() ? "" : "&");
        PercentEncoding.encode(field.name(), form);
        form.append('=');
        PercentEncoding.encode(field.value(), form);
    }

    /**
     * Returns the JSON object with a field, which replaces one of the same name.
     *
     * @throws InvalidDefinitionException if it is not a JSON object
     */
    public static byte[] setInJson(byte[] json, NameValuePair field) {
        JsonNode tree;
        try {
            tree = JsonSupport.read(json);
        } catch (IOException e) {
            throw new InvalidDefinitionException(
                    "body", "no field " + field.name() + " can be added to a body that is not JSON");
        }
        if (!(tree instanceof ObjectNode object)) {
            throw new InvalidDefinitionException(
                    "body",
                    "no field " + field.name() + " can be added to a JSON "
                            + Ascii.lowerCase(tree.getNodeType().name()) + ": use an object");
        }
        return JsonSupport.write(object.put(field.name(), field.value()));
    }
}
