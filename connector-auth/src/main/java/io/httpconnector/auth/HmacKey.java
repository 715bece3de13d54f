package io.httpconnector.auth;

import io.httpconnector.Secret;
import io.httpconnector.internal.Hashing;
import io.httpconnector.template.PillText;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The key of an {@link HmacAuth}. Immutable.
 *
 * @param decoder returns the bytes of the secret
 * @param derivation the texts from which the signing key is derived, one after the other; empty if the secret itself signs
 * @param derivesBase64 whether the next key is the Base64 text of each result of the derivation
 */
record HmacKey(
        String algorithm,
        Secret secret,
        Function<String, byte[]> decoder,
        List<PillText> derivation,
        boolean derivesBase64)
        implements SigningKey {

    private static final String SUBJECT = "HMAC signature";

    private static final Set<String> ALGORITHMS =
            Set.of("HmacSHA256", "HmacSHA512", "HmacSHA384", "HmacSHA1", "HmacMD5");

    static HmacKey of(String algorithm, Secret secret) {
        if (algorithm == null || !ALGORITHMS.contains(algorithm)) {
            throw SigningKey.invalid(SUBJECT, "algorithm: it must be one of " + new TreeSet<>(ALGORITHMS));
        }
        if (secret == null) {
            throw SigningKey.invalid(SUBJECT, "key: it is null");
        }
        return new HmacKey(algorithm, secret, text -> text.getBytes(StandardCharsets.UTF_8), List.of(), false);
    }

    /** Decodes Base64 or Base64url (RFC 4648, sections 4 and 5), with or without padding. */
    static byte[] base64(String text) {
        return Base64.getDecoder().decode(text.replace('-', '+').replace('_', '/'));
    }

    HmacKey decoding(Function<String, byte[]> other) {
        return new HmacKey(algorithm, secret, other, derivation, derivesBase64);
    }

    HmacKey deriving(List<PillText> texts, boolean inBase64) {
        return new HmacKey(algorithm, secret, decoder, List.copyOf(texts), inBase64);
    }

    /** Signs bytes with the given text of the secret. */
    @Override
    public byte[] sign(String text, byte[] bytes, Function<String, @Nullable Object> values) {
        byte[] key = decoded(text);
        for (PillText step : derivation) {
            byte[] derived = Hashing.hmac(algorithm, key, step.bytes(values));
            key = derivesBase64 ? Base64.getEncoder().encode(derived) : derived;
        }
        return Hashing.hmac(algorithm, key, bytes);
    }

    private byte[] decoded(String text) {
        try {
            return decoder.apply(text);
        } catch (IllegalArgumentException e) {
            // The cause would quote the key.
            throw invalid("key: it is not valid Base64 or hexadecimal, as declared");
        }
    }

    @Override
    public String subject() {
        return SUBJECT;
    }

    /** Omits the key. */
    @Override
    public String toString() {
        return "HmacKey for " + algorithm;
    }
}
