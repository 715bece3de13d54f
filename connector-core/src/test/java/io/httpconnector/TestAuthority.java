package io.httpconnector;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Issues certificates, good ones and bad ones. */
final class TestAuthority {

    /** A certificate with its key, and those above it. */
    record Identity(KeyPair keys, List<X509Certificate> chain) {

        String chainPem() {
            return pem(chain.toArray());
        }

        KeyStore keyStore(String type, String password) {
            try {
                KeyStore store = KeyStore.getInstance(type);
                store.load(null, null);
                store.setKeyEntry(
                        "key", keys.getPrivate(), password.toCharArray(), chain.toArray(X509Certificate[]::new));
                return store;
            } catch (GeneralSecurityException | IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** Keys that take long to make, by algorithm: one of each is enough. */
    private static final Map<String, KeyPair> RSA_KEYS = new ConcurrentHashMap<>();

    private static long serial = 1;

    private final Identity root;

    TestAuthority(String name) {
        KeyPair keys = keys("EC");
        this.root = new Identity(keys, List.of(certificate(name, keys, name, keys, true, Duration.ofDays(1), null)));
    }

    private TestAuthority(Identity root) {
        this.root = root;
    }

    static KeyPair keys(String algorithm) {
        return algorithm.startsWith("RSA")
                ? RSA_KEYS.computeIfAbsent(algorithm, TestAuthority::newKeys)
                : newKeys(algorithm);
    }

    private static KeyPair newKeys(String algorithm) {
        try {
            if (algorithm.equals("RSASSA-PSS-SHA256")) {
                KeyPairGenerator limited = KeyPairGenerator.getInstance("RSASSA-PSS");
                limited.initialize(new RSAKeyGenParameterSpec(
                        2048,
                        RSAKeyGenParameterSpec.F4,
                        new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1)));
                return limited.generateKeyPair();
            }
            KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
            if (!algorithm.equals("Ed25519")) {
                generator.initialize(algorithm.startsWith("RSA") ? 2048 : 256);
            }
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    X509Certificate certificate() {
        return root.chain.get(0);
    }

    byte[] pem() {
        return pem(certificate()).getBytes(StandardCharsets.US_ASCII);
    }

    /** An authority below this one. */
    TestAuthority intermediate(String name) {
        KeyPair keys = keys("EC");
        return new TestAuthority(issue(name, keys, true, Duration.ofDays(1), null));
    }

    Identity server(String host) {
        return issue("server", keys("EC"), false, Duration.ofDays(1), host);
    }

    Identity expired(String host) {
        return issue("server", keys("EC"), false, Duration.ofDays(-1), host);
    }

    Identity client(String name, String algorithm) {
        return issue(name, keys(algorithm), false, Duration.ofDays(1), null);
    }

    private Identity issue(String name, KeyPair keys, boolean authority, Duration validity, String host) {
        X509Certificate issued = certificate(name, keys, nameOf(certificate()), root.keys, authority, validity, host);
        return new Identity(
                keys, Stream.concat(Stream.of(issued), root.chain.stream()).toList());
    }

    private static String nameOf(X509Certificate certificate) {
        return certificate.getSubjectX500Principal().getName().replaceFirst("^CN=", "");
    }

    private static synchronized X509Certificate certificate(
            String name,
            KeyPair keys,
            String issuer,
            KeyPair issuerKeys,
            boolean authority,
            Duration validity,
            String host) {
        try {
            Instant end = Instant.now().plus(validity);
            X509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                            new X500Name("CN=" + issuer),
                            BigInteger.valueOf(serial++),
                            Date.from(end.minus(Duration.ofDays(3))),
                            Date.from(end),
                            new X500Name("CN=" + name),
                            keys.getPublic())
                    .addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
            if (host != null) {
                builder.addExtension(
                        Extension.subjectAlternativeName,
                        false,
                        new GeneralNames(new GeneralName(
                                host.contains(":") ? GeneralName.iPAddress : GeneralName.dNSName, host)));
            }
            return new JcaX509CertificateConverter()
                    .getCertificate(builder.build(
                            new JcaContentSignerBuilder("SHA256withECDSA").build(issuerKeys.getPrivate())));
        } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    static String pem(Object... objects) {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            for (Object object : objects) {
                writer.writeObject(object);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    /** For a server that shows this certificate, and believes in clients of this authority. */
    SSLContext serverContext(Identity server) {
        try {
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            // PKCS #12 derives its keys in thousands of steps.
            keys.init(server.keyStore("JKS", "server"), "server".toCharArray());
            KeyStore authorities = KeyStore.getInstance("JKS");
            authorities.load(null, null);
            authorities.setCertificateEntry("root", root.chain.get(root.chain.size() - 1));
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(authorities);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
