package io.httpconnector.internal.text;

import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Reads the escapes of a text: percent-encoding (RFC 3986), escapes with a backslash (JSON, JavaScript, C, CSS, shells) and
 * entities (HTML, XML), which may be nested. An escape may also be meant literally, so each index has several readings. Not
 * thread-safe.
 */
final class EscapeReader {

    /** The maximum nesting of escapes. */
    static final int LAYERS = 4;

    private static final int MAX_ENTITY_LENGTH = 12;
    private static final int MAX_CSS_DIGITS = 6;

    private final String text;
    private final StepBudget budget;
    private final @Nullable Readings[][] known = new Readings[LAYERS][];

    EscapeReader(String text, StepBudget budget) {
        this.text = text;
        this.budget = budget;
    }

    /** Returns whether a character is only literal: it neither starts an escape nor belongs to a surrogate pair. */
    static boolean isPlain(char c) {
        return c != '%' && c != '\\' && c != '&' && !Character.isSurrogate(c);
    }

    /** The possible characters at an index, each with the index after its spelling. */
    static final class Readings {
        private long[] all = new long[4];
        private int size;

        void add(int codePoint, int end) {
            long reading = (long) codePoint << 32 | end;
            for (int i = 0; i < size; i++) {
                if (all[i] == reading) {
                    return;
                }
            }
            if (size == all.length) {
                all = Arrays.copyOf(all, size * 2);
            }
            all[size++] = reading;
        }

        int size() {
            return size;
        }

        int codePoint(int i) {
            return (int) (all[i] >> 32);
        }

        int end(int i) {
            return (int) all[i];
        }
    }

    /**
     * Returns the possible characters at an index: the character itself, and those whose escape starts there, in up to {@code
     * layers} layers.
     */
    Readings readings(int at, int layers) {
        Readings all = new Readings();
        if (at >= text.length() || budget.isSpent()) {
            return all;
        }
        budget.spend(1);
        int c = text.codePointAt(at);
        all.add(c, at + Character.charCount(c));
        boolean mayEscape = layers > 0 && (c == '%' || c == '\\' || c == '&');
        if (!mayEscape) {
            return all;
        }
        // Cached, because the readings are needed for each preceding character and for each escape that may contain
        // them.
        Readings[] known = this.known[layers - 1];
        if (known == null) {
            known = new Readings[text.length()];
            this.known[layers - 1] = known;
        }
        if (known[at] != null) {
            return known[at];
        }
        known[at] = all;
        Readings start = readings(at, layers - 1);
        for (int i = 0; i < start.size; i++) {
            int introducer = start.codePoint(i);
            all.add(introducer, start.end(i));
            if (introducer == '%') {
                percent(start.end(i), layers - 1, all);
            } else if (introducer == '\\') {
                backslash(start.end(i), layers - 1, all);
            } else if (introducer == '&') {
                entity(start.end(i), layers - 1, all);
            }
        }
        return all;
    }

    private interface Receiver {
        void add(int value, int end);
    }

    /** Passes on each number of {@code digits} hexadecimal digits at an index. */
    private void hex(int at, int digits, int layers, int value, Receiver receiver) {
        if (digits == 0) {
            receiver.add(value, at);
            return;
        }
        Readings readings = readings(at, layers);
        for (int i = 0; i < readings.size; i++) {
            int c = readings.codePoint(i);
            if (c < 0x80 && HexFormat.isHexDigit(c)) {
                hex(readings.end(i), digits - 1, layers, value << 4 | HexFormat.fromHexDigit(c), receiver);
            }
        }
    }

    /** Adds the characters of {@code %2B}, {@code %C3%A9}, and {@code %u002B} of JavaScript's {@code escape}. */
    private void percent(int at, int layers, Readings all) {
        hex(at, 2, layers, 0, (octet, end) -> {
            if (octet < 0x80) {
                all.add(octet, end);
            } else {
                // A single byte in Windows-1252 and ISO 8859-1, or the first of several in UTF-8.
                all.add(octet, end);
                int more = octet >= 0xf0 ? 3 : octet >= 0xe0 ? 2 : octet >= 0xc0 ? 1 : 0;
                int bits = octet & (0x3f >> more);
                if (more > 0) {
                    continuation(end, more, layers, bits, all);
                }
            }
        });
        Readings u = readings(at, layers);
        for (int i = 0; i < u.size; i++) {
            if (u.codePoint(i) == 'u') {
                hex(u.end(i), 4, layers, 0, (unit, end) -> unit(unit, end, '%', layers, all));
            }
        }
    }

