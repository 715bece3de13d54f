package io.httpconnector.definition.imports;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.definition.imports.Jinja.Path;
import io.httpconnector.definition.imports.JinjaParser.UnsupportedException;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Converts the authenticators of a manifest of Airbyte to strategies. Not thread-safe. */
final class AirbyteAuth {

    private static final String TYPE = "type";

    private final AirbyteScope scope;
    private final ObjectNode strategies = JsonNodeFactory.instance.objectNode();
    private boolean isRead;

    AirbyteAuth(AirbyteScope scope) {
        this.scope = scope;
    }

    /** Reads the authenticator that most streams have. */
    void read(CatalogueItem authenticator) {
        isRead = true;
        if (!authenticator.exists()) {
            return;
        }
        if ("SelectiveAuthenticator".equals(authenticator.text(TYPE))) {
            authenticator.at("authenticators").members().forEach((name, one) -> add(id(name), one));
        } else {
            add("", authenticator);
        }
    }

    private static String id(String name) {
        return CatalogueNames.id(name);
    }

    /** Returns the strategies by name. */
    ObjectNode strategies() {
        if (strategies.isEmpty()) {
            strategies.putObject("none").put(TYPE, isRead ? "custom" : "none");
        }
        return strategies;
    }

    /** Adds a header field or query parameter with a secret to all requests. */
    boolean addSecret(String kind, String name, String value) {
        boolean[] isAdded = {true};
        strategies().forEach(strategy -> {
            ObjectNode target = ((ObjectNode) strategy).withObject("/" + kind);
            if (target.has(name) && !target.path(name).asText().equals(value)) {
                isAdded[0] = false;
            } else {
                target.put(name, value);
            }
        });
        return isAdded[0];
    }

    private void add(String name, CatalogueItem authenticator) {
        ObjectNode strategy = JsonNodeFactory.instance.objectNode();
        AirbyteScope own = scope.of(authenticator);
        String type = authenticator.text(TYPE, "");
        String usual = switch (type) {
            case "ApiKeyAuthenticator" -> apiKey(authenticator, own, strategy);
            case "BearerAuthenticator" -> bearer(authenticator, own, strategy);
            case "BasicHttpAuthenticator" -> basic(authenticator, own, strategy);
            case "OAuthAuthenticator" -> oauth(authenticator, own, strategy);
            case "SessionTokenAuthenticator" -> new AirbyteLogin(own, strategy).session(authenticator);
            case "LegacySessionTokenAuthenticator" -> new AirbyteLogin(own, strategy).legacy(authenticator);
            case "JwtAuthenticator" -> jwt(authenticator, own, strategy);
            case "NoAuth" -> none(strategy);
            default -> {
                authenticator.note("there is no counterpart of the authenticator \""
                        + (authenticator.has("class_name") ? authenticator.text("class_name") : type) + "\"");
                yield none(strategy);
            }
        };
        strategies.set(name.isEmpty() ? usual : name, strategy);
    }

    private static String none(ObjectNode strategy) {
        strategy.put(TYPE, "custom");
        return "none";
    }

    private static void put(ObjectNode target, String name, @Nullable String value) {
        if (value != null) {
            target.put(name, value);
        }
    }

    private String apiKey(CatalogueItem item, AirbyteScope own, ObjectNode strategy) {
        strategy.put(TYPE, "custom");
        String token = own.text(item.at("api_token"));
        String header = item.has("header") ? own.constant(item.at("header")) : null;
        CatalogueItem option = item.at("inject_into");
        if (header != null) {
            put(strategy.putObject("headers"), header, token);
        } else if (option.exists()) {
            inject(option, own, strategy, token);
        } else if (!item.has("header")) {
            item.note("it has neither header nor inject_into");
        }
        return "api-key";
    }

