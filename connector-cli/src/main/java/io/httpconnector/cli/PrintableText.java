package io.httpconnector.cli;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Texts without characters that change how a terminal shows other texts: control characters, format characters such as those for the
 * direction of writing, and line separators. Each becomes an escape of JSON such as {@code \u001b}, with which JSON stays the same.
 */
final class PrintableText {

    /** All but line ends, tabs and the return to the start of a line that shows the progress. */
    private static final Pattern UNSAFE =
            Pattern.compile("[\\p{Cc}\\p{Cf}\\u2028\\u2029&&[^\\n\\t\\r]]|\\r(?!\\n|\\z)");

    /** The sequences for colours and styles that the command writes. */
    private static final Pattern STYLE = Pattern.compile("\u001b\\[([0-4]|2[1-4]|3[1-79])?m");

    private PrintableText() {}

    /** Returns a text of any number of lines. */
    static String of(String text) {
        return UNSAFE.matcher(text).replaceAll(found -> Matcher.quoteReplacement(escape(found.group())));
    }

    /** Returns a text in one line. */
    static String line(String text) {
        return of(text.replace("\r\n", "\n"))
                .replace("\n", "\\n")
                .replace("\r", "\\r")
                .replace("\t", "\\t");
    }

    /** Returns a text that keeps the sequences for colours and styles. */
    static String styled(String text) {
        StringBuilder printable = new StringBuilder();
        Matcher style = STYLE.matcher(text);
        int end = 0;
        while (style.find()) {
            printable.append(of(text.substring(end, style.start()))).append(style.group());
            end = style.end();
        }
        return printable.append(of(text.substring(end))).toString();
    }

    private static String escape(String character) {
        StringBuilder escaped = new StringBuilder();
        character.chars().forEach(unit -> escaped.append("\\u%04x".formatted(unit)));
        return escaped.toString();
    }
}
