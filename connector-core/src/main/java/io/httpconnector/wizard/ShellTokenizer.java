package io.httpconnector.wizard;

import io.httpconnector.wizard.ShellCommand.Word;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Splits a text into commands and words like a shell (POSIX, section 2.2 Quoting; and {@code $'...'}). Variables are marked;
 * here-documents become the input; pipes and redirections of the output become notes. Command substitutions are rejected with
 * their position.
 */
final class ShellTokenizer {

    private static final Pattern VARIABLE = Pattern.compile("\\$(?:\\{([A-Za-z_]\\w*)}|([A-Za-z_]\\w*))");
    private static final Pattern HERE_DOCUMENT =
            Pattern.compile("<<(-?)[ \\t]*(?:(['\"\\\\])([A-Za-z_]\\w*)['\"]?|([A-Za-z_]\\w*))");

    /** A here-document whose text starts in the next line. */
    private record HereDocument(String end, boolean isIndented, boolean isLiteral, int position) {}

    private final String text;
    private final List<ShellCommand> commands = new ArrayList<>();
    private final List<Word> words = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private @Nullable StringBuilder word;
    private @Nullable HereDocument document;
    private @Nullable String input;
    private String redirection = "";
    private boolean hasPrompt;
    private int start;
    private int at;

    private ShellTokenizer(String text) {
        this.text = text;
    }

    /** Returns the commands that call curl, and the first one if it is another command. */
    static List<ShellCommand> of(String text) {
        ShellTokenizer shell = new ShellTokenizer(text);
        while (shell.at < text.length()) {
            shell.next();
        }
        shell.endCommand();
        return List.copyOf(shell.commands);
    }

    private void next() {
        char c = text.charAt(at);
        if (c == '\n') {
            endWord();
            at++;
            hereDocument();
            endCommand();
        } else if (Character.isWhitespace(c)) {
            endWord();
            at++;
        } else if (word == null && words.isEmpty() && isPrompt()) {
            hasPrompt = true;
        } else if (text.startsWith("\\\n", at) || text.startsWith("\\\r\n", at)) {
            at += text.charAt(at + 1) == '\r' ? 3 : 2;
            at += hasPrompt && text.startsWith("> ", at) ? 2 : 0;
        } else if (c == '\\') {
            backslash();
        } else if (c == '\'') {
            int close = closing('\'', at + 1);
            add(text.substring(at + 1, close));
            at = close + 1;
        } else if (c == '"' || text.startsWith("$\"", at)) {
            at += c == '$' ? 1 : 0;
            doubleQuoted();
        } else if (text.startsWith("$'", at)) {
            ansi();
        } else if (c == '$' || c == '`') {
            variable();
        } else if (c == '#' && word == null) {
            at = endOfLine(at);
        } else if ("|;&<>()".indexOf(c) >= 0) {
            operator(c);
        } else {
            add(String.valueOf(c));
            at++;
        }
    }

    /** Skips a prompt before a command, and rejects a line that continues nothing. */
    private boolean isPrompt() {
        Matcher prompt =
                Pattern.compile("[$%#>][ \\t]+(?=(?:\\S*/)?curl(?:\\.exe)?\\s)").matcher(text);
        if (prompt.region(at, text.length()).lookingAt()) {
            at = prompt.end();
            return true;
        }
        if (text.charAt(at) == '-' && !commands.isEmpty()) {
            throw ShellCommand.invalid(at, "the line before is complete: end it with a backslash to continue it");
        }
        return false;
    }

    private void backslash() {
        int end = at + 1;
        while (end < text.length()
                && (text.charAt(end) == ' ' || text.charAt(end) == '\t' || text.charAt(end) == '\r')) {
            end++;
        }
        if (end > at + 1 && end < text.length() && text.charAt(end) == '\n') {
            throw ShellCommand.invalid(at, "blanks follow the backslash at the end of the line: remove them");
        }
        int length = at + 1 < text.length() ? Character.charCount(text.codePointAt(at + 1)) : 0;
        add(length == 0 ? "\\" : text.substring(at + 1, at + 1 + length));
        at += 1 + length;
    }

    /** Reads a variable; a dollar sign before another character is literal. */
    private void variable() {
        Matcher variable = VARIABLE.matcher(text).region(at, text.length());
        if (variable.lookingAt()) {
            String name = variable.group(1) == null ? variable.group(2) : variable.group(1);
            add(ShellCommand.OPEN + name + ShellCommand.CLOSE);
            at = variable.end();
            return;
        }
        char next = at + 1 < text.length() ? text.charAt(at + 1) : ' ';
        if (text.charAt(at) == '`' || "({$!?#@*-".indexOf(next) >= 0 || Character.isDigit(next)) {
            throw ShellCommand.invalid(
                    at, "command substitutions and special parameters of a shell are not supported: write the value");
        }
        add("$");
        at++;
    }

