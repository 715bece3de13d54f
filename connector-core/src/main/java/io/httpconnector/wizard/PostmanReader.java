package io.httpconnector.wizard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads a Postman collection 2.0 or 2.1. Variables of the collection and its folders are substituted; undefined variables and
 * path variables become pills of the step {@code input}.
 */
final class PostmanReader {

    private static final Pattern VARIABLE = Pattern.compile("\\{\\{([^{}\\r\\n\"]{1,200})}}");

    /** The name of a variable, and not an expression of a template language, such as {@code #each}. */
    private static final Pattern NAME = Pattern.compile("\\s*[^\\s'#/:^>!&][^':]*");

    /** Text in double braces that is sent as it is. */
    private static final Pattern LITERAL = Pattern.compile("\\{\\{'\\{\\{'}}([^{}\"\\\\]{1,200})}}");

    private static final Pattern IN_PATH = Pattern.compile("(?<=/):([A-Za-z_][\\w-]*)");
    private static final String FORM_TYPE = "application/x-www-form-urlencoded";
    private static final int MAX_DEPTH = 20;
    private static final int MAX_NESTING = 10;
    private static final int MAX_LENGTH = 1024 * 1024;

    /** The media types by Postman's language of a raw body. */
    private static final Map<String, String> LANGUAGES = Map.of(
            "json", "application/json",
            "xml", "application/xml",
            "html", "text/html",
            "javascript", "application/javascript",
            "text", "text/plain");

    /** The variables and authentication that a folder passes to its requests. */
    private record CollectionScope(Map<String, String> variables, JsonNode auth, String authOf) {

        CollectionScope within(JsonNode folder, String what) {
            Map<String, String> known = new HashMap<>(variables);
            for (JsonNode variable : folder.path("variable")) {
                String name = variable.path("key").asText(variable.path("id").asText());
                boolean isSecret = CredentialDetector.isCredential(name)
                        || variable.path("type").asText().equalsIgnoreCase("secret");
                if (isSecret) {
                    known.remove(name);
                } else if (!variable.path("disabled").asBoolean()) {
                    known.put(name, variable.path("value").asText(""));
                }
            }
            boolean hasAuth = folder.path("auth").isObject();
            return new CollectionScope(known, hasAuth ? folder.path("auth") : auth, hasAuth ? what : authOf);
        }
    }

    /** Methods with which Postman sends no body, unless its pruning is disabled. */
    private static final Set<String> METHODS_WITHOUT_BODY = Set.of("GET", "HEAD", "COPY", "PURGE", "UNLOCK");

    private final List<Recommendation> all = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();
    private final String source;

    private PostmanReader(String source) {
        this.source = source;
    }

    static LazyRecommendationSource read(JsonNode collection) {
        String schema = collection.at("/info/schema").asText("");
        if (!collection.path("item").isArray() || !schema.matches(".*/v2\\.[01]\\.0/.*")) {
            throw new InvalidDefinitionException(
                    "Postman collection",
                    List.of("not a collection of version 2.0 or 2.1: export the collection as v2.1"));
        }
        PostmanReader reader = new PostmanReader(
                "Postman collection \"" + collection.at("/info/name").asText() + "\"");
        CollectionScope scope =
                new CollectionScope(Map.of(), MissingNode.getInstance(), "").within(collection, " of the collection");
        reader.items(collection.path("item"), scope, 0);
        return LazyRecommendationSource.of("Postman collection", reader.all, reader.notes, reader.problems);
    }

    private void items(JsonNode items, CollectionScope scope, int depth) {
        for (JsonNode item : items) {
            if (item.path("item").isArray() && depth < MAX_DEPTH) {
                items(
                        item.path("item"),
                        scope.within(
                                item, " of the folder \"" + item.path("name").asText() + "\""),
                        depth + 1);
            } else if (item.has("request")) {
                item(item, scope);
            } else {
                notes.add("\"" + item.path("name").asText() + "\" is not imported: it is not an HTTP request");
            }
        }
    }

    private void item(JsonNode item, CollectionScope scope) {
        try {
            all.add(request(item, scope));
        } catch (InvalidDefinitionException e) {
            e.problems()
                    .forEach(problem ->
                            problems.add("request \"" + item.path("name").asText() + "\": " + problem));
        }
    }

