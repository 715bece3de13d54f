package io.httpconnector.auth;

import io.httpconnector.AuthContext;
import io.httpconnector.AuthStrategy;
import io.httpconnector.ConnectorException;
import io.httpconnector.Request;
import io.httpconnector.Response;
import io.httpconnector.Secret;
import io.httpconnector.StatusException;
import io.httpconnector.TimeSource;
import io.httpconnector.auth.internal.Challenge;
import io.httpconnector.auth.internal.FailedAttempts;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The login of one connection: holds the current token and replaces it. */
final class LoginSession implements AuthStrategy {

    /** A token is replaced this long before it expires, but at most a quarter of its lifetime. */
    private static final Duration REFRESH_BEFORE = Duration.ofMinutes(1);
    /** A younger token is not replaced, even if the service rejects it. */
    private static final Duration MIN_AGE = Duration.ofSeconds(10);

    private static final Duration REJECTED_BACKOFF = Duration.ofSeconds(30);

    private final LoginSettings settings;
    private final AuthContext context;
    private final TimeSource timeSource;
    private final Function<Request, ValidLogin> login;
    private volatile @Nullable ValidLogin current;
    private volatile long rejectedUntil = Long.MIN_VALUE;
    private final FailedAttempts failed = new FailedAttempts();
    private final FailedAttempts.Policy policy = new Policy();

    /** The result of a login; times in milliseconds since 1970. */
    private record ValidLogin(
            AuthStrategy auth,
            Map<String, String> fields,
            long since,
            @Nullable Duration lifetime) {

        /** The time until which it is used. */
        long freshUntil() {
            return lifetime == null
                    ? Long.MAX_VALUE
                    : since + lifetime.toMillis() - Math.min(REFRESH_BEFORE.toMillis(), lifetime.toMillis() / 4);
        }

        Optional<Instant> expiry() {
            return Optional.ofNullable(lifetime)
                    .map(life -> Instant.ofEpochMilli(since).plus(life));
        }
    }

    LoginSession(LoginSettings settings, AuthContext context) {
        this.settings = settings;
        this.context = context;
        this.timeSource = settings.timeSource();
        this.login = context.singleFlight(this::login);
    }

    @Override
    public Request apply(Request request) {
        return usable(request).auth.apply(request);
    }

    @Override
    public Map<String, String> fields(Request request) {
        return !settings.hasFields() ? Map.of() : usable(request).fields;
    }

    private ValidLogin usable(Request request) {
        ValidLogin known = usable();
        return known == null ? login.apply(request) : known;
    }

    private @Nullable ValidLogin usable() {
        ValidLogin known = current;
        boolean good =
                known != null && timeSource.now().toEpochMilli() < known.freshUntil() && known.since > rejectedUntil;
        return good ? known : null;
    }

    /** The token of the request is unknown here: if the current one is young, another thread was rejected before, and has logged in. */
    @Override
    public boolean refresh(Request rejected, Response response) {
        if (Challenge.stepUp(response.headers().all("WWW-Authenticate")).isPresent()) {
            return false;
        }
        ValidLogin known = current;
        long age = known == null ? 0 : timeSource.now().toEpochMilli() - known.since;
        // The age is negative if the clock was set back.
        if (known != null && (age < 0 || age >= MIN_AGE.toMillis())) {
            rejectedUntil = known.since;
            var unused = login.apply(rejected);
        }
        return true;
    }

    /** Called by one thread at a time. */
    private ValidLogin login() {
        ValidLogin known = usable();
        if (known != null) {
            return known;
        }
        return failed.attempt(
                "login", "", policy, () -> context.requestCredentials(this::sendLogin, ValidLogin::expiry));
    }

    private ValidLogin sendLogin() {
        try {
            ValidLogin next = sendSteps();
            current = next;
            return next;
        } catch (StatusException e) {
            if (e.status() >= 500 || e.status() == 429) {
                throw e;
            }
            throw new LoginException(
                    "\"" + context.connection() + "\": the login was rejected with status " + e.status(), e);
        }
    }

    /** Remembers a rejection; a failure of the server only for its {@code Retry-After}. */
    private final class Policy implements FailedAttempts.Policy {

        @Override
        public long now() {
            return timeSource.now().toEpochMilli();
        }

        @Override
        public Duration initialBackoff(ConnectorException failure) {
            return failure instanceof LoginException ? REJECTED_BACKOFF : Duration.ZERO;
        }

        @Override
        public ConnectorException withinBackoff(ConnectorException failure, Duration remaining) {
            return new LoginException(
                    "No login is sent until the backoff ends: " + failure.getMessage(), failure, remaining);
        }
    }

    private ValidLogin sendSteps() {
        Map<String, String> fields = new HashMap<>();
        Map<String, Secret> secrets = new HashMap<>();
        LoginCookies cookies = new LoginCookies(timeSource);
        LoginCookies sent = cookies;
        Response response = null;
        for (LoginSettings.LoginStep step : settings.steps()) {
            Request request = step.request().apply(Map.copyOf(secrets));
            // Without keepCookies, they are those of the redirects within this step only.
            sent = settings.keepsCookies() ? cookies : new LoginCookies(timeSource);
            sent.startStep();
            Response received = context.send(request, sent);
            List<String> set = sent.fields();
            step.fields().forEach((name, source) -> {
                String value = source.apply(received, set);
                if (value != null && !value.isEmpty()) {
                    fields.put(name, value);
                    secrets.put(name, Secret.of(value));
                }
            });
            response = received;
        }
        Response last = Objects.requireNonNull(response, "a login has a request");
        return current(last, settings.token().apply(last, sent.fields()), fields, secrets, cookies);
    }

    private ValidLogin current(
            Response response,
            @Nullable String token,
            Map<String, String> fields,
            Map<String, Secret> secrets,
            LoginCookies cookies) {
        boolean isMissing = token == null || token.isEmpty();
        if (isMissing && (settings.requiresToken() || cookies.isEmpty())) {
            throw new LoginException(
                    "\"" + context.connection() + "\": the response to the login has no token in "
                            + settings.tokenLocation()
                            + (cookies.isEmpty() && settings.keepsCookies()
                                    ? ", and no response has set a cookie that can be sent"
                                    : "")
                            + LoginResponse.error(response, text -> context.mask(response, text)),
                    null);
        }
        AuthStrategy use = token == null || isMissing
                ? CustomAuth.nothing()
                : settings.use().apply(Secret.of(token), Map.copyOf(secrets));
        long now = timeSource.now().toEpochMilli();
        return new ValidLogin(
                cookies.isEmpty() ? use : request -> cookies.addTo(use.apply(request), request.uri()),
                Map.copyOf(fields),
                now,
                shorter(
                        lifetime(response),
                        cookies.expiry()
                                .map(end -> Duration.ofMillis(Math.max(0, end.toEpochMilli() - now)))
                                .orElse(null)));
    }

    private static @Nullable Duration shorter(@Nullable Duration one, @Nullable Duration other) {
        return one == null || (other != null && other.compareTo(one) < 0) ? other : one;
    }

    private @Nullable Duration lifetime(Response response) {
        String expires = settings.expires() == null
                ? null
                : LoginResponse.any(settings.expires()).apply(response);
        return expires == null || expires.isEmpty()
                ? settings.lifetime()
                : settings.expiresAs()
                        .lifetime(expires, settings.lifetime(), true, response, timeSource)
                        .orElse(null);
    }

    @Override
    public String toString() {
        return "LoginAuth of \"" + context.connection() + "\"";
    }
}
