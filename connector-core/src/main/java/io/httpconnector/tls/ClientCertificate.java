package io.httpconnector.tls;

import static io.httpconnector.internal.Arguments.notNull;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.internal.PemReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAKey;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A certificate and its private key, with which a connection authenticates to the service (mutual TLS, mTLS).
 *
 * <pre>{@code
 * ClientCertificate.pem(Path.of("client.crt"), Path.of("client.key"))
 * ClientCertificate.keyStore(Path.of("client.p12"), Secret.fromEnv("KEYSTORE_PASSWORD"))
 * }</pre>
 *
 * <p>The certificate is read and validated immediately. Files are read again after they have changed, so that a renewed
 * certificate needs no restart: new sockets present it. While the new files do not match each other, the old certificate
 * remains in use. Immutable and thread-safe. Connections with the same object can share sockets.
 */
public final class ClientCertificate {

    private static final String PSS = "RSASSA-PSS";

    /** The parameters for keys that may be used with any. */
    private static final PSSParameterSpec PSS_SHA_256 =
            new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1);

    private final ReloadingValue<KeyStore> keyStore;
    private final KeyMaterialSource first;
    private final @Nullable KeyMaterialSource key;
    private final @Nullable Secret password;

    private ClientCertificate(KeyMaterialSource first, @Nullable KeyMaterialSource key, @Nullable Secret password) {
        this.first = first;
        this.key = key;
        this.password = password;
        List<KeyMaterialSource> sources = key == null ? List.of(first) : List.of(first, key);
        this.keyStore = new ReloadingValue<>("client certificate", sources, () -> load(first, key, password));
    }

    /**
     * Loads a certificate from a key store file. The format, PKCS #12 ({@code .p12}, {@code .pfx}) or JKS, is detected.
     *
     * @param file the key store, with one private key
     * @param password the password of the store and of the key
     * @return the certificate
     * @throws InvalidDefinitionException when the file can't be read, or the password is wrong
     */
    public static ClientCertificate keyStore(Path file, Secret password) {
        return new ClientCertificate(KeyMaterialSource.of(file), null, notNull(password, "key store password"));
    }

    /**
     * Loads a certificate from a key store file without a password, or with an empty one.
     *
     * @param file the key store, with one private key
     * @return the certificate
     * @throws InvalidDefinitionException when the file can't be read, or has a password
     */
    public static ClientCertificate keyStore(Path file) {
        return new ClientCertificate(KeyMaterialSource.of(file), null, null);
    }

    /**
     * Loads a certificate from a key store in memory, without a password or with an empty one.
     *
     * @param content a PKCS #12 or JKS store with one private key
     * @return the certificate
     * @throws InvalidDefinitionException when the key store can't be read, or has a password
     */
    public static ClientCertificate keyStore(byte[] content) {
        return new ClientCertificate(KeyMaterialSource.of(content), null, null);
    }

    /**
     * Loads a certificate from a key store in memory.
     *
     * @param content a PKCS #12 or JKS store with one private key
     * @param password the password of the store and of the key
     * @return the certificate
     * @throws InvalidDefinitionException when the key store can't be read, or the password is wrong
     */
    public static ClientCertificate keyStore(byte[] content, Secret password) {
        return new ClientCertificate(KeyMaterialSource.of(content), null, notNull(password, "key store password"));
    }

    /**
     * Loads a certificate from a key store that the application supplies, and that may change, such as one of a vault. It is
     * supplied again for new sockets; connections with this certificate then present the new one.
     *
     * @param content supplies a PKCS #12 or JKS store with one private key; called often, and must return quickly
     * @param password the password of the store and of the key
     * @return the certificate
     * @throws InvalidDefinitionException when the key store can't be read, or the password is wrong
     */
    public static ClientCertificate keyStore(Supplier<byte[]> content, Secret password) {
        return new ClientCertificate(KeyMaterialSource.of(content), null, notNull(password, "key store password"));
    }

    /**
     * Loads a certificate from a stream of a key store, such as a resource of the application.
     *
     * @param content a PKCS #12 or JKS store with one private key; read to its end, not closed
     * @param password the password of the store and of the key
     * @return the certificate
     * @throws InvalidDefinitionException when the key store can't be read, or the password is wrong
     */
    public static ClientCertificate keyStore(InputStream content, Secret password) {
        return keyStore(KeyMaterialSource.read(content), password);
    }

    /**
     * Loads a certificate from PEM files with an unencrypted key.
     *
     * @param chain the certificate and the intermediate certificates, in any order
     * @param key the private key: PKCS #8, PKCS #1 or SEC 1; may be the same file
     * @return the certificate; for an encrypted key, see {@link #pem(Path, Path, Secret)}
     * @throws InvalidDefinitionException when a file can't be read, or the key does not belong to the certificate
     */
    public static ClientCertificate pem(Path chain, Path key) {
        return new ClientCertificate(KeyMaterialSource.of(chain), KeyMaterialSource.of(key), null);
    }

    /**
     * Loads a certificate from PEM files with an encrypted key.
     *
     * @param chain the certificate and the intermediate certificates, in any order
     * @param key the private key: PKCS #8, PKCS #1 or SEC 1; may be the same file
     * @param password the password of the key
     * @return the certificate
     * @throws InvalidDefinitionException when a file can't be read, the password is wrong, or the key does not belong to the
     *     certificate
     */
    public static ClientCertificate pem(Path chain, Path key, Secret password) {
        return new ClientCertificate(
                KeyMaterialSource.of(chain), KeyMaterialSource.of(key), notNull(password, "key password"));
    }

    /**
     * Loads a certificate from PEM text in memory.
     *
     * @param chain the certificate and the intermediate certificates, in any order
     * @param key the private key: PKCS #8, PKCS #1 or SEC 1
     * @param password the password of the key; null if the key is not encrypted
     * @return the certificate
     * @throws InvalidDefinitionException when the password is wrong, or the key does not belong to the certificate
     */
    public static ClientCertificate pem(byte[] chain, byte[] key, @Nullable Secret password) {
        return new ClientCertificate(KeyMaterialSource.of(chain), KeyMaterialSource.of(key), password);
    }

    /**
     * Loads a certificate from streams of PEM text.
     *
     * @param chain the certificate and the intermediate certificates, in any order; not closed
     * @param key the private key: PKCS #8, PKCS #1 or SEC 1; not closed
     * @param password the password of the key; null if the key is not encrypted
     * @return the certificate
     * @throws InvalidDefinitionException when a stream can't be read, the password is wrong, or the key does not belong to the
     *     certificate
     */
    public static ClientCertificate pem(InputStream chain, InputStream key, @Nullable Secret password) {
        return pem(KeyMaterialSource.read(chain), KeyMaterialSource.read(key), password);
    }

    /** Returns the key store with the current content of its files. */
    ReloadingValue<KeyStore> keyStore() {
        return keyStore;
    }

    /** Returns the password of the key in the key store. */
    char[] keyPassword() {
        return key == null && password != null ? password.reveal().toCharArray() : new char[0];
    }

    private static KeyStore load(KeyMaterialSource first, @Nullable KeyMaterialSource key, @Nullable Secret password)
            throws GeneralSecurityException, IOException {
        if (key != null) {
            return fromPem(first, key, password);
        }
        byte[] content = first.read();
        // A JKS store starts with the bytes FE ED FE ED.
        KeyStore store = KeyStore.getInstance(content.length > 1 && content[0] == (byte) 0xfe ? "JKS" : "PKCS12");
        char[] characters = password == null ? new char[0] : password.reveal().toCharArray();
        store.load(new ByteArrayInputStream(content), characters);
        for (String alias : Collections.list(store.aliases())) {
            if (store.isKeyEntry(alias)) {
                // A store without a MAC is loaded by any password, which only the key then checks.
                Key unused = store.getKey(alias, characters);
                return store;
            }
        }
        throw new GeneralSecurityException("the key store has no private key");
    }

    private static KeyStore fromPem(KeyMaterialSource first, KeyMaterialSource key, @Nullable Secret password)
            throws GeneralSecurityException, IOException {
        List<X509Certificate> certificates = PemReader.certificates(first.read());
        if (certificates.isEmpty()) {
            throw new GeneralSecurityException("there is no certificate in it");
        }
        PrivateKey privateKey = PemReader.key(key.read(), password);
        if (privateKey == null) {
            throw new GeneralSecurityException("there is no private key in " + key);
        }
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("client", privateKey, new char[0], chain(certificates, privateKey));
        return store;
    }

    /** Returns the chain in the order that TLS requires: the certificate of the key first, each followed by its issuer. */
    private static X509Certificate[] chain(List<X509Certificate> certificates, PrivateKey key)
            throws GeneralSecurityException {
        List<X509Certificate> chain = new ArrayList<>();
        List<X509Certificate> others = new ArrayList<>(certificates);
        X509Certificate next = null;
        for (X509Certificate certificate : certificates) {
            if (next == null && belongTogether(certificate, key)) {
                next = certificate;
            }
        }
        if (next == null) {
            throw new GeneralSecurityException("the private key is not the one of the certificate");
        }
        while (next != null) {
            chain.add(next);
            others.remove(next);
            next = issuerOf(next, others);
        }
        return chain.toArray(X509Certificate[]::new);
    }

    private static @Nullable X509Certificate issuerOf(X509Certificate issued, List<X509Certificate> candidates) {
        for (X509Certificate candidate : candidates) {
            if (ServerTrust.isIssuer(candidate, issued)) {
                return candidate;
            }
        }
        return null;
    }

    private static boolean belongTogether(X509Certificate certificate, PrivateKey key) throws GeneralSecurityException {
        String algorithm = key.getAlgorithm();
        if (!certificate.getPublicKey().getAlgorithm().equals(algorithm)) {
            return false;
        }
        Signature signature = Signature.getInstance(
                switch (algorithm) {
                    case "EC" -> "SHA256withECDSA";
                    case "EdDSA", PSS -> algorithm;
                    default -> "SHA256with" + algorithm;
                });
        if (algorithm.equals(PSS)) {
            boolean isLimited = key instanceof RSAKey rsa && rsa.getParams() != null;
            signature.setParameter(isLimited ? ((RSAKey) key).getParams() : PSS_SHA_256);
        }
        signature.initSign(key);
        signature.update((byte) 1);
        byte[] signed = signature.sign();
        signature.initVerify(certificate);
        signature.update((byte) 1);
        return signature.verify(signed);
    }

    /**
     * Describes the source of the certificate, without revealing the key.
     *
     * @return the file, if the source is one
     */
    @Override
    public String toString() {
        return "client certificate from " + first;
    }
}
