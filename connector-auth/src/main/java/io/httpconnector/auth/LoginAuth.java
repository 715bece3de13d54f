package io.httpconnector.auth;

import io.httpconnector.AuthContext;
import io.httpconnector.AuthStrategy;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import java.util.List;
import java.util.function.Supplier;

/**
 * Logs in by a request of the service's own, and sends the token that it answers with each request: once for all threads,
 * again before the token expires, and again when the service refuses it. Immutable; one can serve any number of connections.
 *
 * <pre>{@code
 * .auth(LoginAuth.by(Request.post("/session").bodyField("user", "app").bodyField("password", password))
 *         .token("/data/token")
 *         .lifetime(Duration.ofHours(1))
 *         .use(token -> CustomAuth.header("X-Session", token))
 *         .build())
 * }</pre>
 *
 * <p>A login that the service refuses is not repeated for half a minute, then for a minute, and so on up to 15 minutes, so that
 * no account is locked by ours; nor is one that failed with {@code Retry-After}, for as long as that says.
 */
public final class LoginAuth implements AuthStrategy {

    private final LoginSettings settings;

    LoginAuth(LoginSettings settings) {
        this.settings = settings;
    }

    /**
     * Describes the login. The token is at {@code /token} and goes into the {@code Authorization} header, unless the builder is
     * told otherwise.
     *
     * @param login the request, with a URL below the connection's base URL or an absolute one
     * @return a builder
     */
    public static LoginAuthBuilder by(Request login) {
        return new LoginAuthBuilder(login == null ? null : () -> login);
    }

    /**
     * As {@link #by(Request)}, with a request that is made for each login: for passwords that a vault rotates.
     *
     * @param login makes the request; called by a thread of the library
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
     * Refuses: only a connection can log in.
     *
     * @throws InvalidDefinitionException always
     */
    @Override
    public Request apply(Request request) {
        throw new InvalidDefinitionException(
                "login",
                List.of("a connection must open it first: whoever calls apply(...) has to call open(...) before"));
    }

    @Override
    public String toString() {
        return "LoginAuth";
    }
}
