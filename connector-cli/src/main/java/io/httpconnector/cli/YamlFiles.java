package io.httpconnector.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.definition.internal.CoreSchemaYaml;
import io.httpconnector.definition.internal.DocumentParser;
import io.httpconnector.definition.internal.DocumentParser.ParsedDocument;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Reads and writes small files in YAML, of which JSON is a part. */
final class YamlFiles {

    private static final YAMLMapper YAML = YAMLMapper.builder(new CoreSchemaYaml.Factory())
            .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER, YAMLGenerator.Feature.SPLIT_LINES)
            .build();

    /** A file without a value: only blanks, comments and the start of a document. */
    private static final Pattern EMPTY = Pattern.compile("\\uFEFF?(?:\\s*(?:#.*|---\\s*)?(?:\\R|$))*+");

    /** The JSON Pointer and the place of a problem. */
    private static final Pattern LOCATED =
            Pattern.compile("^(?:/.* \\()?line (\\d+), column (\\d+)\\)?: (.*)", Pattern.DOTALL);

    private YamlFiles() {}

    /**
     * Reads an object whose values have types, as those of a connector document.
     *
     * @param file the file, for messages as the user has given it
     * @throws CommandException if it cannot be read or is not an object; the message does not quote the content
     */
    static ObjectNode read(Terminal terminal, Path file) {
        return parse(file.toString(), content(terminal, file));
    }

    /**
     * Reads an object whose values are texts as they are written, such as {@code 1.10}.
     *
     * @throws CommandException as for {@link #read}
     */
    static ObjectNode readTexts(Terminal terminal, Path file) {
        return object(file.toString(), content(terminal, file), DocumentParser::readTexts);
    }

    private static String content(Terminal terminal, Path file) {
        try {
            return Files.readString(terminal.resolve(file));
        } catch (IOException e) {
            throw new CommandException(
                    ExitCode.USAGE,
                    file + (Files.exists(terminal.resolve(file)) ? " cannot be read" : ": there is no such file"),
                    e);
        }
    }

    /**
     * Parses an object.
     *
     * @param source the source, for messages
     * @throws CommandException as for {@link #read}
     */
    static ObjectNode parse(String source, String text) {
        return object(source, text, DocumentParser::read);
    }

    private static ObjectNode object(String source, String text, Function<String, ParsedDocument> reader) {
        if (EMPTY.matcher(text).matches()) {
            return JsonNodeFactory.instance.objectNode();
        }
        ParsedDocument parsed;
        try {
            parsed = reader.apply(text);
        } catch (InvalidDefinitionException e) {
            throw invalid(source, "it is neither JSON nor YAML: ", e.problems());
        }
        if (!parsed.problems().isEmpty()) {
            throw invalid(source, "", parsed.problems());
        }
        if (parsed.tree() instanceof ObjectNode object) {
            return object;
        }
        throw new CommandException(ExitCode.INVALID, source + ": expected an object, such as \"name: value\"");
    }

    /** Returns a failure whose message has the places of its problems, but no names, which could be values by mistake. */
    private static CommandException invalid(String source, String what, List<String> problems) {
        String all = problems.stream()
                .map(problem -> message(source, what, problem))
                .distinct()
                .collect(Collectors.joining("\n"));
        return new CommandException(ExitCode.INVALID, all);
    }

    private static String message(String source, String what, String problem) {
        Matcher located = LOCATED.matcher(problem);
        return located.matches()
                ? source + ":" + located.group(1) + ":" + located.group(2) + ": " + what + located.group(3)
                : source + ": " + what + problem;
    }

    /**
     * Returns the members of an object that are texts.
     *
     * @throws CommandException if one is something else; the message does not quote the value
     */
    static Map<String, String> texts(Path file, JsonNode object) {
        if (!object.isObject() && !object.isMissingNode()) {
            throw new CommandException(ExitCode.INVALID, file + ": expected an object, such as \"name: value\"");
        }
        Map<String, String> texts = new LinkedHashMap<>();
        object.properties().forEach(member -> {
            if (!member.getValue().isValueNode()) {
                throw new CommandException(
                        ExitCode.INVALID, file + ": " + member.getKey() + ": expected a text, such as \"name: value\"");
            }
            if (!member.getValue().isNull()) {
                texts.put(member.getKey(), member.getValue().asText());
            }
        });
        return texts;
    }

    static String write(JsonNode json) {
        try {
            return YAML.writeValueAsString(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A tree can be written", e);
        }
    }
}
