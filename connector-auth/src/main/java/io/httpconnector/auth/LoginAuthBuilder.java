package io.httpconnector.auth;

import com.fasterxml.jackson.core.JsonPointer;
import io.httpconnector.AuthStrategy;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.Response;
import io.httpconnector.Secret;
import io.httpconnector.TimeSource;
import io.httpconnector.internal.json.JsonSupport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Builder for {@link LoginAuth}; created by {@link LoginAuth#by}. Not thread-safe; the instances it builds are. */
public final class LoginAuthBuilder {

    private final List<LoginSettings.LoginStep> steps = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();
    private BiFunction<Response, List<String>, @Nullable String> token =
            ofResponse(LoginResponse.at(JsonPointer.compile("/token")));
    private String tokenLocation = "/token";
    private @Nullable JsonPointer expires;
    private ExpiryFormat expiresAs = ExpiryFormat.SECONDS;
    private @Nullable Duration lifetime;
    private boolean keepsCookies;
    private @Nullable BiFunction<Secret, Map<String, Secret>, ? extends AuthStrategy> use;
    private TimeSource timeSource = TimeSource.SYSTEM;

    LoginAuthBuilder(@Nullable Supplier<Request> login) {
        boolean isPresent = isPresent("request", login);
        if (login != null && isPresent) {
            steps.add(new LoginSettings.LoginStep(fields -> login.get(), new LinkedHashMap<>()));
        }
    }

    /**
     * Adds a request that is sent after the previous one, such as one that exchanges a token for another. The token of the login,
     * and its expiry, are in the last response.
     *
     * @param next creates the request from the {@link #field values} of the previous responses
     * @return this
     */
    public LoginAuthBuilder then(Function<Map<String, Secret>, Request> next) {
        if (isPresent("then", next)) {
            steps.add(new LoginSettings.LoginStep(next, new LinkedHashMap<>()));
        }
        return this;
    }

    /**
     * Sets the location of the token in the response. Default: {@code /token}.
     *
     * @param path a JSON pointer, RFC 6901; empty if the whole body is the token, as JSON or as plain text. It also refers to the
     *     fields of a form, and to the elements below the root of an XML document
     * @return this
     */
    public LoginAuthBuilder token(String path) {
        return token(ofResponse(LoginResponse.at(pointer("token", path))), "".equals(path) ? "its body" : path);
    }

    /**
     * Reads the token from a header field of the response.
     *
     * @param name the field name
     * @return this
     */
    public LoginAuthBuilder tokenHeader(String name) {
        if (isPresent("token header", name)) {
            token(LoginResponse.header(name), "the header " + name);
        }
        return this;
    }

    /**
     * Reads the token from a cookie that the response sets, or a redirect to it.
     *
     * @param name the cookie's name
     * @return this
     */
    public LoginAuthBuilder tokenCookie(String name) {
        if (isPresent("token cookie", name)) {
            token(LoginResponse.cookie(name), "the cookie " + name);
        }
        return this;
    }

    /**
     * Sends the cookies that the responses and redirects set with each request, also with the following requests of the login. The rules for
     * their replacement, host, path and expiry are those of RFC 6265; values are sent as they were received. A new login follows
     * when a cookie of the last response, or of a redirect to it, expires. A token is then optional, and only sent by {@link #use}.
     *
     * @return this
     */
    public LoginAuthBuilder keepCookies() {
        this.keepsCookies = true;
        return this;
    }

    private static BiFunction<Response, List<String>, @Nullable String> ofResponse(
            Function<Response, @Nullable String> source) {
        return (response, fields) -> source.apply(response);
    }

    private LoginAuthBuilder token(BiFunction<Response, List<String>, @Nullable String> source, String location) {
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
     * Keeps a value of the response to the previous request, for the following requests, for {@link #useFields}, and for the
     * connection's base URL: {@code {{auth.name}}}.
     *
     * @param name the name of the field
     * @param path a JSON pointer; it also refers to the fields of a form, and to the elements below the root of an XML document
     * @return this
     */
    public LoginAuthBuilder field(String name, String path) {
        return isPresent("field", name)
                ? field(name, ofResponse(LoginResponse.at(pointer("field " + name, path))))
                : this;
    }

    /**
     * Keeps a header field of the response to the previous request, such as a CSRF token, like {@link #field}.
     *
     * @param name the name of the value
     * @param header the name of the header field
     * @return this
     */
    public LoginAuthBuilder fieldHeader(String name, String header) {
        return isPresent("field", name) && isPresent("header of field " + name, header)
                ? field(name, LoginResponse.header(header))
                : this;
    }

    /**
     * Keeps the value of a cookie that the response to the previous request sets, like {@link #field}.
     *
     * @param name the name of the value
     * @param cookie the name of the cookie
     * @return this
     */
    public LoginAuthBuilder fieldCookie(String name, String cookie) {
        return isPresent("field", name) && isPresent("cookie of field " + name, cookie)
                ? field(name, LoginResponse.cookie(cookie))
                : this;
    }

    private LoginAuthBuilder field(String name, BiFunction<Response, List<String>, @Nullable String> source) {
        if (!steps.isEmpty()) {
            steps.get(steps.size() - 1).fields().put(name, source);
        }
        return this;
    }

    /**
     * Sets how the token is sent. Default: {@link CustomAuth#bearer}.
     *
     * @param use creates a strategy from a token, such as {@code token -> CustomAuth.cookie("session", token)}; it is applied
     *     without being opened for the connection
     * @return this
     */
    public LoginAuthBuilder use(Function<Secret, ? extends AuthStrategy> use) {
        return isPresent("use", use) ? useFields((token, fields) -> use.apply(token)) : this;
    }

    /**
     * Sets how the token is sent, together with other values of the responses.
     *
     * @param use creates a strategy from the token and the {@link #field values} of the responses
     * @return this
     */
    public LoginAuthBuilder useFields(BiFunction<Secret, Map<String, Secret>, ? extends AuthStrategy> use) {
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
        if (!problems.isEmpty()) {
            throw new InvalidDefinitionException("login", List.copyOf(problems));
        }
        boolean requiresToken = !keepsCookies || use != null;
        boolean isBearer = !keepsCookies;
        return new LoginAuth(new LoginSettings(
                List.copyOf(steps),
                token,
                tokenLocation,
                expires,
                expiresAs,
                lifetime,
                keepsCookies,
                requiresToken,
                use != null ? use : (found, fields) -> isBearer ? CustomAuth.bearer(found) : CustomAuth.nothing(),
                timeSource));
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
