package io.httpconnector.webhook;

import io.httpconnector.Secret;
import io.httpconnector.TimeSource;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether the HMAC of a challenge that anyone may send could be the signature of an event: the receiver has verifiers with
 * the same secret, and the challenge may be the text that they expect to be signed. Immutable.
 */
final class ChallengeGuard {

    static final ChallengeGuard NONE = new ChallengeGuard(List.of());

    private static final String PROBLEM =
            "handshake: the HMAC of a challenge that is not verified uses a secret of verify(...):"
                    + " anyone could send the signed text of an event as a challenge and obtain its signature. Use another secret, or"
                    + " verified() if the service signs its challenges like events, or, if the service signs the whole body and it is"
                    + " JSON, readAs(\"application/json\")";

    private final List<Signing> all;

    /**
     * A way in which events are signed by a shared secret.
     *
     * @param content the signed text; null if it has the characters of a challenge, whatever it is
     * @param isJson whether the body is an event only if it is JSON
     */
    private record Signing(Secret secret, @Nullable SignedContent content, boolean isJson) {

        /** Whether no challenge, or only a known kind of challenge, equals the signed text of an event. */
        boolean differsFromChallenges() {
            return content != null && (isSeparated(content) || (isJson && content.signsRawBody()));
        }

        boolean couldBe(String challenge) {
            return content == null
                    || (!isSeparated(content) && (!differsFromChallenges() || content.couldBe(challenge)));
        }

        /** Whether the signed text always has a character that a challenge has not. */
        private static boolean isSeparated(SignedContent content) {
            return !content.texts().isEmpty() && !ChallengeHandshake.isPlain(content.texts());
        }
    }

    private ChallengeGuard(List<Signing> all) {
        this.all = List.copyOf(all);
    }

    /** Creates the guard of a receiver; {@code readAs} is the media type of all bodies, if the receiver sets it. */
    static ChallengeGuard of(List<Verifier> verifiers, @Nullable MediaType readAs) {
        List<Signing> all = new ArrayList<>();
        verifiers.forEach(verifier -> add(verifier, readAs, all));
        return new ChallengeGuard(all);
    }

    private static void add(Verifier verifier, @Nullable MediaType readAs, List<Signing> all) {
        if (verifier instanceof AnyOfVerifier any) {
            any.all().forEach(one -> add(one, readAs, all));
        } else if (verifier instanceof SignatureVerifier signature) {
            boolean isJson = readAs == null ? signature.sendsOnlyJson() : readAs.isJson();
            signature.sharedSecrets().forEach(secret -> all.add(new Signing(secret, signature.content(), isJson)));
        } else if (verifier instanceof DecryptingVerifier decrypting) {
            add(decrypting.signature(), readAs, all);
        } else if (verifier instanceof JwtVerifier jwt) {
            jwt.sharedSecrets().forEach(secret -> all.add(new Signing(secret, null, false)));
        }
        // The signed text of an HTTP message signature always contains quotation marks.
    }

    /** Returns the handshakes with this guard; reports those whose responses are signatures of events. */
    List<Handshake> guard(List<Handshake> handshakes, TimeSource time, List<String> problems) {
        List<Handshake> guarded = new ArrayList<>();
        for (Handshake handshake : handshakes) {
            if (handshake instanceof ChallengeHandshake challenge) {
                Secret key = challenge.keyOfUnverified();
                if (key != null
                        && all.stream().anyMatch(one -> !one.differsFromChallenges() && isKnownSame(one.secret, key))) {
                    problems.add(PROBLEM);
                }
                guarded.add(challenge.guardedBy(this, time));
            } else {
                guarded.add(handshake);
            }
        }
        return guarded;
    }

    /** Whether the HMAC of a challenge is not the signature of an event. Compares the current values of the secrets. */
    boolean allows(String challenge, Secret key) {
        return all.stream()
                .noneMatch(one ->
                        one.couldBe(challenge) && (one.secret == key || isSame(one.secret.reveal(), key.reveal())));
    }

    private static boolean isKnownSame(Secret one, Secret other) {
        String value = fixedValue(one);
        String otherValue = fixedValue(other);
        return one == other || (value != null && otherValue != null && isSame(value, otherValue));
    }

    /** The value of a secret that never changes; null for one that is looked up each time. */
    private static @Nullable String fixedValue(Secret secret) {
        List<String> values = new ArrayList<>();
        Secret unused = secret.map(value -> {
            values.add(value);
            return value;
        });
        return values.isEmpty() ? null : values.get(0);
    }

    /** Whether the secret of a verifier, perhaps encoded, has the bytes of another one. */
    private static boolean isSame(String value, String other) {
        byte[] key = other.getBytes(StandardCharsets.UTF_8);
        return value.equals(other)
                || Stream.of(BinaryEncoding.HEX, BinaryEncoding.BASE64)
                        .anyMatch(encoding -> Arrays.equals(encoding.decode(value), key));
    }
}
