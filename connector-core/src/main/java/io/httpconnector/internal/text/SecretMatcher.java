package io.httpconnector.internal.text;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;

/**
 * A mask for secrets in a text, in any spelling: percent-encoding and form encoding (RFC 3986, HTML), escapes with a backslash
 * (JSON, JavaScript, C, CSS, shells) and entities (HTML, XML), in part or as a whole, mixed, and up to four layers deep; and Base64
 * (RFC 4648, both alphabets, with line breaks as in RFC 2045) and hexadecimal digits, up to three layers deep, with other text
 * before and after the secret. A text that takes too many steps is masked as a whole. Immutable and thread-safe.
 *
 * <p>The text is not unescaped first, because the text beside a secret could change how the secret is read. The
 * {@link SecretSearch} follows all characters that may be meant at each position, as long as they are those of a secret.
 * Base64 is decoded from each of the four characters with which a group may begin.
 */
public final class SecretMatcher {

    /** The maximum number of steps for each character of a text, on average. */
    private static final long MAX_STEPS = 500;

    /** The secrets and their Base64, which is found within the Base64 of any other text. */
    private final SearchTerms terms;

    /** The secrets that are searched for in decoded text. */
    private final SearchTerms decodedTerms;

    /**
     * Creates a matcher.
     *
     * @param secrets the secrets; empty ones are ignored
     */
    public SecretMatcher(Iterable<String> secrets) {
        List<int[]> all = new ArrayList<>();
        List<int[]> decoded = new ArrayList<>();
        for (String secret : secrets) {
            byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
            if (bytes.length > 0) {
                all.add(codePoints(secret));
            }
            if (bytes.length >= SecretSearch.MIN_ENCODED) {
                decoded.add(codePoints(secret));
                addBase64(bytes, all);
            }
        }
        terms = new SearchTerms(all);
        decodedTerms = new SearchTerms(decoded);
    }

    /** Adds the Base64 of a secret at each offset in a group, without the characters that depend on adjacent text. */
    private static void addBase64(byte[] bytes, List<int[]> terms) {
        for (int before = 0; before < 3; before++) {
            byte[] padded = new byte[before + bytes.length];
            System.arraycopy(bytes, 0, padded, before, bytes.length);
            String encoded = Base64.getEncoder().withoutPadding().encodeToString(padded);
            int start = (before * 8 + 5) / 6;
            int end = padded.length * 8 / 6;
            String core = encoded.substring(start, end);
            terms.add(codePoints(core));
            String url = core.replace('+', '-').replace('/', '_');
            if (!url.equals(core)) {
                terms.add(codePoints(url));
            }
        }
    }

    private static int[] codePoints(String text) {
        return text.codePoints().toArray();
    }

    /**
     * Returns the length of the longest secret or of its Base64.
     *
     * @return the length in code points, without escapes
     */
    public int longest() {
        return terms.maxLength();
    }

    /**
     * Masks the secrets in a text.
     *
     * @param text the text
     * @return the text with a mask in place of each secret, or only the mask if the search takes too many steps
     */
    public String mask(String text) {
        if (terms.isEmpty() || text.isEmpty()) {
            return text;
        }
        StepBudget budget = budget(text);
        List<int[]> found = SecretSearch.find(text, terms, decodedTerms, budget);
        if (budget.isSpent()) {
            // Text that has not been searched is not shown.
            return LogSafe.MASK;
        }
        return found.isEmpty() ? text : masked(text, found);
    }

    /**
     * Returns whether bytes contain a secret: as text of any charset, in any spelling, also in compressed data.
     *
     * @param bytes the bytes, of any media type
     * @return true if they contain one, or can't be searched
     */
    public boolean isFoundIn(byte[] bytes) {
        return !terms.isEmpty() && bytes.length > 0 && new SecretBytes(terms, decodedTerms).isFoundIn(bytes);
    }

    /** Returns the limit of the search in a text. */
    static StepBudget budget(String text) {
        return new StepBudget(MAX_STEPS * (text.length() + 1000L));
    }

    private static String masked(String text, List<int[]> found) {
        found.sort(Comparator.comparingInt(range -> range[0]));
        StringBuilder masked = new StringBuilder(text.length());
        int end = 0;
        for (int[] range : found) {
            if (range[0] >= end) {
                masked.append(text, end, range[0]).append(LogSafe.MASK);
            }
            end = Math.max(end, range[1]);
        }
        return masked.append(text, end, text.length()).toString();
    }
}
