package io.httpconnector.auth;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import java.util.HexFormat;
import java.util.Map;
import java.util.stream.Stream;

/**
 * HMAC signatures, RFC 2104: signs each attempt with a shared key. A template defines the signed text. Immutable: each method
 * returns a new strategy.
 *
 * <pre>{@code
 * .auth(HmacAuth.of("HmacSHA256", key, "{{method}}\n{{path}}\n{{time}}\n{{body}}")
 *         .header("X-Time", "{{time}}")
 *         .header("X-Signature", "v1={{signature}}"))
 * }</pre>
 *
 * <p>{@link SigningAuth} has the pills.
 */
public final class HmacAuth extends SigningAuth<HmacAuth> {

    private HmacAuth(RequestSigner signer) {
        super(signer);
    }

    @Override
    HmacAuth with(RequestSigner other) {
        return new HmacAuth(other);
    }

    /**
     * Creates a strategy.
     *
     * @param algorithm {@code HmacSHA256}, {@code HmacSHA384}, {@code HmacSHA512}, {@code HmacSHA1} or {@code HmacMD5}
     * @param key the shared key, its text as UTF-8; one by {@link Secret#from} is looked up for each request
     * @param template the template of the signed text
     * @return the strategy, which sends no header field or parameter yet
     * @throws InvalidDefinitionException if a pill or the algorithm is unknown, or a value is missing
     */
    public static HmacAuth of(String algorithm, Secret key, String template) {
        return of(algorithm, key, template, Map.of());
    }

    /**
     * Creates a strategy with additional pills.
     *
     * @param algorithm {@code HmacSHA256}, {@code HmacSHA384}, {@code HmacSHA512}, {@code HmacSHA1} or {@code HmacMD5}
     * @param key the shared key, its text as UTF-8; one by {@link Secret#from} is looked up for each request
     * @param template the template of the signed text
     * @param values further pills by name, such as {@code account}: a {@link Secret}, or what Jackson can write as a scalar
     *     value. They are data, and never parsed as a template
     * @return the strategy, which sends no header field or parameter yet
     * @throws InvalidDefinitionException if a pill or the algorithm is unknown, or a value is missing
     */
    public static HmacAuth of(String algorithm, Secret key, String template, Map<String, ?> values) {
        return new HmacAuth(RequestSigner.of(HmacKey.of(algorithm, key), template, values));
    }

    /**
     * Decodes the key from Base64 or Base64url.
     *
     * @return a new strategy
     */
    public HmacAuth keyIsBase64() {
        return with(signer().with(key().decoding(HmacKey::base64)));
    }

    /**
     * Decodes the key from hexadecimal.
     *
     * @return a new strategy
     */
    public HmacAuth keyIsHex() {
        return with(signer().with(key().decoding(text -> HexFormat.of().parseHex(text))));
    }

    /**
     * Derives the signing key: the first text is signed by the key, and each result is the key of the next text. The last result
     * signs the template: {@code deriveKey("{{timeIso | date('yyyyMMdd', 'UTC')}}", "orders", "request")}.
     *
     * @param texts the texts, with pills of the time and additional values
     * @return a new strategy
     * @throws InvalidDefinitionException if a pill is unknown
     */
    public HmacAuth deriveKey(String... texts) {
        return with(signer().with(key().deriving(
                        Stream.of(texts)
                                .map(text -> signer().ofTime("key derivation", text))
                                .toList(),
                        false)));
    }

    /**
     * Derives the signing key as {@link #deriveKey}, but the key of the next text is the Base64 text of each result, as Akamai
     * EdgeGrid requires.
     *
     * @param texts the texts, with pills of the time and additional values
     * @return a new strategy
     * @throws InvalidDefinitionException if a pill is unknown
     */
    public HmacAuth deriveKeyInBase64(String... texts) {
        return with(signer().with(key().deriving(
                        Stream.of(texts)
                                .map(text -> signer().ofTime("key derivation", text))
                                .toList(),
                        true)));
    }

    private HmacKey key() {
        return (HmacKey) signer().key();
    }
}
