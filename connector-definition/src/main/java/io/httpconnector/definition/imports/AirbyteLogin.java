package io.httpconnector.definition.imports;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Converts the authenticators of Airbyte that request a session token. Not thread-safe. */
final class AirbyteLogin {

    private final AirbyteScope scope;
    private final ObjectNode strategy;

    AirbyteLogin(AirbyteScope scope, ObjectNode strategy) {
        this.scope = scope;
        this.strategy = strategy.put("type", "login");
    }

    String session(CatalogueItem item) {
        CatalogueItem requester = item.at("login_requester");
        AirbyteScope own = scope.of(requester);
        String base = requester.has("url") ? own.text(requester.at("url")) : own.text(requester.at("url_base"));
        String path = requester.has("path") ? own.text(requester.at("path")) : "";
        if (base != null && path != null) {
            strategy.put("loginUrl", AirbyteRequest.joined(base, path));
        }
        String method = requester.text("http_method", "GET").toUpperCase(Locale.ROOT);
        strategy.put("method", method);
        AirbyteRequest.texts(requester.at("request_headers"), own, (name, value) -> {
            if (!name.equalsIgnoreCase("content-type")) {
                strategy.withObject("/loginHeaders").put(name, value);
            }
        });
        AirbyteRequest.texts(
                requester.at("request_parameters"),
                own,
                (name, value) -> strategy.withObject("/loginQuery").put(name, value));
        AirbyteRequest.texts(
                requester.at("request_body_data"),
                own,
                (name, value) -> strategy.withObject("/form").put(name, value));
        if (requester.has("request_body_json")) {
            strategy.set("json", AirbyteRequest.tree(requester.at("request_body_json"), own, false));
        }
        CatalogueItem authenticator = requester.at("authenticator");
        if ("BasicHttpAuthenticator".equals(authenticator.text("type"))) {
            AirbyteScope basic = scope.of(authenticator);
            String user = basic.text(authenticator.at("username"));
            String password = authenticator.has("password") ? basic.text(authenticator.at("password")) : "";
            strategy.put("loginUser", user == null ? "" : user);
            strategy.put("loginPassword", password == null ? "" : password);
        } else if (authenticator.exists()) {
            authenticate(authenticator);
        }
        List<String> token = item.texts("session_token_path");
        strategy.put("tokenPath", "/" + String.join("/", token));
        Duration lifetime = AirbyteAuth.duration(item.text("expiration_duration"));
        if (lifetime != null) {
            strategy.put("lifetime", lifetime.toString());
        }
        CatalogueItem use = item.at("request_authentication");
        if ("ApiKey".equals(use.text("type"))) {
            ObjectNode target = strategy.putObject("use");
            String template = use.has("api_token")
                    ? scope.with("session_token", "auth.token").text(use.at("api_token"))
                    : null;
            AirbyteAuth.inject(
                    use.at("inject_into"), scope.of(use), target, template == null ? "{{auth.token}}" : template);
        }
        return "login";
    }

    /** Sends an API key or a token with the login. */
    private void authenticate(CatalogueItem authenticator) {
        AirbyteScope own = scope.of(authenticator);
        String token = authenticator.has("api_token") ? own.text(authenticator.at("api_token")) : null;
        String header = authenticator.has("header") ? own.constant(authenticator.at("header")) : null;
        switch (authenticator.text("type", "")) {
            case "NoAuth" -> {}
            case "BearerAuthenticator" ->
                put("loginHeaders", "Authorization", token == null ? null : "Bearer " + token);
            case "ApiKeyAuthenticator" -> {
                CatalogueItem option = authenticator.at("inject_into");
                String into = option.text("inject_into", "header");
                String name = option.has("field_name") ? own.constant(option.at("field_name")) : header;
                if (name == null || !into.matches("header|request_parameter")) {
                    authenticator.note("a login sends a key in a header field or a parameter");
                } else {
                    put(into.equals("header") ? "loginHeaders" : "loginQuery", name, token);
                }
            }
            default -> authenticator.note("a login has no authentication other than HTTP Basic, an API key or a token");
        }
    }

    private void put(String member, String name, @Nullable String value) {
        if (value != null) {
            strategy.withObject("/" + member).put(name, value);
        }
    }

    String legacy(CatalogueItem item) {
        String login = scope.text(item.at("login_url"));
        strategy.put(
                "loginUrl", login == null ? "/" : login.startsWith("/") || login.contains("://") ? login : "/" + login);
        ObjectNode json = strategy.putObject("json");
        for (String name : List.of("username", "password")) {
            String value = scope.text(item.at(name));
            json.put(name, value == null ? "" : value);
        }
        strategy.put("tokenPath", CatalogueNames.pointer(item.text("session_token_response_key", "id")));
        String header = scope.constant(item.at("header"));
        if (header != null) {
            strategy.putObject("use").putObject("headers").put(header, "{{auth.token}}");
        }
        item.ignore("a session is renewed when the service rejects it", "validate_session_url");
        if (item.has("session_token")) {
            item.ignore("a session token is always requested", "session_token");
        }
        return "login";
    }
}
