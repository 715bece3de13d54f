package io.httpconnector.tls;

import java.security.KeyStore;
import java.security.cert.X509Certificate;
import javax.net.ssl.X509ExtendedTrustManager;

/** Gives the tests of other packages access to what this package hides. */
public final class TlsInternals {

    private TlsInternals() {}

    public static KeyStore keyStore(ClientCertificate certificate) {
        return certificate.keyStore().current();
    }

    public static X509ExtendedTrustManager trustManager(ServerTrust trust) throws Exception {
        return trust.manager();
    }

    public static String pinOf(X509Certificate certificate) {
        return ServerTrust.pinOf(certificate);
    }
}
