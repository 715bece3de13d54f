package io.httpconnector.wizard;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.JsonSupport;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Builds the definition of a request that was found elsewhere. Text of the source stays text: its braces are escaped. A credential in
 * a header field or in the URL is left out, because an auth strategy adds it; one in the body becomes a pill of the step
 * {@code connection}. A note says so in either case.
 */
final class RequestDefinitionBuilder {

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

    private static final Set<String> USUAL_METHODS = Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS");

    /** Narrower than RFC 9110's token, which may hold characters that mean something to a shell. */
    private static final Pattern METHOD = Pattern.compile("[A-Za-z][A-Za-z0-9_-]{0,63}");

    private static final Pattern MALFORMED = Pattern.compile("%(?![0-9A-Fa-f]{2})");

    /** Marks the place of a pill in a text whose braces are not escaped yet. */
    private static final char MARK = '\uE001';

    private final ObjectNode definition = JsonNodeFactory.instance.objectNode();
    private final Set<String> notes = new LinkedHashSet<>();
    private final Map<String, String> credentials = new LinkedHashMap<>();

    RequestDefinitionBuilder(String method, String url) {
        definition.put("method", method(method)).put("url", "/");
        url(url);
    }

    /**
     * A method in the way in which it is sent.
     *
     * @throws InvalidDefinitionException when it is none
     */
    private static String method(String method) {
        String usual = method.strip().toUpperCase(Locale.ROOT);
        if (!METHOD.matcher(usual).matches() || usual.equals("CONNECT") || usual.equals("TRACE")) {
            throw new InvalidDefinitionException(
                    "method",
                    List.of("\"" + printable(method)
                            + "\" is not a method that can be taken over: use letters, digits and hyphens, but not CONNECT or"
                            + " TRACE"));
        }
        return USUAL_METHODS.contains(usual) ? usual : method.strip();
    }

    private static String printable(String text) {
        String line = text.replaceAll("[\\p{Cntrl}\\p{Cf}]", "?");
        return line.length() > 60 ? line.substring(0, 60) + "…" : line;
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
        String path = url.replaceFirst("^[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*", "").replaceFirst("(?s)#.*$", "");
        int question = path.indexOf('?');
        url(question < 0 ? path : path.substring(0, question), false);
        if (question >= 0) {
            queryOf(path.substring(question + 1));
        }
    }

    /** A path, in which braces are pills or not. */
    void url(String path, boolean hasPills) {
        String whole = path.startsWith("/") ? path : "/" + path;
        String kept = withoutMatrixCredentials(QueryText.encoded(whole, false, hasPills));
        definition.put(
                "url", CredentialText.replaced(kept, true, name -> pill(name(name), "the " + name + " in the path")));
    }

    /** Without {@code ;jsessionid=...}. */
    private String withoutMatrixCredentials(String path) {
        StringBuilder kept = new StringBuilder();
        for (String piece : path.split("(?=[;/])", -1)) {
            int equals = piece.indexOf('=');
            boolean isParameter = piece.startsWith(";") && equals > 1;
            if (isParameter
                    && CredentialDetector.isCredential(piece.substring(1, equals), piece.substring(equals + 1))) {
                credential("the path parameter " + piece.substring(1, equals));
            } else {
                kept.append(piece);
            }
        }
        return kept.isEmpty() ? "/" : kept.toString();
    }

    /** A query as it stands in a URL, whose braces are text. */
    void queryOf(String query) {
        query(query, false);
    }

    /** A query as it stands in a URL, which may have pills. */
    void templateQueryOf(String query) {
        query(query, true);
    }

    /**
     * Pairs become parameters, which are percent-encoded when they are sent. A query that would change by that, because of a byte that
     * is no UTF-8 or a name without a value, stays in the URL as it is.
     */
    private void query(String query, boolean hasPills) {
        List<QueryText> pairs = QueryText.pairs(query, hasPills);
        boolean isExact = pairs.stream().allMatch(QueryText::isExact);
        StringBuilder raw = new StringBuilder();
        for (QueryText pair : pairs) {
            if (isLeftOut(pair.name(), pair.value(), true)) {
                credential("the query parameter " + pair.name());
            } else if (isExact) {
                pair("query", pair.name(), pair.value());
            } else {
                raw.append(raw.isEmpty() ? "?" : "&").append(pair.raw());
            }
        }
        definition.put("url", path() + raw);
    }

