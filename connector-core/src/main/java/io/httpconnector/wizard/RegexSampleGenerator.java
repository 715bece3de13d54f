package io.httpconnector.wizard;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntPredicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Generates texts for a regular expression (ECMA-262). Assertions are ignored, therefore the caller verifies each text.
 */
final class RegexSampleGenerator {

    private static final int MAX_LENGTH = 2000;
    private static final int MAX_STEPS = 20_000;
    private static final int MAX_SAMPLES = 100;
    private static final int MAX_DEPTH = 50;
    private static final int MAX_REPETITIONS = 8;
    private static final int MAX_CHARACTER = 0x20000;

    /** Characters for samples, the preferred ones first. */
    private static final String PREFERRED =
            "aA1b0BcCxXzZ-_. /:@#+,;=?&%$!*'\"()[]{}<>|~^`\\defghijklmnopqrstuvwyDEFGHIJKLMNOPQRSTUVWY23456789\t\néß";

    /** A part of an expression. */
    sealed interface Node {}

    /** One character of a set. */
    private record Characters(IntPredicate set) implements Node {}

    private record Sequence(List<Node> parts) implements Node {}

    private record Alternatives(List<Node> branches) implements Node {}

    private record Repetition(Node part, int min, int max, int index) implements Node {}

    private final String regex;
    private int at;
    private int repetitions;

    private RegexSampleGenerator(String regex) {
        this.regex = regex;
    }

    /** Parses an expression that is valid. Returns null if its syntax is not supported. */
    static @Nullable Node parse(String regex) {
        try {
            RegexSampleGenerator parser = new RegexSampleGenerator(regex);
            Node parsed = parser.alternatives(0);
            return parser.at < regex.length() ? null : new Repetition(parsed, 1, 1, -1 - parser.repetitions);
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            return null;
        }
    }

    /** Returns samples whose lengths are in a range, the shortest first; other lengths follow if there are none. */
    static List<String> samples(Node root, int min, int max) {
        int count = root instanceof Repetition whole ? -1 - whole.index : 0;
        Set<String> all = new LinkedHashSet<>();
        StringBuilder shortest = new StringBuilder();
        AtomicInteger steps = new AtomicInteger();
        append(root, new Shape(0, -1, 0, steps), shortest);
        int missing = Math.max(0, min - shortest.length());
        for (int more : new int[] {0, 1, 2, 3, 5, 8, 12, 20, 50, missing, min, max < MAX_LENGTH ? max : min}) {
            // Lengthens all repetitions, then each of the first ones by itself.
            for (int only = -1; only < Math.min(count, MAX_REPETITIONS); only++) {
                for (int branch = 0; branch < (more < 2 ? 4 : 1); branch++) {
                    StringBuilder out = new StringBuilder();
                    append(root, new Shape(more, only, branch, steps), out);
                    all.add(out.toString());
                }
            }
        }
        List<String> fitting = all.stream()
                .filter(text -> text.length() >= min && text.length() <= max)
                .toList();
        List<String> found = fitting.isEmpty() ? List.copyOf(all) : fitting;
        return found.subList(0, Math.min(found.size(), MAX_SAMPLES));
    }

    /**
     * The rules by which a sample is generated.
     *
     * @param more the number of additional repetitions
     * @param only the index of the repetition that is lengthened, or -1 for all
     * @param branch the preferred alternative
     * @param steps counts the steps
     */
    private record Shape(int more, int only, int branch, AtomicInteger steps) {

        boolean isSpent(StringBuilder out) {
            return out.length() > MAX_LENGTH || steps.get() > MAX_STEPS;
        }
    }