    private void operator(char c) {
        if (c == '<' || c == '>' || text.startsWith("&>", at)) {
            redirection();
            return;
        }
        if (c == '(' || c == ')') {
            throw ShellCommand.invalid(
                    at,
                    "\"" + c + "\" has a special meaning in a shell: use only the curl command, and quote its values");
        }
        endWord();
        int length = text.startsWith(String.valueOf(c).repeat(2), at) ? 2 : 1;
        Matcher curl =
                Pattern.compile("(?:;|&&)\\s*(?=(?:\\S*/)?curl(?:\\.exe)?\\s)").matcher(text);
        if (curl.region(at, text.length()).lookingAt()) {
            endCommand();
            at = curl.end();
            return;
        }
        int end = endOfLine(at);
        String rest = text.substring(at, end).strip();
        if (rest.length() > length) {
            notes.add(ShellCommand.noteOfRest(rest));
        }
        at = end;
    }

    /** Returns the end of a line; a quoted or escaped end of line is part of it. */
    private int endOfLine(int from) {
        char quote = 0;
        boolean isComment = text.charAt(from) == '#';
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\n' && quote == 0) {
                return i;
            }
            if (isComment) {
                continue;
            }
            if (c == '\\' && quote != '\'') {
                i++;
            } else if (quote == 0 && (c == '\'' || c == '"')) {
                quote = c;
            } else if (c == quote) {
                quote = 0;
            }
        }
        return text.length();
    }

    private void redirection() {
        if (word != null && word.toString().matches("\\d+")) {
            word = null;
        }
        endWord();
        Matcher here = HERE_DOCUMENT.matcher(text).region(at, text.length());
        if (text.startsWith("<<<", at)) {
            redirection = "<<<";
            at += 3;
        } else if (here.lookingAt()) {
            boolean isLiteral = here.group(2) != null;
            document = new HereDocument(
                    isLiteral ? here.group(3) : here.group(4), !here.group(1).isEmpty(), isLiteral, at);
            at = here.end();
        } else {
            Matcher sign = Pattern.compile("<|&?>>?(?:&\\d|\\|)?").matcher(text).region(at, text.length());
            boolean isKnown = sign.lookingAt() && !text.startsWith("(", sign.end());
            if (!isKnown) {
                throw ShellCommand.invalid(at, "this redirection is not supported: write the value");
            }
            boolean hasTarget = !sign.group().contains("&") || sign.group().startsWith("&");
            redirection = hasTarget ? sign.group() : "";
            at = sign.end();
        }
    }

    private void hereDocument() {
        HereDocument pending = document;
        if (pending == null) {
            return;
        }
        document = null;
        StringBuilder content = new StringBuilder();
        while (at < text.length()) {
            int end = text.indexOf('\n', at);
            String line = text.substring(at, end < 0 ? text.length() : end).replaceFirst("\\r$", "");
            at = end < 0 ? text.length() : end + 1;
            String shown = pending.isIndented ? line.replaceFirst("^\\t+", "") : line;
            if (shown.equals(pending.end)) {
                input = pending.isLiteral ? content.toString() : expanded(content.toString(), pending.position);
                return;
            }
            content.append(shown).append('\n');
        }
        throw ShellCommand.invalid(pending.position, "the here-document has no end: " + pending.end);
    }

    /** Expands variables and escapes of a here-document whose end is not quoted. */
    private static String expanded(String content, int position) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < content.length(); i++) {
            char c = content.charAt(i);
            Matcher variable = VARIABLE.matcher(content).region(i, content.length());
            if (c == '\\' && i + 1 < content.length() && "$`\\\n".indexOf(content.charAt(i + 1)) >= 0) {
                i++;
                out.append(content.charAt(i) == '\n' ? "" : String.valueOf(content.charAt(i)));
            } else if (c == '$' && variable.lookingAt()) {
                String name = variable.group(1) == null ? variable.group(2) : variable.group(1);
                out.append(ShellCommand.OPEN).append(name).append(ShellCommand.CLOSE);
                i = variable.end() - 1;
            } else if (c == '`' || content.startsWith("$(", i)) {
                throw ShellCommand.invalid(position, "command substitutions are not supported: write the value");
            } else {
                out.append(c);
            }
        }
        return out.toString();
    }

    private void add(String added) {
        if (word == null) {
            word = new StringBuilder();
            start = at;
        }
        word.append(added);
    }

    private void endWord() {
        if (word == null) {
            return;
        }
        String ended = word.toString();
        word = null;
        switch (redirection) {
            case "" -> words.add(new Word(ended, start + 1));
            case "<" -> input = ShellCommand.FILE + ended;
            case "<<<" -> input = ended + "\n";
            default -> notes.add("the redirection of the output to a file is not imported");
        }
        redirection = "";
    }

    private void endCommand() {
        endWord();
        HereDocument pending = document;
        if (pending != null) {
            throw ShellCommand.invalid(pending.position, "the here-document has no end: " + pending.end);
        }
        ShellCommand.add(new ShellCommand(List.copyOf(words), input, List.copyOf(notes)), commands);
        words.clear();
        notes.clear();
        input = null;
    }

    private int closing(char quote, int from) {
        int close = text.indexOf(quote, from);
        if (close < 0) {
            throw ShellCommand.invalid(from - 1, "missing closing quote");
        }
        return close;
    }

    private void doubleQuoted() {
        int open = at;
        add("");
        at++;
        while (at < text.length() && text.charAt(at) != '"') {
            char c = text.charAt(at);
            if (c == '\\' && at + 1 < text.length() && "$`\"\\\n".indexOf(text.charAt(at + 1)) >= 0) {
                char escaped = text.charAt(at + 1);
                add(escaped == '\n' ? "" : String.valueOf(escaped));
                at += 2;
            } else if (c == '$' || c == '`') {
                variable();
            } else {
                add(String.valueOf(c));
                at++;
            }
        }
        if (at >= text.length()) {
            throw ShellCommand.invalid(open, "missing closing quote");
        }
        at++;
    }

    /** Reads {@code $'...'}, whose escapes stand for bytes. */
    private void ansi() {
        int open = at;
        add("");
        at += 2;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        while (at < text.length() && text.charAt(at) != '\'') {
            if (text.charAt(at) == '\\' && at + 1 < text.length()) {
                at++;
                escape(bytes);
            } else {
                int point = text.codePointAt(at);
                bytes.writeBytes(Character.toString(point).getBytes(StandardCharsets.UTF_8));
                at += Character.charCount(point);
            }
        }
        if (at >= text.length()) {
            throw ShellCommand.invalid(open, "missing closing quote");
        }
        try {
            add(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes.toByteArray()))
                    .toString());
        } catch (CharacterCodingException e) {
            throw ShellCommand.invalid(open, "the bytes are not text in UTF-8: such a value can't be imported");
        }
        at++;
    }

    private void escape(ByteArrayOutputStream bytes) {
        char c = text.charAt(at++);
        int simple = "abeEfnrtv\\'\"?".indexOf(c);
        if (simple >= 0) {
            bytes.write("\u0007\b\u001b\u001b\f\n\r\t\u000b\\'\"?".charAt(simple));
        } else if (c == 'x') {
            bytes.write(code(16, 2));
        } else if (c == 'u' || c == 'U') {
            int point = code(16, c == 'u' ? 4 : 8);
            if (Character.isHighSurrogate((char) point) && point < 0x10000 && text.startsWith("\\u", at)) {
                // Browsers write a character beyond U+FFFF as two.
                at += 2;
                point = Character.toCodePoint((char) point, (char) code(16, 4));
            }
            if (point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE) {
                throw ShellCommand.invalid(at - 1, "not a valid character code");
            }
            bytes.writeBytes(Character.toString(point).getBytes(StandardCharsets.UTF_8));
        } else if (c == 'c' && at < text.length()) {
            bytes.write(text.charAt(at++) & 0x1f);
        } else if (c >= '0' && c <= '7') {
            at--;
            bytes.write(code(8, 3) & 0xff);
        } else {
            bytes.writeBytes(("\\" + c).getBytes(StandardCharsets.UTF_8));
        }
    }

    private int code(int radix, int max) {
        int from = at;
        while (at < text.length() && at - from < max && Character.digit(text.charAt(at), radix) >= 0) {
            at++;
        }
        long point = at == from ? -1 : Long.parseLong(text.substring(from, at), radix);
        if (point <= 0 || point > Character.MAX_CODE_POINT) {
            throw ShellCommand.invalid(from, "not a valid character code");
        }
        return (int) point;
    }
}
