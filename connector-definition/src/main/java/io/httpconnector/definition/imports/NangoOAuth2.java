package io.httpconnector.definition.imports;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Converts the OAuth 2 of a provider of Nango. Not thread-safe. */
final class NangoOAuth2 {

    private static final String SCOPES = "scopes";
    private static final Pattern TOKEN = Pattern.compile("(.*)\\$\\{accessToken}", Pattern.DOTALL);

    /** The parameters that each authorization request has. */
    private static final Set<String> STANDARD = Set.of(
            "response_type", "client_id", "redirect_uri", "state", "scope", "code_challenge", "code_challenge_method");

    private final NangoProvider provider;
    private final NangoParameters parameters;
    private final CatalogueItem item;
    private final NangoScope scope;
    private final ObjectNode strategy = JsonNodeFactory.instance.objectNode();

    NangoOAuth2(NangoProvider provider) {
        this.provider = provider;
        this.parameters = new NangoParameters(provider);
        this.item = provider.item;
        this.scope = NangoScope.of(provider.fields);
    }

    /** Converts the consent of a user; also an application that acts for itself, if the grant says so. */
    ObjectNode user(CatalogueItem tokenUrl) {
        if ("client_credentials".equals(item.at("token_params").text("grant_type"))) {
            return application();
        }
        strategy.put("type", "oauth2-authorization-code");
        received();
        authorizationRequest();
        tokenRequest(tokenUrl, "authorization_code");
        clientAuthentication();
        if (item.isSet("disable_pkce")) {
            strategy.put("pkce", false);
        }
        String code = item.text("authorization_code_param_in_callback");
        if (code != null) {
            strategy.put("codeParameter", code);
        }
        tokenResponse();
        return finished();
    }

    /** Converts client credentials. */
    ObjectNode application() {
        strategy.put("type", "oauth2-client-credentials");
        received();
        item.ignore(
                "it is used for the consent of a user only",
                "disable_pkce",
                "authorization_params",
                "authorization_url",
                "refresh_params",
                "refresh_url",
                "redirect_uri_metadata");
        scopes();
        tokenRequest(item.at("token_url"), "client_credentials");
        if (!item.at("token_params").has("grant_type")) {
            strategy.withArray("/omittedTokenParameters").add("grant_type");
        }
        client();
        clientAuthentication();
        tokenResponse();
        return finished();
    }

    /** Converts a server of the Model Context Protocol whose endpoints are known. */
    ObjectNode mcp() {
        strategy.put("type", "oauth2-authorization-code");
        String registration = item.text("client_registration", "static");
        received();
        authorizationRequest();
        tokenRequest(item.at("token_url"), "authorization_code");
        clientAuthentication();
        JsonNode url = provider.url(item.at("registration_url"), scope);
        if (url != null) {
            strategy.set("registrationUrl", url);
        } else if (registration.equals("dynamic")) {
            item.at("client_registration").note("it needs registration_url");
        }
        item.ignore("a client is registered for the grant that it uses", "registration_params");
        tokenResponse();
        return finished();
    }

    /** Converts a server of the Model Context Protocol that is discovered. */
    ObjectNode discovered() {
        strategy.put("type", "oauth2-authorization-code").put("discover", true);
        String server = provider.fields.use(NangoFields.CONNECTION, "mcp_server_url");
        provider.connection.put("baseUrl", "{{auth." + server + "}}");
        scopes();
        return finished();
    }

    private ObjectNode finished() {
        parameters.add(strategy, strategy, accessToken(), authorizationHeader());
        return strategy;
    }

    private NangoText text() {
        return scope.text(NangoParameters.computed(strategy));
    }

    /** Declares the values of the callback and of the token response. */
    private void received() {
        for (String name : item.texts("redirect_uri_metadata")) {
            boolean isEntered =
                    item.at("authorization_url").node().asText().contains("${connectionConfig." + name + "}");
            if (strategy.path("type").asText().endsWith("code") && !isEntered) {
                strategy.withArray("/callbackFields").add(name);
                provider.fields.receive(name);
            }
        }
        for (String member : List.of("token_response_metadata", "refresh_token_response_metadata")) {
            for (String path : item.texts(member)) {
                strategy.withObject("/tokenFields").put(provider.fields.receive(path), CatalogueNames.pointer(path));
            }
        }
        item.ignore("the code of an installation by a webhook is not a part of OAuth 2", "webhook_response_metadata");
        if (item.has("authorization_code_param_in_webhook")) {
            item.at("authorization_code_param_in_webhook").note("the code is only read from the callback");
        }
    }