    private static void append(Node node, Shape shape, StringBuilder out) {
        if (shape.steps.incrementAndGet() > MAX_STEPS) {
            return;
        }
        if (node instanceof Characters characters) {
            int found = PREFERRED.chars().filter(characters.set).findFirst().orElse(-1);
            for (int c = 0x20; found < 0 && c < MAX_CHARACTER; c++) {
                found = characters.set.test(c) && Character.getType(c) != Character.SURROGATE ? c : -1;
            }
            for (int c = 0; found < 0 && c < 0x20; c++) {
                found = characters.set.test(c) ? c : -1;
            }
            out.append(found < 0 ? "" : Character.toString(found));
        } else if (node instanceof Sequence sequence) {
            sequence.parts.forEach(part -> append(part, shape, out));
        } else if (node instanceof Alternatives either) {
            append(either.branches.get(Math.min(shape.branch, either.branches.size() - 1)), shape, out);
        } else if (node instanceof Repetition repetition) {
            boolean isLonger = repetition.index >= 0 && (shape.only < 0 || shape.only == repetition.index);
            int times = Math.min(repetition.max, repetition.min + (isLonger ? shape.more : 0));
            for (int i = 0; i < times && !shape.isSpent(out); i++) {
                append(repetition.part, shape, out);
            }
        }
    }

    private Node alternatives(int depth) {
        if (depth > MAX_DEPTH) {
            throw new IllegalArgumentException("nested too deeply");
        }
        List<Node> branches = new ArrayList<>();
        branches.add(sequence(depth));
        while (take('|')) {
            branches.add(sequence(depth));
        }
        return branches.size() == 1 ? branches.get(0) : new Alternatives(branches);
    }

    private Node sequence(int depth) {
        List<Node> parts = new ArrayList<>();
        while (at < regex.length() && regex.charAt(at) != '|' && regex.charAt(at) != ')') {
            Node part = quantified(atom(depth));
            parts.add(part);
        }
        return new Sequence(parts);
    }

    private boolean take(char expected) {
        boolean isNext = at < regex.length() && regex.charAt(at) == expected;
        at += isNext ? 1 : 0;
        return isNext;
    }

    private Node atom(int depth) {
        char c = regex.charAt(at++);
        return switch (c) {
            case '^', '$' -> new Sequence(List.of());
            case '.' -> new Characters(any -> any != '\n' && any != '\r');
            case '(' -> group(depth);
            case '[' -> new Characters(characterClass());
            case '\\' -> escaped();
            default -> {
                int point = regex.codePointAt(at - 1);
                at += Character.charCount(point) - 1;
                yield new Characters(one -> one == point);
            }
        };
    }

    private Node group(int depth) {
        boolean isAssertion = regex.startsWith("?=", at)
                || regex.startsWith("?!", at)
                || regex.startsWith("?<=", at)
                || regex.startsWith("?<!", at);
        if (take('?')) {
            at = regex.startsWith("<", at) && !isAssertion ? regex.indexOf('>', at) + 1 : at;
            while (!isAssertion && at < regex.length() && "imsux-".indexOf(regex.charAt(at)) >= 0) {
                at++;
            }
            while (at < regex.length() && "<=!:".indexOf(regex.charAt(at)) >= 0) {
                at++;
            }
        }
        Node inside = alternatives(depth + 1);
        if (!take(')')) {
            throw new IllegalArgumentException("missing parenthesis");
        }
        return isAssertion ? new Sequence(List.of()) : inside;
    }

    private Node escaped() {
        char c = regex.charAt(at);
        if (c == 'b' || c == 'B' || c == 'A' || c == 'z' || c == 'Z' || (c >= '1' && c <= '9') || c == 'k') {
            at++;
            return new Sequence(List.of());
        }
        return new Characters(escapedSet());
    }

