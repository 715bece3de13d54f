package io.httpconnector.wizard;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.wizard.LazySource.LazyRecommendation;
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
 * Reads an OpenAPI document 3.0 or 3.1: servers, parameters, security, and for the body the example of the request or a sample
 * that is built from its schema. Parameters of the path become pills of the step {@code input}; only required others are taken
 * over. References to other documents are not followed.
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

    /** Scheme and host; or a variable in the place of both, as {@code {{baseUrl}}} and {@code {baseUrl}}. */
    private static final Pattern ORIGIN = Pattern.compile("^(?:[^/?#]*:)?//[^/?#]*|^\\{+[^{}/]+}+[^/?#]*");

    private final JsonNode document;
    private final SchemaSample samples;
    private final String source;
    private final Set<String> keys = new HashSet<>();

    private OpenApiReader(JsonNode document) {
        this.document = document;
        this.samples = new SchemaSample(document);
        this.source = "OpenAPI \"" + document.at("/info/title").asText() + "\" "
                + document.at("/info/version").asText();
        for (JsonNode reference : document.at("/components/securitySchemes")) {
            JsonNode scheme = samples.resolved(reference);
            if (scheme.path("type").asText().equals("apiKey")) {
                keys.add(scheme.path("in").asText() + " "
                        + scheme.path("name").asText().toLowerCase(Locale.ROOT));
            }
        }
    }

    static LazySource read(JsonNode document) {
        String version = document.path("openapi").asText("");
        if (!version.matches("3\\.[01]\\..*") || !document.path("paths").isObject()) {
            throw new InvalidDefinitionException(
                    "OpenAPI document",
                    List.of(
                            document.has("swagger")
                                    ? "it is of version "
                                            + document.path("swagger").asText() + ": convert it to 3.0 or 3.1"
                                    : "it is none of version 3.0 or 3.1, or has no paths"));
        }
        OpenApiReader first = new OpenApiReader(document);
        List<LazyRecommendation> all = new ArrayList<>();
        document.path("paths").properties().forEach(path -> {
            JsonNode item = first.samples.resolved(path.getValue());
            item.properties().forEach(operation -> {
                if (METHODS.contains(operation.getKey())) {
                    String base = basePath(servers(document, item, operation.getValue()));
                    all.add(entry(document, path.getKey(), base + pills(path.getKey()), item, operation));
                }
            });
        });
        return new LazySource(List.copyOf(all));
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

    /** Those of the operation, or else of the path, or else of the document. */
    private static JsonNode servers(JsonNode document, JsonNode item, JsonNode operation) {
        for (JsonNode described : List.of(operation, item)) {
            if (!described.path("servers").isEmpty()) {
                return described.path("servers");
            }
        }
        return document.path("servers");
    }

    /** The URL of the first server, with the defaults of its variables. */
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

    /** A path with pills in the place of its parameters. */
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
            definition.note("the part " + path.substring(fragment) + " of its path is a fragment, which is not sent");
        }
        int question = sent.indexOf('?');
        definition.url(basePath(servers) + pills(question < 0 ? sent : sent.substring(0, question)), true);
        if (question >= 0) {
            definition.templateQueryOf(pills(sent.substring(question + 1)));
        }
        String origin = origin(servers);
        if (!origin.equals(origin(document.path("servers"))) && !origin.isEmpty()) {
            definition.note("it has a server of its own, " + origin + ": use a connection to it");
        }
        return definition;
    }

    private Recommendation operation(String path, JsonNode item, String method, JsonNode operation, String title) {
        RequestDefinitionBuilder definition = definition(path, item, method, operation);
        parameters(item, operation).values().forEach(parameter -> parameter(parameter, definition));
        JsonNode body = samples.resolved(operation.path("requestBody"));
        if (body.path("content").isObject() && !body.path("content").isEmpty()) {
            body(body.path("content"), definition);
        }
        security(operation, definition);
        if (operation.path("deprecated").asBoolean()) {
            definition.note("it is deprecated");
        }
        for (String reference : samples.unresolved()) {
            definition.note("the reference " + reference + " is not followed: add what it stands for");
        }
        return definition.recommendation(title, source);
    }

    /** Those of the path item, and over them those of the operation. */
    private Map<String, JsonNode> parameters(JsonNode item, JsonNode operation) {
        Map<String, JsonNode> parameters = new LinkedHashMap<>();
        for (JsonNode list : List.of(item.path("parameters"), operation.path("parameters"))) {
            for (JsonNode reference : list) {
                JsonNode parameter = samples.resolved(reference);
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
                    definition.credential("the query parameter " + name);
                } else if (!parameter.path("content").isEmpty()) {
                    definition.query(name, ParameterStyle.text(sample));
                } else {
                    ParameterStyle.of(parameter).write(name, sample, definition::query);
                }
            }
            case "header" -> {
                if (isKey) {
                    definition.credential("the header " + name);
                } else {
                    new ParameterStyle("simple", false).write(name, sample, definition::header);
                }
            }
            case "cookie" -> definition.note("it wants a cookie " + name + ": see to it in the connection");
            case "path" -> {
                String style = parameter.path("style").asText("simple");
                if (!style.equals("simple")) {
                    definition.note("its path parameter " + name + " has the style " + style + ": write it by hand");
                }
            }
            default -> {}
        }
    }

    /** The example of a parameter or media type, or one that is built from its schema. */
    private JsonNode sample(JsonNode described) {
        JsonNode schema = described.path("schema");
        for (JsonNode media : described.path("content")) {
            schema = schema.isMissingNode() ? media.path("schema") : schema;
        }
        return samples.withoutPasswords(schema, example(described));
    }

    private JsonNode example(JsonNode described) {
        if (described.has("example")) {
            return described.get("example");
        }
        for (JsonNode example : described.path("examples")) {
            JsonNode resolved = samples.resolved(example);
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
                && !samples.resolved(content.path(type).path("schema"))
                        .path("format")
                        .asText()
                        .equals("binary")) {
            definition.body(sample.asText(), type);
        } else {
            definition.file(type);
        }
    }

    /** Arrays are repeated fields and objects JSON, unless the encoding says otherwise. */
    private static void fields(JsonNode sample, JsonNode encodings, RequestDefinitionBuilder definition) {
        sample.properties().forEach(field -> {
            JsonNode encoding = encodings.path(field.getKey());
            JsonNode value = field.getValue();
            boolean isStyled = encoding.has("style") || encoding.has("explode");
            boolean isWhole = encoding.path("contentType").asText("").contains("json") || value.isObject();
            if (!isStyled && isWhole) {
                definition.field(field.getKey(), ParameterStyle.text(value));
            } else {
                ParameterStyle.of(encoding).write(field.getKey(), value, definition::field);
            }
        });
    }

    private void parts(String name, JsonNode value, JsonNode media, RequestDefinitionBuilder definition) {
        JsonNode schema = samples.property(media.path("schema"), name);
        String declared = media.path("encoding").path(name).path("contentType").asText("");
        String type = declared.replaceFirst(",.*$", "").strip().replace("*/*", "");
        if (isFile(schema)) {
            file(name, schema, type, definition);
        } else if (isFile(samples.resolved(schema.path("items")))) {
            file(name, samples.resolved(schema.path("items")), type, definition);
        } else if (value.isArray() && !type.contains("json")) {
            value.forEach(element -> part(name, element, type, definition));
        } else {
            part(name, value, type, definition);
        }
    }

    private static void part(String name, JsonNode value, String type, RequestDefinitionBuilder definition) {
        String usual = value.isContainerNode() ? "application/json" : "";
        definition.templatePart(
                name, RequestDefinitionBuilder.literal(ParameterStyle.text(value)), type.isEmpty() ? usual : type);
    }

    private static void file(String name, JsonNode schema, String type, RequestDefinitionBuilder definition) {
        String usual = schema.path("contentMediaType").asText("application/octet-stream");
        definition.file(name, name, type.isEmpty() || type.contains("*") ? usual : type);
    }

    private static boolean isFile(JsonNode schema) {
        return schema.path("format").asText().equals("binary") || schema.has("contentMediaType");
    }

    private void security(JsonNode operation, RequestDefinitionBuilder definition) {
        JsonNode wanted = operation.has("security") ? operation.path("security") : document.path("security");
        List<String> schemes = new ArrayList<>();
        wanted.forEach(alternative -> alternative.properties().forEach(scheme -> {
            JsonNode known =
                    samples.resolved(document.at("/components/securitySchemes").path(scheme.getKey()));
            schemes.add(scheme.getKey() + " (" + known.path("type").asText("unknown")
                    + (known.has("scheme") ? " " + known.path("scheme").asText() : "") + ")");
        }));
        if (!schemes.isEmpty()) {
            definition.note("it authenticates by " + String.join(" or ", schemes) + ": see to it in the connection");
        }
    }
}
