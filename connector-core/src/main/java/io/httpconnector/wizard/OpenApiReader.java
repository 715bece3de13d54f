package io.httpconnector.wizard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.wizard.LazyRecommendationSource.LazyRecommendation;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Reads an OpenAPI 3.0 or 3.1 document, or Swagger 2.0: servers, parameters, security, and for the body its example or a sample generated
 * from its schema. Path parameters become pills of the step {@code input}; of the other parameters, only required ones are
 * imported, by {@link OpenApiParameterReader}. References to other documents are not resolved, unless {@link OpenApiFiles} has added them;
 * those of paths and operations are resolved by {@link OpenApiPaths}.
 */
final class OpenApiReader {

    static final Set<String> METHODS = Set.of("get", "put", "post", "delete", "options", "head", "patch");
    private static final Pattern PILL = Pattern.compile("\\{([^{}/]+)}");
    private static final Pattern IDENTIFIER = Pattern.compile("[A-Za-z0-9_-]+");

    /** Scheme and host, or a variable for both, such as {@code {{baseUrl}}} and {@code {baseUrl}}. */
    private static final Pattern ORIGIN = Pattern.compile("^(?:[^/?#]*:)?//[^/?#]*|^\\{+[^{}/]+}+[^/?#]*");

    private final JsonNode document;
    private final SchemaReferences references;
    private final OpenApiBodyReader bodies;
    private final String source;
    private final Set<String> keys = new HashSet<>();

    private OpenApiReader(JsonNode document) {
        this.document = document;
        this.references = new SchemaReferences(document);
        boolean isVersion31 = document.path("openapi").asText().startsWith("3.1");
        this.bodies =
                new OpenApiBodyReader(references, new SchemaSampleGenerator(references, isVersion31), isVersion31);
        this.source = (document.has("swagger") ? "Swagger" : "OpenAPI") + " \""
                + document.at("/info/title").asText() + "\" "
                + document.at("/info/version").asText();
        for (JsonNode reference : document.at("/components/securitySchemes")) {
            JsonNode scheme = references.resolve(reference);
            if (scheme.path("type").asText().equals("apiKey")) {
                keys.add(scheme.path("in").asText() + " "
                        + scheme.path("name").asText().toLowerCase(Locale.ROOT));
            }
        }
    }

    /**
     * Reads a document.
     *
     * @param found notes about the document itself
     */
    static LazyRecommendationSource read(JsonNode original, Collection<String> found) {
        boolean isSwagger = original.path("swagger").asText("").equals("2.0");
        boolean isOpenApi = original.path("openapi").asText("").matches("3\\.[01](\\..*)?");
        if (!isSwagger && !isOpenApi) {
            throw invalid("not an OpenAPI document of version 3.0 or 3.1, nor Swagger 2.0");
        }
        // A document may consist of webhooks or components only.
        boolean mayLackPaths = original.path("paths").isMissingNode()
                && Stream.of("webhooks", "x-webhooks", "components", "definitions")
                        .anyMatch(original::has);
        if (!original.path("paths").isObject() && !mayLackPaths) {
            throw invalid("it has no paths: it contains no request that can be imported");
        }
        List<String> notes = new ArrayList<>(found);
        ObjectNode resolved = OpenApiPaths.resolve(original, notes);
        JsonNode document = isSwagger ? SwaggerConverter.convert(resolved) : resolved;
        List<LazyRecommendation> all = new ArrayList<>();
        document.path("paths").properties().forEach(path -> {
            JsonNode item = path.getValue();
            item.properties().forEach(operation -> {
                if (METHODS.contains(operation.getKey())) {
                    String base = basePath(servers(document, item, operation.getValue()));
                    all.add(entry(document, path.getKey(), base + pills(path.getKey()), item, operation));
                }
            });
        });
        if (all.isEmpty()) {
            notes.add(0, "the document contains no request: it has no operation that can be imported");
        }
        return new LazyRecommendationSource(List.copyOf(all), List.copyOf(notes));
    }

    private static InvalidDefinitionException invalid(String problem) {
        return new InvalidDefinitionException("OpenAPI document", List.of(problem));
    }

    private static LazyRecommendation entry(
            JsonNode document, String path, String url, JsonNode item, Map.Entry<String, JsonNode> operation) {
        String method = operation.getKey().toUpperCase(Locale.ROOT);
        JsonNode described = operation.getValue();
        String summary =
                described.path("summary").asText(described.path("operationId").asText(""));
        String title = summary.isBlank() ? method + " " + path : summary;
        return new LazyRecommendation(
                method, url, title, () -> new OpenApiReader(document).operation(path, item, method, described, title));
    }

    /** Returns the servers of the operation, if any, otherwise those of the path or the document. */
    private static JsonNode servers(JsonNode document, JsonNode item, JsonNode operation) {
        for (JsonNode described : List.of(operation, item)) {
            if (!described.path("servers").isEmpty()) {
                return described.path("servers");
            }
        }
        return document.path("servers");
    }

    /** Returns the URL of the first server, with the default values of its variables. */
    private static String server(JsonNode servers) {
        JsonNode server = servers.path(0);
        String url = server.path("url").asText("").strip();
        for (Map.Entry<String, JsonNode> variable : server.path("variables").properties()) {
            JsonNode value = variable.getValue();
            String text =
                    value.path("default").asText(value.path("enum").path(0).asText(""));
            url = url.replace("{" + variable.getKey() + "}", text);
        }
        return url;
    }

