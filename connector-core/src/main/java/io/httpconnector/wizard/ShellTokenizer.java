package io.httpconnector.wizard;

import io.httpconnector.InvalidDefinitionException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Splits a command into words like a shell (POSIX, section 2.2 Quoting; and {@code $'...'}). Syntax that requires a running
 * shell, such as variables, is rejected with its position.
 */
final class ShellTokenizer {

    /** A word and its position, starting at 1. */
    record Word(String text, int position) {}

    private final String command;
    private final List<Word> words = new ArrayList<>();
    private @Nullable StringBuilder word;
    private int start;
    private int at;

    private ShellTokenizer(String command) {
        this.command = command;
    }

    static List<Word> of(String command) {
        ShellTokenizer shell = new ShellTokenizer(command);
        while (shell.at < command.length()) {
            shell.next();
        }
        shell.end();
        return List.copyOf(shell.words);
    }

    private void next() {
        char c = command.charAt(at);
        if (Character.isWhitespace(c)) {
            end();
            at++;
        } else if (command.startsWith("\\\n", at) || command.startsWith("\\\r\n", at)) {
            at += command.charAt(at + 1) == '\r' ? 3 : 2;
        } else if (c == '\\') {
            add(at + 1 < command.length() ? command.substring(at + 1, at + 2) : "\\");
            at += 2;
        } else if (c == '\'') {
            int close = closing('\'', at + 1);
            add(command.substring(at + 1, close));
            at = close + 1;
        } else if (c == '"') {
            doubleQuoted();
        } else if (command.startsWith("$'", at)) {
            ansi();
        } else if (c == '$' || c == '`') {
            throw invalid(at, "shell variables and command substitutions are not supported: write the value");
        } else if ("|;&<>()".indexOf(c) >= 0) {
            throw invalid(
                    at,
                    "\"" + c + "\" has a special meaning in a shell: use only the curl command, and quote its values");
        } else if (c == '#' && word == null) {
            throw invalid(at, "comments are not supported: remove it");
        } else {
            add(String.valueOf(c));
            at++;
        }
    }

    private void add(String text) {
        if (word == null) {
            word = new StringBuilder();
            start = at;
        }
        word.append(text);
    }

    private void end() {
        if (word != null) {
            words.add(new Word(word.toString(), start + 1));
            word = null;
        }
    }

    private int closing(char quote, int from) {
        int close = command.indexOf(quote, from);
        if (close < 0) {
            throw invalid(from - 1, "missing closing quote");
        }
        return close;
    }

    private void doubleQuoted() {
        int open = at;
        add("");
        at++;
        while (at < command.length() && command.charAt(at) != '"') {
            char c = command.charAt(at);
            if (c == '\\' && at + 1 < command.length() && "$`\"\\\n".indexOf(command.charAt(at + 1)) >= 0) {
                char escaped = command.charAt(at + 1);
                add(escaped == '\n' ? "" : String.valueOf(escaped));
                at += 2;
            } else if (c == '$' || c == '`') {
                throw invalid(at, "shell variables and command substitutions are not supported: write the value");
            } else {
                add(String.valueOf(c));
                at++;
            }
        }
        if (at >= command.length()) {
            throw invalid(open, "missing closing quote");
        }
        at++;
    }

    private void ansi() {
        int open = at;
        add("");
        at += 2;
        while (at < command.length() && command.charAt(at) != '\'') {
            if (command.charAt(at) == '\\' && at + 1 < command.length()) {
                at++;
                add(escape());
            } else {
                add(String.valueOf(command.charAt(at++)));
            }
        }
        if (at >= command.length()) {
            throw invalid(open, "missing closing quote");
        }
        at++;
    }

    private String escape() {
        char c = command.charAt(at++);
        return switch (c) {
            case 'n' -> "\n";
            case 't' -> "\t";
            case 'r' -> "\r";
            case 'a' -> "\u0007";
            case 'b' -> "\b";
            case 'e', 'E' -> "\u001b";
            case 'f' -> "\f";
            case 'v' -> "\u000b";
            case 'x' -> code(16, 2);
            case 'u' -> code(16, 4);
            case 'U' -> code(16, 8);
            case '0', '1', '2', '3', '4', '5', '6', '7' -> {
                at--;
                yield code(8, 3);
            }
            case '\\', '\'', '"', '?' -> String.valueOf(c);
            default -> "\\" + c;
        };
    }

    private String code(int radix, int max) {
        int from = at;
        while (at < command.length() && at - from < max && Character.digit(command.charAt(at), radix) >= 0) {
            at++;
        }
        long point = at == from ? -1 : Long.parseLong(command.substring(from, at), radix);
        if (point < 0 || point > Character.MAX_CODE_POINT) {
            throw invalid(from, "not a valid character code");
        }
        return Character.toString((int) point);
    }

    static InvalidDefinitionException invalid(int index, String what) {
        return new InvalidDefinitionException("curl command", List.of("character " + (index + 1) + ": " + what));
    }
}
