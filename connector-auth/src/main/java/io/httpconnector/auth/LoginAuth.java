package io.httpconnector.auth;

import io.httpconnector.AuthContext;
import io.httpconnector.AuthStrategy;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import java.util.List;
import java.util.function.Supplier;

/**
 * Session login: sends a login request, and adds the token of its response to each request. Logs in once for all threads, again
 * before the token expires, and again when the service rejects it. Immutable; an instance can serve any number of connections.
 *
 * <pre>{@code
 * .auth(LoginAuth.by(Request.post("/session").bodyField("user", "app").bodyField("password", password))
 *         .token("/data/token")
 *         .lifetime(Duration.ofHours(1))
 *         .use(token -> CustomAuth.header("X-Session", token))
 *         .build())
 * }</pre>
 *
 * <p>After the service has rejected a login, the next login waits for half a minute, then for a minute, and so on up to 15 minutes,
 * so that the account is not locked. After a failure with {@code Retry-After} it waits as long as the service requests.
 */
public final class LoginAuth implements AuthStrategy {

    private final LoginSettings settings;

    LoginAuth(LoginSettings settings) {
        this.settings = settings;
    }

    /**
     * Creates a builder. By default the token is at {@code /token} in the response, and is sent as a bearer token. A redirect to
     * another origin is refused, because a token of another server is none of the service.
     *
     * @param login the login request, with an absolute URL or one relative to the connection's base URL
     * @return a builder
     */
    public static LoginAuthBuilder by(Request login) {
        return new LoginAuthBuilder(login == null ? null : () -> login);
    }

    /**
     * Creates a builder with a request that is created for each login, for passwords that a vault rotates.
     *
     * @param login creates the login request; called by a thread of the library
     * @return a builder
     */
    public static LoginAuthBuilder by(Supplier<Request> login) {
        return new LoginAuthBuilder(login);
    }

    @Override
    public AuthStrategy open(AuthContext context) {
        return new LoginSession(settings, context);
    }

    /**
     * Not supported: only a connection can log in.
     *
     * @throws InvalidDefinitionException always
     */
    @Override
    public Request apply(Request request) {
        throw new InvalidDefinitionException(
                "login", List.of("a connection must open the strategy first: call open(...) before apply(...)"));
    }

    @Override
    public String toString() {
        return "LoginAuth";
    }
}
