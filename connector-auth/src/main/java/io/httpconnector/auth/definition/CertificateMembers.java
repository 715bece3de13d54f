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
                members.requiredSecret("certificate"),
                members.requiredSecret("privateKey"),
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
