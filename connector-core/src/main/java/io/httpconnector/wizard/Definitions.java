package io.httpconnector.wizard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Json;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Puts together the definition of a request that was found elsewhere. What is text there stays text here: braces are escaped.
 * Credentials are left out, and said so.
 */
final class Definitions {

    /** What the connection knows better. */
    private static final Set<String> MANAGED = Set.of(
            "host",
            "content-length",
            "connection",
            "transfer-encoding",
            "accept-encoding",
            "keep-alive",
            "expect",
            "te",
            "upgrade");

    private final ObjectNode definition = JsonNodeFactory.instance.objectNode();
    private final List<String> notes = new ArrayList<>();

    Definitions(String method, String url) {
        definition.put("method", method).put("url", "/");
        url(url);
    }

    static String literal(String text) {
        return text.replace("{{", "{{'{{'}}");
    }

    static JsonNode literal(JsonNode value) {
        if (value instanceof ObjectNode object) {
            ObjectNode copy = JsonNodeFactory.instance.objectNode();
            object.properties().forEach(member -> copy.set(key(member.getKey()), literal(member.getValue())));
            return copy;
        }
        if (value instanceof ArrayNode array) {
            ArrayNode copy = JsonNodeFactory.instance.arrayNode();
            array.forEach(element -> copy.add(literal(element)));
            return copy;
        }
        return value.isTextual() ? TextNode.valueOf(literal(value.textValue())) : value;
    }

    private static String key(String name) {
        return literal(name.matches("\\$+(each|as|item|if|equals|then|else)") ? "$" + name : name);
    }

    /** The path alone, because the host is the connection's; the pairs of the query become parameters. */
    private void url(String url) {
        String path = url.replaceFirst("^[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*", "").replaceFirst("#.*$", "");
        int question = path.indexOf('?');
        String before = question < 0 ? path : path.substring(0, question);
        url(before, false);
        if (question >= 0) {
            queryOf(path.substring(question + 1));
        }
    }

    /** A path, in which braces are pills or not. */
    void url(String path, boolean hasPills) {
        String whole = path.startsWith("/") ? path : "/" + path;
        definition.put("url", hasPills ? whole : whole.replace("{", "%7B").replace("}", "%7D"));
    }

    void queryOf(String query) {
        pairs(query).forEach(pair -> query(pair[0], pair[1]));
    }

    String path() {
        return definition.path("url").asText();
    }

    private static List<String[]> pairs(String query) {
        List<String[]> pairs = new ArrayList<>();
        for (String pair : query.split("&", -1)) {
            int equals = pair.indexOf('=');
            if (!pair.isEmpty()) {
                pairs.add(new String[] {
                    decoded(equals < 0 ? pair : pair.substring(0, equals)),
                    equals < 0 ? "" : decoded(pair.substring(equals + 1))
                });
            }
        }
        return pairs;
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return text;
        }
    }

    /** A parameter whose value is text. */
    void query(String name, String value) {
        templateQuery(name, literal(value));
    }

    /** A parameter whose value may have pills. */
    void templateQuery(String name, String value) {
        if (Credentials.isCredential(name)) {
            credential("the query parameter " + name);
        } else {
            pair("query", name, value);
        }
    }

    /** A header field whose value is text. */
    void header(String name, String value) {
        templateHeader(name, literal(value));
    }

    /** A header field whose value may have pills. */
    void templateHeader(String name, String value) {
        if (Credentials.isCredential(name)) {
            credential("the header " + name);
        } else if (!MANAGED.contains(name.toLowerCase(Locale.ROOT)) && !name.startsWith(":")) {
            pair("headers", name, value);
        }
    }

    /** A body that may have pills. */
    void templateBody(String text, String contentType) {
        if (!contentType.toLowerCase(Locale.ROOT).contains("json")) {
            body().put("text", text).put("contentType", contentType);
            return;
        }
        try {
            body().set("json", Json.parse(text));
        } catch (InvalidDefinitionException e) {
            body().put("jsonText", text);
        }
    }

    /** A part whose content is a pill. */
    void file(ObjectNode part, String name, String fileName, String contentType) {
        String pill = "{{file." + name.replaceAll("[^A-Za-z0-9_-]", "_") + "}}";
        part.put("name", name).put("value", pill);
        part.put("fileName", literal(fileName)).put("contentType", literal(contentType));
        note("the content of " + fileName + " is the pill " + pill);
    }

    private void pair(String list, String name, String value) {
        definition.withArray("/" + list).addObject().put("name", name).put("value", value);
    }

    void credential(String what) {
        notes.add(what + " is left out: give the credentials to the connection's auth strategy");
    }

    void note(String note) {
        notes.add(note);
    }

    ObjectNode body() {
        return definition.withObject("/body");
    }

    void set(String member, JsonNode value) {
        definition.set(member, value);
    }

    /** A body as it was sent, read by its media type. */
    void body(String text, String contentType) {
        String type = contentType.toLowerCase(Locale.ROOT);
        if (type.contains("json")) {
            try {
                body().set("json", literal(Json.parse(text)));
                if (!type.equals("application/json")) {
                    pair("headers", "Content-Type", literal(contentType));
                }
                return;
            } catch (InvalidDefinitionException e) {
                note("the body is no JSON, though its media type says so");
            }
        }
        if (type.startsWith("application/x-www-form-urlencoded") && text.contains("=")) {
            form(text);
        } else {
            body().put("text", literal(text)).put("contentType", literal(contentType));
        }
    }

    private void form(String text) {
        ArrayNode fields = body().putArray("form");
        for (String[] pair : pairs(text)) {
            if (Credentials.isCredential(pair[0])) {
                credential("the form field " + pair[0]);
            } else {
                fields.addObject().put("name", pair[0]).put("value", literal(pair[1]));
            }
        }
    }

    Recommendation recommendation(String title, String source) {
        return new Recommendation(title, 0, "", source, definition, List.copyOf(notes));
    }
}
