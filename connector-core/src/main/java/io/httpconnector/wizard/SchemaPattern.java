package io.httpconnector.wizard;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * A regular expression of a schema (ECMA-262, JSON Schema 2020-12, section 6.3.3): matches texts, and generates texts that
 * match. The effort is bounded; an expression that can't be compiled matches every text. Thread-safe.
 */
final class SchemaPattern {

    private static final int MAX_PATTERN = 2000;
    private static final int MAX_STEPS = 20_000;

    /** Texts for expressions with conditions that a sample does not follow, such as those for passwords. */
    private static final List<String> COMMON = List.of(
            "string", "Aa1!Aa1!", "Aa1!Aa1!Aa1!Aa1!", "Aa123456", "A1", "a", "A", "1", "12345678", "1.0.0", "en-US");

    /** The long names of the general categories of Unicode, which Java does not know. */
    private static final Map<String, String> CATEGORIES = Map.ofEntries(
            Map.entry("Letter", "L"),
            Map.entry("Lowercase_Letter", "Ll"),
            Map.entry("Uppercase_Letter", "Lu"),
            Map.entry("Mark", "M"),
            Map.entry("Number", "N"),
            Map.entry("Decimal_Number", "Nd"),
            Map.entry("digit", "Nd"),
            Map.entry("Punctuation", "P"),
            Map.entry("punct", "P"),
            Map.entry("Symbol", "S"),
            Map.entry("Separator", "Z"),
            Map.entry("Other", "C"));

    private final @Nullable Pattern compiled;
    private final RegexSampleGenerator.@Nullable Node parsed;

    private SchemaPattern(@Nullable Pattern compiled, RegexSampleGenerator.@Nullable Node parsed) {
        this.compiled = compiled;
        this.parsed = parsed;
    }

    static SchemaPattern of(String regex) {
        if (regex.length() > MAX_PATTERN) {
            return new SchemaPattern(null, null);
        }
        Pattern compiled = null;
        try {
            compiled = Pattern.compile(inJava(regex));
        } catch (PatternSyntaxException | StackOverflowError e) {
            // Not an expression of ECMA-262, or one that Java does not support.
        }
        return new SchemaPattern(compiled, compiled == null ? null : RegexSampleGenerator.parse(regex));
    }

    /** Translates the differences: brackets and ampersands within a class are literal, and {@code $} is the end of the text. */
    private static String inJava(String regex) {
        StringBuilder java = new StringBuilder();
        boolean inClass = false;
        for (int i = 0; i < regex.length(); i++) {
            char c = regex.charAt(i);
            if (c == '\\' && i + 1 < regex.length()) {
                char escaped = regex.charAt(++i);
                // Java reserves escaped letters only.
                java.append('\\').append(escaped);
                boolean isProperty = (escaped == 'p' || escaped == 'P') && regex.startsWith("{", i + 1);
                int end = isProperty ? regex.indexOf('}', i) : -1;
                if (end > 0) {
                    java.append('{')
                            .append(category(regex.substring(i + 2, end)))
                            .append('}');
                    i = end;
                }
            } else if (inClass) {
                inClass = c != ']';
                java.append(c == '[' || c == '&' ? "\\" : "").append(c);
            } else if (c == '[') {
                inClass = true;
                boolean isEmptyNegation = regex.startsWith("[^]", i);
                java.append(isEmptyNegation ? "[\\s\\S]" : "[");
                i += isEmptyNegation ? 2 : 0;
                inClass = !isEmptyNegation;
                if (inClass && regex.startsWith("^", i + 1)) {
                    java.append('^');
                    i++;
                }
            } else {
                java.append(c == '$' ? "\\z" : String.valueOf(c));
            }
        }
        return java.toString();
    }

    /** Returns Java's name of a property of characters. */
    static String category(String property) {
        String name =
                property.replaceFirst("^(gc|General_Category)=", "").replaceFirst("^(scx|Script_Extensions)=", "sc=");
        return CATEGORIES.getOrDefault(name, name);
    }

    /** Whether the expression occurs in a text. */
    boolean matches(String text) {
        try {
            return compiled == null || compiled.matcher(new BoundedText(text)).find();
        } catch (BoundExceededException | StackOverflowError e) {
            return true;
        }
    }

    /** Returns texts that probably match, of different lengths between the bounds. */
    List<String> samples(int min, int max) {
        List<String> samples = new ArrayList<>();
        if (parsed != null) {
            samples.addAll(RegexSampleGenerator.samples(parsed, min, max));
        }
        samples.addAll(COMMON);
        return samples;
    }

    /** Signals that a match takes too many steps. */
    private static final class BoundExceededException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        BoundExceededException() {
            super("too many steps", null, false, false);
        }
    }

    /** A text that limits how many of its characters are read, against expressions with exponential backtracking. */
    private static final class BoundedText implements CharSequence {

        private final String text;
        private int steps;

        BoundedText(String text) {
            this.text = text;
        }

        @Override
        public char charAt(int index) {
            if (++steps > MAX_STEPS) {
                throw new BoundExceededException();
            }
            return text.charAt(index);
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return text.substring(start, end);
        }

        @Override
        public String toString() {
            return text;
        }
    }
}
