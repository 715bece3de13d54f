package io.httpconnector.auth;

import io.httpconnector.AuthContext;
import io.httpconnector.AuthStrategy;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.Secret;
import java.util.ArrayList;
import java.util.List;

/**
 * HTTP Digest, RFC 7616, by SHA-512/256, SHA-256 or MD5: the strongest that the service offers. The first request is sent
 * without credentials, to be challenged; so a body that is a stream can't be the first. An accepted nonce is used again, or the
 * {@code nextnonce} of the response; if the service rejects it, the request is signed with the new challenge and sent once more.
 * A wrong password is sent once per call. Immutable; one can serve any number of connections.
 *
 * <pre>{@code
 * .auth(DigestAuth.of("user", Secret.fromEnv("CAMERA_PASSWORD")))
 * }</pre>
 */
public final class DigestAuth implements AuthStrategy {

    private final String user;
    private final Secret password;

    private DigestAuth(String user, Secret password) {
        this.user = user;
        this.password = password;
    }

    /**
     * Authenticates by user name and password.
     *
     * @param user the user name
     * @param password the password; one by {@link Secret#from} is looked up for each request
     * @return the strategy
     * @throws InvalidDefinitionException when one of them is missing
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
        return new DigestAuth(user, password);
    }

    @Override
    public AuthStrategy open(AuthContext context) {
        return new DigestSession(user, password);
    }

    /**
     * Refuses: only a connection hears a challenge.
     *
     * @throws InvalidDefinitionException always
     */
    @Override
    public Request apply(Request request) {
        throw new InvalidDefinitionException(
                "Digest authentication",
                List.of("a connection must open it first: whoever calls apply(...) has to call open(...) before"));
    }

    @Override
    public String toString() {
        return "DigestAuth";
    }
}
