package io.httpconnector.wizard;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.wizard.ShellCommand.Word;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Splits a text into commands and words like PowerShell: a backtick escapes a character or the end of a line, quotes within
 * quotes are doubled, and here-strings are text. Variables are marked. Quotes that are all written {@code \"}, as Windows
 * PowerShell requires them for programs, lose their backslashes.
 */
final class PowerShellTokenizer {

    private static final Pattern PROMPT = Pattern.compile("PS[^\\n>]*>[ \\t]*(?=\\S*curl)");
    private static final Pattern VARIABLE = Pattern.compile("\\$(?:\\{(?:env:)?(\\w+)}|(?:env:)?([A-Za-z_]\\w*))");
    private static final Pattern HERE_STRING = Pattern.compile("(?s)@(['\"])[ \\t]*\\r?\\n(?:(.*?)\\r?\\n)??\\1@");

    /** The characters that backticks stand for, each after its letter. */
    private static final String ESCAPES = "a\u0007b\bf\fn\nr\rt\tv\u000b0\0e\u001b";

    private final String text;
    private final List<ShellCommand> commands = new ArrayList<>();
    private final List<Word> words = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private @Nullable StringBuilder word;
    private int start;
    private int at;

    private PowerShellTokenizer(String text) {
        this.text = text;
    }

    static List<ShellCommand> of(String text) {
        PowerShellTokenizer shell = new PowerShellTokenizer(text);
        while (shell.at < text.length()) {
            shell.next();
        }
        shell.endCommand();
        return List.copyOf(shell.commands);
    }

    private void next() {
        char c = text.charAt(at);
        Matcher here = HERE_STRING.matcher(text).region(at, text.length());
        Matcher prompt = PROMPT.matcher(text).region(at, text.length());
        if (c == '\n' || c == ';') {
            at++;
            endCommand();
        } else if (Character.isWhitespace(c)) {
            at++;
            endWord();
        } else if (word == null && words.isEmpty() && prompt.lookingAt()) {
            at = prompt.end();
        } else if (word == null && c == '#') {
            at = endOfLine();
        } else if (word == null && here.lookingAt()) {
            hereString(here);
        } else if (c == '`') {
            backtick();
        } else if (c == '\'' || c == '"') {
            quoted(c);
        } else if (c == '$') {
            variable();
        } else if ("|&<>".indexOf(c) >= 0) {
            endWord();
            int end = endOfLine();
            notes.add(ShellCommand.noteOfRest(text.substring(at, end).strip()));
            at = end;
        } else if ("(){}".indexOf(c) >= 0) {
            throw unsupported("\"" + c + "\" has a special meaning in PowerShell: quote the value");
        } else {
            add(String.valueOf(c));
            at++;
        }
    }

    private int endOfLine() {
        int end = text.indexOf('\n', at);
        return end < 0 ? text.length() : end;
    }

    private void hereString(Matcher here) {
        add("");
        if (here.group(2) != null && here.group(1).equals("'")) {
            add(here.group(2));
        } else if (here.group(2) != null) {
            at = here.start(2);
            while (at < here.end(2)) {
                expand();
            }
        }
        at = here.end();
    }

    /** Reads a backtick and what it escapes. */
    private void backtick() {
        if (text.startsWith("`\r\n", at) || text.startsWith("`\n", at)) {
            at = text.indexOf('\n', at) + 1;
            return;
        }
        if (at + 1 >= text.length()) {
            throw unsupported("nothing follows the backtick");
        }
        int index = ESCAPES.indexOf(text.charAt(at + 1));
        add(index >= 0 && index % 2 == 0 ? ESCAPES.substring(index + 1, index + 2) : text.substring(at + 1, at + 2));
        at += 2;
    }

    private void quoted(char quote) {
        int open = at;
        add("");
        at++;
        while (at < text.length()) {
            if (text.startsWith(String.valueOf(quote).repeat(2), at)) {
                add(String.valueOf(quote));
                at += 2;
            } else if (text.charAt(at) == quote) {
                at++;
                return;
            } else if (quote == '"') {
                expand();
            } else {
                add(text.substring(at, at + 1));
                at++;
            }
        }
        throw ShellCommand.invalid(open, "missing closing quote");
    }

    /** Reads a character, escape or variable of an expandable string. */
    private void expand() {
        char c = text.charAt(at);
        if (c == '`') {
            backtick();
        } else if (c == '$') {
            variable();
        } else {
            add(String.valueOf(c));
            at++;
        }
    }

    private void variable() {
        Matcher variable = VARIABLE.matcher(text).region(at, text.length());
        if (variable.lookingAt()) {
            String name = variable.group(1) == null ? variable.group(2) : variable.group(1);
            add(ShellCommand.OPEN + name + ShellCommand.CLOSE);
            at = variable.end();
        } else if (text.startsWith("$(", at) || text.startsWith("${", at)) {
            throw unsupported("expressions of PowerShell are not supported: write the value");
        } else {
            add("$");
            at++;
        }
    }

    private InvalidDefinitionException unsupported(String what) {
        return ShellCommand.invalid(at, what);
    }

    private void add(String added) {
        if (word == null) {
            word = new StringBuilder();
            start = at;
        }
        word.append(added);
    }

    private void endWord() {
        if (word != null) {
            String ended = word.toString();
            word = null;
            boolean isEscaped = ended.contains("\\\"") && !ended.matches("(?s)\".*|.*[^\\\\]\".*");
            words.add(new Word(isEscaped ? ended.replaceAll("\\\\([\\\\\"])", "$1") : ended, start + 1));
        }
    }

    private void endCommand() {
        endWord();
        ShellCommand.add(new ShellCommand(List.copyOf(words), null, List.copyOf(notes)), commands);
        words.clear();
        notes.clear();
    }
}
