package io.httpconnector.webhook;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/** Parses public keys in all supported formats. */
final class PublicKeyReader {

    private static final Pattern PEM =
            Pattern.compile("-----BEGIN (PUBLIC KEY|CERTIFICATE)-----([A-Za-z0-9+/=\\s]*)-----END \\1-----");
    private static final List<String> ALGORITHMS = List.of("RSA", "EC", "Ed25519");
    private static final byte[] ED25519 = HexFormat.of().parseHex("302a300506032b6570032100");

    private PublicKeyReader() {}

    static PublicKey read(String key) throws GeneralSecurityException {
        // In environment variables, the ends of lines are often written as a backslash and an n.
        String text = key.replace("\\n", "\n").replace("\\r", "");
        Matcher pem = PEM.matcher(text);
        if (pem.find()) {
            return pem.group(1).equals("CERTIFICATE")
                    ? CertificateFactory.getInstance("X.509")
                            .generateCertificate(new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII)))
                            .getPublicKey()
                    : spki(Base64.getMimeDecoder().decode(pem.group(2)));
        }
        byte[] bytes = text.matches("[0-9A-Fa-f]{64}")
                ? HexFormat.of().parseHex(text)
                : Base64.getDecoder().decode(text);
        return bytes.length == 32 ? ed25519(bytes) : spki(bytes);
    }

    /** Creates an Ed25519 key from its 32 bytes. */
    static PublicKey ed25519(byte[] bytes) throws GeneralSecurityException {
        return spki(joined(ED25519, bytes));
    }

    private static PublicKey spki(byte[] der) throws GeneralSecurityException {
        GeneralSecurityException last = new GeneralSecurityException("no algorithm");
        for (String algorithm : ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePublic(new X509EncodedKeySpec(der));
            } catch (GeneralSecurityException e) {
                last = e;
            }
        }
        throw last;
    }

    private static byte[] joined(byte[] first, byte[] second) {
        byte[] both = new byte[first.length + second.length];
        System.arraycopy(first, 0, both, 0, first.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    /** The default trust manager of the JVM. */
    static X509TrustManager trust() {
        try {
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init((KeyStore) null);
            for (TrustManager manager : factory.getTrustManagers()) {
                if (manager instanceof X509TrustManager trust) {
                    return trust;
                }
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("The JVM has no trusted certificate authorities", e);
        }
        throw new IllegalStateException("The JVM has no trusted certificate authorities");
    }
}
