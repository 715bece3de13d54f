package io.httpconnector.auth;

import io.httpconnector.Secret;
import io.httpconnector.internal.Hashing;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A message digest in place of a key, for services whose signed text has the secret. Immutable. */
record DigestKey(String algorithm) implements SigningKey {

    static final List<String> ALGORITHMS = List.of("MD5", "SHA-1", "SHA-256", "SHA-384", "SHA-512");

    @Override
    public @Nullable Secret secret() {
        return null;
    }

    @Override
    public byte[] sign(String text, byte[] bytes, Function<String, @Nullable Object> values) {
        return Hashing.digest(algorithm).digest(bytes);
    }

    @Override
    public String subject() {
        return PrivateSigningKey.SUBJECT;
    }
}
