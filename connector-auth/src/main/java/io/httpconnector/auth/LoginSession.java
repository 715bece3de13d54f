package io.httpconnector.auth;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.AuthContext;
import io.httpconnector.AuthStrategy;
import io.httpconnector.ConnectorException;
import io.httpconnector.InvalidResponseException;
import io.httpconnector.Request;
import io.httpconnector.Response;
import io.httpconnector.Secret;
import io.httpconnector.StatusException;
import io.httpconnector.TimeSource;
import io.httpconnector.auth.internal.FailedAttempts;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
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
    private record ValidLogin(CustomAuth auth, Map<String, String> fields, long since, long freshUntil) {}

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
        return settings.fields().isEmpty() ? Map.of() : usable(request).fields;
    }

    private ValidLogin usable(Request request) {
        ValidLogin known = usable();
        return known == null ? login.apply(request) : known;
    }

    private @Nullable ValidLogin usable() {
        ValidLogin known = current;
        boolean good =
                known != null && timeSource.now().toEpochMilli() < known.freshUntil && known.since > rejectedUntil;
        return good ? known : null;
    }

    /** The token of the request is unknown here: if the current one is young, another thread was rejected before, and has logged in. */
    @Override
    public boolean refresh(Request rejected, Response response) {
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
        return failed.attempt("login", "", policy, this::sendLogin);
    }

    private ValidLogin sendLogin() {
        try {
            ValidLogin next = current(context.send(settings.login().get()));
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

    private ValidLogin current(Response response) {
        String token = settings.token().apply(response);
        if (token == null || token.isEmpty()) {
            throw new LoginException(
                    "\"" + context.connection() + "\": the response to the login has no token in "
                            + settings.tokenLocation(),
                    null);
        }
        Map<String, String> fields = new HashMap<>();
        settings.fields().forEach((name, path) -> {
            String value = at(path).apply(response);
            if (value != null) {
                fields.put(name, value);
            }
        });
        long now = timeSource.now().toEpochMilli();
        return new ValidLogin(
                settings.use().apply(Secret.of(token)), Map.copyOf(fields), now, freshUntil(response, now));
    }

    private long freshUntil(Response response, long now) {
        String expires =
                settings.expires() == null ? null : at(settings.expires()).apply(response);
        Duration life = expires == null
                ? settings.lifetime()
                : settings.expiresAs().lifetime(expires, response, timeSource).orElse(settings.lifetime());
        return life == null
                ? Long.MAX_VALUE
                : now + life.toMillis() - Math.min(REFRESH_BEFORE.toMillis(), life.toMillis() / 4);
    }

    /** Returns a value of a JSON response; for the empty path, also plain text. */
    static Function<Response, @Nullable String> at(JsonPointer path) {
        return response -> {
            try {
                JsonNode value = response.json().at(path);
                return value.isValueNode() && !value.isNull() ? value.asText() : null;
            } catch (InvalidResponseException e) {
                return path.matches() ? response.text().strip() : null;
            }
        };
    }

    static Function<Response, @Nullable String> cookie(String name) {
        return response -> response.headers().all("Set-Cookie").stream()
                .map(cookie -> cookie.split(";", 2)[0].split("=", 2))
                .filter(pair -> pair.length == 2 && pair[0].strip().equals(name))
                .map(pair -> pair[1].strip())
                .findFirst()
                .orElse(null);
    }

    @Override
    public String toString() {
        return "LoginAuth of \"" + context.connection() + "\"";
    }
}
