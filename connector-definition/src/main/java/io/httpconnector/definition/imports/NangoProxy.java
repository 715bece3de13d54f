package io.httpconnector.definition.imports;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Converts the requests of a provider of Nango: base URL, connection test, retries and pagination. Not thread-safe. */
final class NangoProxy {

    private static final String BASE_URL = "baseUrl";

    private final NangoProvider provider;
    private final CatalogueItem proxy;
    private final NangoScope scope;

    NangoProxy(NangoProvider provider) {
        this.provider = provider;
        this.proxy = provider.item.at("proxy");
        this.scope = NangoScope.of(provider.fields);
    }

    void convert(ObjectNode document) {
        baseUrl();
        proxy.members().keySet().forEach(proxy::at);
        proxy.ignore("requests have such values in their own URL", "connection_config");
        proxy.ignore("compressed responses are always decoded", "decompress");
        if (proxy.isSet("forward_headers_on_redirect")) {
            proxy.ignore("a redirect within the service keeps all header fields", "forward_headers_on_redirect");
        }
        retry(proxy.at("retry"));
        verification(proxy.at("verification"));
        pagination(proxy.at("paginate"), document);
        List.of("base_url", "headers", "query", "body", "retry", "verification", "paginate")
                .forEach(proxy::at);
    }

    private void baseUrl() {
        JsonNode url = provider.url(proxy.at("base_url"), scope);
        if (url == null && provider.connection.has(BASE_URL)) {
            return;
        }
        if (url == null) {
            provider.fields.add(BASE_URL, "Base URL", "The URL of the service, such as https://api.example.com", false);
            provider.connection.put(BASE_URL, "{{auth." + BASE_URL + "}}");
        } else if (url.isArray()) {
            ArrayNode alternatives = provider.connection.putArray(BASE_URL);
            url.forEach(alternative -> alternatives.add(withoutSlash(alternative.asText())));
        } else {
            provider.connection.put(BASE_URL, withoutSlash(url.asText()));
            NangoText.fieldsOf(url.asText()).forEach(provider.fields::require);
        }
    }

    private static String withoutSlash(String url) {
        return url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
    }

    private void retry(CatalogueItem retry) {
        if (!retry.exists()) {
            return;
        }
        ArrayNode headers = JsonNodeFactory.instance.arrayNode();
        for (String member : List.of("at", "after")) {
            for (String header : retry.texts(member)) {
                // A connection respects this one anyway.
                if (!header.equalsIgnoreCase("retry-after")) {
                    headers.addObject().put("name", header);
                }
            }
        }
        if (!headers.isEmpty()) {
            provider.connection.withObject("/retry").set("delayHeader", headers);
        }
        String remaining = retry.text("remaining");
        if (remaining != null) {
            ObjectNode rule = rule(400, 499, "RATE_LIMITED");
            rule.putArray("conditions").addObject().put("header", remaining).put("value", "0");
        }
        for (String status : retry.texts("error_code")) {
            if (status.matches("\\d{3}") && !status.equals("429") && !status.equals("401")) {
                rule(Integer.parseInt(status), Integer.parseInt(status), "RETRY");
            } else if (!status.matches("5xx|429|401")) {
                retry.at("error_code").note("\"" + status + "\" is not a status");
            }
        }
        if (retry.has("in_body")) {
            delayInBody(retry.at("in_body"));
        }
        retry.reportUnread();
    }

    /** Converts a delay in the body of a response, whose text says that the limit is exceeded. */
    private void delayInBody(CatalogueItem body) {
        String path = body.text("path");
        String value = body.text("value", "");
        String pattern = value.length() > 2 && value.startsWith("/") && value.endsWith("/")
                ? value.substring(1, value.length() - 1)
                : value;
        // The literal start of the regular expression.
        String start = pattern.replaceFirst("[\\\\.\\[({*+?^$|].*", "");
        if (path == null || start.isBlank() || !isPattern(pattern)) {
            body.note("a delay in the body requires a path and a regular expression that starts with literal text");
            return;
        }
        provider.connection
                .withObject("/retry")
                .withArray("/delayField")
                .addObject()
                .put("pointer", CatalogueNames.pointer(path))
                .put("pattern", pattern);
        rule(400, 499, "RATE_LIMITED").putArray("conditions").addObject().put("text", start);
        body.ignore("a time and a number of seconds are distinguished by their form", "strategy");
        body.reportUnread();
    }

    private static boolean isPattern(String pattern) {
        try {
            Pattern unused = Pattern.compile(pattern);
            return true;
        } catch (PatternSyntaxException e) {
            return false;
        }
    }

    private ObjectNode rule(int from, int to, String action) {
        ObjectNode rule = provider.connection.withArray("/rules").addObject();
        if (from == to) {
            rule.put("status", from);
        } else {
            rule.putObject("status").put("from", from).put("to", to);
        }
        return rule.put("treatAs", action);
    }

