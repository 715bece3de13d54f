package io.httpconnector.auth;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A key that turns the text to sign into a signature. Immutable. */
sealed interface SigningKey permits HmacKey, DigestKey, PrivateSigningKey {

    /** Returns the secret key; null if there is none. */
    @Nullable Secret secret();

    /**
     * Signs bytes.
     *
     * @param text the current text of the secret
     * @param values returns the value of a name, for texts from which a key is derived
     */
    byte[] sign(String text, byte[] bytes, Function<String, @Nullable Object> values);

    /** Returns the subject of error messages. */
    String subject();

    default InvalidDefinitionException invalid(String problem) {
        return invalid(subject(), problem);
    }

    static InvalidDefinitionException invalid(String subject, String problem) {
        return new InvalidDefinitionException(subject, List.of(problem));
    }
}