    /** Whether the connection adds a field of this name, as far as its name and its value tell. */
    private static boolean isLeftOut(String name, String template, boolean isParameter) {
        String text = TemplateTexts.USUAL.read(template);
        boolean isOpen = text.isEmpty() || text.indexOf(TemplateTexts.PILL) >= 0;
        boolean isWritten = isParameter
                ? CredentialDetector.isCredentialParameter(name, text)
                : CredentialDetector.isCredential(name, text);
        return isWritten || (isOpen && CredentialNames.kind(name) == CredentialNames.CredentialType.ALL);
    }

    String path() {
        return definition.path("url").asText();
    }

    /** A parameter whose value is text. */
    void query(String name, String value) {
        templateQuery(name, literal(value));
    }

    /** A parameter whose value may have pills. */
    void templateQuery(String name, String value) {
        if (isLeftOut(name, value, true)) {
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
        if (isLeftOut(name, value, false)) {
            credential("the header " + name);
        } else if (isManaged(name)) {
            notes.add("the header " + name + " is left to the connection"
                    + (name.equalsIgnoreCase("host") ? ", whose base URL says the host" : ""));
        } else {
            pair("headers", name, value);
        }
    }

    /** Whether it is the connection that sets a header field. */
    static boolean isManaged(String name) {
        return MANAGED.contains(name.toLowerCase(Locale.ROOT)) || name.startsWith(":");
    }

    /** A body that may have pills. */
    void templateBody(String text, String contentType) {
        if (!contentType.toLowerCase(Locale.ROOT).contains("json")) {
            text(text, contentType, true);
            return;
        }
        JsonNode tree = TemplateTexts.json(text);
        if (tree == null) {
            body().put("jsonText", withPills(text, true));
        } else {
            json(tree);
        }
        mediaType(contentType);
    }

    /** A field of the form whose value may have pills. */
    void templateField(String name, String value) {
        field(body().withArray("/form"), name, value);
    }

    /** A field of the form whose value is text. */
    void field(String name, String value) {
        templateField(name, literal(value));
    }

    /** A part of a multipart body whose value may have pills. */
    void templatePart(String name, String value, @Nullable String contentType) {
        ObjectNode part = field(body().withArray("/multipart"), name, value);
        if (contentType != null && !contentType.isBlank()) {
            part.put("contentType", contentType);
        }
    }

    private ObjectNode field(ArrayNode fields, String name, String value) {
        String text = TemplateTexts.USUAL.read(value);
        String kept = value;
        if (CredentialDetector.isCredential(name, text)) {
            kept = pill(name, "the field " + name);
        } else {
            JsonNode tree = text.startsWith("{") || text.startsWith("[") ? TemplateTexts.json(value) : null;
            if (tree != null
                    && !CredentialDetector.found(TemplateTexts.USUAL.read(tree)).isEmpty()) {
                kept = pill(name, "the field " + name);
            }
        }
        return fields.addObject().put("name", name).put("value", kept);
    }

    /** A part whose content is a pill. */
    void file(String name, String fileName, String contentType) {
        String pill = "{{file." + identifier(name) + "}}";
        ObjectNode part =
                body().withArray("/multipart").addObject().put("name", name).put("value", pill);
        part.put("fileName", literal(fileName)).put("contentType", literal(contentType));
        note("the content of " + fileName + " is the pill " + pill);
    }

    /** A body that is a file. */
    void file(String contentType) {
        body().put("bytes", "{{file.content}}").put("contentType", literal(contentType));
        note("the body is the pill {{file.content}}");
    }

    private static String identifier(String name) {
        return name.replaceAll("[^A-Za-z0-9_-]", "_");
    }

    private void pair(String list, String name, String value) {
        definition.withArray("/" + list).addObject().put("name", name).put("value", value);
    }

    void credential(String what) {
        notes.add(what + " is left out: give the credentials to the connection's auth strategy");
    }

    /** The pill in the place of a credential. */
    private String pill(String name, String what) {
        String base = identifier(name.isEmpty() ? "credential" : name);
        String unique = base;
        for (int i = 2; credentials.containsKey(unique); i++) {
            unique = base + "_" + i;
        }
        credentials.put(unique, what);
        String pill = "{{connection." + unique + "}}";
        notes.add(what + " is the pill " + pill
                + ": a credential is not taken over, so give it as a value of the step \"connection\", or have the"
                + " connection's auth strategy add it");
        return pill;
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

    /** A JSON body that may have pills, in which pills take the place of credentials. */
    void json(JsonNode template) {
        JsonNode tree = template.deepCopy();
        for (String pointer : CredentialDetector.found(TemplateTexts.USUAL.read(tree))) {
            JsonPointer at = JsonPointer.compile(pointer);
            String text = tree.at(at).isTextual() ? tree.at(at).textValue() : "";
            TextNode pill = TextNode.valueOf(
                    CredentialText.isGraphQl(text)
                            ? withPills(text, true)
                            : pill(name(pointer), "the JSON member " + pointer));
            JsonNode parent = tree.at(at.head() == null ? at : at.head());
            if (pointer.isEmpty()) {
                tree = pill;
            } else if (parent instanceof ObjectNode object) {
                object.set(at.last().getMatchingProperty(), pill);
            } else {
                ((ArrayNode) parent).set(at.last().getMatchingIndex(), pill);
            }
        }
        body().set("json", tree);
    }

    /** The last name of a pointer, with the indices behind it. */
    private static String name(String pointer) {
        return pointer.replaceFirst("^.*/(?=[^/]*[^/0-9][^/]*(/[0-9]+)*$)", "").replaceFirst("^/", "");
    }

    /** A body as it was sent, read by its media type. */
    void body(String text, String contentType) {
        String type = contentType.toLowerCase(Locale.ROOT);
        if (type.contains("json")) {
            try {
                json(literal(JsonSupport.parse(text)));
                mediaType(contentType);
                return;
            } catch (InvalidDefinitionException e) {
                note("the body is no JSON, though its media type says so");
            }
        }
        List<QueryText> pairs = QueryText.pairs(text, false);
        boolean isForm = type.startsWith("application/x-www-form-urlencoded")
                && text.contains("=")
                && !text.stripLeading().matches("(?s)[{\\[<\"].*")
                && !MALFORMED.matcher(text).find()
                && pairs.stream().allMatch(QueryText::isExact);
        if (isForm) {
            ArrayNode unused = body().withArray("/form");
            pairs.forEach(pair -> templateField(pair.name(), pair.value()));
        } else {
            text(text, contentType, false);
        }
    }

    private void mediaType(String contentType) {
        if (!contentType.equalsIgnoreCase("application/json")) {
            pair("headers", "Content-Type", literal(contentType));
        }
    }

    private void text(String text, String contentType, boolean isTemplate) {
        body().put("text", withPills(text, isTemplate)).put("contentType", literal(contentType));
    }

    /** The text with pills in the place of credentials. */
    private String withPills(String text, boolean isTemplate) {
        List<String> pills = new ArrayList<>();
        String marked = CredentialText.replaced(text, isTemplate, name -> {
            pills.add(pill(name(name), name + " in the body"));
            return MARK + "" + (pills.size() - 1) + MARK;
        });
        String template = isTemplate ? marked : literal(marked);
        for (int i = 0; i < pills.size(); i++) {
            template = template.replace(MARK + "" + i + MARK, pills.get(i));
        }
        return template;
    }

    /** Method and path, for a request without a name. */
    String title() {
        String path = path();
        int question = path.indexOf('?');
        return definition.path("method").asText() + " " + (question < 0 ? path : path.substring(0, question));
    }

    Recommendation recommendation(String title, String source) {
        return new Recommendation(title, 0, "", source, definition, List.copyOf(notes));
    }
}