    private void continuation(int at, int more, int layers, int value, Readings all) {
        if (more == 0) {
            if (Character.isValidCodePoint(value)) {
                all.add(value, at);
            }
            return;
        }
        Readings readings = readings(at, layers);
        for (int i = 0; i < readings.size; i++) {
            if (readings.codePoint(i) == '%') {
                hex(readings.end(i), 2, layers, 0, (octet, end) -> {
                    if ((octet & 0xc0) == 0x80) {
                        continuation(end, more - 1, layers, value << 6 | (octet & 0x3f), all);
                    }
                });
            }
        }
    }

    /** Adds the character of a UTF-16 code unit, or of a surrogate pair. */
    private void unit(int unit, int end, int introducer, int layers, Readings all) {
        if (!Character.isHighSurrogate((char) unit)) {
            all.add(unit, end);
            return;
        }
        Readings second = readings(end, layers);
        for (int i = 0; i < second.size; i++) {
            Readings u = second.codePoint(i) == introducer ? readings(second.end(i), layers) : new Readings();
            for (int j = 0; j < u.size; j++) {
                if (u.codePoint(j) == 'u') {
                    hex(u.end(j), 4, layers, 0, (low, after) -> {
                        if (Character.isLowSurrogate((char) low)) {
                            all.add(Character.toCodePoint((char) unit, (char) low), after);
                        }
                    });
                }
            }
        }
    }

    private void backslash(int at, int layers, Readings all) {
        css(at, 0, 0, layers, all);
        Readings readings = readings(at, layers);
        for (int i = 0; i < readings.size; i++) {
            int end = readings.end(i);
            int c = readings.codePoint(i);
            switch (c) {
                case 'n' -> all.add('\n', end);
                case 'r' -> all.add('\r', end);
                case 't' -> all.add('\t', end);
                case 'b' -> all.add('\b', end);
                case 'f' -> all.add('\f', end);
                case 'v' -> all.add(0x0b, end);
                case 'a' -> all.add(0x07, end);
                case 'e' -> all.add(0x1b, end);
                case 'x' -> {
                    hex(end, 2, layers, 0, all::add);
                    braced(end, layers, all);
                }
                case 'U' -> hex(end, 8, layers, 0, all::add);
                case 'u' -> {
                    hex(end, 4, layers, 0, (unit, after) -> unit(unit, after, '\\', layers, all));
                    braced(end, layers, all);
                }
                case '0', '1', '2', '3' -> octal(end, c - '0', 2, layers, all);
                case '4', '5', '6', '7' -> octal(end, c - '0', 1, layers, all);
                default -> {
                    if (!Character.isLetterOrDigit(c)) {
                        all.add(c, end);
                    }
                }
            }
        }
    }

    /** Adds the character of up to three octal digits, such as <code>&#92;53</code> or <code>&#92;053</code>. */
    private void octal(int at, int value, int more, int layers, Readings all) {
        boolean continues = false;
        Readings readings = more == 0 ? new Readings() : readings(at, layers);
        for (int i = 0; i < readings.size; i++) {
            int digit = readings.codePoint(i) - '0';
            if (digit >= 0 && digit < 8) {
                continues = true;
                octal(readings.end(i), value << 3 | digit, more - 1, layers, all);
            }
        }
        if (!continues) {
            all.add(value, at);
        }
    }

