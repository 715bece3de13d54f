package io.httpconnector.webhook;

import io.httpconnector.Secret;
import io.httpconnector.internal.Hashing;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** Verifies HMAC signatures (RFC 2104) by shared secrets, any of which may match, in any of several ways. */
final class HmacChecker implements SignatureChecker {

    private final List<Key> keys;

    /**
     * Creates a checker.
     *
     * @param algorithms the algorithms, the usual one first
     * @param decoders convert a secret to its key, the usual one first
     */
    HmacChecker(List<String> algorithms, List<Secret> secrets, List<Function<Secret, byte[]>> decoders) {
        this.keys = secrets.stream()
                .flatMap(secret -> algorithms.stream()
                        .flatMap(algorithm -> decoders.stream().map(decoder -> new Key(algorithm, secret, decoder))))
                .toList();
    }

    @Override
    public @Nullable Supplier<String> verify(
            SignedContent content, SignedContent.RequestValues known, List<byte[]> signatures) {
        byte[] first = null;
        for (Key key : keys) {
            byte[] right = key.sign(content, known);
            first = first == null ? right : first;
            for (byte[] signature : signatures) {
                if (MessageDigest.isEqual(right, signature)) {
                    return fingerprint(first);
                }
            }
        }
        return null;
    }

    /**
     * Uses the first secret, regardless of which one matches: a request may have several signatures, and an attacker could remove
     * some.
     */
    private static Supplier<String> fingerprint(byte[] code) {
        // Half of a code is not sufficient to forge a signature.
        return () -> HexFormat.of().formatHex(code, 0, code.length / 2);
    }

    /** One secret, and its prepared codes that are not in use. */
    private static final class Key {

        private static final int SLOTS = 64;

        private final String algorithm;
        private final Secret secret;
        private final Function<Secret, byte[]> decode;
        private volatile Prepared prepared;

        private record Prepared(String value, SecretKeySpec key, AtomicReferenceArray<Code> idle) {}

        private record Code(Mac mac, SignedContent.Sink sink) {}

        Key(String algorithm, Secret secret, Function<Secret, byte[]> decode) {
            this.algorithm = algorithm;
            this.secret = secret;
            this.decode = decode;
            this.prepared = prepare(secret.reveal());
        }

        byte[] sign(SignedContent content, SignedContent.RequestValues known) {
            String value = secret.reveal();
            Prepared now = prepared;
            if (!now.value.equals(value)) {
                now = prepare(value);
                prepared = now;
            }
            int slot = (int) Thread.currentThread().getId() & SLOTS - 1;
            Code code = now.idle.getAndSet(slot, null);
            if (code == null) {
                Mac mac = Hashing.mac(now.key);
                code = new Code(mac, mac::update);
            }
            content.feed(code.sink, known, secret);
            byte[] bytes = code.mac.doFinal();
            now.idle.setRelease(slot, code);
            return bytes;
        }

        private Prepared prepare(String value) {
            SecretKeySpec key = new SecretKeySpec(decode.apply(Secret.of(value)), algorithm);
            return new Prepared(value, key, new AtomicReferenceArray<>(SLOTS));
        }
    }
}
