package io.httpconnector.tls;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/** Trusts a certificate chain that the delegate trusts and that contains a pinned public key (certificate pinning). */
final class PinningTrustManager extends X509ExtendedTrustManager {

    private final X509ExtendedTrustManager other;
    private final List<String> pins;

    PinningTrustManager(X509ExtendedTrustManager other, List<String> pins) {
        this.other = other;
        this.pins = pins;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        other.checkServerTrusted(chain, authType, socket);
        checkPins(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        other.checkServerTrusted(chain, authType, engine);
        checkPins(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        other.checkServerTrusted(chain, authType);
        checkPins(chain);
    }

    /**
     * Follows the chain from the certificate of the service to its issuers until it finds a pinned key. Other certificates that
     * the service sends do not count, because anyone could send them.
     */
    private void checkPins(X509Certificate[] chain) throws CertificateException {
        List<X509Certificate> candidates = new ArrayList<>(List.of(chain));
        candidates.addAll(List.of(other.getAcceptedIssuers()));
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

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return other.getAcceptedIssuers();
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        other.checkClientTrusted(chain, authType, socket);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        other.checkClientTrusted(chain, authType, engine);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        other.checkClientTrusted(chain, authType);
    }
}
