package io.httpconnector.tls;

import io.httpconnector.Secret;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Reads certificates and private keys from the PEM formats of RFC 7468 and OpenSSL: PKCS #8 (RFC 5958) and the older PKCS #1
 * (RFC 8017) and SEC 1 (RFC 5915), plain or encrypted. Keys in formats that the JDK can't read are converted to PKCS #8.
 */
final class PemReader {

    private static final Pattern BLOCK = Pattern.compile(
            "-----BEGIN ([A-Z0-9 ]+)-----\\s*((?:[A-Za-z0-9-]+:[^\\n]*\\n)*)([A-Za-z0-9+/=\\s]*)-----END \\1-----");
    private static final Pattern DEK = Pattern.compile("DEK-Info:\\s*([A-Z0-9-]+)\\s*,\\s*([0-9A-Fa-f]+)");
    private static final List<String> ALGORITHMS = List.of("RSA", "EC", "EdDSA", "DSA");
    private static final byte[] VERSION_0 = {2, 1, 0};
    private static final byte[] RSA_WITH_NULL = HexFormat.of().parseHex("300d06092a864886f70d0101010500");
    private static final byte[] EC_OID = HexFormat.of().parseHex("06072a8648ce3d0201");

    @SuppressWarnings("ArrayRecordComponent") // never shown, compared or changed
    private record Block(String type, String headers, byte[] content) {
        private static Block of(Matcher match) {
            return new Block(
                    match.group(1), match.group(2), Base64.getMimeDecoder().decode(match.group(3)));
        }
    }

    private PemReader() {}

    /** Returns all certificates in their order; an empty list if there are none. */
    static List<X509Certificate> certificates(byte[] pem) throws GeneralSecurityException {
        List<X509Certificate> certificates = new ArrayList<>();
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        for (Block block : blocks(pem)) {
            if (block.type.equals("CERTIFICATE") || block.type.equals("X509 CERTIFICATE")) {
                certificates.add(
                        (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(block.content)));
            }
        }
        return certificates;
    }

    /** Returns the first private key; null if there is none. */
    static @Nullable PrivateKey key(byte[] pem, @Nullable Secret password) throws GeneralSecurityException {
        for (Block block : blocks(pem)) {
            if (block.type.endsWith("PRIVATE KEY")) {
                return key(block, password);
            }
        }
        return null;
    }

    private static List<Block> blocks(byte[] pem) {
        List<Block> blocks = new ArrayList<>();
        Matcher match = BLOCK.matcher(new String(pem, StandardCharsets.ISO_8859_1).replace("\r", ""));
        while (match.find()) {
            blocks.add(Block.of(match));
        }
        return blocks;
    }

    private static PrivateKey key(Block block, @Nullable Secret password) throws GeneralSecurityException {
        Matcher dek = DEK.matcher(block.headers);
        byte[] content = dek.find() ? decrypted(block.content, dek, password(password)) : block.content;
        return switch (block.type) {
            case "PRIVATE KEY" -> pkcs8(content);
            case "ENCRYPTED PRIVATE KEY" -> pkcs8(decrypted(content, password(password)));
            case "RSA PRIVATE KEY" -> pkcs8(sequence(VERSION_0, RSA_WITH_NULL, element(4, content)));
            case "EC PRIVATE KEY" ->
                pkcs8(sequence(VERSION_0, sequence(EC_OID, curveOf(content)), element(4, content)));
            default -> throw new GeneralSecurityException("a " + block.type + " is not supported: use PKCS #8");
        };
    }

    private static char[] password(@Nullable Secret password) throws GeneralSecurityException {
        if (password == null) {
            throw new GeneralSecurityException("it is encrypted: give its password by keyPassword(...)");
        }
        return password.reveal().toCharArray();
    }

