package io.httpconnector.auth;

import com.fasterxml.jackson.core.JsonPointer;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.Response;
import io.httpconnector.Secret;
import io.httpconnector.TimeSource;
import io.httpconnector.internal.json.JsonSupport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Builder for {@link LoginAuth}; created by {@link LoginAuth#by}. Not thread-safe; the instances it builds are. */
public final class LoginAuthBuilder {

    private final @Nullable Supplier<Request> login;
    private final List<String> problems = new ArrayList<>();
    private Function<Response, @Nullable String> token = LoginSession.at(JsonPointer.compile("/token"));
    private String tokenLocation = "/token";
    private @Nullable JsonPointer expires;
    private ExpiryFormat expiresAs = ExpiryFormat.SECONDS;
    private @Nullable Duration lifetime;
    private final Map<String, JsonPointer> fields = new HashMap<>();
    private Function<Secret, CustomAuth> use = CustomAuth::bearer;
    private TimeSource timeSource = TimeSource.SYSTEM;

    LoginAuthBuilder(@Nullable Supplier<Request> login) {
        this.login = login;
    }

    /**
     * Sets the location of the token in the response. Default: {@code /token}.
     *
     * @param path a JSON pointer, RFC 6901; empty if the whole body is the token, as JSON or as plain text
     * @return this
     */
    public LoginAuthBuilder token(String path) {
        return token(LoginSession.at(pointer("token", path)), "".equals(path) ? "its body" : path);
    }

    /**
     * Reads the token from a header field of the response.
     *
     * @param name the field name
     * @return this
     */
    public LoginAuthBuilder tokenHeader(String name) {
        if (isPresent("token header", name)) {
            token(response -> response.headers().first(name).orElse(null), "the header " + name);
        }
        return this;
    }

    /**
     * Reads the token from a cookie that the response sets.
     *
     * @param name the cookie's name
     * @return this
     */
    public LoginAuthBuilder tokenCookie(String name) {
        if (isPresent("token cookie", name)) {
            token(LoginSession.cookie(name), "the cookie " + name);
        }
        return this;
    }

    private LoginAuthBuilder token(Function<Response, @Nullable String> source, String location) {
        this.token = source;
        this.tokenLocation = location;
        return this;
    }

    /**
     * Sets the location and format of the token expiry in the response. Without it, and without a {@link #lifetime}, a token is used
     * until the service rejects it.
     *
     * @param path a JSON pointer
     * @param meaning the format of the value
     * @return this
     */
    public LoginAuthBuilder expires(String path, ExpiryFormat meaning) {
        this.expires = pointer("expires", path);
        if (isPresent("expires", meaning)) {
            this.expiresAs = meaning;
        }
        return this;
    }

    /**
     * Sets the lifetime of a token if the response has none.
     *
     * @param lifetime a positive duration
     * @return this
     */
    public LoginAuthBuilder lifetime(Duration lifetime) {
        if (isPresent("lifetime", lifetime) && (lifetime.isNegative() || lifetime.isZero())) {
            problems.add("lifetime: " + lifetime + " is not positive");
        }
        this.lifetime = lifetime;
        return this;
    }

    /**
     * Adds a value of the response to those for the connection's base URL: {@code {{auth.name}}}.
     *
     * @param name the name of the field
     * @param path a JSON pointer
     * @return this
     */
    public LoginAuthBuilder field(String name, String path) {
        if (isPresent("field", name)) {
            fields.put(name, pointer("field " + name, path));
        }
        return this;
    }

    /**
     * Sets how the token is sent. Default: {@link CustomAuth#bearer}.
     *
     * @param use creates a strategy from a token, such as {@code token -> CustomAuth.cookie("session", token)}
     * @return this
     */
    public LoginAuthBuilder use(Function<Secret, CustomAuth> use) {
        if (isPresent("use", use)) {
            this.use = use;
        }
        return this;
    }

    /**
     * Sets the time source by which tokens expire, for tests. Default: the system time.
     *
     * @param timeSource the time source
     * @return this
     */
    public LoginAuthBuilder timeSource(TimeSource timeSource) {
        if (isPresent("timeSource", timeSource)) {
            this.timeSource = timeSource;
        }
        return this;
    }

    /**
     * Builds the strategy. Nothing is sent yet.
     *
     * @return the strategy
     * @throws InvalidDefinitionException if a value is missing or invalid; reports all problems
     */
    public LoginAuth build() {
        List<String> found = new ArrayList<>(problems);
        if (login == null) {
            found.add("request: it is null");
        }
        if (login == null || !found.isEmpty()) {
            throw new InvalidDefinitionException("login", found);
        }
        return new LoginAuth(new LoginSettings(
                login, token, tokenLocation, expires, expiresAs, lifetime, Map.copyOf(fields), use, timeSource));
    }

    private JsonPointer pointer(String what, String path) {
        if (isPresent(what, path)) {
            try {
                return JsonSupport.pointer(path);
            } catch (InvalidDefinitionException e) {
                problems.add(what + ": " + e.problems().get(0));
            }
        }
        return JsonPointer.empty();
    }

    private boolean isPresent(String what, @Nullable Object value) {
        if (value == null) {
            problems.add(what + ": it is null");
        }
        return value != null;
    }
}
