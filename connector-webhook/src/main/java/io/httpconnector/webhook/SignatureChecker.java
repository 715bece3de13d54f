package io.httpconnector.webhook;

import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The keys by which a request may be signed, and the algorithm. Safe for many threads. */
interface SignatureChecker {

    /**
     * Whether one of the signatures is right.
     *
     * @return what is the same for the same content only; null when none is
     */
    @Nullable Supplier<String> verify(SignedContent content, SignedContent.Known known, List<byte[]> signatures);
}