    /** Sends a value where an option says. */
    static void inject(CatalogueItem option, AirbyteScope own, ObjectNode strategy, @Nullable String value) {
        String into = option.text("inject_into", "header");
        String member = switch (into) {
            case "request_parameter" -> "query";
            case "header" -> "headers";
            default -> "bodyFields";
        };
        String name = option.has("field_name") ? own.constant(option.at("field_name")) : null;
        List<String> path = option.texts("field_path");
        if (name == null && path.size() == 1) {
            name = path.get(0);
        }
        if (name == null) {
            option.note("the name of the field is missing");
        } else {
            put(strategy.withObject("/" + member), name, value);
        }
    }

    private String bearer(CatalogueItem item, AirbyteScope own, ObjectNode strategy) {
        String token = own.text(item.at("api_token"));
        strategy.put(TYPE, "custom");
        put(strategy.putObject("headers"), "Authorization", token == null ? null : "Bearer " + token);
        return "bearer";
    }

    private String basic(CatalogueItem item, AirbyteScope own, ObjectNode strategy) {
        strategy.put(TYPE, "basic");
        String user = item.has("username") ? own.text(item.at("username")) : "";
        String password = item.has("password") ? own.text(item.at("password")) : "";
        if (password != null && user != null && password.length() > 1 && !password.contains("{{")) {
            // A document has no password as literal text, even if it is the same for all.
            strategy.put(TYPE, "custom");
            strategy.putObject("computed").put("credentials", user + ":" + password);
            strategy.putObject("headers").put("Authorization", "Basic {{auth.credentials | base64}}");
            return "basic";
        }
        put(strategy, "user", user);
        put(strategy, "password", password);
        return "basic";
    }

    private String oauth(CatalogueItem item, AirbyteScope own, ObjectNode strategy) {
        rename(item.at("client_id"), own, "clientId");
        rename(item.at("client_secret"), own, "clientSecret");
        String grant = item.has("grant_type") ? own.text(item.at("grant_type")) : "refresh_token";
        boolean isRefresh = "refresh_token".equals(grant) && item.has("refresh_token");
        strategy.put(TYPE, isRefresh ? "oauth2-refresh-token" : "oauth2-client-credentials");
        String tokenUrl = own.text(item.at("token_refresh_endpoint"));
        NangoText.fieldsOf(tokenUrl == null ? "" : tokenUrl).forEach(own.inputs()::reveal);
        put(strategy, "tokenUrl", tokenUrl);
        strategy.put("clientAuthentication", "BODY");
        ObjectNode parameters = JsonNodeFactory.instance.objectNode();
        if (isRefresh) {
            String token = own.text(item.at("refresh_token"));
            put(strategy, "refreshToken", token);
            NangoText.fieldsOf(token == null ? "" : token).forEach(own.inputs()::require);
        } else {
            item.at("refresh_token");
            if (grant != null && !grant.equals("client_credentials") && !grant.equals("refresh_token")) {
                parameters.put("grant_type", grant);
            }
        }
        item.at("refresh_request_body").members().forEach((name, value) -> {
            if (!name.matches("client_id|client_secret|refresh_token")
                    && !value.node().isContainerNode()) {
                String text = own.text(value);
                if (text != null && !(name.equals("grant_type") && text.equals(grant))) {
                    parameters.put(name, text);
                }
            }
        });
        if (!parameters.isEmpty()) {
            strategy.set("tokenParameters", parameters);
        }
        item.at("refresh_request_headers").members().forEach((name, value) -> {
            String text = own.text(value);
            if (name.equalsIgnoreCase("content-type") && text != null && text.contains("json")) {
                strategy.put("tokenRequest", "JSON");
            } else if (text != null && !name.equalsIgnoreCase("content-type")) {
                strategy.withObject("/tokenHeaders").put(name, text);
            }
        });
        List<CatalogueItem> scopes = item.at("scopes").elements();
        for (CatalogueItem each : scopes) {
            String text = own.text(each);
            if (text != null && !text.isBlank()) {
                for (String one :
                        text.contains("{{") ? new String[] {text} : text.strip().split("\\s+")) {
                    strategy.withArray("/scopes").add(one);
                }
            }
        }
        tokenResponse(item, strategy);
        return "oauth2";
    }

