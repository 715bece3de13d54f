package io.httpconnector.testing.recording;

import io.httpconnector.internal.text.LogSafe;
import java.util.BitSet;

/** Compares texts in which masks stand for secrets: a recorded mask equals any text, because a test has other secrets than a recording. */
final class MaskedText {

    private static final char ANY = '\uFFFF';

    /** The maximum number of steps. Longer texts with masks are compared by what precedes the first and follows the last one. */
    private static final long MAX_STEPS = 20_000_000;

    private MaskedText() {}

    /**
     * Returns whether two texts are equal, except for secrets.
     *
     * @param isForeign whether the recording is of another program and has the secrets, so that those of the test are equal to them
     */
    static boolean equal(String recorded, String sent, boolean isForeign) {
        if (recorded.equals(sent)) {
            return true;
        }
        if (!recorded.contains(LogSafe.MASK) && !(isForeign && sent.contains(LogSafe.MASK))) {
            return false;
        }
        String first = recorded.replace(LogSafe.MASK, String.valueOf(ANY));
        String second = isForeign ? sent.replace(LogSafe.MASK, String.valueOf(ANY)) : sent;
        return (long) first.length() * second.length() > MAX_STEPS ? endsEqual(first, second) : matches(first, second);
    }

    private static boolean endsEqual(String first, String second) {
        int start = 0;
        while (start < Math.min(first.length(), second.length())
                && first.charAt(start) != ANY
                && second.charAt(start) != ANY) {
            if (first.charAt(start) != second.charAt(start)) {
                return false;
            }
            start++;
        }
        int left = Math.min(first.length(), second.length()) - start;
        for (int i = 1; i <= left; i++) {
            char a = first.charAt(first.length() - i);
            char b = second.charAt(second.length() - i);
            if (a == ANY || b == ANY) {
                return true;
            }
            if (a != b) {
                return false;
            }
        }
        return true;
    }

    /** Follows all positions of the second text that the first one can have reached. */
    private static boolean matches(String first, String second) {
        int length = second.length();
        BitSet reached = new BitSet(length + 1);
        reached.set(0);
        skipMasks(reached, second);
        for (int i = 0; i < first.length(); i++) {
            char c = first.charAt(i);
            BitSet next = new BitSet(length + 1);
            if (c == ANY) {
                int from = reached.nextSetBit(0);
                if (from >= 0) {
                    next.set(from, length + 1);
                }
            } else {
                for (int at = reached.nextSetBit(0); at >= 0 && at < length; at = reached.nextSetBit(at + 1)) {
                    char expected = second.charAt(at);
                    if (expected == ANY) {
                        next.set(at);
                    } else if (expected == c) {
                        next.set(at + 1);
                    }
                }
                skipMasks(next, second);
            }
            if (next.isEmpty()) {
                return false;
            }
            reached = next;
        }
        return reached.get(length);
    }

    /** A mask may also stand for an empty text. */
    private static void skipMasks(BitSet reached, String text) {
        for (int at = reached.nextSetBit(0); at >= 0 && at < text.length(); at = reached.nextSetBit(at + 1)) {
            if (text.charAt(at) == ANY) {
                reached.set(at + 1);
            }
        }
    }
}
