package io.httpconnector.webhook;

import io.httpconnector.internal.Hashing;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import javax.crypto.spec.SecretKeySpec;

/** The algorithms of signatures by a shared secret: those of every JVM, and those of installed security providers. */
final class SignatureAlgorithms {

    private static final Set<String> HMACS = Set.of("HmacMD5", "HmacSHA1", "HmacSHA256", "HmacSHA384", "HmacSHA512");
    private static final Set<String> DIGESTS = Set.of("MD5", "SHA-1", "SHA-256", "SHA-384", "SHA-512");

    /** Shorter values can be guessed. */
    private static final int MIN_BYTES = 16;

    private SignatureAlgorithms() {}

    /** Whether a name is that of a message authentication code, such as an HMAC. */
    static boolean isMac(String name) {
        // PBE derives its keys from passwords.
        boolean isPassword = name.toUpperCase(Locale.ROOT).startsWith("PBE");
        return HMACS.contains(name)
                || (!isPassword
                        && Hashing.findMac(name)
                                .filter(code -> code.getMacLength() >= MIN_BYTES)
                                .isPresent());
    }

    /** Whether a name is that of a message digest. */
    static boolean isDigest(String name) {
        return DIGESTS.contains(name)
                || Hashing.findDigest(name)
                        .filter(digest -> digest.getDigestLength() >= MIN_BYTES)
                        .isPresent();
    }

    /** Whether a code accepts the bytes of a key, for example their number. */
    static boolean accepts(String mac, byte[] key) {
        if (HMACS.contains(mac)) {
            return true;
        }
        try {
            var unused = Hashing.mac(new SecretKeySpec(key, mac));
            return true;
        } catch (RuntimeException e) {
            // Providers also throw unchecked exceptions of their own.
            return false;
        }
    }

    /**
     * Whether text can be appended to the content of a digest without knowing its start. The sponge of Keccak and SHA-3 and the
     * BLAKE functions prevent that.
     */
    static boolean isExtendable(String digest) {
        String name = digest.toUpperCase(Locale.ROOT);
        return !name.startsWith("SHA3") && !name.startsWith("KECCAK") && !name.startsWith("BLAKE");
    }

    /** Returns a message about an unknown algorithm. */
    static String unknown(String name, boolean onlyDigests) {
        return Texts.visible(name) + " is unknown, use one of " + new TreeSet<>(onlyDigests ? DIGESTS : HMACS)
                + ", or install a security provider that has it, such as Bouncy Castle (org.bouncycastle:bcprov-jdk18on,"
                + " Security.addProvider(new BouncyCastleProvider())), whose names are those such as KECCAK-256";
    }
}
