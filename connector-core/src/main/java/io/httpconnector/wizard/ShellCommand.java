package io.httpconnector.wizard;

import io.httpconnector.InvalidDefinitionException;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A command of a shell.
 *
 * @param words its words; a shell variable is its name between {@link #OPEN} and {@link #CLOSE}
 * @param input its standard input, if that is redirected: text, or a file name after {@code @}
 * @param notes what is not part of the request, such as a pipe
 */
record ShellCommand(List<Word> words, @Nullable String input, List<String> notes) {

    /** Enclose the name of a variable. From Unicode's private use area. */
    static final char OPEN = '\uE012';

    static final char CLOSE = '\uE013';

    /** Marks an input that is a file. */
    static final String FILE = "@";

    private static final Pattern START = Pattern.compile(
            "(?s)(?:\\s|#(?!\\s*curl\\s)[^\\n]*(?:\\n|$))*+(?:[$%#>]\\s+)?(?:\\S*/)?curl(?:\\.exe)?\\s.*");

    /** An escaped end of line, or an escaped quote that starts a word, in the command prompt of Windows. */
    private static final Pattern WINDOWS = Pattern.compile("\\^\\r?\\n|\\s\\^\"");

    private static final Pattern CURL = Pattern.compile("(?:.*/)?curl(?:\\.exe)?");

    /**
     * A word.
     *
     * @param text its text without quotes
     * @param position where it starts, from 1
     */
    record Word(String text, int position) {}

    /** Whether a text starts with a curl command, after comments and a prompt. */
    static boolean startsWithCurl(String text) {
        return START.matcher(text).matches();
    }

    /** Splits a text into its curl commands, which are in the syntax of a POSIX shell or of Windows. */
    static List<ShellCommand> of(String text) {
        boolean isWindows = WINDOWS.matcher(text).find() && !text.contains("\\\n");
        return isWindows ? WindowsTokenizer.of(text) : ShellTokenizer.of(text);
    }

    /** Whether this is a call of curl. */
    boolean isCurl() {
        return !words.isEmpty() && CURL.matcher(words.get(0).text()).matches();
    }

    static InvalidDefinitionException invalid(int index, String what) {
        return new InvalidDefinitionException("curl command", List.of("character " + (index + 1) + ": " + what));
    }
}
