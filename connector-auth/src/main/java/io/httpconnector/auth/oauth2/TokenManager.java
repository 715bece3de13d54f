package io.httpconnector.auth.oauth2;

import io.httpconnector.AuthContext;
import io.httpconnector.AuthStrategy;
import io.httpconnector.ConnectorException;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.Response;
import io.httpconnector.TimeSource;
import io.httpconnector.auth.internal.ErrorText;
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
 * The tokens of one connection: adds the access token to each request, and replaces it before it expires or after the
 * service has rejected it. All threads wait for one renewal; all processes wait for the one that holds the lease of the store.
 */
final class TokenManager implements AuthStrategy {

    private static final Logger LOG = LoggerFactory.getLogger(OAuth2.class);

    /** Longer than a token request may take, so that waiting threads find its tokens. */
    private static final Duration LEASE_TIMEOUT = Duration.ofMinutes(2);

    private final OAuth2ClientConfig settings;
    private final AuthContext context;
    private final String connection;
    private final String headerName;
    private final TimeSource timeSource;
    private final AccountTokens account;
    private final AuthorizationServerClient server;
    private final TokenRefresher refresher;
    private final Function<Request, ValidToken> renewal;
    private volatile @Nullable ValidToken current;
    private volatile @Nullable String rejected;

    TokenManager(OAuth2ClientConfig settings, AuthContext context) {
        this.settings = settings;
        this.context = context;
        this.connection = context.connection();
        String name = settings.definition().accessTokenHeader();
        this.headerName = name == null ? "Authorization" : name;
        this.timeSource = settings.timeSource();
        this.account =
                new AccountTokens(settings, connection, settings.definition().useToken(), LEASE_TIMEOUT);
        this.server = new AuthorizationServerClient(settings, context, LEASE_TIMEOUT);
        this.refresher = new TokenRefresher(settings, context, account, server);
        if (settings.discoversFromService() && settings.hasSecrets() && settings.tokens() instanceof MemoryTokenStore) {
            LOG.warn(
                    "\"{}\": the token store in memory is lost when the process ends, and with it the authorization server that the"
                            + " client secret belongs to: use a durable store, or discover(issuer)",
                    connection);
        }
        this.renewal = context.singleFlight(this::obtain);
    }

    @Override
    public Request apply(Request request) {
        return request.header(headerName, currentOrRenewed(request).header());
    }

    private ValidToken currentOrRenewed(Request request) {
        ValidToken known = current;
        return known == null || timeSource.now().toEpochMilli() >= known.freshUntil() ? renewal.apply(request) : known;
    }

    @Override
    public Map<String, String> fields(Request request) {
        if (!settings.hasTokenFields()) {
            return settings.fields();
        }
        Map<String, String> fields = new HashMap<>(settings.fields());
        fields.putAll(currentOrRenewed(request).tokens().fields());
        return fields;
    }

    @Override
    public boolean refresh(Request rejectedRequest, Response response) {
        ValidToken known = current;
        if (known == null
                || !rejectedRequest
                        .header(headerName)
                        .equals(Optional.of(known.header().reveal()))) {
            return true;
        }
        StepUpChallenge challenge = StepUpChallenge.of(response);
        if (challenge != null) {
            // Another token by the same grant would have the same scopes.
            return !(settings.grant() instanceof NonInteractiveGrant) && stepUp(challenge, known);
        }
        long age = timeSource.now().toEpochMilli() - known.tokens().obtainedAt();
        // The age is negative if another process has another clock, or the clock was set back.
        if (age >= 0 && age < TokenRefresher.MIN_RENEWAL_INTERVAL.toMillis()) {
            return false;
        }
        String old = known.tokens().accessToken();
        rejected = old;
        ValidToken next = renewal.apply(rejectedRequest);
        // A renewal that read the store before the rejection may have found the old token again.
        return !(next.isRejected(old) ? renewal.apply(rejectedRequest) : next).isRejected(old);
    }

