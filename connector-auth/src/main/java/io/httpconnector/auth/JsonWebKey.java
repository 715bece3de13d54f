package io.httpconnector.auth;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.JsonSupport;
import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPrivateKeySpec;
import java.security.spec.EdECPrivateKeySpec;
import java.security.spec.KeySpec;
import java.security.spec.NamedParameterSpec;
import java.security.spec.RSAPrivateCrtKeySpec;
import java.security.spec.RSAPrivateKeySpec;
import java.util.Base64;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A private key or a shared secret as JSON: RFC 7517, with the parameters of RFC 7518, section 6, and RFC 8037. */
record JsonWebKey(PrivateKey key, @Nullable String id) {

    /**
     * Reads a key.
     *
     * @throws InvalidDefinitionException if it is not a private RSA, P-256 or Ed25519 key; the message has no part of it
     */
    static JsonWebKey parse(String text) {
        JsonNode json;
        try {
            json = JsonSupport.parse(text);
        } catch (InvalidDefinitionException e) {
            // The cause could quote the key.
            throw JwtKey.invalid("it begins like a JSON Web Key, but is not valid JSON");
        }
        try {
            String id = json.path("kid").textValue();
            return new JsonWebKey(key(json), id == null || id.isEmpty() ? null : id);
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw JwtKey.invalid("it is not a valid private JSON Web Key (RFC 7517)");
        }
    }

    private static PrivateKey key(JsonNode json) throws GeneralSecurityException {
        String type = json.path("kty").asText() + " " + json.path("crv").asText();
        return switch (type.strip()) {
            case "RSA" -> KeyFactory.getInstance("RSA").generatePrivate(rsa(json));
            case "EC P-256" -> {
                AlgorithmParameters curve = AlgorithmParameters.getInstance("EC");
                curve.init(new ECGenParameterSpec("secp256r1"));
                yield KeyFactory.getInstance("EC")
                        .generatePrivate(
                                new ECPrivateKeySpec(number(json, "d"), curve.getParameterSpec(ECParameterSpec.class)));
            }
            case "OKP Ed25519" ->
                KeyFactory.getInstance("Ed25519")
                        .generatePrivate(new EdECPrivateKeySpec(NamedParameterSpec.ED25519, bytes(json, "d")));
            default ->
                throw JwtKey.invalid("a JSON Web Key must have the type RSA, EC with P-256, or OKP with Ed25519");
        };
    }

    /** Reads an RSA key; its primes are optional (RFC 7518, section 6.3.2). */
    private static KeySpec rsa(JsonNode json) {
        BigInteger modulus = number(json, "n");
        BigInteger exponent = number(json, "e");
        BigInteger secret = number(json, "d");
        if (Stream.of("p", "q", "dp", "dq", "qi").noneMatch(json::has)) {
            return new RSAPrivateKeySpec(modulus, secret);
        }
        return new RSAPrivateCrtKeySpec(
                modulus,
                exponent,
                secret,
                number(json, "p"),
                number(json, "q"),
                number(json, "dp"),
                number(json, "dq"),
                number(json, "qi"));
    }

    /** Returns whether a text is a JSON Web Key; a shared secret may also be another text that begins with a brace. */
    static boolean isKey(String text) {
        return text.strip().startsWith("{") && text.contains("\"kty\"");
    }

    private static JsonNode json(String text) {
        try {
            return JsonSupport.parse(text.strip());
        } catch (InvalidDefinitionException e) {
            return MissingNode.getInstance();
        }
    }

    /**
     * Returns the shared secret of a symmetric key: RFC 7518, section 6.4.
     *
     * @throws InvalidDefinitionException if it is no such key; the message has no part of it
     */
    static byte[] secret(String text) {
        JsonNode json = json(text);
        if (!json.path("kty").asText().equals("oct")) {
            throw JwtKey.invalid("HS256 requires a JSON Web Key of the type oct, which has a shared secret");
        }
        try {
            return bytes(json, "k");
        } catch (IllegalArgumentException e) {
            throw JwtKey.invalid(
                    "it is not a valid JSON Web Key of the type oct: its member k must be Base64url (RFC 7518,"
                            + " section 6.4)");
        }
    }

    /** Returns the ID of a shared secret; null if it has none, or is no JSON Web Key. */
    static @Nullable String id(String text) {
        if (!isKey(text)) {
            return null;
        }
        String id = json(text).path("kid").textValue();
        return id == null || id.isEmpty() ? null : id;
    }

    private static BigInteger number(JsonNode json, String name) {
        return new BigInteger(1, bytes(json, name));
    }

    private static byte[] bytes(JsonNode json, String name) {
        byte[] bytes = Base64.getUrlDecoder().decode(json.path(name).asText());
        if (bytes.length == 0) {
            throw new IllegalArgumentException(name);
        }
        return bytes;
    }

    /** Omits the key. */
    @Override
    public String toString() {
        return "JsonWebKey";
    }
}
