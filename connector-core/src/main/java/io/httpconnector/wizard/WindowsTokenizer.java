package io.httpconnector.wizard;

import io.httpconnector.wizard.ShellCommand.Word;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Splits a command like the command prompt of Windows and the run-time library of C: a caret escapes a character or the end of
 * a line, quotes within quotes are written {@code \"} or {@code ""}, and variables {@code %NAME%}.
 */
final class WindowsTokenizer {

    /** A variable. Percent signs of escapes such as {@code %C3%A9} are literal, as at the prompt. */
    private static final Pattern VARIABLE = Pattern.compile("%([A-Za-z_]\\w{2,63})%(?![0-9A-Fa-f]{2})");

    /** The end of a line, or an operator before another curl command or the end of the line. */
    private static final Pattern NEXT_COMMAND = Pattern.compile("\\n|&&?[ \\t]*(?:\\r?\\n|$|(?=curl(?:\\.exe)?\\s))");

    private final String text;
    private final StringBuilder line = new StringBuilder();
    private final List<Integer> positions = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private int at;

    private WindowsTokenizer(String text) {
        this.text = text;
    }

    static List<ShellCommand> of(String text) {
        WindowsTokenizer tokenizer = new WindowsTokenizer(text);
        List<ShellCommand> commands = new ArrayList<>();
        while (tokenizer.at < text.length()) {
            tokenizer.line();
            ShellCommand.add(new ShellCommand(tokenizer.words(), null, List.copyOf(tokenizer.notes)), commands);
        }
        return commands;
    }

    /** Reads a line without its carets. */
    private void line() {
        line.setLength(0);
        positions.clear();
        notes.clear();
        Matcher variable = VARIABLE.matcher(text);
        boolean isQuoted = false;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '^' && !isQuoted) {
                caret();
            } else if (variable.region(at, text.length()).lookingAt()) {
                add(variable);
            } else if (text.startsWith("\r\n", at) || (c == '\r' && at == text.length() - 1)) {
                at++;
            } else if (c == '\n' || (!isQuoted && "&|<>".indexOf(c) >= 0)) {
                end();
                return;
            } else {
                isQuoted ^= c == '"';
                add(at++);
            }
        }
    }

    /** Ends the command; what follows an operator in the same line becomes a note. */
    private void end() {
        Matcher next = NEXT_COMMAND.matcher(text).region(at, text.length());
        if (next.lookingAt()) {
            at = next.end();
            return;
        }
        int lineEnd = text.indexOf('\n', at);
        int to = lineEnd < 0 ? text.length() : lineEnd;
        notes.add(ShellCommand.noteOfRest(text.substring(at, to).strip()));
        at = to;
    }

    /** Marks a variable. */
    private void add(Matcher variable) {
        for (char c : (ShellCommand.OPEN + variable.group(1) + ShellCommand.CLOSE).toCharArray()) {
            line.append(c);
            positions.add(at + 1);
        }
        at = variable.end();
    }

    private void caret() {
        at++;
        if (text.startsWith("\r\n", at)) {
            at += 2;
        } else if (text.startsWith("\n", at)) {
            at++;
        }
        // The character after an escaped end of line is literal, too.
        if (at < text.length() && (text.charAt(at - 1) != '\n' || "\r\n".indexOf(text.charAt(at)) >= 0)) {
            at += text.startsWith("\r\n", at) ? 1 : 0;
            add(at++);
        }
    }

    private void add(int index) {
        line.append(text.charAt(index));
        positions.add(index + 1);
    }

    private List<Word> words() {
        List<Word> words = new ArrayList<>();
        int i = 0;
        while (i < line.length()) {
            if (Character.isWhitespace(line.charAt(i))) {
                i++;
                continue;
            }
            int start = i;
            StringBuilder word = new StringBuilder();
            boolean isQuoted = false;
            while (i < line.length() && (isQuoted || " \t".indexOf(line.charAt(i)) < 0)) {
                int slashes = 0;
                while (i < line.length() && line.charAt(i) == '\\') {
                    slashes++;
                    i++;
                }
                boolean isQuote = i < line.length() && line.charAt(i) == '"';
                word.append("\\".repeat(isQuote ? slashes / 2 : slashes));
                if (isQuote && slashes % 2 == 1) {
                    word.append('"');
                    i++;
                } else if (isQuote && isQuoted && line.indexOf("\"\"", i) == i) {
                    word.append('"');
                    i += 2;
                } else if (isQuote) {
                    isQuoted = !isQuoted;
                    i++;
                } else if (slashes == 0) {
                    word.append(line.charAt(i++));
                }
            }
            if (isQuoted) {
                throw ShellCommand.invalid(positions.get(start) - 1, "missing closing quote");
            }
            words.add(new Word(word.toString(), positions.get(start)));
        }
        return words;
    }
}
