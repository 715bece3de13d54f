package io.httpconnector.webhook;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObject;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.MACVerifier;
import com.nimbusds.jose.crypto.factories.DefaultJWSVerifierFactory;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.httpconnector.Secret;
import io.httpconnector.internal.Hashing;
import io.httpconnector.webhook.VerificationResult.RejectionReason;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Verifies JSON Web Tokens as configured by a {@link JwtVerifierBuilder}. */
final class JwtVerifier implements Verifier {

    /** The settings of the builder. */
    record JwtSettings(
            @Nullable PublicKeys keys,
            List<Secret> secrets,
            ValueSelector location,
            Set<String> algorithms,
            Map<String, String> claims,
            @Nullable String audience,
            @Nullable String bodyHash,
            Duration tolerance,
            boolean withoutTime,
            boolean detached) {}

    private final JwtSettings settings;

    JwtVerifier(JwtSettings rules) {
        this.settings = rules;
    }

    List<Secret> sharedSecrets() {
        return settings.secrets;
    }

    @Override
    public VerificationResult verify(WebhookRequest request, Instant now) {
        List<String> given = BodyParser.unverifiedValues(settings.location, request);
        if (given.size() != 1) {
            return VerificationResult.rejected(
                    RejectionReason.MISSING,
                    "there are " + given.size() + " tokens in " + settings.location + " instead of one");
        }
        try {
            if (settings.detached) {
                return verifyDetached(given.get(0), request);
            }
            SignedJWT token = SignedJWT.parse(given.get(0));
            if (!settings.algorithms.contains(token.getHeader().getAlgorithm().getName())) {
                return VerificationResult.rejected(
                        RejectionReason.MISMATCH, "the algorithm of the token is not allowed");
            }
            if (!isSigned(token, request)) {
                return VerificationResult.rejected(
                        RejectionReason.MISMATCH, "the signature of the token does not match");
            }
            return checkClaims(token, request, now);
        } catch (ParseException | JOSEException e) {
            return VerificationResult.rejected(RejectionReason.MALFORMED, "the token is malformed");
        }
    }

    /** Verifies a token whose payload is the body. */
    private VerificationResult verifyDetached(String text, WebhookRequest request)
            throws ParseException, JOSEException {
        Base64URL[] parts = JOSEObject.split(text);
        if (parts.length != 3 || !parts[1].toString().isEmpty()) {
            return VerificationResult.rejected(RejectionReason.MALFORMED, "the token is not detached from its payload");
        }
        JWSObject token = new JWSObject(parts[0], new com.nimbusds.jose.Payload(request.body()), parts[2]);
        if (!settings.algorithms.contains(token.getHeader().getAlgorithm().getName()) || !isSigned(token, request)) {
            return VerificationResult.rejected(
                    RejectionReason.MISMATCH,
                    "the signature of the token does not match, or its algorithm is not allowed");
        }
        return VerificationResult.signed(() -> Hashing.fingerprint(request.body()), JwtVerifier::isBody);
    }

    private boolean isSigned(JWSObject token, WebhookRequest request) throws JOSEException {
        PublicKeys keys = settings.keys;
        if (keys == null) {
            for (Secret secret : settings.secrets) {
                if (token.verify(new MACVerifier(secret.reveal().getBytes(StandardCharsets.UTF_8)))) {
                    return true;
                }
            }
            return false;
        }
        for (PublicKey key : keys.of(request)) {
            try {
                JWSVerifier verifier = new DefaultJWSVerifierFactory().createJWSVerifier(token.getHeader(), key);
                if (token.verify(verifier)) {
                    return true;
                }
            } catch (JOSEException e) {
                // The key has another type.
            }
        }
        return false;
    }

    private VerificationResult checkClaims(SignedJWT token, WebhookRequest request, Instant now) throws ParseException {
        JWTClaimsSet claims = token.getJWTClaimsSet();
        Date expires = claims.getExpirationTime();
        Date notBefore = claims.getNotBeforeTime();
        Date issued = claims.getIssueTime();
        boolean expired = expires != null && now.minus(settings.tolerance).isAfter(expires.toInstant());
        boolean early = notBefore != null && now.plus(settings.tolerance).isBefore(notBefore.toInstant());
        boolean old = expires == null && (issued == null ? !settings.withoutTime : isTooFar(issued, now));
        if (expired || early || old) {
            return VerificationResult.rejected(
                    RejectionReason.TIMESTAMP_EXPIRED,
                    expired ? "the token has expired" : early ? "the token is not yet valid" : "the token is too old");
        }
        for (Map.Entry<String, String> claim : settings.claims.entrySet()) {
            if (!claim.getValue().equals(claims.getClaim(claim.getKey()))) {
                return VerificationResult.rejected(
                        RejectionReason.MISMATCH, "the claim " + claim.getKey() + " of the token has another value");
            }
        }
        if (settings.audience != null && !claims.getAudience().contains(settings.audience)) {
            return VerificationResult.rejected(RejectionReason.MISMATCH, "the token is for another audience");
        }
        return settings.bodyHash == null
                ? VerificationResult.accepted()
                : checkBodyHash(token, settings.bodyHash, request);
    }

    private boolean isTooFar(Date issued, Instant now) {
        return Duration.between(issued.toInstant(), now)
                        .abs()
                        .compareTo(Duration.ofMinutes(5).plus(settings.tolerance))
                > 0;
    }

    /** Compares the hash of the body. A request without a body may have a token without a hash: only the token identifies it. */
    private static VerificationResult checkBodyHash(SignedJWT token, String claim, WebhookRequest request)
            throws ParseException {
        JWTClaimsSet claims = token.getJWTClaimsSet();
        if (claims.getClaim(claim) == null && request.body().length == 0) {
            return VerificationResult.signed(() -> Hashing.fingerprint(token.getSigningInput()), JwtVerifier::isBody);
        }
        String expected = claims.getStringClaim(claim);
        byte[] hash = expected == null ? null : decoded(expected);
        byte[] right = Hashing.sha256(request.body());
        return hash != null && MessageDigest.isEqual(hash, right)
                ? VerificationResult.signed(() -> Hashing.fingerprint(right), JwtVerifier::isBody)
                : VerificationResult.rejected(
                        RejectionReason.MISMATCH, "the body does not match the hash in the token");
    }

    private static boolean isBody(ValueSelector selector) {
        return selector.type == ValueSelector.SelectorType.BODY;
    }

    /** Decodes a hash, whose length tells hexadecimal from base64. */
    private static byte @Nullable [] decoded(String hash) {
        return hash.length() == 64 ? BinaryEncoding.HEX.decode(hash) : BinaryEncoding.decodeBase64(hash);
    }

    @Override
    public List<ValueSelector> secrets() {
        return List.of(settings.location);
    }
}
