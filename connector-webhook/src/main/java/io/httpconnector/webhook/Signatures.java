package io.httpconnector.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.webhook.SignatureVerifier.Service;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * How services sign their webhooks.
 *
 * <pre>{@code
 * Signatures.github(secret)
 * Signatures.preset("github", secret)                        // the same, for a name that is configured
 * Signatures.hmac("HmacSHA256", secret)                      // a service that is not known here
 *         .signature(ValueSelector.header("X-Acme-Signature"))
 *         .build()
 * }</pre>
 *
 * <p>Each takes several secrets, any of which may have signed: while a secret is changed, give the old and the new one. Services
 * that sign their URL need {@link WebhookReceiverBuilder#publicUrl}, or a {@link WebhookRouter}.
 */
public final class Signatures {

    private Signatures() {}

    /**
     * A signature by a shared secret: for services that are not known here.
     *
     * @param algorithm {@code HmacSHA1}, {@code HmacSHA256}, {@code HmacSHA384} or {@code HmacSHA512} (RFC 2104), or a plain
     *     hash of a content that has the secret: {@code SHA-256}, {@code SHA-384} or {@code SHA-512}. With the secret in front, whoever
     *     has seen a request can append to its content: bodies are read as JSON, and a warning is logged
     * @param secrets the secrets
     * @return describes the rest
     */
    public static SignatureBuilder hmac(String algorithm, Secret... secrets) {
        return new SignatureBuilder(
                Arguments.notNull(algorithm, "algorithm"), Arguments.all(secrets, "secrets of a signature"), null);
    }

    /**
     * A signature by a private key: for services that are not known here.
     *
     * @param algorithm {@code Ed25519}, or as {@code SHA256withRSA}, {@code SHA256withECDSA} and, for signatures that are the
     *     two numbers only, {@code SHA256withECDSAinP1363Format}; also with SHA384 and SHA512
     * @param keys the public keys
     * @return describes the rest
     */
    public static SignatureBuilder publicKey(String algorithm, PublicKeys keys) {
        return new SignatureBuilder(
                Arguments.notNull(algorithm, "algorithm"), List.of(), Arguments.notNull(keys, "public keys"));
    }

    /**
     * A signature by a shared secret, as it was stored.
     *
     * @param definition what {@link SignatureBuilder#toJson()} gave
     * @param secrets the secrets
     * @return describes the rest
     * @throws InvalidDefinitionException when it is not what was stored: lists every problem
     */
    public static SignatureBuilder definition(JsonNode definition, Secret... secrets) {
        return SignatureBuilder.fromJson(definition, Arguments.all(secrets, "secrets of a signature"), null);
    }

    /**
     * A signature by a private key, as it was stored.
     *
     * @param definition what {@link SignatureBuilder#toJson()} gave
     * @param keys the public keys
     * @return describes the rest
     * @throws InvalidDefinitionException when it is not what was stored: lists every problem
     */
    public static SignatureBuilder definition(JsonNode definition, PublicKeys keys) {
        return SignatureBuilder.fromJson(definition, List.of(), Arguments.notNull(keys, "public keys"));
    }

    /**
     * A well-known service by its name, for what is configured at run time.
     *
     * @param name one of {@link #presets()}
     * @param secrets the secrets; for services that sign by a private key, their public keys
     * @return checks the signatures
     * @throws InvalidDefinitionException when there is no such name, or the secrets are not of its form
     */
    public static Verifier preset(String name, Secret... secrets) {
        return Presets.of(name, Arguments.all(secrets, "secrets of a signature"));
    }

    /**
     * The names of well-known services.
     *
     * @return the names, in alphabetical order
     */
    public static Set<String> presets() {
        return Presets.names();
    }

    /**
     * GitHub: {@code X-Hub-Signature-256}.
     *
     * @param secrets the secrets
     * @return checks the signatures
     */
    public static Verifier github(Secret... secrets) {
        return preset("github", secrets);
    }

    /**
     * Stripe: {@code Stripe-Signature}.
     *
     * @param secrets the signing secrets, as {@code whsec_...}
     * @return checks the signatures
     */
    public static Verifier stripe(Secret... secrets) {
        return preset("stripe", secrets);
    }

    /**
     * Slack: {@code X-Slack-Signature}.
     *
     * @param secrets the signing secrets
     * @return checks the signatures
     */
    public static Verifier slack(Secret... secrets) {
        return preset("slack", secrets);
    }

    /**
     * Shopify: {@code X-Shopify-Hmac-Sha256}.
     *
     * @param secrets the client secrets
     * @return checks the signatures
     */
    public static Verifier shopify(Secret... secrets) {
        return preset("shopify", secrets);
    }

    /**
     * Typeform: {@code Typeform-Signature}.
     *
     * @param secrets the secrets
     * @return checks the signatures
     */
    public static Verifier typeform(Secret... secrets) {
        return preset("typeform", secrets);
    }

    /**
     * Standard Webhooks: {@code webhook-signature}, by a shared secret.
     *
     * @param secrets the secrets, as {@code whsec_...}
     * @return checks the signatures
     */
    public static Verifier standardWebhooks(Secret... secrets) {
        return preset("standard-webhooks", secrets);
    }

    /**
     * Amazon SNS. Its certificates are fetched from the region, and from nowhere else. Confirm the subscription by
     * {@link Handshakes#sns}.
     *
     * @param connection fetches the certificates
     * @param region the region of the topics, such as {@code eu-central-1}
     * @param topics the ARNs of the topics; of others nothing is taken
     * @return checks the signatures, of version 1 and 2
     * @throws InvalidDefinitionException when something is missing
     */
    public static Verifier sns(HttpConnection connection, String region, String... topics) {
        if (connection == null || Arguments.all(topics, "topics").isEmpty()) {
            throw new InvalidDefinitionException("signature", List.of("sns: it needs a connection and a topic"));
        }
        return sns(connection, List.of(snsOrigin(region)), topics);
    }

    static Verifier sns(HttpConnection connection, List<String> origins, String... topics) {
        return new SnsVerifier(
                new CertificateChecker(connection, origins, null, Clock.systemUTC()), Set.copyOf(List.of(topics)));
    }

    static String snsOrigin(String region) {
        if (region == null || !region.matches("[a-z]{2}(-[a-z]+)+-[0-9]")) {
            throw new InvalidDefinitionException(
                    "signature", List.of("sns: the region must be one such as eu-central-1"));
        }
        return "https://sns." + region + ".amazonaws.com" + (region.startsWith("cn-") ? ".cn/" : "/");
    }

    /**
     * PayPal: {@code PAYPAL-TRANSMISSION-SIG}. Its certificates are fetched from PayPal, live or sandbox, and must be issued by an
     * authority that Java trusts.
     *
     * <p>The signature covers the id and the time of the transmission, the id of the webhook and the CRC32 of the body. A CRC32
     * finds errors, and does not protect: whoever has seen a request can send its signature with another body that has the same
     * CRC32. So events are told apart by the id of the transmission, and what comes again with it is a repetition. If much depends on
     * an event, ask PayPal for it by its id.
     *
     * @param connection fetches the certificates
     * @param webhookId the id of the webhook there
     * @return checks the signatures
     * @throws InvalidDefinitionException when something is missing
     */
    public static Verifier paypal(HttpConnection connection, String webhookId) {
        if (connection == null || webhookId == null || !webhookId.matches("[A-Za-z0-9_-]+")) {
            throw new InvalidDefinitionException(
                    "signature", List.of("paypal: it needs a connection and the id of the webhook"));
        }
        List<String> origins = List.of("https://api.paypal.com/", "https://api.sandbox.paypal.com/");
        return paypal(
                new CertificateChecker(connection, origins, PublicKeyReader.trust(), Clock.systemUTC()), webhookId);
    }

    static Verifier paypal(CertificateChecker certificates, String webhookId) {
        PublicKeys keys = request -> request.header("PAYPAL-CERT-URL")
                .map(certificates::at)
                .map(List::of)
                .orElseThrow(() -> new CertificateChecker.NoKeyException("there is no PAYPAL-CERT-URL"));
        return publicKey("SHA256withRSA", keys)
                .signature(ValueSelector.header("PAYPAL-TRANSMISSION-SIG"))
                .encoding("base64")
                .timestamp(ValueSelector.header("PAYPAL-TRANSMISSION-TIME"))
                .timestampUnit("iso")
                // It repeats an event for days, with the time of the first attempt.
                .tolerance(Duration.ofDays(4))
                .id(ValueSelector.header("PAYPAL-TRANSMISSION-ID"))
                .content("{{id}}|{{timestamp}}|" + webhookId + "|{{bodyCrc32}}")
                // Of the body only the CRC32 is signed.
                .eventId(ValueSelector.header("PAYPAL-TRANSMISSION-ID"))
                .eventType(ValueSelector.body("/event_type"))
                .verifier()
                .of(new Service(List.of(MediaType.JSON), false, null));
    }
}
