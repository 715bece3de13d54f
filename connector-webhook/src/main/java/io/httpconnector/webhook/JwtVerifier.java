package io.httpconnector.webhook;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.MACVerifier;
import com.nimbusds.jose.crypto.factories.DefaultJWSVerifierFactory;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.httpconnector.Secret;
import io.httpconnector.webhook.VerificationResult.Reason;
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

/** Checks tokens, as a {@link JwtVerifierBuilder} has described them. */
final class JwtVerifier implements Verifier {

    /** What a builder has collected. */
    record Rules(
            @Nullable PublicKeys keys,
            List<Secret> secrets,
            ValueSelector place,
            Set<String> algorithms,
            Map<String, String> claims,
            @Nullable String audience,
            @Nullable String bodyHash,
            Duration tolerance) {}

    private final Rules rules;

    JwtVerifier(Rules rules) {
        this.rules = rules;
    }

    @Override
    public VerificationResult verify(WebhookRequest request, Instant now) {
        List<String> given = BodyParser.untrusted(rules.place, request);
        if (given.size() != 1) {
            return VerificationResult.refused(
                    Reason.MISSING, "there are " + given.size() + " tokens in " + rules.place);
        }
        try {
            SignedJWT token = SignedJWT.parse(given.get(0));
            if (!rules.algorithms.contains(token.getHeader().getAlgorithm().getName())) {
                return VerificationResult.refused(
                        Reason.MISMATCH, "the token is signed by an algorithm that is not taken");
            }
            if (!isSigned(token, request)) {
                return VerificationResult.refused(Reason.MISMATCH, "the signature of the token does not match");
            }
            return judge(token.getJWTClaimsSet(), request, now);
        } catch (ParseException | JOSEException e) {
            return VerificationResult.refused(Reason.MALFORMED, "the token can't be read");
        }
    }

    private boolean isSigned(SignedJWT token, WebhookRequest request) throws JOSEException {
        PublicKeys keys = rules.keys;
        if (keys == null) {
            for (Secret secret : rules.secrets) {
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
                // A key of another kind.
            }
        }
        return false;
    }

    private VerificationResult judge(JWTClaimsSet claims, WebhookRequest request, Instant now) throws ParseException {
        Date expires = claims.getExpirationTime();
        Date begins = claims.getNotBeforeTime();
        Date issued = claims.getIssueTime();
        boolean over = expires != null && now.minus(rules.tolerance).isAfter(expires.toInstant());
        boolean early = begins != null && now.plus(rules.tolerance).isBefore(begins.toInstant());
        boolean old = expires == null && (issued == null || isFar(issued, now));
        if (over || early || old) {
            return VerificationResult.refused(
                    Reason.TIMESTAMP_EXPIRED,
                    over ? "the token has expired" : early ? "the token is not valid yet" : "the token is too old");
        }
        for (Map.Entry<String, String> claim : rules.claims.entrySet()) {
            if (!claim.getValue().equals(claims.getClaim(claim.getKey()))) {
                return VerificationResult.refused(
                        Reason.MISMATCH, "the claim " + claim.getKey() + " of the token is another one");
            }
        }
        if (rules.audience != null && !claims.getAudience().contains(rules.audience)) {
            return VerificationResult.refused(Reason.MISMATCH, "the token is for another audience");
        }
        return rules.bodyHash == null ? VerificationResult.accepted() : judgeBody(claims, rules.bodyHash, request);
    }

    private boolean isFar(Date issued, Instant now) {
        return Duration.between(issued.toInstant(), now)
                        .abs()
                        .compareTo(Duration.ofMinutes(5).plus(rules.tolerance))
                > 0;
    }

    private static VerificationResult judgeBody(JWTClaimsSet claims, String claim, WebhookRequest request)
            throws ParseException {
        String said = claims.getStringClaim(claim);
        byte[] hash = said == null ? null : BinaryEncoding.HEX.decode(said);
        byte[] right = Digests.of("SHA-256").digest(request.body());
        return hash != null && MessageDigest.isEqual(hash, right)
                ? VerificationResult.signed(
                        () -> Digests.fingerprint(right), part -> part.kind == ValueSelector.SelectorType.BODY)
                : VerificationResult.refused(Reason.MISMATCH, "the body is not the one that the token is for");
    }

    @Override
    public List<ValueSelector> secrets() {
        return List.of(rules.place);
    }
}
