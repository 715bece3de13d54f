package io.httpconnector.internal;

import io.httpconnector.Secret;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
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
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Reads certificates and private keys from the PEM formats of RFC 7468 and OpenSSL: PKCS #8 (RFC 5958) and the older PKCS #1
 * (RFC 8017) and SEC 1 (RFC 5915), plain or encrypted. Keys in formats that the JDK can't read are converted to PKCS #8.
 */
public final class PemReader {

    private static final String BEGIN = "-----BEGIN ";
    private static final String DASHES = "-----";
    private static final Pattern DEK = Pattern.compile("DEK-Info:\\s*([A-Z0-9-]+)\\s*,\\s*([0-9A-Fa-f]+)");
    private static final List<String> ALGORITHMS = List.of("RSA", "RSASSA-PSS", "EC", "EdDSA", "DSA");
    private static final byte[] VERSION_0 = {2, 1, 0};
    private static final byte[] RSA_WITH_NULL = HexFormat.of().parseHex("300d06092a864886f70d0101010500");
    private static final byte[] EC_OID = HexFormat.of().parseHex("06072a8648ce3d0201");

    @SuppressWarnings("ArrayRecordComponent") // never shown, compared or changed
    private record Block(String type, String headers, byte[] content) {}

    private PemReader() {}

    /**
     * Returns all certificates in their order.
     *
     * @param pem the text
     * @return the certificates; empty if there are none
     * @throws GeneralSecurityException if one is invalid
     */
    public static List<X509Certificate> certificates(byte[] pem) throws GeneralSecurityException {
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

    /**
     * Returns the first private key.
     *
     * @param pem the text
     * @param password the password of an encrypted key
     * @return the key; null if there is none
     * @throws GeneralSecurityException if it is invalid, or the password is wrong or missing
     */
    public static @Nullable PrivateKey key(byte[] pem, @Nullable Secret password) throws GeneralSecurityException {
        for (Block block : blocks(pem)) {
            if (block.type.endsWith("PRIVATE KEY")) {
                return key(block, password);
            }
        }
        return null;
    }

    /** Returns the blocks in their order. Text between them is ignored. */
    private static List<Block> blocks(byte[] pem) throws GeneralSecurityException {
        // In environment variables, the ends of lines are often written as a backslash and an n.
        String text = new String(pem, StandardCharsets.ISO_8859_1)
                .replace("\\r", "")
                .replace("\\n", "\n")
                .replace("\r", "");
        List<Block> blocks = new ArrayList<>();
        int begin = text.indexOf(BEGIN);
        while (begin >= 0) {
            int typeEnd = text.indexOf(DASHES, begin + BEGIN.length());
            String type = typeEnd < 0 ? "" : text.substring(begin + BEGIN.length(), typeEnd);
            int end = typeEnd < 0 ? -1 : text.indexOf("-----END " + type + DASHES, typeEnd);
            if (end < 0) {
                return blocks;
            }
            blocks.add(block(type, text.substring(typeEnd + DASHES.length(), end)));
            begin = text.indexOf(BEGIN, end);
        }
        return blocks;
    }

    /** Reads a block, which starts with lines of headers, if it is in the older format of OpenSSL. */
    private static Block block(String type, String body) throws GeneralSecurityException {
        int start = 0;
        int colon = body.indexOf(':');
        while (colon >= 0) {
            int lineEnd = body.indexOf('\n', colon);
            start = lineEnd < 0 ? body.length() : lineEnd + 1;
            colon = body.indexOf(':', start);
        }
        try {
            byte[] content = Base64.getDecoder().decode(body.substring(start).replaceAll("\\s", ""));
            return new Block(type, body.substring(0, start), content);
        } catch (IllegalArgumentException e) {
            throw new GeneralSecurityException(
                    "the block " + type + " is not valid Base64: was it cut off or changed?");
        }
    }

    private static PrivateKey key(Block block, @Nullable Secret password) throws GeneralSecurityException {
        Matcher dek = DEK.matcher(block.headers);
        byte[] content = dek.find() ? decrypted(block.content, dek, password(password)) : block.content;
        return switch (block.type) {
            case "PRIVATE KEY" -> pkcs8(content);
            case "ENCRYPTED PRIVATE KEY" -> pkcs8(EncryptedPkcs8.decrypt(content, password(password)));
            case "RSA PRIVATE KEY" -> pkcs8(sequence(VERSION_0, RSA_WITH_NULL, element(4, content)));
            case "EC PRIVATE KEY" ->
                pkcs8(sequence(VERSION_0, sequence(EC_OID, curveOf(content)), element(4, content)));
            default ->
                throw new GeneralSecurityException("a " + block.type + " is not supported: " + EncryptedPkcs8.CONVERT);
        };
    }

    private static char[] password(@Nullable Secret password) throws GeneralSecurityException {
        if (password == null) {
            throw new GeneralSecurityException("it is encrypted: give its password, as in pem(chain, key, password)");
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
            throw new GeneralSecurityException(
                    "it is encrypted with " + name + ", which can't be read: " + EncryptedPkcs8.CONVERT);
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
            ByteBuffer all = EncryptedPkcs8.element(ByteBuffer.wrap(sec1), 0x30);
            EncryptedPkcs8.element(all, 0x02);
            EncryptedPkcs8.element(all, 0x04);
            return EncryptedPkcs8.bytes(EncryptedPkcs8.element(all, 0xa0));
        } catch (RuntimeException e) {
            throw new GeneralSecurityException("it does not name its curve: " + EncryptedPkcs8.CONVERT, e);
        }
    }

    private static byte[] sequence(byte[]... elements) {
        return element(0x30, joined(elements));
    }

    private static byte[] element(int tag, byte[] content) {
        // DER permits only the shortest form of a length.
        byte[] length = content.length < 0x80
                ? new byte[] {(byte) content.length}
                : content.length < 0x100
                        ? new byte[] {(byte) 0x81, (byte) content.length}
                        : new byte[] {(byte) 0x82, (byte) (content.length >> 8), (byte) content.length};
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
