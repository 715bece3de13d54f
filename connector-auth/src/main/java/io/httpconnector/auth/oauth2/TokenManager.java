package io.httpconnector.auth.oauth2;

import io.httpconnector.AuthContext;
import io.httpconnector.AuthStrategy;
import io.httpconnector.CannotConnectException;
import io.httpconnector.ConnectorException;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.RateLimitedException;
import io.httpconnector.Request;
import io.httpconnector.Response;
import io.httpconnector.Secret;
import io.httpconnector.TimeSource;
import io.httpconnector.TimedOutException;
import io.httpconnector.TransferException;
import io.httpconnector.auth.internal.FailedAttempts;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.WeakHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tokens of one connection: adds the access token to each request, and replaces it before it expires or after the
 * service has rejected it. All threads wait for one renewal; all processes wait for the one that holds the lease of the store.
 */
final class TokenManager implements AuthStrategy {

    private static final Logger LOG = LoggerFactory.getLogger(OAuth2.class);

    /** Longer than a token request may take, so that waiting threads find its tokens. */
    private static final Duration LEASE_TIMEOUT = Duration.ofMinutes(2);
    /** The time between renewals after one has failed, or its token was rejected. */
    private static final Duration MIN_RENEWAL_INTERVAL = Duration.ofSeconds(10);

    private static final Set<String> ENDS_GRANT = Set.of("invalid_grant");
    private static final String UNKNOWN_CLIENT = "invalid_client";
    private static final int MAX_LABEL = 100;

    /** The failed requests, shared by all connections with the same store. */
    private static final Map<TokenStore, FailedAttempts> FAILED = Collections.synchronizedMap(new WeakHashMap<>());
    /** Makes fingerprints of secrets in memory useless for dictionary attacks. */
    private static final String SALT = UUID.randomUUID().toString();

    private final OAuth2ClientConfig settings;
    private final AuthContext context;
    private final String connection;
    private final String headerName;
    private final String key;
    private final String earlierKey;
    private final TokenStore store;
    private final TimeSource timeSource;
    private final FailedAttempts failed;
    private final TokenRequestPolicy requests;
    private final Function<Request, ValidToken> renewal;
    private volatile @Nullable ValidToken current;
    private volatile @Nullable String rejected;
    private @Nullable Known known;
    private volatile boolean hasEarlier;
    private volatile @Nullable Unsaved unsaved;

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

    /** Tokens that could not be stored, and the refresh token that was used to get them. */
    private record Unsaved(StoredTokens tokens, @Nullable String spent) {}

    /** The tokens in use: the header value, the time of their renewal and of their expiry, in milliseconds since 1970. */
    private record ValidToken(StoredTokens tokens, Secret header, long freshUntil, long validUntil) {
        boolean isRejected(@Nullable String rejected) {
            return Objects.equals(tokens.accessToken(), rejected);
        }
    }

    TokenManager(OAuth2ClientConfig settings, AuthContext context) {
        this.settings = settings;
        this.context = context;
        this.connection = context.connection();
        String name = settings.definition().accessTokenHeader();
        this.headerName = name == null ? "Authorization" : name;
        this.earlierKey = settings.account() == null ? connection : settings.account();
        this.key = key(settings, connection);
        this.store = settings.tokens();
        this.timeSource = settings.timeSource();
        this.failed = FAILED.computeIfAbsent(store, unused -> new FailedAttempts());
        this.requests = new TokenRequestPolicy(timeSource);
        if (settings.discoversFromService() && settings.hasSecrets() && store instanceof MemoryTokenStore) {
            LOG.warn(
                    "\"{}\": the token store in memory is lost when the process ends, and with it the authorization server that the"
                            + " client secret belongs to: use a durable store, or discover(issuer)",
                    connection);
        }
        this.renewal = context.singleFlight(this::obtain);
    }

    /** Returns the store key. It differs for each authorization server, client, connection and account. */
    private static String key(OAuth2ClientConfig settings, String connection) {
        String label = settings.account() == null ? connection : settings.account();
        return (label.length() > MAX_LABEL ? label.substring(0, MAX_LABEL) : label) + "."
                + TokenStoreCodec.fingerprint(
                        settings.authority(),
                        settings.clientId() == null ? "" : settings.clientId(),
                        connection,
                        label);
    }

