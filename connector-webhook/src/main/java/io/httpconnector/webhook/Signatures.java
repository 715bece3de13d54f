package io.httpconnector.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.TimeSource;
import io.httpconnector.internal.Arguments;
import io.httpconnector.webhook.JwtVerifier.EventSettings;
import io.httpconnector.webhook.SignatureVerifier.Service;
import io.httpconnector.webhook.SignedData.DefaultSelectors;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * Verifiers of webhook signatures.
 *
 * <pre>{@code
 * Signatures.github(secret)
 * Signatures.preset("github", secret)                        // the same, for a name that is configured
 * Signatures.hmac("HmacSHA256", secret)                      // a service that is not known here
 *         .signature(ValueSelector.header("X-Acme-Signature"))
 *         .build()
 * }</pre>
 *
 * <p>Each method accepts several secrets, any of which may have signed: during a rotation, pass both the old and the new one.
 * Services that sign their URL require {@link WebhookReceiverBuilder#publicUrl}, or a {@link WebhookRouter}.
 */
public final class Signatures extends Presets {

    private Signatures() {}

    /**
     * Verifies signatures by a shared secret, for services without a preset.
     *
     * @param algorithm {@code HmacSHA1}, {@code HmacSHA256}, {@code HmacSHA384}, {@code HmacSHA512} or {@code HmacMD5} (RFC
     *     2104), or a plain hash of a content that includes the secret: {@code SHA-256}, {@code SHA-384}, {@code SHA-512}, {@code
     *     SHA-1} or {@code MD5}. If the secret comes first, an attacker who has seen a request can append to its content: bodies
     *     are therefore parsed as JSON, and a warning is logged
     * @param secrets the secrets
     * @return a builder for the remaining settings
     */
    public static SignatureBuilder hmac(String algorithm, Secret... secrets) {
        return new SignatureBuilder(
                Arguments.notNull(algorithm, "algorithm"), Arguments.all(secrets, "secrets of a signature"), null);
    }

    /**
     * Verifies signatures by a private key, for services without a preset.
     *
     * @param algorithm {@code Ed25519}, or such as {@code SHA256withRSA}, {@code SHA256withECDSA} and, for signatures that
     *     consist only of the two numbers, {@code SHA256withECDSAinP1363Format}, or {@code SHA256withRSA/PSS}; also with SHA384
     *     and SHA512
     * @param keys the public keys
     * @return a builder for the remaining settings
     */
    public static SignatureBuilder publicKey(String algorithm, PublicKeys keys) {
        return new SignatureBuilder(
                Arguments.notNull(algorithm, "algorithm"), List.of(), Arguments.notNull(keys, "public keys"));
    }

    /**
     * Verifies HTTP message signatures (RFC 9421) by a shared secret.
     *
     * @param algorithm {@code hmac-sha256}
     * @param secrets the secrets
     * @return a builder for the remaining settings
     */
    public static MessageSignatureBuilder message(String algorithm, Secret... secrets) {
        return new MessageSignatureBuilder(
                Arguments.notNull(algorithm, "algorithm"), Arguments.all(secrets, "secrets of a signature"), null);
    }

    /**
     * Verifies HTTP message signatures (RFC 9421) by a private key.
     *
     * @param algorithm {@code ed25519}, {@code ecdsa-p256-sha256}, {@code ecdsa-p384-sha384}, {@code rsa-v1_5-sha256} or {@code
     *     rsa-pss-sha512}
     * @param keys the public keys
     * @return a builder for the remaining settings
     */
    public static MessageSignatureBuilder message(String algorithm, PublicKeys keys) {
        return new MessageSignatureBuilder(
                Arguments.notNull(algorithm, "algorithm"), List.of(), Arguments.notNull(keys, "public keys"));
    }

    /**
     * Reads a stored signature scheme with shared secrets.
     *
     * @param definition the output of {@link SignatureBuilder#toJson()}
     * @param secrets the secrets
     * @return a builder for the remaining settings
     * @throws InvalidDefinitionException if the definition is invalid; reports all problems
     */
    public static SignatureBuilder definition(JsonNode definition, Secret... secrets) {
        return SignatureDefinitionCodec.read(definition, Arguments.all(secrets, "secrets of a signature"), null);
    }

    /**
     * Reads a stored signature scheme with public keys.
     *
     * @param definition the output of {@link SignatureBuilder#toJson()}
     * @param keys the public keys
     * @return a builder for the remaining settings
     * @throws InvalidDefinitionException if the definition is invalid; reports all problems
     */
    public static SignatureBuilder definition(JsonNode definition, PublicKeys keys) {
        return SignatureDefinitionCodec.read(definition, List.of(), Arguments.notNull(keys, "public keys"));
    }

    /**
     * Verifies messages of Amazon SNS. Certificates are fetched only from the given region. Confirm the subscription by {@link
     * Handshakes#sns}.
     *
     * @param connection fetches the certificates
     * @param region the region of the topics, such as {@code eu-central-1}
     * @param topics the ARNs of the topics; messages of other topics are rejected
     * @return the verifier
     * @throws InvalidDefinitionException if an argument is missing
     */
    public static Verifier sns(HttpConnection connection, String region, String... topics) {
        if (connection == null || Arguments.all(topics, "topics").isEmpty()) {
            throw new InvalidDefinitionException("signature", List.of("sns: a connection and a topic are required"));
        }
        return sns(connection, List.of(SnsVerifier.origin(region)), topics);
    }

    static Verifier sns(HttpConnection connection, List<String> origins, String... topics) {
        return new SnsVerifier(
                new CertificateChecker(connection, origins, null, TimeSource.SYSTEM), Set.copyOf(List.of(topics)));
    }

    /**
     * Verifies {@code PAYPAL-TRANSMISSION-SIG} of PayPal. Certificates are fetched only from PayPal, live or sandbox, and must be
     * issued by a certificate authority that the JVM trusts.
     *
     * <p>The signature covers the id and the time of the transmission, the id of the webhook and the CRC32 of the body. A CRC32
     * detects errors but does not protect: an attacker who has seen a request can send its signature with another body that has
     * the same CRC32. Events are therefore distinguished by the id of the transmission, and a request with the same id is a
     * repetition. If an event is critical, fetch it from PayPal by its id.
     *
     * @param connection fetches the certificates
     * @param webhookId the id of the webhook at PayPal
     * @return the verifier
     * @throws InvalidDefinitionException if an argument is missing
     */
    public static Verifier paypal(HttpConnection connection, String webhookId) {
        if (connection == null || webhookId == null || !webhookId.matches("[A-Za-z0-9_-]+")) {
            throw new InvalidDefinitionException(
                    "signature", List.of("paypal: a connection and the id of the webhook are required"));
        }
        List<String> origins = List.of("https://api.paypal.com/", "https://api.sandbox.paypal.com/");
        return paypal(
                new CertificateChecker(connection, origins, PublicKeyReader.trust(), TimeSource.SYSTEM), webhookId);
    }

    /**
     * Verifies {@code Plaid-Verification} of Plaid, a JSON Web Token (ES256) with the hash of the body that is at most 5 minutes old.
     * Its keys are fetched from {@code /webhook_verification_key/get}. Requires {@code nimbus-jose-jwt}, an optional dependency.
     *
     * <p>The type of an event consists of {@code webhook_type} and {@code webhook_code}, such as {@code
     * TRANSACTIONS.SYNC_UPDATES_AVAILABLE}. Plaid sends the same body for several events, so a token identifies an event: an event
     * that Plaid sends again with a new token is handled again.
     *
     * @param connection fetches the keys from the environment that sends, such as {@code https://production.plaid.com}; it must send
     *     the header fields {@code PLAID-CLIENT-ID} and {@code PLAID-SECRET}
     * @return the verifier
     * @throws InvalidDefinitionException if the connection or the library is missing
     */
    public static Verifier plaid(HttpConnection connection) {
        if (connection == null) {
            throw new InvalidDefinitionException("signature", List.of("plaid: a connection is required"));
        }
        return plaid(connection, TimeSource.SYSTEM);
    }

    static Verifier plaid(HttpConnection connection, TimeSource time) {
        DefaultSelectors selectors = new DefaultSelectors(
                List.of(MediaType.JSON), null, null, EventTypes.joined("webhook_type", "webhook_code"));
        return Verifiers.jwt(new PlaidKeys(connection, time))
                .location(PlaidKeys.TOKEN)
                .algorithms("ES256")
                .bodyHash("request_body_sha256")
                .tolerance(Duration.ZERO)
                .events(new EventSettings(selectors, false, true))
                .build();
    }

    static Verifier paypal(CertificateChecker certificates, String webhookId) {
        PublicKeys keys = request -> request.header("PAYPAL-CERT-URL")
                .map(certificates::at)
                .map(List::of)
                .orElseThrow(
                        () -> new CertificateChecker.NoKeyException("the header field PAYPAL-CERT-URL is missing"));
        return publicKey("SHA256withRSA", keys)
                .signature(ValueSelector.header("PAYPAL-TRANSMISSION-SIG"))
                .encoding("base64")
                .timestamp(ValueSelector.header("PAYPAL-TRANSMISSION-TIME"))
                .timestampUnit("iso")
                // PayPal retries for days, with the timestamp of the first attempt.
                .tolerance(Duration.ofDays(4))
                .id(ValueSelector.header("PAYPAL-TRANSMISSION-ID"))
                .content("{{id}}|{{timestamp}}|" + webhookId + "|{{bodyCrc32}}")
                // Only the CRC32 of the body is signed.
                .eventId(ValueSelector.header("PAYPAL-TRANSMISSION-ID"))
                .eventType(ValueSelector.body("/event_type"))
                .buildVerifier()
                .withService(new Service(List.of(MediaType.JSON), null));
    }
}
