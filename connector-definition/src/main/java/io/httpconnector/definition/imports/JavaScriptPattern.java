package io.httpconnector.definition.imports;

import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/** Translates regular expressions of JavaScript, which match a part of a value, to those of Java for the whole value. */
final class JavaScriptPattern {

    private static final String ANYTHING = "[\\s\\S]*";

    private JavaScriptPattern() {}

    /** Returns the pattern; null if Java does not accept it. */
    static @Nullable Pattern toJava(String expression) {
        String java = withEscapedClasses(expression);
        boolean startsAtStart = java.startsWith("^");
        boolean endsAtEnd = java.endsWith("$") && !java.endsWith("\\$");
        String middle = java.substring(startsAtStart ? 1 : 0, java.length() - (endsAtEnd ? 1 : 0));
        // Alternatives belong to the anchors beside them: ^a|b$ is not ^(a|b)$.
        String whole = middle.contains("|") && (!startsAtStart || !endsAtEnd || hasTopLevelAlternative(middle))
                ? ANYTHING + "(?:" + java + ")" + ANYTHING
                : (startsAtStart ? "" : ANYTHING) + middle + (endsAtEnd ? "" : ANYTHING);
        try {
            return Pattern.compile(whole);
        } catch (PatternSyntaxException e) {
            return null;
        }
    }

    /** Returns whether JavaScript rejects the expression, too, because the end of a range is before its start. */
    static boolean isInvalid(String expression) {
        try {
            Pattern unused = Pattern.compile(withEscapedClasses(expression));
            return false;
        } catch (PatternSyntaxException e) {
            return e.getDescription().equals("Illegal character range");
        }
    }

    private static boolean hasTopLevelAlternative(String expression) {
        int depth = 0;
        boolean inClass = false;
        for (int i = 0; i < expression.length(); i++) {
            char c = expression.charAt(i);
            if (c == '\\') {
                i++;
            } else if (inClass) {
                inClass = c != ']';
            } else if (c == '[') {
                inClass = true;
            } else if (c == '(') {
                depth++;
            } else if (c == ')') {
                depth--;
            } else if (c == '|' && depth == 0) {
                return true;
            }
        }
        return false;
    }

    /** Escapes the characters that have a meaning within a class in Java only. */
    private static String withEscapedClasses(String expression) {
        StringBuilder java = new StringBuilder();
        boolean inClass = false;
        for (int i = 0; i < expression.length(); i++) {
            char c = expression.charAt(i);
            if (c == '\\' && i + 1 < expression.length()) {
                java.append(c).append(expression.charAt(++i));
            } else if (!inClass && c == '[') {
                inClass = true;
                java.append(c);
            } else if (inClass && c == ']') {
                inClass = false;
                java.append(c);
            } else if (inClass && (c == '[' || c == '&')) {
                java.append('\\').append(c);
            } else {
                java.append(c);
            }
        }
        return java.toString();
    }
}
