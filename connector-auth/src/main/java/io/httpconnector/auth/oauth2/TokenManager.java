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
 * The tokens of one connection: puts the access token into each request, and gets another one before it expires or when the
 * service refuses it. All threads wait for one renewal; all processes wait for the one that holds the lease of the store.
 */
final class TokenManager implements AuthStrategy {

    private static final Logger LOG = LoggerFactory.getLogger(OAuth2.class);

    /** Longer than a token request may take, so that who waits finds what it brought. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    /** After a renewal that failed, or one that the service did not like, the next one waits. */
    private static final Duration REST = Duration.ofSeconds(10);

    private static final Set<String> GRANT_IS_OVER = Set.of("invalid_grant");
    private static final String UNKNOWN_CLIENT = "invalid_client";
    private static final int MAX_LABEL = 100;

    /** Shared by all connections with the same store. */
    private static final Map<TokenStore, FailedAttempts> FAILED = Collections.synchronizedMap(new WeakHashMap<>());
    /** So that no fingerprint of a secret that is kept in memory can be looked up. */
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

    /** The authorization server, and the one that the configured client belongs to; null when the endpoints are configured. */
    private record Known(
            AuthorizationServer server, @Nullable Issuer client) {}

    /**
     * What an authorization request needs to know.
     *
     * @param settings with the endpoints and the client that were found
     * @param client the registered client; null when it is configured
     */
    record StoredEntry(
            OAuth2ClientConfig settings,
            Issuer issuer,
            @Nullable RegisteredClient client) {}

    /** Tokens that the store did not take, and the refresh token that they came from. */
    private record Unsaved(StoredTokens tokens, @Nullable String spent) {}