    private Recommendation request(JsonNode item, CollectionScope outer) {
        JsonNode request = item.path("request");
        CollectionScope scope = outer.within(item, "").within(request, "");
        JsonNode url = request.isTextual() ? request : request.path("url");
        String raw = raw(url);
        String name = item.path("name").asText("");
        String method = substitute(request.path("method").asText("GET"), scope).toUpperCase(Locale.ROOT);
        RequestDefinitionBuilder definition = new RequestDefinitionBuilder(method, "/");
        String target = target(substitute(raw.substring(0, end(raw, "?#")), scope));
        definition.url(IN_PATH.matcher(target).replaceAll("{{input.$1}}"), true);
        query(url, raw, scope, definition);
        JsonNode body = request.path("body");
        boolean isPruned = METHODS_WITHOUT_BODY.contains(method)
                && !item.at("/protocolProfileBehavior/disableBodyPruning").asBoolean();
        boolean hasBody = hasContent(body) && !isPruned;
        if (hasContent(body) && isPruned) {
            definition.note("the body is left out: Postman sends none with " + method);
        }
        List<String[]> headers = headers(request.path("header"), scope);
        for (String[] header : headers) {
            if (!hasBody || !header[0].equalsIgnoreCase("Content-Type")) {
                definition.templateHeader(header[0], header[1]);
            }
        }
        if (hasBody) {
            String declared = headers.stream()
                    .filter(header -> header[0].equalsIgnoreCase("Content-Type"))
                    .map(header -> header[1])
                    .findFirst()
                    .orElse("");
            body(body, declared, scope, definition);
        }
        String auth = scope.auth.path("type").asText("");
        if (!auth.isEmpty() && !auth.equals("noauth")) {
            definition.note("it authenticates by " + auth + scope.authOf + ": configure it in the connection");
        }
        LITERAL.matcher(definition.toString())
                .results()
                .forEach(literal -> definition.note("{{" + literal.group(1) + "}} is sent as it is, because it is not"
                        + " a variable of the collection"));
        return definition.recommendation(name.isBlank() ? definition.title() : name, source);
    }

    /** Whether a body is enabled and not empty. */
    private static boolean hasContent(JsonNode body) {
        String mode = body.path("mode").asText("");
        JsonNode content = body.path(mode);
        boolean isEmpty = switch (mode) {
            case "raw" -> content.asText("").isEmpty();
            case "urlencoded", "formdata" ->
                content.isTextual()
                        ? content.asText().isEmpty()
                        : enabled(content).isEmpty();
            case "graphql" -> content.isEmpty() && content.asText("").isEmpty();
            default -> false;
        };
        return !mode.isEmpty() && !isEmpty && !body.path("disabled").asBoolean();
    }

    /** Returns the URL as text; an object may contain it as {@code raw}, or only in parts. */
    private static String raw(JsonNode url) {
        if (url.isTextual()) {
            return url.asText();
        }
        // Like Postman, the parts take precedence.
        if (url.path("host").isEmpty()
                && url.path("host").asText("").isEmpty()
                && !url.path("raw").asText("").isEmpty()) {
            return url.path("raw").asText();
        }
        String protocol = url.path("protocol").asText("");
        String host = join(url.path("host"), ".");
        String port = url.path("port").asText("");
        String path = join(url.path("path"), "/");
        String authority = host.isEmpty()
                ? ""
                : (protocol.isEmpty() ? "" : protocol.replaceFirst(":?(//)?$", "") + "://")
                        + host
                        + (port.isEmpty() ? "" : ":" + port);
        return authority + (path.isEmpty() || path.startsWith("/") ? "" : "/") + path;
    }

    /** Returns the index of the first of some characters that is not in a variable, or the length. */
    private static int end(String url, String characters) {
        Matcher variable = VARIABLE.matcher(url);
        for (int i = 0; i < url.length(); i++) {
            if (url.charAt(i) == '{' && variable.find(i) && variable.start() == i) {
                i = variable.end() - 1;
            } else if (characters.indexOf(url.charAt(i)) >= 0) {
                return i;
            }
        }
        return url.length();
    }

    /** Joins the strings of an array, which may be objects with a value; returns a string as it is. */
    private static String join(JsonNode parts, String separator) {
        if (!parts.isArray()) {
            return parts.asText("");
        }
        List<String> texts = new ArrayList<>();
        parts.forEach(part -> texts.add(part.isObject() ? part.path("value").asText("") : part.asText("")));
        return String.join(separator, texts);
    }

