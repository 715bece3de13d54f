package io.httpconnector.definition.imports;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Converts the logins of a provider of Nango, which return a token for the requests. Not thread-safe. */
final class NangoLogin {

    private static final String AUTHORIZATION = "authorization";

    private final NangoProvider provider;
    private final NangoParameters parameters;
    private final CatalogueItem item;
    private final NangoScope scope;
    private final ObjectNode strategy = JsonNodeFactory.instance.objectNode().put("type", "login");

    NangoLogin(NangoProvider provider) {
        this.provider = provider;
        this.parameters = new NangoParameters(provider);
        this.item = provider.item;
        this.scope = NangoScope.of(provider.fields);
    }

    /** Converts a login request, and those that follow it. */
    ObjectNode login() {
        jwt();
        List<CatalogueItem> further = item.at("additional_steps").elements();
        String format = item.text("body_format", "json");
        List<ObjectNode> requests = new ArrayList<>();
        requests.add(request(item, item.at("token_url"), format));
        for (CatalogueItem step : further) {
            // Nango sends the format of the first request.
            step.ignore("all requests of a login have the format of the first one", "body_format");
            requests.add(request(step, step.at("token_url"), format));
            step.reportUnread();
        }
        for (int i = 0; i + 1 < requests.size(); i++) {
            Map<String, String> kept = scope.steps().get(i + 1);
            if (kept != null) {
                ObjectNode fields = requests.get(i).putObject("tokenFields");
                kept.forEach(fields::put);
            }
        }
        ObjectNode last = requests.remove(requests.size() - 1);
        requests.forEach(strategy.withArray("/steps")::add);
        if (requests.isEmpty()) {
            strategy.remove("steps");
        }
        setLogin(last);
        response(requests.size() + 1);
        item.ignore("a new login replaces a refresh", "refresh_token_params", "refresh_token_headers", "refresh_url");
        use();
        provider.fields
                .raw()
                .forEach((name, path) -> strategy.withObject("/tokenFields").put(name, path));
        return strategy;
    }

    /** Converts the session of Bill. */
    ObjectNode bill() {
        ObjectNode body = strategy.putObject("json");
        NangoFields fields = provider.fields;
        body.put("username", pill(fields.use(NangoFields.CREDENTIALS, "username")));
        body.put("password", pill(fields.use(NangoFields.CREDENTIALS, "password")));
        body.put("organizationId", pill(fields.use(NangoFields.CREDENTIALS, "organization_id")));
        body.put("devKey", pill(fields.use(NangoFields.CREDENTIALS, "dev_key")));
        setLoginUrl(item.at("token_url"));
        strategy.put("tokenPath", "/sessionId");
        ObjectNode use = strategy.putObject("use").putObject("headers");
        use.put("sessionId", "{{auth.token}}").put("devKey", pill(fields.use(NangoFields.CREDENTIALS, "dev_key")));
        parameters.add(strategy, strategy, "auth.token", Set.of());
        return strategy;
    }

    /** Converts an app that is installed, such as those of GitHub: a signed token is exchanged for one of the installation. */
    ObjectNode app(CatalogueItem tokenUrl) {
        item.ignore(
                "the page that installs an app is not a part of the authentication",
                "authorization_url",
                "authorization_params",
                "token_params",
                "refresh_params",
                "disable_pkce",
                "scope_separator",
                "authorization_url_skip_encode",
                "default_scopes",
                "token_request_auth_method");
        provider.fields.add("app_id", "App ID", "The ID of the app, or its client ID", false);
        provider.fields.add("private_key", "Private key", "The private key of the app (PEM)", false);
        provider.fields.setSecret("private_key");
        ObjectNode jwt = strategy.putObject("jwt").put("algorithm", "RS256");
        jwt.put("key", "{{auth.private_key}}").putObject("claims").put("iss", "{{auth.app_id}}");
        setLoginUrl(tokenUrl);
        ObjectNode headers = strategy.putObject("loginHeaders");
        headers.put("Authorization", "Bearer {{auth.jwt}}").put("Accept", "application/vnd.github.v3+json");
        strategy.put("tokenPath", "/token").put("expiresPath", "/expires_at").put("expiresAs", "date-time");
        use();
        return strategy;
    }

    private static String pill(String field) {
        return "{{auth." + field + "}}";
    }

    private void setLoginUrl(CatalogueItem url) {
        JsonNode text = provider.url(url, scope);
        if (text != null) {
            provider.requestUrl(strategy, "loginUrl", "loginQuery", text);
        }
    }

    /** Sets the signed token that the requests can have. */
    private void jwt() {
        CatalogueItem token = item.at("token");
        CatalogueItem assertion = item.at("assertion");
        item.at("signature").text("protocol");
        if (token.exists()) {
            new NangoSignature(provider).describe(token, strategy.putObject("jwt"), strategy);
        } else if ("jwt".equals(assertion.text("type"))) {
            new NangoSignature(provider).describe(assertion, strategy.putObject("jwt"), strategy);
        } else if (assertion.exists()) {
            assertion.note("a login can't have a SAML assertion: use the type oauth2-saml-bearer");
        }
    }

    private NangoText text() {
        NangoScope withJwt =
                strategy.has("jwt") ? new NangoScope(provider.fields, "auth.jwt", false, scope.steps()) : scope;
        return withJwt.text(NangoParameters.computed(strategy));
    }

