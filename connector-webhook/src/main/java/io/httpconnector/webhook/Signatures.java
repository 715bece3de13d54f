package io.httpconnector.webhook;

import io.httpconnector.Secret;
import java.util.Arrays;

/**
 * How services sign their webhooks.
 *
 * <p>Each takes several secrets, any of which may have signed: while a secret is changed, give the old and the new one.
 */
public final class Signatures {

    private Signatures() {}

    /**
     * A signature by a shared secret, RFC 2104: for services that are not known here.
     *
     * @param algorithm {@code HmacSHA1}, {@code HmacSHA256}, {@code HmacSHA384} or {@code HmacSHA512}
     * @param secrets the secrets
     * @return describes the rest
     */
    public static SignatureBuilder hmac(String algorithm, Secret... secrets) {
        return new SignatureBuilder(algorithm, Arrays.asList(secrets));
    }

    /**
     * GitHub: {@code X-Hub-Signature-256}.
     *
     * @param secrets the secrets
     * @return checks the signatures
     */
    public static Verifier github(Secret... secrets) {
        return hmac("HmacSHA256", secrets)
                .signature(Part.header("X-Hub-Signature-256").after("sha256="))
                .build();
    }
}
