package io.httpconnector.auth.oauth2;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.AuthContext;
import io.httpconnector.Request;
import io.httpconnector.Response;
import io.httpconnector.auth.internal.ErrorText;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The dynamically registered clients in the store, RFC 7591: one for each issuer, redirect URI, grant and scope. A client is
 * registered again if its secret has expired, if the server no longer knows it, and if a loopback redirect URI has another
 * port.
 */
final class ClientRegistrations {

    private static final Duration MAX_WAIT = Duration.ofMinutes(2);
    /** In order of preference. */
    private static final List<String> METHODS = List.of("none", "client_secret_basic", "client_secret_post");

    private final OAuth2ClientConfig settings;
    private final AuthContext context;
    private final AuthorizationServer server;

    ClientRegistrations(OAuth2ClientConfig settings, AuthContext context, AuthorizationServer server) {
        this.settings = settings;
        this.context = context;
        this.server = server;
    }

    /** Returns the client in the store, or registers one. */
    RegisteredClient current(@Nullable String redirectUri) {
        return clientOtherThan(null, redirectUri);
    }

    /** Returns the replacement of a client that the server no longer knows: registers it, unless another thread has. */
    RegisteredClient replace(RegisteredClient unknown, @Nullable String redirectUri) {
        return clientOtherThan(unknown, redirectUri);
    }

    /** Returns the port that the client for a loopback redirect URI was registered with, which need not be free; 0 if there is none. */
    int port(@Nullable String redirectUri) {
        return stored(redirectUri)
                .map(RegisteredClient::redirectUri)
                .map(uri -> Math.max(URI.create(uri).getPort(), 0))
                .orElse(0);
    }

    private RegisteredClient clientOtherThan(@Nullable RegisteredClient unknown, @Nullable String redirectUri) {
        String key = key(redirectUri);
        TokenStore.Lease lease = settings.tokens().lease(key, MAX_WAIT);
        try {
            Optional<RegisteredClient> known = stored(redirectUri).filter(client -> isUsable(client, redirectUri));
            if (known.isPresent() && (unknown == null || !known.get().id().equals(unknown.id()))) {
                return known.get();
            }
            RegisteredClient registered = register(redirectUri);
            settings.tokens().put(key, TokenStoreCodec.write(registered), null);
            return registered;
        } finally {
            lease.close();
        }
    }

    private Optional<RegisteredClient> stored(@Nullable String redirectUri) {
        Optional<RegisteredClient> known =
                settings.tokens().get(key(redirectUri)).map(text -> TokenStoreCodec.read(text, RegisteredClient.class));
        if (known.isPresent() || redirectUri == null) {
            return known;
        }
        // A client of an earlier version, which had the issuer and the redirect URI in its key.
        String earlier = "client." + TokenStoreCodec.fingerprint(server.issuer().id() + " " + redirectUri);
        return settings.tokens()
                .get(earlier)
                .map(text -> TokenStoreCodec.read(text, RegisteredClient.class))
                .map(client -> client.from(server.issuer(), redirectUri));
    }

    private boolean isUsable(RegisteredClient client, @Nullable String redirectUri) {
        Issuer issuer = client.issuer();
        return issuer != null
                && !issuer.contradicts(server.issuer())
                && issuer.hasEndpointAt(server.definition().tokenUrl())
                && Objects.equals(client.redirectUri(), redirectUri)
                && !client.isExpired(settings.timeSource().now().toEpochMilli());
    }

    private String key(@Nullable String redirectUri) {
        return "client."
                + TokenStoreCodec.fingerprint(
                        server.issuer().toString(),
                        redirectUri == null ? "" : withoutLoopbackPort(redirectUri),
                        settings.grant() instanceof DeviceCodeGrant ? "DeviceCode" : "AuthorizationCode",
                        String.valueOf(settings.scope()));
    }

    private static String withoutLoopbackPort(String redirectUri) {
        URI uri = URI.create(redirectUri);
        return isLoopback(uri) ? "http://" + uri.getHost() + uri.getRawPath() : redirectUri;
    }

    private static boolean isLoopback(URI uri) {
        return "http".equals(uri.getScheme()) && EndpointUrl.isLoopback(uri.getHost());
    }

    private RegisteredClient register(@Nullable String redirectUri) {
        String url = server.registrationUrl();
        if (url == null) {
            throw new OAuth2Exception(
                    "The authorization server " + server.issuer()
                            + " does not register clients: set one by client(id, secret)",
                    null,
                    null);
        }
        Response response = TokenError.send(
                context,
                "registration endpoint",
                Request.post(url)
                        .named("OAuth 2 registration")
                        .json(metadata(redirectUri))
                        .acceptStatus(301, 302, 303, 307, 308));
        if (response.status() >= 300) {
            throw TokenEndpoint.unexpectedRedirect(response);
        }
        return client(response.json(), redirectUri);
    }

    private Map<String, Object> metadata(@Nullable String redirectUri) {
        Map<String, Object> client = new LinkedHashMap<>();
        client.put("client_name", context.connection());
        if (redirectUri == null) {
            client.put("grant_types", List.of("urn:ietf:params:oauth:grant-type:device_code", "refresh_token"));
            client.put("response_types", List.of());
        } else {
            client.put("redirect_uris", List.of(redirectUri));
            client.put("grant_types", List.of("authorization_code", "refresh_token"));
            client.put("response_types", List.of("code"));
        }
        if (redirectUri == null || isNative(URI.create(redirectUri))) {
            client.put("application_type", "native");
        }
        Set<String> supported = server.clientMethods();
        client.put(
                "token_endpoint_auth_method",
                METHODS.stream().filter(supported::contains).findFirst().orElse("none"));
        if (settings.scope() != null) {
            client.put("scope", settings.scope());
        }
        return client;
    }

    /** Returns whether the application is a native one, on the user's device: RFC 8252, section 8.4. */
    private static boolean isNative(URI redirectUri) {
        return isLoopback(redirectUri) || !Set.of("http", "https").contains(String.valueOf(redirectUri.getScheme()));
    }

    private RegisteredClient client(JsonNode response, @Nullable String redirectUri) {
        String id = Discovery.text(response, "client_id");
        if (id == null) {
            throw new OAuth2Exception("The response of the registration endpoint has no client_id", null, null);
        }
        long expires = response.path("client_secret_expires_at").asLong(0);
        return new RegisteredClient(
                id,
                Discovery.text(response, "client_secret"),
                method(Discovery.text(response, "token_endpoint_auth_method")),
                expires <= 0 || expires > Long.MAX_VALUE / 1000 ? null : expires * 1000,
                redirectUri,
                server.issuer());
    }

    private static @Nullable ClientAuthentication method(@Nullable String name) {
        if (name == null) {
            return null;
        }
        return switch (name) {
            case "none" -> ClientAuthentication.NONE;
            case "client_secret_basic" -> ClientAuthentication.BASIC;
            case "client_secret_post" -> ClientAuthentication.BODY;
            default ->
                throw new OAuth2Exception(
                        "The authorization server registered a client that must authenticate by "
                                + ErrorText.singleLine(name)
                                + ", which is not supported: set one by client(id, key)",
                        null,
                        null);
        };
    }
}
