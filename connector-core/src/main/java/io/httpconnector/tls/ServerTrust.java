package io.httpconnector.tls;

import static io.httpconnector.internal.Arguments.notNull;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.Hashing;
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
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * The server certificates that a connection trusts: which authorities may have issued its certificate, and which keys may stand
 * in it. The host name is checked always.
 *
 * <pre>{@code
 * ServerTrust.only(Path.of("company-ca.pem"))
 * ServerTrust.only(Path.of("company-ca.pem")).andJvm()
 * ServerTrust.jvm().pin("sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
 * }</pre>
 *
 * <p>Files are read again when they have changed. Immutable and safe for many threads.
 */
public final class ServerTrust {

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
     * Returns the authorities that the JVM trusts. It is the default; useful to add pins.
     *
     * @return the trust
     */
    public static ServerTrust jvm() {
        return new ServerTrust(null, null, true, List.of());
    }

    /**
     * Only these authorities, or this very certificate of a service that has signed it itself.
     *
     * @param pem a file of certificates in PEM
     * @return the trust
     * @throws InvalidDefinitionException when the file can't be read, or there is no certificate in it
     */
    public static ServerTrust only(Path pem) {
        return only(KeyMaterialSource.of(pem));
    }

    /**
     * Only these authorities, from memory.
     *
     * @param pem certificates in PEM
     * @return the trust
     * @throws InvalidDefinitionException when there is no certificate in it
     */
    public static ServerTrust only(byte[] pem) {
        return only(KeyMaterialSource.of(pem));
    }

    /**
     * Only these authorities, from a stream.
     *
     * @param pem certificates in PEM; read to its end, not closed
     * @return the trust
     * @throws InvalidDefinitionException when it can't be read, or there is no certificate in it
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
        return List.copyOf(certificates);
    }

    /**
     * Beside what is trusted already, the authorities that the JVM trusts.
     *
     * @return new trust
     */
    public ServerTrust andJvm() {
        return new ServerTrust(source, authorities, true, pins);
    }

    /**
     * Beside all other checks, one of these public keys must stand in the service's certificate, or in that of an authority
     * above it (as in RFC 7469, section 2.4). Give a second one, for the day when the first is replaced.
     *
     * @param pins {@code sha256/} and the Base64 of the SHA-256 of a SubjectPublicKeyInfo; a connection that fails because of
     *     its pins says what it saw
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
            // Not Base64: refused like any other.
        }
        throw new InvalidDefinitionException(
                "pin", "\"" + LogSafe.visible(pin) + "\" is not sha256/ and the Base64 of 32 bytes");
    }

    static String pinOf(X509Certificate certificate) {
        byte[] hash = Hashing.sha256(certificate.getPublicKey().getEncoded());
        return PIN + Base64.getEncoder().encodeToString(hash);
    }

    /** Returns whether one has signed the other, by name and by key. */
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

    /** Something that differs when a file has changed. */
    @Nullable Object current() {
        return authorities == null ? null : authorities.current();
    }

    /** What decides about certificates, as the files are now. */
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
     * Says what is trusted.
     *
     * @return the file, if it is one, and the pins
     */
    @Override
    public String toString() {
        return "trust in " + (source == null ? "" : source + (jvm ? " and " : ""))
                + (jvm ? "the JVM's authorities" : "") + (pins.isEmpty() ? "" : ", pinned to " + pins);
    }
}
