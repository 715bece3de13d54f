package io.httpconnector.auth;

import com.fasterxml.jackson.core.JsonPointer;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.JsonSupport;
import io.httpconnector.Request;
import io.httpconnector.Response;
import io.httpconnector.Secret;
import io.httpconnector.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Describes a login; begin with {@link LoginAuth#by}. For one thread; what it builds is for all. */
public final class LoginAuthBuilder {

    private final @Nullable Supplier<Request> login;
    private final List<String> problems = new ArrayList<>();
    private Function<Response, @Nullable String> token = LoginSession.at(JsonPointer.compile("/token"));
    private String tokenPlace = "/token";
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
     * Where the answer has the token.
     *
     * @param path a JSON pointer, RFC 6901; empty when the whole body is the token, as JSON or as plain text
     * @return this
     */
    public LoginAuthBuilder token(String path) {
        return token(LoginSession.at(pointer("token", path)), "".equals(path) ? "its body" : path);
    }

    /**
     * The token is in a header field of the answer.
     *
     * @param name the field name
     * @return this
     */
    public LoginAuthBuilder tokenHeader(String name) {
        if (isThere("token header", name)) {
            token(response -> response.headers().first(name).orElse(null), "the header " + name);
        }
        return this;
    }

    /**
     * The token is the value of a cookie that the answer sets.
     *
     * @param name the cookie's name
     * @return this
     */
    public LoginAuthBuilder tokenCookie(String name) {
        if (isThere("token cookie", name)) {
            token(LoginSession.cookie(name), "the cookie " + name);
        }
        return this;
    }

    private LoginAuthBuilder token(Function<Response, @Nullable String> source, String place) {
        this.token = source;
        this.tokenPlace = place;
        return this;
    }

    /**
     * Where the answer says when the token expires. Without it, and without a {@link #lifetime}, a token is used until the
     * service refuses it.
     *
     * @param path a JSON pointer
     * @param meaning what the value means
     * @return this
     */
    public LoginAuthBuilder expires(String path, ExpiryFormat meaning) {
        this.expires = pointer("expires", path);
        if (isThere("expires", meaning)) {
            this.expiresAs = meaning;
        }
        return this;
    }

    /**
     * How long a token lives when the answer does not say so.
     *
     * @param lifetime a positive time
     * @return this
     */
    public LoginAuthBuilder lifetime(Duration lifetime) {
        if (isThere("lifetime", lifetime) && (lifetime.isNegative() || lifetime.isZero())) {
            problems.add("lifetime: " + lifetime + " is not positive");
        }
        this.lifetime = lifetime;
        return this;
    }

    /**
     * Something in the answer that the connection's base URL needs: {@code {{auth.name}}}.
     *
     * @param name the name of the field
     * @param path a JSON pointer
     * @return this
     */
    public LoginAuthBuilder field(String name, String path) {
        if (isThere("field", name)) {
            fields.put(name, pointer("field " + name, path));
        }
        return this;
    }

    /**
     * What is done with the token; by default {@link CustomAuth#bearer}.
     *
     * @param use makes a strategy of a token, such as {@code token -> CustomAuth.cookie("session", token)}
     * @return this
     */
    public LoginAuthBuilder use(Function<Secret, CustomAuth> use) {
        if (isThere("use", use)) {
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
        if (isThere("timeSource", timeSource)) {
            this.timeSource = timeSource;
        }
        return this;
    }

    /**
     * Builds the strategy. Nothing is sent yet.
     *
     * @return the strategy
     * @throws InvalidDefinitionException when something is missing or wrong: lists all of it
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
                login, token, tokenPlace, expires, expiresAs, lifetime, Map.copyOf(fields), use, timeSource));
    }

    private JsonPointer pointer(String what, String path) {
        if (isThere(what, path)) {
            try {
                return JsonSupport.pointer(path);
            } catch (InvalidDefinitionException e) {
                problems.add(what + ": " + e.problems().get(0));
            }
        }
        return JsonPointer.empty();
    }

    private boolean isThere(String what, @Nullable Object value) {
        if (value == null) {
            problems.add(what + ": it is null");
        }
        return value != null;
    }
}
