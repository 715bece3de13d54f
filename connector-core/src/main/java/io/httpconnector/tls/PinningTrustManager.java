package io.httpconnector.tls;

import io.httpconnector.internal.tls.CheckingTrustManager;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLSession;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** Trusts a certificate chain that the delegate trusts and that contains a pinned public key (certificate pinning). */
final class PinningTrustManager extends CheckingTrustManager {

    private final List<String> pins;

    PinningTrustManager(X509ExtendedTrustManager other, List<String> pins) {
        super(other);
        this.pins = pins;
    }

    /**
     * Follows the chain from the certificate of the service to its issuers until it finds a pinned key. Other certificates that
     * the service sends do not count, because anyone could send them.
     */
    @Override
    protected void check(X509Certificate[] chain, @Nullable SSLSession session) throws CertificateException {
        List<X509Certificate> candidates = new ArrayList<>(List.of(chain));
        candidates.addAll(List.of(getAcceptedIssuers()));
        X509Certificate current = chain[0];
        for (int height = 0; height <= chain.length; height++) {
            if (pins.contains(ServerTrust.pinOf(current))) {
                return;
            }
            X509Certificate signed = current;
            X509Certificate issuer = candidates.stream()
                    .filter(candidate -> ServerTrust.isIssuer(candidate, signed))
                    .findFirst()
                    .orElse(null);
            if (issuer == null) {
                break;
            }
            current = issuer;
        }
        throw new CertificateException(
                "none of its keys is pinned; its certificate has " + ServerTrust.pinOf(chain[0]));
    }
}
