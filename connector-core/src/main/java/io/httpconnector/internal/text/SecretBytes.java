package io.httpconnector.internal.text;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * Searches bytes of any media type for secrets: text in UTF-8, ISO 8859-1, UTF-16 or UTF-32 anywhere in them, in any spelling of a
 * {@link SecretMatcher}, and in {@linkplain CompressedContent compressed data}. Bytes that can't be searched count as a secret.
 */
final class SecretBytes {

    private static final List<Charset> WIDE = List.of(StandardCharsets.UTF_16LE, StandardCharsets.UTF_16BE);

    private final SearchTerms terms;
    private final SearchTerms decodedTerms;
    /** Whether a secret has characters whose UTF-16 has no zero bytes. */
    private final boolean isWide;

    SecretBytes(SearchTerms terms, SearchTerms decodedTerms) {
        this.terms = terms;
        this.decodedTerms = decodedTerms;
        this.isWide = Arrays.stream(terms.all()).flatMapToInt(Arrays::stream).anyMatch(c -> c > 0xff);
    }

    /** Returns whether the bytes contain a secret or can't be searched. */
    boolean isFoundIn(byte[] bytes) {
        return isInText(bytes) || CompressedContent.mayContain(bytes, this::isInText);
    }

    private boolean isInText(byte[] bytes) {
        return isInPieces(bytes) || (isWide && isInWideText(bytes));
    }

    private boolean isInPieces(byte[] bytes) {
        DecodedText text = new DecodedText(bytes, bytes.length, 1);
        while (text.next()) {
            if (isIn(text.piece())) {
                return true;
            }
        }
        return false;
    }

    /** Returns whether a secret is found in UTF-16 that starts at an even or odd index. */
    private boolean isInWideText(byte[] bytes) {
        for (Charset charset : WIDE) {
            if (isIn(new String(bytes, charset))
                    || (bytes.length > 1 && isIn(new String(bytes, 1, bytes.length - 1, charset)))) {
                return true;
            }
        }
        return false;
    }

    private boolean isIn(String text) {
        StepBudget budget = SecretMatcher.budget(text);
        return !SecretSearch.find(text, terms, decodedTerms, budget).isEmpty() || budget.isSpent();
    }
}
