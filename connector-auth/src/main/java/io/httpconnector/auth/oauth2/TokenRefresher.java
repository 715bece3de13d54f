package io.httpconnector.auth.oauth2;

import io.httpconnector.AuthContext;
import io.httpconnector.CannotConnectException;
import io.httpconnector.ConnectorException;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.RateLimitedException;
import io.httpconnector.TimeSource;
import io.httpconnector.TimedOutException;
import io.httpconnector.TransferException;
import io.httpconnector.auth.internal.FailedAttempts;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.WeakHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Renews the tokens of one account: by the refresh token, or by the grant if it needs no user. New tokens are stored before they
 * are used. The caller holds the lease of the account.
 */
final class TokenRefresher {

    /** The time between renewals after one has failed, or its token was rejected. */
    static final Duration MIN_RENEWAL_INTERVAL = Duration.ofSeconds(10);

    private static final Logger LOG = LoggerFactory.getLogger(OAuth2.class);

    /** The failed requests, shared by all connections with the same store. */
    private static final Map<TokenStore, FailedAttempts> FAILED = Collections.synchronizedMap(new WeakHashMap<>());
    /** Makes fingerprints of secrets in memory useless for dictionary attacks. */
    private static final String SALT = UUID.randomUUID().toString();

    private final OAuth2ClientConfig settings;
    private final AuthContext context;
    private final String connection;
    private final AccountTokens account;
    private final AuthorizationServerClient server;
    private final TimeSource timeSource;
    private final FailedAttempts failed;
    private final TokenRequestPolicy requests;
    private final UnsavedTokens unsaved;

    TokenRefresher(
            OAuth2ClientConfig settings, AuthContext context, AccountTokens account, AuthorizationServerClient server) {
        this.settings = settings;
        this.context = context;
        this.connection = context.connection();
        this.account = account;
        this.server = server;
        this.timeSource = settings.timeSource();
        this.failed = FAILED.computeIfAbsent(settings.tokens(), unused -> new FailedAttempts());
        this.unsaved = UnsavedTokens.of(settings.tokens());
        this.requests = new TokenRequestPolicy(timeSource);
    }

    /**
     * Returns the stored access token if it is valid; otherwise renews it.
     *
     * @param rejected the access token that the service has rejected; null for none
     */
    ValidToken validOrRenewed(@Nullable String rejected) {
        StoredTokens stored = account.read().orElse(null);
        return keepingOld(stored, rejected, () -> {
            unsaved.saveAgain(account);
            return validOrRenewed(account.read().orElse(null), rejected);
        });
    }

    private ValidToken validOrRenewed(@Nullable StoredTokens stored, @Nullable String rejected) {
        ValidToken valid = validOrNull(stored, rejected);
        return valid != null ? valid : renew(stored, rejected);
    }

    /** Returns the access token of stored tokens if it need not be renewed; null otherwise. */
    @Nullable ValidToken validOrNull(@Nullable StoredTokens tokens, @Nullable String rejected) {
        ValidToken candidate = tokens == null ? null : ValidToken.of(tokens, settings);
        if (candidate == null) {
            return null;
        }
        return timeSource.now().toEpochMilli() < candidate.freshUntil() && !candidate.isRejected(rejected)
                ? candidate
                : null;
    }

    /** Stores the tokens of a new consent; forgets the failures of the old ones. */
    void replace(StoredTokens tokens) {
        failed.clear(account.key());
        account.write(tokens);
        unsaved.forget(account);
    }

    /** Forgets tokens that could not be stored. */
    void forgetUnsaved() {
        unsaved.forget(account);
    }

    private ValidToken renew(@Nullable StoredTokens old, @Nullable String rejected) {
        return keepingOld(
                old,
                rejected,
                () -> settings.grant() instanceof NonInteractiveGrant grant
                        ? requestTokens(grant, old, rejected)
                        : refresh(old, rejected));
    }

    private ValidToken requestTokens(NonInteractiveGrant grant, @Nullable StoredTokens old, @Nullable String rejected) {
        String refreshToken = old == null ? null : old.refreshToken();
        if (old != null && refreshToken != null && old.refusal() == null && grant.prefersRefresh()) {
            try {
                return refresh(old, rejected);
            } catch (AuthorizationRequiredException e) {
                LOG.debug("\"{}\": requests new tokens: {}", connection, e.getMessage());
            }
        }
        StoredTokens obtained =
                attempt(null, () -> server.exchange(null, null, Map.of(), grant::requestTokens), StoredTokens::expiry);
        return store(obtained, refreshToken);
    }

    /** Sends a token request, unless the backoff of a failed one has not ended. */
    private <T> T attempt(@Nullable String refreshToken, Supplier<T> request, Function<T, Optional<Instant>> expiry) {
        String credentials = TokenStoreCodec.fingerprint(SALT, settings.credentials(refreshToken));
        return failed.attempt(account.key(), credentials, requests, () -> context.requestCredentials(request, expiry));
    }

