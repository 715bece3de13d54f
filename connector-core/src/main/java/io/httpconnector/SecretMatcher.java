package io.httpconnector;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds secrets in a text, however they are escaped there: percent-encoding and form encoding (RFC 3986, HTML), escapes with a
 * backslash (JSON, JavaScript, C, shells), entities (HTML, XML) and Base64; in part or as a whole, mixed, and up to four layers deep.
 * A text that takes too many steps is masked as a whole. Immutable and thread-safe.
 *
 * <p>It doesn't decode the text, because the text beside a secret could change how the secret is read. At each position it follows all
 * characters that may be meant there, as long as they are those of a secret.
 */
final class SecretMatcher {

    private static final int LAYERS = 4;

    /** The least length for which Base64 of a secret is looked for. */
    private static final int MIN_BASE64 = 8;

    /** Steps for each character of a text, on average. */
    private static final long MAX_STEPS = 500;

    private static final int MAX_ENTITY = 12;

    private static final Map<String, Integer> ENTITIES = Map.ofEntries(
            entity("quot", '"'),
            entity("QUOT", '"'),
            entity("amp", '&'),
            entity("AMP", '&'),
            entity("apos", '\''),
            entity("lt", '<'),
            entity("LT", '<'),
            entity("gt", '>'),
            entity("GT", '>'),
            entity("nbsp", '\u00a0'),
            entity("excl", '!'),
            entity("num", '#'),
            entity("dollar", '$'),
            entity("percnt", '%'),
            entity("lpar", '('),
            entity("rpar", ')'),
            entity("ast", '*'),
            entity("midast", '*'),
            entity("plus", '+'),
            entity("comma", ','),
            entity("period", '.'),
            entity("sol", '/'),
            entity("colon", ':'),
            entity("semi", ';'),
            entity("equals", '='),
            entity("quest", '?'),
            entity("commat", '@'),
            entity("lsqb", '['),
            entity("lbrack", '['),
            entity("bsol", '\\'),
            entity("rsqb", ']'),
            entity("rbrack", ']'),
            entity("Hat", '^'),
            entity("lowbar", '_'),
            entity("UnderBar", '_'),
            entity("grave", '`'),
            entity("DiacriticalGrave", '`'),
            entity("lcub", '{'),
            entity("lbrace", '{'),
            entity("verbar", '|'),
            entity("vert", '|'),
            entity("VerticalLine", '|'),
            entity("rcub", '}'),
            entity("rbrace", '}'),
            entity("Tab", '\t'),
            entity("NewLine", '\n'),
            entity("hyphen", '\u2010'),
            entity("euro", '€'));

    private static final Set<String> OLDEST = Set.of("amp", "lt", "gt", "quot");

    /** The entities of HTML for U+00A0 to U+00FF, in their order. */
    private static final List<String> LATIN = List.of(
            ("nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro"
                            + " para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring"
                            + " AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde"
                            + " Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring"
                            + " aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde"
                            + " ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml")
                    .split(" ", -1));

    private static Map.Entry<String, Integer> entity(String name, char c) {
        return Map.entry(name, (int) c);
    }

    private final int[][] secrets;
    private final BitSet first = new BitSet();

    SecretMatcher(Iterable<String> values) {
        List<int[]> all = new ArrayList<>();
        for (String value : values) {
            if (!value.isEmpty()) {
                all.add(value.codePoints().toArray());
                base64(value, all);
            }
        }
        secrets = all.toArray(int[][]::new);
        for (int[] secret : secrets) {
            first.set(secret[0]);
            if (secret[0] == ' ') {
                first.set('+');
            } else if (secret[0] == '+') {
                first.set(' ');
            }
        }
        // What an escape begins with.
        first.set('%');
        first.set('\\');
        first.set('&');
    }

