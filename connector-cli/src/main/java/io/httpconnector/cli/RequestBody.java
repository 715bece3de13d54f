package io.httpconnector.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.internal.text.PercentEncoding;
import java.util.List;
import java.util.Locale;

/** Converts the body of a request, as a user writes it, to a member of its definition. Pills in it stay pills. */
final class RequestBody {

    private static final String FORM = "application/x-www-form-urlencoded";

    private RequestBody() {}

    /** Whether the media type is a part of the body, so that the request needs no header field for it. */
    static boolean isImplied(String contentType) {
        String type = contentType.toLowerCase(Locale.ROOT);
        return type.isEmpty() || !type.contains("json") || type.equals("application/json");
    }

    /**
     * Returns the body.
     *
     * @param contentType the media type; empty if it follows from the text
     * @throws InvalidDefinitionException if the text does not have the media type, or it does not follow from the text
     */
    static ObjectNode of(String text, String contentType) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        String type = contentType.toLowerCase(Locale.ROOT);
        if (type.contains("json") || (type.isEmpty() && text.stripLeading().matches("(?s)[{\\[].*"))) {
            return json(body, text);
        }
        if (type.isEmpty()) {
            throw new InvalidDefinitionException(
                    "body", List.of("it is not JSON: add the header field Content-Type, such as \"" + FORM + "\""));
        }
        return type.startsWith(FORM) ? form(body, text) : body.put("text", text).put("contentType", contentType);
    }

    private static ObjectNode json(ObjectNode body, String text) {
        try {
            return body.set("json", JsonSupport.parse(text));
        } catch (InvalidDefinitionException e) {
            if (text.contains("{{")) {
                // A pill outside of quotes, such as {"quantity": {{line.quantity}}}.
                return body.put("jsonText", text);
            }
            throw e;
        }
    }

    private static ObjectNode form(ObjectNode body, String text) {
        ArrayNode fields = body.putArray("form");
        for (String pair : text.split("&", -1)) {
            String[] both = pair.split("=", 2);
            fields.addObject().put("name", decoded(both[0])).put("value", both.length == 1 ? "" : decoded(both[1]));
        }
        return body;
    }

    private static String decoded(String text) {
        String decoded = PercentEncoding.decodeForm(text);
        if (decoded == null) {
            throw new InvalidDefinitionException("body", List.of("a % is not followed by two hexadecimal digits"));
        }
        return decoded;
    }
}
