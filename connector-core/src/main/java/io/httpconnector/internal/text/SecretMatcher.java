package io.httpconnector.internal.text;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds secrets in a text, however they are escaped there: percent-encoding and form encoding (RFC 3986, HTML), escapes with a
 * backslash (JSON, JavaScript, C, shells) and entities (HTML, XML); in part or as a whole, mixed, and up to four layers deep. It finds
 * them, too, within Base64 (RFC 4648, with both alphabets and with line breaks as in RFC 2045) and hexadecimal digits, up to three
 * layers deep, whatever stands beside the secret there and however it is escaped there. A text that takes too many steps is masked as a
 * whole. Immutable and thread-safe.
 *
 * <p>It doesn't decode escapes, because the text beside a secret could change how the secret is read. At each position it follows all
 * characters that may be meant there, as long as they are those of a secret. Base64 is decoded from each of the four characters with
 * which a group may begin.
 */
public final class SecretMatcher {

    private static final int LAYERS = 4;

    /** Layers of Base64 and hexadecimal digits. */
    private static final int ENCODINGS = 3;

    /** The minimum length of a secret, in bytes, that is searched for in Base64 and hexadecimal digits. */
    private static final int MIN_ENCODED = 6;

    /** Base64 of the shortest of these secrets. */
    private static final int MIN_RUN = MIN_ENCODED * 4 / 3;

    /** How often in a text an escape is also read as what it is, with other text behind it. */
    private static final int MAX_OTHER_STARTS = 16;

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

    /** What a text is searched for. */
    private static final class Needles {

        private final int[][] all;
        private final BitSet first = new BitSet();

        Needles(List<int[]> needles) {
            all = needles.toArray(int[][]::new);
            for (int[] needle : all) {
                first.set(needle[0]);
                if (needle[0] == ' ') {
                    first.set('+');
                } else if (needle[0] == '+') {
                    first.set(' ');
                }
            }
            // What an escape begins with.
            first.set('%');
            first.set('\\');
            first.set('&');
        }
    }

    /** The secrets, and Base64 of them, which is found beside any other text. */
    private final Needles inText;

    /** The secrets that are looked for in what is decoded. */
    private final Needles inDecoded;

    public SecretMatcher(Iterable<String> values) {
        List<int[]> all = new ArrayList<>();
        List<int[]> decoded = new ArrayList<>();
        for (String value : values) {
            if (!value.isEmpty()) {
                all.add(value.codePoints().toArray());
                encoded(value, all, decoded);
            }
        }
        inText = new Needles(all);
        inDecoded = new Needles(decoded);
    }

