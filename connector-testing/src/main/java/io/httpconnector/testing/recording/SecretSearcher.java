package io.httpconnector.testing.recording;

import io.httpconnector.internal.text.LogSafe;
import io.httpconnector.internal.text.SecretMatcher;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Masks secrets in texts and in bodies that are not text. Immutable and thread-safe.
 *
 * @param texts masks secrets in texts
 * @param octets masks secrets in bytes, which are read as ISO 8859-1
 * @param hasSecrets whether there are any
 */
record SecretSearcher(SecretMatcher texts, SecretMatcher octets, boolean hasSecrets) {

    /** Creates a searcher. */
    static SecretSearcher of(Set<String> secrets) {
        Set<String> encoded = new LinkedHashSet<>(secrets);
        for (String secret : secrets) {
            encoded.add(new String(secret.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1));
        }
        return new SecretSearcher(new SecretMatcher(secrets), new SecretMatcher(encoded), !secrets.isEmpty());
    }

    /** Returns a body that is not text without secrets; only a mask if they are in compressed data or in UTF-16. */
    RecordedEntry.StoredBody binary(byte[] body, String type) {
        byte[] masked =
                octets.mask(new String(body, StandardCharsets.ISO_8859_1)).getBytes(StandardCharsets.ISO_8859_1);
        return texts.isFoundIn(masked)
                ? new RecordedEntry.StoredBody(type, LogSafe.MASK, false)
                : new RecordedEntry.StoredBody(type, Base64.getEncoder().encodeToString(masked), true);
    }
}
