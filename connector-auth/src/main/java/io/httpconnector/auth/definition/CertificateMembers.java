package io.httpconnector.auth.definition;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.tls.ClientCertificate;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The members that describe a client certificate: {@code certificate}, {@code privateKey} and {@code password}. Immutable. */
record CertificateMembers(
        FieldText certificate,
        FieldText privateKey,
        @Nullable FieldText password) {

    static CertificateMembers read(Members members) {
        return new CertificateMembers(
                // "certificate": The certificate, with those of the authorities that issued it, in PEM.
                members.requiredSecret("certificate"),
                // "privateKey": The private key in PEM (PKCS #8, PKCS #1 or SEC 1).
                members.requiredSecret("privateKey"),
                // "password": The password of an encrypted private key.
                members.secret("password"));
    }

    /** Returns the certificate; null if a value is missing, which is reported. */
    @Nullable ClientCertificate build(FieldValues values) {
        int before = values.problems();
        Secret chain = values.requiredSecret(certificate);
        Secret key = values.requiredSecret(privateKey);
        Secret word = values.secret(password);
        if (values.problems() > before) {
            return null;
        }
        try {
            return ClientCertificate.pem(bytes(chain), bytes(key), word);
        } catch (InvalidDefinitionException e) {
            e.problems().forEach(problem -> values.problem(certificate.pointer(), problem));
            return null;
        }
    }

    private static byte[] bytes(Secret pem) {
        return pem.reveal().getBytes(StandardCharsets.UTF_8);
    }
}
