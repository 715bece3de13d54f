package io.httpconnector.internal;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.util.HexFormat;
import java.util.Map;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Decrypts private keys in PKCS #8 (RFC 5958, section 3) that are encrypted with PBES2 (RFC 8018, section 6.2), as OpenSSL writes
 * them, or with an older scheme that the JDK knows. The JDK itself supports only some ciphers of PBES2, and before version 18 only
 * passwords in ASCII.
 */
final class EncryptedPkcs8 {

    /** The command that writes a key in a form that can be read. */
    static final String CONVERT = "\"openssl pkcs8 -topk8 -v2 aes-256-cbc -in key.pem -out new.pem\" converts it";

    private static final String PBES2 = "2a864886f70d01050d";
    private static final String PBKDF2 = "2a864886f70d01050c";
    private static final String SCRYPT = "2b06010401da47040b";
    private static final int MAX_ITERATIONS = 100_000_000;

    private static final Map<String, String> PRFS = Map.of(
            "2a864886f70d0207", "PBKDF2WithHmacSHA1",
            "2a864886f70d0208", "PBKDF2WithHmacSHA224",
            "2a864886f70d0209", "PBKDF2WithHmacSHA256",
            "2a864886f70d020a", "PBKDF2WithHmacSHA384",
            "2a864886f70d020b", "PBKDF2WithHmacSHA512");

    private static final Map<String, CipherScheme> CIPHERS = Map.of(
            "608648016503040102", new CipherScheme("AES", 16),
            "608648016503040116", new CipherScheme("AES", 24),
            "60864801650304012a", new CipherScheme("AES", 32),
            "2a864886f70d0307", new CipherScheme("DESede", 24),
            "2b0e030207", new CipherScheme("DES", 8));

    private record CipherScheme(String algorithm, int keyBytes) {}

    private EncryptedPkcs8() {}

    /** Returns the plain PKCS #8 key. */
    static byte[] decrypt(byte[] der, char[] password) throws GeneralSecurityException {
        ByteBuffer algorithm;
        byte[] encrypted;
        String scheme;
        try {
            ByteBuffer info = element(ByteBuffer.wrap(der), 0x30);
            algorithm = element(info, 0x30);
            scheme = hex(element(algorithm, 0x06));
            encrypted = bytes(element(info, 0x04));
        } catch (RuntimeException e) {
            throw new GeneralSecurityException("it is not a PKCS #8 structure, or was cut off", e);
        }
        try {
            return scheme.equals(PBES2)
                    ? decryptPbes2(algorithm, encrypted, password)
                    : decryptByJdk(der, scheme, password);
        } catch (UnsupportedSchemeException e) {
            throw e;
        } catch (GeneralSecurityException e) {
            throw new GeneralSecurityException("it can't be decrypted: is the password right?", e);
        } catch (RuntimeException e) {
            throw new GeneralSecurityException("the parameters of its encryption are damaged", e);
        }
    }

    private static byte[] decryptPbes2(ByteBuffer algorithm, byte[] encrypted, char[] password)
            throws GeneralSecurityException {
        ByteBuffer parameters = element(algorithm, 0x30);
        ByteBuffer derivation = element(parameters, 0x30);
        ByteBuffer encryption = element(parameters, 0x30);
        String function = hex(element(derivation, 0x06));
        if (!function.equals(PBKDF2)) {
            throw new UnsupportedSchemeException(function.equals(SCRYPT) ? "scrypt" : dotted(function));
        }
        String name = hex(element(encryption, 0x06));
        CipherScheme scheme = CIPHERS.get(name);
        if (scheme == null) {
            throw new UnsupportedSchemeException(dotted(name));
        }
        byte[] iv = bytes(element(encryption, 0x04));
        byte[] key = pbkdf2(element(derivation, 0x30), scheme.keyBytes, password);
        Cipher cipher = Cipher.getInstance(scheme.algorithm + "/CBC/PKCS5Padding");
        cipher.init(Cipher.DECRYPT_MODE, new SecretKeySpec(key, scheme.algorithm), new IvParameterSpec(iv));
        return cipher.doFinal(encrypted);
    }

