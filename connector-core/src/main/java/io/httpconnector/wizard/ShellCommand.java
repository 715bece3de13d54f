package io.httpconnector.wizard;

import io.httpconnector.InvalidDefinitionException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
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
            "(?s)(?:\\s|#(?!\\s*curl\\s)[^\\n]*(?:\\n|$))*+(?:(?:[$%#>]|PS[^\\n>]*>)\\s+)?(?:\\S*/)?curl(?:\\.exe)?\\s.*");

    /** An escaped end of line, or an escaped quote that starts a word, in the command prompt of Windows. */
    private static final Pattern WINDOWS = Pattern.compile("\\^\\r?\\n|\\s\\^\"");

    /** Doubled quotes and quoted percent signs, as older versions of Firefox copy them. A POSIX shell would remove the quotes. */
    private static final Pattern DOUBLED_QUOTES =
            Pattern.compile("[\\s=]\"[{\\[]\\s*[{\\[]?\\s*\"\"\\w|\"\"\\w+\"\"|[^\"]\"%\"[^\"]");

    /** An escaped end of line or quote in PowerShell. */
    private static final Pattern POWER_SHELL =
            Pattern.compile("\\s`\\r?\\n\\s*[-\"'@$\\w]|^(?:PS[^\\n>]*>)?\\s*curl\\.exe\\s(?s:.*)`");

    private static final Pattern POWER_SHELL_CMDLET =
            Pattern.compile("(?is)\\s*(?:\\$\\w+\\s*=.*?)??(Invoke-WebRequest|Invoke-RestMethod)\\s");

    private static final int MAX_NOTE = 60;

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

    /** Whether a text starts with a command for a request, which is perhaps not supported. */
    static boolean startsWithCommand(String text) {
        return startsWithCurl(text) || POWER_SHELL_CMDLET.matcher(text).lookingAt();
    }

    /** Splits a text into its curl commands, which are in the syntax of a POSIX shell, of the command prompt or of PowerShell. */
    static List<ShellCommand> of(String text) {
        Matcher cmdlet = POWER_SHELL_CMDLET.matcher(text);
        if (cmdlet.lookingAt()) {
            throw invalid(
                    cmdlet.start(1),
                    cmdlet.group(1) + " of PowerShell is not supported: copy the request as cURL (bash or cmd)");
        }
        if (POWER_SHELL.matcher(text).find()) {
            return PowerShellTokenizer.of(text);
        }
        boolean isWindows = !text.contains("\\\n")
                && (WINDOWS.matcher(text).find() || DOUBLED_QUOTES.matcher(text).find());
        return isWindows ? WindowsTokenizer.of(text) : ShellTokenizer.of(text);
    }

    /** Adds a command that calls curl, or the first one; another one becomes a note of the command before it. */
    static void add(ShellCommand command, List<ShellCommand> commands) {
        if (command.isCurl() || (commands.isEmpty() && !command.words.isEmpty())) {
            commands.add(command);
        } else if (!command.words.isEmpty() || !command.notes.isEmpty()) {
            ShellCommand last = commands.isEmpty() ? command : commands.remove(commands.size() - 1);
            List<String> more = new ArrayList<>(last.notes);
            more.add(noteOfRest(
                    String.join(" ", command.words.stream().map(Word::text).toList())));
            commands.add(new ShellCommand(last.words, last.input, more));
        }
    }

    /** Returns the note for text after a command. */
    static String noteOfRest(String rest) {
        String shown = rest.length() > MAX_NOTE ? rest.substring(0, MAX_NOTE) + "…" : rest;
        return "what follows the command is not imported: " + shown;
    }

    /** Whether this is a call of curl. */
    boolean isCurl() {
        return !words.isEmpty() && CURL.matcher(words.get(0).text()).matches();
    }

    static InvalidDefinitionException invalid(int index, String what) {
        return new InvalidDefinitionException("curl command", List.of("character " + (index + 1) + ": " + what));
    }
}
