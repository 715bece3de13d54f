package io.httpconnector.auth;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.internal.Hashing;
import io.httpconnector.internal.json.JsonSupport;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.PSSParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
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

    private static final Duration BACKDATED = Duration.ofMinutes(1);

    private final String algorithm;
    private final Signer signer;
    private final Map<String, String> header;

    private interface Signer {
        byte[] sign(byte[] bytes) throws GeneralSecurityException;
    }

    private JwtKey(String algorithm, Signer signer, Map<String, String> header) {
        this.algorithm = algorithm;
        this.signer = signer;
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
     * @param pem an RSA key in PKCS #8, such as the {@code private_key} of a service account
     * @return the key
     * @throws InvalidDefinitionException if it is not such a key
     */
    public static JwtKey rs256(Secret pem) {
        return rs256(pem("RSA", pem));
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
     * @param pem an EC key in PKCS #8
     * @return the key
     * @throws InvalidDefinitionException if it is not such a key
     */
    public static JwtKey es256(Secret pem) {
        return es256(pem("EC", pem));
    }

    /**
     * Creates a key for RSASSA-PSS with SHA-256.
     *
     * @param key an RSA key
     * @return the key
     */
    public static JwtKey ps256(PrivateKey key) {
        return signing("PS256", "RSASSA-PSS", "RSA", key);
    }

    /**
     * Creates a key for RSASSA-PSS with SHA-256.
     *
     * @param pem an RSA key in PKCS #8
     * @return the key
     * @throws InvalidDefinitionException if it is not such a key
     */
    public static JwtKey ps256(Secret pem) {
        return ps256(pem("RSA", pem));
    }

    /**
     * Creates a key for HMAC with SHA-256.
     *
     * @param secret the shared secret, its text as UTF-8; one by {@link Secret#from} is looked up for each token
     * @return the key
     */
    public static JwtKey hs256(Secret secret) {
        if (secret == null) {
            throw invalid("it is null");
        }
        return new JwtKey(
                "HS256",
                bytes -> Hashing.hmac("HmacSHA256", secret.reveal().getBytes(StandardCharsets.UTF_8), bytes),
                Map.of());
    }

    private static JwtKey signing(String algorithm, String signature, String kind, PrivateKey key) {
        if (key == null || !kind.equals(key.getAlgorithm())) {
            throw invalid(algorithm + " requires a private key for " + kind);
        }
        return new JwtKey(
                algorithm,
                bytes -> {
                    Signature signing = Signature.getInstance(signature);
                    if (signature.equals("RSASSA-PSS")) {
                        signing.setParameter(PSS);
                    }
                    signing.initSign(key);
                    signing.update(bytes);
                    return signing.sign();
                },
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
        claims.forEach((name, value) -> {
            if (name == null || value == null) {
                throw new InvalidDefinitionException("JWT", List.of("claim " + name + ": it is null"));
            }
            copy.put(name, JsonSupport.tree(value).deepCopy());
        });
        return Collections.unmodifiableMap(copy);
    }

    static PrivateKey pem(String kind, Secret pem) {
        String text = pem == null ? "" : pem.reveal();
        // In environment variables, the ends of lines are often written as a backslash and an n.
        String base64 = text.replaceAll("-----(BEGIN|END) PRIVATE KEY-----", "")
                .replace("\\n", "")
                .replace("\\r", "")
                .replaceAll("\\s", "");
        try {
            byte[] bytes = Base64.getDecoder().decode(base64);
            return KeyFactory.getInstance(kind).generatePrivate(new PKCS8EncodedKeySpec(bytes));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            // The cause could quote the key.
            throw invalid("it is not an " + kind + " key in PKCS #8, which begins with -----BEGIN PRIVATE KEY-----;"
                    + " \"openssl pkcs8 -topk8 -nocrypt\" converts other formats");
        }
    }

    private static InvalidDefinitionException invalid(String problem) {
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
     * Sets the thumbprint of the certificate: {@code x5t}, RFC 7515, section 4.1.7.
     *
     * @param certificate the certificate that is registered with the service
     * @return a new key
     */
    public JwtKey certificate(X509Certificate certificate) {
        try {
            byte[] thumbprint = Hashing.digest("SHA-1").digest(certificate.getEncoded());
            return with("x5t", BASE64.encodeToString(thumbprint));
        } catch (GeneralSecurityException e) {
            throw invalid("the certificate can't be read: " + e.getMessage());
        }
    }

    private JwtKey with(String name, @Nullable String value) {
        if (value == null) {
            throw invalid(name + ": it is null");
        }
        Map<String, String> all = new LinkedHashMap<>(header);
        all.put(name, value);
        return new JwtKey(algorithm, signer, all);
    }

    /**
     * Signs a token: RFC 7515, section 7.1.
     *
     * @param claims the claims; values that Jackson can write as JSON
     * @return the token
     * @throws InvalidDefinitionException if the key can't sign
     */
    public Secret sign(Map<String, Object> claims) {
        Map<String, String> fields = new LinkedHashMap<>(Map.of("alg", algorithm, "typ", "JWT"));
        fields.putAll(header);
        try {
            String signed = BASE64.encodeToString(JSON.writeValueAsBytes(fields)) + "."
                    + BASE64.encodeToString(JSON.writeValueAsBytes(claims));
            byte[] signature = signer.sign(signed.getBytes(StandardCharsets.US_ASCII));
            return Secret.of(signed + "." + BASE64.encodeToString(signature));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("claims can be written as JSON", e);
        } catch (GeneralSecurityException e) {
            throw invalid("it can't sign by " + algorithm + ": " + e.getMessage());
        }
    }

    /**
     * Signs a token that is valid from now on. The claims {@code iat} (a minute ago, as clocks differ), {@code exp} and {@code jti}
     * are added unless they are given.
     *
     * @param claims the other claims; values that Jackson can write as JSON
     * @param lifetime the time until the token expires
     * @param now the current time
     * @return the token
     * @throws InvalidDefinitionException if the key can't sign
     */
    public Secret sign(Map<String, ?> claims, Duration lifetime, Instant now) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("iat", now.getEpochSecond() - BACKDATED.toSeconds());
        all.put("exp", now.getEpochSecond() + lifetime.toSeconds());
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
