package io.httpconnector.wizard;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.http.NameValuePair;
import io.httpconnector.internal.http.RelativeUrl;
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
 * Builds the definition of an imported request. Text of the source stays literal: its braces are escaped. A credential in a
 * header field or the URL is left out, because an auth strategy adds it; a credential in the body becomes a pill of the step
 * {@code connection}. Both are recorded in a note.
 */
final class RequestDefinitionBuilder {

    /** Header fields that the connection sets. */
    private static final Set<String> MANAGED_HEADERS = Set.of(
            "host",
            "content-length",
            "connection",
            "transfer-encoding",
            "accept-encoding",
            "keep-alive",
            "expect",
            "te",
            "upgrade");

    private static final Set<String> STANDARD_METHODS =
            Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS");

    /** Narrower than RFC 9110's token, which may contain characters with a meaning in a shell. */
    private static final Pattern METHOD = Pattern.compile("[A-Za-z][A-Za-z0-9_-]{0,63}");

    private static final Pattern MALFORMED_ESCAPE = Pattern.compile("%(?![0-9A-Fa-f]{2})");

    /** Marks a pill in a text whose braces are not escaped yet. */
    private static final char PILL_MARK = '\uE001';

    private final ObjectNode definition = JsonNodeFactory.instance.objectNode();
    private final Set<String> notes = new LinkedHashSet<>();
    private final Map<String, String> credentials = new LinkedHashMap<>();
    private String origin = "";

    RequestDefinitionBuilder(String method, String url) {
        definition.put("method", method(method)).put("url", "/");
        url(url);
    }

    /**
     * Returns the method in the spelling in which it is sent.
     *
     * @throws InvalidDefinitionException if it is invalid
     */
    private static String method(String method) {
        String upperCase = method.strip().toUpperCase(Locale.ROOT);
        if (!METHOD.matcher(upperCase).matches() || upperCase.equals("CONNECT") || upperCase.equals("TRACE")) {
            throw new InvalidDefinitionException(
                    "method",
                    List.of(
                            "\"" + printable(method)
                                    + "\" is not a supported method: use letters, digits and hyphens, but not CONNECT or TRACE"));
        }
        return STANDARD_METHODS.contains(upperCase) ? upperCase : method.strip();
    }

    private static String printable(String text) {
        String line = text.replaceAll("[\\p{Cntrl}\\p{Cf}]", "?");
        return line.length() > 60 ? line.substring(0, 60) + "…" : line;
    }

    static String escapeBraces(String text) {
        return text.replace("{{", "{{'{{'}}");
    }

    static JsonNode escapeBraces(JsonNode value) {
        if (value instanceof ObjectNode object) {
            ObjectNode copy = JsonNodeFactory.instance.objectNode();
            object.properties().forEach(member -> copy.set(key(member.getKey()), escapeBraces(member.getValue())));
            return copy;
        }
        if (value instanceof ArrayNode array) {
            ArrayNode copy = JsonNodeFactory.instance.arrayNode();
            array.forEach(element -> copy.add(escapeBraces(element)));
            return copy;
        }
        return value.isTextual() ? TextNode.valueOf(escapeBraces(value.textValue())) : value;
    }

    private static String key(String name) {
        return escapeBraces(name.matches("\\$+(each|as|item|if|equals|then|else)") ? "$" + name : name);
    }

    /** Sets the path without the host, which the connection determines; the pairs of the query become parameters. */
    private void url(String url) {
        origin(url);
        String path = url.replaceFirst("^[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*", "").replaceFirst("(?s)#.*$", "");
        int question = path.indexOf('?');
        url(question < 0 ? path : path.substring(0, question), false);
        if (question >= 0) {
            queryOf(path.substring(question + 1));
        }
    }

    /** Sets the origin from a URL, whose path and user are ignored. */
    void origin(String url) {
        origin = ImportedOrigin.of(url);
    }

    /** Sets the path, whose braces are either pills or literal. */
    void url(String path, boolean hasPills) {
        String whole = path.startsWith("/") ? path : "/" + path;
        if (whole.startsWith("//")) {
            // A template would read a host.
            whole = whole.replaceFirst("^/+", "/");
            note("the slashes at the start of the path are sent as one");
        }
        String resolved = RelativeUrl.withoutDotSegments(whole);
        if (!resolved.equals(whole)) {
            note("the dot segments of the path are resolved");
            whole = resolved.replaceFirst("^/{2,}", "/");
        }
        String kept = withoutMatrixCredentials(QueryPair.encoded(whole, false, hasPills));
        definition.put(
                "url",
                CredentialMasker.replace(
                        kept, true, name -> pillForCredential(name(name), "the " + name + " in the path")));
    }

