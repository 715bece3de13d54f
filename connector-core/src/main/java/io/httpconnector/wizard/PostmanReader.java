package io.httpconnector.wizard;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.http.NameValuePair;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;

/**
 * Reads a Postman collection 2.0 or 2.1. Variables of the collection and its folders are substituted; undefined variables and
 * path variables become pills of the step {@code input}.
 */
final class PostmanReader {

    private static final Pattern IN_PATH = Pattern.compile("(?<=/):([A-Za-z_][\\w-]*)");
    /** User name and password before the host. */
    private static final Pattern USER_INFORMATION = Pattern.compile("^(?:[^/@]*://)?[^/]*@");

    private static final int MAX_DEPTH = 20;

    /** Methods with which Postman sends no body, unless its pruning is disabled. */
    private static final Set<String> METHODS_WITHOUT_BODY = Set.of("GET", "HEAD", "COPY", "PURGE", "UNLOCK");

    private final List<Recommendation> all = new ArrayList<>();
    private static final String SCRIPT = " is not imported: what it changes in requests is missing";

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
        PostmanScope scope = PostmanScope.ofCollection(collection);
        if (runsScript(collection)) {
            reader.notes.add("the pre-request script of the collection" + SCRIPT);
        }
        reader.items(collection.path("item"), scope, 0);
        return LazyRecommendationSource.of("Postman collection", reader.all, reader.notes, reader.problems);
    }

    private void items(JsonNode items, PostmanScope scope, int depth) {
        for (JsonNode item : items) {
            if (item.path("item").isArray() && depth < MAX_DEPTH) {
                if (runsScript(item)) {
                    notes.add("the pre-request script of the folder \""
                            + item.path("name").asText() + "\"" + SCRIPT);
                }
                items(
                        item.path("item"),
                        scope.within(
                                item, " of the folder \"" + item.path("name").asText() + "\""),
                        depth + 1);
            } else if (item.has("request")) {
                item(item, scope);
            } else {
                String name = item.path("name").asText();
                notes.add((name.isBlank() ? "an item without a name" : "\"" + name + "\"")
                        + " is not imported: it is not an HTTP request");
            }
        }
    }

    /** Whether a script, which may change the request, runs before each request of a collection, folder or item. */
    private static boolean runsScript(JsonNode item) {
        for (JsonNode event : item.path("event")) {
            JsonNode lines = event.at("/script/exec");
            boolean isEmpty = lines.isArray()
                    ? StreamSupport.stream(lines.spliterator(), false)
                            .allMatch(line -> line.asText().isBlank())
                    : lines.asText().isBlank();
            if (event.path("listen").asText().equals("prerequest")
                    && !event.path("disabled").asBoolean()
                    && !isEmpty) {
                return true;
            }
        }
        return false;
    }

    private void item(JsonNode item, PostmanScope scope) {
        try {
            all.add(request(item, scope));
        } catch (InvalidDefinitionException e) {
            e.problems()
                    .forEach(problem ->
                            problems.add("request \"" + item.path("name").asText() + "\": " + problem));
        }
    }

    private Recommendation request(JsonNode item, PostmanScope outer) {
        JsonNode request = item.path("request");
        PostmanScope scope = outer.within(item, "").within(request, "");
        JsonNode url = request.isTextual() ? request : request.path("url");
        String raw = raw(url);
        String name = item.path("name").asText("");
        String method = scope.substitute(request.path("method").asText("GET")).toUpperCase(Locale.ROOT);
        RequestDefinitionBuilder definition = new RequestDefinitionBuilder(method, "/");
        String whole = scope.substitute(raw.substring(0, end(raw, "?#")));
        if (!url.path("auth").isEmpty() || USER_INFORMATION.matcher(whole).find()) {
            definition.noteCredential("the user in the URL");
        }
        String target = target(whole);
        definition.origin(origin(whole));
        definition.url(withPathVariables(target, url.path("variable"), scope, definition), true);
        query(url, raw, scope, definition);
        List<String[]> headers = headers(request.path("header"), scope);
        PostmanBodyReader body = new PostmanBodyReader(request.path("body"), scope, definition);
        boolean isPruned =
                METHODS_WITHOUT_BODY.contains(method) && !scope.settings().keepsBody();
        boolean hasBody = body.hasContent() && !isPruned;
        if (body.hasContent() && isPruned) {
            definition.note("the body is left out: Postman sends none with " + method);
        }
        for (String[] header : headers) {
            if (!hasBody || !header[0].equalsIgnoreCase("Content-Type")) {
                definition.templateHeader(header[0], header[1]);
            }
        }
        if (hasBody) {
            List<String> types = headers.stream()
                    .filter(header -> header[0].equalsIgnoreCase("Content-Type"))
                    .map(header -> header[1])
                    .toList();
            if (types.size() > 1) {
                definition.note("it has several Content-Type headers, the request only the first one");
            }
            body.read(types.isEmpty() ? "" : types.get(0));
        }
        String auth = scope.auth().path("type").asText("");
        if (!auth.isEmpty() && !auth.equals("noauth")) {
            definition.note("it authenticates by " + auth + scope.authOf() + ": configure it in the connection");
            if (auth.equals("apikey")) {
                noteKey(scope, definition);
            }
        }
        if (runsScript(item)) {
            definition.note("the pre-request script" + SCRIPT);
        }
        scope.settings().unsupported().forEach(definition::note);
        scope.literals()
                .forEach(literal -> definition.note(
                        literal.startsWith("$")
                                ? dynamicVariable(literal)
                                : literal + " is sent as it is, because it is not a variable of the collection"));
        return definition.recommendation(name.isBlank() ? definition.title() : name, source);
    }

    /** Returns a note for a variable that Postman generates: a template has no values of its own. */
    private static String dynamicVariable(String name) {
        String value = switch (name) {
            case "$guid", "$randomUUID" -> "a random UUID";
            case "$timestamp" -> "the seconds since 1970";
            case "$isoTimestamp" -> "the time in ISO 8601";
            default -> "generated by Postman";
        };
        return "the dynamic variable " + name + " is the pill " + PostmanScope.pill(name)
                + ": supply its value, which is " + value + ", with each job";
    }

    /** Notes the location of an API key, in the header field or query parameter of its name. */
    private static void noteKey(PostmanScope scope, RequestDefinitionBuilder definition) {
        JsonNode key = scope.auth().path("apikey");
        String name = scope.substitute(parameter(key, "key"));
        boolean isQuery = parameter(key, "in").equals("query");
        if (isQuery ? !name.isBlank() && !name.contains("{{") : NameValuePair.isToken(name)) {
            definition.noteCredential((isQuery ? "the query parameter " : "the header ") + name);
        }
    }

    /** Returns a parameter of an authentication: an array of pairs (format 2.1) or an object (format 2.0). */
    private static String parameter(JsonNode parameters, String name) {
        for (JsonNode pair : parameters) {
            if (pair.path("key").asText().equals(name)) {
                return pair.path("value").asText("");
            }
        }
        return parameters.path(name).asText("");
    }

    /**
     * Replaces path variables with pills. A value that is a variable itself is substituted; other values are examples, which
     * are noted.
     */
    private static String withPathVariables(
            String path, JsonNode variables, PostmanScope scope, RequestDefinitionBuilder definition) {
        return IN_PATH.matcher(path).replaceAll(match -> {
            String name = match.group(1);
            String pill = "{{input." + name + "}}";
            String value = "";
            for (JsonNode variable : variables) {
                boolean isNamed = variable.path("key")
                        .asText(variable.path("id").asText())
                        .equals(name);
                value = isNamed ? scope.substitute(variable.path("value").asText("")) : value;
            }
            String text = LiteralTextReader.DEFAULT_DELIMITERS.read(value);
            if (text.indexOf(LiteralTextReader.PILL_MARK) >= 0) {
                pill = value;
            } else if (!text.isEmpty()) {
                String shown = CredentialDetector.isCredential(name, text) ? CredentialDetector.MASK : text;
                definition.note("the path variable " + name + " is the pill " + pill + ", with the value " + shown
                        + " in the collection");
            }
            return Matcher.quoteReplacement(pill);
        });
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
        boolean hasSlash =
                path.isEmpty() || (path.startsWith("/") && !url.path("path").isArray());
        return authority + (hasSlash ? "" : "/") + path;
    }

    /** Returns the index of the first of some characters that is not in a variable, or the length. */
    private static int end(String url, String characters) {
        Matcher variable = PostmanScope.VARIABLE.matcher(url);
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

    /** Returns the URL of the host, which may be a pill. Like Postman, a host without a scheme has {@code http}. */
    private static String origin(String url) {
        Matcher variable = Pattern.compile("^\\{\\{[^{}]+}}").matcher(url);
        return url.startsWith("/") || url.isEmpty()
                ? ""
                : url.contains("://") ? url : variable.find() ? variable.group() : "http://" + url;
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

    private void query(JsonNode url, String raw, PostmanScope scope, RequestDefinitionBuilder definition) {
        if (!url.path("query").isArray()) {
            int fragment = end(raw, "#");
            int question = end(raw, "?");
            if (url.path("query").isTextual()) {
                query(scope.query(url.path("query").asText()), definition);
            } else if (question < fragment) {
                query(scope.query(raw.substring(question + 1, fragment)), definition);
            }
            return;
        }
        List<String> pairs = new ArrayList<>();
        for (JsonNode pair : url.path("query")) {
            boolean isEmpty = !pair.hasNonNull("key") && !pair.hasNonNull("value");
            if (!pair.path("disabled").asBoolean() && !isEmpty) {
                String value = pair.hasNonNull("value") ? pair.path("value").asText() : null;
                pairs.add(scope.pair(pair.path("key").asText(""), value));
            }
        }
        query(String.join("&", pairs).replaceFirst(" +$", ""), definition);
    }

    private static void query(String query, RequestDefinitionBuilder definition) {
        if (LiteralTextReader.DEFAULT_DELIMITERS.read(query).indexOf('+') >= 0) {
            definition.note("a plus sign in the query is imported as a space, which is how services read it: use"
                    + " %2B in Postman for the character itself");
        }
        definition.templateQueryOf(query);
    }

    /** Returns the enabled header fields, from an array of pairs or a text with lines. */
    private List<String[]> headers(JsonNode header, PostmanScope scope) {
        List<String[]> all = new ArrayList<>();
        if (header.isTextual()) {
            header.asText()
                    .lines()
                    .filter(line -> line.indexOf(':') > 0)
                    .forEach(line -> all.add(new String[] {
                        line.substring(0, line.indexOf(':')).strip(),
                        scope.substitute(line.substring(line.indexOf(':') + 1).strip())
                    }));
            return all;
        }
        for (JsonNode pair : header) {
            String name = pair.path("key").asText("").strip();
            if (!pair.path("disabled").asBoolean() && !name.isEmpty()) {
                all.add(new String[] {
                    scope.substitute(name), scope.substitute(pair.path("value").asText(""))
                });
            }
        }
        return all;
    }
}
