package io.httpconnector.webhook;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.internal.json.JsonObjectReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The setting for header fields that each request lists and signs. Immutable.
 *
 * @param list the location of the names, which are separated by spaces, commas or semicolons
 * @param nameEnd the text between a name and its value; empty if only the values are signed
 * @param separator the text between two fields
 */
record SignedHeaders(ValueSelector list, String nameEnd, String separator) {

    private static final Pattern SEPARATORS = Pattern.compile("[\\s,;]+");
    private static final int MAX_NAMES = 100;

    /** The request line in the signatures of draft-cavage-http-signatures, section 2.3. */
    private static final String REQUEST_TARGET = "(request-target)";

    ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.set("list", list.toJson());
        return json.put("nameEnd", nameEnd).put("separator", separator);
    }

    static @Nullable SignedHeaders read(JsonObjectReader reader) {
        ValueSelector list = reader.requiredObject("list", ValueSelector::read);
        String nameEnd = reader.requiredText("nameEnd");
        String separator = reader.requiredText("separator");
        return list == null ? null : new SignedHeaders(list, nameEnd, separator);
    }

    /**
     * The values of the listed fields, in the order of the list.
     *
     * @throws IOException if the list is missing or invalid, or a listed field is missing or occurs several times
     */
    Map<String, String> values(WebhookRequest request) throws IOException {
        List<String> names = new ArrayList<>();
        for (String text : BodyParser.unverifiedValues(list, request)) {
            SEPARATORS
                    .splitAsStream(text.strip())
                    .filter(name -> !name.isEmpty())
                    .forEach(names::add);
        }
        if (names.isEmpty() || names.size() > MAX_NAMES) {
            throw new IOException("the request lists " + names.size() + " signed header fields in " + list);
        }
        Map<String, String> values = new LinkedHashMap<>();
        for (String name : names) {
            String lower = name.toLowerCase(Locale.ROOT);
            if (values.put(lower, value(lower, request)) != null) {
                throw new IOException("the header field " + Texts.visible(name) + " is listed twice as signed");
            }
        }
        return values;
    }

    private static String value(String name, WebhookRequest request) throws IOException {
        if (name.equals(REQUEST_TARGET)) {
            return request.method().toLowerCase(Locale.ROOT) + " " + ContentValues.target(request);
        }
        List<String> values = request.headers(name);
        if (values.isEmpty()) {
            throw new IOException("the header field " + Texts.visible(name) + " is listed as signed, but missing");
        }
        return SignedValues.single(values, "header field " + name).strip();
    }

    String lines(Map<String, String> values) {
        StringBuilder lines = new StringBuilder();
        boolean[] any = {false};
        values.forEach((name, value) -> {
            lines.append(any[0] ? separator : "")
                    .append(nameEnd.isEmpty() ? "" : name + nameEnd)
                    .append(value);
            any[0] = true;
        });
        return lines.toString();
    }
}
