package io.httpconnector.webhook;

import io.httpconnector.Secret;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * How services sign their webhooks.
 *
 * <pre>{@code
 * Signatures.github(secret)
 * Signatures.preset("github", secret)                        // the same, for a name that is configured
 * Signatures.hmac("HmacSHA256", secret)                      // a service that is not known here
 *         .signature(Part.header("X-Acme-Signature"))
 *         .build()
 * }</pre>
 *
 * <p>Each takes several secrets, any of which may have signed: while a secret is changed, give the old and the new one. Services
 * that sign their URL need {@link WebhookEndpointBuilder#publicUrl}, or a {@link WebhookRouter}.
 */
public final class Signatures {

    private Signatures() {}

    /**
     * A signature by a shared secret: for services that are not known here.
     *
     * @param algorithm {@code HmacSHA1}, {@code HmacSHA256}, {@code HmacSHA384} or {@code HmacSHA512} (RFC 2104), or a plain
     *     hash of a content that has the secret: {@code SHA-256}, {@code SHA-384} or {@code SHA-512}
     * @param secrets the secrets
     * @return describes the rest
     */
    public static SignatureBuilder hmac(String algorithm, Secret... secrets) {
        return new SignatureBuilder(algorithm, Arrays.asList(secrets), null);
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
        return new SignatureBuilder(algorithm, List.of(), keys);
    }

    /**
     * A well-known service by its name, for what is configured at run time.
     *
     * @param name one of {@link #presets()}
     * @param secrets the secrets; for services that sign by a private key, their public keys
     * @return checks the signatures
     * @throws io.httpconnector.InvalidDefinitionException when there is no such name, or the secrets are not of its form
     */
    public static Verifier preset(String name, Secret... secrets) {
        return Presets.of(name, Arrays.asList(secrets));
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
}