    /** Parses what follows a backslash, in a class or outside. */
    private IntPredicate escapedSet() {
        char c = regex.charAt(at++);
        return switch (c) {
            case 'd' -> one -> one >= '0' && one <= '9';
            case 'D' -> one -> one < '0' || one > '9';
            case 'w' -> RegexSampleGenerator::isWord;
            case 'W' -> one -> !isWord(one);
            case 's' -> one -> Character.isWhitespace(one) || one == 0xA0;
            case 'S' -> one -> !Character.isWhitespace(one) && one != 0xA0;
            case 'p', 'P' -> {
                int end = take('{') ? regex.indexOf('}', at) : at + 1;
                IntPredicate set = property(regex.substring(at, end));
                at = end + (regex.startsWith("}", end) ? 1 : 0);
                yield c == 'p' ? set : set.negate();
            }
            case 'n' -> one -> one == '\n';
            case 't' -> one -> one == '\t';
            case 'r' -> one -> one == '\r';
            case 'f' -> one -> one == '\f';
            case 'v' -> one -> one == 0x0B;
            case '0' -> one -> one == 0;
            case 'c' -> {
                int control = regex.charAt(at++) % 32;
                yield one -> one == control;
            }
            case 'x' -> code(2);
            case 'u' -> code(4);
            default -> one -> one == c;
        };
    }

    private IntPredicate code(int digits) {
        int end = regex.startsWith("{", at) ? regex.indexOf('}', at) : at + digits;
        int point = Integer.parseInt(regex.substring(regex.startsWith("{", at) ? at + 1 : at, end), 16);
        at = regex.startsWith("{", at) ? end + 1 : end;
        return one -> one == point;
    }

    /** Returns the characters with a property, such as {@code Lu} or {@code Script=Greek}. */
    private static IntPredicate property(String name) {
        Pattern property = Pattern.compile("\\p{" + SchemaPattern.category(name) + "}");
        return one -> property.matcher(Character.toString(one)).matches();
    }

    private static boolean isWord(int c) {
        return c < 0x80 && (Character.isLetterOrDigit(c) || c == '_');
    }

    private IntPredicate characterClass() {
        boolean isNegated = take('^');
        IntPredicate set = c -> false;
        while (regex.charAt(at) != ']') {
            int first = regex.codePointAt(at);
            IntPredicate one = classMember();
            boolean isRange = regex.charAt(at) == '-' && regex.charAt(at + 1) != ']';
            if (isRange) {
                at++;
                int from = first == '\\' ? first(one) : first;
                int second = regex.codePointAt(at);
                IntPredicate last = classMember();
                int to = second == '\\' ? first(last) : second;
                one = c -> c >= from && c <= to;
            }
            set = set.or(one);
        }
        at++;
        return isNegated ? set.negate() : set;
    }

    private IntPredicate classMember() {
        if (take('\\')) {
            if (take('b')) {
                return one -> one == '\b';
            }
            return escapedSet();
        }
        int point = regex.codePointAt(at);
        at += Character.charCount(point);
        return one -> one == point;
    }

    private static int first(IntPredicate set) {
        for (int c = 0; c <= 0xFFFF; c++) {
            if (set.test(c)) {
                return c;
            }
        }
        return 0;
    }

    private Node quantified(Node atom) {
        if (at >= regex.length()) {
            return atom;
        }
        int min = 1;
        int max = 1;
        char c = regex.charAt(at);
        if (c == '*' || c == '+' || c == '?') {
            at++;
            min = c == '+' ? 1 : 0;
            max = c == '?' ? 1 : Integer.MAX_VALUE;
        } else if (c == '{' && regex.substring(at).matches("(?s)\\{\\d{1,6}(,\\d{0,6})?}.*")) {
            int end = regex.indexOf('}', at);
            String[] bounds = regex.substring(at + 1, end).split(",", -1);
            min = Integer.parseInt(bounds[0]);
            max = bounds.length == 1 ? min : bounds[1].isEmpty() ? Integer.MAX_VALUE : Integer.parseInt(bounds[1]);
            at = end + 1;
        } else {
            return atom;
        }
        if (at < regex.length() && (regex.charAt(at) == '?' || regex.charAt(at) == '+')) {
            at++;
        }
        return new Repetition(atom, min, max, repetitions++);
    }
}
