package io.httpconnector.auth;

import static io.httpconnector.internal.Arguments.notNull;

import io.httpconnector.AuthStrategy;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.Secret;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

/**
 * HTTP Basic authentication, RFC 7617: user name and password in the {@code Authorization} header, in UTF-8. Immutable and
 * thread-safe.
 *
 * <pre>{@code
 * .auth(BasicAuth.of("user@example.com", Secret.fromEnv("JIRA_TOKEN")))
 * }</pre>
 */
public final class BasicAuth implements AuthStrategy {

    private final Secret credentials;

    private BasicAuth(Secret credentials) {
        this.credentials = credentials;
    }

    /**
     * Creates a strategy for a user. For services that expect an API key as the user name, use {@link #ofKey(Secret)}; for those that
     * expect it as the password, use an empty user name.
     *
     * @param user the user name: no colon, no control characters
     * @param password the password; one by {@link Secret#from} is looked up for each request
     * @return the strategy
     * @throws InvalidDefinitionException if the user name can't be sent
     */
    public static BasicAuth of(String user, Secret password) {
        if (user == null || user.indexOf(':') >= 0 || user.chars().anyMatch(Character::isISOControl)) {
            throw new InvalidDefinitionException(
                    "basic auth",
                    List.of("user: it is null, or has a colon or a control character, which can't be sent"));
        }
        return of(notNull(password, "password").map(value -> user + ":" + value));
    }

    /**
     * Creates a strategy for services that expect an API key as the user name, with an empty password.
     *
     * @param key the key, without a colon
     * @return the strategy
     */
    public static BasicAuth ofKey(Secret key) {
        return of(notNull(key, "key").map(value -> value + ":"));
    }

    private static BasicAuth of(Secret userAndPassword) {
        Secret encoded = userAndPassword.map(
                value -> Base64.getEncoder().encodeToString(value.getBytes(StandardCharsets.UTF_8)));
        return new BasicAuth(encoded.map(value -> "Basic " + value));
    }

    @Override
    public Request apply(Request request) {
        return request.header("Authorization", credentials);
    }

    @Override
    public String toString() {
        return "BasicAuth";
    }
}
