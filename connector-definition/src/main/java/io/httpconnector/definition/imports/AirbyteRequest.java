package io.httpconnector.definition.imports;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.definition.imports.JinjaParser.UnsupportedException;
import io.httpconnector.internal.text.PillToken;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Converts the requester of a stream of Airbyte to a request template. Not thread-safe. */
final class AirbyteRequest {

    private static final Pattern HOST = Pattern.compile("https?://[^/{}]+");

    private final CatalogueItem requester;
    private final AirbyteScope scope;
    private final AirbyteAuth auth;
    private final ObjectNode request = JsonNodeFactory.instance.objectNode();

    AirbyteRequest(CatalogueItem requester, AirbyteScope scope, AirbyteAuth auth) {
        this.requester = requester;
        this.scope = scope.of(requester);
        this.auth = auth;
    }

    /** Returns a URL with exactly one slash between base and path. */
    static String joined(String base, String path) {
        if (path.isEmpty() || path.contains("://")) {
            return path.isEmpty() ? base : path;
        }
        String start = base.endsWith("/") ? base.substring(0, base.length() - 1) : base;
        return start + (path.startsWith("/") ? path : "/" + path);
    }

    /** Returns the base URL of a requester, without a slash at its end; null if it has no counterpart. */
    static @Nullable String knownBase(CatalogueItem requester, AirbyteScope scope) {
        String url =
                scope.of(requester).known(requester.has("url_base") ? requester.at("url_base") : requester.at("url"));
        boolean isSecret =
                url != null && NangoText.fieldsOf(origin(url)).stream().anyMatch(scope.inputs()::isSecret);
        return url == null || isSecret ? null : given(url).replaceAll("/+$", "");
    }

    /** Returns a URL without the quotes around it: Airbyte evaluates it once more. */
    private static String given(String url) {
        String withSlash = url;
        List<PillToken> pills = PillToken.all(url, "{{", "}}");
        if (!pills.isEmpty()
                && HOST.matcher(url.substring(0, pills.get(0).start())).matches()
                && !pills.get(0).inside().strip().matches("(?s)auth\\..*|.*\\|.*")) {
            // A value of a parent after the host is a path.
            PillToken pill = pills.get(0);
            withSlash = url.substring(0, pill.start()) + "/{{" + pill.inside().strip()
                    + " | match('(?s)^/?(.*)$') | path}}" + url.substring(pill.end());
        }
        String plain = withSlash.strip().replaceFirst("^\"(.*)\"$", "$1");
        // Airbyte leaves out empty segments.
        return plain.contains("{{") ? plain : plain.replaceAll("(?<!:)/{2,}", "/");
    }

    /** Returns the URL of a requester without its path; null if it has no counterpart, which is noted. */
    private static @Nullable String url(CatalogueItem requester, AirbyteScope scope) {
        CatalogueItem item = requester.has("url_base") ? requester.at("url_base") : requester.at("url");
        String base = scope.of(requester).text(item);
        if (base == null) {
            return null;
        }
        String url = given(base);
        if (NangoText.fieldsOf(origin(url)).stream().anyMatch(scope.inputs()::isSecret)) {
            item.note("the host depends on a secret: "
                    + AirbyteScope.shortened(item.node().asText()));
            return null;
        }
        return url;
    }

    /**
     * Converts the request.
     *
     * @param baseUrl the base URL of the connection
     */
    ObjectNode convert(String baseUrl) {
        request.put("method", method());
        url(baseUrl);
        CatalogueItem parameters = requester.at("request_parameters");
        if (parameters.node().isTextual()) {
            Map<String, String> members =
                    AirbyteLiterals.members(parameters.node().asText());
            members.forEach((name, value) -> add("query", name, value, parameters));
            if (members.isEmpty()) {
                parameters.note("the parameters have to be an object");
            }
        }
        texts(
                requester.at("request_parameters"),
                scope,
                (name, value) -> add("query", name, value, requester.at("request_parameters")));
        texts(
                requester.at("request_headers"),
                scope,
                (name, value) -> add("headers", name, value, requester.at("request_headers")));
        body();
        new AirbyteErrors(requester.at("error_handler"), scope).convert(request);
        if (requester.has("request_options_provider")) {
            CatalogueItem provider = requester.at("request_options_provider");
            texts(
                    provider.at("request_parameters"),
                    scope.of(provider),
                    (name, value) -> add("query", name, value, provider));
            texts(
                    provider.at("request_headers"),
                    scope.of(provider),
                    (name, value) -> add("headers", name, value, provider));
            provider.at("type");
        }
        return request;
    }