    private void authorizationRequest() {
        JsonNode url = provider.url(item.at("authorization_url"), scope);
        String fragment = item.text("authorization_url_fragment");
        if (url != null) {
            strategy.set(
                    "authorizationUrl",
                    fragment == null ? url : JsonNodeFactory.instance.textNode(url.asText() + "#" + fragment));
        }
        item.at("authorization_params").members().forEach((name, value) -> {
            if (name.equals("nonce") && "${random}".equals(value.text())) {
                strategy.put("nonce", true);
                return;
            }
            String text = text().translate(value);
            if (text != null && !STANDARD.contains(name)) {
                strategy.withObject("/authorizationParameters").put(name, text);
            } else if (name.equals("response_type") && text != null && !text.equals("code")) {
                strategy.withArray("/omittedAuthorizationParameters").add(name);
                strategy.withObject("/authorizationParameters").put(name, text);
            }
        });
        item.at("authorization_url_replacements").members().forEach((name, value) -> {
            String parameter = name.replace("=", "");
            String other = value.text() == null ? "" : value.node().asText().replace("=", "");
            if (!STANDARD.contains(parameter) || (parameter.equals("state") && other.isEmpty())) {
                value.note("the parameter \"" + parameter + "\" can't be replaced");
            } else if (other.isEmpty()) {
                strategy.withArray("/omittedAuthorizationParameters").add(parameter);
            } else {
                strategy.withObject("/authorizationParameterNames").put(parameter, other);
            }
        });
        item.ignore("empty parameters are never sent", "authorization_url_skip_empty");
        item.ignore(
                "a server decodes the parameters",
                "authorization_url_skip_encode",
                "token_url_skip_encode",
                "decode_url");
        item.ignore("the response type is always \"code\"", "auth");
        scopes();
    }

    private void scopes() {
        List<String> scopes = item.texts("default_scopes").stream().distinct().toList();
        String separator = item.text("scope_separator");
        if (strategy.path("type").asText().endsWith("credentials") && !scopes.isEmpty()) {
            scopes.forEach(strategy.withArray("/scopes")::add);
        } else {
            provider.fields.add(
                    SCOPES,
                    "Scopes",
                    "The scopes of the application, separated by "
                            + (separator == null || separator.isBlank() ? "a space" : "\"" + separator + "\""),
                    true);
            if (!scopes.isEmpty()) {
                provider.fields.setDefault(SCOPES, String.join(separator == null ? " " : separator, scopes));
            }
            strategy.putArray("scopes").add("{{auth." + SCOPES + "}}");
        }
        if (separator != null && !separator.equals(" ") && !separator.isEmpty()) {
            strategy.put("scopeSeparator", separator);
        }
    }

    private void tokenRequest(CatalogueItem tokenUrl, String grant) {
        JsonNode url = provider.url(tokenUrl, scope);
        if (url != null) {
            strategy.set("tokenUrl", url);
        }
        item.at("token_params").members().forEach((name, value) -> {
            String text = text().translate(value);
            if (text != null && !(name.equals("grant_type") && text.equals(grant))) {
                strategy.withObject("/tokenParameters").put(name, text);
            }
        });
        if (item.has("refresh_params") && !grant.equals("client_credentials")) {
            item.at("refresh_params").members().forEach((name, value) -> {
                String text = text().translate(value);
                if (text != null && !name.equals("grant_type") && !name.equals("refresh_token")) {
                    strategy.withObject("/refreshParameters").put(name, text);
                }
            });
        }
        JsonNode refresh = provider.url(item.at("refresh_url"), scope);
        if (refresh != null && !grant.equals("client_credentials")) {
            strategy.set("refreshUrl", refresh);
        }
        item.ignore("a refresh has the standard parameters", "refresh_token_params");
        item.at("token_headers").members().forEach((name, value) -> {
            String text = text().translate(value);
            boolean isStandard = name.toLowerCase(Locale.ROOT).matches("content-type|content-length");
            if (text != null && !isStandard) {
                strategy.withObject("/tokenHeaders").put(name, text);
            }
        });
        String format = item.text("body_format", "form");
        if (format.equals("json") || format.equals("query")) {
            strategy.put("tokenRequest", format.toUpperCase(Locale.ROOT));
        } else if (!format.equals("form")) {
            item.at("body_format").note("a token request can't have the format \"" + format + "\"");
        }
    }

