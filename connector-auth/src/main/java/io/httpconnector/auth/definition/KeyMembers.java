package io.httpconnector.auth.definition;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.auth.JwtKey;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The members that describe a key for JSON Web Tokens: {@code algorithm}, {@code key},
 * {@code keyEncoding}, {@code keyId}, {@code certificate} and {@code jwtHeader}.
 * Immutable.
 */
record KeyMembers(
        String algorithm,
        @Nullable String keyEncoding,
        FieldText key,
        @Nullable FieldText keyId,
        @Nullable FieldText certificate,
        Map<String, FieldText> header) {

    private static final List<String> ALGORITHMS = List.of("RS256", "PS256", "ES256", "EdDSA", "HS256");

    static KeyMembers read(Members members) {
        // "algorithm": The algorithm of the signature.
        String algorithm = members.requiredOneOf("algorithm", ALGORITHMS);
        // "keyEncoding": The encoding of the key of `HS256`. Default: UTF-8 text.
        String encoding = members.reader().oneOf("keyEncoding", List.of("base64", "hex"));
        if (encoding != null && !algorithm.equals("HS256")) {
            members.reader().problem("keyEncoding", algorithm + " has a key in PEM: omit it");
        }
        return new KeyMembers(
                algorithm,
                encoding,
                // "key": The private key in PEM or as a JSON Web Key (RFC 7517), or the secret of `HS256`.
                members.requiredSecret("key", text -> {
                    Members.checkNotEmpty(text);
                    JwtKey built = key(algorithm, encoding, Secret.of(text));
                    // The text of a shared secret is decoded when it signs.
                    var unused = algorithm.equals("HS256") ? built.sign(Map.of()) : built;
                }),
                // "keyId": The claim `kid` of the header. Default: the ID of a JSON Web Key.
                members.text("keyId", Members::checkNotEmpty),
                // "certificate": The certificate in PEM, whose fingerprint is sent as `x5t`.
                members.textIfFixed("certificate", KeyMembers::certificate),
                // "jwtHeader": Further header fields of the tokens by name, such as `x5t#S256` (RFC 7515).
                members.texts(
                        "jwtHeader",
                        false,
                        (name, value) -> JwtKey.hs256(Secret.of("x")).header(name, value)));
    }

    JwtKey build(FieldValues values) {
        JwtKey built = key(values.requiredSecret(key), values);
        String id = values.text(keyId);
        built = id == null ? built : built.id(id);
        for (Map.Entry<String, FieldText> field : header.entrySet()) {
            String value = values.text(field.getValue());
            built = value == null ? built : built.header(field.getKey(), value);
        }
        String pem = values.text(certificate);
        return pem == null ? built : built.certificate(certificate(pem));
    }

    private JwtKey key(Secret secret, FieldValues values) {
        try {
            return key(algorithm, keyEncoding, secret);
        } catch (InvalidDefinitionException e) {
            e.problems().forEach(problem -> values.problem(key.pointer(), problem));
            return JwtKey.hs256(secret);
        }
    }

    private static JwtKey key(String algorithm, @Nullable String encoding, Secret secret) {
        return switch (algorithm) {
            case "RS256" -> JwtKey.rs256(secret);
            case "PS256" -> JwtKey.ps256(secret);
            case "ES256" -> JwtKey.es256(secret);
            case "EdDSA" -> JwtKey.edDsa(secret);
            default ->
                "hex".equals(encoding)
                        ? JwtKey.hs256Hex(secret)
                        : "base64".equals(encoding) ? JwtKey.hs256Base64(secret) : JwtKey.hs256(secret);
        };
    }

    static X509Certificate certificate(String pem) {
        try {
            return (X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
        } catch (CertificateException e) {
            throw new InvalidDefinitionException("certificate", List.of("it is not an X.509 certificate in PEM"));
        }
    }
}
