package io.httpconnector.cli;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.httpconnector.definition.internal.CoreSchemaYaml;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads and writes small files in YAML, of which JSON is a part. */
final class YamlFiles {

    private static final YAMLMapper YAML = YAMLMapper.builder(new CoreSchemaYaml.Factory())
            .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER, YAMLGenerator.Feature.SPLIT_LINES)
            .build();

    private YamlFiles() {}

    /**
     * Reads an object.
     *
     * @param file the file, for messages as the user has given it
     * @throws CommandException if it cannot be read or is not an object; the message does not quote the content
     */
    static ObjectNode read(Terminal terminal, Path file) {
        String text;
        try {
            text = Files.readString(terminal.resolve(file));
        } catch (IOException e) {
            throw new CommandException(
                    ExitCode.USAGE,
                    file + (Files.exists(terminal.resolve(file)) ? " cannot be read" : ": there is no such file"),
                    e);
        }
        return parse(file.toString(), text);
    }

    /**
     * Parses an object.
     *
     * @param source the source, for messages
     * @throws CommandException as for {@link #read}
     */
    static ObjectNode parse(String source, String text) {
        JsonNode tree;
        try {
            tree = YAML.readTree(text);
        } catch (JsonProcessingException e) {
            JsonLocation at = e.getLocation();
            throw new CommandException(
                    ExitCode.INVALID,
                    source + (at == null ? "" : ":" + at.getLineNr() + ":" + at.getColumnNr())
                            + ": "
                            + (CoreSchemaYaml.LEADING_ZERO.equals(e.getOriginalMessage())
                                    ? e.getOriginalMessage()
                                    : "it is neither JSON nor YAML"));
        }
        if (tree == null || tree.isMissingNode() || tree.isNull()) {
            return JsonNodeFactory.instance.objectNode();
        }
        if (tree instanceof ObjectNode object) {
            return object;
        }
        throw new CommandException(ExitCode.INVALID, source + ": expected an object, such as \"name: value\"");
    }

    /**
     * Returns the members of an object that are texts, numbers or Booleans.
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