    /** Removes matrix parameters with credentials, such as {@code ;jsessionid=...}. */
    private String withoutMatrixCredentials(String path) {
        StringBuilder kept = new StringBuilder();
        for (String piece : path.split("(?=[;/])", -1)) {
            int equals = piece.indexOf('=');
            boolean isParameter = piece.startsWith(";") && equals > 1;
            if (isParameter
                    && CredentialDetector.isCredential(piece.substring(1, equals), piece.substring(equals + 1))) {
                noteCredential("the path parameter " + piece.substring(1, equals));
            } else {
                kept.append(piece);
            }
        }
        return kept.isEmpty() ? "/" : kept.toString();
    }

    /** Adds a raw query with literal braces. */
    void queryOf(String query) {
        query(query, false);
    }

    /** Adds a raw query that may have pills. */
    void templateQueryOf(String query) {
        query(query, true);
    }

    /**
     * Adds the pairs as parameters, which are percent-encoded when they are sent. A query that this would change, because of
     * a byte sequence that is not UTF-8, a name without a value or a name with a pill, stays in the URL unchanged.
     */
    private void query(String query, boolean hasPills) {
        List<QueryPair> pairs = QueryPair.pairs(query, hasPills);
        boolean isExact = pairs.stream().allMatch(QueryPair::isExact);
        StringBuilder raw = new StringBuilder();
        for (QueryPair pair : pairs) {
            if (isConnectionCredential(pair.name(), pair.value(), true)) {
                noteCredential("the query parameter " + pair.name());
            } else if (isExact) {
                pair("query", pair.name(), pair.value());
            } else {
                raw.append(raw.isEmpty() ? "?" : "&").append(pair.raw());
            }
        }
        definition.put("url", path() + raw);
    }

    /** Whether a field is a credential that the connection adds, by its name and value. */
    private static boolean isConnectionCredential(String name, String template, boolean isParameter) {
        String text = LiteralTextReader.DEFAULT_DELIMITERS.read(template);
        boolean isOpen = text.isEmpty() || text.indexOf(LiteralTextReader.PILL_MARK) >= 0;
        boolean isWritten = isParameter
                ? CredentialDetector.isCredentialParameter(name, text)
                : CredentialDetector.isCredential(name, text);
        return isWritten || (isOpen && CredentialNames.typeOf(name) == CredentialNames.CredentialType.ALL);
    }

    /** Notes that a field is left out if its name has braces, which a template permits in values only. */
    private boolean hasBraces(String what, String name) {
        boolean hasBraces = name.contains("{{");
        if (hasBraces) {
            note(what + name.replace(escapeBraces("{{"), "{{")
                    + " is left out: a name contains no variables, add it with its actual name");
        }
        return hasBraces;
    }

    String path() {
        return definition.path("url").asText();
    }

    /** Adds a query parameter with a literal value. */
    void query(String name, String value) {
        templateQuery(name, escapeBraces(value));
    }

    /** Adds a query parameter whose value may have pills. */
    void templateQuery(String name, String value) {
        if (hasBraces("the query parameter ", name)) {
            return;
        }
        if (isConnectionCredential(name, value, true)) {
            noteCredential("the query parameter " + name);
        } else {
            pair("query", name, value);
        }
    }

    /**
     * Adds a query parameter whose value is a pill.
     *
     * @param list how a list is sent; empty for a single value
     */
    void listQuery(String name, String pill, String list) {
        templateQuery(name, pill);
        JsonNode added = definition.path("query").path(definition.path("query").size() - 1);
        if (!list.isEmpty()
                && added instanceof ObjectNode pair
                && pair.path("name").asText().equals(name)) {
            pair.put("list", list);
        }
    }

    /** Adds a header field with a literal value. */
    void header(String name, String value) {
        templateHeader(name, escapeBraces(value));
    }

    /** Adds a header field whose value may have pills. */
    void templateHeader(String name, String value) {
        if (hasBraces("the header ", name)) {
            return;
        }
        if (isConnectionCredential(name, value, false)) {
            noteCredential("the header " + name);
        } else if (!name.startsWith(":") && !NameValuePair.isToken(name)) {
            note("the header \"" + printable(name) + "\" is left out: it is not a valid name");
        } else if (isManaged(name)) {
            notes.add("the header " + name + " is determined by the connection"
                    + (name.equalsIgnoreCase("host") ? ", by its base URL" : ""));
        } else {
            pair("headers", name, value);
        }
    }

