package io.httpconnector;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.client5.http.ssl.HostnameVerificationPolicy;
import org.apache.hc.client5.http.ssl.NoopHostnameVerifier;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.reactor.ssl.SSLBufferMode;
import org.jspecify.annotations.Nullable;

/**
 * How a connection speaks TLS: who it is, whom it trusts, and which versions. Equal ones may share sockets.
 *
 * @param certificate who we are, if the service asks
 * @param trust whom we trust; null for what the JVM trusts
 * @param versions the versions of the protocol; none for those of the JVM
 * @param checksHostname false only in tests
 */
record Tls(
        @Nullable ClientCertificate certificate,
        @Nullable ServerTrust trust,
        List<String> versions,
        boolean checksHostname) {

    static final Tls DEFAULT = new Tls(null, null, List.of(), true);

    /** What has turned out to be common to all connections that say nothing: the JVM's trust store takes time to read. */
    private static final class Default {
        private static final TlsSocketStrategy STRATEGY = DefaultClientTlsStrategy.createDefault();
    }

    TlsSocketStrategy strategy() {
        return equals(DEFAULT) ? Default.STRATEGY : new Current();
    }

    /** Begins anew when a file has changed, so that no session of the old certificate is resumed. */
    private final class Current implements TlsSocketStrategy {

        private @Nullable Object madeOfKeys;
        private @Nullable Object madeOfTrust;
        private @Nullable TlsSocketStrategy strategy;

        @Override
        public SSLSocket upgrade(Socket socket, String host, int port, @Nullable Object attachment, HttpContext context)
                throws IOException {
            return current().upgrade(socket, host, port, attachment, context);
        }

        private synchronized TlsSocketStrategy current() throws IOException {
            KeyStore keys = certificate == null ? null : certificate.keyStore().current();
            Object authorities = trust == null ? null : trust.current();
            TlsSocketStrategy now = strategy;
            if (now == null || keys != madeOfKeys || authorities != madeOfTrust) {
                now = create(keys);
                madeOfKeys = keys;
                madeOfTrust = authorities;
                strategy = now;
            }
            return now;
        }
    }

    private TlsSocketStrategy create(@Nullable KeyStore keys) throws IOException {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(
                    keys == null ? null : keyManagers(keys),
                    trust == null ? null : new TrustManager[] {trust.manager()},
                    null);
            return new DefaultClientTlsStrategy(
                    context,
                    versions.isEmpty() ? null : versions.toArray(String[]::new),
                    null,
                    SSLBufferMode.STATIC,
                    checksHostname ? HostnameVerificationPolicy.BOTH : HostnameVerificationPolicy.CLIENT,
                    checksHostname ? null : NoopHostnameVerifier.INSTANCE);
        } catch (GeneralSecurityException e) {
            throw new IOException("TLS can't be set up: " + e.getMessage(), e);
        }
    }

    private KeyManager[] keyManagers(KeyStore keys) throws GeneralSecurityException {
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(keys, Objects.requireNonNull(certificate).keyPassword());
        return factory.getKeyManagers();
    }
}
