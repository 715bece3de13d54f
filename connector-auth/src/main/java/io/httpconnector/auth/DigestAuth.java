package io.httpconnector.auth;

import io.httpconnector.AuthContext;
import io.httpconnector.AuthStrategy;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.Secret;
import java.util.ArrayList;
import java.util.List;

/**
 * HTTP Digest authentication, RFC 7616, by the strongest algorithm that the service offers: SHA-512/256, SHA-256 or MD5. The first
 * request is sent without credentials, to get a challenge; it can't have a streamed body. An accepted nonce, or the
 * {@code nextnonce} of the response, is used again; if the service rejects it, the request is signed with the new challenge and sent
 * once more. A wrong password is sent once per call. Immutable; an instance can serve any number of connections.
 *
 * <pre>{@code
 * .auth(DigestAuth.of("user", Secret.fromEnv("CAMERA_PASSWORD")))
 * }</pre>
 */
public final class DigestAuth implements AuthStrategy {

    private final String user;
    private final Secret password;
    private final boolean permitsMd5;

    private DigestAuth(String user, Secret password, boolean permitsMd5) {
        this.user = user;
        this.password = password;
        this.permitsMd5 = permitsMd5;
    }

    /**
     * Creates a strategy for a user name and a password.
     *
     * @param user the user name
     * @param password the password; one by {@link Secret#from} is looked up for each request
     * @return the strategy
     * @throws InvalidDefinitionException if one of them is missing
     */
    public static DigestAuth of(String user, Secret password) {
        List<String> problems = new ArrayList<>();
        if (user == null || user.isEmpty()) {
            problems.add("user: it is missing");
        }
        if (password == null) {
            problems.add("password: it is null");
        }
        if (user == null || password == null || !problems.isEmpty()) {
            throw new InvalidDefinitionException("Digest authentication", problems);
        }
        return new DigestAuth(user, password, true);
    }

    /**
     * Refuses challenges with MD5, and those without a quality of protection (RFC 2069): a password is then never hashed by MD5.
     *
     * @return a new strategy
     */
    public DigestAuth withoutMd5() {
        return new DigestAuth(user, password, false);
    }

    @Override
    public AuthStrategy open(AuthContext context) {
        return new DigestSession(user, password, permitsMd5);
    }

    /**
     * Not supported: only a connection receives challenges.
     *
     * @throws InvalidDefinitionException always
     */
    @Override
    public Request apply(Request request) {
        throw new InvalidDefinitionException(
                "Digest authentication",
                List.of("a connection must open the strategy first: call open(...) before apply(...)"));
    }

    @Override
    public String toString() {
        return "DigestAuth";
    }
}