    private static PrivateKey pkcs8(byte[] der) throws GeneralSecurityException {
        for (String algorithm : ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der));
            } catch (InvalidKeySpecException e) {
                // The key may be of another algorithm.
            }
        }
        throw new GeneralSecurityException("it is not a key of " + String.join(", ", ALGORITHMS));
    }

    /** Decrypts a PKCS #8 key that is encrypted with PKCS #5 (RFC 8018). */
    private static byte[] decrypted(byte[] der, char[] password) throws GeneralSecurityException {
        try {
            EncryptedPrivateKeyInfo info = new EncryptedPrivateKeyInfo(der);
            // For PBES2, only the parameters name the key derivation and the cipher.
            String algorithm = info.getAlgParameters().toString();
            String name = algorithm.startsWith("PBEWith") ? algorithm : info.getAlgName();
            Key key = SecretKeyFactory.getInstance(name).generateSecret(new PBEKeySpec(password));
            Cipher cipher = Cipher.getInstance(name);
            cipher.init(Cipher.DECRYPT_MODE, key, info.getAlgParameters());
            return info.getKeySpec(cipher).getEncoded();
        } catch (IOException e) {
            throw new GeneralSecurityException("it is not a PKCS #8 structure", e);
        } catch (GeneralSecurityException e) {
            throw new GeneralSecurityException("it can't be decrypted: is the password right?", e);
        }
    }

    /** Decrypts the format that OpenSSL used before PKCS #8, whose key is derived from password and salt with MD5. */
    private static byte[] decrypted(byte[] content, Matcher dek, char[] password) throws GeneralSecurityException {
        String name = dek.group(1);
        byte[] iv = HexFormat.of().parseHex(dek.group(2));
        Cipher cipher;
        int length;
        if (name.matches("AES-(128|192|256)-CBC")) {
            cipher = Cipher.getInstance("AES/CBC/PKCS5Padding");
            length = Integer.parseInt(name.substring(4, 7)) / 8;
        } else if (name.equals("DES-EDE3-CBC")) {
            cipher = Cipher.getInstance("DESede/CBC/PKCS5Padding");
            length = 24;
        } else {
            throw new GeneralSecurityException("encryption by " + name + " is not supported: use PKCS #8");
        }
        byte[] secret = new String(password).getBytes(StandardCharsets.UTF_8);
        byte[] key = new byte[0];
        byte[] last = new byte[0];
        MessageDigest md5 = MessageDigest.getInstance("MD5");
        while (key.length < length) {
            md5.update(last);
            md5.update(secret);
            last = md5.digest(Arrays.copyOf(iv, 8));
            key = joined(key, last);
        }
        String algorithm = name.startsWith("AES") ? "AES" : "DESede";
        cipher.init(
                Cipher.DECRYPT_MODE, new SecretKeySpec(Arrays.copyOf(key, length), algorithm), new IvParameterSpec(iv));
        try {
            return cipher.doFinal(content);
        } catch (GeneralSecurityException e) {
            throw new GeneralSecurityException("it can't be decrypted: is the password right?", e);
        }
    }

    /** Returns the curve of a SEC 1 key, which is the element with the tag [0]. */
    private static byte[] curveOf(byte[] sec1) throws GeneralSecurityException {
        try {
            ByteBuffer all = contentOf(ByteBuffer.wrap(sec1), 0x30);
            contentOf(all, 0x02);
            contentOf(all, 0x04);
            ByteBuffer curve = contentOf(all, 0xa0);
            byte[] oid = new byte[curve.remaining()];
            curve.get(oid);
            return oid;
        } catch (RuntimeException e) {
            throw new GeneralSecurityException("it does not name its curve: use PKCS #8", e);
        }
    }

    private static ByteBuffer contentOf(ByteBuffer der, int tag) {
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

    private static byte[] sequence(byte[]... elements) {
        return element(0x30, joined(elements));
    }

    private static byte[] element(int tag, byte[] content) {
        byte[] length = content.length < 0x80
                ? new byte[] {(byte) content.length}
                : joined(new byte[] {(byte) 0x82}, new byte[] {(byte) (content.length >> 8)}, new byte[] {
                    (byte) content.length
                });
        return joined(new byte[] {(byte) tag}, length, content);
    }

    private static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