    private static void tokenResponse(CatalogueItem item, ObjectNode strategy) {
        String token = item.text("access_token_name");
        if (token != null && !token.equals("access_token")) {
            strategy.put("accessTokenPath", CatalogueNames.pointer(token));
        }
        String expires = item.text("expires_in_name");
        if (expires != null && !expires.equals("expires_in")) {
            strategy.put("expiresPath", CatalogueNames.pointer(expires));
        }
        if (item.has("token_expiry_date_format")) {
            strategy.put("expiresAs", "time");
        }
        item.ignore("new refresh tokens are always stored", "refresh_token_updater", "token_expiry_date");
        if (item.has("use_profile_assertion") || item.has("profile_assertion")) {
            item.note("an assertion of a profile is not imported: use the type oauth2-jwt-bearer");
        }
        item.ignore("its parts are read elsewhere", TYPE);
    }

    /** Gives the input of a client the name that the types of OAuth 2 expect. */
    private static void rename(CatalogueItem item, AirbyteScope own, String name) {
        String text = item.text();
        if (text == null) {
            return;
        }
        try {
            if (JinjaPills.single(text) instanceof Path path && path.root().equals("config")) {
                own.inputs().rename(path.steps(), name);
                if (own.inputs().use(path.steps()) != null) {
                    own.inputs().require(name);
                    if (name.equals("clientSecret")) {
                        own.inputs().makeSecret(name);
                    }
                    return;
                }
            }
        } catch (UnsupportedException e) {
            item.note("there is no counterpart of \"" + e.getMessage() + "\"");
            return;
        }
        item.note("the client has to be one value of the configuration: " + AirbyteScope.shortened(text));
    }

    private String jwt(CatalogueItem item, AirbyteScope own, ObjectNode strategy) {
        strategy.put(TYPE, "jwt");
        strategy.put("algorithm", item.text("algorithm", "HS256"));
        put(strategy, "key", own.text(item.at("secret_key")));
        if (item.isSet("base64_encode_secret_key")) {
            item.at("base64_encode_secret_key").note("the key is used as it is entered");
        }
        String seconds = item.text("token_duration");
        if (seconds != null && seconds.matches("\\d{1,9}")) {
            strategy.put("lifetime", Duration.ofSeconds(Long.parseLong(seconds)).toString());
        }
        String prefix = item.has("header_prefix") ? own.text(item.at("header_prefix")) : null;
        if (prefix != null && !prefix.isEmpty()) {
            strategy.put("prefix", prefix + " ");
        }
        CatalogueItem headers = item.at("jwt_headers");
        if (headers.has("kid")) {
            put(strategy, "keyId", own.text(headers.at("kid")));
        }
        ObjectNode claims = strategy.putObject("claims");
        for (String section : List.of("jwt_payload", "additional_jwt_payload")) {
            for (Map.Entry<String, CatalogueItem> claim :
                    item.at(section).members().entrySet()) {
                if (!claim.getKey().equals(AirbyteResolver.PARAMETERS)) {
                    put(claims, claim.getKey(), own.text(claim.getValue()));
                }
            }
        }
        return "jwt";
    }

    /** Returns an ISO 8601 duration as such; null if it is none. */
    static @Nullable Duration duration(@Nullable String text) {
        if (text == null) {
            return null;
        }
        try {
            String days = text.matches("P\\d+W")
                    ? "P" + 7L * Long.parseLong(text.substring(1, text.length() - 1)) + "D"
                    : text.matches("P\\d+M")
                            ? "P" + 30L * Long.parseLong(text.substring(1, text.length() - 1)) + "D"
                            : text.matches("P\\d+Y")
                                    ? "P" + 365L * Long.parseLong(text.substring(1, text.length() - 1)) + "D"
                                    : text;
            return Duration.parse(days);
        } catch (DateTimeParseException | NumberFormatException e) {
            return null;
        }
    }
}
