package io.httpconnector.wizard;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.wizard.ShellCommand.Word;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Parses curl command lines (manual page of curl 8). Options that belong to the connection become notes; unsupported options
 * are rejected with their position, never dropped silently.
 */
final class CurlReader {

    private static final int MAX_CONFIG_FILES = 10;

    private final List<Word> words;
    private final CurlFiles files;
    private final @Nullable String input;
    private final List<CurlOperation> operations = new ArrayList<>();
    private CurlOperation operation;
    private int configFiles;
    private int at = 1;

    private CurlReader(ShellCommand command, CurlFiles files) {
        this.words = new ArrayList<>(command.words());
        this.files = files;
        this.input = command.input();
        this.operation = new CurlOperation(files, input);
        command.notes().forEach(operation::note);
    }

    /**
     * Reads the requests of all commands of a text.
     *
     * @param text one or more commands
     * @param files the files that may be read
     */
    static List<Recommendation> read(String text, CurlFiles files) {
        List<ShellCommand> commands = ShellCommand.of(text);
        if (commands.isEmpty() || !commands.get(0).isCurl()) {
            throw ShellCommand.invalid(0, "the command must start with curl");
        }
        List<Recommendation> all = new ArrayList<>();
        for (ShellCommand command : commands) {
            all.addAll(new CurlReader(command, files).recommendations());
        }
        return List.copyOf(all);
    }

    private List<Recommendation> recommendations() {
        while (at < words.size()) {
            argument();
        }
        operations.add(operation);
        return operations.stream()
                .flatMap(one -> one.recommendations().stream())
                .toList();
    }

    private void argument() {
        Word word = words.get(at++);
        if (word.text().startsWith("--") && word.text().length() > 2) {
            option(word.text().substring(2), word, null);
        } else if (word.text().length() > 1
                && word.text().startsWith("-")
                && !word.text().equals("--")) {
            shortOptions(word);
        } else if (!word.text().equals("--")) {
            operation.url(word);
        }
    }

    /**
     * Parses combined short options such as {@code -sSX POST} and {@code -XPOST}: switches, and finally an option whose value
     * follows, attached or as the next word.
     */
    private void shortOptions(Word word) {
        for (int i = 1; i < word.text().length(); i++) {
            String name = CurlOptions.longName(word.text().charAt(i));
            if (name == null) {
                throw invalid(word, "the option -" + word.text().charAt(i) + " is not supported");
            }
            String rest = word.text().substring(i + 1);
            if (!CurlOptions.takesValue(name)) {
                option(name, word, null);
            } else {
                option(name, word, rest.isEmpty() ? null : rest);
                return;
            }
        }
    }

    private void option(String name, Word word, @Nullable String attached) {
        String note = CurlOptions.note(name);
        Word value = word;
        if (CurlOptions.takesValue(name)) {
            if (attached == null && at >= words.size()) {
                throw invalid(word, "the option " + word.text() + " requires a value");
            }
            value = attached == null ? words.get(at++) : new Word(attached, word.position());
        }
        if (note != null) {
            operation.note(note);
        } else if (name.equals("next")) {
            operations.add(operation);
            operation = new CurlOperation(files, input);
        } else if (name.equals("config")) {
            if (++configFiles > MAX_CONFIG_FILES) {
                throw invalid(word, "too many configuration files");
            }
            words.addAll(at, files.options(value, value.text()));
        } else if (CurlOptions.isRequest(name)) {
            operation.option(name, value);
        } else if (CurlOptions.isSwitch(name)) {
            operation.enable(name, word);
        } else {
            throw invalid(word, "the option " + word.text() + " is not supported");
        }
    }

    static InvalidDefinitionException invalid(Word word, String what) {
        return ShellCommand.invalid(word.position() - 1, what);
    }
}