    /** Derives the key (RFC 8018, section 5.2). The JDK encodes the password in UTF-8, as OpenSSL receives it. */
    private static byte[] pbkdf2(ByteBuffer parameters, int keyBytes, char[] password) throws GeneralSecurityException {
        byte[] salt = bytes(element(parameters, 0x04));
        int iterations = new BigInteger(bytes(element(parameters, 0x02))).intValueExact();
        if (iterations < 1 || iterations > MAX_ITERATIONS) {
            throw new UnsupportedSchemeException(iterations + " iterations of PBKDF2");
        }
        String prf = "PBKDF2WithHmacSHA1";
        while (parameters.hasRemaining()) {
            if (parameters.get(parameters.position()) == 0x30) {
                String oid = hex(element(element(parameters, 0x30), 0x06));
                String known = PRFS.get(oid);
                if (known == null) {
                    throw new UnsupportedSchemeException(dotted(oid));
                }
                prf = known;
            } else {
                // The key length, which the cipher determines.
                element(parameters, 0x02);
            }
        }
        PBEKeySpec spec = new PBEKeySpec(password, salt, iterations, keyBytes * 8);
        return SecretKeyFactory.getInstance(prf).generateSecret(spec).getEncoded();
    }

    private static byte[] decryptByJdk(byte[] der, String scheme, char[] password) throws GeneralSecurityException {
        EncryptedPrivateKeyInfo info;
        SecretKeyFactory factory;
        try {
            info = new EncryptedPrivateKeyInfo(der);
            factory = SecretKeyFactory.getInstance(info.getAlgName());
        } catch (IOException | GeneralSecurityException e) {
            throw new UnsupportedSchemeException(dotted(scheme));
        }
        for (char c : password) {
            if (c > 0x7e) {
                throw new UnsupportedSchemeException(
                        info.getAlgName() + " and a password with characters beyond ASCII");
            }
        }
        Key key = factory.generateSecret(new PBEKeySpec(password));
        Cipher cipher = Cipher.getInstance(info.getAlgName());
        cipher.init(Cipher.DECRYPT_MODE, key, info.getAlgParameters());
        return info.getKeySpec(cipher).getEncoded();
    }

    /** Thrown for a scheme that is not supported, whatever the password is. */
    static final class UnsupportedSchemeException extends GeneralSecurityException {
        private static final long serialVersionUID = 1L;

        UnsupportedSchemeException(String scheme) {
            super("it is encrypted with " + scheme + ", which can't be read: " + CONVERT);
        }
    }

    /** Returns the content of the next DER element, which has a tag, and moves behind it. */
    static ByteBuffer element(ByteBuffer der, int tag) {
        if ((der.get() & 0xff) != tag) {
            throw new IllegalArgumentException("not the element " + tag);
        }
        int length = der.get() & 0xff;
        if (length >= 0x80) {
            byte[] bytes = new byte[length & 0x7f];
            der.get(bytes);
            length = new BigInteger(1, bytes).intValueExact();
        }
        ByteBuffer content = der.slice(der.position(), length);
        der.position(der.position() + length);
        return content;
    }

    static byte[] bytes(ByteBuffer content) {
        byte[] bytes = new byte[content.remaining()];
        content.get(bytes);
        return bytes;
    }

    private static String hex(ByteBuffer content) {
        return HexFormat.of().formatHex(bytes(content));
    }

    /** Returns an object identifier in its usual notation (X.690, section 8.19). */
    private static String dotted(String hex) {
        StringBuilder dotted = new StringBuilder("the algorithm ");
        long arc = 0;
        boolean isFirst = true;
        for (byte octet : HexFormat.of().parseHex(hex)) {
            arc = arc << 7 | (octet & 0x7f);
            if (octet >= 0) {
                dotted.append(isFirst ? Math.min(arc / 40, 2) + "." + (arc - Math.min(arc / 40, 2) * 40) : "." + arc);
                isFirst = false;
                arc = 0;
            }
        }
        return dotted.toString();
    }
}
