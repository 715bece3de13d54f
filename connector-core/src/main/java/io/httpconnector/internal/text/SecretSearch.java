package io.httpconnector.internal.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Searches one text for secrets: literal, escaped, and within text decoded from Base64 and hexadecimal digits. Not thread-safe.
 */
final class SecretSearch {

    private static final int[] NONE = {};
    private static final byte[] NO_BYTES = {};

    /** The minimum length of a secret, in bytes, that is searched for in Base64 and hexadecimal digits. */
    static final int MIN_ENCODED = 6;

    /** The maximum nesting of Base64 and hexadecimal digits. */
    private static final int ENCODINGS = 3;

    /** The length of the Base64 of the shortest of these secrets. */
    private static final int MIN_RUN = MIN_ENCODED * 4 / 3;

    /** The maximum number of escapes in a text that are also read as literal text followed by Base64. */
    private static final int MAX_OTHER_STARTS = 16;

    private final String text;
    private final SearchTerms terms;
    private final SearchTerms decodedTerms;
    private final int encodings;
    private final StepBudget budget;
    private final EscapeReader escapes;
    private final List<int[]> found = new ArrayList<>(0);
    private int otherStarts = MAX_OTHER_STARTS;

    /** The bytes that are decoded at the moment. */
    private byte[] bytes = NO_BYTES;

    private SecretSearch(String text, SearchTerms terms, SearchTerms decodedTerms, int encodings, StepBudget budget) {
        this.text = text;
        this.terms = terms;
        this.decodedTerms = decodedTerms;
        this.encodings = encodings;
        this.budget = budget;
        this.escapes = new EscapeReader(text, budget);
    }

    /**
     * Returns the ranges of a text that spell a term: start and end, in any order, some of them more than once.
     *
     * @param text the text
     * @param terms the terms to find in the text
     * @param decodedTerms the terms to find in text that is decoded from it
     * @param budget the limit of the search, which is incomplete if the budget is spent
     */
    static List<int[]> find(String text, SearchTerms terms, SearchTerms decodedTerms, StepBudget budget) {
        return new SecretSearch(text, terms, decodedTerms, ENCODINGS, budget).find();
    }

    private List<int[]> find() {
        int last = text.length() - 1;
        for (int i = 0; i <= last && !budget.isSpent(); i++) {
            if (i < last && terms.isExcluded(text.charAt(i), text.charAt(i + 1))) {
                continue;
            }
            int end = match(i);
            if (end >= 0) {
                found.add(new int[] {i, end});
            }
        }
        if (encodings > 0 && !decodedTerms.isEmpty()) {
            EncodedRun run = new EncodedRun();
            for (int i = 0; i < text.length() && !budget.isSpent(); ) {
                if (isPlain(i) && EncodedRun.sextet(text.charAt(i)) < 0) {
                    i++;
                    continue;
                }
                read(i, run);
                decode(run);
                i = Math.max(i + 1, run.textEnd());
            }
        }
        return found;
    }

    private boolean isPlain(int at) {
        return EscapeReader.isPlain(text.charAt(at));
    }

    /** Returns the end of the longest term that starts at an index, or -1. */
    private int match(int start) {
        int end = -1;
        if (isPlain(start)) {
            for (int[] term : terms.startingWith(text.charAt(start))) {
                end = Math.max(end, matchPlain(term, start));
            }
        } else {
            EscapeReader.Readings readings = escapes.readings(start, EscapeReader.LAYERS);
            for (int[] term : terms.all()) {
                int[] ends = next(term[0], readings, NONE);
                if (ends.length > 0) {
                    end = Math.max(end, matchRest(term, 1, ends));
                }
            }
        }
        return end;
    }

    /** Returns the end of a term that starts at an index, or -1. Compares plain characters, up to the first escape. */
    private int matchPlain(int[] term, int start) {
        int at = start;
        for (int i = 0; i < term.length; i++, at++) {
            if (at >= text.length()) {
                return -1;
            }
            if (!isPlain(at)) {
                return matchRest(term, i, new int[] {at});
            }
            budget.spend(1);
            if (!isMeant(term[i], text.charAt(at))) {
                return -1;
            }
        }
        return at;
    }

    /** Returns the largest end of a term, or -1, given the possible ends of its first {@code matched} characters. */
    private int matchRest(int[] term, int matched, int[] endsOfMatched) {
        int[] ends = endsOfMatched;
        for (int i = matched; i < term.length && ends.length > 0; i++) {
            boolean isSimple = ends.length == 1 && ends[0] < text.length() && isPlain(ends[0]);
            if (isSimple) {
                // Most characters have one reading, which needs no list.
                budget.spend(1);
                if (budget.isSpent() || !isMeant(term[i], text.charAt(ends[0]))) {
                    return -1;
                }
                ends[0]++;
                continue;
            }
            int[] following = NONE;
            for (int end : ends) {
                if (end < text.length()) {
                    following = isPlain(end)
                            ? plain(term[i], end, following)
                            : next(term[i], escapes.readings(end, EscapeReader.LAYERS), following);
                }
            }
            ends = following;
        }
        int last = -1;
        for (int end : ends) {
            last = Math.max(last, end);
        }
        return last;
    }

