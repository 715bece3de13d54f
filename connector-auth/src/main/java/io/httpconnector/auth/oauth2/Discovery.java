package io.httpconnector.auth.oauth2;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.AuthContext;
import io.httpconnector.InvalidResponseException;
import io.httpconnector.Request;
import io.httpconnector.Response;
import io.httpconnector.auth.internal.Challenge;
import io.httpconnector.auth.internal.ErrorText;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
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
        if (issuer != null && !issuer.isEmpty()) {
            return server(issuer, serverMetadata(issuer), null, List.of());
        }
        Response challenge = context.send(Request.get("").acceptAnyStatus());
        String serviceUrl = challenge.exchange().url();
        List<Challenge> challenges = Challenge.parse(challenge.headers().all("WWW-Authenticate"));
        List<String> missing = new ArrayList<>();
        JsonNode metadata = resourceMetadata(serviceUrl, challenges, missing);
        if (metadata == null) {
            return ownServer(serviceUrl, missing);
        }
        String named = metadata.at("/authorization_servers/0").asText(null);
        if (named == null) {
            throw failed("the service names no authorization server");
        }
        return server(named, serverMetadata(named), text(metadata, "resource"), scopes(challenges, metadata));
    }

    /** Returns the authorization server at the origin of a service without metadata. */
    private AuthorizationServer ownServer(String serviceUrl, List<String> missing) {
        String origin = EndpointUrl.origin(serviceUrl);
        try {
            return server(origin, serverMetadata(origin), null, List.of());
        } catch (OAuth2Exception e) {
            throw failed("there is no metadata of the service: " + String.join(", ", missing)
                    + "; nor of an authorization server at its origin");
        }
    }

    /** Returns the scopes that the service requires: those of the challenge, RFC 6750, section 3, or else of its metadata. */
    private static List<String> scopes(List<Challenge> challenges, JsonNode metadata) {
        List<String> named = challenges.stream()
                .flatMap(found -> found.parameter("scope").stream())
                .flatMap(scope -> Stream.of(scope.strip().split(" +", -1)))
                .filter(scope -> !scope.isEmpty())
                .distinct()
                .toList();
        if (!named.isEmpty()) {
            return named;
        }
        List<String> supported = new ArrayList<>();
        metadata.path("scopes_supported").forEach(scope -> supported.add(scope.asText()));
        return supported.stream().filter(scope -> !scope.isBlank()).distinct().toList();
    }

    private AuthorizationServer server(
            String issuer, JsonNode metadata, @Nullable String resource, List<String> scopes) {
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
        return new AuthorizationServer(found, definition, registrationUrl, methods, scopes);
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

    /**
     * Reads the metadata from the URL in the challenge of the service, or from the default locations; null if there is none.
     *
     * @param missing receives the locations without metadata, for a message
     */
    private @Nullable JsonNode resourceMetadata(String serviceUrl, List<Challenge> challenges, List<String> missing) {
        Optional<String> named = challenges.stream()
                .flatMap(found -> found.parameter("resource_metadata").stream())
                .findFirst()
                .map(url -> EndpointUrl.require("The resource_metadata of the challenge", url));
        if (named.isPresent() && !isAt(named.get(), serviceUrl)) {
            throw failed("the challenge of the service names metadata at another origin, " + named.get()
                    + ": name the authorization server by discover(issuer)");
        }
        String service = EndpointUrl.require("The URL of the service, for discovery,", serviceUrl);
        List<String> locations = named.map(List::of)
                .orElseGet(() -> Stream.of(service, EndpointUrl.origin(service))
                        .map(url -> wellKnown(url, "oauth-protected-resource"))
                        .distinct()
                        .toList());
        for (String url : locations) {
            Response response = get(url);
            if (response.status() == 200) {
                try {
                    return checkedResource(url, response.json(), serviceUrl);
                } catch (InvalidResponseException e) {
                    missing.add(url + " responds without JSON");
                }
            } else {
                missing.add(url + " responds with status " + response.status());
            }
        }
        if (named.isPresent()) {
            throw failed("there is no metadata of the service: " + String.join(", ", missing));
        }
        return null;
    }

    private JsonNode checkedResource(String url, JsonNode metadata, String serviceUrl) {
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