    /** Whether the connection sets this header field. */
    static boolean isManaged(String name) {
        return MANAGED_HEADERS.contains(name.toLowerCase(Locale.ROOT)) || name.startsWith(":");
    }

    /** Sets a body that may have pills. */
    void templateBody(String text, String contentType) {
        if (!JsonBodyText.isJson(contentType) || repeatsMember(LiteralTextReader.quotePills(text))) {
            text(text, contentType, true);
            return;
        }
        JsonNode tree = LiteralTextReader.json(text);
        if (tree != null) {
            json(tree);
        } else if (LiteralTextReader.isJsonTemplate(text)) {
            body().put("jsonText", withPills(text, true));
        } else {
            note("the body is not valid JSON, although its media type is JSON");
            text(text, contentType, true);
            return;
        }
        mediaType(contentType);
    }

    /** Adds a form field whose value may have pills. */
    void templateField(String name, String value) {
        if (!hasBraces("the field ", name)) {
            field(body().withArray("/form"), name, value);
        }
    }

    /** Adds a form field with a literal value. */
    void field(String name, String value) {
        templateField(name, escapeBraces(value));
    }

    /** Adds a multipart part whose value may have pills. */
    void templatePart(String name, String value, @Nullable String contentType) {
        if (hasBraces("the part ", name)) {
            return;
        }
        ObjectNode part = field(body().withArray("/multipart"), name, value);
        if (contentType != null && !contentType.isBlank()) {
            part.put("contentType", contentType);
        }
    }

    private ObjectNode field(ArrayNode fields, String name, String value) {
        String text = LiteralTextReader.DEFAULT_DELIMITERS.read(value);
        String kept = value;
        if (CredentialDetector.isCredential(name, text)) {
            kept = pillForCredential(name, "the field " + name);
        } else {
            JsonNode tree = text.startsWith("{") || text.startsWith("[") ? LiteralTextReader.json(value) : null;
            if (tree != null
                    && !CredentialDetector.findPointers(LiteralTextReader.DEFAULT_DELIMITERS.read(tree))
                            .isEmpty()) {
                kept = pillForCredential(name, "the field " + name);
            }
        }
        return fields.addObject().put("name", name).put("value", kept);
    }

    /** Adds a multipart file whose content is a pill. */
    void file(String name, String fileName, String contentType) {
        String pill = filePill(name);
        ObjectNode part =
                body().withArray("/multipart").addObject().put("name", name).put("value", pill);
        part.put("fileName", escapeBraces(fileName)).put("contentType", escapeBraces(contentType));
        note("the content of " + fileName + " is the pill " + pill);
    }

    /** Adds a multipart file with a known text that may have pills. */
    void textFile(String name, String value, String fileName, String contentType) {
        ObjectNode part = field(body().withArray("/multipart"), name, value);
        part.put("fileName", escapeBraces(fileName)).put("contentType", escapeBraces(contentType));
    }

    /** Adds a multipart field whose value, the content of a file, is a pill. */
    void contentPart(String name, String fileName, @Nullable String contentType) {
        String pill = filePill(name);
        templatePart(name, pill, contentType);
        note("the content of " + fileName + " is the pill " + pill);
    }

    /** Returns a pill for the content of a file: each file of a field has its own. */
    private String filePill(String name) {
        String base = "{{file." + identifier(name);
        String pill = base + "}}";
        String parts = definition.at("/body/multipart").toString();
        for (int number = 2; parts.contains(pill); number++) {
            pill = base + "_" + number + "}}";
        }
        return pill;
    }

    /** Sets a body from a file whose content is a pill. */
    void file(String contentType) {
        body().put("bytes", "{{file.content}}").put("contentType", escapeBraces(contentType));
        note("the body is the pill {{file.content}}");
    }

    private static String identifier(String name) {
        return name.replaceAll("[^A-Za-z0-9_-]", "_");
    }

    private void pair(String list, String name, String value) {
        definition.withArray("/" + list).addObject().put("name", name).put("value", value);
    }

    void noteCredential(String what) {
        notes.add(what + " is left out: configure the credentials in the connection's auth strategy");
    }