    /** Returns the path. The text before the first slash is a host, with or without a scheme, or a variable for it. */
    private static String target(String url) {
        if (url.startsWith("/")) {
            return url;
        }
        int scheme = url.indexOf("://");
        int slash = url.indexOf('/', scheme < 0 ? 0 : scheme + 3);
        String host = slash < 0 ? url : url.substring(0, slash);
        String path = slash < 0 ? "" : url.substring(slash);
        // {{baseUrl}}{{path}}: the second variable is not a host.
        Matcher two = Pattern.compile("^\\{\\{[^{}]+}}(\\{\\{[^{}]+}}.*)$").matcher(host);
        return two.matches() ? "/" + two.group(1) + path : path;
    }

    private void query(JsonNode url, String raw, CollectionScope scope, RequestDefinitionBuilder definition) {
        if (!url.path("query").isArray()) {
            int fragment = end(raw, "#");
            int question = end(raw, "?");
            if (url.path("query").isTextual()) {
                definition.templateQueryOf(pairs(url.path("query").asText(), scope));
            } else if (question < fragment) {
                definition.templateQueryOf(pairs(raw.substring(question + 1, fragment), scope));
            }
            return;
        }
        List<String> pairs = new ArrayList<>();
        for (JsonNode pair : url.path("query")) {
            boolean isEmpty = !pair.hasNonNull("key") && !pair.hasNonNull("value");
            if (!pair.path("disabled").asBoolean() && !isEmpty) {
                String name = escapeSeparators(pair.path("key").asText(""), true, scope);
                pairs.add(
                        pair.hasNonNull("value")
                                ? name + "="
                                        + escapeSeparators(pair.path("value").asText(), false, scope)
                                : name);
            }
        }
        definition.templateQueryOf(String.join("&", pairs).stripTrailing());
    }

    /** Substitutes variables in a query, and escapes separators in their values. */
    private static String pairs(String query, CollectionScope scope) {
        List<String> pairs = new ArrayList<>();
        for (String pair : query.split("&", -1)) {
            int equals = pair.indexOf('=');
            String name = escapeSeparators(equals < 0 ? pair : pair.substring(0, equals), true, scope);
            pairs.add(equals < 0 ? name : name + "=" + escapeSeparators(pair.substring(equals + 1), false, scope));
        }
        return String.join("&", pairs);
    }

    /** Escapes separators within a value. Like Postman, keeps text that is already percent-encoded. */
    private static String escapeSeparators(String text, boolean isName, CollectionScope scope) {
        String escaped = substitute(text, scope).replace("&", "%26").replace("#", "%23");
        return isName ? escaped.replace("=", "%3D") : escaped;
    }

    /** Returns the enabled header fields, from an array of pairs or a text with lines. */
    private List<String[]> headers(JsonNode header, CollectionScope scope) {
        List<String[]> all = new ArrayList<>();
        if (header.isTextual()) {
            header.asText()
                    .lines()
                    .filter(line -> line.indexOf(':') > 0)
                    .forEach(line -> all.add(new String[] {
                        line.substring(0, line.indexOf(':')).strip(),
                        substitute(line.substring(line.indexOf(':') + 1).strip(), scope)
                    }));
            return all;
        }
        for (JsonNode pair : header) {
            String name = pair.path("key").asText("").strip();
            if (!pair.path("disabled").asBoolean() && !name.isEmpty()) {
                all.add(new String[] {
                    substitute(name, scope), substitute(pair.path("value").asText(""), scope)
                });
            }
        }
        return all;
    }

