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
import io.httpconnector.TimedOutException;
import io.httpconnector.TransferException;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tokens of one connection: puts the access token into each request, and gets another one before it expires or when the
 * service refuses it. All threads wait for one renewal; all processes wait for the one that holds the lease of the store.
 */
final class TokenSession implements AuthStrategy {

    private static final Logger LOG = LoggerFactory.getLogger(OAuth2.class);

    /** Longer than a token request may take, so that who waits finds what it brought. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    /** After a renewal that failed, or one that the service did not like, the next one waits. */
    private static final Duration REST = Duration.ofSeconds(10);

    private static final Set<String> GRANT_IS_OVER = Set.of("invalid_grant");

    private final ClientSettings settings;
    private final AuthContext context;
    private final String connection;
    private final String headerName;
    private final String key;
    private final TokenStore store;
    private final Clock clock;
    private final Function<Request, Current> renewal;
    private volatile @Nullable Current current;
    private volatile @Nullable String rejected;
    private @Nullable TokenEndpoint endpoint;
    private volatile @Nullable Unsaved unsaved;

    /** Tokens that the store did not take, and the refresh token that they came from. */
    private record Unsaved(Tokens tokens, @Nullable String spent) {}

    /** The tokens in use: the header made once, and the milliseconds until when they are to be used and can be. */
    private record Current(Tokens tokens, Secret header, long freshUntil, long validUntil) {
        boolean isRejected(@Nullable String rejected) {
            return Objects.equals(tokens.accessToken(), rejected);
        }
    }

    TokenSession(ClientSettings settings, AuthContext context) {
        this.settings = settings;
        this.context = context;
        this.connection = context.connection();
        String name = settings.definition().accessTokenHeader();
        this.headerName = name == null ? "Authorization" : name;
        this.key = settings.account() == null ? context.connection() : settings.account();
        this.store = settings.tokens();
        this.clock = settings.clock();
        this.renewal = context.singleFlight(this::obtain);
    }

    @Override
    public Request apply(Request request) {
        return request.header(headerName, usable(request).header);
    }

