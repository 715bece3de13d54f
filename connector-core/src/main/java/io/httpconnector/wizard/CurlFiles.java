package io.httpconnector.wizard;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.wizard.ShellCommand.Word;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the files that a curl command names, if they are in a directory that the caller permits. Symbolic links out of it are
 * rejected.
 *
 * @param directory the directory, or null if no file may be read
 */
record CurlFiles(@Nullable Path directory) {

    private static final int MAX_MEBIBYTES = 1;

    /** An option with an optional value, of a configuration file. */
    private static final Pattern OPTION =
            Pattern.compile("(-?-?[A-Za-z0-9.:#-]+?)(?:[ \\t]*[=:][ \\t]*|[ \\t]+|$)(.*)");

    boolean isPermitted() {
        return directory != null;
    }

    /** Returns the text of a file. */
    String text(Word word, String name) {
        if (directory == null) {
            throw invalid(word, "the file " + name + " is not read: permit its directory, or write its content");
        }
        try {
            PermittedFiles files = new PermittedFiles(directory, MAX_MEBIBYTES);
            return files.text(files.find(name), name);
        } catch (InvalidDefinitionException e) {
            throw invalid(word, e.problems().get(0));
        }
    }

    /** Returns the words of a configuration file: an option in each line, with its value after a blank, a colon or equals sign. */
    List<Word> options(Word word, String name) {
        List<Word> words = new ArrayList<>();
        for (String line : text(word, name).lines().map(String::strip).toList()) {
            Matcher option = OPTION.matcher(line);
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            if (!option.matches()) {
                throw invalid(word, "the file " + name + " has a line that is not an option");
            }
            String flag = option.group(1);
            words.add(new Word(flag.startsWith("-") ? flag : "--" + flag, word.position()));
            if (!option.group(2).isEmpty()) {
                words.add(new Word(unquoted(option.group(2)), word.position()));
            }
        }
        return words;
    }

    private static String unquoted(String value) {
        if (!value.startsWith("\"")) {
            return value.replaceFirst("[ \\t].*$", "");
        }
        StringBuilder out = new StringBuilder();
        for (int i = 1; i < value.length() && value.charAt(i) != '"'; i++) {
            char c = value.charAt(i);
            if (c == '\\' && i + 1 < value.length()) {
                char escaped = value.charAt(++i);
                int special = "tnrv".indexOf(escaped);
                out.append(special < 0 ? escaped : "\t\n\r\u000b".charAt(special));
            } else {
                out.append(c);
            }
        }
        return out.toString();
    }

    private static InvalidDefinitionException invalid(Word word, String what) {
        return ShellCommand.invalid(word.position() - 1, what);
    }
}
