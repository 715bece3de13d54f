package io.httpconnector.webhook;

import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The algorithm and the keys of a signature. Thread-safe. */
interface SignatureChecker {

    /**
     * Verifies that at least one of the signatures is valid.
     *
     * @return a fingerprint that is the same for the same content only; null if no signature is valid
     */
    @Nullable Supplier<String> verify(SignedContent content, SignedContent.RequestValues known, List<byte[]> signatures);
}
