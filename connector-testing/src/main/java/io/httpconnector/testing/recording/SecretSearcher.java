package io.httpconnector.testing.recording;

import io.httpconnector.internal.text.LogSafe;
import io.httpconnector.internal.text.SecretMatcher;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Masks secrets in texts and in bodies that are not text. Immutable and thread-safe.
 *
 * @param texts masks secrets in texts
 * @param octets masks secrets in bytes, which are read as ISO 8859-1
 * @param hasSecrets whether there are any
 */
record SecretSearcher(SecretMatcher texts, SecretMatcher octets, boolean hasSecrets) {

    private static final List<Charset> WIDE = List.of(StandardCharsets.UTF_16LE, StandardCharsets.UTF_16BE);

    /** Creates a searcher. */
    static SecretSearcher of(Set<String> secrets) {
        Set<String> encoded = new LinkedHashSet<>(secrets);
        for (String secret : secrets) {
            encoded.add(new String(secret.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1));
        }
        return new SecretSearcher(new SecretMatcher(secrets), new SecretMatcher(encoded), !secrets.isEmpty());
    }

    /** Returns a body that is not text without secrets; only a mask if they are in an encoding with a fixed layout. */
    RecordedEntry.StoredBody binary(byte[] body, String type) {
        if (hasSecrets && (hasWideSecret(body) || CompressedContent.mayHaveSecret(body, this::hasSecret))) {
            return new RecordedEntry.StoredBody(type, LogSafe.MASK, false);
        }
        String masked = octets.mask(new String(body, StandardCharsets.ISO_8859_1));
        return new RecordedEntry.StoredBody(
                type, Base64.getEncoder().encodeToString(masked.getBytes(StandardCharsets.ISO_8859_1)), true);
    }

    private boolean hasSecret(byte[] content) {
        String text = new String(content, StandardCharsets.ISO_8859_1);
        return !octets.mask(text).equals(text) || hasWideSecret(content);
    }

    private boolean hasWideSecret(byte[] body) {
        for (Charset wide : WIDE) {
            for (int offset = 0; offset < 2 && offset < body.length; offset++) {
                String text = new String(body, offset, body.length - offset, wide);
                if (!texts.mask(text).equals(text)) {
                    return true;
                }
            }
        }
        return false;
    }
}
