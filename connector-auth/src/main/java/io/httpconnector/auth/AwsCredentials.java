package io.httpconnector.auth;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An AWS access key, permanent or temporary. Immutable. */
public final class AwsCredentials {

    private final String accessKeyId;
    private final Secret secretAccessKey;
    private final @Nullable Secret sessionToken;

    private AwsCredentials(String accessKeyId, Secret secretAccessKey, @Nullable Secret sessionToken) {
        this.accessKeyId = accessKeyId;
        this.secretAccessKey = secretAccessKey;
        this.sessionToken = sessionToken;
    }

    /**
     * Creates permanent credentials.
     *
     * @param accessKeyId the ID of the key
     * @param secretAccessKey the key
     * @return the credentials
     * @throws InvalidDefinitionException if a value is missing or invalid
     */
    public static AwsCredentials of(String accessKeyId, Secret secretAccessKey) {
        if (accessKeyId == null || !accessKeyId.matches("[A-Za-z0-9_.-]+")) {
            throw new InvalidDefinitionException(
                    "AWS credentials",
                    List.of("access key id: it must consist of letters, digits, \"-\", \"_\" and \".\""));
        }
        if (secretAccessKey == null) {
            throw new InvalidDefinitionException("AWS credentials", List.of("secret access key: it is null"));
        }
        return new AwsCredentials(accessKeyId, secretAccessKey, null);
    }

    /**
     * Adds the session token of temporary credentials.
     *
     * @param token the token
     * @return new credentials
     */
    public AwsCredentials sessionToken(Secret token) {
        return new AwsCredentials(accessKeyId, secretAccessKey, token);
    }

    /**
     * Returns the ID of the key.
     *
     * @return the ID
     */
    public String accessKeyId() {
        return accessKeyId;
    }

    /**
     * Returns the key.
     *
     * @return the key
     */
    public Secret secretAccessKey() {
        return secretAccessKey;
    }

    /**
     * Returns the session token.
     *
     * @return the token; empty for permanent credentials
     */
    public Optional<Secret> sessionToken() {
        return Optional.ofNullable(sessionToken);
    }

    /** Omits the keys. */
    @Override
    public String toString() {
        return "AwsCredentials " + accessKeyId;
    }
}