    @Override
    public Request apply(Request request) {
        return request.header(headerName, currentOrRenewed(request).header);
    }

    private ValidToken currentOrRenewed(Request request) {
        ValidToken known = current;
        return known == null || timeSource.now().toEpochMilli() >= known.freshUntil ? renewal.apply(request) : known;
    }

    @Override
    public Map<String, String> fields(Request request) {
        if (!settings.hasTokenFields()) {
            return settings.fields();
        }
        Map<String, String> fields = new HashMap<>(settings.fields());
        fields.putAll(currentOrRenewed(request).tokens.fields());
        return fields;
    }

    @Override
    public boolean refresh(Request rejectedRequest, Response response) {
        ValidToken known = current;
        if (known == null || !rejectedRequest.header(headerName).equals(Optional.of(known.header.reveal()))) {
            return true;
        }
        long age = timeSource.now().toEpochMilli() - known.tokens.obtainedAt();
        // The age is negative if another process has another clock, or the clock was set back.
        if (age >= 0 && age < MIN_RENEWAL_INTERVAL.toMillis()) {
            return false;
        }
        String old = known.tokens.accessToken();
        rejected = old;
        ValidToken next = renewal.apply(rejectedRequest);
        // A renewal that read the store before the rejection may have found the old token again.
        return !(next.isRejected(old) ? renewal.apply(rejectedRequest) : next).isRejected(old);
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
        policy(found, null).check(server.definition().tokenUrl(), expected);
        known = found;
        return found;
    }

    private synchronized void forgetServer() {
        known = null;
    }