    /** Declares the client where the form asks for it. */
    private void client() {
        for (String name : List.of("client_id", "client_secret")) {
            if (provider.fields.declares(NangoFields.CREDENTIALS, name)) {
                provider.fields.use(NangoFields.CREDENTIALS, name);
            }
        }
        if (item.isSet("require_client_certificate")) {
            ObjectNode certificate = strategy.putObject("clientCertificate");
            certificate.put("certificate", "{{auth." + credential("client_certificate") + "}}");
            certificate.put("privateKey", "{{auth." + credential("client_private_key") + "}}");
        }
    }

    private String credential(String name) {
        return provider.fields.use(NangoFields.CREDENTIALS, name);
    }

    private void clientAuthentication() {
        String method = item.text("token_request_auth_method", "");
        boolean isHeader = "header".equals(item.text("authorization_method"));
        switch (method) {
            case "basic" -> {}
            case "custom" -> {
                strategy.put("clientAuthentication", "BODY");
                strategy.withObject("/tokenParameterNames")
                        .put("client_id", "username")
                        .put("client_secret", "password");
            }
            case "private_key_jwt" -> {
                ObjectNode key = strategy.putObject("clientKey").put("algorithm", "RS256");
                key.put("key", "{{auth." + credential("client_private_key") + "}}");
            }
            default -> {
                if (!isHeader) {
                    strategy.put("clientAuthentication", "BODY");
                }
            }
        }
    }

    private void tokenResponse() {
        String alternate = item.text("alternate_access_token_response_path");
        if (alternate != null) {
            String pointer = CatalogueNames.pointer(alternate);
            if (item.has("default_scopes") || item.at("proxy").has("paginate")) {
                strategy.withObject("/additionalTokens").put("user", pointer);
                item.at("alternate_access_token_response_path")
                        .note(
                                "the second token is kept beside the first one; a response without the first one is rejected");
            } else {
                strategy.put("accessTokenPath", pointer + "/access_token");
                strategy.put("refreshTokenPath", pointer + "/refresh_token");
                strategy.put("expiresPath", pointer + "/expires_in");
            }
        }
        if ("milliseconds".equals(item.text("expires_in_unit"))) {
            strategy.put("expiresAs", "milliseconds");
        }
        String buffer = item.text("token_expiration_buffer");
        if (buffer != null && buffer.matches("\\d{1,6}")) {
            strategy.put("refreshBefore", "PT" + buffer + "S");
        }
        String lifetime = item.text("token_expires_in_ms");
        if (lifetime != null && lifetime.matches("[1-9]\\d{3,14}")) {
            strategy.put(
                    "lifetime",
                    java.time.Duration.ofMillis(Long.parseLong(lifetime)).toString());
        }
    }

    /** Returns the pill for the access token in other header fields, which is kept with the tokens if there are any. */
    private String accessToken() {
        boolean isUsed = item.at("proxy").at("headers").members().entrySet().stream()
                .anyMatch(header -> !header.getKey().equalsIgnoreCase("authorization")
                        && header.getValue().node().asText().contains("${accessToken}"));
        if (isUsed) {
            strategy.withObject("/tokenFields")
                    .put("access_token", strategy.path("accessTokenPath").asText("/access_token"));
        }
        return "auth.access_token";
    }

    /** Sets the prefix of the access token; returns the header field that has it. */
    private Set<String> authorizationHeader() {
        Set<String> sent = new TreeSet<>();
        for (Map.Entry<String, CatalogueItem> header :
                item.at("proxy").at("headers").members().entrySet()) {
            if (header.getKey().equalsIgnoreCase("authorization")) {
                Matcher token = TOKEN.matcher(header.getValue().node().asText());
                if (token.matches() && !token.group(1).equals("Bearer ")) {
                    strategy.put("tokenPrefix", token.group(1));
                } else if (!token.matches()) {
                    header.getValue().note("the header field Authorization has the access token and a prefix");
                }
                sent.add("authorization");
            }
        }
        return sent;
    }
}