    private String method() {
        String method = requester.has("http_method") ? scope.constant(requester.at("http_method")) : null;
        return method == null ? "GET" : method.toUpperCase(Locale.ROOT);
    }

    private void url(String baseUrl) {
        String base = url(requester, scope);
        String path = requester.has("path") ? scope.path(requester.at("path")) : "";
        if (base == null || path == null) {
            request.put("url", "/");
            return;
        }
        int question = path.indexOf('?');
        NangoText.fieldsOf(question < 0 ? path : path.substring(0, question)).forEach(scope.inputs()::reveal);
        scope.inputs().requireAll(path);
        // A value in a path may have slashes, as that of a list of segments.
        String below = withSlashes(path.strip().replaceFirst("^/+", ""));
        String url = joined(base, below);
        String relative =
                url.equals(baseUrl) ? "" : url.startsWith(baseUrl + "/") ? url.substring(baseUrl.length()) : url;
        if (relative.startsWith("?")) {
            relative = "/" + relative;
        }
        if (url.startsWith(baseUrl + "?")) {
            relative = url.substring(baseUrl.length());
        }
        request.put("url", relative.isEmpty() ? "" : relative);
        if (relative.contains("://")) {
            requester.at("path").at("");
            boolean isSameOrigin = origin(relative).equals(origin(baseUrl))
                    && !origin(relative).contains("{{");
            if (!isSameOrigin) {
                requester.note("the requests to \"" + origin(relative)
                        + "\" have another host than those of most streams: they have no authentication");
            }
        }
    }

    /** Keeps the slashes of values in a path. */
    private static String withSlashes(String text) {
        String path = withoutQuery(text);
        StringBuilder kept = new StringBuilder();
        int at = 0;
        for (PillToken pill : PillToken.all(path, "{{", "}}")) {
            kept.append(path, at, pill.start())
                    .append("{{")
                    .append(pill.inside().replaceFirst("\\s*(\\| urlencode)?\\s*$", " | path"))
                    .append("}}");
            at = pill.end();
        }
        return kept + text.substring(at);
    }

    /** Returns the scheme and the host of a URL, which may be pills. */
    static String origin(String url) {
        String masked = masked(url);
        int scheme = masked.indexOf("://");
        int end = masked.indexOf('/', scheme < 0 ? 0 : scheme + 3);
        return end < 0 ? url : url.substring(0, end);
    }

    /** Returns a URL up to its query. */
    static String withoutQuery(String url) {
        int question = masked(url).indexOf('?');
        return question < 0 ? url : url.substring(0, question);
    }

    /** Returns a text of the same length without the characters of its pills. */
    private static String masked(String text) {
        StringBuilder masked = new StringBuilder(text);
        for (PillToken pill : PillToken.all(text, "{{", "}}")) {
            for (int i = pill.start(); i < pill.end(); i++) {
                masked.setCharAt(i, '_');
            }
        }
        return masked.toString();
    }

    private void add(String kind, String name, String value, CatalogueItem item) {
        if (value.isEmpty()) {
            return;
        }
        List<String> fields = NangoText.fieldsOf(value);
        if (kind.equals("headers") && name.equalsIgnoreCase("Authorization")) {
            fields.forEach(scope.inputs()::makeSecret);
        }
        if (fields.stream().anyMatch(scope.inputs()::isSecret)) {
            if (!auth.addSecret(kind, name, value)) {
                item.note("streams have different secrets in \"" + name + "\"");
            }
            return;
        }
        ObjectNode parameter =
                request.withArray("/" + kind).addObject().put("name", name).put("value", scope.omitting(value));
        if (AirbyteLiterals.isList(value)) {
            if (kind.equals("headers")) {
                item.note("a list is no header field");
            } else {
                parameter.put("list", "repeat");
            }
        }
    }

