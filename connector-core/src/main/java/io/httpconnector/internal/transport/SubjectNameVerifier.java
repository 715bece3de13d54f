package io.httpconnector.internal.transport;

import io.httpconnector.tls.TlsSettings;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.apache.hc.client5.http.psl.PublicSuffixMatcherLoader;
import org.apache.hc.client5.http.ssl.DefaultHostnameVerifier;
import org.apache.hc.client5.http.ssl.HttpClientHostnameVerifier;
import org.apache.hc.core5.net.InetAddressUtils;

/**
 * Verifies that a server certificate names the host in its {@code subjectAltName}. The common name of the subject does not count
 * (RFC 9110, section 4.3.4), because an authority may issue it without a check, except in a certificate that is itself trusted.
 * Thread-safe.
 */
final class SubjectNameVerifier implements HttpClientHostnameVerifier {

    private static final int DNS_NAME = 2;
    private static final int IP_ADDRESS = 7;

    private final DefaultHostnameVerifier names;
    private final TlsSettings settings;

    SubjectNameVerifier(TlsSettings settings) {
        this.names = new DefaultHostnameVerifier(PublicSuffixMatcherLoader.getDefault());
        this.settings = settings;
    }

    @Override
    public void verify(String host, X509Certificate certificate) throws SSLException {
        names.verify(host, certificate);
        if (!hasName(certificate, isAddress(host) ? IP_ADDRESS : DNS_NAME) && !settings.trustsItself(certificate)) {
            throw new SSLPeerUnverifiedException("The certificate of "
                    + certificate.getSubjectX500Principal().getName() + " has no subjectAltName for " + host
                    + ", and its common name does not count (RFC 9110, section 4.3.4): have it issued with a"
                    + " subjectAltName, or trust exactly this certificate by ServerTrust.only(...)");
        }
    }

    private static boolean isAddress(String host) {
        return InetAddressUtils.isIPv4(host)
                || InetAddressUtils.isIPv6(host)
                || InetAddressUtils.isIPv6URLBracketed(host);
    }

    private static boolean hasName(X509Certificate certificate, int type) throws SSLException {
        try {
            Collection<List<?>> all = certificate.getSubjectAlternativeNames();
            return all != null && all.stream().anyMatch(name -> name.get(0).equals(type));
        } catch (CertificateParsingException e) {
            throw new SSLException("The subjectAltName of the certificate can't be read", e);
        }
    }

    @Override
    public boolean verify(String host, SSLSession session) {
        try {
            verify(host, (X509Certificate) session.getPeerCertificates()[0]);
            return true;
        } catch (SSLException e) {
            return false;
        }
    }
}