    /** Returns a request with the names of a step. */
    private ObjectNode request(CatalogueItem step, CatalogueItem tokenUrl, String format) {
        ObjectNode request = JsonNodeFactory.instance.objectNode();
        boolean hasAlternatives = tokenUrl.node().asText().contains("||");
        String one = hasAlternatives ? null : text().translate(tokenUrl);
        JsonNode url = hasAlternatives ? provider.url(tokenUrl, scope) : one == null ? null : TextNode.valueOf(one);
        if (url != null) {
            provider.requestUrl(request, "url", "query", url);
        }
        boolean isGet = "GET".equals(step.text("token_request_method"));
        if (isGet) {
            request.put("method", "GET");
        }
        step.at("token_headers").members().forEach((name, value) -> {
            String text = text().translate(signed(value), signed(value).node().asText());
            boolean isType = name.equalsIgnoreCase("content-type");
            if (text != null && !(isType && (isGet || isTypeOf(text, format)))) {
                request.withObject("/headers").put(name, text);
            }
        });
        CatalogueItem parameters = step.at("token_params");
        if (isGet) {
            parameters.elements().forEach(ignored -> step.ignore("a GET request has no body", "token_params"));
            return request;
        }
        body(request, parameters, format);
        return request;
    }

    /** Returns the item whose text has the name of the signed token. */
    private CatalogueItem signed(CatalogueItem value) {
        String text = value.text();
        return strategy.has("jwt") && text != null
                ? value.withText(text.replaceAll("\\$\\{(credentials\\.)?(token|assertion)}", "\\${accessToken}"))
                : value;
    }

    private static boolean isTypeOf(String type, String format) {
        return type.toLowerCase(Locale.ROOT).contains(format.equals("form") ? "x-www-form-urlencoded" : format);
    }

    private void body(ObjectNode request, CatalogueItem parameters, String format) {
        switch (format) {
            case "form" -> {
                ObjectNode form = request.putObject("form");
                parameters.members().forEach((name, value) -> {
                    String text = value.node().isContainerNode() ? null : text().translate(signed(value));
                    if (text != null) {
                        form.put(name, text);
                    } else if (value.node().isContainerNode()) {
                        value.note("the fields of a form are texts");
                    }
                });
                if (form.isEmpty()) {
                    request.remove("form");
                }
            }
            case "xml" -> request.put("xml", NangoXml.write(parameters, this::text));
            default -> {
                JsonNode json = tree(parameters);
                request.set("json", json == null ? JsonNodeFactory.instance.objectNode() : json);
            }
        }
    }

    private @Nullable JsonNode tree(CatalogueItem parameters) {
        if (!parameters.exists()) {
            return null;
        }
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        parameters.members().forEach((name, value) -> {
            JsonNode translated = text().translateTree(signed(value));
            if (translated != null) {
                json.set(name, translated);
            }
        });
        return json;
    }

    /** Gives the members of the last request the names of a login. */
    private void setLogin(ObjectNode request) {
        Map<String, String> names =
                Map.of("url", "loginUrl", "query", "loginQuery", "headers", "loginHeaders", "method", "method");
        request.properties()
                .forEach(member ->
                        strategy.set(names.getOrDefault(member.getKey(), member.getKey()), member.getValue()));
    }

    private void response(int step) {
        CatalogueItem response = item.at("token_response");
        String path = response.text("token", "");
        strategy.put("tokenPath", CatalogueNames.pointer(path));
        String expiration = response.text("token_expiration");
        String meaning = response.text("token_expiration_strategy", "expireAt");
        if (expiration != null) {
            strategy.put("expiresPath", CatalogueNames.pointer(expiration));
            strategy.put("expiresAs", meaning.equals("expireIn") ? "seconds" : "time");
        }
        item.ignore("tokens are renewed a minute before they expire", "token_expiration_buffer");
        response.ignore("a new login replaces a refresh", "refresh_token");
        response.reportUnread();
        String lifetime = item.text("token_expires_in_ms");
        if (lifetime != null && lifetime.matches("[1-9]\\d{3,14}")) {
            strategy.put("lifetime", Duration.ofMillis(Long.parseLong(lifetime)).toString());
        }
        for (String name : item.texts("token_response_metadata")) {
            strategy.withObject("/tokenFields").put(provider.fields.receive(name), CatalogueNames.pointer(name));
        }
        Map<String, String> kept = scope.steps().get(step);
        if (kept != null) {
            kept.forEach(strategy.withObject("/tokenFields")::put);
        }
        List<String> headers = item.texts("token_response_headers");
        if (headers.stream().allMatch("set-cookie"::equalsIgnoreCase) && !headers.isEmpty()) {
            strategy.put("keepCookies", true);
        } else if (!headers.isEmpty()) {
            item.at("token_response_headers").note("a login has no values of header fields beside its token");
        }
    }

    /** Sets how the token is sent. */
    private void use() {
        boolean keepsCookies = strategy.has("keepCookies");
        CatalogueItem cookie = item.at("proxy").at("headers").at("cookie");
        boolean isCookie = keepsCookies && "${credentials._cookies}".equals(cookie.text());
        ObjectNode use = strategy.putObject("use");
        parameters.add(strategy, use, "auth.token", isCookie ? Set.of("cookie") : Set.of());
        if (isCookie && use.isEmpty()) {
            strategy.remove("use");
            return;
        }
        boolean sendsToken = use.toString().contains("auth.token")
                || strategy.path("computed").toString().contains("auth.token");
        CatalogueItem headers = item.at("proxy").at("headers");
        boolean isInHeader = headers.members().values().stream()
                .anyMatch(value -> value.node().asText().contains("${accessToken}"));
        if (!isInHeader || !sendsToken) {
            boolean hasOwn = headers.members().keySet().stream().anyMatch(AUTHORIZATION::equalsIgnoreCase);
            if (!hasOwn) {
                use.withObject("/headers").put("Authorization", "Bearer {{auth.token}}");
            }
        }
    }
}
