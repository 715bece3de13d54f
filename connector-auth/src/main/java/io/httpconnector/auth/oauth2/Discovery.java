package io.httpconnector.auth.oauth2;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.AuthContext;
import io.httpconnector.InvalidResponseException;
import io.httpconnector.Request;
import io.httpconnector.Response;
import io.httpconnector.auth.internal.Challenge;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Discovers the authorization server of a service (RFC 9728) and its endpoints (RFC 8414, or OpenID Connect Discovery 1.0).
 * Configured endpoints take precedence. Sends no credentials.
 */
final class Discovery {

    private final OAuth2ClientConfig settings;
    private final AuthContext context;

    Discovery(OAuth2ClientConfig settings, AuthContext context) {
        this.settings = settings;
        this.context = context;
    }

    AuthorizationServer server() {
        String issuer = settings.discover();
        String resource = null;
        if (issuer == null || issuer.isEmpty()) {
            JsonNode metadata = resourceMetadata();
            resource = text(metadata, "resource");
            issuer = metadata.at("/authorization_servers/0").asText(null);
        }
        if (issuer == null) {
            throw failed("the service names no authorization server");
        }
        return server(issuer, serverMetadata(issuer), resource);
    }

    private AuthorizationServer server(String issuer, JsonNode metadata, @Nullable String resource) {
        checkEndpoints(metadata, settings.definition());
        if (settings.definition().tokenUrl() == null && text(metadata, "token_endpoint") == null) {
            throw withoutEndpoint(new Issuer(issuer, List.of()), "token_endpoint", "tokenUrl");
        }
        ProviderConfig definition = settings.definition().discovered(metadata, resource);
        checkPkce(metadata, definition);
        Issuer found = Issuer.of(issuer, definition);
        String registrationUrl = text(metadata, "registration_endpoint");
        if (registrationUrl != null
                && !isAt(registrationUrl, issuer)
                && !isAt(registrationUrl, definition.tokenUrl())) {
            // Otherwise a server could have clients registered with another server, and collect the codes for them.
            throw failed("the registration endpoint of " + issuer + " is at another origin, " + registrationUrl);
        }
        Set<String> methods = new HashSet<>();
        metadata.path("token_endpoint_auth_methods_supported").forEach(method -> methods.add(method.asText()));
        return new AuthorizationServer(found, definition, registrationUrl, methods);
    }

    /** Returns the exception for metadata that lacks an endpoint: RFC 8414, section 2. The definition itself is valid. */
    static OAuth2Exception withoutEndpoint(Issuer server, String member, String method) {
        return new OAuth2Exception(
                "The metadata of the authorization server " + ErrorText.singleLine(server.toString()) + " has no "
                        + member + ": ask its operator, or set the endpoint by " + method + "(\"https://...\")",
                null,
                null);
    }

    private static boolean isAt(String url, String other) {
        return EndpointUrl.origin(url).equals(EndpointUrl.origin(other));
    }

    /** Checks all endpoints, including unused ones: a document with an unacceptable endpoint is not trusted. */
    private void checkEndpoints(JsonNode metadata, ProviderConfig configured) {
        metadata.properties().forEach(member -> {
            String name = member.getKey();
            if ((name.endsWith("_endpoint") || name.equals("jwks_uri")) && !configured.replaces(name)) {
                checkEndpoint(name, member.getValue());
            }
        });
        metadata.path("mtls_endpoint_aliases")
                .properties()
                .forEach(alias -> checkEndpoint("mtls_endpoint_aliases/" + alias.getKey(), alias.getValue()));
    }

    private void checkEndpoint(String name, JsonNode value) {
        if (value.isNull()) {
            return;
        }
        String problem = value.isTextual() ? EndpointUrl.problem(value.asText()) : "it is not a string";
        if (problem != null) {
            throw failed(
                    "the metadata of the authorization server has a " + name + " that is not acceptable: " + problem);
        }
    }

    private void checkPkce(JsonNode metadata, ProviderConfig definition) {
        Set<String> methods = new HashSet<>();
        metadata.path("code_challenge_methods_supported").forEach(method -> methods.add(method.asText()));
        boolean isUsed = settings.grant() instanceof AuthorizationCodeGrant && !Boolean.FALSE.equals(definition.pkce());
        if (isUsed && !methods.isEmpty() && !methods.contains("S256")) {
            throw failed("the authorization server does not support the PKCE method S256 (RFC 7636), but " + methods
                    + ": withoutPkce() sends no challenge");
        }
    }