    private Current usable(Request request) {
        Current known = current;
        return known == null || clock.millis() >= known.freshUntil ? renewal.apply(request) : known;
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
    public boolean refresh(Request refused, Response answer) {
        Current known = current;
        if (known == null || !refused.header(headerName).equals(Optional.of(known.header.reveal()))) {
            return true;
        }
        if (clock.millis() - known.tokens.obtainedAt() < REST.toMillis()) {
            return false;
        }
        String old = known.tokens.accessToken();
        rejected = old;
        Current next = renewal.apply(refused);
        // Who looked into the store before the service refused may have found the old one once more.
        return !(next.isRejected(old) ? renewal.apply(refused) : next).isRejected(old);
    }

    /** Where tokens are asked for; asks who that is, should nobody have said so. */
    synchronized TokenEndpoint endpoint() {
        TokenEndpoint known = endpoint;
        if (known == null) {
            known = new TokenEndpoint(
                    settings.discover() == null ? settings : new Discovery(settings, context).discovered(), context);
            endpoint = known;
        }
        return known;
    }

    /** The user takes the consent back: RFC 7009. */
    void revoke() {
        TokenStore.Lease lease = store.lease(key, PATIENCE);
        try {
            read().filter(tokens -> tokens.refusal() == null)
                    .ifPresent(tokens -> endpoint().revoke(tokens));
            store.remove(key);
            current = null;
            unsaved = null;
        } finally {
            lease.close();
        }
    }

    Optional<Tokens> tokens() {
        return read();
    }

    /** What was said when it was built. */
    ClientSettings settings() {
        return settings;
    }

    /** Where its tokens are in the store. */
    String key() {
        return key;
    }

    /** Gets the tokens that the user has consented to; whatever there was before is over. */
    Tokens consented(Supplier<Tokens> answer) {
        TokenStore.Lease lease = store.lease(key, PATIENCE);
        try {
            Tokens tokens = answer.get();
            unsaved = null;
            write(tokens);
            LOG.debug("\"{}\": consented, {}", connection, tokens);
            adopt(Objects.requireNonNull(current(tokens)));
            return tokens;
        } finally {
            lease.close();
        }
    }

    /** What the store has, when that is still good; or else new tokens, by whoever holds the lease. */
    private Current obtain() {
        Current stored = usable(read().orElse(null));
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

    private Current usableOrRenewed(@Nullable Tokens stored) {
        Current good = usable(stored);
        return good != null ? good : renewed(stored);
    }

    /** What the store has, unless it began with another refresh token than the one that is given now. */
    private Optional<Tokens> read() {
        String seed = settings.grant() instanceof Grant.RefreshToken given
                ? StoredJson.fingerprint(given.first().reveal())
                : null;
        return store.get(key)
                .map(text -> StoredJson.read(text, Tokens.class))
                .filter(tokens -> Objects.equals(tokens.seed(), seed));
    }

    private void write(Tokens tokens) {
        store.put(key, StoredJson.write(tokens), null);
    }

    private Current adopt(Current next) {
        current = next;
        return next;
    }

    private @Nullable Current usable(@Nullable Tokens tokens) {
        Current candidate = tokens == null ? null : current(tokens);
        if (candidate == null) {
            return null;
        }
        return clock.millis() < candidate.freshUntil && !candidate.isRejected(rejected) ? candidate : null;
    }

    private @Nullable Current current(Tokens tokens) {
        String token = tokens.accessToken();
        if (token == null) {
            return null;
        }
        Secret header = Secret.of(token).map(value -> prefix() + value);
        Long expires = tokens.expiresAt();
        if (expires == null) {
            return new Current(tokens, header, Long.MAX_VALUE, Long.MAX_VALUE);
        }
        long early = Math.min(settings.refreshBefore().toMillis(), (expires - tokens.obtainedAt()) / 4);
        return new Current(tokens, header, expires - early, expires);
    }

    private String prefix() {
        String prefix = settings.definition().tokenPrefix();
        return prefix == null ? "Bearer " : prefix;
    }

    private Current renewed(@Nullable Tokens old) {
        return keepingOld(
                old,
                () -> settings.grant() instanceof Grant.Alone grant
                        ? asked(grant, old)
                        : refreshed(old == null ? first() : old));
    }

    private Current asked(Grant.Alone grant, @Nullable Tokens old) {
        String refreshToken = old == null ? null : old.refreshToken();
        if (old != null && refreshToken != null && old.refusal() == null && grant.refreshes()) {
            try {
                return refreshed(old);
            } catch (AuthorizationRequiredException e) {
                LOG.debug("\"{}\": asks anew, as {}", connection, e.getMessage());
            }
        }
        return stored(grant.ask(endpoint()), refreshToken);
    }

    private Tokens first() {
        if (settings.grant() instanceof Grant.RefreshToken given) {
            return Tokens.seed(given.first().reveal());
        }
        throw authorizationRequired("nobody has consented yet: send the user through an AuthorizationFlow", null);
    }

    private Current refreshed(Tokens old) {
        String refreshToken = old.refreshToken();
        if (refreshToken == null) {
            throw authorizationRequired(
                    "the access token is no longer good, and the service gave no refresh token", null);
        }
        if (old.refusal() != null) {
            throw authorizationRequired(old.refusal(), null);
        }
        Tokens begun = old.refreshing(clock.millis());
        write(begun);
        Tokens found = read().orElse(null);
        if (found != null && (found.refusal() != null || !refreshToken.equals(found.refreshToken()))) {
            // The lease was given up in order to write, and somebody else was there.
            return usableOrRenewed(found);
        }
        boolean lost = old.refreshBegan() != null || (found != null && !found.equals(begun));
        return stored(refreshed(lost ? begun : old, begun, refreshToken), refreshToken);
    }

    private Current stored(Tokens tokens, @Nullable String spent) {
        // Before anybody uses them: a refresh token that was spent, and its successor lost, would cost the user's
        // consent.
        unsaved = new Unsaved(tokens, spent);
        write(tokens);
        unsaved = null;
        LOG.debug("\"{}\": {}", connection, tokens);
        return Objects.requireNonNull(current(tokens));
    }

    /** Makes up for a write that failed, unless others have gone on from there. */
    private void saveUnsaved(@Nullable Tokens stored) {
        Unsaved late = unsaved;
        if (late != null) {
            String known = stored == null ? null : stored.refreshToken();
            if (Objects.equals(known, late.spent)) {
                write(late.tokens);
            }
            unsaved = null;
        }
    }

    private Tokens refreshed(Tokens old, Tokens begun, String refreshToken) {
        boolean lost = old.refreshBegan() != null;
        for (int attempt = 1; ; attempt++) {
            try {
                return endpoint().refresh(begun, refreshToken);
            } catch (OAuth2Exception e) {
                if (e.error().filter(this::endsTheGrant).isPresent()) {
                    // A lease can be lost without our knowing; what somebody else got meanwhile is good.
                    Tokens others = read().orElse(begun);
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
                || (settings.definition().refusals() != null
                        && settings.definition().refusals().contains(error));
    }

    private AuthorizationRequiredException refused(Tokens old, OAuth2Exception e, boolean lost) {
        String why = "the refresh token is no longer accepted (" + e.getMessage() + ")"
                + (lost
                        ? "; an earlier refresh was sent, and its answer never came or was not stored: the service has"
                                + " spent the refresh token on it"
                        : "");
        write(old.refused(why));
        return authorizationRequired(why, e);
    }

    private AuthorizationRequiredException authorizationRequired(String why, @Nullable OAuth2Exception cause) {
        return new AuthorizationRequiredException(
                "\"" + connection + "\" needs the user's authorization: " + why,
                cause == null ? null : cause.error().orElse(null),
                cause);
    }

    /** A token that is about to expire is good as long as it has not. */
    private Current keepingOld(@Nullable Tokens old, Supplier<Current> renewal) {
        try {
            return renewal.get();
        } catch (InvalidDefinitionException e) {
            throw e;
        } catch (ConnectorException e) {
            long now = clock.millis();
            Current known = old == null ? null : current(old);
            if (known == null || now >= known.validUntil || known.isRejected(rejected)) {
                throw e;
            }
            LOG.warn(
                    "\"{}\": the access token is used until it expires, as it could not be renewed: {}",
                    connection,
                    e.getMessage());
            return new Current(
                    known.tokens, known.header, Math.min(now + REST.toMillis(), known.validUntil), known.validUntil);
        }
    }

    @Override
    public String toString() {
        return "OAuth2 of \"" + connection + "\"";
    }
}