    /** The Base64 of a secret within that of a longer text: without the characters that depend on what stands beside it. */
    private static void base64(String value, List<int[]> all) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        if (bytes.length < MIN_BASE64) {
            return;
        }
        for (int before = 0; before < 3; before++) {
            byte[] padded = new byte[before + bytes.length];
            System.arraycopy(bytes, 0, padded, before, bytes.length);
            String encoded = Base64.getEncoder().withoutPadding().encodeToString(padded);
            int start = (before * 8 + 5) / 6;
            int end = padded.length * 8 / 6;
            String core = encoded.substring(start, end);
            all.add(core.codePoints().toArray());
            String url = core.replace('+', '-').replace('/', '_');
            if (!url.equals(core)) {
                all.add(url.codePoints().toArray());
            }
        }
    }

    /** The length of the longest secret, spelled out. */
    int longest() {
        return Arrays.stream(secrets).mapToInt(secret -> secret.length).max().orElse(0);
    }

    /** The text with a mask in the place of each secret. */
    String mask(String text) {
        if (secrets.length == 0 || text.isEmpty()) {
            return text;
        }
        return new Search(text).masked();
    }

    /** One text. Of one thread. */
    private final class Search {

        private final String text;
        private final @Nullable Readings[][] known = new Readings[LAYERS][];
        private long steps;

        /** Characters that may be meant at a position, each with the position behind it. */
        private static final class Readings {
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

            int codePoint(int i) {
                return (int) (all[i] >> 32);
            }

            int end(int i) {
                return (int) all[i];
            }
        }

        Search(String text) {
            this.text = text;
            this.steps = MAX_STEPS * (text.length() + 1000L);
        }

        String masked() {
            StringBuilder masked = null;
            int at = 0;
            int start = -1;
            int end = -1;
            for (int i = 0; i < text.length() && steps > 0; i++) {
                int found = first.get(text.charAt(i)) || Character.isSurrogate(text.charAt(i)) ? match(i) : -1;
                if (found < 0) {
                    continue;
                }
                if (i < end) {
                    end = Math.max(end, found);
                    continue;
                }
                if (start >= 0) {
                    masked = append(masked, at, start);
                    at = end;
                }
                start = i;
                end = found;
            }
            if (start >= 0) {
                masked = append(masked, at, start);
                at = end;
            }
            if (steps <= 0) {
                // What has not been looked at is not shown.
                return Secret.MASK;
            }
            return masked == null
                    ? text
                    : masked.append(text, at, text.length()).toString();
        }

        private StringBuilder append(@Nullable StringBuilder masked, int from, int to) {
            StringBuilder out = masked == null ? new StringBuilder(text.length()) : masked;
            return out.append(text, from, to).append(Secret.MASK);
        }

        /** Where the longest secret ends that begins here, or -1. */
        private int match(int start) {
            Readings begin = readings(start, LAYERS);
            int end = -1;
            for (int[] secret : secrets) {
                end = Math.max(end, match(secret, begin));
            }
            return end;
        }

        private int match(int[] secret, Readings begin) {
            int[] ends = next(secret[0], begin, new int[0]);
            for (int i = 1; i < secret.length && ends.length > 0; i++) {
                boolean isSimple = ends.length == 1 && ends[0] < text.length() && isPlain(ends[0]);
                if (isSimple) {
                    // Most characters, without any list.
                    steps--;
                    if (steps <= 0 || !isMeant(secret[i], text.charAt(ends[0]))) {
                        return -1;
                    }
                    ends[0]++;
                    continue;
                }
                int[] following = new int[0];
                for (int end : ends) {
                    if (end < text.length()) {
                        following = isPlain(end)
                                ? plain(secret[i], end, following)
                                : next(secret[i], readings(end, LAYERS), following);
                    }
                }
                ends = following;
            }
            return Arrays.stream(ends).max().orElse(-1);
        }

        private boolean isPlain(int at) {
            char c = text.charAt(at);
            return c != '%' && c != '\\' && c != '&' && !Character.isSurrogate(c);
        }

        private int[] plain(int wanted, int at, int[] ends) {
            steps--;
            return isMeant(wanted, text.charAt(at)) ? with(ends, at + 1) : ends;
        }

        private int[] next(int wanted, Readings readings, int[] ends) {
            int[] all = ends;
            for (int i = 0; i < readings.size; i++) {
                steps--;
                if (isMeant(wanted, readings.codePoint(i))) {
                    all = with(all, readings.end(i));
                }
            }
            return all;
        }

        /** In a form, a plus sign stands for a space; and who reads as a form what is none makes a space of a plus sign. */
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

        /** What may be meant here: the character itself, or what it begins to spell in up to so many layers of escapes. */
        private Readings readings(int at, int layers) {
            Readings all = new Readings();
            if (at >= text.length() || steps <= 0) {
                return all;
            }
            steps--;
            int c = text.codePointAt(at);
            all.add(c, at + Character.charCount(c));
            boolean mayEscape = layers > 0 && (c == '%' || c == '\\' || c == '&');
            if (!mayEscape) {
                return all;
            }
            // Each is needed many times: for the characters before it, and for those in which it may be a part.
            Readings[] known = this.known[layers - 1];
            if (known == null) {
                known = new Readings[text.length()];
                this.known[layers - 1] = known;
            }
            if (known[at] != null) {
                return known[at];
            }
            known[at] = all;
            Readings begin = readings(at, layers - 1);
            for (int i = 0; i < begin.size; i++) {
                int introduction = begin.codePoint(i);
                all.add(introduction, begin.end(i));
                if (introduction == '%') {
                    percent(begin.end(i), layers - 1, all);
                } else if (introduction == '\\') {
                    backslash(begin.end(i), layers - 1, all);
                } else if (introduction == '&') {
                    entity(begin.end(i), layers - 1, all);
                }
            }
            return all;
        }

        private interface Found {
            void add(int value, int end);
        }

        /** Passes on each number of so many hexadecimal digits. */
        private void hex(int at, int digits, int layers, int value, Found found) {
            if (digits == 0) {
                found.add(value, at);
                return;
            }
            Readings readings = readings(at, layers);
            for (int i = 0; i < readings.size; i++) {
                int c = readings.codePoint(i);
                if (c < 0x80 && HexFormat.isHexDigit(c)) {
                    hex(readings.end(i), digits - 1, layers, value << 4 | HexFormat.fromHexDigit(c), found);
                }
            }
        }

        /** {@code %2B}, {@code %C3%A9}, and {@code %u002B} of old scripts. */
        private void percent(int at, int layers, Readings all) {
            hex(at, 2, layers, 0, (octet, end) -> {
                if (octet < 0x80) {
                    all.add(octet, end);
                } else {
                    // Windows-1252 and ISO 8859-1 have one byte for what takes several in UTF-8.
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

        /** A unit of UTF-16, or the first of two. */
        private void unit(int unit, int end, int introduction, int layers, Readings all) {
            if (!Character.isHighSurrogate((char) unit)) {
                all.add(unit, end);
                return;
            }
            Readings second = readings(end, layers);
            for (int i = 0; i < second.size; i++) {
                Readings u = second.codePoint(i) == introduction ? readings(second.end(i), layers) : new Readings();
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
                    case 'x' -> hex(end, 2, layers, 0, all::add);
                    case 'U' -> hex(end, 8, layers, 0, all::add);
                    case 'u' -> {
                        hex(end, 4, layers, 0, (unit, after) -> unit(unit, after, '\\', layers, all));
                        braced(end, layers, all);
                    }
                    case '0', '1', '2', '3' -> octal(end, c - '0', 2, layers, all);
                    default -> {
                        if (!Character.isLetterOrDigit(c)) {
                            all.add(c, end);
                        }
                    }
                }
            }
        }

        private void octal(int at, int value, int more, int layers, Readings all) {
            if (more == 0) {
                all.add(value, at);
                return;
            }
            Readings readings = readings(at, layers);
            for (int i = 0; i < readings.size; i++) {
                int digit = readings.codePoint(i) - '0';
                if (digit >= 0 && digit < 8) {
                    octal(readings.end(i), value << 3 | digit, more - 1, layers, all);
                }
            }
        }

        /** <code>&#92;u{2B}</code>. */
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

        /** Digits, as many as there are, and what ends them; browsers do without the semicolon. */
        private void number(int start, int radix, int layers, int close, Readings all) {
            long value = 0;
            int at = start;
            for (int count = 0; count <= MAX_ENTITY && at < text.length(); count++) {
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
            while (name.length() < MAX_ENTITY + 4 && at < text.length()) {
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
                // Browsers read the oldest names without a semicolon, too.
                if (!isClosed && OLDEST.contains(name.toString())) {
                    add(name.toString(), at, all);
                }
                if (c < 0 || isClosed) {
                    return;
                }
                name.append((char) c);
                at = end;
            }
            if (at >= text.length() && OLDEST.contains(name.toString())) {
                add(name.toString(), at, all);
            }
        }

        private void add(String name, int end, Readings all) {
            Integer known = ENTITIES.get(name);
            int latin = known == null ? LATIN.indexOf(name) : -1;
            if (known != null || latin >= 0) {
                all.add(known == null ? 0xa0 + latin : known, end);
            }
        }
    }
}