    /** Returns the authorization server that the store has bound the configured secrets to; binds them to the given one if there is none. */
    private Issuer ownerOfClient(Issuer found) {
        String ownerKey = "issuer."
                + TokenStoreCodec.fingerprint(settings.authority(), String.valueOf(settings.clientId()), connection);
        Optional<Secret> before = store.get(ownerKey);
        if (before.isEmpty()) {
            TokenStore.Lease lease = store.lease(ownerKey, LEASE_TIMEOUT);
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

    private CredentialPolicy policy(Known found, @Nullable RegisteredClient client) {
        Set<String> configured =
                Set.copyOf(Issuer.of(null, settings.definition()).origins());
        return new CredentialPolicy(
                connection, configured, found.server.issuer(), client == null ? found.client : client.issuer());
    }

    private TokenEndpoint endpoint(@Nullable RegisteredClient client) {
        Known found = known();
        OAuth2ClientConfig all = settings.with(found.server.definition());
        return new TokenEndpoint(client == null ? all : all.with(client), policy(found, client), client, context);
    }

    private Registrations registrations() {
        return new Registrations(settings, context, server());
    }

    /** Returns the authorization server and the client for an authorization request; registers a client if necessary. */
    AuthorizationContext prepareAuthorization(String redirectUri) {
        Known found = known();
        OAuth2ClientConfig all = settings.with(found.server.definition());
        RegisteredClient client = settings.registersClients() ? registrations().current(redirectUri) : null;
        return new AuthorizationContext(client == null ? all : all.with(client), found.server.issuer(), client);
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
     */
    <T> T exchange(
            @Nullable RegisteredClient client, @Nullable String redirectUri, Function<TokenEndpoint, T> request) {
        if (!settings.registersClients()) {
            return request.apply(endpoint(null));
        }
        String uri = redirectUri == null ? redirectUri(client) : redirectUri;
        RegisteredClient used =
                client == null || client.isExpired(timeSource.now().toEpochMilli())
                        ? registrations().current(uri)
                        : client;
        try {
            return request.apply(endpoint(used));
        } catch (OAuth2Exception e) {
            if (!e.error().filter(UNKNOWN_CLIENT::equals).isPresent()) {
                throw e;
            }
            LOG.info("\"{}\": the authorization server no longer knows the client; registering it again", connection);
            return request.apply(endpoint(registrations().replace(used, uri)));
        }
    }

    private @Nullable String redirectUri(@Nullable RegisteredClient client) {
        if (settings.grant() instanceof GrantType.DeviceCode) {
            return null;
        }
        String registered = client == null ? settings.redirectUri() : client.redirectUri();
        return registered == null ? LoopbackListener.DEFAULT_REDIRECT_URI : registered;
    }

    /** Revokes the tokens, RFC 7009, and removes them from the store. */
    void revoke() {
        TokenStore.Lease lease = store.lease(key, LEASE_TIMEOUT);
        try {
            read().filter(tokens -> tokens.refusal() == null)
                    .filter(tokens -> tokens.issuer() != null || !settings.discoversFromService())
                    .ifPresent(this::revoke);
            store.remove(key);
            removeEarlier();
            current = null;
            unsaved = null;
        } finally {
            lease.close();
        }
    }

    private void revoke(StoredTokens tokens) {
        RegisteredClient client = tokens.client();
        try {
            endpoint(
                            client == null && settings.registersClients()
                                    ? registrations().current(redirectUri(null))
                                    : client)
                    .revoke(tokens);
        } catch (OAuth2Exception e) {
            if (!settings.registersClients()
                    || !e.error().filter(UNKNOWN_CLIENT::equals).isPresent()) {
                throw e;
            }
            LOG.debug("\"{}\": the server no longer knows the client, so its tokens are already invalid", connection);
        }
    }

    Optional<StoredTokens> tokens() {
        return read();
    }

    /** Returns the settings as configured. */
    OAuth2ClientConfig settings() {
        return settings;
    }

    /** Returns the store key of the tokens. */
    String key() {
        return key;
    }

    /** Gets and stores the tokens of a new consent; they replace the old ones. */
    StoredTokens storeConsent(Supplier<StoredTokens> response) {
        TokenStore.Lease lease = store.lease(key, LEASE_TIMEOUT);
        try {
            StoredTokens tokens = response.get();
            unsaved = null;
            failed.clear(key);
            write(tokens);
            LOG.debug("\"{}\": new consent, {}", connection, tokens);
            adopt(Objects.requireNonNull(toValidToken(tokens)));
            return tokens;
        } finally {
            lease.close();
        }
    }

    /** Returns the stored token if it is valid; otherwise renews it while holding the lease. */
    private ValidToken obtain() {
        ValidToken stored = validOrNull(read().orElse(null));
        if (stored != null) {
            return adopt(stored);
        }
        TokenStore.Lease lease = store.lease(key, LEASE_TIMEOUT);
        try {
            saveUnsaved(read().orElse(null));
            return adopt(validOrRenewed(read().orElse(null)));
        } finally {
            lease.close();
        }
    }

    private ValidToken validOrRenewed(@Nullable StoredTokens stored) {
        ValidToken valid = validOrNull(stored);
        return valid != null ? valid : renew(stored);
    }

    /** Reads the stored tokens; ignores those of another initial refresh token than the configured one. */
    private Optional<StoredTokens> read() {
        String seed = settings.grant() instanceof GrantType.RefreshToken given
                ? TokenStoreCodec.fingerprint(given.first().reveal())
                : null;
        Optional<StoredTokens> stored = store.get(key).map(text -> TokenStoreCodec.read(text, StoredTokens.class));
        return (stored.isPresent() ? stored : readEarlier()).filter(tokens -> Objects.equals(tokens.seed(), seed));
    }

    /** Reads the tokens of an earlier version, whose key was the connection name or the account alone. */
    private Optional<StoredTokens> readEarlier() {
        Optional<StoredTokens> found = store.get(earlierKey)
                .map(text -> TokenStoreCodec.read(text, StoredTokens.class))
                .filter(tokens -> tokens.issuer() == null);
        hasEarlier = found.isPresent();
        return found;
    }

    private void write(StoredTokens tokens) {
        store.put(key, TokenStoreCodec.write(tokens), null);
        removeEarlier();
    }

    private void removeEarlier() {
        if (hasEarlier) {
            store.remove(earlierKey);
            hasEarlier = false;
        }
    }

    private ValidToken adopt(ValidToken next) {
        current = next;
        return next;
    }

    private @Nullable ValidToken validOrNull(@Nullable StoredTokens tokens) {
        ValidToken candidate = tokens == null ? null : toValidToken(tokens);
        if (candidate == null) {
            return null;
        }
        return timeSource.now().toEpochMilli() < candidate.freshUntil && !candidate.isRejected(rejected)
                ? candidate
                : null;
    }

    private @Nullable ValidToken toValidToken(StoredTokens tokens) {
        String token = tokens.accessToken();
        if (token == null) {
            return null;
        }
        Secret header = Secret.of(token).map(value -> prefix() + value);
        Long expires = tokens.expiresAt();
        if (expires == null) {
            return new ValidToken(tokens, header, Long.MAX_VALUE, Long.MAX_VALUE);
        }
        long early = Math.min(settings.refreshBefore().toMillis(), (expires - tokens.obtainedAt()) / 4);
        return new ValidToken(tokens, header, expires - early, expires);
    }

    private String prefix() {
        String prefix = settings.definition().tokenPrefix();
        return prefix == null ? "Bearer " : prefix;
    }

    private ValidToken renew(@Nullable StoredTokens old) {
        return keepingOld(
                old,
                () -> settings.grant() instanceof GrantType.NonInteractive grant
                        ? requestTokens(grant, old)
                        : refresh(old));
    }

    private ValidToken requestTokens(GrantType.NonInteractive grant, @Nullable StoredTokens old) {
        String refreshToken = old == null ? null : old.refreshToken();
        if (old != null && refreshToken != null && old.refusal() == null && grant.prefersRefresh()) {
            try {
                return refresh(old);
            } catch (AuthorizationRequiredException e) {
                LOG.debug("\"{}\": requests new tokens: {}", connection, e.getMessage());
            }
        }
        return store(attempt(null, () -> exchange(null, null, grant::requestTokens)), refreshToken);
    }

    /** Sends a token request, unless the backoff of a failed one has not ended. */
    private <T> T attempt(@Nullable String refreshToken, Supplier<T> request) {
        String credentials = TokenStoreCodec.fingerprint(SALT, settings.credentials(refreshToken));
        return failed.attempt(key, credentials, requests, request);
    }

    private ValidToken refresh(@Nullable StoredTokens old) {
        String refreshToken = old == null ? initialRefreshToken() : old.refreshToken();
        if (refreshToken == null) {
            throw authorizationRequired(
                    "the access token is no longer valid, and the service issued no refresh token", null, null);
        }
        if (old != null && old.refusal() != null) {
            throw authorizationRequired(old.refusal(), old.error(), null);
        }
        return attempt(refreshToken, () -> refreshAndStore(boundToServer(old, refreshToken), refreshToken));
    }

    private String initialRefreshToken() {
        if (settings.grant() instanceof GrantType.RefreshToken given) {
            return given.first().reveal();
        }
        throw authorizationRequired("there is no consent yet: send the user through an AuthorizationFlow", null, null);
    }

    /** Returns the tokens, which may be refreshed at the current authorization server. */
    private StoredTokens boundToServer(@Nullable StoredTokens old, String refreshToken) {
        Issuer issuer = server().issuer();
        if (old == null) {
            return StoredTokens.seed(refreshToken, issuer);
        }
        if (old.issuer() == null) {
            if (settings.discoversFromService()) {
                throw authorizationRequired(
                        "an earlier version stored the tokens without the authorization server that issued them, and the"
                                + " service could name another one now",
                        null,
                        null);
            }
            return old.from(issuer, null);
        }
        try {
            endpoint(old.client()).checkRefresh(old.issuer());
            return old;
        } catch (AuthorizationRequiredException e) {
            forgetServer();
            throw e;
        }
    }

    private ValidToken refreshAndStore(StoredTokens old, String refreshToken) {
        StoredTokens begun = old.refreshing(timeSource.now().toEpochMilli());
        write(begun);
        StoredTokens found = read().orElse(null);
        if (found != null && (found.refusal() != null || !refreshToken.equals(found.refreshToken()))) {
            // The store released the lease in order to write, and another process has refreshed the tokens.
            return validOrRenewed(found);
        }
        boolean lost = old.refreshBegan() != null || (found != null && !found.equals(begun));
        return store(sendRefresh(lost ? begun : old, begun, refreshToken), refreshToken);
    }

    private ValidToken store(StoredTokens tokens, @Nullable String spent) {
        // Stored before they are used: if the new refresh token were lost, the user would have to consent again.
        unsaved = new Unsaved(tokens, spent);
        write(tokens);
        unsaved = null;
        LOG.debug("\"{}\": {}", connection, tokens);
        return Objects.requireNonNull(toValidToken(tokens));
    }

    /** Repeats a failed write, unless another process has refreshed the tokens since. */
    private void saveUnsaved(@Nullable StoredTokens stored) {
        Unsaved late = unsaved;
        if (late != null) {
            String known = stored == null ? null : stored.refreshToken();
            if (Objects.equals(known, late.spent)) {
                write(late.tokens);
            }
            unsaved = null;
        }
    }

    private StoredTokens sendRefresh(StoredTokens old, StoredTokens begun, String refreshToken) {
        boolean lost = old.refreshBegan() != null;
        for (int attempt = 1; ; attempt++) {
            try {
                return exchange(old.client(), null, endpoint -> endpoint.refresh(begun, refreshToken));
            } catch (OAuth2Exception e) {
                if (e.error().filter(this::endsTheGrant).isPresent()) {
                    // A lease can be lost unnoticed; tokens that another process got meanwhile are valid.
                    StoredTokens others = read().orElse(begun);
                    if (!refreshToken.equals(others.refreshToken())) {
                        return others;
                    }
                    throw refreshRejected(begun, e, lost);
                }
                write(old);
                throw e;
            } catch (TransferException | TimedOutException e) {
                // Some services repeat a lost response if the request is repeated immediately.
                lost = true;
                if (attempt == 2) {
                    throw e;
                }
                LOG.debug("\"{}\": the response to a refresh was lost; sending it once more", connection);
            } catch (CannotConnectException | RateLimitedException e) {
                // Neither uses up a refresh token.
                write(lost ? begun : old);
                throw e;
            }
        }
    }

    private boolean endsTheGrant(String error) {
        return ENDS_GRANT.contains(error)
                || (settings.registersClients() && UNKNOWN_CLIENT.equals(error))
                || (settings.definition().refusals() != null
                        && settings.definition().refusals().contains(error));
    }

    private AuthorizationRequiredException refreshRejected(StoredTokens old, OAuth2Exception e, boolean lost) {
        String why = "the refresh token is no longer accepted (" + e.getMessage() + ")"
                + (lost
                        ? "; an earlier refresh was sent, but its response was not received or not stored: the service has"
                                + " already used up the refresh token"
                        : "");
        String error = e.error().orElse(null);
        write(old.refused(why, error));
        return authorizationRequired(why, error, e);
    }

    private AuthorizationRequiredException authorizationRequired(
            String why, @Nullable String error, @Nullable OAuth2Exception cause) {
        return new AuthorizationRequiredException(
                "\"" + connection + "\" needs the user's authorization: " + why, error, cause);
    }

    /** Falls back to the old token after a failed renewal, as long as it has not expired. */
    private ValidToken keepingOld(@Nullable StoredTokens old, Supplier<ValidToken> renewal) {
        try {
            return renewal.get();
        } catch (InvalidDefinitionException e) {
            throw e;
        } catch (ConnectorException e) {
            long now = timeSource.now().toEpochMilli();
            ValidToken known = old == null ? null : toValidToken(old);
            if (known == null || now >= known.validUntil || known.isRejected(rejected)) {
                throw e;
            }
            LOG.warn(
                    "\"{}\": the access token could not be renewed and is used until it expires: {}",
                    connection,
                    e.getMessage());
            return new ValidToken(
                    known.tokens,
                    known.header,
                    Math.min(now + MIN_RENEWAL_INTERVAL.toMillis(), known.validUntil),
                    known.validUntil);
        }
    }

    @Override
    public String toString() {
        return "OAuth2 of \"" + connection + "\"";
    }
}
