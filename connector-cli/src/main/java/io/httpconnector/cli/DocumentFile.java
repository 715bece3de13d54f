package io.httpconnector.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.definition.ConnectorComponents;
import io.httpconnector.definition.ConnectorDefinition;
import io.httpconnector.definition.internal.DocumentParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * A connector document in a file, to which requests and triggers are added. The text stays as it is, with its comments, if it is
 * YAML in which they can be inserted; otherwise the document is written anew, and the former file is kept.
 */
final class DocumentFile {

    private static final String REQUESTS = "requests";
    private static final String TRIGGERS = "triggers";
    private static final Pattern COMMENT = Pattern.compile("(?m)(^|\\s)#");

    private final Terminal terminal;
    private final Path file;
    private final String text;
    private final ObjectNode tree;

    private DocumentFile(Terminal terminal, Path file, String text, ObjectNode tree) {
        this.terminal = terminal;
        this.file = file;
        this.text = text;
        this.tree = tree;
    }

    /**
     * Reads a document.
     *
     * @throws CommandException if there is no such file
     * @throws InvalidDefinitionException if it is invalid
     */
    static DocumentFile read(Terminal terminal, Path file) {
        ConnectorDefinition valid = Documents.load(terminal, file);
        try {
            String text = Files.readString(terminal.resolve(file));
            if (valid.migratedFrom().isPresent()) {
                // What is added has the latest format.
                return new DocumentFile(terminal, file, text, valid.toJson());
            }
            if (DocumentParser.parse(text).tree() instanceof ObjectNode object) {
                return new DocumentFile(terminal, file, text, object);
            }
            throw new IllegalStateException("The document of " + valid + " is an object");
        } catch (IOException e) {
            throw new CommandException(ExitCode.USAGE, file + " cannot be read", e);
        }
    }

    /** Returns the base URL, or its alternatives, with placeholders. */
    List<String> baseUrls() {
        JsonNode base = tree.at("/connection/baseUrl");
        List<String> all = new ArrayList<>();
        if (base.isTextual()) {
            all.add(base.asText());
        }
        base.forEach(one -> all.add(one.asText()));
        return all;
    }

    boolean hasRequest(String name) {
        return tree.path(REQUESTS).has(name);
    }

    boolean hasTrigger(String name) {
        return tree.path(TRIGGERS).has(name);
    }

    /** Returns a name that no request has, such as {@code get-order-2}. */
    String unusedName(String name) {
        String unused = name;
        for (int i = 2; hasRequest(unused); i++) {
            unused = name + "-" + i;
        }
        return unused;
    }

    /**
     * Checks that a request can be added, without saving it.
     *
     * @throws InvalidDefinitionException if the new document is invalid
     */
    void check(String name, ObjectNode request) {
        ObjectNode changed = tree.deepCopy();
        changed.withObject("/" + REQUESTS).set(name, request);
        var unused = ConnectorDefinition.of(changed, ConnectorComponents.none());
    }

    /**
     * Adds requests, and saves the document.
     *
     * @throws CommandException if it has a request with such a name, or cannot be written
     * @throws InvalidDefinitionException if the new document is invalid; the file is unchanged
     */
    void add(Map<String, ObjectNode> requests) {
        add(requests, Map.of());
    }

    /**
     * Adds requests and triggers, and saves the document.
     *
     * @throws CommandException if it has a request or trigger with such a name, or cannot be written
     * @throws InvalidDefinitionException if the new document is invalid; the file is unchanged
     */
    void add(Map<String, ObjectNode> requests, Map<String, ObjectNode> triggers) {
        ObjectNode changed = tree.deepCopy();
        requests.forEach((name, request) -> {
            if (hasRequest(name)) {
                throw new CommandException(
                        ExitCode.USAGE, file + " has a request \"" + name + "\": choose another name by --as");
            }
            changed.withObject("/" + REQUESTS).set(name, request);
        });
        triggers.forEach((name, trigger) -> {
            if (hasTrigger(name)) {
                throw new CommandException(
                        ExitCode.USAGE, file + " has a trigger \"" + name + "\": choose another name");
            }
            changed.withObject("/" + TRIGGERS).set(name, trigger);
        });
        String inserted = inserted(inserted(text, REQUESTS, requests), TRIGGERS, triggers);
        boolean isKept = isEqual(inserted, changed);
        boolean isJson = text.stripLeading().startsWith("{");
        String written = isKept ? inserted : isJson ? changed.toPrettyString() + "\n" : YamlFiles.write(changed);
        validate(file, written);
        Path resolved = terminal.resolve(file);
        try {
            if (!isKept) {
                Path backup = resolved.resolveSibling(resolved.getFileName() + ".bak");
                Files.copy(resolved, backup, StandardCopyOption.REPLACE_EXISTING);
                terminal.note("The former file is " + backup.getFileName()
                        + (!isJson && COMMENT.matcher(text).find() ? ": the new one has no comments" : ""));
            }
            Files.writeString(resolved, written);
        } catch (IOException e) {
            throw new CommandException(ExitCode.USAGE, file + " cannot be written", e);
        }
    }

    /** Checks that a text is a document that can be loaded. */
    static ConnectorDefinition validate(Path file, String text) {
        try {
            return ConnectorDefinition.parse(text);
        } catch (InvalidDefinitionException e) {
            throw new InvalidDefinitionException("connector document " + file, e.problems());
        }
    }

    /** Returns a text with further members at the start of a section, or with the section at the end of the file. */
    private static String inserted(String text, String section, Map<String, ObjectNode> members) {
        if (members.isEmpty()) {
            return text;
        }
        StringBuilder block = new StringBuilder();
        members.forEach((name, member) -> {
            ObjectNode one = member.objectNode();
            one.set(name, member);
            YamlFiles.write(one)
                    .lines()
                    .forEach(line -> block.append("  ").append(line).append('\n'));
        });
        var existing =
                Pattern.compile("(?m)^" + section + ":[ \\t]*(#.*)?$\\R?").matcher(text);
        if (existing.find()) {
            // At the start, because what follows the last member may be a comment on the next section.
            return text.substring(0, existing.end())
                    + (existing.group().endsWith("\n") ? "" : "\n")
                    + block
                    + text.substring(existing.end());
        }
        return text + (text.endsWith("\n") ? "" : "\n") + section + ":\n" + block;
    }

    /** Whether a text is a document that has the expected members. */
    static boolean isEqual(String written, JsonNode expected) {
        try {
            return DocumentParser.parse(written).tree().equals(expected);
        } catch (InvalidDefinitionException e) {
            return false;
        }
    }
}
