package io.httpconnector.wizard;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.wizard.LazyRecommendationSource.LazyRecommendation;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads an OpenAPI 3.0 or 3.1 document: servers, parameters, security, and for the body its example or a sample generated
 * from its schema. Path parameters become pills of the step {@code input}; of the other parameters, only required ones are
 * imported. References to other documents are not resolved.
 */
final class OpenApiReader {

    private static final Set<String> METHODS = Set.of("get", "put", "post", "delete", "options", "head", "patch");
    private static final List<String> PREFERRED = List.of(
            "application/json",
            "application/x-www-form-urlencoded",
            "multipart/form-data",
            "application/xml",
            "text/plain");

    private static final Pattern PILL = Pattern.compile("\\{([^{}/]+)}");
    private static final Pattern IDENTIFIER = Pattern.compile("[A-Za-z0-9_-]+");

    /** Scheme and host, or a variable for both, such as {@code {{baseUrl}}} and {@code {baseUrl}}. */
    private static final Pattern ORIGIN = Pattern.compile("^(?:[^/?#]*:)?//[^/?#]*|^\\{+[^{}/]+}+[^/?#]*");

    private final JsonNode document;
    private final SchemaSampleGenerator samples;
    private final String source;
    private final Set<String> keys = new HashSet<>();

    private OpenApiReader(JsonNode document) {
        this.document = document;
        this.samples = new SchemaSampleGenerator(document);
        this.source = "OpenAPI \"" + document.at("/info/title").asText() + "\" "
                + document.at("/info/version").asText();
        for (JsonNode reference : document.at("/components/securitySchemes")) {
            JsonNode scheme = samples.resolve(reference);
            if (scheme.path("type").asText().equals("apiKey")) {
                keys.add(scheme.path("in").asText() + " "
                        + scheme.path("name").asText().toLowerCase(Locale.ROOT));
            }
        }
    }

