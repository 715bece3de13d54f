package io.httpconnector.webhook;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
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
import io.httpconnector.webhook.SignedData.DefaultSelectors;
import io.httpconnector.webhook.VerificationResult.RejectionReason;
import java.io.IOException;
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
            @Nullable String urlHash,
            @Nullable JsonPointer payload,
            Duration tolerance,
            boolean withoutTime,
            boolean inBody,
            boolean detached,
            EventSettings events) {}

    /**
     * The settings by which events are distinguished.
     *
     * @param bodiesAreUnique whether equal bodies are the same event, if it has no id and only the sender is verified
     * @param bodiesRepeat whether equal bodies may be different events, so that only the token distinguishes them
     */
    record EventSettings(DefaultSelectors selectors, boolean bodiesAreUnique, boolean bodiesRepeat) {

        static final EventSettings NONE = new EventSettings(DefaultSelectors.NONE, false, false);
    }

    private final JwtSettings settings;

    JwtVerifier(JwtSettings rules) {
        this.settings = rules;
    }

    List<Secret> sharedSecrets() {
        return settings.secrets;
    }

    @Override
    public VerificationResult verify(WebhookRequest request, Instant now) {
        List<String> given = settings.inBody
                ? List.of(new String(request.body(), StandardCharsets.ISO_8859_1).strip())
                : BodyParser.unverifiedValues(settings.location, request);
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
        if (settings.payload != null) {
            return payload(token, settings.payload, request);
        }
        if (settings.bodyHash == null) {
            return VerificationResult.trusted(request, settings.events.selectors, settings.events.bodiesAreUnique);
        }
        return settings.urlHash == null
                ? checkBodyHash(token, settings.bodyHash, request)
                : checkHashes(token, settings.urlHash, settings.bodyHash, request);
    }

    /** Takes the payload from the claims; a text that contains JSON is parsed. */
    private static VerificationResult payload(SignedJWT token, JsonPointer pointer, WebhookRequest request) {
        JsonNode payload;
        try {
            payload = BodyParser.at(BodyParser.json(token.getPayload().toBytes()), pointer);
        } catch (IOException e) {
            return VerificationResult.rejected(RejectionReason.MALFORMED, "the claims of the token are not valid JSON");
        }
        if (payload.isMissingNode() || payload.isNull()) {
            return VerificationResult.rejected(RejectionReason.MISSING, "the token has no payload at " + pointer);
        }
        byte[] signed = token.getSigningInput();
        return VerificationResult.signed(SignedData.of(
                request,
                JwtVerifier::isBody,
                () -> Hashing.fingerprint(signed),
                null,
                payload.isTextual() ? BodyParser.jsonOrText(payload.textValue()) : payload,
                DefaultSelectors.NONE));
    }

    /** Compares the hash of the URL, which covers the query, and that of the body. */
    private VerificationResult checkHashes(SignedJWT token, String urlHash, String bodyHash, WebhookRequest request)
            throws ParseException {
        String url = request.url().orElse(null);
        if (url == null) {
            return VerificationResult.rejected(
                    RejectionReason.NO_KEY, "the URL is signed, but publicUrl is not set on the receiver");
        }
        byte[] right = Hashing.sha256(url);
        if (!isHash(token.getJWTClaimsSet().getStringClaim(urlHash), right)) {
            return VerificationResult.rejected(
                    RejectionReason.MISMATCH,
                    "the URL " + Texts.visible(pathOf(url)) + " does not match the hash in the token");
        }
        VerificationResult body = checkBodyHash(token, bodyHash, request);
        return body.isAccepted()
                ? VerificationResult.signed(
                        () -> Hashing.fingerprint((BinaryEncoding.HEX.encode(right)
                                        + BinaryEncoding.HEX.encode(Hashing.sha256(request.body())))
                                .getBytes(StandardCharsets.UTF_8)),
                        selector -> isBody(selector) || selector.type == ValueSelector.SelectorType.QUERY)
                : body;
    }

    private static String pathOf(String url) {
        return url.split("\\?", 2)[0];
    }

    private static boolean isHash(@Nullable String text, byte[] right) {
        byte[] hash = text == null ? null : decoded(text);
        return hash != null && MessageDigest.isEqual(hash, right);
    }

    private boolean isTooFar(Date issued, Instant now) {
        return Duration.between(issued.toInstant(), now)
                        .abs()
                        .compareTo(Duration.ofMinutes(5).plus(settings.tolerance))
                > 0;
    }

    /** Compares the hash of the body. A request without a body may have a token without a hash: only the token identifies it. */
    private VerificationResult checkBodyHash(SignedJWT token, String claim, WebhookRequest request)
            throws ParseException {
        JWTClaimsSet claims = token.getJWTClaimsSet();
        if (claims.getClaim(claim) == null && request.body().length == 0) {
            return VerificationResult.signed(() -> Hashing.fingerprint(token.getSigningInput()), JwtVerifier::isBody);
        }
        byte[] right = Hashing.sha256(request.body());
        return isHash(claims.getStringClaim(claim), right)
                ? VerificationResult.signed(SignedData.of(
                        request,
                        JwtVerifier::isBody,
                        () -> Hashing.fingerprint(settings.events.bodiesRepeat ? token.getSigningInput() : right),
                        null,
                        null,
                        settings.events.selectors))
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
        return settings.inBody ? List.of() : List.of(settings.location);
    }
}
