package io.httpconnector.auth.oauth2;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.AuthContext;
import io.httpconnector.ConnectorException;
import io.httpconnector.Request;
import io.httpconnector.Response;
import io.httpconnector.Secret;
import io.httpconnector.StatusException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Asks instead of being told: the service, who its authorization server is (RFC 9728); that, where its endpoints are (RFC 8414, or
 * OpenID Connect Discovery 1.0); and it again, for a client id (RFC 7591). What was told all the same stays.
 */
final class Discovery {

    private static final Pattern RESOURCE_METADATA =
            Pattern.compile("(?i)\\bresource_metadata\\s*=\\s*(?:\"([^\"]*)\"|([^\\s,\"]+))");
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final ClientSettings settings;
    private final AuthContext context;

    Discovery(ClientSettings settings, AuthContext context) {
        this.settings = settings;
        this.context = context;
    }

    /** A client as the authorization server knows it: RFC 7591, section 3.2.1. */
    private record Registered(String id, @Nullable String secret) {
        /** Without the secret. */
        @Override
        public String toString() {
            return "Registered client " + id;
        }
    }

    ClientSettings discovered() {
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
        JsonNode server = serverMetadata(issuer);
        Definition definition = settings.definition().discovered(server, resource);
        ClientSettings found = settings.with(definition);
        return found.clientId() == null
                ? registered(found, client(issuer, text(server, "registration_endpoint")))
                : found;
    }

    private static ClientSettings registered(ClientSettings settings, Registered client) {
        return settings.with(client.id, client.secret == null ? null : Secret.of(client.secret));
    }

    /** From the challenge of the service, or from the place where it is by default. */
    private JsonNode resourceMetadata() {
        Response challenge = context.send(Request.get("").acceptAnyStatus());
        URI here = URI.create(challenge.exchange().url());
        String url = challenge.headers().all("WWW-Authenticate").stream()
                .flatMap(header -> RESOURCE_METADATA.matcher(header).results())
                .map(found -> found.group(1) == null ? found.group(2) : found.group(1))
                .findFirst()
                .orElse(wellKnown(here.toString(), "oauth-protected-resource"));
        Response answer = get(url);
        if (answer.status() != 200) {
            throw failed("there is no metadata of the service: " + url + " answers " + answer.status());
        }
        JsonNode metadata = answer.json();
        String resource = text(metadata, "resource");
        if (resource == null || !origin(resource).equals(origin(here.toString()))) {
            // Or else a service could have tokens made for another: RFC 9728, section 3.3.
            throw failed("the metadata at " + url + " is for another resource, " + resource);
        }
        return metadata;
    }

    private JsonNode serverMetadata(String issuer) {
        List<String> places = List.of(
                wellKnown(issuer, "oauth-authorization-server"),
                wellKnown(issuer, "openid-configuration"),
                issuer.replaceFirst("/$", "") + "/.well-known/openid-configuration");
        List<String> answers = new ArrayList<>();
        for (String place : places) {
            Response answer = get(place);
            if (answer.status() == 200) {
                return metadata(issuer, place, answer.json());
            }
            answers.add(place + " answers " + answer.status());
        }
        throw failed("there is no metadata of " + issuer + ": " + String.join(", ", answers));
    }

    private JsonNode metadata(String issuer, String place, JsonNode metadata) {
        if (!issuer.equals(text(metadata, "issuer"))) {
            throw failed("the metadata at " + place + " is not of " + issuer + ": RFC 8414, section 3.3");
        }
        return metadata;
    }

    /** The path of the URL comes after the well-known one: RFC 8414, section 3.1. */
    private static String wellKnown(String url, String name) {
        URI uri = uri(url);
        String path = uri.getRawPath() == null ? "" : uri.getRawPath().replaceFirst("/$", "");
        return uri.getScheme() + "://" + uri.getRawAuthority() + "/.well-known/" + name + path;
    }

    private static String origin(String url) {
        URI uri = uri(url);
        return (uri.getScheme() + "://" + uri.getRawAuthority()).toLowerCase(Locale.ROOT);
    }

    private static URI uri(String url) {
        try {
            return URI.create(url);
        } catch (IllegalArgumentException e) {
            throw new ConnectorException("What was discovered is no URL: " + TokenAnswer.shown(url), e);
        }
    }

    private Response get(String url) {
        return context.send(Request.get(uri(url).toString())
                .named("OAuth 2 discovery")
                .header("Accept", "application/json")
                .acceptAnyStatus());
    }

    /** Registered once for all accounts in the store. */
    private Registered client(String issuer, @Nullable String registrationUrl) {
        String redirectUri = settings.redirectUri() == null ? "http://127.0.0.1/callback" : settings.redirectUri();
        String key = "client." + StoredJson.fingerprint(issuer + " " + redirectUri);
        TokenStore store = settings.tokens();
        TokenStore.Lease lease = store.lease(key, PATIENCE);
        try {
            Optional<Secret> known = store.get(key);
            if (known.isPresent()) {
                return StoredJson.read(known.get(), Registered.class);
            }
            if (registrationUrl == null) {
                throw failed("the authorization server registers no clients: set one by client(id, secret)");
            }
            Registered registered = register(registrationUrl, redirectUri);
            store.put(key, StoredJson.write(registered), null);
            return registered;
        } finally {
            lease.close();
        }
    }

    private Registered register(String url, String redirectUri) {
        Map<String, Object> client = new LinkedHashMap<>();
        client.put("client_name", context.connection());
        client.put("redirect_uris", List.of(redirectUri));
        client.put("grant_types", List.of("authorization_code", "refresh_token"));
        client.put("response_types", List.of("code"));
        client.put("token_endpoint_auth_method", "none");
        if (settings.scope() != null) {
            client.put("scope", settings.scope());
        }
        try {
            JsonNode answer = context.send(
                            Request.post(url).named("OAuth 2 registration").json(client))
                    .json();
            String id = text(answer, "client_id");
            if (id == null) {
                throw failed("the answer to the registration has no client_id");
            }
            return new Registered(id, text(answer, "client_secret"));
        } catch (StatusException e) {
            throw TokenAnswer.refusal(e);
        }
    }

    private static @Nullable String text(JsonNode json, String name) {
        JsonNode value = json.path(name);
        return value.isTextual() && !value.asText().isEmpty() ? value.asText() : null;
    }

    private OAuth2Exception failed(String why) {
        return new OAuth2Exception("Discovery of \"" + context.connection() + "\": " + why, null, null);
    }
}
