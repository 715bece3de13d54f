package io.httpconnector.tls;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * The TLS settings of a connection: its client certificate, the server certificates that it trusts, and the versions of TLS.
 * Applications set them with the connection's builder. Connections with equal settings may share sockets. Thread-safe.
 */
public final class TlsSettings {

    /** The settings of the JVM: no client certificate, and the JVM's trust store. */
    public static final TlsSettings DEFAULT = new TlsSettings(null, null, List.of(), true);

    private final @Nullable ClientCertificate certificate;
    private final @Nullable ServerTrust trust;
    private final List<String> versions;
    private final boolean checksHostname;

    private @Nullable CurrentContext context;
    private @Nullable CurrentContext checked;

    /** A context for the current content of the certificate files. */
    private record CurrentContext(
            @Nullable KeyStore keys, @Nullable Object authorities, SSLContext context) {}

    private TlsSettings(
            @Nullable ClientCertificate certificate,
            @Nullable ServerTrust trust,
            List<String> versions,
            boolean checksHostname) {
        this.certificate = certificate;
        this.trust = trust;
        this.versions = versions;
        this.checksHostname = checksHostname;
    }

    /**
     * Returns these settings with a client certificate.
     *
     * @param certificate the certificate, or null for none
     * @return new settings
     */
    public TlsSettings withCertificate(@Nullable ClientCertificate certificate) {
        return new TlsSettings(certificate, trust, versions, checksHostname);
    }

    /**
     * Returns these settings with other trusted certificates.
     *
     * @param trust the trusted certificates, or null for those of the JVM
     * @return new settings
     */
    public TlsSettings withTrust(@Nullable ServerTrust trust) {
        return new TlsSettings(certificate, trust, versions, checksHostname);
    }

    /**
     * Returns these settings with other versions of TLS.
     *
     * @param versions such as {@code TLSv1.3}, or an empty list for those of the JVM
     * @return new settings
     */
    public TlsSettings withVersions(List<String> versions) {
        return new TlsSettings(certificate, trust, List.copyOf(versions), checksHostname);
    }

    /**
     * Returns these settings without a check of the server's host name, for tests.
     *
     * @return new settings
     */
    public TlsSettings withoutHostnameCheck() {
        return new TlsSettings(certificate, trust, versions, false);
    }

    /**
     * Returns whether there is a client certificate.
     *
     * @return true if there is one
     */
    public boolean hasCertificate() {
        return certificate != null;
    }

    /**
     * Returns the versions of TLS.
     *
     * @return the versions, or an empty list for those of the JVM
     */
    public List<String> versions() {
        return versions;
    }

    /**
     * Returns whether the host name of the server is checked.
     *
     * @return false in tests only
     */
    public boolean checksHostname() {
        return checksHostname;
    }

    /**
     * Returns whether exactly this certificate is trusted by the user's choice, not only an authority that issued it.
     *
     * @param certificate a certificate of a server
     * @return true if it is in {@link ServerTrust#only}
     */
    public boolean trustsItself(X509Certificate certificate) {
        return trust != null && trust.contains(certificate);
    }

    /**
     * Returns the context for new TLS sessions. The same context is returned until a certificate file changes; then a new one
     * is created, so that no session with the old certificate is resumed.
     *
     * @return the context
     * @throws IOException when the certificates can't be used
     */
    public synchronized SSLContext context() throws IOException {
        context = current(context, null);
        return context.context();
    }

    /**
     * Returns a context as {@link #context()} does, whose trust manager has more checks.
     *
     * @param checks adds the checks to a trust manager; the same ones in each call
     * @return the context
     * @throws IOException when the certificates can't be used
     */
    public synchronized SSLContext context(UnaryOperator<X509ExtendedTrustManager> checks) throws IOException {
        checked = current(checked, checks);
        return checked.context();
    }

    private CurrentContext current(
            @Nullable CurrentContext known, @Nullable UnaryOperator<X509ExtendedTrustManager> checks)
            throws IOException {
        KeyStore keys = certificate == null ? null : certificate.keyStore().current();
        Object authorities = trust == null ? null : trust.current();
        return known != null && keys == known.keys() && authorities == known.authorities()
                ? known
                : new CurrentContext(keys, authorities, create(keys, checks));
    }

    private SSLContext create(@Nullable KeyStore keys, @Nullable UnaryOperator<X509ExtendedTrustManager> checks)
            throws IOException {
        try {
            SSLContext created = SSLContext.getInstance("TLS");
            created.init(keys == null ? null : keyManagers(keys), trustManagers(checks), null);
            return created;
        } catch (GeneralSecurityException e) {
            throw new IOException("TLS can't be set up: " + e.getMessage(), e);
        }
    }

    private TrustManager @Nullable [] trustManagers(@Nullable UnaryOperator<X509ExtendedTrustManager> checks)
            throws GeneralSecurityException, IOException {
        if (checks == null) {
            return trust == null ? null : new TrustManager[] {trust.manager()};
        }
        ServerTrust trusted = trust == null ? ServerTrust.jvm() : trust;
        return new TrustManager[] {checks.apply(trusted.manager())};
    }

    private KeyManager[] keyManagers(KeyStore keys) throws GeneralSecurityException {
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(keys, Objects.requireNonNull(certificate).keyPassword());
        return factory.getKeyManagers();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof TlsSettings that
                && Objects.equals(certificate, that.certificate)
                && Objects.equals(trust, that.trust)
                && versions.equals(that.versions)
                && checksHostname == that.checksHostname;
    }

    @Override
    public int hashCode() {
        return Objects.hash(certificate, trust, versions, checksHostname);
    }
}