    /** Adds the character of up to six hexadecimal digits and an optional white space, as in CSS. */
    private void css(int at, int count, long value, int layers, Readings all) {
        boolean continues = false;
        Readings readings = readings(at, layers);
        for (int i = 0; i < readings.size; i++) {
            int c = readings.codePoint(i);
            if (count < MAX_CSS_DIGITS && c < 0x80 && HexFormat.isHexDigit(c)) {
                continues = true;
                css(readings.end(i), count + 1, value << 4 | HexFormat.fromHexDigit(c), layers, all);
            }
        }
        if (count == 0 || continues) {
            return;
        }
        addCodePoint(value, at, all);
        for (int i = 0; i < readings.size; i++) {
            int c = readings.codePoint(i);
            if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f') {
                addCodePoint(value, readings.end(i), all);
            }
        }
    }

    /** Adds the character of <code>&#92;u{2B}</code>. */
    private void braced(int at, int layers, Readings all) {
        Readings open = readings(at, layers);
        for (int i = 0; i < open.size; i++) {
            if (open.codePoint(i) == '{') {
                number(open.end(i), 16, layers, '}', all);
            }
        }
    }

    private void entity(int at, int layers, Readings all) {
        Readings readings = readings(at, layers);
        for (int i = 0; i < readings.size; i++) {
            int c = readings.codePoint(i);
            if (c == '#') {
                int digits = readings.end(i);
                number(digits, 10, layers, ';', all);
                Readings x = readings(digits, layers);
                for (int j = 0; j < x.size; j++) {
                    if (x.codePoint(j) == 'x' || x.codePoint(j) == 'X') {
                        number(x.end(j), 16, layers, ';', all);
                    }
                }
            } else if (c < 0x80 && Character.isLetter(c)) {
                named(at, layers, all);
            }
        }
    }

    /** Adds the character of a number and its closing character. Browsers accept a missing semicolon. */
    private void number(int start, int radix, int layers, int close, Readings all) {
        long value = 0;
        int at = start;
        for (int count = 0; count <= MAX_ENTITY_LENGTH && at < text.length(); count++) {
            Readings readings = readings(at, layers);
            int digit = -1;
            int end = at;
            boolean isClosed = false;
            for (int i = 0; i < readings.size; i++) {
                int c = readings.codePoint(i);
                if (c == close && count > 0) {
                    isClosed = true;
                    addCodePoint(value, readings.end(i), all);
                }
                int one = c < 0x80 ? Character.digit(c, radix) : -1;
                if (one >= 0) {
                    digit = one;
                    end = readings.end(i);
                }
            }
            if (digit < 0 || isClosed) {
                if (!isClosed && count > 0 && close == ';') {
                    addCodePoint(value, at, all);
                }
                return;
            }
            value = Math.min(value * radix + digit, Integer.MAX_VALUE);
            at = end;
        }
        if (at >= text.length() && at > start && close == ';') {
            addCodePoint(value, at, all);
        }
    }

    private void addCodePoint(long value, int end, Readings all) {
        if (value <= Character.MAX_CODE_POINT) {
            all.add((int) value, end);
        }
    }

    private void named(int start, int layers, Readings all) {
        StringBuilder name = new StringBuilder();
        int at = start;
        while (name.length() < MAX_ENTITY_LENGTH + 4 && at < text.length()) {
            Readings readings = readings(at, layers);
            int c = -1;
            int end = at;
            boolean isClosed = false;
            for (int i = 0; i < readings.size; i++) {
                int one = readings.codePoint(i);
                if (one == ';') {
                    isClosed = true;
                    add(name.toString(), readings.end(i), all);
                }
                if (one < 0x80 && Character.isLetterOrDigit(one)) {
                    c = one;
                    end = readings.end(i);
                }
            }
            // Browsers also read the oldest names without a semicolon.
            if (!isClosed && HtmlEntities.isReadWithoutSemicolon(name.toString())) {
                add(name.toString(), at, all);
            }
            if (c < 0 || isClosed) {
                return;
            }
            name.append((char) c);
            at = end;
        }
        if (at >= text.length() && HtmlEntities.isReadWithoutSemicolon(name.toString())) {
            add(name.toString(), at, all);
        }
    }

    private void add(String name, int end, Readings all) {
        int codePoint = HtmlEntities.codePoint(name);
        if (codePoint >= 0) {
            all.add(codePoint, end);
        }
    }
}