    private int[] plain(int wanted, int at, int[] ends) {
        budget.spend(1);
        return isMeant(wanted, text.charAt(at)) ? with(ends, at + 1) : ends;
    }

    private int[] next(int wanted, EscapeReader.Readings readings, int[] ends) {
        int[] all = ends;
        for (int i = 0; i < readings.size(); i++) {
            budget.spend(1);
            if (isMeant(wanted, readings.codePoint(i))) {
                all = with(all, readings.end(i));
            }
        }
        return all;
    }

    /**
     * Returns whether a character that was read may stand for the wanted one: in a form, a plus sign is a space, and it may
     * also have been decoded to one by mistake.
     */
    private static boolean isMeant(int wanted, int read) {
        return wanted == read || (wanted == ' ' && read == '+') || (wanted == '+' && read == ' ');
    }

    private static int[] with(int[] ends, int end) {
        for (int known : ends) {
            if (known == end) {
                return ends;
            }
        }
        int[] more = Arrays.copyOf(ends, ends.length + 1);
        more[ends.length] = end;
        return more;
    }

    /** Reads the characters of Base64 that start at an index. */
    private void read(int start, EncodedRun run) {
        int at = start;
        run.clear();
        boolean isBroken = false;
        while (at < text.length() && !budget.isSpent()) {
            budget.spend(1);
            char c = text.charAt(at);
            int read = c;
            int end = at + 1;
            if (!EscapeReader.isPlain(c)) {
                EscapeReader.Readings readings = escapes.readings(at, EscapeReader.LAYERS);
                for (int i = 1; i < readings.size(); i++) {
                    int one = readings.codePoint(i);
                    boolean isMeant = EncodedRun.sextet(one) >= 0 || one == '\r' || one == '\n' || one == '\t';
                    if (isMeant && readings.end(i) > end) {
                        read = one;
                        end = readings.end(i);
                    }
                }
            }
            boolean isBreak = read == '\r' || read == '\n' || (isBroken && (read == ' ' || read == '\t'));
            if (!isBreak && EncodedRun.sextet(read) < 0) {
                break;
            }
            if (!isBreak) {
                run.add((char) read, at, end);
            }
            isBroken = isBreak;
            if (end > at + 1) {
                readOtherStarts(at + 1, end, run.size() == 1);
            }
            at = end;
        }
        run.textEnd(at);
    }

    /**
     * Reads Base64 that starts within an escape, which may be literal text before it: after a percent sign or a backslash, or at
     * another escape.
     */
    private void readOtherStarts(int from, int to, boolean isFirst) {
        for (int i = from; i < to && otherStarts > 0; i++) {
            boolean isStart = isPlain(i)
                    ? (isFirst || i == from) && EncodedRun.sextet(text.charAt(i)) >= 0
                    : i > from || text.charAt(i - 1) == '%' || text.charAt(i - 1) == '\\';
            if (isStart) {
                int kept = otherStarts - 1;
                otherStarts = 0;
                EncodedRun other = new EncodedRun();
                read(i, other);
                decode(other);
                otherStarts = kept;
            }
        }
    }

    /** Searches the decoded content of a run: Base64 starting at each of the four characters of a group, and hexadecimal digits. */
    private void decode(EncodedRun run) {
        if (run.size() < MIN_RUN) {
            return;
        }
        for (int from = 0; from < 4; from++) {
            decode(run, from, run.size(), 6);
        }
        for (int i = 0; i < run.size(); i++) {
            int start = i;
            while (i < run.size() && run.isHexDigit(i)) {
                i++;
            }
            if (i - start >= 2 * MIN_ENCODED) {
                decode(run, start, i, 4);
                decode(run, start + 1, i, 4);
            }
        }
    }

    private void decode(EncodedRun run, int from, int to, int bits) {
        budget.spend(to - from);
        if (budget.isSpent()) {
            return;
        }
        int count = EncodedRun.byteCount(from, to, bits);
        if (bytes.length < count) {
            bytes = new byte[Math.max(count, 2 * bytes.length)];
        }
        run.decode(from, to, bits, bytes);
        if (!DecodedText.hasPiece(bytes, count, MIN_ENCODED)) {
            return;
        }
        DecodedText decoded = new DecodedText(bytes, count, MIN_ENCODED);
        while (decoded.next()) {
            SecretSearch search = new SecretSearch(decoded.piece(), decodedTerms, decodedTerms, encodings - 1, budget);
            for (int[] range : search.find()) {
                int first = decoded.position(range[0]) * 8 / bits;
                int last = (decoded.position(range[1]) * 8 + bits - 1) / bits - 1;
                found.add(new int[] {run.start(from + first), run.end(from + last)});
            }
        }
    }
}