    /** Uses the tokens of another consent if there are any; otherwise the user must consent again. */
    private boolean stepUp(StepUpChallenge challenge, ValidToken insufficient) {
        Optional<StoredTokens> stored = account.read();
        ValidToken other =
                refresher.validOrNull(stored.orElse(null), insufficient.tokens().accessToken());
        if (other != null) {
            adopt(other);
            return true;
        }
        StoredTokens granted = stored.orElse(insufficient.tokens());
        account.require(challenge.beside(
                granted.scopes(settings.scopes()), account.stepUp().orElse(null)));
        throw new AuthorizationRequiredException(
                "\"" + connection + "\" needs the user's authorization: the service requires "
                        + challenge.description(),
                challenge);
    }

    /** Returns the challenge of the service that the next consent must fulfil. */
    Optional<StepUpChallenge> stepUp() {
        return account.stepUp();
    }

    /** Revokes the tokens, RFC 7009, and removes them from the store. */
    void revoke() {
        TokenStore.Lease lease = account.lease();
        try {
            account.read()
                    .filter(tokens -> tokens.refusal() == null)
                    .filter(tokens -> tokens.issuer() != null || !settings.discoversFromService())
                    .ifPresent(server::revoke);
            account.remove();
            current = null;
            refresher.forgetUnsaved();
        } finally {
            lease.close();
        }
    }

    Optional<StoredTokens> tokens() {
        return account.read();
    }

    /** Returns the settings as configured. */
    OAuth2ClientConfig settings() {
        return settings;
    }

    /** Returns the client at the authorization server. */
    AuthorizationServerClient server() {
        return server;
    }

    /** Returns the store key of the tokens. */
    String key() {
        return account.key();
    }

    /** Gets and stores the tokens of a new consent; they replace the old ones. */
    StoredTokens storeConsent(Supplier<Consent> response) {
        TokenStore.Lease lease = account.lease();
        try {
            StoredTokens tokens = context.requestCredentials(() -> store(response.get()), StoredTokens::expiry);
            LOG.debug("\"{}\": new consent, {}", connection, tokens);
            adopt(Objects.requireNonNull(ValidToken.of(tokens, settings)));
            return tokens;
        } finally {
            lease.close();
        }
    }

    private StoredTokens store(Consent consent) {
        StoredTokens tokens = consent.tokens();
        checkScopes(tokens);
        refresher.replace(tokens);
        account.removeStepUp();
        consent.additional()
                .forEach((name, token) -> new AccountTokens(settings, connection, name, LEASE_TIMEOUT).write(token));
        return tokens;
    }

    private void checkScopes(StoredTokens tokens) {
        Set<String> missing = tokens.missingScopes(settings.scopes());
        if (Boolean.TRUE.equals(settings.definition().requireScopes()) && !missing.isEmpty()) {
            throw new AuthorizationRequiredException(
                    "\"" + connection + "\" needs the user's authorization: the consent lacks the scopes "
                            + ErrorText.singleLine(String.join(", ", missing)),
                    StepUpChallenge.INSUFFICIENT_SCOPE,
                    null);
        }
    }

    private ValidToken obtain() {
        try {
            return storedOrRenewed();
        } catch (OAuth2Exception | InvalidDefinitionException e) {
            throw e;
        } catch (ConnectorException e) {
            // Such as a store that is unavailable.
            return adopt(refresher.validDespite(e, current, rejected));
        }
    }

    /** Returns the stored token if it is valid; otherwise renews it while holding the lease. */
    private ValidToken storedOrRenewed() {
        ValidToken stored = refresher.validOrNull(account.read().orElse(null), rejected);
        if (stored != null) {
            return adopt(stored);
        }
        TokenStore.Lease lease = account.lease();
        try {
            return adopt(refresher.validOrRenewed(rejected));
        } finally {
            lease.close();
        }
    }

    private ValidToken adopt(ValidToken next) {
        current = next;
        return next;
    }

    @Override
    public String toString() {
        return "OAuth2 of \"" + connection + "\"";
    }
}