    /** Translates the texts of an object; numbers and flags are texts. */
    static void texts(CatalogueItem items, AirbyteScope scope, BiConsumer<String, String> use) {
        items.members().forEach((name, value) -> {
            if (name.equals(AirbyteResolver.PARAMETERS)) {
                return;
            }
            if (value.node().isContainerNode()) {
                value.note("a list or an object is no text");
                return;
            }
            List<String> list = AirbyteLiterals.constants(value.node().asText());
            String text = list.isEmpty() ? scope.parameter(value) : null;
            CatalogueItem key = value.withText(name);
            String translated = name.contains("{{") ? scope.constant(key) : name;
            if (text != null && translated != null) {
                use.accept(translated, text);
            }
            if (translated != null) {
                list.forEach(each -> use.accept(translated, each));
            }
        });
    }

    private void body() {
        CatalogueItem json = requester.at("request_body_json");
        CatalogueItem data = requester.at("request_body_data");
        CatalogueItem body = requester.at("request_body");
        if (body.exists()) {
            String type = body.text("type", "");
            switch (type) {
                case "RequestBodyJsonObject", "RequestBodyGraphQL", "RequestBodyGraphQl" -> json = body.at("value");
                case "RequestBodyUrlEncodedForm", "RequestBodyPlainText" -> data = body.at("value");
                default -> body.note("there is no counterpart of the body \"" + type + "\"");
            }
        }
        if (json.exists()) {
            JsonNode tree = tree(json, scope, true);
            if (tree != null && tree.isObject() && !tree.isEmpty()) {
                request.putObject("body").set("json", tree);
            } else if (tree != null && tree.isTextual()) {
                json.note("a text is not a JSON body");
            }
        } else if (data.node().isTextual()) {
            String text = scope.text(data);
            if (text != null && !text.isEmpty()) {
                request.putObject("body").put("text", text).put("contentType", "text/plain");
            }
        } else {
            texts(data, scope, (name, value) -> {
                if (!value.isEmpty()) {
                    request.withObject("/body")
                            .withArray("form")
                            .addObject()
                            .put("name", name)
                            .put("value", scope.omitting(value));
                }
            });
        }
        checkSecrets(json.exists() ? json : data);
    }

    /** Returns a list of calculated values, which Airbyte evaluates; null if a text is none. */
    private static @Nullable ArrayNode items(CatalogueItem item, AirbyteScope scope) {
        try {
            if (JinjaPills.single(item.node().asText()) instanceof Jinja.Items items) {
                ArrayNode list = JsonNodeFactory.instance.arrayNode();
                JinjaPills pills = new JinjaPills(scope);
                items.items().forEach(each -> list.add(AirbyteLiterals.value(pills.template(each))));
                return list;
            }
        } catch (UnsupportedException e) {
            // Noted where it is read as a text.
        }
        return null;
    }

    private void checkSecrets(CatalogueItem item) {
        String text = request.path("body").toString();
        if (NangoText.fieldsOf(text).stream().anyMatch(scope.inputs()::isSecret)) {
            item.note("the body of a request can't have a secret");
            request.remove("body");
        }
    }

    /** Translates the texts of a tree. */
    static @Nullable JsonNode tree(CatalogueItem item, AirbyteScope scope, boolean omits) {
        JsonNode node = item.node();
        if (node.isObject()) {
            ObjectNode copy = JsonNodeFactory.instance.objectNode();
            item.members().forEach((name, member) -> {
                JsonNode value = name.equals(AirbyteResolver.PARAMETERS) ? null : tree(member, scope, omits);
                if (value != null) {
                    copy.set(name, value);
                }
            });
            return copy;
        }
        if (node.isArray()) {
            ArrayNode copy = JsonNodeFactory.instance.arrayNode();
            for (CatalogueItem element : item.elements()) {
                JsonNode value = tree(element, scope, omits);
                if (value != null) {
                    copy.add(value);
                }
            }
            return copy;
        }
        if (!node.isTextual()) {
            return node;
        }
        ArrayNode items = items(item, scope);
        if (items != null) {
            return items;
        }
        ArrayNode list = scope.list(node.textValue());
        if (list != null) {
            return list.deepCopy();
        }
        String text = omits ? scope.optionalText(item) : scope.text(item);
        return text == null ? null : AirbyteLiterals.value(scope.typed(text));
    }
}