    /** Returns the pill that replaces a credential. */
    private String pillForCredential(String name, String what) {
        String base = identifier(name.isEmpty() ? "credential" : name);
        String unique = base;
        for (int i = 2; credentials.containsKey(unique); i++) {
            unique = base + "_" + i;
        }
        credentials.put(unique, what);
        String pill = "{{connection." + unique + "}}";
        notes.add(what + " is the pill " + pill
                + ": credentials are not imported; supply it as a value of the step \"connection\", or"
                + " configure the connection's auth strategy to add it");
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

    /** Sets a JSON body that may have pills; credentials are replaced by pills. */
    void json(JsonNode template) {
        JsonNode tree = template.deepCopy();
        for (String pointer : CredentialDetector.findPointers(LiteralTextReader.DEFAULT_DELIMITERS.read(tree))) {
            JsonPointer at = JsonPointer.compile(pointer);
            String text = tree.at(at).isTextual() ? tree.at(at).textValue() : "";
            TextNode pill = TextNode.valueOf(
                    CredentialMasker.isGraphQl(text)
                            ? withPills(text, true)
                            : pillForCredential(name(pointer), "the JSON member " + pointer));
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

    /** Returns the last name of a pointer, with the indexes after it. */
    private static String name(String pointer) {
        return pointer.replaceFirst("^.*/(?=[^/]*[^/0-9][^/]*(/[0-9]+)*$)", "").replaceFirst("^/", "");
    }

    /** Sets a literal body, parsed by its media type. */
    void body(String text, String contentType) {
        String type = contentType.toLowerCase(Locale.ROOT);
        if (JsonBodyText.isJson(type) && !repeatsMember(text)) {
            try {
                json(escapeBraces(JsonSupport.parse(text)));
                mediaType(contentType);
                return;
            } catch (InvalidDefinitionException e) {
                note("the body is not valid JSON, although its media type is JSON");
            }
        }
        List<QueryPair> pairs = QueryPair.pairs(text, false);
        boolean isForm = type.startsWith("application/x-www-form-urlencoded")
                && text.contains("=")
                && !text.stripLeading().matches("(?s)[{\\[<\"].*")
                && !MALFORMED_ESCAPE.matcher(text).find()
                && pairs.stream().allMatch(QueryPair::isExact);
        if (isForm) {
            ArrayNode unused = body().withArray("/form");
            pairs.forEach(pair -> templateField(pair.name(), pair.value()));
            if (!contentType.equalsIgnoreCase("application/x-www-form-urlencoded")) {
                pair("headers", "Content-Type", escapeBraces(contentType));
            }
        } else {
            text(text, contentType, false);
        }
    }

    private boolean repeatsMember(String json) {
        String name = JsonBodyText.repeatedMember(json);
        if (name != null) {
            note("the JSON body repeats the member \"" + printable(name) + "\": it is sent as text");
        }
        return name != null;
    }

    private void mediaType(String contentType) {
        if (!contentType.equalsIgnoreCase("application/json")) {
            pair("headers", "Content-Type", escapeBraces(contentType));
        }
    }

    private void text(String text, String contentType, boolean isTemplate) {
        body().put("text", withPills(text, isTemplate)).put("contentType", escapeBraces(contentType));
    }

    /** Returns the text with pills in place of credentials. */
    private String withPills(String text, boolean isTemplate) {
        List<String> pills = new ArrayList<>();
        String marked = CredentialMasker.replace(text, isTemplate, name -> {
            pills.add(pillForCredential(name(name), name + " in the body"));
            return PILL_MARK + "" + (pills.size() - 1) + PILL_MARK;
        });
        String template = isTemplate ? marked : escapeBraces(marked);
        for (int i = 0; i < pills.size(); i++) {
            template = template.replace(PILL_MARK + "" + i + PILL_MARK, pills.get(i));
        }
        return template;
    }

    /** Replaces marks of shell variables with pills of the step {@code input}. */
    void replaceVariables() {
        Set<String> names = new LinkedHashSet<>();
        definition.setAll((ObjectNode) ShellVariables.replaced(definition, names));
        // A variable of the host is not part of the definition.
        origin = ShellVariables.replaced(TextNode.valueOf(origin), new LinkedHashSet<>())
                .asText();
        names.forEach(name -> note("the variable " + name + " is the pill {{input." + name + "}}"));
    }

    /** Returns method and path, as the title of a request without a name. */
    String title() {
        String path = path();
        int question = path.indexOf('?');
        return definition.path("method").asText() + " " + (question < 0 ? path : path.substring(0, question));
    }

    @Override
    public String toString() {
        return definition.toString();
    }

    Recommendation recommendation(String title, String source) {
        return new Recommendation(title, 0, "", source, definition, List.copyOf(notes), origin);
    }
}
