package io.httpconnector.webhook;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;

/** Creates the JSON Web Tokens of a {@link WebhookSigner}. */
final class JwtSigner {

    private static final Duration LIFETIME = Duration.ofMinutes(5);

    private JwtSigner() {}

    /** Creates a token (HS256) that is valid for five minutes. */
    static String token(Secret secret, Instant now) {
        JWTClaimsSet claims = new JWTClaimsSet.Builder()
                .issueTime(Date.from(now))
                .expirationTime(Date.from(now.plus(LIFETIME)))
                .build();
        try {
            SignedJWT token = new SignedJWT(new JWSHeader(JWSAlgorithm.HS256), claims);
            token.sign(new MACSigner(secret.reveal().getBytes(StandardCharsets.UTF_8)));
            return token.serialize();
        } catch (JOSEException e) {
            throw new InvalidDefinitionException(
                    "webhook signer", List.of("the secret has fewer than 32 bytes, which RFC 7518 requires"));
        }
    }
}
