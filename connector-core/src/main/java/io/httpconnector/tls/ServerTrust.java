package io.httpconnector.tls;

import static io.httpconnector.internal.Arguments.notNull;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.TimeSource;
import io.httpconnector.internal.Hashing;
import io.httpconnector.internal.Loggers;
import io.httpconnector.internal.PemReader;
import io.httpconnector.internal.text.LogSafe;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server certificates that a connection trusts: the certificate authorities (CAs) that may have issued them, and optionally
 * pinned public keys. The host name is always verified, too: it must be in the {@code subjectAltName} of the certificate
 * (RFC 9110, section 4.3.4); in a certificate that is itself trusted, the common name is sufficient.
 *
 * <pre>{@code
 * ServerTrust.only(Path.of("company-ca.pem"))
 * ServerTrust.only(Path.of("company-ca.pem")).andJvm()
 * ServerTrust.jvm().pin("sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
 * }</pre>
 *
 * <p>Files are read again after they have changed. Immutable and thread-safe.
 */
public final class ServerTrust {

    private static final Logger LOG = LoggerFactory.getLogger(Loggers.CONNECTION);
    private static final String PIN = "sha256/";

    private final @Nullable KeyMaterialSource source;
    private final @Nullable ReloadingValue<List<X509Certificate>> authorities;
    private final boolean jvm;
    private final List<String> pins;

    private ServerTrust(
            @Nullable KeyMaterialSource source,
            @Nullable ReloadingValue<List<X509Certificate>> authorities,
            boolean jvm,
            List<String> pins) {
        this.source = source;
        this.authorities = authorities;
        this.jvm = jvm;
        this.pins = pins;
    }

    /**
     * Trusts the CAs that the JVM trusts. This is the default; call it to add pins.
     *
     * @return the trust
     */
    public static ServerTrust jvm() {
        return new ServerTrust(null, null, true, List.of());
    }

    /**
     * Trusts only these CAs, or exactly this self-signed certificate of a service. The dates of these certificates themselves are
     * not checked, as they are trusted by your choice; a warning is logged if one has expired.
     *
     * @param pem a file of certificates in PEM format
     * @return the trust
     * @throws InvalidDefinitionException when the file can't be read or contains no certificate
     */
    public static ServerTrust only(Path pem) {
        return only(KeyMaterialSource.of(pem));
    }

    /**
     * Trusts only these CAs, from memory.
     *
     * @param pem certificates in PEM
     * @return the trust
     * @throws InvalidDefinitionException when the bytes contain no certificate
     */
    public static ServerTrust only(byte[] pem) {
        return only(KeyMaterialSource.of(pem));
    }

    /**
     * Trusts only these CAs, which the application supplies, and which may change. They are supplied again for new sockets.
     *
     * @param pem supplies certificates in PEM; called often, and must return quickly
     * @return the trust
     * @throws InvalidDefinitionException when the bytes contain no certificate
     */
    public static ServerTrust only(Supplier<byte[]> pem) {
        return only(KeyMaterialSource.of(pem));
    }

    /**
     * Trusts only these CAs, from a stream.
     *
     * @param pem certificates in PEM; read to its end, not closed
     * @return the trust
     * @throws InvalidDefinitionException when the stream can't be read or contains no certificate
     */
    public static ServerTrust only(InputStream pem) {
        return only(KeyMaterialSource.of(KeyMaterialSource.read(pem)));
    }

    private static ServerTrust only(KeyMaterialSource source) {
        return new ServerTrust(
                source, new ReloadingValue<>("trust", List.of(source), () -> certificates(source)), false, List.of());
    }

    private static List<X509Certificate> certificates(KeyMaterialSource source)
            throws GeneralSecurityException, IOException {
        List<X509Certificate> certificates = PemReader.certificates(source.read());
        if (certificates.isEmpty()) {
            throw new GeneralSecurityException("there is no certificate in it");
        }
        for (X509Certificate certificate : certificates) {
            if (certificate.getNotAfter().toInstant().isBefore(TimeSource.SYSTEM.now())) {
                LOG.warn(
                        "The trusted certificate of {} in {} expired on {}; it remains trusted",
                        certificate.getSubjectX500Principal().getName(),
                        source,
                        certificate.getNotAfter().toInstant());
            }
        }
        return List.copyOf(certificates);
    }

    /**
     * Also trusts the CAs that the JVM trusts.
     *
     * @return new trust
     */
    public ServerTrust andJvm() {
        return new ServerTrust(source, authorities, true, pins);
    }

    /**
     * Also requires that the service's certificate, or that of a CA above it, has one of these public keys (as in RFC 7469,
     * section 2.4). Add a second, backup pin for the time when the first key is replaced.
     *
     * @param pins {@code sha256/} and the Base64 of the SHA-256 of a SubjectPublicKeyInfo; the exception of a connection that
     *     fails because of its pins contains the actual pin
     * @return new trust
     * @throws InvalidDefinitionException when a pin is not of this form
     */
    public ServerTrust pin(String... pins) {
        List<String> all = new ArrayList<>(this.pins);
        for (String pin : pins) {
            all.add(checked(pin));
        }
        return new ServerTrust(source, authorities, jvm, List.copyOf(all));
    }

    private static String checked(String pin) {
        try {
            if (notNull(pin, "pin").startsWith(PIN)
                    && Base64.getDecoder().decode(pin.substring(PIN.length())).length == 32) {
                return pin;
            }
        } catch (IllegalArgumentException e) {
            // Invalid Base64 is rejected below like any other invalid pin.
        }
        throw new InvalidDefinitionException(
                "pin", "\"" + LogSafe.visible(pin) + "\" is not sha256/ and the Base64 of 32 bytes");
    }

    static String pinOf(X509Certificate certificate) {
        byte[] hash = Hashing.sha256(certificate.getPublicKey().getEncoded());
        return PIN + Base64.getEncoder().encodeToString(hash);
    }

    /** Returns whether a certificate was issued by another: checks the name and the signature. */
    static boolean isIssuer(X509Certificate issuer, X509Certificate issued) {
        if (!issuer.getSubjectX500Principal().equals(issued.getIssuerX500Principal()) || issuer.equals(issued)) {
            return false;
        }
        try {
            issued.verify(issuer.getPublicKey());
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    /** Returns an object that changes when the file has changed; null if there is no file. */
    @Nullable Object current() {
        return authorities == null ? null : authorities.current();
    }

    /** Returns whether a certificate itself was given as trusted. */
    boolean contains(X509Certificate certificate) {
        return authorities != null && authorities.current().contains(certificate);
    }

    /** Returns a trust manager for the current content of the files. */
    X509ExtendedTrustManager manager() throws GeneralSecurityException, IOException {
        X509ExtendedTrustManager manager = manager(jvm && authorities == null ? null : store());
        return pins.isEmpty() ? manager : new PinningTrustManager(manager, pins);
    }

    private KeyStore store() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        List<X509Certificate> all = new ArrayList<>(authorities == null ? List.of() : authorities.current());
        if (jvm) {
            all.addAll(List.of(manager(null).getAcceptedIssuers()));
        }
        for (X509Certificate certificate : all) {
            store.setCertificateEntry("ca-" + store.size(), certificate);
        }
        return store;
    }

    private static X509ExtendedTrustManager manager(@Nullable KeyStore store) throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        for (TrustManager manager : factory.getTrustManagers()) {
            if (manager instanceof X509ExtendedTrustManager found) {
                return found;
            }
        }
        throw new GeneralSecurityException("the JVM has no trust manager for X.509");
    }

    /**
     * Describes what is trusted.
     *
     * @return the file, if the source is one, and the pins
     */
    @Override
    public String toString() {
        return "trust in " + (source == null ? "" : source + (jvm ? " and " : ""))
                + (jvm ? "the JVM's authorities" : "") + (pins.isEmpty() ? "" : ", pinned to " + pins);
    }

    /**
     * Compares with another trust. Connections with equal trust may share sockets.
     *
     * @param other another object
     * @return whether it trusts the same certificates: of the same file, equal bytes or the same supplier, with the same pins
     */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ServerTrust that
                && Objects.equals(source, that.source)
                && jvm == that.jvm
                && pins.equals(that.pins);
    }

    @Override
    public int hashCode() {
        return Objects.hash(source, jvm, pins);
    }
}
