package io.httpconnector.auth.oauth2;

import io.httpconnector.AuthContext;
import io.httpconnector.Secret;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The client of one connection at its authorization server: discovers the server, registers the client if necessary, and checks
 * that credentials are sent only to the server that they belong to. Thread-safe.
 */
final class AuthorizationServerClient {

    private static final Logger LOG = LoggerFactory.getLogger(OAuth2.class);

    private static final String UNKNOWN_CLIENT = "invalid_client";

    private final OAuth2ClientConfig settings;
    private final AuthContext context;
    private final String connection;
    private final TokenStore store;
    private final Duration leaseTimeout;
    private @Nullable Known known;

    /** The authorization server, and the one that the configured client belongs to; null if the endpoints are configured. */
    private record Known(
            AuthorizationServer server, @Nullable Issuer client) {}

    /**
     * The context of an authorization request.
     *
     * @param settings the settings, with the discovered endpoints and the registered client
     * @param client the registered client; null if the client is configured
     */
    record AuthorizationContext(
            OAuth2ClientConfig settings,
            Issuer issuer,
            @Nullable RegisteredClient client) {}

    AuthorizationServerClient(OAuth2ClientConfig settings, AuthContext context, Duration leaseTimeout) {
        this.settings = settings;
        this.context = settings.discoversFromService()
                ? new DiscoveryContext(
                        context,
                        Set.copyOf(Issuer.of(null, settings.definition()).origins()))
                : context;
        this.connection = context.connection();
        this.store = settings.tokens();
        this.leaseTimeout = leaseTimeout;
    }

    /** Returns the authorization server; discovers it if its endpoints are not configured. */
    AuthorizationServer server() {
        return known().server;
    }

    private synchronized Known known() {
        Known before = known;
        if (before != null) {
            return before;
        }
        AuthorizationServer server = settings.discover() == null
                ? AuthorizationServer.configured(settings.definition())
                : new Discovery(settings, context).server();
        boolean isBound = settings.discover() != null && settings.hasSecrets();
        Known found = new Known(server, isBound ? ownerOfClient(server.issuer()) : null);
        Issuer expected =
                new Issuer(settings.definition().issuer(), server.issuer().origins());
        policy(found, server, null).check(server.definition().tokenUrl(), expected);
        known = found;
        return found;
    }

    /** Discovers the server again before the next request. */
    synchronized void forgetServer() {
        known = null;
    }

    /** Returns the authorization server that the store has bound the configured secrets to; binds them to the given one if there is none. */
    private Issuer ownerOfClient(Issuer found) {
        String ownerKey = "issuer."
                + TokenStoreCodec.fingerprint(settings.authority(), String.valueOf(settings.clientId()), connection);
        Optional<Secret> before = store.get(ownerKey);
        if (before.isEmpty()) {
            TokenStore.Lease lease = store.lease(ownerKey, leaseTimeout);
            try {
                before = store.get(ownerKey);
                if (before.isEmpty()) {
                    store.put(ownerKey, TokenStoreCodec.write(found), null);
                }
            } finally {
                lease.close();
            }
        }
        return before.map(text -> TokenStoreCodec.read(text, Issuer.class)).orElse(found);
    }

    private CredentialPolicy policy(Known found, AuthorizationServer server, @Nullable RegisteredClient client) {
        // The endpoints that the user configured, with values for their placeholders.
        ProviderConfig configured = settings.discover() == null ? server.definition() : settings.definition();
        return new CredentialPolicy(
                connection,
                Set.copyOf(Issuer.of(null, configured).origins()),
                server.issuer(),
                client == null ? found.client : client.issuer());
    }

    /**
     * Returns the endpoints of the server.
     *
     * @param client the registered client; null for the configured one
     * @param received the values of the callback or a token response
     */
    TokenEndpoint endpoint(@Nullable RegisteredClient client, Map<String, String> received) {
        Known found = known();
        AuthorizationServer server = found.server.with(settings.withFields(received));
        OAuth2ClientConfig all = settings.with(server);
        return new TokenEndpoint(
                client == null ? all : all.with(client), policy(found, server, client), client, context);
    }

    private ClientRegistrations registrations() {
        return new ClientRegistrations(settings, context, server());
    }

    /** Returns the authorization server and the client for an authorization request; registers a client if necessary. */
    AuthorizationContext prepareAuthorization(String redirectUri) {
        Known found = known();
        OAuth2ClientConfig all = settings.with(found.server);
        RegisteredClient client = settings.registersClients() ? registrations().current(redirectUri) : null;
        return new AuthorizationContext(client == null ? all : all.with(client), found.server.issuer(), client);
    }

    /** Replaces a registered client that the server no longer knows. */
    void replace(RegisteredClient unknown, String redirectUri) {
        var unused = registrations().replace(unknown, redirectUri);
    }

    /** Returns the callback port of a registered client; 0 for any. */
    int loopbackPort() {
        return settings.registersClients() ? registrations().port(redirectUri(null)) : 0;
    }

    /**
     * Sends a request with the client. A registered client that the server no longer knows, or whose secret has expired, is
     * replaced by a new one, once.
     *
     * @param client the registered client that the tokens or the code were issued to; null for the current one
     * @param redirectUri the redirect URI for a new client; null for that of the client
     * @param received the values of the callback or a token response, for the URLs of the endpoints
     */
    <T> T exchange(
            @Nullable RegisteredClient client,
            @Nullable String redirectUri,
            Map<String, String> received,
            Function<TokenEndpoint, T> request) {
        if (!settings.registersClients()) {
            return request.apply(endpoint(null, received));
        }
        String uri = redirectUri == null ? redirectUri(client) : redirectUri;
        RegisteredClient used =
                client == null || client.isExpired(settings.timeSource().now().toEpochMilli())
                        ? registrations().current(uri)
                        : client;
        try {
            return request.apply(endpoint(used, received));
        } catch (OAuth2Exception e) {
            if (!isUnknownClient(e)) {
                throw e;
            }
            LOG.info("\"{}\": the authorization server no longer knows the client; registering it again", connection);
            return request.apply(endpoint(registrations().replace(used, uri), received));
        }
    }

    private @Nullable String redirectUri(@Nullable RegisteredClient client) {
        if (settings.grant() instanceof DeviceCodeGrant) {
            return null;
        }
        String registered = client == null ? settings.redirectUri() : client.redirectUri();
        return registered == null ? LoopbackListener.DEFAULT_REDIRECT_URI : registered;
    }

    /** Revokes tokens at the server. A client that the server no longer knows has no valid tokens. */
    void revoke(StoredTokens tokens) {
        RegisteredClient client = tokens.client();
        try {
            endpoint(
                            client == null && settings.registersClients()
                                    ? registrations().current(redirectUri(null))
                                    : client,
                            tokens.fields())
                    .revoke(tokens);
        } catch (OAuth2Exception e) {
            if (!settings.registersClients() || !isUnknownClient(e)) {
                throw e;
            }
            LOG.debug("\"{}\": the server no longer knows the client, so its tokens are already invalid", connection);
        }
    }

    static boolean isUnknownClient(OAuth2Exception e) {
        return e.error().filter(UNKNOWN_CLIENT::equals).isPresent();
    }

    /** Returns whether an error code means that the refresh token is no longer accepted, so that the user must consent again. */
    boolean endsGrant(String error) {
        return "invalid_grant".equals(error)
                || (settings.registersClients() && UNKNOWN_CLIENT.equals(error))
                || (settings.definition().refusals() != null
                        && settings.definition().refusals().contains(error));
    }
}