    static LazyRecommendationSource read(JsonNode document) {
        String version = document.path("openapi").asText("");
        if (!version.matches("3\\.[01]\\..*") || !document.path("paths").isObject()) {
            throw new InvalidDefinitionException(
                    "OpenAPI document",
                    List.of(
                            document.has("swagger")
                                    ? "unsupported version "
                                            + document.path("swagger").asText() + ": convert it to 3.0 or 3.1"
                                    : "not a document of version 3.0 or 3.1, or without paths"));
        }
        OpenApiReader first = new OpenApiReader(document);
        List<LazyRecommendation> all = new ArrayList<>();
        document.path("paths").properties().forEach(path -> {
            JsonNode item = first.samples.resolve(path.getValue());
            item.properties().forEach(operation -> {
                if (METHODS.contains(operation.getKey())) {
                    String base = basePath(servers(document, item, operation.getValue()));
                    all.add(entry(document, path.getKey(), base + pills(path.getKey()), item, operation));
                }
            });
        });
        return new LazyRecommendationSource(List.copyOf(all));
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
    private static String pills(String path) {
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
        if (!origin.equals(origin(document.path("servers"))) && !origin.isEmpty()) {
            definition.note("it uses another server, " + origin + ": use a connection to that server");
        }
        return definition;
    }

    private Recommendation operation(String path, JsonNode item, String method, JsonNode operation, String title) {
        RequestDefinitionBuilder definition = definition(path, item, method, operation);
        parameters(item, operation).values().forEach(parameter -> parameter(parameter, definition));
        JsonNode body = samples.resolve(operation.path("requestBody"));
        if (body.path("content").isObject() && !body.path("content").isEmpty()) {
            body(body.path("content"), definition);
        }
        security(operation, definition);
        if (operation.path("deprecated").asBoolean()) {
            definition.note("the operation is deprecated");
        }
        for (String reference : samples.unresolved()) {
            definition.note("the reference " + reference + " is not resolved: add its content");
        }
        return definition.recommendation(title, source);
    }

    /** Returns the parameters of the path item, overridden by those of the operation. */
    private Map<String, JsonNode> parameters(JsonNode item, JsonNode operation) {
        Map<String, JsonNode> parameters = new LinkedHashMap<>();
        for (JsonNode list : List.of(item.path("parameters"), operation.path("parameters"))) {
            for (JsonNode reference : list) {
                JsonNode parameter = samples.resolve(reference);
                parameters.put(
                        parameter.path("in").asText() + " "
                                + parameter.path("name").asText(),
                        parameter);
            }
        }
        return parameters;
    }

    private void parameter(JsonNode parameter, RequestDefinitionBuilder definition) {
        String name = parameter.path("name").asText();
        if (!parameter.path("required").asBoolean() || name.isEmpty()) {
            return;
        }
        JsonNode sample = sample(parameter);
        String in = parameter.path("in").asText();
        boolean isKey = keys.contains(in + " " + name.toLowerCase(Locale.ROOT));
        switch (in) {
            case "query" -> {
                if (isKey) {
                    definition.noteCredential("the query parameter " + name);
                } else if (!parameter.path("content").isEmpty()) {
                    definition.query(name, ParameterSerializer.text(sample));
                } else {
                    ParameterSerializer.of(parameter).write(name, sample, definition::query);
                }
            }
            case "header" -> {
                if (isKey) {
                    definition.noteCredential("the header " + name);
                } else {
                    new ParameterSerializer("simple", false).write(name, sample, definition::header);
                }
            }
            case "cookie" -> definition.note("it requires the cookie " + name + ": configure it in the connection");
            case "path" -> {
                String style = parameter.path("style").asText("simple");
                if (!style.equals("simple")) {
                    definition.note("its path parameter " + name + " has the unsupported style " + style
                            + ": write it by hand");
                }
            }
            default -> {}
        }
    }

    /** Returns the example of a parameter or media type, or one generated from its schema. */
    private JsonNode sample(JsonNode described) {
        JsonNode schema = described.path("schema");
        for (JsonNode media : described.path("content")) {
            schema = schema.isMissingNode() ? media.path("schema") : schema;
        }
        return samples.markPasswords(schema, example(described));
    }

    private JsonNode example(JsonNode described) {
        if (described.has("example")) {
            return described.get("example");
        }
        for (JsonNode example : described.path("examples")) {
            JsonNode resolved = samples.resolve(example);
            if (resolved.has("value")) {
                return resolved.get("value");
            }
        }
        for (JsonNode media : described.path("content")) {
            return sample(media);
        }
        return samples.of(described.path("schema"));
    }

    private void body(JsonNode content, RequestDefinitionBuilder definition) {
        List<String> types = new ArrayList<>();
        content.properties().forEach(type -> types.add(type.getKey()));
        String type = PREFERRED.stream()
                .filter(types::contains)
                .findFirst()
                .orElseGet(() -> types.stream()
                        .filter(name -> name.contains("json"))
                        .findFirst()
                        .orElse(types.get(0)));
        JsonNode sample = sample(content.path(type));
        if (type.contains("json")) {
            definition.body(sample.toString(), type);
        } else if (type.equals("application/x-www-form-urlencoded") && sample.isObject()) {
            definition.body().putArray("form");
            fields(sample, content.path(type).path("encoding"), definition);
        } else if (type.equals("multipart/form-data") && sample.isObject()) {
            definition.body().putArray("multipart");
            sample.properties()
                    .forEach(field -> parts(field.getKey(), field.getValue(), content.path(type), definition));
        } else if (sample.isTextual()
                && !samples.resolve(content.path(type).path("schema"))
                        .path("format")
                        .asText()
                        .equals("binary")) {
            definition.body(sample.asText(), type);
        } else {
            definition.file(type);
        }
    }

    /** By default, arrays become repeated fields and objects become JSON; the encoding can override this. */
    private static void fields(JsonNode sample, JsonNode encodings, RequestDefinitionBuilder definition) {
        sample.properties().forEach(field -> {
            JsonNode encoding = encodings.path(field.getKey());
            JsonNode value = field.getValue();
            boolean isStyled = encoding.has("style") || encoding.has("explode");
            boolean isWhole = encoding.path("contentType").asText("").contains("json") || value.isObject();
            if (!isStyled && isWhole) {
                definition.field(field.getKey(), ParameterSerializer.text(value));
            } else {
                ParameterSerializer.of(encoding).write(field.getKey(), value, definition::field);
            }
        });
    }

    private void parts(String name, JsonNode value, JsonNode media, RequestDefinitionBuilder definition) {
        JsonNode schema = samples.property(media.path("schema"), name);
        String declared = media.path("encoding").path(name).path("contentType").asText("");
        String type = declared.replaceFirst(",.*$", "").strip().replace("*/*", "");
        if (isFile(schema)) {
            file(name, schema, type, definition);
        } else if (isFile(samples.resolve(schema.path("items")))) {
            file(name, samples.resolve(schema.path("items")), type, definition);
        } else if (value.isArray() && !type.contains("json")) {
            value.forEach(element -> part(name, element, type, definition));
        } else {
            part(name, value, type, definition);
        }
    }

    private static void part(String name, JsonNode value, String type, RequestDefinitionBuilder definition) {
        String defaultType = value.isContainerNode() ? "application/json" : "";
        definition.templatePart(
                name,
                RequestDefinitionBuilder.escapeBraces(ParameterSerializer.text(value)),
                type.isEmpty() ? defaultType : type);
    }

    private static void file(String name, JsonNode schema, String type, RequestDefinitionBuilder definition) {
        String defaultType = schema.path("contentMediaType").asText("application/octet-stream");
        definition.file(name, name, type.isEmpty() || type.contains("*") ? defaultType : type);
    }

    private static boolean isFile(JsonNode schema) {
        return schema.path("format").asText().equals("binary") || schema.has("contentMediaType");
    }

    private void security(JsonNode operation, RequestDefinitionBuilder definition) {
        JsonNode wanted = operation.has("security") ? operation.path("security") : document.path("security");
        List<String> schemes = new ArrayList<>();
        wanted.forEach(alternative -> alternative.properties().forEach(scheme -> {
            JsonNode known =
                    samples.resolve(document.at("/components/securitySchemes").path(scheme.getKey()));
            schemes.add(scheme.getKey() + " (" + known.path("type").asText("unknown")
                    + (known.has("scheme") ? " " + known.path("scheme").asText() : "") + ")");
        }));
        if (!schemes.isEmpty()) {
            definition.note("it authenticates by " + String.join(" or ", schemes) + ": configure it in the connection");
        }
    }
}