    private void verification(CatalogueItem verification) {
        if (!verification.exists()) {
            return;
        }
        String override = verification.text("base_url_override");
        boolean isElsewhere = override != null && !isSameOrigin(override);
        if (isElsewhere) {
            verification.at("base_url_override").note("a connection test has the origin of the connection");
        }
        String method = verification.text("method", "GET");
        ArrayNode tests = JsonNodeFactory.instance.arrayNode();
        for (CatalogueItem endpoint : verification.at("endpoints").elements()) {
            ObjectNode computed = JsonNodeFactory.instance.objectNode();
            String url = scope.text(computed).translate(endpoint);
            if (url == null || isElsewhere) {
                continue;
            }
            ObjectNode test = JsonNodeFactory.instance.objectNode();
            String path = url.startsWith("/") ? url : "/" + url;
            provider.requestUrl(
                    test, "url", "query", TextNode.valueOf(override == null ? path : withoutSlash(override) + path));
            if (NangoText.fieldsOf(test.path("url").asText()).stream().anyMatch(provider.fields::isSecret)) {
                endpoint.note("the URL of a connection test can't have a secret in its path");
                continue;
            }
            if (!method.equalsIgnoreCase("GET")) {
                test.put("method", method.toUpperCase(java.util.Locale.ROOT));
            }
            content(verification, test, scope.text(computed));
            tests.add(test);
        }
        if (!tests.isEmpty()) {
            provider.connection.set("test", tests.size() == 1 ? simple(tests.get(0)) : tests);
        }
        List.of("headers", "data").forEach(verification::at);
        verification.reportUnread();
    }

    /** Returns whether a URL without values has the origin of the base URL. */
    private boolean isSameOrigin(String url) {
        String base = provider.connection.path(BASE_URL).asText();
        return !url.contains("${") && base.startsWith("https://") && (base + "/").startsWith(withoutSlash(url) + "/");
    }

    private static JsonNode simple(JsonNode test) {
        return test.size() == 1 ? test.get("url") : test;
    }

    /** Sets header fields and body of a connection test. */
    private void content(CatalogueItem verification, ObjectNode test, NangoText text) {
        CatalogueItem data = verification.at("data");
        String type = "";
        for (Map.Entry<String, CatalogueItem> header :
                verification.at("headers").members().entrySet()) {
            String value = text.translate(header.getValue());
            boolean isType = header.getKey().equalsIgnoreCase("content-type");
            type = isType && value != null ? value : type;
            if (value != null && !(isType && data.exists())) {
                test.withObject("/headers").put(header.getKey(), value);
            }
        }
        if (!data.exists()) {
            return;
        }
        JsonNode body = text.translateTree(data);
        if (type.startsWith("application/x-www-form-urlencoded") && body != null && body.isObject()) {
            body.properties()
                    .forEach(field -> test.withObject("/form")
                            .put(field.getKey(), field.getValue().asText()));
        } else if (body != null) {
            test.set("json", body);
        }
    }

    private void pagination(CatalogueItem paginate, ObjectNode document) {
        if (!paginate.exists()) {
            return;
        }
        ObjectNode pagination = JsonNodeFactory.instance.objectNode();
        String type = paginate.text("type", "");
        switch (type) {
            case "link" -> link(paginate, pagination);
            case "cursor" -> {
                String name = paginate.text("cursor_name_in_request");
                String path = paginate.text("cursor_path_in_response");
                if (name == null || path == null) {
                    paginate.note("a cursor needs cursor_name_in_request and cursor_path_in_response");
                } else {
                    pagination.putObject("cursor").put("query", name);
                    pagination.put("token", CatalogueNames.pointer(path));
                }
            }
            case "offset" -> {
                String name = paginate.text("offset_name_in_request");
                boolean isPage = paginate.text("offset_calculation_method", "").equals("per-page");
                int first = paginate.at("offset_start_value").node().asInt(0);
                if (name == null) {
                    paginate.note("an offset needs offset_name_in_request");
                } else {
                    pagination.putObject(isPage ? "pages" : "offset").put("query", name);
                    if (first != (isPage ? 1 : 0)) {
                        pagination.put("first", first);
                    }
                }
            }
            default -> paginate.note("there is no counterpart of the pagination \"" + type + "\"");
        }
        String records = paginate.text("response_path");
        paginate.ignore("a size is only sent if the request has one", "limit_name_in_request");
        if (!pagination.isEmpty()) {
            ObjectNode defaults = document.putObject("defaults");
            defaults.set("pagination", pagination);
            if (records != null && !records.isEmpty()) {
                defaults.putObject("records").put("path", CatalogueNames.pointer(records));
            }
        }
        paginate.reportUnread();
    }

    private static void link(CatalogueItem paginate, ObjectNode pagination) {
        String path = paginate.text("link_path_in_response_body");
        String relation = paginate.text("link_rel_in_response_header");
        if (relation != null && !relation.equals("next")) {
            paginate.at("link_rel_in_response_header").note("only links with the relation \"next\" are followed");
        } else if (relation != null) {
            pagination.put("linkHeader", true);
        } else if (path != null) {
            pagination.put("nextUrl", CatalogueNames.pointer(path));
        } else {
            paginate.note("a link needs its place in the response");
        }
    }
}