    private static String basePath(JsonNode servers) {
        String path = ORIGIN.matcher(server(servers)).replaceFirst("");
        int end = path.length();
        for (int i = 0; i < path.length() && end == path.length(); i++) {
            end = path.charAt(i) == '?' || path.charAt(i) == '#' ? i : end;
        }
        while (end > 0 && path.charAt(end - 1) == '/') {
            end--;
        }
        String base = path.substring(0, end).replaceFirst("^\\.(?=/|$)", "");
        return pills(base.isEmpty() || base.startsWith("/") ? base : "/" + base);
    }

    private static String origin(JsonNode servers) {
        Matcher origin = ORIGIN.matcher(server(servers));
        return origin.find() ? origin.group() : "";
    }

    /** Returns a path with pills in place of its parameters. */
    static String pills(String path) {
        if (path.indexOf('{') < 0) {
            return path;
        }
        return PILL.matcher(path).replaceAll(match -> {
            String name = match.group(1);
            boolean isIdentifier = IDENTIFIER.matcher(name).matches();
            return Matcher.quoteReplacement(
                    isIdentifier ? "{{input." + name + "}}" : "{{input[\"" + name.replace("\"", "") + "\"]}}");
        });
    }

    private RequestDefinitionBuilder definition(String path, JsonNode item, String method, JsonNode operation) {
        RequestDefinitionBuilder definition = new RequestDefinitionBuilder(method, "/");
        JsonNode servers = servers(document, item, operation);
        int fragment = path.indexOf('#');
        String sent = fragment < 0 ? path : path.substring(0, fragment);
        if (fragment >= 0) {
            definition.note("the fragment " + path.substring(fragment) + " of its path is not sent");
        }
        int question = sent.indexOf('?');
        definition.url(basePath(servers) + pills(question < 0 ? sent : sent.substring(0, question)), true);
        if (question >= 0) {
            definition.templateQueryOf(pills(sent.substring(question + 1)));
        }
        String origin = origin(servers);
        definition.origin(pills(origin));
        if (origin.indexOf('@') >= 0) {
            definition.noteCredential("the user in the URL of the server");
            origin = origin.replaceFirst("//.*@", "//");
        }
        String usual = origin(document.path("servers")).replaceFirst("//.*@", "//");
        if (!origin.equals(usual) && !origin.isEmpty()) {
            definition.note("it uses another server, " + origin + ": use a connection to that server");
        }
        return definition;
    }

    private Recommendation operation(String path, JsonNode item, String method, JsonNode operation, String title) {
        RequestDefinitionBuilder definition = definition(path, item, method, operation);
        List<String> optional = new ArrayList<>();
        Collection<JsonNode> parameters = parameters(item, operation).values();
        OpenApiParameterReader reader = new OpenApiParameterReader(
                references, bodies, keys, parameters, operation.has("requestBody"), definition);
        for (JsonNode parameter : parameters) {
            if (parameter.path("required").asBoolean()
                    || parameter.path("in").asText().equals("path")) {
                reader.read(parameter);
            } else if (parameter.has("name")) {
                optional.add(parameter.path("name").asText());
            }
        }
        if (!optional.isEmpty()) {
            definition.note("optional parameters are left out: " + String.join(", ", optional));
        }
        JsonNode body = references.resolve(operation.path("requestBody"));
        JsonNode content = references.resolve(body.path("content"));
        if (content.isObject() && !content.isEmpty()) {
            bodies.read(content, definition);
        } else if (body.isObject()) {
            definition.note("its body is not described: add it");
        }
        security(operation, definition);
        if (operation.path("deprecated").asBoolean()) {
            definition.note("the operation is deprecated");
        }
        for (String reference : references.unresolved()) {
            definition.note("the reference " + reference + " is not resolved: add its content");
        }
        return definition.recommendation(title, source);
    }

    /** Returns the parameters of the path item, overridden by those of the operation. */
    private Map<String, JsonNode> parameters(JsonNode item, JsonNode operation) {
        Map<String, JsonNode> parameters = new LinkedHashMap<>();
        for (JsonNode list : List.of(item.path("parameters"), operation.path("parameters"))) {
            for (JsonNode reference : references.resolve(list)) {
                JsonNode parameter = references.resolve(reference);
                parameters.put(
                        parameter.path("in").asText() + " "
                                + parameter.path("name").asText(),
                        parameter);
            }
        }
        return parameters;
    }

    private void security(JsonNode operation, RequestDefinitionBuilder definition) {
        JsonNode wanted = operation.has("security") ? operation.path("security") : document.path("security");
        List<String> schemes = new ArrayList<>();
        for (JsonNode alternative : wanted) {
            List<String> together = new ArrayList<>();
            alternative.properties().forEach(scheme -> {
                JsonNode known = references.resolve(
                        document.at("/components/securitySchemes").path(scheme.getKey()));
                together.add(scheme.getKey() + " (" + known.path("type").asText("unknown")
                        + (known.has("scheme") ? " " + known.path("scheme").asText() : "") + ")");
            });
            if (!together.isEmpty()) {
                schemes.add(String.join(" and ", together));
            }
        }
        if (!schemes.isEmpty()) {
            definition.note("it authenticates by " + String.join(" or ", schemes) + ": configure it in the connection");
        }
    }
}
