package io.httpconnector.auth;

import static io.httpconnector.internal.Arguments.notNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.internal.Hashing;
import io.httpconnector.internal.PemReader;
import io.httpconnector.internal.json.JsonSupport;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.PSSParameterSpec;
import java.security.spec.RSAPublicKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A key that signs JSON Web Tokens, RFC 7515, for client authentication and assertions. Immutable and thread-safe: each method
 * returns a new key.
 */
public final class JwtKey {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

    /** RFC 7518, section 3.5. */
    private static final PSSParameterSpec PSS =
            new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1);

    private static final String PSS_KEY = "RSASSA-PSS";
    private static final int MIN_RSA_BITS = 2048;
    /** Some servers, such as Keycloak, reject tokens that were issued a minute ago. */
    private static final Duration MAX_BACKDATING = Duration.ofSeconds(30);

    private final String algorithm;
    private final Signer signer;
    /** The RSA, EC or Ed25519 key; null for a shared secret. */
    private final @Nullable PrivateKey privateKey;

    /** Null for an RSA, EC or Ed25519 key. */
    private final @Nullable Secret shared;

    private final Map<String, String> header;

    private interface Signer {
        /** Signs bytes; {@code text} is that of the shared secret. */
        byte[] sign(byte[] bytes, String text) throws GeneralSecurityException;
    }

    private JwtKey(
            String algorithm,
            Signer signer,
            @Nullable PrivateKey privateKey,
            @Nullable Secret shared,
            Map<String, String> header) {
        this.algorithm = algorithm;
        this.signer = signer;
        this.privateKey = privateKey;
        this.shared = shared;
        this.header = header;
    }

    /**
     * Creates a key for RSASSA-PKCS1-v1_5 with SHA-256.
     *
     * @param key an RSA key
     * @return the key
     */
    public static JwtKey rs256(PrivateKey key) {
        return signing("RS256", "SHA256withRSA", "RSA", key);
    }

    /**
     * Creates a key for RSASSA-PKCS1-v1_5 with SHA-256.
     *
     * @param key an RSA key in any PEM format, such as the {@code private_key} of a service account, or a JSON Web Key (RFC 7517)
     *     with its ID
     * @return the key
     * @throws InvalidDefinitionException if it is not such a key
     */
    public static JwtKey rs256(Secret key) {
        return read("RSA", key, "RSA", JwtKey::rs256);
    }

    /**
     * Creates a key for ECDSA with P-256 and SHA-256.
     *
     * @param key an EC key
     * @return the key
     */
    public static JwtKey es256(PrivateKey key) {
        return signing("ES256", "SHA256withECDSAinP1363Format", "EC", key);
    }

    /**
     * Creates a key for ECDSA with P-256 and SHA-256.
     *
     * @param key an EC key in any PEM format, or a JSON Web Key (RFC 7517) with its ID
     * @return the key
     * @throws InvalidDefinitionException if it is not such a key
     */
    public static JwtKey es256(Secret key) {
        return read("EC", key, "EC", JwtKey::es256);
    }

    /**
     * Creates a key for RSASSA-PSS with SHA-256.
     *
     * @param key a key for RSA or RSASSA-PSS
     * @return the key
     * @throws InvalidDefinitionException if it is not such a key
     */
    public static JwtKey ps256(PrivateKey key) {
        if (key instanceof RSAKey rsa
                && rsa.getParams() instanceof PSSParameterSpec pss
                && (!"SHA-256".equals(pss.getDigestAlgorithm()) || pss.getSaltLength() > PSS.getSaltLength())) {
            throw invalid("the key is restricted to RSASSA-PSS with " + pss.getDigestAlgorithm() + " and a salt of at"
                    + " least " + pss.getSaltLength()
                    + " bytes: PS256 requires SHA-256 and 32 (RFC 7518, section 3.5)");
        }
        boolean isPss = key != null && PSS_KEY.equals(key.getAlgorithm());
        return signing("PS256", PSS_KEY, isPss ? PSS_KEY : "RSA", key);
    }

    /**
     * Creates a key for RSASSA-PSS with SHA-256.
     *
     * @param key a key for RSA or RSASSA-PSS in any PEM format, or a JSON Web Key (RFC 7517) with its ID
     * @return the key
     * @throws InvalidDefinitionException if it is not such a key
     */
    public static JwtKey ps256(Secret key) {
        return read("RSA", key, PSS_KEY, JwtKey::ps256);
    }

    /**
     * Creates a key for EdDSA with Ed25519: RFC 8037.
     *
     * @param key an Ed25519 key
     * @return the key
     */
    public static JwtKey edDsa(PrivateKey key) {
        return signing("EdDSA", "Ed25519", "EdDSA", key);
    }

    /**
     * Creates a key for EdDSA with Ed25519: RFC 8037.
     *
     * @param key an Ed25519 key in PEM, or a JSON Web Key (RFC 7517) with its ID
     * @return the key
     * @throws InvalidDefinitionException if it is not such a key
     */
    public static JwtKey edDsa(Secret key) {
        return read("EdDSA", key, "EdDSA", JwtKey::edDsa);
    }

    /**
     * Creates a key for HMAC with SHA-256 from hexadecimal digits.
     *
     * @param secret the shared secret, in hexadecimal
     * @return the key
     */
    public static JwtKey hs256Hex(Secret secret) {
        return hs256(secret, text -> HexFormat.of().parseHex(text));
    }

    /**
     * Creates a key for HMAC with SHA-256 from Base64.
     *
     * @param secret the shared secret, in Base64 or Base64url, or a JSON Web Key (RFC 7517) of the type {@code oct}
     * @return the key
     */
    public static JwtKey hs256Base64(Secret secret) {
        return hs256(secret, HmacKey::base64);
    }

    /**
     * Creates a key for HMAC with SHA-256.
     *
     * @param secret the shared secret, its text as UTF-8, or a JSON Web Key (RFC 7517) of the type {@code oct}; one by {@link
     *     Secret#from} is looked up for each token
     * @return the key
     */
    public static JwtKey hs256(Secret secret) {
        return hs256(secret, text -> text.getBytes(StandardCharsets.UTF_8));
    }

    private static JwtKey hs256(Secret secret, Function<String, byte[]> decoder) {
        if (secret == null) {
            throw invalid("it is null");
        }
        return new JwtKey(
                "HS256",
                (bytes, text) -> Hashing.hmac("HmacSHA256", decoded(text, decoder), bytes),
                null,
                secret,
                Map.of());
    }

    private static byte[] decoded(String text, Function<String, byte[]> decoder) {
        if (JsonWebKey.isKey(text)) {
            return JsonWebKey.secret(text);
        }
        try {
            return decoder.apply(text);
        } catch (IllegalArgumentException e) {
            // The cause would quote the key.
            throw invalid("it is not valid Base64 or hexadecimal, as declared");
        }
    }

    private static JwtKey signing(String algorithm, String signature, String kind, PrivateKey key) {
        if (key == null || !kind.equals(key.getAlgorithm())) {
            throw invalid(algorithm + " requires a private key for " + kind);
        }
        if (key instanceof RSAKey rsa && rsa.getModulus().bitLength() < MIN_RSA_BITS) {
            throw invalid("the RSA key has " + rsa.getModulus().bitLength() + " bits, but " + MIN_RSA_BITS
                    + " are required (RFC 7518, section 3.3)");
        }
        return new JwtKey(
                algorithm,
                (bytes, unused) -> {
                    Signature signing = Signature.getInstance(signature);
                    if (signature.equals(PSS_KEY)) {
                        signing.setParameter(PSS);
                    }
                    signing.initSign(key);
                    signing.update(bytes);
                    return signing.sign();
                },
                key,
                null,
                Map.of());
    }

    /**
     * Copies claims as JSON, so that values that can't be written are rejected when a strategy is built.
     *
     * @param claims the claims
     * @return the claims as JSON trees, immutable
     * @throws InvalidDefinitionException if a name or value is null, or a value can't be written as JSON
     */
    public static Map<String, JsonNode> claims(Map<String, ?> claims) {
        Map<String, JsonNode> copy = new LinkedHashMap<>();
        notNull(claims, "claims").forEach((name, value) -> {
            if (name == null || value == null) {
                throw new InvalidDefinitionException("JWT", List.of("claim " + name + ": it is null"));
            }
            copy.put(name, JsonSupport.tree(value).deepCopy());
        });
        return Collections.unmodifiableMap(copy);
    }

    /** Reads a private key: a JSON Web Key, PEM in any format, also with escaped line breaks as in JSON, or PKCS #8 as Base64. */
    private static JwtKey read(String kind, Secret key, String otherKind, Function<PrivateKey, JwtKey> creator) {
        String text = key == null ? "" : key.reveal().strip();
        if (!text.startsWith("{")) {
            return creator.apply(pem(kind, key, otherKind));
        }
        JsonWebKey read = JsonWebKey.parse(text);
        if (!read.key().getAlgorithm().equals(kind)) {
            throw invalid("it is a JSON Web Key for " + read.key().getAlgorithm() + ", but " + kind + " is required");
        }
        JwtKey created = creator.apply(read.key());
        return read.id() == null ? created : created.id(read.id());
    }

    /** Reads a private key in PEM. */
    static PrivateKey pem(String kind, Secret pem) {
        return pem(kind, pem, kind);
    }

    private static PrivateKey pem(String kind, Secret pem, String otherKind) {
        // In environment variables, the ends of lines are often written as a backslash and an n.
        String text = pem == null ? "" : pem.reveal().replace("\\r", "").replace("\\n", "\n");
        try {
            PrivateKey key = PemReader.key(text.getBytes(StandardCharsets.UTF_8), null);
            if (key == null) {
                byte[] bytes = Base64.getMimeDecoder().decode(text);
                key = KeyFactory.getInstance(kind).generatePrivate(new PKCS8EncodedKeySpec(bytes));
            }
            if (key.getAlgorithm().equals(kind) || key.getAlgorithm().equals(otherKind)) {
                return key;
            }
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            // Reported below.
        }
        // The cause could quote the key.
        throw invalid("it is not an unencrypted " + kind
                + " key in PEM: PKCS #8, which begins with -----BEGIN PRIVATE KEY-----, PKCS #1 or SEC 1");
    }

    static InvalidDefinitionException invalid(String problem) {
        return new InvalidDefinitionException("JWT key", List.of(problem));
    }

    /**
     * Sets the key ID: {@code kid}, RFC 7515, section 4.1.4.
     *
     * @param id the ID that the service expects
     * @return a new key
     */
    public JwtKey id(String id) {
        return with("kid", id);
    }

    /**
     * Sets the thumbprints of the certificate: {@code x5t} and {@code x5t#S256}, RFC 7515, sections 4.1.7 and 4.1.8.
     *
     * @param certificate the certificate that is registered with the service
     * @return a new key
     */
    public JwtKey certificate(X509Certificate certificate) {
        try {
            byte[] thumbprint = Hashing.digest("SHA-1")
                    .digest(notNull(certificate, "certificate").getEncoded());
            return with("x5t", BASE64.encodeToString(thumbprint))
                    .with("x5t#S256", BASE64.encodeToString(Hashing.sha256(certificate.getEncoded())));
        } catch (GeneralSecurityException e) {
            throw invalid("the certificate can't be read: " + e.getMessage());
        }
    }

    /**
     * Sets another header field of the tokens, such as {@code x5t#S256}: RFC 7515, section 4.
     *
     * @param name the name; not {@code alg}
     * @param value the value
     * @return a new key
     */
    public JwtKey header(String name, String value) {
        if (name == null || name.isEmpty() || name.equals("alg")) {
            throw invalid("header: its name must not be empty or \"alg\"");
        }
        return with(name, value);
    }

    /**
     * Returns the fingerprint of the public key: the SHA-256 of its {@code SubjectPublicKeyInfo} in Base64.
     *
     * @return the fingerprint
     * @throws InvalidDefinitionException if it is not an RSA key
     */
    public String fingerprint() {
        if (!(privateKey instanceof RSAPrivateCrtKey rsa)) {
            throw invalid("only an RSA key has a fingerprint");
        }
        try {
            byte[] encoded = KeyFactory.getInstance("RSA")
                    .generatePublic(new RSAPublicKeySpec(rsa.getModulus(), rsa.getPublicExponent()))
                    .getEncoded();
            return Base64.getEncoder().encodeToString(Hashing.sha256(encoded));
        } catch (GeneralSecurityException e) {
            throw invalid("it has no public key: " + e.getMessage());
        }
    }

    private JwtKey with(String name, @Nullable String value) {
        if (value == null) {
            throw invalid(name + ": it is null");
        }
        Map<String, String> all = new LinkedHashMap<>(header);
        all.put(name, value);
        return new JwtKey(algorithm, signer, privateKey, shared, all);
    }

    /**
     * Signs a token: RFC 7515, section 7.1.
     *
     * @param claims the claims; values that Jackson can write as JSON
     * @return the token
     * @throws InvalidDefinitionException if the key can't sign
     */
    public Secret sign(Map<String, Object> claims) {
        notNull(claims, "claims of a token");
        Map<String, String> fields = new LinkedHashMap<>(Map.of("alg", algorithm, "typ", "JWT"));
        String text = shared == null ? "" : shared.reveal();
        String id = JsonWebKey.id(text);
        if (id != null) {
            fields.put("kid", id);
        }
        fields.putAll(header);
        try {
            String signed = BASE64.encodeToString(JSON.writeValueAsBytes(fields)) + "."
                    + BASE64.encodeToString(JSON.writeValueAsBytes(claims));
            byte[] signature = signer.sign(signed.getBytes(StandardCharsets.US_ASCII), text);
            return Secret.of(signed + "." + BASE64.encodeToString(signature));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("claims can be written as JSON", e);
        } catch (GeneralSecurityException e) {
            throw invalid("it can't sign by " + algorithm + ": " + e.getMessage());
        }
    }

    /**
     * Signs a token that is valid from now on. The claims {@code iat}, {@code exp} and {@code jti} are added unless they are given.
     * As clocks differ, {@code iat} is 30 seconds ago, but at most a quarter of the lifetime.
     *
     * @param claims the other claims; values that Jackson can write as JSON
     * @param lifetime the time from {@code iat} to {@code exp}
     * @param now the current time
     * @return the token
     * @throws InvalidDefinitionException if an argument is null, or the key can't sign
     */
    public Secret sign(Map<String, ?> claims, Duration lifetime, Instant now) {
        notNull(claims, "claims of a token");
        notNull(lifetime, "lifetime of a token");
        notNull(now, "time of a token");
        Map<String, Object> all = new LinkedHashMap<>();
        long issued = now.getEpochSecond() - Math.min(MAX_BACKDATING.toSeconds(), lifetime.toSeconds() / 4);
        all.put("iat", issued);
        all.put("exp", issued + lifetime.toSeconds());
        all.put("jti", UUID.randomUUID().toString());
        all.putAll(claims);
        return sign(all);
    }

    /** Omits the key. */
    @Override
    public String toString() {
        return "JwtKey for " + algorithm;
    }
}