    private static void encoded(String value, List<int[]> all, List<int[]> decoded) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        if (bytes.length < MIN_ENCODED) {
            return;
        }
        base64(bytes, all);
        decoded.add(value.codePoints().toArray());
    }

    /** The Base64 of a secret within that of a longer text: without the characters that depend on what stands beside it. */
    private static void base64(byte[] bytes, List<int[]> all) {
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
    public int longest() {
        return Arrays.stream(inText.all).mapToInt(secret -> secret.length).max().orElse(0);
    }

    /** The text with a mask in the place of each secret. */
    public String mask(String text) {
        if (inText.all.length == 0 || text.isEmpty()) {
            return text;
        }
        Steps steps = new Steps(MAX_STEPS * (text.length() + 1000L));
        List<int[]> found = new Search(text, inText, ENCODINGS, steps).found();
        if (steps.left <= 0) {
            // What has not been looked at is not shown.
            return LogSafe.MASK;
        }
        return found.isEmpty() ? text : masked(text, found);
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

    /** What a text may still cost, with all that is decoded from it; and what is used again for each text. */
    private static final class Steps {

        private final Run[] runs = {new Run(), new Run(), new Run(), new Run()};
        private long left;

        Steps(long left) {
            this.left = left;
        }
    }

    /**
     * The next piece of text among bytes: UTF-8, or ISO 8859-1 where single letters of it stand between those of ASCII; without the
     * NULs of UTF-16. What was not meant to be decoded has hardly any.
     */
    private static final class Piece {

        private final byte[] bytes;
        private final StringBuilder text = new StringBuilder();

        /** For each character, and for the end, its first byte. */
        private final int[] positions;

        private int at;

        Piece(byte[] bytes) {
            this.bytes = bytes;
            this.positions = new int[bytes.length + 1];
        }

        /** Goes on to the next piece that is long enough; false at the end. */
        boolean next() {
            text.setLength(0);
            while (at < bytes.length) {
                int length = bytes[at] == 0 ? 1 : length(at);
                if (length == 0) {
                    if (text.length() >= MIN_ENCODED) {
                        break;
                    }
                    text.setLength(0);
                    at++;
                    continue;
                }
                if (bytes[at] != 0) {
                    add(length);
                }
                at += length;
            }
            positions[text.length()] = at;
            return text.length() >= MIN_ENCODED;
        }

        private void add(int length) {
            positions[text.length()] = at;
            if (length == 1) {
                text.append((char) (bytes[at] & 0xff));
                return;
            }
            String one = new String(bytes, at, length, StandardCharsets.UTF_8);
            positions[text.length() + one.length() - 1] = at;
            text.append(one);
        }

        /** The length of a character; 0 when it is none of a text. */
        private int length(int at) {
            int lead = bytes[at] & 0xff;
            if (lead < 0x80) {
                return isAscii(at) ? 1 : 0;
            }
            int length = lead < 0xc2 || lead > 0xf4 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
            boolean isSequence = length > 1 && at + length <= bytes.length;
            for (int i = 1; i < length && isSequence; i++) {
                isSequence = (bytes[at + i] & 0xc0) == 0x80;
            }
            if (isSequence && new String(bytes, at, length, StandardCharsets.UTF_8).codePointAt(0) != 0xfffd) {
                return length;
            }
            boolean isBetween = (at == 0 || isAscii(at - 1)) && (at + 1 == bytes.length || isAscii(at + 1));
            return lead >= 0xa0 && isBetween ? 1 : 0;
        }

        private boolean isAscii(int at) {
            byte octet = bytes[at];
            return (octet >= ' ' && octet < 0x7f) || octet == '\t' || octet == '\r' || octet == '\n' || octet == 0;
        }
    }

    /** Characters of Base64 that follow each other in a text, but for escapes and line breaks. */
    private static final class Run {

        private char[] characters = new char[64];
        private int[] starts = new int[64];
        private int[] ends = new int[64];
        private int size;

        /** Where the text goes on. */
        private int end;

        void add(char character, int start, int end) {
            if (size == characters.length) {
                characters = Arrays.copyOf(characters, size * 2);
                starts = Arrays.copyOf(starts, size * 2);
                ends = Arrays.copyOf(ends, size * 2);
            }
            characters[size] = character;
            starts[size] = start;
            ends[size++] = end;
        }

        /** The bytes from a character to another one, for each of which some bits are given. */
        byte[] bytes(int from, int to, int bits) {
            byte[] bytes = new byte[(to - from) * bits / 8];
            int buffer = 0;
            int count = 0;
            int at = 0;
            for (int i = from; i < to && at < bytes.length; i++) {
                buffer = buffer << bits | (bits == 4 ? Character.digit(characters[i], 16) : sextet(characters[i]));
                count += bits;
                if (count >= 8) {
                    count -= 8;
                    bytes[at++] = (byte) (buffer >> count);
                }
            }
            return bytes;
        }

        boolean isHex(int i) {
            return characters[i] < 0x80 && HexFormat.isHexDigit(characters[i]);
        }

        /** The value of a character; -1 when it is not of Base64. A form makes a space of a plus sign. */
        static int sextet(int c) {
            if (c >= 'A' && c <= 'Z') {
                return c - 'A';
            }
            if (c >= 'a' && c <= 'z') {
                return c - 'a' + 26;
            }
            if (c >= '0' && c <= '9') {
                return c - '0' + 52;
            }
            return switch (c) {
                case '+', '-', ' ' -> 62;
                case '/', '_' -> 63;
                default -> -1;
            };
        }
    }

    /** One text. Of one thread. */
    private final class Search {

        private final String text;
        private final Needles needles;
        private final int encodings;
        private final Steps steps;
        private final List<int[]> found = new ArrayList<>(0);
        private int otherStarts = MAX_OTHER_STARTS;
        private final @Nullable Readings[][] known = new Readings[LAYERS][];

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

        Search(String text, Needles needles, int encodings, Steps steps) {
            this.text = text;
            this.needles = needles;
            this.encodings = encodings;
            this.steps = steps;
        }

        /** The ranges of the text that spell secrets; in any order, and some more than once. */
        List<int[]> found() {
            for (int i = 0; i < text.length() && steps.left > 0; i++) {
                char c = text.charAt(i);
                int end = needles.first.get(c) || Character.isSurrogate(c) ? match(i) : -1;
                if (end >= 0) {
                    found.add(new int[] {i, end});
                }
            }
            if (encodings > 0 && inDecoded.all.length > 0) {
                Run run = steps.runs[encodings];
                for (int i = 0; i < text.length() && steps.left > 0; ) {
                    if (isPlain(i) && Run.sextet(text.charAt(i)) < 0) {
                        i++;
                        continue;
                    }
                    read(i, run);
                    decode(run);
                    i = Math.max(i + 1, run.end);
                }
            }
            return found;
        }

        /** The characters of Base64 from a position on. */
        private void read(int start, Run run) {
            int at = start;
            run.size = 0;
            boolean isBroken = false;
            while (at < text.length() && steps.left > 0) {
                steps.left--;
                char c = text.charAt(at);
                int read = c;
                int end = at + 1;
                if (!isPlain(at)) {
                    Readings readings = readings(at, LAYERS);
                    for (int i = 1; i < readings.size; i++) {
                        int one = readings.codePoint(i);
                        boolean isMeant = Run.sextet(one) >= 0 || one == '\r' || one == '\n' || one == '\t';
                        if (isMeant && readings.end(i) > end) {
                            read = one;
                            end = readings.end(i);
                        }
                    }
                }
                boolean isBreak = read == '\r' || read == '\n' || (isBroken && (read == ' ' || read == '\t'));
                if (!isBreak && Run.sextet(read) < 0) {
                    break;
                }
                if (!isBreak) {
                    run.add((char) read, at, end);
                }
                isBroken = isBreak;
                if (end > at + 1) {
                    otherStarts(at + 1, end, run.size == 1);
                }
                at = end;
            }
            run.end = at;
        }

        /** What looks like an escape may be text in front of a secret: another one, or the plain text behind a percent sign. */
        private void otherStarts(int from, int to, boolean isFirst) {
            for (int i = from; i < to && otherStarts > 0; i++) {
                boolean isStart = isPlain(i)
                        ? (isFirst || i == from) && Run.sextet(text.charAt(i)) >= 0
                        : i > from || text.charAt(i - 1) == '%';
                if (isStart) {
                    int kept = otherStarts - 1;
                    otherStarts = 0;
                    Run other = new Run();
                    read(i, other);
                    decode(other);
                    otherStarts = kept;
                }
            }
        }

        private void decode(Run run) {
            if (run.size < MIN_RUN) {
                return;
            }
            for (int from = 0; from < 4; from++) {
                decode(run, from, run.size, 6);
            }
            for (int i = 0; i < run.size; i++) {
                int start = i;
                while (i < run.size && run.isHex(i)) {
                    i++;
                }
                if (i - start >= 2 * MIN_ENCODED) {
                    decode(run, start, i, 4);
                    decode(run, start + 1, i, 4);
                }
            }
        }

        private void decode(Run run, int from, int to, int bits) {
            steps.left -= to - from;
            if (steps.left <= 0) {
                return;
            }
            Piece piece = new Piece(run.bytes(from, to, bits));
            while (piece.next()) {
                Search search = new Search(piece.text.toString(), inDecoded, encodings - 1, steps);
                for (int[] range : search.found()) {
                    int first = piece.positions[range[0]] * 8 / bits;
                    int last = (piece.positions[range[1]] * 8 + bits - 1) / bits - 1;
                    found.add(new int[] {run.starts[from + first], run.ends[from + last]});
                }
            }
        }

        /** Where the longest secret ends that begins here, or -1. */
        private int match(int start) {
            Readings begin = readings(start, LAYERS);
            int end = -1;
            for (int[] secret : needles.all) {
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
                    steps.left--;
                    if (steps.left <= 0 || !isMeant(secret[i], text.charAt(ends[0]))) {
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
            steps.left--;
            return isMeant(wanted, text.charAt(at)) ? with(ends, at + 1) : ends;
        }

        private int[] next(int wanted, Readings readings, int[] ends) {
            int[] all = ends;
            for (int i = 0; i < readings.size; i++) {
                steps.left--;
                if (isMeant(wanted, readings.codePoint(i))) {
                    all = with(all, readings.end(i));
                }
            }
            return all;
        }

        /** In a form, a plus sign stands for a space; and a reader that takes other text for a form turns a plus sign into a space. */
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
            if (at >= text.length() || steps.left <= 0) {
                return all;
            }
            steps.left--;
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