    /** Reads the metadata from the URL in the challenge of the service, or from the default location. */
    private JsonNode resourceMetadata() {
        Response challenge = context.send(Request.get("").acceptAnyStatus());
        String serviceUrl = challenge.exchange().url();
        String url = Challenge.parse(challenge.headers().all("WWW-Authenticate")).stream()
                .flatMap(found -> found.parameter("resource_metadata").stream())
                .findFirst()
                .map(named -> EndpointUrl.require("The resource_metadata of the challenge", named))
                .orElseGet(() -> wellKnown(
                        EndpointUrl.require("The URL of the service, for discovery,", serviceUrl),
                        "oauth-protected-resource"));
        if (!isAt(url, serviceUrl)) {
            throw failed("the challenge of the service names metadata at another origin, " + url
                    + ": name the authorization server by discover(issuer)");
        }
        Response response = get(url);
        if (response.status() != 200) {
            throw failed("there is no metadata of the service: " + url + " responds with status " + response.status());
        }
        JsonNode metadata = response.json();
        String resource = text(metadata, "resource");
        if (resource == null
                || EndpointUrl.problem(resource) != null
                || !normalized(resource).equals(normalized(serviceUrl))) {
            // Otherwise a service could get tokens that are meant for another service: RFC 9728, section 3.3.
            throw failed("the metadata at " + url + " is for another resource, " + resource);
        }
        return metadata;
    }

    /** Ignores a trailing slash, as some servers and clients disagree about it. */
    private static String normalized(String url) {
        String path = URI.create(url).getRawPath();
        String query = URI.create(url).getRawQuery();
        return EndpointUrl.origin(url) + path.replaceFirst("/$", "") + (query == null ? "" : "?" + query);
    }

    private JsonNode serverMetadata(String issuer) {
        EndpointUrl.require("The issuer of the authorization server", issuer);
        List<String> locations = List.of(
                wellKnown(issuer, "oauth-authorization-server"),
                wellKnown(issuer, "openid-configuration"),
                issuer.replaceFirst("/$", "") + "/.well-known/openid-configuration");
        List<String> responses = new ArrayList<>();
        for (String location : locations) {
            Response response = get(location);
            if (response.status() == 200) {
                try {
                    return metadata(issuer, location, response.json());
                } catch (InvalidResponseException e) {
                    // Such as the page that a single-page application returns for every path.
                    responses.add(location + " responds without JSON");
                }
            } else {
                responses.add(location + " responds with status " + response.status());
            }
        }
        throw failed("there is no metadata of " + issuer + ": " + String.join(", ", responses));
    }

    private JsonNode metadata(String issuer, String location, JsonNode metadata) {
        if (!issuer.equals(text(metadata, "issuer"))) {
            throw failed("the metadata at " + location + " is not of " + issuer + ", but of " + text(metadata, "issuer")
                    + ": both must be equal, including a trailing slash (RFC 8414, section 3.3)");
        }
        return metadata;
    }

    /** Inserts the well-known path before the path of the URL: RFC 8414, section 3.1. */
    private static String wellKnown(String url, String name) {
        URI uri = URI.create(url);
        String path = uri.getRawPath() == null ? "" : uri.getRawPath().replaceFirst("/$", "");
        return uri.getScheme().toLowerCase(Locale.ROOT) + "://" + uri.getRawAuthority() + "/.well-known/" + name + path;
    }

    private Response get(String url) {
        return context.send(Request.get(url)
                .named("OAuth 2 discovery")
                .header("Accept", "application/json")
                .acceptAnyStatus());
    }

    static @Nullable String text(JsonNode json, String name) {
        JsonNode value = json.path(name);
        return value.isTextual() && !value.asText().isEmpty() ? value.asText() : null;
    }

    private OAuth2Exception failed(String why) {
        return new OAuth2Exception(
                "Discovery of \"" + context.connection() + "\": " + ErrorText.singleLine(why), null, null);
    }
}