    private void body(JsonNode body, String declared, CollectionScope scope, RequestDefinitionBuilder definition) {
        switch (body.path("mode").asText("")) {
            case "raw" -> {
                String language = body.at("/options/raw/language").asText("text");
                String type = declared.isEmpty() ? LANGUAGES.getOrDefault(language, "text/plain") : declared;
                String text = body.path("raw").asText("");
                if (!text.isEmpty()) {
                    definition.templateBody(substitute(text, scope), type);
                }
            }
            case "urlencoded" -> {
                if (body.path("urlencoded").isTextual()) {
                    definition.templateBody(pairs(body.path("urlencoded").asText(), scope), FORM_TYPE);
                    return;
                }
                definition.body().putArray("form");
                for (JsonNode pair : enabled(body.path("urlencoded"))) {
                    definition.templateField(
                            substitute(pair.path("key").asText(""), scope),
                            substitute(pair.path("value").asText(""), scope));
                }
                if (!declared.isEmpty() && !declared.equalsIgnoreCase(FORM_TYPE)) {
                    definition.templateHeader("Content-Type", declared);
                }
            }
            case "formdata" -> {
                definition.body().putArray("multipart");
                enabled(body.path("formdata")).forEach(part -> part(part, scope, definition));
                if (!declared.isEmpty() && !declared.toLowerCase(Locale.ROOT).startsWith("multipart/form-data")) {
                    definition.note("the parts are sent as multipart/form-data and not as " + declared);
                }
            }
            case "graphql" -> graphql(body.path("graphql"), scope, definition);
            case "file" -> definition.file(declared.isEmpty() ? "application/octet-stream" : declared);
            default ->
                definition.note(
                        "bodies of the mode " + body.path("mode").asText() + " are not supported: add the body");
        }
    }

    private static List<JsonNode> enabled(JsonNode pairs) {
        List<JsonNode> enabled = new ArrayList<>();
        pairs.forEach(pair -> Optional.of(pair)
                .filter(one -> !one.path("disabled").asBoolean())
                .ifPresent(enabled::add));
        return enabled;
    }

    private void part(JsonNode part, CollectionScope scope, RequestDefinitionBuilder definition) {
        String name = substitute(part.path("key").asText(""), scope);
        String type = substitute(part.path("contentType").asText(""), scope);
        if (!part.path("type").asText().equals("file")) {
            definition.templatePart(name, substitute(part.path("value").asText(""), scope), type);
            return;
        }
        JsonNode sources = part.path("src");
        List<String> files = new ArrayList<>();
        (sources.isArray() ? sources : JsonNodeFactory.instance.arrayNode().add(sources))
                .forEach(file -> files.add(file.asText("").replaceFirst("^.*[/\\\\]", "")));
        for (String file : files.isEmpty() ? List.of("") : files) {
            definition.file(name, file.isEmpty() ? name : file, type.isEmpty() ? "application/octet-stream" : type);
        }
    }

    private void graphql(JsonNode graphql, CollectionScope scope, RequestDefinitionBuilder definition) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("query", substitute(graphql.path("query").asText(""), scope));
        String operation = graphql.path("operationName").asText("");
        if (!operation.isEmpty()) {
            json.put("operationName", substitute(operation, scope));
        }
        JsonNode given = graphql.path("variables");
        String text = given.isTextual() ? given.asText() : given.isContainerNode() ? given.toString() : "";
        JsonNode variables = text.isBlank() ? null : LiteralTextReader.json(substitute(text, scope));
        if (variables != null) {
            json.set("variables", variables);
        } else if (!text.isBlank()) {
            definition.note("the variables of the GraphQL query are not valid JSON: add them");
        }
        definition.json(json);
    }

    /** Substitutes known variables; unknown ones become pills. */
    private static String substitute(String text, CollectionScope scope) {
        return substitute(text, scope, 0);
    }

    private static String substitute(String text, CollectionScope scope, int depth) {
        StringBuilder out = new StringBuilder();
        Matcher matcher = VARIABLE.matcher(text);
        int at = 0;
        while (matcher.find()) {
            String name = matcher.group(1).strip();
            String value = scope.variables.get(name);
            out.append(RequestDefinitionBuilder.escapeBraces(text.substring(at, matcher.start())));
            if (value == null && !NAME.matcher(matcher.group(1)).matches()) {
                out.append(RequestDefinitionBuilder.escapeBraces(matcher.group()));
            } else if (value == null || depth == MAX_NESTING || out.length() > MAX_LENGTH) {
                out.append("{{input.")
                        .append(name.replaceAll("[^A-Za-z0-9_-]", "_"))
                        .append("}}");
            } else {
                out.append(substitute(value, scope, depth + 1));
            }
            at = matcher.end();
        }
        return out.append(RequestDefinitionBuilder.escapeBraces(text.substring(at)))
                .toString();
    }
}