    /** The tokens in use: the header made once, and the milliseconds until when they are to be used and can be. */
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
        if (settings.asksService() && settings.hasSecrets() && store instanceof MemoryTokenStore) {
            LOG.warn(
                    "\"{}\": the token store in memory forgets at the end of the process which authorization server the"
                            + " client secret belongs to: use a durable store, or discover(issuer)",
                    connection);
        }
        this.renewal = context.singleFlight(this::obtain);
    }

    /** Tokens of another authorization server, client, connection or account are under another key. */
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
        return request.header(headerName, usable(request).header);
    }

    private ValidToken usable(Request request) {
        ValidToken known = current;
        return known == null || timeSource.now().toEpochMilli() >= known.freshUntil ? renewal.apply(request) : known;
    }

    @Override
    public Map<String, String> fields(Request request) {
        if (!settings.hasTokenFields()) {
            return settings.fields();
        }
        Map<String, String> fields = new HashMap<>(settings.fields());
        fields.putAll(usable(request).tokens.fields());
        return fields;
    }

    @Override
    public boolean refresh(Request refused, Response response) {
        ValidToken known = current;
        if (known == null || !refused.header(headerName).equals(Optional.of(known.header.reveal()))) {
            return true;
        }
        long age = timeSource.now().toEpochMilli() - known.tokens.obtainedAt();
        // One from the future is of another clock, or this one was set back.
        if (age >= 0 && age < REST.toMillis()) {
            return false;
        }
        String old = known.tokens.accessToken();
        rejected = old;
        ValidToken next = renewal.apply(refused);
        // Who looked into the store before the service refused may have found the old one once more.
        return !(next.isRejected(old) ? renewal.apply(refused) : next).isRejected(old);
    }

    /** The authorization server; discovers it when its endpoints are not configured. */
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

    /** The authorization server that the configured secrets have been sent to, as the store remembers it; from now on this one. */
    private Issuer ownerOfClient(Issuer found) {
        String ownerKey = "issuer."
                + TokenStoreCodec.fingerprint(settings.authority(), String.valueOf(settings.clientId()), connection);
        Optional<Secret> before = store.get(ownerKey);
        if (before.isEmpty()) {
            TokenStore.Lease lease = store.lease(ownerKey, PATIENCE);
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

    /** The authorization server and the client for an authorization request. */
    StoredEntry find(String redirectUri) {
        Known found = known();
        OAuth2ClientConfig all = settings.with(found.server.definition());
        RegisteredClient client = settings.registersClients() ? registrations().current(redirectUri) : null;
        return new StoredEntry(client == null ? all : all.with(client), found.server.issuer(), client);
    }

    /** The port that a registered client wants its callback at; 0 for any. */
    int loopbackPort() {
        return settings.registersClients() ? registrations().port(redirectUri(null)) : 0;
    }

    /**
     * Makes a request of the client. A registered client that the server no longer knows, or whose secret has expired, is
     * replaced by a new one, once.
     *
     * @param client the registered client that the tokens or the code were given to; null for the current one
     * @param redirectUri what a new client is registered with; null for that of the client
     */
    <T> T exchange(
            @Nullable RegisteredClient client, @Nullable String redirectUri, Function<TokenEndpoint, T> request) {
        if (!settings.registersClients()) {
            return request.apply(endpoint(null));
        }
        String uri = redirectUri == null ? redirectUri(client) : redirectUri;
        RegisteredClient used = client == null || client.isExpired(timeSource.now().toEpochMilli())
                ? registrations().current(uri)
                : client;
        try {
            return request.apply(endpoint(used));
        } catch (OAuth2Exception e) {
            if (!e.error().filter(UNKNOWN_CLIENT::equals).isPresent()) {
                throw e;
            }
            LOG.info(
                    "\"{}\": the authorization server no longer knows the client, which is registered again",
                    connection);
            return request.apply(endpoint(registrations().replacing(used, uri)));
        }
    }

    private @Nullable String redirectUri(@Nullable RegisteredClient client) {
        if (settings.grant() instanceof GrantType.DeviceCode) {
            return null;
        }
        String registered = client == null ? settings.redirectUri() : client.redirectUri();
        return registered == null ? LoopbackListener.DEFAULT_REDIRECT_URI : registered;
    }

    /** The user takes the consent back: RFC 7009. */
    void revoke() {
        TokenStore.Lease lease = store.lease(key, PATIENCE);
        try {
            read().filter(tokens -> tokens.refusal() == null)
                    .filter(tokens -> tokens.issuer() != null || !settings.asksService())
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
            LOG.debug("\"{}\": the tokens of a client that the server no longer knows are over", connection);
        }
    }

    Optional<StoredTokens> tokens() {
        return read();
    }

    /** What was said when it was built. */
    OAuth2ClientConfig settings() {
        return settings;
    }

    /** Where its tokens are in the store. */
    String key() {
        return key;
    }

    /** Gets the tokens that the user has consented to; whatever there was before is over. */
    StoredTokens consented(Supplier<StoredTokens> response) {
        TokenStore.Lease lease = store.lease(key, PATIENCE);
        try {
            StoredTokens tokens = response.get();
            unsaved = null;
            failed.clear(key);
            write(tokens);
            LOG.debug("\"{}\": consented, {}", connection, tokens);
            adopt(Objects.requireNonNull(current(tokens)));
            return tokens;
        } finally {
            lease.close();
        }
    }

    /** What the store has, when that is still good; or else new tokens, by whoever holds the lease. */
    private ValidToken obtain() {
        ValidToken stored = usable(read().orElse(null));
        if (stored != null) {
            return adopt(stored);
        }
        TokenStore.Lease lease = store.lease(key, PATIENCE);
        try {
            saveUnsaved(read().orElse(null));
            return adopt(usableOrRenewed(read().orElse(null)));
        } finally {
            lease.close();
        }
    }

    private ValidToken usableOrRenewed(@Nullable StoredTokens stored) {
        ValidToken good = usable(stored);
        return good != null ? good : renewed(stored);
    }

    /** What the store has, unless it began with another refresh token than the one that is given now. */
    private Optional<StoredTokens> read() {
        String seed = settings.grant() instanceof GrantType.RefreshToken given
                ? TokenStoreCodec.fingerprint(given.first().reveal())
                : null;
        Optional<StoredTokens> stored = store.get(key).map(text -> TokenStoreCodec.read(text, StoredTokens.class));
        return (stored.isPresent() ? stored : earlier()).filter(tokens -> Objects.equals(tokens.seed(), seed));
    }

    /** What an earlier version stored, whose key was the name of the connection or the account alone. */
    private Optional<StoredTokens> earlier() {
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

    private @Nullable ValidToken usable(@Nullable StoredTokens tokens) {
        ValidToken candidate = tokens == null ? null : current(tokens);
        if (candidate == null) {
            return null;
        }
        return timeSource.now().toEpochMilli() < candidate.freshUntil && !candidate.isRejected(rejected) ? candidate : null;
    }

    private @Nullable ValidToken current(StoredTokens tokens) {
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

    private ValidToken renewed(@Nullable StoredTokens old) {
        return keepingOld(
                old, () -> settings.grant() instanceof GrantType.Alone grant ? asked(grant, old) : refreshed(old));
    }

    private ValidToken asked(GrantType.Alone grant, @Nullable StoredTokens old) {
        String refreshToken = old == null ? null : old.refreshToken();
        if (old != null && refreshToken != null && old.refusal() == null && grant.refreshes()) {
            try {
                return refreshed(old);
            } catch (AuthorizationRequiredException e) {
                LOG.debug("\"{}\": asks anew, as {}", connection, e.getMessage());
            }
        }
        return stored(attempt(null, () -> exchange(null, null, grant::requestTokens)), refreshToken);
    }

    /** Makes a token request, unless the same has failed a short time ago. */
    private <T> T attempt(@Nullable String refreshToken, Supplier<T> request) {
        String credentials = TokenStoreCodec.fingerprint(SALT, settings.credentials(refreshToken));
        return failed.attempt(key, credentials, requests, request);
    }

    private ValidToken refreshed(@Nullable StoredTokens old) {
        String refreshToken = old == null ? first() : old.refreshToken();
        if (refreshToken == null) {
            throw authorizationRequired(
                    "the access token is no longer good, and the service gave no refresh token", null, null);
        }
        if (old != null && old.refusal() != null) {
            throw authorizationRequired(old.refusal(), old.error(), null);
        }
        return attempt(refreshToken, () -> refreshed(bound(old, refreshToken), refreshToken));
    }

    private String first() {
        if (settings.grant() instanceof GrantType.RefreshToken given) {
            return given.first().reveal();
        }
        throw authorizationRequired("nobody has consented yet: send the user through an AuthorizationFlow", null, null);
    }

    /** Tokens that may be refreshed where the authorization server is now. */
    private StoredTokens bound(@Nullable StoredTokens old, String refreshToken) {
        Issuer issuer = server().issuer();
        if (old == null) {
            return StoredTokens.seed(refreshToken, issuer);
        }
        if (old.issuer() == null) {
            if (settings.asksService()) {
                throw authorizationRequired(
                        "an earlier version stored the tokens without the authorization server that gave them, and the"
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

    private ValidToken refreshed(StoredTokens old, String refreshToken) {
        StoredTokens begun = old.refreshing(timeSource.now().toEpochMilli());
        write(begun);
        StoredTokens found = read().orElse(null);
        if (found != null && (found.refusal() != null || !refreshToken.equals(found.refreshToken()))) {
            // The lease was given up in order to write, and somebody else was there.
            return usableOrRenewed(found);
        }
        boolean lost = old.refreshBegan() != null || (found != null && !found.equals(begun));
        return stored(refreshed(lost ? begun : old, begun, refreshToken), refreshToken);
    }

    private ValidToken stored(StoredTokens tokens, @Nullable String spent) {
        // Before anybody uses them: a refresh token that was spent, and its successor lost, would cost the user's
        // consent.
        unsaved = new Unsaved(tokens, spent);
        write(tokens);
        unsaved = null;
        LOG.debug("\"{}\": {}", connection, tokens);
        return Objects.requireNonNull(current(tokens));
    }

    /** Makes up for a write that failed, unless others have gone on from there. */
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

    private StoredTokens refreshed(StoredTokens old, StoredTokens begun, String refreshToken) {
        boolean lost = old.refreshBegan() != null;
        for (int attempt = 1; ; attempt++) {
            try {
                return exchange(old.client(), null, endpoint -> endpoint.refresh(begun, refreshToken));
            } catch (OAuth2Exception e) {
                if (e.error().filter(this::endsTheGrant).isPresent()) {
                    // A lease can be lost without our knowing; what somebody else got meanwhile is good.
                    StoredTokens others = read().orElse(begun);
                    if (!refreshToken.equals(others.refreshToken())) {
                        return others;
                    }
                    throw refused(begun, e, lost);
                }
                write(old);
                throw e;
            } catch (TransferException | TimedOutException e) {
                // Some services repeat an answer that was lost, for who asks again at once.
                lost = true;
                if (attempt == 2) {
                    throw e;
                }
                LOG.debug("\"{}\": the answer to a refresh was lost, asking once more", connection);
            } catch (CannotConnectException | RateLimitedException e) {
                // Neither spends a refresh token.
                write(lost ? begun : old);
                throw e;
            }
        }
    }

    private boolean endsTheGrant(String error) {
        return GRANT_IS_OVER.contains(error)
                || (settings.registersClients() && UNKNOWN_CLIENT.equals(error))
                || (settings.definition().refusals() != null
                        && settings.definition().refusals().contains(error));
    }

    private AuthorizationRequiredException refused(StoredTokens old, OAuth2Exception e, boolean lost) {
        String why = "the refresh token is no longer accepted (" + e.getMessage() + ")"
                + (lost
                        ? "; an earlier refresh was sent, and its answer never came or was not stored: the service has"
                                + " spent the refresh token on it"
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

    /** A token that is about to expire is good as long as it has not. */
    private ValidToken keepingOld(@Nullable StoredTokens old, Supplier<ValidToken> renewal) {
        try {
            return renewal.get();
        } catch (InvalidDefinitionException e) {
            throw e;
        } catch (ConnectorException e) {
            long now = timeSource.now().toEpochMilli();
            ValidToken known = old == null ? null : current(old);
            if (known == null || now >= known.validUntil || known.isRejected(rejected)) {
                throw e;
            }
            LOG.warn(
                    "\"{}\": the access token is used until it expires, as it could not be renewed: {}",
                    connection,
                    e.getMessage());
            return new ValidToken(
                    known.tokens, known.header, Math.min(now + REST.toMillis(), known.validUntil), known.validUntil);
        }
    }

    @Override
    public String toString() {
        return "OAuth2 of \"" + connection + "\"";
    }
}
