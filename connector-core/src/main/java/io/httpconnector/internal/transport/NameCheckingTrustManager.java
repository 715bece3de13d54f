package io.httpconnector.internal.transport;

import io.httpconnector.internal.tls.CheckingTrustManager;
import io.httpconnector.tls.TlsSettings;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Trusts a certificate chain that the delegate trusts and whose certificate names the host as {@link SubjectNameVerifier}
 * requires. Thread-safe.
 */
final class NameCheckingTrustManager extends CheckingTrustManager {

    private final SubjectNameVerifier names;

    NameCheckingTrustManager(X509ExtendedTrustManager other, TlsSettings settings) {
        super(other);
        this.names = new SubjectNameVerifier(settings);
    }

    @Override
    protected void check(X509Certificate[] chain, @Nullable SSLSession session) throws CertificateException {
        String host = session == null ? null : session.getPeerHost();
        if (host == null) {
            throw new CertificateException("the host name is unknown, so that it can't be checked");
        }
        try {
            names.verify(host, chain[0]);
        } catch (SSLException e) {
            throw new CertificateException(e.getMessage(), e);
        }
    }
}