    private ValidToken refresh(@Nullable StoredTokens old, @Nullable String rejected) {
        String refreshToken = old == null ? initialRefreshToken() : old.refreshToken();
        if (refreshToken == null) {
            throw authorizationRequired(
                    "the access token is no longer valid, and the service issued no refresh token", null, null);
        }
        if (old != null && old.refusal() != null) {
            throw authorizationRequired(old.refusal(), old.error(), null);
        }
        return attempt(
                refreshToken,
                () -> refreshAndStore(boundToServer(old, refreshToken), refreshToken, rejected),
                token -> token.tokens().expiry());
    }

    private String initialRefreshToken() {
        if (settings.grant() instanceof RefreshTokenGrant given) {
            return given.first().reveal();
        }
        throw authorizationRequired(
                "there is no consent yet: send the user through an AuthorizationCodeFlow", null, null);
    }

    /** Returns the tokens, which may be refreshed at the current authorization server. */
    private StoredTokens boundToServer(@Nullable StoredTokens old, String refreshToken) {
        Issuer issuer = server.server().issuer();
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
            server.endpoint(old.client(), old.fields()).checkRefresh(old.issuer());
            return old;
        } catch (AuthorizationRequiredException e) {
            server.forgetServer();
            throw e;
        }
    }

    private ValidToken refreshAndStore(StoredTokens old, String refreshToken, @Nullable String rejected) {
        StoredTokens begun = old.refreshing(timeSource.now().toEpochMilli());
        account.write(begun);
        StoredTokens found = account.read().orElse(null);
        if (found != null && (found.refusal() != null || !refreshToken.equals(found.refreshToken()))) {
            // The store released the lease in order to write, and another process has refreshed the tokens.
            return validOrRenewed(found, rejected);
        }
        boolean lost = old.refreshBegan() != null || (found != null && !found.equals(begun));
        return store(sendRefresh(lost ? begun : old, begun, refreshToken), refreshToken);
    }

    private ValidToken store(StoredTokens tokens, @Nullable String spent) {
        // Stored before they are used: if the new refresh token were lost, the user would have to consent again.
        unsaved.save(account, tokens, spent);
        LOG.debug("\"{}\": {}", connection, tokens);
        return Objects.requireNonNull(ValidToken.of(tokens, settings));
    }

    private StoredTokens sendRefresh(StoredTokens old, StoredTokens begun, String refreshToken) {
        boolean lost = old.refreshBegan() != null;
        for (int attempt = 1; ; attempt++) {
            try {
                return server.exchange(
                        old.client(), null, old.fields(), endpoint -> endpoint.refresh(begun, refreshToken));
            } catch (OAuth2Exception e) {
                if (e.error().filter(server::endsGrant).isPresent()) {
                    // A lease can be lost unnoticed; tokens that another process got meanwhile are valid.
                    StoredTokens others = account.read().orElse(begun);
                    if (!refreshToken.equals(others.refreshToken())) {
                        return others;
                    }
                    throw refreshRejected(begun, e, lost);
                }
                account.write(old);
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
                account.write(lost ? begun : old);
                throw e;
            }
        }
    }

    private AuthorizationRequiredException refreshRejected(StoredTokens old, OAuth2Exception e, boolean lost) {
        String why = "the refresh token is no longer accepted (" + e.getMessage() + ")"
                + (lost
                        ? "; an earlier refresh was sent, but its response was not received or not stored: the service has"
                                + " already used up the refresh token"
                        : "");
        String error = e.error().orElse(null);
        account.write(old.refused(why, error));
        return authorizationRequired(why, error, e);
    }

    private AuthorizationRequiredException authorizationRequired(
            String why, @Nullable String error, @Nullable OAuth2Exception cause) {
        return new AuthorizationRequiredException(
                "\"" + connection + "\" needs the user's authorization: " + why, error, cause);
    }

    /** Falls back to the old token after a failed renewal, as long as it has not expired. */
    private ValidToken keepingOld(@Nullable StoredTokens old, @Nullable String rejected, Supplier<ValidToken> renewal) {
        try {
            return renewal.get();
        } catch (InvalidDefinitionException e) {
            throw e;
        } catch (ConnectorException e) {
            return validDespite(e, old == null ? null : ValidToken.of(old, settings), rejected);
        }
    }

    /** Returns a known token to be used for a while, unless it has expired or was rejected: then the failure is thrown. */
    ValidToken validDespite(ConnectorException failure, @Nullable ValidToken known, @Nullable String rejected) {
        long now = timeSource.now().toEpochMilli();
        if (known == null || now >= known.validUntil() || known.isRejected(rejected)) {
            throw failure;
        }
        LOG.warn(
                "\"{}\": the access token could not be renewed and is used until it expires: {}",
                connection,
                failure.getMessage());
        return known.renewedAt(now + MIN_RENEWAL_INTERVAL.toMillis());
    }
}
